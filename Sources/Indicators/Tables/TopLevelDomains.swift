import Parsing

/// Top-level domains (IANA's list, dated) and the names in local use that `extract` knows.
package enum TopLevelDomains {
  /// Whether the last label of a name (normal form or any ASCII case) is a top-level domain.
  package static func endsName(_ name: RawSpan) -> Bool {
    var end = name.byteCount
    if end > 0, name.byte(unchecked: end - 1) == 0x2e { end -= 1 }
    var start = end
    while start > 0, name.byte(unchecked: start - 1) != 0x2e { start -= 1 }
    return contains(name.extracting(start..<end))
  }

  /// Whether a label, in any ASCII case, is a top-level domain.
  package static func contains(_ label: RawSpan) -> Bool {
    official.contains(label) || local.contains(label)
  }

  private static let official = WordTable(TopLevelDomainData.words)

  private static let local = WordTable(
    """
    onion
    i2p
    bit
    local
    internal
    lan
    home
    corp
    test
    example
    invalid
    localhost

    """)
}
