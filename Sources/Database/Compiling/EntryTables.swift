import Indicators
import Parsing

/// Facts about the entries of one kind that a lookup needs before it reads them (`KindLayout`).
struct KindFacts: Sendable, Equatable {
  var firstEntry = 0
  var entryCount = 0
  var keyCount = 0
  var maximumLength = 0
  var hasStrongSource = false
  /// Names: label counts of entries that may equal a name; file names: separator counts.
  var exactMask: UInt64 = 0
  /// Names: label counts of entries that cover subdomains.
  var subdomainMask: UInt64 = 0
  var firstHead = 0
  var headCount = 0

  var entries: Range<Int> { firstEntry..<firstEntry + entryCount }

  /// Counts one more digest, whose width is known.
  mutating func countDigest(_ flags: EntryFlags) {
    entryCount += 1
    keyCount += 1
    if flags.contains(.hasStrongSource) { hasStrongSource = true }
  }

  /// Counts one more entry.
  mutating func count(
    _ kind: IndicatorKind, key: RawSpan, mode: MatchMode, flags: EntryFlags
  ) {
    entryCount += 1
    if !flags.contains(.continuesRun) { keyCount += 1 }
    maximumLength = max(maximumLength, key.byteCount)
    if flags.contains(.hasStrongSource) { hasStrongSource = true }
    switch kind {
    case .domain:
      let bit = EntryRules.bit(EntryRules.labelCount(key))
      if mode != .subdomainsOnly { exactMask |= bit }
      if mode != .exact { subdomainMask |= bit }
    case .filename:
      exactMask |= EntryRules.bit(EntryRules.separatorCount(key))
    default:
      break
    }
  }
}

/// The columns of one kind while they are built.
struct KindColumns {
  let kind: IndicatorKind
  private(set) var facts: KindFacts
  /// The normal forms.
  private(set) var values: [UInt8] = []
  /// How long each is; empty if all have the same width.
  private(set) var lengths: [UInt16] = []
  /// The different heads, and which of them each entry has; no numbers if all have the first head.
  private(set) var heads: [EntryHead] = []
  private var headNumbers: [UInt32] = []
  private var numbersOfHeads: [UInt64: UInt32] = [:]
  private var previous: EntryAttributes?

  init(_ kind: IndicatorKind, firstEntry: Int, firstHead: Int) {
    self.kind = kind
    facts = KindFacts(firstEntry: firstEntry, firstHead: firstHead)
  }

  /// Makes room for `count` entries whose values have `bytes` bytes together.
  mutating func reserve(count: Int, bytes: Int) {
    values.reserveCapacity(bytes)
    if kind.fixedWidth == nil { lengths.reserveCapacity(count) }
  }

  /// Appends the next entry in the order of the image; `repeatsKey` says whether it has the key of
  /// the one before.
  mutating func append(
    key: RawSpan, repeatsKey: Bool, _ attributes: EntryAttributes,
    _ flags: (entry: EntryFlags, sources: SourceFlags)
  ) {
    var entryFlags = flags.entry
    if attributes.ignoresCase { entryFlags.insert(.ignoresCase) }
    if repeatsKey, continuesRun(attributes) { entryFlags.insert(.continuesRun) }
    let start = values.count
    if attributes.isSchemeStripped {
      values.append(contentsOf: attributes.schemeLength == 7 ? "http://".utf8 : "https://".utf8)
    }
    // SAFETY: the closure only reads the span's bytes.
    unsafe key.withUnsafeBytes { unsafe values.append(contentsOf: $0) }
    previous = attributes
    if kind.fixedWidth == nil { lengths.append(UInt16(values.count - start)) }
    appendHead(EntryHead(kind, attributes, entryFlags, flags.sources))
    facts.count(kind, key: key, mode: attributes.mode, flags: entryFlags)
  }

  /// Takes the values of the entries that `appendDigest` appended without them.
  mutating func adopt(_ values: consuming [UInt8]) {
    self.values = values
    if facts.entryCount > 0 { facts.maximumLength = kind.fixedWidth ?? 0 }
  }

  /// Appends the next entry of a kind of digests, whose value `adopt` gives.
  mutating func appendDigest(_ flags: (entry: EntryFlags, sources: SourceFlags)) {
    appendHead(EntryHead(kind, EntryAttributes(), flags.entry, flags.sources))
    facts.countDigest(flags.entry)
  }

  private mutating func appendHead(_ head: EntryHead) {
    if let first = heads.first, first == head {
      if !headNumbers.isEmpty { headNumbers.append(0) }
      return
    }
    let number: UInt32
    if let known = numbersOfHeads[head.rawValue] {
      number = known
    } else {
      number = UInt32(heads.count)
      heads.append(head)
      facts.headCount = heads.count
      numbersOfHeads[head.rawValue] = number
    }
    guard number > 0 else { return }
    if headNumbers.isEmpty {
      headNumbers = Array(repeating: 0, count: facts.entryCount)
    }
    headNumbers.append(number)
  }

  private func continuesRun(_ attributes: EntryAttributes) -> Bool {
    previous.map { Self.isSameLookup(kind, $0, attributes) } ?? false
  }

  /// Whether two entries with one comparison key are found by one lookup.
  static func isSameLookup(
    _ kind: IndicatorKind, _ left: EntryAttributes, _ right: EntryAttributes
  ) -> Bool {
    switch kind {
    case .ipv4, .ipv6: left.prefixLength == right.prefixLength
    case .url: left.mode == right.mode
    default: true
    }
  }

  /// Calls a closure with each entry in order: its place in the kind, its comparison key, its head.
  @inline(__always)
  func forEach(_ body: (Int, RawSpan, EntryHead) -> Void) {
    let bytes = values.rawSpan
    forEachRange { place, key, head in body(place, bytes.extracting(key), head) }
  }

  /// The same, with the range of the key in `values`.
  @inline(__always)
  func forEachRange(_ body: (Int, Range<Int>, EntryHead) -> Void) {
    guard let only = heads.first else { return }
    let bytes = values.rawSpan
    let width = kind.fixedWidth
    var start = 0
    for index in 0..<facts.entryCount {
      let end = start + (width ?? Int(lengths[index]))
      let head = headNumbers.isEmpty ? only : heads[Int(headNumbers[index])]
      let keyOffset =
        kind == .url
        ? EntryKey.urlKeyOffset(bytes.extracting(start..<end), schemeLength: head.schemeLength) : 0
      body(index, start + keyOffset..<end, head)
      start = end
    }
  }

  /// A number that depends on every byte of the columns.
  var checksum: UInt64 {
    Checksum.hash64(values) &+ 3 &* lengths.withRawBytes { Checksum.hash64($0) } &+ 5
      &* headNumbers.withRawBytes { Checksum.hash64($0) }
  }

  /// Adds the columns to the image.
  func addSections(to assembler: inout ImageAssembler) {
    if facts.entryCount == 0 { return }
    let raw = kind.rawValue
    assembler.add(
      .values(raw), values, count: values.count / (kind.fixedWidth ?? 1),
      elementSize: kind.fixedWidth ?? 1)
    if kind.fixedWidth == nil { addLengths(to: &assembler) }
    if headNumbers.isEmpty { return }
    let width = heads.count <= 1 << 8 ? 1 : heads.count <= 1 << 16 ? 2 : 4
    assembler.add(
      .headNumbers(raw), narrow(headNumbers, width: width), count: headNumbers.count,
      elementSize: width)
  }

  private func addLengths(to assembler: inout ImageAssembler) {
    let width = lengths.allSatisfy { $0 < 256 } ? 1 : 2
    let blockLength = DatabaseFormat.entriesPerValueBlock
    // Filled up with zeros, so that each block can be read as a whole.
    let filled = (lengths.count + blockLength - 1) / blockLength * blockLength
    var bytes = narrow(lengths, width: width)
    bytes.append(contentsOf: repeatElement(0, count: filled * width - bytes.count))
    assembler.add(.lengths(kind.rawValue), bytes, count: filled, elementSize: width)
    var starts: [UInt64] = []
    var offset: UInt64 = 0
    for (index, length) in lengths.enumerated() {
      if index % blockLength == 0 { starts.append(offset) }
      offset += UInt64(length)
    }
    assembler.add(.valueBlocks(kind.rawValue), offsets: starts)
  }

  private func narrow(_ numbers: [some FixedWidthInteger], width: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(numbers.count * width)
    for number in numbers {
      switch width {
      case 1: bytes.append(UInt8(truncatingIfNeeded: number))
      case 2: bytes.append(UInt16(truncatingIfNeeded: number))
      default: bytes.append(UInt32(truncatingIfNeeded: number))
      }
    }
    return bytes
  }
}

/// The entries while they are built: the columns of each kind, and the sources of all.
struct EntryTables {
  /// By raw value of the kind.
  private(set) var kinds: [KindColumns] = []
  var sources = SourceStreamWriter()

  var entryCount: Int { kinds.last.map { $0.facts.entries.upperBound } ?? 0 }

  /// A seed that a feed cannot know before all feeds are known.
  var seed: UInt64 {
    kinds.reduce(UInt64(entryCount)) { sum, kind in
      let mixed = (sum ^ kind.checksum).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
      return mixed.high ^ mixed.low &+ 1
    }
  }

  /// Columns for the next kind, to be given back with `end`.
  func begin(_ kind: IndicatorKind) -> KindColumns {
    let last = kinds.last?.facts
    return KindColumns(
      kind, firstEntry: entryCount, firstHead: last.map { $0.firstHead + $0.headCount } ?? 0)
  }

  mutating func end(_ columns: consuming KindColumns) { kinds.append(columns) }

  mutating func addSections(to assembler: inout ImageAssembler) {
    sources.finish()
    var facts: [UInt8] = []
    var heads: [UInt8] = []
    for columns in kinds {
      let fact = columns.facts
      facts.append(UInt32(columns.kind.rawValue))
      facts.append(UInt32(fact.firstEntry))
      facts.append(UInt32(fact.entryCount))
      facts.append(UInt32(fact.keyCount))
      facts.append(UInt32(fact.maximumLength))
      facts.append(UInt32(fact.hasStrongSource ? 1 : 0))
      facts.append(fact.exactMask)
      facts.append(fact.subdomainMask)
      facts.append(UInt32(fact.firstHead))
      facts.append(UInt32(fact.headCount))
      for head in columns.heads { heads.append(head.rawValue) }
      columns.addSections(to: &assembler)
    }
    assembler.add(.kinds, facts, count: kinds.count, elementSize: KindLayout.size)
    assembler.add(.heads, heads, count: heads.count / EntryHead.size, elementSize: EntryHead.size)
    assembler.add(.sourceBlocks, offsets: sources.blocks + [UInt64(sources.bytes.count)])
    assembler.add(.sources, sources.bytes, count: sources.bytes.count, elementSize: 1)
  }
}

extension Array where Element: FixedWidthInteger {
  /// Lends the elements' bytes to a reader.
  func withRawBytes<Result>(_ body: (RawSpan) -> Result) -> Result {
    // SAFETY: integers have no padding; the span lives as long as the closure.
    unsafe withUnsafeBytes { unsafe body($0.bytes) }
  }
}
