import Indicators
import Parsing
import YAML

/// One feed of a configuration while its keys are read.
struct FeedEntry {
  var path: String?
  var format: FeedFormat?
  var options = FeedOptions()

  /// The keys, in the order of the documentation.
  static let keys = [
    "path", "name", "format", "columns", "domains", "role", "confidence", "tlp", "labels",
    "valid-for", "kinds", "private", "to-ids", "weak", "trusted", "public-suffixes",
  ]

  /// Takes one key's value.
  mutating func set(_ member: YAMLMember) throws(YAMLFault) {
    switch member.key {
    case "path": path = try member.text()
    case "name": options.name = try member.text()
    case "format":
      let name = try member.text()
      guard let (format, dataset) = FeedFormat.named(name) else {
        throw .unknown(
          name, line: member.line, known: FeedFormat.allCases.map(\.name).sorted(), what: "format")
      }
      self.format = format
      options.dataset = dataset
    case "columns": options.columns = try columns(member)
    case "domains":
      options.names = try word(member, ["exact": .exact, "subdomains": .withSubdomains])
    case "role": options.isAllowList = try word(member, ["block": false, "allow": true])
    case "confidence":
      guard let number = Int(try member.text()), 0...100 ~= number else {
        throw YAMLFault(
          line: member.line, problem: "'confidence' is a number from 0 to 100")
      }
      options.confidence = UInt8(number)
    case "tlp":
      options.tlp = try word(
        member,
        [
          "clear": .clear, "white": .clear, "green": .green, "amber": .amber,
          "amber+strict": .amberStrict, "red": .red,
        ])
    case "labels": options.labels = try member.texts()
    case "valid-for": options.validFor = try duration(member)
    case "kinds": options.kinds = try kinds(member)
    case "private":
      options.admission.keepsPrivateAddresses = try word(
        member, ["keep": true, "true": true, "refuse": false, "false": false])
    case "to-ids":
      options.loadsAllMISP = try word(
        member, ["only": false, "true": false, "all": true, "false": true])
    case "weak": options.vouchesForWeakKinds = try word(member, ["true": true, "false": false])
    case "trusted": options.isTrusted = try word(member, ["true": true, "false": false])
    case "public-suffixes":
      options.admission.keepsPublicSuffixes = try word(
        member, ["keep": true, "true": true, "refuse": false, "false": false])
    default: throw .unknown(member.key, line: member.line, known: Self.keys)
    }
  }

  // MARK: Values

  private func word<Value>(
    _ member: YAMLMember, _ meanings: [String: Value]
  ) throws(YAMLFault) -> Value {
    let word = try member.text()
    if let meaning = meanings[word.lowercased()] { return meaning }
    throw .unknown(
      word, line: member.line, known: meanings.keys.sorted(), what: "value of '\(member.key)'")
  }

  private func duration(_ member: YAMLMember) throws(YAMLFault) -> Int64 {
    guard let duration = TimeLength.nanoseconds(try member.text()) else {
      throw YAMLFault(
        line: member.line,
        problem: "'\(member.key)' is a number and a unit: 12h, 30d, 4w, 1y")
    }
    return duration
  }

  private func kinds(_ member: YAMLMember) throws(YAMLFault) -> IndicatorKindSet {
    var kinds: [IndicatorKind] = []
    for name in try member.texts() {
      guard let kind = IndicatorKind(name: name) else {
        throw .unknown(
          name, line: member.line, known: IndicatorKind.allCases.map(\.name), what: "kind")
      }
      kinds.append(kind)
    }
    return IndicatorKindSet(kinds)
  }

  private func columns(_ member: YAMLMember) throws(YAMLFault) -> ColumnNames {
    switch member.node.value {
    case .list:
      let names = try member.texts()
      for name in names { try checkColumn(name, member.line) }
      return .inOrder(names)
    case .map(let members):
      var names: [String: String] = [:]
      for column in members {
        let name = try column.text()
        try checkColumn(name, column.line)
        names[column.key] = name
      }
      return .byHeader(names)
    case .scalar:
      throw YAMLFault(
        line: member.line,
        problem: "'columns' is a list of what each column holds, or a map from header names to it")
    }
  }

  private func checkColumn(_ name: String, _ line: Int) throws(YAMLFault) {
    if ColumnNames.column(name) == nil {
      throw .unknown(name, line: line, known: ColumnNames.examples, what: "column")
    }
  }
}

/// Lengths of time as people write them.
package enum TimeLength {
  /// Nanoseconds of `12h`, `30d`, `4w` or `1y`; nil for anything else.
  ///
  /// A year has 365 days.
  package static func nanoseconds(_ text: String) -> Int64? {
    let units: [Character: Int64] = [
      "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400,
    ]
    guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
      count > 0
    else { return nil }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    let (nanoseconds, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return tooLong ? nil : nanoseconds
  }
}
