import Inputs

/// A fixed piece of work that says how fast the machine is just now.
///
/// It hashes and scatters over a table that is larger than a first-level cache, so that it slows
/// down with the clock, with a busy neighbour and with the memory as a scan does. Its result is
/// kept, so that the compiler cannot remove any of it.
struct CalibrationLoop {
  /// Steps of one round: some 10 ms.
  private static let steps = 4_000_000

  private var table = [UInt32](repeating: 1, count: 1 << 16)
  private(set) var result: UInt32 = 0

  /// Runs one round.
  ///
  /// - Returns: million steps a second.
  mutating func rate() -> Double {
    let start = SystemClock.seconds
    var state: UInt32 = 2_463_534_242
    var sum = result
    for _ in 0..<Self.steps {
      // Marsaglia's xorshift (2003).
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      let place = Int(state & 0xffff)
      sum = sum &+ table[place]
      table[place] = sum
    }
    result = sum
    return Double(Self.steps) / max(SystemClock.seconds - start, 1e-9) / 1e6
  }
}
