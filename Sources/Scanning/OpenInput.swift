public import Inputs

/// An input that is open already: a pipe, a socket, or a file from its current position.
///
/// A capture or a log, plain or compressed with gzip or zstd, is read from it until its end. The
/// descriptor stays the caller's, who closes it after the run has ended and not before.
public struct OpenInput: Sendable {
  /// The path that hits and problems show for the input; nothing is opened there.
  public var path: InputPath
  /// The file descriptor.
  public var descriptor: Int32

  /// Creates an input that hits show under a path.
  public init(path: InputPath, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }
}
