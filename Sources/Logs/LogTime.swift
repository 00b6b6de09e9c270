import Parsing

/// Times in logs, as nanoseconds since 1970 (UTC).
enum LogTime {
  /// A whole field that tells a time: seconds since 1970, or by its size milli-, micro- or
  /// nanoseconds; else an ISO 8601 time, or one with slashes in its date.
  static func field(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    if let digits = NumberText.unsigned(bytes, range), digits >= 100_000_000_000 {
      let unit: UInt64 =
        digits < 100_000_000_000_000
        ? 1_000_000 : digits < 100_000_000_000_000_000 ? 1000 : 1
      let (product, overflows) = digits.multipliedReportingOverflow(by: unit)
      return overflows ? nil : Int64(exactly: product)
    }
    return Timestamp.epochSeconds(bytes, range) ?? Timestamp.iso8601(bytes, range)
      ?? withSlashes(bytes, range)
  }

  /// `2024/05/01 10:00:00`, or a web server's `01/May/2024:10:00:00 +0200`.
  private static func withSlashes(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
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

  /// A date and a time of day that stand apart, in UTC.
  static func dateAndTime(_ date: [UInt8], _ bytes: RawSpan, _ time: Range<Int>) -> Int64? {
    var text = date
    text.append(UInt8(ascii: "T"))
    text.append(bytes.extracting(time))
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }

  /// The time at the start of a line of text, with its offset from UTC, for a local time says too
  /// little; behind the `<n>1 ` of syslog (RFC 5424), if that is there.
  static func lineStart(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    var start = range.lowerBound
    let end = range.upperBound
    if start < end, bytes.byte(at: start) == UInt8(ascii: "<") {
      start += 1
      while start < end, start - range.lowerBound < 4, bytes.byte(at: start) &- Byte.zero <= 9 {
        start += 1
      }
      guard bytes.starts(with: ">1 ", at: start) else { return nil }
      start += 3
    }
    guard end - start >= 20, bytes.byte(at: start) &- Byte.zero <= 9 else { return nil }
    // The longest: a date, a time with nine digits of fraction, a zone.
    let window = bytes.extracting(start..<min(end, start + 36))
    let stop = min(window.firstOffset(of: Byte.space, from: 11), window.byteCount)
    let last = window.byte(at: stop - 1)
    let isZoned =
      last == UInt8(ascii: "Z") || stop > 6 && isSign(window.byte(at: stop - 6))
      || stop > 5 && isSign(window.byte(at: stop - 5))
    guard isZoned else { return nil }
    return Timestamp.iso8601(window, 0..<stop)
  }

  private static func isSign(_ byte: UInt8) -> Bool { byte == Byte.plus || byte == Byte.minus }
}
