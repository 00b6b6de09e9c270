internal import Indicators
internal import Parsing

/// Facts about the entries of one kind that a lookup wants before it touches them (`KindLayout`).
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

  var entries: Range<Int> { firstEntry..<firstEntry + entryCount }

  /// Adds what one more entry says.
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

/// The entries while they are made: records, values, sources and the facts about each kind.
struct EntryTables {
  private(set) var entries: [UInt8] = []
  private(set) var values: [UInt8] = []
  private(set) var kinds: [KindFacts] = []
  var sources = SourceStreamWriter()
  private var current = KindFacts()
  private var previous: (key: Range<Int>, attributes: EntryAttributes)?

  var entryCount: Int { entries.count / EntryLayout.size }

  /// A seed that a feed cannot know before all feeds are known.
  var seed: UInt64 {
    let (a, b) = (Checksum.hash64(values), Checksum.hash64(entries))
    return a ^ (b << 31 | b >> 33)
  }

  mutating func begin(_ kind: IndicatorKind) {
    current = KindFacts(firstEntry: entryCount)
    previous = nil
  }

  mutating func end(_ kind: IndicatorKind) { kinds.append(current) }

  /// Appends the next entry in the order of the image.
  mutating func append(
    _ kind: IndicatorKind, key: RawSpan, _ attributes: EntryAttributes,
    _ flags: (entry: EntryFlags, sources: SourceFlags)
  ) {
    var entryFlags = flags.entry
    if attributes.ignoresCase { entryFlags.insert(.ignoresCase) }
    if continuesRun(kind, key, attributes) { entryFlags.insert(.continuesRun) }

    let start = values.count
    if attributes.isSchemeStripped {
      values.append(contentsOf: attributes.schemeLength == 7 ? "http://".utf8 : "https://".utf8)
    }
    let keyStart = values.count
    // SAFETY: the closure only reads the span's bytes.
    unsafe key.withUnsafeBytes { unsafe values.append(contentsOf: $0) }
    previous = (keyStart..<values.count, attributes)

    entries.append(UInt64(start) | UInt64(values.count - start) << 48)
    entries.append(attributes.port)
    entries.append(kind.rawValue)
    entries.append(attributes.mode.rawValue)
    entries.append(attributes.prefixLength)
    entries.append(UInt8(truncatingIfNeeded: attributes.schemeLength))
    entries.append(entryFlags.rawValue)
    entries.append(flags.sources.rawValue)
    current.count(kind, key: key, mode: attributes.mode, flags: entryFlags)
  }

  private func continuesRun(
    _ kind: IndicatorKind, _ key: RawSpan, _ attributes: EntryAttributes
  ) -> Bool {
    guard let previous, Self.isSameLookup(kind, previous.attributes, attributes) else {
      return false
    }
    return values.withBytes { $0.extracting(previous.key).isEqual(to: key) }
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

  func addSections(to assembler: inout ImageAssembler) {
    var facts: [UInt8] = []
    for (kind, fact) in kinds.enumerated() {
      facts.append(UInt32(kind))
      facts.append(UInt32(fact.firstEntry))
      facts.append(UInt32(fact.entryCount))
      facts.append(UInt32(fact.keyCount))
      facts.append(UInt32(fact.maximumLength))
      facts.append(UInt32(fact.hasStrongSource ? 1 : 0))
      facts.append(fact.exactMask)
      facts.append(fact.subdomainMask)
    }
    assembler.add(.kinds, facts, count: kinds.count, elementSize: KindLayout.size)
    assembler.add(.entries, entries, count: entryCount, elementSize: EntryLayout.size)
    assembler.add(.values, values, count: values.count, elementSize: 1)
    assembler.add(.sourceBlocks, offsets: sources.blocks + [UInt64(sources.bytes.count)])
    assembler.add(.sources, sources.bytes, count: sources.bytes.count, elementSize: 1)
  }
}

extension EntryTables {
  /// An entry as it was appended.
  struct Entry {
    /// The comparison key in `values`.
    var key: Range<Int>
    var mode: MatchMode
    var prefixLength: Int
    var flags: EntryFlags
  }

  /// Reads an entry back; the number is below `entryCount`.
  func entry(_ number: Int, kind: IndicatorKind) -> Entry {
    entries.withBytes { bytes in
      let base = number * EntryLayout.size
      let place = bytes.littleEndianUInt64(unchecked: base)
      let start = Int(place & 0xffff_ffff_ffff)
      let end = start + Int(place >> 48)
      var keyOffset = 0
      if kind == .url {
        keyOffset = values.withBytes {
          EntryKey.urlKeyOffset(
            $0.extracting(start..<end),
            schemeLength: Int(bytes.byte(at: base + EntryLayout.schemeLength)))
        }
      }
      return Entry(
        key: start + keyOffset..<end,
        mode: MatchMode(rawValue: bytes.byte(at: base + EntryLayout.mode)) ?? .exact,
        prefixLength: Int(bytes.byte(at: base + EntryLayout.prefixLength)),
        flags: EntryFlags(rawValue: bytes.byte(at: base + EntryLayout.flags)))
    }
  }
}
