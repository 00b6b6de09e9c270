import Synchronization

/// How far a run is, readable from another thread while it goes on.
public final class ScanProgress: Sendable {
  private let bytes = Atomic<UInt64>(0)
  private let stop = Atomic<Bool>(false)

  /// A run that has not begun.
  public init() {}

  /// Bytes read from the inputs' files, before decompression.
  public var bytesRead: UInt64 { bytes.load(ordering: .relaxed) }

  /// Asks the run to end: behind the hit that is being handed over, or the lines that are being written.
  ///
  /// Hits that were found by then and are not handed over are counted, as `hits-behind-the-stop`.
  public func requestStop() { stop.store(true, ordering: .relaxed) }

  /// Whether the run was asked to end.
  public var isStopRequested: Bool { stop.load(ordering: .relaxed) }

  func add(bytes count: UInt64) { bytes.add(count, ordering: .relaxed) }
}
