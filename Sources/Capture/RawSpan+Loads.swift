import Glibc
import Parsing

extension RawSpan {
  /// Four bytes in the machine's order, or turned around; the caller has checked that they are there.
  @inline(__always)
  func uint32(unchecked offset: Int, swapped: Bool) -> UInt32 {
    let value = bigEndianUInt32(unchecked: offset)
    // The machine is little-endian or big-endian; `bigEndian` makes the load the file's bytes.
    let native = UInt32(bigEndian: value)
    return swapped ? native.byteSwapped : native
  }

  /// Two bytes in the machine's order, or turned around; the caller has checked that they are there.
  @inline(__always)
  func uint16(unchecked offset: Int, swapped: Bool) -> UInt16 {
    let native = UInt16(bigEndian: bigEndianUInt16(unchecked: offset))
    return swapped ? native.byteSwapped : native
  }

  /// Eight bytes in network order; the caller has checked that they are there.
  @inline(__always)
  func bigEndianUInt64(unchecked offset: Int) -> UInt64 {
    UInt64(bigEndianUInt32(unchecked: offset)) << 32
      | UInt64(bigEndianUInt32(unchecked: offset &+ 4))
  }

  /// Offset of the first such byte in `range`, which the caller has checked.
  func firstOffset(of byte: UInt8, in range: Range<Int>) -> Int? {
    assert(range.lowerBound >= 0 && range.upperBound <= byteCount)
    if range.isEmpty { return nil }
    // SAFETY: the range is inside the span, and the pointer does not leave the closure.
    return unsafe withUnsafeBytes { buffer -> Int? in
      guard let base = buffer.baseAddress,
        let found = unsafe memchr(base + range.lowerBound, CInt(byte), range.count)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// Whether the bytes at an offset are these, ASCII letters in either case; `text` is lower case.
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
  /// Writes the bytes over those of an array that begin at an offset and are as many.
  func copy(to array: inout [UInt8], at offset: Int) {
    precondition(offset >= 0 && byteCount <= array.count - offset)
    // SAFETY: the line above says that there is room; the closures only copy.
    unsafe array.withUnsafeMutableBytes { target in
      unsafe withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: source)
      }
    }
  }
}
