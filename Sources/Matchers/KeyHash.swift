/// The keyed hash of `KeySet`: eight bytes at a time, mixed by 128-bit multiplication.
///
/// Each step multiplies two 64-bit words and folds the product's halves together, xored with the
/// operands so that a zero operand cannot swallow the other (the folded multiplication of Wang Yi's
/// wyhash, in its protected form). All constants depend on the seed, so colliding keys for one seed
/// do not collide for the next, and a builder that meets a crowded bucket takes another seed.
/// The result is a function of seed and bytes alone: it is stored in files.
struct KeyHash: Sendable {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64

  init(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    first = generator.next()
    second = generator.next()
    third = generator.next()
  }

  /// Both halves of the product and both operands, xored.
  @inline(__always)
  static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low ^ a ^ b
  }

  /// The hash of `length` bytes at `offset`, which the caller has found to be in the span.
  ///
  /// With `foldingCase` the ASCII capitals count as small letters. Blocks of sixteen bytes, the last
  /// one filled up with zeros: keys of up to sixteen bytes take no branch that depends on their
  /// length, which a processor would guess wrong for every other name.
  @inline(__always)
  func hash(_ bytes: RawSpan, at offset: Int, length: Int, foldingCase: Bool) -> UInt64 {
    assert(offset >= 0 && length >= 0 && offset + length <= bytes.byteCount)
    var state = first ^ UInt64(truncatingIfNeeded: length) &* 0x9E37_79B9_7F4A_7C15
    var at = offset
    var left = length
    while left > 16 {
      var low = bytes.little(unchecked: at, as: UInt64.self)
      var high = bytes.little(unchecked: at &+ 8, as: UInt64.self)
      if foldingCase {
        low = low.foldingASCIICapitals
        high = high.foldingASCIICapitals
      }
      state = Self.mix(low ^ second, high ^ state)
      at = at &+ 16
      left = left &- 16
    }
    var (low, high) =
      at &+ 16 <= bytes.byteCount
      ? Self.lastBlock(bytes, at: at, length: left)
      : Self.lastBlockAtEnd(bytes, at: at, length: left)
    if foldingCase {
      low = low.foldingASCIICapitals
      high = high.foldingASCIICapitals
    }
    return Self.mix(Self.mix(low ^ second, high ^ state) ^ third, first)
  }

  /// Up to sixteen bytes, zeros after them; sixteen bytes are in the span, though not all the key's.
  @inline(__always)
  private static func lastBlock(
    _ bytes: RawSpan, at offset: Int, length: Int
  ) -> (UInt64, UInt64) {
    let low = bytes.little(unchecked: offset, as: UInt64.self)
    let high = bytes.little(unchecked: offset &+ 8, as: UInt64.self)
    return (low & mask(length), high & mask(length &- 8))
  }

  /// Ones in the lowest bytes, as many as `count` says, which may be negative or above eight.
  @inline(__always)
  private static func mask(_ count: Int) -> UInt64 {
    let bits = UInt64(truncatingIfNeeded: count &<< 3)
    let some = (1 as UInt64) &<< (bits & 63) &- 1
    return count >= 8 ? .max : count > 0 ? some : 0
  }

  /// The same where the span ends too early: byte by byte.
  private static func lastBlockAtEnd(
    _ bytes: RawSpan, at offset: Int, length: Int
  ) -> (UInt64, UInt64) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    for index in 0..<length {
      let byte = UInt64(bytes.little(unchecked: offset &+ index, as: UInt8.self))
      if index < 8 {
        low |= byte &<< UInt64(index &* 8)
      } else {
        high |= byte &<< UInt64((index &- 8) &* 8)
      }
    }
    return (low, high)
  }
}

extension UInt64 {
  /// The word with each byte `A`–`Z` turned into its small letter; no other byte changes.
  @inline(__always)
  var foldingASCIICapitals: UInt64 {
    // Additions on seven bits cannot carry into the next byte; bytes from 0x80 are left out.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let low = self & (ones &* 0x7F)
    let aboveZ = low &+ ones &* (0x7F - UInt64(UInt8(ascii: "Z")))
    let fromA = low &+ ones &* (0x80 - UInt64(UInt8(ascii: "A")))
    let capital = (fromA & ~aboveZ) & ~self & (ones &* 0x80)
    return self | capital &>> 2
  }

  /// The high half of the product with `range`: scales a hash to 0..<range, keeping its order.
  @inline(__always)
  func scaled(to range: Int) -> Int {
    Int(truncatingIfNeeded: multipliedFullWidth(by: UInt64(truncatingIfNeeded: range)).high)
  }
}

extension UInt8 {
  /// The byte, as a small letter if it is an ASCII capital.
  @inline(__always)
  var foldingASCIICapital: UInt8 { self &- 65 < 26 ? self | 0x20 : self }
}

/// Steele, Lea and Flood's generator (OOPSLA 2014): spreads a seed into independent words.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word &>> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word &>> 31)
  }
}

/// Comparison of a looked-up key with a stored one.
enum KeyBytes {
  /// Whether `length` bytes are equal; with `foldingCase` the first ones' capitals are folded.
  ///
  /// Both ranges are in their spans: the caller has checked.
  @inline(__always)
  static func equal(
    _ query: RawSpan, at queryOffset: Int, _ stored: RawSpan, at storedOffset: Int, length: Int,
    foldingCase: Bool
  ) -> Bool {
    if length >= 8 {
      var at = 0
      let last = length &- 8
      while true {
        var word = query.little(unchecked: queryOffset &+ at, as: UInt64.self)
        if foldingCase { word = word.foldingASCIICapitals }
        guard word == stored.little(unchecked: storedOffset &+ at, as: UInt64.self) else {
          return false
        }
        guard at < last else { return true }
        at = min(at &+ 8, last)
      }
    }
    for at in 0..<length {
      var byte = query.little(unchecked: queryOffset &+ at, as: UInt8.self)
      if foldingCase { byte = byte.foldingASCIICapital }
      guard byte == stored.little(unchecked: storedOffset &+ at, as: UInt8.self) else {
        return false
      }
    }
    return true
  }
}
