import Indicators
import Parsing

/// What a payload is, by its content.
enum Application {
  case none
  case dns
  /// DNS messages with a length before each.
  case dnsStream
  case http
  case tls
  case dtls
}

/// Whose message a packet carries, as far as its protocol tells.
enum Role {
  case unknown
  case client
  case server
}

/// A packet's place between IP and its payload's protocol.
struct Segment {
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  var hasPorts = false
  var sequence: UInt32 = 0
  var acknowledgement: UInt32 = 0
  /// TCP's flags.
  var flags: UInt8 = 0
  /// ICMP's type and code.
  var message: (type: UInt16, code: UInt16) = (0, 0)
  var payload = 0
  var end = 0
}

/// A packet's flow and its direction in it.
struct FlowPlace {
  var flow: UInt32
  /// The packet's source is the end that stands first in the flow's key.
  var isSourceFirst: Bool
  var isNew: Bool
  var isSourceOriginator = true
}

let tcpSYN: UInt8 = 0x02
let tcpACK: UInt8 = 0x10

extension PacketDecoder {
  /// Reads what an IP header is followed by: ports, flow, payload, or a tunnel.
  @inline(__always)
  mutating func decodeTransport(_ packet: RawSpan, _ header: IPHeader, depth: Int) {
    var segment = Segment()
    segment.payload = header.end
    segment.end = header.end
    if header.isLaterFragment {
      enterFlow(header, segment, depth)
      return
    }
    switch header.ipProtocol {
    case IPProtocol.tcp:
      if readTCP(packet, header, &segment) {
        decodeTCP(packet, header, segment, depth)
      } else {
        enterFlow(header, segment, depth)
      }
    case IPProtocol.udp, IPProtocol.udpLite:
      if readUDP(packet, header, &segment), segment.end > segment.payload,
        !header.isFirstFragment
      {
        decodeDatagram(packet, header, segment, depth)
      } else {
        enterFlow(header, segment, depth, isFromClient: header.isToMany)
      }
    case IPProtocol.sctp, IPProtocol.dccp:
      readPorts(packet, header, &segment)
      enterFlow(header, segment, depth)
    case IPProtocol.ipv4, IPProtocol.ipv6, IPProtocol.gre:
      enterFlow(header, segment, depth)
      if !header.isFirstFragment { decodeTunnel(packet, header, depth: depth) }
    case IPProtocol.icmp, IPProtocol.icmp6:
      // Type and code stand in for ports where flows are named, not where they are told apart.
      if header.end &- header.payload >= 2 {
        segment.message = (
          UInt16(packet.byte(unchecked: header.payload)),
          UInt16(packet.byte(unchecked: header.payload &+ 1))
        )
      }
      enterFlow(header, segment, depth)
    default:
      enterFlow(header, segment, depth)
    }
  }

  // MARK: Headers

  /// RFC 9293 §3.1; false where nothing can follow.
  @inline(__always)
  private mutating func readTCP(
    _ packet: RawSpan, _ header: IPHeader, _ segment: inout Segment
  ) -> Bool {
    guard readPorts(packet, header, &segment) else { return false }
    guard header.end &- header.payload >= 20 else {
      skips.add(.transportHeaderCut)
      return false
    }
    segment.sequence = packet.bigEndianUInt32(unchecked: header.payload &+ 4)
    segment.acknowledgement = packet.bigEndianUInt32(unchecked: header.payload &+ 8)
    segment.flags = packet.byte(unchecked: header.payload &+ 13)
    let length = Int(packet.byte(unchecked: header.payload &+ 12) >> 4) &* 4
    guard length >= 20 else {
      skips.add(.transportHeaderMalformed)
      return false
    }
    segment.payload = min(header.payload &+ length, header.end)
    return !header.isFirstFragment
  }

  /// RFC 768, RFC 3828 §3.1; false where nothing can follow.
  @inline(__always)
  private mutating func readUDP(
    _ packet: RawSpan, _ header: IPHeader, _ segment: inout Segment
  ) -> Bool {
    guard readPorts(packet, header, &segment) else { return false }
    guard header.end &- header.payload >= 8 else {
      skips.add(.transportHeaderCut)
      return false
    }
    segment.payload = header.payload &+ 8
    // In UDP-Lite the field says how much the checksum covers; 0 leaves the length to IP (RFC 2675).
    let length = Int(packet.bigEndianUInt16(unchecked: header.payload &+ 4))
    if header.ipProtocol == IPProtocol.udp, length >= 8 {
      segment.end = min(header.end, header.payload &+ length)
    }
    return true
  }

  @inline(__always)
  @discardableResult
  private mutating func readPorts(
    _ packet: RawSpan, _ header: IPHeader, _ segment: inout Segment
  ) -> Bool {
    guard header.end &- header.payload >= 4 else {
      skips.add(.transportHeaderCut)
      return false
    }
    segment.sourcePort = packet.bigEndianUInt16(unchecked: header.payload)
    segment.destinationPort = packet.bigEndianUInt16(unchecked: header.payload &+ 2)
    segment.hasPorts = true
    return true
  }

  // MARK: Datagrams

  @inline(__always)
  private mutating func decodeDatagram(
    _ packet: RawSpan, _ header: IPHeader, _ segment: Segment, _ depth: Int
  ) {
    let payload = packet.extracting(segment.payload..<segment.end)
    var (application, role) = (Application.none, Role.unknown)
    let tunnel = Self.tunnel(
      payload, sourcePort: segment.sourcePort, destinationPort: segment.destinationPort)
    if tunnel == nil { (application, role) = Self.classifyDatagram(payload, segment) }
    // A group cannot have asked for what it is sent.
    if header.isToMany { role = .client }
    var place = findFlow(header, segment, depth)
    settle(&place, role)
    beginRecord(
      header, segment, place, depth, isNeeded: application != .none || !search.isEmpty)
    if !search.isEmpty {
      var states = search.states()
      search.search(payload, &states, into: &writer, &skips)
    }
    if application != .none { readDatagram(payload, header, segment, application) }
    endRecord(place)
    if let tunnel {
      decodeTunnel(packet, tunnel, at: segment.payload, end: segment.end, depth: depth)
    }
  }

  @inline(__always)
  private static func classifyDatagram(
    _ payload: RawSpan, _ segment: Segment
  ) -> (Application, Role) {
    if DNSMessage.isRegistered(port: segment.sourcePort)
      || DNSMessage.isRegistered(port: segment.destinationPort)
    {
      return (.dns, DNSMessage.isResponse(payload) ? .server : .client)
    }
    switch payload.byte(unchecked: 0) {
    case 22:
      if let type = TLSClientHello.firstDatagramMessage(payload) {
        return (.dtls, type == 1 ? .client : type <= 3 ? .server : .unknown)
      }
    case 0x41...0x5a:
      if HTTPRequest.begins(payload) { return (.http, .client) }
      if HTTPRequest.isResponse(payload) { return (.none, .server) }
    default: break
    }
    if payload.byteCount >= 17, payload.bigEndianUInt16(unchecked: 4) &- 1 < 4,
      segment.sourcePort != DNSMessage.netBIOSPort,
      segment.destinationPort != DNSMessage.netBIOSPort,
      DNSMessage.isMessage(payload, needsQuestion: true)
    {
      return (.dns, DNSMessage.isResponse(payload) ? .server : .client)
    }
    return (.none, .unknown)
  }

  @inline(never)
  private mutating func readDatagram(
    _ payload: RawSpan, _ header: IPHeader, _ segment: Segment, _ application: Application
  ) {
    switch application {
    case .dns:
      DNSMessage.read(payload, pointerLimit: options.dnsPointerLimit, into: &writer, &skips)
    case .http:
      let context = HTTPContext(
        address: header.destination, version: header.version, port: segment.destinationPort,
        isDatagram: true, headerLimit: options.httpHeaderLimit)
      datagramReader.reset()
      _ = datagramReader.read(payload, context, into: &writer, &skips)
      datagramReader.finish(&skips)
    case .dtls: TLSClientHello.readDatagram(payload, into: &writer, &skips)
    case .none, .tls, .dnsStream: break
    }
  }

  // MARK: Flows

  /// Finds the packet's flow.
  @inline(__always)
  mutating func findFlow(_ header: IPHeader, _ segment: Segment, _ depth: Int) -> FlowPlace {
    let isSourceFirst = FlowKey.isFirst(
      header.source, segment.sourcePort, header.destination, segment.destinationPort)
    let key = FlowKey(
      source: header.source, destination: header.destination, sourcePort: segment.sourcePort,
      destinationPort: segment.destinationPort, ipProtocol: header.ipProtocol,
      version: header.version, depth: depth, hasPorts: segment.hasPorts)
    if let selection, selection.contains(key) { isSelected = true }
    let hash = flows.hash(key)
    var flow = flows.find(key, hash)
    let isNew = flow == 0
    if isNew {
      if flows.isFull { closeOldestFlow() }
      flow = flows.insert(key, hash)
    }
    if header.hasOverlap, !flows[flow].hasOverlap { markOverlap(flow) }
    return FlowPlace(flow: flow, isSourceFirst: isSourceFirst, isNew: isNew)
  }

  /// Decides who began the flow.
  @inline(__always)
  mutating func settle(_ place: inout FlowPlace, _ role: Role) {
    if place.isNew || (role != .unknown && !flows[place.flow].isRoleKnown) {
      flows[place.flow].isFirstOriginator = place.isSourceFirst == (role != .server)
      flows[place.flow].isRoleKnown = role != .unknown
      // A record that shows the ends the other way round is not used again.
      flows[place.flow].batch = 0
    }
    place.isSourceOriginator = place.isSourceFirst == flows[place.flow].isFirstOriginator
  }

  /// Notes that a flow's packets disagree about some bytes.
  mutating func markOverlap(_ flow: UInt32) {
    flows[flow].hasOverlap = true
    flows[flow].batch = 0
  }

  /// Begins what is written for a packet's flow, with its addresses where they are due.
  @inline(__always)
  mutating func beginRecord(
    _ header: IPHeader, _ segment: Segment, _ place: FlowPlace, _ depth: Int, isNeeded: Bool
  ) {
    let everyPacket = options.everyPacket && !header.isReassembled
    guard place.isNew || everyPacket || isNeeded else { return writer.leaveFlow() }
    writer.beginFlow(
      record(header, segment, place, depth),
      index: flows[place.flow].batch == writer.serial
        ? flows[place.flow].batchIndex : ObservableRecord.noFlow)
    if place.isNew || everyPacket { writeAddresses(header, segment, place) }
  }

  /// Keeps where the flow's record stands in the batch.
  @inline(__always)
  mutating func endRecord(_ place: FlowPlace) {
    guard writer.hasRecord else { return }
    flows[place.flow].batch = writer.serial
    flows[place.flow].batchIndex = writer.flowIndex
  }

  /// Notes a packet of which only the addresses are of interest.
  private mutating func enterFlow(
    _ header: IPHeader, _ segment: Segment, _ depth: Int,
    isFromClient: Bool = false
  ) {
    var place = findFlow(header, segment, depth)
    let role: Role =
      segment.flags & tcpSYN == 0
      ? (isFromClient ? .client : .unknown) : segment.flags & tcpACK == 0 ? .client : .server
    settle(&place, role)
    beginRecord(header, segment, place, depth, isNeeded: false)
    endRecord(place)
  }

  func record(
    _ header: IPHeader, _ segment: Segment, _ place: FlowPlace, _ depth: Int
  ) -> FlowRecord {
    let source = (header.source.high, header.source.low)
    let destination = (header.destination.high, header.destination.low)
    let isForward = place.isSourceOriginator
    var message = segment.message
    if !segment.hasPorts, !isForward {
      // Seen from the other end, an answer is its question.
      message.type =
        CommunityID.counterpart(of: message.type, version: header.version) ?? message.type
    }
    return FlowRecord(
      source: isForward ? source : destination, destination: isForward ? destination : source,
      sourcePort: segment.hasPorts
        ? (isForward ? segment.sourcePort : segment.destinationPort) : message.type,
      destinationPort: segment.hasPorts
        ? (isForward ? segment.destinationPort : segment.sourcePort) : message.code,
      ipProtocol: header.ipProtocol, ipVersion: header.version,
      tunnelDepth: UInt8(truncatingIfNeeded: depth), hasPorts: segment.hasPorts,
      hasOverlap: flows[place.flow].hasOverlap)
  }

  /// The originator is `ip.src` and the responder `ip.dst`, except that with `everyPacket` the
  /// header decides.
  @inline(never)
  private mutating func writeAddresses(
    _ header: IPHeader, _ segment: Segment, _ place: FlowPlace
  ) {
    let isHeaderOrder = options.everyPacket || place.isSourceOriginator
    let (source, destination) =
      isHeaderOrder ? (header.source, header.destination) : (header.destination, header.source)
    let (sourcePort, destinationPort) =
      isHeaderOrder
      ? (segment.sourcePort, segment.destinationPort)
      : (segment.destinationPort, segment.sourcePort)
    let isFirstOriginator = !options.everyPacket || place.isSourceOriginator
    writer.append(
      .ipSource, source, version: header.version, port: sourcePort,
      flags: isFirstOriginator ? .originator : .responder, isRepeatable: true)
    writer.append(
      .ipDestination, destination, version: header.version, port: destinationPort,
      flags: isFirstOriginator ? .responder : .originator, isRepeatable: true)
  }
}
