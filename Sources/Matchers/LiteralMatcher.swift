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
/// The image names a strategy. There is one now, the automaton of Aho and Corasick, which costs the
/// same whatever the input holds; filters for particular kinds of patterns can be put before it.
/// Patterns that ignore case and those that do not have an automaton each, for a candidate of a
/// folded automaton would have to be confirmed, and patterns could be made whose candidates are many
/// and whose matches are none. Where a set has both, they run side by side.
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

    /// The start of a stream.
    public init() {}
  }

  /// How the patterns are found; a parameter of the image.
  enum Strategy: Sendable {
    case automata(AutomatonPair)
  }

  static let automataStrategy: UInt64 = 1

  /// Parameters: strategy, patterns, then those of each automaton.
  ///
  /// Sections: lengths of the patterns, then those of each automaton.
  static let format = ImageFormat(
    magic: "SekiLits", version: 1, parameterCount: 2 + 2 * Automaton.parameterCount,
    elementSizes: [2] + Automaton.elementSizes + Automaton.elementSizes)

  let owner: ImageBytes
  let range: Range<Int>
  let strategy: Strategy
  private let lengths: ImageTable<UInt16>

  /// Number of patterns.
  public let count: Int

  /// Opens an image after checking its header and lengths; the region may be hostile.
  ///
  /// Costs microseconds whatever the number of patterns.
  public init(image: ImageBytes, range: Range<Int>) throws(ImageError) {
    let reader = try ImageReader(image: image, range: range, format: Self.format)
    guard reader.parameters[0] == Self.automataStrategy else {
      throw .damaged("unknown strategy \(reader.parameters[0]) of the literals")
    }
    owner = image
    self.range = range
    count = try reader.count(1, atMost: Int(UInt32.max) - 1)
    lengths = try reader.table(0)
    guard lengths.count == count + 1 else {
      throw .damaged("\(lengths.count - 1) lengths for \(count) patterns")
    }
    strategy = .automata(
      AutomatonPair(
        sensitive: try Automaton(reader, parameter: 2, firstSection: 1, patternCount: count),
        folded: try Automaton(
          reader, parameter: 2 + Automaton.parameterCount,
          firstSection: 1 + Automaton.elementSizes.count,
          patternCount: count)))
  }

  /// Bytes of a pattern, 0 if there is none with this number.
  public func length(of pattern: UInt32) -> Int {
    Int(pattern) < count ? Int(lengths[clamping: Int(pattern)]) : 0
  }

  /// Appends the matches that end in this chunk, at most `limit`.
  ///
  /// What the limit cuts are the last matches; the state afterwards is the same, so that the next
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
    }
  }

  /// Number of (pattern, occurrence) pairs that end in this chunk.
  public func count(_ chunk: RawSpan, state: inout State) -> UInt64 {
    switch strategy {
    case .automata(let automata):
      var sink = CountingSink(automata: automata)
      automata.scan(chunk, state: &state, sink: &sink)
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
    }
    for (number, wasSeen) in seen.enumerated() where !wasSeen {
      throw .damaged("pattern \(number) is in no automaton")
    }
  }
}
