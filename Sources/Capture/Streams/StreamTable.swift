import Indicators

/// The TCP streams of which something is kept, found by number; those used least recently make room.
///
/// Streams of which nothing is unfinished (they are kept to know a repeated segment) make room for
/// others once there are `idleLimit` of them; unfinished ones only when their memory exceeds the
/// limit. Numbers count from 1; 0 is none.
struct StreamTable {
  private struct Entry {
    var stream: TCPStream
    var newer: UInt32 = 0
    var older: UInt32 = 0
    var cost = 0
    /// The stream is among `waiting`.
    var isWaiting = false
    /// The list that the stream is in: 0 idle, 1 unfinished; 2 where it is free.
    var list: UInt8 = 2
  }

  /// A stream of which bytes wait.
  private struct Waiting: Ranked {
    /// The lowest packet that they came in, or a lower one.
    var packet: UInt64
    var stream: UInt32

    var rank: UInt64 { packet }
  }

  private struct List {
    var newest: UInt32 = 0
    var oldest: UInt32 = 0
    var count = 0
  }

  private let limit: Int
  /// Idle streams remembered, and free ones whose buffers are kept.
  private let idleLimit: Int
  private var entries: [Entry] = []
  private var free: [UInt32] = []
  private var lists = (List(), List())
  private(set) var bytes = 0
  /// Streams of which bytes wait; a packet's number may be too low, since it is brought up to date only when
  /// it is the lowest of all.
  private var waiting = RankedHeap<Waiting>()

  init(limit: Int, idleLimit: Int) {
    self.limit = limit
    self.idleLimit = idleLimit
  }

  subscript(_ number: UInt32) -> TCPStream { entries[Int(number) - 1].stream }

  /// Whether nothing is read in a stream, and none of its bytes are kept.
  @inline(__always)
  func isBare(_ number: UInt32) -> Bool { entries[Int(number) - 1].stream.isBare }

  /// A stream that must go to keep the limits, if any.
  var superfluous: UInt32? {
    if lists.0.count > idleLimit { return lists.0.oldest }
    guard bytes > limit else { return nil }
    return lists.0.oldest != 0 ? lists.0.oldest : lists.1.oldest == 0 ? nil : lists.1.oldest
  }

  /// The stream touched longest ago of those in which something is unfinished, if there is any.
  var oldestUnfinished: UInt32? { lists.1.oldest != 0 ? lists.1.oldest : nil }

  /// Adds a stream.
  mutating func insert(record: FlowRecord, target: HTTPTarget) -> UInt32 {
    if let number = free.popLast() {
      let stream = entries[Int(number) - 1].stream
      stream.record = record
      stream.target = target
      return number
    }
    entries.append(Entry(stream: TCPStream(record: record, target: target)))
    return UInt32(entries.count)
  }

  /// Notes what became of a stream: its size, and that it was used last.
  mutating func touch(_ number: UInt32) {
    let index = Int(number) - 1
    let stream = entries[index].stream
    let cost = stream.cost
    bytes += cost - entries[index].cost
    entries[index].cost = cost
    let isIdle = stream.isIdle
    if !isIdle, !entries[index].isWaiting, let packet = stream.firstWaiting {
      entries[index].isWaiting = true
      waiting.append(Waiting(packet: packet, stream: number))
    }
    let list: UInt8 = isIdle ? 0 : 1
    if entries[index].list == list, self.newest(list) == number { return }
    unlink(index)
    link(index, list)
  }

  /// Forgets a stream.
  mutating func remove(_ number: UInt32) {
    let index = Int(number) - 1
    unlink(index)
    bytes -= entries[index].cost
    entries[index].cost = 0
    entries[index].stream.reset()
    if free.count >= idleLimit {
      // Its buffers go with it.
      let stream = entries[index].stream
      entries[index].stream = TCPStream(record: stream.record, target: stream.target)
    }
    free.append(number)
  }

  /// The lowest number of a packet whose bytes wait in a stream.
  mutating func horizon() -> UInt64 {
    while let first = waiting.first {
      let packet = self[first.stream].firstWaiting
      if packet == first.packet { return first.packet }
      if let packet {
        waiting.replaceFirst(with: Waiting(packet: packet, stream: first.stream))
      } else {
        entries[Int(first.stream) - 1].isWaiting = false
        _ = waiting.takeFirst()
      }
    }
    return .max
  }

  private func newest(_ list: UInt8) -> UInt32 { list == 0 ? lists.0.newest : lists.1.newest }

  private mutating func unlink(_ index: Int) {
    let entry = entries[index]
    guard entry.list < 2 else { return }
    if entry.newer != 0 { entries[Int(entry.newer) - 1].older = entry.older }
    if entry.older != 0 { entries[Int(entry.older) - 1].newer = entry.newer }
    func change(_ list: inout List) {
      if entry.newer == 0 { list.newest = entry.older }
      if entry.older == 0 { list.oldest = entry.newer }
      list.count -= 1
    }
    if entry.list == 0 { change(&lists.0) } else { change(&lists.1) }
    entries[index].list = 2
  }

  private mutating func link(_ index: Int, _ list: UInt8) {
    let number = UInt32(index + 1)
    func change(_ list: inout List) -> UInt32 {
      let older = list.newest
      list.newest = number
      if list.oldest == 0 { list.oldest = number }
      list.count += 1
      return older
    }
    let older = list == 0 ? change(&lists.0) : change(&lists.1)
    if older != 0 { entries[Int(older) - 1].newer = number }
    entries[index].older = older
    entries[index].newer = 0
    entries[index].list = list
  }
}
