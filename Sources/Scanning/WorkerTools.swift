import Indicators
import Logs

/// Scratch memory of one thread, reused from piece to piece.
final class WorkerTools {
  var batch = ObservableBatch()
  let logs: LogExtractor

  init(logOptions: LogOptions) {
    logs = LogExtractor(options: logOptions)
  }
}
