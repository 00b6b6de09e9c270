import Glibc

extension RawSpan {
  /// Offset of the first byte of a value from `start` on and before `end`, or nil.
  ///
  /// The caller has checked that both lie within the span; an end before the start is an empty range.
  @usableFromInline
  package func firstOffset(of value: UInt8, from start: Int, to end: Int) -> Int? {
    assert(start >= 0 && end <= byteCount)
    guard start < end else { return nil }
    // SAFETY: the range is within the span, and the pointer does not leave the closure.
    return unsafe withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        let found = unsafe memchr(base + start, CInt(value), end - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// Offset of the first byte of a value in a range, which the caller has checked, or nil.
  @inlinable
  package func firstOffset(of value: UInt8, in range: Range<Int>) -> Int? {
    firstOffset(of: value, from: range.lowerBound, to: range.upperBound)
  }

  /// Offset of the first byte of a value at or after `start`, or nil.
  @inlinable
  package func firstOffset(of value: UInt8, from start: Int = 0) -> Int? {
    firstOffset(of: value, from: start, to: byteCount)
  }

  /// Offset of the last byte of a value from `start` on and before `end`, or nil.
  ///
  /// Eight bytes at a time. The caller has checked that both lie within the span; an end before the
  /// start is an empty range.
  package func lastOffset(of value: UInt8, from start: Int, to end: Int) -> Int? {
    assert(start >= 0 && end <= byteCount)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let lows: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    var offset = end
    while offset - start >= 8 {
      let difference = littleEndianUInt64(unchecked: offset - 8) ^ (ones &* UInt64(value))
      // Exact for each byte: a borrow may raise a false flag above a true one, and the highest flag
      // is wanted here.
      let flags = ~(((difference & lows) &+ lows) | difference | lows)
      if flags != 0 { return offset - 1 - flags.leadingZeroBitCount / 8 }
      offset -= 8
    }
    while offset > start {
      offset -= 1
      if byte(unchecked: offset) == value { return offset }
    }
    return nil
  }

  /// Offset of the last byte of a value, or nil.
  package func lastOffset(of value: UInt8) -> Int? {
    lastOffset(of: value, from: 0, to: byteCount)
  }

  /// Offset of the first byte of a value at or after `start`, or the number of bytes.
  ///
  /// Eight bytes at a time, which for a short way is less than a call of the library's. A borrow can
  /// only raise a false flag in a byte above a true one, so the lowest flag is always true.
  @inlinable
  package func end(before value: UInt8, from start: Int) -> Int {
    precondition(start >= 0 && start <= byteCount)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(value)
    let count = byteCount
    var offset = start
    while count - offset >= 8 {
      let difference = littleEndianUInt64(unchecked: offset) ^ pattern
      let flags = (difference &- ones) & ~difference & 0x8080_8080_8080_8080
      if flags != 0 { return offset + flags.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < count, byte(unchecked: offset) != value { offset += 1 }
    return offset
  }
}
