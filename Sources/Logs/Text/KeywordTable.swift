import Parsing

/// Words that a reader acts upon, each with what it means, found by their bytes in one step.
///
/// The words of a message are many, so none becomes a string: one of up to sixteen bytes, in the
/// case that it is written in, is two integers, whose hash chooses one of the slots. At most half
/// of these are taken.
struct KeywordTable<Keyword: Sendable>: Sendable {
  /// A word as integers: its length, its first eight bytes and its last eight, which overlap; those
  /// of a shorter word are all in the first.
  private struct Key: Equatable {
    static var longest: Int { 16 }

    private let count: Int
    private var first: UInt64 = 0
    private var second: UInt64 = 0

    init(_ bytes: RawSpan, _ word: Range<Int>) {
      count = word.count
      if count >= 8 {
        first = bytes.littleEndianUInt64(unchecked: word.lowerBound)
        second = bytes.littleEndianUInt64(unchecked: word.upperBound - 8)
      } else {
        for offset in word { first = first << 8 | UInt64(bytes.byte(unchecked: offset)) }
      }
    }

    /// Multiply and fold; the length need not be part of it.
    var hash: Int {
      let product = (first ^ second &* 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(
        by: 0xbf58_476d_1ce4_e5b9)
      return Int(truncatingIfNeeded: (product.low ^ product.high) >> 1)
    }
  }

  private struct Slot {
    var key: Key
    var keyword: Keyword
  }

  private var slots: [Slot?]

  /// A table of keywords, each with the words that stand for it, between blanks.
  init(_ words: KeyValuePairs<Keyword, String>) {
    let all = words.flatMap { pair in
      pair.value.split(separator: " ").map { (keyword: pair.key, bytes: Array($0.utf8)) }
    }
    var capacity = 8
    while capacity < 2 * all.count { capacity *= 2 }
    slots = Array(repeating: nil, count: capacity)
    for (keyword, bytes) in all {
      precondition(bytes.count <= Key.longest, "a keyword is too long")
      let key = Key(bytes.rawSpan, bytes.indices)
      var slot = key.hash & (capacity - 1)
      while slots[slot] != nil { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = Slot(key: key, keyword: keyword)
    }
  }

  /// What the word in a range means; nil if it is none of the table.
  subscript(_ bytes: RawSpan, _ word: Range<Int>) -> Keyword? {
    guard word.count <= Key.longest else { return nil }
    let key = Key(bytes, word)
    var slot = key.hash & (slots.count - 1)
    while let candidate = slots[slot] {
      if candidate.key == key { return candidate.keyword }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }
}
