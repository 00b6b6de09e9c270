import Parsing

/// Times in logs, as nanoseconds since 1970 (UTC).
enum LogTime {
  /// The least number of seconds since 1970 that is taken for an event's time.
  ///
  /// A smaller number is counted from the start of a capture or from a boot, or is a duration or a
  /// date of eight digits.
  private static let firstSecond: Int64 = 100_000_000

  /// A whole field that tells a time: seconds since 1970, or by its size milli-, micro- or
  /// nanoseconds, or Windows' tenths of microseconds since 1601; else an ISO 8601 time, or one as
  /// programs write it for people.
  ///
  /// Blanks at its ends are no part of it.
  static func field(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let range = bytes.trimmed(range)
    if let digits = NumberText.unsigned(bytes, range), digits >= 100_000_000_000 {
      // A number of nanoseconds with as many digits would be a time of the last century.
      if fileTimes.contains(digits) { return Int64(digits - fileTimeOf1970) * 100 }
      let unit: UInt64 =
        digits < 100_000_000_000_000
        ? 1_000_000 : digits < 100_000_000_000_000_000 ? 1000 : 1
      let (product, overflows) = digits.multipliedReportingOverflow(by: unit)
      return overflows ? nil : Int64(exactly: product)
    }
    if let seconds = Timestamp.epochSeconds(bytes, range) {
      return seconds < firstSecond * Timestamp.nanosecondsPerSecond ? nil : seconds
    }
    return Timestamp.iso8601(bytes, range) ?? written(bytes, range)
  }

  /// A whole field that tells a time, also in the forms of Snort's alerts and of syslog, and
  /// whether it has a zone of its own.
  ///
  /// `year` is the year of dates that name none.
  static func field(
    _ bytes: RawSpan, _ range: Range<Int>, year: Int?
  ) -> (time: Int64, isZoned: Bool)? {
    let range = bytes.trimmed(range)
    if let time = field(bytes, range) { return (time, isZoned(bytes, range)) }
    guard 14...40 ~= range.count else { return nil }
    if bytes.byte(at: range.lowerBound + 2) == Byte.slash {
      return alert(bytes.extracting(range), year: year)
    }
    guard let year, let time = monthFirst(bytes, range, year: year) else { return nil }
    return (time, isZoned(bytes, range))
  }

  /// Windows' `FILETIME` of 1970, and of the years 1980 to 2080.
  private static let fileTimeOf1970: UInt64 = 116_444_736_000_000_000
  private static let fileTimes: Range<UInt64> = 119_600_064_000_000_000..<151_157_664_000_000_000

  /// The time of a date and a time of day that are apart, in UTC.
  static func dateAndTime(_ date: [UInt8], _ bytes: RawSpan, _ time: Range<Int>) -> Int64? {
    var text = date
    text.append(UInt8(ascii: "T"))
    text.append(bytes.extracting(time))
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }

  /// A date and a time of day in fields of their own; `yyyy-MM-dd` or with slashes.
  static func dateAndTime(
    _ bytes: RawSpan, date: Range<Int>, clock: Range<Int>, zone: Range<Int> = 0..<0
  ) -> Int64? {
    guard date.count == 10, 8...32 ~= clock.count else { return nil }
    var text = bytes.copied(date)
    if text[4] == Byte.slash, text[7] == Byte.slash {
      (text[4], text[7]) = (Byte.minus, Byte.minus)
    }
    text.append(UInt8(ascii: "T"))
    text.append(bytes, clock)
    guard let time = Timestamp.iso8601(text.rawSpan, 0..<text.count), !zone.isEmpty,
      !isZoned(text.rawSpan, 0..<text.count)
    else { return Timestamp.iso8601(text.rawSpan, 0..<text.count) }
    return offset(bytes, zone).map { time &- $0 }
  }

  /// `2024/05/01 10:00:00`, or a web server's `01/May/2024:10:00:00 +0200`.
  static func withSlashes(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    guard range.count >= 19, range.count <= 40 else { return nil }
    let start = range.lowerBound
    if bytes.byte(at: start + 2) == Byte.slash || bytes.byte(at: start + 1) == Byte.slash {
      return accessLog(bytes, range)
    }
    guard bytes.byte(at: start + 4) == Byte.slash, bytes.byte(at: start + 7) == Byte.slash else {
      return nil
    }
    var text = bytes.copied(range)
    text[4] = Byte.minus
    text[7] = Byte.minus
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }
}
