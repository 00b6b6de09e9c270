/// The values of one packet by hash; the table is emptied in one step.
///
/// Probes are bounded: in a packet crafted so that many values collide, some are written twice,
/// which costs less than long probes.
struct SeenValues {
  private static let size = 1 << 14
  private static let longestProbe = 32
  /// In each slot: the generation that wrote it, and the observable's index.
  private var slots: [UInt64] = []
  private var generation: UInt32 = 1
  private(set) var isEmpty = true

  init() {}

  @inline(__always)
  mutating func removeAll() {
    if !isEmpty { startGeneration() }
  }

  private mutating func startGeneration() {
    isEmpty = true
    generation &+= 1
    if generation == 0 {
      for slot in slots.indices { slots[slot] = 0 }
      generation = 1
    }
  }

  /// The observable at a step of a hash's probe; nil ends the probe.
  func candidate(_ hash: UInt32, _ probe: Int) -> UInt32? {
    guard !isEmpty, probe < Self.longestProbe else { return nil }
    let value = slots[(Int(hash) + probe) & (Self.size - 1)]
    guard UInt32(truncatingIfNeeded: value >> 32) == generation else { return nil }
    return UInt32(truncatingIfNeeded: value)
  }

  mutating func insert(_ hash: UInt32, _ index: UInt32) {
    isEmpty = false
    // Created late, because many captures never need the table.
    if slots.isEmpty { slots = Array(repeating: 0, count: Self.size) }
    for probe in 0..<Self.longestProbe {
      let slot = (Int(hash) + probe) & (Self.size - 1)
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) != generation {
        slots[slot] = UInt64(generation) << 32 | UInt64(index)
        return
      }
    }
  }
}
