import Database
import Indicators
import Parsing
import Testing

/// Asks whether a line would be read for what a small database holds.
enum CandidateProbe {
  static func isCandidate(_ text: String, _ database: IndicatorDatabase) throws -> Bool {
    var finder = try #require(
      CandidateFinder(databases: [database], options: LookupOptions(), refangs: false))
    var candidates: [UInt32] = []
    let line = Array((text + "\n").utf8)
    return !finder.find(in: line.span.bytes, candidates: &candidates) || !candidates.isEmpty
  }

  /// A database of names with their subdomains, of addresses, a SHA-1, and a URL of seven letters up to its host.
  static func database(
    _ names: [String], ipv4: [UInt8]? = nil, ipv6: [UInt8]? = nil, sha1: [UInt8]? = nil,
    url: String? = nil
  ) throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    let feed = indicators.addFeed(FeedDescription(name: "test", format: "plain"))
    for name in names { append(.domain, Array(name.utf8)) }
    if let ipv4 { append(.ipv4, ipv4) }
    if let ipv6 { append(.ipv6, ipv6) }
    if let sha1 { append(.sha1, sha1) }
    if let url { append(.url, Array(url.utf8)) }
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))

    func append(_ kind: IndicatorKind, _ value: [UInt8]) {
      let isAddress = kind == .ipv4 || kind == .ipv6
      let record = IndicatorRecord(
        kind: kind, mode: kind == .domain ? .withSubdomains : .exact,
        prefixLength: isAddress ? UInt8(8 * value.count) : 0, schemeLength: kind == .url ? 7 : 0,
        feed: feed, line: 1, context: 0, valueLength: 0, valueOffset: 0)
      indicators.append(record, value: value.span.bytes)
    }
  }
}
