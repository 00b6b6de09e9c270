import Parsing

/// An address of either family; IPv4-mapped ones are folded.
enum Address: Equatable {
  case ipv4(UInt32)
  case ipv6(UInt128)

  /// The whole text as an address; an IPv6 zone (RFC 4007 §11) is dropped.
  init?(_ text: RawSpan) {
    if let address = IPAddressText.ipv4(text) {
      self = .ipv4(address)
      return
    }
    let end = text.firstOffset(of: 0x25) ?? text.byteCount
    guard let address = IPAddressText.ipv6(text.extracting(0..<end)) else { return nil }
    if let mapped = SpecialAddresses.mappedIPv4(address) {
      self = .ipv4(mapped)
    } else {
      self = .ipv6(UInt128(address.high) << 64 | UInt128(address.low))
    }
  }
}

extension IndicatorParser {
  /// The most addresses that a range may have.
  static let largestRange: UInt128 = 1 << 24

  /// Parses an address, address and port, prefix, or range; anything else is left to other shapes.
  mutating func parseAddress(_ text: RawSpan, _ options: AdmissionOptions) -> ShapeOutcome {
    // Cheap test first: addresses begin with a hexadecimal digit, `:` or `[`, most names and URLs
    // do not.
    let first = text.byte(unchecked: 0)
    guard Hex.value(of: first) < 16 || first == 0x3a || first == 0x5b else { return .otherShape }
    if let address = Address(text) { return admit(address, options) }

    if first == 0x5b {
      guard let bracket = text.firstOffset(of: 0x5d),
        let address = Address(text.extracting(1..<bracket))
      else { return .otherShape }
      let rest = text.extracting((bracket + 1)...)
      if rest.isEmpty { return admit(address, options) }
      guard rest.byte(unchecked: 0) == 0x3a, rest.firstOffset(of: 0x2f) == nil else {
        return .otherShape
      }
      guard let port = Self.port(rest.extracting(1...)) else { return .refused(.badPort) }
      return admit(address, port: port, options)
    }
    if let slash = text.firstOffset(of: 0x2f) {
      // If the text before it is a prefix, `#` begins a comment, not the fragment of a URL.
      let end = text.firstOffset(of: 0x23, from: slash) ?? text.byteCount
      let text = text.extracting(0..<end)
      guard let address = Address(text.extracting(0..<slash)),
        let bits = Self.prefixLength(text.extracting((slash + 1)...))
          ?? Self.prefixLength(ofMask: text.extracting((slash + 1)...), of: address)
      else { return .otherShape }
      // A prefix of IPv4-mapped addresses becomes an IPv4 prefix, 96 bits shorter.
      let isMapped = text.extracting(0..<slash).firstOffset(of: 0x3a) != nil
      switch address {
      case .ipv4(let address):
        if isMapped {
          guard bits <= 128 else { return .refused(.prefixTooLong) }
          guard bits >= 96 else { return .refused(.prefixTooShort) }
          return ShapeOutcome(admit(address, prefixLength: bits - 96, options))
        }
        return ShapeOutcome(admit(address, prefixLength: bits, options))
      case .ipv6(let address):
        return ShapeOutcome(admit(address, prefixLength: bits, options))
      }
    }
    if let (dash, end) = Self.dash(in: text) {
      let left = Trimming.range(text.extracting(0..<dash), .opaque)
      let right = text.extracting(end...)
      let last = right.extracting(Trimming.range(right, .opaque))
      guard let start = Address(text.extracting(0..<dash).extracting(left)) else {
        return .otherShape
      }
      if let end = Address(last) { return ShapeOutcome(admit(from: start, through: end, options)) }
      // As a name it would be one that nobody has.
      return Self.isNumber(last) ? .refused(.shortenedRange) : .otherShape
    }
    let separator = text.firstOffset(of: 0x7c) ?? text.firstOffset(of: 0x3a)
    if let separator, let address = Address(text.extracting(0..<separator)) {
      guard let port = Self.port(text.extracting((separator + 1)...)) else {
        return .refused(.badPort)
      }
      return admit(address, port: port, options)
    }
    return .otherShape
  }

  /// Where the hyphen, en dash or em dash of a range begins and ends.
  private static func dash(in text: RawSpan) -> (start: Int, end: Int)? {
    if let hyphen = text.firstOffset(of: 0x2d) { return (hyphen, hyphen + 1) }
    guard let lead = text.firstOffset(of: 0xe2), lead + 2 < text.byteCount,
      text.byte(unchecked: lead + 1) == 0x80,
      text.byte(unchecked: lead + 2) == 0x93 || text.byte(unchecked: lead + 2) == 0x94
    else { return nil }
    return (lead, lead + 3)
  }

  /// Whether the text is one to three digits.
  private static func isNumber(_ text: RawSpan) -> Bool {
    1...3 ~= text.byteCount
      && text.byteOffsets.allSatisfy { Byte.isDigit(text.byte(unchecked: $0)) }
  }

  /// A prefix length of one to three digits without leading zero.
  private static func prefixLength(_ text: RawSpan) -> Int? {
    guard 1...3 ~= text.byteCount else { return nil }
    if text.byteCount > 1, text.byte(unchecked: 0) == 0x30 { return nil }
    var value = 0
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      guard Byte.isDigit(byte) else { return nil }
      value = value * 10 + Int(byte &- 0x30)
    }
    return value
  }

  /// The prefix length of an IPv4 mask such as `255.255.255.0`; nil unless its ones all come first.
  private static func prefixLength(ofMask text: RawSpan, of address: Address) -> Int? {
    guard case .ipv4 = address, let mask = IPAddressText.ipv4(text) else { return nil }
    let bits = (~mask).leadingZeroBitCount
    return mask == (bits == 0 ? 0 : UInt32.max << UInt32(32 - bits)) ? bits : nil
  }

  // MARK: Admission

  private mutating func admit(
    _ address: Address, port: UInt16 = 0, _ options: AdmissionOptions
  ) -> ShapeOutcome {
    switch address {
    case .ipv4(let address):
      if let refusal = admit(SpecialAddresses.classify(ipv4: address), options) {
        return .refused(refusal)
      }
      if port == 0, !options.trustsWellKnown, WellKnown.contains(ipv4: address) {
        note(.wellKnownAddress)
      }
      add(address, prefixLength: 32, port: port)
    case .ipv6(let address):
      if let refusal = admit(SpecialAddresses.classify(ipv6: Self.halves(address)), options) {
        return .refused(refusal)
      }
      add(address, prefixLength: 128, port: port)
    }
    return .admitted
  }

  private mutating func admit(
    _ kind: SpecialAddresses.Class, _ options: AdmissionOptions
  ) -> Refusal? {
    switch kind {
    case .ordinary: return nil
    case .reserved: return .reservedAddress
    case .privateUse: return options.keepsPrivateAddresses ? nil : .privateAddress
    case .documentation:
      note(.documentationRange)
      return nil
    }
  }

  private mutating func note(_ lint: Lint) {
    if !lints.contains(lint) { lints.append(lint) }
  }

  private mutating func admit(
    _ address: UInt32, prefixLength bits: Int, _ options: AdmissionOptions
  ) -> Refusal? {
    guard bits <= 32 else { return .prefixTooLong }
    guard bits >= 8 else { return .prefixTooShort }
    let hostBits = bits == 32 ? 0 : UInt32.max >> UInt32(bits)
    if address & hostBits != 0 {
      guard bits >= 16 else { return .hostBitsSet }
      note(.hostBitsCleared)
    }
    let network = address & ~hostBits
    let (kind, isMixed) = SpecialAddresses.classify(ipv4: network, prefixLength: UInt8(bits))
    if let refusal = admit(kind, options) { return refusal }
    if isMixed { note(.coversSpecialAddresses) }
    add(network, prefixLength: UInt8(bits))
    return nil
  }

  private mutating func admit(
    _ address: UInt128, prefixLength bits: Int, _ options: AdmissionOptions
  ) -> Refusal? {
    guard bits <= 128 else { return .prefixTooLong }
    guard bits >= 16 else { return .prefixTooShort }
    let hostBits = bits == 128 ? 0 : UInt128.max >> UInt128(bits)
    if address & hostBits != 0 {
      guard bits >= 32 else { return .hostBitsSet }
      note(.hostBitsCleared)
    }
    let network = address & ~hostBits
    let (kind, isMixed) = SpecialAddresses.classify(
      ipv6: Self.halves(network), prefixLength: UInt8(bits))
    if let refusal = admit(kind, options) { return refusal }
    if isMixed { note(.coversSpecialAddresses) }
    add(network, prefixLength: UInt8(bits))
    return nil
  }

  /// Admits the fewest prefixes that cover a range exactly.
  private mutating func admit(
    from start: Address, through end: Address, _ options: AdmissionOptions
  ) -> Refusal? {
    switch (start, end) {
    case (.ipv4(let start), .ipv4(let end)):
      guard start <= end else { return .rangeReversed }
      guard UInt128(end - start) < Self.largestRange else { return .rangeTooLarge }
      var next = UInt64(start)
      while next <= UInt64(end) {
        var hostBits = min(next.trailingZeroBitCount, 32)
        while (next + 1 << UInt64(hostBits)) - 1 > UInt64(end) { hostBits -= 1 }
        if let refusal = admit(
          UInt32(next), prefixLength: 32 - hostBits, options)
        {
          return refusal
        }
        next += 1 << UInt64(hostBits)
      }
      return nil
    case (.ipv6(let start), .ipv6(let end)):
      guard start <= end else { return .rangeReversed }
      guard end - start < Self.largestRange else { return .rangeTooLarge }
      var next = start
      while true {
        let left = end - next
        var hostBits = min(next.trailingZeroBitCount, 24)
        while (1 << UInt128(hostBits)) - 1 > left { hostBits -= 1 }
        if let refusal = admit(next, prefixLength: 128 - hostBits, options) { return refusal }
        let size: UInt128 = 1 << UInt128(hostBits)
        if left < size { return nil }
        next += size
      }
    default:
      return .notAnIndicator
    }
  }

  private static func halves(_ address: UInt128) -> (high: UInt64, low: UInt64) {
    (UInt64(truncatingIfNeeded: address >> 64), UInt64(truncatingIfNeeded: address))
  }

  private mutating func add(_ address: UInt32, prefixLength: UInt8, port: UInt16 = 0) {
    let start = arena.count
    for shift: UInt32 in [24, 16, 8, 0] {
      arena.append(UInt8(truncatingIfNeeded: address >> shift))
    }
    add(
      .ipv4, mode: prefixLength == 32 ? .exact : .prefix, from: start, prefixLength: prefixLength,
      port: port)
  }

  private mutating func add(_ address: UInt128, prefixLength: UInt8, port: UInt16 = 0) {
    let start = arena.count
    var shift: UInt128 = 128
    while shift > 0 {
      shift -= 8
      arena.append(UInt8(truncatingIfNeeded: address >> shift))
    }
    add(
      .ipv6, mode: prefixLength == 128 ? .exact : .prefix, from: start,
      prefixLength: prefixLength, port: port)
  }
}
