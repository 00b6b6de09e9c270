import Database
import Indicators
package import Inputs

/// Writes what a scan yields, in order, and keeps its counts.
///
/// Sendable because it is used by one thread at a time: `OrderedOutput` calls it with its lock held,
/// and whoever made it uses it before the threads start and after they have ended.
package final class ResultWriter: SegmentSink, @unchecked Sendable {
  private var output: ResultOutput?
  private let options: ScanOptions
  private let writesResults: Bool
  private let report: @Sendable (ScanProblem) -> Void
  private var groups: HitGroups
  private let deliver: (@Sendable (Hit) -> Void)?
  private var writtenInInput: UInt64 = 0
  private var written: UInt64 = 0
  private var hasHeader = false
  /// The input of which something was written last, and whether it is among those counted.
  private var lastInput: (index: Int, isCounted: Bool)?
  private let progress: ScanProgress

  /// What was counted, complete after the last input.
  package private(set) var statistics = ScanStatistics()
  /// Whether an input could not be read to its end, or the output not written.
  package private(set) var hasErrors = false
  /// Why the output could not be written.
  package private(set) var writeError: String?
  /// Nothing more was wanted, so that the inputs may not have been read to their end.
  package private(set) var isLimited = false
  /// The reader of our output went away.
  package private(set) var isBrokenPipe = false

  /// - Parameters:
  ///   - place: where to write.
  ///   - options: format, grouping, limits.
  ///   - databases: those that hits are of.
  ///   - writesResults: false for `--count`.
  ///   - progress: says when no more hits are to be handed over.
  ///   - report: called for each problem, in order of the inputs.
  init(
    _ place: OutputPlace, options: ScanOptions, databases: [IndicatorDatabase] = [],
    writesResults: Bool, progress: ScanProgress,
    report: @escaping @Sendable (ScanProblem) -> Void
  ) {
    self.options = options
    self.writesResults = writesResults
    self.progress = progress
    self.report = report
    groups = HitGroups(options.grouping, limit: options.limits.groups, databases: databases)
    if case .hits(let deliver) = place { self.deliver = deliver } else { deliver = nil }
    do throws(InputError) {
      output = try ResultOutput(place)
    } catch {
      fail(error.message)
    }
  }

  package func write(_ segment: SegmentOutput, input: Int) -> Bool {
    write(segment, input: input, isCounted: false)
  }

  /// Writes a segment, perhaps of an input that was counted already.
  func write(_ segment: SegmentOutput, input: Int, isCounted: Bool) -> Bool {
    var segment = segment
    // Of groups the limit is known at the end.
    let limit = options.grouping == .none || deliver != nil ? options.limit : .max
    let allowed = min(
      limit - min(written, limit),
      options.limitPerInput - min(writtenInInput, options.limitPerInput))
    let cut = segment.cut(to: Int(clamping: allowed))
    if cut > 0 { segment.statistics.skipped.add("hits-over-limit", UInt64(cut)) }
    written += UInt64(segment.count)
    writtenInInput += UInt64(segment.count)
    statistics.merge(segment.statistics)
    let wasCounted = lastInput.map { $0.index == input && $0.isCounted } ?? false
    lastInput = (input, isCounted || wasCounted || segment.statistics.inputs > 0)
    if written >= limit { isLimited = true }
    if writeError != nil { return false }
    guard take(segment.hits) else { return false }
    if !segment.bytes.isEmpty, writesResults {
      if !hasHeader {
        hasHeader = true
        if options.grouping == .none, !put(header) { return false }
        if options.contextLines > 0, segment.bytes.starts(with: HitTable.separator) {
          // It stands between hits.
          segment.bytes.removeFirst(HitTable.separator.count)
        }
      }
      if !put(segment.bytes) { return false }
    }
    return written < limit
  }

  /// Hands hits over, or to the groups; false once the run is to end, and then what is left is counted.
  private func take(_ hits: [Hit]) -> Bool {
    guard let deliver else {
      for hit in hits { groups.add(hit) }
      return true
    }
    for (index, hit) in hits.enumerated() {
      guard !progress.isStopRequested else {
        statistics.skipped.add("hits-behind-the-stop", UInt64(hits.count - index))
        return false
      }
      deliver(hit)
    }
    return true
  }

  package func finish(input: Int, problems: [ScanProblem]) {
    writtenInInput = 0
    for problem in problems {
      if problem.isError { hasErrors = true }
      report(problem)
    }
  }

  /// Reports a problem that belongs to no input's turn.
  package func note(_ problem: ScanProblem) {
    if problem.isError { hasErrors = true }
    report(problem)
  }

  /// Ends the output: nobody reads it.
  func noteBrokenPipe() { isBrokenPipe = true }

  /// Adds to what was skipped.
  package func count(_ skipped: Tally) { statistics.skipped.merge(skipped) }

  /// Writes what waits for the end: the groups, or for `--count` their number; then the file appears.
  package func close() {
    // It was read in part, as the run ended before it did.
    if let lastInput, !lastInput.isCounted { statistics.inputs += 1 }
    guard writeError == nil, !isBrokenPipe, deliver == nil else { return }
    var rest: [UInt8] = []
    if !writesResults {
      // With a limit the scan ends somewhere behind it, so that there may have been more.
      rest.append(
        decimal: options.grouping == .none
          ? min(statistics.hitCount, options.limit) : statistics.hitCount)
      rest.append(UInt8(ascii: "\n"))
    } else if options.grouping != .none {
      let cut = groups.keepFirst(Int(clamping: options.limit))
      if cut > 0 { statistics.skipped.add("groups-over-limit", UInt64(cut)) }
      if groups.cutHits > 0 { statistics.skipped.add("hits-over-group-limit", groups.cutHits) }
      if groups.cutValues > 0 {
        statistics.skipped.add("values-over-group-limit", groups.cutValues)
      }
      let writer = GroupWriter(
        format: options.format, home: options.home, showsSuppressed: options.showsSuppressed)
      guard writer.write(&groups, put: { put($0) }) else { return }
    } else if options.format == .csv || options.format == .zeekIntel, !hasHeader {
      rest = header
    }
    guard put(rest) else { return }
    do throws(ResultOutput.Failure) {
      try output?.commit()
    } catch {
      note(error)
    }
  }

  private var header: [UInt8] {
    switch options.format {
    case .csv: Array(HitCSV.header(showsSuppressed: options.showsSuppressed).utf8)
    case .table: Array(HitTable.header.utf8)
    case .zeekIntel: Array(ZeekIntelLog.header(showsSuppressed: options.showsSuppressed).utf8)
    case .ndjson, .eve, .ecs, .values, .html: []
    }
  }

  private func put(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty else { return true }
    do throws(ResultOutput.Failure) {
      try output?.write(bytes)
      return writeError == nil
    } catch {
      note(error)
      return false
    }
  }

  private func note(_ failure: ResultOutput.Failure) {
    switch failure {
    case .brokenPipe: isBrokenPipe = true
    case .failed(let message): fail(message)
    }
  }

  private func fail(_ message: String) {
    writeError = message
    hasErrors = true
    // What was written so far would look like a whole file to whoever finds it.
    output = nil
  }
}
