import Glibc
import Parsing

/// Units of text that are longer than a byte: percent units and ANSI sequences (`Matching.md` §1).
enum TextBorders {
  static let escape: UInt8 = 0x1b

  /// The byte that a percent unit at an offset stands for, or nil where there is no unit.
  @inline(__always)
  static func percentValue(_ bytes: RawSpan, at offset: Int, end: Int) -> UInt8? {
    guard offset + 2 < end, bytes.byte(unchecked: offset) == UInt8(ascii: "%") else { return nil }
    return Hex.byte(bytes.byte(unchecked: offset + 1), bytes.byte(unchecked: offset + 2))
  }

  /// Length of the percent unit at `offset` that stands for `value`.
  ///
  /// `%25` takes up the two hexadecimal digits behind it as well: its text was encoded twice.
  @inline(__always)
  static func percentLength(_ bytes: RawSpan, value: UInt8, at offset: Int, end: Int) -> Int {
    guard value == UInt8(ascii: "%"), offset + 4 < end,
      Hex.value(of: bytes.byte(unchecked: offset + 3)) < 16,
      Hex.value(of: bytes.byte(unchecked: offset + 4)) < 16
    else { return 3 }
    return 5
  }

  /// The byte that the percent unit at `offset` stands for; nil if there is no unit.
  ///
  /// In text that was encoded twice (`%252F`), it is the byte of the inner unit.
  static func percentByte(_ bytes: RawSpan, at offset: Int, end: Int) -> UInt8? {
    guard let value = percentValue(bytes, at: offset, end: end) else { return nil }
    guard percentLength(bytes, value: value, at: offset, end: end) == 5 else { return value }
    return Hex.value(of: bytes.byte(unchecked: offset + 3)) << 4
      | Hex.value(of: bytes.byte(unchecked: offset + 4))
  }

  /// Whether a byte is unreserved (RFC 3986 §2.3), so that its percent unit is the character
  /// itself.
  @inline(__always)
  static func isUnreserved(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == UInt8(ascii: "-")
      || byte == Byte.dot || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
  }

  /// End of the ANSI sequence that begins at an ESC, or at the `\u001b` that JSON writes for it;
  /// nil where there is none.
  static func ansiEnd(_ bytes: RawSpan, at offset: Int, end: Int) -> Int? {
    var position = offset + 1
    if bytes.byte(unchecked: offset) == Byte.backslash {
      // Few other escapes have this digit, so it is compared first.
      guard offset + 6 < end, bytes.byte(unchecked: offset + 4) == UInt8(ascii: "1"),
        bytes.starts(ignoringCase: "u001b", at: offset + 1)
      else { return nil }
      position = offset + 6
    }
    guard position < end, bytes.byte(unchecked: position) == UInt8(ascii: "[") else { return nil }
    position += 1
    while position < end, bytes.byte(unchecked: position) &- 0x20 < 0x20 { position += 1 }
    guard position < end, bytes.byte(unchecked: position) &- 0x40 < 0x3f else { return nil }
    return position + 1
  }
}

extension RawSpan {
  /// Whether a string occurs in the bytes.
  func holds(_ word: StaticString) -> Bool {
    for offset in 0...max(0, byteCount - word.utf8CodeUnitCount)
    where starts(with: word, at: offset) {
      return true
    }
    return false
  }

  /// Number of line feeds in a range.
  func lineFeeds(from start: Int, to end: Int) -> Int {
    var count = 0
    var offset = start
    while let found = firstOffset(of: Byte.lineFeed, from: offset, to: end) {
      count += 1
      offset = found + 1
    }
    return count
  }

  /// The range without blanks, tabs and line ends around it.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, Self.isBlank(byte(unchecked: start)) { start += 1 }
    while end > start, Self.isBlank(byte(unchecked: end - 1)) { end -= 1 }
    return start..<end
  }

  /// The range without blanks around it and without padding at its end.
  func withoutPadding(_ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound, Self.isPadding(byte(unchecked: end - 1)) { end -= 1 }
    return trimmed(range.lowerBound..<end)
  }

  /// White space as JSON knows it.
  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool {
    Byte.isBlank(byte) || byte == Byte.lineFeed || byte == Byte.carriageReturn
  }

  /// Whether a byte is padding of a record: white space, or NUL, with which GELF and some senders
  /// of syslog over TCP (RFC 6587 §3.4.2) end a message.
  @inline(__always)
  static func isPadding(_ byte: UInt8) -> Bool { isBlank(byte) || byte == 0 }
}

extension Array where Element == UInt8 {
  /// Appends the bytes of a range.
  mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    append(bytes.extracting(range))
  }
}
