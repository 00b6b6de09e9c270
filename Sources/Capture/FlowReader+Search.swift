import Indicators
import Parsing

/// Byte strings in payloads: which bytes are searched, and behind which others.
///
/// All bytes of a stream, in order, whether a protocol is read in it or not; datagrams, and bytes that come again
/// in another version, each by themselves.
extension FlowReader {
  /// Searches the next bytes of a stream.
  @inline(never)
  mutating func searchNext(
    _ payload: RawSpan, _ flow: UInt32, isFromFirst: Bool, _ origin: SearchOrigin
  ) {
    guard search.tailLength > 0 else { return search.add(payload, origin) }
    var slot = flows[notes: flow].tail
    if slot == 0 {
      let taken = tails.take(for: flow)
      if taken.robbed != 0 {
        flows[notes: taken.robbed].tail = 0
        skips.add(.tcpStreamLimit)
      }
      slot = taken.slot
      flows[notes: flow].tail = slot
    }
    searchNext(payload, slot: slot, isFromFirst: isFromFirst, origin)
  }

  /// Searches bytes by themselves; where only some of them are new, for strings with one of these in them.
  mutating func searchAlone(_ payload: RawSpan, changed: Range<Int>? = nil) {
    if !search.isEmpty { search.add(payload, changed: changed, writer.searchOrigin) }
  }

  /// Searches what a segment brought of which nothing else is wanted.
  @inline(never)
  mutating func searchPassed(
    _ payload: RawSpan, _ flow: UInt32, _ packet: PassedPacket, isNext: Bool
  ) {
    if search.isDue { finishSearch() }
    let notes = flows[notes: flow]
    let origin = SearchOrigin(
      number: packet.number, time: packet.time, order: packet.order,
      position: writer.batch.observables.count,
      flowIndex: notes.batch == writer.serial ? notes.batchIndex : .max,
      flow: FlowSource(
        key: packet.key, shard: packet.shard, isFirstOriginator: notes.isFirstOriginator,
        isForward: packet.isFromFirst == notes.isFirstOriginator, hasOverlap: notes.hasOverlap),
      madeFlow: nil)
    guard isNext else { return search.add(payload, origin) }
    searchNext(payload, flow, isFromFirst: packet.isFromFirst, origin)
    if packet.missing > 0 { forgetTail(flow, isFromFirst: packet.isFromFirst) }
  }

  /// Forgets the last bytes of a direction: what follows does not join them.
  @inline(__always)
  mutating func forgetTail(_ flow: UInt32, isFromFirst: Bool) {
    if search.isEmpty { return }
    let slot = flows[notes: flow].tail
    if slot != 0 { tails.clear(slot, isFromFirst: isFromFirst) }
  }

  /// Forgets the last bytes of a flow, which is itself forgotten.
  mutating func releaseTail(_ flow: UInt32) {
    let slot = flows[notes: flow].tail
    guard slot != 0 else { return }
    flows[notes: flow].tail = 0
    tails.release(slot)
  }

  /// Searches what is still to be searched, and writes what is found into the batch.
  ///
  /// Between packets only.
  mutating func finishSearch() { search.finish(&writer, &skips) }
}

/// What is known of a segment that passes.
struct PassedPacket {
  var key: FlowKey
  /// The packet's number and time, and its place in the order in which values become known.
  var number: UInt64
  var time: Int64
  var order: UInt64
  /// Bytes that the packet had beyond those captured.
  var missing: UInt16
  var shard: UInt8
  var isFromFirst: Bool
}
