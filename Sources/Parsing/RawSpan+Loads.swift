extension RawSpan {
  /// Two bytes in network order; the caller has checked that they are there.
  @inlinable
  package func bigEndianUInt16(unchecked offset: Int) -> UInt16 {
    assert(offset >= 0 && offset + 2 <= byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe UInt16(
      bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  /// Four bytes in network order; the caller has checked that they are there.
  @inlinable
  package func bigEndianUInt32(unchecked offset: Int) -> UInt32 {
    assert(offset >= 0 && offset + 4 <= byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe UInt32(
      bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// Eight bytes in network order; the caller has checked that they are there.
  @inlinable
  package func bigEndianUInt64(unchecked offset: Int) -> UInt64 {
    assert(offset >= 0 && offset + 8 <= byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe UInt64(
      bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// Two bytes in little-endian order; the caller has checked that they are there.
  @inlinable
  package func littleEndianUInt16(unchecked offset: Int) -> UInt16 {
    assert(offset >= 0 && offset + 2 <= byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe UInt16(
      littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  /// Four bytes in little-endian order; the caller has checked that they are there.
  @inlinable
  package func littleEndianUInt32(unchecked offset: Int) -> UInt32 {
    assert(offset >= 0 && offset + 4 <= byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe UInt32(
      littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// Eight bytes in little-endian order; the caller has checked that they are there.
  @inlinable
  package func littleEndianUInt64(unchecked offset: Int) -> UInt64 {
    assert(offset >= 0 && offset + 8 <= byteCount)
    // SAFETY: the caller's promise, asserted in debug builds.
    return unsafe UInt64(
      littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }
}
