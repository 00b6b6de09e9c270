/// Hexadecimal digits to bytes and back (RFC 4648 §8, either case in, lower case out).
@usableFromInline package enum Hex {
  /// The value of a digit; 255 if the byte is no digit.
  @inlinable
  package static func value(of byte: UInt8) -> UInt8 {
    let decimal = byte &- 0x30
    if decimal <= 9 { return decimal }
    let letter = (byte | 0x20) &- 0x61
    return letter <= 5 ? letter + 10 : 255
  }

  /// The byte that two digits encode; nil if one of them is no digit.
  @inlinable
  package static func byte(_ high: UInt8, _ low: UInt8) -> UInt8? {
    let (high, low) = (value(of: high), value(of: low))
    return high | low < 16 ? high << 4 | low : nil
  }

  /// The lower-case digit of the lowest four bits.
  @inlinable
  package static func digit(_ value: UInt8) -> UInt8 {
    let nibble = value & 15
    return nibble < 10 ? 0x30 + nibble : 0x57 + nibble
  }

  /// The upper-case digit of the lowest four bits.
  @inlinable
  package static func upperCaseDigit(_ value: UInt8) -> UInt8 {
    let nibble = value & 15
    return nibble < 10 ? 0x30 + nibble : 0x37 + nibble
  }

  /// Appends the bytes of an even number of digits; false, and nothing appended, otherwise.
  @discardableResult
  package static func decode(_ text: RawSpan, to output: inout [UInt8]) -> Bool {
    decode(text, 0..<text.byteCount, to: &output)
  }

  /// Appends the bytes of an even number of digits in a range; false, and nothing appended,
  /// otherwise.
  ///
  /// The range must lie within the bytes.
  @discardableResult
  package static func decode(
    _ bytes: RawSpan, _ range: Range<Int>, to output: inout [UInt8]
  ) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    guard range.count & 1 == 0 else { return false }
    let before = output.count
    var offset = range.lowerBound
    while offset < range.upperBound {
      let high = value(of: bytes.byte(unchecked: offset))
      let low = value(of: bytes.byte(unchecked: offset + 1))
      guard high | low < 16 else {
        output.removeSubrange(before...)
        return false
      }
      output.append(high << 4 | low)
      offset += 2
    }
    return true
  }

  /// Appends two lower-case digits for each byte.
  package static func encode(_ bytes: RawSpan, to output: inout [UInt8]) {
    for offset in bytes.byteOffsets {
      let byte = bytes.byte(unchecked: offset)
      output.append(digit(byte >> 4))
      output.append(digit(byte))
    }
  }

  // MARK: Eight digits at once

  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// Offset of the first byte at or after `start` that is no digit, or the number of bytes.
  package static func end(of bytes: RawSpan, from start: Int) -> Int {
    precondition(start >= 0 && start <= bytes.byteCount)
    var end = start
    while bytes.byteCount - end >= 8 {
      let others = others(in: bytes.littleEndianUInt64(unchecked: end))
      if others != 0 { return end + others.trailingZeroBitCount / 8 }
      end += 8
    }
    while end < bytes.byteCount, value(of: bytes.byte(unchecked: end)) < 16 { end += 1 }
    return end
  }

  /// Sets the highest bit of each byte that is no digit.
  private static func others(in word: UInt64) -> UInt64 {
    let low = word & ~highBits
    // The XORs map digits alone to 0–9 and letters alone to 1–6. All bytes are below 0x80, so no
    // sum carries into the next byte.
    let decimal = low ^ each(0x30)
    let letter = (low | each(0x20)) ^ each(0x60)
    let noDecimal = decimal &+ each(0x80 - 10)
    let noLetter = (letter &+ each(0x80 - 7)) | ~(letter &+ each(0x80 - 1))
    return (noDecimal & noLetter | word) & highBits
  }

  /// The value of eight digits, the first of them in the word's lowest byte.
  package static func value(ofEight digits: UInt64) -> UInt32 {
    // The value of a letter, which has bit 6 set, is its low half plus nine.
    var value = (digits & each(0x0f)) &+ (digits >> 6 & each(1)) &* 9
    value = (value << 4 | value >> 8) & 0x00ff_00ff_00ff_00ff
    value = (value << 8 | value >> 16) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: value << 16 | value >> 32)
  }
}
