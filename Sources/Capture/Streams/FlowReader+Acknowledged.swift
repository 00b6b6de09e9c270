import Indicators

/// A gap in a stream: bytes that were missing when the other side acknowledged them.
struct AcknowledgedGap {
  var stream: UInt32
  /// Where in the capture the acknowledgement came; tells the gap from others of its stream.
  var order: UInt64
  /// The stretch in which the acknowledgement came, and its packet.
  var stretch: UInt64
  var number: UInt64
  var time: Int64
}

/// TCP: gaps that were acknowledged.
///
/// If the receiver has bytes that the capture does not have by then, the capture most often lacks
/// them. If the directions were captured apart, they may still come a little later. So the stream
/// waits until some more segments are queued behind the gap, or until the stretch after the one
/// with the acknowledgement is over. Stretches depend on the capture alone.
extension FlowReader {
  /// Notes that the other side has received the bytes before `number`.
  mutating func acknowledge(_ side: FlowSide, _ number: SequenceNumber) {
    guard flows[side].hasQueue else { return }
    let index = flows[side].stream
    guard index != 0, let first = streams[index].queue.first,
      number > first.place
    else { return }
    let stream = streams[index]
    if let known = stream.acknowledged {
      if number > known { stream.acknowledged = number }
    } else {
      stream.acknowledged = number
    }
    if stream.gap == 0 {
      stream.gap = writer.order &+ 1
      gaps.append(
        AcknowledgedGap(
          stream: index, order: stream.gap, stretch: stretch, number: writer.number,
          time: writer.time))
    }
    passAcknowledged(index, over: TCPStream.longestAcknowledged)
  }

  /// Gives up acknowledged gaps of a stream while more than `count` segments wait.
  mutating func passAcknowledged(_ number: UInt32, over count: Int) {
    let stream = streams[number]
    while stream.awaitsAcknowledged, stream.queue.count > count,
      flows[stream].stream == number
    {
      passGap(number)
    }
  }

  /// Gives up the present shard's gaps that were acknowledged before this stretch.
  ///
  /// False if the batch is full before all are given up.
  mutating func passOldGaps() -> Bool {
    var count = 0
    while count < gaps.count, gaps[count].stretch < stretch {
      if writer.batch.isFull { break }
      pass(gaps[count])
      count += 1
    }
    let isAll = count == gaps.count || gaps[count].stretch >= stretch
    gaps.removeFirst(count)
    return isAll
  }

  private mutating func pass(_ gap: AcknowledgedGap) {
    let stream = streams[gap.stream]
    guard stream.gap == gap.order else { return }
    let owner = stream.flow
    writer.beginPacket(number: gap.number, time: gap.time, order: gap.order)
    beginFlow(of: stream)
    passAcknowledged(gap.stream, over: 0)
    endFlow(owner)
  }
}
