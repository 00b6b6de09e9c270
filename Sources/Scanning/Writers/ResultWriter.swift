import Database
import Indicators
package import Inputs

/// Writes the results of a scan, in order, and keeps its counts.
///
/// Sendable because it is used by one thread at a time: `OrderedOutput` calls it with its lock
/// held, and its creator uses it only before the threads start and after they have ended.
package final class ResultWriter: SegmentSink, @unchecked Sendable {
  private var output: ResultOutput?
  private let options: ScanOptions
  private let writesResults: Bool
  private let onProblem: @Sendable (ScanProblem) -> Void
  private var groups: HitGroups
  private let deliver: (@Sendable (Hit) -> Void)?
  private var writtenInInput: UInt64 = 0
  private var written: UInt64 = 0
  private var hasHeader = false
  /// The input of the last segment written, and whether it is included in the count of inputs.
  private var lastInput: (index: Int, isCounted: Bool)?
  private let progress: ScanProgress

  /// The counts of the run, complete after the last input.
  package private(set) var statistics = ScanStatistics()
  /// Whether an input could not be read to its end, or the output not written.
  package private(set) var hasErrors = false
  /// Why the output could not be written.
  package private(set) var writeError: String?
  /// Whether the limit on results was reached, so that the inputs may not have been read to their
  /// end.
  package private(set) var isLimited = false
  /// Whether the reader of our output went away.
  package private(set) var isBrokenPipe = false

  /// - Parameters:
  ///   - place: where to write.
  ///   - options: format, grouping, limits.
  ///   - databases: the databases whose entries the hits name.
  ///   - writesResults: false for `--count`.
  ///   - progress: its request to stop ends the delivery of hits.
  ///   - onProblem: called for each problem, in order of the inputs.
  init(
    _ place: OutputPlace, options: ScanOptions, databases: [IndicatorDatabase] = [],
    writesResults: Bool, progress: ScanProgress,
    onProblem: @escaping @Sendable (ScanProblem) -> Void
  ) {
    self.options = options
    self.writesResults = writesResults
    self.progress = progress
    self.onProblem = onProblem
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

  /// Writes a segment.
  ///
  /// `isCounted`: the segment's input is already included in the count of inputs.
  func write(_ segment: SegmentOutput, input: Int, isCounted: Bool) -> Bool {
    var segment = segment
    // A limit on groups is applied at the end.
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
          // The separator belongs between hits, not before the first.
          segment.bytes.removeFirst(HitTable.separator.count)
        }
      }
      if !put(segment.bytes) { return false }
    }
    return written < limit
  }

  /// Delivers hits, or adds them to the groups; false once the run is to end.
  ///
  /// Hits that are not delivered then are counted.
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
      onProblem(problem)
    }
  }

  /// Reports a problem at once, without waiting for an input's turn.
  package func note(_ problem: ScanProblem) {
    if problem.isError { hasErrors = true }
    onProblem(problem)
  }

  /// Ends the output, since nobody reads it.
  func noteBrokenPipe() { isBrokenPipe = true }

  /// Adds to what was skipped.
  package func count(_ skipped: Tally) { statistics.skipped.merge(skipped) }

  /// Writes the output that is due at the end, and puts the file in place.
  ///
  /// That is the groups, or for `--count` the number of hits.
  package func close() {
    // The last input was read in part, since the run ended before the input did.
    if let lastInput, !lastInput.isCounted { statistics.inputs += 1 }
    guard writeError == nil, !isBrokenPipe, deliver == nil else { return }
    var rest: [UInt8] = []
    if !writesResults {
      // The scan ends somewhere beyond a limit, so there may have been more hits.
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
    case .ndjson, .eve, .ecs, .values: []
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
    // A partial file is dropped: it would look like a complete one.
    output = nil
  }
}
