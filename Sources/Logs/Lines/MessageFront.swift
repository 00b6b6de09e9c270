import Parsing

/// The text before a record in a line whose header has no known form.
enum MessageFront {
  /// Whether the text before a record may be a header of an unknown form: a time and a few words.
  ///
  /// Words behind a program's name, words without a time, and many words are a sentence instead,
  /// and the record in it is something that a user chose or asked for. The same is true of a record
  /// behind a quote, or as the value of a key.
  static func mayBeHeader(_ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction)
    -> Bool
  {
    let front = bytes.trimmed(range)
    guard !front.isEmpty else { return true }
    // A quote at the start of the line encloses all of it.
    if front.count == 1, bytes.byte(unchecked: front.lowerBound) == Byte.quote { return true }
    var (words, beginsWithTime, beginsWithAddress, isInBrackets) = (0, false, false, false)
    var offset = front.lowerBound
    while offset < front.upperBound, words <= 3 {
      if bytes.byte(unchecked: offset) == Byte.space {
        offset += 1
        continue
      }
      let word = offset..<bytes.tokenEnd(from: offset, to: front.upperBound)
      let isLastInBrackets = bytes.byte(unchecked: word.upperBound - 1) == UInt8(ascii: "]")
      if isInBrackets {
        isInBrackets = !isLastInBrackets
      } else if isOfTime(bytes, word) {
        beginsWithTime = beginsWithTime || offset == front.lowerBound
      } else if word.contains(where: {
        ByteClasses.shared.is(bytes.byte(unchecked: $0), .alphanumeric)
      }) {
        words += 1
        if words == 1 { beginsWithAddress = EventFacts.endpoint(bytes, word) != nil }
        isInBrackets =
          bytes.byte(unchecked: word.lowerBound) == UInt8(ascii: "[") && !isLastInBrackets
      }
      offset = word.upperBound
    }
    switch bytes.byte(unchecked: range.upperBound - 1) {
    case Byte.space, Byte.tab, Byte.colon, UInt8(ascii: ">"), UInt8(ascii: "]"): break
    case Byte.comma, UInt8(ascii: ";"): if words > 2 || extraction.line.hasProgram { return false }
    default: return false
    }
    if extraction.line.hasProgram { return beginsWithTime && words <= 1 }
    // A priority alone is no header of a known form.
    if extraction.line.fields.prefix(extraction.line.headerCount).contains(where: {
      $0.path != LineRecord.unread
    }) {
      return words <= 2
    }
    if beginsWithTime { return words <= 3 }
    return words <= (beginsWithAddress ? 2 : extraction.line.hasHeader ? 1 : 0)
  }

  /// Whether the text before a record is one word at the start of a line: a host, a program or a
  /// level that a collector puts there, as `fw1`, `fw1:`, `[INFO]`.
  static func isWordOfCollector(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard extraction.line.isWhole, !extraction.line.hasHeader, case var word = bytes.trimmed(range),
      word.count > 2,
      bytes.byte(unchecked: range.upperBound - 1) == Byte.space
    else { return false }
    if bytes.byte(unchecked: word.upperBound - 1) == Byte.colon { word.removeLast() }
    if bytes.byte(unchecked: word.lowerBound) == UInt8(ascii: "["),
      bytes.byte(unchecked: word.upperBound - 1) == UInt8(ascii: "]")
    {
      word = word.dropFirst().dropLast()
    }
    return SyslogHeader.isHost(bytes, word)
  }

  /// Whether a word is a part of a time, as `11`, `22:14:14.5`, `Oct` and `UTC`, or a priority or a
  /// number.
  static func isOfTime(_ bytes: RawSpan, _ word: Range<Int>) -> Bool {
    var word = word
    if bytes.byte(unchecked: word.lowerBound) == UInt8(ascii: "<"),
      let close = bytes.firstOffset(
        of: UInt8(ascii: ">"), from: word.lowerBound, to: word.upperBound)
    {
      word = close + 1..<word.upperBound
    }
    if let first = word.first, bytes.byte(unchecked: first) == UInt8(ascii: "[") {
      word.removeFirst()
    }
    while let last = word.last,
      [Byte.colon, Byte.comma, UInt8(ascii: "]")].contains(bytes.byte(unchecked: last))
    {
      word.removeLast()
    }
    guard let first = word.first else { return true }
    if Byte.isLetter(bytes.byte(unchecked: first)) {
      return word.count <= 3 && Self.wordsOfTime.contains(EventFacts.word(bytes, word))
    }
    return EventFacts.endpoint(bytes, word) == nil
      && word.allSatisfy { offset in
        switch bytes.byte(unchecked: offset) {
        case 0x30...0x39, Byte.colon, Byte.dot, Byte.comma, Byte.slash, Byte.plus, Byte.minus,
          UInt8(ascii: "T"), UInt8(ascii: "Z"):
          true
        default: false
        }
      }
  }

  private static let wordsOfTime: Set<String> = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon",
    "tue", "wed", "thu", "fri", "sat", "sun", "utc", "gmt", "am", "pm",
  ]
}
