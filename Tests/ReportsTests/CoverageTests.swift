import Database
import Indicators
import Inputs
import Reports
import Scanning
import TestSupport
import Testing

/// Every figure against the plainest way to compute it, over random feeds.
@Suite struct CoverageTests {
  private static func listing(_ generator: inout SeededGenerator) -> ReferenceListing {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &generator) ?? values[0] }
    switch Int.random(in: 0..<10, using: &generator) {
    case 0..<4:
      let length = pick([24, 28, 30, 31, 32, 32, 32])
      let mask = UInt32.max << UInt32(32 - length)
      let address = (0xc633_6400 | UInt32.random(in: 0..<40, using: &generator)) & mask
      let port = length == 32 && Bool.random(using: &generator) ? pick([0, 443, 8080]) : 0
      return ReferenceListing(value: .network(address, length, port), isWide: true)
    case 4..<8:
      let labels = (0..<Int.random(in: 0...2, using: &generator)).map { _ in pick(["a", "b", "c"]) }
      let name = (labels + [pick(["evil", "bad"]), "example"]).joined(separator: ".")
      return ReferenceListing(value: .name(name), isWide: Bool.random(using: &generator))
    case 8:
      let url = "http://h\(pick(["1", "2"])).example/" + pick(["aa", "aab", "aabc", "bb"])
      return ReferenceListing(value: .url(url), isWide: Bool.random(using: &generator))
    default:
      let digit = pick(["a", "b", "c", "d"])
      return ReferenceListing(
        value: .digest(String(repeating: digit, count: 63) + "1"), isWide: false)
    }
  }

  private static func feeds(_ generator: inout SeededGenerator) -> [ReferenceFeed] {
    var feeds = (0..<5).map { ReferenceFeed(name: "feed \($0)") }
    feeds.append(ReferenceFeed(name: "allow", role: .allow))
    feeds.append(ReferenceFeed(name: "truth", role: .truth))
    for index in feeds.indices {
      feeds[index].listings = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
        listing(&generator)
      }
    }
    return feeds
  }

  @Test(arguments: 0..<60) func figuresAreThoseOfTheReference(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let all = Self.feeds(&generator)
    let report = try Coverage.compare(
      compile(all), sources: all.map(\.source), options: CoverageOptions())
    let feeds = all.filter { $0.role == .feed }
    let allow = all.first { $0.role == .allow } ?? all[0]
    let truth = all.first { $0.role == .truth } ?? all[0]
    #expect(report.feeds.map(\.name) == feeds.map(\.name))
    #expect(report.truthSize == UInt64(truth.values.count))
    #expect(
      report.truthAny
        == UInt64(truth.values.count { value in feeds.contains { $0.listsOrCovers(value) } }))
    let union = feeds.reduce(Set<ReferenceValue>()) { $0.union($1.values) }
    #expect(report.values == UInt64(union.count))
    for (index, feed) in feeds.enumerated() {
      let figures = report.feeds[index]
      let others = feeds.filter { $0.name != feed.name }
      #expect(figures.values == UInt64(feed.values.count), "seed \(seed)")
      let exclusive = feed.values.filter { value in
        !others.contains { $0.values.contains(value) }
      }
      #expect(figures.exclusive == UInt64(exclusive.count))
      let covered = feed.values.filter { value in !others.contains { $0.listsOrCovers(value) } }
      #expect(figures.exclusiveCovered == UInt64(covered.count))
      #expect(figures.allowed == UInt64(feed.values.count { allow.listsOrCovers($0) }))
      let wide = feed.values.filter { value in
        let listings = feed.listings.filter { $0.value == value }
        return !allow.values.contains(value)
          && allow.values.contains { allowed in listings.contains { $0.covers(allowed) } }
      }
      #expect(figures.wide == UInt64(wide.count), "seed \(seed), \(feed.name)")
      #expect(
        figures.truthExact == UInt64(feed.values.intersection(truth.values).count))
      #expect(
        figures.truthCovered == UInt64(truth.values.count { feed.listsOrCovers($0) }))
      #expect(figures.kinds.reduce(0) { $0 + $1.count } == figures.values)
    }
    for first in feeds.indices {
      for second in feeds.indices where first < second {
        let (a, b) = (feeds[first], feeds[second])
        let pair = report.pairs.first { $0.first == first && $0.second == second }
        #expect(
          pair?.shared ?? 0 == UInt32(a.values.intersection(b.values).count), "seed \(seed)")
        #expect(
          pair?.firstCovered ?? 0 == UInt32(a.values.count { b.listsOrCovers($0) }),
          "seed \(seed), \(a.name) in \(b.name)")
        #expect(pair?.secondCovered ?? 0 == UInt32(b.values.count { a.listsOrCovers($0) }))
      }
    }
    checkOrder(report, feeds)
    let bytes = report.feeds.reduce(0) { $0 + $1.bytes }
    #expect(bytes > 0 && bytes <= Double(report.databaseBytes) + 1)
  }

  private func checkOrder(_ report: CoverageReport, _ feeds: [ReferenceFeed]) {
    var seen = Set<ReferenceValue>()
    var rest = Set(feeds.indices)
    for feed in report.order {
      let adds = feeds[feed].values.subtracting(seen).count
      #expect(report.feeds[feed].adds == UInt64(adds))
      #expect(rest.allSatisfy { feeds[$0].values.subtracting(seen).count <= adds })
      seen.formUnion(feeds[feed].values)
      rest.remove(feed)
    }
    #expect(rest.isEmpty)
  }

  // MARK: Copies

  private static let day: Int64 = 86_400_000_000_000

  @Test(arguments: 0..<40) func copiesAreThoseOfTheReference(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed) + 1_000)
    let days = [0, 1, 3, 4].map { Int64($0) * Self.day }
    var copies: [ReferenceFeed] = []
    for name in ["a", "b", "c"] {
      for date in days where name != "c" || date != Self.day {
        copies.append(
          ReferenceFeed(
            name: "\(name)@\(date)", feed: name, date: date,
            listings: (0..<Int.random(in: 1...25, using: &generator)).map { _ in
              Self.listing(&generator)
            }))
      }
    }
    var options = CoverageOptions()
    options.now = 5 * Self.day
    let report = try Coverage.compare(
      compile(copies), sources: copies.map(\.source), options: options)
    #expect(report.feeds.map(\.name) == ["a", "b", "c"])
    var firsts: [[ReferenceValue: Int64]] = []
    for feed in report.feeds {
      let mine = copies.filter { $0.feed == feed.name }.sorted { ($0.date ?? 0) < ($1.date ?? 0) }
      #expect(feed.copies.map(\.date) == mine.compactMap(\.date))
      var previous = Set<ReferenceValue>()
      var shares: [Double] = []
      var churns: [Double] = []
      var known: [ReferenceValue: Int64] = [:]
      var union = Set<ReferenceValue>()
      for (index, copy) in mine.enumerated() {
        let figures = feed.copies[index]
        #expect(figures.size == UInt64(copy.values.count))
        if index > 0 {
          let added = copy.values.subtracting(previous)
          let removed = previous.subtracting(copy.values)
          #expect(figures.added == UInt64(added.count), "seed \(seed)")
          #expect(figures.removed == UInt64(removed.count), "seed \(seed)")
          shares.append(Double(added.count) / Double(copy.values.count))
          churns.append(Double(removed.count) / Double(copy.values.count))
          for value in copy.values where !union.contains(value) { known[value] = copy.date }
        }
        union.formUnion(copy.values)
        previous = copy.values
      }
      firsts.append(known)
      #expect(feed.values == UInt64(union.count))
      #expect(feed.current == UInt64(previous.count))
      let mean = shares.reduce(0, +) / Double(shares.count)
      #expect(abs((feed.addedShare ?? -1) - mean) < 1e-9)
      #expect(abs((feed.churn ?? -1) - churns.reduce(0, +) / Double(churns.count)) < 1e-9)
      let ages = previous.compactMap { known[$0] }.map {
        Double(options.now - $0) / Double(Self.day)
      }
      #expect(feed.age?.count ?? 0 == ages.count)
      #expect(feed.age?.median == Self.median(ages))
    }
    for index in report.feeds.indices {
      var latencies: [Double] = []
      var first = 0
      for (value, date) in firsts[index] {
        let all = firsts.compactMap { $0[value] }
        guard all.count > 1, let earliest = all.min() else { continue }
        latencies.append(Double(date - earliest) / Double(Self.day))
        if date == earliest { first += 1 }
      }
      #expect(report.feeds[index].latency?.count ?? 0 == latencies.count, "seed \(seed)")
      #expect(report.feeds[index].latency?.median == Self.median(latencies))
      if !latencies.isEmpty {
        #expect(
          abs((report.feeds[index].firstShare ?? -1) - Double(first) / Double(latencies.count))
            < 1e-9)
      }
    }
    for pair in report.pairs {
      var (earlier, later) = (0, 0)
      for (value, date) in firsts[pair.first] {
        guard let other = firsts[pair.second][value] else { continue }
        if date < other { earlier += 1 }
        if date > other { later += 1 }
      }
      #expect(pair.firstEarlier == UInt32(earlier))
      #expect(pair.secondEarlier == UInt32(later))
    }
  }

  /// The middle value, or the mean of the two in the middle.
  static func median(_ sample: [Double]) -> Double? {
    if sample.isEmpty { return nil }
    let sorted = sample.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }

  @Test func nothingOfNothing() throws {
    let feed = ReferenceFeed(
      name: "f", listings: [ReferenceListing(value: .name("evil.example"), isWide: true)])
    let report = try Coverage.compare(
      compile([feed]), sources: [CoverageSource(name: "other")], options: CoverageOptions())
    #expect(report.feeds.count == 1 && report.feeds[0].values == 0)
    #expect(report.pairs.isEmpty && report.values == 0)
    #expect(!report.json().isEmpty && !report.page().isEmpty)
    let table = report.table()
    #expect(table.hasPrefix("0 values of 1 feed\n") && !report.navigatorLayer().isEmpty)
  }
}
