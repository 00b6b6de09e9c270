import Database
import Foundation
import Indicators
import Parsing
import TestSupport
import Testing

@Suite struct CompilerTests {
  @Test(
    "The hash of a file is that of its bytes", arguments: [0, 1, (1 << 20) - 1, 1 << 20, 3 << 20])
  func hashOfFile(_ length: Int) throws {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let path = NSTemporaryDirectory() + "feed-input-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(FeedInput(path: path) == FeedInput(bytes: bytes.rawSpan))
  }

  /// Indicators of three feeds with repeats, contexts and all kinds of keys.
  static let indicators: [TestIndicator] = {
    var indicators = [
      TestIndicator(.domain, "evil.example", .withSubdomains).from(feed: 0, line: 7, id: "x"),
      TestIndicator(.domain, "evil.example", .withSubdomains).from(feed: 0, line: 3, id: "x"),
      TestIndicator(.domain, "evil.example", .withSubdomains).from(feed: 0, line: 3, id: "x"),
      TestIndicator(.domain, "evil.example", .withSubdomains).from(feed: 0, line: 5, id: "y"),
      TestIndicator(.domain, "evil.example", .withSubdomains).from(feed: 1, line: 1),
      TestIndicator(.domain, "evil.example", .exact).from(feed: 2, line: 9),
      TestIndicator(.domain, "EVIL.example", .exact).from(feed: 1, line: 2),
      TestIndicator(.url, "http://evil.example/a").from(feed: 1, line: 4),
      TestIndicator(.url, "https://evil.example/a").from(feed: 0, line: 4),
      TestIndicator(.url, "evil.example/*x", .prefix).from(feed: 0, line: 12),
      TestIndicator(.filename, "evil.exe").from(feed: 2, flags: .weak),
      TestIndicator(.sha1, [UInt8](repeating: 1, count: 20)).from(feed: 1, line: 0, id: "z"),
      .address("192.0.2.77/24").from(feed: 2, line: 1),
      .address("192.0.2.0/24").from(feed: 0, line: 2),
      .address("192.0.2.7", port: 443).from(feed: 2, line: 3),
      .address("2001:db8::1").from(feed: 2, line: 4),
    ]
    indicators[0].labels = ["c2", "botnet"]
    indicators[1].labels = ["c2", "botnet"]
    indicators[2].labels = ["c2", "botnet"]
    indicators[4].confidence = 80
    return indicators
  }()

  @Test func equalIndicatorsAreOneEntryWithAllTheirSources() throws {
    let database = try database(Self.indicators)
    let texts = (0..<database.entryCount).map { database.text(of: UInt32($0)) }
    #expect(
      texts == [
        "192.0.2.0/24", "192.0.2.7:443", "2001:db8::1", "evil.example", "evil.example",
        "evil.example/*x", "http://evil.example/a", "https://evil.example/a",
        "0101010101010101010101010101010101010101", "evil.exe",
      ])
    #expect(database.entry(3).mode == .exact)
    #expect(database.entry(4).mode == .withSubdomains)
    let sources = database.sources(of: 4)
    try #require(sources.count == 3)
    #expect(sources.map(\.feed) == [0, 0, 1])
    #expect(sources.map(\.line) == [3, 5, 1])
    #expect(sources.map(\.moreLines) == [[7], [], []])
    #expect(database.text(ofString: sources[0].context.id) == "x")
    #expect(database.text(ofString: sources[1].context.id) == "y")
    #expect(
      database.list(sources[0].context.labels).map { database.text(ofString: $0) }
        == ["c2", "botnet"])
    #expect(sources[2].context.confidence == 80)
    #expect(database.sources(of: 3).map(\.feed) == [1, 2])
    #expect(database.sources(of: 8).map(\.line) == [0])
    #expect(database.entry(9).sourceFlags == .weak)
    #expect(!database.entry(9).hasStrongSource)
    #expect(database.entry(4).hasStrongSource && database.entry(4).hasBlockingSource)
    try database.verify()
  }

  @Test func theManifestCountsEntriesAndRefusals() throws {
    var collection = IndicatorCollection()
    let refusals = ["private-address": 2, "bad-name": 1]
    let first = collection.addFeed(
      FeedDescription(name: "b.txt", format: "plain", refusals: refusals))
    let second = collection.addFeed(
      FeedDescription(name: "a.txt", format: "hosts", isAllowList: true))
    append(TestIndicator(.domain, "evil.example"), to: &collection, feed: first)
    append(
      TestIndicator(.domain, "evil.example").from(feed: 0, line: 2), to: &collection, feed: first)
    append(TestIndicator(.md5, [1, 2, 3]), to: &collection, feed: first)
    append(
      TestIndicator(.userAgent, [UInt8](repeating: 65, count: 70_000)), to: &collection,
      feed: first)
    append(TestIndicator(.domain, "good.example"), to: &collection, feed: second)
    let database = try IndicatorDatabase(DatabaseCompiler.compile(collection))
    let feeds = database.feeds
    try #require(feeds.count == 2)
    #expect(feeds[0].name == "a.txt" && feeds[0].format == "hosts" && feeds[0].isAllowList)
    #expect(feeds[0].entries == 1 && feeds[0].refusals.isEmpty)
    #expect(feeds[1].name == "b.txt" && feeds[1].entries == 1 && feeds[1].indicators == 4)
    #expect(feeds[1].entriesByKind == [.domain: 1])
    #expect(
      feeds[1].refusals.map { "\($0.reason) \($0.count)" } == [
        "bad-name 1", "invalid-record 1", "private-address 2", "value-too-long 1",
      ])
    #expect(!database.entry(1).hasBlockingSource)
    #expect(database.entry(1).sourceFlags == .allow)
    #expect(database.entryCounts.map(\.count) == [2])
    try database.verify()
  }

  @Test func theOrderOfFeedsLeavesNoTrace() throws {
    let names = ["feeds/a.txt", "feeds/b.csv", "feeds/c.txt"]
    let expected = try DatabaseCompiler.compile(collection(Self.indicators, feeds: names)).image
    for seed: UInt64 in 0..<20 {
      var generator = SeededGenerator(seed: seed)
      let order = [0, 1, 2].shuffled(using: &generator)
      var shuffled = IndicatorCollection()
      // Strings and contexts that nothing refers to must not matter either.
      _ = shuffled.intern("unused \(seed)")
      for feed in order {
        _ = shuffled.addFeed(FeedDescription(name: names[feed], format: "plain"))
      }
      for (place, feed) in order.enumerated() {
        for indicator in Self.indicators where indicator.feed == feed {
          append(indicator, to: &shuffled, feed: UInt32(place))
        }
      }
      #expect(try DatabaseCompiler.compile(shuffled).image == expected, "seed \(seed)")
    }
  }

  @Test func oneFeedNamedTwiceIsOneFeed() throws {
    let once = try database([TestIndicator(.domain, "evil.example").from(feed: 0, line: 4)])
    var twice = IndicatorCollection()
    for _ in 0..<2 {
      let feed = twice.addFeed(FeedDescription(name: "feeds/a.txt", format: "plain"))
      append(TestIndicator(.domain, "evil.example").from(feed: 0, line: 4), to: &twice, feed: feed)
    }
    let database = try IndicatorDatabase(DatabaseCompiler.compile(twice))
    #expect(database.feedCount == 1)
    #expect(database.sources(of: 0).count == 1)
    #expect(database.sources(of: 0)[0].line == once.sources(of: 0)[0].line)
    #expect(database.sources(of: 0)[0].moreLines.isEmpty)
    #expect(database.feeds[0].indicators == 2)
  }

  @Test func anEmptyDatabaseIsADatabase() throws {
    let database = try IndicatorDatabase(DatabaseCompiler.compile(IndicatorCollection()))
    #expect(database.entryCount == 0 && database.feeds.isEmpty)
    var batch = TestBatch()
    batch.add(.domain, "evil.example")
    #expect(batch.matches(in: database).isEmpty)
    try database.verify()
  }

  @Test func recordsOutsideTheirCollectionAreRefused() {
    var collection = IndicatorCollection()
    append(TestIndicator(.domain, "evil.example"), to: &collection, feed: 3)
    #expect(throws: DatabaseError.self) { try DatabaseCompiler.compile(collection) }
  }

  /// Tests keys that share long prefixes, contain zeros, or are prefixes of one another.
  @Test func entriesAreSortedAndFoundWhateverTheirKeys() throws {
    for seed: UInt64 in 0..<6 {
      var generator = SeededGenerator(seed: seed)
      var values: Set<[UInt8]> = []
      for _ in 0..<1_500 {
        let length = Int.random(in: 1...40, using: &generator)
        let shared = Int.random(in: 0...length, using: &generator)
        values.insert(
          (0..<length).map {
            $0 < shared ? UInt8(ascii: "a") : [0, 1, 97, 255].randomElement(using: &generator) ?? 0
          })
      }
      let indicators = values.shuffled(using: &generator).map { TestIndicator(.userAgent, $0) }
      let database = try database(indicators)
      let sorted = values.sorted { $0.lexicographicallyPrecedes($1) }
      try #require(database.entryCount == sorted.count)
      for (number, value) in sorted.enumerated() {
        let stored = database.value(of: database.entry(UInt32(number)))
        #expect(stored.copied(stored.byteOffsets) == value, "seed \(seed)")
      }
      try database.verify()
    }
  }
}
