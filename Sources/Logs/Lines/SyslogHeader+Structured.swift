import Indicators
import Parsing

/// Headers of RFC 5424, with structured data.
extension SyslogHeader {
  /// Where the time of the header begins, behind its version; nil if it is another kind of header.
  ///
  /// A version other than 1, and one whose priority was not kept, must have a date and time behind
  /// it.
  static func structuredTime(
    _ bytes: RawSpan, _ range: Range<Int>, hasPriority: Bool
  ) -> Int? {
    let version = LogTime.digits(
      bytes, from: range.lowerBound, to: min(range.upperBound, range.lowerBound + 4))
    let time = version.upperBound + 1
    guard 1...3 ~= version.count, time < range.upperBound,
      bytes.byte(unchecked: version.upperBound) == Byte.space
    else { return nil }
    let isFirst = bytes.starts(with: "1 ", at: range.lowerBound)
    if hasPriority, isFirst { return time }
    guard hasPriority || isFirst, LogTime.isDate(bytes, at: time, Byte.minus),
      bytes.byte(unchecked: time + 10) == UInt8(ascii: "T"),
      hasPriority || hasHost(bytes, time..<range.upperBound)
    else { return nil }
    return time
  }

  /// Whether a host's name, its address or `-` follows the word at the range's start.
  private static func hasHost(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let start = bytes.tokenEnd(from: range.lowerBound, to: range.upperBound) + 1
    guard start < range.upperBound else { return false }
    let word = start..<bytes.tokenEnd(from: start, to: range.upperBound)
    if word.count == 1, bytes.byte(unchecked: start) == Byte.minus { return true }
    guard isHost(bytes, word) else { return false }
    if word.contains(where: { bytes.byte(unchecked: $0) == Byte.colon }) {
      return IPAddressText.ipv6(bytes, word) != nil
    }
    // A digest, alone or as a file is called after it, is no host.
    let stem = ByteClasses.shared.end(of: .hexDigit, bytes, from: start, to: word.upperBound)
    return ![32, 40, 64].contains(stem - start)
  }

  /// Whether a header begins as one of RFC 5424 does, with its priority or without.
  static func isStructured(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let end = range.upperBound
    guard bytes.byte(unchecked: range.lowerBound) == UInt8(ascii: "<") else {
      return structuredTime(bytes, range, hasPriority: false) != nil
    }
    let mark = bytes.firstOffset(
      of: UInt8(ascii: ">"), from: range.lowerBound, to: min(end, range.lowerBound + 5))
    return mark.map { structuredTime(bytes, $0 + 1..<end, hasPriority: true) != nil } ?? false
  }

  /// Reads time, host, program, process, message id and structured data.
  static func readStructuredHeader(
    _ bytes: RawSpan, _ range: Range<Int>, from start: Int, _ extraction: inout Extraction
  ) -> Int? {
    let end = range.upperBound
    var words = InlineArray<5, Int>(repeating: 0)
    var offset = range.lowerBound
    for index in 0..<5 {
      words[index] = offset
      guard let blank = bytes.firstOffset(of: Byte.space, from: offset, to: end),
        blank > offset
      else { return nil }
      offset = blank + 1
    }
    let time = words[0]..<words[1] - 1
    let isUnknown = time.count == 1 && bytes.byte(unchecked: time.lowerBound) == Byte.minus
    let value = Timestamp.iso8601(bytes, time)
    // A date alone belongs to another kind of header, in which the time is the next word.
    guard isUnknown || value != nil && time.count > 10, offset < end else { return nil }
    let count = extraction.line.fields.count
    extraction.line.skip(start..<words[1])
    addWord("hostname", bytes, words[1]..<words[2] - 1, &extraction)
    addWord("appname", bytes, words[2]..<words[3] - 1, &extraction)
    addWord("procid", bytes, words[3]..<words[4] - 1, &extraction)
    addWord("msgid", bytes, words[4]..<offset - 1, &extraction)
    extraction.line.structuredStart = extraction.line.fields.count
    let message = readStructuredData(bytes, offset..<end, &extraction)
    guard let message else {
      extraction.line.cut(to: count)
      return nil
    }
    (extraction.line.headerTime, extraction.line.isHeaderTimeZoned) = (value, true)
    if value != nil { extraction.line.isHeaderYearAssumed = false }
    return message
  }

  private static func addWord(
    _ name: StaticString, _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) {
    let word = ColumnRange(start: range.lowerBound, end: range.upperBound)
    extraction.addField(name, bytes, word)
  }

  /// Reads `-` or `[id name="value" …]…`; where the message begins, or nil if it is neither.
  private static func readStructuredData(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Int? {
    let end = range.upperBound
    var offset = range.lowerBound
    func behind(_ offset: Int) -> Int? {
      if offset == end { return end }
      return bytes.byte(unchecked: offset) == Byte.space ? offset + 1 : nil
    }
    if bytes.byte(unchecked: offset) == Byte.minus {
      guard let message = behind(offset + 1) else { return nil }
      extraction.line.skip(offset..<message)
      return message
    }
    guard bytes.byte(unchecked: offset) == UInt8(ascii: "[") else { return nil }
    let most = extraction.line.fields.count + 2 * LineRecord.mostPairs
    while offset < end, bytes.byte(unchecked: offset) == UInt8(ascii: "[") {
      guard extraction.line.fields.count < most else { return nil }
      let identifier = structuredName(bytes, from: offset + 1, to: end)
      guard !identifier.isEmpty, identifier.upperBound < end else { return nil }
      let element = extraction.scanner.paths.child(
        of: FieldPaths.root, key: bytes.extracting(identifier))
      extraction.line.skip(offset..<identifier.upperBound)
      offset = identifier.upperBound
      while offset < end, bytes.byte(unchecked: offset) == Byte.space {
        let name = structuredName(bytes, from: offset + 1, to: end)
        guard !name.isEmpty, bytes.starts(with: "=\"", at: name.upperBound),
          let close = bytes.closingQuote(from: name.upperBound + 2, to: end),
          extraction.line.fields.count < most
        else { return nil }
        let path = extraction.scanner.paths.child(of: element, key: bytes.extracting(name))
        extraction.line.add(
          path, key: offset, value: name.upperBound + 2..<close, escapes: .structuredData)
        extraction.line.endQuoted()
        offset = close + 1
      }
      guard offset < end, bytes.byte(unchecked: offset) == UInt8(ascii: "]") else { return nil }
      extraction.line.skip(offset..<offset + 1)
      offset += 1
    }
    return behind(offset)
  }

  /// A name of structured data: printable ASCII but `=`, `]`, `"` and blanks.
  private static func structuredName(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int> {
    var offset = start
    while offset < end {
      let byte = bytes.byte(unchecked: offset)
      guard byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "="), byte != UInt8(ascii: "]"),
        byte != Byte.quote
      else { break }
      offset += 1
    }
    return start..<offset
  }
}
