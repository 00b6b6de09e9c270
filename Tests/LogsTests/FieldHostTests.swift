import Database
import Indicators
import Logs
import Parsing
import Testing

/// A host in a field of its own is normalised whole when the record's URL is put together, so that it may be written
/// as no name in text may: each spelling is found with a database that holds nothing but the URL.
@Suite("Spellings of hosts in fields of their own")
struct FieldHostTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var url: String
    var host: String
    var testDescription: String { "\(host) of \(url)" }
  }

  static let cases: [Case] = [
    ("http://evil.example/k", ["evil.example", "ev%69l.example", "EVIL.example:80"]),
    // Percent units of letters and dots of other scripts and widths.
    (
      "http://evil.example/k",
      [
        "%EF%BD%85vil.example", "ev%EF%BD%89l.example", "evil.exampl%EF%BD%85",
        "evil%E3%80%82example",
        "evil%EF%BC%8Eexample", "evil%EF%BD%A1example",
      ]
    ),
    // Characters that IDNA leaves out.
    (
      "http://evil.example/k", ["e%C2%ADvil.example", "e\u{ad}vil.example", "evil\u{200b}.example"]
    ),
    // Symbols that IDNA maps to letters, and a user's name before the host.
    ("http://tm.example/k", ["\u{2122}.example"]),
    ("http://evil.example/k", ["\u{24d4}vil.example", "u:p@ev%EF%BD%89l.example"]),
    ("http://xn--bcher-kva.example/k", ["b%C3%BCcher.example", "b\u{fc}cher.example"]),
    ("http://xn--fa-hia.example/k", ["fa%C3%9F.example", "FA%C3%9F.EXAMPLE", "fa\u{df}.example"]),
    (
      "http://192.0.2.9/k",
      ["192.0.2%2E9", "[::ffff:c000:209]", "[0:0:0:0:0:ffff:c000:0209]:80", "[::FFFF:192.0.2.9]"]
    ),
  ].flatMap { url, hosts in hosts.map { Case(url: url, host: $0) } }

  static let records: [(before: String, after: String)] = [
    ("{\"http\":{\"hostname\":\"", "\",\"url\":\"/k\"}}\n"),
    ("{\"host\":\"", "\",\"uri\":\"/k\"}\n"),
    ("#Fields: date time cs-host cs-uri-stem\n2024-05-01 10:00:00 ", " /k\n"),
    ("time,host,uri\n1,", ",/k\n"),
    ("#separator \\x09\n#path\thttp\n#fields\thost\turi\n#types\tstring\tstring\n", "\t/k\n"),
  ]

  @Test("Found with the URL alone", arguments: cases)
  func alone(_ example: Case) throws {
    let database = try CandidateProbe.database([], url: example.url)
    for (before, after) in Self.records {
      let log = Array((before + example.host + after).utf8)
      #expect(
        try Self.urls(log, database).contains(example.url), "\(before)\(example.host)\(after)")
    }
  }

  @Test(
    "Hosts in quotes of other kinds, and soft hyphens written as escapes",
    arguments: [
      "{\"host\":\"e\\u00advil.example\",\"uri\":\"/k\"}",
      "{\"message\":\"{\\u0022host\\u0022:\\u0022ev%EF%BD%89l.example\\u0022,\\u0022uri\\u0022:\\u0022/k\\u0022}\"}",
      "level=info host='ev%EF%BD%89l.example' uri='/k' src=192.0.2.1",
      "time,uri,host\n1,/k,ev%EF%BD%89l.example\n2,/,a.example",
    ])
  func escapes(_ log: String) throws {
    let database = try CandidateProbe.database([], url: "http://evil.example/k")
    #expect(try Self.urls(Array((log + "\n").utf8), database).contains("http://evil.example/k"))
  }

  @Test(
    "Units and unseen characters of text that holds no host are passed over",
    arguments: [
      "that is great \u{2764}\u{fe0f} thanks \u{1f44d}\u{fe0f} all",
      "GET /search?q=%D0%BF%D1%80&x=%D0%BC.html HTTP/1.1",
      "\"https://b.example/a?q=%D0%BF%D1%80;r=1&x=%D0%BC.html\"",
    ])
  func passedOver(_ line: String) throws {
    let database = try CandidateProbe.database([], url: "http://evil.example/k")
    #expect(try !CandidateProbe.isCandidate(line, database))
  }

  @Test("Mapped addresses in text", arguments: ["[::ffff:c000:209]", "[0:0:0:0:0:FFFF:C000:0209]"])
  func text(_ host: String) throws {
    let database = try CandidateProbe.database([], url: "http://192.0.2.9/k")
    #expect(try Self.urls(Array("GET http://\(host)/k\n".utf8), database) == ["http://192.0.2.9/k"])
  }

  /// The URLs that a scan of the log would look up in the database.
  private static func urls(_ log: [UInt8], _ database: IndicatorDatabase) throws -> [String] {
    var finder = try #require(
      CandidateFinder(databases: [database], options: LookupOptions(), refangs: false))
    var candidates: [UInt32] = []
    #expect(finder.find(in: log.span.bytes, candidates: &candidates))
    let options = LogOptions(purpose: .scan, kinds: IndicatorKindSet([.url]))
    let extractor = LogExtractor(options: options)
    extractor.setCandidates(candidates, hosts: finder.hostPlaces)
    var state = LogState.initial(firstBytes: log.span.bytes, isFinal: true, options: options)
    var batch = ObservableBatch()
    var (offset, line) = (0, UInt64(0))
    var found: [String] = []
    while true {
      batch.removeAll()
      let progress = extractor.extract(
        log.span.bytes, from: &offset, line: &line, state: &state, isFinal: true, into: &batch)
      for observable in batch.observables {
        let range = Int(observable.offset)..<Int(observable.offset) + Int(observable.length)
        let isInArena = observable.flags.contains(.inArena)
        found.append(String(decoding: isInArena ? batch.arena[range] : log[range], as: UTF8.self))
      }
      if progress == .needsMore { return found }
    }
  }
}
