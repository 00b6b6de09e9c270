/// Hexadecimal digits to bytes and back (RFC 4648 §8, either case in, lower case out).
public enum Hex {
  /// The value of a digit, or 255 for a byte that is none.
  @inlinable
  public static func value(of byte: UInt8) -> UInt8 {
    let decimal = byte &- 0x30
    if decimal <= 9 { return decimal }
    let letter = (byte | 0x20) &- 0x61
    return letter <= 5 ? letter + 10 : 255
  }

  /// The lower-case digit of the lowest four bits.
  @inlinable
  public static func digit(_ value: UInt8) -> UInt8 {
    let nibble = value & 15
    return nibble < 10 ? 0x30 + nibble : 0x57 + nibble
  }

  /// Appends the bytes of an even number of digits; false, and nothing appended, otherwise.
  @discardableResult
  public static func decode(_ text: RawSpan, to output: inout [UInt8]) -> Bool {
    decode(text, 0..<text.byteCount, to: &output)
  }

  /// Appends the bytes of an even number of digits in a range; false, and nothing appended,
  /// otherwise.
  ///
  /// The range must lie within the bytes.
  @discardableResult
  public static func decode(
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
  public static func encode(_ bytes: RawSpan, to output: inout [UInt8]) {
    for offset in bytes.byteOffsets {
      let byte = bytes.byte(unchecked: offset)
      output.append(digit(byte >> 4))
      output.append(digit(byte))
    }
  }
}
