import Glibc
import Parsing

/// A file that appears under its name only when it is complete.
///
/// It is written under a temporary name in the same folder, readable by its owner alone, then
/// synchronised, if it must survive a power failure, and renamed. A file that is not committed is
/// removed when the value is destroyed. A symbolic link stays, and its target is replaced; a device
/// or pipe cannot be replaced and is written to directly.
package struct AtomicFile: ~Copyable {
  /// The path as it was given.
  package let path: InputPath

  private var descriptor: Int32
  private let names: Names?
  private let isDurable: Bool
  private var isRenamed = false

  /// The final name of a file, and its temporary name until `commit`.
  private struct Names {
    let final: InputPath
    let temporary: InputPath
  }

  /// The end of temporary files' names.
  package static let temporarySuffix = ".partial"

  /// Creates the temporary file; if `isDurable`, the committed file will survive a power failure.
  package init(path: InputPath, isDurable: Bool = true) throws(InputError) {
    let opened = try Self.create(path)
    self.path = path
    self.isDurable = isDurable
    descriptor = opened.descriptor
    names = opened.names
  }

  private static func create(
    _ path: InputPath
  ) throws(InputError) -> (descriptor: Int32, names: Names?) {
    var facts = stat()
    // SAFETY: the system fills the structure and reads the path within the call.
    let exists = unsafe path.withCString { unsafe stat($0, &facts) } == 0
    let kind = facts.st_mode & S_IFMT
    if exists, kind == S_IFDIR {
      throw InputError(
        code: .cannotWrite, path: path.description,
        message: "cannot create: it is a folder; name a file")
    }
    if exists, kind != S_IFREG {
      // SAFETY: the path is read within the call.
      let opened = unsafe path.withCString { unsafe open($0, O_WRONLY | O_CLOEXEC | O_NOCTTY) }
      guard opened >= 0 else {
        throw InputError(
          code: .cannotWrite, path: path.description, what: "cannot open", number: errno)
      }
      return (opened, nil)
    }
    let final = exists ? resolved(path) : path
    var attempt: UInt32 = 0
    while true {
      let suffix = Array(".\(getpid())-\(attempt)\(temporarySuffix)".utf8)
      let temporary = temporaryPath(final, suffix)
      // SAFETY: the path is read within the call.
      let opened = unsafe temporary.withCString {
        unsafe open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
      }
      if opened >= 0 { return (opened, Names(final: final, temporary: temporary)) }
      let number = errno
      // The name was left behind by a process that was killed, or is taken by another thread.
      guard number == EEXIST, attempt < 1000 else {
        throw InputError(
          code: .cannotWrite, path: path.description, what: "cannot create", number: number)
      }
      attempt += 1
    }
  }

  /// Creates the temporary file for a path that is text.
  package init(path: String, isDurable: Bool = true) throws(InputError) {
    try self.init(path: InputPath(path), isDurable: isDurable)
  }

  deinit {
    if descriptor >= 0 { _ = close(descriptor) }
    if !isRenamed, let names { Self.remove(names.temporary) }
  }

  /// Bytes written so far.
  package private(set) var bytesWritten: UInt64 = 0

  /// Writes bytes at the end.
  package mutating func write(_ bytes: RawSpan) throws(InputError) {
    var offset = 0
    while offset < bytes.byteCount {
      // SAFETY: the system reads the span's bytes within the call.
      let count = unsafe bytes.extracting(offset...).withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        let number = errno
        if number == EINTR { continue }
        throw fault("cannot write", number)
      }
      offset += count
      bytesWritten &+= UInt64(count)
    }
  }

  /// Writes the bytes of an array at the end.
  package mutating func write(_ bytes: [UInt8]) throws(InputError) { try write(bytes.rawSpan) }

  /// Overwrites bytes written before with the bytes of an array.
  package mutating func overwrite(_ bytes: [UInt8], at position: UInt64) throws(InputError) {
    try overwrite(bytes.rawSpan, at: position)
  }

  /// Overwrites bytes written before, such as a header whose sums are known only at the end.
  package mutating func overwrite(_ bytes: RawSpan, at position: UInt64) throws(InputError) {
    var offset = 0
    guard let start = off_t(exactly: position) else { throw fault("cannot write", EFBIG) }
    while offset < bytes.byteCount {
      // SAFETY: the system reads the span's bytes within the call.
      let count = unsafe bytes.extracting(offset...).withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, start + off_t(offset))
      }
      if count < 0 {
        let number = errno
        if number == EINTR { continue }
        throw fault("cannot write", number)
      }
      offset += count
    }
  }

  /// Synchronises the file, if durable, and gives it its name, in place of a file that had it.
  package consuming func commit() throws(InputError) {
    guard !isDurable || fsync(descriptor) == 0 || names == nil else {
      throw fault("cannot write", errno)
    }
    let closed = close(descriptor)
    descriptor = -1
    // Some network file systems report a full disk only when the file is closed.
    guard closed == 0 || errno == EINTR else { throw fault("cannot write", errno) }
    guard let names else { return }
    // SAFETY: both paths are read within the call.
    let renamed = unsafe names.temporary.withCString { old in
      unsafe names.final.withCString { new in unsafe rename(old, new) }
    }
    guard renamed == 0 else { throw fault("cannot rename into place", errno) }
    isRenamed = true
    if isDurable { Self.synchroniseFolder(of: names.final) }
  }

  private func fault(_ what: String, _ number: Int32) -> InputError {
    InputError(code: .cannotWrite, path: path.description, what: what, number: number)
  }

  /// Whether the last component of a path is a temporary name, `.NAME.PROCESS-NUMBER.partial`.
  ///
  /// Such a file is being written, or was left behind by a process that was killed.
  static func isTemporary(name: [UInt8]) -> Bool {
    let end = temporarySuffix.utf8
    guard name.first == Byte.dot, name.suffix(end.count).elementsEqual(end) else { return false }
    var rest = name.dropLast(end.count)
    for mark in [Byte.minus, Byte.dot] {
      let digits = rest.reversed().prefix { Byte.isDigit($0) }.count
      guard digits > 0, rest.dropLast(digits).last == mark else { return false }
      rest = rest.dropLast(digits + 1)
    }
    // Behind the dot at the front there is a name.
    return rest.count > 1
  }

  /// The path with `.` before its last component and a suffix behind it.
  private static func temporaryPath(_ path: InputPath, _ suffix: [UInt8]) -> InputPath {
    let slash = path.bytes.lastIndex(of: Byte.slash).map { $0 + 1 } ?? 0
    // Names are limited to 255 bytes, so the part before the suffix is cut.
    let name = path.bytes[slash...].prefix(200)
    return InputPath(bytes: Array(path.bytes[..<slash]) + [Byte.dot] + name + suffix)
  }

  /// The path with symbolic links resolved, or unchanged if that fails.
  private static func resolved(_ path: InputPath) -> InputPath {
    // SAFETY: the path is read within the call; the answer is a C string of ours to free.
    guard let real = unsafe path.withCString({ unsafe realpath($0, nil) }) else { return path }
    defer { unsafe free(real) }
    let bytes = unsafe UnsafeBufferPointer(start: real, count: strlen(real))
    return InputPath(bytes: unsafe bytes.map { UInt8(bitPattern: $0) })
  }

  private static func remove(_ path: InputPath) {
    // SAFETY: the path is read within the call.
    _ = unsafe path.withCString { unsafe unlink($0) }
  }

  /// Synchronises the folder of a path, so that the new name survives a power failure.
  ///
  /// Errors are ignored: some file systems cannot do that, and the file itself is written.
  private static func synchroniseFolder(of path: InputPath) {
    // SAFETY: the path is read within the call.
    let descriptor = unsafe path.folder.withCString {
      unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    _ = close(descriptor)
  }
}
