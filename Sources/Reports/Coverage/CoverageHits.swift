import Database
import Indicators
import Scanning
import Synchronization

/// What each feed found in the inputs.
///
/// Sendable because the scan calls it by one thread at a time; the mutex makes that certain.
final class CoverageHits: Sendable {
  /// Counts of one feed.
  struct Counts: Sendable, Equatable {
    /// Hits for which the feed lists an indicator.
    var hits: UInt64 = 0
    /// Hits for which no other feed lists an indicator.
    var exclusive: UInt64 = 0
    /// Hits outside every validity that the feed states for the indicator.
    var outside: UInt64 = 0
    /// Hits before every validity that the feed states for the indicator.
    var before: UInt64 = 0
    /// Hits that an allow list suppressed, which the other counts leave out.
    var suppressed: UInt64 = 0
  }

  /// Everything counted.
  struct Tally: Sendable {
    var feeds: [Counts]
    var total: UInt64 = 0
    /// First time each value was hit, by value; `Int64.max` where it was hit without a time.
    var firstHits: [UInt32: Int64] = [:]
    var series = TimeSeries()
    /// Hits by technique.
    var techniques: [String: UInt64] = [:]
    fileprivate var entries: [UInt32: KnownEntry] = [:]
  }

  /// The sources of an entry, as the comparison needs them.
  fileprivate struct KnownEntry: Sendable {
    /// Index of the feed compared, for each source; nil for allow lists and the truth.
    var feeds: [UInt32?]
    var techniques: [[String]]
  }

  private let tally: Mutex<Tally>
  private let feedIndex: [[UInt8]: UInt32]
  private let valueOfEntry: [UInt32]

  /// - Parameters:
  ///   - universe: the values.
  ///   - sources: what the feeds of the database are.
  init(_ universe: CoverageUniverse, sources: [CoverageSource]) {
    var index: [String: UInt32] = [:]
    for (number, feed) in universe.feeds.enumerated() { index[feed] = UInt32(number) }
    var feeds: [[UInt8]: UInt32] = [:]
    for source in sources where source.role == .feed {
      feeds[Array(source.name.utf8)] = index[source.feed]
    }
    feedIndex = feeds
    valueOfEntry = universe.valueOfEntry
    tally = Mutex(
      Tally(feeds: Array(repeating: Counts(), count: universe.feeds.count)))
  }

  /// The counts so far.
  var result: Tally { tally.withLock { $0 } }

  func receive(_ hit: Hit) {
    tally.withLock { add(hit, to: &$0) }
  }

  private func add(_ hit: Hit, to tally: inout Tally) {
    var feeds: [UInt32] = []
    var best: [UInt32: Validity?] = [:]
    var techniques: [String] = []
    for indicator in hit.indicators {
      let number = indicator.entry.reference.entry
      let known = tally.entries[number] ?? resolve(indicator.entry)
      if tally.entries[number] == nil { tally.entries[number] = known }
      var isListed = false
      for index in indicator.sourceIndices {
        guard let feed = known.feeds[index] else { continue }
        isListed = true
        let statement = indicator.entry.sources[index].statement
        let validity = Validity.of(
          time: hit.recordTime, from: statement.validFrom, until: statement.validUntil)
        if !feeds.contains(feed) {
          feeds.append(feed)
          best[feed] = .some(validity)
        } else if Self.rank(validity) < Self.rank(best[feed] ?? nil) {
          best[feed] = .some(validity)
        }
        for technique in known.techniques[index] where !techniques.contains(technique) {
          techniques.append(technique)
        }
      }
      if isListed, hit.suppression == nil {
        let value = valueOfEntry[Int(number)]
        let time = hit.time ?? .max
        tally.firstHits[value] = min(tally.firstHits[value] ?? .max, time)
      }
    }
    // No feed that is compared lists it, at most the truth does.
    guard !feeds.isEmpty else { return }
    if hit.suppression != nil {
      for feed in feeds { tally.feeds[Int(feed)].suppressed += 1 }
      return
    }
    tally.total += 1
    for feed in feeds {
      tally.feeds[Int(feed)].hits += 1
      if feeds.count == 1 { tally.feeds[Int(feed)].exclusive += 1 }
      let validity = best[feed] ?? nil
      if validity == .before || validity == .after { tally.feeds[Int(feed)].outside += 1 }
      if validity == .before { tally.feeds[Int(feed)].before += 1 }
      if let time = hit.time { tally.series.add(time, series: feed) }
    }
    for technique in techniques { tally.techniques[technique, default: 0] += 1 }
  }

  /// The rank of a validity; the one that says most for the feed has the lowest.
  private static func rank(_ validity: Validity?) -> Int {
    switch validity {
    case .within: 0
    case .unbounded: 1
    case nil: 2
    case .after: 3
    case .before: 4
    }
  }

  private func resolve(_ entry: ResolvedEntry) -> KnownEntry {
    KnownEntry(
      feeds: entry.sources.map { feedIndex[$0.feed] },
      techniques: entry.sources.map { $0.attack.compactMap(Technique.identifier) })
  }
}
