import Glibc
import Testing

@testable import Matchers

/// Tests inputs whose offsets do not fit 32 bits.
@Suite struct LiteralHugeTests {
  static let patterns = [
    TestPattern("evil.example"), TestPattern(".example", ignoresCase: true), TestPattern("ple\0"),
  ]
  static let text = Array("www.evil.EXAMPLE evil.example".utf8)

  /// Zeroed memory that takes no space until it is written to; nil if the system does not give that
  /// much.
  static func zeros(_ count: Int) -> UnsafeMutableRawPointer? {
    let map = mmap(
      nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    return map == MAP_FAILED ? nil : map
  }

  /// Finds patterns in one chunk of more than 4 GiB.
  @Test(arguments: kernelVariants)
  func oneChunk(_ variant: Int32) throws {
    #if DEBUG
      // A debug build takes a minute for what a release build does in two seconds.
      return
    #else
      // The portable kernel is too slow for this input.
      guard variant != 0 else { return }
      let count = (4 << 30) + 100_000
      guard let memory = Self.zeros(count) else {
        print("not tested: no address space for an input of \(count) bytes")
        return
      }
      defer { munmap(memory, count) }
      let expected = naiveMatches(Self.patterns, in: Self.text + [0])
      let places = [0, (1 << 31) - 9, (4 << 30) - 65_536 - 3, (4 << 30) - 7, count - 64]
      for place in places {
        (memory + place).copyMemory(from: Self.text, byteCount: Self.text.count)
      }
      let matcher = try LiteralMatcher(literalImage(Self.patterns)).using(variant: variant)
      guard case .anchors = matcher.strategy else {
        Issue.record("no anchors")
        return
      }
      var state = LiteralMatcher.State()
      var matches: [LiteralMatch] = []
      let isWhole = matcher.scan(
        RawSpan(_unsafeStart: memory, byteCount: count), state: &state, limit: .max,
        matches: &matches)
      #expect(isWhole)
      #expect(state.offset == UInt64(count))
      #expect(
        matches
          == places.flatMap { place in
            expected.map { LiteralMatch(pattern: $0.pattern, end: $0.end + UInt64(place)) }
          })
    #endif
  }

  /// Finds patterns in small chunks around offset 4 GiB of a stream.
  @Test(arguments: LiteralPlan.allCases)
  func stream(_ plan: LiteralPlan) throws {
    let matcher = try LiteralMatcher(literalImage(Self.patterns, plan: plan))
    let haystack = Self.text + [0] + Self.text + [0]
    let expected = naiveMatches(Self.patterns, in: haystack)
    for start in ((1 as UInt64) << 32) - 40..<(1 as UInt64) << 32 {
      for cut in [0, 1, 9, 30] {
        var state = LiteralMatcher.State()
        state.offset = start
        var matches: [LiteralMatch] = []
        for part in [haystack[..<cut], haystack[cut...]] {
          _ = matcher.scan(Array(part).span.bytes, state: &state, limit: .max, matches: &matches)
        }
        #expect(
          matches
            == expected.map { LiteralMatch(pattern: $0.pattern, end: $0.end + start) })
      }
    }
  }
}
