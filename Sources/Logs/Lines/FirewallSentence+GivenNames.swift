import Parsing

/// Kinds of ends of a name that do not occur in the rest of a line.
///
/// If one name did not find its end, no later name of that kind does, so it is not searched for
/// again.
struct MissingNameEnds: OptionSet, Sendable {
  let rawValue: UInt8

  static let apostrophe = MissingNameEnds(rawValue: 1)
  static let quote = MissingNameEnds(rawValue: 2)
  static let bracket = MissingNameEnds(rawValue: 4)
  static let address = MissingNameEnds(rawValue: 8)
}

/// Names that users give themselves in the sentences of Cisco's firewalls.
extension FirewallSentence {
  /// Where a name of several words ends that a user chose; nil if no such name begins with the
  /// token.
  ///
  /// The name is in quotes or angle brackets, or behind `user =`. Its words say nothing about the
  /// ends.
  mutating func givenNameEnd(
    _ bytes: RawSpan, _ token: Range<Int>, behind previous: Range<Int>
  ) -> Int? {
    let close: (mark: UInt8, kind: MissingNameEnds)
    switch bytes.byte(unchecked: token.lowerBound) {
    case UInt8(ascii: "="):
      guard token.count == 1 else { return nil }
      return userEnd(bytes, token.upperBound..<end, key: previous)
    case Byte.apostrophe: close = (Byte.apostrophe, .apostrophe)
    case Byte.quote: close = (Byte.quote, .quote)
    case UInt8(ascii: "<"): close = (UInt8(ascii: ">"), .bracket)
    default: return nil
    }
    guard !missingEnds.contains(close.kind) else { return nil }
    var offset = token.lowerBound + 1
    while let mark = bytes.firstOffset(of: close.mark, from: offset, to: end) {
      offset = mark + 1
      // The closing mark must not be within a word or a part of an arrow.
      guard offset == end || !ByteClasses.shared.is(bytes.byte(unchecked: offset), .alphanumeric),
        bytes.byte(unchecked: mark - 1) != Byte.minus
      else { continue }
      return mark < token.upperBound ? nil : bytes.tokenEnd(from: mark, to: end)
    }
    missingEnds.insert(close.kind)
    return nil
  }

  /// Where the value of `user =` or `Username =` ends if it has several words: before the last
  /// words that introduce the user's address, or for `user =` else at the end of the line.
  private mutating func userEnd(
    _ bytes: RawSpan, _ range: Range<Int>, key: Range<Int>
  ) -> Int? {
    let isUser = bytes.isWord(key, "user") || bytes.isWord(key, "User")
    guard isUser || !missingEnds.contains(.address) && bytes.isWord(key, "Username") else {
      return nil
    }
    var end = isUser ? range.upperBound : nil
    var offset = range.lowerBound
    while let mark = bytes.firstRange(
      of: isUser ? ": user IP" : ", IP = ", from: offset, to: range.upperBound)
    {
      (end, offset) = (mark.lowerBound, mark.upperBound)
    }
    if end == nil { missingEnds.insert(.address) }
    guard let end, case let name = bytes.trimmed(range.lowerBound..<end),
      bytes.firstOffset(of: Byte.space, from: name.lowerBound, to: name.upperBound) != nil
    else { return nil }
    return end
  }
}
