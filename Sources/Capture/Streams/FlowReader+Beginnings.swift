import Parsing

/// TCP: the first bytes of directions of which nothing was made, and those that come before or in their place.
extension FlowReader {
  /// The most bytes between a segment and the first one, which came before it.
  static let widestSwap: UInt32 = 1 << 16

  /// Keeps bytes that a direction has read just now, if they are among its first and nothing was made of them.
  mutating func keepFirst(
    _ payload: RawSpan, isFirst: Bool, _ flow: UInt32, isFromFirst: Bool
  ) {
    let direction = flows[flow][isFromFirst: isFromFirst]
    guard Int(direction.next &- direction.base) <= FirstSegments.longest, !direction.isServer,
      !direction.isDone,
      direction.stream == 0 || streams[direction.stream].isUnread
        || direction.isUnannounced && streams[direction.stream].isOnlyAssumed
    else { return }
    firsts.keep(
      FirstSegments.Segment(payload, stretch: isApart ? nil : stretch),
      at: direction.next &- UInt32(truncatingIfNeeded: payload.byteCount), of: flow,
      isFromFirst: isFromFirst, isFirst: isFirst, present: stretch)
  }

  /// Whether what is read is taken for an answer of a direction of which no SYN told whose it is.
  func isDoubtfulAnswer(_ direction: FlowDirection) -> Bool {
    guard !direction.isSurelyServer, case .http = streams[direction.stream].content else {
      return false
    }
    return streams[direction.stream].http.isAnswer
  }

  /// Lets a direction begin at an earlier number: what was read of it waits for the bytes between.
  ///
  /// Only where nothing was made of what was read, and all of that is still there.
  @discardableResult
  mutating func beginEarlier(at sequence: UInt32, _ visit: StreamVisit) -> Bool {
    let direction = flows[visit]
    let ahead = direction.base &- sequence
    // What is searched was searched; `readBefore` looks at both together.
    guard ahead > 0, ahead < Self.widestSwap, search.isEmpty, !direction.isDone,
      let bytes = takeUnread(direction, visit)
    else { return false }
    flows[visit].next = sequence
    flows[visit].base = sequence
    // SAFETY: the closure only reads the array's bytes.
    unsafe bytes.withUnsafeBytes {
      enqueue(unsafe $0.bytes, at: direction.base, missing: 0, visit)
    }
    return true
  }

  /// Takes all that a direction has read, if nothing was made of it.
  private mutating func takeUnread(
    _ direction: FlowDirection, _ visit: StreamVisit
  ) -> [UInt8]? {
    if direction.stream != 0 {
      let stream = streams[direction.stream]
      guard stream.isOnlyAssumed, stream.history.alternates.isEmpty, stream.history.latest.isEmpty,
        stream.openVersions.isEmpty, stream.receivers.isEmpty, stream.holes.isEmpty,
        stream.parked == nil
      else { return nil }
    }
    let bytes = firsts.take(
      of: visit.flow, isFromFirst: visit.isFromFirst, from: direction.base,
      count: Int(direction.next &- direction.base), present: stretch)
    if bytes != nil, direction.stream != 0 {
      keepAssumed(direction)
      streams[direction.stream].begin(.none)
      streams[direction.stream].history.forget()
    }
    return bytes
  }

  /// Keeps what reads the message that a direction seems to have begun with: what comes before that need not be the
  /// same sender's.
  private mutating func keepAssumed(_ direction: FlowDirection) {
    let stream = streams[direction.stream]
    guard !stream.isUnread, !stream.http.isAnswer else { return }
    let reader = TCPStream(record: stream.record, target: stream.target)
    reader.takeContent(of: stream)
    if !stream.keep(TCPStream.Rereading(reader: reader, next: direction.next)) {
      skips.add(.tcpOverlapLimit)
    }
  }

  /// Reads a segment that ends where a direction's first one began, together with that; false where it does not, or
  /// no message begins with it.
  mutating func readBefore(
    _ payload: RawSpan, at sequence: UInt32, _ direction: FlowDirection, _ visit: StreamVisit
  ) -> Bool {
    let count = Int(direction.base &- sequence)
    guard direction.base &- sequence < Self.widestSwap, count > 0, count <= payload.byteCount,
      !direction.isDone,
      let rest = firsts.take(
        of: visit.flow, isFromFirst: visit.isFromFirst, from: direction.base,
        count: Int(direction.next &- direction.base), present: stretch)
    else { return false }
    var bytes: [UInt8] = []
    bytes.append(payload.extracting(0..<count))
    bytes += rest
    // SAFETY: the closure only reads the array's bytes.
    return unsafe bytes.withUnsafeBytes {
      readAgain(unsafe $0.bytes, at: sequence, changed: 0..<count, visit)
    }
  }

  /// Reads the first bytes of a direction, of which nothing was made, with others in their place; false where these are
  /// no others, or the first ones are no longer there.
  mutating func readInPlace(
    _ payload: RawSpan, at sequence: UInt32, _ direction: FlowDirection, _ visit: StreamVisit
  ) -> Bool {
    guard Int32(bitPattern: sequence &- direction.base) >= 0, !direction.isServer,
      !direction.isDone
    else { return false }
    let versions = firsts.replace(
      payload, at: sequence, of: visit.flow, isFromFirst: visit.isFromFirst,
      from: direction.base, present: stretch)
    guard !versions.isEmpty else { return false }
    skips.add(.tcpOverlap)
    noteOverlap(visit)
    var goesOn = false
    for version in versions {
      // SAFETY: the closure only reads the array's bytes.
      unsafe version.bytes.withUnsafeBytes {
        let bytes = unsafe $0.bytes
        if !goesOn, bytes.byteCount == Int(direction.next &- direction.base),
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
