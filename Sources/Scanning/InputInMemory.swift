internal import Glibc
public import Inputs

/// An input that is in memory: what a file would hold, a capture or a log, also gzip or zstd.
public struct InputInMemory: Sendable {
  /// The path that hits and problems show for it; nothing is opened.
  public var path: InputPath
  /// What it holds.
  public var bytes: [UInt8]

  /// An input that hits show under a path.
  public init(path: InputPath, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

extension InputInMemory {
  /// Bytes of an input that are kept, decompressed.
  package static let mostKept = 1 << 30

  /// What an input holds that can be read only once: standard input, a pipe, a device; nil for a file
  /// or folder.
  ///
  /// - Throws: `InputError` where it cannot be read to its end, or holds more than `mostKept` bytes.
  package init?(keeping path: InputPath) throws(InputError) {
    if !path.isStandardInput {
      var facts = stat()
      // SAFETY: the system fills the structure and reads the path within the call.
      guard unsafe path.withCString({ unsafe stat($0, &facts) }) == 0,
        ![S_IFREG, S_IFDIR].contains(facts.st_mode & S_IFMT)
      else { return nil }
    }
    let bytes = try InputSource(path: path).readAll(
      limit: Self.mostKept, remedy: "; write it to a file and name that")
    self.init(path: path, bytes: bytes)
  }
}
