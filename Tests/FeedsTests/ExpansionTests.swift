import Feeds
import Indicators
import Inputs
import TestSupport
import Testing

/// ANDs that ask for far more than their text is long.
@Suite("What ANDs of alternatives write out") struct ExpansionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var text: String
    var format: FeedFormat = .stix
    /// How many entries it makes.
    var entries = 0
    var refusals: [String: UInt64] = [:]
    var testDescription: String { name }
  }

  static let patterns: [Case] = [
    Case(
      name: "stix: sixteen names and sixteen ports",
      text: stixIndicator(
        "network-traffic:dst_ref.value IN (\(list(16, ",") { "'a\($0).example'" }))"
          + " AND network-traffic:dst_port IN (\(list(16, ",") { "\($0 + 1)" }))"
          + " AND network-traffic:protocols[*] = 'tcp'"), entries: 256),
    Case(
      name: "stix: seventeen of each are too many",
      text: stixIndicator(
        "network-traffic:dst_ref.value IN (\(list(17, ",") { "'a\($0).example'" }))"
          + " AND network-traffic:dst_port IN (\(list(17, ",") { "\($0 + 1)" }))"),
      refusals: ["unsupported-pattern": 1]),
    Case(
      name: "stix: a type and its value at different depths",
      text: stixIndicator(
        "network-traffic:dst_ref.type = 'domain-name' AND (network-traffic:dst_ref.value = 'a.example'"
          + " OR (network-traffic:dst_ref.value = 'b.example' AND network-traffic:dst_port = 443))"),
      entries: 2),
    Case(
      name: "stix: types of nothing",
      text: stixIndicator(list(40, " AND ") { "x:y\($0).type = 'z'" }),
      refusals: ["unsupported-path": 1]),
    Case(
      name: "stix: as many types as are looked at, of one value",
      text: stixIndicator(
        list(8, " AND ") { _ in "domain-name:type = 'a'" }
          + " AND domain-name:type.value = 'a.example'"), refusals: ["unsupported-path": 1]),
    Case(
      name: "stix: many alternatives in ANDs inside one another",
      text: stixIndicator(
        String(repeating: "(", count: 28) + list(34, " AND ") { "x:a\($0).type = 'b'" }
          + " AND (" + list(64, " OR ") { "y:v = '\($0)'" } + ")"
          + (0..<28).map { ") AND y:z = '\($0)'" }.joined()),
      refusals: ["unsupported-pattern": 1]),
    Case(
      name: "stix: alternatives that multiply", text: stixIndicator(pairs(8)),
      refusals: ["unsupported-pattern": 1]),
    Case(
      name: "stix: beside one that is too long the others are read",
      text: stixIndicator("(" + pairs(8) + ") OR domain-name:value = 'a.example'"), entries: 1,
      refusals: ["unsupported-pattern": 1]),
  ]

  static let terms: [Case] = [
    Case(
      name: "openioc: eight terms at once", text: and(list(8, "", item)), format: .openIOC,
      entries: 8),
    Case(
      name: "openioc: more terms than a condition has", text: and(list(9, "", item)),
      format: .openIOC,
      refusals: ["too-many-alternatives": 1]),
    Case(
      name: "openioc: more terms than are looked at, and others beside them",
      text: and(list(5000, "", item)) + item(1), format: .openIOC, entries: 1,
      refusals: ["too-many-alternatives": 1]),
    Case(
      name: "openioc: groups without terms ask for nothing",
      text: and(list(5000, "") { _ in #"<Indicator operator="AND"/>"# } + item(1)),
      format: .openIOC,
      entries: 1),
    Case(
      name: "openioc: one of nothing is never there",
      text: and(#"<Indicator operator="OR"/>"# + item(1)) + item(2), format: .openIOC, entries: 1),
    Case(
      name: "openioc: an AND and an OR in an AND",
      text: and(item(1) + or(item(2) + and(item(3) + item(4)))), format: .openIOC, entries: 5),
    Case(
      name: "openioc: alternatives that multiply",
      text: and(list(9, "") { or(item(2 * $0) + item(2 * $0 + 1)) }), format: .openIOC,
      refusals: ["too-many-alternatives": 1]),
    Case(
      name: "openioc: alternatives at a depth", text: and(and(or(list(300, "", item)))),
      format: .openIOC,
      refusals: ["too-many-alternatives": 1]),
    Case(
      name: "openioc: an attribute behind thousands",
      text: "<IndicatorItem condition='is'><Context \(list(8000, " ") { "a\($0)='&lt;'" })"
        + " search='Network/DNS'/><Content>a.example</Content></IndicatorItem>",
      format: .openIOC, entries: 1),
  ]

  @Test(arguments: patterns + terms)
  func isBounded(_ example: Case) {
    let text =
      example.format == .openIOC
      ? #"<ioc id="1"><definition><Indicator operator="OR">"# + example.text
        + "</Indicator></definition></ioc>" : example.text
    let loaded = Loaded(text, format: example.format)
    #expect(loaded.entries.count == example.entries)
    #expect(loaded.summary?.refusals.counts == example.refusals)
  }

  /// So many choices between two names, all at once.
  private static func pairs(_ count: Int) -> String {
    list(count, " AND ") {
      "(domain-name:value = 'a\($0).example' OR domain-name:value = 'b\($0).example')"
    }
  }

  private static func item(_ number: Int) -> String {
    #"<IndicatorItem condition="is"><Context search="Network/DNS"/>"#
      + "<Content>a\(number).example</Content></IndicatorItem>"
  }

  private static func and(_ text: String) -> String {
    #"<Indicator operator="AND">"# + text + "</Indicator>"
  }

  private static func or(_ text: String) -> String {
    #"<Indicator operator="OR">"# + text + "</Indicator>"
  }
}
