import Synchronization

/// A piece of an input with the memory that holds it, to be passed from a reader to a worker.
///
/// `@unchecked Sendable`: the reader alone writes to a chunk, and only before it hands it out;
/// after that the bytes and facts do not change until the chunk comes back through
/// `ChunkPool.recycle`, whose lock orders the two. So whoever recycles a chunk must have no span of
/// it left.
@safe
package final class Chunk: @unchecked Sendable {
  private var memory: UnsafeMutableRawBufferPointer

  /// Number of bytes.
  package internal(set) var count = 0
  /// Offset of the first byte in the uncompressed input.
  package internal(set) var base: UInt64 = 0
  /// Whether this is the last chunk of the input.
  package internal(set) var isFinal = false
  /// Whether the chunk ends inside a line that is longer than the greatest size.
  package internal(set) var cutsLine = false

  // SAFETY of these: whoever holds the chunk has its memory alone.

  init(capacity: Int) {
    unsafe memory = .allocate(byteCount: max(capacity, 16), alignment: 64)
  }

  deinit { unsafe memory.deallocate() }

  /// Number of bytes that the memory can hold.
  var capacity: Int { unsafe memory.count }

  /// The bytes, valid as long as the chunk is held and not recycled.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    get { contents(0..<count) }
  }

  /// Bytes of a range of the memory.
  @_lifetime(borrow self)
  func contents(_ range: Range<Int>) -> RawSpan {
    // SAFETY: slicing checks the range; the memory lives as long as the chunk, which is borrowed.
    let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[range]))
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The memory from an offset on, to be written to.
  func room(from offset: Int) -> UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(rebasing: memory[offset...])
  }

  /// Moves bytes to the front.
  func moveToFront(_ range: Range<Int>) {
    guard range.lowerBound > 0, !range.isEmpty else { return }
    // SAFETY: slicing checks the range, which is not longer than the memory; memmove allows
    // overlap.
    unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[range]))
  }

  /// Copies a range of another chunk to the front; the capacity must suffice.
  func copy(_ range: Range<Int>, of other: Chunk) {
    precondition(range.count <= capacity)
    // SAFETY: slicing checks the range, and the line above that there is room.
    unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: other.memory[range]))
  }

  /// Makes the memory larger and keeps the first bytes.
  func grow(to capacity: Int, keeping kept: Int) {
    guard capacity > self.capacity else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: capacity, alignment: 64)
    // SAFETY: slicing checks the range, and the new memory is larger.
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<kept]))
    unsafe memory.deallocate()
    unsafe memory = larger
  }
}

/// Chunks that were used and wait to be used again, shared by readers and workers.
package final class ChunkPool: Sendable {
  private let chunks = Mutex<[Chunk]>([])
  private let greatestCount: Int
  private let greatestCapacity: Int

  /// A pool that keeps at most `greatestCount` chunks, none larger than `greatestCapacity` bytes.
  package init(greatestCount: Int = 64, greatestCapacity: Int = 4 << 20) {
    self.greatestCount = greatestCount
    self.greatestCapacity = greatestCapacity
  }

  /// Returns a chunk to the pool; no span of its bytes may be left.
  package func recycle(_ chunk: Chunk) {
    guard chunk.capacity <= greatestCapacity else { return }
    chunks.withLock { if $0.count < greatestCount { $0.append(chunk) } }
  }

  /// A chunk with room for `capacity` bytes, reused or new.
  func chunk(capacity: Int) -> Chunk {
    let used = chunks.withLock { $0.popLast() }
    if let used, used.capacity >= capacity { return used }
    return Chunk(capacity: capacity)
  }
}
