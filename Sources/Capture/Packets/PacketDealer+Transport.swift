import Indicators
import Parsing

/// Control bits of TCP's header (RFC 9293 §3.1).
enum TCPFlag {
  static let syn: UInt8 = 0x02
  static let ack: UInt8 = 0x10
}

extension PacketDealer {
  /// Reads what follows an IP header: ports, payload, or a tunnel.
  @inline(__always)
  mutating func decodeTransport(_ packet: RawSpan, _ header: IPHeader, depth: Int) {
    var segment = Segment()
    segment.payload = header.end
    segment.end = header.end
    if header.isLaterFragment {
      deal(.addresses, header, segment, depth)
      return
    }
    switch header.ipProtocol {
    case IPProtocol.tcp:
      let isRead = readTCP(packet, header, &segment)
      deal(isRead ? .tcp : .addresses, header, segment, depth)
    case IPProtocol.udp, IPProtocol.udpLite:
      if readUDP(packet, header, &segment), segment.end > segment.payload,
        !header.isFirstFragment
      {
        decodeDatagram(packet, header, segment, depth)
      } else {
        deal(.addresses, header, segment, depth)
      }
    case IPProtocol.sctp, IPProtocol.dccp:
      if readPorts(packet, header, &segment), !header.isFirstFragment {
        segment.payload = header.payload &+ 4
      }
      deal(.addresses, header, segment, depth)
    case IPProtocol.ipv4, IPProtocol.ipv6, IPProtocol.gre, IPProtocol.mpls, IPProtocol.etherIP,
      IPProtocol.ethernet, IPProtocol.l2tp:
      deal(.addresses, header, segment, depth)
      if !header.isFirstFragment { decodeTunnel(packet, header, depth: depth) }
    case IPProtocol.multicastRouting:
      deal(.addresses, header, segment, depth)
      if !header.isFirstFragment, Self.isRegister(packet, header) {
        decodeTunnel(packet, header, depth: depth)
      }
    case IPProtocol.icmp, IPProtocol.icmp6:
      // Type and code take the place of ports where a flow is named, but are no part of its key.
      if header.end &- header.payload >= 2 {
        segment.message = (
          packet.byte(unchecked: header.payload), packet.byte(unchecked: header.payload &+ 1)
        )
        // An error's payload is a quoted packet, not data of this flow.
        if !header.isFirstFragment, !Self.isError(segment.message.type, header) {
          segment.payload = min(header.payload &+ 8, header.end)
        }
      }
      deal(.addresses, header, segment, depth)
    default:
      if !header.isFirstFragment { segment.payload = header.payload }
      deal(.addresses, header, segment, depth)
    }
  }

  /// Whether an ICMP type is an error (RFC 792, RFC 4443 §2.1) or a redirect (RFC 4861 §4.5), which
  /// quote the packet that they are about.
  private static func isError(_ type: UInt8, _ header: IPHeader) -> Bool {
    header.ipProtocol == IPProtocol.icmp6
      ? type < 128 || type == 137 : [3, 4, 5, 11, 12].contains(type)
  }

  /// Deals a UDP datagram with a payload, and what it carries if it is a tunnel's.
  @inline(__always)
  private mutating func decodeDatagram(
    _ packet: RawSpan, _ header: IPHeader, _ segment: Segment, _ depth: Int
  ) {
    let tunnel = Self.tunnel(
      packet.extracting(segment.payload..<segment.end), sourcePort: segment.sourcePort,
      destinationPort: segment.destinationPort)
    guard let tunnel else {
      deal(.datagram, header, segment, depth)
      return
    }
    let group = deal(.tunnel, header, segment, depth)
    let dealt = count
    decodeTunnel(packet, tunnel, at: segment.payload, end: segment.end, depth: depth)
    // If no packet was found in it, it is a datagram like any other.
    if count == dealt { items.changeLast(to: .datagram, of: group) }
  }

  /// Adds an item for an IP header and what follows it; returns the group that it was added to.
  @inline(__always)
  @discardableResult
  private mutating func deal(
    _ work: FlowItem.Work, _ header: IPHeader, _ segment: Segment, _ depth: Int
  ) -> Int {
    let source = Endpoint(address: header.source, port: segment.sourcePort)
    let destination = Endpoint(address: header.destination, port: segment.destinationPort)
    let isSourceFirst = source.precedes(destination)
    let key = FlowKey(
      source: source, destination: destination,
      kind: FlowKind(
        ipProtocol: header.ipProtocol, version: header.version, depth: depth,
        hasPorts: segment.hasPorts))
    if let selection, selection.contains(key) { isSelected = true }
    var item = FlowItem(key: key, number: number, time: time)
    item.hash = key.hash(seed)
    item.shard = UInt8(truncatingIfNeeded: key.spread >> 56) & shardMask
    item.start = UInt32(truncatingIfNeeded: base &+ segment.payload)
    item.end = UInt32(truncatingIfNeeded: base &+ segment.end)
    item.place = place
    item.order = count
    item.missing = UInt16(clamping: header.missing)
    item.sequence = segment.sequence
    item.acknowledgement = segment.acknowledgement
    item.flags = segment.flags
    item.work = work
    item.message = segment.message
    if isSourceFirst { item.facts.insert(.isSourceFirst) }
    if header.ipProtocol == IPProtocol.udp || header.ipProtocol == IPProtocol.udpLite,
      header.isToMany
    {
      item.facts.insert(.isToMany)
    }
    if isAggregate { noteVersion(&item) }
    if header.isReassembled { noteReassembly(header, &item) }
    append(item)
    return Int(item.shard) & groupMask
  }

  // MARK: Headers

  /// Reads a TCP header (RFC 9293 §3.1); false if its payload cannot be read.
  @inline(__always)
  private mutating func readTCP(
    _ packet: RawSpan, _ header: IPHeader, _ segment: inout Segment
  ) -> Bool {
    guard readPorts(packet, header, &segment) else { return false }
    guard header.end &- header.payload >= 20 else {
      skips.add(.transportHeaderCut)
      return false
    }
    segment.sequence = SequenceNumber(packet.bigEndianUInt32(unchecked: header.payload &+ 4))
    segment.acknowledgement = SequenceNumber(
      packet.bigEndianUInt32(unchecked: header.payload &+ 8))
    segment.flags = packet.byte(unchecked: header.payload &+ 13)
    let length = Int(packet.byte(unchecked: header.payload &+ 12) >> 4) &* 4
    guard length >= 20 else {
      skips.add(.transportHeaderMalformed)
      return false
    }
    segment.payload = min(header.payload &+ length, header.end)
    return !header.isFirstFragment
  }

  /// Reads a UDP or UDP-Lite header (RFC 768, RFC 3828 §3.1); false if it is cut.
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
    // In UDP-Lite the field says how much the checksum covers; if it is 0 in UDP, the IP length
    // counts (RFC 2675).
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
}
