import Indicators

/// The TCP streams of which something is kept, found by number; the least recently used make room.
///
/// Idle streams, in which nothing is unfinished, are kept to know repeated segments. They make room
/// for others once there are more than `idleLimit`; unfinished ones only when memory exceeds the
/// limit. Numbers count from 1; 0 is no stream.
struct StreamTable {
  /// A stream's place in its list, between the streams that were used before and after it.
  private struct Link {
    var newer: UInt32 = 0
    var older: UInt32 = 0
    var cost = 0
    /// The stream is among `waiting`.
    var isWaiting = false
    /// The list that the stream is in: 0 for idle streams, 1 for unfinished ones; 2 if it is free.
    var list = 2
  }

  /// A stream in which bytes wait for others.
  private struct Waiting: Ranked {
    /// The lowest number of a packet that brought them, or a lower number.
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
  /// The most idle streams that are remembered, and the most free ones whose buffers are kept.
  private let idleLimit: Int
  private var all: [TCPStream] = []
  /// The link of each stream; apart, so that lists change without counting references to streams.
  private var links: [Link] = []
  private var free: [UInt32] = []
  private var lists = InlineArray<2, List>(repeating: List())
  private(set) var bytes = 0
  /// Streams in which bytes wait for others.
  ///
  /// A packet's number may be too low: it is corrected only when it is the lowest of all.
  private var waiting = RankedHeap<Waiting>()

  init(limit: Int, idleLimit: Int) {
    self.limit = limit
    self.idleLimit = idleLimit
  }

  subscript(_ number: UInt32) -> TCPStream { all[Int(number) - 1] }

  /// Whether nothing is read in a stream, and none of its bytes are kept.
  @inline(__always)
  func isBare(_ number: UInt32) -> Bool { all[Int(number) - 1].isBare }

  /// A stream that must go to keep the limits; nil if there is none.
  var superfluous: UInt32? {
    if lists[0].count > idleLimit { return lists[0].oldest }
    guard bytes > limit else { return nil }
    return lists[0].oldest != 0 ? lists[0].oldest : oldestUnfinished
  }

  /// The least recently used stream in which something is unfinished; nil if there is none.
  var oldestUnfinished: UInt32? { lists[1].oldest != 0 ? lists[1].oldest : nil }

  /// Adds a stream.
  mutating func insert(record: FlowRecord, target: HTTPTarget) -> UInt32 {
    if let number = free.popLast() {
      let stream = all[Int(number) - 1]
      stream.record = record
      stream.target = target
      return number
    }
    all.append(TCPStream(record: record, target: target))
    links.append(Link())
    return UInt32(all.count)
  }

  /// Notes a stream's size, and that it was used last.
  mutating func touch(_ number: UInt32) {
    let index = Int(number) - 1
    let stream = all[index]
    let cost = stream.cost
    bytes += cost - links[index].cost
    links[index].cost = cost
    let isIdle = stream.isIdle
    if !isIdle, !links[index].isWaiting, let packet = stream.firstWaiting {
      links[index].isWaiting = true
      waiting.append(Waiting(packet: packet, stream: number))
    }
    let list = isIdle ? 0 : 1
    if links[index].list == list, lists[list].newest == number { return }
    unlink(index)
    link(index, list)
  }

  /// Forgets a stream.
  mutating func remove(_ number: UInt32) {
    let index = Int(number) - 1
    unlink(index)
    bytes -= links[index].cost
    links[index].cost = 0
    all[index].reset()
    if free.count >= idleLimit {
      // Its buffers go with it.
      let stream = all[index]
      all[index] = TCPStream(record: stream.record, target: stream.target)
    }
    free.append(number)
  }

  /// The lowest number of a packet whose bytes wait in a stream; `UInt64.max` if none wait.
  mutating func horizon() -> UInt64 {
    while let first = waiting.first {
      let packet = self[first.stream].firstWaiting
      if packet == first.packet { return first.packet }
      if let packet {
        waiting.replaceFirst(with: Waiting(packet: packet, stream: first.stream))
      } else {
        links[Int(first.stream) - 1].isWaiting = false
        _ = waiting.takeFirst()
      }
    }
    return .max
  }

  private mutating func unlink(_ index: Int) {
    let link = links[index]
    guard link.list < 2 else { return }
    if link.newer == 0 { lists[link.list].newest = link.older }
    if link.older == 0 { lists[link.list].oldest = link.newer }
    lists[link.list].count -= 1
    // One access to the array, not one for each element that changes.
    var links = links.mutableSpan
    if link.newer != 0 { links[Int(link.newer) - 1].older = link.older }
    if link.older != 0 { links[Int(link.older) - 1].newer = link.newer }
    links[index].list = 2
  }

  private mutating func link(_ index: Int, _ list: Int) {
    let number = UInt32(index + 1)
    let older = lists[list].newest
    lists[list].newest = number
    if lists[list].oldest == 0 { lists[list].oldest = number }
    lists[list].count += 1
    var links = links.mutableSpan
    if older != 0 { links[Int(older) - 1].newer = number }
    links[index].older = older
    links[index].newer = 0
    links[index].list = list
  }
}

/// What directions of connections are read as.
extension StreamTable {
  /// Whether a direction is read as answers though no SYN told that it is the server's.
  func isDoubtfulAnswer(_ direction: FlowDirection) -> Bool {
    guard !direction.isSurelyServer, case .http = self[direction.stream].content else {
      return false
    }
    return self[direction.stream].http.isAnswer
  }

  /// Whether bytes belong to the parked connection rather than to the present one.
  ///
  /// If they fit both, they belong to the nearer one. If both are as near, they belong to the
  /// parked one if it has an unfinished message and nothing is being read in the present one: a SYN
  /// whose number is that of the next byte, and its answer, need not be the receiver's.
  func isNearer(
    _ parked: FlowDirection, to sequence: SequenceNumber, than present: FlowDirection
  ) -> Bool {
    guard let distance = parked.distance(to: sequence) else { return false }
    let other = present.distance(to: sequence) ?? .max
    return distance < other
      || distance == other && parked.stream != 0 && !self[parked.stream].isBetweenMessages
        && self[present.stream].isUnread
  }
}
