import Parsing

/// One row: its cells unquoted, in an arena of its own.
struct TableRow {
  var bytes: [UInt8] = []
  var cells: [Range<Int>] = []
  /// The line that the row begins in, from 1.
  var line: UInt64 = 0
  /// The first cell was quoted.
  var beginsQuoted = false

  /// The cells that are not empty, for a person to see.
  var text: [UInt8] {
    Array(cells.lazy.map { bytes[$0] }.filter { !$0.isEmpty }.joined(separator: " | ".utf8))
  }

  /// Joins the last cell that the header names with those after it: the delimiter is part of a URL.
  mutating func joinSurplus(behind width: Int, delimiter: UInt8) {
    guard width > 0, width < cells.count else { return }
    let last = cells[width - 1]
    let rest = cells[width...].reduce(into: Array(bytes[last])) { text, cell in
      text.append(delimiter)
      text += bytes[cell]
    }
    bytes.replaceSubrange(last.lowerBound..., with: rest)
    cells.removeLast(cells.count - width)
    cells[width - 1] = last.lowerBound..<bytes.count
  }

  /// Number of cells that hold something.
  var filledCells: Int { cells.indices.count { !range($0).isEmpty } }

  /// Where a cell is without the white space at its ends; a missing cell is empty.
  func range(_ column: Int) -> Range<Int> {
    guard column < cells.count else { return 0..<0 }
    return Text.trimmed(bytes.rawSpan, cells[column])
  }
}

/// Rows of delimited cells from a stream; `#` lines and empty ones are left out.
///
/// A quote that closes nowhere near is taken for a stray one and its line read without regard for
/// quotes, so that one bad row does not swallow those that follow.
struct CSVReader {
  let delimiter: UInt8
  /// The row that `next` read.
  private(set) var row = TableRow()
  /// The row is the beginning of one that is too long to be used.
  private(set) var isTooLong = false
  /// The text ends within quotes, and the row before began with quotes as well: the file was cut.
  private(set) var endsInQuotes = false

  private let parser: CSVParser
  private let lineParser: CSVParser
  private var cells: [CSVCell] = []
  private var lineCells: [CSVCell] = []
  /// Most lines of a row that is accepted without further checks.
  ///
  /// A longer row must be as wide as the one before it, and its lines must not look like rows.
  private static let longestRowLines = 64
  /// Lines after the first that are examined for that.
  private static let judgedLines = 32

  init(delimiter: UInt8, lineLimit: Int = 1 << 20) {
    self.delimiter = delimiter
    parser = CSVParser(delimiter: delimiter, maximumRowLength: lineLimit)
    lineParser = CSVParser(
      delimiter: delimiter, allowsQuotes: false, maximumRowLength: lineLimit)
  }

  /// Reads the next row into `row`; false at the end.
  mutating func next(_ stream: inout FeedStream) -> Bool {
    while true {
      stream.skipEmptyLines()
      var offset = stream.start
      var parsed = Self.parse(parser, stream, &offset, &cells)
      if parsed.kind == .row, isStray(parsed, stream) {
        offset = stream.start
        parsed = Self.parse(lineParser, stream, &offset, &cells)
      }
      switch parsed.kind {
      case .needMore:
        _ = stream.fill()
        continue
      case .endOfInput: return false
      case .row, .unclosedQuote, .tooLong: break
      }
      let isCut = stream.fault != nil && offset == stream.window.count && parsed.lineFeeds == 0
      if parsed.kind == .unclosedQuote, row.beginsQuoted, parsed.lineFeeds == 0, stream.isAtEnd,
        offset == stream.window.count
      {
        endsInQuotes = true
        return false
      }
      let isTaken = !isCut && take(parsed, stream.window.rawSpan, line: stream.lineNumber)
      isTooLong = parsed.kind == .tooLong
      stream.moveStart(to: offset, lineFeeds: parsed.lineFeeds)
      if isTooLong { _ = stream.nextLine(limit: 0) }
      if isTaken { return true }
    }
  }

  private static func parse(
    _ parser: CSVParser, _ stream: borrowing FeedStream, _ offset: inout Int,
    _ cells: inout [CSVCell]
  ) -> CSVRow {
    parser.next(stream.window.rawSpan, at: &offset, isFinal: stream.isAtEnd, cells: &cells)
  }

  /// Whether a row spans several lines because of a quote that was not meant to open a cell.
  private mutating func isStray(_ parsed: CSVRow, _ stream: borrowing FeedStream) -> Bool {
    guard parsed.lineFeeds > 1 else { return false }
    let window = stream.window
    if window[parsed.start] == UInt8(ascii: "#") { return true }
    let isBroken = cells.contains { cell in
      !cell.wasQuoted && window[cell.range].contains(Byte.lineFeed)
    }
    if isBroken || parsed.lineFeeds <= Self.longestRowLines { return isBroken }
    guard row.cells.count > 1, cells.count == row.cells.count else { return true }
    // The lines after a stray quote are rows themselves.
    var offset = parsed.start
    var rows = 0
    _ = Self.parse(lineParser, stream, &offset, &lineCells)
    var judged = 0
    let end = parsed.end
    while judged < Self.judgedLines, offset < end {
      let line = Self.parse(lineParser, stream, &offset, &lineCells)
      if Text.trimmed(window.rawSpan, line.range).isEmpty { continue }
      judged += 1
      if lineCells.count > 1 { rows += 1 }
    }
    return rows * 2 >= judged
  }

  /// Copies a row's cells; false if it is a comment or empty.
  private mutating func take(_ parsed: CSVRow, _ window: RawSpan, line: UInt64) -> Bool {
    let text = Text.trimmed(window, parsed.range)
    if text.isEmpty || window.byte(unchecked: text.lowerBound) == UInt8(ascii: "#") {
      return false
    }
    row.bytes.removeAll(keepingCapacity: true)
    row.cells.removeAll(keepingCapacity: true)
    row.line = line
    row.beginsQuoted = cells.first?.wasQuoted ?? false
    for cell in cells {
      let start = row.bytes.count
      let bytes = window.extracting(cell.range)
      if cell.hasEscapes {
        CSVParser.unescape(bytes, to: &row.bytes)
      } else {
        row.bytes.append(bytes)
      }
      row.cells.append(Self.content(row.bytes, start))
    }
    return true
  }

  /// The range of a cell from `start` on, without what keeps spreadsheets from changing it: `="1.2"`.
  private static func content(_ bytes: [UInt8], _ start: Int) -> Range<Int> {
    let end = bytes.count
    guard end - start > 3, bytes[start] == UInt8(ascii: "="), bytes[start + 1] == Byte.quote,
      bytes[end - 1] == Byte.quote
    else { return start..<end }
    return start + 2..<end - 1
  }
}
