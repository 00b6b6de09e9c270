import Parsing

/// Lines that have as many columns as a table but are no rows of it.
///
/// They are recognised so that a header which somebody slips into a log does not hide what follows.
extension Extraction {
  /// The most words in a row of a table with a single column.
  private static let mostWords = 4
  /// Digits of a day without separators (`20240501`); any time in seconds since 1970 has more.
  private static let leastDigits = 8

  /// Whether a line that is as wide as the table cannot be a row of it.
  @inline(__always)
  mutating func isForeign(_ chunk: RawSpan, _ header: LogHeader) -> Bool {
    guard let first = columns.first, let last = columns.last else { return false }
    if first.start < first.end {
      if Self.isLikeRecord(chunk, first.start..<last.end) { return true }
      if columns.count == 1 { return !isOnlyColumn(chunk, first) }
    }
    guard header.layout == .zeek else { return !Self.mayTellTime(chunk, columns, header) }
    // Zeek's own tables have tabs, which sentences have not.
    return header.separator != Byte.tab && holdsWords(chunk, header)
  }

  /// Whether the columns for the day and the time of day hold such values, or none.
  ///
  /// A sentence may have as many words as the header has columns.
  private static func mayTellTime(
    _ chunk: RawSpan, _ columns: [ColumnRange], _ header: LogHeader
  ) -> Bool {
    func cell(_ index: Int) -> Range<Int>? {
      guard index >= 0 else { return nil }
      let range = columns[index].start..<columns[index].end
      let isAbsent = range.count == 1 && chunk.byte(unchecked: range.lowerBound) == Byte.minus
      return range.isEmpty || isAbsent ? nil : range
    }
    if let day = cell(header.dayColumn), !beginsDay(chunk, day) { return false }
    guard let clock = cell(header.clockColumn) else { return true }
    return beginsClock(chunk, clock) || beginsDay(chunk, clock)
  }

  /// Whether a range begins as a day does: `2024-05-01`, `01.05.2024` or `1/May/2024`.
  ///
  /// A value with more parts, as an address, does not.
  private static func beginsDay(_ chunk: RawSpan, _ range: Range<Int>) -> Bool {
    let end = range.upperBound
    let first = LogTime.digits(chunk, from: range.lowerBound, to: end).upperBound
    guard first > range.lowerBound else { return false }
    guard first < end else { return range.count >= leastDigits }
    let mark = chunk.byte(unchecked: first)
    guard mark == Byte.minus || mark == Byte.slash || mark == Byte.dot else { return false }
    var second = first + 1
    while second < end, Byte.isAlphanumeric(chunk.byte(unchecked: second)) { second += 1 }
    guard second > first + 1, second < end, chunk.byte(unchecked: second) == mark else {
      return false
    }
    let third = LogTime.digits(chunk, from: second + 1, to: end).upperBound
    return third > second + 1 && (third == end || chunk.byte(unchecked: third) != mark)
  }

  /// Whether a range begins as a time of day does, or as one in seconds since 1970.
  private static func beginsClock(_ chunk: RawSpan, _ range: Range<Int>) -> Bool {
    let hour = LogTime.digits(chunk, from: range.lowerBound, to: range.upperBound)
    guard hour.count < leastDigits else { return true }
    return 1...2 ~= hour.count && hour.upperBound + 1 < range.upperBound
      && chunk.byte(unchecked: hour.upperBound) == Byte.colon
      && Byte.isDigit(chunk.byte(unchecked: hour.upperBound + 1))
  }

  /// Whether a range begins and ends as a record in JSON does; a name in braces and an address in brackets do not.
  @inline(__always)
  private static func isLikeRecord(_ chunk: RawSpan, _ range: Range<Int>) -> Bool {
    let first = chunk.byte(unchecked: range.lowerBound)
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
    let last = chunk.byte(unchecked: range.upperBound - 1)
    guard last == UInt8(ascii: "}") || last == UInt8(ascii: "]") else { return false }
    var next = range.lowerBound + 1
    while chunk.byte(unchecked: next) == Byte.space { next += 1 }
    let wanted = first == UInt8(ascii: "{") ? Byte.quote : UInt8(ascii: "{")
    return chunk.byte(unchecked: next) == wanted
  }

  /// Whether a line can be a row of a table with one column.
  ///
  /// Every line is as wide as such a table, but sentences and records are no rows of it.
  private func isOnlyColumn(_ chunk: RawSpan, _ column: ColumnRange) -> Bool {
    let first = chunk.byte(unchecked: column.start)
    guard first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else { return false }
    var offset = column.start
    for _ in 0..<Self.mostWords {
      guard let blank = chunk.firstOffset(of: Byte.space, from: offset, to: column.end) else {
        return true
      }
      offset = blank + 1
    }
    return false
  }

  /// Whether a column of numbers, times or truth values holds a word.
  private mutating func holdsWords(_ chunk: RawSpan, _ header: LogHeader) -> Bool {
    choosePlan(header)
    for (range, column) in zip(columns, plan.columns)
    where column.reading == .skipped && !isAbsent(chunk, range, header) {
      let isTruthValue =
        range.end == range.start + 1
        && [UInt8(ascii: "T"), UInt8(ascii: "F")].contains(chunk.byte(unchecked: range.start))
      let isNumber = (range.start..<range.end).allSatisfy {
        let byte = chunk.byte(unchecked: $0)
        // Signs, points and exponents are allowed, and commas between the elements of a set.
        return Byte.isDigit(byte) || byte &- UInt8(ascii: "+") <= 3
          || byte | 0x20 == UInt8(ascii: "e")
      }
      let isNoNumber = isWord(chunk, range.start..<range.end, "nan")
      if !isTruthValue && !isNumber && !isNoNumber { return true }
    }
    return false
  }
}
