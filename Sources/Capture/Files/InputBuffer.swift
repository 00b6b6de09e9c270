import Inputs

/// The memory of one stretch of a capture: it outlives the reader's interest in it while its packets are
/// read.
///
/// Sendable because only the thread that deals the stretch writes it, before it is handed on.
@safe
final class ChunkMemory: @unchecked Sendable {
  /// A capture of at least so many bytes is read into a large page: clearing that takes longer than a small one
  /// does, and all of it is used over and over.
  private static let longCapture: UInt64 = 8 << 20

  let start: UnsafeMutableRawPointer
  private var isLargePage = false

  init() { unsafe start = LargePages.allocate(InputBuffer.capacity) }

  deinit { unsafe start.deallocate() }

  /// Says from what the memory will be filled.
  func prepare(for source: InputSource) {
    guard !isLargePage, let size = source.rawSize, size >= Self.longCapture else { return }
    isLargePage = true
    unsafe LargePages.advise(start, InputBuffer.capacity)
  }
}

/// One megabyte of the input at a time.
///
/// Reading was measured faster than mapping and cannot fault when the file shrinks. What is asked
/// for is always contiguous, and stays where it is until the next stretch begins: packets of a
/// stretch are read together. A stretch ends with the first record that reaches over its length, so
/// where it ends depends on the input alone and not on how much each read returned. Where a pipe runs dry before, the
/// stretch only pauses (`CaptureStretch.isPaused`): it goes on in the same memory.
@safe
struct InputBuffer: ~Copyable {
  /// The most that `require` can be asked for.
  static let longestRun = 512 << 10
  /// Bytes of the input after which a stretch should end.
  static let stretch = 1 << 20
  /// A stretch, and the longest run that begins at its last byte.
  static let capacity = stretch + longestRun + 4096

  /// Bytes that are read at once: what the system copies is then in the processor's second-level cache while its
  /// packets are looked at.
  private static let piece = 128 << 10

  let source: InputSource
  /// Whether reading may have to wait for whoever writes the input.
  let mayWait: Bool
  private(set) var chunk = ChunkMemory()
  private var memory: UnsafeMutableRawPointer
  private var start = 0
  private var end = 0
  /// Bytes of the input that the stretch has passed.
  private var passed = 0
  private var isAtEnd = false
  /// Why reading stopped before the end.
  private(set) var failure: InputError?

  init(_ source: InputSource) {
    self.source = source
    mayWait = source.mayWait
    unsafe memory = chunk.start
  }

  /// Begins a stretch in other memory, or again in the same; what lies before `start` is gone from it.
  mutating func beginStretch(in next: ChunkMemory? = nil) {
    next?.prepare(for: source)
    let target = unsafe next?.start ?? memory
    // SAFETY: what is there is at most a run beyond the stretch, and both have the same capacity.
    if end > start { unsafe target.copyMemory(from: memory + start, byteCount: end - start) }
    end -= start
    start = 0
    passed = 0
    if let next {
      chunk = next
      unsafe memory = target
    }
  }

  /// Whether the stretch has its length, once some more bytes are passed.
  ///
  /// What is longer than a stretch is passed in one in which nothing was before.
  @inline(__always)
  func isOver(behind count: Int) -> Bool { passed > 0 && passed &+ count >= Self.stretch }

  /// Bytes of the input that the stretch lacks for its length, once some more are passed.
  @inline(__always)
  func rest(behind count: Int) -> Int { Self.stretch &- (passed &+ count) }

  /// Bytes that can be had without reading.
  var available: Int { end &- start }

  /// Whether `count` bytes, at most `longestRun`, are there; reads if they are not.
  @inline(__always)
  mutating func require(_ count: Int) -> Bool {
    if end &- start >= count { return true }
    return refill(count)
  }

  @inline(never)
  private mutating func refill(_ count: Int) -> Bool {
    assert(count <= Self.longestRun)
    // Records end a stretch before this; a caller that goes on all the same loses what it has passed.
    if start + count > Self.capacity { beginStretch() }
    while end - start < count, !isAtEnd { readOnce(for: count) }
    return end - start >= count
  }

  /// Whether `count` bytes are there, or what there is until the input ends, without waiting for another process; reads
  /// what is at hand of them.
  ///
  /// Nothing that is there moves. What there is no room for is not asked about.
  mutating func hasAtHand(_ count: Int) -> Bool {
    guard start + count <= Self.capacity else { return true }
    while end - start < count, !isAtEnd {
      guard source.isReady else { return false }
      readOnce(for: count)
    }
    return true
  }

  /// Reads some of the bytes that `count` lacks, for which there is room.
  private mutating func readOnce(for count: Int) {
    // Pieces of the stretch, then no more than what is asked for.
    let wanted = max(start + count, min(end + Self.piece, Self.stretch)) - end
    do {
      // SAFETY: `end + wanted` is at most `start + count` or the stretch, both within the capacity.
      let read = unsafe try source.read(
        into: UnsafeMutableRawBufferPointer(start: memory + end, count: wanted))
      if read <= 0 { isAtEnd = true }
      end += max(read, 0)
    } catch {
      failure = error
      isAtEnd = true
    }
  }

  /// The bytes that are there; valid until the next `require` or `skip`.
  ///
  /// The compiler cannot see where a borrow of the buffer would end between two reads of it, so this
  /// span claims none; the framers use it up before they ask for more.
  var bytes: RawSpan {
    @_lifetime(immortal) get {
      // SAFETY: `start..<end` is initialised memory that lives as long as this buffer.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: memory + start, byteCount: end &- start), copying: ())
    }
  }

  /// Where the next byte is; valid until the next stretch begins.
  var pointer: UnsafeRawPointer { unsafe UnsafeRawPointer(memory + start) }

  /// Offset of the next byte in the stretch's memory.
  var offset: Int { start }

  /// Steps over bytes, reading on where they are not in the buffer; false if the input ends before.
  @inline(__always)
  mutating func skip(_ count: Int) -> Bool {
    passed &+= count
    if end &- start >= count {
      start &+= count
      return true
    }
    return skipReading(count)
  }

  /// Steps over bytes that are there.
  @inline(__always)
  mutating func pass(_ count: Int) {
    assert(count <= available)
    passed &+= count
    start &+= count
  }

  /// Reads what is stepped over to where nothing is kept: behind the bytes that are there, of which some may be a
  /// packet's that was dealt.
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
      } catch {
        failure = error
        isAtEnd = true
      }
    }
    return rest == 0
  }
}
