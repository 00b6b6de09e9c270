import Indicators
import Scanning
import YAML

/// The keys below `scan:`, called as the options of `sekisho scan`.
enum SuiteScanOptions {
  static let keys = [
    "kinds", "feeds-only", "min-confidence", "weak", "time", "home", "input-format", "from", "to",
    "bpf", "every-packet", "refang", "url-hosts", "log-year",
  ]

  /// Takes one key's value.
  static func set(_ member: YAMLMember, of options: inout ScanOptions) throws(YAMLFault) {
    switch member.key {
    case "kinds":
      var kinds = IndicatorKindSet()
      for name in try member.texts() {
        guard let kind = IndicatorKind(name: name) else {
          throw .unknown(
            name, line: member.line, known: IndicatorKind.allCases.map(\.name), what: "kind")
        }
        kinds.insert(IndicatorKindSet(kind))
      }
      options.kinds = kinds
    case "feeds-only": options.feedsOnly = try member.texts()
    case "min-confidence": options.minimumConfidence = UInt8(try member.number(in: 0...100))
    case "weak": options.includesWeak = try member.flag()
    case "time":
      options.timeMode = try member.word(
        ScanOptions.TimeMode.allCases.map { ($0.rawValue, $0) })
    case "home":
      options.home = HomeNetworks()
      for network in try member.texts() where !options.home.add(network) {
        throw YAMLFault(line: member.line, problem: "'home' is a list of addresses and prefixes")
      }
    case "input-format":
      options.inputFormat = try member.word(
        [("auto", nil)] + InputFormat.allCases.map { ($0.rawValue, $0) })
    case "from":
      let last = options.packetTimes?.upperBound ?? .max
      options.packetTimes = try range(SuiteReader.time(member), last, member)
    case "to":
      let first = options.packetTimes?.lowerBound ?? .min
      options.packetTimes = try range(first, SuiteReader.time(member), member)
    case "bpf": options.bpf = try member.text()
    case "every-packet": options.everyPacket = try member.flag()
    case "refang": options.refangs = try member.flag()
    case "url-hosts":
      options.urlHosts = try member.word(
        ScanOptions.URLHostMode.allCases.map { ($0.rawValue, $0) })
    case "log-year": options.logYear = try member.number(in: 1970...2261)
    default: throw .unknown(member.key, line: member.line, known: keys, what: "scan option")
    }
  }

  private static func range(
    _ first: Int64, _ last: Int64, _ member: YAMLMember
  ) throws(YAMLFault) -> Range<Int64> {
    guard first <= last else {
      throw YAMLFault(line: member.line, problem: "'from' is later than 'to'")
    }
    return first..<last
  }
}
