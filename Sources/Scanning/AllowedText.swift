package import Database
import Indicators
import Matchers
import Parsing

/// Text that allow lists name: a value that holds it, in any case, is suppressed.
package struct AllowedText {
  /// Matches in one value that are looked at.
  private static let limit = 64

  private let matchers: [(database: Int, matcher: LiteralMatcher)]
  private var matches: [LiteralMatch] = []

  /// The text of databases' allow lists.
  package init(_ databases: [IndicatorDatabase]) {
    matchers = databases.enumerated().compactMap { index, database in
      guard database.hasTexts(ofAllowLists: true), let matcher = database.textMatcher else {
        return nil
      }
      return (index, matcher)
    }
  }

  /// Whether there is none.
  package var isEmpty: Bool { matchers.isEmpty }

  /// The entry of an allow list whose text a value holds, and its database.
  package mutating func entry(
    in value: [UInt8], _ databases: [IndicatorDatabase], _ catalog: inout EntryCatalog
  ) -> (database: Int, entry: ResolvedEntry)? {
    for (index, matcher) in matchers {
      var state = LiteralMatcher.State()
      matches.removeAll(keepingCapacity: true)
      _ = matcher.scan(value.rawSpan, state: &state, limit: Self.limit, matches: &matches)
      for match in matches {
        guard let number = databases[index].textEntry(ofPattern: match.pattern) else { continue }
        let entry = catalog.entry(database: index, entry: number)
        if entry.sources.contains(where: { $0.flags.contains(.allow) }) { return (index, entry) }
      }
    }
    return nil
  }
}

extension IndicatorDatabase {
  /// Whether feeds of a role name text.
  func hasTexts(ofAllowLists isAllowList: Bool) -> Bool {
    feeds.contains { $0.isAllowList == isAllowList && ($0.entriesByKind[.text] ?? 0) > 0 }
  }

  /// What payloads are searched for: nothing where only allow lists name text.
  var payloadMatcher: LiteralMatcher? { hasTexts(ofAllowLists: false) ? textMatcher : nil }
}
