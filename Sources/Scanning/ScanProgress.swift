import Synchronization

/// The progress of a run, which other threads may read while it goes on.
public final class ScanProgress: Sendable {
  private let bytes = Atomic<UInt64>(0)
  private let stop = Atomic<Bool>(false)

  /// Creates the progress of a run that has not begun.
  public init() {}

  /// Bytes read from the inputs' files, before decompression.
  public var bytesRead: UInt64 { bytes.load(ordering: .relaxed) }

  /// Asks the run to end after the hit that is being delivered, or the lines that are being
  /// written.
  ///
  /// Hits that were found by then but not delivered are counted as `hits-behind-the-stop`.
  public func requestStop() { stop.store(true, ordering: .relaxed) }

  /// Whether the run was asked to end.
  public var isStopRequested: Bool { stop.load(ordering: .relaxed) }

  func add(bytes count: UInt64) { bytes.add(count, ordering: .relaxed) }
}
