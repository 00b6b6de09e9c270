import Indicators
import Parsing

extension Extraction {
  /// Reads a line that begins with `#` outside of any table: the first of a Zeek log or of a W3C
  /// log's directives, else text.
  mutating func readNumberSign(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool,
    into batch: inout ObservableBatch
  ) -> Bool {
    guard
      case .at(let end, let hasLineFeed) = lineEnd(
        chunk, from: position.offset, isFinal: isFinal)
    else { return readText(chunk, &position, &state, isFinal: isFinal, into: &batch) }
    let line = chunk.withoutReturn(position.offset..<end)
    let readsZeek = options.format == nil || options.format == .zeek
    let readsW3C = options.format == nil || options.format == .w3c
    if readsZeek, let separator = zeekSeparator(chunk, line) {
      (state.isClosed, state.isBehindComment) = (false, false)
      state.layout = .rows(LogHeader(layout: .zeek, separator: separator))
    } else if options.format == .zeek, chunk.starts(with: "#fields\t", at: line.lowerBound) {
      let header = LogHeader(layout: .zeek, separator: Byte.tab)
      state.layout = .rows(zeekHeader(header, chunk, line))
    } else if readsW3C, let header = w3cHeader(chunk, line) {
      (state.isClosed, state.isBehindComment) = (false, false)
      state.layout = .rows(header)
    } else {
      guard readsW3C, state.layout != .comments, !state.isBehindComment else {
        return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
      }
      // Other directives come before `#Fields:`, which shows that they are directives.
      switch Self.fieldsFollow(
        chunk, behind: hasLineFeed ? end + 1 : end,
        limit: line.lowerBound + options.lineLimit, isFinal)
      {
      case nil: return false
      case false?:
        if state.isClosed { state.isBehindComment = true } else { state.layout = .comments }
        return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
      case true?:
        (state.isClosed, state.isBehindComment) = (false, false)
        state.layout = .rows(
          LogHeader(
            layout: .w3c, separator: Byte.space, date: w3cDate(chunk, line) ?? [],
            hasLocalTimes: namesLocalTimes(chunk, line)))
      }
    }
    finishLine(&position, end, hasLineFeed)
    return true
  }

  /// Reads a line of a table that begins with `#`.
  mutating func readHeaderLine(
    _ chunk: RawSpan, _ header: LogHeader, _ position: inout LogPosition,
    _ state: inout LogState, end: Int, hasLineFeed: Bool
  ) {
    let line = chunk.withoutReturn(position.offset..<end)
    if options.format != .w3c, let separator = zeekSeparator(chunk, line) {
      state.layout = .rows(LogHeader(layout: .zeek, separator: separator))
    } else if header.layout == .zeek {
      if chunk.starts(with: "#close", at: line.lowerBound) { state.isClosed = true }
      state.layout = .rows(
        isW3CDirective(chunk, line)
          ? w3cHeader(header, chunk, line) : zeekHeader(header, chunk, line))
    } else if let fields = w3cHeader(chunk, line) {
      state.layout = .rows(
        fields.with(date: header.date, hasLocalTimes: header.hasLocalTimes))
    } else if let date = w3cDate(chunk, line), date != header.date {
      state.layout = .rows(header.with(date: date))
    } else if !header.hasLocalTimes, namesLocalTimes(chunk, line) {
      state.layout = .rows(header.with(hasLocalTimes: true))
    } else if header.hasLocalTimes, beginsDirectives(chunk, line) {
      state.layout = .rows(header.with(hasLocalTimes: false))
    }
    finishLine(&position, end, hasLineFeed)
  }

  /// Steps over a line.
  func finishLine(_ position: inout LogPosition, _ end: Int, _ hasLineFeed: Bool) {
    position.offset = hasLineFeed ? end + 1 : end
    if hasLineFeed { position.line += 1 }
  }

  /// The separator that a `#separator` line names, as an escape or as itself.
  private func zeekSeparator(_ chunk: RawSpan, _ line: Range<Int>) -> UInt8? {
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
  private func mayStandInValue(_ byte: UInt8) -> Bool {
    classes.is(byte, .alphanumeric) || byte == Byte.dot || byte == Byte.minus || byte == 0
  }

  /// A Zeek header with what another of its lines says.
  func zeekHeader(
    _ header: LogHeader, _ chunk: RawSpan, _ line: Range<Int>
  ) -> LogHeader {
    let parts = split(chunk, line, at: header.separator)
    guard parts.count > 1 else { return header }
    switch String(decoding: parts[0], as: UTF8.self) {
    case "#set_separator" where !(parts[1].first.map(mayStandInValue) ?? true):
      return header.with(setSeparator: parts[1].first)
    // A text that could be a value is not accepted as a sign for a missing one.
    case "#empty_field" where !parts[1].contains(Byte.dot) && !parts[1].contains(Byte.colon):
      return header.with(emptyField: parts[1])
    case "#unset_field" where !parts[1].contains(Byte.dot) && !parts[1].contains(Byte.colon):
      return header.with(unsetField: parts[1])
    case "#fields": return header.with(names: Array(parts.dropFirst()))
    case "#types": return header.with(types: Array(parts.dropFirst()))
    default: return header
    }
  }

  private func split(_ chunk: RawSpan, _ line: Range<Int>, at separator: UInt8) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var start = line.lowerBound
    while true {
      let end = chunk.firstOffset(of: separator, from: start, to: line.upperBound)
      parts.append(chunk.copied(start..<(end ?? line.upperBound)))
      guard let end else { return parts }
      start = end + 1
    }
  }

  /// The day that a `#Date:` line names, for rows that have only a time of day.
  func w3cDate(_ chunk: RawSpan, _ line: Range<Int>) -> [UInt8]? {
    guard chunk.starts(ignoringCase: "#date:", at: line.lowerBound) else { return nil }
    let text = chunk.trimmed(line.lowerBound + 6..<line.upperBound)
    let end = chunk.firstOffset(of: Byte.space, from: text.lowerBound, to: text.upperBound)
    let day = text.lowerBound..<(end ?? text.upperBound)
    return day.count == 10 ? chunk.copied(day) : nil
  }

  /// Whether a line is a W3C directive that means something; a Zeek log without its `#close` may be
  /// before it.
  func isW3CDirective(_ chunk: RawSpan, _ line: Range<Int>) -> Bool {
    options.format != .zeek
      && (chunk.starts(ignoringCase: "#fields:", at: line.lowerBound)
        || w3cDate(chunk, line) != nil || namesLocalTimes(chunk, line))
  }

  /// A header with what a W3C directive says; it stays that of Zeek until the fields are named.
  private mutating func w3cHeader(
    _ header: LogHeader, _ chunk: RawSpan, _ line: Range<Int>
  ) -> LogHeader {
    if let fields = w3cHeader(chunk, line) {
      return fields.with(date: header.date, hasLocalTimes: header.hasLocalTimes)
    }
    if let date = w3cDate(chunk, line) { return header.with(date: date) }
    return header.with(hasLocalTimes: true)
  }

  /// Whether a line is the first of another log's directives.
  func beginsDirectives(_ chunk: RawSpan, _ line: Range<Int>) -> Bool {
    chunk.starts(ignoringCase: "#version:", at: line.lowerBound)
  }

  /// Whether a line says that times are local ones, as that of Windows' firewall does.
  func namesLocalTimes(_ chunk: RawSpan, _ line: Range<Int>) -> Bool {
    chunk.starts(ignoringCase: "#time format: local", at: line.lowerBound)
  }

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
    return LogHeader(layout: .w3c, separator: separator, names: names)
  }

  /// Whether `#Fields:` comes before the first line that does not begin with `#`; nil: more bytes
  /// are needed to tell.
  ///
  /// The function is static because a method call would copy the whole extraction.
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
