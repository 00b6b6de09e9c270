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
  let filters: [CandidateFilter]
  let ipv4: [PrefixLookup]
  let ipv6: [PrefixLookup]
  let wantsNames: Bool
  let wantsDigitLabels: Bool
  /// Some URL has a host that is no name of two labels, nor IPv4.
  let wantsOtherHosts: Bool
  let wantsDigests: Bool
  let classes = TextClasses.shared
  let way: Int32
  /// Words of values that the filters do not know.
  let words: LiteralMatcher?
  let wordFacts: [CandidateWords.Word]
  let takesAnyIPv6: Bool
  /// Defanged values are read as what they stand for, so that each is a candidate.
  let refangs: Bool

  var blocks = [sekisho_text_block](
    repeating: sekisho_text_block(), count: Self.windowBlocks + 2)
  /// Where the candidates of the chunk are.
  var found: [UInt32] = []
  /// Addresses that wait to be looked up together.
  var addresses: [UInt32] = []
  var addressPlaces: [UInt32] = []
  var wide: [IPv6Bits] = []
  var widePlaces: [UInt32] = []
  var numbers: [UInt32] = []
  var wordMatches: [LiteralMatch] = []
  /// Ends of the last runs of hexadecimal digits and of colons that were looked at.
  var digestsDone = 0
  var colonsDone = 0
  /// End of the digits and dots that were looked at as an address.
  var addressesDone = 0
  /// The last percent unit above ASCII, and whether it may belong to a host.
  var lastUnit = (offset: -1, isInAuthority: false)
  /// End of the last character above ASCII that was looked at.
  var specialsDone = 0
  /// End of the last run of a name that was looked at for a dot, and what came of it.
  var runEnd = 0
  var runHasDot = false

  /// Values of each kind, by raw value, that were looked at since the finder was made; a digest counts
  /// as what its length is without a label.
  public internal(set) var counts = [UInt64](repeating: 0, count: IndicatorKind.allCases.count)

  private static let windowBlocks = 256

  /// Nil where text cannot be searched for what the databases hold: a string without any letter or digit,
  /// or an image without the filter.
  ///
  /// Quick, unless strings or hosts of one label take part, of which words are gathered.
  public init?(databases: [IndicatorDatabase], options: LookupOptions, refangs: Bool = false) {
    self.refangs = refangs
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
      guard words.insert(database, inWords, options) else { return nil }
    }
    takesAnyIPv6 = words.hasIPv6Hosts
    wordFacts = words.words
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
    wantsOtherHosts = wantsNames && filters.contains(where: \.hasOtherHosts)
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
    specialsDone = 0
    runEnd = 0
    guard findWords(in: chunk) else { return false }
    if refangs { findDefanged(in: chunk) }
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
        if block.dot_letter != 0 { lookForNames(index, at: base, chunk) }
        if block.dot_digit | block.hex_run | block.colon | block.special != 0 {
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
    for match in matches {
      let word = wordFacts[Int(match.pattern)]
      let end = Int(truncatingIfNeeded: match.end)
      if !word.isRun || isRun(chunk, end - word.length..<end) { add(end - 1) }
    }
    return true
  }

  /// Whether some bytes are a run of a name's characters of their own, as far as they mean themselves:
  /// an escape may take the first of them.
  private func isRun(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    if range.upperBound < bytes.byteCount,
      classes.is(bytes.byte(unchecked: range.upperBound), .nameByte)
    {
      return false
    }
    let floor = max(0, range.lowerBound - 12)
    var start = range.lowerBound
    while start > floor, classes.is(bytes.byte(unchecked: start - 1), .nameByte) { start -= 1 }
    if start == range.lowerBound { return true }
    guard start > 0 else { return false }
    let before = bytes.byte(unchecked: start - 1)
    return before == UInt8(ascii: "\\") || before == UInt8(ascii: "%") || before == 0x5b
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

  /// Looks at the names whose last dot may be in a block; where labels begin and end is told by the
  /// bitmaps of the blocks around it.
  @inline(__always)
  private mutating func lookForNames(_ index: Int, at base: Int, _ chunk: RawSpan) {
    let block = blocks[index]
    let behind = index &+ 1 < blocks.count ? blocks[index &+ 1].name : 0
    let before = index > 0 ? blocks[index &- 1].name : 0
    var mask = block.dot_letter
    while mask != 0 {
      let bit = UInt64(truncatingIfNeeded: mask.trailingZeroBitCount)
      mask &= mask &- 1
      let dot = base &+ Int(bit)
      // The label behind the dot from its lowest bit on, the one before it from its highest.
      let next = (block.name &>> bit) &>> 1 | behind &<< (63 &- bit)
      let last = (bit == 0 ? 0 : block.name &<< (64 &- bit)) | before &>> bit
      let length = (~next).trailingZeroBitCount
      let lengthBefore = (~last).leadingZeroBitCount
      guard length < 63, lengthBefore < 63, base > 0, dot &+ 64 < chunk.byteCount else {
        considerName(chunk, dot: dot)
        continue
      }
      var start = dot &- lengthBefore
      let isRunStart = start == 0 || chunk.byte(unchecked: start &- 1) != UInt8(ascii: ".")
      if isRunStart {
        while start < dot, chunk.byte(unchecked: start) == UInt8(ascii: "-") { start &+= 1 }
      }
      considerName(
        chunk, dot: dot, start: start, isRunStart: isRunStart, end: dot &+ 1 &+ length)
    }
  }

  @inline(__always)
  private mutating func look(_ block: sekisho_text_block, at base: Int, _ chunk: RawSpan) {
    var mask = block.dot_digit
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
  mutating func add(_ offset: Int) { found.append(UInt32(truncatingIfNeeded: offset)) }

  /// Looks at the name whose last label begins with a digit, unless it is a number.
  @inline(__always)
  private mutating func considerDigitLabel(_ bytes: RawSpan, dot: Int) {
    var end = dot &+ 2
    while end < bytes.byteCount, classes.is(bytes.byte(unchecked: end), .digit) { end &+= 1 }
    guard end < bytes.byteCount, classes.is(bytes.byte(unchecked: end), .label) else { return }
    considerName(bytes, dot: dot)
  }
}
