import Indicators
import Parsing

/// TCP: streams of which something is kept, and the limits on them.
extension FlowReader {
  /// The number of a direction's stream, which is made if there is none.
  mutating func openStream(_ visit: StreamVisit) -> UInt32 {
    let number = flows[visit].stream
    if number != 0 { return number }
    let new = streams.insert(record: writer.flow(), target: visit.target)
    streams[new].side = visit.side
    flows[visit].stream = new
    return new
  }

  /// Forgets a stream with whatever waits in it.
  mutating func releaseStream(_ number: UInt32) {
    let stream = streams[number]
    let present = flows[stream].stream
    if present != number {
      // The stream is parked beside the present one.
      if present != 0 { streams[present].parked = nil }
    } else if let parked = stream.parked {
      flows[stream] = parked
    } else {
      flows[stream].stream = 0
      flows[stream].hasQueue = false
    }
    streams.remove(number)
  }

  /// Exchanges a direction's present connection and the one that is parked beside it.
  mutating func exchange(_ side: FlowSide) {
    let present = flows[side]
    guard present.stream != 0, let parked = streams[present.stream].parked else { return }
    streams[present.stream].parked = nil
    streams.touch(present.stream)
    flows[side] = parked
    streams[parked.stream].parked = present
    streams.touch(parked.stream)
    forgetTail(side)
  }

  /// Reads what waits in a stream as far as it goes, and forgets the stream.
  mutating func closeStream(_ number: UInt32) {
    guard number != 0 else { return }
    let stream = streams[number]
    if flows[stream].stream != number {
      exchange(stream.side)
    }
    while !stream.queue.isEmpty,
      flows[stream].stream == number
    {
      passGap(number)
    }
    guard flows[stream].stream == number else { return }
    finishContent(stream)
    finishHoles(number)
    finishVersions(number)
    finishReceivers(number)
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
    beginFlow(of: stream)
    closeStream(number)
    endFlow(owner)
    writer.beginFlow(flow, index: index)
  }

  /// Begins to write values of a stream that are not those of a packet just read.
  mutating func beginFlow(of stream: TCPStream) {
    let notes = flows[notes: stream.flow]
    writer.beginFlow(
      stream.record,
      index: notes.batch == writer.serial ? notes.batchIndex : ObservableRecord.noFlow)
  }

  /// Notes the index of a flow's record in the batch, if anything was written for the flow.
  @inline(__always)
  mutating func endFlow(_ flow: UInt32) {
    guard writer.hasRecord else { return }
    flows[notes: flow].batch = writer.serial
    flows[notes: flow].batchIndex = writer.flowIndex
  }

  /// Closes the streams of the flow that makes room for a new one.
  @inline(never)
  mutating func closeOldestFlow() {
    let oldest = flows.oldest()
    guard oldest != 0 else { return }
    while flows[oldest].first.stream != 0 { makeRoom(flows[oldest].first.stream) }
    while flows[oldest].second.stream != 0 { makeRoom(flows[oldest].second.stream) }
    releaseTail(oldest)
    repeats.forget(oldest)
  }

  private mutating func makeRoom(_ number: UInt32) {
    if !streams[number].isIdle { skips.add(.tcpStreamLimit) }
    closeApart(number)
  }

  /// Reads what waits in all streams: the capture has ended.
  mutating func closeAllStreams() {
    while let number = streams.oldestUnfinished { closeApart(number) }
  }
}
