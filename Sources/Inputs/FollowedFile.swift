import Glibc

/// A log file that is followed by its name as it grows, as `tail -F` does.
///
/// Not safe for use by several threads at once.
package final class FollowedFile {
  /// The outcome of one look at the file.
  package enum Step: Equatable {
    /// This many bytes were read into the buffer.
    case bytes(Int)
    /// There are no new bytes.
    case nothing
    /// The file of that name cannot be opened, or not yet.
    case absent(InputError)
    /// The file became shorter: what was read is gone, and it is read again from its start.
    case truncated
    /// Another file has the name now, and all of this one was read so far.
    case replaced
    /// The system could not read it; it is looked at again.
    case failed(InputError)
  }

  /// The path that is followed.
  package let path: InputPath
  private var descriptor: Int32 = -1
  private var identity: FileIdentity?
  private var position: Int64 = 0
  /// Whether another file has the name now; this one is still read in case that more is written.
  private var isReplaced = false

  /// Follows a path; nothing is opened yet.
  package init(path: InputPath) { self.path = path }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Whether a file is open.
  package var isOpen: Bool { descriptor >= 0 }

  /// Whether the system notifies of changes to the file; on network file systems it does not.
  package private(set) var isWatchable = true

  /// Reads new bytes into the buffer, or looks what became of the file if there are none.
  package func step(into buffer: UnsafeMutableRawBufferPointer) -> Step {
    if descriptor < 0, let error = open() { return .absent(error) }
    // SAFETY: the buffer is the caller's, and read into no further than its length.
    let count = unsafe read(into: buffer)
    if count > 0 { return .bytes(count) }
    if count < 0 {
      return .failed(
        InputError(code: .cannotRead, path: path.description, what: "cannot read", number: errno))
    }
    if isReplaced { return .nothing }
    var facts = stat()
    // SAFETY: the system fills the structure.
    if unsafe fstat(descriptor, &facts) == 0, Int64(facts.st_size) < position {
      _ = lseek(descriptor, 0, SEEK_SET)
      position = 0
      return .truncated
    }
    // SAFETY: the system fills the structure and reads the path within the call.
    guard unsafe path.withCString({ unsafe stat($0, &facts) }) == 0,
      FileIdentity(facts) != identity
    else { return .nothing }
    // Bytes may have been written between the last read and the change of names.
    let last = unsafe read(into: buffer)
    if last > 0 { return .bytes(last) }
    isReplaced = true
    return .replaced
  }

  /// Reads new bytes; 0 if there are none, a negative number if the system reports an error.
  private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      // SAFETY: the system writes at most `count` bytes of the buffer.
      let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      position += Int64(max(0, count))
      return count
    }
  }

  private func open() -> InputError? {
    // SAFETY: the path is read within the call. `O_NONBLOCK` because a pipe would make `open` wait.
    let opened = unsafe path.withCString {
      unsafe Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    }
    guard opened >= 0 else {
      return InputError(
        code: .cannotOpen, path: path.description, what: "cannot open", number: errno)
    }
    var facts = stat()
    // SAFETY: the system fills the structure.
    guard unsafe fstat(opened, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      _ = close(opened)
      return InputError(
        code: .unsupported, path: path.description,
        message: "cannot be followed: it is no regular file")
    }
    descriptor = opened
    identity = FileIdentity(facts)
    position = 0
    // A file system without a device of its own (major number 0) is on a network, where others
    // write unnoticed, or in memory or layered, where another look costs little.
    let device = UInt64(facts.st_dev)
    isWatchable = (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000 != 0
    return nil
  }
}

/// Waits for changes of files, by the system's notifications if there are any (`inotify(7)`).
package final class FileWatch {
  private let descriptor: Int32

  /// A watch over nothing.
  package init() { descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Whether changes are notified; if not, the caller has to look again and again.
  package var isWorking: Bool { descriptor >= 0 }

  /// Watches a file and the folder that holds its name; false if either cannot be watched.
  ///
  /// Must be called again when another file has the name.
  @discardableResult
  package func add(_ path: InputPath) -> Bool {
    guard descriptor >= 0 else { return false }
    let folder = path.folder
    // The folder is watched for names that come and go, the file for its content: a link may lead
    // to another folder.
    let names = UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)
    let content = UInt32(IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE)
    let isFolderWatched = add(folder, names)
    return add(path, content) && isFolderWatched
  }

  private func add(_ path: InputPath, _ events: UInt32) -> Bool {
    // SAFETY: the path is read within the call.
    unsafe path.withCString { unsafe inotify_add_watch(descriptor, $0, events) } >= 0
  }

  /// Waits for a change, at most `milliseconds`, or until nobody reads `output` any more.
  ///
  /// - Returns: false when nobody reads the output any more.
  package func wait(milliseconds: Int32, output: Int32?) -> Bool {
    var requests = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: output ?? -1, events: 0, revents: 0),
    ]
    // SAFETY: the array has two requests, as told; the system ignores a negative descriptor.
    _ = unsafe requests.withUnsafeMutableBufferPointer {
      unsafe poll($0.baseAddress, 2, milliseconds)
    }
    if requests[0].revents & Int16(POLLIN) != 0 { drain() }
    return requests[1].revents & Int16(POLLERR) == 0
  }

  /// Discards the notifications: the caller looks at everything anyway.
  private func drain() {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    // SAFETY: the system writes at most the buffer's bytes.
    while unsafe buffer.withUnsafeMutableBytes({
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }) > 0 {}
  }
}
