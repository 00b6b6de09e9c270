/// When a flow was last used, as far as `FlowAges` was told.
struct FlowAge: Ranked {
  var used: UInt64
  var index: UInt32
  /// The upper half of the flow's hash.
  var hash: UInt32

  var rank: UInt64 { used }
}

/// Finds the flow used least recently, without being told of each use.
///
/// A flow is noted here once, with the time of some use of it. If the least of these times is still
/// right, its flow was used least recently, since all others were used later. If it is not, it is
/// corrected (`correctFirst`), and another flow comes first. So a packet of a known flow costs one
/// store instead of relinking a list through three flows, and nothing is looked up before there are
/// too many flows.
///
/// Layout: new flows are in a ring, in the order of time in which they come; corrected ones are in
/// a binary heap. A scan with one packet a flow takes from the ring alone. A use costs at most one
/// later correction, O(log n). The ring's memory belongs to the flow table, which has room there
/// for each of its flows.
@safe
struct FlowAges: ~Copyable {
  private var ring: UnsafeMutablePointer<FlowAge>
  private var mask: Int
  private var start = 0
  private var count = 0
  private var heap = RankedHeap<FlowAge>()

  /// A ring in the memory at `ring`, with room for `capacity` flows, a power of two.
  @unsafe
  init(_ ring: UnsafeMutablePointer<FlowAge>, capacity: Int) {
    assert(capacity.nonzeroBitCount == 1)
    // SAFETY: the caller's memory has `capacity` places and outlives this ring.
    unsafe self.ring = ring
    mask = capacity - 1
  }

  /// Whether the first flow is in the ring; false if both ring and heap are empty.
  private var isFirstInRing: Bool {
    guard count > 0 else { return false }
    guard let top = heap.first else { return true }
    // SAFETY: places in the ring are masked.
    return unsafe ring[start & mask].used < top.used
  }

  /// The flow with the least time; nil if there is none.
  var first: FlowAge? {
    // SAFETY: as above.
    isFirstInRing ? unsafe ring[start & mask] : heap.first
  }

  /// The flow `step` places behind the ring's first; nil if the ring is shorter.
  @inline(__always)
  func upcoming(_ step: Int) -> FlowAge? {
    // SAFETY: as above.
    step < count ? unsafe ring[(start &+ step) & mask] : nil
  }

  /// Adds a flow that was used just now; the ring must have room.
  mutating func append(_ age: FlowAge) {
    assert(count <= mask)
    // SAFETY: as above; the ring has room.
    unsafe ring[(start &+ count) & mask] = age
    count &+= 1
  }

  /// Takes the first flow out; nil if there is none.
  mutating func takeFirst() -> FlowAge? {
    guard isFirstInRing else { return heap.takeFirst() }
    // SAFETY: as above.
    let age = unsafe ring[start & mask]
    start = (start &+ 1) & mask
    count &-= 1
    return age
  }

  /// Corrects the time of the first flow to `used`, which is later.
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

  /// Moves the ring to `memory`, which has room for at least the flows in it.
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
