import Glibc

/// Reads the bytes of a file descriptor, with a buffer in which the first ones can be looked at.
@safe
final class RawReader {
  /// The largest buffer for decompression; a shorter file is read at once.
  private static let greatestBuffer = 256 << 10
  /// The smallest buffer: a file may grow, and some system files claim to be empty.
  private static let leastBuffer = 4 << 10

  private let descriptor: Int32
  private let closes: Bool
  private let path: String
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0

  /// Whether reading has ended: at the end of the input, by a fault, or because it was stopped.
  private(set) var isAtEnd = false
  /// Bytes read from the descriptor.
  private(set) var bytesRead: UInt64 = 0
  /// Bytes of a regular file from the place where reading began; nil for other inputs.
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
    // SAFETY: the memory is this reader's own until its end.
    unsafe buffer = .allocate(byteCount: min(length, Self.greatestBuffer), alignment: 64)
    // A larger pipe means fewer switches between writer and reader; if the system refuses, it stays
    // as it is.
    if !isRegularFile { _ = fcntl(descriptor, Self.setPipeSize, Self.pipeSize) }
  }

  /// `F_SETPIPE_SZ`, which the C library's headers hide.
  private static let setPipeSize: Int32 = 1031
  /// The size asked of a pipe in bytes: the largest that the system allows every user.
  private static let pipeSize: Int32 = 1 << 20

  /// Reads bytes in memory.
  init(bytes: [UInt8], path: String) {
    descriptor = -1
    closes = false
    self.path = path
    isRegularFile = true
    size = UInt64(bytes.count)
    // SAFETY: the memory is this reader's own until its end.
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

  /// Reads into `target` directly, whose caller has drained the buffer; 0 is the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard !isAtEnd else { return 0 }
    // SAFETY: the target is the caller's, and written no further than its length.
    return try unsafe receive(target)
  }

  /// Whether a read would answer at once.
  var isReady: Bool { isReady(within: 0) }

  /// Waits until a read would answer at once, for some seconds at most; whether it would, or reading is to end.
  func waitUntilReady(for seconds: Double) -> Bool {
    let end = SystemClock.seconds + seconds
    while !isReady(within: min(end - SystemClock.seconds, Self.longestPoll)) {
      if let isStopped, isStopped() { return true }
      if SystemClock.seconds >= end { return false }
    }
    return true
  }

  private func isReady(within seconds: Double) -> Bool {
    if isRegularFile || !isDrained || isAtEnd { return true }
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one request, as told.
    return unsafe poll(&request, 1, Int32((max(seconds, 0) * 1000).rounded(.up))) > 0
  }

  /// Seconds after which what may end a wait is looked at.
  private static let longestPoll = 0.2

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

  /// Waits until the first writer of a FIFO has written or closed it; later reads wait as usual.
  ///
  /// The FIFO was opened with `O_NONBLOCK`, so an earlier read would report the end of the input.
  func waitForFirstWriter() {
    // For a FIFO that no writer has opened yet, `poll` reports nothing, not even a hang-up.
    if let isStopped { _ = waitForBytes(unless: isStopped) }
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
  }

  /// Waits until a read would answer at once; false if `isStopped` ends the wait before that.
  private func waitForBytes(unless isStopped: () -> Bool) -> Bool {
    while true {
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // A signal may interrupt another thread, so the flag is looked at every 200 ms.
      // SAFETY: one request, as told.
      let answer = unsafe poll(&request, 1, Int32(Self.longestPoll * 1000))
      if answer > 0 { return true }
      if isStopped() { return false }
      if answer < 0, errno != EINTR { return true }
    }
  }

  /// Throws if another process has made the regular file shorter while it was read.
  private func checkSize() throws(InputError) {
    guard let size, bytesRead < size else { return }
    var facts = stat()
    // File systems that state nominal sizes (`/sys`) do not change them while a file is read.
    // SAFETY: the system fills the structure.
    guard unsafe fstat(descriptor, &facts) == 0, UInt64(clamping: facts.st_size) < size else {
      return
    }
    throw InputError(
      code: .truncated, path: path, message: "the file became shorter while it was read")
  }
}
