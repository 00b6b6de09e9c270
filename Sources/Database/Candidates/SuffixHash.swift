import Parsing

/// Hashes of what text may hold.
///
/// They are computed from the last byte backwards, so that one walk over a name gives the hashes of
/// all its suffixes.
struct SuffixHash {
  private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15
  private static let finisher: UInt64 = 0xbf58_476d_1ce4_e5b9

  /// The state over the last `covered` bytes: the last sixteen, and whole words of eight before
  /// those.
  private var state: UInt64 = 0
  /// How many bytes `state` covers.
  private var covered = 0

  init() {}

  /// The hash of the `length` bytes before `end`; within one walk `length` only grows.
  ///
  /// Bit 5 of each byte is set, which makes letters small and keeps all other name characters
  /// apart.
  @inline(__always)
  mutating func hash(_ bytes: RawSpan, before end: Int, length: Int) -> UInt64 {
    // Most tails have at most sixteen bytes: hashed without a branch on how many.
    if length <= 16, end >= 16 {
      return Self.hashOfSixteen(bytes, before: end, length: length)
    }
    return slowHash(bytes, before: end, length: length)
  }

  /// The hash of up to sixteen bytes before `end`, which is at least 16.
  @inline(__always)
  static func hashOfSixteen(_ bytes: RawSpan, before end: Int, length: Int) -> UInt64 {
    let low = bytes.littleEndianUInt64(unchecked: end &- 8) | bit5
    let high = bytes.littleEndianUInt64(unchecked: end &- 16) | bit5
    let isLong = length > 8
    let lowPart = isLong ? low : low &>> UInt64(truncatingIfNeeded: 64 &- 8 &* length)
    let highPart = isLong ? high &>> UInt64(truncatingIfNeeded: 128 &- 8 &* length) : 0
    return finish(lowPart, highPart, length)
  }

  @inline(never)
  private mutating func slowHash(_ bytes: RawSpan, before end: Int, length: Int) -> UInt64 {
    if length <= 16 {
      let low = Self.word(bytes, before: end, count: min(length, 8))
      let high = length > 8 ? Self.word(bytes, before: end - 8, count: length - 8) : 0
      return Self.finish(low, high, length)
    }
    if covered == 0 {
      state =
        Self.word(bytes, before: end, count: 8)
        ^ Self.mix(Self.word(bytes, before: end - 8, count: 8) ^ Self.finisher, Self.multiplier)
      covered = 16
    }
    while length - covered >= 8 {
      state = Self.mix(state ^ Self.word(bytes, before: end - covered, count: 8), Self.multiplier)
      covered += 8
    }
    let rest = length - covered
    let partial = rest == 0 ? 0 : Self.word(bytes, before: end - covered, count: rest)
    return Self.finish(state, partial, length)
  }

  @inline(__always)
  private static func finish(_ low: UInt64, _ high: UInt64, _ length: Int) -> UInt64 {
    mix(low ^ multiplier, high ^ finisher ^ UInt64(truncatingIfNeeded: length) << 56)
  }

  /// What the filter of values holds for a name that matches only as a whole, by the name's hash.
  @inline(__always)
  static func whole(_ hash: UInt64) -> UInt64 { hash ^ 0xd1b5_4a32_d192_ed03 }

  /// The hash of a digest by its first eight bytes, in the order they are written, and its width.
  static func hash(digest first: UInt64, width: Int) -> UInt64 {
    mix(first ^ multiplier, finisher ^ UInt64(truncatingIfNeeded: width) << 32)
  }

  /// The hash of an IPv4 address that is the host of a URL.
  @inline(__always)
  static func hash(ipv4 address: UInt32) -> UInt64 {
    mix(UInt64(address) ^ multiplier, finisher ^ 4 << 48)
  }

  /// The hash of two labels, by the states over their characters (`WideTail.Label`).
  @inline(__always)
  static func hash(labels first: UInt64, _ last: UInt64) -> UInt64 {
    mix(first ^ multiplier, last ^ finisher)
  }

  @inline(__always)
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  private static let bit5: UInt64 = 0x2020_2020_2020_2020

  /// One to eight bytes before an offset, the last one in the highest place that is used.
  @inline(__always)
  private static func word(_ bytes: RawSpan, before end: Int, count: Int) -> UInt64 {
    if end >= 8 {
      let word = bytes.littleEndianUInt64(unchecked: end - 8) | bit5
      return word >> UInt64(64 - 8 * count)
    }
    var word: UInt64 = 0
    for offset in end - count..<end {
      word = word >> 8 | UInt64(bytes.byte(unchecked: offset) | 0x20) << 56
    }
    return word >> UInt64(64 - 8 * count)
  }
}
