import Glibc

/// The identity of a regular file, whatever path leads to it.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64

  /// The regular file that a path leads to; nil if there is none, or if it is something else.
  package init?(_ path: InputPath) {
    guard !path.isStandardInput else { return nil }
    var facts = stat()
    // SAFETY: the system fills the structure and reads the path within the call.
    guard unsafe path.withCString({ unsafe stat($0, &facts) }) == 0 else { return nil }
    self.init(facts)
  }

  /// The regular file that is open as a descriptor; nil for pipes, terminals and the like.
  package init?(descriptor: Int32) {
    var facts = stat()
    // SAFETY: the system fills the structure.
    guard unsafe fstat(descriptor, &facts) == 0 else { return nil }
    self.init(facts)
  }

  init?(_ facts: stat) {
    guard facts.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(facts.st_dev)
    number = UInt64(facts.st_ino)
  }
}
