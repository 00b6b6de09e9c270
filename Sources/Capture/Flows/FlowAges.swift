/// When a flow was used last, as far as it was looked at.
struct FlowAge: Ranked {
  var used: UInt64
  var index: UInt32
  /// The upper half of its hash.
  var hash: UInt32

  var rank: UInt64 { used }
}

/// Finds the flow used least recently, without being told of each use.
///
/// A flow is noted here once, with the time of some use of it. The one with the least time is the flow used
/// least recently if its time is right still, since all others were used later; if it is not, it is corrected
/// (`correctFirst`), and another one comes first. So a packet of a known flow costs a store, not the
/// relinking of a list through three flows, and nothing is asked before there are too many flows.
///
/// Layout: new flows are in a ring in the order of time, as they come; corrected ones in a binary heap. A scan
/// of one packet a flow takes from the ring alone. A use costs at most one correction, O(log n), later. The ring's
/// memory is its table's, which has room in it for each of its flows.
@safe
struct FlowAges: ~Copyable {
  private var ring: UnsafeMutablePointer<FlowAge>
  private var mask: Int
  private var start = 0
  private var count = 0
  private var heap = RankedHeap<FlowAge>()

  /// A ring in memory for so many, a power of two.
  @unsafe
  init(_ ring: UnsafeMutablePointer<FlowAge>, capacity: Int) {
    assert(capacity.nonzeroBitCount == 1)
    unsafe self.ring = ring
    mask = capacity - 1
  }

  /// Whether the first one is in the ring; the heap's are asked where both are empty.
  private var isFirstInRing: Bool {
    guard count > 0 else { return false }
    guard let top = heap.first else { return true }
    // SAFETY: places in the ring are masked.
    return unsafe ring[start & mask].used < top.used
  }

  /// The one with the least time.
  var first: FlowAge? {
    // SAFETY: as above.
    isFirstInRing ? unsafe ring[start & mask] : heap.first
  }

  /// The one that comes a few steps after the first, where those are of the ring.
  @inline(__always)
  func upcoming(_ step: Int) -> FlowAge? {
    // SAFETY: as above.
    step < count ? unsafe ring[(start &+ step) & mask] : nil
  }

  /// Adds a flow that was used just now.
  mutating func append(_ age: FlowAge) {
    assert(count <= mask)
    // SAFETY: as above; the ring has room.
    unsafe ring[(start &+ count) & mask] = age
    count &+= 1
  }

  /// Takes the first one out.
  mutating func takeFirst() -> FlowAge? {
    guard isFirstInRing else { return heap.takeFirst() }
    // SAFETY: as above.
    let age = unsafe ring[start & mask]
    start = (start &+ 1) & mask
    count &-= 1
    return age
  }

  /// Sets right when the first one was used, which is later than it says.
  mutating func correctFirst(_ used: UInt64) {
    if isFirstInRing {
      guard var age = takeFirst() else { return }
      age.used = used
      heap.append(age)
    } else if var age = heap.first {
      age.used = used
      heap.replaceFirst(with: age)
    }
  }

  /// Moves the ring to other memory, for at least as many.
  @unsafe
  mutating func move(to memory: UnsafeMutablePointer<FlowAge>, capacity: Int) {
    assert(capacity.nonzeroBitCount == 1 && capacity >= count)
    for place in 0..<count {
      // SAFETY: the other memory holds at least as many.
      unsafe (memory + place).initialize(to: ring[(start &+ place) & mask])
    }
    unsafe ring = memory
    mask = capacity - 1
    start = 0
  }
}
