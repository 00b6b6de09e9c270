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
