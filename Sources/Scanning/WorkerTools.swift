import Database
import Indicators
import Logs

/// Scratch memory of one thread, reused from piece to piece.
final class WorkerTools {
  var batch = ObservableBatch()
  let logs: LogExtractor
  /// Says which lines of a log are worth reading; nil where all are.
  var finder: CandidateFinder?
  var candidates: [UInt32] = []

  init(logOptions: LogOptions, finder: CandidateFinder?) {
    logs = LogExtractor(options: logOptions)
    self.finder = finder
  }

  /// Looks for candidates in the chunk of a log that is extracted next, and gives the finder's counts
  /// before that.
  func findCandidates(in chunk: RawSpan) -> [UInt64] {
    guard finder != nil else { return [] }
    let before = finder?.counts ?? []
    let isFound = finder?.find(in: chunk, candidates: &candidates) ?? false
    logs.setCandidates(isFound ? candidates : nil)
    return before
  }
}

extension CandidateFinder {
  /// Adds what was looked at since some counts were taken; of a kind of which more was extracted than
  /// found that many.
  func addCounts(since before: [UInt64], to observables: inout [UInt64]) {
    for kind in counts.indices where kind < before.count && kind < observables.count {
      observables[kind] = max(observables[kind], counts[kind] &- before[kind])
    }
  }
}
