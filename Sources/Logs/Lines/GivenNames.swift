import Parsing

/// Names that users give themselves in the sentences of Cisco's firewalls.
extension Extraction {
  /// Where a name of several words ends that somebody gave himself, which says nothing of ends: one in quotes or angle
  /// brackets, or behind `user =`; nil: a token is no such name.
  func givenNameEnd(
    _ bytes: RawSpan, _ token: Range<Int>, behind previous: Range<Int>, to end: Int
  ) -> Int? {
    let close: UInt8
    switch bytes.byte(unchecked: token.lowerBound) {
    case UInt8(ascii: "="):
      return token.count == 1 ? userEnd(bytes, token.upperBound..<end, key: previous) : nil
    case UInt8(ascii: "'"): close = UInt8(ascii: "'")
    case Byte.quote: close = Byte.quote
    case UInt8(ascii: "<"): close = UInt8(ascii: ">")
    default: return nil
    }
    var offset = token.lowerBound + 1
    while let mark = bytes.firstOffset(of: close, from: offset, to: end) {
      offset = mark + 1
      // Not within a word, and no arrow.
      guard offset == end || !classes.is(bytes.byte(unchecked: offset), .alphanumeric),
        bytes.byte(unchecked: mark - 1) != Byte.minus
      else { continue }
      return mark < token.upperBound ? nil : tokenEnd(bytes, from: mark, to: end)
    }
    return nil
  }

  /// Where the value of `user =` or `Username =` ends, if it has several words: before the last address that is said to
  /// be the user's.
  private func userEnd(_ bytes: RawSpan, _ range: Range<Int>, key: Range<Int>) -> Int? {
    let isUser = isWord(bytes, key, "user") || isWord(bytes, key, "User")
    guard isUser || isWord(bytes, key, "Username") else { return nil }
    var end = isUser ? range.upperBound : nil
    var offset = range.lowerBound
    while let mark = firstRange(
      of: isUser ? ": user IP" : ", IP = ", bytes, from: offset, to: range.upperBound)
    {
      (end, offset) = (mark.lowerBound, mark.upperBound)
    }
    guard let end, case let name = bytes.trimmed(range.lowerBound..<end),
      bytes.firstOffset(of: Byte.space, from: name.lowerBound, to: name.upperBound) != nil
    else { return nil }
    return end
  }
}
