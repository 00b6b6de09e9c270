import Feeds
import Foundation
import FuzzSuite
import TestSupport
import Testing
import YAML

@testable import Regression

/// Suites as they are read, run and rewritten.
@Suite struct SuiteTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func suite(_ text: String) throws -> Suite {
    try Suite.read(path: folder.write("suite.yaml", text))
  }

  func run(_ text: String) throws -> SuiteReport { SuiteRun().run([try suite(text)]) }

  /// A case over one line of text with one listed name.
  static func text(
    _ expect: String, line: String = "asked for evil.example", feed: String = "evil.example"
  ) -> String {
    """
    cases:
      - name: one
        feeds: [{name: list, text: "\(feed)\\n"}]
        text: "\(line)"
        expect:
    \(expect.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n"))

    """
  }

  // MARK: What is wrong with a suite

  private static let faults: [(text: String, line: Int, words: String)] = [
    ("caes: []\n", 1, "unknown key 'caes'; did you mean 'cases'?"),
    ("name: x\n", 1, "there is no 'cases'"),
    ("cases: []\n", 1, "'cases' is a list"),
    ("cases:\n  - inputs: a\n", 2, "the case has no 'name'"),
    ("cases:\n  - name: a\n    inputs: x\n", 2, "nothing to match against"),
    ("cases:\n  - name: a\n    feeds: x\n", 2, "nothing to look at"),
    ("cases:\n  - name: a\n    feed: x\n", 3, "did you mean 'feeds'?"),
    (
      "cases:\n  - name: a\n    feeds: x\n    text: y\n  - name: a\n    feeds: x\n    text: y\n", 5,
      "called 'a' already"
    ),
    ("defaults:\n  inputs: x\ncases:\n  - name: a\n", 2, "belongs to one case"),
    (text("hit:\n  - {value: a}"), 6, "did you mean 'hits'?"),
    (
      "cases:\n  - name: a\n    feeds: x\n    text: y\n    expect: 1\n", 5,
      "'expect' is a map: write its keys (hits no-hits"
    ),
    (text("hits:\n  - {valeu: a}"), 7, "unknown key of a hit 'valeu'; did you mean 'value'?"),
    (text("hits:\n  - {kind: domian}"), 7, "did you mean 'domain'?"),
    (text("hits:\n  - {match: exactly}"), 7, "did you mean 'exact'?"),
    (text("hits:\n  - {source: {pakcet: 1}}"), 7, "did you mean 'packet'?"),
    (text("hits:\n  - {flow.dst_prt: 1}"), 7, "did you mean 'dst_port'?"),
    (text("hits:\n  - {indicators: [{sources: [{feeed: x}]}]}"), 7, "did you mean 'feed'?"),
    (text("hits:\n  - {packet: one}"), 7, "is a number"),
    (text("hits:\n  - {value: a, min: 3, max: 2}"), 7, "'min' is more than 'max'"),
    (text("no-hits:\n  - {value: a, count: 2}"), 7, "unknown key of a hit 'count'"),
    (text("summary: {hist: 1}"), 6, "did you mean 'hits'?"),
    (text("only: perhaps"), 6, "'only' is true or false"),
    (
      "cases:\n  - name: a\n    feeds: [{pth: x}]\n    text: y\n", 3, "unknown key of a feed 'pth'"
    ),
    (
      "cases:\n  - name: a\n    feeds: x\n    text: y\n    scan: {weka: true}\n", 5,
      "did you mean 'weak'?"
    ),
    (
      "cases:\n  - name: a\n    feeds: x\n    text: y\n    scan: {kinds: [domian]}\n", 5,
      "did you mean 'domain'?"
    ),
    ("cases:\n  - name: a\n    feeds: x\n    text: y\n    at: yesterday\n", 5, "'at' is a time"),
    ("cases: [\n", 2, "not YAML"),
  ]

  @Test(arguments: faults.indices) func faultNamesLineAndKey(_ index: Int) throws {
    let (text, line, words) = Self.faults[index]
    do {
      _ = try Suite.read(bytes: Array(text.utf8), path: "dir/suite.yaml")
      Issue.record("was read: \(text)")
    } catch {
      #expect(error.description.hasPrefix("dir/suite.yaml:\(line): "), "\(error)")
      #expect(error.description.contains(words), "\(error)")
    }
  }

  // MARK: What holds and what does not

  private static let outcomes: [(expect: String, kind: CaseResult.Fault.Kind?)] = [
    ("hits:\n  - {kind: domain, value: evil.example}", nil),
    ("hits:\n  - {value: evil.example, count: 1}", nil),
    ("hits:\n  - {value: evil.example, count: 2}", .missingHit),
    ("hits:\n  - {value: evil.example, max: 0}", .tooManyHits),
    ("hits:\n  - {value: evil.example, min: 1, max: 5}", nil),
    ("hits:\n  - {value: other.example}", .missingHit),
    ("hits:\n  - {count: 1}", nil),
    ("hits:\n  - {value: evil.example, path: text, line: 1, offset: 10}", nil),
    ("hits:\n  - {source: {path: text, line: 1}}", nil),
    ("hits:\n  - {source.line: 2}", .missingHit),
    ("hits:\n  - {feed: list}", nil),
    ("hits:\n  - {indicators: {value: evil.example, sources: {feed: list, line: 1}}}", nil),
    ("hits:\n  - {indicators: [{match: exact}]}", nil),
    ("hits:\n  - {indicators: [{match: subdomain}]}", .missingHit),
    ("hits:\n  - {value: evil.example, suppressed: null}", nil),
    ("hits:\n  - {value: evil.example, flow: null}", nil),
    ("hits:\n  - {value: evil.example, suppressed: {list: x}}", .missingHit),
    ("no-hits:\n  - {value: evil.example}", .unwantedHit),
    ("no-hits:\n  - {value: other.example}", nil),
    ("hits:\n  - {value: evil.example}\nonly: true", nil),
    ("hits:\n  - {value: other.example, min: 0}\nonly: true", .unexpectedHit),
    ("summary: {hits: 1, inputs: 1, hits_by_kind: {domain: 1, ipv4: 0}}", nil),
    ("summary: {hits: {min: 2}}", .wrongFigure),
    ("summary: {hits_by_feed: {list: 2}}", .wrongFigure),
    ("summary: {complete: false}", .wrongFigure),
    ("problems: [something]", .missingProblem),
    ("hits: []", .nothingExpected), ("only: false", .nothingExpected),
    ("summary: {}", .nothingExpected),
  ]

  @Test(arguments: outcomes.indices) func outcome(_ index: Int) throws {
    let (expect, kind) = Self.outcomes[index]
    let report = try run(Self.text(expect))
    let result = try #require(report.results.first)
    #expect(result.faults.map(\.kind) == (kind.map { [$0] } ?? []), "\(report.table())")
    #expect(result.status == (kind == nil ? .passed : .failed))
    #expect(report.exitCode == (kind == nil ? 0 : 1))
  }

  @Test func missingHitShowsTheNearestOneAndWhy() throws {
    let report = try run(
      Self.text("hits:\n  - {kind: domain, field: query, value: evil.example}"))
    let fault = try #require(report.results.first?.faults.first)
    #expect(
      fault.difference == [
        "  kind: domain", "- field: query", "+ field: text", "  value: evil.example",
      ])
    let missing = try run(
      Self.text("hits:\n  - {value: evil.example}", line: "asked for notevil.example"))
    let reasons = try #require(missing.results.first?.faults.first).reasons.map(\.cause)
    #expect(reasons.contains(.insideLongerRun))
    #expect(missing.table().contains("evil[.]example"))
    #expect(!missing.table().contains("evil.example"))
  }

  @Test func validityIsJudgedAtTheTimeGiven() throws {
    func text(_ at: String, _ expect: String) -> String {
      """
      cases:
        - name: one
          feeds: [{format: csv, text: "domain,valid until\\nevil.example,2024-05-01\\n"}]
          text: evil.example
          at: \(at)
          expect: {\(expect): [{value: evil.example}]}
      """
    }
    #expect(try run(text("2024-04-30", "hits")).exitCode == 0)
    #expect(try run(text("2024-05-01", "no-hits")).exitCode == 0)
    #expect(try run(text("2024-05-01T00:00:00Z", "hits")).exitCode == 1)
  }

  @Test func whatIsNotHereIsSkippedAndWhatCannotBeReadIsAnError() throws {
    let text = """
      defaults: {feeds: [{text: "evil.example\\n"}]}
      cases:
        - {name: skipped, requires: nowhere, text: x}
        - {name: no input, inputs: nowhere.log}
        - {name: expected, inputs: nowhere.log, expect: {problems: [cannot open]}}
        - {name: no feed, feeds: nowhere.txt, text: x}
      """
    let report = try run(text)
    #expect(
      report.results.map(\.status) == [.skipped, .error, .passed, .error], "\(report.table())")
    #expect(report.exitCode == 2)
    #expect(report.tally == "1 passed, 2 could not be run, 1 skipped")
  }

  @Test func casesSayHowLongTheyTook() throws {
    let report = try run(
      Self.text("no-hits: [{value: y.example}]"))
    #expect(report.results.map { $0.seconds > 0 } == [true])
  }

  @Test func threadsChangeNothing() throws {
    var text = "defaults: {feeds: [{text: \"evil.example\\n\"}]}\ncases:\n"
    for index in 0..<30 {
      text +=
        "  - {name: c\(index), text: 'a.evil.example', expect: {summary: {hits: \(index % 3)}}}\n"
    }
    let suite = try suite(text)
    var many = SuiteRun()
    many.threads = 4
    let (one, other) = (SuiteRun().run([suite]), many.run([suite]))
    #expect(one.results.map(\.status) == other.results.map(\.status))
    #expect(one.results.map(\.name) == other.results.map(\.name))
    var some = SuiteRun()
    some.isWanted = { _, name in name == "c1" }
    #expect(some.run([suite]).results.map(\.status) == [.passed])
  }

  // MARK: Rewriting

  @Test func updateRewritesFailedCasesAlone() throws {
    let text = """
      # The head stays.
      defaults:
        feeds: [{name: list, text: "evil.example\\n198.51.100.7\\n"}]
      cases:
        # This remark stays.
        - name: passes
          text: evil.example   # and this
          expect: {hits: [{value: evil.example}]}

        - name: fails
          text: "a.evil.example 198.51.100.7 b.evil.example"
          expect:
            hits:
              - {kind: ipv4, count: 3}
              - {value: gone.example}
            no-hits:
              - {kind: url}
            summary: {hits: 1}

        # Before the last.
        - name: says nothing
          text: evil.example
          expect:
            only: true
      # The end stays.

      """
    let suite = try suite(text)
    let report = SuiteRun().run([suite])
    #expect(report.results.map(\.status) == [.passed, .failed, .failed])
    let update = try #require(try SuiteUpdate(suite, report))
    #expect(update.refused == [])
    let after = String(decoding: update.bytes, as: UTF8.self)
    for line in text.split(separator: "\n") where line.contains("#") {
      #expect(after.contains(line), "\(line) is gone")
    }
    #expect(after.contains("- {kind: ipv4, count: 1}"))
    #expect(!after.contains("gone.example"))
    #expect(after.contains("value: a.evil.example"))
    #expect(update.difference.contains("-         - {kind: ipv4, count: 3}"))
    let again = SuiteRun().run([try self.suite(after)])
    #expect(again.exitCode == 0, "\(again.table())\n\(after)")
    #expect(try SuiteUpdate(self.suite(after), again) == nil)
  }

  /// A pattern that is kept is like hits which a line put in is like as well.
  @Test func anUpdatedCasePasses() throws {
    let suite = try suite(
      """
      cases:
        - name: one
          feeds: [{name: list, text: "evil.example\\n"}]
          text: "evil.example\\nevil.example\\nevil.example x.evil.example\\n"
          expect:
            hits:
              - {value: evil.example, line: 2}
              - {value: nosuch.example}

      """)
    let update = try #require(try SuiteUpdate(suite, SuiteRun().run([suite])))
    let again = SuiteRun().run([try self.suite(String(decoding: update.bytes, as: UTF8.self))])
    #expect(again.exitCode == 0, "\(again.table())\n\(update.difference)")
  }

  /// A case that speaks of other things alone does not begin to name hits.
  @Test func updateAddsNoHitsWhereNoneStood() throws {
    let suite = try suite(
      """
      cases:
        - name: one
          feeds: [{name: list, text: "evil.example\\n"}]
          text: "evil.example\\n"
          expect:
            summary: {hits: 2}

      """)
    let update = try #require(try SuiteUpdate(suite, SuiteRun().run([suite])))
    let after = String(decoding: update.bytes, as: UTF8.self)
    #expect(!after.contains("  hits:\n") && after.contains("hits: 1"), "\(after)")
    #expect(SuiteRun().run([try self.suite(after)]).exitCode == 0)
  }

  @Test func updateLeavesBracesToPeople() throws {
    let suite = try suite(
      "cases: [{name: a, feeds: [{text: \"evil.example\\n\"}], text: x, expect: {hits: [{kind: url}]}}]\n"
    )
    let update = try #require(try SuiteUpdate(suite, SuiteRun().run([suite])))
    #expect(update.difference.isEmpty && update.refused.count == 1)
  }

  // MARK: The schema

  @Test func schemaHasTheKeysOfTheReader() throws {
    let data = try Data(
      contentsOf: packageRoot.appendingPathComponent("seeds/suite.schema.json"))
    let schema = try #require(JSONTree.read(Array(data)))
    func keys(_ path: String...) -> Set<String> {
      var tree: JSONTree? = schema
      for key in path { tree = tree?[key] }
      guard case .object(let members)? = tree else { return [] }
      return Set(members.map(\.key))
    }
    #expect(keys("properties") == Set(SuiteReader.suiteKeys))
    #expect(keys("$defs", "shared", "properties") == Set(SuiteReader.sharedKeys))
    #expect(
      keys("$defs", "case", "properties") == Set(SuiteReader.sharedKeys + SuiteReader.caseKeys))
    #expect(keys("$defs", "expect", "properties") == Set(SuiteReader.expectKeys))
    #expect(
      keys("$defs", "expect", "properties", "summary", "properties") == Set(SummaryPattern.keys))
    #expect(keys("$defs", "scan", "properties") == Set(SuiteScanOptions.keys))
    let hit = Set(HitShape.hit.keys + HitShape.shorthands.map(\.key))
    #expect(keys("$defs", "hit", "properties") == hit.union(["count", "min", "max"]))
    #expect(keys("$defs", "absent-hit", "properties") == hit)
    for key in ["indicators", "suppressed", "source", "flow"] {
      #expect(
        keys("$defs", "hit", "properties", key, "properties")
          == Set(HitShape.hit.member(key)?.keys ?? []), "\(key)")
    }
    #expect(
      keys("$defs", "hit", "properties", "indicators", "properties", "sources", "properties")
        == Set(HitShape.hit.member("indicators")?.member("sources")?.keys ?? []))
    let feed = schema["$defs"]?["feed"]?["anyOf"]?.elements.last?["properties"]
    guard case .object(let members)? = feed else {
      Issue.record("no keys of a feed")
      return
    }
    #expect(Set(members.map(\.key)) == Set(FeedConfiguration.feedKeys + ["text"]))
  }

  /// Members of real hits that expectations could not name.
  private static func unknown(_ tree: JSONTree, _ shape: HitShape, _ path: String) -> [String] {
    switch tree {
    case .object(let members):
      return members.flatMap { member -> [String] in
        guard let inner = shape.member(member.key) else { return [path + member.key] }
        return unknown(member.value, inner, path + member.key + ".")
      }
    case .array(let elements): return elements.flatMap { unknown($0, shape, path) }
    default: return []
    }
  }

  @Test func shapeKnowsEveryMemberOfHits() throws {
    let suite = try Suite.read(
      path: packageRoot.appendingPathComponent("Fixtures/suite.yaml").path)
    let report = SuiteRun().run([suite])
    let hits = report.results.flatMap(\.found)
    #expect(hits.count > 40)
    #expect(Set(hits.flatMap { Self.unknown($0, HitShape.hit, "") }) == [])
  }

  // MARK: The corpus of the fuzzer

  private static let corpus = FuzzCorpus("FuzzSuite")

  @Test func thereAreFiles() { #expect(!Self.corpus.files.isEmpty) }

  @Test(arguments: corpus.files) func replay(_ file: String) throws {
    fuzzSuite(try Self.corpus.input(file))
  }

  @Test func damageNeverTraps() throws {
    let text = Array(
      try Data(contentsOf: packageRoot.appendingPathComponent("Fixtures/suite.yaml")))
    for end in stride(from: 0, to: text.count, by: 7) { fuzzSuite([1] + text[..<end]) }
    for index in stride(from: 0, to: text.count, by: 11) {
      var damaged = text
      damaged[index] ^= 1 << UInt8(index % 8)
      fuzzSuite([1] + damaged)
    }
  }
}
