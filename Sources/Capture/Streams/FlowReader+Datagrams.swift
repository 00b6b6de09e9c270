import Indicators
import Parsing

/// Datagrams: each is a message by itself.
extension FlowReader {
  /// Reads a datagram's payload.
  @inline(__always)
  mutating func decodeDatagram(_ payload: RawSpan, _ item: FlowItem, _ flow: UInt32) {
    var (application, role) = (Application.none, Role.unknown)
    if case .datagram = item.work {
      (application, role) = Application.classifyDatagram(payload, item)
    }
    // A group address cannot have asked for what it is sent, so the sender is the client.
    if item.facts.contains(.isToMany) { role = .client }
    var place = enter(flow, item)
    settle(&place, role)
    // What a tunnel carries is searched in its own packets.
    var isSearched = !search.isEmpty
    if case .tunnel = item.work { isSearched = false }
    beginRecord(item, place, isNeeded: application != .none || isSearched)
    if isSearched { searchAlone(payload) }
    if application != .none {
      readDatagram(payload, item, application)
    } else if payload.byteCount >= Self.shortestInitial, Self.isInitial(payload) {
      skips.add(.quicInitial)
    }
    endRecord(place)
  }

  /// Bytes of the shortest datagram with an Initial packet of QUIC from a client (RFC 9000 §14.1).
  private static let shortestInitial = 1200

  /// Whether a datagram begins with an Initial packet of QUIC.
  ///
  /// Such a packet may hold a name, which is not read. Known are versions 1 and 2 (RFC 9000
  /// §17.2.2, RFC 9369 §3) and drafts.
  private static func isInitial(_ payload: RawSpan) -> Bool {
    let type = payload.byte(unchecked: 0) & 0xf0
    switch payload.bigEndianUInt32(unchecked: 1) {
    case 1, 0xff00_0017...0xff00_0022: return type == 0xc0
    case 0x6b33_43cf: return type == 0xd0
    default: return false
    }
  }

  @inline(never)
  private mutating func readDatagram(
    _ payload: RawSpan, _ item: FlowItem, _ application: Application
  ) {
    switch application {
    case .dns:
      DNSMessage.read(payload, pointerLimit: options.dnsPointerLimit, into: &writer, &skips)
    case .http:
      let context = HTTPContext(
        target: item.target, isDatagram: true, headerLimit: options.httpHeaderLimit)
      datagramReader.reset()
      _ = datagramReader.read(payload, context, into: &writer, &skips)
      datagramReader.finish(context, into: &writer, &skips)
    case .dtls: readHandshakes(payload, item)
    case .none, .beginning, .upgrade, .tls, .dnsStream: break
    }
  }
}
