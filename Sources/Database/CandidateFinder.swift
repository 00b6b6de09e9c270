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
  let wantsDigests: Bool
  let classes = TextClasses.shared
  let way: Int32
  /// Words of values that the filters do not know.
  let words: LiteralMatcher?
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
