import Parsing

/// What may stand before the time that a line begins with.
extension LogTime {
  /// Bytes of a line in which something before its time is looked for.
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

  /// Where the time of a line may begin, behind what stands before it.
  static func behindFront(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    var start = range.lowerBound
    // Cisco ISE: the name of a message's sort and three numbers.
    if bytes.starts(with: "CISE_", at: start) { start = behind(4, bytes, range) }
    // vCenter: an event's number and its part, `Event [7] [1-1] [2024-…`.
    if bytes.starts(with: "Event [", at: start) { start = behind(3, bytes, range) }
    start = behindLabel(bytes, start..<range.upperBound)
    start = behindLevel(bytes, start..<range.upperBound)
    return behindDevice(bytes, start..<range.upperBound)
  }

  /// Where a line goes on behind the name of a container and a bar, `web_1  | 2024-…`, as its composer shows several;
  /// behind a file's name, `api.log.1 2024-…`, as collections have it; behind the mark of a supercomputer's, `- 1117838570
  /// 2005.06.03 …`, whose seconds since 1970 follow; where it begins if it has none.
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

  /// Where the time stands behind so many words of limited length; where the range begins if there are fewer.
  private static func behind(_ words: Int, _ bytes: RawSpan, _ range: Range<Int>) -> Int {
    var offset = range.lowerBound
    for _ in 0..<words {
      guard
        let blank = bytes.firstOffset(
          of: Byte.space, from: offset, to: min(range.upperBound, offset + 64))
      else { return range.lowerBound }
      offset = blank + 1
    }
    return offset
  }

  /// Where a time as Cisco's switches write it begins behind the name of the switch, `sw1: 2024 May  1 10:00:00`, or
  /// a colon alone; where the range begins if there is none.
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

  /// Where a line goes on behind the level of a message, `ERROR 2024-…`, `[info] 2024-…`, `W, [2024-…`, or behind an
  /// address, as PostgreSQL may write before its time; where it begins if it has none.
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
          && EventFacts.end(bytes, token) != nil
    else { return start }
    var offset = blank
    while offset < range.upperBound, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    // Not the time of something else that the words are about.
    guard offset < range.upperBound else { return start }
    let next = bytes.byte(unchecked: offset)
    return Byte.isDigit(next) || next == UInt8(ascii: "[") ? offset : start
  }

  /// Whether a word is the number of a process and the letter of its part in a cluster, `26571:M`, as Redis has before
  /// its time.
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
