import Parsing

/// The row of a table that is being read, cut into columns.
struct TableRow {
  var columns: [ColumnRange] = []
  /// The cells of a row of a CSV, before they become columns.
  var cells: [CSVCell] = []
  /// Cells of a single line within such a row.
  private var lineCells: [CSVCell] = []

  let lineLimit: Int

  init(options: LogOptions) { lineLimit = options.lineLimit }

  // MARK: Columns

  /// The range of a column that has a value; nil if there is none.
  func column(_ index: Int, _ chunk: RawSpan, _ header: LogHeader) -> Range<Int>? {
    guard index >= 0, index < columns.count else { return nil }
    let range = columns[index]
    guard range.start < range.end, !header.isAbsent(chunk, range) else { return nil }
    return range.start..<range.end
  }

  /// A column's text, its escapes undone.
  func part(
    _ index: Int, _ chunk: RawSpan, _ range: Range<Int>, _ header: LogHeader
  ) -> [UInt8] {
    guard columns[index].hasEscapes else { return chunk.copied(range) }
    var text: [UInt8] = []
    var map = OffsetMap()
    header.unescape(chunk, range, to: &text, &map)
    return text
  }

  /// Whether the address column of a flow log holds an address or `-`: other lines may have as many
  /// words.
  func isFlow(_ chunk: RawSpan, _ header: LogHeader) -> Bool {
    let column = columns[header.addressColumn]
    let range = column.start..<column.end
    return range.count == 1 && chunk.byte(unchecked: range.lowerBound) == Byte.minus
      || IPAddressText.ipv4(chunk, range) != nil || IPAddressText.ipv6(chunk, range) != nil
  }

  // MARK: Cells

  /// Makes the cells read last the columns, without the blanks around those not in quotes.
  mutating func takeCells(_ chunk: RawSpan) { take(cells, of: chunk) }

  /// The same for the cells of the line that was cut last.
  mutating func takeLineCells(_ chunk: RawSpan) { take(lineCells, of: chunk) }

  private mutating func take(_ cells: [CSVCell], of chunk: RawSpan) {
    columns.removeAll(keepingCapacity: true)
    for cell in cells {
      let range = cell.wasQuoted ? cell.range : chunk.trimmed(cell.range)
      columns.append(
        ColumnRange(
          start: range.lowerBound, end: range.upperBound, hasEscapes: cell.hasEscapes,
          isQuoted: cell.wasQuoted))
    }
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
  mutating func holdsRows(
    _ chunk: RawSpan, _ header: LogHeader, _ row: CSVRow, _ parser: CSVParser
  ) -> Bool {
    let width = header.lines.names.count
    guard width >= Self.leastOfRows.columns,
      let firstEnd = chunk.firstOffset(of: Byte.lineFeed, from: row.start, to: row.end)
    else { return false }
    var (lines, wide, inner, wideInner) = (0, 0, 0, 0)
    var offset = row.start
    while offset <= row.end {
      let (start, end) = (offset, row.lineEnd(chunk, from: offset))
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

  /// Cuts a line into cells, where an unclosed quote is an ordinary character; `offset` moves
  /// behind the line.
  mutating func cutLine(
    _ chunk: RawSpan, _ line: Range<Int>, _ parser: CSVParser, _ offset: inout Int
  ) {
    offset = line.lowerBound
    _ = parser.next(
      chunk.extracting(0..<line.upperBound), at: &offset, isFinal: true, cells: &lineCells)
    offset = line.upperBound + 1
  }
}
