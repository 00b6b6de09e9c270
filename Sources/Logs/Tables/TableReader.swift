import Indicators
import Parsing

extension Extraction {
  /// Reads one row, header line or piece of a table; false: more bytes are needed.
  mutating func readTable(
    _ chunk: RawSpan, _ header: LogHeader, _ position: inout LogPosition,
    _ state: inout LogState, isFinal: Bool, into batch: inout ObservableBatch
  ) -> Bool {
    if state.isInsideLongLine {
      return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
    }
    if header.lines.layout == .csv {
      return readCSVRow(chunk, header, &position, &state, isFinal: isFinal, into: &batch)
    }
    if state.array != .outside || state.isInsideLine {
      return readLine(chunk, &position, &state, isFinal: isFinal, into: &batch)
    }
    let start = position.offset
    if state.isBeforeHeaderRow {
      // The header row of a flow log was read when the log was opened.
      guard case .at(let end, let hasLineFeed) = lineEnd(chunk, from: start, isFinal: isFinal)
      else { return false }
      position.finishLine(end, hasLineFeed)
      state.isBeforeHeaderRow = false
      return true
    }
    let end: Int
    let hasLineFeed: Bool
    switch tableRow.split(chunk, header, from: start, isFinal: isFinal) {
    case .unknown: return false
    case .beyondLimit:
      return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
    case .at(let offset, let isEnded): (end, hasLineFeed) = (offset, isEnded)
    }
    if start < end, chunk.byte(unchecked: start) == UInt8(ascii: "#") {
      if state.isClosed {
        return readLine(chunk, &position, &state, isFinal: isFinal, into: &batch)
      }
      readHeaderLine(chunk, header, &position, &state, end: end, hasLineFeed: hasLineFeed)
      return true
    }
    // Behind the end of a log with a single column, any line could be a row, so none is.
    let isRow =
      header.lines.names.count > (state.isClosed ? 1 : 0)
      && tableRow.columns.count == header.lines.names.count
      && (header.lines.layout != .flowLog || tableRow.isFlow(chunk, header))
      && !tableRow.isForeign(chunk, header, &plans, &scanner.paths)
    if isRow {
      scanRow(
        chunk, header, from: start, to: end, number: position.line + 1, into: &batch)
      position.finishLine(end, hasLineFeed)
      state.isBehindComment = false
      return true
    }
    if state.isClosed {
      return readLine(chunk, &position, &state, isFinal: isFinal, into: &batch)
    }
    if holdsValues(header), start < end, chunk.byte(unchecked: start) == UInt8(ascii: "{") {
      let read = readRecord(
        chunk, from: start, &position, &state, isFinal: isFinal, into: &batch)
      // One that is no record was counted as such.
      return read ?? readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
    }
    if !chunk.trimmed(start..<end).isEmpty { scanner.counters.oddRows += 1 }
    return readText(chunk, &position, &state, isFinal: isFinal, into: &batch)
  }

  /// Whether lines that are no rows of an open table may be records in JSON: a log of Zeek's that
  /// goes on, or broke off without a `#close`, may be mixed with others, and one of W3C has no end.
  func holdsValues(_ header: LogHeader) -> Bool {
    (header.lines.layout == .zeek || header.lines.layout == .w3c) && options.readsJSON
  }
}
