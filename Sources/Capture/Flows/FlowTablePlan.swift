/// Where the parts of a flow table lie in one piece of memory.
///
/// A flow takes 128 bytes if the number of flows is a power of two, so that a shard with the usual
/// limit fills a large page to the last byte (`TableMemory`). Indices count from 1: index 0 lies in
/// the part before.
struct FlowTablePlan {
  /// Flows for which there is room.
  let capacity: Int
  let ringCount: Int
  let slotCount: Int

  private let notesOffset: Int
  private let entriesOffset: Int
  private let slotsOffset: Int

  /// The length of the whole piece in bytes.
  var byteCount: Int { slotsOffset + slotCount * MemoryLayout<UInt64>.stride }

  init(_ capacity: Int) {
    func wholeLines(_ length: Int) -> Int { (length + 63) & ~63 }
    self.capacity = capacity
    // Both numbers are powers of two: the ring has a place for each flow, and there are twice as
    // many slots.
    ringCount = max(64, 1 << (Int.bitWidth - (capacity - 1).leadingZeroBitCount))
    slotCount = 2 * ringCount
    notesOffset = ringCount * MemoryLayout<FlowAge>.stride
    entriesOffset = wholeLines(notesOffset + capacity * MemoryLayout<FlowNotes>.stride)
    slotsOffset = entriesOffset + wholeLines(capacity * MemoryLayout<Flow>.stride)
  }

  // SAFETY of these: the offsets are multiples of the alignment of what is there; the part before
  // notes, and that before entries, is longer than one of them, so index 0 is in the memory, too.

  @unsafe
  func ring(_ base: UnsafeMutableRawPointer) -> UnsafeMutablePointer<FlowAge> {
    unsafe base.bindMemory(to: FlowAge.self, capacity: ringCount)
  }

  @unsafe
  func notes(_ base: UnsafeMutableRawPointer) -> UnsafeMutablePointer<FlowNotes> {
    unsafe (base + notesOffset).bindMemory(to: FlowNotes.self, capacity: capacity) - 1
  }

  @unsafe
  func entries(_ base: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Flow> {
    unsafe (base + entriesOffset).bindMemory(to: Flow.self, capacity: capacity) - 1
  }

  @unsafe
  func slots(_ base: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt64> {
    unsafe (base + slotsOffset).bindMemory(to: UInt64.self, capacity: slotCount)
  }
}
