import Parsing

/// The embedded Public Suffix List (publicsuffix.org): names under which others register.
package enum PublicSuffixList {
  /// Day of the embedded list, `YYYY-MM-DD`.
  package static var date: String { PublicSuffixData.date }

  /// The section of the list that a name belongs to.
  @frozen
  package enum Section: UInt8, Sendable {
    /// No public suffix.
    case none = 0
    /// A suffix of a registry.
    case icann
    /// A suffix under which a company gives names to its customers.
    case `private`
  }

  /// The section in which a whole name (normal form or any ASCII case) is a public suffix.
  ///
  /// A rule names it, or a wildcard rule names its parent and no exception names it. The list's
  /// default rule, which makes any single label a suffix, is not applied.
  package static func classify(_ name: RawSpan) -> Section {
    let own = (table.mark(of: name) ?? 0x40) & 0x3f
    if own & 0o01 != 0 { return .icann }
    if own & 0o10 != 0 { return .private }
    if own & 0o44 != 0 { return .none }
    guard let dot = name.firstOffset(of: 0x2e), dot > 0 else { return .none }
    let parent = (table.mark(of: name.extracting((dot + 1)...)) ?? 0x40) & 0x3f
    if parent & 0o02 != 0 { return .icann }
    return parent & 0o20 != 0 ? .private : .none
  }

  private static let table = WordTable(PublicSuffixData.words, isMarked: true)
}
