import Parsing

/// TCP: first bytes of which no reader made anything, and bytes that come before or in their place.
extension FlowReader {
  /// How many bytes before a direction's first one a segment may begin that was swapped on its way.
  static let widestSwap = 1 << 16

  /// Keeps bytes that a direction has read just now, if they are among its first and nothing was made of them, or
  /// nothing that the middle of a message could not be.
  mutating func keepFirst(
    _ payload: RawSpan, isFirst: Bool, _ side: FlowSide
  ) {
    let direction = flows[side]
    guard direction.readCount <= FirstSegments.longest, !direction.isServer,
      !direction.isDone,
      direction.stream == 0 || streams[direction.stream].isUnread
        || direction.isUnannounced && streams[direction.stream].mayBeMiddle
    else { return }
    firsts.keep(
      FirstSegments.Segment(payload, stretch: isApart ? nil : stretch),
      at: direction.next - payload.byteCount, of: side, isFirst: isFirst, present: stretch)
  }

  /// Lets a direction begin at the earlier `sequence`: what was read waits for the bytes between.
  ///
  /// Only where all of what was read is still there, and nothing was made of it; or what was may have been the middle
  /// of a message: a SYN tells that (no count), or of a request so many bytes before it that reach it.
  @discardableResult
  mutating func beginEarlier(
    at sequence: SequenceNumber, count: Int? = nil, _ visit: StreamVisit
  ) -> Bool {
    let direction = flows[visit]
    let ahead = direction.base.offset(from: sequence)
    // With a search, the bytes read were searched already; `readBefore` reads both together then.
    guard ahead > 0, ahead < Self.widestSwap, search.isEmpty, !direction.isDone,
      let kept = takeRead(
        direction, count.map { $0 >= ahead ? .joined : .apart } ?? .announced, visit)
    else { return false }
    flows[visit].next = sequence
    flows[visit].base = sequence
    flows[visit].missingAfterNext = 0
    enqueue(
      kept.first.rawSpan, at: direction.base, missing: Int(direction.missingAfterNext),
      isAgain: true, visit)
    acceptOthers(kept, visit)
    return true
  }

  /// Takes the segments again that disagreed with what was read, now that all of it waits.
  private mutating func acceptOthers(_ kept: FirstSegments.Kept, _ visit: StreamVisit) {
    let number = flows[visit].stream
    guard number != 0 else { return }
    let stream = streams[number]
    if !stream.receivers.isEmpty {
      releaseReceivers(stream)
      beginReceivers(at: flows[visit].next, flows[visit], visit)
    }
    guard !kept.others.isEmpty else { return }
    // Each costs as much as the bytes that it is compared with.
    stream.receiverBytes += kept.others.count * kept.first.count
    guard stream.receiverBytes <= TCPStream.mostReceiverBytes else {
      return skips.add(.tcpOverlapLimit)
    }
    if !kept.hasAllOthers { skips.add(.tcpOverlapLimit) }
    for other in kept.others {
      accept(other.bytes.rawSpan, at: other.sequence, missing: 0, visit)
    }
  }

  /// What tells that bytes precede those that a direction has read.
  private enum Predecessor {
    /// A SYN.
    case announced
    /// Bytes that end where those begin.
    case joined
    /// Others.
    case apart
  }

  /// Takes all that a direction has read, if it may be read again behind what precedes it.
  private mutating func takeRead(
    _ direction: FlowDirection, _ predecessor: Predecessor, _ visit: StreamVisit
  ) -> FirstSegments.Kept? {
    if direction.stream != 0 {
      let stream = streams[direction.stream]
      let isFree =
        switch predecessor {
        case .announced: stream.mayBeMiddle
        case .joined: stream.isOnlyAssumed || mayBeEnd(direction, visit)
        case .apart: stream.isOnlyAssumed
        }
      guard isFree, stream.holes.isEmpty, stream.parked == nil else { return nil }
    }
    guard
      let kept = firsts.take(
        of: visit.side, from: direction.base,
        count: direction.readCount, present: stretch)
    else { return nil }
    if direction.stream != 0 {
      let stream = streams[direction.stream]
      keepAssumed(direction)
      stream.begin(.none)
      stream.history.beginAnew()
      // What comes before them need not be the same sender's.
      if !stream.openVersions.isEmpty {
        read(stream.takeVersions(with: RawSpan(), number: 0, time: 0), visit)
      }
    }
    return kept
  }

  /// Whether what a direction has read may be the end of a request that begins in bytes before it: it is taken for one,
  /// but its first line is of no known method.
  private mutating func mayBeEnd(_ direction: FlowDirection, _ visit: StreamVisit) -> Bool {
    guard case .http = streams[direction.stream].content else { return false }
    let first = firsts.bytes(
      .firstWins, of: visit.side, from: direction.base,
      count: direction.readCount, present: stretch)
    return first.map { !HTTPRequest.isLineOfKnownMethod($0.rawSpan) } ?? false
  }

  /// Keeps what reads the message that a direction seems to have begun with: what comes before that need not be the
  /// same sender's.
  private mutating func keepAssumed(_ direction: FlowDirection) {
    let stream = streams[direction.stream]
    guard !stream.isUnread, !stream.http.isAnswer,
      stream.isOnlyAssumed || !stream.isBetweenMessages
    else { return }
    let reader = TCPStream(record: stream.record, target: stream.target)
    reader.takeContent(of: stream)
    if !stream.keep(TCPStream.Rereading(reader: reader, next: direction.next)) {
      skips.add(.tcpOverlapLimit)
    }
  }

  /// Reads a segment that reaches up to a direction's first byte, together with the first bytes.
  ///
  /// False if it does not reach there, if the first bytes are gone, or if no message begins with
  /// it.
  mutating func readBefore(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) -> Bool {
    let count = direction.base.offset(from: sequence)
    guard count < Self.widestSwap, count > 0, count <= payload.byteCount,
      !direction.isDone,
      let kept = firsts.take(
        of: visit.side, from: direction.base,
        count: direction.readCount, present: stretch)
    else { return false }
    var bytes: [UInt8] = []
    bytes.append(payload.extracting(0..<count))
    bytes += kept.first
    return readAgain(bytes.rawSpan, at: sequence, changed: 0..<count, visit)
  }

  /// Reads a direction's first bytes, of which nothing was made, with a segment's in their place.
  ///
  /// False if the segment's bytes are the same, or if the first ones are no longer there.
  mutating func readInPlace(
    _ payload: RawSpan, at sequence: SequenceNumber, _ direction: FlowDirection,
    _ visit: StreamVisit
  ) -> Bool {
    guard sequence >= direction.base, !direction.isServer,
      !direction.isDone
    else { return false }
    let versions = firsts.replace(
      payload, at: sequence, of: visit.side,
      from: direction.base, present: stretch)
    guard !versions.isEmpty else { return false }
    skips.add(.tcpOverlap)
    noteOverlap(visit)
    var goesOn = false
    for version in versions {
      // SAFETY: the closure only reads the array's bytes.
      unsafe version.bytes.withUnsafeBytes {
        let bytes = unsafe $0.bytes
        if !goesOn, bytes.byteCount == direction.readCount,
          readAgain(
            bytes, at: direction.base, changed: version.changed, wasRead: false, visit)
        {
          goesOn = true
        } else {
          readAlone(bytes, at: direction.base, changed: version.changed, visit)
        }
      }
    }
    if !goesOn { readUnsearched(payload, at: sequence, visit) }
    return true
  }
}
