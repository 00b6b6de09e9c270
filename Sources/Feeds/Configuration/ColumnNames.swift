import Parsing

/// What the columns of a feed hold, as its user says.
public enum ColumnNames: Sendable, Equatable {
  /// What each column holds, from the first on.
  case inOrder([String])
  /// What columns hold by the names in the header; others of values are not read.
  case byHeader([String: String])

  /// Words for what is commonly meant; any name that a header may have will do.
  static let examples = [
    "domain", "hostname", "ip", "url", "md5", "sha1", "sha256", "hash", "email", "ja3", "filename",
    "indicator", "type", "description", "malware", "actor", "confidence", "tlp", "reference",
    "first-seen", "valid-until", "tags", "id", "port", "-",
  ]

  /// The column that a word means; nil for a word that means none.
  static func column(_ word: String) -> Column? {
    if word == "-" || word == "ignore" { return .other }
    let bytes = Array(word.utf8)
    let column = Column(key: Text.key(bytes.rawSpan))
    return column == .unknown ? nil : column
  }
}
