/// One occurrence of a pattern.
@frozen
public struct LiteralMatch: Sendable, Hashable {
  /// The pattern's number.
  public var pattern: UInt32
  /// The offset just after its last byte, counted from the start of the stream.
  public var end: UInt64

  /// An occurrence of a pattern that ends before `end`.
  @inlinable
  public init(pattern: UInt32, end: UInt64) {
    self.pattern = pattern
    self.end = end
  }
}

/// Finds all occurrences, overlapping ones included, of many literals.
///
/// A stream is handed over in chunks of any size; matches are the same however it is cut. They come
/// in the order of their ends, those with the same end in the order of their patterns' numbers.
///
/// # How it works
///
/// The image names a strategy.
///
/// - *Anchors* (`AnchorIndex`): each pattern is found by a rare pair of bytes in it. Used where few
///   places of an input are expected to hold such pairs.
/// - *Automata* (`Automaton`): Aho and Corasick's, which costs the same whatever the input holds.
///   Used for patterns that have no rare pair. Patterns that ignore case and those that do not have
///   an automaton each: one folded automaton would only give candidates, and patterns can be made
///   that have many candidates and no matches. Where a set has both, the two run side by side.
///
/// A set with anchors has automata too, unless it is large: then a scan goes over to them while the
/// input is dense with anchors, and back. In a large set automata are for those patterns only that
/// have no anchor, and run beside the anchors.
///
/// # Trust
///
/// Opening checks the frame and lengths only; see `verify()` for the rest. Whatever the image holds,
/// a scan takes time linear in its input and reads nothing outside the image.
public struct LiteralMatcher: Sendable {
  /// The longest pattern.
  public static let longestPattern = 4096

  /// What a stream carries from chunk to chunk.
  ///
  /// Belongs to one matcher: handed to another it gives wrong matches, but does no harm.
  public struct State: Sendable {
    /// Bytes of the stream that were scanned.
    public internal(set) var offset: UInt64 = 0
    var sensitive = Automaton.Cursor()
    var folded = Automaton.Cursor()
    /// The last bytes of the stream, in which a match may begin.
    var tail: [UInt8] = []

    /// The start of a stream.
    public init() {}
  }

  /// How the patterns are found; a parameter of the image.
  enum Strategy: Sendable {
    case automata(AutomatonPair)
    /// `coversAll`: the automata hold all patterns, else only those without an anchor.
    case anchors(AnchorIndex, automata: AutomatonPair, coversAll: Bool)
  }

  static let automataStrategy: UInt64 = 1
  static let anchorsStrategy: UInt64 = 2

  /// Indices of the image's parameters.
  enum Parameter {
    static let strategy = 0
    static let count = 1
    static let sensitive = 2
    static let folded = 2 + Automaton.parameterCount
    static let longest = 2 + 2 * Automaton.parameterCount
    static let seed = longest + 1
    static let coversAll = longest + 2
    static let grams = longest + 3
    static let windows = longest + 4
    static let end = windows + AnchorIndex.windowLimit
  }

  /// Indices of the image's sections.
  enum Section {
    static let lengths = 0
    static let sensitive = 1
    static let folded = 1 + Automaton.elementSizes.count
    static let anchors = 1 + 2 * Automaton.elementSizes.count
  }

  static let format = ImageFormat(
    magic: "SekiLits", version: 4, parameterCount: Parameter.end,
    elementSizes: [2] + Automaton.elementSizes + Automaton.elementSizes
      + AnchorIndex.elementSizes)

  let owner: ImageBytes
  let range: Range<Int>
  private(set) var strategy: Strategy
  /// Bytes of the longest pattern.
  public let longest: Int
  let lengths: ImageTable<UInt16>

  /// Number of patterns.
  public let count: Int

  /// Opens an image after checking its header and lengths; the region may be hostile.
  ///
  /// Costs microseconds whatever the number of patterns.
  public init(image: ImageBytes, range: Range<Int>) throws(ImageError) {
    let reader = try ImageReader(image: image, range: range, format: Self.format)
    owner = image
    self.range = range
    count = try reader.count(Parameter.count, atMost: Int(UInt32.max) - 1)
    longest = try reader.count(Parameter.longest, atMost: Self.longestPattern)
    lengths = try reader.table(Section.lengths)
    guard lengths.count == count + 1 else {
      throw .damaged("\(lengths.count - 1) lengths for \(count) patterns")
    }
    let automata = AutomatonPair(
      sensitive: try Automaton(
        reader, parameter: Parameter.sensitive, firstSection: Section.sensitive,
        patternCount: count),
      folded: try Automaton(
        reader, parameter: Parameter.folded, firstSection: Section.folded, patternCount: count))
    switch reader.parameters[Parameter.strategy] {
    case Self.automataStrategy:
      strategy = .automata(automata)
    case Self.anchorsStrategy:
      let index = try AnchorIndex(
        reader, firstSection: Section.anchors, seed: reader.parameters[Parameter.seed],
        grams: reader.parameters[Parameter.grams],
        windows: reader.parameters[Parameter.windows..<Parameter.end], patternCount: count)
      let coversAll = try reader.count(Parameter.coversAll, atMost: 1) == 1
      guard longest > 0 else { throw .damaged("anchors of patterns without bytes") }
      strategy = .anchors(index, automata: automata, coversAll: coversAll)
    default:
      throw .damaged("unknown strategy \(reader.parameters[Parameter.strategy]) of the literals")
    }
  }

  /// The same matcher with other instructions in its kernels; for tests.
  func using(variant: Int32) -> LiteralMatcher {
    guard case .anchors(var index, let automata, let coversAll) = strategy else { return self }
    index.variant = variant
    var matcher = self
    matcher.strategy = .anchors(index, automata: automata, coversAll: coversAll)
    return matcher
  }

  /// Bytes of a pattern, 0 if there is none with this number.
  public func length(of pattern: UInt32) -> Int {
    Int(pattern) < count ? Int(lengths[clamping: Int(pattern)]) : 0
  }

  /// Appends the matches that end in this chunk, at most `limit`.
  ///
  /// The limit cuts the last matches. The state afterwards does not depend on it, so that the next
  /// chunk's matches are right in any case.
  ///
  /// - Parameters:
  ///   - chunk: the next bytes of the stream.
  ///   - state: what the chunks before left.
  ///   - limit: the most matches to append.
  ///   - matches: what is appended to.
  /// - Returns: false when the limit cut some.
  public func scan(
    _ chunk: RawSpan, state: inout State, limit: Int, matches: inout [LiteralMatch]
  ) -> Bool {
    switch strategy {
    case .automata(let automata):
      var sink = CollectingSink(automata: automata, limit: limit)
      // The array changes hands rather than being shared, which would copy it.
      swap(&sink.matches, &matches)
      sink.start = sink.matches.count
      automata.scan(chunk, state: &state, sink: &sink)
      swap(&sink.matches, &matches)
      return !sink.wasCut
    case .anchors(let index, let automata, let coversAll):
      let search = AnchorSearch(
        index: index, automata: coversAll ? automata : nil, longest: longest)
      var sink = CollectingSink(automata: automata, limit: limit)
      let runsBoth = !coversAll && !automata.isEmpty
      if !runsBoth {
        swap(&sink.matches, &matches)
        sink.start = sink.matches.count
      }
      search.search(chunk, state: &state, sink: &sink)
      guard runsBoth else {
        state.offset &+= UInt64(chunk.byteCount)
        swap(&sink.matches, &matches)
        return !sink.wasCut
      }
      var others = CollectingSink(automata: automata, limit: limit)
      automata.scan(chunk, state: &state, sink: &others)
      let all = sink.matches.count + others.matches.count
      matches.appendMerging(sink.matches, others.matches, limit: max(limit, 0))
      return !sink.wasCut && !others.wasCut && all <= limit
    }
  }

  /// Number of (pattern, occurrence) pairs that end in this chunk.
  public func count(_ chunk: RawSpan, state: inout State) -> UInt64 {
    switch strategy {
    case .automata(let automata):
      var sink = CountingSink(automata: automata)
      automata.scan(chunk, state: &state, sink: &sink)
      return sink.count
    case .anchors(let index, let automata, let coversAll):
      let search = AnchorSearch(
        index: index, automata: coversAll ? automata : nil, longest: longest)
      var sink = CountingSink(automata: automata)
      search.search(chunk, state: &state, sink: &sink)
      if coversAll || automata.isEmpty {
        state.offset &+= UInt64(chunk.byteCount)
      } else {
        automata.scan(chunk, state: &state, sink: &sink)
      }
      return sink.count
    }
  }

  /// Checks every internal reference, and that the automata are those of the patterns they hold.
  ///
  /// Reads the whole image; matches are right for an image that passes.
  ///
  /// - Throws: `ImageError.damaged` with the first fault.
  public func verify() throws(ImageError) {
    try ImageReader(image: owner, range: range, format: Self.format).verifyPadding()
    guard lengths[clamping: count] == 0 else { throw .damaged("the lengths have no end") }
    var seen = [Bool](repeating: false, count: count)
    switch strategy {
    case .automata(let automata):
      try automata.sensitive?.verify(lengths: lengths, seen: &seen)
      try automata.folded?.verify(lengths: lengths, seen: &seen)
    case .anchors(let index, let automata, let coversAll):
      try automata.sensitive?.verify(lengths: lengths, seen: &seen)
      try automata.folded?.verify(lengths: lengths, seen: &seen)
      if coversAll {
        for (number, wasSeen) in seen.enumerated() where !wasSeen {
          throw .damaged("pattern \(number) is in no automaton")
        }
        seen = [Bool](repeating: false, count: count)
      }
      try index.verify(lengths: lengths, longest: longest, seen: &seen)
    }
    for (number, wasSeen) in seen.enumerated() where !wasSeen {
      throw .damaged("pattern \(number) cannot be found")
    }
  }
}

extension [LiteralMatch] {
  /// Appends two lists in the order of their ends and numbers, as much as the limit allows.
  fileprivate mutating func appendMerging(
    _ first: [LiteralMatch], _ second: [LiteralMatch], limit: Int
  ) {
    var (one, other) = (0, 0)
    for _ in 0..<Swift.min(limit, first.count + second.count) {
      let takesFirst =
        other == second.count
        || one < first.count
          && (first[one].end, first[one].pattern) < (second[other].end, second[other].pattern)
      append(takesFirst ? first[one] : second[other])
      if takesFirst { one += 1 } else { other += 1 }
    }
  }
}
