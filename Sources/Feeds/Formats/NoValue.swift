import Parsing

/// Words that tables write where there is no value.
enum NoValue {
  private static let words: [StaticString] = [
    "-", "--", "---", "?", "n/a", "na", "n.a.", "n.a", "none", "null", "nil", "unknown",
    "undefined", "not available", "tbd", "unknown malware",
  ]
  private static let longest = 15

  /// Whether a cell without white space at its ends is empty or one of these, in any case.
  static func fits(_ cell: RawSpan) -> Bool {
    guard cell.byteCount <= longest else { return false }
    if cell.isEmpty { return true }
    // Their first letters, which few values begin with.
    switch Byte.lowercased(cell.byte(unchecked: 0)) {
    case Byte.minus, UInt8(ascii: "?"), UInt8(ascii: "n"), UInt8(ascii: "u"), UInt8(ascii: "t"):
      return words.contains { cell.equals(ignoringCase: $0) }
    default: return false
    }
  }
}
