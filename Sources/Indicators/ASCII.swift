import Parsing

/// Small questions about ASCII bytes, in arithmetic.
enum ASCII {
  /// White space and controls: all of 0x00–0x20 and DEL.
  @inline(__always)
  static func isBlankOrControl(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7f }

  /// What RFC 3986 §2.3 calls unreserved.
  @inline(__always)
  static func isUnreserved(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e
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
      if Byte.lowercased(byte(unchecked: start + offset)) != expected { return false }
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
