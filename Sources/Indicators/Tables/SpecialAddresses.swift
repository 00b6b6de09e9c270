/// Address ranges that mean something other than a host on the internet (`Matching.md` §2).
@usableFromInline package enum SpecialAddresses {
  /// What a range is used for.
  package enum Class: Sendable, Equatable {
    /// A host somewhere.
    case ordinary
    /// 0/8, 127/8, 169.254/16, 224/4, 240/4; `::`, `::1`, fe80::/10, ff00::/8.
    case reserved
    /// RFC 1918, 100.64/10 (RFC 6598), fc00::/7 (RFC 4193).
    case privateUse
    /// RFC 5737, RFC 3849, RFC 9637.
    case documentation
  }

  /// The IPv4 address in an IPv4-mapped one, `::ffff:0:0/96` (RFC 4291 §2.5.5.2), or nil.
  @inlinable
  package static func mappedIPv4(_ address: (high: UInt64, low: UInt64)) -> UInt32? {
    guard address.high == 0, address.low >> 32 == 0xffff else { return nil }
    return UInt32(truncatingIfNeeded: address.low)
  }

  /// The class of an address.
  package static func classify(ipv4 address: UInt32) -> Class {
    for range in ipv4Ranges where address >> range.shift == range.bits { return range.kind }
    return .ordinary
  }

  /// The class of an address.
  package static func classify(ipv6 address: (high: UInt64, low: UInt64)) -> Class {
    if address.high == 0, address.low <= 1 { return .reserved }
    if address.high >> 54 == 0xfe80 >> 6 || address.high >> 56 == 0xff { return .reserved }
    if address.high >> 57 == 0xfc >> 1 { return .privateUse }
    if address.high >> 32 == 0x2001_0db8 || address.high >> 44 == 0x3fff0 { return .documentation }
    return .ordinary
  }

  /// The class of a prefix as a whole, and whether it covers reserved or private addresses besides
  /// others.
  static func classify(
    ipv4 address: UInt32, prefixLength: UInt8
  ) -> (class: Class, isMixed: Bool) {
    let shift = UInt32(32 - prefixLength)
    for range in ipv4Ranges {
      if range.shift >= shift {
        if address >> range.shift == range.bits { return (range.kind, false) }
      } else if range.kind != .documentation,
        (range.bits << range.shift) >> shift == address >> shift
      {
        return (.ordinary, true)
      }
    }
    return (.ordinary, false)
  }

  /// The class of a prefix of 16 bits or more as a whole.
  static func classify(
    ipv6 address: (high: UInt64, low: UInt64), prefixLength: UInt8
  ) -> (class: Class, isMixed: Bool) {
    // `::` and `::1` are single addresses: a shorter prefix of them covers others.
    if address.high == 0, address.low <= 1, prefixLength < 127 { return (.ordinary, true) }
    let kind = classify(ipv6: address)
    if kind == .documentation {
      return (
        address.high >> 44 == 0x3fff0 && prefixLength < 20
          || prefixLength < 32 && address.high >> 32 == 0x2001_0db8
          ? .ordinary : kind, false
      )
    }
    return (kind, false)
  }

  private struct Range {
    var bits: UInt32
    var shift: UInt32
    var kind: Class
  }

  private static let ipv4Ranges = [
    Range(bits: 0, shift: 24, kind: .reserved),
    Range(bits: 127, shift: 24, kind: .reserved),
    Range(bits: 0xa9fe, shift: 16, kind: .reserved),
    // 224/4 and 240/4 in one.
    Range(bits: 7, shift: 29, kind: .reserved),
    Range(bits: 10, shift: 24, kind: .privateUse),
    Range(bits: 0xac1, shift: 20, kind: .privateUse),
    Range(bits: 0xc0a8, shift: 16, kind: .privateUse),
    Range(bits: 0x191, shift: 22, kind: .privateUse),
    Range(bits: 0xc00002, shift: 8, kind: .documentation),
    Range(bits: 0xc63364, shift: 8, kind: .documentation),
    Range(bits: 0xcb0071, shift: 8, kind: .documentation),
  ]
}
