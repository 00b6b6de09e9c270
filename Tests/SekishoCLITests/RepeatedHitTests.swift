import Foundation
import TestSupport
import Testing

/// What is kept from one hit to the next (texts of indicators, days) never shows where it does not belong.
@Suite struct RepeatedHitTests {
  @Test func oneEntryAtSeveralTimesAndWaysIsWrittenAsEach() throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write(
      "a.csv",
      "type,value,valid_from,valid_until\n"
        + "domain,evil.example,2024-05-01T00:00:00Z,2024-05-02T00:00:00Z\n")
    let times = [
      ("2024-04-30T23:59:59Z", "2024-04-30T23:59:59.000000Z", "before"),
      ("2024-05-01T00:00:00Z", "2024-05-01T00:00:00.000000Z", "within"),
      ("2024-05-01T23:59:59.999Z", "2024-05-01T23:59:59.999000Z", "within"),
      ("2024-04-30T23:59:59.123456789Z", "2024-04-30T23:59:59.123456789Z", "before"),
      ("2024-05-02T00:00:00Z", "2024-05-02T00:00:00.000000Z", "after"),
      ("1969-12-31T23:59:58.5Z", "1969-12-31T23:59:58.500000Z", "before"),
      ("2024-05-01T09:08:07Z", "2024-05-01T09:08:07.000000Z", "within"),
    ]
    let names = [("evil.example", "exact"), ("a.evil.example", "subdomain")]
    let log = try folder.write(
      "a.jsonl",
      times.flatMap { time in
        names.map { "{\"timestamp\":\"\(time.0)\",\"host\":\"\($0.0)\"}\n" }
      }.joined())
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--feed", feed, "--format", "ndjson", log, log])
    let written = try result.lines.map { line -> [String] in
      let hit = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let indicator = try #require((hit["indicators"] as? [[String: Any]])?.first)
      return [
        hit["ts"], hit["value"], hit["match"], indicator["match"], indicator["validity"],
        indicator["value"],
      ].map { $0 as? String ?? "-" }
    }
    let expected = times.flatMap { time in
      names.map { [time.1, $0.0, $0.1, $0.1, time.2, "evil.example"] }
    }
    #expect(written == expected + expected)
  }
}
