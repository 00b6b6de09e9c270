import Indicators
import Parsing

/// Columns that are not read although they may hold values.
extension CSVPlan {
  /// Notes a column that is not read, if half of its cells or more look like values.
  mutating func noteUnread(_ column: Int, _ cells: Int, _ values: Int) {
    if values * 2 >= cells { noteUnread(named: column, cells, values) }
  }

  /// Notes a column that is not read although its name says what it holds.
  ///
  /// A word that is in the names of other columns as well (`server`, `data`) promises little.
  mutating func noteUnread(named column: Int, _ cells: Int, _ values: Int) {
    guard cells > 0 else { return }
    if values == 0 {
      guard case .value(let kind, _) = columns[column], kind != .network, Self.hasShape(kind) else {
        return
      }
    }
    unread.append((column, cells, values))
  }

  /// Columns that say something of a row's value; digests in them may be those of other files.
  static let texts: [Column] = [.description, .title, .reference, .source]

  /// Notes columns of text nearly all of whose cells are digests.
  mutating func noteTexts(_ evidence: [Evidence]) {
    textsOfDigests = columns.indices.compactMap { column in
      let found = evidence[column]
      guard Self.texts.contains(columns[column]), found.mostly(found.digests) else { return nil }
      return (column, found.cells, found.digests)
    }
  }

  /// What a person should know of the columns that are not read.
  var warnings: [FeedWarning] {
    (unread.filter { columns[$0.column] == .other || columns[$0.column] == .unknown }
      + textsOfDigests).map {
        FeedWarning(
          .columnNotRead, name(of: $0.column), count: UInt64($0.values), of: UInt64($0.cells))
      }
  }

  private func name(of column: Int) -> String {
    // Those of inner objects are the same with their dots only.
    if column < members.count, members[column].contains(Byte.dot) {
      let member = members[column]
      return "'\(Excerpt.text(member.rawSpan))'"
    }
    return column < keys.count && !keys[column].isEmpty
      ? "'\(keys[column])'" : "column \(column + 1)"
  }
}
