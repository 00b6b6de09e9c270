import CByteKernels

/// Some consecutive packets of a capture, dealt to their flows and ready to be read.
///
/// One thread fills it (`CaptureDealer.deal`), then any number of threads read it at once, then it
/// is filled again. Sendable because whoever passes it between threads orders these three steps.
@safe
package final class CaptureStretch: @unchecked Sendable {
  let memory = ChunkMemory()
  /// The items, in one list for each group of shards.
  private(set) var items = FlowItemLists(groupCount: 1)
  // Unchecked because it is read for every packet that is not plain; readers of the stretch change
  // none of the arrays.
  @safe @exclusivity(unchecked) var extras: [[UInt8]] = []
  /// The position of the stretch's first item among all items of the capture.
  var firstOrder: UInt64 = 0

  /// A number that no other stretch of the capture has; never 0.
  var number: UInt64 { firstOrder &+ 1 }

  /// The number of the stretch's last packet; `lastTime` is its time.
  package internal(set) var lastNumber: UInt64 = 0
  var lastTime: Int64 = 0
  /// The lowest packet number that items of later stretches may belong to.
  package internal(set) var horizon: UInt64 = 0
  /// Whether `walk` has read all packets, so that only flows are left to be settled.
  var isWalked = false
  /// Whether the stretch will be continued in the same memory, behind what was read of it, once
  /// more input has come.
  ///
  /// Work that depends on where stretches end is left until the stretch is over, so the results do
  /// not depend on when the input arrived.
  package internal(set) var isPaused = false
  /// Whether the stretch is paused and its first pause was so long ago that none of its values may
  /// be held back any longer.
  package internal(set) var isOverdue = false
  /// Whether this is the last stretch of the capture.
  package internal(set) var isLast = false
  /// The fault that ended the capture.
  package internal(set) var failure: CaptureError?

  /// Creates an empty stretch with memory for its packets.
  package init() {}

  /// The stretch's item lists, emptied, for a number of groups.
  func emptyItems(groupCount: Int) -> FlowItemLists {
    if items.groupCount != groupCount { items = FlowItemLists(groupCount: groupCount) }
    items.removeAll()
    return items
  }

  /// The payload of an item whose bytes are in the stretch's own memory (`place` is 0).
  @inline(__always)
  @_lifetime(borrow self)
  func bytes(_ item: FlowItem) -> RawSpan { bytes(from: item.start, to: item.end) }

  /// Prefetches the first bytes of an item's payload, which may be in another core's cache.
  @inline(__always)
  func prefetch(_ item: FlowItem) {
    // SAFETY: a hint, for which the address need not be readable.
    unsafe sekisho_prefetch(memory.start + Int(item.start))
  }

  /// The bytes between two offsets in the stretch's memory, within a packet that the dealer found.
  @inline(__always)
  @_lifetime(borrow self)
  func bytes(from start: UInt32, to end: UInt32) -> RawSpan {
    // SAFETY: the dealer found the packet in this memory, which lives as long as the stretch.
    unsafe _overrideLifetime(
      RawSpan(_unsafeStart: memory.start + Int(start), byteCount: Int(end &- start)),
      borrowing: self)
  }
}
