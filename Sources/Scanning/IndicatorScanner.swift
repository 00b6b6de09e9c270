import Capture
public import Database
import Glibc
import Indicators
public import Inputs
import Logs
import Matchers

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
    let mode = ScanMode(collectsHits: destination.takesValues)
    let (hosts, hasFailed) = hosts(of: databases, options, onProblem)
    let plan = plan(databases, options, progress, hosts)
    let place = OutputPlace(destination)
    let list = list(inputs, options, place)
    let joint = JointConditions.Source(databases)
    var result = run(
      list, openInputs, plan: plan, databases: databases, to: place, writesResults: writesHits,
      onProblem: onProblem
    ) {
      HitResolver(databases: databases, options: options, mode: mode, hosts: hosts, joint: joint)
    }
    if hasFailed { result.hasErrors = true }
    countEncryptedURLs(of: databases, hosts, options, in: &result)
    if let path = options.evidencePath, !result.isInterrupted {
      let problems = Evidence.write(
        result.statistics.hitFlows, inputs: list.items.map(\.path), to: path,
        options: plan.captureOptions, limits: options.limits)
      for problem in problems { onProblem(problem) }
      if problems.contains(where: \.isError) { result.hasErrors = true }
    }
    addTopEntries(databases, to: &result)
    return result
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
    let start = SystemClock.seconds
    var options = options
    // A followed input has no end, so a limit per input makes no sense.
    options.limitPerInput = .max
    let mode = ScanMode(collectsHits: destination.takesValues)
    let (hosts, hasFailed) = hosts(of: databases, options, onProblem)
    let plan = plan(databases, options, progress, hosts)
    let writer = ResultWriter(
      OutputPlace(destination), options: options, databases: databases, writesResults: writesHits,
      progress: progress, onProblem: onProblem)
    var output: Int32?
    if case .descriptor(let descriptor) = destination { output = descriptor }
    if writer.writeError == nil {
      let worker = ScanWorker(
        processor: HitResolver(databases: databases, options: options, mode: mode, hosts: hosts),
        tools: WorkerTools(logOptions: plan.logOptions, finder: plan.finder))
      FollowRun(paths: paths, plan: plan, writer: writer, worker: worker, output: output).run()
    }
    noteFaults(plan, writer)
    writer.close()
    var result = outcome(of: writer, plan, since: start)
    if hasFailed { result.hasErrors = true }
    countEncryptedURLs(of: databases, hosts, options, in: &result)
    addTopEntries(databases, to: &result)
    return result
  }

  /// Lists the inputs before anything is written, leaving out the files to which results are
  /// written.
  private static func list(
    _ inputs: [InputPath], _ options: ScanOptions, _ place: OutputPlace
  ) -> InputList {
    var written: Set<FileIdentity> = []
    switch place {
    case .descriptor(let descriptor):
      if let file = FileIdentity(descriptor: descriptor) { written.insert(file) }
    case .file(let path): if let file = FileIdentity(InputPath(path)) { written.insert(file) }
    case .lines, .hits: break
    }
    for path in options.writtenPaths + (options.evidencePath.map { [$0] } ?? []) {
      if let file = FileIdentity(path) { written.insert(file) }
    }
    return InputList(inputs, maximumDepth: options.limits.folderDepth, written: written)
  }

  /// Counts the URL indicators on hosts that encrypted connections named.
  private static func countEncryptedURLs(
    of databases: [IndicatorDatabase], _ hosts: URLHosts?, _ options: ScanOptions,
    in result: inout ScanReport
  ) {
    if let hosts {
      result.encryptedURLs = hosts.count(of: result.statistics.encryptedHosts)
    } else if EncryptedNames.takePart(databases, options) {
      result.encryptedURLs = URLHosts.count(on: result.statistics.encryptedNames, in: databases)
    }
  }

  /// The hosts of URL indicators, if they take part, and whether making their database failed.
  private static func hosts(
    of databases: [IndicatorDatabase], _ options: ScanOptions,
    _ onProblem: @Sendable (ScanProblem) -> Void
  ) -> (URLHosts?, hasFailed: Bool) {
    guard options.urlHosts != .off, options.kinds.contains(.url) else { return (nil, false) }
    do {
      return (try URLHosts(databases), false)
    } catch {
      onProblem(
        ScanProblem(
          .noURLHosts, .option(.urlHosts),
          message: "the hosts of URLs take no part, since they make no database: \(error)"))
      return (nil, true)
    }
  }

  private static func addTopEntries(_ databases: [IndicatorDatabase], to result: inout ScanReport) {
    result.topEntries = result.statistics.hitsByEntry.top(10).map { reference, hits in
      (EntryCatalog.read(reference, from: databases[reference.database]), hits)
    }
  }

  private static func plan(
    _ databases: [IndicatorDatabase], _ options: ScanOptions, _ progress: ScanProgress,
    _ hosts: URLHosts?
  ) -> ScanPlan {
    var kinds = IndicatorKindSet()
    for database in databases {
      kinds.formUnion(IndicatorKindSet(database.entryCounts.map(\.kind)))
    }
    kinds.formIntersection(options.kinds)
    // Kinds that only weak entries could match need not be looked for.
    var lookedUp = databases.reduce(into: IndicatorKindSet()) {
      $0.formUnion($1.kindsToLookUp(LookupOptions(options)))
    }
    lookedUp.formIntersection(options.kinds)
    var lookup = LookupOptions(options)
    if hosts != nil {
      kinds.insert(.domain)
      lookedUp.insert(.domain)
      lookup.kinds.insert(.domain)
    } else if EncryptedNames.takePart(databases, options) {
      // The candidate finder looks for the hosts of URLs anyway.
      kinds.insert(.domain)
      lookedUp.insert(.domain)
    }
    var logOptions = logOptions(.scan, kinds: kinds, options: options)
    logOptions.fileNames = FileNameFinderSource(
      databases: databases, options: LookupOptions(options))
    let matchers = options.kinds.contains(.text) ? databases.compactMap(\.payloadMatcher) : []
    logOptions.texts = TextFinder(matchers)
    logOptions.hosts = KnownHosts(databases: databases)
    if matchers.isEmpty { lookup.kinds.subtract(.text) }
    return ScanPlan(
      options: options, logOptions: logOptions,
      captureOptions: captureOptions(
        options, kinds: lookedUp, matchers: matchers),
      progress: progress,
      finder: FinderSource(
        databases: databases + (hosts.map { [$0.database] } ?? []), options: lookup,
        refangs: options.refangs),
      databases: databases)
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
    let place = OutputPlace(destination)
    var options = options
    (options.format, options.grouping, options.contextLines) = (.ndjson, .none, 0)
    options.limitPerInput = .max
    let plan = ScanPlan(
      options: options, logOptions: logOptions(.extract, kinds: options.kinds, options: options),
      captureOptions: captureOptions(options, kinds: options.kinds), progress: progress,
      finder: nil)
    return run(
      list(inputs, options, place), openInputs, plan: plan, to: place, writesResults: true,
      onProblem: onProblem
    ) {
      [options] in ObservableListing(kinds: options.kinds, home: options.home)
    }
  }

  private static func logOptions(
    _ purpose: LogPurpose, kinds: IndicatorKindSet, options: ScanOptions
  ) -> LogOptions {
    var result = LogOptions(
      purpose: purpose, kinds: kinds,
      format: options.inputFormat.flatMap { LogFormat(rawValue: $0.rawValue) },
      lineLimit: options.limits.lineBytes, jsonDepth: options.limits.jsonDepth)
    result.refangs = options.refangs
    result.year = options.logYear
    return result
  }

  private static func captureOptions(
    _ options: ScanOptions, kinds: IndicatorKindSet, matchers: [LiteralMatcher] = []
  ) -> CaptureOptions {
    var result = CaptureOptions()
    result.payloadMatchers = matchers
    result.kinds = kinds
    result.filter = options.bpf
    result.everyPacket = options.everyPacket
    result.times = options.packetTimes
    let limits = options.limits
    result.flowLimit = limits.flows
    result.streamLimit = limits.streamBytes
    result.reassemblyLimit = limits.reassemblyBytes
    result.datagramLimit = limits.datagramBytes
    result.fragmentLimit = limits.fragmentBytes
    let (patience, isBeyond) = Int64(limits.fragmentSeconds)
      .multipliedReportingOverflow(by: 1_000_000_000)
    result.fragmentPatience = isBeyond ? .max : patience
    result.httpHeaderLimit = limits.httpHeaderBytes
    result.dnsPointerLimit = limits.dnsPointers
    result.tunnelDepthLimit = limits.tunnelDepth
    return result
  }

  private static func run(
    _ list: InputList, _ openInputs: [OpenInput], plan: ScanPlan,
    databases: [IndicatorDatabase] = [],
    to place: OutputPlace, writesResults: Bool,
    onProblem: @escaping @Sendable (ScanProblem) -> Void,
    makeProcessor: @escaping @Sendable () -> any BatchProcessor
  ) -> ScanReport {
    let start = SystemClock.seconds
    let options = plan.options
    let writer = ResultWriter(
      place, options: options, databases: databases, writesResults: writesResults,
      progress: plan.progress, onProblem: onProblem)
    for error in list.errors {
      writer.note(ScanProblem(path: InputPath(error.path), error))
    }
    for folder in list.emptyFolders {
      writer.note(
        ScanProblem(
          .emptyFolder, path: folder, message: "there is nothing in this folder to scan"))
    }
    writer.count(list.skipped)
    let inputs =
      list.items.map { (path: $0.path, size: $0.size, origin: InputOrigin.file) }
      + openInputs.map { ($0.path, nil, .descriptor($0.descriptor)) }
      + options.inputsInMemory.map { ($0.path, UInt64($0.bytes.count), .memory($0.bytes)) }
    let output = OrderedOutput(sink: writer)
    let threads = options.threads
    let shares = WorkSharing.threads(sizes: inputs.map(\.size), of: threads)
    let scanRun = ScanRun(
      inputCount: inputs.count, threads: threads,
      isStopped: { output.isStopped || plan.isStopRequested },
      makeJob: { index, run in
        OpeningJob(
          input: index, path: inputs[index].path, origin: inputs[index].origin, run: run,
          output: output, plan: plan, captureThreads: shares[index])
      })
    Threads.run(threads) { _ in
      let worker = ScanWorker(
        processor: makeProcessor(),
        tools: WorkerTools(logOptions: plan.logOptions, finder: plan.finder))
      scanRun.work(worker)
    }
    noteFaults(plan, writer)
    writer.close()
    return outcome(of: writer, plan, since: start)
  }

  /// Notes what makes hits missing whatever the inputs are: databases that another process cut while
  /// they were read, and file names that no matcher could be made of.
  private static func noteFaults(_ plan: ScanPlan, _ writer: ResultWriter) {
    if let fault = (plan.logOptions.fileNames as? FileNameFinderSource)?.fault {
      writer.note(
        ScanProblem(
          .cannotCompile, path: InputPath("filename"),
          message: "file names were not looked for in text, since they make no matcher: \(fault)"))
    }
    for database in plan.databases where database.isCut {
      writer.note(
        ScanProblem(
          .databaseCut, .database(InputPath(database.mappedPath ?? "")),
          message: "another process cut the database while it was read, so hits are missing and "
            + "the scan ended early",
          remedy: """
            compile it again, write databases beside their place and rename them, or read them \
            with \(.copyDatabase)
            """))
    }
  }

  private static func outcome(
    of writer: ResultWriter, _ plan: ScanPlan, since start: Double
  ) -> ScanReport {
    ScanReport(
      statistics: writer.statistics, hits: writer.statistics.hitCount,
      suppressed: writer.statistics.suppressed, hasErrors: writer.hasErrors,
      writeError: writer.writeError, isBrokenPipe: writer.isBrokenPipe,
      isInterrupted: plan.progress.isStopRequested, isLimited: writer.isLimited,
      seconds: SystemClock.seconds - start, topEntries: [])
  }
}
