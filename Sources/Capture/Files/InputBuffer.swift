import Inputs

/// The memory of one stretch of a capture; it is kept while the stretch's packets are read, also
/// after the buffer has moved on.
///
/// Sendable because only the thread that deals the stretch writes it, before it is handed on.
@safe
final class ChunkMemory: @unchecked Sendable {
  /// A capture of at least this many bytes is read into a large page.
  ///
  /// Clearing a large page takes longer than a small one, but all of it is then used over and over.
  private static let longCapture: UInt64 = 8 << 20

  // SAFETY of what follows: the memory has `capacity` bytes, and is freed only here.

  let start: UnsafeMutableRawPointer
  private var isLargePage = false

  init() { unsafe start = LargePages.allocate(InputBuffer.capacity) }

  deinit { unsafe start.deallocate() }

  /// Makes the memory a large page if `source` is long; called before the memory is filled.
  func prepare(for source: InputSource) {
    guard !isLargePage, let size = source.rawSize, size >= Self.longCapture else { return }
    isLargePage = true
    unsafe LargePages.advise(start, InputBuffer.capacity)
  }
}

/// Holds about one megabyte of the input at a time.
///
/// Reading was measured to be faster than mapping, and cannot fault when the file shrinks. Bytes
/// that are asked for are contiguous and do not move until the next stretch begins, since the
/// packets of a stretch are read together.
///
/// A stretch ends with the first record that reaches beyond its length, so where it ends depends on
/// the input alone and not on how much each read returned. If a pipe runs dry before, the stretch
/// only pauses (`CaptureStretch.isPaused`): it continues later in the same memory.
@safe
struct InputBuffer: ~Copyable {
  /// The most bytes that `require` can be asked for.
  static let longestRun = 512 << 10
  /// Bytes of the input after which a stretch should end.
  static let stretch = 1 << 20
  /// Room for a stretch and the longest run that begins at its last byte.
  static let capacity = stretch + longestRun + 4096

  /// The most bytes read at once: few enough to be still in the processor's second-level cache when
  /// their packets are read.
  private static let piece = 128 << 10

  let source: InputSource
  /// Whether reading may have to wait for whoever writes the input.
  let mayWait: Bool
  private(set) var chunk = ChunkMemory()
  private var memory: UnsafeMutableRawPointer
  private var start = 0
  private var end = 0
  /// Bytes of the input that have been passed in the present stretch.
  private var passed = 0
  private var isAtEnd = false
  /// Bytes read from the source.
  private var bytesRead: UInt64 = 0
  /// Why reading stopped before the end of the input, or nil.
  private(set) var failure: InputError?

  init(_ source: InputSource) {
    self.source = source
    mayWait = source.mayWait
    // SAFETY: `chunk` is kept as long as its memory is pointed to.
    unsafe memory = chunk.start
  }

  /// Begins a stretch, in other memory if `next` is given; bytes before `start` are dropped.
  mutating func beginStretch(in next: ChunkMemory? = nil) {
    next?.prepare(for: source)
    let target = unsafe next?.start ?? memory
    // SAFETY: `start..<end` is inside `memory`, and both memories have the same capacity.
    if end > start { unsafe target.copyMemory(from: memory + start, byteCount: end - start) }
    end -= start
    start = 0
    passed = 0
    if let next {
      chunk = next
      unsafe memory = target
    }
  }

  /// Whether the stretch is full once `count` more bytes are passed.
  ///
  /// An empty stretch is never over, so that even a run longer than a stretch is passed in one.
  @inline(__always)
  func isOver(behind count: Int) -> Bool { passed > 0 && passed &+ count >= Self.stretch }

  /// Bytes that the stretch still has room for once `count` more bytes are passed.
  @inline(__always)
  func rest(behind count: Int) -> Int { Self.stretch &- (passed &+ count) }

  /// Number of bytes that are in the buffer.
  var available: Int { end &- start }

  /// Whether `count` bytes, at most `longestRun`, are in the buffer; reads them if they are not.
  @inline(__always)
  mutating func require(_ count: Int) -> Bool {
    if end &- start >= count { return true }
    return refill(count)
  }

  @inline(never)
  private mutating func refill(_ count: Int) -> Bool {
    assert(count <= Self.longestRun)
    // Normally the stretch is over before this happens. If a caller goes on all the same, the bytes
    // that it has passed are overwritten.
    if start + count > Self.capacity { beginStretch() }
    while end - start < count, !isAtEnd { readOnce(for: count) }
    return end - start >= count
  }

  /// Whether `count` bytes, or all bytes up to the input's end, can be had without waiting for
  /// another process; reads those that are at hand.
  ///
  /// Bytes in the buffer do not move. If there is no room for `count` bytes, the answer is true and
  /// nothing is read.
  mutating func hasAtHand(_ count: Int) -> Bool {
    guard start + count <= Self.capacity else { return true }
    while end - start < count, !isAtEnd {
      guard source.isReady else { return false }
      readOnce(for: count)
    }
    return true
  }

  /// Reads some of the missing bytes of `count`, for which there must be room.
  private mutating func readOnce(for count: Int) {
    // Up to the stretch's length whole pieces are read, beyond it only what is asked for.
    let wanted = max(start + count, min(end + Self.piece, Self.stretch)) - end
    do {
      // SAFETY: `end + wanted` is at most `start + count` or the stretch, both within the capacity.
      let read = unsafe try source.read(
        into: UnsafeMutableRawBufferPointer(start: memory + end, count: wanted))
      if read <= 0 { isAtEnd = true }
      end += max(read, 0)
      bytesRead &+= UInt64(max(read, 0))
    } catch {
      failure = error
      isAtEnd = true
    }
  }

  /// The bytes in the buffer; valid until the next `require` or `skip`.
  ///
  /// The compiler cannot see where a borrow of the buffer would end between two reads of it, so
  /// this span claims none; the framers use it up before they ask for more.
  var bytes: RawSpan {
    @_lifetime(immortal) get {
      // SAFETY: `start..<end` is initialised memory that lives as long as this buffer.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: memory + start, byteCount: end &- start), copying: ())
    }
  }

  /// Bytes of the input before the next one.
  var position: UInt64 { bytesRead &- UInt64(available) }

  /// Where the next byte is; valid until the next stretch begins.
  var pointer: UnsafeRawPointer { unsafe UnsafeRawPointer(memory + start) }

  /// Offset of the next byte in the stretch's memory.
  var offset: Int { start }

  /// Steps over `count` bytes, reading on if they are not in the buffer; false if the input ends
  /// before.
  @inline(__always)
  mutating func skip(_ count: Int) -> Bool {
    passed &+= count
    if end &- start >= count {
      start &+= count
      return true
    }
    return skipReading(count)
  }

  /// Steps over `count` bytes that are in the buffer.
  @inline(__always)
  mutating func pass(_ count: Int) {
    assert(count <= available)
    passed &+= count
    start &+= count
  }

  /// Reads the bytes to be stepped over into the memory behind those in the buffer, which may
  /// belong to packets that were dealt; there, nothing is kept.
  @inline(never)
  private mutating func skipReading(_ count: Int) -> Bool {
    var rest = count - available
    start = end
    if start == Self.capacity { beginStretch() }
    while rest > 0, !isAtEnd {
      do {
        // SAFETY: `start` is below the capacity, and no more is read than there is room behind it.
        let read = unsafe try source.read(
          into: UnsafeMutableRawBufferPointer(
            start: memory + start, count: min(rest, Self.capacity - start)))
        if read <= 0 { isAtEnd = true }
        rest -= max(read, 0)
        bytesRead &+= UInt64(max(read, 0))
      } catch {
        failure = error
        isAtEnd = true
      }
    }
    return rest == 0
  }
}
