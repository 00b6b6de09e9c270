import Indicators

extension DatabaseDifference {
  /// The most changes of each kind that tables show.
  static let shownChanges = 20

  /// Lines for people.
  public func table(exceeded: [(threshold: Threshold, value: Double)] = []) -> String {
    var text = "\(Marks.forPeople(oldName)) → \(Marks.forPeople(newName)): "
    text += "\(total.old) → \(total.new) entries, \(total.added) added, \(total.removed) removed, "
    text += "\(total.changed) changed\n"
    for problem in problems { text += "not read: \(Marks.forPeople(problem))\n" }
    text += "\n" + Self.columns(["KIND", "OLD", "NEW", "ADDED", "REMOVED", "CHANGED"], kindRows)
    text +=
      "\n"
      + Self.columns(["FEED", "OLD", "NEW", "ADDED", "REMOVED", "CHANGED", ""], feedRows)
    let losses = causes.filter { $0.key != .added }
    if !losses.isEmpty { text += "\ncauses: " + Self.list(losses) + "\n" }
    for kind in EntryChange.Kind.allCases {
      let some = changes.filter { $0.changeKind == kind }
      guard !some.isEmpty else { continue }
      text += "\n\(kind.rawValue):\n"
      for change in some.prefix(Self.shownChanges) { text += "  " + Self.line(change) + "\n" }
      text += Self.rest(count(kind), shown: min(some.count, Self.shownChanges))
    }
    if let hits { text += "\n" + Self.hits(hits) }
    for (threshold, value) in exceeded {
      text += "\nexceeded: \(threshold) (it is \(Self.number(value)))"
    }
    return text + (exceeded.isEmpty ? "" : "\n")
  }

  private func count(_ kind: EntryChange.Kind) -> Int {
    switch kind {
    case .removed: total.removed
    case .changed: total.changed
    case .added: total.added
    }
  }

  var kindRows: [[String]] {
    kinds.map { kind, counts in [kind.name] + Self.numbers(counts) }
  }

  var feedRows: [[String]] {
    feeds.map { feed in
      var remark = ""
      if feed.newName == nil { remark = feed.problem == nil ? "gone" : "not read" }
      if feed.oldName == nil { remark = "new" }
      if let before = feed.oldFormat, let after = feed.newFormat, before != after {
        remark = "\(before) → \(after)"
      }
      return [Marks.forPeople(feed.name)] + Self.numbers(feed.counts) + [remark]
    }
  }

  private static func numbers(_ counts: Counts) -> [String] {
    [counts.old, counts.new, counts.added, counts.removed, counts.changed].map { "\($0)" }
  }

  static func list(_ causes: [ChangeCause: Int]) -> String {
    causes.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
  }

  /// One change in a line.
  static func line(_ change: EntryChange) -> String {
    var text = Marks.forPeople(
      "\(change.kind.name) " + Marks.value(change.value, change.kind) + " ")
    text += place(change.path, change.line)
    if change.cause != .added {
      text += ": \(change.cause.rawValue): \(change.cause.text)"
      if !change.markedDetail.isEmpty { text += " (\(Marks.forPeople(change.markedDetail)))" }
    }
    return text
  }

  static func place(_ path: String, _ line: UInt32?) -> String {
    "(" + Marks.forPeople(path) + (line.map { ":\($0)" } ?? "") + ")"
  }

  private static func hits(_ hits: HitDifference) -> String {
    var text = "hits: \(hits.old) → \(hits.new), \(hits.count(.gained)) gained, "
    text += "\(hits.count(.lost)) lost, \(hits.count(.suppressed)) now suppressed\n"
    if hits.cut > 0 { text += "hits beyond those compared: \(hits.cut)\n" }
    if !hits.causes.isEmpty { text += "causes: \(list(hits.causes))\n" }
    for kind in HitDifference.Kind.allCases {
      let some = hits.changes.filter { $0.changeKind == kind }
      guard !some.isEmpty else { continue }
      text += "\n\(kind == .suppressed ? "now suppressed" : kind.rawValue):\n"
      for change in some.prefix(shownChanges) { text += "  " + line(change) + "\n" }
      text += rest(hits.count(kind), shown: min(some.count, shownChanges))
    }
    return text
  }

  static func line(_ change: HitDifference.Change) -> String {
    var text = Marks.forPeople(
      "\(change.kind.name) " + Marks.value(change.value, change.kind) + " in "
        + String(decoding: change.field, as: UTF8.self) + " of \(change.place), by "
        + Marks.value(change.indicator, change.indicatorKind) + " ")
    text += place(change.feed, change.line)
    if change.changeKind != .gained || change.cause != .added {
      text += ": \(change.cause.rawValue): \(change.cause.text)"
      if !change.markedDetail.isEmpty { text += " (\(Marks.forPeople(change.markedDetail)))" }
    }
    return text
  }

  private static func rest(_ count: Int, shown: Int) -> String {
    count > shown ? "  and \(count - shown) more (--format json lists them)\n" : ""
  }

  package static func number(_ value: Double) -> String {
    value == value.rounded() ? Decimals.text(value, 0) : Decimals.text(value, 1)
  }

  /// Columns wide enough for their cells; numbers to the right.
  static func columns(_ header: [String], _ rows: [[String]]) -> String {
    let all = [header] + rows
    let widths = header.indices.map { column in
      all.map { $0[column].unicodeScalars.count }.max() ?? 0
    }
    var text = ""
    for row in all {
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.unicodeScalars.count)
        let isText = column == 0 || column > 5
        line += (column == 0 ? "" : "  ") + (isText ? cell + space : space + cell)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}
