/// One cell of a row: where its text is, and in what form.
@frozen
@usableFromInline package struct CSVCell: Sendable, Equatable {
  /// Offset of the first byte; in a quoted cell, of the byte behind the opening quote.
  @usableFromInline package var start: Int
  /// Offset behind the last byte; in a quoted cell, of the closing quote.
  @usableFromInline package var end: Int
  /// Whether the cell was written between quotes.
  @usableFromInline package var wasQuoted: Bool
  /// Whether a quoted cell holds doubled quotes, which `CSVParser.unescape` halves.
  @usableFromInline package var hasEscapes: Bool

  /// A cell of some bytes.
  @inlinable
  package init(start: Int, end: Int, wasQuoted: Bool = false, hasEscapes: Bool = false) {
    self.start = start
    self.end = end
    self.wasQuoted = wasQuoted
    self.hasEscapes = hasEscapes
  }

  /// The cell's bytes.
  @inlinable
  package var range: Range<Int> { start..<end }
}

/// The outcome of reading a row.
@frozen
@usableFromInline package struct CSVRow: Sendable, Equatable {
  /// How a row was read.
  @usableFromInline package enum Kind: UInt8, Sendable {
    /// A whole row.
    case row
    /// The bytes given end inside a row: call again with more (never with `isFinal`).
    case needMore
    /// No bytes are left, and those given were final (only with `isFinal`).
    case endOfInput
    /// A quote was not closed before the end or the limit.
    ///
    /// The row's first line was read as a row by itself, with the quote as a character.
    case unclosedQuote
    /// There is no line end within the limit, so the row is cut.
    ///
    /// The cells are those of a piece of that length; the rest is read as a row of its own.
    case tooLong
  }

  /// How the row was read.
  @usableFromInline package var kind: Kind
  /// Offset of the row's first byte.
  @usableFromInline package var start: Int
  /// Offset behind the row's last byte, before its line end.
  @usableFromInline package var end: Int
  /// Line feeds that the row holds or ends with.
  @usableFromInline package var lineFeeds: Int

  /// A row of some bytes.
  @inlinable
  package init(kind: Kind, start: Int, end: Int, lineFeeds: Int) {
    self.kind = kind
    self.start = start
    self.end = end
    self.lineFeeds = lineFeeds
  }

  /// The row's bytes without its line end.
  @inlinable
  package var range: Range<Int> { start..<end }
}

/// Reads CSV (RFC 4180) row by row, and its cousins with another delimiter.
///
/// Lenient where files differ from the RFC: rows may have any number of cells, lines may end in LF
/// alone, and blanks may be around a quoted cell. A quote is an ordinary character in three cases:
/// inside an unquoted cell, if more than blanks follow its closing quote, and if it has no closing
/// quote. A stray quote must not swallow the cells and rows behind it.
///
/// The parser holds no bytes and no state between rows. When the bytes given end inside a row, it
/// answers `.needMore` and leaves `offset` where it was; the caller slides its window there, adds
/// bytes and calls again. Cost: linear, if the caller at least doubles its window when a row does
/// not fit.
package struct CSVParser: Sendable {
  private let delimiter: UInt8
  private let allowsQuotes: Bool
  private let quotesHoldLineEnds: Bool
  private let maximumRowLength: Int

  /// A parser for a delimiter; if quotes, or line ends in them, are off, each line is a row (TSV).
  package init(
    delimiter: UInt8 = 0x2c, allowsQuotes: Bool = true, quotesHoldLineEnds: Bool = true,
    maximumRowLength: Int = 1 << 20
  ) {
    self.delimiter = delimiter
    self.allowsQuotes = allowsQuotes
    self.quotesHoldLineEnds = quotesHoldLineEnds
    self.maximumRowLength = max(maximumRowLength, 1)
  }

  /// Reads the row at `offset`, which moves behind its line end; `cells` receives its cells.
  ///
  /// An empty line is a row of one empty cell.
  package func next(
    _ bytes: RawSpan, at offset: inout Int, isFinal: Bool, cells: inout [CSVCell]
  ) -> CSVRow {
    precondition(offset >= 0 && offset <= bytes.byteCount)
    cells.removeAll(keepingCapacity: true)
    let start = offset
    guard start < bytes.byteCount else {
      return CSVRow(kind: isFinal ? .endOfInput : .needMore, start: start, end: start, lineFeeds: 0)
    }
    // Two bytes more than the limit, so that the line end of a row of exactly that length is seen.
    let isCut = bytes.byteCount - start - 2 > maximumRowLength
    let limit = isCut ? start + maximumRowLength + 2 : bytes.byteCount
    let isWhole = isFinal || isCut
    let outcome = read(
      bytes, from: start, to: limit, endsRow: isFinal && !isCut, isWhole: isWhole, &cells)
    switch outcome {
    case .row(let row):
      offset = row.next
      return CSVRow(
        kind: row.hasOpenQuote ? .unclosedQuote : .row, start: start, end: row.end,
        lineFeeds: row.lineFeeds)
    case .unfinished where !isWhole:
      cells.removeAll(keepingCapacity: true)
      return CSVRow(kind: .needMore, start: start, end: start, lineFeeds: 0)
    case .unfinished:
      return piece(bytes, at: &offset, &cells)
    }
  }

  /// Halves the doubled quotes of a quoted cell.
  package static func unescape(_ cell: RawSpan, to output: inout [UInt8]) {
    var offset = 0
    while offset < cell.byteCount {
      let quote = min(cell.end(before: Byte.quote, from: offset) + 1, cell.byteCount)
      output.append(cell.extracting(offset..<quote))
      offset = quote
      if offset < cell.byteCount, cell.byte(unchecked: offset) == Byte.quote { offset += 1 }
    }
  }

  // MARK: Reading

  private struct Row {
    /// `end` is behind the last byte before the line end, `next` is where the next row begins.
    var end: Int
    var next: Int
    var lineFeeds: Int
    var hasOpenQuote: Bool
  }

  private enum Outcome {
    case row(Row)
    /// The row does not end before the limit, or more bytes may close a quote.
    case unfinished
  }

  /// Reads a piece of a row that does not end within the limit.
  private func piece(_ bytes: RawSpan, at offset: inout Int, _ cells: inout [CSVCell]) -> CSVRow {
    let start = offset
    let end = start + maximumRowLength
    cells.removeAll(keepingCapacity: true)
    guard
      case .row(let row) = read(
        bytes, from: start, to: end, endsRow: true, isWhole: true, &cells)
    else {
      offset = end
      return CSVRow(kind: .tooLong, start: start, end: end, lineFeeds: 0)
    }
    offset = row.next
    // A quote that is closed only behind the piece may have hidden a line end inside it.
    return CSVRow(
      kind: row.hasOpenQuote && row.next < end ? .unclosedQuote : .tooLong, start: start,
      end: row.end, lineFeeds: row.lineFeeds)
  }

  private func read(
    _ bytes: RawSpan, from start: Int, to limit: Int, endsRow: Bool, isWhole: Bool,
    _ cells: inout [CSVCell]
  ) -> Outcome {
    var offset = start
    var lineFeeds = 0
    var hasOpenQuote = false
    func row(end: Int, next: Int, lineFeeds: Int) -> Outcome {
      .row(Row(end: end, next: next, lineFeeds: lineFeeds, hasOpenQuote: hasOpenQuote))
    }
    while true {
      // `offset` is at the first byte of a cell.
      let cellStart = offset
      var isRead = false
      if allowsQuotes {
        while offset < limit, isBlank(bytes.byte(unchecked: offset)) { offset += 1 }
        if offset < limit, bytes.byte(unchecked: offset) == Byte.quote {
          switch quoted(bytes, at: &offset, to: limit, &lineFeeds) {
          case .cell(let cell):
            cells.append(cell)
            isRead = true
          case .plain: offset = cellStart
          case .open:
            guard isWhole else { return .unfinished }
            hasOpenQuote = quotesHoldLineEnds
            offset = cellStart
          }
        } else {
          offset = cellStart
        }
      }
      if !isRead {
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
        return row(end: end, next: limit, lineFeeds: lineFeeds)
      }
      if bytes.byte(unchecked: offset) == Byte.lineFeed {
        var end = offset
        if end > start, bytes.byte(unchecked: end - 1) == Byte.carriageReturn { end -= 1 }
        if !isRead { cells.append(CSVCell(start: min(cellStart, end), end: end)) }
        return row(end: end, next: offset + 1, lineFeeds: lineFeeds + 1)
      }
      if !isRead { cells.append(CSVCell(start: cellStart, end: offset)) }
      offset += 1
    }
  }

  private enum Quoted {
    case cell(CSVCell)
    /// More than blanks follow the closing quote, so the opening one is an ordinary character.
    case plain
    /// The closing quote is missing before the limit.
    case open
  }

  /// Reads from an opening quote to the delimiter or line end behind the closing one.
  private func quoted(
    _ bytes: RawSpan, at offset: inout Int, to limit: Int, _ lineFeeds: inout Int
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
        guard quotesHoldLineEnds else { return .plain }
        feeds += 1
      }
      offset += 1
    }
    guard offset < limit else { return .open }
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
    lineFeeds += feeds
    return .cell(CSVCell(start: start, end: end, wasQuoted: true, hasEscapes: hasEscapes))
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool {
    Byte.isBlank(byte) && byte != delimiter
  }
}
