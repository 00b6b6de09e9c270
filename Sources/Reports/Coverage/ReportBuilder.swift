import Database
import Indicators

/// Turns counts into the figures of a report.
struct ReportBuilder {
  private(set) var report: CoverageReport
  private let universe: CoverageUniverse
  private let options: CoverageOptions

  private static let day = 86_400e9

  init(
    _ universe: CoverageUniverse, _ pairs: CoveragePairs, _ database: IndicatorDatabase,
    _ sources: [CoverageSource], _ options: CoverageOptions
  ) {
    self.universe = universe
    self.options = options
    report = CoverageReport(
      feeds: universe.feeds.map { CoverageReport.Feed(name: $0) }, pairs: [], order: [],
      techniques: [], values: 0, listedBy: [], now: options.now,
      databaseBytes: UInt64(database.byteCount), timeline: [], stepWidth: 0)
    let hasAllow =
      sources.contains { $0.role == .allow }
      || universe.marks.contains { $0 & CoverageUniverse.allowed != 0 }
    let hasTruth = sources.contains { $0.role == .truth }
    let bytes = CoverageCost.bytes(database, sources: sources, feeds: universe.feeds)
    let ages = ages()
    for feed in report.feeds.indices {
      var figures = report.feeds[feed]
      figures.values = pairs.sizes[feed]
      figures.sources = universe.sourceCounts[feed]
      figures.exclusive = pairs.exclusive[feed]
      figures.exclusiveCovered = pairs.exclusiveCovered[feed]
      figures.allowed = hasAllow ? pairs.allowed[feed] : nil
      figures.wide = hasAllow ? pairs.wide[feed] : nil
      figures.truthCovered = hasTruth ? pairs.truthCovered[feed] : nil
      figures.truthExact = hasTruth ? pairs.truthExact[feed] : nil
      figures.latency = Distribution(pairs.latencies[feed].map { Double($0) / Self.day })
      if let latency = figures.latency {
        figures.firstShare = Double(pairs.firsts[feed]) / Double(latency.count)
      }
      figures.age = Distribution(ages.known[feed])
      figures.expired = ages.expired[feed]
      figures.current = ages.current[feed]
      figures.bytes = bytes[feed]
      figures.kinds = IndicatorKind.allCases.compactMap { kind in
        let count = universe.kindCounts[feed][Int(kind.rawValue)]
        return count > 0 ? (kind.name, count) : nil
      }
      addCopies(of: feed, to: &figures)
      report.feeds[feed] = figures
    }
    addPairs(pairs)
    addOrder()
    addTechniques()
    if hasTruth {
      report.truthSize = pairs.truthSize
      report.truthAny = pairs.truthAny
    }
  }

  // MARK: Feeds

  /// Days since each feed first listed its current values, and how many are expired and current.
  private func ages() -> (known: [[Double]], expired: [UInt64], current: [UInt64]) {
    var known = [[Double]](repeating: [], count: universe.feeds.count)
    var expired = [UInt64](repeating: 0, count: universe.feeds.count)
    var current = expired
    for member in universe.memberships where member.isCurrent {
      let feed = Int(member.feed)
      current[feed] += 1
      if member.isExpired { expired[feed] += 1 }
      if member.first != CoverageUniverse.unknown {
        known[feed].append((Double(options.now) - Double(member.first)) / Self.day)
      }
    }
    return (known, expired, current)
  }

  private func addCopies(of feed: Int, to figures: inout CoverageReport.Feed) {
    let dates = universe.dates[feed]
    guard dates.count > 1 else { return }
    let changes = universe.changes[feed]
    figures.copies = dates.indices.map { index in
      CoverageReport.Copy(
        date: dates[index], size: changes[index].size, added: changes[index].added,
        removed: changes[index].removed)
    }
    let later = changes.dropFirst().filter { $0.size > 0 }
    if !later.isEmpty {
      let count = Double(later.count)
      figures.addedShare = later.reduce(0) { $0 + Double($1.added) / Double($1.size) } / count
      figures.churn = later.reduce(0) { $0 + Double($1.removed) / Double($1.size) } / count
    }
    let days = (Double(dates[dates.count - 1]) - Double(dates[0])) / Self.day
    if days > 0 {
      figures.newPerDay = Double(changes.dropFirst().reduce(0) { $0 + $1.added }) / days
    }
  }

  // MARK: All feeds

  private mutating func addPairs(_ pairs: CoveragePairs) {
    let count = pairs.count
    for first in 0..<count {
      for second in (first + 1)..<max(count, first + 1) {
        let (forward, backward) = (first * count + second, second * count + first)
        guard pairs.covered[forward] > 0 || pairs.covered[backward] > 0 else { continue }
        report.pairs.append(
          CoverageReport.Pair(
            first: first, second: second, shared: pairs.exact[forward],
            firstCovered: pairs.covered[forward], secondCovered: pairs.covered[backward],
            firstEarlier: pairs.earlier[forward], secondEarlier: pairs.earlier[backward]))
      }
    }
  }

  private mutating func addOrder() {
    let order = GreedyOrder(count: universe.feeds.count, values: universe.count) { value in
      universe.members(value).map { Int($0.feed) }
    }
    for (place, step) in order.steps.enumerated() {
      report.feeds[step.feed].rank = place + 1
      report.feeds[step.feed].adds = step.adds
      report.order.append(step.feed)
      report.values += step.adds
    }
    for value in 0..<universe.count {
      let count = universe.members(value).count
      guard count > 0 else { continue }
      while report.listedBy.count < count { report.listedBy.append(0) }
      report.listedBy[count - 1] += 1
    }
  }

  private mutating func addTechniques() {
    var rows: [String: [(feed: Int, values: UInt64)]] = [:]
    for (pair, values) in universe.techniqueCounts.sorted(by: { $0.key < $1.key }) {
      let technique = universe.techniques[Int(pair & 0xffff_ffff)]
      let feed = Int(pair >> 32)
      rows[technique, default: []].append((feed, values))
      report.feeds[feed].techniques.append((technique, values))
    }
    for feed in report.feeds.indices {
      report.feeds[feed].techniques.sort { $0.technique < $1.technique }
    }
    report.techniques = rows.sorted { $0.key < $1.key }.map {
      CoverageReport.Technique(identifier: $0.key, feeds: $0.value, hits: 0)
    }
  }

  // MARK: Inputs

  /// Adds what a scan found.
  mutating func add(
    _ tally: CoverageHits.Tally, _ inputs: CoverageReport.Inputs, _ time: CoverageCost.Time?
  ) {
    report.inputs = inputs
    var values = [UInt64](repeating: 0, count: universe.feeds.count)
    var exclusive = values
    var delays = [[Double]](repeating: [], count: universe.feeds.count)
    for (value, first) in tally.firstHits {
      let members = universe.members(Int(value)).filter { options.includesWeak || !$0.isWeak }
      for member in members {
        let feed = Int(member.feed)
        values[feed] += 1
        if members.count == 1 { exclusive[feed] += 1 }
        if first != .max, member.first != CoverageUniverse.unknown {
          delays[feed].append((Double(first) - Double(member.first)) / Self.day)
        }
      }
    }
    for feed in report.feeds.indices {
      let counts = tally.feeds[feed]
      report.feeds[feed].hits = CoverageReport.Hits(
        hits: counts.hits, exclusive: counts.exclusive, values: values[feed],
        exclusiveValues: exclusive[feed], outside: counts.outside, before: counts.before,
        suppressed: counts.suppressed, delay: Distribution(delays[feed]))
      report.feeds[feed].nanosecondsPerMegabyte = time.map { cost($0, of: feed) }
    }
    for index in report.techniques.indices {
      report.techniques[index].hits = tally.techniques[report.techniques[index].identifier] ?? 0
    }
    report.stepWidth = tally.series.width
    report.timeline = tally.series.steps.map { step in
      CoverageReport.Step(
        start: step.start,
        hits: step.counts.sorted { $0.key < $1.key }.map { (Int($0.key), $0.value) })
    }
  }

  /// What a feed's values cost, by its share of the values of each kind.
  private func cost(_ time: CoverageCost.Time, of feed: Int) -> Double {
    time.kinds.reduce(0) { sum, kind in
      let index = Int(kind.kind.rawValue)
      let all = universe.kindCounts.reduce(0) { $0 + $1[index] }
      guard all > 0 else { return sum }
      return sum + kind.nanoseconds * Double(universe.kindCounts[feed][index]) / Double(all)
    }
  }
}
