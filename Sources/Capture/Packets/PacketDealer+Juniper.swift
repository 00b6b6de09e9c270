import Parsing

extension PacketDealer {
  /// Reads Juniper's header: three letters, flags, and extensions with a length if flag 0x80 is
  /// set.
  ///
  /// The frame follows. If flag 0x02 is set, a protocol number and an IP packet without a frame
  /// follow instead.
  mutating func decodeJuniper(_ packet: RawSpan, _ linkType: UInt32, end: Int) {
    guard end >= 6 else { return skips.add(.linkHeaderCut) }
    guard packet.bigEndianUInt32(unchecked: 0) >> 8 == 0x4d4743 else { return skips.add(.notIP) }
    let flags = packet.byte(unchecked: 3)
    var offset = 4
    if flags & 0x80 != 0 { offset += 2 + Int(packet.bigEndianUInt16(unchecked: 4)) }
    guard offset <= end else { return skips.add(.linkHeaderCut) }
    if flags & 0x02 != 0 { return decodeIP(packet, at: offset + 4, end: end, depth: 0) }
    switch linkType {
    case LinkType.juniperPPP: decodePPP(packet, at: offset, end: end, depth: 0)
    case LinkType.juniperFrameRelay: decodeFrameRelay(packet, at: offset, end: end)
    case LinkType.juniperHDLC: decodeHDLC(packet, at: offset, end: end)
    default: decodeEthernet(packet, at: offset, end: end, depth: 0)
    }
  }
}
