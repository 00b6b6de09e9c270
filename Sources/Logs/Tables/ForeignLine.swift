import Parsing

/// Lines that have as many columns as a table but are no rows of it.
///
/// They are recognised so that a header which somebody slips into a log does not hide what follows.
extension TableRow {
  /// The most words in a row of a table with a single column.
  private static let mostWords = 4

  /// Whether a line that is as wide as the table cannot be a row of it.
  @inline(__always)
  func isForeign(
    _ chunk: RawSpan, _ header: LogHeader, _ plans: inout ColumnPlans, _ paths: inout FieldPaths
  ) -> Bool {
    guard let first = columns.first, let last = columns.last else { return false }
    if first.start < first.end {
      if Self.isLikeRecord(chunk, first.start..<last.end) { return true }
      if columns.count == 1 {
        if !isOnlyColumn(chunk, first) { return true }
        if header.lines.layout == .zeek { return false }
      }
    }
    guard header.lines.layout == .zeek else { return !Self.mayTellTime(chunk, columns, header) }
    // Zeek's own tables have tabs, which sentences have not.
    return header.lines.separator != Byte.tab && holdsWords(chunk, header, &plans, &paths)
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
    if let day = cell(header.dayColumn), !mayBeDay(chunk, day) { return false }
    guard let clock = cell(header.clockColumn) else { return true }
    return mayBeClock(chunk, clock)
  }

  /// Whether a cell may be a day in some form: it begins with a number that is not part of an address, or
  /// with the name of a month, a mark and a number.
  ///
  /// Words of a sentence do not. The form is not judged: files write days in many.
  private static func mayBeDay(_ chunk: RawSpan, _ range: Range<Int>) -> Bool {
    let end = range.upperBound
    var offset = openingEnd(chunk, range)
    let digits = LogTime.digits(chunk, from: offset, to: end)
    if !digits.isEmpty {
      return !beginsAddress(chunk, digits.lowerBound..<end)
        && (digits.upperBound == end || chunk.byte(unchecked: digits.upperBound) != Byte.colon)
    }
    let start = offset
    while offset < end, Byte.isLetter(chunk.byte(unchecked: offset)) { offset += 1 }
    guard offset - start >= 3, offset + 1 < end else { return false }
    let mark = chunk.byte(unchecked: offset)
    return (mark == Byte.minus || mark == Byte.slash || mark == Byte.dot)
      && Byte.isDigit(chunk.byte(unchecked: offset + 1))
  }

  /// Whether a cell may be a time of day in some form: it begins with a number, maybe behind `T`, that is
  /// not part of an address.
  private static func mayBeClock(_ chunk: RawSpan, _ range: Range<Int>) -> Bool {
    let end = range.upperBound
    var offset = openingEnd(chunk, range)
    if offset < end, chunk.byte(unchecked: offset) == UInt8(ascii: "T") { offset += 1 }
    let digits = LogTime.digits(chunk, from: offset, to: end)
    guard !digits.isEmpty, !beginsAddress(chunk, offset..<end) else { return false }
    // More than two digits and a colon begin an IPv6 address.
    return digits.count < 3 || digits.upperBound == end
      || chunk.byte(unchecked: digits.upperBound) != Byte.colon
  }

  /// The end of the blanks, quotes and brackets at the beginning of a cell.
  private static func openingEnd(_ chunk: RawSpan, _ range: Range<Int>) -> Int {
    var offset = range.lowerBound
    while offset < range.upperBound {
      switch chunk.byte(unchecked: offset) {
      case Byte.space, Byte.quote, Byte.apostrophe, UInt8(ascii: "["): offset += 1
      default: return offset
      }
    }
    return offset
  }

  /// Whether a range begins with four numbers between dots, as IPv4 addresses are written.
  private static func beginsAddress(_ chunk: RawSpan, _ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    for part in 0..<4 {
      let digits = LogTime.digits(chunk, from: offset, to: range.upperBound)
      guard !digits.isEmpty else { return false }
      offset = digits.upperBound
      if part == 3 { return true }
      guard offset < range.upperBound, chunk.byte(unchecked: offset) == Byte.dot else {
        return false
      }
      offset += 1
    }
    return false
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

  /// Whether a cell is a time in ISO 8601, which scripts make of Zeek's seconds, in a column of times.
  private static func isTime(_ chunk: RawSpan, _ cell: Range<Int>, type: [UInt8]) -> Bool {
    type.elementsEqual("time".utf8) && Timestamp.iso8601(chunk, cell) != nil
  }

  /// Whether a column of numbers, times or truth values holds a word.
  private func holdsWords(
    _ chunk: RawSpan, _ header: LogHeader, _ plans: inout ColumnPlans, _ paths: inout FieldPaths
  ) -> Bool {
    plans.choose(header, &paths)
    for (index, (range, column)) in zip(columns, plans.current.columns).enumerated()
    where column.reading == .skipped && !header.isAbsent(chunk, range) {
      let isTruthValue =
        range.end == range.start + 1
        && [UInt8(ascii: "T"), UInt8(ascii: "F")].contains(chunk.byte(unchecked: range.start))
      let isNumber = (range.start..<range.end).allSatisfy {
        let byte = chunk.byte(unchecked: $0)
        // Signs, points and exponents are allowed, and commas between the elements of a set.
        return Byte.isDigit(byte) || byte &- UInt8(ascii: "+") <= 3
          || byte | 0x20 == UInt8(ascii: "e")
      }
      let isNoNumber = chunk.isWord(range.start..<range.end, "nan")
      if !isTruthValue && !isNumber && !isNoNumber,
        !Self.isTime(chunk, range.start..<range.end, type: header.lines.types[index])
      {
        return true
      }
    }
    return false
  }
}
