import Database
import Feeds
import Glibc
import Inputs
public import Reports
public import Scanning

/// Feeds read for a comparison.
///
/// ```swift
/// var request = CoverageRequest()
/// request.feeds = [.init(path: "feeds")]
/// let report = try CoverageFeeds(request).compare()
/// print(report.table())
/// ```
public struct CoverageFeeds: Sendable {
  /// What was asked for.
  public let request: CoverageRequest
  /// The feeds, allow lists and the truth, compiled together.
  public let compilation: Compilation
  /// The role of each feed in the comparison.
  public let sources: [CoverageSource]
  /// Files in snapshot folders whose path contains no date; they are left out.
  public let undated: [String]

  /// Reads the feeds of a comparison.
  ///
  /// A feed that cannot be read is an error in the `compilation`, and the others are compared.
  public init(_ request: CoverageRequest) {
    var list = CoverageList()
    list.add(request.feeds, .feed)
    for folder in request.snapshots { list.add(copiesIn: folder) }
    list.add(request.allow, .allow)
    list.add(request.truth, .truth)
    let compiled = Compilation(of: list.requests)
    var report = compiled.report
    report.leftOut = list.leftOut
    self.request = request
    compilation = Compilation(
      gathered: compiled.gathered, report: report, errors: list.errors + compiled.errors,
      cacheUse: compiled.cacheUse)
    sources = list.sources
    undated = list.undated
  }

  /// Compares the feeds with one another and with the inputs of the request.
  ///
  /// - Parameters:
  ///   - progress: read or used to stop the scan from another thread.
  ///   - onProblem: called for each problem of the inputs.
  /// - Returns: the figures of each feed and of each pair, and what was found.
  /// - Throws: `CoverageError` if there is nothing to compare, or too much.
  public func compare(
    progress: ScanProgress = ScanProgress(),
    onProblem: @escaping @Sendable (ScanProblem) -> Void = { _ in }
  ) throws(CoverageError) -> CoverageReport {
    var options = request.options
    if request.usesLastCopy {
      options.now = sources.compactMap(\.date).max() ?? SystemClock.now
    }
    let read = request.feeds + request.snapshots + request.allow + request.truth
    options.sourcePaths += FeedList.sourcePaths(of: read, errors: compilation.errors)
    let present = Set(compilation.report.feeds.map(\.name))
    guard sources.contains(where: { $0.role == .feed && present.contains($0.name) }) else {
      throw CoverageError(.noFeed, "no feed could be read; there is nothing to compare")
    }
    let database: IndicatorDatabase
    do throws(DatabaseError) {
      database = try compilation.database()
    } catch {
      throw CoverageError(.cannotCompile, error.description)
    }
    return try Coverage.compare(
      database, sources: sources.filter { present.contains($0.name) }, inputs: request.inputs,
      options: options, progress: progress, onProblem: onProblem)
  }
}

/// The files of a comparison, with the role of each.
private struct CoverageList {
  var requests: [FeedRequest] = []
  var sources: [CoverageSource] = []
  var undated: [String] = []
  var errors: [FeedError] = []
  var leftOut = Tally()

  mutating func add(_ list: [FeedRequest], _ role: CoverageSource.Role) {
    for var file in expand(list) {
      let name = file.options.name ?? file.path
      file.options.name = role == .truth ? "truth: " + name : name
      // A truth is what was seen, well-known names and addresses among it; nothing is blocked by it.
      if role == .truth { file.options.isTrusted = true }
      if role == .allow || file.options.isAllowList {
        file.options.isAllowList = true
        sources.append(CoverageSource(name: name, role: .allow))
      } else {
        sources.append(CoverageSource(name: file.options.name ?? name, role: role, feed: name))
      }
      requests.append(file)
    }
  }

  mutating func add(copiesIn folder: FeedRequest) {
    for var file in expand([folder]) {
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

  private mutating func expand(_ list: [FeedRequest]) -> [FeedRequest] {
    let expansion = FeedList.expand(list)
    errors += expansion.errors
    leftOut.merge(expansion.leftOut)
    return expansion.files
  }
}
