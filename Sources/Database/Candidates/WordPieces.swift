internal import Matchers
internal import Parsing

/// Which three characters follow one another in some word: what tells, where a character is written as an
/// escape or a percent unit, whether it can be one of a word at all.
///
/// A word that stands for a whole run of `[a-z0-9._-]` has nothing of such a run behind it, so that its end
/// counts as a character too. A bit for each three.
enum WordPieces {
  /// What may stand in a word, and the end of a run.
  private static let symbols = 40
  static let words = (symbols * symbols * symbols + 63) / 64
  static let end: Int = 39

  /// The number of a character of a word, whose letters' case does not count; nil of any other byte.
  @inline(__always)
  static func symbol(_ byte: UInt8) -> Int? {
    let lower = byte | 0x20
    if lower &- 97 < 26 { return Int(lower &- 97) + 10 }
    if byte &- 48 < 10 { return Int(byte &- 48) }
    switch byte {
    case UInt8(ascii: "."): return 36
    case UInt8(ascii: "_"): return 37
    case UInt8(ascii: "-"): return 38
    default: return nil
    }
  }

  @inline(__always)
  static func bit(_ first: Int, _ second: Int, _ third: Int) -> Int {
    (first * symbols + second) * symbols + third
  }

  /// Adds the pieces of a word to a table; behind its end anything may stand where it is no whole run.
  static func insert(_ word: [UInt8], isRun: Bool, in table: inout [UInt64]) {
    // A word is made of these characters only.
    let numbers = word.map { symbol($0) ?? end }
    let behind = isRun ? end...end : 0...end
    func add(_ first: Int, _ second: Int, _ third: Int) {
      let bit = bit(first, second, third)
      table[bit >> 6] |= 1 << UInt64(bit & 63)
    }
    for at in numbers.indices {
      let left = numbers.count - at
      if left > 2 {
        add(numbers[at], numbers[at + 1], numbers[at + 2])
      } else if left == 2 {
        for third in behind { add(numbers[at], numbers[at + 1], third) }
      } else {
        // What is behind the end of a run is not looked at.
        for second in behind { for third in 0...end { add(numbers[at], second, third) } }
      }
    }
  }
}
