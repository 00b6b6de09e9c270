import Parsing

/// Words that tables write where there is no value.
enum NoValue {
  private static let words: [StaticString] = [
    "-", "--", "---", "?", "n/a", "na", "n.a.", "n.a", "none", "null", "nil", "unknown",
    "undefined", "not available", "tbd",
  ]
  private static let longest = 13

  /// Whether a cell without white space at its ends is empty or one of these, in any case.
  static func fits(_ cell: RawSpan) -> Bool {
    guard cell.byteCount <= longest else { return false }
    return cell.isEmpty || words.contains { Text.equals(cell, $0) }
  }
}
