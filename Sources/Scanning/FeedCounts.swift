/// Counts hits by feed until a batch ends: feeds take turns, and their names are strings to the statistics.
///
/// A feed has a place that its name chooses, and whatever is there gives way.
struct FeedCounts {
  private static let size = 64

  private struct Place {
    var feed: [UInt8] = []
    var name = ""
    var count: UInt64 = 0
  }

  private var places: [Place] = []
  /// Places with a count.
  private var counted: [Int] = []

  /// Counts a hit of a feed.
  mutating func count(_ feed: [UInt8], _ statistics: inout ScanStatistics) {
    if places.isEmpty { places = Array(repeating: Place(), count: Self.size) }
    // Names of feeds are often paths that differ at their ends.
    var hash = UInt64(truncatingIfNeeded: feed.count)
    for index in max(0, feed.count - 24)..<feed.count {
      hash = (hash ^ UInt64(feed[index])) &* 0x0000_0100_0000_01b3
    }
    let place = Int(truncatingIfNeeded: hash ^ hash >> 32) & (Self.size - 1)
    if places[place].feed != feed {
      tell(place, &statistics)
      places[place].feed = feed
      places[place].name = String(decoding: feed, as: UTF8.self)
    }
    if places[place].count == 0 { counted.append(place) }
    places[place].count += 1
  }

  /// Adds what was counted to statistics.
  mutating func tell(_ statistics: inout ScanStatistics) {
    if counted.isEmpty { return }
    for place in counted { tell(place, &statistics) }
    counted.removeAll(keepingCapacity: true)
  }

  private mutating func tell(_ place: Int, _ statistics: inout ScanStatistics) {
    guard places[place].count > 0 else { return }
    statistics.hitsByFeed[places[place].name, default: 0] += places[place].count
    places[place].count = 0
  }
}
