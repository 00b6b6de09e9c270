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

extension Array where Element == UInt8 {
  /// Appends a string's UTF-8.
  mutating func append(_ string: StaticString) {
    for offset in 0..<string.utf8CodeUnitCount {
      // SAFETY: the offset is below the string's length.
      unsafe append(string.utf8Start[offset])
    }
  }
}
