import Parsing

/// Where bytes of a stream were given up whose hole is no longer kept: bytes that come there late
/// were never read, so they are no repeated ones.
struct LostRanges {
  private struct Lost {
    var start: SequenceNumber
    var end: SequenceNumber
    /// A body, in which nothing but strings is looked for.
    var isBody: Bool
  }

  /// The ranges, oldest first.
  private var ranges: [Lost] = []

  /// The most ranges that are kept; later ones take the place of the oldest.
  private static let most = 16

  var isEmpty: Bool { ranges.isEmpty }

  /// Bytes of memory in use, about.
  var cost: Int { ranges.count * MemoryLayout<Lost>.stride }

  mutating func add(_ start: SequenceNumber, _ end: SequenceNumber, isBody: Bool) {
    guard start < end else { return }
    if ranges.count == Self.most { ranges.removeFirst() }
    ranges.append(Lost(start: start, end: end, isBody: isBody))
  }

  /// Takes out the first of the `count` bytes from `sequence` on that were lost: their offsets, and
  /// whether they are of a body; nil if none was.
  mutating func take(
    at sequence: SequenceNumber, count: Int
  ) -> (offsets: Range<Int>, isBody: Bool)? {
    for (index, lost) in ranges.enumerated() {
      let start = max(0, lost.start - sequence)
      let end = min(count, lost.end - sequence)
      guard start < end else { continue }
      ranges.remove(at: index)
      add(lost.start, sequence + start, isBody: lost.isBody)
      add(sequence + end, lost.end, isBody: lost.isBody)
      return (start..<end, lost.isBody)
    }
    return nil
  }

  mutating func removeAll() { ranges.removeAll() }
}
