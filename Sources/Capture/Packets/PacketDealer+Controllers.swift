import Parsing

/// Frames that access points and routers send to what controls or watches them.
extension PacketDealer {
  /// RFC 5415 §4.3, between access points and their controller: a version and a type that are 0 where nothing is
  /// encrypted, a header in words of four bytes, and a frame of Ethernet or of 802.11 (RFC 5416), or a part of it.
  static func capwap(_ payload: RawSpan) -> DatagramTunnel? {
    let bits = payload.bigEndianUInt32(unchecked: 0)
    let start = 4 * Int(bits >> 19 & 0x1f)
    let isNative = bits & 0x100 != 0
    // Messages that only show that the way is open have no frame.
    guard bits >> 24 == 0, bits & 0x08 == 0, start >= 8, payload.byteCount > start else {
      return nil
    }
    if isNative, bits >> 9 & 0x1f != 1 { return nil }
    if bits & 0x80 != 0, payload.bigEndianUInt16(unchecked: 6) >> 3 != 0 { return .laterFragment }
    if isNative { return .wireless(start) }
    return isFrameOfIP(payload, at: start, end: payload.byteCount) ? .frame(start) : nil
  }

  /// TaZmen Sniffer Protocol: version 1, a frame that was received or is to be sent, its link layer, tags up to the one
  /// that ends them.
  static func sniffer(_ payload: RawSpan) -> DatagramTunnel? {
    guard payload.byte(unchecked: 0) == 1, payload.byte(unchecked: 1) <= 1 else { return nil }
    var offset = 4
    while offset < payload.byteCount, payload.byte(unchecked: offset) != 1 {
      guard payload.byte(unchecked: offset) != 0 else {
        offset += 1
        continue
      }
      guard offset + 1 < payload.byteCount else { return nil }
      offset += 2 + Int(payload.byte(unchecked: offset + 1))
    }
    guard offset < payload.byteCount else { return nil }
    switch payload.bigEndianUInt16(unchecked: 2) {
    case 1 where isFrameOfIP(payload, at: offset + 1, end: payload.byteCount):
      return .frame(offset + 1)
    case 18: return .wireless(offset + 1)
    default: return nil
    }
  }
}
