/// Counts hits by feed until a batch ends.
///
/// The statistics use feed names as keys; counting by feed number first avoids a string lookup for
/// each hit.
struct FeedCounts {
  private struct Count {
    var name = ""
    var hits: UInt64 = 0
    /// The number of the last hit that was counted for this feed.
    var last: UInt64 = 0
  }

  /// Counts by feed number (`SourceStatement.feedNumber`).
  private var counts: [Count] = []
  /// The numbers of the feeds with a count above zero.
  private var counted: [Int] = []

  /// The number of the current hit.
  private var hit: UInt64 = 0

  /// Begins a new hit.
  ///
  /// A hit counts once for each feed, however many of the feed's sources and indicators cover it.
  mutating func beginHit() { hit += 1 }

  /// Counts the current hit for the feed of a statement.
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

  /// Adds the counts to `statistics` and starts again from zero.
  mutating func tell(_ statistics: inout ScanStatistics) {
    for number in counted {
      statistics.hitsByFeed[counts[number].name, default: 0] += counts[number].hits
      counts[number].hits = 0
    }
    counted.removeAll(keepingCapacity: true)
  }
}
