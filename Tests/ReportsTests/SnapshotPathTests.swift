import Parsing
import Reports
import TestSupport
import Testing

/// Dates in the paths of copies.
@Suite struct SnapshotPathTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var path: String
    var feed: String?
    var time = ""
    var testDescription: String { path }
  }

  @Test(arguments: [
    Case(path: "feed-2024-05-01.txt", feed: "feed.txt", time: "2024-05-01T00:00:00.000000Z"),
    Case(path: "feed.20240501.csv", feed: "feed.csv", time: "2024-05-01T00:00:00.000000Z"),
    Case(path: "feed_2024_05_01", feed: "feed", time: "2024-05-01T00:00:00.000000Z"),
    Case(path: "2024-05-01/feed.txt", feed: "feed.txt", time: "2024-05-01T00:00:00.000000Z"),
    Case(path: "x/2024-05-01/a/b.txt", feed: "x/a/b.txt", time: "2024-05-01T00:00:00.000000Z"),
    Case(path: "2024-05-01-feed.txt", feed: "feed.txt", time: "2024-05-01T00:00:00.000000Z"),
    Case(path: "2024-05-01T0630/f", feed: "f", time: "2024-05-01T06:30:00.000000Z"),
    Case(path: "f.2024-05-01T06:30:15Z.gz", feed: "f.gz", time: "2024-05-01T06:30:15.000000Z"),
    Case(path: "f-20240501-2359.txt", feed: "f.txt", time: "2024-05-01T23:59:00.000000Z"),
    Case(path: "f-2024-02-29.txt", feed: "f.txt", time: "2024-02-29T00:00:00.000000Z"),
    Case(path: "feed/2024-05-01", feed: "feed", time: "2024-05-01T00:00:00.000000Z"),
    Case(path: "f-2023-02-29.txt", feed: nil),
    Case(path: "f-2024-13-01.txt", feed: nil),
    Case(path: "feed.txt", feed: nil),
    Case(path: "feed-12024-05-01.txt", feed: nil),
    Case(path: "feed-2024-05.txt", feed: nil),
    Case(path: "feed-202405011.txt", feed: nil),
    Case(path: "2024-05-01", feed: nil),
    Case(path: "", feed: nil),
  ]) func datesAreFound(_ test: Case) {
    let found = SnapshotPath(Array(test.path.utf8))
    #expect(found.map { String(decoding: $0.feed, as: UTF8.self) } == test.feed)
    guard let found else { return }
    var text: [UInt8] = []
    Timestamp.append(found.date, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == test.time)
  }

  @Test func anyBytesAreTaken() {
    var generator = SeededGenerator(seed: 9)
    let alphabet = Array("0123456789-_T:/.Z a2024".utf8)
    for _ in 0..<20_000 {
      let path = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      if let found = SnapshotPath(path) {
        #expect(!found.feed.isEmpty && found.feed.count <= path.count - 8)
      }
    }
  }
}
