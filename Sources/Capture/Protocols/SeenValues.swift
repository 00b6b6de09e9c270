/// The values of one packet by hash; the table is emptied in one step.
///
/// Probes are bounded: in a packet crafted so that many values collide, some are written twice,
/// which costs less than long probes. How many slots are in use depends on the packet alone.
struct SeenValues {
  private static let fewestSlots = 1 << 14
  /// Twice as many as a message of the longest kind can have values.
  private static let mostSlots = 1 << 19
  private static let longestProbe = 32
  /// In each slot: the generation that wrote it, and the observable's index.
  private var slots: [UInt64] = []
  /// The number of slots in use, a power of two, minus one.
  private var mask = fewestSlots - 1
  private var generation: UInt32 = 1
  private var count = 0

  init() {}

  var isEmpty: Bool { count == 0 }
  /// Whether the values are to be put into a larger table.
  var isFull: Bool { count > mask / 2 && mask < Self.mostSlots - 1 }

  @inline(__always)
  mutating func removeAll() {
    if !isEmpty { startGeneration() }
  }

  private mutating func startGeneration() {
    count = 0
    generation &+= 1
    if generation == 0 {
      for slot in slots.indices { slots[slot] = 0 }
      generation = 1
    }
  }

  /// Makes room in the empty table for so many values and as many more.
  mutating func reserve(_ count: Int) {
    var size = Self.fewestSlots
    while size < 4 * count, size < Self.mostSlots { size *= 2 }
    mask = size - 1
    // Created late, because many captures never need the table.
    if slots.count < size { slots += repeatElement(0, count: size - slots.count) }
  }

  /// The observable at a step of a hash's probe; nil ends the probe.
  func candidate(_ hash: UInt32, _ probe: Int) -> UInt32? {
    guard !isEmpty, probe < Self.longestProbe else { return nil }
    let value = slots[(Int(hash) + probe) & mask]
    guard UInt32(truncatingIfNeeded: value >> 32) == generation else { return nil }
    return UInt32(truncatingIfNeeded: value)
  }

  /// Adds an observable; `reserve` must have made the table.
  mutating func insert(_ hash: UInt32, _ index: UInt32) {
    count += 1
    for probe in 0..<Self.longestProbe {
      let slot = (Int(hash) + probe) & mask
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) != generation {
        slots[slot] = UInt64(generation) << 32 | UInt64(index)
        return
      }
    }
  }
}
