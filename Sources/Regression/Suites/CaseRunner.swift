import Feeds
import Glibc
import Inputs
import Scanning
import Synchronization

/// Runs one case and compares what it finds with what it expects.
struct CaseRunner {
  /// The most hits of a case; more are an error, since a suite is read by people.
  static let hitLimit = 100_000

  let suite: Suite
  let test: SuiteCase
  let cache: DatabaseCache
  let threads: Int

  /// Runs the case, and says how long that took.
  func run() -> CaseResult {
    let start = SystemClock.seconds
    var result = compared()
    result.seconds = SystemClock.seconds - start
    return result
  }

  private func compared() -> CaseResult {
    var result = CaseResult(
      suite: suite.path, suiteName: suite.name, name: test.name, line: test.line, status: .passed)
    // SAFETY: the call only reads the path.
    for path in test.requires where unsafe access(path, F_OK) != 0 {
      result.status = .skipped
      result.faults = [
        CaseResult.Fault(kind: .missingFile, line: test.line, text: "\(path) is not here")
      ]
      return result
    }
    let made = cache.databases(of: test.indicators)
    if let failure = made.failure ?? made.errors.first?.commandText {
      result.status = .error
      result.faults = [CaseResult.Fault(kind: .cannotRun, line: test.line, text: failure)]
      return result
    }
    var options = test.options
    options.threads = threads
    options.showsSuppressed = true
    options.limit = UInt64(Self.hitLimit)
    options.sourcePaths.append(InputPath(suite.path))
    options.sourcePaths += FeedList.sourcePaths(
      of: test.indicators.compactMap(\.request), errors: made.errors)
    options.inputsInMemory = test.texts.map {
      InputInMemory(path: InputPath($0.name), bytes: $0.bytes)
    }
    let gathered = Mutex<(lines: [[UInt8]], problems: [ScanProblem])>(([], []))
    let home = options.home
    let report = IndicatorScanner.scan(
      inputs: test.inputs.map { InputPath($0) }, databases: made.databases, options: options,
      to: .hits { hit in
        var line: [UInt8] = []
        var renderer = HitJSON(home: home)
        renderer.append(hit, to: &line)
        gathered.withLock { $0.lines.append(line) }
      }
    ) { problem in gathered.withLock { $0.problems.append(problem) } }
    let (lines, problems) = gathered.withLock { ($0.lines, $0.problems) }
    result.found = lines.compactMap { JSONTree.read($0) }
    result.summary = JSONTree.read(ScanSummary(report).json()) ?? .null
    result.problems = problems.map(\.commandText)
    result.hits = Int(clamping: report.hits)
    result.skipped = report.skipped
    if lines.count >= Self.hitLimit {
      result.status = .error
      result.faults.append(
        CaseResult.Fault(
          kind: .cannotRun, line: test.line,
          text: "more than \(Self.hitLimit) hits; narrow the inputs or the indicators"))
      return result
    }
    let explainer = Explainer(
      databases: made.databases, options: options, report: made.report, errors: made.errors)
    let comparison = CaseComparison(test: test, result: result, explainer: explainer)
    result.faults = comparison.faults(isComplete: !report.hasErrors)
    let unexpected = problems.filter { problem in
      let text = problem.commandText
      return problem.isError && !test.expectation.problems.contains { text.contains($0) }
    }
    for problem in unexpected {
      result.faults.append(
        CaseResult.Fault(
          kind: .unexpectedProblem, line: test.line,
          text: problem.commandText))
    }
    if !unexpected.isEmpty {
      result.status = .error
    } else if !result.faults.isEmpty {
      result.status = .failed
    }
    return result
  }
}
