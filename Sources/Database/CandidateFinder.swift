internal import CByteKernels
internal import Indicators
internal import Matchers
internal import Parsing

/// Finds the places in text near which an indicator may be: one pass over the bytes that knows nothing
/// of lines, records or fields.
///
/// Where nothing is found in a line there is no hit in it, whatever the line means: escapes, percent
/// units and everything else that turns bytes into other values is either seen through or a
/// candidate by itself. The reverse is not so: a candidate only asks for an exact look.
///
/// Bytes are classified sixty-four at a time (`sekisho_classify_text`). A name shows itself by a dot
/// before a letter, an IPv4 address by a dot between digits, an IPv6 address by `::` or seven colons, a
/// digest by its digits; only there is anything hashed and looked up in the filters (`CandidateFilter`)
/// and tries. One for each thread.
public struct CandidateFinder: Sendable {
  private let filters: [CandidateFilter]
  private let ipv4: [PrefixLookup]
  private let ipv6: [PrefixLookup]
  private let wantsNames: Bool
  private let wantsDigitLabels: Bool
  private let wantsDigests: Bool
  private let classes = TextClasses.shared
  private let way: Int32
  /// Words of values that the filters do not know.
  private let words: LiteralMatcher?
  private let takesAnyIPv6: Bool

  private var blocks = [sekisho_text_block](
    repeating: sekisho_text_block(), count: Self.windowBlocks + 2)
  /// Where the candidates of the chunk are.
  private var found: [UInt32] = []
  /// Addresses that wait to be looked up together.
  private var addresses: [UInt32] = []
  private var addressPlaces: [UInt32] = []
  private var wide: [IPv6Bits] = []
  private var widePlaces: [UInt32] = []
  private var numbers: [UInt32] = []
  private var wordMatches: [LiteralMatch] = []
  /// Ends of the last runs of hexadecimal digits and of colons that were looked at.
  private var digestsDone = 0
  private var colonsDone = 0
  /// End of the digits and dots that were looked at as an address.
  private var addressesDone = 0
  /// The last percent unit above ASCII, and whether it may belong to a host.
  private var lastUnit = (offset: -1, isInAuthority: false)

  /// Values of each kind, by raw value, that were looked at since the finder was made; a digest counts
  /// as what its length is without a label.
  public private(set) var counts = [UInt64](repeating: 0, count: IndicatorKind.allCases.count)

  private static let windowBlocks = 256

  /// Nil where text cannot be searched for what the databases hold: a string without any letter or digit,
  /// or an image without the filter.
  ///
  /// Quick, unless strings or hosts of one label take part, of which words are gathered.
  public init?(databases: [IndicatorDatabase], options: LookupOptions) {
    var kinds = IndicatorKindSet()
    var filters: [CandidateFilter] = []
    var words = CandidateWords()
    for database in databases {
      let held = database.kindsToLookUp(options).intersection(options.kinds)
      kinds.formUnion(held)
      if held.rawValue == 0 { continue }
      guard let filter = database.candidateFilter else { return nil }
      filters.append(filter)
      var inWords = held.intersection(CandidateWords.strings)
      if filter.hasOtherHosts {
        inWords.formUnion(held.intersection(IndicatorKindSet([.domain, .url, .email])))
      }
      guard words.insert(database, inWords) else { return nil }
    }
    takesAnyIPv6 = words.hasIPv6Hosts
    do {
      self.words = try words.matcher()
    } catch {
      return nil
    }
    self.filters = filters
    ipv4 = kinds.contains(.ipv4) ? databases.compactMap(\.ipv4) : []
    ipv6 = kinds.contains(.ipv6) ? databases.compactMap(\.ipv6) : []
    wantsNames = !kinds.isDisjoint(with: IndicatorKindSet([.domain, .url, .email]))
    wantsDigitLabels = wantsNames && filters.contains(where: \.hasDigitLabels)
    wantsDigests = IndicatorKind.allCases.contains { $0.isDigest && kinds.contains($0) }
    way = sekisho_text_best()
  }

  /// Finds offsets in a chunk, ascending, at or near which an indicator may be; false where they are so
  /// many that everything should be read.
  public mutating func find(in chunk: RawSpan, candidates: inout [UInt32]) -> Bool {
    candidates.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    digestsDone = 0
    colonsDone = 0
    addressesDone = 0
    lastUnit = (-1, false)
    guard findWords(in: chunk) else { return false }
    var start = 0
    while start < chunk.byteCount {
      // A block before and one behind the window give its ends their neighbours.
      let first = max(0, start - 64)
      let end = min(chunk.byteCount, start + 64 * Self.windowBlocks)
      let last = min(chunk.byteCount, end + 64)
      classify(chunk.extracting(first..<last))
      var index = (start - first) / 64
      var base = start
      while base < end {
        let block = blocks[index]
        if block.dot_letter | block.dot_digit | block.hex_run | block.colon | block.special != 0 {
          look(block, at: base, chunk)
        }
        index += 1
        base += 64
      }
      start = end
    }
    lookUpAddresses()
    lookUpWideAddresses()
    found.sort()
    candidates.append(contentsOf: found)
    return true
  }

  private mutating func findWords(in chunk: RawSpan) -> Bool {
    guard let words else { return true }
    var state = LiteralMatcher.State()
    var matches = wordMatches
    wordMatches = []
    defer { wordMatches = matches }
    matches.removeAll(keepingCapacity: true)
    guard
      words.scan(chunk, state: &state, limit: chunk.byteCount / 16 + 1024, matches: &matches)
    else { return false }
    for match in matches { found.append(UInt32(truncatingIfNeeded: match.end &- 1)) }
    return true
  }

  private mutating func classify(_ bytes: RawSpan) {
    let way = way
    // SAFETY: the kernel reads the span's bytes and writes (count + 63) / 64 blocks, for at most
    // `windowBlocks` + 2 of which there is room.
    unsafe bytes.withUnsafeBytes { bytes in
      guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else { return }
      unsafe blocks.withUnsafeMutableBufferPointer { blocks in
        guard let first = blocks.baseAddress else { return }
        unsafe sekisho_classify_text(start, bytes.count, first, way)
      }
    }
  }

  @inline(__always)
  private mutating func look(_ block: sekisho_text_block, at base: Int, _ chunk: RawSpan) {
    var mask = block.dot_letter
    while mask != 0 {
      considerName(chunk, dot: base + mask.trailingZeroBitCount)
      mask &= mask &- 1
    }
    mask = block.dot_digit
    while mask != 0 {
      let dot = base &+ mask.trailingZeroBitCount
      if dot >= addressesDone { considerIPv4(chunk, dot: dot) }
      if wantsDigitLabels { considerDigitLabel(chunk, dot: dot) }
      mask &= mask &- 1
    }
    if block.hex_run != 0, wantsDigests {
      mask = block.hex_run
      while mask != 0 {
        considerDigest(chunk, at: base + mask.trailingZeroBitCount)
        mask &= mask &- 1
      }
    }
    mask = block.colon
    while mask != 0 {
      considerColons(chunk, at: base + mask.trailingZeroBitCount)
      mask &= mask &- 1
    }
    mask = block.special
    while mask != 0 {
      considerSpecial(chunk, at: base + mask.trailingZeroBitCount)
      mask &= mask &- 1
    }
  }

  @inline(__always)
  private mutating func add(_ offset: Int) { found.append(UInt32(truncatingIfNeeded: offset)) }

  /// Looks at the name whose last label begins with a digit, unless it is a number.
  @inline(__always)
  private mutating func considerDigitLabel(_ bytes: RawSpan, dot: Int) {
    var end = dot &+ 2
    while end < bytes.byteCount, classes.is(bytes.byte(unchecked: end), .digit) { end &+= 1 }
    guard end < bytes.byteCount, classes.is(bytes.byte(unchecked: end), .label) else { return }
    considerName(bytes, dot: dot)
  }

  // MARK: Names

  /// Looks at the name whose last label begins behind a dot, if one does.
  private mutating func considerName(_ bytes: RawSpan, dot: Int) {
    let count = bytes.byteCount
    var end = dot &+ 2
    while end < count, classes.is(bytes.byte(unchecked: end), .label) { end &+= 1 }
    if end < count, bytes.byte(unchecked: end) == UInt8(ascii: ".") {
      // The name goes on, unless what follows is stripped from its end.
      var next = end + 1
      while next < count, classes.is(bytes.byte(unchecked: next), .stripped) { next += 1 }
      if next < count, classes.is(bytes.byte(unchecked: next), .label) { return }
    }
    while bytes.byte(unchecked: end - 1) == UInt8(ascii: "-") { end -= 1 }
    counts[Int(IndicatorKind.domain.rawValue)] &+= 1
    var (start, isRunStart) = labelStart(bytes, before: dot)
    guard start < dot else { return }
    if !ipv4.isEmpty || !ipv6.isEmpty, isReverse(bytes, dot..<end) {
      considerReverse(bytes, start..<dot)
    }
    guard wantsNames else { return }
    var hash = SuffixHash()
    let tail = hash.hash(bytes, before: end, length: end - start)
    let isEncoded = isRunStart && isBehindEscape(bytes, start)
    guard filters.contains(where: { $0.mayEnd(tail) }) else {
      if isEncoded { considerEncoded(bytes, start..<dot, end: end) }
      return
    }
    // The whole name, and whatever of it follows one of its dots.
    var value = tail
    while true {
      if isRunStart && isBehindEscape(bytes, start)
        || filters.contains(where: { $0.mayHold(value) })
      {
        return add(start)
      }
      // Longer than any name, also with what an escape before it may add.
      guard !isRunStart, end - start <= 264 else { return }
      let next = labelStart(bytes, before: start - 1)
      guard next.start < start - 1 else { return }
      (start, isRunStart) = (next.start, next.isRunStart)
      value = hash.hash(bytes, before: end, length: end - start)
    }
  }

  /// Where the label that ends before an offset begins, and whether its run does too; hyphens at the
  /// run's start are stripped.
  @inline(__always)
  private func labelStart(_ bytes: RawSpan, before end: Int) -> (start: Int, isRunStart: Bool) {
    var start = end
    // With what an escape before it may add a label is a little longer than 63 bytes.
    let floor = max(0, end - 72)
    while start > floor, classes.is(bytes.byte(unchecked: start - 1), .label) { start -= 1 }
    let isRunStart = start == 0 || bytes.byte(unchecked: start - 1) != UInt8(ascii: ".")
    if isRunStart {
      while start < end, bytes.byte(unchecked: start) == UInt8(ascii: "-") { start += 1 }
    }
    return (start, isRunStart)
  }

  /// Whether the first bytes of a run may belong to an escape or a percent unit before it.
  @inline(__always)
  private func isBehindEscape(_ bytes: RawSpan, _ start: Int) -> Bool {
    guard start > 0 else { return false }
    let byte = bytes.byte(unchecked: start - 1)
    return byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%")
  }

  /// Looks at the name that is left when an escape or a percent unit takes the first bytes of a run: `\n`
  /// one, `%20` two, `\x0a` three, `%2520` four, `\u000a` five.
  private mutating func considerEncoded(_ bytes: RawSpan, _ label: Range<Int>, end: Int) {
    let first = bytes.byte(unchecked: label.lowerBound)
    if bytes.byte(unchecked: label.lowerBound - 1) == UInt8(ascii: "%") {
      considerRest(bytes, label, behind: 2, end: end)
      if first == UInt8(ascii: "2") { considerRest(bytes, label, behind: 4, end: end) }
      return
    }
    switch first {
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"),
      UInt8(ascii: "f"):
      considerRest(bytes, label, behind: 1, end: end)
    case UInt8(ascii: "x"): considerRest(bytes, label, behind: 3, end: end)
    case UInt8(ascii: "u"): considerRest(bytes, label, behind: 5, end: end)
    default: break
    }
  }

  private mutating func considerRest(
    _ bytes: RawSpan, _ label: Range<Int>, behind length: Int, end: Int
  ) {
    var start = label.lowerBound + length
    while start < label.upperBound, bytes.byte(unchecked: start) == UInt8(ascii: "-") { start += 1 }
    guard start < label.upperBound else { return }
    var hash = SuffixHash()
    let tail = hash.hash(bytes, before: end, length: end - start)
    if filters.contains(where: { $0.mayEnd(tail) }) { add(start) }
  }

  /// Whether a last label, with its dot, is that of the names of addresses.
  @inline(__always)
  private func isReverse(_ bytes: RawSpan, _ label: Range<Int>) -> Bool {
    label.count == 5
      && bytes.littleEndianUInt32(unchecked: label.lowerBound + 1) | 0x2020_2020 == 0x6170_7261
  }

  /// Looks at the address that the labels before `in-addr` or `ip6` spell backwards.
  private mutating func considerReverse(_ bytes: RawSpan, _ label: Range<Int>) {
    guard label.lowerBound > 0, bytes.byte(unchecked: label.lowerBound - 1) == UInt8(ascii: ".")
    else { return }
    if label.count == 3 { return add(label.lowerBound) }
    guard label.count == 7 else { return }
    let end = label.lowerBound - 1
    var start = end
    while start > 0, end - start <= 15,
      classes.is(bytes.byte(unchecked: start - 1), .digit)
        || bytes.byte(unchecked: start - 1) == UInt8(ascii: ".")
    {
      start -= 1
    }
    if isBehindEscape(bytes, start)
      || start > 0 && classes.is(bytes.byte(unchecked: start - 1), .label)
    {
      return add(start)
    }
    guard let address = IPAddressText.ipv4(bytes, start..<end) else { return add(start) }
    add(address.byteSwapped, at: start)
  }

  // MARK: IPv4

  /// Looks at the address whose first dot this is.
  private mutating func considerIPv4(_ bytes: RawSpan, dot: Int) {
    let count = bytes.byteCount
    var start = dot
    while start > 0, dot - start < 8, classes.is(bytes.byte(unchecked: start - 1), .digit) {
      start -= 1
    }
    if start > 0 {
      let before = bytes.byte(unchecked: start - 1)
      if before == UInt8(ascii: "."), start > 1,
        classes.is(bytes.byte(unchecked: start - 2), .label)
      {
        return
      }
      if before == UInt8(ascii: "%") || before == UInt8(ascii: "\\")
        || (before == UInt8(ascii: "u") || before == UInt8(ascii: "x")) && start > 1
          && bytes.byte(unchecked: start - 2) == UInt8(ascii: "\\")
      {
        return add(start)
      }
    }
    guard 1...3 ~= dot - start else { return }
    var address: UInt32 = 0
    var offset = start
    // Dots behind the first one are none of another address.
    defer { addressesDone = offset }
    for part in 0..<4 {
      var value: UInt32 = 0
      let first = offset
      while offset < count, offset &- first < 4 {
        let digit = bytes.byte(unchecked: offset) &- 0x30
        guard digit <= 9 else { break }
        value = value &* 10 &+ UInt32(digit)
        offset &+= 1
      }
      guard offset > first, value <= 255,
        offset - first == 1 || bytes.byte(unchecked: first) != 0x30
      else { return }
      address = address << 8 | value
      if part < 3 {
        guard offset < count, bytes.byte(unchecked: offset) == UInt8(ascii: ".") else { return }
        offset += 1
      }
    }
    if offset < count {
      let next = bytes.byte(unchecked: offset)
      // A longer run of a name; hyphens may join two addresses or be stripped.
      if next != UInt8(ascii: "-"), classes.is(next, .label) { return }
      if next == UInt8(ascii: "."), offset + 1 < count {
        let behind = bytes.byte(unchecked: offset + 1)
        if behind != UInt8(ascii: "-"), classes.is(behind, .label) { return }
      }
    }
    add(address, at: start)
  }

  @inline(__always)
  private mutating func add(_ address: UInt32, at place: Int) {
    addresses.append(address)
    addressPlaces.append(UInt32(truncatingIfNeeded: place))
    if addresses.count == 512 { lookUpAddresses() }
  }

  private mutating func lookUpAddresses() {
    let count = addresses.count
    if count == 0 { return }
    counts[Int(IndicatorKind.ipv4.rawValue)] &+= UInt64(count)
    if numbers.count < count {
      numbers.append(contentsOf: repeatElement(0, count: count - numbers.count))
    }
    for family in ipv4 {
      Self.find(family, addresses, &numbers)
      for index in 0..<count where numbers[index] != PrefixTrie.none {
        found.append(addressPlaces[index])
      }
    }
    if wantsNames {
      for index in 0..<count {
        let hash = SuffixHash.hash(ipv4: addresses[index])
        if filters.contains(where: { $0.mayHold(hash) }) { found.append(addressPlaces[index]) }
      }
    }
    addresses.removeAll(keepingCapacity: true)
    addressPlaces.removeAll(keepingCapacity: true)
  }

  // MARK: IPv6

  /// Looks at the run of hexadecimal digits, colons and dots around a colon.
  private mutating func considerColons(_ bytes: RawSpan, at colon: Int) {
    guard colon >= colonsDone else { return }
    let count = bytes.byteCount
    var start = colon
    while start > colonsDone, classes.is(bytes.byte(unchecked: start - 1), .address) { start -= 1 }
    var end = colon
    while end < count, classes.is(bytes.byte(unchecked: end), .address) { end += 1 }
    colonsDone = end
    // Longer than an address with a port: what it is depends on what stands before it.
    if end - start > 56 { return add(start) }
    if takesAnyIPv6 { return add(start) }
    guard !ipv4.isEmpty || !ipv6.isEmpty else { return }
    if end < count, classes.is(bytes.byte(unchecked: end), .word) { return }
    for offset in max(0, start - 6)..<start
    where bytes.byte(unchecked: offset) == UInt8(ascii: "\\")
      || bytes.byte(unchecked: offset) == UInt8(ascii: "%")
    {
      return add(start)
    }
    if start > 0, classes.is(bytes.byte(unchecked: start - 1), .word) {
      if bytes.byte(unchecked: start - 1) == UInt8(ascii: "_") { return }
      // `inside:2001:…`: the word before goes with its colon.
      while start < end, bytes.byte(unchecked: start) != UInt8(ascii: ":") { start += 1 }
      guard start + 1 < end, bytes.byte(unchecked: start + 1) != UInt8(ascii: ":") else { return }
      start += 1
    }
    considerIPv6(bytes, start..<end)
  }

  private mutating func considerIPv6(_ bytes: RawSpan, _ run: Range<Int>) {
    var (start, end) = (run.lowerBound, run.upperBound)
    func isColon(_ offset: Int) -> Bool {
      offset >= start && offset < end && bytes.byte(unchecked: offset) == UInt8(ascii: ":")
    }
    while end > start, bytes.byte(unchecked: end - 1) == UInt8(ascii: ".") { end -= 1 }
    if isColon(end - 1), !isColon(end - 2) || isColon(end - 3) {
      end -= 1
      while end > start, bytes.byte(unchecked: end - 1) == UInt8(ascii: ".") { end -= 1 }
    }
    if isColon(start), !isColon(start + 1) { start += 1 }
    guard end - start > 2 else { return }
    guard let address = IPAddressText.ipv6(bytes, start..<end) else {
      // Nine groups may be an address and its port.
      var colons = 0
      for offset in start..<end where bytes.byte(unchecked: offset) == UInt8(ascii: ":") {
        colons += 1
      }
      if colons == 8 { add(start) }
      return
    }
    if let mapped = SpecialAddresses.mappedIPv4(address) {
      add(mapped, at: start)
    } else {
      wide.append(IPv6Bits(high: address.high, low: address.low))
      widePlaces.append(UInt32(truncatingIfNeeded: start))
      if wide.count == 512 { lookUpWideAddresses() }
    }
  }

  private mutating func lookUpWideAddresses() {
    let count = wide.count
    if count == 0 { return }
    counts[Int(IndicatorKind.ipv6.rawValue)] &+= UInt64(count)
    if numbers.count < count {
      numbers.append(contentsOf: repeatElement(0, count: count - numbers.count))
    }
    for family in ipv6 {
      Self.find(family, wide, &numbers)
      for index in 0..<count where numbers[index] != PrefixTrie.none {
        found.append(widePlaces[index])
      }
    }
    wide.removeAll(keepingCapacity: true)
    widePlaces.removeAll(keepingCapacity: true)
  }

  private static func find(
    _ family: PrefixLookup, _ addresses: [UInt32], _ numbers: inout [UInt32]
  ) {
    var results = numbers.mutableSpan
    family.trie.lookup(ipv4: addresses.span, numbers: &results)
  }

  private static func find(
    _ family: PrefixLookup, _ addresses: [IPv6Bits], _ numbers: inout [UInt32]
  ) {
    var results = numbers.mutableSpan
    family.trie.lookup(ipv6: addresses.span, numbers: &results)
  }

  // MARK: Digests

  /// Looks at the run of hexadecimal digits around an offset.
  private mutating func considerDigest(_ bytes: RawSpan, at place: Int) {
    guard place >= digestsDone else { return }
    let count = bytes.byteCount
    var start = place
    while start > digestsDone, classes.is(bytes.byte(unchecked: start - 1), .hex) { start -= 1 }
    var end = place
    while end < count, classes.is(bytes.byte(unchecked: end), .hex) { end += 1 }
    digestsDone = end
    guard end - start >= 32 else { return }
    if start > 0 {
      let before = bytes.byte(unchecked: start - 1)
      let isEscaped = start > 1 && bytes.byte(unchecked: start - 2) == UInt8(ascii: "\\")
      if isBehindEscape(bytes, start) || isEscaped && classes.is(before, .word) {
        return add(start)
      }
      if before != UInt8(ascii: "_"), classes.is(before, .word) { return }
    }
    if end < count {
      let next = bytes.byte(unchecked: end)
      if next != UInt8(ascii: "_"), classes.is(next, .word) { return }
    }
    let kind: IndicatorKind
    switch end - start {
    case 32: kind = .md5
    case 40: kind = .sha1
    case 56: kind = .sha224
    case 64: kind = .sha256
    case 96: kind = .sha384
    case 128: kind = .sha512
    default: return
    }
    counts[Int(kind.rawValue)] &+= 1
    var first: UInt64 = 0
    for offset in start..<start + 16 {
      first = first << 4 | UInt64(Hex.value(of: bytes.byte(unchecked: offset)) & 15)
    }
    let hash = SuffixHash.hash(digest: first, width: (end - start) / 2)
    if filters.contains(where: { $0.mayHold(hash) }) { add(start) }
  }

  // MARK: What stands for something else

  /// Looks at a byte that may not mean itself: a candidate if what it stands for can be a part of a
  /// value, since then nothing that was seen of its neighbours holds.
  private mutating func considerSpecial(_ bytes: RawSpan, at offset: Int) {
    let byte = bytes.byte(unchecked: offset)
    switch byte {
    case UInt8(ascii: "%"):
      guard let value = hex(bytes, at: offset + 1, digits: 2) else { return }
      if isPart(value) || value >= 0x80 && isInAuthority(bytes, offset) { add(offset) }
    case UInt8(ascii: "\\"):
      let digits = bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") ? 4 : 2
      guard let value = hex(bytes, at: offset + 2, digits: digits) else { return }
      switch value {
      case 0x1b, 0x25, 0x3a, 0x5c: add(offset)
      default: if value >= 0x80 || isPart(value) { add(offset) }
      }
    default: add(offset)
    }
  }

  private func isPart(_ value: Int) -> Bool {
    value < 0x80 && (value == 0x2e || classes.is(UInt8(value), .label))
  }

  private func hex(_ bytes: RawSpan, at start: Int, digits: Int) -> Int? {
    guard start + digits <= bytes.byteCount else { return nil }
    var value = 0
    for offset in start..<start + digits {
      let digit = Hex.value(of: bytes.byte(unchecked: offset))
      guard digit < 16 else { return nil }
      value = value << 4 | Int(digit)
    }
    return value
  }

  /// Whether a percent unit may belong to the host of a URL, which is decoded whole.
  ///
  /// Walks back no further than to the unit that was asked about before, so that a line of them is
  /// walked once.
  private mutating func isInAuthority(_ bytes: RawSpan, _ offset: Int) -> Bool {
    var start = offset
    var result = false
    while start > 0 {
      if start == lastUnit.offset {
        result = lastUnit.isInAuthority
        break
      }
      let byte = bytes.byte(unchecked: start - 1)
      if byte == UInt8(ascii: "/") {
        result = start > 1 && bytes.byte(unchecked: start - 2) == byte
        break
      }
      if byte <= 0x20 || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
        || byte == UInt8(ascii: "\"")
      {
        break
      }
      start -= 1
    }
    // What is cut at the chunk's start may be a host.
    if start == 0 { result = true }
    lastUnit = (offset, result)
    return result
  }
}
