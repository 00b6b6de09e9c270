import Parsing

/// Cosmetic rules of ad blockers, which begin like comments or hold two number signs.
enum AdblockCosmetic {
  static func fits(_ line: RawSpan) -> Bool {
    for sign in ["##", "#@#", "#?#", "#$#", "#%#"] as [StaticString] {
      guard let place = Text.firstIndex(of: sign, in: line) else { continue }
      let end = place + sign.utf8CodeUnitCount
      // A banner of number signs is a comment.
      guard end < line.byteCount, isDomainList(line.extracting(0..<place)) else { continue }
      let next = line.byte(unchecked: end)
      if next == Byte.dot || next == UInt8(ascii: "[") || line.starts(with: "+js(", at: end) {
        return true
      }
      // Without a site before the sign, other text after it may be the words of a comment.
      if place > 0, Byte.isAlphanumeric(next) || "#*:+^/".utf8.contains(next) { return true }
    }
    return false
  }

  /// Whether the text before a rule is a list of sites, which may be empty.
  private static func isDomainList(_ text: RawSpan) -> Bool {
    text.byteOffsets.allSatisfy { offset in
      let byte = text.byte(unchecked: offset)
      return Byte.isAlphanumeric(byte) || byte >= 0x80 || ".-_,~*".utf8.contains(byte)
    }
  }
}
