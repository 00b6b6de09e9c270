public import Scanning
import Synchronization

/// Runs the cases of suites, several at once; results come in the order of the suites.
public struct SuiteRun: Sendable {
  /// Threads that run cases.
  public var threads = 1
  /// Which cases are run, by suite and name; nil is all.
  public var isWanted: (@Sendable (Suite, String) -> Bool)?

  /// A run of all cases on one thread.
  public init() {}

  /// Runs the cases.
  ///
  /// - Parameters:
  ///   - suites: the suites, in the order of the results.
  ///   - progress: if it is asked to stop, cases that have not begun are left out.
  /// - Returns: the results.
  public func run(_ suites: [Suite], progress: ScanProgress = ScanProgress()) -> SuiteReport {
    var jobs: [(suite: Suite, test: SuiteCase)] = []
    for suite in suites {
      for test in suite.cases where isWanted?(suite, test.name) ?? true {
        jobs.append((suite, test))
      }
    }
    let cache = DatabaseCache()
    let all = jobs
    // A case alone may use all threads; many share them, one each.
    let workers = min(max(threads, 1), max(all.count, 1))
    let threadsOfCase = max(1, threads / workers)
    let next = Atomic<Int>(0)
    let results = Mutex<[CaseResult?]>(Array(repeating: nil, count: all.count))
    Threads.run(workers) { _ in
      while !progress.isStopRequested {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < all.count else { return }
        let result = CaseRunner(
          suite: all[index].suite, test: all[index].test, cache: cache, threads: threadsOfCase
        ).run()
        results.withLock { $0[index] = result }
      }
    }
    return SuiteReport(
      results: results.withLock { $0.compactMap(\.self) },
      isInterrupted: progress.isStopRequested)
  }
}

/// The results of the cases of some suites.
public struct SuiteReport: Sendable {
  /// The results, in the order of the suites and their cases.
  public var results: [CaseResult]
  /// Whether the run was asked to stop before its end.
  public var isInterrupted = false

  /// Number of results of a status.
  public func count(_ status: CaseResult.Status) -> Int {
    results.count { $0.status == status }
  }

  /// 0 all as expected, 1 something was not, 2 a case could not be run.
  public var exitCode: Int32 {
    if count(.error) > 0 { return 2 }
    return count(.failed) > 0 ? 1 : 0
  }
}
