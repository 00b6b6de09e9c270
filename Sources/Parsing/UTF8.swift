/// Reading UTF-8 (RFC 3629) that may be damaged.
@usableFromInline package enum UTF8Decoder {
  /// The scalar at an offset, which moves behind it; nil, one byte on, if no scalar begins there.
  ///
  /// Overlong forms, surrogates, values above U+10FFFF and sequences cut short count as no scalar.
  /// The offset must be less than the number of bytes.
  @inlinable
  package static func next(_ bytes: RawSpan, at offset: inout Int) -> Unicode.Scalar? {
    let first = bytes.byte(at: offset)
    if first < 0x80 {
      offset += 1
      return Unicode.Scalar(first)
    }
    return nextLong(bytes, at: &offset)
  }

  /// `next` for a byte that is not ASCII.
  @usableFromInline package static func nextLong(_ bytes: RawSpan, at offset: inout Int) -> Unicode
    .Scalar?
  {
    let length = sequenceLength(bytes, at: offset)
    guard length > 0 else {
      offset += 1
      return nil
    }
    var value = UInt32(bytes.byte(unchecked: offset))
    // Keeps the scalar's bits of the first byte: all seven, or fewer for a longer sequence.
    if length > 1 { value &= 0x7f >> UInt32(length) }
    for index in 1..<max(length, 1) {
      value = value << 6 | UInt32(bytes.byte(unchecked: offset + index) & 0x3f)
    }
    offset += length
    return Unicode.Scalar(value)
  }

  /// Length of the well-formed sequence at an offset, 1 to 4, or 0 if none begins there.
  ///
  /// The offset must be less than the number of bytes.
  package static func sequenceLength(_ bytes: RawSpan, at offset: Int) -> Int {
    let first = bytes.byte(at: offset)
    if first < 0x80 { return 1 }
    let left = bytes.byteCount - offset
    guard first >= 0xc2, first <= 0xf4, left >= 2 else { return 0 }
    // Table 3-7 of the Unicode Standard: only the second byte's range depends on the first.
    let second = bytes.byte(unchecked: offset + 1)
    let lowest: UInt8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80
    let highest: UInt8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf
    guard second >= lowest, second <= highest else { return 0 }
    if first < 0xe0 { return 2 }
    guard left >= 3, bytes.byte(unchecked: offset + 2) & 0xc0 == 0x80 else { return 0 }
    if first < 0xf0 { return 3 }
    guard left >= 4, bytes.byte(unchecked: offset + 3) & 0xc0 == 0x80 else { return 0 }
    return 4
  }

  /// Offset of the first byte from `start` on that may begin a character, or the number of bytes.
  ///
  /// Such a byte is ASCII, or a possible lead byte with a continuation byte behind it.
  package static func endOfStrayBytes(_ bytes: RawSpan, from start: Int) -> Int {
    let count = bytes.byteCount
    precondition(start >= 0 && start <= count)
    var offset = start
    while offset < count {
      let byte = bytes.byte(unchecked: offset)
      if byte < 0x80 { break }
      if byte >= 0xc2, byte <= 0xf4, offset + 1 < count,
        bytes.byte(unchecked: offset + 1) & 0xc0 == 0x80
      {
        break
      }
      offset += 1
    }
    return offset
  }

  /// The greatest offset up to the given one at which no well-formed sequence is cut in two.
  ///
  /// The offset must be at most the number of bytes.
  package static func border(_ bytes: RawSpan, near offset: Int) -> Int {
    precondition(offset >= 0 && offset <= bytes.byteCount)
    guard offset < bytes.byteCount, bytes.byte(unchecked: offset) & 0xc0 == 0x80 else {
      return offset
    }
    for start in (max(0, offset - 3)..<offset).reversed() {
      if bytes.byte(unchecked: start) & 0xc0 == 0x80 { continue }
      return sequenceLength(bytes, at: start) > offset - start ? start : offset
    }
    return offset
  }

  /// Whether all bytes are well-formed.
  package static func isValid(_ bytes: RawSpan) -> Bool { validPrefix(bytes) == bytes.byteCount }

  /// Number of bytes before the first that belongs to no well-formed sequence.
  package static func validPrefix(_ bytes: RawSpan) -> Int {
    var offset = 0
    while true {
      offset = endOfASCII(bytes, from: offset)
      guard offset < bytes.byteCount else { return offset }
      let length = sequenceLength(bytes, at: offset)
      if length == 0 { return offset }
      offset += length
    }
  }

  /// Offset of the first byte at or after `start` that is not ASCII, or the number of bytes.
  package static func endOfASCII(_ bytes: RawSpan, from start: Int) -> Int {
    let count = bytes.byteCount
    precondition(start >= 0 && start <= count)
    var offset = start
    while count - offset >= 8 {
      let highs = bytes.littleEndianUInt64(unchecked: offset) & 0x8080_8080_8080_8080
      if highs != 0 { return offset + highs.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < count, bytes.byte(unchecked: offset) < 0x80 { offset += 1 }
    return offset
  }
}

/// Writing UTF-8 (RFC 3629).
@usableFromInline package enum UTF8Encoder {
  /// Appends a scalar's one to four bytes.
  @inlinable
  package static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
    let value = scalar.value
    if value < 0x80 {
      output.append(UInt8(truncatingIfNeeded: value))
      return
    }
    if value < 0x800 {
      output.append(0xc0 | UInt8(truncatingIfNeeded: value >> 6))
    } else {
      if value < 0x1_0000 {
        output.append(0xe0 | UInt8(truncatingIfNeeded: value >> 12))
      } else {
        output.append(0xf0 | UInt8(truncatingIfNeeded: value >> 18))
        output.append(0x80 | UInt8(truncatingIfNeeded: value >> 12) & 0x3f)
      }
      output.append(0x80 | UInt8(truncatingIfNeeded: value >> 6) & 0x3f)
    }
    output.append(0x80 | UInt8(truncatingIfNeeded: value) & 0x3f)
  }
}
