import Parsing

extension CandidateFinder {
  /// Looks at what stands behind an ANSI sequence: what begins there is taken for a part of the sequence
  /// by those who do not know it.
  ///
  /// ESC, or an escape of it, stands at `offset` and ends before `bracket`.
  mutating func considerSequence(_ bytes: RawSpan, at offset: Int, from bracket: Int) {
    // A word behind it is known by itself.
    guard !refangs else { return addWord(offset) }
    let count = bytes.byteCount
    guard bracket < count else { return }
    var start = bracket
    if bytes.byte(unchecked: start) == UInt8(ascii: "[") {
      start += 1
      while start < count, 0x20...0x3f ~= bytes.byte(unchecked: start) { start += 1 }
      guard start < count else { return }
    }
    // In a record the rest of the sequence may be written as escapes as well.
    if bytes.byte(unchecked: start) == Byte.backslash, bytes.byte(unchecked: offset) != 0x1b {
      return addWord(offset)
    }
    // Where it has no last byte it is none.
    guard start > bracket, 0x40...0x7e ~= bytes.byte(unchecked: start) else { return }
    start += 1
    var end = start
    while end < count, classes.is(bytes.byte(unchecked: end), .label) { end += 1 }
    // A label that others follow, an address, or as many digits as a digest has.
    guard end < count else { return add(offset) }
    switch bytes.byte(unchecked: end) {
    case UInt8(ascii: ":"): considerColons(bytes, behind: offset, from: start)
    case UInt8(ascii: "."), UInt8(ascii: "%"), 0x80...: add(offset)
    case Byte.backslash where mayGoOn(bytes, at: end): add(offset)
    default: if end - start >= 32 { add(offset) }
    }
  }

  /// Whether an escape may stand for what a value goes on with, or for more than a character.
  private func mayGoOn(_ bytes: RawSpan, at backslash: Int) -> Bool {
    guard backslash + 1 < bytes.byteCount else { return true }
    let digits: Int
    switch bytes.byte(unchecked: backslash + 1) {
    case Byte.backslash: return true
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "x"): digits = 2
    default: return false
    }
    guard let value = hex(bytes, at: backslash + 2, digits: digits) else { return false }
    // Also a percent sign, a colon and a backslash.
    return value >= 0x80 || isPart(value) || value == 0x25 || value == 0x3a || value == 0x5c
  }
}
