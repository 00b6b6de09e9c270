internal import Glibc

/// The bytes of a file descriptor as they are, through a buffer that lets the first be looked at.
@safe
final class RawReader {
  /// Bytes read at once for decompression; of a file that is shorter, all.
  private static let greatestBuffer = 256 << 10
  /// The least, since a file may grow, and some of the system's say that they are empty.
  private static let leastBuffer = 4 << 10

  private let descriptor: Int32
  private let closes: Bool
  private let path: String
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0

  /// Whether the descriptor has said that nothing more comes.
  private(set) var isAtEnd = false
  /// Bytes read from the descriptor.
  private(set) var bytesRead: UInt64 = 0
  /// Bytes that the file held from the place where reading began, if it is a regular one.
  let size: UInt64?
  /// Whether reading never waits for another process.
  let isRegularFile: Bool
  /// Asked while a read waits for another process; true ends the input there.
  var isStopped: (@Sendable () -> Bool)?

  /// Reads a descriptor, and closes it at the end if told to.
  init(descriptor: Int32, closes: Bool, path: String, isRegularFile: Bool, size: UInt64?) {
    self.descriptor = descriptor
    self.closes = closes
    self.path = path
    self.isRegularFile = isRegularFile
    self.size = size
    let length = size.map { max(Int(clamping: $0), Self.leastBuffer) } ?? Self.greatestBuffer
    unsafe buffer = .allocate(byteCount: min(length, Self.greatestBuffer), alignment: 64)
    // Fewer switches between writer and reader; it stays as it is where the system allows no more.
    if !isRegularFile { _ = fcntl(descriptor, Self.setPipeSize, Self.pipeSize) }
  }

  /// `F_SETPIPE_SZ`, which the C library's headers hide.
  private static let setPipeSize: Int32 = 1031
  /// Bytes that a pipe holds for us at most: what the system allows everybody.
  private static let pipeSize: Int32 = 1 << 20

  /// Reads bytes in memory.
  init(bytes: [UInt8], path: String) {
    descriptor = -1
    closes = false
    self.path = path
    isRegularFile = true
    size = UInt64(bytes.count)
    unsafe buffer = .allocate(byteCount: max(bytes.count, 1), alignment: 64)
    // SAFETY: the buffer was made for this many bytes.
    unsafe buffer.copyBytes(from: bytes)
    end = bytes.count
    isAtEnd = true
    bytesRead = UInt64(bytes.count)
  }

  deinit {
    unsafe buffer.deallocate()
    if closes { _ = Glibc.close(descriptor) }
  }

  /// Bytes read from the descriptor and not used; valid until the next call.
  var unread: UnsafeRawBufferPointer {
    // SAFETY: 0 ≤ start ≤ end ≤ count.
    unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<end])
  }

  /// Whether every byte read was used.
  var isDrained: Bool { start == end }

  /// Steps over bytes of `unread`.
  func consume(_ count: Int) { start += min(max(count, 0), end - start) }

  /// Reads on until `count` bytes are unread, or the end.
  func ensure(_ count: Int) throws(InputError) {
    while end - start < count, !isAtEnd {
      if start > 0 {
        // SAFETY: both ranges lie in the buffer; memmove allows them to overlap.
        unsafe buffer.copyMemory(from: unread)
        end -= start
        start = 0
      }
      // SAFETY: `end` is at most the count.
      end += try unsafe receive(UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    }
  }

  /// Reads a buffer's worth when everything before was used.
  func refill() throws(InputError) {
    guard isDrained, !isAtEnd else { return }
    start = 0
    end = 0
    end = try unsafe receive(buffer)
  }

  /// Reads past the own buffer, which must be drained; 0 is the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard !isAtEnd else { return 0 }
    return try unsafe receive(target)
  }

  /// Whether a read would answer at once.
  var isReady: Bool {
    if isRegularFile || !isDrained || isAtEnd { return true }
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one request, as told.
    return unsafe poll(&request, 1, 0) > 0
  }

  /// One `read`, repeated when a signal interrupts it.
  private func receive(_ target: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    while true {
      if !isRegularFile, let isStopped, !waitForBytes(unless: isStopped) {
        isAtEnd = true
        return 0
      }
      // SAFETY: the system writes at most `count` bytes of the target.
      let count = unsafe Glibc.read(descriptor, target.baseAddress, target.count)
      if count > 0 {
        bytesRead &+= UInt64(count)
        return count
      }
      if count == 0 {
        isAtEnd = true
        try checkSize()
        return 0
      }
      let number = errno
      switch number {
      case EINTR: continue
      case EAGAIN:
        // Someone made the descriptor non-blocking; wait as a blocking one would.
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // SAFETY: one request, as told.
        _ = unsafe poll(&request, 1, -1)
      default:
        isAtEnd = true
        throw InputError(code: .cannotRead, path: path, what: "cannot read", number: number)
      }
    }
  }

  /// Of a FIFO opened without waiting: waits until a writer has written or gone, since a read before would say that
  /// this is the end; then reads wait as usual.
  func waitForFirstWriter() {
    // A FIFO that no writer has opened yet reports nothing, not even that nobody is there.
    if let isStopped { _ = waitForBytes(unless: isStopped) }
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
  }

  /// Waits until a read would answer at once; false when it is to end before that.
  private func waitForBytes(unless isStopped: () -> Bool) -> Bool {
    while true {
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // A signal may reach another thread, so that the flag is looked at from time to time.
      // SAFETY: one request, as told.
      let answer = unsafe poll(&request, 1, 200)
      if answer > 0 { return true }
      if isStopped() { return false }
      if answer < 0, errno != EINTR { return true }
    }
  }

  /// A regular file that another process made shorter meanwhile was not read to its end.
  private func checkSize() throws(InputError) {
    guard let size, bytesRead < size else { return }
    var facts = stat()
    // The file systems that state sizes of their own (`/sys`) do not change them.
    // SAFETY: the system fills the structure.
    guard unsafe fstat(descriptor, &facts) == 0, UInt64(clamping: facts.st_size) < size else {
      return
    }
    throw InputError(
      code: .truncated, path: path, message: "the file became shorter while it was read")
  }
}
