import Indicators
import Parsing

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
  mutating func set(_ member: ConfigurationMember) throws(ConfigurationFault) {
    switch member.key {
    case "path": path = try text(member)
    case "name": options.name = try text(member)
    case "format":
      let name = try text(member)
      guard let (format, dataset) = FeedFormat.named(name) else {
        throw FeedConfiguration.unknown(
          name, member.line, FeedFormat.allCases.map(\.name).sorted(), what: "format")
      }
      self.format = format
      options.dataset = dataset
    case "columns": options.columns = try columns(member)
    case "domains":
      options.names = try word(member, ["exact": .exact, "subdomains": .withSubdomains])
    case "role": options.isAllowList = try word(member, ["block": false, "allow": true])
    case "confidence":
      guard let number = Int(try text(member)), 0...100 ~= number else {
        throw ConfigurationFault(
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
    case "labels": options.labels = try texts(member)
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
    default: throw FeedConfiguration.unknown(member.key, member.line, Self.keys)
    }
  }

  // MARK: Values

  private func text(_ member: ConfigurationMember) throws(ConfigurationFault) -> String {
    guard case .scalar(let text, let isQuoted) = member.node.value, isQuoted || !text.isEmpty else {
      throw ConfigurationFault(line: member.line, problem: "'\(member.key)' wants a value")
    }
    return text
  }

  private func texts(_ member: ConfigurationMember) throws(ConfigurationFault) -> [String] {
    guard case .list(let items) = member.node.value else { return [try text(member)] }
    var texts: [String] = []
    for item in items {
      guard case .scalar(let text, _) = item.value, !text.isEmpty else {
        throw ConfigurationFault(line: item.line, problem: "'\(member.key)' is a list of words")
      }
      texts.append(text)
    }
    return texts
  }

  private func word<Value>(
    _ member: ConfigurationMember, _ meanings: [String: Value]
  ) throws(ConfigurationFault) -> Value {
    let word = try text(member)
    if let meaning = meanings[word.lowercased()] { return meaning }
    throw FeedConfiguration.unknown(
      word, member.line, meanings.keys.sorted(), what: "value of '\(member.key)'")
  }

  private func duration(_ member: ConfigurationMember) throws(ConfigurationFault) -> Int64 {
    guard let duration = TimeLength.nanoseconds(try text(member)) else {
      throw ConfigurationFault(
        line: member.line,
        problem: "'\(member.key)' is a number and a unit: 12h, 30d, 4w, 1y")
    }
    return duration
  }

  private func kinds(_ member: ConfigurationMember) throws(ConfigurationFault) -> IndicatorKindSet {
    var kinds: [IndicatorKind] = []
    for name in try texts(member) {
      guard let kind = IndicatorKind(name: name) else {
        throw FeedConfiguration.unknown(
          name, member.line, IndicatorKind.allCases.map(\.name), what: "kind")
      }
      kinds.append(kind)
    }
    return IndicatorKindSet(kinds)
  }

  private func columns(_ member: ConfigurationMember) throws(ConfigurationFault) -> ColumnNames {
    switch member.node.value {
    case .list:
      let names = try texts(member)
      for name in names { try checkColumn(name, member.line) }
      return .inOrder(names)
    case .map(let members):
      var names: [String: String] = [:]
      for column in members {
        let name = try text(column)
        try checkColumn(name, column.line)
        names[column.key] = name
      }
      return .byHeader(names)
    case .scalar:
      throw ConfigurationFault(
        line: member.line,
        problem: "'columns' is a list of what each column holds, or a map from header names to it")
    }
  }

  private func checkColumn(_ name: String, _ line: Int) throws(ConfigurationFault) {
    if ColumnNames.column(name) == nil {
      throw FeedConfiguration.unknown(name, line, ColumnNames.examples, what: "column")
    }
  }
}

/// Lengths of time as people write them.
public enum TimeLength {
  /// Nanoseconds of `12h`, `30d`, `4w` or `1y`; nil for anything else.
  ///
  /// A year has 365 days.
  public static func nanoseconds(_ text: String) -> Int64? {
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
