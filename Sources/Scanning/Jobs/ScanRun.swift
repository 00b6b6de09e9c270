import Inputs

/// What a worker thread owns: scratch memory and the processor of batches.
final class ScanWorker {
  let processor: any BatchProcessor
  let tools: WorkerTools

  init(processor: any BatchProcessor, tools: WorkerTools) {
    self.processor = processor
    self.tools = tools
  }
}

/// Work on one input that several threads may share.
protocol InputJob: AnyObject, Sendable {
  /// Takes a piece of work if there is one for another thread now.
  ///
  /// Called with the run's lock held, so it only looks at flags.
  func claim() -> Bool
  /// Does the piece of work claimed.
  func perform(_ worker: ScanWorker)
  /// Whether every piece was done and committed; called with the run's lock held.
  var isDone: Bool { get }
}

/// Runs the jobs of many inputs on a fixed number of threads.
///
/// A thread always takes work of the earliest input that has some. So the input whose output is due
/// always has a thread, and later inputs only use threads that would be idle.
final class ScanRun: Sendable {
  private struct State {
    var next = 0
    var active: [any InputJob] = []
  }

  private let state: Monitor<State>
  private let inputCount: Int
  private let activeLimit: Int
  private let makeJob: @Sendable (Int, ScanRun) -> any InputJob
  private let isStopped: @Sendable () -> Bool

  init(
    inputCount: Int, threads: Int, isStopped: @escaping @Sendable () -> Bool,
    makeJob: @escaping @Sendable (Int, ScanRun) -> any InputJob
  ) {
    state = Monitor(State())
    self.inputCount = inputCount
    activeLimit = threads + 1
    self.isStopped = isStopped
    self.makeJob = makeJob
  }

  /// Runs until no work is left.
  func work(_ worker: ScanWorker) {
    while let job = nextJob() {
      job.perform(worker)
      state.wakeAll()
    }
  }

  /// Changes flags that `claim` looks at, and wakes threads that wait for work.
  func update<Result>(_ body: () -> Result) -> Result {
    defer { state.wakeAll() }
    return state.withLock { _ in body() }
  }

  private func nextJob() -> (any InputJob)? {
    state.wait { state -> (any InputJob)?? in
      if isStopped() { return .some(nil) }
      state.active.removeAll { $0.isDone }
      for job in state.active where job.claim() { return job }
      while state.next < inputCount, state.active.count < activeLimit {
        let job = makeJob(state.next, self)
        state.next += 1
        state.active.append(job)
        if job.claim() { return job }
      }
      return state.active.isEmpty ? .some(nil) : nil
    }
  }
}
