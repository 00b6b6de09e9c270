import Database
import Indicators
import Parsing

/// Every value that some feed lists, and who lists it since when.
///
/// A value is a kind, a normal form, a prefix length and a port; entries that differ only in how
/// they are compared (a name exactly, or with its subdomains) are one value. Values are numbered as
/// entries are: dense, sorted by kind and normal form.
struct CoverageUniverse {
  /// One feed's listing of one value.
  struct Membership {
    /// Index of the feed.
    var feed: UInt32
    /// In the feed's last copy.
    var isCurrent: Bool
    /// Listed only as a weak indicator.
    var isWeak: Bool
    /// When the feed first listed it, or `unknown`.
    var first: Int64
    /// Covers other values, too.
    var isWide: Bool
    /// Whether the validity of all the feed's current sources of the value has ended.
    var isExpired: Bool
  }

  /// No time is known.
  static let unknown = Int64.min
  /// The most feeds that are compared with one another.
  static let feedLimit = 4096

  /// Names of the feeds compared, sorted.
  let feeds: [String]
  /// The days of each feed's copies, ascending; empty where there is one copy without a day.
  let dates: [[Int64]]
  /// Where the memberships of each value begin, and the end of all.
  private(set) var starts: [UInt32] = [0]
  /// Listings, in the order of their values, then of their feeds.
  private(set) var memberships: [Membership] = []
  /// The value of each entry.
  private(set) var valueOfEntry: [UInt32] = []
  /// The first entry of each value.
  private(set) var firstEntry: [UInt32] = []
  /// Bits of what allow lists and the truth say of each value.
  private(set) var marks: [UInt8] = []
  /// For each feed and copy, values listed, added since the copy before and gone since then.
  private(set) var changes: [[SnapshotChange]] = []
  /// Techniques of ATT&CK, by number.
  private(set) var techniques: [String] = []
  /// Values that a feed links to a technique, by `feed << 32 | technique`.
  private(set) var techniqueCounts: [UInt64: UInt64] = [:]
  /// Values of each feed by kind.
  private(set) var kindCounts: [[UInt64]]
  /// Sources of each feed, repeated ones and those of earlier copies included.
  private(set) var sourceCounts: [UInt64]

  /// Number of values.
  var count: Int { starts.count - 1 }

  /// Bit of `marks`: an allow list has the value.
  static let allowed: UInt8 = 1
  /// Bit of `marks`: the value belongs to the truth.
  static let truth: UInt8 = 2
  /// Bit of `marks`: an allow list has the value in a way that covers others.
  static let allowedBelow: UInt8 = 4

  /// The listings of a value.
  func members(_ value: Int) -> ArraySlice<Membership> {
    memberships[Int(starts[value])..<Int(starts[value + 1])]
  }

  // MARK: Building

  /// Reads the sources of every entry of a database, once.
  ///
  /// - Throws: `CoverageError` if there are too many feeds.
  init(
    _ database: IndicatorDatabase, sources: [CoverageSource], now: Int64
  ) throws(CoverageError) {
    let plan = try FeedPlan(database, sources)
    feeds = plan.feeds
    dates = plan.dates
    changes = plan.dates.map { Array(repeating: SnapshotChange(), count: max($0.count, 1)) }
    kindCounts = Array(repeating: Array(repeating: 0, count: 64), count: plan.feeds.count)
    sourceCounts = Array(repeating: 0, count: plan.feeds.count)
    var reader = ListingReader(database, plan: plan, now: now)
    let count = database.entryCount
    valueOfEntry.reserveCapacity(count)
    starts.reserveCapacity(count + 1)
    memberships.reserveCapacity(count)
    var key = ValueKey()
    for number in 0..<UInt32(count) {
      let entry = database.entry(number)
      let isNew = key.isNew(entry, in: database)
      if isNew {
        if number > 0 { close(&reader) }
        firstEntry.append(number)
      }
      reader.kind = entry.kind
      reader.isWide = entry.kind == .ipv4 || entry.kind == .ipv6 || entry.mode != .exact
      valueOfEntry.append(UInt32(firstEntry.count - 1))
      database.forEachSource(of: number) { reader.add($0) }
    }
    if count > 0 { close(&reader) }
    techniques = reader.techniques
    techniqueCounts = reader.techniqueCounts
    sourceCounts = reader.sourceCounts
  }

  /// Ends the value whose sources were read last.
  private mutating func close(_ reader: inout ListingReader) {
    reader.listings.sort { ($0.feed, $0.copy) < ($1.feed, $1.copy) }
    var start = 0
    let listings = reader.listings
    while start < listings.count {
      var end = start + 1
      while end < listings.count, listings[end].feed == listings[start].feed { end += 1 }
      add(listings[start..<end])
      kindCounts[Int(listings[start].feed)][Int(reader.kind.rawValue)] += 1
      start = end
    }
    marks.append(reader.marks)
    starts.append(UInt32(memberships.count))
    reader.closeValue()
  }

  /// Adds one feed's listings of one value: what its copies say of it, one after another.
  private mutating func add(_ listings: ArraySlice<Listing>) {
    guard let first = listings.first else { return }
    let feed = Int(first.feed)
    let copies = max(dates[feed].count, 1)
    var previous = -1
    for listing in listings where Int(listing.copy) != previous {
      let copy = Int(listing.copy)
      changes[feed][copy].size += 1
      if copy > 0, previous != copy - 1 { changes[feed][copy].added += 1 }
      if previous >= 0, previous < copy - 1 { changes[feed][previous + 1].removed += 1 }
      previous = copy
    }
    if previous < copies - 1 { changes[feed][previous + 1].removed += 1 }
    let current = listings.filter { Int($0.copy) == copies - 1 }
    var since = Self.unknown
    if dates[feed].count > 1 {
      // The feed may have listed a value of the first copy for any time before.
      if first.copy > 0 { since = dates[feed][Int(first.copy)] }
    }
    for listing in listings where listing.validFrom != .min {
      // The day of a later copy tells best when the feed learned of the value; otherwise
      // `validFrom` does.
      if dates[feed].count > 1, since != Self.unknown { break }
      since = since == Self.unknown ? listing.validFrom : min(since, listing.validFrom)
    }
    memberships.append(
      Membership(
        feed: first.feed, isCurrent: !current.isEmpty, isWeak: listings.allSatisfy(\.isWeak),
        first: since, isWide: listings.contains(where: \.isWide),
        isExpired: !current.isEmpty && current.allSatisfy(\.isExpired)))
  }
}

/// Counts of one copy of a feed.
struct SnapshotChange: Sendable, Equatable {
  /// Values listed.
  var size: UInt64 = 0
  /// Values that the copy before did not list.
  var added: UInt64 = 0
  /// Values of the copy before that are gone.
  var removed: UInt64 = 0
}

/// Tells entries of one value from those of the next.
private struct ValueKey {
  private var previous: DatabaseEntry?

  /// Whether an entry has another value than the one asked about before.
  mutating func isNew(_ entry: DatabaseEntry, in database: IndicatorDatabase) -> Bool {
    defer { previous = entry }
    guard let previous, previous.kind == entry.kind, previous.port == entry.port,
      previous.prefixLength == entry.prefixLength
    else { return true }
    let left = database.comparedValue(of: previous)
    let right = database.comparedValue(of: entry)
    guard left.byteCount == right.byteCount else { return true }
    for offset in left.byteOffsets
    where left.byte(unchecked: offset) != right.byte(unchecked: offset) {
      return true
    }
    return false
  }
}

extension IndicatorDatabase {
  /// The part of an entry's value that is compared: a URL without `http://` or `https://`.
  @_lifetime(borrow self)
  func comparedValue(of entry: DatabaseEntry) -> RawSpan {
    let value = value(of: entry)
    guard entry.kind == .url else { return value }
    let offset = EntryKey.urlKeyOffset(value, schemeLength: Int(entry.schemeLength))
    return value.extracting(droppingFirst: offset)
  }
}
