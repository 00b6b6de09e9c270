import Glibc

/// When a file was last changed.
enum FileChange {
  /// Nanoseconds since 1970; nil if there is no such file.
  static func nanoseconds(_ path: String) -> Int64? {
    var facts = stat()
    // SAFETY: the system reads the path and fills the structure within the call.
    guard unsafe path.withCString({ unsafe stat($0, &facts) }) == 0 else { return nil }
    return Int64(facts.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(facts.st_mtim.tv_nsec)
  }
}
