import Glibc
import Parsing

/// One file, pipe or standard input (`-`), opened and decompressed by content (gzip, zstd).
///
/// Not safe for use by several threads at once. A fault of the input is thrown only after every
/// byte before it was handed out, and from then on by every call.
package final class InputSource {
  /// How an input was found to be compressed.
  package enum Compression: Sendable { case gzip, zstd }

  /// Limits on what decompression may yield.
  package struct Limits: Sendable {
    /// Bytes of output that are allowed whatever the ratio.
    package var freeOutput: UInt64 = 1 << 30
    /// The most bytes of output per byte of input, once `freeOutput` is exceeded.
    package var ratio: UInt64 = 1000
    /// Bytes of the largest window that zstd data may ask for.
    package var zstdWindowBytes: UInt64 = 128 << 20

    package init() {}
  }

  /// The most bytes that `peek` returns.
  package static let greatestPeek = 64 << 10

  /// The path as the user or the folder walk gave it; standard input is `-`.
  package let inputPath: InputPath

  /// The path as text to show; if it is not UTF-8, each bad byte is `\xnn`.
  package let path: String

  private let raw: RawReader
  private let limits: Limits
  private var decompressor: (any Decompressor)?
  private var isSniffed = false
  private var isInsideMember = false
  private var produced: UInt64 = 0
  private var compressedBytesUsed: UInt64 = 0
  private var fault: InputError?
  private var peeked: [UInt8] = []
  private var peekedStart = 0

  /// Opens a file by its path, or standard input as `-`.
  ///
  /// A folder is refused; a FIFO waits for its writer.
  package convenience init(path: InputPath) throws(InputError) {
    try self.init(path: path, limits: Limits())
  }

  /// Opens a file by a path that is text, or standard input as `-`.
  package convenience init(path: String) throws(InputError) {
    try self.init(path: InputPath(path), limits: Limits())
  }

  /// Opens a file by its path, or standard input as `-`, and stops waiting on a condition.
  ///
  /// Once `isStopped` returns true, the input ends where a read, or the wait for a FIFO's first
  /// writer, would go on waiting.
  package convenience init(
    path: InputPath, limits: Limits, endsWhen isStopped: (@Sendable () -> Bool)? = nil
  ) throws(InputError) {
    if path.isStandardInput {
      if let fault = StandardInput.fault {
        throw InputError(code: .cannotOpen, path: path.description, message: fault)
      }
      try self.init(
        descriptor: STDIN_FILENO, path: path, limits: limits, endsWhen: isStopped)
      return
    }
    // A blocking `open` would go on waiting for a writer after a signal.
    let waitsItself = isStopped != nil && Self.isPipe(path)
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (waitsItself ? O_NONBLOCK : 0)
    // SAFETY: the system reads the path within the call.
    let descriptor = unsafe path.withCString { unsafe open($0, flags) }
    guard descriptor >= 0 else {
      throw InputError(
        code: .cannotOpen, path: path.description, what: "cannot open", number: errno)
    }
    try self.init(descriptor: descriptor, closes: true, path: path, limits: limits)
    guard let isStopped else { return }
    raw.isStopped = isStopped
    if waitsItself { raw.waitForFirstWriter() }
  }

  /// Whether a path names a FIFO.
  private static func isPipe(_ path: InputPath) -> Bool {
    var facts = stat()
    // SAFETY: the system reads the path and fills the structure within the call.
    return unsafe path.withCString { unsafe stat($0, &facts) } == 0
      && facts.st_mode & S_IFMT == S_IFIFO
  }

  /// Reads a descriptor from its current position; the caller keeps it and closes it.
  package convenience init(fileDescriptor: Int32, path: String) throws(InputError) {
    try self.init(
      descriptor: fileDescriptor, closes: false, path: InputPath(path), limits: Limits())
  }

  /// Reads a descriptor that stays the caller's, from where it stands; its end comes early where a read would be
  /// waited for once the condition is met.
  package convenience init(
    descriptor: Int32, path: InputPath, limits: Limits,
    endsWhen isStopped: (@Sendable () -> Bool)? = nil
  ) throws(InputError) {
    try self.init(descriptor: descriptor, closes: false, path: path, limits: limits)
    raw.isStopped = isStopped
  }

  /// Reads bytes in memory as a file of that content would be.
  package convenience init(bytes: [UInt8], path: String) {
    self.init(bytes: bytes, path: path, limits: Limits())
  }

  package convenience init(bytes: [UInt8], path: String, limits: Limits) {
    self.init(
      raw: RawReader(bytes: bytes, path: path), path: InputPath(path), limits: limits)
  }

  private init(raw: RawReader, path: InputPath, limits: Limits) {
    self.raw = raw
    inputPath = path
    self.path = path.description
    self.limits = limits
  }

  private convenience init(
    descriptor: Int32, closes: Bool, path: InputPath, limits: Limits
  ) throws(InputError) {
    let text = path.description
    var facts = stat()
    // SAFETY: the system fills the structure.
    guard unsafe fstat(descriptor, &facts) == 0 else {
      let number = errno
      if closes { _ = close(descriptor) }
      throw InputError(code: .cannotOpen, path: text, what: "cannot open", number: number)
    }
    let kind = facts.st_mode & S_IFMT
    guard kind != S_IFDIR else {
      if closes { _ = close(descriptor) }
      throw InputError(
        code: .cannotOpen, path: text, message: "cannot read: it is a folder; name a file")
    }
    var size: UInt64?
    if kind == S_IFREG {
      let place = lseek(descriptor, 0, SEEK_CUR)
      size = UInt64(clamping: Int64(facts.st_size) - Int64(max(place, 0)))
      _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }
    self.init(
      raw: RawReader(
        descriptor: descriptor, closes: closes, path: text, isRegularFile: kind == S_IFREG,
        size: size),
      path: path, limits: limits)
  }

  /// Bytes read from the file so far, before decompression.
  package var rawBytesRead: UInt64 { raw.bytesRead }

  /// The file's size where it is known, before decompression (for progress).
  package var rawSize: UInt64? { raw.size }

  /// How the input is compressed; known after the first `peek` or `read`.
  package private(set) var compression: Compression?

  /// Whether a read may have to wait for another process.
  package var mayWait: Bool { !raw.isRegularFile }

  /// Whether a read would answer without waiting for another process.
  package var isReady: Bool { peekedStart < peeked.count || fault != nil || raw.isReady }

  /// Waits for `seconds` at most until a read would answer; whether one would, or reading is to end.
  package func waitUntilReady(for seconds: Double) -> Bool {
    isReady || raw.waitUntilReady(for: seconds)
  }

  /// Reads decompressed bytes into the buffer: those at hand, at least one; 0 is the end.
  ///
  /// An input that ends early, or is damaged, throws only after every byte before the fault was
  /// handed out.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    guard buffer.count > 0 else { return 0 }
    let left = peeked.count - peekedStart
    if left > 0 {
      let count = min(left, buffer.count)
      // SAFETY: `count` is at most the length of either.
      unsafe buffer.copyBytes(from: peeked[peekedStart..<peekedStart + count])
      peekedStart += count
      if peekedStart == peeked.count {
        peeked = []
        peekedStart = 0
      }
      return count
    }
    return try unsafe produce(into: buffer)
  }

  /// Up to `count` first bytes without consuming them, without waiting for more than needed.
  ///
  /// From a pipe these are the bytes at hand, if they are enough to tell what the input is.
  ///
  /// So a pipe into which a line is written now and then is recognised by its first line.
  package func peekAtHand(_ count: Int) throws(InputError) -> [UInt8] {
    try peek(count) { first in
      // Enough is a line of text, or the 24 bytes of a pcap header. A line feed at the start is no
      // line: pcapng begins with one.
      let isLine = first.contains(Byte.lineFeed) && first.first != Byte.lineFeed
      return isLine || first.count >= 24
    }
  }

  /// Up to `count` first bytes without consuming them (at most 64 KiB); fewer only at the end.
  ///
  /// Throws only if a fault comes before the first byte.
  package func peek(_ count: Int) throws(InputError) -> [UInt8] {
    try peek(count) { _ in false }
  }

  private func peek(
    _ count: Int, isEnough: ([UInt8]) -> Bool
  ) throws(InputError) -> [UInt8] {
    let wanted = min(max(count, 0), Self.greatestPeek)
    if peekedStart > 0 {
      peeked.removeFirst(peekedStart)
      peekedStart = 0
    }
    while peeked.count < wanted, fault == nil {
      if !raw.isReady, isEnough(peeked) { break }
      let before = peeked.count
      var failure: InputError?
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: wanted - before) { room, filled in
        do throws(InputError) {
          // SAFETY: the room is this array's own.
          filled = try unsafe produce(into: UnsafeMutableRawBufferPointer(room))
        } catch {
          failure = error
        }
      }
      peeked += piece
      if failure != nil || piece.isEmpty { break }
    }
    if wanted > 0, peeked.isEmpty, let fault { throw fault }
    return Array(peeked.prefix(wanted))
  }

  // MARK: Producing bytes

  // SAFETY of what follows: the buffer is the caller's for the length of a call. `raw.unread` points
  // into the reader's own memory, and is used up before the reader reads on.

  private func produce(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if let fault { throw fault }
    do throws(InputError) {
      if !isSniffed { try sniff() }
      guard let decompressor else { return try unsafe copy(into: buffer) }
      return try unsafe decompress(decompressor, into: buffer)
    } catch {
      fault = error
      throw error
    }
  }

  private func sniff() throws(InputError) {
    isSniffed = true
    do throws(InputError) {
      try raw.ensure(magicLength)
    } catch {
      // The bytes read before the fault are handed out first.
      if raw.isDrained { throw error }
      fault = error
    }
    if unsafe GzipDecompressor.recognizes(raw.unread) {
      decompressor = GzipDecompressor()
      compression = .gzip
    } else if unsafe ZstdDecompressor.recognizes(raw.unread) {
      decompressor = ZstdDecompressor(windowBytes: limits.zstdWindowBytes)
      compression = .zstd
    }
    isInsideMember = decompressor != nil
  }

  private func copy(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if !raw.isDrained {
      let count = unsafe min(raw.unread.count, buffer.count)
      // SAFETY: `count` is at most the length of either.
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw.unread[..<count]))
      raw.consume(count)
      return count
    }
    return try unsafe raw.read(into: buffer)
  }

  private func decompress(
    _ decompressor: any Decompressor, into buffer: UnsafeMutableRawBufferPointer
  ) throws(InputError) -> Int {
    var filled = 0
    do throws(InputError) {
      while filled < buffer.count {
        if !isInsideMember {
          // Hands out the bytes at hand before a read that may wait for another member.
          if filled > 0, unsafe raw.unread.count < magicLength, !raw.isReady { return filled }
          guard try beginMember(decompressor) else { break }
        }
        let input = unsafe raw.unread
        let step = unsafe decompressor.step(
          input: input, output: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        raw.consume(step.consumed)
        compressedBytesUsed &+= UInt64(step.consumed)
        filled += step.produced
        produced &+= UInt64(step.produced)
        try checkLimit(decompressor)
        switch step.state {
        case .failed(let code, let message, let remedy):
          throw InputError(code: code, path: path, message: message, remedy: remedy)
        case .memberEnd:
          isInsideMember = false
        case .inside:
          // If there is room left, the decoder has stopped for want of input.
          guard filled < buffer.count, raw.isDrained || step.consumed == 0 else { continue }
          if step.produced > 0 || step.consumed > 0, !raw.isDrained { continue }
          guard raw.isDrained else {
            throw InputError(
              code: .corrupt, path: path, message: "\(decompressor.name) data is damaged")
          }
          // Hands out the bytes at hand before a read that may wait.
          if filled > 0, !raw.isReady { return filled }
          try raw.refill()
          if raw.isDrained {
            throw InputError(
              code: .truncated, path: path,
              message: "\(decompressor.name) data ends in the middle")
          }
        }
      }
    } catch {
      guard filled > 0 else { throw error }
      fault = error
    }
    return filled
  }

  /// Looks for another member after one that has ended; false at the end of the input.
  private func beginMember(_ decompressor: any Decompressor) throws(InputError) -> Bool {
    while true {
      try raw.ensure(magicLength)
      let next = unsafe raw.unread
      guard let first = unsafe next.first else { return false }
      if unsafe type(of: decompressor).recognizes(next) {
        decompressor.reset()
        isInsideMember = true
        return true
      }
      guard first == 0 else {
        throw InputError(
          code: .corrupt, path: path,
          message: "\(decompressor.name) data is followed by something else, which was not read")
      }
      // Tapes and disk images pad archives with zeros.
      let zeros = unsafe next.firstIndex { $0 != 0 } ?? next.endIndex
      raw.consume(zeros)
    }
  }

  private func checkLimit(_ decompressor: any Decompressor) throws(InputError) {
    guard produced > limits.freeOutput else { return }
    let (allowed, overflow) = compressedBytesUsed.multipliedReportingOverflow(by: limits.ratio)
    guard !overflow, produced > allowed else { return }
    throw InputError(
      code: .tooLarge, path: path,
      message: "\(decompressor.name) data grows to more than \(limits.ratio) times its size",
      remedy: "look at what it is; \(.expansionLimit) allows more")
  }
}
