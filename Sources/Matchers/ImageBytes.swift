/// Immutable bytes that hold a compiled structure: a mapped file or owned memory.
///
/// Every matcher is a view of a region of such bytes, so opening a database is mapping a file and
/// two threads share one copy. The bytes of a mapped file may change under us; every reader masks or
/// clamps what it reads from them.
@safe
public final class ImageBytes: Sendable {
  /// First byte, aligned to 64.
  ///
  /// Immutable after initialization and only read from, hence safe to share between threads.
  public nonisolated(unsafe) let baseAddress: UnsafeRawPointer
  /// Number of bytes.
  public let count: Int
  private nonisolated(unsafe) let release: (UnsafeRawPointer, Int) -> Void

  /// Takes over memory that `release` gives back.
  @unsafe
  public init(
    baseAddress: UnsafeRawPointer, count: Int,
    release: @escaping @Sendable (UnsafeRawPointer, Int) -> Void
  ) {
    unsafe self.baseAddress = baseAddress
    self.count = count
    unsafe self.release = release
  }

  /// Owns a copy of the bytes.
  public convenience init(copying bytes: RawSpan) {
    let count = bytes.byteCount
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    // SAFETY: both regions hold `count` bytes; the new one cannot overlap.
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { unsafe memory.copyMemory(from: start, byteCount: count) }
    }
    unsafe self.init(baseAddress: UnsafeRawPointer(memory), count: count) { start, _ in
      unsafe start.deallocate()
    }
  }

  deinit { unsafe release(baseAddress, count) }

  /// The bytes, for as long as the owner lives.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the memory holds `count` bytes and is released only in `deinit`.
      let span = unsafe RawSpan(_unsafeStart: baseAddress, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}
