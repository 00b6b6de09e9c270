/// Segments that came before others that precede them, ascending in the place of their next byte.
///
/// They are taken from the front, and what is left of one that was read in part goes back near it.
/// So there may be empty slots before the first: neither moves all others.
struct EarlySegments: RandomAccessCollection {
  private var slots: [TCPStream.Early] = []
  /// How many slots before the first segment are empty.
  private var head = 0

  /// Empty slots that are always left for what goes back.
  private static let fewSlots = 64

  var startIndex: Int { 0 }
  var endIndex: Int { slots.count - head }
  /// How many slots there are, empty ones among them.
  var slotCount: Int { slots.count }

  subscript(_ index: Int) -> TCPStream.Early { slots[head + index] }

  /// Puts a segment behind those of the same place.
  mutating func insert(_ segment: TCPStream.Early) {
    let index = end(of: segment.place)
    guard head > 0, index < count / 2 else { return slots.insert(segment, at: head + index) }
    head -= 1
    for slot in head..<head + index { slots.swapAt(slot, slot + 1) }
    slots[head + index] = segment
  }

  /// Where segments of a later place begin.
  private func end(of place: SequenceNumber) -> Int {
    var (low, high) = (0, count)
    // Most segments come behind all others.
    if let last, last.place <= place { low = high }
    while low < high {
      let middle = (low + high) / 2
      if slots[head + middle].place <= place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func takeFirst() -> TCPStream.Early {
    let first = slots[head]
    slots[head].bytes = []
    head += 1
    if head == slots.count {
      removeAll()
    } else if head > Self.fewSlots, head > slots.count / 2 {
      slots.removeFirst(head)
      head = 0
    }
    return first
  }

  /// Removes all segments, and keeps the slots' memory.
  mutating func removeAll() {
    slots.removeAll(keepingCapacity: true)
    head = 0
  }
}
