import Parsing
import TestSupport
import Testing

@Suite struct TimestampTests {
  static func iso(_ text: String, _ outOfRange: Timestamp.OutOfRange = .refused) -> Int64? {
    let bytes = Array(" \(text) ".utf8)
    return Timestamp.iso8601(bytes.span.bytes, 1..<bytes.count - 1, outOfRange: outOfRange)
  }

  static func epoch(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    return Timestamp.epochSeconds(bytes.span.bytes, 0..<bytes.count)
  }

  static func text(_ time: Int64) -> String {
    var output: [UInt8] = []
    Timestamp.append(time, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  static let accepted: [(text: String, time: Int64)] = [
    ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-02", 86_400_000_000_000),
    ("1969-12-31T23:59:59.5Z", -500_000_000), ("1969-12-31T23:59:59Z", -1_000_000_000),
    ("2024-05-01T10:00:00Z", 1_714_557_600_000_000_000),
    ("2024-05-01t10:00:00z", 1_714_557_600_000_000_000),
    ("2024-05-01 10:00:00", 1_714_557_600_000_000_000),
    ("2024-05-01 10:00:00 Z", 1_714_557_600_000_000_000),
    ("2024-05-01 10:00:00 UTC", 1_714_557_600_000_000_000),
    ("2024-05-01 10:00:00.5 utc", 1_714_557_600_500_000_000),
    ("2024-05-01T10:00:00GMT", 1_714_557_600_000_000_000),
    ("2024-05-01T10:00Z", 1_714_557_600_000_000_000),
    ("2024-05-01T10:00:00.123456Z", 1_714_557_600_123_456_000),
    ("2024-05-01T10:00:00,123456789Z", 1_714_557_600_123_456_789),
    ("2024-05-01T10:00:00.1234567899Z", 1_714_557_600_123_456_789),
    ("2024-05-01T10:00:00.5", 1_714_557_600_500_000_000),
    ("2024-05-01T12:00:00+02:00", 1_714_557_600_000_000_000),
    ("2024-05-01T12:00:00.123456+0200", 1_714_557_600_123_456_000),
    ("2024-05-01T12:00:00+02", 1_714_557_600_000_000_000),
    ("2024-05-01T04:30:00-0530", 1_714_557_600_000_000_000),
    ("2024-05-01 12:00:00 +0200", 1_714_557_600_000_000_000),
    ("2024-05-01T00:00:00-00:00", 1_714_521_600_000_000_000),
    ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
    ("2000-02-29", 951_782_400_000_000_000), ("2024-02-29T23:59:59Z", 1_709_251_199_000_000_000),
    ("2262-04-11T23:47:16.854775807Z", Int64.max), ("1677-09-21T00:12:43.145224192Z", Int64.min),
  ]

  @Test(arguments: accepted)
  func accepts(_ text: String, _ time: Int64) {
    #expect(Self.iso(text) == time)
  }

  @Test(arguments: [
    "", "2024", "2024-05", "2024-5-1", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32",
    "2023-02-29", "1900-02-29", "2024-04-31", "24-05-01", "2024/05/01", "2024-05-01T",
    "2024-05-01T10", "2024-05-01T24:00:00Z", "2024-05-01T10:60:00Z", "2024-05-01T10:00:61Z",
    "2024-05-01T10:00:00.Z", "2024-05-01T10:00:00ZZ", "2024-05-01T10:00:00+",
    "2024-05-01T10:00:00+2",
    "2024-05-01T10:00:00+24:00", "2024-05-01T10:00:00+02:60", "2024-05-01T10:00:00+02:0",
    "2024-05-01T10:00:00 UT", "2024-05-01T10:00:00 UTCZ", "2024-05-01T10:00:00 CET",
    "2024-05-01x10:00:00", "2024-05-01Z", "2024-05-01T1:00:00Z",
    "+2024-05-01", "2024-05-01T10:00:00Z ", " 2024-05-01", "2262-04-11T23:47:16.854775808Z",
    "1677-09-21T00:12:43.145224191Z", "9999-12-31T23:59:59Z", "0000-01-01",
  ])
  func refuses(_ text: String) {
    #expect(Self.iso(text) == nil)
  }

  @Test func clamping() {
    #expect(Self.iso("9999-12-31T23:59:59Z", .clamped) == Int64.max)
    #expect(Self.iso("0001-01-01T00:00:00Z", .clamped) == Int64.min + 1)
    #expect(Self.iso("9999-12-32", .clamped) == nil)
  }

  static let epochs: [(text: String, time: Int64?)] = [
    ("0", 0), ("1", 1_000_000_000), ("1714557600.123456", 1_714_557_600_123_456_000),
    ("1300475167.096535", 1_300_475_167_096_535_000), ("0.1", 100_000_000),
    ("-1.5", -1_500_000_000),
    ("-0.25", -250_000_000), ("1.0000000019", 1_000_000_001), ("00012", 12_000_000_000),
    ("9223372036.854775807", Int64.max), ("-9223372036.854775808", Int64.min),
    ("9223372036.854775808", nil), ("-9223372036.854775809", nil), ("9223372037", nil),
    ("18446744073709551616", nil), ("9223372036854775808", nil), ("", nil), ("-", nil), (".", nil),
    ("1.", nil), (".5", nil), ("1e9", nil), ("1.5.5", nil), ("+1", nil), (" 1", nil), ("1 ", nil),
    ("--1", nil), ("nan", nil),
  ]

  @Test(arguments: epochs)
  func epoch(_ text: String, _ time: Int64?) {
    #expect(Self.epoch(text) == time)
  }

  @Test func formatting() {
    #expect(Self.text(0) == "1970-01-01T00:00:00.000000Z")
    #expect(Self.text(1_714_557_600_123_456_000) == "2024-05-01T10:00:00.123456Z")
    #expect(Self.text(1_714_557_600_123_456_001) == "2024-05-01T10:00:00.123456001Z")
    #expect(Self.text(-1) == "1969-12-31T23:59:59.999999999Z")
    #expect(Self.text(Int64.max) == "2262-04-11T23:47:16.854775807Z")
    #expect(Self.text(Int64.min) == "1677-09-21T00:12:43.145224192Z")
  }

  @Test func roundTrip() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<5000 {
      let time = Int64(truncatingIfNeeded: random.next())
      let micro = time / 1000 * 1000
      #expect(Self.iso(Self.text(time)) == time)
      #expect(Self.iso(Self.text(micro)) == micro)
    }
  }

  /// The calendar counted day by day over more than one span of 400 years.
  @Test func calendar() {
    var (year, month, day) = (Int64(1599), Int64(12), Int64(31))
    var days = Timestamp.daysSince1970(year: year, month: month, day: day)
    while year < 2410 {
      day += 1
      days += 1
      if day > Timestamp.daysInMonth(month, year: year) {
        day = 1
        month += 1
        if month > 12 {
          month = 1
          year += 1
        }
      }
      let date = Timestamp.civilDate(daysSince1970: days)
      if Timestamp.daysSince1970(year: year, month: month, day: day) != days
        || date != (year, month, day)
      {
        Issue.record("\(year)-\(month)-\(day)")
        return
      }
    }
    #expect(Timestamp.daysSince1970(year: 1970, month: 1, day: 1) == 0)
    #expect(Timestamp.daysSince1970(year: 2000, month: 3, day: 1) == 11_017)
    #expect(Timestamp.daysSince1970(year: 0, month: 3, day: 1) == -719_468)
  }
}
