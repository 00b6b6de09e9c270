/// JSON strings: finding their end, undoing and writing their escapes (RFC 8259 §7).
@usableFromInline package enum JSONText {
  /// Offset of the first byte at or after `start` that is a quote, a backslash or a control
  /// character, or the number of bytes.
  ///
  /// Eight bytes at a time. In each of the three tests a borrow can only raise a false flag in a
  /// byte above a true one, so the lowest flag is always true.
  @inlinable
  @inline(__always)
  static func endOfPlainRun(_ bytes: RawSpan, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    let count = bytes.byteCount
    var offset = start
    while count - offset >= 8 {
      let word = bytes.littleEndianUInt64(unchecked: offset)
      let quote = word ^ (ones &* 0x22)
      let backslash = word ^ (ones &* 0x5c)
      let flags =
        ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash
          | (word &- ones &* 0x20) & ~word) & highs
      if flags != 0 { return offset + flags.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < count {
      let byte = bytes.byte(unchecked: offset)
      if byte == 0x22 || byte == 0x5c || byte < 0x20 { break }
      offset += 1
    }
    return offset
  }

  /// Undoes the escapes of a key's or string's bytes.
  ///
  /// Surrogate pairs become one scalar, lone surrogates U+FFFD; a backslash that begins no escape
  /// stays as it is. The result is never longer than the escaped form.
  package static func unescape(_ bytes: RawSpan, to output: inout [UInt8]) {
    var offset = 0
    while true {
      let backslash = bytes.end(before: Byte.backslash, from: offset)
      if backslash > offset { output.append(bytes.extracting(offset..<backslash)) }
      guard backslash < bytes.byteCount else { return }
      let escape = Escape(bytes, at: backslash)
      offset = backslash + escape.length
      UTF8Encoder.append(escape.scalar, to: &output)
    }
  }

  /// Offset in the escaped text of the byte that unescaping puts at an offset.
  ///
  /// An offset inside an escaped character gives that of its backslash; one beyond the end gives
  /// the end. Linear; for many offsets of one text use `JSONOffsetMap`.
  package static func escapedOffset(of unescapedOffset: Int, in escaped: RawSpan) -> Int {
    var map = JSONOffsetMap()
    return map.escapedOffset(of: unescapedOffset, in: escaped)
  }

  /// Appends a string of JSON with its quotes; false if the bytes are not UTF-8.
  ///
  /// Controls are escaped. If the bytes are not UTF-8, each byte that belongs to no character is
  /// written as the text `\xnn` (lower-case hex), and each backslash is doubled; JSON's own escapes
  /// come on top. So the text tells the bytes; the caller marks such a text by adding them in
  /// another form.
  @discardableResult
  package static func appendString(_ bytes: RawSpan, to output: inout [UInt8]) -> Bool {
    appendString(bytes, 0..<bytes.byteCount, to: &output)
  }

  /// Appends the bytes of a range as a string of JSON, as above.
  ///
  /// The range must lie within the bytes.
  @discardableResult
  package static func appendString(
    _ bytes: RawSpan, _ range: Range<Int>, to output: inout [UInt8]
  ) -> Bool {
    let text = bytes.extracting(range)
    let isValid = UTF8Decoder.isValid(text)
    output.append(Byte.quote)
    var offset = 0
    var plainEnd = 0
    while true {
      // Characters above ASCII end a run only if some bytes of the text are not UTF-8.
      if offset >= plainEnd { plainEnd = endOfPlainRun(text, from: offset) }
      let end = isValid ? plainEnd : min(plainEnd, UTF8Decoder.endOfASCII(text, from: offset))
      if end > offset { output.append(text.extracting(offset..<end)) }
      guard end < text.byteCount else { break }
      offset = end
      let byte = text.byte(unchecked: offset)
      if byte >= 0x80 {
        let length = UTF8Decoder.sequenceLength(text, at: offset)
        if length > 0 {
          output.append(text.extracting(offset..<offset + length))
          offset += length
          continue
        }
        output.append(Byte.backslash)
        output.append(Byte.backslash)
        output.append(UInt8(ascii: "x"))
        output.append(Hex.digit(byte >> 4))
        output.append(Hex.digit(byte))
      } else if byte == Byte.backslash {
        for _ in 0..<(isValid ? 2 : 4) { output.append(Byte.backslash) }
      } else if byte == Byte.quote {
        output.append(Byte.backslash)
        output.append(byte)
      } else {
        appendControl(byte, to: &output)
      }
      offset += 1
    }
    output.append(Byte.quote)
    return isValid
  }

  private static func appendControl(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(Byte.backslash)
    switch byte {
    case 0x08: output.append(UInt8(ascii: "b"))
    case 0x09: output.append(UInt8(ascii: "t"))
    case 0x0a: output.append(UInt8(ascii: "n"))
    case 0x0c: output.append(UInt8(ascii: "f"))
    case 0x0d: output.append(UInt8(ascii: "r"))
    default:
      output.append(UInt8(ascii: "u"))
      output.append(Byte.zero)
      output.append(Byte.zero)
      output.append(Hex.digit(byte >> 4))
      output.append(Hex.digit(byte))
    }
  }

  /// A backslash and the bytes behind it, with the scalar that they encode.
  struct Escape {
    /// Number of bytes of the escaped form.
    var length: Int
    var scalar: Unicode.Scalar

    /// The escape whose backslash is at an offset; a backslash that begins no escape means itself.
    @inline(__always)
    init(_ bytes: RawSpan, at offset: Int) {
      length = 2
      let letter = offset + 1 < bytes.byteCount ? bytes.byte(unchecked: offset + 1) : 0
      switch letter {
      case Byte.quote, Byte.backslash, Byte.slash: scalar = Unicode.Scalar(letter)
      case UInt8(ascii: "b"): scalar = "\u{8}"
      case UInt8(ascii: "f"): scalar = "\u{c}"
      case UInt8(ascii: "n"): scalar = "\n"
      case UInt8(ascii: "r"): scalar = "\r"
      case UInt8(ascii: "t"): scalar = "\t"
      default:
        guard letter == UInt8(ascii: "u"), let first = Self.unit(bytes, at: offset) else {
          length = 1
          scalar = "\\"
          return
        }
        length = 6
        if let whole = Unicode.Scalar(first) {
          scalar = whole
        } else if first < 0xdc00, let second = Self.unit(bytes, at: offset + 6),
          second & 0xfc00 == 0xdc00,
          let joined = Unicode.Scalar(
            0x1_0000 + (UInt32(first & 0x3ff) << 10 | UInt32(second & 0x3ff)))
        {
          length = 12
          scalar = joined
        } else {
          scalar = "\u{fffd}"
        }
      }
    }

    /// The code unit of the `\uXXXX` at an offset, if there is one.
    private static func unit(_ bytes: RawSpan, at offset: Int) -> UInt16? {
      guard bytes.byteCount - offset >= 6, bytes.byte(unchecked: offset) == Byte.backslash,
        bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u")
      else { return nil }
      var unit: UInt16 = 0
      for digit in offset + 2..<offset + 6 {
        let value = Hex.value(of: bytes.byte(unchecked: digit))
        guard value < 16 else { return nil }
        unit = unit << 4 | UInt16(value)
      }
      return unit
    }
  }
}

/// Maps offsets in unescaped text to offsets in the escaped text, for offsets that mostly grow.
///
/// It goes on from the last offset asked for, so that all values of a long string cost one walk
/// over it; a smaller offset begins anew.
package struct JSONOffsetMap: Sendable {
  private var unescaped = 0
  private var escaped = 0

  /// A map at the start of a string.
  package init() {}

  /// Offset in the escaped text of the byte that unescaping puts at an offset.
  ///
  /// The span is the text between the quotes, the same each time. An offset inside an escaped
  /// character gives that of its backslash; one beyond the end gives the end.
  package mutating func escapedOffset(of offset: Int, in text: RawSpan) -> Int {
    if offset < unescaped || escaped > text.byteCount {
      unescaped = 0
      escaped = 0
    }
    while unescaped < offset, escaped < text.byteCount {
      if text.byte(unchecked: escaped) != Byte.backslash {
        unescaped += 1
        escaped += 1
        continue
      }
      let escape = JSONText.Escape(text, at: escaped)
      let length = UTF8.width(escape.scalar)
      if unescaped + length > offset { break }
      unescaped += length
      escaped += escape.length
    }
    return escaped
  }
}
