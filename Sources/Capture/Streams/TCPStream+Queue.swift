import Parsing

/// Segments that wait for others that precede them.
extension TCPStream {
  /// Queues a segment, in the order of sequence numbers.
  func enqueue(_ segment: Early) {
    queuedBytes += segment.bytes.count
    queue.insert(segment)
    queueRoom.reach(queue.slotCount)
  }

  /// The most waiting segments that a new one is compared with; the others are when they are read.
  private static let mostCompared = 32

  /// Whether a waiting segment differs from `data` where both have bytes.
  func disagrees(_ data: RawSpan, at sequence: SequenceNumber) -> Bool {
    var compared = 0
    for early in queue {
      // Where the data begin in the waiting segment; negative where before it.
      let start = sequence - early.sequence
      if -start >= data.byteCount || compared >= Self.mostCompared { return false }
      let end = min(start + data.byteCount, early.bytes.count)
      guard end > max(start, 0) else { continue }
      compared += 1
      if !early.bytes.has(data, at: start, upTo: end) { return true }
    }
    return false
  }

  /// How often a stream's waiting segments are cut in any case, and how often more for each that waits.
  ///
  /// Of segments that overlap so much that they had to be cut more often, the rest is read at once.
  static let fewCuts = 64
  static let cutsEach = 4

  /// Where the part of a segment ends that is read next, as an index of its bytes.
  ///
  /// It ends where another segment, which came before this one, has bytes; the rest waits again.
  /// Nil if it has to be read as a whole all the same: too many were cut.
  func split(_ early: Early, next: SequenceNumber) -> Int? {
    let end = partEnd(early, next: next)
    guard end < early.bytes.count else { return end }
    guard cutsLeft > 0, early.parts < Self.mostCompared else { return nil }
    cutsLeft -= 1
    var rest = early
    rest.read = end
    rest.parts += 1
    enqueue(rest)
    return end
  }

  private func partEnd(_ early: Early, next: SequenceNumber) -> Int {
    for other in queue.prefix(Self.mostCompared) {
      let start = other.place - early.sequence
      if start >= early.bytes.count { break }
      guard other.number < early.number else { continue }
      let end = max(start, next - early.sequence)
      return end > early.read ? min(end, early.bytes.count) : early.bytes.count
    }
    return early.bytes.count
  }

  /// Whether the bytes that the first waiting segment waits for were acknowledged.
  var awaitsAcknowledged: Bool {
    guard let acknowledged, let first = queue.first else { return false }
    return acknowledged > first.place
  }

  /// Takes the first waiting segment out of the queue.
  func dequeue() -> Early {
    let segment = queue.takeFirst()
    queuedBytes -= segment.bytes.count
    return segment
  }
}
