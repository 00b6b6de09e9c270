import Parsing
import Testing

@testable import Feeds

@Suite struct FeedTimeTests {
  /// What people, spreadsheets and mail programs write, and what it means as ISO 8601; nil for no time.
  static let cases: [(text: String, time: String?)] = [
    ("2024/04/14 9:13:55", "2024-04-14T09:13:55Z"), ("2024-05-31 6:49", "2024-05-31T06:49:00Z"),
    ("2024-4-1", "2024-04-01T00:00:00Z"), ("Aug 27, 2021", "2021-08-27T00:00:00Z"),
    ("27 August 2021", "2021-08-27T00:00:00Z"), ("27-Aug-2021", "2021-08-27T00:00:00Z"),
    ("2021-Aug-27", "2021-08-27T00:00:00Z"),
    ("Fri, 27 Aug 2021 10:00:00 +0200", "2021-08-27T08:00:00Z"),
    ("Friday, August 27, 2021 10:00:00 AM", "2021-08-27T10:00:00Z"),
    ("27.08.2021", "2021-08-27T00:00:00Z"), ("27.8.2021 9:05", "2021-08-27T09:05:00Z"),
    ("20210827T100000Z", "2021-08-27T10:00:00Z"),
    ("8/27/2021 9:13:55 PM", "2021-08-27T21:13:55Z"), ("8/2/2021 12:00 AM", "2021-08-02T00:00:00Z"),
    ("2021-08-27 10:00:00 (UTC)", "2021-08-27T10:00:00Z"),
    ("2021-08-27 9:00:00.5", "2021-08-27T09:00:00.5Z"),
    // Zeros that stand for no time, and times that are far off.
    ("0001-01-01T00:00:00Z", nil), ("3000-01-01", "2262-04-11T23:47:16.854775807Z"),
    ("9999/12/31 23:59:59", "2262-04-11T23:47:16.854775807Z"),
    // Which number is the day is not known.
    ("8/2/2021", nil), ("8/2/2021 9:00", nil), ("8/8/2021", "2021-08-08T00:00:00Z"),
    ("27/27/2021", nil), ("31.13.2021", nil), ("Foo 27, 2021", nil), ("27 August", nil),
    ("Aug 27, 2021 and more", nil), ("27 Aug 21", nil), ("1.2.3.4", nil), ("10.0.0.2021", nil),
    ("2021-08-27T", nil), ("25:00", nil), ("", nil), ("Aug Aug 2021", nil),
    ("1-Aug-2021 13:00 PM", nil), ("99999999999999999999 Aug 2021", nil),
  ]

  @Test(arguments: cases.indices)
  func isRead(_ index: Int) {
    let (text, expected) = Self.cases[index]
    let bytes = Array(text.utf8)
    let time = FeedTime.nanoseconds(bytes.rawSpan)
    let wanted = expected.flatMap { expected in
      let bytes = Array(expected.utf8)
      return Timestamp.iso8601(bytes.rawSpan, 0..<bytes.count)
    }
    #expect(time == wanted, "\(text)")
  }

  /// Other dates of a table tell which number is the day in those that do not.
  @Test(arguments: [
    (["12/7/2022", "12/28/2022"], "2022-12-07"), (["12/7/2022 9:05", "28/12/2022"], "2022-07-12"),
    (["12/7/2022", "11/7/2022"], nil), (["12/7/2022", "12/28/2022", "28/12/2022"], nil),
    (["12/7/2022", "12.28.2022"], nil), (["28/7/2022", "12/28/2022"], "2022-07-28"),
    (["12/7/2022 9:05 PM", "28/12/2022"], "2022-07-12"),
    (["12-07-2022", "28-12-2022"], "2022-07-12"),
    (["12-07-2022 9:05", "12-28-2022"], "2022-12-07"),
    (["12-07-2022", "28/12/2022"], "2022-07-12"),
    (["12/7/2022", "12/28/2022", "28-12-2022"], "2022-12-07"), (["07-07-2022", "x"], "2022-07-07"),
    (["12-07-2022", "11-07-2022"], nil), (["12-07/2022", "28/12/2022"], nil),
  ])
  func theOrderOfOthersHolds(_ dates: [String], _ day: String?) {
    let rows = dates.enumerated().map { "h\($0.offset).evil.example,x,\($0.element)\n" }.joined()
    for header in ["domain,note,first_seen\n", "domain,note,valid_until\n"] {
      let facts = Loaded(header + rows, format: .csv).context(of: "h0.evil.example")
      #expect(facts.contains { $0.contains("=" + (day ?? "?")) } == (day != nil), "\(facts)")
    }
    let records = dates.enumerated().map {
      #"{"domain":"h\#($0.offset).evil.example","first_seen":"\#($0.element)"}"#
    }
    let facts = Loaded("[\(records.joined(separator: ","))]", format: .json)
      .context(of: "h0.evil.example")
    #expect(facts.contains { $0.contains("=" + (day ?? "?")) } == (day != nil), "\(facts)")
  }
}
