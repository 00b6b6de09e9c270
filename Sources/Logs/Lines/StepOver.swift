import Indicators
import Parsing

/// Steps over bytes that hold no candidate: only where lines and records end has to be known, and
/// what they mean for those behind them.
///
/// Nothing here emits. Anything unusual is left to the readers, which would come to the same
/// result.
extension Extraction {
  /// Steps over lines that hold no candidate, and the JSON values that begin on them; false if
  /// there are none at the position.
  mutating func stepOver(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool
  ) -> Bool {
    guard !state.isInsideLongLine else { return false }
    var table: LogHeader?
    var isClosed = false
    if case .rows(let header) = state.layout {
      if state.isBeforeHeaderRow || state.isInsideLine || state.array != .outside { return false }
      table = header
      isClosed = state.isClosed
    }
    let candidate = min(candidates.first(from: position.offset), chunk.byteCount)
    if state.array != .outside {
      return stepOverElements(chunk, &position, &state, to: candidate)
    }
    if state.isInsideLine {
      return options.readsJSON && stepOverValues(chunk, &position, &state, to: candidate)
    }
    let hasQuotes = table?.lines.layout == .csv
    let isTable = table != nil && !isClosed
    var walk = LineWalk(
      start: position.offset, candidate: candidate,
      isComment: state.layout == .comments || state.isBehindComment,
      isAmongValues: table == nil && options.readsJSON, isTable: isTable, hasQuotes: hasQuotes)
    if let table, isTable, !hasQuotes {
      walk.header = HeaderLines(table)
      walk.holdsValues = holdsValues(table)
    }
    walk.isOutside = !isTable && !hasQuotes
    stepOverLines(chunk, &walk, isFinal: isFinal)
    guard walk.start > position.offset else { return false }
    position.offset = walk.start
    position.line += walk.lines
    state.isInsideLine = walk.isInsideLine
    if walk.isInsideArray { state.array = .behindElement }
    if table == nil { state.layout = walk.isComment ? .comments : .lines }
    state.isBehindComment = isClosed && walk.isComment
    if let header = walk.header, header.isAny {
      state.layout = .rows(read(header, chunk))
    }
    return true
  }

  private mutating func stepOverLines(_ chunk: RawSpan, _ walk: inout LineWalk, isFinal: Bool) {
    let candidate = walk.candidate
    let lineEnd = candidate < chunk.byteCount ? candidate + 1 : chunk.byteCount
    let meanings =
      walk.hasQuotes
      ? LineMeanings.quotedRows
      : walk.isTable ? walk.holdsValues ? .rowsAndRecords : .rows : .lines(options)
    while true {
      // No line before the window's end is beyond the limit.
      let start = meanings.stepOver(
        chunk, from: walk.start, to: min(lineEnd, walk.start + options.lineLimit), &walk.lines)
      if start > walk.start { walk.isComment = false }
      walk.start = start
      walk.stepOverBlankLines(chunk)
      guard stepOverLine(chunk, &walk, isFinal: isFinal) else { return }
    }
  }

  /// Examines a line and steps over it; false if it must be left to a reader, or the walk is over.
  private mutating func stepOverLine(
    _ chunk: RawSpan, _ walk: inout LineWalk, isFinal: Bool
  ) -> Bool {
    let start = walk.start
    guard start < chunk.byteCount else { return false }
    let windowEnd = min(chunk.byteCount, start + options.lineLimit + 1)
    guard let end = chunk.firstOffset(of: Byte.lineFeed, from: start, to: windowEnd),
      walk.candidate >= end
    else { return false }
    var isComment = false
    let byte = chunk.byte(unchecked: start)
    if walk.hasQuotes {
      // A quoted cell may hold the end of the line.
      if chunk.firstOffset(of: Byte.quote, from: start, to: end) != nil { return false }
    } else if byte == UInt8(ascii: "#") {
      let line = chunk.withoutReturn(start..<end)
      if walk.isTable {
        guard takeHeaderLine(chunk, line, &walk) else { return false }
      } else {
        guard walk.isOutside, isText(chunk, line, behind: end + 1, walk, isFinal: isFinal) else {
          return false
        }
        isComment = options.format == nil || options.format == .w3c
      }
    } else if walk.isTable {
      if walk.holdsValues, byte == UInt8(ascii: "{"),
        !endsWithItsLine(chunk, start..<end, isFinal: isFinal)
      {
        guard let header = walk.header, !header.isAny, !isRow(chunk, start..<end, header.table)
        else { return false }
        return stepOverValue(chunk, start..<end, &walk)
      }
    } else {
      if byte == UInt8(ascii: "v"), options.readsLineRecords, isFlowLogHeader(chunk, start..<end) {
        return false
      }
      if !endsWithItsLine(chunk, start..<end, isFinal: isFinal) {
        return walk.isAmongValues && stepOverValue(chunk, start..<end, &walk)
      }
    }
    walk.isComment = isComment
    walk.start = end + 1
    walk.lines += 1
    return true
  }

  /// Steps over the value that begins on a line, or over the line if none does; false if it must be
  /// left to a reader, or the walk ends behind the value.
  private mutating func stepOverValue(
    _ chunk: RawSpan, _ line: Range<Int>, _ walk: inout LineWalk
  ) -> Bool {
    let start = line.lowerBound
    switch lookAtValue(chunk, line, to: walk.candidate) {
    case .unknown: return false
    case .text:
      walk.isComment = false
      walk.start = line.upperBound + 1
      walk.lines += 1
      return true
    case .firstElement(let end):
      walk.lines += UInt64(chunk.lineFeeds(from: start, to: end))
      walk.isComment = false
      walk.start = end
      walk.isInsideLine = true
      walk.isInsideArray = true
      return false
    case .value(let end):
      walk.lines += UInt64(chunk.lineFeeds(from: start, to: end))
      walk.isComment = false
      walk.start = end
      walk.isInsideLine = true
      guard end < walk.candidate, chunk.byte(unchecked: end) == Byte.lineFeed else {
        return false
      }
      walk.isInsideLine = false
      walk.start = end + 1
      walk.lines += 1
      return true
    }
  }

  /// Whether a line of an open table has as many columns as the header.
  private mutating func isRow(_ chunk: RawSpan, _ line: Range<Int>, _ header: LogHeader) -> Bool {
    let names = header.lines.names.count
    // Between two columns is at least a byte.
    guard line.count + 1 >= names else { return false }
    guard case .at = tableRow.split(chunk, header, from: line.lowerBound, isFinal: false) else {
      return true
    }
    return tableRow.columns.count == names
  }

  /// Whether a line that begins with `#` outside of any table is text, and no header or a part of one.
  private func isText(
    _ chunk: RawSpan, _ line: Range<Int>, behind end: Int, _ walk: LineWalk, isFinal: Bool
  ) -> Bool {
    if line.count > 1 {
      switch chunk.byte(unchecked: line.lowerBound + 1) | 0x20 {
      case UInt8(ascii: "s"), UInt8(ascii: "f"): return false
      default: break
      }
    }
    guard options.format == nil || options.format == .w3c, !walk.isComment else { return true }
    return LogHeader.fieldsFollow(
      chunk, behind: end, limit: line.lowerBound + options.lineLimit, isFinal) == false
  }

  /// Whether everything that begins on a line, text or records, ends on it.
  ///
  /// A line that begins with `{` and ends with `}` does, if what follows cannot continue JSON
  /// behind a `}`: either the last record on the line ends here, or it is no record and the line is
  /// text.
  @inline(__always)
  private func endsWithItsLine(_ chunk: RawSpan, _ line: Range<Int>, isFinal: Bool) -> Bool {
    var first = line.lowerBound
    while first < line.upperBound, RawSpan.isPadding(chunk.byte(unchecked: first)) { first += 1 }
    guard first < line.upperBound else { return true }
    switch chunk.byte(unchecked: first) {
    case UInt8(ascii: "["): return !options.readsJSON
    case UInt8(ascii: "{"): break
    default: return true
    }
    if !options.readsJSON { return true }
    var last = line.upperBound
    while RawSpan.isPadding(chunk.byte(unchecked: last - 1)) { last -= 1 }
    guard chunk.byte(unchecked: last - 1) == UInt8(ascii: "}") else { return false }
    var next = line.upperBound
    while next < chunk.byteCount, RawSpan.isPadding(chunk.byte(unchecked: next)) { next += 1 }
    guard next < chunk.byteCount else { return isFinal }
    switch chunk.byte(unchecked: next) {
    case Byte.comma, UInt8(ascii: "}"), UInt8(ascii: "]"): return false
    default: return true
    }
  }

  // MARK: Headers

  /// Remembers a line of a table that begins with `#`; false if it must be read at once.
  private func takeHeaderLine(
    _ chunk: RawSpan, _ line: Range<Int>, _ walk: inout LineWalk
  ) -> Bool {
    guard var header = walk.header else { return false }
    if options.format != .w3c, chunk.starts(with: "#separator", at: line.lowerBound) {
      return false
    }
    switch header.table.lines.layout {
    case .zeek:
      // Another separator might be a part of the names of the header's lines.
      guard header.table.lines.separator == Byte.tab,
        !chunk.starts(with: "#close", at: line.lowerBound), !isW3CDirective(chunk, line)
      else { return false }
      guard
        let tab = chunk.firstOffset(of: Byte.tab, from: line.lowerBound, to: line.upperBound)
      else { break }
      header.takeZeek(chunk, line, name: line.lowerBound..<tab)
    case .w3c:
      if chunk.starts(ignoringCase: "#fields:", at: line.lowerBound) {
        header.fields = line
      } else if let date = LogHeader.w3cDate(chunk, line) {
        header.date = date
      } else if LogHeader.namesLocalTimes(chunk, line) {
        header.namesLocalTimes = true
      } else if LogHeader.beginsDirectives(chunk, line),
        header.table.lines.hasLocalTimes || header.namesLocalTimes
      {
        // Read at once: the lines remembered so far belong to another log.
        return false
      }
    case .csv, .flowLog: return false
    }
    walk.header = header
    return true
  }

  /// The header of a table with what the remembered lines say.
  private mutating func read(_ lines: HeaderLines, _ chunk: RawSpan) -> LogHeader {
    var header = lines.table
    if header.lines.layout == .w3c {
      if let line = lines.fields, let fields = tableRow.w3cHeader(chunk, line) {
        header = fields.withDays(of: header)
      }
      if let date = lines.date, date != header.lines.date {
        header = header.with { $0.date = date }
      }
      if lines.namesLocalTimes { header = header.with { $0.hasLocalTimes = true } }
      return header
    }
    for line in [lines.fields, lines.types, lines.setSeparator, lines.emptyField, lines.unsetField]
    {
      if let line { header = header.withZeekLine(chunk, line) }
    }
    return header
  }
}

/// A walk over lines without candidates.
private struct LineWalk {
  /// Where the walk is: at the start of a line, or behind a value on one.
  var start: Int
  /// Lines that were stepped over.
  var lines: UInt64 = 0
  /// The next candidate, which no line that is stepped over may reach.
  let candidate: Int
  /// Whether the last line begins with `#` and is text.
  var isComment: Bool
  /// Whether the walk is behind a value on a line.
  var isInsideLine = false
  /// Whether that value is the first object of an array.
  var isInsideArray = false
  /// Outside of any table, where lines may be records in JSON.
  let isAmongValues: Bool
  /// Whether the lines are rows under a header, and whether quoted cells may hold the ends of
  /// lines.
  let isTable: Bool
  let hasQuotes: Bool
  /// Whether records in JSON may be among the rows.
  var holdsValues = false
  var isOutside = false
  /// Lines of the table's header that were stepped over.
  var header: HeaderLines?

  /// Steps over empty lines that end in a carriage return and a line feed.
  @inline(__always)
  mutating func stepOverBlankLines(_ chunk: RawSpan) {
    if isTable || hasQuotes { return }
    while start + 1 < candidate, chunk.byte(unchecked: start) == Byte.carriageReturn,
      chunk.byte(unchecked: start + 1) == Byte.lineFeed
    {
      start += 2
      lines += 1
      isComment = false
    }
  }
}

/// The lines of a header that were stepped over; the last one of each kind counts.
///
/// They are read only when the walk ends, as it does before a row that is read: headers without
/// such rows cost no more than text.
private struct HeaderLines {
  /// The header before them.
  let table: LogHeader
  var fields: Range<Int>?
  var types: Range<Int>?
  var setSeparator: Range<Int>?
  var emptyField: Range<Int>?
  var unsetField: Range<Int>?
  /// The day of a W3C log, and whether its times are local ones.
  var date: [UInt8]?
  var namesLocalTimes = false

  init(_ table: LogHeader) { self.table = table }

  var isAny: Bool {
    fields != nil || types != nil || setSeparator != nil || emptyField != nil
      || unsetField != nil || date != nil || namesLocalTimes
  }

  mutating func takeZeek(_ chunk: RawSpan, _ line: Range<Int>, name: Range<Int>) {
    func isName(_ word: StaticString) -> Bool {
      name.count == word.utf8CodeUnitCount && chunk.starts(with: word, at: name.lowerBound)
    }
    if isName("#fields") {
      fields = line
    } else if isName("#types") {
      types = line
    } else if isName("#set_separator") {
      setSeparator = line
    } else if isName("#empty_field") {
      emptyField = line
    } else if isName("#unset_field") {
      unsetField = line
    }
  }
}
