import Indicators
import Parsing

/// Networks whose address and length are in separate cells.
enum NetworkMask {
  /// Whether a cell is a length or an IPv4 mask: `24`, `/24`, `255.255.255.0`.
  static func fits(_ cell: RawSpan) -> Bool {
    let mask = withoutSlash(cell)
    if let length = Text.number(mask) { return length <= 128 && mask.byteCount <= 3 }
    guard let bits = IPAddressText.ipv4(mask) else { return false }
    return bits == 0 || (~bits).leadingZeroBitCount + (~bits).nonzeroBitCount == 32
  }

  /// An address and its mask as one value; a value that is more than an address stays as it is.
  static func prefix(_ value: ArraySlice<UInt8>, _ mask: ArraySlice<UInt8>) -> [UInt8] {
    let address = Array(value)
    guard IPAddressText.ipv4(address.rawSpan) != nil || IPAddressText.ipv6(address.rawSpan) != nil
    else { return address }
    return address + [Byte.slash] + (mask.first == Byte.slash ? mask.dropFirst() : mask)
  }

  @_lifetime(copy cell)
  private static func withoutSlash(_ cell: RawSpan) -> RawSpan {
    cell.starts(with: "/") ? cell.extracting(1..<cell.byteCount) : cell
  }
}
