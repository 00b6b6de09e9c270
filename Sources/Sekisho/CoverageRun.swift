public import Feeds
import Glibc
public import Inputs
public import Reports
public import Scanning

/// A request to compare feeds, with all that they are compared with.
public struct CoverageRequest: Sendable {
  /// The feeds; a folder means the feeds in it.
  public var feeds: [FeedReader.Request] = []
  /// Folders of dated copies of feeds (`SnapshotPath`).
  public var snapshots: [FeedReader.Request] = []
  /// Values that must not be in a feed.
  public var allow: [FeedReader.Request] = []
  /// Values that should be in a feed.
  public var truth: [FeedReader.Request] = []
  /// Captures and logs to scan.
  public var inputs: [InputPath] = []
  /// What takes part.
  public var options = CoverageOptions()
  /// Whether ages count from the day of the last copy instead of from the time in the options.
  ///
  /// Without copies they then count from now.
  public var usesLastCopy = true

  /// Creates an empty request.
  public init() {}
}

/// Feeds read for a comparison.
public struct CoverageFeeds: Sendable {
  /// The feeds, allow lists and the truth, compiled together.
  public let compilation: Compilation
  /// The role of each feed in the comparison.
  public let sources: [CoverageSource]
  /// Files in snapshot folders whose path contains no date; they are left out.
  public let undated: [String]
}

extension Sekisho {
  /// Reads the feeds of a comparison.
  public static func read(_ request: CoverageRequest) -> CoverageFeeds {
    var requests: [FeedReader.Request] = []
    var sources: [CoverageSource] = []
    var undated: [String] = []
    var errors: [FeedError] = []
    var leftOut = Tally()
    func add(_ list: [FeedReader.Request], _ role: CoverageSource.Role) {
      let expansion = FeedList.expand(list)
      errors += expansion.errors
      leftOut.merge(expansion.leftOut)
      for var file in expansion.files {
        let name = file.options.name ?? file.path
        file.options.name = role == .truth ? "truth: " + name : name
        if role == .allow || file.options.isAllowList {
          file.options.isAllowList = true
          sources.append(CoverageSource(name: name, role: .allow))
        } else {
          sources.append(
            CoverageSource(name: file.options.name ?? name, role: role, feed: name))
        }
        requests.append(file)
      }
    }
    add(request.feeds, .feed)
    for folder in request.snapshots {
      let expansion = FeedList.expand([folder])
      errors += expansion.errors
      leftOut.merge(expansion.leftOut)
      for var file in expansion.files {
        let below =
          file.path == folder.path
          ? file.path
          : String(
            decoding: file.path.utf8.dropFirst(folder.path.utf8.count)
              .drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
        guard let copy = SnapshotPath(Array(below.utf8)) else {
          undated.append(file.path)
          continue
        }
        file.options.name = file.path
        requests.append(file)
        sources.append(
          CoverageSource(
            name: file.path, feed: String(decoding: copy.feed, as: UTF8.self), date: copy.date))
      }
    }
    add(request.allow, .allow)
    add(request.truth, .truth)
    let compilation = compile(requests)
    var report = compilation.report
    report.leftOut = leftOut
    return CoverageFeeds(
      compilation: Compilation(
        gathered: compilation.gathered, report: report,
        errors: errors + compilation.errors, cacheUse: compilation.cacheUse),
      sources: sources, undated: undated)
  }

  /// Compares feeds that were read.
  ///
  /// - Parameters:
  ///   - feeds: the result of `read`.
  ///   - request: the request that was read.
  ///   - progress: read or used to stop the scan from another thread.
  ///   - report: called for each problem of the inputs.
  /// - Returns: the figures of each feed and of each pair, and what was found.
  /// - Throws: if there is nothing to compare, or too much.
  public static func coverage(
    _ feeds: CoverageFeeds, _ request: CoverageRequest, progress: ScanProgress = ScanProgress(),
    report: @escaping @Sendable (ScanProblem) -> Void = { _ in }
  ) throws -> CoverageReport {
    var options = request.options
    if request.usesLastCopy {
      options.now = feeds.sources.compactMap(\.date).max() ?? SystemClock.now
    }
    let present = Set(feeds.compilation.report.feeds.map(\.name))
    guard feeds.sources.contains(where: { $0.role == .feed && present.contains($0.name) }) else {
      throw CoverageError(.noFeed, "no feed could be read; there is nothing to compare")
    }
    return try Coverage.compare(
      feeds.compilation.database(),
      sources: feeds.sources.filter { present.contains($0.name) }, inputs: request.inputs,
      options: options, progress: progress, report: report)
  }
}
