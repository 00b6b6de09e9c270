import Glibc
import Inputs

/// Reads, writes and removes the files in a cache's folder.
enum CacheFile {
  /// All bytes of a regular file; nil if there is none at the path.
  static func read(_ path: String) -> [UInt8]? {
    // SAFETY: the system reads the path within the call.
    let file = unsafe InputPath(path).withCString {
      unsafe open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    }
    guard file >= 0 else { return nil }
    defer { close(file) }
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    let length = Int(facts.st_size)
    return unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      count = 0
      while count < length {
        // SAFETY: the system writes inside the buffer, behind what it wrote before.
        let got = unsafe Glibc.read(file, buffer.baseAddress?.advanced(by: count), length - count)
        if got < 0, errno == EINTR { continue }
        if got <= 0 { break }
        count += got
      }
    }
  }

  /// Puts a whole file in place under its name; returns what went wrong, or nil.
  static func write(_ bytes: [UInt8], to path: String, folder: String) -> String? {
    // SAFETY: the system reads the path within the call.
    let made = unsafe InputPath(folder).withCString { unsafe mkdir($0, 0o700) }
    if made != 0, errno != EEXIST { return message() }
    // Anything but a regular file, above all a link, is replaced instead of written through.
    var facts = stat()
    // SAFETY: the system fills the structure and reads the path within the call.
    if unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG { unsafe unlink(path) }
    do throws(InputError) {
      // No sync is needed: a file that a crash left damaged has a wrong checksum.
      var file = try AtomicFile(path: path, isDurable: false)
      try file.write(bytes)
      try file.commit()
    } catch {
      return error.message
    }
    return nil
  }

  /// Removes files, those unused for longest first, until the rest is no larger than a limit.
  ///
  /// Only files that a cache may have written are removed, and those in `used` stay.
  static func trim(_ folder: String, to limit: UInt64, keeping used: Set<String>) {
    // SAFETY: the system reads the path within the call.
    guard let handle = unsafe InputPath(folder).withCString({ unsafe opendir($0) }) else { return }
    defer { unsafe closedir(handle) }
    var files: [(time: Int, path: String, length: UInt64)] = []
    var total: UInt64 = 0
    let now = time(nil)
    while let entry = unsafe readdir(handle) {
      // SAFETY: the name ends in a zero byte within the entry, which is valid until the next call.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      let path = folder + "/" + name
      var facts = stat()
      guard unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { continue }
      if name.contains(".feed."), name.hasSuffix(AtomicFile.temporarySuffix) {
        // A temporary file, left by a program that ended while it wrote.
        if facts.st_mtim.tv_sec < now - 3600 { unsafe unlink(path) }
        continue
      }
      guard name.hasSuffix(".feed") else { continue }
      total += UInt64(facts.st_size)
      if !used.contains(name) {
        files.append((facts.st_mtim.tv_sec, path, UInt64(facts.st_size)))
      }
    }
    files.sort { ($0.time, $0.path) < ($1.time, $1.path) }
    for file in files where total > limit {
      unsafe unlink(file.path)
      total -= file.length
    }
  }

  private static func message() -> String {
    // SAFETY: the system's text is valid until the next call, and copied here.
    unsafe String(cString: strerror(errno))
  }
}
