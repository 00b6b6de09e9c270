import Indicators
import Parsing

/// What a payload is, by its content.
private enum Application {
  case none
  case dns
  /// DNS messages with a length before each.
  case dnsStream
  case http
  case tls
  case dtls
}

/// Whose message a packet carries, as far as its protocol tells.
private enum Role {
  case unknown
  case client
  case server
}

/// A packet's place between IP and its payload's protocol.
private struct Segment {
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  var hasPorts = false
  var sequence: UInt32 = 0
  /// TCP's flags.
  var flags: UInt8 = 0
  var payload = 0
  var end = 0
}

private let tcpSYN: UInt8 = 0x02
private let tcpACK: UInt8 = 0x10

extension PacketDecoder {
  /// Reads what an IP header is followed by: ports, flow, payload, or a tunnel.
  @inline(__always)
  mutating func decodeTransport(_ packet: RawSpan, _ header: IPHeader, depth: Int) {
    var segment = Segment()
    var application = Application.none
    var role = Role.unknown
    segment.payload = header.end
    segment.end = header.end
    if !header.isLaterFragment {
      switch header.ipProtocol {
      case IPProtocol.tcp:
        if readTCP(packet, header, &segment), segment.end > segment.payload {
          let payload = packet.extracting(segment.payload..<segment.end)
          (application, role) = Self.classifyStream(payload, segment)
        }
        if segment.flags & tcpSYN != 0 {
          role = segment.flags & tcpACK == 0 ? .client : .server
        }
      case IPProtocol.udp, IPProtocol.udpLite:
        if readUDP(packet, header, &segment), segment.end > segment.payload {
          let payload = packet.extracting(segment.payload..<segment.end)
          (application, role) = Self.classifyDatagram(payload, segment)
          // A group cannot have asked for what it is sent.
          if header.isToMany { role = .client }
        }
      case IPProtocol.sctp, IPProtocol.dccp:
        readPorts(packet, header, &segment)
      default: break
      }
    }
    let place = enterFlow(
      header, segment, role, depth, needsRecord: application != .none)
    if application != .none {
      readPayload(packet, header, segment, application, place)
    }
    if writer.hasRecord {
      flows[place.flow].batch = writer.serial
      flows[place.flow].batchIndex = writer.flowIndex
    }
    switch header.ipProtocol {
    case IPProtocol.ipv4, IPProtocol.ipv6, IPProtocol.gre:
      if !header.isLaterFragment { decodeTunnel(packet, header, depth: depth) }
    default: break
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
    segment.flags = packet.byte(unchecked: header.payload &+ 13)
    let length = Int(packet.byte(unchecked: header.payload &+ 12) >> 4) &* 4
    guard length >= 20 else {
      skips.add(.transportHeaderMalformed)
      return false
    }
    segment.payload = min(header.payload &+ length, header.end)
    return true
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

  // MARK: Content

  @inline(__always)
  private static func classifyStream(
    _ payload: RawSpan, _ segment: Segment
  ) -> (Application, Role) {
    switch payload.byte(unchecked: 0) {
    case 20, 22:
      if let type = TLSClientHello.firstMessage(payload) {
        return (type > 1 ? .none : .tls, type == 1 ? .client : type == 2 ? .server : .unknown)
      }
    case 0x0a, 0x0d, 0x21...0x7e:
      if HTTPRequest.begins(payload) { return (.http, .client) }
      if HTTPRequest.isResponse(payload) { return (.none, .server) }
    default: break
    }
    guard payload.byteCount > 14 else { return (.none, .unknown) }
    let isRegistered =
      segment.sourcePort == 53 || segment.destinationPort == 53 || segment.sourcePort == 5355
      || segment.destinationPort == 5355
    let length = Int(payload.bigEndianUInt16(unchecked: 0))
    if isRegistered || length == payload.byteCount &- 2 {
      let message = payload.extracting(2..<min(payload.byteCount, 2 &+ length))
      if DNSMessage.isMessage(message, needsQuestion: !isRegistered) {
        return (.dnsStream, DNSMessage.isResponse(message) ? .server : .client)
      }
      if isRegistered { return (.dnsStream, .unknown) }
    }
    return (.none, .unknown)
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
        return (
          type == 1 ? .dtls : .none, type == 1 ? .client : type <= 3 ? .server : .unknown
        )
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
  private mutating func readPayload(
    _ packet: RawSpan, _ header: IPHeader, _ segment: Segment, _ application: Application,
    _ place: FlowPlace
  ) {
    let payload = packet.extracting(segment.payload..<segment.end)
    let mark = SegmentMark(sequence: segment.sequence, hash: Self.hash(payload))
    if header.ipProtocol == IPProtocol.tcp, flows[place.flow].hasYielded(mark, place) {
      return skips.add(.retransmission)
    }
    let count = writer.batch.observables.count
    switch application {
    case .none: break
    case .dns:
      DNSMessage.read(payload, pointerLimit: options.dnsPointerLimit, into: &writer, &skips)
    case .dnsStream:
      readDNSStream(payload)
    case .http:
      HTTPRequest.read(
        payload,
        connection: (header.destination, header.version, segment.destinationPort),
        isDatagram: header.ipProtocol != IPProtocol.tcp, headerLimit: options.httpHeaderLimit,
        into: &writer, &skips)
    case .tls: TLSClientHello.read(payload, into: &writer, &skips)
    case .dtls: TLSClientHello.readDatagram(payload, into: &writer, &skips)
    }
    if writer.batch.observables.count > count { flows[place.flow].yielded(mark, place) }
  }

  /// Reads the messages that are whole in a segment, each behind its length (RFC 1035 §4.2.2).
  private mutating func readDNSStream(_ payload: RawSpan) {
    var offset = 0
    while payload.byteCount - offset >= 2 {
      let length = Int(payload.bigEndianUInt16(unchecked: offset))
      guard length <= payload.byteCount - offset - 2 else { break }
      let message = payload.extracting(offset + 2..<offset + 2 + length)
      // In the middle of a stream the length is not where it seems to be.
      guard DNSMessage.isMessage(message, needsQuestion: false) else { break }
      DNSMessage.read(message, pointerLimit: options.dnsPointerLimit, into: &writer, &skips)
      offset += 2 + length
    }
    if offset < payload.byteCount { skips.add(.dnsStreamIncomplete) }
  }

  /// A hash of a segment's bytes, never 0.
  private static func hash(_ payload: RawSpan) -> UInt32 {
    var hash = UInt64(payload.byteCount) &* 0x9e37_79b9_7f4a_7c15
    var offset = 0
    while payload.byteCount - offset >= 8 {
      hash = (hash ^ payload.littleEndianUInt64(unchecked: offset)) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      offset += 8
    }
    while offset < payload.byteCount {
      hash = (hash ^ UInt64(payload.byte(unchecked: offset))) &* 0x0000_0100_0000_01b3
      offset += 1
    }
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32) | 1
  }

  // MARK: Flows

  /// Finds the packet's flow, decides who began it, and writes its addresses where they are due.
  @inline(__always)
  private mutating func enterFlow(
    _ header: IPHeader, _ segment: Segment, _ role: Role, _ depth: Int, needsRecord: Bool
  ) -> FlowPlace {
    let isSourceFirst =
      header.source == header.destination
      ? segment.sourcePort <= segment.destinationPort : header.source < header.destination
    let (first, second) =
      isSourceFirst ? (header.source, header.destination) : (header.destination, header.source)
    let ports =
      isSourceFirst
      ? UInt32(segment.sourcePort) << 16 | UInt32(segment.destinationPort)
      : UInt32(segment.destinationPort) << 16 | UInt32(segment.sourcePort)
    let kind =
      UInt32(header.ipProtocol) << 24 | UInt32(header.version) << 16
      | UInt32(truncatingIfNeeded: depth) << 8 | (segment.hasPorts ? 1 : 0)
    var isNew = false
    let flow = flows.find(
      FlowKey(first: first, second: second, ports: ports, kind: kind), isNew: &isNew)
    if isNew || (role != .unknown && !flows[flow].isRoleKnown) {
      flows[flow].isFirstOriginator = isSourceFirst == (role != .server)
      flows[flow].isRoleKnown = role != .unknown
      // A record that shows the ends the other way round is not used again.
      flows[flow].batch = 0
    }
    if segment.flags & tcpSYN != 0 { flows[flow].yieldedHash = (0, 0) }
    let place = FlowPlace(
      flow: flow, isSourceFirst: isSourceFirst,
      isSourceOriginator: isSourceFirst == flows[flow].isFirstOriginator)
    if isNew || options.everyPacket || needsRecord {
      writer.beginFlow(
        record(header, segment, place, depth),
        index: flows[flow].batch == writer.serial
          ? flows[flow].batchIndex : ObservableRecord.noFlow)
      if isNew || options.everyPacket { writeAddresses(header, segment, place) }
    }
    return place
  }

  private func record(
    _ header: IPHeader, _ segment: Segment, _ place: FlowPlace, _ depth: Int
  ) -> FlowRecord {
    let source = (header.source.high, header.source.low)
    let destination = (header.destination.high, header.destination.low)
    let isForward = place.isSourceOriginator
    return FlowRecord(
      source: isForward ? source : destination, destination: isForward ? destination : source,
      sourcePort: isForward ? segment.sourcePort : segment.destinationPort,
      destinationPort: isForward ? segment.destinationPort : segment.sourcePort,
      ipProtocol: header.ipProtocol, ipVersion: header.version,
      tunnelDepth: UInt8(truncatingIfNeeded: depth), hasPorts: segment.hasPorts)
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

  // MARK: Tunnels

  /// Reads what IP carries in IP or GRE, as deep as the limit.
  @inline(never)
  private mutating func decodeTunnel(_ packet: RawSpan, _ header: IPHeader, depth: Int) {
    guard depth < options.tunnelDepthLimit else { return skips.add(.tunnelDepth) }
    let start = header.payload
    guard header.ipProtocol == IPProtocol.gre else {
      return decodeIP(packet, at: start, end: header.end, depth: depth + 1)
    }
    // RFC 2784 §2, RFC 2890 §2; version 1 is PPTP's (RFC 2637 §4.1).
    guard header.end - start >= 4 else { return skips.add(.transportHeaderCut) }
    let flags = packet.bigEndianUInt16(unchecked: start)
    let type = packet.bigEndianUInt16(unchecked: start + 2)
    var offset = start + 4
    // Source routes (RFC 1701) are no longer in use.
    guard flags & 0x4000 == 0, flags & 7 <= 1 else { return skips.add(.notIP) }
    if flags & 0x8000 != 0 { offset += 4 }
    if flags & 0x2000 != 0 { offset += 4 }
    if flags & 0x1000 != 0 { offset += 4 }
    if flags & 7 == 1, flags & 0x0080 != 0 { offset += 4 }
    guard offset <= header.end else { return skips.add(.transportHeaderCut) }
    // An acknowledgement of PPTP carries nothing.
    if offset == header.end { return }
    decode(packet, etherType: type, at: offset, end: header.end, depth: depth + 1)
  }
}

/// A packet's flow and its direction in it.
private struct FlowPlace {
  var flow: UInt32
  /// The packet's source is the end that stands first in the flow's key.
  var isSourceFirst: Bool
  var isSourceOriginator: Bool
}

/// What tells a segment from another one of its direction.
private struct SegmentMark {
  var sequence: UInt32
  var hash: UInt32
}

extension Flow {
  /// Whether the segment that yielded observables last was this one.
  fileprivate func hasYielded(_ mark: SegmentMark, _ place: FlowPlace) -> Bool {
    place.isSourceFirst
      ? yieldedSequence.0 == mark.sequence && yieldedHash.0 == mark.hash
      : yieldedSequence.1 == mark.sequence && yieldedHash.1 == mark.hash
  }

  fileprivate mutating func yielded(_ mark: SegmentMark, _ place: FlowPlace) {
    if place.isSourceFirst {
      yieldedSequence.0 = mark.sequence
      yieldedHash.0 = mark.hash
    } else {
      yieldedSequence.1 = mark.sequence
      yieldedHash.1 = mark.hash
    }
  }
}
