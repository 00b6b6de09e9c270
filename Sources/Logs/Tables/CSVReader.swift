import Indicators
import Parsing

extension Extraction {
  /// Reads one row; false: more bytes are needed.
  mutating func readCSVRow(
    _ chunk: RawSpan, _ header: LogHeader, _ position: inout LogPosition,
    _ state: inout LogState, isFinal: Bool, into batch: inout ObservableBatch
  ) -> Bool {
    let parser = CSVParser(of: header.lines.separator, maximumRowLength: options.lineLimit)
    var next = position.offset
    let row = parser.next(chunk, at: &next, isFinal: isFinal, cells: &tableRow.cells)
    switch row.kind {
    case .needMore: return false
    case .endOfInput:
      position.offset = chunk.byteCount
      return true
    case .tooLong:
      state.isBeforeHeaderRow = false
      return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
    case .unclosedQuote: scanner.counters.oddRows += 1
    case .row: break
    }
    if state.isBeforeHeaderRow {
      state.isBeforeHeaderRow = CSVHeader.isFront(chunk, row.start..<row.end)
    } else if row.kind == .row, tableRow.holdsRows(chunk, header, row, parser) {
      scanner.counters.oddRows += 1
      scanLines(chunk, header, row, parser, number: position.line + 1, into: &batch)
    } else {
      tableRow.takeCells(chunk)
      scanRow(
        chunk, header, from: row.start, to: row.end, number: position.line + 1, into: &batch)
    }
    position.offset = next
    position.line += UInt64(row.lineFeeds)
    return true
  }

  // MARK: Lines in quotes

  /// Emits the values of each line of a row.
  private mutating func scanLines(
    _ chunk: RawSpan, _ header: LogHeader, _ row: CSVRow, _ parser: CSVParser, number: UInt64,
    into batch: inout ObservableBatch
  ) {
    var offset = row.start
    var number = number
    while offset <= row.end {
      let (start, end) = (offset, row.lineEnd(chunk, from: offset))
      tableRow.cutLine(chunk, start..<end, parser, &offset)
      tableRow.takeLineCells(chunk)
      scanRow(
        chunk, header, from: start, to: chunk.withoutReturn(start..<end).upperBound,
        number: number,
        into: &batch)
      number += 1
    }
  }

}

extension CSVRow {
  /// The end of the line of the row that an offset is on.
  func lineEnd(_ chunk: RawSpan, from start: Int) -> Int {
    chunk.firstOffset(of: Byte.lineFeed, from: start, to: end) ?? end
  }
}

extension CSVParser {
  /// A parser for the rows of a log with the given separator.
  ///
  /// With tabs nothing needs quotes, since no value holds a tab (IANA's `text/tab-separated-values`
  /// has no quotes). So quotes hold no line ends there, and a value that begins with a quote
  /// swallows no rows.
  init(of separator: UInt8, maximumRowLength: Int = 1 << 20) {
    self.init(
      delimiter: separator, quotesHoldLineEnds: separator != Byte.tab,
      maximumRowLength: maximumRowLength)
  }
}
