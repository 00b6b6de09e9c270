import Indicators
import Parsing

/// Datagrams: each is a message by itself.
extension FlowReader {
  /// Reads a datagram's payload.
  @inline(__always)
  mutating func decodeDatagram(_ payload: RawSpan, _ item: FlowItem, _ flow: UInt32) {
    var (application, role) = (Application.none, Role.unknown)
    if case .datagram = item.work { (application, role) = Self.classifyDatagram(payload, item) }
    // A group cannot have asked for what it is sent.
    if item.facts.contains(.isToMany) { role = .client }
    var place = enter(flow, item)
    settle(&place, role)
    // What a tunnel carries is searched in its own packets.
    var isSearched = !search.isEmpty
    if case .tunnel = item.work { isSearched = false }
    beginRecord(item, place, isNeeded: application != .none || isSearched)
    if isSearched { searchAlone(payload) }
    if application != .none { readDatagram(payload, item, application) }
    endRecord(place)
  }

  @inline(__always)
  static func classifyDatagram(
    _ payload: RawSpan, _ item: FlowItem
  ) -> (Application, Role) {
    let isDNSPort =
      DNSMessage.isRegistered(port: item.sourcePort)
      || DNSMessage.isRegistered(port: item.destinationPort)
    if payload.byte(unchecked: 0) == 22, let type = TLSClientHello.firstDatagramMessage(payload),
      !isDNSPort || !DNSMessage.isMessage(payload, needsQuestion: false)
    {
      return (.dtls, type == 1 ? .client : type <= 3 ? .server : .unknown)
    }
    if isDNSPort { return (.dns, DNSMessage.role(payload)) }
    switch payload.byte(unchecked: 0) {
    case 0x41...0x5a:
      if HTTPRequest.begins(payload) { return (.http, .client) }
      if HTTPRequest.isResponse(payload) { return (.none, .server) }
    default: break
    }
    if payload.byteCount >= 17, payload.bigEndianUInt16(unchecked: 4) &- 1 < 4,
      item.sourcePort != DNSMessage.netBIOSPort, item.destinationPort != DNSMessage.netBIOSPort,
      DNSMessage.isMessage(payload, needsQuestion: true)
    {
      return (.dns, DNSMessage.isResponse(payload) ? .server : .client)
    }
    return (.none, .unknown)
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
        address: item.destination, version: item.key.version, port: item.destinationPort,
        isDatagram: true, headerLimit: options.httpHeaderLimit)
      datagramReader.reset()
      _ = datagramReader.read(payload, context, into: &writer, &skips)
      datagramReader.finish(context, into: &writer, &skips)
    case .dtls: readHandshakes(payload, item)
    case .none, .beginning, .upgrade, .tls, .dnsStream: break
    }
  }
}
