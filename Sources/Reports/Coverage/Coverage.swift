public import Database
import Indicators
public import Inputs
public import Scanning

/// Compares feeds with one another and with inputs.
public enum Coverage {
  /// Compares the feeds of a database.
  ///
  /// Time is linear in the number of listings, apart from values that several feeds list, which
  /// take time for each pair of those feeds, and from the scan of the inputs. Memory is about 60
  /// bytes a listing, and 12 bytes for each pair of feeds.
  ///
  /// - Parameters:
  ///   - database: the feeds, allow lists and the truth, compiled together.
  ///   - sources: what each feed of the database is; allow lists need not be named.
  ///   - inputs: captures and logs to look for hits in.
  ///   - options: what takes part.
  ///   - progress: read or used to stop the scan from another thread.
  ///   - onProblem: called for each problem of the inputs.
  /// - Returns: each feed's figures, those of each pair, and what was found.
  /// - Throws: `CoverageError` if there are too many feeds.
  public static func compare(
    _ database: IndicatorDatabase, sources: [CoverageSource], inputs: [InputPath] = [],
    options: CoverageOptions, progress: ScanProgress = ScanProgress(),
    onProblem: @escaping @Sendable (ScanProblem) -> Void = { _ in }
  ) throws(CoverageError) -> CoverageReport {
    let universe = try CoverageUniverse(database, sources: sources, now: options.now)
    let pairs = CoveragePairs(universe, database)
    var builder = ReportBuilder(universe, pairs, database, sources, options)
    guard !inputs.isEmpty else { return builder.report }
    var scanOptions = ScanOptions()
    scanOptions.threads = options.threads
    scanOptions.includesWeak = options.includesWeak
    scanOptions.showsSuppressed = true
    scanOptions.now = options.now
    scanOptions.writtenPaths = options.writtenPaths
    scanOptions.sourcePaths = options.sourcePaths
    // Hits are counted as they come and not kept, so they need no limit.
    scanOptions.limitPerInput = .max
    let hits = CoverageHits(universe, sources: sources)
    let result = IndicatorScanner.scan(
      inputs: inputs, databases: [database], options: scanOptions,
      to: .hits { hits.receive($0) }, progress: progress, onProblem: onProblem)
    var read = CoverageReport.Inputs(
      bytes: result.statistics.bytes, hits: 0,
      hasErrors: result.hasErrors || result.isInterrupted, skipped: result.skipped)
    var time: CoverageCost.Time?
    if options.measuresTime, !result.isInterrupted {
      time = CoverageCost.time(
        database, inputs: inputs, options: scanOptions, progress: progress)
    }
    let tally = hits.result
    read.hits = tally.total
    if let time {
      read.baseNanosecondsPerMegabyte = time.base
      read.kindNanosecondsPerMegabyte = time.kinds.map { ($0.kind.name, $0.nanoseconds) }
    }
    builder.add(tally, read, time)
    return builder.report
  }
}
