import Parsing
import TestSupport
import Testing

@testable import Logs

/// What is known of inner values is what reading them anew tells.
@Suite("Known values")
struct KnownValuesTests {
  private static let pieces = [
    "[", "[", "{\"a\":", "{", "]", "}", ",", ",", "1", "\"b\"", "\"\\n\"", "\"c\":", "x", " ", "\n",
    "[1]",
    "{\"d\":[2,{}]}", "[{", "null",
  ]

  /// An attempt as whoever asks for it sees it.
  private struct Outcome: Equatable {
    var end = -1
    var isLong = false
    var needsMore = false
    var tokens: [JSONToken] = []
  }

  private static func outcome(
    _ attempt: JSONAttempt, _ tokens: ArraySlice<JSONToken>, isLimit: Bool
  ) -> Outcome {
    switch attempt {
    case .complete(let end): Outcome(end: end, tokens: Array(tokens))
    case .needsMore: Outcome(isLong: isLimit, needsMore: !isLimit)
    case .broken(let fault): Outcome(isLong: fault == .limit)
    }
  }

  @Test(arguments: [(UInt64(1), 3, 1000), (2, 64, 1000), (3, 3, 40), (4, 6, 17), (5, 2, 90)])
  func randomTexts(seed: UInt64, depth: Int, limit: Int) {
    var random = SeededGenerator(seed: seed)
    var known = KnownValues()
    var (asked, told) = (0, 0)
    for _ in 0..<6_000 {
      var text: [UInt8] = []
      for _ in 0..<1 + random.below(40) { text += Array(random.pick(Self.pieces).utf8) }
      let isFinal = random.below(2) == 0
      known.forget()
      for start in text.indices where text[start] == 0x5b || text[start] == 0x7b {
        let windowEnd = min(text.count, start + limit)
        let isLast = isFinal && windowEnd == text.count
        let isLimit = windowEnd == start + limit
        var tokenizer = JSONTokenizer(maximumDepth: depth)
        var offset = start
        var tokens: [JSONToken] = []
        let attempt = tokenizer.readValue(
          text.span.bytes, at: &offset, to: windowEnd, isFinal: isLast, into: &tokens)
        let expected = Self.outcome(attempt, tokens[...], isLimit: isLimit)
        asked += 1
        if let found = known.read(text.span.bytes, from: start, to: windowEnd, isFinal: isLast) {
          told += 1
          let outcome = Self.outcome(found.attempt, known.tokens[found.tokens], isLimit: isLimit)
          #expect(outcome == expected, "\(String(decoding: text, as: UTF8.self)) at \(start)")
        } else if case .broken(let fault) = attempt {
          known.keep(&tokens, tokenizer, fault, at: offset)
        } else if case .needsMore = attempt, isLimit {
          known.keep(&tokens, tokenizer, .limit, at: offset)
        } else if case .complete = attempt, random.below(2) == 0 {
          known.keep(&tokens, tokenizer, .grammar, at: offset)
        }
      }
    }
    // Otherwise nothing was compared.
    #expect(told > asked / 20)
  }
}
