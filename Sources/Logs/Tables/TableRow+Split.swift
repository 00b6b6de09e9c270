import Parsing

extension TableRow {
  /// Finds the end of a row and cuts it into columns on the way.
  @inline(__always)
  mutating func split(
    _ chunk: RawSpan, _ header: LogHeader, from start: Int, isFinal: Bool
  ) -> LineEnd {
    if header.lines.layout == .zeek {
      return splitZeek(chunk, header.lines.separator, from: start, isFinal: isFinal)
    }
    let found = LineEnd(of: chunk, from: start, limit: lineLimit, isFinal: isFinal)
    if case .at(let end, _) = found {
      splitW3C(chunk, chunk.withoutReturn(start..<end), at: header.lines.separator)
    }
    return found
  }

  /// Cuts a row at each separator; eight bytes at a time are searched for a separator, a line feed
  /// or a backslash.
  private mutating func splitZeek(
    _ chunk: RawSpan, _ separator: UInt8, from start: Int, isFinal: Bool
  ) -> LineEnd {
    columns.removeAll(keepingCapacity: true)
    let windowEnd = min(chunk.byteCount, start + lineLimit + 1)
    let separators = ByteSearch(separator)
    let lineFeeds = ByteSearch(Byte.lineFeed)
    let backslashes = ByteSearch(Byte.backslash)
    var columnStart = start
    var hasEscapes = false
    var offset = start
    while windowEnd - offset >= 8 {
      let word = chunk.littleEndianUInt64(unchecked: offset)
      var found =
        separators.matches(word) | lineFeeds.matches(word) | backslashes.matches(word)
      while found != 0 {
        let place = offset + found.trailingZeroBitCount >> 3
        found &= found &- 1
        let byte = chunk.byte(unchecked: place)
        if byte == separator {
          columns.append(ColumnRange(start: columnStart, end: place, hasEscapes: hasEscapes))
          columnStart = place + 1
          hasEscapes = false
        } else if byte == Byte.lineFeed {
          endZeekRow(chunk, columnStart, place, hasEscapes)
          return .at(place, hasLineFeed: true)
        } else {
          hasEscapes = true
        }
      }
      offset += 8
    }
    while offset < windowEnd {
      let byte = chunk.byte(unchecked: offset)
      if byte == separator {
        columns.append(ColumnRange(start: columnStart, end: offset, hasEscapes: hasEscapes))
        columnStart = offset + 1
        hasEscapes = false
      } else if byte == Byte.lineFeed {
        endZeekRow(chunk, columnStart, offset, hasEscapes)
        return .at(offset, hasLineFeed: true)
      } else if byte == Byte.backslash {
        hasEscapes = true
      }
      offset += 1
    }
    if chunk.byteCount - start > lineLimit { return .beyondLimit }
    guard isFinal else { return .unknown }
    endZeekRow(chunk, columnStart, windowEnd, hasEscapes)
    return .at(windowEnd, hasLineFeed: false)
  }

  @inline(__always)
  private mutating func endZeekRow(_ chunk: RawSpan, _ start: Int, _ end: Int, _ hasEscapes: Bool) {
    let last = chunk.withoutReturn(start..<max(start, end))
    columns.append(
      ColumnRange(start: last.lowerBound, end: last.upperBound, hasEscapes: hasEscapes))
  }

  /// Cuts a row at tabs, commas or white space; a column in quotes may hold commas and white space
  /// (W3C extended log format, §string).
  mutating func splitW3C(_ chunk: RawSpan, _ line: Range<Int>, at separator: UInt8) {
    columns.removeAll(keepingCapacity: true)
    switch separator {
    case Byte.comma:
      var offset = line.lowerBound
      _ = CSVParser(delimiter: separator, maximumRowLength: lineLimit).next(
        chunk.extracting(0..<line.upperBound), at: &offset, isFinal: true, cells: &cells)
      takeCells(chunk)
      return
    case Byte.tab:
      var start = line.lowerBound
      while let tab = chunk.firstOffset(of: Byte.tab, from: start, to: line.upperBound) {
        columns.append(ColumnRange(start: start, end: tab))
        start = tab + 1
      }
      columns.append(ColumnRange(start: start, end: line.upperBound))
      return
    default: break
    }
    var offset = line.lowerBound
    while offset < line.upperBound {
      let byte = chunk.byte(unchecked: offset)
      if Byte.isBlank(byte) {
        offset += 1
        continue
      }
      if byte == Byte.quote, let cell = quotedCell(chunk, from: offset, to: line.upperBound),
        cell.next == line.upperBound || chunk.byte(unchecked: cell.next) == Byte.space
          || chunk.byte(unchecked: cell.next) == Byte.tab
      {
        columns.append(cell.range)
        offset = cell.next
        continue
      }
      if byte == UInt8(ascii: "["),
        let cell = bracketedTime(chunk, from: offset, to: line.upperBound)
      {
        columns.append(cell)
        offset = cell.end + 1
        continue
      }
      let start = offset
      while offset < line.upperBound, chunk.byte(unchecked: offset) != Byte.space,
        chunk.byte(unchecked: offset) != Byte.tab
      {
        offset += 1
      }
      columns.append(ColumnRange(start: start, end: offset))
    }
  }

  /// `[01/May/2024:12:00:00 +0200]`, which proxies write for `localtime` and `gmttime`: the blank
  /// in it does not end the cell.
  private func bracketedTime(
    _ chunk: RawSpan, from open: Int, to end: Int
  ) -> ColumnRange? {
    let close = open + 27
    guard close < end, chunk.byte(unchecked: close) == UInt8(ascii: "]"),
      chunk.byte(unchecked: open + 21) == Byte.space, chunk.byte(unchecked: open + 3) == Byte.slash,
      close + 1 == end || chunk.byte(unchecked: close + 1) == Byte.space,
      LogTime.accessLog(chunk, open + 1..<close) != nil
    else { return nil }
    return ColumnRange(start: open + 1, end: close)
  }

  /// The cell that begins with the quote at an offset, and what is behind its closing quote; nil where
  /// none closes it.
  func quotedCell(
    _ chunk: RawSpan, from quote: Int, to end: Int
  ) -> (range: ColumnRange, next: Int)? {
    var hasEscapes = false
    var offset = quote + 1
    while let found = chunk.firstOffset(of: Byte.quote, from: offset, to: end) {
      guard found + 1 < end, chunk.byte(unchecked: found + 1) == Byte.quote else {
        let range = ColumnRange(
          start: quote + 1, end: found, hasEscapes: hasEscapes, isQuoted: true)
        return (range, found + 1)
      }
      hasEscapes = true
      offset = found + 2
    }
    return nil
  }
}

/// Finds a byte in eight at once.
struct ByteSearch {
  private let pattern: UInt64

  init(_ byte: UInt8) { pattern = 0x0101_0101_0101_0101 &* UInt64(byte) }

  /// The highest bit of each byte that equals the one searched for; exact, since no carry leaves a
  /// byte.
  @inline(__always)
  func matches(_ word: UInt64) -> UInt64 {
    let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    let difference = word ^ pattern
    return ~(((difference & low) &+ low) | difference | low)
  }
}
