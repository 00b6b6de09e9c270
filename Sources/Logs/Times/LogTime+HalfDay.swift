import Parsing

/// Times with AM or PM.
extension LogTime {
  /// `5/1/2024, 10:00:00.123 AM`, as Microsoft's portals write it; AM or PM must be there.
  static func american(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let end = endBeforeUTC(bytes, range)
    guard end - range.lowerBound >= 19, bytes.byte(unchecked: end - 3) == Byte.space else {
      return nil
    }
    let month = digits(bytes, from: range.lowerBound, to: end)
    guard bytes.byte(unchecked: month.upperBound) == Byte.slash else { return nil }
    let day = digits(bytes, from: month.upperBound + 1, to: end)
    guard bytes.byte(unchecked: day.upperBound) == Byte.slash else { return nil }
    let year = digits(bytes, from: day.upperBound + 1, to: end)
    var offset = year.upperBound
    if bytes.byte(unchecked: offset) == Byte.comma { offset += 1 }
    guard bytes.byte(unchecked: offset) == Byte.space, 1...2 ~= month.count, 1...2 ~= day.count,
      year.count == 4, let number = NumberText.unsigned(bytes, month), 1...12 ~= number,
      let clock = halfDayClock(bytes, offset + 1..<end)
    else { return nil }
    return time(
      bytes.extracting(year), month: UInt8(number), day: bytes.extracting(day),
      clock: clock.rawSpan)
  }

  /// The 24-hour form of a time of day with AM or PM, `1:00:00.5 PM`; nil if it has another form.
  ///
  /// `UTC` or `GMT` may be behind it.
  static func halfDayClock(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8]? {
    let end = endBeforeUTC(bytes, range)
    guard 10...32 ~= end - range.lowerBound, bytes.byte(unchecked: end - 3) == Byte.space,
      bytes.byte(unchecked: end - 1) | 0x20 == UInt8(ascii: "m")
    else { return nil }
    let half = bytes.byte(unchecked: end - 2) | 0x20
    guard half == UInt8(ascii: "a") || half == UInt8(ascii: "p") else { return nil }
    let hour = digits(bytes, from: range.lowerBound, to: end)
    guard 1...2 ~= hour.count, let written = NumberText.unsigned(bytes, hour), 1...12 ~= written
    else { return nil }
    let hours = written % 12 + (half == UInt8(ascii: "p") ? 12 : 0)
    var clock: [UInt8] = [Byte.zero + UInt8(hours / 10), Byte.zero + UInt8(hours % 10)]
    clock.append(bytes, hour.upperBound..<end - 3)
    return clock
  }

  /// `2024-05-01 10:00:00 PM`, also with slashes.
  static func halfDay(behindYear bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 19, bytes.byte(unchecked: start + 10) == Byte.space,
      isDate(bytes, at: start, Byte.minus) || isDate(bytes, at: start, Byte.slash),
      let month = NumberText.unsigned(bytes, start + 5..<start + 7), 1...12 ~= month,
      let clock = halfDayClock(bytes, start + 11..<range.upperBound)
    else { return nil }
    return time(
      bytes.extracting(start..<start + 4), month: UInt8(month),
      day: bytes.extracting(start + 8..<start + 10), clock: clock.rawSpan)
  }

  /// Where a text ends but for ` UTC` or ` GMT`.
  private static func endBeforeUTC(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let end = range.upperBound - 4
    guard end > range.lowerBound else { return range.upperBound }
    return bytes.starts(with: " UTC", at: end) || bytes.starts(with: " GMT", at: end)
      ? end : range.upperBound
  }
}
