import Parsing

extension PacketDealer {
  /// The most link-layer headers that are followed in one packet, in all of its tunnels together.
  static let linkHeaderLimit = 16

  /// Finds the IP packet in a captured one.
  @inline(__always)
  mutating func decodeLink(_ packet: RawSpan, _ linkType: UInt32) {
    if linkType == LinkType.ethernet {
      decodeEthernet(packet, at: 0, end: packet.byteCount, depth: 0)
    } else {
      decodeOtherLink(packet, linkType)
    }
  }

  /// Reads an Ethernet frame, captured or bridged by a tunnel: addresses, then a type or a length.
  @inline(__always)
  mutating func decodeEthernet(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard end &- start >= 14 else { return skips.add(.linkHeaderCut) }
    let type = packet.bigEndianUInt16(unchecked: start &+ 12)
    if type == EtherType.ipv4 || type == EtherType.ipv6 {
      decodeIP(packet, at: start &+ 14, end: end, depth: depth)
    } else {
      decode(packet, etherType: type, at: start &+ 14, end: end, depth: depth)
    }
  }

  /// Follows types, tags and labels to the IP packet; `etherType` says what is at `start`.
  mutating func decode(
    _ packet: RawSpan, etherType: UInt16, at start: Int, end: Int, depth: Int
  ) {
    // Nested frames come here again, and the stack must not grow with the packet.
    linkHeaders += 1
    guard linkHeaders <= Self.linkHeaderLimit else { return skips.add(.linkDepth) }
    var (type, offset) = (etherType, start)
    // Each turn takes at least four bytes, except the one that replaces the jumbo type by a length.
    while true {
      switch type {
      case EtherType.ipv4, EtherType.ipv6:
        return decodeIP(packet, at: offset, end: end, depth: depth)
      case EtherType.mpls, EtherType.mplsMulticast:
        return decodeMPLS(packet, at: offset, end: end, depth: depth)
      case EtherType.pppoe:
        return decodePPPoE(packet, at: offset, end: end, depth: depth)
      case EtherType.ppp:
        return decodePPP(packet, at: offset, end: end, depth: depth)
      case EtherType.batman:
        guard let frame = Self.batmanFrame(packet, at: offset, end: end) else {
          return skips.add(.notIP)
        }
        return decodeEthernet(packet, at: frame, end: end, depth: depth)
      case EtherType.bridged:
        return decodeEthernet(packet, at: offset, end: end, depth: depth)
      case EtherType.providerBackbone:
        // A tag of four bytes, then the customer's frame (IEEE 802.1ah).
        guard end - offset >= 4 else { return skips.add(.linkHeaderCut) }
        return decodeEthernet(packet, at: offset + 4, end: end, depth: depth)
      case EtherType.ciscoFabric:
        // FabricPath: a tag of two bytes follows the type, then the frame.
        guard end - offset >= 2 else { return skips.add(.linkHeaderCut) }
        linkHeaders += 1
        guard linkHeaders <= Self.linkHeaderLimit else { return skips.add(.linkDepth) }
        return decodeEthernet(packet, at: offset + 2, end: end, depth: depth)
      case EtherType.trill:
        // RFC 6325 §3: a length of options in words of four bytes, which precede the inner frame.
        guard end - offset >= 6 else { return skips.add(.linkHeaderCut) }
        let words = Int(packet.bigEndianUInt16(unchecked: offset) >> 6) & 0x1f
        return decodeEthernet(packet, at: offset + 6 + 4 * words, end: end, depth: depth)
      case EtherType.serviceHeader:
        return decodeServiceHeader(packet, at: offset, end: end, depth: depth)
      case EtherType.jumbo:
        // What follows is what would follow a length.
        type = 0
      case ..<1536:
        // A length: what follows is IEEE 802.2 with a number for IP, or SNAP with the protocol's
        // type (RFC 1042).
        if end - offset >= 3, packet.bigEndianUInt16(unchecked: offset) == 0x0606 {
          return decodeIP(packet, at: offset + 3, end: end, depth: depth)
        }
        guard end - offset >= 8, packet.bigEndianUInt32(unchecked: offset) == 0xaaaa_0300 else {
          return skips.add(.notIP)
        }
        if let frame = Self.bridgedFrame(packet, at: offset + 3, end: end) {
          return decodeEthernet(packet, at: frame, end: end, depth: depth)
        }
        // A bridge's tunnel has an organisation code of its own (IEEE 802.1H).
        let organisation = packet.bigEndianUInt16(unchecked: offset + 4)
        guard organisation & 0xff == 0 || organisation == 0x00f8 else { return skips.add(.notIP) }
        type = packet.bigEndianUInt16(unchecked: offset + 6)
        offset += 8
        if type < 1536 { return skips.add(.notIP) }
      default:
        switch Self.tag(type, packet, at: offset, end: end) {
        case .found(let length):
          type = packet.bigEndianUInt16(unchecked: offset + length - 2)
          offset += length
        case .cut: return skips.add(.linkHeaderCut)
        case .none: return skips.add(.notIP)
        }
      }
    }
  }

  /// The tag between one type and the next; its last two bytes are the next type.
  private enum Tag {
    /// The tag's length; all of it is in the packet.
    case found(Int)
    case cut
    /// There is no tag, or none that leads to a packet that can be read.
    case none
  }

  /// The tag that follows a type.
  private static func tag(
    _ type: UInt16, _ packet: RawSpan, at offset: Int, end: Int
  ) -> Tag {
    let room = end - offset
    let length: Int
    switch type {
    case EtherType.vlan, EtherType.serviceVLAN, EtherType.oldServiceVLAN:
      length = 4
    case EtherType.vnTag, EtherType.seamlessRedundancy, EtherType.frameReplication:
      // Cisco's VN-Tag; IEC 62439-3; IEEE 802.1CB.
      length = 6
    case EtherType.portExtension, EtherType.marvellTag:
      // Six bytes (IEEE 802.1BR), or two zero bytes and a switch chip's four; then the next type.
      length = 8
    case EtherType.macSecurity:
      // IEEE 802.1AE: flags, a short length, a packet number and perhaps an identifier. The content
      // is readable only if neither "encrypted" nor "changed" is set.
      guard room >= 8 else { return .cut }
      let flags = packet.byte(unchecked: offset)
      guard flags & 0x0c == 0 else { return .none }
      length = flags & 0x20 != 0 ? 16 : 8
    case EtherType.ciscoMetadata:
      // A version, the number of options, and the options of four bytes each.
      guard room >= 4 else { return .cut }
      length = 4 + 4 * Int(packet.byte(unchecked: offset + 1))
    case EtherType.aristaTimestamp:
      // Subtype 1, a scale, a format, and a time of eight or six bytes.
      guard room >= 14 else { return .cut }
      guard packet.bigEndianUInt16(unchecked: offset) == 1,
        case let format = packet.byte(unchecked: offset + 3) >> 4, 1...2 ~= format
      else { return .none }
      length = format == 1 ? 14 : 12
    default: return .none
    }
    return room >= length ? .found(length) : .cut
  }

  /// Reads a Network Service Header (RFC 8300 §2.2), which says its length and the next protocol.
  private mutating func decodeServiceHeader(
    _ packet: RawSpan, at start: Int, end: Int, depth: Int
  ) {
    guard end - start >= 8, case let first = packet.bigEndianUInt16(unchecked: start),
      first >> 14 == 0
    else { return skips.add(.linkHeaderCut) }
    let offset = start + 4 * Int(first & 0x3f)
    switch packet.byte(unchecked: start + 3) {
    case 1, 2: decodeIP(packet, at: offset, end: end, depth: depth)
    case 3: decodeEthernet(packet, at: offset, end: end, depth: depth)
    case 4:
      decode(
        packet, etherType: EtherType.serviceHeader, at: offset, end: end, depth: depth)
    case 5: decodeMPLS(packet, at: offset, end: end, depth: depth)
    default: skips.add(.notIP)
    }
  }

  /// Skips labels up to the one at the bottom of the stack and reads what follows.
  ///
  /// That is an IP packet, whose version is in its first four bits (RFC 3032 §2.1, RFC 4928 §2), or
  /// a pseudowire's Ethernet frame.
  mutating func decodeMPLS(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    var offset = start
    while end - offset >= 5 {
      let isBottom = packet.byte(unchecked: offset + 2) & 1 != 0
      offset += 4
      guard isBottom else { continue }
      switch packet.byte(unchecked: offset) >> 4 {
      case 4, 6:
        let isFrame =
          Self.isFrameOfIP(packet, at: offset, end: end)
          && !Self.isPlausible(packet, at: offset, end: end)
        if isFrame {
          decodeEthernet(packet, at: offset, end: end, depth: depth)
        } else {
          decodeIP(packet, at: offset, end: end, depth: depth)
        }
      case 0 where end - offset >= 4:
        // A control word precedes the frame (RFC 4448 §4.6), unless a frame is recognised only
        // without one.
        let hasWord =
          !Self.isFrameOfIP(packet, at: offset, end: end)
          || Self.isFrameOfIP(packet, at: offset + 4, end: end)
        decodeEthernet(packet, at: hasWord ? offset + 4 : offset, end: end, depth: depth)
      default:
        guard Self.isFrameOfIP(packet, at: offset, end: end) else { return skips.add(.notIP) }
        decodeEthernet(packet, at: offset, end: end, depth: depth)
      }
      return
    }
    skips.add(.linkHeaderCut)
  }

  /// Whether what begins as a header of IP, and as a frame with one in it, is the former: its checksum is right, or in
  /// IPv6, which has none, its length fits.
  ///
  /// A packet of which the capture has only a part ends at `stated`, if what carries it says so.
  static func isPlausible(_ packet: RawSpan, at start: Int, end: Int, stated: Int = 0) -> Bool {
    let most = max(end, stated) - start
    if packet.byte(unchecked: start) >> 4 == 6 {
      return 40 + Int(packet.bigEndianUInt16(unchecked: start + 4)) <= most
    }
    let length = Int(packet.byte(unchecked: start) & 0xf) * 4
    guard length >= 20, length <= end - start else { return false }
    var sum = 0
    for offset in stride(from: start, to: start + length, by: 2) {
      sum += Int(packet.bigEndianUInt16(unchecked: offset))
    }
    // The checksum may be 0 because it is left to the network card.
    if packet.bigEndianUInt16(unchecked: start + 10) == 0 {
      let total = Int(packet.bigEndianUInt16(unchecked: start + 2))
      return length <= total && total <= most
    }
    // The sum over the whole header, checksum included, is all ones (RFC 1071 §1).
    return sum > 0 && sum % 0xffff == 0
  }

  /// Whether an Ethernet frame begins at `frame` that holds an IP packet of the version its type
  /// says.
  static func isFrameOfIP(_ packet: RawSpan, at frame: Int, end: Int) -> Bool {
    packetInFrame(packet, at: frame, end: end) != nil
  }

  /// Where the IP packet begins in the Ethernet frame at `frame`; nil unless its version is the one that the frame's
  /// type says.
  static func packetInFrame(_ packet: RawSpan, at frame: Int, end: Int) -> Int? {
    guard end - frame >= 14 + 20 else { return nil }
    var (type, start) = (packet.bigEndianUInt16(unchecked: frame + 12), frame + 14)
    for _ in 0..<2 where type == EtherType.vlan || type == EtherType.serviceVLAN {
      guard end - start >= 4 else { return nil }
      type = packet.bigEndianUInt16(unchecked: start + 2)
      start += 4
    }
    guard end - start >= 20, type == EtherType.ipv4 || type == EtherType.ipv6 else { return nil }
    let first = packet.byte(unchecked: start)
    let isIP =
      type == EtherType.ipv4
      ? 0x45...0x4f ~= first : first >> 4 == 6 && end - start >= 40
    return isIP ? start : nil
  }

  /// Where the Ethernet frame begins that a bridge put behind its organisation code, which is at `start`, or nil.
  ///
  /// Two numbers say whether the frame keeps its check sequence (RFC 2427 §4.2). On ATM two bytes
  /// of padding precede it (RFC 2684 §5.2): zeros, which may also begin its first address.
  private static func bridgedFrame(_ packet: RawSpan, at start: Int, end: Int) -> Int? {
    guard end - start >= 7, packet.byte(unchecked: start) == 0,
      packet.bigEndianUInt16(unchecked: start + 1) == 0x80c2,
      case let number = packet.bigEndianUInt16(unchecked: start + 3), number == 1 || number == 7
    else { return nil }
    let isPadded =
      packet.bigEndianUInt16(unchecked: start + 5) == 0
      && !isFrameOfIP(packet, at: start + 5, end: end)
    return isPadded ? start + 7 : start + 5
  }

  /// Reads a PPPoE session's header of six bytes, then PPP (RFC 2516 §4).
  mutating func decodePPPoE(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard end - start >= 8 else { return skips.add(.linkHeaderCut) }
    guard packet.byte(unchecked: start + 1) == 0 else { return skips.add(.notIP) }
    decodePPP(packet, at: start + 6, end: end, depth: depth)
  }

  /// Where the frame begins that a batman-adv mesh packet (version 15) carries, or nil.
  ///
  /// It is sent to one node, with or without a source, or to all nodes. The mesh's own messages and
  /// fragments of frames are not read.
  private static func batmanFrame(_ packet: RawSpan, at start: Int, end: Int) -> Int? {
    guard end - start >= 14, packet.byte(unchecked: start + 1) == 15 else { return nil }
    switch packet.byte(unchecked: start) {
    case 0x40: return start + 10
    case 0x42: return start + 18
    case 0x01: return start + 14
    default: return nil
    }
  }

  /// Reads frame relay: an address of two or more bytes, then the protocol (RFC 2427 §4) or Cisco's
  /// encapsulation.
  mutating func decodeFrameRelay(_ packet: RawSpan, at start: Int, end: Int) {
    var offset = start
    while offset < min(end, start + 4), packet.byte(unchecked: offset) & 1 == 0 { offset += 1 }
    offset += 1
    guard end - offset >= 3 else { return skips.add(.linkHeaderCut) }
    let type = packet.bigEndianUInt16(unchecked: offset)
    if type == EtherType.ipv4 || type == EtherType.ipv6 {
      return decodeIP(packet, at: offset + 2, end: end, depth: 0)
    }
    guard packet.byte(unchecked: offset) == 0x03 else { return skips.add(.notIP) }
    offset += 1
    if packet.byte(unchecked: offset) == 0 { offset += 1 }
    guard end - offset >= 1 else { return skips.add(.linkHeaderCut) }
    switch packet.byte(unchecked: offset) {
    case 0xcc, 0x8e: decodeIP(packet, at: offset + 1, end: end, depth: 0)
    case 0x80 where end - offset >= 6:
      if let frame = Self.bridgedFrame(packet, at: offset + 1, end: end) {
        return decodeEthernet(packet, at: frame, end: end, depth: 0)
      }
      decode(
        packet, etherType: packet.bigEndianUInt16(unchecked: offset + 4), at: offset + 6, end: end,
        depth: 0)
    default: skips.add(.notIP)
    }
  }
}
