/// Builds a `LiteralMatcher` image.
public struct LiteralMatcherBuilder {
  /// The patterns end to end, those that ignore case in small letters.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var numbers: [UInt32] = []
  private var foldsCase: [Bool] = []
  private var problem: ImageError?

  /// Words of dense rows; tests lower it so that small sets have sparse states.
  var denseBudget = AutomatonBuilder.denseBudget
  /// Whether there are anchors: nil where it depends on how often they are expected.
  package var usesAnchors: Bool?
  /// The most bytes of patterns for which there are automata beside the anchors.
  package var reliefLimit = 2 << 20
  /// What anchors may be expected to cost for a byte, in the units of `PairGroups.effort`: an
  /// automaton's cost, which grows when its rows no longer fit a second-level cache.
  static let greatestEffort = 4.0
  private static let greatestEffortUncached = 16.0
  /// Bytes of patterns of which the automaton still fits.
  private static let cachedPatterns = 8 << 10

  /// A builder without patterns.
  public init() {}

  /// Number of patterns inserted so far.
  public var count: Int { numbers.count }

  /// Adds a pattern; what is wrong with it is thrown by `build()`.
  ///
  /// - Parameters:
  ///   - pattern: 1 byte to 4 KiB, any bytes.
  ///   - number: given by the caller; those of all patterns are 0 ..< the count, in any order.
  ///   - ignoresCase: whether ASCII letters match in either case.
  public mutating func insert(_ pattern: RawSpan, number: UInt32, ignoresCase: Bool) {
    guard problem == nil else { return }
    guard (1...LiteralMatcher.longestPattern).contains(pattern.byteCount) else {
      problem = .unusableInput("a pattern of \(pattern.byteCount) bytes")
      return
    }
    for at in 0..<pattern.byteCount {
      let byte = pattern.little(unchecked: at, as: UInt8.self)
      bytes.append(ignoresCase ? byte.foldingASCIICapital : byte)
    }
    ends.append(bytes.count)
    numbers.append(number)
    foldsCase.append(ignoresCase)
  }

  /// The image: a function of the patterns and their numbers, not of the order of insertion.
  ///
  /// - Throws: `ImageError.unusableInput` if a pattern has a wrong length, a number stands twice or
  ///   is not below the count, or the automaton would take more than 4 GiB.
  public consuming func build() throws(ImageError) -> [UInt8] {
    if let problem { throw problem }
    var lengths = [UInt16](repeating: 0, count: numbers.count + 1)
    for (index, number) in numbers.enumerated() {
      guard number < numbers.count, lengths[Int(number)] == 0 else {
        throw .unusableInput("the number \(number) stands twice, or is not below the count")
      }
      lengths[Int(number)] = UInt16(ends[index] - (index == 0 ? 0 : ends[index - 1]))
    }
    var anchors = makeAnchors()
    var coversAll = true
    if let found = anchors {
      let isSmall = bytes.count <= reliefLimit
      coversAll = isSmall && found.rest.isEmpty
      // One automaton of all costs no more than one of a few.
      if isSmall, !coversAll, usesAnchors != true { anchors = nil }
    }
    var members: Set<Int>?
    if let anchors, !coversAll { members = Set(anchors.rest) }
    let sensitive = try automaton(folded: false, members)
    let folded = try automaton(folded: true, members)
    var writer = ImageWriter(
      format: LiteralMatcher.format,
      parameters: [
        anchors == nil ? LiteralMatcher.automataStrategy : LiteralMatcher.anchorsStrategy,
        UInt64(numbers.count),
      ] + AutomatonBuilder.parameters(sensitive) + AutomatonBuilder.parameters(folded) + [
        UInt64(lengths.max() ?? 0), anchors?.seed ?? 0, anchors != nil && coversAll ? 1 : 0,
      ] + AnchorBuilder.parameters(anchors),
      counts: [lengths.count] + AutomatonBuilder.counts(sensitive)
        + AutomatonBuilder.counts(folded) + AnchorBuilder.counts(anchors))
    writer.store(lengths, section: LiteralMatcher.Section.lengths)
    sensitive?.write(to: &writer, firstSection: LiteralMatcher.Section.sensitive)
    folded?.write(to: &writer, firstSection: LiteralMatcher.Section.folded)
    anchors?.write(to: &writer, firstSection: LiteralMatcher.Section.anchors)
    return writer.bytes
  }

  private func makeAnchors() -> AnchorBuilder? {
    guard usesAnchors != false, !numbers.isEmpty else { return nil }
    var ranges = [Range<Int>](repeating: 0..<0, count: numbers.count)
    var folds = [Bool](repeating: false, count: numbers.count)
    for (index, number) in numbers.enumerated() {
      ranges[Int(number)] = (index == 0 ? 0 : ends[index - 1])..<ends[index]
      folds[Int(number)] = foldsCase[index]
    }
    let groups = PairCover(ranges, in: bytes, ignoresCase: foldsCase.contains(true)).groups
    let greatest =
      bytes.count > Self.cachedPatterns ? Self.greatestEffortUncached : Self.greatestEffort
    guard usesAnchors == true || groups.effort <= greatest else { return nil }
    return AnchorBuilder(
      AnchorBuilder.Patterns(bytes: bytes, ranges: ranges, foldsCase: folds), groups: groups,
      seed: 0x5EC1)
  }

  /// The automaton of the patterns with these numbers, or of all.
  private func automaton(
    folded: Bool, _ members: Set<Int>?
  ) throws(ImageError) -> AutomatonBuilder? {
    var patterns: [AutomatonBuilder.Pattern] = []
    for (index, number) in numbers.enumerated() where foldsCase[index] == folded {
      if let members, !members.contains(Int(number)) { continue }
      let start = index == 0 ? 0 : ends[index - 1]
      patterns.append(
        AutomatonBuilder.Pattern(start: start, length: ends[index] - start, number: number))
    }
    guard !patterns.isEmpty else { return nil }
    return try AutomatonBuilder(
      patterns, in: bytes, foldsCase: folded, denseBudget: denseBudget)
  }
}
