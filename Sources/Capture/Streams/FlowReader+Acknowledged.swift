import Indicators

/// Bytes that were waited for when the other side acknowledged them.
struct AcknowledgedGap {
  var stream: UInt32
  /// Tells it from others of the same stream: where in the capture the acknowledgement came.
  var order: UInt64
  /// The stretch that it came in, and its packet.
  var stretch: UInt64
  var number: UInt64
  var time: Int64
}

/// TCP: gaps that were acknowledged.
///
/// What the receiver has and the capture has not by then, it most often lacks. Where directions were captured apart
/// it may still come, a little later: so it is waited for until some segments more wait behind it, or until the
/// stretch after the one with the acknowledgement is over. Stretches depend on the capture alone.
extension FlowReader {
  /// Notes up to where the other side has received.
  mutating func acknowledge(_ flow: UInt32, _ side: Bool, _ number: UInt32) {
    guard flows[flow][isFromFirst: side].hasQueue else { return }
    let index = flows[flow][isFromFirst: side].stream
    guard index != 0, let first = streams[index].queue.first,
      Int32(bitPattern: number &- first.place) > 0
    else { return }
    let stream = streams[index]
    if let known = stream.acknowledged {
      if Int32(bitPattern: number &- known) > 0 { stream.acknowledged = number }
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

  /// Gives up gaps of a stream that were acknowledged, as long as more segments wait.
  mutating func passAcknowledged(_ number: UInt32, over count: Int) {
    let stream = streams[number]
    while stream.awaitsAcknowledged, stream.queue.count > count,
      flows[stream.flow][isFromFirst: stream.isFromFirst].stream == number
    {
      passGap(number)
    }
  }

  /// Gives up the present shard's gaps that were acknowledged before this stretch; false where the batch is full
  /// before.
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
