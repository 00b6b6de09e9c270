import Database
package import Inputs
import Logs
import Matchers

/// One run from its first byte to its report: what its jobs need to know, and what writes results.
struct ScanSession {
  private let plan: ScanPlan
  private let writer: ResultWriter
  private let place: OutputPlace
  private let start = SystemClock.seconds

  /// Opens the place of the results.
  init(
    _ plan: ScanPlan, to place: OutputPlace, writesResults: Bool = true,
    onProblem: @escaping @Sendable (ScanProblem) -> Void
  ) {
    self.plan = plan
    self.place = place
    writer = ResultWriter(
      place, options: plan.options, databases: plan.databases, writesResults: writesResults,
      progress: plan.progress, onProblem: onProblem)
  }

  /// Scans inputs to their end, on the threads that the options give.
  func scan(
    _ list: InputList, _ openInputs: [OpenInput],
    makeProcessor: @escaping @Sendable () -> any BatchProcessor
  ) {
    note(list)
    let inputs =
      list.items.map { (path: $0.path, size: $0.size, origin: InputOrigin.file) }
      + openInputs.map { ($0.path, nil, .descriptor($0.descriptor)) }
      + plan.options.inputsInMemory.map { ($0.path, UInt64($0.bytes.count), .memory($0.bytes)) }
    let output = OrderedOutput(sink: writer)
    let threads = plan.options.threads
    let shares = WorkSharing.threads(sizes: inputs.map(\.size), of: threads)
    let scanRun = ScanRun(
      inputCount: inputs.count, threads: threads,
      isStopped: { [plan] in output.isStopped || plan.isStopRequested },
      makeJob: { [plan] index, run in
        OpeningJob(
          input: index, path: inputs[index].path, origin: inputs[index].origin, run: run,
          output: output, plan: plan, captureThreads: shares[index])
      })
    Threads.run(threads) { [plan] _ in
      scanRun.work(Self.worker(makeProcessor(), plan))
    }
  }

  /// Scans log files that grow until the run is asked to stop, on the caller's thread.
  func follow(_ paths: [InputPath], makeProcessor: () -> any BatchProcessor) {
    guard writer.writeError == nil else { return }
    var descriptor: Int32?
    if case .descriptor(let open) = place { descriptor = open }
    FollowRun(
      paths: paths, plan: plan, writer: writer, worker: Self.worker(makeProcessor(), plan),
      output: descriptor
    ).run()
  }

  /// Completes the results and says what came of the run.
  func finish() -> ScanReport {
    noteFaults()
    writer.close()
    return ScanReport(
      statistics: writer.statistics, hits: writer.statistics.hitCount,
      suppressed: writer.statistics.suppressed, hasErrors: writer.hasErrors,
      writeError: writer.writeError, isBrokenPipe: writer.isBrokenPipe,
      isInterrupted: plan.progress.isStopRequested, isLimited: writer.isLimited,
      seconds: SystemClock.seconds - start, topEntries: [])
  }

  private static func worker(_ processor: any BatchProcessor, _ plan: ScanPlan) -> ScanWorker {
    ScanWorker(
      processor: processor, tools: WorkerTools(logOptions: plan.logOptions, finder: plan.finder))
  }

  /// Notes what was wrong or odd when the inputs were listed.
  private func note(_ list: InputList) {
    for error in list.errors {
      writer.note(ScanProblem(path: InputPath(error.path), error))
    }
    let leftOut = list.skipped.sorted.map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
    for folder in list.emptyFolders {
      writer.note(
        ScanProblem(
          .emptyFolder, path: folder,
          message: "there is nothing in this folder to scan"
            + (leftOut.isEmpty ? "" : " but what is left out: \(leftOut)")))
    }
    writer.count(list.skipped)
  }

  /// Notes what makes hits missing whatever the inputs are: databases that another process cut while
  /// they were read, and file names that no matcher could be made of.
  private func noteFaults() {
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
}

extension InputList {
  /// Lists the inputs of a run before anything is written, leaving out the files to which results
  /// are written, and of folders those that it matches against.
  init(_ inputs: [InputPath], _ options: ScanOptions, writingTo place: OutputPlace) {
    var written: [FileIdentity?] = []
    switch place {
    case .descriptor(let descriptor): written.append(FileIdentity(descriptor: descriptor))
    case .file(let path): written.append(FileIdentity(InputPath(path)))
    case .lines, .hits: break
    }
    self.init(inputs, options, written: written.compactMap(\.self))
  }

  /// Lists the inputs of a run that writes to the paths of its options, and to files besides.
  package init(_ inputs: [InputPath], _ options: ScanOptions, written: [FileIdentity] = []) {
    let paths = options.writtenPaths + (options.evidencePath.map { [$0] } ?? [])
    self.init(
      inputs, maximumDepth: options.limits.folderDepth,
      besides: OwnFiles(
        written: written + paths.compactMap { FileIdentity($0) }, sources: options.sourcePaths))
  }
}
