import Indicators
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
  /// Where MikroTik's routers send what they capture; registered for no use.
  static let sniffer: UInt16 = 37_008
  /// Where Linux sends VXLAN unless told otherwise; registered for another use.
  static let linuxVXLAN: UInt16 = 8472
}

/// What a datagram carries, and where the inner packet or frame begins in it.
enum DatagramTunnel {
  case ip(Int)
  case frame(Int)
  case wireless(Int)
  /// A part of a frame that is not its first.
  case laterFragment
  case gre(Int)
  case mpls(Int)
  case ppp(Int)
  case typed(UInt16, Int)
}

/// Tunnels over UDP: what says that a datagram is a packet of one.
extension PacketDealer {
  /// The tunnel that a datagram is a packet of, if it is one.
  ///
  /// A client may have any port: what comes from a server of DNS, or is DTLS, belongs to no tunnel.
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
    case TunnelPort.linuxVXLAN: return surelyVXLAN(payload)
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
    case TunnelPort.vxlan, TunnelPort.linuxVXLAN:
      if let tunnel = surelyVXLAN(payload) { return tunnel }
    case TunnelPort.geneve: if let tunnel = surelyGeneve(payload) { return tunnel }
    case TunnelPort.gre: if let tunnel = surelyGRE(payload) { return tunnel }
    default: break
    }
    return payload.byte(unchecked: 0) & 0xf0 == 0x60 || payload.byte(unchecked: 0) == 0
      ? teredo(payload, isRegistered: false) : nil
  }

  /// RFC 2661 §3.1: a data message of version 2, with a length, numbers and an offset where its flags say so;
  /// or of version 3 (RFC 3931 §4.1.2).
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

  /// Where the frame of a session of L2TP version 3 begins: only the two ends know whether a cookie of four or
  /// eight bytes and a word with a sequence number stand before it.
  static func sessionFrame(_ bytes: RawSpan, at start: Int, end: Int) -> Int? {
    for frame in stride(from: start, through: start + 12, by: 4)
    where isFrameOfIP(bytes, at: frame, end: end) {
      return frame
    }
    return nil
  }

  /// draft-massar-v6ops-ayiya-02 §3.2: identity and signature, whose lengths the first bytes tell, stand before
  /// the packet that is forwarded.
  private static func ayiya(_ payload: RawSpan) -> DatagramTunnel? {
    let identityLength = 1 << Int(payload.byte(unchecked: 0) >> 4)
    let signatureLength = 4 * Int(payload.byte(unchecked: 1) >> 4)
    guard payload.byte(unchecked: 2) & 0x0f == 1,
      payload.byte(unchecked: 3) == IPProtocol.ipv6
        || payload.byte(unchecked: 3) == IPProtocol.ipv4
    else { return nil }
    let start = 8 + identityLength + signatureLength
    return isIP(payload, at: start) ? .ip(start) : nil
  }

  /// RFC 7348 §5: a flag that the network's number is valid.
  private static func vxlan(_ payload: RawSpan) -> DatagramTunnel? {
    payload.byteCount >= 8 + 14 && payload.byte(unchecked: 0) & 0x08 != 0 ? .frame(8) : nil
  }

  /// VXLAN on a port of another use, or from one: what is reserved is 0, and an IP packet is in the frame.
  private static func surelyVXLAN(_ payload: RawSpan) -> DatagramTunnel? {
    payload.bigEndianUInt32(unchecked: 0) == 0x0800_0000 && payload.byte(unchecked: 7) == 0
      && isFrameOfIP(payload, at: 8, end: payload.byteCount) ? .frame(8) : nil
  }

  /// draft-ietf-nvo3-vxlan-gpe §3.1.
  private static func genericVXLAN(_ payload: RawSpan) -> DatagramTunnel? {
    guard payload.byte(unchecked: 0) & 0x08 != 0 else { return nil }
    if payload.byte(unchecked: 0) & 0x04 != 0 { return generic(payload) }
    // Some write a protocol without the flag that says so.
    let version = isIP(payload, at: 8) ? payload.byte(unchecked: 8) >> 4 : 0
    switch (payload.byte(unchecked: 3), version) {
    case (1, 4), (2, 6): return .ip(8)
    default: return vxlan(payload)
    }
  }

  /// The protocols of the generic forms of VXLAN and LISP.
  private static func generic(_ payload: RawSpan) -> DatagramTunnel? {
    switch payload.byte(unchecked: 3) {
    case 1, 2: return .ip(8)
    case 3: return .frame(8)
    case 4: return .typed(EtherType.serviceHeader, 8)
    default: return nil
    }
  }

  /// RFC 9300 §5.1: clear where no key is told (RFC 8061); a flag says that a protocol is (RFC 9305 §3).
  private static func lisp(_ payload: RawSpan) -> DatagramTunnel? {
    let flags = payload.byte(unchecked: 0)
    guard flags & 0x03 == 0 else { return nil }
    if flags & 0x04 != 0 { return generic(payload) }
    return isIP(payload, at: 8) ? .ip(8) : nil
  }

  /// draft-ietf-intarea-gue §3: the number of a protocol of IP behind a header with words of four bytes, whose
  /// extensions are none or private; in version 1 nothing before the packet.
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

  /// RFC 8926 §3.4: options in words of four bytes, and an Ethernet type.
  private static func geneve(_ payload: RawSpan) -> DatagramTunnel? {
    let first = payload.byte(unchecked: 0)
    let start = 8 + Int(first & 0x3f) * 4
    guard first >> 6 == 0, payload.byteCount > start else { return nil }
    return .typed(payload.bigEndianUInt16(unchecked: 2), start)
  }

  /// Geneve from its port: what is reserved is 0, and what the type says follows.
  private static func surelyGeneve(_ payload: RawSpan) -> DatagramTunnel? {
    guard payload.byte(unchecked: 1) & 0x3f == 0, payload.byte(unchecked: 7) == 0,
      case .typed(let type, let start)? = geneve(payload),
      carriesIP(payload, type, at: start)
    else { return nil }
    return .typed(type, start)
  }

  /// GRE from its port (RFC 8086 §4): of version 0, what is reserved is 0, and what the type says follows.
  private static func surelyGRE(_ payload: RawSpan) -> DatagramTunnel? {
    let flags = payload.bigEndianUInt16(unchecked: 0)
    let start = 4 + 4 * (flags & 0xb000).nonzeroBitCount
    guard flags & 0x4fff == 0,
      carriesIP(payload, payload.bigEndianUInt16(unchecked: 2), at: start)
    else { return nil }
    return .gre(0)
  }

  /// Whether a packet of the version that a type names follows, whose checksum or length is right, or a frame with one in
  /// it.
  private static func carriesIP(_ payload: RawSpan, _ type: UInt16, at start: Int) -> Bool {
    let end = payload.byteCount
    if type == EtherType.bridged { return isFrameOfIP(payload, at: start, end: end) }
    guard isIP(payload, at: start), isPlausible(payload, at: start, end: end) else { return false }
    return type
      == (payload.byte(unchecked: start) >> 4 == 4 ? EtherType.ipv4 : EtherType.ipv6)
  }

  /// 3GPP TS 29.281 §5.1: version 1, a data packet (255), and three optional fields at once; in version 0 a
  /// header of twenty bytes (3GPP TS 09.60 §6).
  private static func gtp(_ payload: RawSpan) -> DatagramTunnel? {
    let flags = payload.byte(unchecked: 0)
    guard payload.byte(unchecked: 1) == 255 else { return nil }
    let length = Int(payload.bigEndianUInt16(unchecked: 2))
    if flags & 0xf0 == 0x10 { return userPacket(payload, at: 20, stated: 20 + length) }
    guard flags & 0xf0 == 0x30 else { return nil }
    var start = 8
    if flags & 0x07 != 0 {
      start = 12
      guard payload.byteCount >= 12 else { return nil }
      var next = flags & 0x04 != 0 ? payload.byte(unchecked: 11) : 0
      // Each extension header says its length in words of four bytes, and what follows it.
      while next != 0 {
        guard payload.byteCount > start, case let words = Int(payload.byte(unchecked: start)),
          words > 0, payload.byteCount >= start + 4 * words
        else { return nil }
        next = payload.byte(unchecked: start + 4 * words - 1)
        start += 4 * words
      }
    }
    return userPacket(payload, at: start, stated: 8 + length)
  }

  /// What a user's packet is, which only the two ends of a GTP tunnel have agreed on: IP, an Ethernet frame (3GPP TS
  /// 23.501 §5.6.10.2) or PPP (3GPP TS 29.061 §12).
  ///
  /// What begins as IP and as a frame is a frame only if just the packet in it fits: a source address may look like a
  /// frame's type.
  private static func userPacket(
    _ payload: RawSpan, at start: Int, stated: Int
  ) -> DatagramTunnel? {
    let end = payload.byteCount
    func fits(_ packet: Int) -> Bool {
      isPlausible(payload, at: packet, end: end, stated: stated)
    }
    let hasIP = isIP(payload, at: start)
    if let packet = packetInFrame(payload, at: start, end: end),
      !hasIP || !fits(start) && fits(packet)
    {
      return .frame(start)
    }
    if hasIP { return .ip(start) }
    guard end - start >= 4, case let first = payload.bigEndianUInt16(unchecked: start),
      case let header = first == 0xff03 ? start + 2 : start,
      case let packet = payload.byte(unchecked: header) == 0 ? header + 2 : header + 1,
      isSerialIP(payload, at: header, end: end), isIP(payload, at: packet), fits(packet)
    else { return nil }
    return .ppp(start)
  }

  /// RFC 4380 §5.1.1: authentication and origin may stand before the IPv6 packet.
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
    // One end at least has an address of the tunnel's own network, 2001::/32.
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
}
