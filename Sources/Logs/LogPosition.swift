import Parsing

/// How far a chunk has been read.
struct LogPosition {
  var offset: Int
  /// Lines before the offset.
  var line: UInt64

  /// Moves to a later offset; true if a line ended on the way.
  @discardableResult
  mutating func advance(_ chunk: RawSpan, to end: Int) -> Bool {
    let lines = chunk.lineFeeds(from: offset, to: end)
    offset = end
    line += UInt64(lines)
    return lines > 0
  }

  /// Steps over a line.
  mutating func finishLine(_ end: Int, _ hasLineFeed: Bool) {
    offset = hasLineFeed ? end + 1 : end
    if hasLineFeed { line += 1 }
  }
}
