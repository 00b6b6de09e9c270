public import Database
public import Feeds
public import Indicators
import Parsing

/// Indicators read from feeds, from which a database can be made.
///
/// ```swift
/// let compilation = Compilation(of: [.init(path: "seeds/feeds")])
/// let database = try compilation.database()
/// let report = IndicatorScanner.scan(
///   inputs: [InputPath("traffic.pcap")], databases: [database], options: ScanOptions(),
///   to: .hits { hit in print(hit.valueText, hit.path, hit.number) }
/// ) { problem in print(problem) }
/// print(report.hits, "hits in", report.packets, "packets")
/// ```
public struct Compilation: Sendable {
  /// The indicators, with lists of digests still packed.
  let gathered: IndicatorCollection
  /// The indicators, one record each.
  ///
  /// Unpacks the digest lists at each access: keep the result.
  public var collection: IndicatorCollection { gathered.unpacked() }
  /// The outcome of reading each feed.
  public let report: FeedReport
  /// Feeds that could not be read.
  public let errors: [FeedError]
  /// How the cache was used.
  public let cacheUse: FeedCache.Use

  /// Whether an allow list could not be read, so that hits which it should suppress would be
  /// reported: better do without the result.
  public var lacksAllowList: Bool { errors.contains(where: \.isOfAllowList) }

  /// Whether there is nothing to match against: no feed was read but allow lists.
  public var hasOnlyAllowLists: Bool { gathered.feeds.allSatisfy(\.isAllowList) }

  /// The database as it is written to a file.
  public func compiled() throws(DatabaseError) -> CompiledDatabase {
    try DatabaseCompiler.compile(gathered)
  }

  /// The database, in memory.
  public func database() throws(DatabaseError) -> IndicatorDatabase {
    try IndicatorDatabase(compiled())
  }
}

extension Compilation {
  /// Reads feeds from files, folders and memory, and merges them.
  ///
  /// A bad line is a diagnostic in the report. A feed that cannot be read is an error, and the
  /// others are used.
  ///
  /// - Parameters:
  ///   - requests: the feeds.
  ///   - cache: keeps feeds as they were read, for those that did not change; the result is the
  ///     same with and without.
  public init(of requests: [FeedRequest], cache: FeedCache? = nil) {
    let list = FeedList.expand(requests)
    var collection = IndicatorCollection()
    var report = FeedReport()
    report.databases = list.databases
    report.leftOut = list.leftOut
    var errors = list.errors
    var reader = cache.map { CachedFeedReader($0) }
    for file in FeedReader.ordered(list.files) {
      do throws(FeedError) {
        if let input = try reader?.read(file, into: &collection, report: &report) {
          collection.feeds[collection.feeds.count - 1].input = input
          continue
        }
        var gathering = file
        gathering.options.gathersDigests = true
        try FeedReader.read(gathering, into: &collection, report: &report)
        if let bytes = file.bytes {
          collection.feeds[collection.feeds.count - 1].input = FeedInput(bytes: bytes.rawSpan)
        } else if file.path != "-" {
          collection.feeds[collection.feeds.count - 1].input = FeedInput(path: file.path)
        }
      } catch {
        var error = error
        error.isOfAllowList = file.options.isAllowList
        errors.append(error)
      }
    }
    self.init(
      gathered: collection, report: report, errors: errors,
      cacheUse: reader?.finish() ?? FeedCache.Use())
  }
}
