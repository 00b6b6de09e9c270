/// One cell of a row: where its text is, and in what form.
@frozen
public struct CSVCell: Sendable, Equatable {
  /// Offset of the first byte, of a quoted cell that after the quote.
  public var start: Int
  /// Offset behind the last byte, of a quoted cell that of the closing quote.
  public var end: Int
  /// Whether the cell stood between quotes.
  public var wasQuoted: Bool
  /// Whether a quoted cell holds doubled quotes, which `CSVParser.unescape` halves.
  public var hasEscapes: Bool

  /// A cell of some bytes.
  @inlinable
  public init(start: Int, end: Int, wasQuoted: Bool = false, hasEscapes: Bool = false) {
    self.start = start
    self.end = end
    self.wasQuoted = wasQuoted
    self.hasEscapes = hasEscapes
  }

  /// The cell's bytes.
  @inlinable
  public var range: Range<Int> { start..<end }
}

/// What came of asking for a row.
@frozen
public struct CSVRow: Sendable, Equatable {
  /// How a row was read.
  public enum Kind: UInt8, Sendable {
    /// A whole row.
    case row
    /// The bytes given end inside a row: call again with more (never with `isFinal`).
    case needMore
    /// Nothing was left of bytes that were final (only with `isFinal`).
    case endOfInput
    /// A quote was not closed before the end or the limit: the row's first line was read as a row by
    /// itself, and its open cell ends there.
    case unclosedQuote
    /// No line end within the limit: the cells are those of a piece that long, and what follows is
    /// read as a row of its own.
    case tooLong
  }

  /// How the row was read.
  public var kind: Kind
  /// Offset of the row's first byte.
  public var start: Int
  /// Offset behind the row's last byte, before its line end.
  public var end: Int
  /// Line feeds that the row holds or ends with.
  public var lineFeeds: Int

  /// A row of some bytes.
  @inlinable
  public init(kind: Kind, start: Int, end: Int, lineFeeds: Int) {
    self.kind = kind
    self.start = start
    self.end = end
    self.lineFeeds = lineFeeds
  }

  /// The row's bytes without its line end.
  @inlinable
  public var range: Range<Int> { start..<end }
}

/// Reads CSV (RFC 4180) row by row, and its cousins with another delimiter.
///
/// Lenient where files differ from the RFC: rows may have any number of cells, lines may end in LF
/// alone, blanks may stand before an opening quote and after a closing one, a quote inside an unquoted
/// cell is a character, and a cell with more than blanks after its closing quote is taken as it
/// stands, quotes included, as an unquoted one.
///
/// The parser holds no bytes and no state between rows. When those given end inside a row it answers
/// `.needMore` and leaves `offset` where it was; the caller slides its window there, adds bytes and
/// calls again. Cost: linear, if the caller at least doubles its window when a row does not fit.
public struct CSVParser: Sendable {
  private let delimiter: UInt8
  private let allowsQuotes: Bool
  private let maximumRowLength: Int

  /// A parser for a delimiter; without quotes each line is a row (TSV).
  public init(
    delimiter: UInt8 = 0x2c, allowsQuotes: Bool = true, maximumRowLength: Int = 1 << 20
  ) {
    self.delimiter = delimiter
    self.allowsQuotes = allowsQuotes
    self.maximumRowLength = max(maximumRowLength, 1)
  }

  /// Reads the row that begins at `offset`, which moves behind its line end; `cells` become its cells.
  ///
  /// An empty line is a row of one empty cell.
  public func next(
    _ bytes: RawSpan, at offset: inout Int, isFinal: Bool, cells: inout [CSVCell]
  ) -> CSVRow {
    precondition(offset >= 0 && offset <= bytes.byteCount)
    cells.removeAll(keepingCapacity: true)
    let start = offset
    guard start < bytes.byteCount else {
      return CSVRow(kind: isFinal ? .endOfInput : .needMore, start: start, end: start, lineFeeds: 0)
    }
    // A line end beyond the limit, so that a row of exactly that length is seen to end.
    let isCut = bytes.byteCount - start - 2 > maximumRowLength
    let limit = isCut ? start + maximumRowLength + 2 : bytes.byteCount
    let outcome = read(
      bytes, from: start, to: limit, endsRow: isFinal && !isCut, spansLines: true, &cells)
    switch outcome {
    case .row(let end, let next, let lineFeeds):
      offset = next
      return CSVRow(kind: .row, start: start, end: end, lineFeeds: lineFeeds)
    case .unfinished where !isCut && !isFinal:
      cells.removeAll(keepingCapacity: true)
      return CSVRow(kind: .needMore, start: start, end: start, lineFeeds: 0)
    case .unfinished:
      return firstLine(bytes, at: &offset, to: limit, isCut: isCut, &cells)
    }
  }

  /// Halves the doubled quotes of a quoted cell.
  public static func unescape(_ cell: RawSpan, to output: inout [UInt8]) {
    var offset = 0
    while offset < cell.byteCount {
      let quote = min(cell.firstOffset(of: Byte.quote, from: offset) + 1, cell.byteCount)
      output.append(cell.extracting(offset..<quote))
      offset = quote
      if offset < cell.byteCount, cell.byte(unchecked: offset) == Byte.quote { offset += 1 }
    }
  }

  // MARK: Reading

  private enum Outcome {
    case row(end: Int, next: Int, lineFeeds: Int)
    /// No end of the row before the limit.
    case unfinished
  }

  /// Reads the first line of a row that does not end, as if quotes could not span lines.
  private func firstLine(
    _ bytes: RawSpan, at offset: inout Int, to limit: Int, isCut: Bool, _ cells: inout [CSVCell]
  ) -> CSVRow {
    let start = offset
    let part = bytes.extracting(0..<limit)
    let lineFeed = part.firstOffset(of: Byte.lineFeed, from: start)
    let hasEnd = lineFeed < limit
    var end = hasEnd ? lineFeed : isCut ? start + maximumRowLength : limit
    offset = hasEnd ? lineFeed + 1 : end
    if hasEnd || !isCut, end > start, bytes.byte(unchecked: end - 1) == Byte.carriageReturn {
      end -= 1
    }
    cells.removeAll(keepingCapacity: true)
    _ = read(bytes, from: start, to: end, endsRow: true, spansLines: false, &cells)
    return CSVRow(
      kind: hasEnd || !isCut ? .unclosedQuote : .tooLong, start: start, end: end,
      lineFeeds: hasEnd ? 1 : 0)
  }

  private func read(
    _ bytes: RawSpan, from start: Int, to limit: Int, endsRow: Bool, spansLines: Bool,
    _ cells: inout [CSVCell]
  ) -> Outcome {
    var offset = start
    var lineFeeds = 0
    while true {
      // At a cell's first byte.
      let cellStart = offset
      var isRead = false
      if allowsQuotes {
        while offset < limit, isBlank(bytes.byte(unchecked: offset)) { offset += 1 }
        if offset < limit, bytes.byte(unchecked: offset) == Byte.quote {
          let opening = offset
          switch quoted(bytes, at: &offset, to: limit, spansLines: spansLines, &lineFeeds) {
          case .cell(let cell):
            cells.append(cell)
            isRead = true
          case .plain: break
          case .open:
            guard !spansLines else { return .unfinished }
            cells.append(
              CSVCell(
                start: opening + 1, end: limit, wasQuoted: true,
                hasEscapes: bytes.extracting(0..<limit).firstOffset(
                  of: Byte.quote, from: opening + 1) < limit))
            return .row(end: limit, next: limit, lineFeeds: lineFeeds)
          }
        } else {
          offset = cellStart
        }
      }
      if !isRead {
        // Behind a quoted part that had something after it, or at the start.
        while offset < limit {
          let byte = bytes.byte(unchecked: offset)
          if byte == delimiter || byte == Byte.lineFeed { break }
          offset += 1
        }
      }
      guard offset < limit else {
        guard endsRow else { return .unfinished }
        var end = limit
        if end > start, bytes.byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
        if !isRead { cells.append(CSVCell(start: min(cellStart, end), end: end)) }
        return .row(end: end, next: limit, lineFeeds: lineFeeds)
      }
      if bytes.byte(unchecked: offset) == Byte.lineFeed {
        var end = offset
        if end > start, bytes.byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
        if !isRead { cells.append(CSVCell(start: min(cellStart, end), end: end)) }
        return .row(end: end, next: offset + 1, lineFeeds: lineFeeds + 1)
      }
      if !isRead { cells.append(CSVCell(start: cellStart, end: offset)) }
      offset += 1
    }
  }

  private enum Quoted {
    case cell(CSVCell)
    /// More than blanks follow the closing quote: the cell is an unquoted one.
    case plain
    /// The closing quote is missing, or what follows it is not known.
    case open
  }

  /// Reads from an opening quote to the delimiter or line end behind the closing one.
  private func quoted(
    _ bytes: RawSpan, at offset: inout Int, to limit: Int, spansLines: Bool,
    _ lineFeeds: inout Int
  ) -> Quoted {
    let start = offset + 1
    var hasEscapes = false
    var feeds = 0
    offset = start
    while offset < limit {
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.quote {
        guard offset + 1 < limit, bytes.byte(unchecked: offset + 1) == Byte.quote else { break }
        hasEscapes = true
        offset += 1
      } else if byte == Byte.lineFeed {
        feeds += 1
      }
      offset += 1
    }
    guard offset < limit else { return .open }
    lineFeeds += feeds
    let end = offset
    offset += 1
    while offset < limit, isBlank(bytes.byte(unchecked: offset)) { offset += 1 }
    if offset < limit, bytes.byte(unchecked: offset) == Byte.carriageReturn,
      offset + 1 == limit || bytes.byte(unchecked: offset + 1) == Byte.lineFeed
    {
      offset += 1
    }
    guard
      offset == limit || bytes.byte(unchecked: offset) == delimiter
        || bytes.byte(unchecked: offset) == Byte.lineFeed
    else { return .plain }
    return .cell(CSVCell(start: start, end: end, wasQuoted: true, hasEscapes: hasEscapes))
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool {
    (byte == Byte.space || byte == Byte.tab) && byte != delimiter
  }
}
