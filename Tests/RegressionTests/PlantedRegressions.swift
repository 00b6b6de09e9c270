import Feeds
import Foundation
import Indicators
import Inputs
import Scanning
import TestSupport
import Testing

@testable import Regression

/// A change to feeds that loses a hit, and the cause by which `diff` and `test` must name it.
struct PlantedRegression: CustomTestStringConvertible, Sendable {
  var name: String
  /// Files of the old and of the new folder.
  var old: [(name: String, text: String)]
  var new: [(name: String, text: String)]
  var allow: Set<String> = []
  /// The value that no longer hits, as it stands in the log.
  var value = "evil.example"
  var log: String?
  var options: @Sendable (inout ScanOptions) -> Void = { _ in }
  /// Keys of a feed configuration on the new side, for options that content does not have.
  var newKeys = ""
  var oldKeys = ""
  /// How `diff` names it.
  var cause: ChangeCause
  /// What became of the hit.
  var changeKind = HitDifference.Kind.lost
  /// What `test` says of the missing hit: one of these causes.
  var reason: Explanation.Cause
  var words = ""

  var testDescription: String { name }

  private static let two = "evil.example\nother.example\n"
  private static let many = (0..<40).map { "name\($0).example\n" }.joined()
  private static func bundle(_ pattern: String, _ until: String) -> String {
    """
    {"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","spec_version":"2.1",
    "id":"indicator--6b616fc1-0000-4000-8000-000000000001","created":"2024-05-01T00:00:00Z",
    "modified":"2024-05-01T00:00:00Z","valid_from":"2024-05-01T00:00:00Z",\(until)
    "pattern_type":"stix","pattern":"\(pattern)"}]}
    """
  }

  static let all: [PlantedRegression] = [
    PlantedRegression(
      name: "entry removed", old: [("a.txt", two)], new: [("a.txt", "other.example\n")],
      cause: .removed, reason: .noEntry),
    PlantedRegression(
      name: "feed removed", old: [("a.txt", two), ("b.txt", "third.example\n")],
      new: [("b.txt", "third.example\n")], cause: .feedRemoved, reason: .noEntry),
    PlantedRegression(
      name: "feed cut in the middle of a file",
      old: [("a.json", bundle("[domain-name:value = 'evil.example']", "")), ("b.txt", two)],
      new: [
        (
          "a.json",
          String(bundle("[domain-name:value = 'evil.example']", "").dropLast(20))
        ), ("b.txt", "other.example\n"),
      ], cause: .feedTruncated, reason: .noEntry, words: "a.json"),
    PlantedRegression(
      name: "feed cut at a line's end",
      old: [("a.txt", (0..<40).map { "name\($0).example\n" }.joined() + "evil.example\n")],
      new: [("a.txt", (0..<20).map { "name\($0).example\n" }.joined())], cause: .feedTruncated,
      reason: .noEntry, words: "line 20"),
    PlantedRegression(
      name: "feed that became empty", old: [("a.txt", two), ("b.txt", "third.example\n")],
      new: [("a.txt", "<html>gone</html>\n"), ("b.txt", "third.example\n")],
      cause: .feedUnreadable, reason: .noEntry),
    PlantedRegression(
      name: "feed suspect since it lists what is known to be good",
      old: [("a.txt", two), ("b.txt", "third.example\n")],
      new: [
        ("a.txt", two + "www.microsoft.com\nwww.google.com\nwww.apple.com\n"),
        ("b.txt", "third.example\n"),
      ], cause: .feedSuspect, reason: .noEntry),
    PlantedRegression(
      name: "format changed: exact names where subdomains were",
      old: [("a.txt", two)], new: [("a.txt", "0.0.0.0 evil.example\n0.0.0.0 other.example\n")],
      value: "cdn.evil.example", cause: .formatChanged, reason: .parentIsExact,
      words: "plain → hosts"),
    PlantedRegression(
      name: "names exact by configuration", old: [("a.txt", two)], new: [("a.txt", two)],
      value: "cdn.evil.example", newKeys: "domains: exact", cause: .modeChanged,
      reason: .parentIsExact, words: "with subdomains → exact"),
    PlantedRegression(
      name: "kind left out by configuration",
      old: [("a.txt", two + "198.51.100.7\n")], new: [("a.txt", two + "198.51.100.7\n")],
      newKeys: "kinds: [ipv4]", cause: .kindFiltered, reason: .noEntry),
    PlantedRegression(
      name: "normal form broken: percent encoded twice",
      old: [("a.txt", "http://www.example.com/a%20b\nother.example\n")],
      new: [("a.txt", "http://www.example.com/a%2520b\nother.example\n")],
      value: "http://www.example.com/a%20b", cause: .normalFormChanged, reason: .otherPath,
      words: "now"),
    PlantedRegression(
      name: "normal form broken: letters of another alphabet lost",
      old: [("a.txt", "bücher.example\n" + many)], new: [("a.txt", "b?cher.example\n" + many)],
      value: "xn--bcher-kva.example", cause: .refused, reason: .noEntry),
    PlantedRegression(
      name: "normal form broken: www put before it",
      old: [("a.txt", "evil.example\nother.example\n")],
      new: [("a.txt", "www.evil.example\nother.example\n")], cause: .normalFormChanged,
      reason: .childListed),
    PlantedRegression(
      name: "line refused: a comment joined to the value",
      old: [("a.txt", "evil.example\n" + many)], new: [("a.txt", "evil.example!c2\n" + many)],
      cause: .refused, reason: .refusedByFeed),
    PlantedRegression(
      name: "line refused: private addresses no longer kept",
      old: [("a.txt", "10.1.2.3\nother.example\n")], new: [("a.txt", "10.1.2.3\nother.example\n")],
      value: "10.1.2.3", oldKeys: "private: keep", cause: .refused, reason: .refusedByFeed,
      words: "private-address"),
    PlantedRegression(
      name: "allow-listed by name", old: [("a.txt", two)],
      new: [("a.txt", two), ("allow.txt", "evil.example\n")], allow: ["allow.txt"],
      cause: .allowListed, changeKind: .suppressed, reason: .suppressed, words: "evil.example"),
    PlantedRegression(
      name: "allow-listed by a parent", old: [("a.txt", "cdn.evil.example\nother.example\n")],
      new: [("a.txt", "cdn.evil.example\nother.example\n"), ("allow.txt", "evil.example\n")],
      allow: ["allow.txt"], value: "cdn.evil.example", cause: .allowListed, changeKind: .suppressed,
      reason: .suppressed),
    PlantedRegression(
      name: "expired", old: [("a.csv", "domain,valid until\nevil.example,2030-01-01\n")],
      new: [("a.csv", "domain,valid until\nevil.example,2024-05-01\n")],
      options: { $0.timeMode = .now }, cause: .expired, reason: .expired, words: "2024-05-01"),
    PlantedRegression(
      name: "not yet valid", old: [("a.csv", "domain,first seen\nevil.example,2024-01-01\n")],
      new: [("a.csv", "domain,first seen\nevil.example,2024-12-01\n")],
      options: { $0.timeMode = .now }, cause: .notYetValid, reason: .notYetValid),
    PlantedRegression(
      name: "confidence fell", old: [("a.csv", "domain,confidence\nevil.example,90\n")],
      new: [("a.csv", "domain,confidence\nevil.example,30\n")],
      options: { $0.minimumConfidence = 50 }, cause: .confidenceFell, reason: .confidence,
      words: "30"),
    PlantedRegression(
      name: "kind of a digest changed",
      old: [("a.csv", "md5\n0123456789abcdef0123456789abcde0\n")],
      new: [("a.csv", "ja3\n0123456789abcdef0123456789abcde0\n")],
      value: "0123456789abcdef0123456789abcde0",
      log: "md5=0123456789abcdef0123456789abcde0\n", cause: .kindChanged, reason: .weak,
      words: "md5 → ja3"),
    PlantedRegression(
      name: "weak where the feed vouched before",
      old: [("a.csv", "ja3\n0123456789abcdef0123456789abcde0\n")],
      new: [("a.csv", "ja3\n0123456789abcdef0123456789abcde0\n")],
      value: "0123456789abcdef0123456789abcde0",
      log: "{\"ja3\":\"0123456789abcdef0123456789abcde0\"}\n", oldKeys: "weak: true",
      cause: .becameWeak, reason: .weak),
    PlantedRegression(
      name: "another port", old: [("a.txt", "198.51.100.7:443\n203.0.113.9:80\n")],
      new: [("a.txt", "198.51.100.7:4433\n203.0.113.9:80\n")], value: "198.51.100.7:443",
      cause: .portChanged, reason: .otherPort),
    PlantedRegression(
      name: "counts only together with another value",
      old: [("a.json", bundle("[domain-name:value = 'evil.example']", ""))],
      new: [
        (
          "a.json",
          bundle(
            "[domain-name:value = 'evil.example' AND ipv4-addr:value = '192.0.2.7']", "")
        )
      ], cause: .becameJoint, reason: .jointCondition),
  ]
}

@Suite struct PlantedRegressionTests {
  /// One side as a folder with a feed configuration, which `diff` and suites both read.
  private static func write(
    _ files: [(name: String, text: String)], _ keys: String, _ allow: Set<String>,
    _ side: String, in folder: TemporaryFolder
  ) throws -> String {
    var configuration = "feeds:\n"
    for (name, text) in files {
      try folder.write("\(side)/\(name)", text)
      configuration += "  - path: \(name)\n"
      if allow.contains(name) { configuration += "    role: allow\n" }
      for line in keys.split(separator: "\n") where !allow.contains(name) {
        configuration += "    \(line)\n"
      }
    }
    return try folder.write("\(side)/feeds.yaml", configuration)
  }

  @Test(arguments: PlantedRegression.all) func diffNamesItAndItsCause(
    _ planted: PlantedRegression
  ) throws {
    let folder = try TemporaryFolder()
    let log = try folder.write("traffic.log", planted.log ?? "asked for \(planted.value) twice\n")
    let old = try DatabaseSide.open(
      Self.write(planted.old, planted.oldKeys, planted.allow, "old", in: folder))
    let new = try DatabaseSide.open(
      Self.write(planted.new, planted.newKeys, planted.allow, "new", in: folder))
    var options = ScanOptions()
    options.now = june2024
    planted.options(&options)
    let difference = DatabaseDifference.between(
      old, new, inputs: [InputPath(log)], options: options)
    let hits = try #require(difference.hits)
    #expect(hits.count(planted.changeKind) >= 1, "\(difference.table())")
    let told = hits.changes.filter { $0.changeKind == planted.changeKind }
    #expect(
      told.contains { change in
        String(decoding: change.value, as: UTF8.self).hasSuffix(planted.value)
          || planted.value.hasPrefix(String(decoding: change.value, as: UTF8.self))
      }, "\(difference.table())")
    #expect(told.contains { $0.cause == planted.cause }, "\(difference.table())")
    if !planted.words.isEmpty {
      #expect(told.contains { $0.detail.contains(planted.words) }, "\(told.map(\.detail))")
    }
    let threshold = try #require(Threshold("\(planted.changeKind.rawValue)>0"))
    #expect(!difference.exceeded([threshold]).isEmpty)
    // All forms can be made of it, and programs read them.
    #expect(JSONTree.read(difference.json()) != nil)
    #expect(JSONTree.read(difference.sarif(version: "0")) != nil)
    #expect(!difference.markdown().contains("http://"))
  }

  @Test(arguments: PlantedRegression.all) func suiteFailsAndSaysWhy(
    _ planted: PlantedRegression
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write("traffic.log", planted.log ?? "asked for \(planted.value) twice\n")
    _ = try Self.write(planted.old, planted.oldKeys, planted.allow, "old", in: folder)
    _ = try Self.write(planted.new, planted.newKeys, planted.allow, "new", in: folder)
    var options = ScanOptions()
    planted.options(&options)
    var scan = ""
    if options.minimumConfidence > 0 { scan += "      min-confidence: 50\n" }
    let at = options.timeMode == .now ? "    at: 2024-06-01\n" : ""
    var value = planted.value
    if case .success(let asked) = AskedValue.read(Array(value.utf8)) {
      // A joint value is told without its port: what is seen is the address.
      var plain = asked
      plain.port = 0
      value = String(decoding: plain.text, as: UTF8.self)
    }
    func suite(_ side: String) throws -> Suite {
      var feeds = "    feeds:\n"
      let files = side == "old" ? planted.old : planted.new
      // A file that cannot be read is an error of the case, so only the others take part.
      let readable = files.filter { file in
        (try? Compiled([file]))?.errors.isEmpty ?? false || planted.allow.contains(file.name)
          || !(side == "old" ? planted.oldKeys : planted.newKeys).isEmpty
      }
      for (name, _) in readable {
        feeds += "      - path: \(side)/\(name)\n"
        if planted.allow.contains(name) { feeds += "        role: allow\n" }
        let keys = side == "old" ? planted.oldKeys : planted.newKeys
        if !keys.isEmpty { feeds += "        \(keys)\n" }
      }
      let text = """
        cases:
          - name: it is found
        \(feeds)\(at)\(scan.isEmpty ? "" : "    scan:\n" + scan)    inputs: traffic.log
            expect:
              hits:
                - {value: "\(value)"}

        """
      let path = try folder.write("\(side).yaml", text)
      return try Suite.read(path: path)
    }
    let before = SuiteRun().run([try suite("old")])
    #expect(before.exitCode == 0, "\(before.table())")
    let after = SuiteRun().run([try suite("new")])
    #expect(after.exitCode == 1, "\(after.table())")
    let fault = try #require(after.results.first?.faults.first)
    #expect(fault.kind == .missingHit)
    #expect(
      fault.reasons.contains { $0.cause == planted.reason },
      "\(planted.reason.rawValue) is not among \(fault.reasons.map { "\($0.cause.rawValue): \($0.text)" })"
    )
  }

  @Test func thereAreTwenty() {
    #expect(PlantedRegression.all.count >= 20)
    #expect(Set(PlantedRegression.all.map(\.name)).count == PlantedRegression.all.count)
  }
}
