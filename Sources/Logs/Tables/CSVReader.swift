import Indicators
import Parsing

extension Extraction {
  /// Reads one row; false: more bytes are needed.
  mutating func readCSVRow(
    _ chunk: RawSpan, _ header: LogHeader, _ position: inout LogPosition,
    _ state: inout LogState, isFinal: Bool, into batch: inout ObservableBatch
  ) -> Bool {
    let parser = CSVParser(
      delimiter: header.separator, maximumRowLength: options.lineLimit)
    var next = position.offset
    let row = parser.next(chunk, at: &next, isFinal: isFinal, cells: &cells)
    switch row.kind {
    case .needMore: return false
    case .endOfInput:
      position.offset = chunk.byteCount
      return true
    case .tooLong:
      state.isBeforeHeaderRow = false
      return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
    case .unclosedQuote: counters.oddRows += 1
    case .row: break
    }
    if state.isBeforeHeaderRow {
      state.isBeforeHeaderRow = CSVHeader.isFront(chunk, row.start..<row.end)
    } else {
      columns.removeAll(keepingCapacity: true)
      appendCells(chunk)
      scanRow(
        chunk, header, from: row.start, to: row.end, number: position.line + 1, into: &batch)
    }
    position.offset = next
    position.line += UInt64(row.lineFeeds)
    return true
  }

  /// Appends the cells read last to the columns, without the blanks around those not in quotes.
  mutating func appendCells(_ chunk: RawSpan) {
    for cell in cells {
      let range = cell.wasQuoted ? cell.range : chunk.trimmed(cell.range)
      columns.append(
        ColumnRange(
          start: range.lowerBound, end: range.upperBound, hasEscapes: cell.hasEscapes,
          isQuoted: cell.wasQuoted))
    }
  }
}
