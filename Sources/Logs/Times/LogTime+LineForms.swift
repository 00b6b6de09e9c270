import Parsing

/// Forms of the time at the beginning of a line, except those that are ISO 8601 or nearly so.
extension LogTime {
  /// `05/01/2024:10:00:00 GMT`, as NetScaler writes it unless told otherwise; if the first number
  /// is no month, the day comes first.
  static func numbered(_ window: RawSpan) -> (time: Int64, isZoned: Bool)? {
    guard window.byte(unchecked: 5) == Byte.slash else { return nil }
    let isDayFirst =
      window.byte(unchecked: 0) > UInt8(ascii: "1")
      || window.byte(unchecked: 0) == UInt8(ascii: "1")
        && window.byte(unchecked: 1) > UInt8(ascii: "2")
    var date = window.copied(6..<10)
    date.append(Byte.minus)
    date.append(window, isDayFirst ? 3..<5 : 0..<2)
    date.append(Byte.minus)
    date.append(window, isDayFirst ? 0..<2 : 3..<5)
    return time(date, window, from: 11)
  }

  /// `5/1/2024 10:00:00 AM`: only with AM or PM is the month known to come first.
  static func halfDay(_ window: RawSpan) -> Int64? {
    guard window.byte(unchecked: 1) == Byte.slash || window.byte(unchecked: 2) == Byte.slash,
      let letter = window.firstOffset(
        of: UInt8(ascii: "M"), from: 17, to: min(window.byteCount, 28)),
      isBorder(window, at: letter + 1)
    else { return nil }
    return american(window, 0..<letter + 1)
  }

  /// `2024 May  1 10:00:00: `, as Cisco's switches write it.
  static func yearFirst(_ window: RawSpan) -> (time: Int64, isZoned: Bool)? {
    guard window.byte(unchecked: 8) == Byte.space, let month = month(window, at: 5) else {
      return nil
    }
    let start = window.byte(unchecked: 9) == Byte.space ? 10 : 9
    let day = digits(window, from: start, to: window.byteCount)
    guard 1...2 ~= day.count, day.upperBound < window.byteCount,
      window.byte(unchecked: day.upperBound) == Byte.space,
      let clock = clockEnd(window, from: day.upperBound + 1)
    else { return nil }
    let time = time(
      window, year: 0..<4, month: month, day: day, clock: day.upperBound + 1..<clock.end)
    return time.map { ($0, clock.isZoned) }
  }

  /// `01 May 2024 10:00:00`, also behind a weekday as a mail's header has it:
  /// `Wed, 01 May 2024 10:00:00 GMT`.
  static func dayFirst(onLine window: RawSpan) -> (time: Int64, isZoned: Bool)? {
    let isBehindWeekday =
      window.byte(unchecked: 3) == Byte.comma && window.byte(unchecked: 4) == Byte.space
    let day = digits(window, from: isBehindWeekday ? 5 : 0, to: window.byteCount)
    let name = day.upperBound + 1
    guard 1...2 ~= day.count, name + 17 <= window.byteCount,
      window.byte(unchecked: name - 1) == Byte.space, let month = month(window, at: name),
      window.byte(unchecked: name + 3) == Byte.space
    else { return nil }
    let year = digits(window, from: name + 4, to: window.byteCount)
    guard year.count == 4, window.byte(unchecked: year.upperBound) == Byte.space,
      let clock = clockEnd(window, from: year.upperBound + 1)
    else { return nil }
    let time = time(
      window, year: year, month: month, day: day, clock: year.upperBound + 1..<clock.end)
    return time.map { ($0, clock.isZoned) }
  }

  /// `20240501 10:00:00`, and xrdp's `[20240501-10:00:00] `.
  static func withoutMarks(_ window: RawSpan) -> (time: Int64, isZoned: Bool)? {
    guard
      window.byte(unchecked: 8) == Byte.space || window.byte(unchecked: 8) == Byte.minus,
      digits(window, from: 0, to: 8).count == 8
    else { return nil }
    var date = window.copied(0..<4)
    date.append(Byte.minus)
    date.append(window, 4..<6)
    date.append(Byte.minus)
    date.append(window, 6..<8)
    return time(date, window, from: 9)
  }

  /// `[May  1 10:00:00] `, as Asterisk begins a line.
  static func monthFirst(
    inBrackets window: RawSpan, year: Int?
  ) -> (time: Int64, isZoned: Bool)? {
    guard month(window, at: 0) != nil,
      let close = window.firstOffset(of: UInt8(ascii: "]"), from: 0, to: window.byteCount),
      let time = monthFirst(window, 0..<close, year: year)
    else { return nil }
    return (time, isZoned(window, 0..<close))
  }

  /// The end of the word at `start`, if it is a level with a blank behind it; nil for another word.
  static func levelEnd(_ window: RawSpan, from start: Int) -> Int? {
    guard let blank = window.firstOffset(of: Byte.space, from: start, to: window.byteCount),
      levels.contains(EventFacts.word(window, start..<blank))
    else { return nil }
    return blank
  }

  /// `24/05/01 10:00:00 INFO a.B:` as Hadoop's programs begin a line, `240501 100000 9 INFO` as its
  /// file system does, and `20240501T100000Z `: a year of two digits is of this century.
  static func short(_ window: RawSpan) -> Int64? {
    if window.byte(unchecked: 8) == UInt8(ascii: "T") {
      guard
        let blank = window.firstOffset(of: Byte.space, from: 15, to: min(24, window.byteCount))
      else { return nil }
      return compact(window, 0..<blank)
    }
    var text = Array("20".utf8)
    func take(_ places: [Int]) {
      for (index, place) in places.enumerated() {
        if index == 1 || index == 2 { text.append(Byte.minus) }
        if index == 3 { text.append(UInt8(ascii: "T")) }
        if index > 3 { text.append(Byte.colon) }
        text.append(window, place..<place + 2)
      }
    }
    if window.byte(unchecked: 2) == Byte.slash, window.byte(unchecked: 5) == Byte.slash,
      window.byte(unchecked: 8) == Byte.space, window.byteCount > 22,
      window.byte(unchecked: 17) == Byte.space
    {
      // Only if the first number is no month and a level and the name of a class follow.
      guard let first = NumberText.unsigned(window, 0..<2), first > 12,
        let end = levelEnd(window, from: 18)
      else { return nil }
      let blank = window.firstOffset(of: Byte.space, from: end + 1, to: window.byteCount)
      guard blank.map({ window.byte(unchecked: $0 - 1) == Byte.colon }) ?? true else { return nil }
      take([0, 3, 6, 9, 12, 15])
    } else if window.byte(unchecked: 6) == Byte.space, window.byte(unchecked: 13) == Byte.space,
      digits(window, from: 0, to: 6).count == 6, digits(window, from: 7, to: 13).count == 6
    {
      let thread = digits(window, from: 14, to: window.byteCount)
      guard !thread.isEmpty, levelEnd(window, from: thread.upperBound + 1) != nil else {
        return nil
      }
      take([0, 2, 4, 7, 9, 11])
    } else {
      return nil
    }
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }
}
