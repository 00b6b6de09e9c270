public import Inputs

/// An input that is open already: a pipe, a socket, or a file from where it stands.
///
/// What a path's file would hold is read from it: a capture or a log, also gzip or zstd, until its end. The
/// descriptor stays the caller's, who closes it when the run has ended and not before.
public struct OpenInput: Sendable {
  /// The path that hits and problems show for it; nothing is opened.
  public var path: InputPath
  /// The file descriptor.
  public var descriptor: Int32

  /// An input that hits show under a path.
  public init(path: InputPath, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }
}
