import Indicators
import Parsing

/// Numbers of protocols in PPP (IANA's registry of PPP numbers).
private enum PPPProtocol {
  static let ipv4: UInt16 = 0x0021
  /// A segment that later, compressed ones refer to.
  static let uncompressedTCP: UInt16 = 0x002f
  static let bridged: UInt16 = 0x0031
  static let multilink: UInt16 = 0x003d
  static let ipv6: UInt16 = 0x0057
  static let mpls: UInt16 = 0x0281
}

/// Frames of serial lines.
extension PacketDealer {
  /// Reads PPP: address and control, which may be left out, then the protocol in one or two bytes
  /// (RFC 1661 §2, RFC 1662 §3.1).
  mutating func decodePPP(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    var offset = start
    if end - offset >= 2, packet.bigEndianUInt16(unchecked: offset) == 0xff03 { offset += 2 }
    guard end - offset >= 2 else { return skips.add(.linkHeaderCut) }
    var type = UInt16(packet.byte(unchecked: offset))
    offset += 1
    if type & 1 == 0 {
      type = type << 8 | UInt16(packet.byte(unchecked: offset))
      offset += 1
    }
    switch type {
    case PPPProtocol.ipv4, PPPProtocol.ipv6: decodeIP(packet, at: offset, end: end, depth: depth)
    case PPPProtocol.mpls: decodeMPLS(packet, at: offset, end: end, depth: depth)
    case PPPProtocol.bridged
    where end - offset >= 2 && packet.byte(unchecked: offset + 1) == 1:
      // Bridged Ethernet (RFC 3518 §4.3): flags, a type, and the number of a network if flag 0x40
      // is set.
      let number = packet.byte(unchecked: offset) & 0x40 != 0 ? 4 : 0
      decodeEthernet(packet, at: offset + 2 + number, end: end, depth: depth)
    case PPPProtocol.uncompressedTCP:
      decodeUncompressed(packet, at: offset, end: end, depth: depth)
    case PPPProtocol.multilink
    where end - offset >= 4 && packet.byte(unchecked: offset) & 0xf0 == 0xc0:
      // A multilink fragment (RFC 1990 §3) that is the beginning and the end of its frame: a
      // sequence number of twelve bits, or of three bytes if the other six bits are 0.
      linkHeaders += 1
      guard linkHeaders <= Self.linkHeaderLimit else { return skips.add(.linkDepth) }
      let isShort =
        packet.byte(unchecked: offset) != 0xc0
        || Self.isSerialIP(packet, at: offset + 2, end: end)
          && !Self.isSerialIP(packet, at: offset + 4, end: end)
      decodePPP(packet, at: offset + (isShort ? 2 : 4), end: end, depth: depth)
    default: skips.add(.notIP)
    }
  }

  /// Whether the protocol number of IPv4 or IPv6 begins at `start`, followed by a packet of that
  /// version.
  static func isSerialIP(_ packet: RawSpan, at start: Int, end: Int) -> Bool {
    guard end - start >= 3 else { return false }
    let offset = packet.byte(unchecked: start) == 0 ? start + 1 : start
    switch UInt16(packet.byte(unchecked: offset)) {
    case PPPProtocol.ipv4: return packet.byte(unchecked: offset + 1) >> 4 == 4
    case PPPProtocol.ipv6: return packet.byte(unchecked: offset + 1) >> 4 == 6
    default: return false
    }
  }

  /// Reads an uncompressed segment that later compressed ones refer to; it has a connection number
  /// in place of TCP's protocol number (RFC 1144 §3.2.3).
  private mutating func decodeUncompressed(_ packet: RawSpan, at start: Int, end: Int, depth: Int) {
    guard end - start >= 20 else { return skips.add(.ipHeaderCut) }
    var bytes: [UInt8] = []
    bytes.append(packet.extracting(start..<end))
    bytes[9] = IPProtocol.tcp
    let outer = (base, place)
    (base, place) = (0, addExtra(bytes))
    // SAFETY: the span ends with the closure; the array is not changed in it.
    unsafe bytes.withUnsafeBytes {
      decodeIP(unsafe $0.bytes, at: 0, end: $0.count, depth: depth)
    }
    (base, place) = outer
  }

  /// Reads HDLC: address, control, then a type as in Ethernet (RFC 1547 §4.3).
  mutating func decodeHDLC(_ packet: RawSpan, at start: Int, end: Int) {
    guard end - start >= 4 else { return skips.add(.linkHeaderCut) }
    decode(
      packet, etherType: packet.bigEndianUInt16(unchecked: start + 2), at: start + 4, end: end,
      depth: 0)
  }
}
