import Foundation
import Testing

@testable import Regression

/// What can be expected, and what is left where nothing is.
extension SuiteTests {
  /// A case that checks nothing fails, and does not once it was updated.
  @Test(
    arguments: ["a.evil.example", "good.example"], ["", "expect: {}", "expect: {no-hits: []}"])
  func whatChecksNothingFails(_ line: String, _ expect: String) throws {
    let text = """
      cases:
        - name: one
          feeds: [{name: list, text: "evil.example\\n"}]
          text: "\(line)\\n"
          \(expect)

      """
    let suite = try suite(text)
    let report = SuiteRun().run([suite])
    #expect(report.exitCode == 1)
    #expect(report.results.first?.faults.map(\.kind) == [.nothingExpected])
    let update = try #require(try SuiteUpdate(suite, report))
    let after = String(decoding: update.bytes, as: UTF8.self)
    #expect(SuiteRun().run([try self.suite(after)]).exitCode == 0, "\(after)")
    let other = after.replacingOccurrences(
      of: "\(line)\\n", with: "x.evil.example other.example\\n")
    #expect(SuiteRun().run([try self.suite(other)]).exitCode == 1, "\(other)")
  }

  /// What an update takes away may leave nothing; then what is found is expected.
  @Test func updateLeavesSomethingToCheck() throws {
    let suite = try suite(Self.text("no-hits:\n  - {value: evil.example}"))
    let update = try #require(try SuiteUpdate(suite, SuiteRun().run([suite])))
    let after = String(decoding: update.bytes, as: UTF8.self)
    #expect(after.contains("{kind: domain, field: text, value: evil.example"), "\(after)")
    #expect(SuiteRun().run([try self.suite(after)]).exitCode == 0)
  }

  // MARK: Members of hits

  /// Every member that hits may have can be expected of them.
  @Test func whatAHitHasCanBeStated() throws {
    let guide = try String(
      contentsOf: packageRoot.appendingPathComponent("Sources/Sekisho/Sekisho.docc/Outputs.md"),
      encoding: .utf8)
    let article = try #require(guide.components(separatedBy: "\n## ndjson\n").last)
      .components(separatedBy: "\n## ")[0]
    // The first tables are those of a hit, an indicator, a source and a flow.
    var tables: [Set<String>] = []
    for line in article.split(separator: "\n") where line.hasPrefix("|") {
      let names = line.split(separator: "|")[0].split(separator: "`").enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      if names.isEmpty {
        if line.hasPrefix("| member") { tables.append([]) }
      } else {
        tables[tables.count - 1].formUnion(names)
      }
    }
    try #require(tables.count > 3)
    let indicator = try #require(HitShape.hit.member("indicators"))
    // No suite asks for the lines around hits.
    #expect(tables[0].subtracting(["context"]) == Set(HitShape.hit.keys))
    #expect(tables[1] == Set(indicator.keys))
    #expect(tables[2] == Set(indicator.member("sources")?.keys ?? []))
    #expect(tables[3] == Set(HitShape.hit.member("flow")?.keys ?? []))
  }

  @Test func aVerdictIsStated() throws {
    func text(_ expect: String) -> String {
      Self.text(
        "hits:\n  - {value: 192.0.2.7, flow.verdict: \(expect)}",
        line: "CEF:0|S|t|1|1|w|1|src=192.0.2.7 dst=192.0.2.8 act=blocked", feed: "192.0.2.7")
    }
    #expect(try run(text("blocked")).exitCode == 0)
    #expect(try run(text("allowed")).exitCode == 1)
  }
}
