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
    let sensitive = try automaton(folded: false)
    let folded = try automaton(folded: true)
    var writer = ImageWriter(
      format: LiteralMatcher.format,
      parameters: [LiteralMatcher.automataStrategy, UInt64(numbers.count)]
        + AutomatonBuilder.parameters(sensitive) + AutomatonBuilder.parameters(folded),
      counts: [lengths.count] + AutomatonBuilder.counts(sensitive)
        + AutomatonBuilder.counts(folded))
    writer.store(lengths, section: 0)
    sensitive?.write(to: &writer, firstSection: 1)
    folded?.write(to: &writer, firstSection: 1 + Automaton.elementSizes.count)
    return writer.bytes
  }

  private func automaton(folded: Bool) throws(ImageError) -> AutomatonBuilder? {
    var patterns: [AutomatonBuilder.Pattern] = []
    for (index, number) in numbers.enumerated() where foldsCase[index] == folded {
      let start = index == 0 ? 0 : ends[index - 1]
      patterns.append(
        AutomatonBuilder.Pattern(start: start, length: ends[index] - start, number: number))
    }
    guard !patterns.isEmpty else { return nil }
    return try AutomatonBuilder(
      patterns, in: bytes, foldsCase: folded, denseBudget: denseBudget)
  }
}
