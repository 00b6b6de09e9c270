import Indicators
import Inputs

// One line for people: values defanged, controls escaped.

extension Hit: CustomStringConvertible {
  /// Where it was seen, what was seen, and what the first indicator is:
  /// `dns.log:7: domain www[.]evil[.]example (query): subdomain of evil[.]example of c2.csv:14`.
  public var description: String {
    var text =
      "\(shown(path.bytes)):\(number): \(kind.name) \(shown(value, kind)) (\(shown(field)))"
    guard let first = indicators.first else { return text }
    text += ": \(first.match.name) of \(first.entry.name) of \(first.firstSource.place)"
    if indicators.count > 1 { text += " and \(indicators.count - 1) more" }
    if let suppression { text += ", suppressed by \(shown(suppression.place))" }
    return text
  }
}

extension ResolvedEntry: CustomStringConvertible {
  /// What it is, and the first source: `domain evil[.]example of c2.csv:14`.
  public var description: String {
    let more = sources.count > 1 ? " and \(sources.count - 1) more" : ""
    return "\(kind.name) \(name)" + (sources.first.map { " of \($0.place)" } ?? "") + more
  }

  fileprivate var name: String { shown(value, kind) }
}

extension ResolvedSource {
  fileprivate var place: String {
    shown(feed) + (lines.first.map { ":\($0)" } ?? "")
  }
}

private func shown(_ value: [UInt8], _ kind: IndicatorKind) -> String {
  String(decoding: DisplayText.defanged(value, kind: kind), as: UTF8.self)
}

private func shown(_ text: [UInt8]) -> String {
  String(decoding: DisplayText.escaped(text, isCell: false), as: UTF8.self)
}
