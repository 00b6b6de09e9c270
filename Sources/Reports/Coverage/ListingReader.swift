import Database
import Indicators
import Parsing

/// The part that each feed of a database plays in the comparison.
struct FeedPlan {
  enum Part {
    case none
    case allow
    case truth
    /// Index of the feed compared, and of its copy.
    case feed(UInt32, copy: UInt32)
  }

  var feeds: [String] = []
  var dates: [[Int64]] = []
  /// The part of each of the database's feeds.
  var parts: [Part] = []

  init(_ database: IndicatorDatabase, _ sources: [CoverageSource]) throws(CoverageError) {
    var byName: [String: CoverageSource] = [:]
    for source in sources { byName[source.name] = source }
    feeds = Set(sources.filter { $0.role == .feed }.map(\.feed)).sorted()
    guard feeds.count <= CoverageUniverse.feedLimit else {
      throw CoverageError(
        .tooManyFeeds,
        "\(feeds.count) feeds are more than the \(CoverageUniverse.feedLimit) that can be compared at once; compare folders of them one by one"
      )
    }
    var index: [String: UInt32] = [:]
    for (number, feed) in feeds.enumerated() { index[feed] = UInt32(number) }
    dates = feeds.map { _ in [] }
    for source in sources where source.role == .feed {
      if let date = source.date, let number = index[source.feed] {
        dates[Int(number)].append(date)
      }
    }
    for number in dates.indices { dates[number] = Array(Set(dates[number])).sorted() }
    for feed in database.feeds {
      guard let source = byName[feed.name] else {
        parts.append(feed.isAllowList ? .allow : .none)
        continue
      }
      switch source.role {
      case .allow: parts.append(.allow)
      case .truth: parts.append(.truth)
      case .feed:
        guard let number = index[source.feed] else {
          parts.append(.none)
          continue
        }
        let copy = source.date.flatMap { dates[Int(number)].firstIndex(of: $0) } ?? 0
        parts.append(.feed(number, copy: UInt32(copy)))
      }
    }
  }
}

/// The listing of a value by one copy of a feed.
struct Listing {
  var feed: UInt32
  var copy: UInt32
  var isWeak: Bool
  var isExpired: Bool
  /// Whether it can cover other values: addresses and networks, names with subdomains, URL
  /// prefixes.
  var isWide: Bool
  var validFrom: Int64
}

/// Gathers the sources of one value at a time.
struct ListingReader {
  private let database: IndicatorDatabase
  private let plan: FeedPlan
  private let now: Int64

  /// Kind of the current value.
  var kind = IndicatorKind.ipv4
  /// Whether the current entry can cover other values.
  var isWide = false
  /// The listings of the current value.
  var listings: [Listing] = []
  /// Its marks (`CoverageUniverse.marks`).
  private(set) var marks: UInt8 = 0

  private(set) var techniques: [String] = []
  private(set) var techniqueCounts: [UInt64: UInt64] = [:]
  private(set) var sourceCounts: [UInt64]

  /// Techniques of each list of strings of the database, read once.
  private var techniquesOfList: [StringListID: [UInt32]] = [0: []]
  private var techniqueIndex: [String: UInt32] = [:]
  /// Feed and technique pairs of the current value.
  private var pairs: Set<UInt64> = []

  init(_ database: IndicatorDatabase, plan: FeedPlan, now: Int64) {
    self.database = database
    self.plan = plan
    self.now = now
    sourceCounts = Array(repeating: 0, count: plan.feeds.count)
  }

  /// Adds what one source says of the current value.
  mutating func add(_ source: DatabaseSource) {
    guard Int(source.feed) < plan.parts.count else { return }
    if source.context.flags.contains(.allow) {
      allow()
      return
    }
    switch plan.parts[Int(source.feed)] {
    case .none: return
    case .allow: allow()
    case .truth: marks |= CoverageUniverse.truth
    case .feed(let feed, let copy):
      sourceCounts[Int(feed)] += 1
      listings.append(
        Listing(
          feed: feed, copy: copy, isWeak: source.context.flags.contains(.weak),
          isExpired: source.context.validUntil <= now, isWide: isWide,
          validFrom: source.context.validFrom))
      if source.context.attack != 0 {
        for technique in techniqueNumbers(source.context.attack) {
          pairs.insert(UInt64(feed) << 32 | UInt64(technique))
        }
      }
    }
  }

  private mutating func allow() {
    marks |= CoverageUniverse.allowed
    if isWide { marks |= CoverageUniverse.allowedBelow }
  }

  /// Counts the techniques of the current value, and forgets the value.
  mutating func closeValue() {
    listings.removeAll(keepingCapacity: true)
    marks = 0
    for pair in pairs { techniqueCounts[pair, default: 0] += 1 }
    pairs.removeAll(keepingCapacity: true)
  }

  private mutating func techniqueNumbers(_ list: StringListID) -> [UInt32] {
    if let known = techniquesOfList[list] { return known }
    var numbers: [UInt32] = []
    let database = database
    for string in database.list(list) {
      let bytes = database.string(string)
      guard let name = Technique.identifier(bytes.copied(bytes.byteOffsets)) else { continue }
      let next = UInt32(techniques.count)
      let number = techniqueIndex[name] ?? next
      if number == next {
        techniques.append(name)
        techniqueIndex[name] = number
      }
      if !numbers.contains(number) { numbers.append(number) }
    }
    techniquesOfList[list] = numbers
    return numbers
  }
}

/// Identifiers of techniques of MITRE ATT&CK.
enum Technique {
  /// `T1071` or `T1071.004` in capitals; nil for anything else, since feeds write what they like.
  static func identifier(_ text: [UInt8]) -> String? {
    guard text.count == 5 || text.count == 9, text[0] | 0x20 == 0x74 else { return nil }
    for (offset, byte) in text.enumerated().dropFirst() {
      if offset == 5 {
        guard byte == Byte.dot else { return nil }
      } else {
        guard byte >= Byte.zero, byte <= Byte.nine else { return nil }
      }
    }
    return "T" + String(decoding: text.dropFirst(), as: UTF8.self)
  }
}
