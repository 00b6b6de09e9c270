import TestSupport
import Testing

@testable import Matchers

/// Tests inputs so dense with anchors that the automata take over and hand back.
@Suite struct LiteralDensityTests {
  /// Patterns, and a piece of input that is the worst case for them.
  struct DenseCase: Sendable, CustomTestStringConvertible {
    var name: String
    var patterns: [TestPattern]
    var piece: String

    var testDescription: String { name }
  }

  static let names = (0..<40).map { TestPattern("site\($0 * 7919 % 97).example\($0)") }

  static let cases: [DenseCase] = [
    DenseCase(
      name: "runs of one byte",
      patterns: [2, 3, 5, 55].map { TestPattern(String(repeating: "a", count: $0)) },
      piece: String(repeating: "a", count: 400)),
    DenseCase(name: "anchors that lead nowhere", patterns: names, piece: ".e4.e7x.e"),
    DenseCase(
      name: "windows that lead nowhere", patterns: names, piece: "ite0.exampsite7.exampte14.exam"),
    DenseCase(name: "matches only", patterns: names, piece: "site0.example0site65.example17."),
    DenseCase(
      name: "case ignored", patterns: names.map { TestPattern($0.bytes, ignoresCase: true) },
      piece: "SITE0.example0site65.EXAMPLE17."),
    DenseCase(
      name: "long patterns that fail at their ends",
      patterns: (0..<6).map { TestPattern(String(repeating: "ab", count: 400) + "\($0)") },
      piece: String(repeating: "ab", count: 999)),
  ]

  /// Dense and plain stretches in turn, some longer than one search covers, with a few matches in
  /// each.
  static func input(_ item: DenseCase, generator: inout SeededGenerator) -> [UInt8] {
    var input: [UInt8] = []
    let piece = Array(item.piece.utf8)
    let filler = generator.bytes(1 << 16, alphabet: Array("0123456789 \n".utf8))
    for round in 0..<4 {
      let dense = input.count + [300, 90_000, 5_000, 40_000][round]
      while input.count < dense { input += piece }
      let plain = input.count + [70_000, 100][round % 2]
      while input.count < plain {
        let start = generator.below(filler.count - 1000)
        input += filler[start..<start + 500 + generator.below(500)]
        input += item.patterns[generator.below(item.patterns.count)].bytes
      }
    }
    return input
  }

  @Test(arguments: cases)
  func agreesWithTheAutomaton(_ item: DenseCase) throws {
    let reference = try LiteralMatcher(literalImage(item.patterns, plan: .automata))
    var generator = SeededGenerator(seed: 1)
    let input = Self.input(item, generator: &generator)
    let expected = reference.matches(in: input)
    var images: [[UInt8]] = []
    for plan in [LiteralPlan.anchors, .anchorsAlone, .usual] {
      let image = try literalImage(item.patterns, plan: plan)
      // The builder's own choice mostly equals one of the other plans.
      if !images.contains(image) { try compare(image, with: expected, in: input, &generator) }
      images.append(image)
    }
  }

  private func compare(
    _ image: [UInt8], with expected: [LiteralMatch], in input: [UInt8],
    _ generator: inout SeededGenerator
  ) throws {
    let matcher = try LiteralMatcher(image)
    try matcher.verify()
    #expect(matcher.matches(in: input) == expected)
    let cuts = (0..<5).map { _ in generator.below(input.count + 1) }.sorted()
    #expect(matcher.matches(in: input, cuts: cuts) == expected)
    for variant in kernelVariants {
      var state = LiteralMatcher.State()
      var count: UInt64 = 0
      for part in [input[..<cuts[2]], input[cuts[2]...]] {
        count += withGuardedCopy(of: Array(part)) {
          matcher.using(variant: variant).count($0, state: &state)
        }
      }
      #expect(count == UInt64(expected.count), "variant \(variant)")
    }
    // A limit that is reached in the middle of a dense stretch.
    var state = LiteralMatcher.State()
    var matches: [LiteralMatch] = []
    let limit = expected.count / 3
    #expect(!matcher.scan(input.span.bytes, state: &state, limit: limit, matches: &matches))
    #expect(matches == Array(expected.prefix(limit)))
  }

  /// Tests many patterns that share one window: branches tell them apart by bytes near or far from
  /// it.
  @Test func patternsThatShareTheirRarestWindow() throws {
    var generator = SeededGenerator(seed: 5)
    var patterns: [TestPattern] = []
    for number in 0..<300 {
      let label = String(number * 7919 % 100_003, radix: 36)
      let rest = number % 3 == 0 ? ".000webhost.example" : "-a-long-shared-part-of-names.example"
      patterns.append(TestPattern(label + rest, ignoresCase: number % 5 == 0))
    }
    patterns += [TestPattern("x.000webhost.example"), TestPattern("x.000WEBHOST.example")]
    var input: [UInt8] = []
    for _ in 0..<60 {
      input += patterns[generator.below(patterns.count)].bytes
      input += Array(" .000webhost.example q".utf8).prefix(generator.below(22))
    }
    let expected = naiveMatches(patterns, in: input)
    #expect(!expected.isEmpty)
    for plan in LiteralPlan.allCases {
      let matcher = try LiteralMatcher(literalImage(patterns, plan: plan))
      try matcher.verify()
      #expect(matcher.matches(in: input) == expected, "\(plan)")
    }
  }
}
