import Foundation
import Indicators
import Reports
import Sekisho
import TestSupport
import Testing

/// Hits, validity, delay and techniques, counted by hand over a small set.
@Suite struct CoverageHitTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func request() throws -> CoverageRequest {
    let stix = """
      {"type":"bundle","id":"bundle--1","objects":[
      {"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2024-05-01T00:00:00Z","modified":"2024-05-01T00:00:00Z","pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2024-05-02T00:00:00Z","valid_until":"2024-05-04T00:00:00Z"},
      {"type":"indicator","spec_version":"2.1","id":"indicator--22222222-2222-4222-8222-222222222222","created":"2024-05-01T00:00:00Z","modified":"2024-05-01T00:00:00Z","pattern":"[ipv4-addr:value = '198.51.100.7']","pattern_type":"stix","valid_from":"2024-05-01T00:00:00Z"},
      {"type":"attack-pattern","spec_version":"2.1","id":"attack-pattern--33333333-3333-4333-8333-333333333333","created":"2024-05-01T00:00:00Z","modified":"2024-05-01T00:00:00Z","name":"DNS","external_references":[{"source_name":"mitre-attack","external_id":"T1071.004"}]},
      {"type":"relationship","spec_version":"2.1","id":"relationship--44444444-4444-4444-8444-444444444444","created":"2024-05-01T00:00:00Z","modified":"2024-05-01T00:00:00Z","relationship_type":"indicates","source_ref":"indicator--11111111-1111-4111-8111-111111111111","target_ref":"attack-pattern--33333333-3333-4333-8333-333333333333"}
      ]}
      """
    var request = CoverageRequest()
    request.feeds = [
      .init(path: try folder.write("stix.json", stix)),
      .init(path: try folder.write("plain.txt", "evil.example\nother.example\n198.51.100.9\n")),
      .init(path: try folder.write("idle.txt", "idle.example\n")),
    ]
    request.allow = [.init(path: try folder.write("allow.txt", "other.example\n"))]
    request.truth = [.init(path: try folder.write("truth.txt", "truth.example\na.evil.example\n"))]
    let log = try folder.write(
      "log.json",
      """
      {"timestamp":"2024-05-01T00:00:00Z","query":"evil.example"}
      {"timestamp":"2024-05-03T00:00:00Z","query":"www.evil.example"}
      {"timestamp":"2024-05-05T00:00:00Z","query":"evil.example"}
      {"timestamp":"2024-05-05T06:00:00Z","dest_ip":"198.51.100.7"}
      {"timestamp":"2024-05-05T07:00:00Z","dest_ip":"198.51.100.9"}
      {"timestamp":"2024-05-05T08:00:00Z","query":"other.example"}
      {"timestamp":"2024-05-05T09:00:00Z","query":"truth.example"}

      """)
    request.inputs = [InputPath(log)]
    request.usesLastCopy = false
    request.options.now = 1_715_000_000_000_000_000
    request.options.measuresTime = false
    return request
  }

  @Test func hitsAreCountedForEachFeed() throws {
    let request = try request()
    let feeds = CoverageFeeds(request)
    #expect(feeds.compilation.errors.isEmpty && feeds.undated.isEmpty)
    let report = try feeds.compare()
    func feed(_ name: String) -> CoverageReport.Feed? {
      report.feeds.first { $0.name.hasSuffix(name) }
    }
    // The STIX name is exact, so `www.evil.example` is a hit of the plain list alone.
    let stix = try #require(feed("stix.json")?.hits)
    #expect(stix.hits == 3 && stix.exclusive == 1 && stix.values == 2 && stix.exclusiveValues == 1)
    #expect(stix.outside == 2 && stix.before == 1 && stix.suppressed == 0)
    let plain = try #require(feed("plain.txt")?.hits)
    #expect(plain.hits == 4 && plain.exclusive == 2 && plain.values == 2)
    #expect(plain.outside == 0 && plain.suppressed == 1)
    #expect(feed("idle.txt")?.hits?.hits == 0)
    #expect(report.inputs?.hits == 5)
    // First hits 2024-05-01 and 05-05 06:00, first listings 05-02 and 05-01: −1 and 4.25 days.
    #expect(stix.delay?.count == 2 && stix.delay?.low == -1 && stix.delay?.high == 4.25)
    #expect(report.techniques.map(\.identifier) == ["T1071.004"])
    #expect(report.techniques.first?.hits == 2)
    #expect(report.techniques.first?.feeds.first?.values == 1)
    #expect(feed("plain.txt")?.truthCovered == 1 && feed("plain.txt")?.truthExact == 0)
    #expect(feed("stix.json")?.truthCovered == 0)
    #expect(feed("plain.txt")?.allowed == 1)
    #expect(feed("stix.json")?.expired == 1)
    let counted = report.timeline.reduce(0) { $0 + $1.hits.reduce(0) { $0 + $1.hits } }
    #expect(counted == stix.hits + plain.hits)
  }

  @Test func copiesAreReadFromAFolder() throws {
    try folder.write("copies/2024-05-01/list.txt", "evil.example\n")
    try folder.write("copies/2024-05-02/list.txt", "evil.example\nnew.example\n")
    try folder.write("copies/other-20240502.txt", "new.example\n")
    try folder.write("copies/notes.txt", "x.example\n")
    var request = CoverageRequest()
    request.snapshots = [.init(path: folder.path("copies"))]
    let feeds = CoverageFeeds(request)
    #expect(feeds.undated.count == 1)
    let report = try feeds.compare()
    #expect(report.feeds.map(\.name) == ["list.txt", "other.txt"])
    #expect(report.feeds[0].copies.map(\.size) == [1, 2])
    #expect(report.feeds[0].newPerDay == 1)
    #expect(report.now == 1_714_608_000_000_000_000)
  }

  /// The JSON is JSON, and the page and the table hold what the feeds are called, escaped.
  @Test func writersTakeHostileNames() throws {
    let name = "<script>alert('x')</script>\"&\u{202e}\u{0}\n`=cmd"
    var request = try request()
    request.feeds[0].options.name = name
    request.feeds[1].options.name = "=HYPERLINK(\"http://evil.example\")"
    let report = try CoverageFeeds(request).compare()
    let json = report.json()
    let object = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
    #expect((object?["feeds"] as? [[String: Any]])?.count == 3)
    let layer = try JSONSerialization.jsonObject(with: Data(report.navigatorLayer()))
    #expect(((layer as? [String: Any])?["techniques"] as? [Any])?.count == 1)
    for page in [report.page(), Array(report.table().utf8)] {
      let text = String(decoding: page, as: UTF8.self)
      #expect(!text.unicodeScalars.contains { $0.value == 0x202e || $0.value == 0 })
    }
    let page = String(decoding: report.page(), as: UTF8.self)
    #expect(!page.contains("<script") && page.contains("&lt;script&gt;"))
  }
}
