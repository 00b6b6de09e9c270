import Parsing

/// Lower-case ASCII words with a mark each, found by hash; the text stays in the program.
///
/// Built at first use from one static string, one word a line (the last line ends, too), in time
/// linear in its length: open addressing at a load of at most one half.
///
/// Word table slot:
///
///     [ offset in the text : 24 bits | length : 8 bits ]      0: free
struct WordTable: Sendable {
  private let text: StaticString
  private let slots: [UInt32]
  /// One bit for each value of a hash's low sixteen bits, set if a word has that value.
  ///
  /// Its 8 KiB stay in the first-level cache and rule out nearly all texts that are not in the
  /// table.
  private let filter: [UInt64]
  /// Whether each line begins with a mark, one byte that is no part of the word.
  private let isMarked: Bool

  init(_ text: StaticString, isMarked: Bool = false) {
    self.text = text
    self.isMarked = isMarked
    let bytes = Self.bytes(of: text)
    let markLength = isMarked ? 1 : 0
    var lines = 1
    for offset in bytes.byteOffsets where bytes.byte(unchecked: offset) == 0x0a { lines += 1 }
    var capacity = 16
    while capacity < lines * 2 { capacity *= 2 }
    var slots = [UInt32](repeating: 0, count: capacity)
    var filter = [UInt64](repeating: 0, count: 1 << 10)
    var start = 0
    for offset in bytes.byteOffsets where bytes.byte(unchecked: offset) == 0x0a {
      let word = start + markLength..<max(offset, start + markLength)
      if !word.isEmpty, word.count < 256 {
        let hash = Self.hash(bytes.extracting(word))
        filter[hash >> 6 & 0x3ff] |= 1 << UInt64(hash & 63)
        var slot = hash & (capacity - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
        slots[slot] = UInt32(word.lowerBound) << 8 | UInt32(word.count)
      }
      start = offset + 1
    }
    self.slots = slots
    self.filter = filter
  }

  /// Whether a word, in any ASCII case, is in the table.
  func contains(_ word: RawSpan) -> Bool { slot(of: word) != 0 }

  /// The mark of a word, in any ASCII case; nil where it is not in the table.
  func mark(of word: RawSpan) -> UInt8? {
    let slot = slot(of: word)
    guard slot != 0, isMarked else { return nil }
    return Self.bytes(of: text).byte(at: Int(slot >> 8) - 1)
  }

  private func slot(of word: RawSpan) -> UInt32 {
    guard 1..<256 ~= word.byteCount else { return 0 }
    let hash = Self.hash(word)
    if filter[hash >> 6 & 0x3ff] >> UInt64(hash & 63) & 1 == 0 { return 0 }
    let bytes = Self.bytes(of: text)
    var slot = hash & (slots.count - 1)
    while true {
      let entry = slots[slot]
      if entry == 0 { return 0 }
      if Int(entry & 255) == word.byteCount,
        Self.isEqual(word, bytes.extracting(Int(entry >> 8)..<Int(entry >> 8) + word.byteCount))
      {
        return entry
      }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  private static func isEqual(_ word: RawSpan, _ lower: RawSpan) -> Bool {
    for offset in word.byteOffsets
    where Byte.lowercased(word.byte(unchecked: offset)) != lower.byte(unchecked: offset) {
      return false
    }
    return true
  }

  /// Multiply and fold, eight bytes at a time; the bit that tells ASCII cases apart is set first.
  private static func hash(_ word: RawSpan) -> Int {
    let count = word.byteCount
    var hash = UInt64(count) &* 0x9e37_79b9_7f4a_7c15
    var offset = 0
    while offset < count {
      var block: UInt64 = 0
      if offset + 8 <= count {
        block = word.littleEndianUInt64(unchecked: offset)
      } else if count >= 8 {
        // The last eight bytes, some of them for the second time.
        block = word.littleEndianUInt64(unchecked: count - 8)
      } else {
        for index in 0..<count { block = block << 8 | UInt64(word.byte(unchecked: index)) }
      }
      let product = (hash ^ (block | 0x2020_2020_2020_2020)).multipliedFullWidth(
        by: 0xbf58_476d_1ce4_e5b9)
      hash = product.low ^ product.high
      offset += 8
    }
    return Int(truncatingIfNeeded: hash & 0x7fff_ffff)
  }

  @_lifetime(immortal)
  private static func bytes(of text: StaticString) -> RawSpan {
    // SAFETY: a static string's UTF-8 lives as long as the process.
    let span = unsafe RawSpan(
      _unsafeStart: UnsafeRawPointer(text.utf8Start), byteCount: text.utf8CodeUnitCount)
    return unsafe _overrideLifetime(span, copying: ())
  }
}
