/// Builds a `LiteralMatcher` image.
public struct LiteralMatcherBuilder {
  /// The patterns end to end, those that ignore case in small letters.
  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []
  private var numbers: [UInt32] = []
  private var foldsCase: [Bool] = []
  private var problem: ImageError?

  /// Words of dense rows; tests lower it so that small sets have sparse states.
  var denseBudget = AutomatonBuilder.denseBudget
  /// Whether there are anchors; nil if that depends on how often they are expected.
  package var usesAnchors: Bool?
  /// Sets of eight groups of byte pairs that anchors may take, one or two.
  ///
  /// The second set costs the finder a third more. It pays where words that have little in common
  /// are looked for in logs, which are full of digits.
  package var pairSets = 1
  /// The most bytes of patterns for which there are automata beside the anchors.
  package var automatonByteLimit = 2 << 20
  /// The most that anchors may be expected to cost for a byte, in the units of `PairGroups.effort`:
  /// an automaton's cost, which grows when its rows no longer fit a second-level cache.
  static let greatestEffort = 4.0
  private static let greatestEffortUncached = 16.0
  /// The most bytes of patterns whose automaton still fits a second-level cache.
  private static let cachedPatterns = 8 << 10

  /// A builder without patterns.
  public init() {}

  /// Number of patterns inserted so far.
  public var count: Int { numbers.count }

  /// Makes room for `count` patterns of `bytes` bytes in all.
  ///
  /// Building then takes at most three times the patterns' bytes beside what this reserves.
  public mutating func reserve(count: Int, bytes: Int) {
    self.bytes.reserveCapacity(bytes)
    ends.reserveCapacity(count)
    numbers.reserveCapacity(count)
    foldsCase.reserveCapacity(count)
  }

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
    guard let end = UInt32(exactly: bytes.count) else {
      problem = .unusableInput("more than 4 GiB of patterns")
      return
    }
    ends.append(end)
    numbers.append(number)
    foldsCase.append(ignoresCase)
  }

  /// The image: a function of the patterns and their numbers, not of the order of insertion.
  ///
  /// - Throws: `ImageError.unusableInput` if a pattern has a wrong length, a number stands twice or
  ///   is not below the count, or the automaton would take more than 4 GiB.
  public consuming func build() throws(ImageError) -> [UInt8] {
    if let problem { throw problem }
    let byteCount = bytes.count
    let patterns = try takePatterns()
    let count = patterns.count
    let lengths = patterns.lengths
    var anchors = makeAnchors(patterns)
    var coversAll = true
    if let found = anchors {
      let isSmall = byteCount <= automatonByteLimit
      coversAll = isSmall && found.rest.isEmpty
      // A small set that needs an automaton besides gets automata only: one of all patterns costs
      // no more than one of a few.
      if isSmall, !coversAll, usesAnchors != true { anchors = nil }
    }
    let members: [Int]? = coversAll ? nil : anchors?.rest
    if anchors != nil, let members { patterns.keepBytes(of: members) }
    let sensitive = try automaton(patterns, folded: false, members)
    let folded = try automaton(patterns, folded: true, members)
    patterns.forget()
    var writer = ImageWriter(
      format: LiteralMatcher.format,
      parameters: [
        anchors == nil ? LiteralMatcher.automataStrategy : LiteralMatcher.anchorsStrategy,
        UInt64(count),
      ] + AutomatonBuilder.parameters(sensitive) + AutomatonBuilder.parameters(folded) + [
        UInt64(lengths.max() ?? 0), anchors?.seed ?? 0, anchors != nil && coversAll ? 1 : 0,
        anchors?.grams?.parameter ?? 0,
      ] + AnchorBuilder.parameters(anchors),
      counts: [lengths.count] + AutomatonBuilder.counts(sensitive)
        + AutomatonBuilder.counts(folded) + AnchorBuilder.counts(anchors))
    writer.store(lengths, section: LiteralMatcher.Section.lengths)
    sensitive?.write(to: &writer, firstSection: LiteralMatcher.Section.sensitive)
    folded?.write(to: &writer, firstSection: LiteralMatcher.Section.folded)
    anchors?.write(to: &writer, firstSection: LiteralMatcher.Section.anchors)
    return writer.finish()
  }

  /// The patterns in the order of their numbers; the builder keeps none.
  private mutating func takePatterns() throws(ImageError) -> PatternTable {
    let count = numbers.count
    var lengths = [UInt16](repeating: 0, count: count + 1)
    var isInOrder = true
    for (index, number) in numbers.enumerated() {
      guard number < count, lengths[Int(number)] == 0 else {
        throw .unusableInput("the number \(number) stands twice, or is not below the count")
      }
      lengths[Int(number)] = UInt16(ends[index] - (index == 0 ? 0 : ends[index - 1]))
      isInOrder = isInOrder && Int(number) == index
    }
    var starts = ends
    ends = []
    for index in starts.indices.reversed() { starts[index] = index == 0 ? 0 : starts[index - 1] }
    var folds = foldsCase
    foldsCase = []
    if !isInOrder {
      let given = (starts, folds)
      for (index, number) in numbers.enumerated() {
        starts[Int(number)] = given.0[index]
        folds[Int(number)] = given.1[index]
      }
    }
    let table = PatternTable(bytes: bytes, starts: starts, lengths: lengths, foldsCase: folds)
    (bytes, numbers) = ([], [])
    return table
  }

  private func makeAnchors(_ patterns: PatternTable) -> AnchorBuilder? {
    guard usesAnchors != false, patterns.count > 0 else { return nil }
    let groups = PairCover(patterns, sets: pairSets).groups
    let greatest =
      patterns.bytes.count > Self.cachedPatterns ? Self.greatestEffortUncached : Self.greatestEffort
    guard usesAnchors == true || groups.effort <= greatest else { return nil }
    return AnchorBuilder(patterns, groups: groups, seed: 0x5EC1)
  }

  /// The automaton of the patterns numbered `members`, or of all if that is nil.
  private func automaton(
    _ table: PatternTable, folded: Bool, _ members: [Int]?
  ) throws(ImageError) -> AutomatonBuilder? {
    var patterns: [AutomatonBuilder.Pattern] = []
    func add(_ number: Int) {
      guard table.foldsCase[number] == folded else { return }
      let range = table.range(number)
      patterns.append(
        AutomatonBuilder.Pattern(
          start: range.lowerBound, length: range.count, number: UInt32(number)))
    }
    if let members {
      for number in members { add(number) }
    } else {
      for number in 0..<table.count { add(number) }
    }
    guard !patterns.isEmpty else { return nil }
    return try AutomatonBuilder(
      patterns, in: table.bytes, foldsCase: folded, denseBudget: denseBudget)
  }
}
