import Parsing

/// Times as particular formats write them, with the month's English name.
///
/// A zone that is left out is UTC, as everywhere; one that is neither an offset from UTC nor a name
/// of UTC gives no time.
extension LogTime {
  /// `10/Oct/2000:13:55:36 -0700`, as web servers write it.
  static func accessLog(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    if let padded = withTwoDigits(bytes, range) {
      return accessLog(padded.rawSpan, 0..<padded.count)
    }
    // cPanel's has the month first, and in digits: `05/01/2024:10:00:00 -0000`.
    if range.count >= 19, bytes.byte(unchecked: start + 2) == Byte.slash,
      bytes.byte(unchecked: start + 5) == Byte.slash,
      bytes.byte(unchecked: start + 10) == Byte.colon,
      let month = NumberText.unsigned(bytes, start..<start + 2), 1...12 ~= month
    {
      return time(
        bytes, year: start + 6..<start + 10, month: UInt8(month), day: start + 3..<start + 5,
        clock: start + 11..<range.upperBound)
    }
    guard range.count >= 20, bytes.byte(unchecked: start + 2) == Byte.slash,
      bytes.byte(unchecked: start + 6) == Byte.slash,
      bytes.byte(unchecked: start + 11) == Byte.colon,
      let month = month(bytes, at: start + 3)
    else { return nil }
    return time(
      bytes, year: start + 7..<start + 11, month: month, day: start..<start + 2,
      clock: start + 12..<range.upperBound)
  }

  /// The text of a time with a zero before its day, if the day has only one digit before a slash and
  /// the name of a month; else nil.
  private static func withTwoDigits(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8]? {
    guard 18...64 ~= range.count, bytes.byte(unchecked: range.lowerBound + 1) == Byte.slash,
      Byte.isDigit(bytes.byte(unchecked: range.lowerBound)),
      Byte.isLetter(bytes.byte(unchecked: range.lowerBound + 2))
    else { return nil }
    var text = [Byte.zero]
    text.append(bytes, range)
    return text
  }

  /// A time between brackets in a web server's log: in the form of `accessLog`, with a blank before
  /// the time of day as Python's servers write it, or in that of ISO 8601.
  static func bracketed(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 19 else { return nil }
    if let padded = withTwoDigits(bytes, range) {
      return bracketed(padded.rawSpan, 0..<padded.count)
    }
    if bytes.byte(unchecked: start + 4) == Byte.minus { return Timestamp.iso8601(bytes, range) }
    guard range.count >= 20, bytes.byte(unchecked: start + 2) == Byte.slash else { return nil }
    guard bytes.byte(unchecked: start + 11) == Byte.space else { return accessLog(bytes, range) }
    var text = bytes.copied(range)
    text[11] = Byte.colon
    return accessLog(text.rawSpan, 0..<text.count)
  }

  /// `01-Jan-2024 10:00:00.123`, as BIND writes it.
  static func nameServer(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 20, bytes.byte(unchecked: start + 2) == Byte.minus,
      bytes.byte(unchecked: start + 6) == Byte.minus,
      bytes.byte(unchecked: start + 11) == Byte.space,
      let month = month(bytes, at: start + 3)
    else { return nil }
    return time(
      bytes, year: start + 7..<start + 11, month: month, day: start..<start + 2,
      clock: start + 12..<range.upperBound)
  }

  /// A time in a field that is neither a number of digits alone nor ISO 8601: with slashes
  /// (`2024/05/01 10:00:00`, `01/May/2024:10:00:00 +0200`), without any marks (`20240501T100000Z`),
  /// a number with an exponent (`1.714557600123E9`), with the day first (RFC 5322,
  /// `Wed, 01 May 2024 10:00:00 GMT`), the month (`May 1, 2024 @ 10:00:00.000`) or the weekday
  /// (`Wed May  1 10:00:00 2024`).
  static func written(_ bytes: RawSpan, _ whole: Range<Int>) -> Int64? {
    let range = withoutRemark(bytes, whole)
    guard 10...64 ~= range.count else { return nil }
    if bytes.starts(with: "/Date(", at: range.lowerBound) { return scriptDate(bytes, range) }
    guard Byte.isDigit(bytes.byte(unchecked: range.lowerBound)) else {
      if month(bytes, at: range.lowerBound) != nil,
        let time = monthFirst(bytes, range, year: nil)
      {
        return time
      }
      if let comma = bytes.firstOffset(
        of: Byte.comma, from: range.lowerBound, to: min(range.upperBound, range.lowerBound + 10)),
        comma + 2 < range.upperBound
      {
        return dayFirst(bytes, comma + 2..<range.upperBound)
      }
      guard let found = weekdayFirst(bytes, range) else {
        // JavaScript's `Wed May 01 2024 10:00:00 GMT+0200`.
        guard bytes.byte(unchecked: range.lowerBound + 3) == Byte.space else { return nil }
        return monthFirst(bytes, range.lowerBound + 4..<range.upperBound, year: nil)
      }
      let rest = bytes.extracting(found.end..<range.upperBound)
      let isUTC =
        rest.byteCount == 4
        && (rest.starts(with: " UTC", at: 0) || rest.starts(with: " GMT", at: 0))
      return rest.isEmpty || isUTC ? found.time : nil
    }
    if let time = withSlashes(bytes, range) ?? compact(bytes, range) ?? decimal(bytes, range)
      ?? dayFirst(bytes, range) ?? nameServer(bytes, range)
    {
      return time
    }
    return american(bytes, range) ?? halfDay(behindYear: bytes, range) ?? european(bytes, range)
      ?? named(bytes, range) ?? parenthesized(bytes, range) ?? located(bytes, range)
  }

  /// `2024-05-01T12:00:00+02:00[Europe/Berlin]`, as Java writes a time with its zone: the offset is
  /// enough.
  private static func located(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    guard let open = zoneName(bytes, inBracketsBefore: range.upperBound, from: range.lowerBound),
      isZoned(bytes, range.lowerBound..<open)
    else { return nil }
    return Timestamp.iso8601(bytes, range.lowerBound..<open)
  }

  /// `2024-05-01 10:00:00.5 +0000 UTC`, as Go writes it: the zone's name says what its offset does.
  private static func named(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    var blank = range.upperBound
    while blank > range.lowerBound, Byte.isLetter(bytes.byte(unchecked: blank - 1)) {
      blank -= 1
    }
    guard 1...5 ~= range.upperBound - blank, blank - 6 > range.lowerBound,
      bytes.byte(unchecked: blank - 1) == Byte.space,
      bytes.byte(unchecked: blank - 6) == Byte.plus
        || bytes.byte(unchecked: blank - 6) == Byte.minus
    else { return nil }
    return Timestamp.iso8601(bytes, range.lowerBound..<blank - 1)
  }

  /// `/Date(1714557600000)/`, as .NET writes milliseconds since 1970 in JSON; an offset behind them
  /// does not change the instant.
  private static func scriptDate(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let digits = digits(bytes, from: range.lowerBound + 6, to: range.upperBound)
    guard 12...13 ~= digits.count else { return nil }
    return field(bytes, digits)
  }

  /// `01.05.2024 10:00:00`: with dots the day comes first.
  static func european(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 19, bytes.byte(unchecked: start + 2) == Byte.dot,
      bytes.byte(unchecked: start + 5) == Byte.dot,
      let month = NumberText.unsigned(bytes, start + 3..<start + 5), 1...12 ~= month
    else { return nil }
    let clock = bytes.byte(unchecked: start + 10) == Byte.comma ? start + 12 : start + 11
    return time(
      bytes, year: start + 6..<start + 10, month: UInt8(month), day: start..<start + 2,
      clock: clock..<range.upperBound)
  }

  /// `2024-05-01 10:00:00 (UTC)`.
  private static func parenthesized(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    isNamedUTC(bytes, range)
      ? Timestamp.iso8601(bytes, range.lowerBound..<range.upperBound - 6) : nil
  }

  /// Whether a text ends with ` (UTC)` or ` (GMT)`.
  static func isNamedUTC(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let start = range.upperBound - 6
    return start > range.lowerBound
      && (bytes.starts(with: " (UTC)", at: start) || bytes.starts(with: " (GMT)", at: start))
  }

  /// `20240501T100000Z`: the basic format of ISO 8601.
  static func compact(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard 15...32 ~= range.count, bytes.byte(unchecked: start + 8) | 0x20 == UInt8(ascii: "t"),
      digits(bytes, from: start, to: start + 8).count == 8,
      digits(bytes, from: start + 9, to: start + 15).count == 6
    else { return nil }
    var text: [UInt8] = []
    for index in 0..<15 {
      if index == 4 || index == 6 { text.append(Byte.minus) }
      if index == 11 || index == 13 { text.append(Byte.colon) }
      text.append(bytes.byte(unchecked: start + index))
    }
    text.append(bytes, start + 15..<range.upperBound)
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }

  /// `1.714557600123E9`, or `1714557600123.5`: seconds since 1970, or milli-, micro- or
  /// nanoseconds, which the number of digits before the point tells.
  private static func decimal(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let end = range.upperBound
    let whole = digits(bytes, from: range.lowerBound, to: end)
    var (fraction, stop) = (0..<0, whole.upperBound)
    if stop < end, bytes.byte(unchecked: stop) == Byte.dot {
      fraction = digits(bytes, from: stop + 1, to: end)
      stop = fraction.upperBound
    }
    var exponent = 0
    if stop < end, bytes.byte(unchecked: stop) | 0x20 == UInt8(ascii: "e") {
      stop += 1
      if stop < end, bytes.byte(unchecked: stop) == Byte.plus { stop += 1 }
      guard let number = NumberText.unsigned(bytes, stop..<end), number <= 20 else { return nil }
      exponent = Int(number)
      stop = end
    }
    let before = whole.count + exponent
    guard stop == end, !whole.isEmpty, before <= 20 else { return nil }
    var scale = before <= 11 ? 9 : before <= 14 ? 6 : before <= 17 ? 3 : 0
    scale += exponent
    var value: UInt64 = 0
    func take(_ digit: UInt8) -> Bool {
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(UInt64(digit))
      value = sum
      return !overflows && !carries
    }
    for offset in whole where !take(bytes.byte(unchecked: offset) &- Byte.zero) { return nil }
    for offset in fraction where scale > 0 {
      if !take(bytes.byte(unchecked: offset) &- Byte.zero) { return nil }
      scale -= 1
    }
    for _ in 0..<scale where !take(0) { return nil }
    return Int64(exactly: value)
  }

  /// `01 May 2024 10:00:00 +0200`.
  private static func dayFirst(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let day = digits(bytes, from: range.lowerBound, to: range.upperBound)
    let name = day.upperBound + 1
    guard 1...2 ~= day.count, range.upperBound - name > 12,
      bytes.byte(unchecked: name - 1) == Byte.space, let month = month(bytes, at: name),
      bytes.byte(unchecked: name + 3) == Byte.space
    else { return nil }
    let year = digits(bytes, from: name + 4, to: range.upperBound)
    guard year.count == 4, year.upperBound < range.upperBound,
      bytes.byte(unchecked: year.upperBound) == Byte.space
    else { return nil }
    return time(
      bytes, year: year, month: month, day: day, clock: year.upperBound + 1..<range.upperBound)
  }

  /// `Wed May  1 10:00:00.5 2024`, as C's `asctime` and Apache's error log write it; also returns
  /// where it ends.
  ///
  /// `UTC` or `GMT` may be before the year.
  static func weekdayFirst(_ bytes: RawSpan, _ range: Range<Int>) -> (time: Int64, end: Int)? {
    let (start, end) = (range.lowerBound, range.upperBound)
    guard range.count >= 23, bytes.byte(unchecked: start + 3) == Byte.space,
      let month = month(bytes, at: start + 4), bytes.byte(unchecked: start + 7) == Byte.space
    else { return nil }
    var offset = start + 8
    if bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    let day = digits(bytes, from: offset, to: end)
    guard 1...2 ~= day.count, day.upperBound < end,
      bytes.byte(unchecked: day.upperBound) == Byte.space,
      let blank = bytes.firstOffset(of: Byte.space, from: day.upperBound + 1, to: end)
    else { return nil }
    let clock = day.upperBound + 1..<blank
    offset = blank + 1
    if bytes.starts(with: "UTC ", at: offset) || bytes.starts(with: "GMT ", at: offset) {
      offset += 4
    }
    let year = digits(bytes, from: offset, to: end)
    guard year.count == 4 else { return nil }
    return time(bytes, year: year, month: month, day: day, clock: clock)
      .map { ($0, year.upperBound) }
  }

  /// `Oct  1 22:14:15`, `Oct 11 2024 22:14:15.003 GMT` or `Oct 1, 2024 @ 22:14:15`; without a year
  /// it is a time only if `assumed` gives one.
  static func monthFirst(_ bytes: RawSpan, _ range: Range<Int>, year assumed: Int?) -> Int64? {
    let end = range.upperBound
    var offset = range.lowerBound
    guard range.count >= 14, let month = month(bytes, at: offset),
      bytes.byte(unchecked: offset + 3) == Byte.space
    else { return nil }
    offset += 4
    if offset < end, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    let day = digits(bytes, from: offset, to: end)
    offset = day.upperBound
    if bytes.starts(with: ", ", at: offset) { offset += 1 }
    guard 1...2 ~= day.count, offset < end, bytes.byte(unchecked: offset) == Byte.space else {
      return nil
    }
    offset += 1
    let word = digits(bytes, from: offset, to: end)
    var blank = word.upperBound
    // JavaScript writes a comma behind the year, as Americans do.
    if bytes.starts(with: ", ", at: blank) { blank += 1 }
    if word.count == 4, blank < end, bytes.byte(unchecked: blank) == Byte.space {
      var clock = blank + 1
      if bytes.starts(with: "@ ", at: clock), clock + 2 < end { clock += 2 }
      if let halfDay = halfDayClock(bytes, clock..<end) {
        return time(
          bytes.extracting(word), month: month, day: bytes.extracting(day), clock: halfDay.rawSpan)
      }
      return time(bytes, year: word, month: month, day: day, clock: clock..<end)
    }
    if let time = yearLast(bytes, month: month, day: day, clock: offset..<end) { return time }
    guard let assumed else { return nil }
    let text = Array("\(assumed)".utf8)
    if let halfDay = halfDayClock(bytes, offset..<end) {
      return time(
        text.rawSpan, month: month, day: bytes.extracting(day), clock: halfDay.rawSpan)
    }
    return time(
      text.rawSpan, month: month, day: bytes.extracting(day), clock: bytes.extracting(offset..<end))
  }

  /// The time of a date whose year is behind the time of day: `10:00:00 2024`.
  private static func yearLast(
    _ bytes: RawSpan, month: UInt8, day: Range<Int>, clock: Range<Int>
  ) -> Int64? {
    let blank = clock.upperBound - 5
    guard blank >= clock.lowerBound + 8, bytes.byte(unchecked: blank) == Byte.space,
      digits(bytes, from: blank + 1, to: clock.upperBound).count == 4
    else { return nil }
    return time(
      bytes, year: blank + 1..<clock.upperBound, month: month, day: day,
      clock: clock.lowerBound..<blank)
  }

  /// The month that an English abbreviation names, from 1.
  static func month(_ bytes: RawSpan, at offset: Int) -> UInt8? {
    guard offset + 3 <= bytes.byteCount else { return nil }
    var name: UInt32 = 0
    for index in 0..<3 { name = name << 8 | UInt32(bytes.byte(unchecked: offset + index) | 0x20) }
    switch name {
    case 0x6a_616e: return 1
    case 0x66_6562: return 2
    case 0x6d_6172: return 3
    case 0x61_7072: return 4
    case 0x6d_6179: return 5
    case 0x6a_756e: return 6
    case 0x6a_756c: return 7
    case 0x61_7567: return 8
    case 0x73_6570: return 9
    case 0x6f_6374: return 10
    case 0x6e_6f76: return 11
    case 0x64_6563: return 12
    default: return nil
    }
  }

  /// The digits from an offset on.
  static func digits(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int> {
    var offset = start
    while offset < end, Byte.isDigit(bytes.byte(unchecked: offset)) { offset += 1 }
    return start..<offset
  }

  static func time(
    _ bytes: RawSpan, year: Range<Int>, month: UInt8, day: Range<Int>, clock: Range<Int>
  ) -> Int64? {
    time(
      bytes.extracting(year), month: month, day: bytes.extracting(day),
      clock: bytes.extracting(clock))
  }

  /// Joins the parts in the form of ISO 8601 and reads the time.
  static func time(
    _ year: RawSpan, month: UInt8, day: RawSpan, clock: RawSpan
  ) -> Int64? {
    // The longest: a time with nine digits of fraction and a zone.
    guard clock.byteCount <= 32, day.byteCount <= 2, year.byteCount <= 4 else { return nil }
    var text: [UInt8] = []
    text.reserveCapacity(48)
    text.append(year)
    text.append(Byte.minus)
    text.append(Byte.zero + month / 10)
    text.append(Byte.zero + month % 10)
    text.append(Byte.minus)
    if day.byteCount == 1 { text.append(Byte.zero) }
    text.append(day)
    text.append(UInt8(ascii: "T"))
    text.append(clock)
    // `GMT+02:00`, as Java writes offsets.
    if let sign = text.lastIndex(where: { $0 == Byte.plus || $0 == Byte.minus }), sign > 14 {
      let name = text[sign - 3..<sign]
      if name.elementsEqual("GMT".utf8) || name.elementsEqual("UTC".utf8) {
        text.removeSubrange(sign - 3..<sign)
      }
    }
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }
}
