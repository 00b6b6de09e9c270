import Parsing

extension RawSpan {
  /// Four bytes of a file in this machine's byte order, or in the other one if `swapped`; the
  /// caller has checked that they are there.
  @inline(__always)
  func uint32(unchecked offset: Int, swapped: Bool) -> UInt32 {
    let native = UInt32(bigEndian: bigEndianUInt32(unchecked: offset))
    return swapped ? native.byteSwapped : native
  }

  /// Two bytes of a file in this machine's byte order, or in the other one if `swapped`; the caller
  /// has checked that they are there.
  @inline(__always)
  func uint16(unchecked offset: Int, swapped: Bool) -> UInt16 {
    let native = UInt16(bigEndian: bigEndianUInt16(unchecked: offset))
    return swapped ? native.byteSwapped : native
  }

  /// Whether the bytes at an offset spell `text`, which is lower case; ASCII letters in the bytes
  /// may be in either case.
  func hasText(_ text: StaticString, at offset: Int) -> Bool {
    let count = text.utf8CodeUnitCount
    guard offset >= 0, byteCount - offset >= count else { return false }
    for index in 0..<count {
      // SAFETY: `index` is below the string's length.
      let expected = unsafe text.utf8Start[index]
      var found = byte(unchecked: offset + index)
      if found >= 0x41, found <= 0x5a { found |= 0x20 }
      if found != expected { return false }
    }
    return true
  }
}

extension RawSpan {
  /// Overwrites `byteCount` bytes of an array, from an offset on, with these bytes.
  func copy(to array: inout [UInt8], at offset: Int) {
    precondition(offset >= 0 && byteCount <= array.count - offset)
    // SAFETY: the precondition above checks that there is room; the closures only copy.
    unsafe array.withUnsafeMutableBytes { target in
      unsafe withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: source)
      }
    }
  }
}
