import Parsing

/// What the columns of a feed hold, as the user states it.
public enum ColumnNames: Sendable, Equatable {
  /// What each column holds, from the first on.
  case inOrder([String])
  /// What columns hold, by their names in the header; value columns not named here are not read.
  case byHeader([String: String])

  /// One word for each kind of column, for messages; any header name of that kind works as well.
  static let examples = [
    "domain", "hostname", "ip", "range-start", "range-end", "netmask", "url", "email", "md5",
    "sha1", "sha224", "sha256", "sha384", "sha512", "hash", "imphash", "ja3", "ja3s", "ja4",
    "hassh", "hassh-server", "cert-sha1", "cert-sha256", "filename", "user-agent", "mutex",
    "registry-key", "pipe", "pattern", "indicator", "type", "description", "title", "malware",
    "actor", "confidence", "tlp", "reference", "source", "first-seen", "valid-until", "tags",
    "category", "id", "port", "action", "to-ids", "revoked", "active", "status", "-",
  ]

  /// The column that a word means, or nil if the word is unknown.
  static func column(_ word: String) -> Column? {
    if word == "-" || word == "ignore" { return .other }
    let bytes = Array(word.utf8)
    let column = Column(key: Text.key(bytes.rawSpan))
    return column == .unknown ? nil : column
  }
}
