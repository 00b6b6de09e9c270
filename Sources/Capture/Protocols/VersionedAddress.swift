import Indicators
import Parsing

/// An IP address that a message names, with its version.
///
/// Addresses of packets have none of their own: a flow's key says it once for both ends.
struct VersionedAddress {
  let address: IPAddress
  /// 4 or 6.
  let version: UInt8

  /// An address of a packet, whose flow's version is given.
  init(_ address: IPAddress, version: UInt8) {
    self.address = address
    self.version = version
  }

  init(ipv4: UInt32) { self.init(IPAddress(ipv4: ipv4), version: 4) }

  init(ipv6: IPAddress) { self.init(ipv6, version: 6) }

  /// The IPv4 address at an offset; the caller has checked that 4 bytes are there.
  init(ipv4 bytes: RawSpan, at offset: Int) {
    self.init(ipv4: bytes.bigEndianUInt32(unchecked: offset))
  }

  /// The IPv6 address at an offset; the caller has checked that 16 bytes are there.
  init(ipv6 bytes: RawSpan, at offset: Int) { self.init(ipv6: IPAddress(bytes, at: offset)) }

  /// The address that the whole text spells; nil if it spells none.
  init?(text: RawSpan) {
    guard let last = text.byteCount > 0 ? text.byte(unchecked: text.byteCount - 1) : nil else {
      return nil
    }
    if Byte.isDigit(last), let address = IPAddressText.ipv4(text) {
      self.init(ipv4: address)
    } else if text.firstOffset(of: Byte.colon, in: text.byteOffsets) != nil,
      let address = IPAddressText.ipv6(text)
    {
      self.init(ipv6: IPAddress(high: address.high, low: address.low))
    } else {
      return nil
    }
  }

  /// Whether both are the same host, one of them perhaps as an IPv4-mapped IPv6 address.
  func isSame(as other: VersionedAddress) -> Bool {
    guard let ipv4 else { return other.ipv4 == nil && address == other.address }
    return ipv4 == other.ipv4
  }

  /// The IPv4 address, also of an IPv4-mapped IPv6 one; nil of any other.
  var ipv4: UInt32? { version == 4 ? address.ipv4 : address.mappedIPv4 }
}
