import Database
import Feeds
import Foundation
import Indicators
import Scanning
import TestSupport
import Testing

@testable import Regression

/// Differences against a plain model, and what becomes of feeds and thresholds.
@Suite struct DifferenceTests {
  private static let pool =
    (0..<40).map { "n\($0).evil.example" } + (0..<20).map { "198.51.100.\($0)" }
    + (0..<10).map { "198.51.100.0/\(24 + $0 % 8)" }
    + (0..<20).map { "http://evil.example/\($0 % 7)/\($0)" } + [
      "evil.example", "example.evil.test",
    ]

  private static func side(_ feeds: [String: [String]], _ folder: TemporaryFolder, _ name: String)
    throws -> DatabaseSide
  {
    for (feed, values) in feeds {
      try folder.write("\(name)/\(feed)", values.map { $0 + "\n" }.joined())
    }
    return try DatabaseSide.open(folder.path + "/\(name)")
  }

  /// The entries of a side as texts with their feeds, told by the database's own interface.
  private static func entries(_ side: DatabaseSide) -> [String: Set<String>] {
    var result: [String: Set<String>] = [:]
    for number in 0..<UInt32(side.database.entryCount) {
      let entry = side.database.entry(number)
      let key =
        "\(entry.kind.name) \(String(decoding: side.text(number), as: UTF8.self)) \(entry.mode)"
      result[key] = Set(
        side.database.sources(of: number).map {
          String(side.feedName($0.feed).split(separator: "/").last ?? "")
        })
    }
    return result
  }

  @Test(arguments: 1...40) func countsAreThoseOfASet(_ seed: Int) throws {
    var numbers = SeededGenerator(seed: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
    let folder = try TemporaryFolder()
    func random() -> [String: [String]] {
      var feeds: [String: [String]] = [:]
      for feed in ["a.txt", "b.txt"] {
        let some = Self.pool.filter { _ in Bool.random(using: &numbers) }
        feeds[feed] = some.isEmpty ? ["only.example"] : some.shuffled(using: &numbers)
      }
      return feeds
    }
    let old = try Self.side(random(), folder, "old")
    let new = try Self.side(random(), folder, "new")
    let difference = DatabaseDifference.between(old, new)
    let (before, after) = (Self.entries(old), Self.entries(new))
    #expect(difference.total.removed == before.keys.count { after[$0] == nil })
    #expect(difference.total.added == after.keys.count { before[$0] == nil })
    #expect(
      difference.total.changed
        == before.keys.count { key in after[key].map { $0 != before[key] } ?? false })
    #expect(difference.total.old == before.count && difference.total.new == after.count)
    for feed in difference.feeds {
      let name = String(feed.name.split(separator: "/").last ?? "")
      let had = Set(before.filter { $0.value.contains(name) }.keys)
      let has = Set(after.filter { $0.value.contains(name) }.keys)
      #expect(feed.counts.removed == had.subtracting(has).count, "\(name)")
      #expect(feed.counts.added == has.subtracting(had).count, "\(name)")
      #expect(feed.counts.old == had.count && feed.counts.new == has.count)
    }
    #expect(difference.changes.count { $0.changeKind == .removed } == difference.total.removed)
  }

  @Test func nothingDiffersFromItself() throws {
    let path = packageRoot.appendingPathComponent("seeds/feeds").path
    let side = try DatabaseSide.open(path)
    let difference = DatabaseDifference.between(side, try DatabaseSide.open(path))
    #expect(difference.total.added == 0 && difference.total.removed == 0)
    #expect(difference.total.changed == 0, "\(difference.table())")
    #expect(difference.total.old > 30)
    #expect(difference.feeds.allSatisfy { $0.oldName == $0.newName })
  }

  @Test func anEntryThatChangedAndIsAllowedNowCountsOnce() throws {
    let folder = try TemporaryFolder()
    func side(_ name: String, isNew: Bool) throws -> DatabaseSide {
      try folder.write("\(name)/a.txt", "evil.example\n")
      try folder.write("\(name)/b.txt", "\(isNew ? "evil" : "bad").example\n")
      try folder.write("\(name)/allow.txt", "\(isNew ? "evil" : "good").example\n")
      let feeds = "feeds:\n  - path: a.txt\n  - path: b.txt\n  - path: allow.txt\n"
      return try DatabaseSide.open(
        folder.write("\(name)/feeds.yaml", feeds + "    role: allow\n"))
    }
    let difference = DatabaseDifference.between(
      try side("old", isNew: false), try side("new", isNew: true))
    let domains = try #require(difference.kinds.first { $0.kind == .domain })
    #expect(difference.total.changed == 1 && domains.counts.changed == 1)
    #expect(difference.changes.contains { $0.cause == .allowListed }, "\(difference.table())")
  }

  @Test func orderOfEntriesIsThatOfTheMerge() throws {
    let compiled = try Compiled([
      (
        "a.txt",
        (Self.pool + ["a-long.name.of-many.labels.example", "a.example", "aa.example"])
          .map { $0 + "\n" }.joined()
      )
    ])
    for kind in IndicatorKind.allCases {
      let keys = compiled.database.entries(of: kind).map {
        EntryOrder.key(compiled.database.entry(UInt32($0)), in: compiled.database)
      }
      for (left, right) in zip(keys, keys.dropFirst()) { #expect(left < right) }
      for key in keys {
        #expect(EntryOrder.run(of: key.bytes, kind, in: compiled.database).count >= 1)
      }
    }
  }

  @Test func feedsAreAlignedByTheTailsOfTheirPaths() {
    let alignment = FeedAlignment(
      ["old/a/x.txt", "old/b/x.txt", "old/gone.txt", "same.txt"],
      ["new/b/x.txt", "new/a/x.txt", "same.txt", "new/fresh.txt"])
    #expect(alignment.new == [1, 0, nil, 2])
    #expect(alignment.old == [1, 0, 3, nil])
    #expect(FeedAlignment(["monday.txt"], ["tuesday.txt"]).new == [0])
    #expect(FeedAlignment(["a.txt", "b.txt"], ["c.txt"]).new == [nil, nil])
  }

  @Test func thresholdsAreRead() {
    #expect(Threshold("lost>0")?.description == "lost>0")
    #expect(Threshold("share>20%")?.limit == 20)
    #expect(Threshold("share > 12.5 %")?.description == "share>12.50%")
    for text in [
      "lost", "lost>", "lots>0", "lost>-1", "lost>1%", "lost>x", "lost>1>2", ">1", "lost>nan",
    ] {
      #expect(Threshold(text) == nil, "\(text)")
    }
  }

  @Test func markdownHoldsNoMarkupOfFeeds() {
    #expect(
      DatabaseDifference.cell("a|b<script>`*_[x](y)")
        == "a&#124;b&lt;script&gt;&#96;&#42;&#95;&#91;x&#93;&#40;y&#41;")
  }
}
