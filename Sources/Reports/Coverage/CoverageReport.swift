public import Inputs

/// How feeds compare with one another and with inputs.
///
/// Each figure is defined in the article "Coverage".
public struct CoverageReport: Sendable {
  /// Figures of one feed.
  public struct Feed: Sendable {
    /// What the feed is called.
    public var name: String
    /// Distinct values over the whole period, |A|.
    public var values: UInt64 = 0
    /// Values of the last copy; `values` where there is one copy.
    public var current: UInt64 = 0
    /// Sources in the database: repeated values, and those of each copy.
    public var sources: UInt64 = 0
    /// Values by kind, kinds without any left out.
    public var kinds: [(kind: String, count: UInt64)] = []
    /// Days of its copies and what changed, oldest first; empty where there is one copy.
    public var copies: [Copy] = []
    /// Mean share of a copy's values that the copy before did not list; nil without two copies.
    public var addedShare: Double?
    /// Mean of values gone since the copy before over a copy's size; nil without two copies.
    public var churn: Double?
    /// New values a day over the period of the copies; nil without two copies.
    public var newPerDay: Double?
    /// Values that no other feed lists.
    public var exclusive: UInt64 = 0
    /// Values that no other feed lists or covers.
    public var exclusiveCovered: UInt64 = 0
    /// Values that an allow list has or covers; nil without allow lists.
    public var allowed: UInt64?
    /// Values that cover allowed ones without being allowed themselves; nil without allow lists.
    public var wide: UInt64?
    /// Values of the truth that it lists or covers; nil without a truth.
    public var truthCovered: UInt64?
    /// Values of the truth that it lists; nil without a truth.
    public var truthExact: UInt64?
    /// Days behind the earliest feed, over shared values whose times are known.
    public var latency: Distribution?
    /// Share of those values that it listed first, ties included.
    public var firstShare: Double?
    /// Days since it first listed its current values, where that is known.
    public var age: Distribution?
    /// Current values whose validity has ended.
    public var expired: UInt64 = 0
    /// Place in the order in which feeds add most, from 1.
    public var rank: Int = 0
    /// Values that it adds to the feeds before it in that order.
    public var adds: UInt64 = 0
    /// Its hits; nil without inputs.
    public var hits: Hits?
    /// Its share of the database's bytes.
    public var bytes: Double = 0
    /// Its share of the scan's nanoseconds a megabyte; nil where that was not measured.
    public var nanosecondsPerMegabyte: Double?
    /// Techniques of ATT&CK that it links values to, with their number of values.
    public var techniques: [(technique: String, values: UInt64)] = []

    /// Upper bound of the share of right values, |A \ A⁻| / |A|; nil without allow lists or values.
    public var accuracyBound: Double? {
      guard let allowed, values > 0 else { return nil }
      return Double(values - allowed) / Double(values)
    }
  }

  /// What a feed found in the inputs.
  public struct Hits: Sendable, Equatable {
    /// Hits for which it lists an indicator.
    public var hits: UInt64
    /// Hits for which no other feed lists an indicator.
    public var exclusive: UInt64
    /// Distinct values that were hit.
    public var values: UInt64
    /// Distinct values that were hit and that no other feed lists.
    public var exclusiveValues: UInt64
    /// Hits outside the validity that the feed states.
    public var outside: UInt64
    /// Hits before the validity that the feed states.
    public var before: UInt64
    /// Hits that an allow list suppressed, which the other counts leave out.
    public var suppressed: UInt64
    /// First hit less first listing in days, over values whose times are known; below zero where the feed
    /// learned of a value after it was seen.
    public var delay: Distribution?
  }

  /// A dated copy of a feed.
  public struct Copy: Sendable, Equatable {
    /// Nanoseconds since 1970.
    public var date: Int64
    /// Values listed.
    public var size: UInt64
    /// Values that the copy before did not list.
    public var added: UInt64
    /// Values of the copy before that are gone.
    public var removed: UInt64
  }

  /// What two feeds have in common.
  public struct Pair: Sendable, Equatable {
    /// Index in `feeds` of the feed with the lower index.
    public var first: Int
    /// Index in `feeds` of the other feed.
    public var second: Int
    /// Values that both list.
    public var shared: UInt32
    /// Values of the first that the second lists or covers.
    public var firstCovered: UInt32
    /// Values of the second that the first lists or covers.
    public var secondCovered: UInt32
    /// Shared values that the first listed before the second, where both times are known.
    public var firstEarlier: UInt32
    /// Shared values that the second listed before the first.
    public var secondEarlier: UInt32
  }

  /// A technique of ATT&CK.
  public struct Technique: Sendable {
    /// `T1071` or `T1071.004`.
    public var identifier: String
    /// Feeds that link values to it, with their number of values, by index.
    public var feeds: [(feed: Int, values: UInt64)]
    /// Hits of indicators that are linked to it.
    public var hits: UInt64
  }

  /// A step of the timeline.
  public struct Step: Sendable {
    /// Its start, in nanoseconds since 1970.
    public var start: Int64
    /// Hits of each feed that has any, by index.
    public var hits: [(feed: Int, hits: UInt64)]
  }

  /// The feeds, by name.
  public var feeds: [Feed]
  /// Pairs that share or cover something.
  public var pairs: [Pair]
  /// Feeds in the order in which they add most, by index.
  public var order: [Int]
  /// Techniques in the order of their identifiers.
  public var techniques: [Technique]
  /// Distinct values of all feeds together.
  public var values: UInt64
  /// Values listed by one feed, by two, and so on; index 0 is for one.
  public var listedBy: [UInt64]
  /// Values of the truth; nil without one.
  public var truthSize: UInt64?
  /// Values of the truth that any feed lists or covers.
  public var truthAny: UInt64?
  /// The time that ages count from, in nanoseconds since 1970.
  public var now: Int64
  /// Bytes of the database of all feeds, allow lists and the truth.
  public var databaseBytes: UInt64
  /// What was read; nil without inputs.
  public var inputs: Inputs?
  /// Hits over time.
  public var timeline: [Step]
  /// Width of a step of the timeline in nanoseconds.
  public var stepWidth: Int64

  /// The result of scanning the inputs.
  public struct Inputs: Sendable {
    /// Uncompressed bytes.
    public var bytes: UInt64
    /// Hits of any feed.
    public var hits: UInt64
    /// Whether an input could not be read to its end.
    public var hasErrors: Bool
    /// What was not looked at, cut by a limit or odd, by reason.
    public var skipped = Tally()
    /// Nanoseconds a megabyte without any indicator, where it was measured.
    public var baseNanosecondsPerMegabyte: Double?
    /// Nanoseconds a megabyte that the values of each kind add.
    public var kindNanosecondsPerMegabyte: [(kind: String, nanoseconds: Double)] = []
  }
}

/// Percentiles of a sample.
public struct Distribution: Sendable, Equatable {
  /// Number of values in the sample.
  public var count: Int
  /// The value that a tenth of the sample does not exceed.
  public var low: Double
  /// The middle one, or halfway between the two in the middle.
  public var median: Double
  /// The value that nine tenths of the sample do not exceed.
  public var high: Double

  /// The distribution of a sample by nearest-rank percentiles; nil if the sample is empty.
  init?(_ sample: [Double]) {
    guard !sample.isEmpty else { return nil }
    let sorted = sample.sorted()
    func percentile(_ share: Double) -> Double {
      let rank = Int((share * Double(sorted.count)).rounded(.up))
      return sorted[min(max(rank, 1), sorted.count) - 1]
    }
    count = sorted.count
    low = percentile(0.1)
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    high = percentile(0.9)
  }
}
