import Inputs
import Parsing

/// An input whose content is not known yet.
///
/// It opens the input, looks at its first bytes, and hands on to the job that fits. Opening can
/// block (a named pipe), so it happens on a worker and not where work is handed out.
///
/// Sendable because `hasBegun`, `isFinished` and `inner` are guarded by the run's lock.
final class OpeningJob: InputJob, @unchecked Sendable {
  private let input: Int
  private let path: InputPath
  private let origin: InputOrigin
  private let run: ScanRun
  private let output: OrderedOutput
  private let plan: ScanPlan
  /// The number of threads that share the input if it is a capture.
  private let captureThreads: Int

  private var hasBegun = false
  private var isFinished = false
  private var inner: (any InputJob)?

  init(
    input: Int, path: InputPath, origin: InputOrigin, run: ScanRun, output: OrderedOutput,
    plan: ScanPlan, captureThreads: Int
  ) {
    self.input = input
    self.path = path
    self.origin = origin
    self.run = run
    self.output = output
    self.plan = plan
    self.captureThreads = captureThreads
  }

  var isDone: Bool { isFinished || inner?.isDone == true }

  func claim() -> Bool {
    if let inner { return inner.claim() }
    guard !hasBegun else { return false }
    hasBegun = true
    return true
  }

  func perform(_ worker: ScanWorker) {
    if let inner = run.update({ inner }) {
      inner.perform(worker)
      return
    }
    let job: any InputJob
    do throws(InputError) {
      job = try open()
    } catch {
      output.finish(input: input, problems: [ScanProblem(path: path, error)])
      run.update { isFinished = true }
      return
    }
    let isClaimed = run.update { () -> Bool in
      inner = job
      return job.claim()
    }
    if isClaimed { job.perform(worker) }
  }

  /// Why content cannot be read and what to do, or nil.
  private static func problem(with content: InputContent) -> String? {
    switch content {
    case .unsupportedCapture(let name):
      "is a capture of \(name), which is not read; convert it with editcap -F pcapng"
    case .wrapped(let name):
      "is \(name), which is not opened; unpack it first (gzip and zstd are read as they are)"
    case .foreign(let name, let advice): "is \(name), which is not read; \(advice)"
    case .compressed: "is compressed twice; decompress it once"
    default: nil
    }
  }

  private func open() throws(InputError) -> any InputJob {
    let limits = plan.options.limits.input
    let isStopped: @Sendable () -> Bool = { [output, plan] in
      output.isStopped || plan.isStopRequested
    }
    let source =
      switch origin {
      case .file: try InputSource(path: path, limits: limits, endsWhen: isStopped)
      case .descriptor(let descriptor):
        try InputSource(descriptor: descriptor, path: path, limits: limits, endsWhen: isStopped)
      case .memory(let bytes):
        InputSource(bytes: bytes, path: path.description, limits: limits)
      }
    let first = try source.peekAtHand(ContentSniffer.length)
    let content = ContentSniffer.content(of: first.rawSpan)
    if plan.options.inputFormat == nil, let problem = Self.problem(with: content) {
      throw InputError(code: .unsupported, path: path.description, message: problem)
    }
    let isCapture =
      plan.options.inputFormat == .pcap
      || (plan.options.inputFormat == nil && (content == .pcap || content == .pcapng))
    let opened = OpenedInput(index: input, path: path, source: source, content: content)
    return isCapture
      ? CaptureJob(opened, in: run, to: output, plan: plan, threads: captureThreads)
      : LogJob(opened, in: run, to: output, plan: plan)
  }
}

/// An input of a run, open, and what its first bytes say that it is.
struct OpenedInput {
  /// Its index among the inputs of the run.
  let index: Int
  let path: InputPath
  let source: InputSource
  let content: InputContent
}

/// Where an input's bytes come from.
enum InputOrigin {
  /// The file at the input's path.
  case file
  /// A file descriptor that the caller opened.
  case descriptor(Int32)
  /// Bytes in memory.
  case memory([UInt8])
}
