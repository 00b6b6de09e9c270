public import Database
public import Inputs

/// Scans captures and logs against databases, or lists their observables.
public enum IndicatorScanner {
  /// Scans inputs in order and writes hits, or delivers them.
  ///
  /// - Parameters:
  ///   - inputs: files, folders, `-` for standard input; captures and logs, recognised by content.
  ///   - openInputs: inputs that are open already, scanned after the others; their packets are not
  ///     written to `evidencePath`.
  ///   - databases: the databases to match against.
  ///   - options: what takes part and how it is reported.
  ///   - destination: where hits go.
  ///   - writesHits: false to count only.
  ///   - progress: says how many bytes were read; `requestStop()` ends the run from another thread.
  ///   - onProblem: called for each problem, in order of the inputs, on a thread of the run; the
  ///     others wait meanwhile, so it must return soon.
  /// - Returns: the outcome of the run.
  public static func scan(
    inputs: [InputPath], openInputs: [OpenInput] = [], databases: [IndicatorDatabase],
    options: ScanOptions, to destination: ResultDestination, writesHits: Bool = true,
    progress: ScanProgress = ScanProgress(),
    onProblem: @escaping @Sendable (ScanProblem) -> Void
  ) -> ScanReport {
    let setup = MatchSetup(databases, options, to: destination, onProblem: onProblem)
    let plan = ScanPlan(matching: setup, progress: progress)
    let place = OutputPlace(destination)
    let list = InputList(inputs, options, writingTo: place)
    let session = ScanSession(plan, to: place, writesResults: writesHits, onProblem: onProblem)
    session.scan(list, openInputs) { setup.resolver() }
    var report = session.finish()
    setup.complete(&report)
    if let path = options.evidencePath, !report.isInterrupted {
      let problems = Evidence.write(
        report.statistics.hitFlows, inputs: list.items.map(\.path), to: path,
        options: plan.captureOptions, limits: options.limits)
      for problem in problems { onProblem(problem) }
      if problems.contains(where: \.isError) { report.hasErrors = true }
    }
    return report
  }

  /// Scans log files that grow, line by line, until the run is asked to stop.
  ///
  /// The existing content comes first. A file that is replaced (rotated) or becomes shorter is read
  /// again from its start; the run waits for one that does not exist yet. Hits are written when
  /// they are found.
  ///
  /// - Parameters:
  ///   - paths: the files, neither compressed nor captures.
  ///   - databases: the databases to match against.
  ///   - options: what takes part and how it is reported; one thread does the work.
  ///   - destination: where hits go.
  ///   - writesHits: false to count only.
  ///   - progress: used to stop the run from another thread or a signal handler.
  ///   - onProblem: called for each problem, on the caller's thread.
  /// - Returns: the outcome of the run.
  @available(
    *, noasync,
    message: "it blocks until it is asked to stop: call it on a thread of your own"
  )
  public static func follow(
    paths: [InputPath], databases: [IndicatorDatabase], options: ScanOptions,
    to destination: ResultDestination, writesHits: Bool = true, progress: ScanProgress,
    onProblem: @escaping @Sendable (ScanProblem) -> Void
  ) -> ScanReport {
    var options = options
    // A followed input has no end, so a limit per input makes no sense.
    options.limitPerInput = .max
    let setup = MatchSetup(databases, options, to: destination, onProblem: onProblem)
    let session = ScanSession(
      ScanPlan(matching: setup, progress: progress), to: OutputPlace(destination),
      writesResults: writesHits, onProblem: onProblem)
    session.follow(paths) { setup.resolver() }
    var report = session.finish()
    setup.complete(&report)
    return report
  }

  /// Writes every observable of the inputs as a line of JSON, or delivers the lines.
  ///
  /// - Parameters:
  ///   - inputs: files, folders, `-` for standard input; captures and logs, recognised by content.
  ///   - openInputs: inputs that are open already, scanned after the others; their packets are not
  ///     written to `evidencePath`.
  ///   - options: what takes part; `limit` counts lines, and options on how hits are found and
  ///     written are ignored.
  ///   - destination: where the lines go.
  ///   - progress: says how many bytes were read; `requestStop()` ends the run from another thread.
  ///   - onProblem: called for each problem, as in a scan.
  /// - Returns: the outcome of the run; it has no hits.
  public static func extract(
    inputs: [InputPath], openInputs: [OpenInput] = [], options: ScanOptions,
    to destination: ListingDestination,
    progress: ScanProgress = ScanProgress(), onProblem: @escaping @Sendable (ScanProblem) -> Void
  ) -> ScanReport {
    var options = options
    (options.format, options.grouping, options.contextLines) = (.ndjson, .none, 0)
    options.limitPerInput = .max
    let place = OutputPlace(destination)
    let list = InputList(inputs, options, writingTo: place)
    let session = ScanSession(
      ScanPlan(listing: options, progress: progress), to: place, onProblem: onProblem)
    session.scan(list, openInputs) {
      [options] in ObservableListing(kinds: options.kinds, home: options.home)
    }
    return session.finish()
  }
}
