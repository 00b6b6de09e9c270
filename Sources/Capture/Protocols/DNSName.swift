import Indicators
import Parsing

/// Names in DNS messages (RFC 1035 §3.1, §4.1.4).
enum DNSName {
  /// The longest name on the wire, root label included.
  static let longest = 255

  /// Puts a name together in `name` and moves the offset past its bytes there; false if it is
  /// malformed.
  ///
  /// Malformed are labels of a reserved type, names that are too long or reach past the message's
  /// end, and too many pointers.
  ///
  /// Pointers may lead anywhere in the message, as every resolver in use accepts, but at most
  /// `limit` of them are followed, so a loop ends.
  static func read(
    _ message: RawSpan, at offset: inout Int, pointerLimit limit: Int, into name: inout NameText
  ) -> Bool {
    name.removeAll()
    var position = offset
    var wireLength = 1
    var pointers = 0
    while position < message.byteCount {
      let length = Int(message.byte(unchecked: position))
      switch length {
      case 0:
        if pointers == 0 { offset = position + 1 }
        return true
      case 1...63:
        wireLength += length + 1
        let start = position + 1
        guard wireLength <= longest, length <= message.byteCount - start else { return false }
        name.appendLabel(message, start..<start + length)
        position = start + length
      case 0xc0...0xff:
        guard message.byteCount - position >= 2 else { return false }
        if pointers == 0 { offset = position + 2 }
        pointers += 1
        guard pointers <= limit else { return false }
        position = (length & 0x3f) << 8 | Int(message.byte(unchecked: position + 1))
      default:
        return false
      }
    }
    return false
  }

  /// Moves the offset past a name's bytes at its place; false if they are no name, or more than
  /// `limit`.
  static func skip(
    _ message: RawSpan, at offset: inout Int, allowsPointer: Bool = true, limit: Int = longest
  ) -> Bool {
    var position = offset
    while position < message.byteCount, position - offset < limit {
      let length = Int(message.byte(unchecked: position))
      switch length {
      case 0:
        offset = position + 1
        return true
      case 1...63:
        position += length + 1
      case 0xc0...0xff:
        guard allowsPointer, message.byteCount - position >= 2 else { return false }
        offset = position + 2
        return true
      default:
        return false
      }
    }
    return false
  }

  /// The address that a name under `in-addr.arpa` or `ip6.arpa` means (RFC 1035 §3.5, RFC 3596
  /// §2.5); nil for all other names, and for names of networks.
  static func reverseAddress(_ name: RawSpan) -> VersionedAddress? {
    if let end = prefixLength(name, before: ".in-addr.arpa") {
      var address: UInt32 = 0
      var offset = 0
      for part in 0..<4 {
        guard let octet = octet(name, at: &offset, end: end) else { return nil }
        address |= octet << UInt32(8 * part)
        if part == 3 { return offset == end ? VersionedAddress(ipv4: address) : nil }
        guard offset < end, name.byte(unchecked: offset) == Byte.dot else { return nil }
        offset += 1
      }
    }
    if let end = prefixLength(name, before: ".ip6.arpa"), end == 63 {
      var address = IPAddress(high: 0, low: 0)
      for nibble in 0..<32 {
        let digit = Hex.value(of: name.byte(unchecked: 2 * nibble))
        guard digit < 16 else { return nil }
        let value = UInt64(digit)
        if nibble < 31, name.byte(unchecked: 2 * nibble + 1) != Byte.dot { return nil }
        if nibble < 16 {
          address.low |= value << UInt64(4 * nibble)
        } else {
          address.high |= value << UInt64(4 * (nibble - 16))
        }
      }
      return VersionedAddress(ipv6: address)
    }
    return nil
  }

  private static func prefixLength(_ name: RawSpan, before suffix: StaticString) -> Int? {
    let start = name.byteCount - suffix.utf8CodeUnitCount
    return start > 0 && name.starts(ignoringCase: suffix, at: start) ? start : nil
  }

  /// A decimal number up to 255 without leading zeros.
  private static func octet(_ name: RawSpan, at offset: inout Int, end: Int) -> UInt32? {
    let start = offset
    var value: UInt32 = 0
    while offset < end, offset - start < 3 {
      let digit = name.byte(unchecked: offset) &- Byte.zero
      guard digit < 10 else { break }
      value = value * 10 + UInt32(digit)
      offset += 1
    }
    guard offset > start, value < 256 else { return nil }
    return offset - start > 1 && name.byte(unchecked: start) == Byte.zero ? nil : value
  }
}
