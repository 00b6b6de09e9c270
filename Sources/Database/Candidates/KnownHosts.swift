import Parsing

/// Which names may be hosts of the URLs of some databases, by their last two labels (`CandidateFilter`).
///
/// A URL without scheme is a name with whatever follows it on its line: to normalise all of that takes far longer than
/// to ask here whether anything can be known of it.
package struct KnownHosts: Sendable {
  private let filters: [CandidateFilter]

  /// Nil where some database has no filter.
  package init?(databases: [IndicatorDatabase]) {
    var filters: [CandidateFilter] = []
    for database in databases {
      guard let filter = database.candidateFilter else { return nil }
      filters.append(filter)
    }
    self.filters = filters
  }

  /// Whether a name of ASCII, of two labels or more, may be one; hyphens are stripped from its ends.
  package func mayHold(_ name: RawSpan) -> Bool {
    let count = name.byteCount
    let last = name.lastOffset(of: Byte.dot, from: 0, to: count).map { $0 + 1 } ?? 0
    // Of others there are no labels in the filter.
    guard last > 1, last < count, Byte.isLetter(name.byte(unchecked: last)) else { return true }
    let first = name.lastOffset(of: Byte.dot, from: 0, to: last - 1).map { $0 + 1 } ?? 0
    // What is written as `xn--` may be normalised.
    if WideTail.isEncoded(name, at: first) || WideTail.isEncoded(name, at: last) { return true }
    var hash = SuffixHash()
    let tail = hash.hash(name, before: count, length: count - first)
    return filters.contains { $0.tails.holds(tail) }
  }
}
