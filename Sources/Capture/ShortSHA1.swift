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
    words[count >> 2] |= 0x80 << UInt32(truncatingIfNeeded: 24 &- 8 &* (count & 3))
    words[15] = UInt32(truncatingIfNeeded: 8 &* count)
    let start: InlineArray<5, UInt32> = [
      0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0,
    ]
    var (a, b, c, d, e) = (start[0], start[1], start[2], start[3], start[4])
    for round in 0..<80 {
      let place = round & 15
      if round >= 16 {
        // Word t is made of those 3, 8, 14 and 16 before it, the last of which has its place.
        let mixed =
          words[(round &- 3) & 15] ^ words[(round &- 8) & 15] ^ words[(round &- 14) & 15]
          ^ words[place]
        words[place] = Self.rotated(mixed, 1)
      }
      let (choice, constant): (UInt32, UInt32)
      switch round {
      case ..<20: (choice, constant) = (b & c | ~b & d, 0x5a82_7999)
      case ..<40: (choice, constant) = (b ^ c ^ d, 0x6ed9_eba1)
      case ..<60: (choice, constant) = (b & c | b & d | c & d, 0x8f1b_bcdc)
      default: (choice, constant) = (b ^ c ^ d, 0xca62_c1d6)
      }
      let next = Self.rotated(a, 5) &+ choice &+ e &+ constant &+ words[place]
      (e, d, c, b, a) = (d, c, Self.rotated(b, 30), a, next)
    }
    return [start[0] &+ a, start[1] &+ b, start[2] &+ c, start[3] &+ d, start[4] &+ e]
  }

  @inline(__always)
  private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value << count | value >> (32 &- count)
  }
}
