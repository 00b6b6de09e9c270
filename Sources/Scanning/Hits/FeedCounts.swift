/// Counts hits by feed until a batch ends: feeds take turns, and their names are strings to the statistics.
struct FeedCounts {
  private struct Count {
    var name = ""
    var hits: UInt64 = 0
    /// The hit that was counted last.
    var last: UInt64 = 0
  }

  /// By the number that a feed has in the catalog.
  private var counts: [Count] = []
  /// Numbers of feeds with a count.
  private var counted: [Int] = []

  /// Number of the hit at hand.
  private var hit: UInt64 = 0

  /// Begins a hit, which counts once for a feed, however many of its sources and indicators cover it.
  mutating func beginHit() { hit += 1 }

  /// Counts the hit for the feed that says something.
  mutating func count(_ statement: SourceStatement) {
    let number = statement.feedNumber
    while counts.count <= number { counts.append(Count()) }
    if counts[number].name.isEmpty {
      counts[number].name = String(decoding: statement.feed, as: UTF8.self)
    }
    guard counts[number].last != hit else { return }
    counts[number].last = hit
    if counts[number].hits == 0 { counted.append(number) }
    counts[number].hits += 1
  }

  /// Adds what was counted to statistics.
  mutating func tell(_ statistics: inout ScanStatistics) {
    for number in counted {
      statistics.hitsByFeed[counts[number].name, default: 0] += counts[number].hits
      counts[number].hits = 0
    }
    counted.removeAll(keepingCapacity: true)
  }
}
