import Parsing

/// Text that may be before the time at the beginning of a line.
extension LogTime {
  /// Bytes at the beginning of a line in which text before its time is looked for.
  private static let longestFront = 64

  /// Where a line goes on behind blanks.
  static func behindBlanks(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let last = min(range.upperBound, range.lowerBound + longestFront)
    var start = range.lowerBound
    while start < last,
      Byte.isBlank(bytes.byte(unchecked: start))
    {
      start += 1
    }
    return start
  }

  /// Where the time of a line may begin, behind the text before it.
  static func behindFront(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    var start = range.lowerBound
    // Cisco ISE: the message's category and three numbers.
    if bytes.starts(with: "CISE_", at: start) { start = behind(4, bytes, range) }
    // Snare: level, log and number of an event of Windows, between tabs.
    if bytes.starts(with: "MSWinEventLog\t", at: start) {
      start = behind(4, bytes, range, mark: Byte.tab)
    }
    // vCenter: the number and the part of an event, `Event [7] [1-1] [2024-…`.
    if bytes.starts(with: "Event [", at: start) { start = behind(3, bytes, range) }
    start = behindLabel(bytes, start..<range.upperBound)
    start = behindLevel(bytes, start..<range.upperBound)
    return behindDevice(bytes, start..<range.upperBound)
  }

  /// Where a line goes on behind its label, or begins if it has none.
  ///
  /// A label is the name of a container and a bar (`web_1  | 2024-…`), as in the output for several
  /// containers; the name of a file (`api.log.1 2024-…`), as in collections of logs; or the mark
  /// before the seconds since 1970 in a supercomputer's log (`- 1117838570 2005.06.03 …`).
  private static func behindLabel(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let start = range.lowerBound
    let last = min(range.upperBound, start + longestFront)
    guard let blank = bytes.firstOffset(of: Byte.space, from: start, to: last), blank > start else {
      return start
    }
    var next = blank
    while next < last, bytes.byte(unchecked: next) == Byte.space { next += 1 }
    guard next + 19 < range.upperBound else { return start }
    if bytes.starts(with: "| ", at: next) { return next + 2 }
    if next == blank + 1, isDate(bytes, at: next, Byte.minus),
      bytes.extracting(start..<blank).holds(".log")
    {
      return next
    }
    let seconds = digits(bytes, from: next, to: range.upperBound)
    return seconds.count == 10 && bytes.byte(unchecked: seconds.upperBound) == Byte.space
      && isDate(bytes, at: seconds.upperBound + 1, Byte.dot) ? next : start
  }

  /// Whether a date with the year first begins at an offset, with a mark between its parts.
  static func isDate(_ bytes: RawSpan, at start: Int, _ mark: UInt8) -> Bool {
    guard start + 10 < bytes.byteCount else { return false }
    return (0..<10).allSatisfy { index in
      let byte = bytes.byte(unchecked: start + index)
      return index == 4 || index == 7 ? byte == mark : Byte.isDigit(byte)
    }
  }

  /// Where a range goes on behind `words` words of limited length, or begins if it has fewer.
  private static func behind(
    _ words: Int, _ bytes: RawSpan, _ range: Range<Int>, mark: UInt8 = Byte.space
  ) -> Int {
    var offset = range.lowerBound
    for _ in 0..<words {
      guard
        let blank = bytes.firstOffset(
          of: mark, from: offset, to: min(range.upperBound, offset + 64))
      else { return range.lowerBound }
      offset = blank + 1
    }
    return offset
  }

  /// Where the time of a Cisco switch begins behind the switch's name (`sw1: 2024 May  1 10:00:00`)
  /// or a colon alone; the beginning of the range if there is none.
  private static func behindDevice(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let start = range.lowerBound
    guard
      let colon = bytes.firstOffset(
        of: Byte.colon, from: start, to: min(range.upperBound, start + 64)),
      range.upperBound - colon > 24, bytes.byte(unchecked: colon + 1) == Byte.space,
      bytes.firstOffset(of: Byte.space, from: start, to: colon) == nil
    else { return start }
    let year = digits(bytes, from: colon + 2, to: range.upperBound)
    return year.count == 4 && bytes.byte(unchecked: year.upperBound) == Byte.space
      && month(bytes, at: year.upperBound + 1) != nil ? colon + 2 : start
  }

  /// Where a line goes on behind its level (`ERROR 2024-…`, `[info] 2024-…`, `W, [2024-…`), the
  /// role of a process (`isRole`), or an address, which PostgreSQL may write before its time; where
  /// the line begins if it has none of these.
  private static func behindLevel(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let start = range.lowerBound
    let last = min(range.upperBound, start + 40)
    guard let blank = bytes.firstOffset(of: Byte.space, from: start, to: last), blank > start else {
      return start
    }
    let token = start..<blank
    let isLevel = token.count <= 12 && levels.contains(EventFacts.word(bytes, token))
    guard
      isLevel || isRole(bytes, token)
        || token.count >= 7 && (bytes.byte(unchecked: start) | 0x20) &- 0x30 <= 0x36
          && EventFacts.endpoint(bytes, token) != nil
    else { return start }
    var offset = blank
    while offset < range.upperBound, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    // If the next word is no time, a later one may be the time of something else.
    guard offset < range.upperBound else { return start }
    let next = bytes.byte(unchecked: offset)
    return Byte.isDigit(next) || next == UInt8(ascii: "[") ? offset : start
  }

  /// Whether a word is the number of a process and the letter of its role in a cluster, `26571:M`,
  /// as Redis writes before its time.
  private static func isRole(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    let digits = digits(bytes, from: token.lowerBound, to: token.upperBound)
    guard 1...7 ~= digits.count, token.upperBound - digits.upperBound == 2,
      bytes.byte(unchecked: digits.upperBound) == Byte.colon
    else { return false }
    return Byte.isCapital(bytes.byte(unchecked: token.upperBound - 1))
  }

  /// Words for the level of a message.
  static let levels: Set<String> = [
    "alert", "c", "crit", "critical", "d", "debug", "e", "err", "error", "f", "fatal", "gin", "i",
    "info", "n", "note", "notice", "severe", "trace", "w", "warn", "warning",
  ]
}
