import Capture
import Database
import Inputs
import Logs
import Synchronization

/// What every job of a run needs to know.
struct ScanPlan: Sendable {
  let options: ScanOptions
  let logOptions: LogOptions
  let captureOptions: CaptureOptions
  let progress: ScanProgress
  /// Finds the lines of logs worth reading; nil if every line is read.
  let finder: FinderSource?
  /// The databases to match against.
  let databases: [IndicatorDatabase]
  private let hasLog = FirstLog()

  /// Whether a log was opened.
  private final class FirstLog: Sendable {
    let isOpened = Mutex(false)
  }

  /// Whether the run is to end: it was asked to, or a database was lost while it was read.
  var isStopRequested: Bool {
    progress.isStopRequested || databases.contains { $0.isCut }
  }

  /// The problem to report, once, if a scan that chooses packets reads a log.
  func problemOfFirstLog(_ path: InputPath) -> ScanProblem? {
    guard options.packetTimes != nil || options.bpf != nil,
      hasLog.isOpened.withLock({ isOpened in
        defer { isOpened = true }
        return !isOpened
      })
    else { return nil }
    return ScanProblem(
      .readWhole, path: path,
      message:
        "is a log and is read as a whole, as are others: time windows and filters choose packets",
      isError: false)
  }

  init(
    options: ScanOptions, logOptions: LogOptions, captureOptions: CaptureOptions,
    progress: ScanProgress, finder: FinderSource?, databases: [IndicatorDatabase] = []
  ) {
    var options = options
    options.threads = min(max(1, options.threads), ScanOptions.mostThreads)
    self.options = options
    self.logOptions = logOptions
    self.captureOptions = captureOptions
    self.progress = progress
    self.finder = finder
    self.databases = databases
  }
}
