import Foundation
import Sekisho
import Synchronization
import TestSupport
import Testing

/// What values of the library are called, and how they are printed.
@Suite struct PublicValuesTests {
  private let folder: TemporaryFolder
  private let database: IndicatorDatabase
  private let report: ScanReport
  private let hits: [Hit]

  init() throws {
    folder = try TemporaryFolder()
    database = try Compilation(of: [
      .init(
        name: "c2", bytes: Array("type,value,description\ndomain,evil.example,a note\n".utf8)),
      .init(name: "other", bytes: Array("evil.example\n".utf8)),
    ]).database()
    let found = Mutex<[Hit]>([])
    // The module's name is nothing else's, and Foundation has no scanner of this name.
    var options = Sekisho.ScanOptions()
    options.inputsInMemory = [
      InputInMemory(
        path: InputPath("log"), bytes: Array("10.0.0.1 -> 192.0.2.7 www.evil.example\n".utf8))
    ]
    report = IndicatorScanner.scan(
      inputs: [], databases: [database], options: options,
      to: .hits { hit in found.withLock { $0.append(hit) } }
    ) { problem in Issue.record("\(problem)") }
    hits = found.withLock { $0 }
  }

  @Test func bytesHaveTexts() throws {
    let hit = try #require(hits.first)
    #expect(hit.valueText == "www.evil.example" && hit.fieldText == "text")
    let indicator = try #require(hit.indicators.first)
    #expect(indicator.entry.valueText == "evil.example")
    #expect(indicator.sources.map(\.feedText) == ["c2", "other"])
    #expect(indicator.sources.map(\.descriptionText) == ["a note", nil])
    #expect(indicator.sources.allSatisfy { $0.id == nil && $0.idText == nil })
  }

  /// Sources that take no part are in the entry, not in the indicator.
  @Test func anIndicatorHasTheSourcesThatTakePart() throws {
    var options = ScanOptions()
    options.feedsOnly = ["other"]
    options.inputsInMemory = [
      InputInMemory(path: InputPath("log"), bytes: Array("evil.example\n".utf8))
    ]
    let found = Mutex<[Hit]>([])
    _ = IndicatorScanner.scan(
      inputs: [], databases: [database], options: options,
      to: .hits { hit in found.withLock { $0.append(hit) } }
    ) { problem in Issue.record("\(problem)") }
    let indicator = try #require(found.withLock { $0.first?.indicators.first })
    #expect(indicator.sources.map(\.feedText) == ["other"])
    #expect(indicator.entry.sources.count == 2)
  }

  @Test func valuesArePrintedForPeople() throws {
    let hit = try #require(hits.first)
    #expect(
      "\(hit)"
        == "log:1: domain www[.]evil[.]example (text): subdomain of evil[.]example of c2:2")
    #expect("\(hit.indicators[0].entry)" == "domain evil[.]example of c2:2 and 1 more")
    #expect("\(report)" == "1 hit in 1 input of 39 bytes, 1 line")
    #expect(hit.direction() == nil)
  }

  @Test func codesArePrintedAsWords() throws {
    let path = try folder.write("no.skdb", "something else\n")
    let error = #expect(throws: DatabaseError.self) { try IndicatorDatabase.open(path: path) }
    #expect(error?.path == path && error.map { "\($0.code)" } == "not-a-database")
    #expect(error?.description.hasPrefix("\(path): not a Sekisho database; give a file") == true)
    let none = folder.path("none.skdb")
    let missing = #expect(throws: DatabaseError.self) { try IndicatorDatabase.open(path: none) }
    #expect(missing?.remedy.options == [.write] && missing?.path == none)
    #expect("\(ScanProblem.Code.cannotOpen)" == "cannot-open")
  }

  @Test func aProblemIsAboutSomething() {
    let cases: [(subject: ScanProblem.Subject, library: String, command: String)] = [
      (.input(InputPath("a.log")), "a.log: odd", "a.log: odd"),
      (.database(InputPath("a.skdb")), "a.skdb: odd", "a.skdb: odd"),
      (.option(.urlHosts), "ScanOptions.urlHosts: odd", "--url-hosts: odd"),
    ]
    for (subject, library, command) in cases {
      let problem = ScanProblem(.noURLHosts, subject, message: "odd")
      #expect("\(problem)" == library && problem.text { _ in "--url-hosts" } == command)
      #expect((problem.path == nil) == (subject == .option(.urlHosts)))
    }
  }

  @Test func aKindIsASetToo() {
    var options = ScanOptions()
    options.kinds = [.domain, .url]
    #expect(options.kinds == IndicatorKindSet([IndicatorKind.domain, .url]))
    let members: [IndicatorKindSet] = [
      .ipv4, .ipv6, .domain, .url, .email, .md5, .sha1, .sha224, .sha256, .sha384, .sha512,
      .imphash, .filename, .userAgent, .ja3, .ja3s, .ja4, .hassh, .hasshServer, .certificateSHA1,
      .certificateSHA256, .text, .registryKey, .mutex, .pipe,
    ]
    #expect(members == IndicatorKind.allCases.map { IndicatorKindSet($0) })
  }

  @Test func feedsAreCompared() throws {
    var request = CoverageRequest()
    request.feeds = [
      .init(path: try folder.write("a.txt", "evil.example\n192.0.2.7\n")),
      .init(path: try folder.write("b.txt", "evil.example\n")),
    ]
    let feeds = CoverageFeeds(request)
    let report = try feeds.compare { problem in Issue.record("\(problem)") }
    #expect(report.feeds.map(\.values) == [2, 1] && feeds.request.feeds.count == 2)
    #expect(report.table().contains("2 values of 2 feeds"))
    do throws(CoverageError) {
      _ = try CoverageFeeds(CoverageRequest()).compare()
      Issue.record("nothing was compared")
    } catch {
      #expect(error.code == .noFeed)
    }
  }
}
