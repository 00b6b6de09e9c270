import Glibc
import Parsing

extension RawSpan {
  /// Whether both hold the same bytes.
  func isEqual(to other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    if byteCount == 0 { return true }
    // SAFETY: both regions hold `byteCount` bytes.
    return unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        guard let a = left.baseAddress, let b = right.baseAddress else { return true }
        return unsafe memcmp(a, b, left.count) == 0
      }
    }
  }

  /// Whether the bytes begin with all of those of `other`.
  func starts(with other: RawSpan) -> Bool {
    byteCount >= other.byteCount && extracting(first: other.byteCount).isEqual(to: other)
  }

  /// Below zero, zero or above zero as the bytes sort before, with or after those of `other`.
  func compare(_ other: RawSpan) -> Int {
    let common = Swift.min(byteCount, other.byteCount)
    if common > 0 {
      // SAFETY: both regions hold at least `common` bytes.
      let order = unsafe withUnsafeBytes { left in
        unsafe other.withUnsafeBytes { right in
          guard let a = left.baseAddress, let b = right.baseAddress else { return CInt(0) }
          return unsafe memcmp(a, b, common)
        }
      }
      if order != 0 { return Int(order) }
    }
    return byteCount - other.byteCount
  }

  /// Length of the common beginning.
  func commonPrefixLength(_ other: RawSpan) -> Int {
    let limit = Swift.min(byteCount, other.byteCount)
    var length = 0
    while length + 8 <= limit,
      littleEndianUInt64(unchecked: length) == other.littleEndianUInt64(unchecked: length)
    {
      length += 8
    }
    while length < limit, byte(unchecked: length) == other.byte(unchecked: length) { length += 1 }
    return length
  }
}
