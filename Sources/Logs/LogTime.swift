import Parsing

/// Times in logs, as nanoseconds since 1970 (UTC).
enum LogTime {
  /// A whole field that tells a time: seconds since 1970, or by its size milli-, micro- or
  /// nanoseconds; else an ISO 8601 time, or one as programs write it for people.
  static func field(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    if let digits = NumberText.unsigned(bytes, range), digits >= 100_000_000_000 {
      let unit: UInt64 =
        digits < 100_000_000_000_000
        ? 1_000_000 : digits < 100_000_000_000_000_000 ? 1000 : 1
      let (product, overflows) = digits.multipliedReportingOverflow(by: unit)
      return overflows ? nil : Int64(exactly: product)
    }
    return Timestamp.epochSeconds(bytes, range) ?? Timestamp.iso8601(bytes, range)
      ?? written(bytes, range)
  }

  /// A date and a time of day that stand apart, in UTC.
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
    guard date.count == 10, 8...32 ~= clock.count, zone.count <= 8 else { return nil }
    var text = bytes.copied(date)
    if text[4] == Byte.slash, text[7] == Byte.slash {
      (text[4], text[7]) = (Byte.minus, Byte.minus)
    }
    text.append(UInt8(ascii: "T"))
    text.append(bytes, clock)
    if let time = Timestamp.iso8601(text.rawSpan, 0..<text.count), zone.isEmpty { return time }
    text.append(bytes, zone)
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }

  /// `2024/05/01 10:00:00`, or a web server's `01/May/2024:10:00:00 +0200`.
  static func withSlashes(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    guard range.count >= 19, range.count <= 40 else { return nil }
    let start = range.lowerBound
    if bytes.byte(at: start + 2) == Byte.slash { return accessLog(bytes, range) }
    guard bytes.byte(at: start + 4) == Byte.slash, bytes.byte(at: start + 7) == Byte.slash else {
      return nil
    }
    var text = bytes.copied(range)
    text[4] = Byte.minus
    text[7] = Byte.minus
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }
}
