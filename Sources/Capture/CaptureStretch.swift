import CByteKernels

/// Some consecutive packets of a capture, dealt to their flows and ready to be read.
///
/// Filled by one thread (`CaptureDealer.deal`), then read by any number at once, then filled again.
/// Sendable because whoever hands it from thread to thread orders those three.
@safe
package final class CaptureStretch: @unchecked Sendable {
  let memory = ChunkMemory()
  /// Items by groups of shards.
  private(set) var items = FlowItemLists(groupCount: 1)
  // Asked for at every packet that is not plain; whoever reads the stretch changes none of them.
  @safe @exclusivity(unchecked) var extras: [[UInt8]] = []
  /// The order of its first item among all of the capture.
  var firstOrder: UInt64 = 0

  /// What tells it from others of the capture; never 0.
  var number: UInt64 { firstOrder &+ 1 }

  /// The number of its last packet, and that one's time.
  package internal(set) var lastNumber: UInt64 = 0
  var lastTime: Int64 = 0
  /// The lowest number of a packet that items of later stretches may belong to.
  package internal(set) var horizon: UInt64 = 0
  /// Whether its packets were read as they were found, and only flows are left to be settled.
  var isWalked = false
  /// Whether it goes on behind what was read of it, in the same memory, once more of the input has come.
  ///
  /// What depends on where stretches end is left until it is over: so it makes no difference when an input came.
  package internal(set) var isPaused = false
  /// Whether it is paused and has been going on for so long that nothing of it is to wait any more.
  package internal(set) var isOverdue = false
  /// Whether the capture ends with it.
  package internal(set) var isLast = false
  /// The fault that ended the capture.
  package internal(set) var failure: CaptureError?

  /// Memory for a stretch.
  package init() {}

  /// Empty lists for a number of groups.
  func emptyItems(groupCount: Int) -> FlowItemLists {
    if items.groupCount != groupCount { items = FlowItemLists(groupCount: groupCount) }
    items.removeAll()
    return items
  }

  /// The payload of an item that stands in the stretch's own bytes.
  @inline(__always)
  @_lifetime(borrow self)
  func bytes(_ item: FlowItem) -> RawSpan { bytes(from: item.start, to: item.end) }

  /// Asks for the first bytes of an item's payload, which another core may have read.
  @inline(__always)
  func prefetch(_ item: FlowItem) {
    // SAFETY: a hint, for which the address need not be readable.
    unsafe sekisho_prefetch(memory.start + Int(item.start))
  }

  /// The bytes between two places of a packet that the dealer found in the stretch.
  @inline(__always)
  @_lifetime(borrow self)
  func bytes(from start: UInt32, to end: UInt32) -> RawSpan {
    // SAFETY: the dealer found the packet in this memory, which lives as long as the stretch.
    unsafe _overrideLifetime(
      RawSpan(_unsafeStart: memory.start + Int(start), byteCount: Int(end &- start)),
      borrowing: self)
  }
}
