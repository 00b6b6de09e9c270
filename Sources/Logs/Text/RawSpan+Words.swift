import Parsing

/// Words, quotes and numbers of a line.
extension RawSpan {
  /// The end of the token that begins at an offset.
  func tokenEnd(from start: Int, to end: Int) -> Int {
    firstOffset(of: Byte.space, from: start, to: end) ?? end
  }

  /// The quote that closes a string, not counting those behind a backslash.
  func closingQuote(from start: Int, to end: Int) -> Int? {
    var offset = start
    while offset < end {
      switch byte(unchecked: offset) {
      case Byte.quote: return offset
      case Byte.backslash: offset += 2
      default: offset += 1
      }
    }
    return nil
  }

  /// Whether a token is a number: digits, perhaps behind a minus sign, and with a fraction if
  /// `withFraction`.
  func isNumber(_ range: Range<Int>, withFraction: Bool = false) -> Bool {
    var start = range.lowerBound
    if start < range.upperBound, byte(unchecked: start) == Byte.minus { start += 1 }
    var end = LogTime.digits(self, from: start, to: range.upperBound).upperBound
    guard end > start else { return false }
    if withFraction, end < range.upperBound, byte(unchecked: end) == Byte.dot {
      end = LogTime.digits(self, from: end + 1, to: range.upperBound).upperBound
    }
    return end == range.upperBound
  }

  /// Whether a range is a word, in the same case.
  func isWord(_ range: Range<Int>, _ word: StaticString) -> Bool {
    range.count == word.utf8CodeUnitCount && starts(with: word, at: range.lowerBound)
  }

  /// What follows a word with which a range begins; nil if it begins otherwise.
  func rest(of range: Range<Int>, behind word: StaticString) -> Range<Int>? {
    guard range.count >= word.utf8CodeUnitCount, starts(with: word, at: range.lowerBound) else {
      return nil
    }
    return range.dropFirst(word.utf8CodeUnitCount)
  }

  /// The first occurrence of a word; it is fast if the first byte of the word is rare.
  func firstRange(
    of word: StaticString, from start: Int, to end: Int
  ) -> Range<Int>? {
    let length = word.utf8CodeUnitCount
    guard length > 0 else { return nil }
    // SAFETY: the word is not empty.
    let first = unsafe word.utf8Start[0]
    var offset = start
    while let found = firstOffset(of: first, from: offset, to: end) {
      if found + length <= end, starts(with: word, at: found) {
        return found..<found + length
      }
      offset = found + 1
    }
    return nil
  }

  /// The end of blanks from an offset on.
  func blanksEnd(from start: Int, to end: Int) -> Int {
    var offset = min(start, end)
    while offset < end, byte(unchecked: offset) == Byte.space { offset += 1 }
    return offset
  }

  /// A line's range without a carriage return, or NULs, at its end.
  @inline(__always)
  func withoutReturn(_ line: Range<Int>) -> Range<Int> {
    var end = line.upperBound
    if end > line.lowerBound, byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
    while end > line.lowerBound, byte(unchecked: end - 1) == 0 { end -= 1 }
    return line.lowerBound..<end
  }

  /// Whether a range is a time in the form of ISO 8601.
  func isISOTime(_ range: Range<Int>) -> Bool {
    19...40 ~= range.count && byte(unchecked: range.lowerBound + 4) == Byte.minus
      && byte(unchecked: range.lowerBound + 10) == UInt8(ascii: "T")
      && Timestamp.iso8601(self, range) != nil
  }

  /// Whether an odd number of backslashes stands before an offset.
  func isEscaped(_ offset: Int, from start: Int) -> Bool {
    var first = offset
    while first > start, byte(unchecked: first - 1) == Byte.backslash { first -= 1 }
    return (offset - first) % 2 == 1
  }

  func isAddress(_ token: ColumnRange) -> Bool {
    IPAddressText.ipv4(self, token.start..<token.end) != nil
      || IPAddressText.ipv6(self, token.start..<token.end) != nil
  }

  func isAbsent(_ token: ColumnRange) -> Bool {
    token.end - token.start == 1 && byte(unchecked: token.start) == Byte.minus
  }

  /// Whether a value is empty or `-`, which means that there is none.
  func isAbsent(_ range: Range<Int>) -> Bool {
    range.isEmpty || range.count == 1 && byte(unchecked: range.lowerBound) == Byte.minus
  }

  /// Whether a value may be the path of a URL; JSON may write it with a backslash before it.
  func mayBePath(_ range: Range<Int>) -> Bool {
    guard let first = range.first else { return false }
    return byte(unchecked: first) == Byte.slash
      || byte(unchecked: first) == Byte.backslash
  }
}
