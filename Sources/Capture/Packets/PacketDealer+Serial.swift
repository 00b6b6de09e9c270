import Parsing

/// Frames of serial lines.
extension PacketDealer {
  /// Address and control where they are not left out, then the protocol in one or two bytes
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
    case 0x21, 0x57: decodeIP(packet, at: offset, end: end, depth: depth)
    case 0x281: decodeMPLS(packet, at: offset, end: end, depth: depth)
    case 0x31 where end - offset >= 2 && packet.byte(unchecked: offset + 1) == 1:
      // Bridged Ethernet (RFC 3518 §4.3): flags and a type, and the number of a network where a flag says so.
      let number = packet.byte(unchecked: offset) & 0x40 != 0 ? 4 : 0
      decodeEthernet(packet, at: offset + 2 + number, end: end, depth: depth)
    case 0x3d where end - offset >= 4 && packet.byte(unchecked: offset) == 0xc0:
      // A link of several (RFC 1990 §3): what is its own beginning and end, behind a long number.
      linkHeaders += 1
      guard linkHeaders <= Self.linkHeaderLimit else { return skips.add(.linkDepth) }
      decodePPP(packet, at: offset + 4, end: end, depth: depth)
    default: skips.add(.notIP)
    }
  }

  /// Address, control, then a type as in Ethernet (RFC 1547 §4.3).
  mutating func decodeHDLC(_ packet: RawSpan, at start: Int, end: Int) {
    guard end - start >= 4 else { return skips.add(.linkHeaderCut) }
    decode(
      packet, etherType: packet.bigEndianUInt16(unchecked: start + 2), at: start + 4, end: end,
      depth: 0)
  }
}
