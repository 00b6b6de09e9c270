extension RawSpan {
  /// The byte at an offset, checked.
  @inlinable
  package func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount)
    // SAFETY: the line above keeps the offset inside the span; a byte has no invalid value.
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// The byte at an offset, unchecked in release builds.
  ///
  /// The caller has compared the offset with `byteCount` before, usually once for a whole run.
  @inlinable
  package func byte(unchecked offset: Int) -> UInt8 {
    assert(offset >= 0 && offset < byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// Copies the bytes of a range, which must lie within the span.
  package func copied(_ range: Range<Int>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(extracting(range))
    return copy
  }

  /// Whether the bytes are those of another span.
  package func isEqual(to other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    var offset = 0
    while byteCount - offset >= 8 {
      if littleEndianUInt64(unchecked: offset) != other.littleEndianUInt64(unchecked: offset) {
        return false
      }
      offset += 8
    }
    while offset < byteCount {
      if byte(unchecked: offset) != other.byte(unchecked: offset) { return false }
      offset += 1
    }
    return true
  }

  /// Number of bytes of a value.
  ///
  /// A vector at a time; its sums are bytes, which are emptied before any of them can overflow.
  package func count(of value: UInt8) -> Int {
    let pattern = SIMD64<UInt8>(repeating: value)
    var total = 0
    var offset = 0
    while byteCount - offset >= 64 {
      var sums = SIMD64<UInt8>.zero
      for _ in 0..<min((byteCount - offset) / 64, 255) {
        // SAFETY: the loop ends before fewer than 64 bytes are left.
        let bytes = unsafe unsafeLoadUnaligned(
          fromUncheckedByteOffset: offset, as: SIMD64<UInt8>.self)
        // A lane that is equal is all ones, which is minus one.
        sums &-= unsafe unsafeBitCast(bytes .== pattern, to: SIMD64<UInt8>.self)
        offset += 64
      }
      for lane in sums.indices { total += Int(sums[lane]) }
    }
    while offset < byteCount {
      if byte(unchecked: offset) == value { total += 1 }
      offset += 1
    }
    return total
  }
}

extension Array where Element == UInt8 {
  /// Appends the bytes of a span.
  package mutating func append(_ bytes: RawSpan) {
    // SAFETY: the buffer is read within the call only.
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}

extension Array where Element == UInt8 {
  /// The array's bytes, borrowed.
  @inlinable
  package var rawSpan: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: bytes have no padding and no invalid value.
      unsafe span.bytes
    }
  }
}
