import Glibc
public import Inputs

/// An input in memory: the bytes of a capture or a log, plain or compressed with gzip or zstd.
public struct InputInMemory: Sendable {
  /// The path that hits and problems show for the input; nothing is opened there.
  public var path: InputPath
  /// The input's bytes.
  public var bytes: [UInt8]

  /// Creates an input that hits show under a path.
  public init(path: InputPath, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

extension InputInMemory {
  /// The number of decompressed bytes of an input that are kept at most.
  package static let mostKept = 1 << 30

  /// Reads an input that can be read only once: standard input, a pipe, a device; nil for a file or
  /// folder.
  ///
  /// - Throws: `InputError` if it cannot be read to its end, or holds more than `mostKept` bytes.
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
