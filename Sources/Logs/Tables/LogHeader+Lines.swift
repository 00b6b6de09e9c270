import Parsing

/// Lines that begin with `#`, of which headers are made.
extension LogHeader {
  // MARK: Zeek

  /// The separator that a `#separator` line names, as an escape or as itself.
  static func zeekSeparator(_ chunk: RawSpan, _ line: Range<Int>) -> UInt8? {
    guard chunk.starts(with: "#separator", at: line.lowerBound) else { return nil }
    guard chunk.starts(with: "#separator ", at: line.lowerBound), line.count > 11 else {
      return Byte.tab
    }
    let start = line.lowerBound + 11
    var separator = chunk.byte(unchecked: start)
    if line.count >= 15, chunk.starts(with: "\\x", at: start),
      let byte = Hex.byte(chunk.byte(unchecked: start + 2), chunk.byte(unchecked: start + 3))
    {
      separator = byte
    }
    return mayStandInValue(separator) ? nil : separator
  }

  /// Whether a byte may be in a name or an address: as a separator it would make these unreadable.
  private static func mayStandInValue(_ byte: UInt8) -> Bool {
    ByteClasses.shared.is(byte, .alphanumeric) || byte == Byte.dot || byte == Byte.minus
      || byte == 0
  }

  /// A Zeek header with what another of its lines says.
  func withZeekLine(
    _ chunk: RawSpan, _ line: Range<Int>
  ) -> LogHeader {
    let parts = Self.split(chunk, line, at: lines.separator)
    guard parts.count > 1 else { return self }
    switch String(decoding: parts[0], as: UTF8.self) {
    case "#set_separator":
      guard let byte = parts[1].first, !Self.mayStandInValue(byte) else { return self }
      return with { $0.setSeparator = byte }
    // A text that could be a value is not accepted as a sign for a missing one.
    case "#empty_field" where !parts[1].contains(Byte.dot) && !parts[1].contains(Byte.colon):
      return with { $0.emptyField = parts[1] }
    case "#unset_field" where !parts[1].contains(Byte.dot) && !parts[1].contains(Byte.colon):
      return with { $0.unsetField = parts[1] }
    case "#fields": return with { $0.names = Array(parts.dropFirst()) }
    case "#types": return with { $0.types = Array(parts.dropFirst()) }
    default: return self
    }
  }

  private static func split(_ chunk: RawSpan, _ line: Range<Int>, at separator: UInt8) -> [[UInt8]]
  {
    var parts: [[UInt8]] = []
    var start = line.lowerBound
    while true {
      let end = chunk.firstOffset(of: separator, from: start, to: line.upperBound)
      parts.append(chunk.copied(start..<(end ?? line.upperBound)))
      guard let end else { return parts }
      start = end + 1
    }
  }

  // MARK: W3C

  /// A W3C header with the day and the zone that another header's lines name.
  func withDays(of other: LogHeader) -> LogHeader {
    with {
      $0.date = other.lines.date
      $0.hasLocalTimes = other.lines.hasLocalTimes
    }
  }

  /// The day that a `#Date:` line names, for rows that have only a time of day.
  static func w3cDate(_ chunk: RawSpan, _ line: Range<Int>) -> [UInt8]? {
    guard chunk.starts(ignoringCase: "#date:", at: line.lowerBound) else { return nil }
    let text = chunk.trimmed(line.lowerBound + 6..<line.upperBound)
    let end = chunk.firstOffset(of: Byte.space, from: text.lowerBound, to: text.upperBound)
    let day = text.lowerBound..<(end ?? text.upperBound)
    return day.count == 10 ? chunk.copied(day) : nil
  }

  /// Whether a line is the first of another log's directives.
  static func beginsDirectives(_ chunk: RawSpan, _ line: Range<Int>) -> Bool {
    chunk.starts(ignoringCase: "#version:", at: line.lowerBound)
  }

  /// Whether a line says that times are local ones, as that of Windows' firewall does.
  static func namesLocalTimes(_ chunk: RawSpan, _ line: Range<Int>) -> Bool {
    chunk.starts(ignoringCase: "#time format: local", at: line.lowerBound)
  }

  /// Whether `#Fields:` comes before the first line that does not begin with `#`; nil: more bytes
  /// are needed to tell.
  static func fieldsFollow(
    _ chunk: RawSpan, behind offset: Int, limit: Int, _ isFinal: Bool
  ) -> Bool? {
    let windowEnd = min(chunk.byteCount, limit)
    var line = offset
    while line < windowEnd {
      guard chunk.byte(unchecked: line) == UInt8(ascii: "#") else { return false }
      if windowEnd - line >= 8, chunk.starts(ignoringCase: "#fields:", at: line) { return true }
      guard let end = chunk.firstOffset(of: Byte.lineFeed, from: line, to: windowEnd) else {
        break
      }
      line = end + 1
    }
    return isFinal || windowEnd < chunk.byteCount || windowEnd == limit ? false : nil
  }
}

extension TableRow {
  /// The header that a `#Fields:` line holds; nil for other lines.
  mutating func w3cHeader(_ chunk: RawSpan, _ line: Range<Int>) -> LogHeader? {
    guard chunk.starts(ignoringCase: "#fields:", at: line.lowerBound) else { return nil }
    // The standard's separator is white space; some programs write tabs or commas.
    let list = chunk.trimmed(line.lowerBound + 8..<line.upperBound)
    func holds(_ byte: UInt8) -> Bool {
      chunk.firstOffset(of: byte, from: list.lowerBound, to: list.upperBound) != nil
    }
    let separator =
      holds(Byte.tab) ? Byte.tab : !holds(Byte.space) && holds(Byte.comma) ? Byte.comma : Byte.space
    splitW3C(chunk, list, at: separator)
    let names = columns.map { chunk.copied($0.start..<$0.end) }
    return LogHeader(.init(layout: .w3c, separator: separator, names: names))
  }
}
