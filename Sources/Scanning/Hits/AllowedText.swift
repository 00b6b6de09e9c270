package import Database
package import Indicators
import Matchers
import Parsing

/// Text and regular expressions that allow lists name: a value in which one is found, text in any case, is suppressed.
package struct AllowedText {
  /// Matches in one value that are looked at.
  private static let limit = 64

  /// A regular expression, and the entry that it is.
  private struct Pattern {
    var database: Int
    var entry: UInt32
    var pattern: ValuePattern
  }

  private let matchers: [(database: Int, matcher: LiteralMatcher)]
  private let patterns: [Pattern]
  private var matches: [LiteralMatch] = []

  /// What databases' allow lists name.
  package init(_ databases: [IndicatorDatabase]) {
    matchers = databases.enumerated().compactMap { index, database in
      guard database.hasTexts(ofAllowLists: true), let matcher = database.textMatcher else {
        return nil
      }
      return (index, matcher)
    }
    patterns = matchers.flatMap { index, matcher in
      Self.patterns(databases[index], index, count: matcher.count)
    }
  }

  private static func patterns(
    _ database: IndicatorDatabase, _ index: Int, count: Int
  ) -> [Pattern] {
    (0..<UInt32(clamping: count)).compactMap { number in
      guard let entry = database.textEntry(ofPattern: number),
        database.entry(entry).sourceFlags.contains(.pattern)
      else { return nil }
      var text: [UInt8] = []
      database.appendText(of: database.entry(entry), to: &text)
      return ValuePattern(text).map { Pattern(database: index, entry: entry, pattern: $0) }
    }
  }

  /// Whether there is none.
  package var isEmpty: Bool { matchers.isEmpty }

  /// The entry of an allow list that is found in a value of a kind, and its database; of those with a source that
  /// holds.
  package mutating func entry(
    in value: [UInt8], _ kind: IndicatorKind, _ databases: [IndicatorDatabase],
    _ catalog: inout EntryCatalog, where holds: (ResolvedSource) -> Bool
  ) -> (database: Int, entry: ResolvedEntry)? {
    for (index, matcher) in matchers {
      var state = LiteralMatcher.State()
      matches.removeAll(keepingCapacity: true)
      _ = matcher.scan(value.rawSpan, state: &state, limit: Self.limit, matches: &matches)
      for match in matches {
        guard let number = databases[index].textEntry(ofPattern: match.pattern) else { continue }
        let entry = catalog.entry(database: index, entry: number)
        let isText = entry.sources.contains {
          $0.flags.contains(.allow) && !$0.flags.contains(.pattern) && holds($0)
        }
        if isText { return (index, entry) }
      }
    }
    for pattern in patterns where pattern.pattern.kinds?.contains(kind) ?? true {
      guard pattern.pattern.isFound(in: value) else { continue }
      let entry = catalog.entry(database: pattern.database, entry: pattern.entry)
      if entry.sources.contains(where: { $0.flags.contains(.allow) && holds($0) }) {
        return (pattern.database, entry)
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
