import Parsing

extension PacketDealer {
  /// Juniper's header: three letters, flags, extensions of a length where a flag says so; then the frame, or
  /// with another flag the number of a protocol and the packet without a frame.
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
