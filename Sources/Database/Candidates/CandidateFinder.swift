import CByteKernels
import Indicators
import Matchers
import Parsing

/// Finds the places in text near which an indicator may be.
///
/// It passes once over the bytes and knows nothing of lines, records or fields.
///
/// A line in which nothing is found holds no hit, whatever the line means: whatever turns bytes
/// into other values (escapes, percent units and the like) is either decoded or is a candidate
/// itself. The reverse does not hold: a candidate only asks for an exact look.
///
/// Bytes are classified sixty-four at a time (`sekisho_find_shapes`). A name shows itself by a dot
/// before a letter, an IPv4 address by a dot between digits, an IPv6 address by `::` or six colons,
/// a digest by its digits; only such places are hashed and looked up in the filters
/// (`CandidateFilter`) and tries. Each thread has a finder of its own.
package struct CandidateFinder: Sendable {
  /// The words of one matcher, and the kinds of indicators that they are looked for.
  struct SoughtWords {
    var words: CandidateWords
    var matcher: LiteralMatcher
    var firstWord: Int
    var kinds: IndicatorKindSet
  }

  /// The filters of the first database, and those of the others.
  let filter: CandidateFilter?
  let otherFilters: [CandidateFilter]
  let ipv4: [PrefixLookup]
  let ipv6: [PrefixLookup]
  let wantsNames: Bool
  let wantsURLs: Bool
  let wantsDigitLabels: Bool
  /// Which bytes follow the digits that a last label begins with (`DigitLabels.followers`).
  private let digitFollowers: UInt32
  let wantsAddressHosts: Bool
  /// Whether some URL has a host that is neither a name of two or more labels nor an IPv4 address.
  let wantsOtherHosts: Bool
  /// Whether a label of such a host may be written as `xn--`.
  let hasOtherWideHosts: Bool
  let wantsDigests: Bool
  let classes = TextClasses.shared
  let way: Int32
  /// Words of values that the filters cannot tell.
  let words: [SoughtWords]
  let includesWeak: Bool
  let takesAnyIPv6: Bool
  /// Whether defanged values are refanged when they are read, so that each is a candidate.
  let refangs: Bool

  /// Room for the shapes of a window.
  var shapes = TextShapes()
  /// Room for the indices of those names in `shapes` that are worth a look.
  var passing: [UInt32] = []
  /// The same for addresses that may be hosts; a list of its own, since names are looked at while
  /// addresses are gathered.
  var passingHosts: [UInt32] = []
  /// Where the candidates of the chunk are, except those that are in `hostPlaces` alone.
  var found: [UInt32] = []
  /// The candidates near which a file name may be: at a word, or at a byte that does not mean
  /// itself.
  package private(set) var wordPlaces: [UInt32] = []
  /// The candidates at which only the IPv4 address of a URL's host may be.
  package internal(set) var hostPlaces: [UInt32] = []
  /// Addresses that wait to be looked up together.
  var addresses: [UInt32] = []
  var addressPlaces: [UInt32] = []
  var wide: [IPv6Bits] = []
  var widePlaces: [UInt32] = []
  /// The run of each address in `wide`; empty if the run holds more than the address.
  var wideRuns: [Range<Int>] = []
  /// What no entry covers: IPv4 addresses, and runs of text that are one IPv6 address each.
  var missed = MissedAddresses()
  var missedRuns = KnownMisses(places: 256)
  /// Labels of names, above ASCII and to be normalised, that are no end of any.
  var missedForms = KnownMisses(places: 256)
  var numbers: [UInt32] = []
  /// Digests that wait to be looked up together.
  var digestHashes: [UInt64] = []
  var digestPlaces: [UInt32] = []
  var wordMatches: [LiteralMatch] = []
  /// The ends of the last runs of hexadecimal digits and of colons that were looked at.
  var digestsDone = 0
  var colonsDone = 0
  /// The end of the digits and dots that were looked at as an address.
  var addressesDone = 0
  /// The last percent unit above ASCII.
  var lastUnit = PercentUnit(offset: -1)
  /// What is known of the last run of a name with characters above ASCII.
  var wideRun = WideRun()
  /// The end of the last special bytes that were looked at, one by one or together.
  var specialsDone = 0
  /// The end of the last run that was too short for a digest.
  var shortDigestEnd = 0
  /// The end of the looked-at part of the last run that is long enough for a digest.
  var longDigestEnd = 0
  /// The end of the last run of a name that was searched for a dot, and whether it may hold one.
  var runEnd = 0
  var runHasDot = false

  /// How many values of each kind, by raw value, were looked at since the finder was made.
  ///
  /// A digest counts as the kind that its length alone means.
  package internal(set) var counts = [UInt64](repeating: 0, count: IndicatorKind.allCases.count)

  private static let window = Int(SEKISHO_SHAPES_WINDOW)

  /// Nil if text cannot be searched for what the databases hold: if some string has no letter or
  /// digit, or an image has no candidate filter.
  package init?(databases: [IndicatorDatabase], options: LookupOptions, refangs: Bool = false) {
    self.refangs = refangs
    var kinds = IndicatorKindSet()
    var filters: [CandidateFilter] = []
    var words: [SoughtWords] = []
    var takesAnyIPv6 = false
    for database in databases {
      let held = database.kindsToLookUp(options).intersection(options.kinds)
      kinds.formUnion(held)
      if held.rawValue == 0 { continue }
      guard let filter = database.candidateFilter else { return nil }
      filters.append(filter)
      var inWords = held.intersection(CandidateWordsBuilder.strings)
      if filter.hasOtherHosts { inWords.formUnion(held.intersection(CandidateWordsBuilder.hosts)) }
      if inWords.isEmpty { continue }
      guard let wordsOfDatabase = database.candidateWords,
        wordsOfDatabase.wordlessKinds.isDisjoint(with: inWords)
      else { return nil }
      if wordsOfDatabase.hasIPv6Hosts, inWords.contains(.url) { takesAnyIPv6 = true }
      for (matcher, firstWord) in wordsOfDatabase.matchers(includesWeak: options.includesWeak) {
        words.append(
          SoughtWords(
            words: wordsOfDatabase, matcher: matcher, firstWord: firstWord, kinds: inWords))
      }
    }
    self.takesAnyIPv6 = takesAnyIPv6
    self.words = words
    includesWeak = options.includesWeak
    filter = filters.first
    otherFilters = Array(filters.dropFirst())
    ipv4 = kinds.contains(.ipv4) ? databases.compactMap(\.ipv4) : []
    ipv6 = kinds.contains(.ipv6) ? databases.compactMap(\.ipv6) : []
    wantsNames = !kinds.isDisjoint(with: IndicatorKindSet([.domain, .url, .email]))
    wantsURLs = kinds.contains(.url)
    wantsDigitLabels = wantsNames && filters.contains(where: \.hasDigitLabels)
    digitFollowers = filters.reduce(0) { $0 | $1.digitLabels.followers }
    wantsAddressHosts = wantsURLs && filters.contains(where: \.hasAddressHosts)
    wantsOtherHosts = wantsNames && filters.contains(where: \.hasOtherHosts)
    hasOtherWideHosts = wantsNames && filters.contains(where: \.hasOtherWideHosts)
    wantsDigests = IndicatorKind.allCases.contains { $0.isDigest && kinds.contains($0) }
    way = sekisho_text_best()
  }

  /// Finds the offsets in a chunk, ascending, at or near which an indicator may be.
  ///
  /// - Returns: False if there are so many words that everything should be read instead.
  package mutating func find(in chunk: RawSpan, candidates: inout [UInt32]) -> Bool {
    candidates.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    wordPlaces.removeAll(keepingCapacity: true)
    hostPlaces.removeAll(keepingCapacity: true)
    digestsDone = 0
    colonsDone = 0
    addressesDone = 0
    lastUnit = PercentUnit(offset: -1)
    specialsDone = 0
    (shortDigestEnd, longDigestEnd) = (0, 0)
    runEnd = 0
    wideRun = WideRun()
    guard findWords(in: chunk) else { return false }
    if refangs { findDefanged(in: chunk) }
    var state = sekisho_text_state()
    var start = 0
    while start < chunk.byteCount {
      let end = min(chunk.byteCount, start + Self.window)
      look(chunk, from: start, to: end, &state)
      start = end
    }
    lookUpAddresses()
    lookUpWideAddresses(chunk)
    found.sort()
    wordPlaces.sort()
    hostPlaces.sort()
    mergeHosts(into: &candidates)
    return true
  }

  /// Merges `found` and `hostPlaces` into `candidates`.
  ///
  /// A host at whose place something else was found is removed from `hostPlaces`.
  private mutating func mergeHosts(into candidates: inout [UInt32]) {
    var kept = 0
    var place = 0
    for host in hostPlaces {
      while place < found.count, found[place] < host {
        candidates.append(found[place])
        place += 1
      }
      if place < found.count && found[place] == host || kept > 0 && hostPlaces[kept - 1] == host {
        continue
      }
      candidates.append(host)
      hostPlaces[kept] = host
      kept += 1
    }
    candidates.append(contentsOf: found[place...])
    hostPlaces.removeLast(hostPlaces.count - kept)
  }

  private mutating func findWords(in chunk: RawSpan) -> Bool {
    var matches = wordMatches
    wordMatches = []
    defer { wordMatches = matches }
    for sought in words {
      var state = LiteralMatcher.State()
      matches.removeAll(keepingCapacity: true)
      guard
        sought.matcher.scan(
          chunk, state: &state, limit: chunk.byteCount / 16 + 1024, matches: &matches)
      else { return false }
      for match in matches where Int(match.pattern) < sought.matcher.count {
        let end = Int(truncatingIfNeeded: match.end)
        if sought.words.isCandidate(
          sought.firstWord + Int(match.pattern), in: chunk, end: end, sought.kinds,
          includesWeak: includesWeak)
        {
          addWord(end - 1)
        }
      }
    }
    return true
  }

  /// Looks at the shapes of a window.
  private mutating func look(
    _ chunk: RawSpan, from start: Int, to end: Int, _ state: inout sekisho_text_state
  ) {
    // Taken out for the call, so that the shapes can be read while the rest is written.
    var shapes = shapes
    self.shapes = TextShapes(empty: ())
    defer { self.shapes = shapes }
    shapes.find(in: chunk, from: start, to: end, &state, way: way)
    considerNames(chunk, shapes)
    if wantsDigitLabels {
      let labels = shapes.labels
      for index in labels.indices { considerDigitLabel(chunk, behind: Int(labels[index])) }
    }
    let dots = shapes.dots
    for index in dots.indices where Int(dots[index]) >= addressesDone {
      considerIPv4(chunk, dot: Int(dots[index]))
    }
    let escaped = shapes.escaped
    for index in escaped.indices { add(Int(escaped[index])) }
    lookUp(shapes)
    if wantsDigests {
      let digests = shapes.digests
      for index in digests.indices { considerDigest(chunk, at: Int(digests[index])) }
      lookUpDigests()
    }
    let colons = shapes.colons
    for index in colons.indices where Int(colons[index]) >= colonsDone {
      considerColons(chunk, at: Int(colons[index]))
    }
    let specials = shapes.specials
    for index in specials.indices where Int(specials[index]) >= specialsDone {
      considerSpecial(chunk, at: Int(specials[index]))
    }
  }

  @inline(__always)
  mutating func add(_ offset: Int) { found.append(UInt32(truncatingIfNeeded: offset)) }

  @inline(__always)
  mutating func addWord(_ offset: Int) {
    add(offset)
    wordPlaces.append(UInt32(truncatingIfNeeded: offset))
  }

  /// Looks at a name whose last label begins with digits that end at an offset.
  private mutating func considerDigitLabel(_ bytes: RawSpan, behind end: Int) {
    guard digitFollowers & DigitLabels.follower(bytes.byte(unchecked: end)) != 0 else { return }
    var dot = end - 1
    while dot > 0, classes.is(bytes.byte(unchecked: dot), .digit) { dot -= 1 }
    let hash = DigitLabels.hash(bytes, from: dot + 1, classes)
    if filter?.digitLabels.contains(hash) ?? false
      || otherFilters.contains(where: { $0.digitLabels.contains(hash) })
    {
      considerName(bytes, dot: dot)
    }
  }

  // MARK: Filters

  /// Whether a name or host may end in two labels with this hash.
  @inline(__always)
  func mayEnd(_ hash: UInt64) -> Bool {
    if let filter, filter.tails.holds(hash) { return true }
    return !otherFilters.isEmpty && otherFilters.contains { $0.tails.holds(hash) }
  }

  /// Whether a value may have this hash.
  @inline(__always)
  func mayHold(_ hash: UInt64) -> Bool {
    if let filter, filter.values.holdsPaired(hash) { return true }
    return !otherFilters.isEmpty && otherFilters.contains { $0.values.holdsPaired(hash) }
  }
}
