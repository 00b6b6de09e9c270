import Matchers
public import Database
public import Inputs

/// What a scan reports while it goes on, and at its end.
public enum ScanEvent: Sendable {
  /// A hit.
  case hit(Hit)
  /// Something that the user must hear about.
  case problem(ScanProblem)
  /// The report of the run.
  ///
  /// It is the last event. It is missing if the task that reads was cancelled, or the system gave
  /// no thread.
  case end(ScanReport)
}

/// A scan that a task reads: its hits and problems in the order of the inputs, then the report.
///
/// Each iteration is a run of its own, on threads of its own, so it does not block the cooperative
/// pool. The run begins when the first event is asked for. At most `capacity` events wait to be
/// read; if the reader is slower, the run waits for it. When the task is cancelled or the loop is
/// left, the run is asked to stop, as by `ScanProgress.requestStop()`, and its thread ends by
/// itself.
public struct ScanEvents: AsyncSequence, Sendable {
  /// Never fails: an input that cannot be read is a problem among the events.
  public typealias Failure = Never

  /// Runs a scan, passes its events to the closure, and returns the report.
  typealias Body =
    @Sendable (ScanProgress, @escaping @Sendable (ScanEvent) -> Void) -> ScanReport

  private let capacity: Int
  private let progress: ScanProgress?
  private let body: Body

  init(capacity: Int, progress: ScanProgress?, body: @escaping Body) {
    self.capacity = Swift.max(capacity, 1)
    self.progress = progress
    self.body = body
  }

  /// Makes an iterator whose run has not begun.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(capacity: capacity, progress: progress ?? ScanProgress(), body: body)
  }

  /// One run, read event by event.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private var events: AsyncStream<ScanEvent>.Iterator
    private let sender: EventSender
    private let progress: ScanProgress
    private let body: Body
    private var hasBegun = false

    fileprivate init(capacity: Int, progress: ScanProgress, body: @escaping Body) {
      let (stream, continuation) = AsyncStream.makeStream(
        of: ScanEvent.self, bufferingPolicy: .bufferingOldest(capacity))
      let sender = EventSender(continuation)
      continuation.onTermination = { reason in
        if case .cancelled = reason { progress.requestStop() }
        sender.noteTaken()
      }
      events = stream.makeAsyncIterator()
      (self.sender, self.progress, self.body) = (sender, progress, body)
    }

    /// The next event; nil after the last one, and once the task was cancelled.
    public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async
      -> ScanEvent?
    {
      if !hasBegun {
        hasBegun = true
        begin()
      }
      let event = await events.next(isolation: actor)
      sender.noteTaken()
      // A cancelled stream still hands out what it holds.
      return Task.isCancelled ? nil : event
    }

    private func begin() {
      let thread = StartedThread { [sender, progress, body] in
        sender.send(.end(body(progress) { sender.send($0) }))
        sender.finish()
      }
      guard let thread else { return sender.finish() }
      thread.detach()
    }
  }
}

/// The sending end of a stream of events, which waits while the stream is full.
private final class EventSender: Sendable {
  private let continuation: AsyncStream<ScanEvent>.Continuation
  /// A counter that rises each time the stream may have room again.
  private let taken = Monitor(UInt64(0))

  init(_ continuation: AsyncStream<ScanEvent>.Continuation) { self.continuation = continuation }

  /// Sends an event; returns once it is in the stream, or nobody reads the stream any more.
  func send(_ event: ScanEvent) {
    while true {
      let before = taken.withLock { $0 }
      guard case .dropped = continuation.yield(event) else { return }
      taken.wait { $0 == before ? nil : () }
    }
  }

  func finish() { continuation.finish() }

  /// Makes a waiting run try again.
  func noteTaken() {
    taken.withLock { $0 &+= 1 }
    taken.wakeAll()
  }
}

extension IndicatorScanner {
  /// Scans inputs as `scan` does, for a task to read.
  ///
  /// - Parameters:
  ///   - inputs: files, folders, `-` for standard input; captures and logs, recognised by content.
  ///   - openInputs: inputs that are open already, scanned after the others.
  ///   - databases: the databases to match against.
  ///   - options: what takes part.
  ///   - capacity: the number of events that may wait to be read.
  ///   - progress: says how many bytes were read; `requestStop()` ends the run with its report. It
  ///     serves one iteration.
  /// - Returns: hits, problems, and at the end the report.
  public static func events(
    inputs: [InputPath], openInputs: [OpenInput] = [], databases: [IndicatorDatabase],
    options: ScanOptions, capacity: Int = 256, progress: ScanProgress? = nil
  ) -> ScanEvents {
    ScanEvents(capacity: capacity, progress: progress) { progress, send in
      scan(
        inputs: inputs, openInputs: openInputs, databases: databases, options: options,
        to: .hits { send(.hit($0)) }, progress: progress
      ) { send(.problem($0)) }
    }
  }

  /// Follows logs as `follow` does, for a task to read, until it is cancelled or the run is asked
  /// to stop.
  ///
  /// - Parameters:
  ///   - paths: the files, neither compressed nor captures.
  ///   - databases: the databases to match against.
  ///   - options: what takes part.
  ///   - capacity: the number of events that may wait to be read.
  ///   - progress: `requestStop()` ends the run with its report. It serves one iteration.
  /// - Returns: hits, problems, and at the end the report.
  public static func events(
    following paths: [InputPath], databases: [IndicatorDatabase], options: ScanOptions,
    capacity: Int = 256, progress: ScanProgress? = nil
  ) -> ScanEvents {
    ScanEvents(capacity: capacity, progress: progress) { progress, send in
      follow(
        paths: paths, databases: databases, options: options, to: .hits { send(.hit($0)) },
        progress: progress
      ) { send(.problem($0)) }
    }
  }
}
