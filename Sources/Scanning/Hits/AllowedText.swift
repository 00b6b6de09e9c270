package import Database
package import Indicators
import Matchers
import Parsing

/// Finds the text and regular expressions of allow lists in values.
///
/// A value that contains one of them is suppressed. Text is compared without regard to case.
package struct AllowedText {
  /// The number of literal matches that are looked at in one value.
  private static let limit = 64

  /// A regular expression, with the database and the number of its entry.
  private struct Pattern {
    var database: Int
    var entry: UInt32
    var pattern: ValuePattern
  }

  private let matchers: [(database: Int, matcher: LiteralMatcher)]
  private let patterns: [Pattern]
  private var matches: [LiteralMatch] = []

  /// Collects the texts and regular expressions of the databases' allow lists.
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

  /// Whether no allow list names a text or a regular expression.
  package var isEmpty: Bool { matchers.isEmpty }

  /// The first allow-list entry that is found in a value of a kind, with the index of its database.
  ///
  /// Only entries with a source for which `holds` is true count.
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
  /// Whether any allow list (or, if `isAllowList` is false, any other feed) has text entries.
  func hasTexts(ofAllowLists isAllowList: Bool) -> Bool {
    feeds.contains { $0.isAllowList == isAllowList && ($0.entriesByKind[.text] ?? 0) > 0 }
  }

  /// The matcher for payloads; nil if only allow lists name text.
  var payloadMatcher: LiteralMatcher? { hasTexts(ofAllowLists: false) ? textMatcher : nil }
}
