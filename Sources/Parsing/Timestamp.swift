/// Points in time as text: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// An `Int64` reaches from September 1677 to April 2262. Dates are of the Gregorian calendar, also
/// before its time.
package enum Timestamp {
  /// What becomes of a time outside the range of `Int64`.
  package enum OutOfRange: Sendable {
    /// It is not read: the result is nil.
    case refused
    /// It becomes the first or last nanosecond of the range (`Int64.min + 1`, `Int64.max`).
    case clamped
  }

  /// Nanoseconds in a second.
  package static let nanosecondsPerSecond: Int64 = 1_000_000_000

  // MARK: Seconds since 1970

  /// Seconds since 1970 with an optional fraction (`1714557600.123456`) that fill the range.
  ///
  /// Digits beyond the ninth of the fraction are ignored. The range must lie within the bytes.
  package static func epochSeconds(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    var reader = Reader(bytes, range)
    let isNegative = reader.take(Byte.minus)
    let start = reader.offset
    reader.skipDigits()
    guard let seconds = NumberText.unsigned(bytes, start..<reader.offset) else { return nil }
    var fraction: Int64 = 0
    if reader.take(Byte.dot) {
      guard let digits = reader.fraction() else { return nil }
      fraction = digits
    }
    guard reader.isAtEnd, let seconds = Int64(exactly: seconds) else { return nil }
    return isNegative
      ? time(seconds: -seconds, nanoseconds: -fraction)
      : time(seconds: seconds, nanoseconds: fraction)
  }

  // MARK: Dates

  /// A date, with or without a time of day (ISO 8601, RFC 3339), that fills the range.
  ///
  /// `yyyy-MM-dd`, then optionally `T` or a blank, `HH:mm`, `:ss`, a fraction after `.` or `,`, and
  /// a zone `Z`, `UTC`, `GMT`, `±hh:mm`, `±hhmm` or `±hh`, before which a blank may stand; without
  /// a zone it is UTC. A sixtieth second is the next minute's first. Digits beyond the ninth of the
  /// fraction are ignored. The range must lie within the bytes.
  package static func iso8601(
    _ bytes: RawSpan, _ range: Range<Int>, outOfRange: OutOfRange = .refused
  ) -> Int64? {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    var reader = Reader(bytes, range)
    guard let year = reader.number(4), reader.take(Byte.minus), let month = reader.number(2),
      reader.take(Byte.minus), let day = reader.number(2), month >= 1, month <= 12, day >= 1,
      day <= daysInMonth(month, year: year)
    else { return nil }
    var seconds = daysSince1970(year: year, month: month, day: day) * 86_400
    var nanoseconds: Int64 = 0
    if !reader.isAtEnd {
      guard
        reader.take(UInt8(ascii: "T")) || reader.take(UInt8(ascii: "t"))
          || reader.take(Byte.space),
        let hour = reader.number(2), hour <= 23, reader.take(Byte.colon),
        let minute = reader.number(2), minute <= 59
      else { return nil }
      seconds += hour * 3600 + minute * 60
      if reader.take(Byte.colon) {
        guard let second = reader.number(2), second <= 60 else { return nil }
        seconds += second
        if reader.take(Byte.dot) || reader.take(Byte.comma) {
          guard let digits = reader.fraction() else { return nil }
          nanoseconds = digits
        }
      }
      guard let zone = reader.zone(), reader.isAtEnd else { return nil }
      seconds -= zone
    }
    if let time = time(seconds: seconds, nanoseconds: nanoseconds) { return time }
    return outOfRange == .refused ? nil : seconds < 0 ? Int64.min + 1 : Int64.max
  }

  /// Appends `2024-05-01T10:00:00.123456Z`, with nine digits if six are not exact.
  package static func append(_ time: Int64, to output: inout [UInt8]) {
    let seconds = time.dividedRoundingDown(by: nanosecondsPerSecond)
    let remainder = time % nanosecondsPerSecond
    let nanoseconds = remainder < 0 ? remainder + nanosecondsPerSecond : remainder
    let days = seconds.dividedRoundingDown(by: 86_400)
    let second = seconds - days * 86_400
    let date = civilDate(daysSince1970: days)
    func number(_ value: Int64, _ width: Int) {
      NumberText.append(UInt64(clamping: value), width: width, to: &output)
    }
    number(date.year, 4)
    output.append(Byte.minus)
    number(date.month, 2)
    output.append(Byte.minus)
    number(date.day, 2)
    output.append(UInt8(ascii: "T"))
    number(second / 3600, 2)
    output.append(Byte.colon)
    number(second / 60 % 60, 2)
    output.append(Byte.colon)
    number(second % 60, 2)
    output.append(Byte.dot)
    if nanoseconds % 1000 == 0 {
      number(nanoseconds / 1000, 6)
    } else {
      number(nanoseconds, 9)
    }
    output.append(UInt8(ascii: "Z"))
  }

  // MARK: The calendar

  /// Days from 1970-01-01 to a date.
  ///
  /// Counted in years that begin in March, so that the leap day is the last of its year, and in
  /// spans of 400 years, which all have 146 097 days.
  package static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month > 2 ? year : year - 1
    let marchMonth = (month + 9) % 12
    let span = marchYear.dividedRoundingDown(by: 400)
    let yearOfSpan = marchYear - span * 400
    // 153 days in each five months from March on: 31 30 31 30 31.
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    let dayOfSpan = yearOfSpan * 365 + yearOfSpan / 4 - yearOfSpan / 100 + dayOfYear
    // 719 468 days lie between 0000-03-01 and 1970-01-01.
    return span * 146_097 + dayOfSpan - 719_468
  }

  /// The date that is some days after 1970-01-01, the inverse of `daysSince1970`.
  package static func civilDate(daysSince1970 days: Int64) -> (
    year: Int64, month: Int64, day: Int64
  ) {
    let shifted = days + 719_468
    let span = shifted.dividedRoundingDown(by: 146_097)
    let dayOfSpan = shifted - span * 146_097
    // Subtracts the leap days so far, so that all years have 365 days; the last term is for the
    // leap day on which the span ends.
    let yearOfSpan =
      (dayOfSpan - dayOfSpan / 1460 + dayOfSpan / 36_524 - dayOfSpan / 146_096) / 365
    let dayOfYear = dayOfSpan - (365 * yearOfSpan + yearOfSpan / 4 - yearOfSpan / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfSpan + span * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// Days of a month, 1–12, in a year.
  package static func daysInMonth(_ month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The time of `seconds` and `nanoseconds`; nil if it is out of range.
  ///
  /// They have the same sign, or `nanoseconds` is positive.
  private static func time(seconds: Int64, nanoseconds: Int64) -> Int64? {
    // Multiplies with one second nearer to 0, so that a time just inside the range does not
    // overflow.
    let isEarly = seconds < 0 && nanoseconds > 0
    let whole = isEarly ? seconds + 1 : seconds
    let rest = isEarly ? nanoseconds - nanosecondsPerSecond : nanoseconds
    let (product, isTooFar) = whole.multipliedReportingOverflow(by: nanosecondsPerSecond)
    let (sum, carries) = product.addingReportingOverflow(rest)
    return isTooFar || carries ? nil : sum
  }

  /// Reads the parts of a date; never past the range's end.
  private struct Reader: ~Escapable {
    let bytes: RawSpan
    var offset: Int
    let end: Int

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, _ range: Range<Int>) {
      self.bytes = bytes
      offset = range.lowerBound
      end = range.upperBound
    }

    var isAtEnd: Bool { offset == end }

    @_lifetime(self: copy self)
    mutating func take(_ byte: UInt8) -> Bool {
      guard offset < end, bytes.byte(unchecked: offset) == byte else { return false }
      offset += 1
      return true
    }

    @_lifetime(self: copy self)
    mutating func skipDigits() {
      while offset < end, Byte.isDigit(bytes.byte(unchecked: offset)) { offset += 1 }
    }

    /// The number in exactly `width` digits.
    @_lifetime(self: copy self)
    mutating func number(_ width: Int) -> Int64? {
      guard end - offset >= width else { return nil }
      var value: Int64 = 0
      for _ in 0..<width {
        let digit = bytes.byte(unchecked: offset) &- Byte.zero
        guard digit <= 9 else { return nil }
        value = value * 10 + Int64(digit)
        offset += 1
      }
      return value
    }

    /// A fraction of at least one digit, in nanoseconds.
    @_lifetime(self: copy self)
    mutating func fraction() -> Int64? {
      let start = offset
      skipDigits()
      guard offset > start else { return nil }
      var value: Int64 = 0
      for index in start..<start + 9 {
        value = value * 10
        if index < offset { value += Int64(bytes.byte(unchecked: index) &- Byte.zero) }
      }
      return value
    }

    /// Seconds that the zone is east of Greenwich; 0 if nothing is left to read.
    @_lifetime(self: copy self)
    mutating func zone() -> Int64? {
      if isAtEnd { return 0 }
      _ = take(Byte.space)
      if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
      if end - offset == 3 {
        // `UTC` or `GMT` in either case, as many feeds have it.
        var word: UInt32 = 0
        for index in offset..<end { word = word << 8 | UInt32(bytes.byte(unchecked: index) | 0x20) }
        if word == 0x75_7463 || word == 0x67_6d74 {
          offset = end
          return 0
        }
      }
      let isWest = take(Byte.minus)
      guard isWest || take(Byte.plus), let hours = number(2), hours <= 23 else { return nil }
      var minutes: Int64 = 0
      if !isAtEnd {
        _ = take(Byte.colon)
        guard let part = number(2), part <= 59 else { return nil }
        minutes = part
      }
      let seconds = hours * 3600 + minutes * 60
      return isWest ? -seconds : seconds
    }
  }
}
