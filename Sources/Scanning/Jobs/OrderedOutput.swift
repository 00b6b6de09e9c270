import Glibc
import Synchronization

/// Receives segments, one after another, in the order of the inputs.
package protocol SegmentSink: AnyObject, Sendable {
  /// Takes the next segment; called by one thread at a time.
  ///
  /// - Returns: false when no more output is wanted (a limit, a closed pipe, a failed write).
  func write(_ segment: SegmentOutput, input: Int) -> Bool
  /// Called once for each input in order, after its last segment.
  func finish(input: Int, problems: [ScanProblem])
}

/// Puts the segments of inputs that are scanned at the same time into the order of the inputs.
///
/// The first unfinished input writes straight to the sink. The segments of later ones are held, and
/// an input that has filled its share waits for its turn.
final class OrderedOutput: Sendable {
  /// Bytes of output that one waiting input may hold.
  static let heldLimit = 16 << 20

  private struct State {
    var current = 0
    var held: [Int: [SegmentOutput]] = [:]
    var heldBytes: [Int: Int] = [:]
    var finished: [Int: [ScanProblem]] = [:]
    var isStopped = false
    let sink: any SegmentSink
  }

  private let state: Mutex<State>

  init(sink: any SegmentSink) {
    state = Mutex(State(sink: sink))
  }

  /// Whether no more output is wanted.
  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Whether an input holds so much output that it should not produce more for now.
  func isFull(input: Int) -> Bool {
    state.withLock { $0.current != input && $0.heldBytes[input, default: 0] > Self.heldLimit }
  }

  /// Waits until an input may produce more, or no more output is wanted.
  ///
  /// The waiting thread does no other work meanwhile. A thread always remains for the input whose
  /// turn it is: in `ScanRun` a thread that ends a piece of that input looks there first for the
  /// next.
  func waitForRoom(input: Int, unless isStopped: () -> Bool) {
    while isFull(input: input), !self.isStopped, !isStopped() { usleep(2_000) }
  }

  /// Hands a segment over.
  ///
  /// - Returns: false when no more output is wanted.
  func write(_ segment: SegmentOutput, input: Int) -> Bool {
    state.withLock { state in
      guard !state.isStopped else { return false }
      if state.current == input {
        if !state.sink.write(segment, input: input) { state.isStopped = true }
      } else {
        state.held[input, default: []].append(segment)
        state.heldBytes[input, default: 0] += segment.byteCount
      }
      return !state.isStopped
    }
  }

  /// Notes that an input yielded its last segment, and passes the turn to the next input.
  func finish(input: Int, problems: [ScanProblem]) {
    state.withLock { state in
      state.finished[input] = problems
      while let problems = state.finished.removeValue(forKey: state.current) {
        state.sink.finish(input: state.current, problems: problems)
        state.current += 1
        state.heldBytes[state.current] = nil
        for segment in state.held.removeValue(forKey: state.current) ?? [] where !state.isStopped {
          if !state.sink.write(segment, input: state.current) { state.isStopped = true }
        }
      }
    }
  }
}
