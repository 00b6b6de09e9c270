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
    if readsZeek, let separator = LogHeader.zeekSeparator(chunk, line) {
      (state.isClosed, state.isBehindComment) = (false, false)
      state.layout = .rows(LogHeader(.init(layout: .zeek, separator: separator)))
    } else if options.format == .zeek, chunk.starts(with: "#fields\t", at: line.lowerBound) {
      let header = LogHeader(.init(layout: .zeek, separator: Byte.tab))
      state.layout = .rows(header.withZeekLine(chunk, line))
    } else if readsW3C, let header = tableRow.w3cHeader(chunk, line) {
      (state.isClosed, state.isBehindComment) = (false, false)
      state.layout = .rows(header)
    } else {
      guard readsW3C, state.layout != .comments, !state.isBehindComment else {
        return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
      }
      // Other directives come before `#Fields:`, which shows that they are directives.
      switch LogHeader.fieldsFollow(
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
            .init(
              layout: .w3c, separator: Byte.space, date: LogHeader.w3cDate(chunk, line) ?? [],
              hasLocalTimes: LogHeader.namesLocalTimes(chunk, line))))
      }
    }
    position.finishLine(end, hasLineFeed)
    return true
  }

  /// Reads a line of a table that begins with `#`.
  mutating func readHeaderLine(
    _ chunk: RawSpan, _ header: LogHeader, _ position: inout LogPosition,
    _ state: inout LogState, end: Int, hasLineFeed: Bool
  ) {
    let line = chunk.withoutReturn(position.offset..<end)
    if options.format != .w3c, let separator = LogHeader.zeekSeparator(chunk, line) {
      state.layout = .rows(LogHeader(.init(layout: .zeek, separator: separator)))
    } else if header.lines.layout == .zeek {
      if chunk.starts(with: "#close", at: line.lowerBound) { state.isClosed = true }
      state.layout = .rows(
        isW3CDirective(chunk, line)
          ? w3cHeader(header, chunk, line) : header.withZeekLine(chunk, line))
    } else if let fields = tableRow.w3cHeader(chunk, line) {
      state.layout = .rows(fields.withDays(of: header))
    } else if let date = LogHeader.w3cDate(chunk, line), date != header.lines.date {
      state.layout = .rows(header.with { $0.date = date })
    } else if !header.lines.hasLocalTimes, LogHeader.namesLocalTimes(chunk, line) {
      state.layout = .rows(header.with { $0.hasLocalTimes = true })
    } else if header.lines.hasLocalTimes, LogHeader.beginsDirectives(chunk, line) {
      state.layout = .rows(header.with { $0.hasLocalTimes = false })
    }
    position.finishLine(end, hasLineFeed)
  }

  /// Whether a line is a W3C directive that means something; a Zeek log without its `#close` may be
  /// before it.
  func isW3CDirective(_ chunk: RawSpan, _ line: Range<Int>) -> Bool {
    options.format != .zeek
      && (chunk.starts(ignoringCase: "#fields:", at: line.lowerBound)
        || LogHeader.w3cDate(chunk, line) != nil || LogHeader.namesLocalTimes(chunk, line))
  }

  /// A header with what a W3C directive says; it stays that of Zeek until the fields are named.
  private mutating func w3cHeader(
    _ header: LogHeader, _ chunk: RawSpan, _ line: Range<Int>
  ) -> LogHeader {
    if let fields = tableRow.w3cHeader(chunk, line) {
      return fields.withDays(of: header)
    }
    if let date = LogHeader.w3cDate(chunk, line) { return header.with { $0.date = date } }
    return header.with { $0.hasLocalTimes = true }
  }
}
