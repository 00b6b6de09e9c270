import Indicators
import Parsing

extension Extraction {
  /// Reads one row; false: more bytes are needed.
  mutating func readCSVRow(
    _ chunk: RawSpan, _ header: LogHeader, _ position: inout LogPosition,
    _ state: inout LogState, isFinal: Bool, into batch: inout ObservableBatch
  ) -> Bool {
    let parser = CSVParser(of: header.separator, maximumRowLength: options.lineLimit)
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
    } else if row.kind == .row, holdsRows(chunk, header, row, parser) {
      counters.oddRows += 1
      scanLines(chunk, header, row, parser, number: position.line + 1, into: &batch)
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

  // MARK: Lines in quotes

  /// The fewest columns and separators for lines within quotes to be rows: ordinary text of several
  /// lines has commas as well.
  private static let leastOfRows = (columns: 3, separators: 8)

  /// Whether the lines of a row are rows by themselves, because the table's writer does not quote.
  ///
  /// Two values that somebody chose, `"x` and `y"`, would turn everything between them into one
  /// cell. Most lines in it are then as wide as the header; the first and the last may have any
  /// width, since they hold those two values.
  private mutating func holdsRows(
    _ chunk: RawSpan, _ header: LogHeader, _ row: CSVRow, _ parser: CSVParser
  ) -> Bool {
    let width = header.names.count
    guard width >= Self.leastOfRows.columns,
      let firstEnd = chunk.firstOffset(of: Byte.lineFeed, from: row.start, to: row.end)
    else { return false }
    var (lines, wide, inner, wideInner) = (0, 0, 0, 0)
    var offset = row.start
    while offset <= row.end {
      let (start, end) = (offset, lineEnd(chunk, from: offset, in: row))
      cutLine(chunk, start..<end, parser, &offset)
      let isWide = lineCells.count == width
      lines += 1
      if isWide { wide += 1 }
      guard start > firstEnd, end < row.end else { continue }
      inner += 1
      if isWide { wideInner += 1 }
    }
    guard wide * (width - 1) >= Self.leastOfRows.separators else { return false }
    return inner > 0 ? wideInner * 2 > inner : wide == lines
  }

  /// Emits the values of each line of a row.
  private mutating func scanLines(
    _ chunk: RawSpan, _ header: LogHeader, _ row: CSVRow, _ parser: CSVParser, number: UInt64,
    into batch: inout ObservableBatch
  ) {
    var offset = row.start
    var number = number
    while offset <= row.end {
      let (start, end) = (offset, lineEnd(chunk, from: offset, in: row))
      cutLine(chunk, start..<end, parser, &offset)
      columns.removeAll(keepingCapacity: true)
      append(lineCells, of: chunk)
      scanRow(
        chunk, header, from: start, to: chunk.withoutReturn(start..<end).upperBound,
        number: number,
        into: &batch)
      number += 1
    }
  }

  private func lineEnd(_ chunk: RawSpan, from start: Int, in row: CSVRow) -> Int {
    chunk.firstOffset(of: Byte.lineFeed, from: start, to: row.end) ?? row.end
  }

  /// Cuts a line into cells, where an unclosed quote is an ordinary character; `offset` moves
  /// behind the line.
  private mutating func cutLine(
    _ chunk: RawSpan, _ line: Range<Int>, _ parser: CSVParser, _ offset: inout Int
  ) {
    offset = line.lowerBound
    _ = parser.next(
      chunk.extracting(0..<line.upperBound), at: &offset, isFinal: true, cells: &lineCells)
    offset = line.upperBound + 1
  }

  // MARK: Cells

  /// Appends the cells read last to the columns, without the blanks around those not in quotes.
  mutating func appendCells(_ chunk: RawSpan) { append(cells, of: chunk) }

  private mutating func append(_ cells: [CSVCell], of chunk: RawSpan) {
    for cell in cells {
      let range = cell.wasQuoted ? cell.range : chunk.trimmed(cell.range)
      columns.append(
        ColumnRange(
          start: range.lowerBound, end: range.upperBound, hasEscapes: cell.hasEscapes,
          isQuoted: cell.wasQuoted))
    }
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
