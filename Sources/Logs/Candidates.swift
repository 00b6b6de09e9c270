import Parsing

/// Walks over the places of a chunk at which something may be that is asked for.
struct CandidateCursor {
  private var offsets: [UInt32] = []
  private var next = 0
  /// Whether the places are known at all: if not, everything is read.
  private(set) var isKnown = false

  /// Takes the places of the chunk that comes next.
  mutating func begin(_ offsets: [UInt32]?) {
    self.offsets = offsets ?? []
    isKnown = offsets != nil
    next = 0
  }

  /// The first place at or behind an offset; offsets must not go back.
  @inline(__always)
  mutating func first(from offset: Int) -> Int {
    while next < offsets.count, Int(offsets[next]) < offset { next += 1 }
    return next < offsets.count ? Int(offsets[next]) : .max
  }

  /// Whether a place is in a range, wherever the walk is.
  func isAny(in range: Range<Int>) -> Bool {
    if !isKnown { return true }
    var low = 0
    var high = offsets.count
    if next == 0 || Int(offsets[next - 1]) < range.lowerBound {
      // Most often it is one of the next places: a record may hold thousands of texts.
      low = next
      var step = 1
      while low + step < high, Int(offsets[low + step]) < range.lowerBound {
        low += step
        step *= 2
      }
      high = min(high, low + step + 1)
    }
    while low < high {
      let middle = (low + high) / 2
      if Int(offsets[middle]) < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < offsets.count && Int(offsets[low]) < range.upperBound
  }

  /// Whether a place is in a range whose start does not go back.
  @inline(__always)
  mutating func isAny(from start: Int, to end: Int) -> Bool {
    !isKnown || first(from: start) < end
  }
}

extension Extraction {
  /// Steps over lines that hold no candidate and whose end is where it seems to be; false where there is
  /// none such at the position.
  mutating func stepOver(
    _ chunk: RawSpan, _ position: inout LogPosition, _ state: inout LogState, isFinal: Bool
  ) -> Bool {
    guard !state.isInsideLongLine, !state.isInsideLine, state.array == .outside else {
      return false
    }
    var isTable = false
    var hasQuotes = false
    if case .rows(let header) = state.layout {
      hasQuotes = header.layout == .csv
      isTable = !state.isClosed
      if state.isBeforeHeaderRow { return false }
    }
    let candidate = candidates.first(from: position.offset)
    let lineEnd = candidate < chunk.byteCount ? candidate + 1 : chunk.byteCount
    let meanings = hasQuotes ? LineMeanings.quotedRows : isTable ? .rows : .lines(self)
    var start = position.offset
    var lines: UInt64 = 0
    while true {
      // No line before the window's end is beyond the limit.
      start = meanings.stepOver(
        chunk, from: start, to: min(lineEnd, start + options.lineLimit), &lines)
      guard start < chunk.byteCount else { break }
      let windowEnd = min(chunk.byteCount, start + options.lineLimit + 1)
      guard chunk.byte(unchecked: start) != UInt8(ascii: "#") || hasQuotes,
        let end = chunk.firstOffset(of: Byte.lineFeed, from: start, to: windowEnd),
        candidate >= end
      else { break }
      if chunk.byte(unchecked: start) == UInt8(ascii: "v"), readsLineRecords,
        isFlowLogHeader(chunk, start..<end)
      {
        break
      }
      if hasQuotes {
        // A quoted cell may hold the end of the line.
        if chunk.firstOffset(of: Byte.quote, from: start, to: end) != nil { break }
      } else if !isTable, !endsWithItsLine(chunk, start..<end, isFinal: isFinal) {
        break
      }
      start = end + 1
      lines += 1
    }
    guard start > position.offset else { return false }
    position.offset = start
    position.line += lines
    if case .comments = state.layout { state.layout = .lines }
    return true
  }

  /// Whether whatever begins on a line, text or records, ends on it.
  ///
  /// A line that begins with `{` and ends with `}` does, if what follows it cannot go on with JSON behind
  /// a `}`: either the last record on it ends here, or it is none and the line is text.
  @inline(__always)
  private func endsWithItsLine(_ chunk: RawSpan, _ line: Range<Int>, isFinal: Bool) -> Bool {
    var first = line.lowerBound
    while first < line.upperBound, RawSpan.isBlank(chunk.byte(unchecked: first)) { first += 1 }
    guard first < line.upperBound else { return true }
    switch chunk.byte(unchecked: first) {
    case UInt8(ascii: "["): return !readsJSON
    case UInt8(ascii: "{"): break
    default: return true
    }
    if !readsJSON { return true }
    var last = line.upperBound
    while RawSpan.isBlank(chunk.byte(unchecked: last - 1)) { last -= 1 }
    guard chunk.byte(unchecked: last - 1) == UInt8(ascii: "}") else { return false }
    var next = line.upperBound
    while next < chunk.byteCount, RawSpan.isBlank(chunk.byte(unchecked: next)) { next += 1 }
    guard next < chunk.byteCount else { return isFinal }
    switch chunk.byte(unchecked: next) {
    case Byte.comma, UInt8(ascii: "}"), UInt8(ascii: "]"): return false
    default: return true
    }
  }
}
