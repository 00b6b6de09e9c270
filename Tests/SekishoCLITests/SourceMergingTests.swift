import Foundation
import TestSupport
import Testing

/// One entry in several databases is one indicator, and its sources stand in the order of the rules.
@Suite struct SourceMergingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func database(_ name: String, _ text: String) throws -> String {
    let feed = try folder.write(name, text)
    let path = folder.path(name + ".skdb")
    let result = try CommandRunner.run(["compile", "--quiet", feed, "-o", path])
    #expect(result.status == 0, "\(result.errors)")
    return path
  }

  /// The sources of each indicator of the first hit, as `feed:lines confidence`.
  private func indicators(_ arguments: [String], _ log: String) throws -> [[String]] {
    let path = try folder.write("a.log", log)
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--format", "ndjson"] + arguments + [path])
    let hit = try #require(
      try JSONSerialization.jsonObject(with: Data((result.lines.first ?? "{}").utf8))
        as? [String: Any])
    return (hit["indicators"] as? [[String: Any]] ?? []).map { indicator in
      (indicator["sources"] as? [[String: Any]] ?? []).map { source in
        let feed = (source["feed"] as? String ?? "").split(separator: "/").last ?? ""
        let lines = source["lines"].map { "\($0)" } ?? source["line"].map { "\($0)" } ?? ""
        return "\(feed):\(lines) \(source["confidence"] ?? "-")"
      }
    }
  }

  @Test func severalDatabasesGiveWhatSeveralFeedsGive() throws {
    let text = "type,value,confidence\ndomain,evil.example,20\n"
    let other = "type,value,confidence\ndomain,x.example,1\ndomain,evil.example,60\n"
    let (a, b) = (try database("a.csv", text), try database("b.csv", other))
    let expected = [["b.csv:3 60", "a.csv:2 20"]]
    #expect(try indicators(["--db", a, "--db", b], "evil.example\n") == expected)
    #expect(try indicators(["--db", b, "--db", a], "evil.example\n") == expected)
    #expect(
      try indicators(["--db", a, "--feed", folder.path("b.csv")], "evil.example\n") == expected)
    #expect(
      try indicators(
        ["--feed", folder.path("b.csv"), "--feed", folder.path("a.csv")], "evil.example\n")
        == expected)
  }

  /// Forms of a URL that compare equal are all exact: confidence, feed and line decide (rules, §10).
  @Test func equalFormsOfAURLStandInTheOrderOfTheirLines() throws {
    let feed = try folder.write(
      "u.txt", "http://www.h.example/p\nhttps://www.h.example/p\nwww.h.example/p\n")
    let expected = [["u.txt:1 -"], ["u.txt:2 -"], ["u.txt:3 -"]]
    #expect(try indicators(["--feed", feed], "see http://www.h.example/p x\n") == expected)
    // Longer names come first whatever their lines.
    let names = try folder.write("n.hosts", "||h.example^\n||www.h.example^\n")
    #expect(
      try indicators(["--feed", names + "=adblock"], "a.www.h.example\n")
        == [["n.hosts:2 -"], ["n.hosts:1 -"]])
  }

  @Test func theSameSourceTwiceIsOne() throws {
    let a = try database("a.txt", "evil.example\n")
    #expect(try indicators(["--db", a, "--db", a], "evil.example\n") == [["a.txt:1 -"]])
  }

  @Test func otherModesPortsAndValuesStayApart() throws {
    let a = try database("a.txt", "evil.example\n192.0.2.66:443\n192.0.2.64/30\n")
    let b = try database("b.hosts", "0.0.0.0 evil.example\n")
    let c = try database("c.txt", "192.0.2.66\n")
    #expect(
      try indicators(["--db", a, "--db", b], "evil.example\n").count == 2,
      "with subdomains and exact are two entries")
    #expect(try indicators(["--db", a, "--db", c], "192.0.2.66:443\n").count == 3)
  }

  @Test func sourcesStandByConfidenceFeedAndLine() throws {
    let a = try folder.write("a.csv", "type,value,confidence\nip,203.0.113.5,20\n")
    let b = try folder.write(
      "b.csv", "type,value,confidence\nip,203.0.113.5,20\nip,203.0.113.5,60\n")
    #expect(
      try indicators(["--feed", a, "--feed", b], "203.0.113.5\n")
        == [["b.csv:3 60", "a.csv:2 20", "b.csv:2 20"]])
  }
}
