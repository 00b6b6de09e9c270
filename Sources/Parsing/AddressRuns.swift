/// Finds where runs of IPv6 address characters, and runs of colons, end.
///
/// Eight bytes at a time, since a run that is no address may be of any length.
extension IPAddressText {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// Offset of the first byte from `start` on that is none of `[0-9A-Fa-f:.]`, or `end`.
  ///
  /// `end` must lie within the bytes.
  package static func endOfRun(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= bytes.byteCount)
    var offset = start
    while end - offset >= 8 {
      let others = others(in: bytes.littleEndianUInt64(unchecked: offset))
      if others != 0 { return offset + others.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < end, isRunByte(bytes.byte(unchecked: offset)) { offset += 1 }
    return offset
  }

  /// Offset of the first byte from `start` on that is no colon, or `end`.
  ///
  /// `end` must lie within the bytes.
  package static func endOfColons(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= bytes.byteCount)
    var offset = start
    while end - offset >= 8 {
      let others = bytes.littleEndianUInt64(unchecked: offset) ^ each(Byte.colon)
      if others != 0 { return offset + others.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < end, bytes.byte(unchecked: offset) == Byte.colon { offset += 1 }
    return offset
  }

  @inline(__always)
  private static func isRunByte(_ byte: UInt8) -> Bool {
    Hex.value(of: byte) < 16 || byte == Byte.colon || byte == Byte.dot
  }

  /// Sets the highest bit of each byte that IPv6 addresses do not hold.
  @inline(__always)
  private static func others(in word: UInt64) -> UInt64 {
    let low = word & ~highBits
    // The XORs map digits and the colon alone to 0–10, letters alone to 1–6, and the dot to 0. All
    // bytes are below 0x80, so no sum carries into the next byte.
    let decimal = low ^ each(0x30)
    let letter = (low | each(0x20)) ^ each(0x60)
    let dot = low ^ each(Byte.dot)
    let noDecimal = decimal &+ each(0x80 - 11)
    let noLetter = (letter &+ each(0x80 - 7)) | ~(letter &+ each(0x80 - 1))
    let noDot = dot &+ each(0x80 - 1)
    return (noDecimal & noLetter & noDot | word) & highBits
  }
}
