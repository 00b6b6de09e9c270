import Parsing

extension RawSpan {
  /// A key without the type that Azure's Log Analytics writes behind the names of custom columns: `SourceIp_s`,
  /// `DestinationPort_d`.
  @_lifetime(copy self)
  @inline(__always)
  func withoutColumnType() -> RawSpan {
    guard byteCount > 3, byte(unchecked: byteCount - 2) == UInt8(ascii: "_") else { return self }
    switch byte(unchecked: byteCount - 1) {
    // String, number, Boolean, time, GUID.
    case UInt8(ascii: "s"), UInt8(ascii: "d"), UInt8(ascii: "b"), UInt8(ascii: "t"),
      UInt8(ascii: "g"):
      return extracting(..<(byteCount - 2))
    default: return self
    }
  }
}
