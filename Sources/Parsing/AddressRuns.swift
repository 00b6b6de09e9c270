/// Runs of the bytes that IPv6 addresses are written with, and of colons among them; eight bytes at a
/// time, since what is no address may be as long as anybody likes.
extension IPAddressText {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  private static func each(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// Offset of the first byte at or after `start` that is none of `[0-9A-Fa-f:.]`, or `end`, which must
  /// lie within the bytes.
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

  /// Offset of the first byte at or after `start` that is no colon, or `end`, which must lie within the
  /// bytes.
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

  /// The highest bit of each of eight bytes that is not of the run.
  @inline(__always)
  private static func others(in word: UInt64) -> UInt64 {
    let low = word & ~highBits
    // Digits and the colon only, to 0 to 10; letters only, to 1 to 6; the dot, to 0: no sum reaches a bit of
    // the next byte.
    let decimal = low ^ each(0x30)
    let letter = (low | each(0x20)) ^ each(0x60)
    let dot = low ^ each(Byte.dot)
    let noDecimal = decimal &+ each(0x80 - 11)
    let noLetter = (letter &+ each(0x80 - 7)) | ~(letter &+ each(0x80 - 1))
    let noDot = dot &+ each(0x80 - 1)
    return (noDecimal & noLetter & noDot | word) & highBits
  }
}
