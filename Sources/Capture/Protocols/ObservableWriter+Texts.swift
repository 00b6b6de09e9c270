import Indicators
import Matchers

extension ObservableWriter {
  /// The most occurrences of texts that are written for one value.
  private static let mostTexts = 256

  /// Writes the texts that occur in the value at the end of the arena, from `start` on, each once
  /// in its field.
  ///
  /// The value may have been put together, so the texts need not occur in the payload. Texts that
  /// end at the same byte are joined, as those of a payload are.
  mutating func keepTexts(in field: CaptureField, from start: Int, _ skips: inout SkipCounters) {
    let end = batch.arena.count
    keepsPatterns = true
    defer { keepsPatterns = false }
    for index in textMatchers.indices {
      textMatches.removeAll(keepingCapacity: true)
      var state = LiteralMatcher.State()
      // SAFETY: the span does not leave the closure, which does not change the arena.
      let isWhole = unsafe batch.arena.withUnsafeBytes { bytes in
        unsafe textMatchers[index].scan(
          bytes.bytes.extracting(start..<end), state: &state, limit: Self.mostTexts,
          matches: &textMatches)
      }
      if !isWhole { skips.add(.payloadMatchLimit) }
      var last = UInt64.max
      for match in textMatches {
        let place = batch.arena.count
        appendPattern(match.pattern, of: UInt32(truncatingIfNeeded: index))
        let isKept = keep(
          field, .text, from: place, flags: match.end == last ? [.pattern, .joint] : .pattern)
        if isKept { last = match.end }
      }
    }
  }
}
