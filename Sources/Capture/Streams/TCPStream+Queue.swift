import Parsing

/// Segments that wait for others that precede them.
extension TCPStream {
  /// Puts a segment in its place among those that wait.
  func enqueue(_ segment: Early) {
    var index = queue.count
    while index > 0, Int32(bitPattern: queue[index - 1].place &- segment.place) > 0 {
      index -= 1
    }
    queuedBytes += segment.bytes.count
    queue.insert(segment, at: index)
    queueRoom.reach(queue.count)
  }

  /// Segments with which one is compared before it is read; the others are when they are.
  private static let mostCompared = 32

  /// Whether a waiting segment has other bytes for a part of the place of these.
  func disagrees(_ data: RawSpan, at sequence: UInt32) -> Bool {
    var compared = 0
    for early in queue {
      // Where the data begin in the waiting segment; negative where before it.
      let start = Int(Int32(bitPattern: sequence &- early.sequence))
      if -start >= data.byteCount || compared >= Self.mostCompared { return false }
      let end = min(start + data.byteCount, early.bytes.count)
      guard end > max(start, 0) else { continue }
      compared += 1
      if !early.bytes.has(data, at: start, upTo: end) { return true }
    }
    return false
  }

  /// Where a part of a segment ends that is read next, if others that came before it have the bytes behind that; the
  /// rest waits again.
  func split(_ early: Early, next: UInt32) -> Int {
    guard early.parts < Self.mostCompared else { return early.bytes.count }
    for other in queue.prefix(Self.mostCompared) {
      let start = Int(Int32(bitPattern: other.place &- early.sequence))
      if start >= early.bytes.count { break }
      guard other.number < early.number else { continue }
      let end = max(start, Int(Int32(bitPattern: next &- early.sequence)))
      guard end > early.read, end < early.bytes.count else { break }
      var rest = early
      rest.read = end
      rest.parts += 1
      enqueue(rest)
      return end
    }
    return early.bytes.count
  }

  /// Whether what the first of the waiting segments waits for was acknowledged.
  var awaitsAcknowledged: Bool {
    guard let acknowledged, let first = queue.first else { return false }
    return Int32(bitPattern: acknowledged &- first.place) > 0
  }

  /// Takes the first of the waiting segments.
  func dequeue() -> Early {
    let segment = queue.removeFirst()
    queuedBytes -= segment.bytes.count
    return segment
  }
}
