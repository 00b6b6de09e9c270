import Indicators
import Parsing

/// TCP: streams of which something is kept, and the limits on them.
extension FlowReader {
  /// The number of a direction's stream, which is made if there is none.
  mutating func openStream(_ visit: StreamVisit) -> UInt32 {
    let number = flows[visit.flow][isFromFirst: visit.isFromFirst].stream
    if number != 0 { return number }
    let new = streams.insert(record: writer.flow(), target: visit.target)
    streams[new].flow = visit.flow
    streams[new].isFromFirst = visit.isFromFirst
    flows[visit.flow][isFromFirst: visit.isFromFirst].stream = new
    return new
  }

  /// Forgets a stream with whatever waits in it.
  mutating func releaseStream(_ number: UInt32) {
    let stream = streams[number]
    flows[stream.flow][isFromFirst: stream.isFromFirst].stream = 0
    flows[stream.flow][isFromFirst: stream.isFromFirst].hasQueue = false
    streams.remove(number)
  }

  /// Reads what waits in a stream as far as it goes, and forgets the stream.
  mutating func closeStream(_ number: UInt32) {
    guard number != 0 else { return }
    let stream = streams[number]
    while !stream.queue.isEmpty,
      flows[stream.flow][isFromFirst: stream.isFromFirst].stream == number
    {
      passGap(number)
    }
    guard flows[stream.flow][isFromFirst: stream.isFromFirst].stream == number else { return }
    finishContent(stream)
    finishVersions(number)
    releaseStream(number)
  }

  /// Forgets streams until the limits are kept.
  @inline(__always)
  mutating func keepLimits() {
    while let number = streams.superfluous {
      if !streams[number].isIdle { skips.add(.tcpStreamLimit) }
      closeApart(number)
    }
  }

  /// Closes a stream of another flow than the packet's.
  mutating func closeApart(_ number: UInt32) {
    let stream = streams[number]
    guard !stream.isIdle else { return releaseStream(number) }
    let (flow, index) = (writer.flow(), writer.flowIndex)
    let owner = stream.flow
    writer.beginFlow(
      stream.record,
      index: flows[notes: owner].batch == writer.serial
        ? flows[notes: owner].batchIndex : ObservableRecord.noFlow)
    closeStream(number)
    if writer.hasRecord {
      flows[notes: owner].batch = writer.serial
      flows[notes: owner].batchIndex = writer.flowIndex
    }
    writer.beginFlow(flow, index: index)
  }

  /// Closes the streams of the flow that makes room for a new one.
  @inline(never)
  mutating func closeOldestFlow() {
    let oldest = flows.oldest()
    guard oldest != 0 else { return }
    let flow = flows[oldest]
    makeRoom(flow.first.stream)
    makeRoom(flow.second.stream)
    releaseTail(oldest)
  }

  private mutating func makeRoom(_ number: UInt32) {
    guard number != 0 else { return }
    if !streams[number].isIdle { skips.add(.tcpStreamLimit) }
    closeApart(number)
  }

  /// Reads what waits in all streams: the capture has ended.
  mutating func closeAllStreams() {
    while let number = streams.oldestUnfinished { closeApart(number) }
  }
}
