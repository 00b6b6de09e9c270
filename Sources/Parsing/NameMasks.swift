/// Bit masks of the dots, hyphens and digits of a short name: one bit per byte, the first lowest.
///
/// Nearly all bytes of names are read several times on the way from a feed to a database. Eight at
/// a time and without a branch for each, that costs next to nothing.
package struct NameMasks {
  /// The dots.
  package private(set) var dots: UInt64 = 0
  /// The hyphens.
  package private(set) var hyphens: UInt64 = 0
  /// The digits.
  package private(set) var digits: UInt64 = 0
  /// Number of bytes of the name.
  package let count: Int

  /// Makes the masks of a text; nil if it is not a short name.
  ///
  /// That is 1 to 64 bytes of `a`–`z`, digits, dots and hyphens.
  package init?(_ text: RawSpan) {
    count = text.byteCount
    guard 1...64 ~= count else { return nil }
    if count < 8 {
      var word: UInt64 = 0
      for offset in 0..<count { word |= UInt64(text.byte(unchecked: offset)) << UInt64(8 * offset) }
      // The missing bytes are filled with letters, which set no bits.
      word |= 0x6161_6161_6161_6161 << UInt64(8 * count)
      guard add(word, at: 0) else { return nil }
      return
    }
    var offset = 0
    while offset + 8 <= count {
      guard add(text.littleEndianUInt64(unchecked: offset), at: offset) else { return nil }
      offset += 8
    }
    // The last eight bytes, some of them for the second time.
    if offset < count,
      !add(text.littleEndianUInt64(unchecked: count - 8), at: count - 8)
    {
      return nil
    }
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// Adds the bits of eight bytes; false if one of them is not allowed.
  @inline(__always)
  private mutating func add(_ word: UInt64, at offset: Int) -> Bool {
    let ones = Self.ones
    let high = ones &* 0x80
    if word & high != 0 { return false }
    // In each of these sums, the high bit of a byte says whether it is at least, or above, a bound.
    let letters = (word &+ ones &* (0x80 - 0x61)) & ~(word &+ ones &* (0x7f - 0x7a))
    let digits = (word &+ ones &* (0x80 - 0x30)) & ~(word &+ ones &* (0x7f - 0x39))
    let dots = ~((word ^ ones &* 0x2e) &+ ones &* 0x7f)
    let hyphens = ~((word ^ ones &* 0x2d) &+ ones &* 0x7f)
    if ~(letters | digits | dots | hyphens) & high != 0 { return false }
    let shift = UInt64(offset)
    self.dots |= Self.gathered(dots & high) << shift
    self.hyphens |= Self.gathered(hyphens & high) << shift
    self.digits |= Self.gathered(digits & high) << shift
    return true
  }

  /// Gathers the high bits of eight bytes side by side.
  @inline(__always)
  private static func gathered(_ bits: UInt64) -> UInt64 {
    ((bits >> 7) &* 0x0102_0408_1020_4080) >> 56
  }

  /// The last byte's bit.
  private var last: UInt64 { 1 << UInt64(count - 1) }

  /// Where the last label begins; 0 in a name without a dot.
  package var lastLabel: Int { 64 - dots.leadingZeroBitCount }

  /// Number of labels.
  package var labelCount: Int { dots.nonzeroBitCount + 1 }

  /// Whether a label is empty.
  package var hasEmptyLabel: Bool { dots & (dots << 1 | 1 | last) != 0 }

  /// Whether a label begins or ends with a hyphen.
  package var hasHyphenAtBorder: Bool {
    hyphens & (dots << 1 | dots >> 1 | 1 | last) != 0
  }

  /// The bits of the last label.
  private var lastLabelBits: UInt64 {
    (last << 1 &- 1) & ~(lastLabel == 64 ? ~0 : 1 << UInt64(lastLabel) &- 1)
  }

  /// Whether the last label is of letters alone.
  package var endsInLetters: Bool { (digits | hyphens) & lastLabelBits == 0 }

  /// Whether the last label is of digits alone.
  package var endsInNumber: Bool { digits & lastLabelBits == lastLabelBits }
}
