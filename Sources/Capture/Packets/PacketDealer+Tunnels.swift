import Parsing

/// UDP ports that belong to a tunnel (IANA's registry of service names).
private enum TunnelPort {
  static let l2tp: UInt16 = 1701
  static let gtp: UInt16 = 2152
  static let oldGTP: UInt16 = 3386
  static let teredo: UInt16 = 3544
  static let lisp: UInt16 = 4341
  static let gre: UInt16 = 4754
  static let vxlan: UInt16 = 4789
  static let vxlanGeneric: UInt16 = 4790
  static let ayiya: UInt16 = 5072
  static let capwap: UInt16 = 5247
  static let gue: UInt16 = 6080
  static let geneve: UInt16 = 6081
  static let mpls: UInt16 = 6635
  /// The port that MikroTik's routers send captured packets to; not registered.
  static let sniffer: UInt16 = 37_008
  /// Linux's default port for VXLAN; registered for another use.
  static let linuxVXLAN: UInt16 = 8472
}

/// What a datagram's payload carries; the number is the offset of the inner packet or frame in the
/// payload.
enum DatagramTunnel {
  case ip(Int)
  case frame(Int)
  case wireless(Int)
  /// A fragment of a frame, but not the first one.
  case laterFragment
  case gre(Int)
  case mpls(Int)
  case ppp(Int)
  case typed(UInt16, Int)
}

extension PacketDealer {
  // MARK: Over IP

  /// Reads the packet or frame that IP carries directly: IP in IP, GRE, MPLS (RFC 4023 §3),
  /// Ethernet, L2TP or PIM.
  @inline(never)
  mutating func decodeTunnel(_ packet: RawSpan, _ header: IPHeader, depth: Int) {
    guard depth < options.tunnelDepthLimit else { return skips.add(.tunnelDepth) }
    let (start, end) = (header.payload, header.end)
    switch header.ipProtocol {
    case IPProtocol.gre: decodeGRE(packet, at: start, end: end, depth: depth + 1)
    case IPProtocol.mpls:
      decode(packet, etherType: 0x8847, at: start, end: end, depth: depth + 1)
    case IPProtocol.etherIP:
      // RFC 3378 §3: the version, 3, and twelve bits that are 0.
      guard end - start >= 2 else { return skips.add(.transportHeaderCut) }
      guard packet.bigEndianUInt16(unchecked: start) == 0x3000 else { return skips.add(.notIP) }
      decodeMirrored(packet, at: start + 2, end: end, depth: depth + 1)
    case IPProtocol.ethernet:
      // RFC 8986 §9.
      decodeMirrored(packet, at: start, end: end, depth: depth + 1)
    case IPProtocol.l2tp:
      // RFC 3931 §4.1.1: a session number; 0 begins a control message.
      guard end - start >= 4 else { return skips.add(.transportHeaderCut) }
      guard packet.bigEndianUInt32(unchecked: start) != 0 else { return }
      guard let frame = Self.sessionFrame(packet, at: start + 4, end: end) else {
        return skips.add(.notIP)
      }
      decodeMirrored(packet, at: frame, end: end, depth: depth + 1)
    case IPProtocol.multicastRouting: decodeIP(packet, at: start + 8, end: end, depth: depth + 1)
    default: decodeIP(packet, at: start, end: end, depth: depth + 1)
    }
  }

  /// Whether a PIM message is a register message with a packet for the root of its group's tree
  /// (RFC 7761 §4.9.3), and not an empty one that only keeps the registration alive.
  static func isRegister(_ packet: RawSpan, _ header: IPHeader) -> Bool {
    header.end - header.payload > 8 && packet.byte(unchecked: header.payload) == 0x21
      && packet.byte(unchecked: header.payload + 4) & 0x40 == 0
  }

  /// Reads a GRE header (RFC 2784 §2, RFC 2890 §2) and what follows; version 1 is PPTP's (RFC 2637
  /// §4.1).
  private mutating func decodeGRE(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard end - start >= 4 else { return skips.add(.transportHeaderCut) }
    let flags = packet.bigEndianUInt16(unchecked: start)
    let type = packet.bigEndianUInt16(unchecked: start + 2)
    var offset = start + 4
    guard flags & 7 <= 1 else { return skips.add(.notIP) }
    // A checksum and the offset of the next source route; present if either is.
    if flags & 0xc000 != 0 { offset += 4 }
    if flags & 0x2000 != 0 { offset += 4 }
    if flags & 0x1000 != 0 { offset += 4 }
    if flags & 7 == 1, flags & 0x0080 != 0 { offset += 4 }
    if flags & 0x4000 != 0 {
      // Source routes (RFC 1701): a family, an offset, a length and that many bytes each; the last
      // one has length 0.
      var length = 1
      while length > 0 {
        guard end - offset >= 4 else { return skips.add(.transportHeaderCut) }
        length = Int(packet.byte(unchecked: offset + 3))
        offset += 4 + length
      }
    }
    guard offset <= end else { return skips.add(.transportHeaderCut) }
    // A PPTP acknowledgement carries nothing.
    if offset == end { return }
    switch type {
    case 0x88be:
      // Mirrored frames (draft-foschiano-erspan): type II has a sequence number in the GRE header
      // and a header of its own, type I has neither.
      decodeMirrored(packet, at: flags & 0x1000 != 0 ? offset + 8 : offset, end: end, depth: depth)
    case 0x22eb:
      guard end - offset >= 12 else { return skips.add(.linkHeaderCut) }
      let hasTrailer = packet.byte(unchecked: offset + 11) & 1 != 0
      decodeMirrored(packet, at: offset + (hasTrailer ? 20 : 12), end: end, depth: depth)
    case 0x6400 where flags == 0x2001:
      // MikroTik's Ethernet over IP: the frame's length and a tunnel number take the place of the
      // key.
      let length = Int(packet.bigEndianUInt16(unchecked: start + 4))
      guard length <= end - offset else { return skips.add(.linkHeaderCut) }
      decodeMirrored(packet, at: offset, end: offset + length, depth: depth)
    case 0x8909:
      // Cisco's metadata as on Ethernet, except that the type of what follows comes first.
      guard end - offset >= 4,
        case let length = 4 * Int(packet.byte(unchecked: offset + 3)), end - offset >= 4 + length
      else { return skips.add(.linkHeaderCut) }
      decode(
        packet, etherType: packet.bigEndianUInt16(unchecked: offset), at: offset + 4 + length,
        end: end, depth: depth)
    case 0x883e:
      // Packets that a router redirects to a cache (WCCP): since version 2 they are preceded by
      // flags, the number of a service and two buckets.
      let first = packet.byte(unchecked: offset)
      let isPacket = 0x45...0x4f ~= first || first >> 4 == 6
      decodeIP(packet, at: isPacket ? offset : offset + 4, end: end, depth: depth)
    case 0x8200...0x82ff:
      // 802.11 frames that access points send to their controller.
      decodeWireless(packet, at: offset, end: end, depth: depth)
    default:
      decode(packet, etherType: type, at: offset, end: end, depth: depth)
    }
  }

  private mutating func decodeMirrored(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard start <= end else { return skips.add(.linkHeaderCut) }
    linkHeaders += 1
    guard linkHeaders <= Self.linkHeaderLimit else { return skips.add(.linkDepth) }
    decodeEthernet(packet, at: start, end: end, depth: depth)
  }

  // MARK: Over UDP

  /// The tunnel that a datagram belongs to, or nil.
  ///
  /// A client's port may happen to be a tunnel's: a payload that is DNS on a DNS port, or DTLS,
  /// belongs to no tunnel.
  static func tunnel(
    _ payload: RawSpan, sourcePort: UInt16, destinationPort: UInt16
  ) -> DatagramTunnel? {
    guard payload.byteCount >= 8,
      let tunnel = tunnelByPort(
        payload, sourcePort: sourcePort, destinationPort: destinationPort)
    else { return nil }
    return isOther(payload, sourcePort, destinationPort) ? nil : tunnel
  }

  @inline(never)
  private static func isOther(
    _ payload: RawSpan, _ sourcePort: UInt16, _ destinationPort: UInt16
  ) -> Bool {
    if payload.byte(unchecked: 0) == 22, payload.byte(unchecked: 1) == 0xfe,
      TLSClientHello.firstDatagramMessage(payload) != nil
    {
      return true
    }
    guard
      DNSMessage.isRegistered(port: sourcePort) || DNSMessage.isRegistered(port: destinationPort)
    else { return false }
    return DNSMessage.isMessage(payload, needsQuestion: false)
      || DNSMessage.begins(payload, length: payload.byteCount)
  }

  private static func tunnelByPort(
    _ payload: RawSpan, sourcePort: UInt16, destinationPort: UInt16
  ) -> DatagramTunnel? {
    switch destinationPort {
    case TunnelPort.vxlan: return vxlan(payload)
    case TunnelPort.vxlanGeneric: return genericVXLAN(payload)
    case TunnelPort.linuxVXLAN: return linuxVXLAN(payload)
    case TunnelPort.geneve: return geneve(payload)
    case TunnelPort.gue: return gue(payload)
    case TunnelPort.lisp: return lisp(payload)
    case TunnelPort.gre: return .gre(0)
    case TunnelPort.mpls: return .mpls(0)
    case TunnelPort.gtp, TunnelPort.oldGTP: return gtp(payload)
    case TunnelPort.teredo: return teredo(payload, isRegistered: true)
    case TunnelPort.l2tp: return l2tp(payload)
    case TunnelPort.ayiya: return ayiya(payload)
    case TunnelPort.capwap: return capwap(payload)
    case TunnelPort.sniffer: return sniffer(payload)
    default: break
    }
    switch sourcePort {
    case TunnelPort.teredo: return teredo(payload, isRegistered: true)
    case TunnelPort.gtp, TunnelPort.oldGTP: return gtp(payload)
    case TunnelPort.l2tp: return l2tp(payload)
    case TunnelPort.ayiya: return ayiya(payload)
    case TunnelPort.capwap: return capwap(payload)
    default: break
    }
    return payload.byte(unchecked: 0) & 0xf0 == 0x60 || payload.byte(unchecked: 0) == 0
      ? teredo(payload, isRegistered: false) : nil
  }

  /// RFC 2661 §3.1: a data message of version 2, in which flags say whether a length, sequence
  /// numbers and an offset are present; or one of version 3 (RFC 3931 §4.1.2).
  private static func l2tp(_ payload: RawSpan) -> DatagramTunnel? {
    let flags = payload.bigEndianUInt16(unchecked: 0)
    guard flags & 0x8000 == 0 else { return nil }
    if flags & 0x000f == 3 {
      return sessionFrame(payload, at: 8, end: payload.byteCount).map(DatagramTunnel.frame)
    }
    guard flags & 0x000f == 2 else { return nil }
    var start = flags & 0x4000 == 0 ? 6 : 8
    if flags & 0x0800 != 0 { start += 4 }
    if flags & 0x0200 != 0 {
      guard payload.byteCount >= start + 2 else { return nil }
      start += 2 + Int(payload.bigEndianUInt16(unchecked: start))
    }
    return payload.byteCount > start + 20 ? .ppp(start) : nil
  }

  /// Where the frame begins in an L2TP version 3 session, or nil if none is found.
  ///
  /// Only the two ends know whether a cookie of four or eight bytes and a word with a sequence
  /// number precede it, so each place is tried.
  private static func sessionFrame(_ bytes: RawSpan, at start: Int, end: Int) -> Int? {
    for frame in stride(from: start, through: start + 12, by: 4)
    where isFrameOfIP(bytes, at: frame, end: end) {
      return frame
    }
    return nil
  }

  /// draft-massar-v6ops-ayiya-02 §3.2: an identity and a signature, whose lengths are in the first
  /// two bytes, precede the forwarded packet.
  private static func ayiya(_ payload: RawSpan) -> DatagramTunnel? {
    let identityLength = 1 << Int(payload.byte(unchecked: 0) >> 4)
    let signatureLength = 4 * Int(payload.byte(unchecked: 1) >> 4)
    guard payload.byte(unchecked: 2) & 0x0f == 1,
      payload.byte(unchecked: 3) == 41 || payload.byte(unchecked: 3) == 4
    else { return nil }
    let start = 8 + identityLength + signatureLength
    return isIP(payload, at: start) ? .ip(start) : nil
  }

  /// RFC 7348 §5: flag 0x08 says that the network identifier is valid.
  private static func vxlan(_ payload: RawSpan) -> DatagramTunnel? {
    payload.byteCount >= 8 + 14 && payload.byte(unchecked: 0) & 0x08 != 0 ? .frame(8) : nil
  }

  /// VXLAN on a port registered for another use: accepted only if all reserved bits are 0 and the
  /// frame holds an IP packet.
  private static func linuxVXLAN(_ payload: RawSpan) -> DatagramTunnel? {
    payload.bigEndianUInt32(unchecked: 0) == 0x0800_0000 && payload.byte(unchecked: 7) == 0
      && isFrameOfIP(payload, at: 8, end: payload.byteCount) ? .frame(8) : nil
  }

  /// draft-ietf-nvo3-vxlan-gpe §3.1.
  private static func genericVXLAN(_ payload: RawSpan) -> DatagramTunnel? {
    guard payload.byte(unchecked: 0) & 0x08 != 0 else { return nil }
    guard payload.byte(unchecked: 0) & 0x04 != 0 else { return vxlan(payload) }
    return generic(payload)
  }

  /// What follows a header in VXLAN's or LISP's generic form, by the protocol number in its fourth
  /// byte.
  private static func generic(_ payload: RawSpan) -> DatagramTunnel? {
    switch payload.byte(unchecked: 3) {
    case 1, 2: return .ip(8)
    case 3: return .frame(8)
    case 4: return .typed(0x894f, 8)
    default: return nil
    }
  }

  /// RFC 9300 §5.1: the packet is clear if the key bits are 0 (RFC 8061); flag 0x04 says that the
  /// header names a protocol (RFC 9305 §3).
  private static func lisp(_ payload: RawSpan) -> DatagramTunnel? {
    let flags = payload.byte(unchecked: 0)
    guard flags & 0x03 == 0 else { return nil }
    if flags & 0x04 != 0 { return generic(payload) }
    return isIP(payload, at: 8) ? .ip(8) : nil
  }

  /// draft-ietf-intarea-gue §3: an IP protocol number in a header whose length is given in words of
  /// four bytes; only headers without extensions, or with private ones, are read. In version 1 the
  /// packet has no header before it.
  private static func gue(_ payload: RawSpan) -> DatagramTunnel? {
    let first = payload.byte(unchecked: 0)
    if first >> 6 == 1 { return isIP(payload, at: 0) ? .ip(0) : nil }
    let start = 4 + 4 * Int(first & 0x1f)
    guard first >> 5 == 0, payload.bigEndianUInt16(unchecked: 2) <= 1, payload.byteCount > start
    else { return nil }
    switch payload.byte(unchecked: 1) {
    case IPProtocol.ipv4, IPProtocol.ipv6: return isIP(payload, at: start) ? .ip(start) : nil
    case IPProtocol.gre: return .gre(start)
    case IPProtocol.mpls: return .mpls(start)
    default: return nil
    }
  }

  /// RFC 8926 §3.4: an Ethernet type, and options whose length is given in words of four bytes.
  private static func geneve(_ payload: RawSpan) -> DatagramTunnel? {
    let first = payload.byte(unchecked: 0)
    let start = 8 + Int(first & 0x3f) * 4
    guard first >> 6 == 0, payload.byteCount > start else { return nil }
    return .typed(payload.bigEndianUInt16(unchecked: 2), start)
  }

  /// 3GPP TS 29.281 §5.1: version 1, a data packet (255), and three optional fields that are all
  /// present if one is; version 0 has a header of twenty bytes (3GPP TS 09.60 §6).
  private static func gtp(_ payload: RawSpan) -> DatagramTunnel? {
    let flags = payload.byte(unchecked: 0)
    guard payload.byte(unchecked: 1) == 255 else { return nil }
    if flags & 0xf0 == 0x10 { return isIP(payload, at: 20) ? .ip(20) : nil }
    guard flags & 0xf0 == 0x30 else { return nil }
    var start = 8
    if flags & 0x07 != 0 {
      start = 12
      guard payload.byteCount >= 12 else { return nil }
      var next = flags & 0x04 != 0 ? payload.byte(unchecked: 11) : 0
      // Each extension header begins with its length in words of four bytes and ends with the type
      // of the next one.
      while next != 0 {
        guard payload.byteCount > start, case let words = Int(payload.byte(unchecked: start)),
          words > 0, payload.byteCount >= start + 4 * words
        else { return nil }
        next = payload.byte(unchecked: start + 4 * words - 1)
        start += 4 * words
      }
    }
    return isIP(payload, at: start) ? .ip(start) : nil
  }

  /// RFC 4380 §5.1.1: an authentication and an origin header may precede the IPv6 packet.
  private static func teredo(_ payload: RawSpan, isRegistered: Bool) -> DatagramTunnel? {
    var start = 0
    if payload.byteCount >= 4, payload.bigEndianUInt16(unchecked: 0) == 1 {
      start = 13 + Int(payload.byte(unchecked: 2)) + Int(payload.byte(unchecked: 3))
    }
    if payload.byteCount - start >= 8, payload.bigEndianUInt16(unchecked: start) == 0 { start += 8 }
    guard payload.byteCount - start >= 40, payload.byte(unchecked: start) >> 4 == 6 else {
      return nil
    }
    let length = Int(payload.bigEndianUInt16(unchecked: start + 4))
    guard isRegistered || length == payload.byteCount - start - 40 else { return nil }
    // At least one end has an address in Teredo's own network, 2001::/32.
    guard
      isRegistered || payload.bigEndianUInt32(unchecked: start + 8) == 0x2001_0000
        || payload.bigEndianUInt32(unchecked: start + 24) == 0x2001_0000
    else { return nil }
    return .ip(start)
  }

  private static func isIP(_ payload: RawSpan, at start: Int) -> Bool {
    guard payload.byteCount - start >= 20 else { return false }
    let version = payload.byte(unchecked: start) >> 4
    return version == 4 && payload.byte(unchecked: start) & 0xf >= 5
      || version == 6 && payload.byteCount - start >= 40
  }

  /// Reads what a datagram carries, unless it is nested deeper than the limit.
  @inline(never)
  mutating func decodeTunnel(
    _ packet: RawSpan, _ tunnel: DatagramTunnel, at start: Int, end: Int, depth: Int
  ) {
    guard depth < options.tunnelDepthLimit else { return skips.add(.tunnelDepth) }
    switch tunnel {
    case .ip(let offset):
      decodeIP(packet, at: start + offset, end: end, depth: depth + 1)
    case .frame(let offset):
      decodeMirrored(packet, at: start + offset, end: end, depth: depth + 1)
    case .wireless(let offset):
      decodeWireless(packet, at: start + offset, end: end, mayBeSwapped: true, depth: depth + 1)
    case .laterFragment:
      skips.add(.wirelessFragment)
    case .gre(let offset):
      decodeGRE(packet, at: start + offset, end: end, depth: depth + 1)
    case .mpls(let offset):
      decode(packet, etherType: 0x8847, at: start + offset, end: end, depth: depth + 1)
    case .ppp(let offset):
      decodePPP(packet, at: start + offset, end: end, depth: depth + 1)
    case .typed(let type, let offset):
      decode(packet, etherType: type, at: start + offset, end: end, depth: depth + 1)
    }
  }
}
