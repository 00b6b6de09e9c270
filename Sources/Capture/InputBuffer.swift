import Inputs

/// One megabyte of the input at a time, in a buffer that is reused.
///
/// Reading was measured faster than mapping and cannot fault when the file shrinks. What is asked
/// for is always contiguous: the rest of one read moves to the front before the next.
@safe
struct InputBuffer: ~Copyable {
  /// The most that `require` can be asked for.
  static let longestRun = 512 << 10
  private static let readSize = 1 << 20
  private static let capacity = longestRun + readSize

  let source: InputSource
  private let memory: UnsafeMutableRawPointer
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// Why reading stopped before the end.
  private(set) var failure: InputError?

  init(_ source: InputSource) {
    self.source = source
    unsafe memory = .allocate(byteCount: Self.capacity, alignment: 64)
  }

  deinit { unsafe memory.deallocate() }

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
    if start > 0 {
      // SAFETY: both ranges are inside the buffer, since start <= end <= capacity.
      unsafe memory.copyMemory(from: memory + start, byteCount: end - start)
      end -= start
      start = 0
    }
    while end < count, !isAtEnd {
      do {
        // SAFETY: `end` < `count` <= capacity.
        let read = unsafe try source.read(
          into: UnsafeMutableRawBufferPointer(
            start: memory + end, count: min(Self.readSize, Self.capacity - end)))
        if read <= 0 { isAtEnd = true }
        end += max(read, 0)
      } catch {
        failure = error
        isAtEnd = true
      }
    }
    return end >= count
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

  /// Where the next byte is; valid until the next `require` or `skip`.
  var pointer: UnsafeRawPointer { unsafe UnsafeRawPointer(memory + start) }

  /// Steps over bytes, reading on where they are not in the buffer; false if the input ends before.
  @inline(__always)
  mutating func skip(_ count: Int) -> Bool {
    if end &- start >= count {
      start &+= count
      return true
    }
    return skipReading(count)
  }

  @inline(never)
  private mutating func skipReading(_ count: Int) -> Bool {
    var rest = count
    while rest > 0 {
      guard require(1) else { return false }
      let step = min(rest, available)
      start += step
      rest -= step
    }
    return true
  }
}
