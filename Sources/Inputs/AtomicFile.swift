internal import Glibc
import Parsing

/// A file that appears under its name only when it is complete.
///
/// Written under a temporary name in the same folder, readable by its owner alone, then synchronised,
/// unless it may be lost with the machine's power, and renamed. A file that is not committed is removed
/// when the value goes. A symbolic link stays, what it leads to is replaced; a device or pipe cannot be
/// replaced and is written to at once.
package struct AtomicFile: ~Copyable {
  /// The path as it was given.
  package let path: InputPath

  private var descriptor: Int32
  private let names: Names?
  private let isDurable: Bool
  private var isRenamed = false

  /// The name that a file gets, and the one it has until then; a device or pipe has none of its own.
  private struct Names {
    let final: InputPath
    let temporary: InputPath
  }

  /// The end of temporary files' names.
  package static let temporarySuffix = ".partial"

  /// Creates the temporary file of one that has to be whole after a power failure as well, unless it is not
  /// `isDurable`.
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
        code: .cannotWrite, path: path.description, message: "cannot create: it is a folder")
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
      // A name left behind by a process that was killed, or taken by another thread.
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

  /// Writes the bytes of an array in the place of bytes written before.
  package mutating func overwrite(_ bytes: [UInt8], at position: UInt64) throws(InputError) {
    try overwrite(bytes.rawSpan, at: position)
  }

  /// Writes bytes in the place of bytes written before (a header whose sums are known at the end).
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

  /// Synchronises the file and gives it its name, in the place of a file that had it.
  package consuming func commit() throws(InputError) {
    guard !isDurable || fsync(descriptor) == 0 || names == nil else {
      throw fault("cannot write", errno)
    }
    let closed = close(descriptor)
    descriptor = -1
    // Some network file systems tell of a full disk only now.
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

  /// The path with `.` before its last component and a suffix behind it.
  private static func temporaryPath(_ path: InputPath, _ suffix: [UInt8]) -> InputPath {
    let slash = path.bytes.lastIndex(of: Byte.slash).map { $0 + 1 } ?? 0
    // Names are limited to 255 bytes; what stands before the suffix may be cut.
    let name = path.bytes[slash...].prefix(200)
    return InputPath(bytes: Array(path.bytes[..<slash]) + [Byte.dot] + name + suffix)
  }

  /// The path without symbolic links, or as it is where that cannot be told.
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

  /// The new name outlasts a power failure only when its folder was written, too; file systems that
  /// cannot do that say so, and it is no fault of the file.
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
