import CByteKernels
import Glibc
import TestSupport
import Testing

@testable import Matchers

/// A pattern of a test.
struct TestPattern: Sendable {
  var bytes: [UInt8]
  var ignoresCase = false

  init(_ bytes: [UInt8], ignoresCase: Bool = false) {
    self.bytes = bytes
    self.ignoresCase = ignoresCase
  }

  init(_ text: String, ignoresCase: Bool = false) {
    self.init(Array(text.utf8), ignoresCase: ignoresCase)
  }
}

/// The obviously correct search: every pattern at every place.
func naiveMatches(_ patterns: [TestPattern], in haystack: [UInt8]) -> [LiteralMatch] {
  var matches: [LiteralMatch] = []
  let folded = haystack.map(\.foldedByHand)
  let wanted = patterns.map { $0.ignoresCase ? $0.bytes.map(\.foldedByHand) : $0.bytes }
  for end in 0...haystack.count {
    for (number, pattern) in patterns.enumerated() where pattern.bytes.count <= end {
      let range = end - pattern.bytes.count..<end
      let text = pattern.ignoresCase ? folded : haystack
      // The last byte rules most places out.
      let isMatch =
        text[end - 1] == wanted[number].last && text[range].elementsEqual(wanted[number])
      if isMatch { matches.append(LiteralMatch(pattern: UInt32(number), end: UInt64(end))) }
    }
  }
  return matches
}

/// A way to build a matcher; all give the same answers.
enum LiteralPlan: CaseIterable, Sendable {
  /// Automata alone, with different limits on the memory for full rows.
  case rootOnly, fewRows, automata
  /// Anchors with automata to fall back to, without automata, and with two sets of pair tables.
  case anchors, anchorsAlone, twoSets
  /// The builder's own choice.
  case usual

  func builder() -> LiteralMatcherBuilder {
    var builder = LiteralMatcherBuilder()
    switch self {
    case .rootOnly: (builder.denseBudget, builder.usesAnchors) = (0, false)
    case .fewRows: (builder.denseBudget, builder.usesAnchors) = (40, false)
    case .automata: builder.usesAnchors = false
    case .anchors: builder.usesAnchors = true
    case .anchorsAlone: (builder.usesAnchors, builder.automatonByteLimit) = (true, 0)
    case .twoSets: (builder.usesAnchors, builder.pairSets) = (true, 2)
    case .usual: break
    }
    return builder
  }
}

/// The kernel variants that this processor can run.
let kernelVariants = [
  SEKISHO_PORTABLE, SEKISHO_AVX2, SEKISHO_NEON, SEKISHO_AVX512, SEKISHO_AVX512_GATHER,
].map {
  Int32($0)
}
.filter { sekisho_has_variant($0) != 0 }

func literalImage(
  _ patterns: [TestPattern], plan: LiteralPlan = .usual, order: [Int]? = nil
) throws -> [UInt8] {
  var builder = plan.builder()
  for number in order ?? Array(patterns.indices) {
    let bytes = patterns[number].bytes
    builder.insert(
      bytes.span.bytes, number: UInt32(number), ignoresCase: patterns[number].ignoresCase)
  }
  return try builder.build()
}

extension LiteralMatcher {
  init(_ image: [UInt8]) throws {
    try self.init(image: ImageBytes(image), range: 0..<image.count)
  }

  /// All matches in a stream whose chunks are cut at the given places.
  func matches(
    in haystack: [UInt8], cuts: [Int] = [], memory: GuardedMemory? = nil
  ) -> [LiteralMatch] {
    var state = State()
    var matches: [LiteralMatch] = []
    var start = 0
    for cut in cuts + [haystack.count] {
      let memory = memory ?? GuardedMemory(room: cut - start)
      let isWhole = memory.withCopy(of: haystack[start..<cut]) { chunk in
        scan(chunk, state: &state, limit: .max, matches: &matches)
      }
      precondition(isWhole)
      start = cut
    }
    return matches
  }
}

/// A case of the table: patterns and a haystack; the naive search gives the expected matches.
struct LiteralCase: Sendable, CustomTestStringConvertible {
  var name: String
  var patterns: [TestPattern]
  var haystack: [UInt8]

  var testDescription: String { name }

  init(_ name: String, _ patterns: [TestPattern], _ haystack: String) {
    self.name = name
    self.patterns = patterns
    self.haystack = Array(haystack.utf8)
  }

  static let all: [LiteralCase] = [
    LiteralCase("no patterns", [], "abc"),
    LiteralCase("empty haystack", [TestPattern("a")], ""),
    LiteralCase("one byte", [TestPattern("a")], "bab"),
    LiteralCase("whole haystack", [TestPattern("abc")], "abc"),
    LiteralCase("longer than the haystack", [TestPattern("abcd")], "abc"),
    LiteralCase(
      "the paper's",
      [TestPattern("he"), TestPattern("she"), TestPattern("his"), TestPattern("hers")],
      "ushers his hershe"),
    LiteralCase("all suffixes", (1...6).map { TestPattern(String("abcdef".suffix($0))) }, "abcdef"),
    LiteralCase(
      "runs", (1...5).map { TestPattern(String(repeating: "a", count: $0)) }, "aaaaaabaaa"),
    LiteralCase(
      "twice the same", [TestPattern("ab"), TestPattern("ab"), TestPattern("b")], "abab"),
    LiteralCase(
      "case heeded and not",
      [TestPattern("Ab"), TestPattern("ab", ignoresCase: true), TestPattern("AB")],
      "ABabAbaB"),
    LiteralCase(
      "not letters",
      [TestPattern("@[`{", ignoresCase: true), TestPattern("`{@[", ignoresCase: true)],
      "@[`{@[`{`{@[ `{`{"),
    LiteralCase(
      "failing from depth", [TestPattern("aaab"), TestPattern("aab"), TestPattern("ac")],
      "aaac aaaab"),
    LiteralCase(
      "a last byte like those of patterns of one byte",
      ["a{", "[", "AaAbB@", "`ba{", "zAAA", "`", "az{z", "["].map {
        TestPattern($0, ignoresCase: true)
      },
      "bA[`[@`ZbB``ba{A["),
    LiteralCase(
      "names",
      [
        TestPattern("evil.example", ignoresCase: true), TestPattern(".example"), TestPattern("l.e"),
      ],
      "www.EVIL.example evil.example"),
  ]
}

@Suite struct LiteralMatcherTests {
  /// The number of pattern sets, and of texts for each.
  ///
  /// In a release build these are more than a million cases for all plans. In a debug build a set
  /// takes a hundred times as long to build as a text to search, so there are fewer sets and more
  /// texts for each.
  #if DEBUG
    static let (randomSets, texts) = (250 as UInt64, 15)
  #else
    static let (randomSets, texts) = (20_000 as UInt64, 9)
  #endif

  @Test func caseNamesAreUnique() {
    #expect(Set(LiteralCase.all.map(\.name)).count == LiteralCase.all.count)
  }

  @Test(arguments: LiteralCase.all, LiteralPlan.allCases)
  func agreesOnTheTable(_ item: LiteralCase, _ plan: LiteralPlan) throws {
    let matcher = try LiteralMatcher(literalImage(item.patterns, plan: plan))
    try matcher.verify()
    #expect(matcher.count == item.patterns.count)
    for (number, pattern) in item.patterns.enumerated() {
      #expect(matcher.length(of: UInt32(number)) == pattern.bytes.count)
    }
    #expect(matcher.length(of: UInt32(item.patterns.count)) == 0)
    let expected = naiveMatches(item.patterns, in: item.haystack)
    #expect(matcher.matches(in: item.haystack) == expected)
    #expect(matcher.matches(in: item.haystack, cuts: Array(item.haystack.indices)) == expected)
    // The haystack after a prefix of other bytes.
    for count in [1, 7, 64] {
      let prefix = [UInt8](repeating: 0xEE, count: count)
      let shifted = expected.map {
        LiteralMatch(pattern: $0.pattern, end: $0.end + UInt64(count))
      }
      #expect(matcher.matches(in: prefix + item.haystack) == shifted)
    }
  }

  static func random(
    _ generator: inout SeededGenerator
  ) -> (patterns: [TestPattern], haystack: [UInt8]) {
    let alphabets: [[UInt8]] = [
      Array("ab".utf8), Array("abAB".utf8), Array("aAbB@[`{zZ".utf8), [0, 255, 128, 65, 97],
      (0...255).map { UInt8($0) },
    ]
    let alphabet = alphabets[generator.below(alphabets.count)]
    let kind = generator.below(3)
    var patterns: [TestPattern] = []
    for _ in 0..<[0, 1, 2, 8, 40][generator.below(5)] {
      let bytes = generator.bytes(
        1 + generator.below(generator.below(2) == 0 ? 4 : 12), alphabet: alphabet)
      let ignoresCase = kind == 0 || kind == 1 && generator.below(2) == 0
      patterns.append(TestPattern(bytes, ignoresCase: ignoresCase))
    }
    var haystack = generator.bytes(generator.below(80), alphabet: alphabet)
    for pattern in patterns.prefix(3) where generator.below(2) == 0 {
      haystack += pattern.bytes
      haystack += generator.bytes(generator.below(3), alphabet: alphabet)
    }
    return (patterns, haystack)
  }

  /// A text made of pieces of the patterns and of bytes that occur in them.
  static func text(of patterns: [TestPattern], _ generator: inout SeededGenerator) -> [UInt8] {
    var text: [UInt8] = []
    guard !patterns.isEmpty else { return generator.bytes(generator.below(80), alphabet: [65]) }
    for _ in 0..<generator.below(12) {
      let bytes = patterns[generator.below(patterns.count)].bytes
      let start = generator.below(2) == 0 ? 0 : generator.below(bytes.count)
      let end = generator.below(2) == 0 ? bytes.count : start + generator.below(bytes.count - start)
      text += bytes[start..<end]
      if generator.below(3) == 0 { text += generator.bytes(1, alphabet: bytes) }
      if generator.below(3) == 0, let last = text.indices.last, text[last] | 0x20 != text[last] {
        text[last] ^= 0x20
      }
    }
    return text
  }

  @Test(arguments: LiteralPlan.allCases)
  func agreesWithNaiveSearch(_ plan: LiteralPlan) throws {
    let memory = GuardedMemory(room: 4096)
    for seed in 0..<Self.randomSets {
      var generator = SeededGenerator(seed: seed)
      var (patterns, haystack) = Self.random(&generator)
      let matcher = try LiteralMatcher(literalImage(patterns, plan: plan))
      try matcher.verify()
      checkLimits(matcher, patterns, haystack, seed)
      let variants = kernelVariants.map { matcher.using(variant: $0) }
      for text in 0..<Self.texts {
        if text > 0 { haystack = Self.text(of: patterns, &generator) }
        let expected = naiveMatches(patterns, in: haystack)
        for (number, variant) in variants.enumerated() {
          #expect(
            variant.matches(in: haystack, memory: memory) == expected,
            "seed \(seed) text \(text) variant \(kernelVariants[number])")
        }
        let cuts = (0..<4).map { _ in generator.below(haystack.count + 1) }.sorted()
        #expect(
          matcher.matches(in: haystack, cuts: cuts, memory: memory) == expected,
          "seed \(seed) text \(text)")

        var state = LiteralMatcher.State()
        let count = memory.withCopy(of: haystack[...]) { matcher.count($0, state: &state) }
        #expect(count == UInt64(expected.count), "seed \(seed) text \(text)")
        #expect(state.offset == UInt64(haystack.count))
      }
    }
  }

  /// Words whose byte pairs have little in common need more groups than one set of tables holds.
  @Test func takesTwoSetsOfGroups() throws {
    var generator = SeededGenerator(seed: 7)
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let patterns = (0..<120).map { _ in
      TestPattern(generator.bytes(5 + generator.below(5), alphabet: letters), ignoresCase: true)
    }
    let matcher = try LiteralMatcher(literalImage(patterns, plan: .twoSets))
    try matcher.verify()
    guard case .anchors(let index, _, _) = matcher.strategy else {
      Issue.record("no anchors")
      return
    }
    #expect(index.hasMoreGroups)
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = Self.text(of: patterns, &generator)
      let expected = naiveMatches(patterns, in: text)
      for variant in kernelVariants {
        #expect(
          matcher.using(variant: variant).matches(in: text) == expected,
          "seed \(seed) variant \(variant)")
      }
    }
  }

  /// Checks that a limit cuts only the last matches of a chunk.
  private func checkLimits(
    _ matcher: LiteralMatcher, _ patterns: [TestPattern], _ haystack: [UInt8], _ seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    let expected = naiveMatches(patterns, in: haystack)
    let cut = generator.below(haystack.count + 1)
    let inFirst = expected.filter { $0.end <= UInt64(cut) }
    for limit in [0, 1, inFirst.count - 1, inFirst.count, inFirst.count + 1] where limit >= 0 {
      var state = LiteralMatcher.State()
      var matches = [LiteralMatch(pattern: 9, end: 9)]
      let isWhole = matcher.scan(
        Array(haystack[..<cut]).span.bytes, state: &state, limit: limit, matches: &matches)
      #expect(isWhole == (limit >= inFirst.count), "seed \(seed)")
      #expect(Array(matches.dropFirst()) == Array(inFirst.prefix(limit)), "seed \(seed)")
      // The next chunk is not affected by the limit.
      matches = []
      _ = matcher.scan(
        Array(haystack[cut...]).span.bytes, state: &state, limit: .max, matches: &matches)
      #expect(matches == Array(expected.dropFirst(inFirst.count)), "seed \(seed)")
    }
  }

  @Test func orderOfInsertionDoesNotShow() throws {
    for seed in 0..<30 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let (patterns, _) = Self.random(&generator)
      let order = Array(patterns.indices).shuffled(using: &generator)
      #expect(try literalImage(patterns) == literalImage(patterns, order: order))
    }
  }

  @Test func longPatternsOfOneByte() throws {
    let patterns = [1, 2, 4095, 4096].map {
      TestPattern([UInt8](repeating: UInt8(ascii: "a"), count: $0), ignoresCase: $0 % 2 == 0)
    }
    let matcher = try LiteralMatcher(literalImage(patterns))
    try matcher.verify()
    let haystack = [UInt8](repeating: UInt8(ascii: "a"), count: 5000)
    var state = LiteralMatcher.State()
    let expected = patterns.reduce(0) { $0 + 5001 - $1.bytes.count }
    #expect(matcher.count(haystack.span.bytes, state: &state) == UInt64(expected))
    #expect(matcher.matches(in: haystack, cuts: [4094, 4095, 4096]).count == expected)
  }

  @Test func manyPatternsWithTheSameBytes() throws {
    let patterns = (0..<3000).map { TestPattern("ab", ignoresCase: $0 % 3 == 0) }
    let matcher = try LiteralMatcher(literalImage(patterns))
    try matcher.verify()
    #expect(
      matcher.matches(in: Array("xabAb".utf8)) == naiveMatches(patterns, in: Array("xabAb".utf8)))
  }

  @Test func refusesWhatMakesNoMatcher() {
    func build(_ patterns: [(Int, UInt32)]) -> ImageError? {
      var builder = LiteralMatcherBuilder()
      for (length, number) in patterns {
        builder.insert(
          [UInt8](repeating: 1, count: length).span.bytes, number: number, ignoresCase: false)
      }
      do { _ = try builder.build() } catch { return error }
      return nil
    }
    #expect(build([(1, 0), (4096, 1)]) == nil)
    #expect(build([(0, 0)]) != nil)
    #expect(build([(4097, 0)]) != nil)
    #expect(build([(1, 1)]) != nil)
    #expect(build([(1, 0), (2, 0)]) != nil)
  }

  @Test(arguments: LiteralPlan.allCases)
  func survivesDamage(_ plan: LiteralPlan) throws {
    var generator = SeededGenerator(seed: 11)
    for seed in [3, 4, 5, 20] as [UInt64] {
      var choice = SeededGenerator(seed: seed)
      var (patterns, haystack) = Self.random(&choice)
      patterns = Array(patterns.prefix(12))
      haystack += haystack
      let image = try literalImage(patterns, plan: plan)
      for copy in damagedCopies(of: image, generator: &generator, rounds: 200) {
        guard let matcher = try? LiteralMatcher(image: guardedImage(copy), range: 0..<copy.count)
        else { continue }
        var state = LiteralMatcher.State()
        var matches: [LiteralMatch] = []
        _ = matcher.scan(haystack.span.bytes, state: &state, limit: 1000, matches: &matches)
        #expect(matches.count <= 1000)
        #expect(matches.allSatisfy { $0.pattern < matcher.count })
        state = LiteralMatcher.State()
        _ = matcher.count(haystack.span.bytes, state: &state)
        _ = try? matcher.verify()
      }
    }
  }

  @Test func verifyFindsWrongWords() throws {
    // Every word of the automaton has only one valid value, so any change is found.
    let patterns = [
      TestPattern("abcab"), TestPattern("bca"), TestPattern("ca"), TestPattern("cabb"),
    ]
    for plan in [LiteralPlan.rootOnly, .fewRows, .automata] {
      let image = try literalImage(patterns, plan: plan)
      let matcher = try LiteralMatcher(image)
      guard case .automata(let pair) = matcher.strategy, let automaton = pair.sensitive else {
        Issue.record("no automaton")
        return
      }
      let words = automaton.words.count
      // The first section, the lengths, takes one block of 64 bytes after the header.
      let start = LiteralMatcher.format.headerBytes + 64
      for word in 0..<words {
        for bit in [0, 3, 9, 17, 30, 31] {
          var copy = image
          copy[start + word * 4 + bit / 8] ^= 1 << UInt8(bit % 8)
          let damaged = try LiteralMatcher(copy)
          #expect(throws: ImageError.self, "word \(word) bit \(bit)") { try damaged.verify() }
        }
      }
    }
  }
}
