import Capture
import Indicators
import Inputs

/// Scans one capture on one thread; several captures are scanned side by side.
///
/// Sendable because `isClaimed` and `isFinished` are guarded by the run's lock, and everything else
/// belongs to the thread that claimed the job.
final class CaptureJob: InputJob, @unchecked Sendable {
  /// Bytes of rendered output after which a segment is handed on.
  private static let segmentBytes = 1 << 20

  private let input: Int
  private let path: InputPath
  private let run: ScanRun
  private let output: OrderedOutput
  private let options: CaptureOptions
  private let progress: ScanProgress
  private var source: InputSource?

  private var isClaimed = false
  private var isFinished = false

  init(
    input: Int, path: InputPath, source: InputSource, run: ScanRun, output: OrderedOutput,
    options: CaptureOptions, progress: ScanProgress
  ) {
    self.input = input
    self.path = path
    self.source = source
    self.run = run
    self.output = output
    self.options = options
    self.progress = progress
  }

  var isDone: Bool { isFinished }

  func claim() -> Bool {
    guard !isClaimed else { return false }
    isClaimed = true
    return true
  }

  func perform(_ worker: ScanWorker) {
    var segment = SegmentOutput()
    segment.statistics.inputs = 1
    var problems: [ScanProblem] = []
    if let source {
      do throws(CaptureError) {
        try scan(source, worker: worker, segment: &segment)
      } catch {
        problems.append(ScanProblem(path: path, message: error.message))
      }
    }
    source = nil
    _ = output.write(segment, input: input)
    output.finish(input: input, problems: problems)
    run.update { isFinished = true }
  }

  private func scan(
    _ source: InputSource, worker: ScanWorker, segment: inout SegmentOutput
  ) throws(CaptureError) {
    let tools = worker.tools
    let place = SegmentPlace(
      input: input, path: path, numberBase: 0, offsetBase: 0, countsPackets: true)
    let reader = try CaptureReader(source: source, options: options)
    var reported: UInt64 = 0
    defer {
      segment.statistics.packets += reader.packetCount
      segment.statistics.bytes += reader.byteCount
      segment.statistics.skipped.merge(reader.tally)
    }
    tools.batch.removeAll()
    var goesOn = true
    while goesOn {
      var failure: CaptureError?
      do throws(CaptureError) {
        goesOn = try reader.fill(&tools.batch)
      } catch {
        // What was read before the fault still counts.
        failure = error
        goesOn = false
      }
      worker.processor.process(
        &tools.batch, chunk: RawSpan(), place: place, output: &segment)
      tools.batch.removeAll()
      if segment.bytes.count + segment.hits.count * 512 > Self.segmentBytes {
        output.waitForRoom(input: input)
        guard output.write(segment, input: input) else { return }
        segment = SegmentOutput()
      }
      let read = source.rawBytesRead
      progress.add(bytes: read &- reported)
      reported = read
      if let failure { throw failure }
      if output.isStopped || progress.isStopRequested { return }
    }
  }
}
