import Parsing

/// An IP address of either version: 16 bytes as two big-endian numbers, high half first.
///
/// An IPv4 address fills the upper four bytes of `high`; the others are 0. Which version it is stands
/// beside it, once for both endpoints of a flow.
@frozen
public struct IPAddress: Hashable, Comparable, Sendable {
  /// The first eight bytes.
  public var high: UInt64
  /// The last eight bytes.
  public var low: UInt64

  /// An address from its two halves.
  @inlinable
  @inline(__always)
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An IPv4 address, its first byte in the highest place.
  @inlinable
  @inline(__always)
  public init(ipv4: UInt32) {
    high = UInt64(ipv4) << 32
    low = 0
  }

  /// The IPv4 address, if this is one.
  @inlinable
  public var ipv4: UInt32 {
    @inline(__always) get { UInt32(truncatingIfNeeded: high >> 32) }
  }

  /// The IPv4 address that this IPv6 address maps (`::ffff:0:0/96`, RFC 4291 §2.5.5.2), or nil.
  @inlinable
  public var mappedIPv4: UInt32? {
    @inline(__always) get {
      high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
    }
  }

  /// Whether both are the same bytes.
  @inlinable
  @inline(__always)
  public static func == (left: IPAddress, right: IPAddress) -> Bool {
    left.high == right.high && left.low == right.low
  }

  /// Whether the left one comes first in the order of their bytes.
  @inlinable
  @inline(__always)
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }

  /// The address as text: `192.0.2.7`, `2001:db8::7`.
  package func text(isIPv4: Bool) -> [UInt8] {
    var text: [UInt8] = []
    append(isIPv4: isIPv4, to: &text)
    return text
  }

  /// Appends the address as text.
  package func append(isIPv4: Bool, to text: inout [UInt8]) {
    if isIPv4 {
      IPAddressText.append(ipv4: ipv4, to: &text)
    } else {
      IPAddressText.append(ipv6: (high: high, low: low), to: &text)
    }
  }
}
