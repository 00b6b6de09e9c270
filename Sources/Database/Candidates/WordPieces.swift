import Matchers
import Parsing

/// Which three characters follow one another in some word: one bit for each three.
///
/// This tells whether a character that is written as an escape or a percent unit can be part of a
/// word at all. A word that is a whole run of `[a-z0-9._-]` has no such character behind it, so
/// that the end of a run counts as a character too.
enum WordPieces {
  /// The number of characters that a word may hold, and the end of a run.
  private static let symbols = 40
  static let words = (symbols * symbols * symbols + 63) / 64
  static let end: Int = 39

  /// The number of a character of a word, the same for both cases of a letter; nil for any other
  /// byte.
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

  /// Adds the pieces of a word to a table; behind a word that is no whole run anything may follow.
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
        // Anything may follow the end of a run: it is not looked at.
        for second in behind { for third in 0...end { add(numbers[at], second, third) } }
      }
    }
  }
}
