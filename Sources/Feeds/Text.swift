import Indicators
import Parsing

/// Small questions about ASCII text in bytes; ranges are offsets in the span.
enum Text {
  /// Whether a byte is a blank, a tab or another white-space control.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == Byte.space || byte &- 0x09 <= 4
  }

  /// Whether any byte is a blank, a tab or another control.
  static func hasSpace(_ text: RawSpan) -> Bool {
    var offset = 0
    // Eight bytes at a time: the high bit of each says whether it is below 0x21.
    while offset + 8 <= text.byteCount {
      let word = text.littleEndianUInt64(unchecked: offset)
      let low = word & 0x7f7f_7f7f_7f7f_7f7f
      if ~(low &+ 0x5f5f_5f5f_5f5f_5f5f) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
      offset += 8
    }
    while offset < text.byteCount {
      if text.byte(unchecked: offset) <= Byte.space { return true }
      offset += 1
    }
    return false
  }

  /// A line with a blank for each byte of white space beyond ASCII; nil if it has none.
  ///
  /// Ranges in it are those of the line.
  static func blanked(_ line: RawSpan) -> [UInt8]? {
    var blanked: [UInt8]?
    var offset = UTF8Decoder.endOfASCII(line, from: 0)
    while offset < line.byteCount {
      let scalar = UTF8Scalar.decode(line, at: offset)
      let end = offset + (scalar?.length ?? 1)
      if scalar?.isWhiteSpace ?? false {
        if blanked == nil { blanked = line.copied(line.byteOffsets) }
        for place in offset..<end { blanked?[place] = Byte.space }
      }
      offset = UTF8Decoder.endOfASCII(line, from: end)
    }
    return blanked
  }

  /// A range without the white space at its ends.
  static func trimmed(_ text: RawSpan, _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, isSpace(text.byte(unchecked: start)) { start += 1 }
    while end > start, isSpace(text.byte(unchecked: end - 1)) { end -= 1 }
    return start..<end
  }

  /// A span without the white space at its ends.
  @_lifetime(copy text)
  static func trimmed(_ text: RawSpan) -> RawSpan {
    text.extracting(trimmed(text, 0..<text.byteCount))
  }

  /// Offset of ASCII text at or after an offset, or nil.
  static func firstIndex(
    of word: StaticString, in text: RawSpan, from start: Int = 0, ignoringCase: Bool = false
  ) -> Int? {
    var offset = start
    while text.byteCount - offset >= word.utf8CodeUnitCount {
      let isHere =
        ignoringCase
        ? text.starts(ignoringCase: word, at: offset) : text.starts(with: word, at: offset)
      if isHere { return offset }
      offset += 1
    }
    return nil
  }

  /// Whether a span is exactly `count` hex digits.
  static func isHex(_ text: RawSpan, count: Int) -> Bool {
    guard text.byteCount == count else { return false }
    return text.byteOffsets.allSatisfy { Hex.value(of: text.byte(unchecked: $0)) < 16 }
  }

  /// Whether a span is as long as a digest that feeds use and is hex digits only.
  static func isDigest(_ text: RawSpan) -> Bool {
    switch text.byteCount {
    case 32, 40, 56, 64, 96, 128: isHex(text, count: text.byteCount)
    default: false
    }
  }

  /// A decimal number that is the whole span and fits, or nil.
  static func number(_ text: RawSpan) -> Int? {
    guard !text.isEmpty, text.byteCount <= 18 else { return nil }
    var value = 0
    for offset in text.byteOffsets {
      let digit = text.byte(unchecked: offset) &- Byte.zero
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }

  /// A number from 0 to 100; a fraction (`85.0`, as spreadsheets write it) or `%` may follow.
  ///
  /// A fraction of a half or more is rounded up. Nil for a number below 2 with a fraction, which is
  /// on another scale.
  static func percentage(_ text: RawSpan) -> UInt8? {
    var text = text
    if !text.isEmpty, text.byte(unchecked: text.byteCount - 1) == UInt8(ascii: "%") {
      text = text.extracting(..<(text.byteCount - 1))
      text = text.extracting(trimmed(text, 0..<text.byteCount))
    }
    var (fraction, hasFraction) = (false, false)
    if let dot = text.firstOffset(of: Byte.dot) {
      let digits = text.extracting((dot + 1)...)
      guard number(digits) != nil else { return nil }
      (fraction, hasFraction) = (digits.byte(unchecked: 0) >= UInt8(ascii: "5"), true)
      text = text.extracting(..<dot)
    }
    guard let whole = number(text), whole <= 100, !hasFraction || whole > 1 else { return nil }
    return UInt8(min(whole + (fraction ? 1 : 0), 100))
  }

  /// A number from 0 to 1 in hundredths, rounded, and whether it is between them.
  static func hundredths(_ text: RawSpan) -> (value: UInt8, isBetween: Bool)? {
    let dot = text.firstOffset(of: Byte.dot) ?? text.byteCount
    let whole = dot == 0 ? 0 : number(text.extracting(0..<dot))
    let digits = text.extracting(min(dot + 1, text.byteCount)...)
    guard let whole, whole <= 1, !digits.isEmpty || dot == text.byteCount,
      digits.byteOffsets.allSatisfy({ digits.byte(unchecked: $0) &- Byte.zero <= 9 })
    else { return nil }
    let isBetween = digits.byteOffsets.contains { digits.byte(unchecked: $0) != Byte.zero }
    if whole == 1 { return isBetween ? nil : (100, false) }
    func digit(_ place: Int) -> UInt8 {
      place < digits.byteCount ? digits.byte(unchecked: place) - Byte.zero : 0
    }
    return (digit(0) * 10 + digit(1) + (digit(2) >= 5 ? 1 : 0), isBetween)
  }

  /// Lower-case ASCII letters and digits of a span, by which names of columns are compared.
  static func key(_ text: RawSpan) -> String {
    var bytes: [UInt8] = []
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      if Byte.isAlphanumeric(byte) { bytes.append(Byte.lowercased(byte)) }
      if bytes.count > 64 { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A span as a string; invalid bytes become U+FFFD.
  static func string(_ text: RawSpan) -> String {
    String(decoding: text.copied(0..<text.byteCount), as: UTF8.self)
  }
}
