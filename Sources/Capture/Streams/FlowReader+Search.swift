import Indicators
import Parsing

/// Byte strings in payloads: which bytes are searched, and behind which others.
///
/// All bytes of a stream are searched in order, whether a protocol is read in it or not. Datagrams,
/// and bytes that come again in another version, are searched by themselves.
extension FlowReader {
  /// Searches the next bytes of a stream.
  @inline(never)
  mutating func searchNext(
    _ payload: RawSpan, _ side: FlowSide, _ origin: SearchOrigin
  ) {
    let next = flows[side].next
    let place = SearchPlace(
      side: side, sequence: next - payload.byteCount, shard: shardNumber, coming: .next)
    guard search.tailLength > 0 else { return search.add(payload, place, origin) }
    var slot = flows[notes: side.flow].tail
    if slot == 0 {
      let taken = tails.take(for: side.flow)
      if taken.robbed != 0 {
        flows[notes: taken.robbed].tail = 0
        skips.add(.tcpStreamLimit)
      }
      slot = taken.slot
      flows[notes: side.flow].tail = slot
    }
    searchNext(payload, slot: slot, place, origin)
  }

  /// Searches bytes by themselves.
  mutating func searchAlone(_ payload: RawSpan) {
    if !search.isEmpty { search.add(payload, nil, writer.searchOrigin) }
  }

  /// Searches bytes of a stream by themselves: another version of some, or some that came before.
  ///
  /// If `changed` is given, they are a version, searched for strings with one of the changed bytes.
  mutating func searchAlone(
    _ payload: RawSpan, at sequence: SequenceNumber, changed: Range<Int>? = nil,
    of visit: StreamVisit
  ) {
    guard !search.isEmpty else { return }
    guard changed == nil else {
      let place = SearchPlace(
        side: visit.side, sequence: sequence, shard: shardNumber, coming: .version)
      // More may follow of this version.
      if search.tailLength > 0 {
        repeats.keep(payload, behind: [], length: search.tailLength, of: place)
      }
      return search.add(payload, changed: changed, place, writer.searchOrigin)
    }
    searchAgain(
      payload, visit.side, at: sequence, writer.searchOrigin)
  }

  /// Searches repeated bytes that were not kept, behind those before them that came again, too.
  @inline(never)
  private mutating func searchAgain(
    _ payload: RawSpan, _ side: FlowSide, at sequence: SequenceNumber,
    _ origin: SearchOrigin
  ) {
    let base = flows[side].base
    let isRead =
      !flows[notes: side.flow].hasHole && sequence >= base
    var place = SearchPlace(
      side: side, sequence: sequence, shard: shardNumber,
      coming: isRead ? .again : .version)
    guard search.tailLength > 0 else { return search.add(payload, place, origin) }
    let before = repeats.tail(of: place)
    if before.isEmpty {
      search.add(payload, place, origin)
    } else {
      var bytes = before
      bytes.append(payload)
      place.sequence = sequence - before.count
      // SAFETY: the closure only reads the array's bytes.
      unsafe bytes.withUnsafeBytes {
        search.add(
          unsafe $0.bytes, changed: 0..<bytes.count, from: before.count, place, origin)
      }
      place.sequence = sequence
    }
    repeats.keep(payload, behind: before, length: search.tailLength, of: place)
  }

  /// Other versions of a stream's last bytes, behind which its next bytes are searched, too.
  ///
  /// These are the bytes that came again lately, and the stream's own last bytes with `again` at
  /// their end.
  @inline(never)
  func tails(with again: RawSpan, at next: SequenceNumber, _ visit: StreamVisit) -> [[UInt8]] {
    let length = search.tailLength
    guard length > 0 else { return [] }
    var versions = repeats.tails(of: versionPlace(at: next, visit))
    let slot = flows[notes: visit.flow].tail
    var bytes: [UInt8] = []
    if slot != 0, again.byteCount < length {
      // SAFETY: the bytes are copied before any tail is changed.
      let tail = unsafe tails.bytes(slot, isFromFirst: visit.side.isFromFirst)
      bytes += unsafe tail.dropLast(again.byteCount)
    }
    bytes.append(again.extracting(max(0, again.byteCount - length)..<again.byteCount))
    if !versions.contains(bytes) { versions.append(bytes) }
    return versions
  }

  private func versionPlace(at sequence: SequenceNumber, _ visit: StreamVisit) -> SearchPlace {
    SearchPlace(
      side: visit.side, sequence: sequence, shard: shardNumber, coming: .version)
  }

  /// Searches a stream's next bytes once more, behind other versions of the bytes before them.
  @inline(never)
  mutating func searchBehind(
    _ tails: [[UInt8]], _ rest: RawSpan, at next: SequenceNumber, _ visit: StreamVisit
  ) {
    for tail in tails {
      var bytes = tail
      bytes.append(rest.extracting(0..<min(rest.byteCount, search.tailLength)))
      let place = versionPlace(at: next - tail.count, visit)
      // SAFETY: the closure only reads the array's bytes.
      unsafe bytes.withUnsafeBytes {
        search.add(
          unsafe $0.bytes, changed: 0..<tail.count, from: tail.count, place, writer.searchOrigin)
      }
    }
  }

  /// Searches a segment from which nothing else is wanted.
  @inline(never)
  mutating func searchPassed(
    _ payload: RawSpan, _ packet: PassedPacket, isNext: Bool
  ) {
    if search.isDue { finishSearch() }
    let notes = flows[notes: packet.side.flow]
    let origin = SearchOrigin(
      number: packet.number, time: packet.time, order: packet.order,
      position: writer.batch.observables.count,
      flowIndex: notes.batch == writer.serial ? notes.batchIndex : .max,
      flow: FlowSource(
        key: packet.key, shard: packet.shard, isFirstOriginator: notes.isFirstOriginator,
        isForward: packet.side.isFromFirst == notes.isFirstOriginator, hasOverlap: notes.hasOverlap),
      madeFlow: nil)
    guard isNext else {
      return searchAgain(
        payload, packet.side, at: packet.sequence, origin)
    }
    searchNext(payload, packet.side, origin)
  }

  /// Forgets the last bytes of a direction: what follows does not join them.
  @inline(__always)
  mutating func forgetTail(_ side: FlowSide) {
    if search.isEmpty { return }
    let slot = flows[notes: side.flow].tail
    if slot != 0 { tails.clear(slot, isFromFirst: side.isFromFirst) }
  }

  /// Forgets the last bytes of a flow, which is itself forgotten.
  mutating func releaseTail(_ flow: UInt32) {
    let slot = flows[notes: flow].tail
    guard slot != 0 else { return }
    flows[notes: flow].tail = 0
    tails.release(slot)
  }
}

/// What the search needs of a segment that passes.
struct PassedPacket {
  var key: FlowKey
  /// The packet's number and time, and its place in the order in which values become known.
  var number: UInt64
  var time: Int64
  var order: UInt64
  var shard: UInt8
  var side: FlowSide
  var sequence: SequenceNumber
}
