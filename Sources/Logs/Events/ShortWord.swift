import Parsing

/// The letters of a short word in lower case, as integers: lines have many words, and strings would
/// be slow.
///
/// Of a word with more than sixteen letters, the first sixteen, the last eight and their number are
/// kept.
struct ShortWord: Hashable, ExpressibleByStringLiteral {
  /// The number of letters.
  private var count = 0
  /// The first eight letters and the next eight; the first of each is in the lowest byte.
  private var first: UInt64 = 0
  private var second: UInt64 = 0
  /// The last eight letters; the last one is in the lowest byte.
  private var last: UInt64 = 0

  /// The longest range that is read as a word; a longer one gives an empty word.
  private static let longest = 48

  /// The letters in a range; other bytes among them are ignored.
  init(_ bytes: RawSpan, _ range: Range<Int>) {
    guard range.count <= Self.longest else { return }
    for offset in range { take(bytes.byte(unchecked: offset)) }
  }

  init(_ text: some Sequence<UInt8>) {
    for byte in text { take(byte) }
  }

  init(stringLiteral text: String) { self.init(text.utf8) }

  @inline(__always)
  private mutating func take(_ byte: UInt8) {
    let letter = byte | 0x20
    guard Byte.isSmallLetter(letter) else { return }
    let place = UInt64(truncatingIfNeeded: 8 * (count & 7))
    if count < 8 {
      first |= UInt64(letter) << place
    } else if count < 16 {
      second |= UInt64(letter) << place
    }
    last = last << 8 | UInt64(letter)
    count += 1
  }

  /// Whether there is no letter.
  var isEmpty: Bool { count == 0 }

  /// Whether it begins with another word of sixteen letters or less.
  func begins(with other: ShortWord) -> Bool {
    guard count >= other.count else { return false }
    return first & Self.mask(other.count) == other.first
      && second & Self.mask(other.count - 8) == other.second
  }

  /// Whether it ends in `login`.
  var endsInLogin: Bool { last & 0xff_ffff_ffff == 0x6c_6f67_696e }

  /// The bits of the first `letters` letters.
  private static func mask(_ letters: Int) -> UInt64 {
    letters >= 8 ? .max : letters <= 0 ? 0 : (1 << UInt64(8 * letters)) - 1
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(first)
    hasher.combine(second)
  }
}
