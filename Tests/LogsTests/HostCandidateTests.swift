import Database
import Indicators
import Inputs
import Logs
import Parsing
import Testing

/// Records in which nothing but the address of a URL's host is known are read only where they may hold a path.
@Suite("Hosts of URLs in records")
struct HostCandidateTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var log: String
    var isRead: Bool
    var testDescription: String { log }
  }

  /// Against `http://192.0.2.5/a` and `198.51.100.7`.
  static let cases: [Case] = [
    Case(log: "connection to 192.0.2.5 port 80\n", isRead: false),
    Case(log: "connection to 192.0.2.5 from 198.51.100.7\n", isRead: true),
    Case(log: "GET http://192.0.2.5/a\n", isRead: true),
    Case(log: "url=http%3A%2F%2F192.0.2.5%2Fa\n", isRead: true),
    Case(log: "{\"dest\":\"192.0.2.5\"}\n{\"path\":\"/a\"}\n", isRead: false),
    Case(log: "{\"host\":\"192.0.2.5\",\"uri\":\"/a\"}\n", isRead: true),
    Case(log: "{\"host\":\"192.0.2.5\",\"uri\":\"\\u002fa\"}\n", isRead: true),
    Case(log: "{\n\"host\":\"192.0.2.5\",\n\"uri\":\"/a\"\n}\n", isRead: true),
    Case(log: "#fields\tts\thost\turi\n1\t192.0.2.5\t-\n2\t-\t/a\n", isRead: false),
    Case(log: "#fields\tts\thost\turi\n1\t192.0.2.5\t-\n2\t192.0.2.5\t/a\n", isRead: true),
    Case(log: "time,host,uri\n1,192.0.2.5,\"/a\nb\"\n2,192.0.2.5,-\n", isRead: true),
  ]

  @Test("A host alone is no URL", arguments: cases)
  func hosts(_ example: Case) throws {
    let database = try Self.database()
    let log = Array(example.log.utf8)
    var finder = try #require(
      CandidateFinder(databases: [database], options: LookupOptions(), refangs: false))
    var candidates: [UInt32] = []
    #expect(finder.find(in: log.span.bytes, candidates: &candidates))
    #expect(example.isRead || finder.hostPlaces == candidates)
    #expect(Set(finder.hostPlaces).isSubset(of: candidates))

    let options = LogOptions(purpose: .scan, kinds: IndicatorKindSet([.ipv4, .url]))
    let extractor = LogExtractor(options: options)
    extractor.setCandidates(candidates, hosts: finder.hostPlaces)
    var state = LogState.initial(firstBytes: log.span.bytes, isFinal: true, options: options)
    var batch = ObservableBatch()
    var (offset, line, count) = (0, UInt64(0), 0)
    while true {
      batch.removeAll()
      let progress = extractor.extract(
        log.span.bytes, from: &offset, line: &line, state: &state, isFinal: true, into: &batch)
      count += batch.observables.count
      if progress == .needsMore { break }
    }
    #expect((count > 0) == example.isRead)
  }

  @Test("Names that may be hosts of URLs without scheme")
  func knownHosts() throws {
    let database = try CandidateProbe.database(["evil.example"], url: "http://b.test/a")
    let hosts = try #require(KnownHosts(databases: [database]))
    for name in [
      "b.test", "B.Test", "a.b.test", "evil.example", "b.9a", "b.-a", "xn--bcher-kva.test",
      "b.xn--a",
    ] {
      let mayHold = hosts.mayHold(Array(name.utf8).span.bytes)
      #expect(mayHold, "\(name)")
    }
    for name in ["c.test", "b.test.example", "xn--a.c.test", "bb.test", "b.tes"] {
      let mayHold = hosts.mayHold(Array(name.utf8).span.bytes)
      #expect(!mayHold, "\(name)")
    }
  }

  /// So many that they are looked up while further names are looked at.
  @Test("Addresses written backwards are found however many there are")
  func backwards() throws {
    let database = try Self.database()
    for value in ["5.2.0.192.in-addr.arpa", "7.100.51.198.in-addr.arpa"] {
      let log = Array(String(repeating: "\(value) x\n", count: 2000).utf8)
      var finder = try #require(
        CandidateFinder(databases: [database], options: LookupOptions(), refangs: false))
      var candidates: [UInt32] = []
      #expect(finder.find(in: log.span.bytes, candidates: &candidates))
      let lines = Set(candidates.map { Int($0) / (value.utf8.count + 3) })
      #expect(lines.count == 2000)
    }
  }

  private static func database() throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    let feed = indicators.addFeed(FeedDescription(name: "test", format: "plain"))
    func append(_ kind: IndicatorKind, _ value: [UInt8], prefix: UInt8, scheme: UInt16) {
      let record = IndicatorRecord(
        kind: kind, mode: .exact, prefixLength: prefix, schemeLength: scheme, feed: feed, line: 1,
        context: 0, valueLength: 0, valueOffset: 0)
      indicators.append(record, value: value.span.bytes)
    }
    append(.url, Array("http://192.0.2.5/a".utf8), prefix: 0, scheme: 7)
    append(.ipv4, [198, 51, 100, 7], prefix: 32, scheme: 0)
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
  }
}
