import Parsing

/// Small questions about ASCII bytes, in arithmetic.
enum ASCII {
  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

  @inline(__always)
  static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 <= 25 }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 <= 25 }

  @inline(__always)
  static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }

  @inline(__always)
  static func lower(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }

  /// White space and controls: all of 0x00–0x20 and DEL.
  @inline(__always)
  static func isBlankOrControl(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7f }

  /// What RFC 3986 §2.3 calls unreserved.
  @inline(__always)
  static func isUnreserved(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e
  }

  /// Value of a hexadecimal digit, or 255.
  @inline(__always)
  static func hexValue(_ byte: UInt8) -> UInt8 {
    if isDigit(byte) { return byte &- 0x30 }
    let letter = (byte | 0x20) &- 0x61
    return letter <= 5 ? letter &+ 10 : 255
  }

  /// The lower-case digit of the low four bits.
  @inline(__always)
  static func hexDigit(_ value: UInt8) -> UInt8 {
    let nibble = value & 15
    return nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble
  }

  /// The upper-case digit of the low four bits.
  @inline(__always)
  static func upperHexDigit(_ value: UInt8) -> UInt8 {
    let nibble = value & 15
    return nibble < 10 ? 0x30 &+ nibble : 0x37 &+ nibble
  }
}

extension RawSpan {
  /// Whether the bytes are those of a string.
  func equals(_ other: StaticString) -> Bool {
    byteCount == other.utf8CodeUnitCount && starts(with: other)
  }

  /// Whether the bytes begin with those of a string.
  func starts(with prefix: StaticString) -> Bool {
    guard byteCount >= prefix.utf8CodeUnitCount else { return false }
    for offset in 0..<prefix.utf8CodeUnitCount {
      // SAFETY: the offset is below the prefix's length.
      let expected = unsafe prefix.utf8Start[offset]
      if byte(unchecked: offset) != expected { return false }
    }
    return true
  }

  /// Whether the bytes from an offset begin with those of a lower-case string, in any ASCII case.
  func starts(withLowercase prefix: StaticString, at start: Int = 0) -> Bool {
    guard byteCount - start >= prefix.utf8CodeUnitCount else { return false }
    for offset in 0..<prefix.utf8CodeUnitCount {
      // SAFETY: the offset is below the prefix's length.
      let expected = unsafe prefix.utf8Start[offset]
      if ASCII.lower(byte(unchecked: start + offset)) != expected { return false }
    }
    return true
  }

  /// Offset of the first such byte at or after an offset.
  func firstOffset(of wanted: UInt8, from start: Int = 0) -> Int? {
    var offset = start
    while offset < byteCount {
      if byte(unchecked: offset) == wanted { return offset }
      offset += 1
    }
    return nil
  }

  /// Offset of the last such byte.
  func lastOffset(of wanted: UInt8) -> Int? {
    var offset = byteCount - 1
    while offset >= 0 {
      if byte(unchecked: offset) == wanted { return offset }
      offset -= 1
    }
    return nil
  }
}

extension Array where Element == UInt8 {
  /// Appends a string's UTF-8.
  mutating func append(_ string: StaticString) {
    for offset in 0..<string.utf8CodeUnitCount {
      // SAFETY: the offset is below the string's length.
      unsafe append(string.utf8Start[offset])
    }
  }
}
