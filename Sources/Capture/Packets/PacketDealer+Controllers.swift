import Parsing

/// Frames that access points and routers send to machines that control or monitor them.
extension PacketDealer {
  /// The frame that an access point and its controller exchange by CAPWAP (RFC 5415 §4.3), or nil.
  ///
  /// Version and type are 0 if nothing is encrypted. A header in words of four bytes precedes an
  /// Ethernet or 802.11 frame (RFC 5416), or a fragment of one.
  static func capwap(_ payload: RawSpan) -> DatagramTunnel? {
    let bits = payload.bigEndianUInt32(unchecked: 0)
    let start = 4 * Int(bits >> 19 & 0x1f)
    let isNative = bits & 0x100 != 0
    // Keep-alive messages hold no frame.
    guard bits >> 24 == 0, bits & 0x08 == 0, start >= 8, payload.byteCount > start else {
      return nil
    }
    if isNative, bits >> 9 & 0x1f != 1 { return nil }
    if bits & 0x80 != 0, payload.bigEndianUInt16(unchecked: 6) >> 3 != 0 { return .laterFragment }
    if isNative { return .wireless(start) }
    return isFrameOfIP(payload, at: start, end: payload.byteCount) ? .frame(start) : nil
  }

  /// The frame that a TaZmen Sniffer Protocol packet carries, or nil.
  ///
  /// Version 1; a type, received or to be sent; the frame's link layer; then tags up to an end tag.
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
