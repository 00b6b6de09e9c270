import Parsing

/// TCP: bytes that come again, the same or different.
extension FlowReader {
  /// Looks at bytes that stand before the next one: the same again, or another version of them.
  mutating func reread(_ payload: RawSpan, at sequence: UInt32, _ visit: StreamVisit) {
    let direction = flows[visit.flow][isFromFirst: visit.isFromFirst]
    let version: [UInt8]
    if direction.stream == 0 {
      // Nothing was wanted of them; a message that begins here was not among them.
      if Int32(bitPattern: sequence &- direction.base) >= 0 { skips.add(.retransmission) }
      return readAlone(payload, visit)
    } else {
      switch streams[direction.stream].compare(payload, at: sequence, next: direction.next) {
      case .same:
        return skips.add(.retransmission)
      case .unknown:
        if Int32(bitPattern: sequence &- direction.base) >= 0 {
          skips.add(.retransmission)
          // Of what a reader has read long ago no other version can still be taken.
          guard isNone(streams[direction.stream].content) else { return }
        }
        return readAlone(payload, visit)
      case .earlier(let bytes):
        version = bytes
      case .different(let bytes):
        guard streams[direction.stream].isNewVersion(payload, at: sequence) else {
          return skips.add(.retransmission)
        }
        guard streams[direction.stream].versionCount <= TCPStream.mostVersions else {
          return skips.add(.tcpOverlapLimit)
        }
        version = bytes
        skips.add(.tcpOverlap)
        markOverlap(visit.flow)
        writer.markOverlap()
      }
    }
    // SAFETY: the closure only reads the array's bytes.
    unsafe version.withUnsafeBytes { readAlone(unsafe $0.bytes, visit) }
  }

  /// Reads bytes as a stream of their own.
  mutating func readAlone(_ bytes: RawSpan, _ visit: StreamVisit) {
    guard bytes.byteCount > 0 else { return }
    if !search.isEmpty {
      var states = search.states()
      search.search(bytes, &states, into: &writer, &skips)
    }
    let isServer = flows[visit.flow][isFromFirst: visit.isFromFirst].isServer
    let (application, _) = Self.classify(
      bytes, isDNSPort: visit.isDNSPort, isServer: isServer)
    guard application != .none else { return }
    let stream = TCPStream(record: writer.flow(), target: visit.target)
    begin(application, stream, visit, isFirst: false)
    _ = read(bytes, stream, visit)
    finishContent(stream)
  }
}
