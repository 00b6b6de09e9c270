import Indicators
import Matchers

extension ObservableWriter {
  /// Occurrences of texts in one value that are written.
  private static let mostTexts = 256

  /// Writes the texts that stand in the value at the end of the arena, from `start` on, each once in its field: in a
  /// value that was put together they need not stand in the payload.
  ///
  /// Texts that end at one place belong together, as those of a payload do.
  mutating func keepTexts(in field: CaptureField, from start: Int, _ skips: inout SkipCounters) {
    let end = batch.arena.count
    keepsPatterns = true
    defer { keepsPatterns = false }
    for index in textMatchers.indices {
      textMatches.removeAll(keepingCapacity: true)
      var state = LiteralMatcher.State()
      // SAFETY: the span does not leave the closure, which changes nothing in the arena.
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
