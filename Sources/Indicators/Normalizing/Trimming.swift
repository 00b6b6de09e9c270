import Parsing

/// Removes what surrounds a value in a feed's cell and is not part of it (`Matching.md` §9).
enum Trimming {
  /// How much around the value is removed.
  enum Extent {
    /// White space, invisible characters, quotes, and `,;.` at the end.
    case full
    /// White space, invisible characters and one pair of quotes: for values that may end in
    /// punctuation of their own, such as user agents.
    case opaque
  }

  /// The range of the value in its cell.
  static func range(_ text: RawSpan, _ extent: Extent) -> Range<Int> {
    var start = 0
    var end = text.byteCount
    // A text that begins and ends in an ASCII letter or digit is not trimmed.
    if end > 0, Byte.isAlphanumeric(text.byte(unchecked: 0)),
      Byte.isAlphanumeric(text.byte(unchecked: end - 1))
    {
      return start..<end
    }
    trimBlanks(text, &start, &end)
    switch extent {
    case .full:
      while start < end, let scalar = UTF8Scalar.decode(text, at: start),
        scalar.isWhiteSpace || scalar.isInvisible || scalar.isQuote
      {
        start += scalar.length
      }
      while start < end, let scalar = UTF8Scalar.decode(text, endingAt: end, from: start),
        scalar.isWhiteSpace || scalar.isInvisible || scalar.isQuote || isTrailing(scalar)
      {
        end -= scalar.length
      }
      if isBracketed(text, start..<end) { end -= 1 }
    case .opaque:
      if end - start >= 2, let first = UTF8Scalar.decode(text, at: start), first.isQuote,
        let last = UTF8Scalar.decode(text, endingAt: end, from: start), last.isQuote,
        end - start >= first.length + last.length
      {
        start += first.length
        end -= last.length
        trimBlanks(text, &start, &end)
      }
    }
    return start..<end
  }

  /// Whether a closing bracket stands behind a digest: the end of a sentence that was cut off.
  private static func isBracketed(_ text: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count > 32, ")]".utf8.contains(text.byte(unchecked: range.upperBound - 1)) else {
      return false
    }
    let digits = range.lowerBound..<range.upperBound - 1
    return IndicatorParser.digestKind(ofDigits: digits.count) != nil
      && digits.allSatisfy { Hex.value(of: text.byte(unchecked: $0)) < 16 }
  }

  private static func isTrailing(_ scalar: UTF8Scalar) -> Bool {
    scalar.value == "," || scalar.value == ";" || scalar.value == "."
  }

  private static func trimBlanks(_ text: RawSpan, _ start: inout Int, _ end: inout Int) {
    while start < end, let scalar = UTF8Scalar.decode(text, at: start),
      scalar.isWhiteSpace || scalar.isInvisible
    {
      start += scalar.length
    }
    while start < end {
      if isSingleByteBlank(text, at: end - 1, from: start) {
        end -= 1
        continue
      }
      guard let scalar = UTF8Scalar.decode(text, endingAt: end, from: start),
        scalar.isWhiteSpace || scalar.isInvisible
      else { break }
      end -= scalar.length
    }
  }

  /// Whether a byte behind ASCII is the no-break space of a single-byte encoding.
  ///
  /// It is 0xa0 in Windows-1252 and 0xca on old Macintoshes; the file is otherwise ASCII.
  private static func isSingleByteBlank(_ text: RawSpan, at offset: Int, from start: Int) -> Bool {
    let byte = text.byte(unchecked: offset)
    guard byte == 0xa0 || byte == 0xca, offset > start else { return false }
    let before = text.byte(unchecked: offset - 1)
    return before < 0x80 || before == byte
  }
}
