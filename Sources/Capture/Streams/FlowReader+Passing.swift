import Indicators
import Parsing

/// How a segment is passed over in which no protocol is read.
enum Passing {
  /// Not at all: the segment has to be read.
  case not
  /// As one without any bytes that count.
  case empty
  /// As the next bytes of its stream.
  case next
  /// As bytes that came before.
  case again
}

/// TCP: segments from which nothing is wanted, or only a search; they are most by far.
extension FlowReader {
  /// Takes a segment from which nothing is wanted; gives false for every other, and does nothing.
  @inline(__always)
  mutating func passes(_ item: FlowItem, _ index: UInt32, _ stretch: CaptureStretch) -> Bool {
    guard item.flags & TCPFlag.syn == 0, !options.everyPacket else { return false }
    let payload = stretch.bytes(from: item.start, to: item.end)
    let passing = passing(
      payload, at: item.sequence, missing: item.missing, of: index,
      isFromFirst: item.isSourceFirst, ports: item.key.ports)
    if !search.isEmpty, passing == .next || passing == .again {
      searchPassed(
        payload,
        PassedPacket(
          key: item.key, number: item.number, time: item.time,
          order: stretch.firstOrder &+ UInt64(item.order),
          shard: item.shard, side: FlowSide(flow: index, isFromFirst: item.isSourceFirst),
          sequence: item.sequence),
        isNext: passing == .next)
    }
    return passing != .not
  }

  /// Points at the shard of a plain packet's flow, and gives the flow's index; 0 if it is new.
  @inline(__always)
  mutating func find(_ segment: PlainSegment, _ shards: FlowShards) -> UInt32 {
    point(at: segment.shard, of: shards)
    return flows.find(segment.key, segment.hash)
  }

  /// How a segment of a known flow passes; unless it is `.not`, the segment is taken.
  ///
  /// This path is the most frequent by far, and does what `decodeTCP` would do. The bytes may still
  /// have to be searched.
  ///
  /// A segment passes that has no bytes or is of a direction that is done. So does the next one, or
  /// one that came before, of a direction of which no bytes are kept, if no protocol begins in it.
  ///
  /// Index and end of the direction are given apart: taking a `FlowSide` to pieces for each packet
  /// costs a tenth more.
  @inline(__always)
  mutating func passing(
    _ payload: RawSpan, at sequence: SequenceNumber, missing: UInt16, of index: UInt32,
    isFromFirst: Bool, ports: UInt32
  ) -> Passing {
    // SAFETY: the index is one of `find`, and nothing is inserted here.
    let flow = unsafe flows.pointer(index)
    let (own, peerWaits) =
      isFromFirst
      ? unsafe (flow.pointee.first, flow.pointee.second.awaitsOther)
      : unsafe (flow.pointee.second, flow.pointee.first.awaitsOther)
    if peerWaits { return .not }
    let count = payload.byteCount
    if count == 0 { return .empty }
    if own.isDone, search.isEmpty {
      return own.comesAgain(payload, at: sequence) ? .not : .empty
    }
    if own.stream != 0, own.hasQueue || !streams.isBare(own.stream) { return .not }
    var distance = own.isStarted ? sequence - own.next : 0
    let isBehindMissing = own.missingAfterNext != 0 && distance == Int(own.missingAfterNext)
    if isBehindMissing { distance = 0 }
    guard distance == 0 || distance < 0 && count <= -distance else { return .not }
    let side = FlowSide(flow: index, isFromFirst: isFromFirst)
    // A keep-alive probe, as `accept` knows it.
    if distance == -1, count == 1 {
      return differsFromFirst(payload, at: sequence, own, side) ? .not : .empty
    }
    let isDNSPort =
      DNSMessage.isRegistered(streamPort: UInt16(truncatingIfNeeded: ports >> 16))
      || DNSMessage.isRegistered(streamPort: UInt16(truncatingIfNeeded: ports))
    let (application, role) = classify(
      payload, isDNSPort: isDNSPort, isServer: own.isSurelyServer, of: side)
    guard application == .none,
      role == .unknown
        || flows[notes: index].isRoleKnown && !HTTPRequest.isVersionAlone(payload)
    else {
      return .not
    }
    if readsAnswers, role == .server || own.isServer && HTTPReader.isCutAnswer(payload) {
      return .not
    }
    if distance < 0 {
      // A direction without a SYN may have begun before.
      if own.isUnannounced, sequence < own.base { return .not }
      // The stream may go on with a request that begins in the last bytes, as `readAgain` knows it.
      if count == -distance, role == .unknown, !own.isServer, HTTPRequest.mayBegin(payload) {
        return .not
      }
      let offset = sequence - own.base
      if offset >= 0 {
        // Other bytes in the place of the first ones may be what the receiver has.
        if own.isServer
          ? readsAnswers && answers.differ(payload, at: sequence, of: side)
          : offset < FirstSegments.longest
        {
          return .not
        }
        skips.add(.retransmission)
      }
      return .again
    }
    let next = sequence + count
    // After `next` 5040 with 1420 bytes missing, a segment at 5040 holds what was cut off before:
    // it has to be read, not passed.
    if own.missingAfterNext != 0, !isBehindMissing { return .not }
    if own.expectsStart { return .not }
    if Preamble.mayAnswer(payload), Preamble.answerEnd(payload) != nil { return .not }
    if !own.isStarted || own.next == own.base {
      // As `discover` does with a direction's first bytes.
      if role == .unknown,
        count < Application.decidedLength || HTTPRequest.mayBegin(payload)
          || Preamble.mayBegin(payload)
          || DNSStreamReader.mayBegin(payload)
      {
        return .not
      }
      // SAFETY: no flow is added while this one is pointed to; so also below.
      if !own.isStarted {
        unsafe flow.pointee[isFromFirst: isFromFirst].isUnannounced = true
      }
      if role != .server, !own.isServer, !own.isDone {
        firsts.keep(
          FirstSegments.Segment(payload, stretch: stretch), at: sequence, of: side, isFirst: true,
          present: stretch)
      }
      unsafe flow.pointee[isFromFirst: isFromFirst].begin(
        at: sequence, next: next, isServer: role == .server)
    } else {
      if !own.isServer, !own.isDone, next.offset(from: own.base) <= FirstSegments.longest {
        firsts.keep(
          FirstSegments.Segment(payload, stretch: stretch), at: sequence, of: side, isFirst: false,
          present: stretch)
      }
      unsafe flow.pointee[isFromFirst: isFromFirst].advance(to: next)
    }
    if isBehindMissing { noteHole(side) }
    if missing != 0 { flows[index][isFromFirst: isFromFirst].missingAfterNext = missing }
    // What the stream keeps is of no more use, unless it says where a tunnel leads.
    if own.stream != 0, streams[own.stream].tunnel == nil { releaseStream(own.stream) }
    return .next
  }

  /// Notes that a segment begins behind bytes that were not captured (`missingAfterNext`), so that
  /// these are given up.
  @inline(never)
  private mutating func noteHole(_ side: FlowSide) {
    flows[side].missingAfterNext = 0
    flows[notes: side.flow].hasHole = true
    forgetTail(side)
  }
}
