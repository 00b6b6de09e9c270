/// The SHA-1 (FIPS 180-4) of a message that fills one block with its padding: at most 55 bytes.
///
/// Community IDs are the digests of such, one for each flow that hits. What a library takes for so little is
/// buffers and calls, six times the work on the block itself. No secrets are hashed.
struct ShortSHA1 {
  private static let longest = 55

  private var words = InlineArray<16, UInt32>(repeating: 0)
  private var count = 0

  /// Adds a byte; beyond the longest message nothing happens.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    assert(count < Self.longest)
    guard count < Self.longest else { return }
    words[count >> 2] |= UInt32(byte) << UInt32(truncatingIfNeeded: 24 &- 8 &* (count & 3))
    count &+= 1
  }

  /// Adds the first bytes of a number, the most significant one first.
  @inline(__always)
  mutating func append(_ value: UInt64, count: Int) {
    for index in 0..<count {
      append(UInt8(truncatingIfNeeded: value >> UInt64(truncatingIfNeeded: 56 &- 8 &* index)))
    }
  }

  /// The digest of what was added.
  func digest() -> InlineArray<5, UInt32> {
    var words = words
    words[(count >> 2) & 15] |= 0x80 << UInt32(truncatingIfNeeded: 24 &- 8 &* (count & 3))
    words[15] = UInt32(truncatingIfNeeded: 8 &* count)
    var state = State()
    for round in 0..<16 { state.step(words[round], state.choice, 0x5a82_7999) }
    for round in 16..<20 { state.step(Self.next(&words, round), state.choice, 0x5a82_7999) }
    for round in 20..<40 { state.step(Self.next(&words, round), state.parity, 0x6ed9_eba1) }
    for round in 40..<60 { state.step(Self.next(&words, round), state.majority, 0x8f1b_bcdc) }
    for round in 60..<80 { state.step(Self.next(&words, round), state.parity, 0xca62_c1d6) }
    let start = State()
    return [
      start.a &+ state.a, start.b &+ state.b, start.c &+ state.c, start.d &+ state.d,
      start.e &+ state.e,
    ]
  }

  /// The word of a round, made of those 3, 8, 14 and 16 before it, the last of which has its place.
  @inline(__always)
  private static func next(_ words: inout InlineArray<16, UInt32>, _ round: Int) -> UInt32 {
    let mixed =
      words[(round &- 3) & 15] ^ words[(round &- 8) & 15] ^ words[(round &- 14) & 15]
      ^ words[round & 15]
    let word = rotated(mixed, 1)
    words[round & 15] = word
    return word
  }

  /// What rounds work on.
  private struct State {
    var a: UInt32 = 0x6745_2301
    var b: UInt32 = 0xefcd_ab89
    var c: UInt32 = 0x98ba_dcfe
    var d: UInt32 = 0x1032_5476
    var e: UInt32 = 0xc3d2_e1f0

    var choice: UInt32 {
      @inline(__always) get { d ^ b & (c ^ d) }
    }
    var parity: UInt32 {
      @inline(__always) get { b ^ c ^ d }
    }
    var majority: UInt32 {
      @inline(__always) get { b & c | d & (b | c) }
    }

    @inline(__always)
    mutating func step(_ word: UInt32, _ mixed: UInt32, _ constant: UInt32) {
      let next = rotated(a, 5) &+ mixed &+ e &+ constant &+ word
      (e, d, c, b, a) = (d, c, rotated(b, 30), a, next)
    }
  }

  @inline(__always)
  private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value << count | value >> (32 &- count)
  }
}
