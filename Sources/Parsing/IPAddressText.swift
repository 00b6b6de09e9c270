/// Textual forms of IP addresses.
///
/// The parsers are strict, allocate nothing and look at each byte once; a span longer than any
/// address is refused before it is looked at.
@usableFromInline package enum IPAddressText {
  /// Bytes of the shortest and the longest dotted decimal address.
  @usableFromInline static let ipv4Lengths = 7...15

  /// Bytes of the shortest (`::`) and the longest address with an IPv4 tail.
  @usableFromInline static let ipv6Lengths = 2...45

  /// Parses four decimal parts 0–255 without leading zeros that fill the span; nil otherwise.
  package static func ipv4(_ text: RawSpan) -> UInt32? {
    ipv4(text, 0..<text.byteCount)
  }

  /// Parses four decimal parts 0–255 without leading zeros that fill the range; nil otherwise.
  ///
  /// The range must lie within the bytes.
  package static func ipv4(_ bytes: RawSpan, _ range: Range<Int>) -> UInt32? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    guard ipv4Lengths.contains(range.count) else { return nil }
    return dottedDecimal(bytes, from: range.lowerBound, to: range.upperBound)
  }

  /// Parses an address (RFC 4291 §2.2, also `::ffff:1.2.3.4`) that fills the span; nil otherwise.
  ///
  /// A zone is not accepted.
  package static func ipv6(_ text: RawSpan) -> (high: UInt64, low: UInt64)? {
    ipv6(text, 0..<text.byteCount)
  }

  /// Parses an address (RFC 4291 §2.2, also `::ffff:1.2.3.4`) that fills the range; nil otherwise.
  ///
  /// A zone is not accepted.
  ///
  /// The range must lie within the bytes.
  package static func ipv6(_ bytes: RawSpan, _ range: Range<Int>) -> (high: UInt64, low: UInt64)? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    guard ipv6Lengths.contains(range.count) else { return nil }
    let end = range.upperBound
    var offset = range.lowerBound

    // Groups read so far, the latest in the lowest bits.
    var groups: UInt128 = 0
    var count = 0
    // Number of groups before `::`.
    var gap = -1

    if bytes.byte(unchecked: offset) == Byte.colon {
      guard bytes.byte(unchecked: offset + 1) == Byte.colon else { return nil }
      gap = 0
      offset += 2
      if offset == end { return (0, 0) }
    }
    while true {
      // At the start of a group, which must have a digit.
      let start = offset
      var group: UInt32 = 0
      while offset < end {
        let digit = Hex.value(of: bytes.byte(unchecked: offset))
        guard digit < 16 else { break }
        group = group << 4 | UInt32(digit)
        offset += 1
        if offset - start > 4 { return nil }
      }
      if offset < end, bytes.byte(unchecked: offset) == Byte.dot {
        // The last 32 bits in dotted decimal.
        guard count <= 6, end - start <= 15,
          let tail = dottedDecimal(bytes, from: start, to: end)
        else { return nil }
        groups = groups << 32 | UInt128(tail)
        count += 2
        break
      }
      guard offset > start, count < 8 else { return nil }
      groups = groups << 16 | UInt128(group)
      count += 1
      if offset == end { break }
      guard bytes.byte(unchecked: offset) == Byte.colon else { return nil }
      offset += 1
      guard offset < end else { return nil }
      if bytes.byte(unchecked: offset) == Byte.colon {
        guard gap < 0 else { return nil }
        gap = count
        offset += 1
        if offset == end { break }
      }
    }

    if gap < 0 {
      guard count == 8 else { return nil }
    } else {
      // `::` stands for at least one group.
      guard count < 8 else { return nil }
      let after = UInt128(16 * (count - gap))
      let tail = groups & ((1 << after) - 1)
      let head = groups >> after
      // If no group is before `::`, the head is empty, and the shift would be by all 128 bits.
      groups = gap == 0 ? tail : head << UInt128(16 * (8 - gap)) | tail
    }
    return (
      UInt64(truncatingIfNeeded: groups >> 64), UInt64(truncatingIfNeeded: groups)
    )
  }

  /// Appends dotted decimal.
  package static func append(ipv4 address: UInt32, to output: inout [UInt8]) {
    output.append(addingCapacity: ipv4Lengths.upperBound) { text in
      for shift in stride(from: 24 as UInt32, through: 0, by: -8) {
        let part = UInt8(truncatingIfNeeded: address >> shift)
        if part >= 100 { text.append(Byte.zero &+ part / 100) }
        if part >= 10 { text.append(Byte.zero &+ part / 10 % 10) }
        text.append(Byte.zero &+ part % 10)
        if shift > 0 { text.append(Byte.dot) }
      }
    }
  }

  /// Appends the text of RFC 5952: lower case, the first longest run of zero groups as `::`.
  ///
  /// `mixedNotation` writes addresses under `::ffff:0:0/96` with a dotted decimal tail (§5).
  package static func append(
    ipv6 address: (high: UInt64, low: UInt64), to output: inout [UInt8],
    mixedNotation: Bool = false
  ) {
    if mixedNotation, address.high == 0, address.low >> 32 == 0xffff {
      for byte in [UInt8]("::ffff:".utf8) { output.append(byte) }
      append(ipv4: UInt32(truncatingIfNeeded: address.low), to: &output)
      return
    }
    func group(_ index: Int) -> UInt16 {
      let half = index < 4 ? address.high : address.low
      return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
    }
    var gapStart = -1
    var gapCount = 1
    var index = 0
    while index < 8 {
      var runEnd = index
      while runEnd < 8, group(runEnd) == 0 { runEnd += 1 }
      // A single zero group is not shortened (§4.2.2); of equal runs the first is (§4.2.3).
      if runEnd - index > gapCount {
        gapStart = index
        gapCount = runEnd - index
      }
      index = runEnd + 1
    }
    index = 0
    while index < 8 {
      if index == gapStart {
        output.append(Byte.colon)
        output.append(Byte.colon)
        index += gapCount
        continue
      }
      if index > 0, index != gapStart + gapCount || gapStart < 0 { output.append(Byte.colon) }
      let value = group(index)
      if value > 0xfff { output.append(Hex.digit(UInt8(truncatingIfNeeded: value >> 12))) }
      if value > 0xff { output.append(Hex.digit(UInt8(truncatingIfNeeded: value >> 8))) }
      if value > 0xf { output.append(Hex.digit(UInt8(truncatingIfNeeded: value >> 4))) }
      output.append(Hex.digit(UInt8(truncatingIfNeeded: value)))
      index += 1
    }
  }

  /// Parses four decimal parts that fill `start..<end`, which the caller has checked.
  @inline(__always)
  private static func dottedDecimal(
    _ bytes: RawSpan, from start: Int, to end: Int
  ) -> UInt32? {
    var offset = start
    var address: UInt32 = 0
    var parts = 0
    while offset < end {
      var part = UInt32(bytes.byte(unchecked: offset) &- Byte.zero)
      guard part <= 9 else { return nil }
      offset += 1
      if offset < end {
        var digit = UInt32(bytes.byte(unchecked: offset) &- Byte.zero)
        if digit <= 9 {
          // A part of several digits must not begin with 0.
          guard part != 0 else { return nil }
          part = part * 10 + digit
          offset += 1
          if offset < end {
            digit = UInt32(bytes.byte(unchecked: offset) &- Byte.zero)
            if digit <= 9 {
              part = part * 10 + digit
              guard part <= 255 else { return nil }
              offset += 1
            }
          }
        }
      }
      address = address << 8 | part
      parts += 1
      if parts == 4 { return offset == end ? address : nil }
      guard offset < end, bytes.byte(unchecked: offset) == Byte.dot else { return nil }
      offset += 1
    }
    return nil
  }
}
