import Parsing

/// The last bytes of searched streams, in which a string may begin that ends in the next segment.
///
/// A flow has a slot for both its directions from its first bytes on until it is forgotten. Memory
/// is bounded: when all slots are taken, one that was not used lately goes to another flow (the
/// clock algorithm: a hand goes round the slots and takes the first that was not used since it last
/// came by). Which slot is taken, and when, depends on the packets alone.
///
/// Layout of a slot: `Header`, then `length` bytes for each direction.
@safe
struct SearchTails: ~Copyable {
  @unsafe
  private struct Header {
    /// The flow that has the slot, 0 where none has.
    var flow: UInt32
    /// Used since the hand came by.
    var isUsed: Bool
    /// Bytes of each direction.
    var first: UInt16
    var second: UInt16
  }

  /// The most bytes that are kept of a direction.
  let length: Int
  private let stride: Int
  private let limit: Int
  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  /// The number of slots ever taken; those of flows that were forgotten are in `free`.
  private var count = 0
  private var free: [UInt32] = []
  private var hand: UInt32 = 0

  /// Begins without tails; they are of `length` bytes, below 65 536.
  ///
  /// All slots take at most `limit` bytes of memory, but at least four are allowed.
  init(length: Int, limit: Int) {
    self.length = length
    stride = unsafe (MemoryLayout<Header>.stride + 2 * length + 15) & ~15
    self.limit = max(4, min(limit / stride, 1 << 24))
    capacity = min(16, self.limit)
    unsafe memory = .allocate(byteCount: (length > 0 ? capacity : 1) * stride, alignment: 64)
  }

  deinit { unsafe memory.deallocate() }

  // SAFETY of what follows: slots count from 1 and come from `take`, so they are at most `count`, which is at most
  // `capacity`; a slot's memory is initialised when it is taken.

  private func header(_ slot: UInt32) -> UnsafeMutablePointer<Header> {
    assert(slot > 0 && slot <= count)
    return unsafe (memory + (Int(slot) &- 1) &* stride).assumingMemoryBound(to: Header.self)
  }

  private func start(_ slot: UInt32, _ isFromFirst: Bool) -> UnsafeMutableRawPointer {
    let offset: Int = (Int(slot) &- 1) &* stride &+ (isFromFirst ? 0 : length)
    return unsafe memory + (offset &+ MemoryLayout<Header>.stride)
  }

  /// Gives a flow a slot, with nothing in it.
  ///
  /// - Returns: the slot, and the flow that had it until now, or 0.
  mutating func take(for flow: UInt32) -> (slot: UInt32, robbed: UInt32) {
    let slot: UInt32
    var robbed: UInt32 = 0
    if let used = free.popLast() {
      slot = used
    } else if count < limit {
      if count == capacity { grow() }
      count += 1
      slot = UInt32(count)
    } else {
      slot = idle()
      robbed = unsafe header(slot).pointee.flow
    }
    unsafe header(slot).initialize(to: Header(flow: flow, isUsed: true, first: 0, second: 0))
    return (slot, robbed)
  }

  /// The first slot from the hand on that was not used lately.
  private mutating func idle() -> UInt32 {
    while true {
      hand = Int(hand) == count ? 1 : hand + 1
      if unsafe !header(hand).pointee.isUsed { return hand }
      unsafe header(hand).pointee.isUsed = false
    }
  }

  private mutating func grow() {
    let larger = min(2 * capacity, limit)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger * stride, alignment: 64)
    unsafe moved.copyMemory(from: memory, byteCount: count * stride)
    unsafe memory.deallocate()
    unsafe memory = moved
    capacity = larger
  }

  /// Takes a slot back from its flow, which is forgotten.
  mutating func release(_ slot: UInt32) {
    unsafe header(slot).initialize(to: Header(flow: 0, isUsed: false, first: 0, second: 0))
    free.append(slot)
  }

  /// Forgets the bytes of a direction: others follow that do not join them.
  func clear(_ slot: UInt32, isFromFirst: Bool) {
    if isFromFirst {
      unsafe header(slot).pointee.first = 0
    } else {
      unsafe header(slot).pointee.second = 0
    }
  }

  /// The bytes kept of a direction; valid until it is written to or a slot is taken.
  func bytes(_ slot: UInt32, isFromFirst: Bool) -> UnsafeRawBufferPointer {
    let count =
      isFromFirst ? unsafe header(slot).pointee.first : unsafe header(slot).pointee.second
    return unsafe UnsafeRawBufferPointer(start: start(slot, isFromFirst), count: Int(count))
  }

  /// Keeps the last `length` of some bytes instead of those kept of the direction before.
  func keep(_ bytes: UnsafeRawBufferPointer, _ slot: UInt32, isFromFirst: Bool) {
    let kept = min(bytes.count, length)
    if let last = bytes.baseAddress {
      unsafe start(slot, isFromFirst).copyMemory(
        from: last + (bytes.count &- kept), byteCount: kept)
    }
    let number = UInt16(truncatingIfNeeded: kept)
    unsafe header(slot).pointee.isUsed = true
    if isFromFirst {
      unsafe header(slot).pointee.first = number
    } else {
      unsafe header(slot).pointee.second = number
    }
  }
}
