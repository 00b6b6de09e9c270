import YAML

/// What is expected of the summary's figures.
struct SummaryPattern: Sendable {
  /// A figure and its bounds.
  struct Figure: Sendable {
    /// The key in the summary's JSON, and where that is a list by name, the name.
    var key: String
    var name: String?
    var count: HitPattern.Count
    var line: Int
  }

  /// Figures that are one number.
  static let numbers = ["inputs", "bytes", "packets", "lines", "hits", "suppressed"]

  /// Figures by name: the summary's key, the key of a row's name and that of its number.
  static let tables: [(key: String, name: String, number: String)] = [
    ("observables_by_kind", "kind", "count"), ("hits_by_kind", "kind", "count"),
    ("hits_by_feed", "feed", "hits"), ("skipped", "reason", "count"),
  ]

  static var keys: [String] { numbers + tables.map(\.key) + ["complete"] }

  var figures: [Figure] = []
  /// Whether every input was read to its end.
  var isComplete: Bool?

  /// Whether nothing is expected of it.
  var isEmpty: Bool { figures.isEmpty && isComplete == nil }

  init() {}

  init(_ member: YAMLMember) throws(YAMLFault) {
    for figure in try member.members(of: Self.keys) {
      if figure.key == "complete" {
        isComplete = try figure.flag()
      } else if Self.numbers.contains(figure.key) {
        figures.append(
          Figure(
            key: figure.key, name: nil, count: try Self.count(figure), line: figure.line))
      } else if Self.tables.contains(where: { $0.key == figure.key }) {
        for row in try figure.members() {
          figures.append(
            Figure(key: figure.key, name: row.key, count: try Self.count(row), line: row.line))
        }
      } else {
        throw .unknown(figure.key, line: figure.line, known: Self.keys, what: "summary figure")
      }
    }
  }

  /// `3`, or `{min: 1, max: 5}`.
  private static func count(_ member: YAMLMember) throws(YAMLFault) -> HitPattern.Count {
    guard case .map(let bounds) = member.node.value else {
      let number = try member.number()
      return HitPattern.Count(least: number, most: number)
    }
    var count = HitPattern.Count(least: 0, most: .max)
    for bound in bounds {
      switch bound.key {
      case "min": count.least = try bound.number()
      case "max": count.most = try bound.number()
      default: throw .unknown(bound.key, line: bound.line, known: ["min", "max"])
      }
    }
    return count
  }

  /// The number that a summary gives for a figure; a missing row counts 0.
  static func value(_ figure: Figure, in summary: JSONTree) -> Int {
    guard let name = figure.name,
      let table = tables.first(where: { $0.key == figure.key })
    else { return summary[figure.key]?.integer ?? 0 }
    let row = summary[figure.key]?.elements.first { row in
      guard let text = row[table.name]?.text else { return false }
      return text == name || table.name == "feed" && text.hasSuffix("/" + name)
    }
    return row?[table.number]?.integer ?? 0
  }
}
