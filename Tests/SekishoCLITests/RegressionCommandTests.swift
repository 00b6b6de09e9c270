import Foundation
import TestSupport
import Testing

/// `test`, `explain`, `diff` and `bench scan` as a user runs them.
@Suite struct RegressionCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func write(_ name: String, _ text: String) throws -> String {
    let file = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    return try folder.write(name, text)
  }

  private static let suite = """
    defaults: {feeds: [{name: list, text: "evil.example\\n"}]}
    cases:
      - name: passes
        text: evil.example
        expect: {hits: [{value: evil.example}]}
      - name: fails
        text: notevil.example
        expect:
          hits:
            - {kind: domain, value: evil.example}
      - {name: is skipped, requires: nowhere, text: x}

    """

  @Test func whatIsAddedHasNoCauses() throws {
    let (old, new) = (
      try write("o.txt", "a.example\n"), try write("n.txt", "a.example\nz.example\n")
    )
    let added = try CommandRunner.run(["diff", old, new])
    #expect(added.status == 0 && !added.output.contains("causes"), "\(added.output)")
    let removed = try CommandRunner.run(["diff", new, old])
    #expect(removed.output.contains("\ncauses: "), "\(removed.output)")
  }

  @Test func whatIsNoIndicatorIsDefanged() throws {
    let feed = try write("feed.txt", "evil.example\n")
    let result = try CommandRunner.run(["explain", "--feed", feed, "see evil.example now"])
    #expect(result.output.hasPrefix("see evil[.]example now: "), "\(result.output)")
  }

  /// All occurrences are counted, however few of them are told.
  @Test func explainCountsAll() throws {
    let feed = try write("feed.txt", "evil.example\n")
    let log = try write("many.log", String(repeating: "x evil.example\n", count: 12_000))
    let result = try CommandRunner.run(["explain", "--feed", feed, log, "evil.example"])
    #expect(result.output.contains("a hit, seen 12000 times"), "\(result.output)")
    #expect(result.output.contains("and in 11995 places more"), "\(result.output)")
  }

  /// A hit is found also where it is beyond the places that are kept.
  @Test func explainJudgesAll() throws {
    let feed = try write("feed.csv", "domain,valid from\nevil.example,2024-06-01\n")
    let early = #"{"timestamp":"2024-05-01T10:00:00Z","query":"evil.example"}"# + "\n"
    let late = #"{"timestamp":"2024-06-02T10:00:00Z","query":"evil.example"}"# + "\n"
    for (last, answer) in [(late, "a hit"), (early, "no hit")] {
      let log = try write("many.json", String(repeating: early, count: 10_001) + last)
      let result = try CommandRunner.run(
        ["explain", "--feed", feed + "=csv", "--time", "event", log, "evil.example"])
      #expect(result.output.contains("\(answer), seen 10002 times"), "\(result.output)")
    }
  }

  /// Without being told to write a baseline, the path may be wrong.
  @Test func aBaselineThatIsNotThereIsTold() throws {
    let feed = try write("feed.txt", "evil.example\n")
    let log = try write("a.log", "x evil.example\n")
    let bench = ["bench", "scan", "--repeat", "1", "--feed", feed, log, "--baseline"]
    let first = try CommandRunner.run(bench + [folder.path("speed.json")])
    #expect(first.errors.contains("warning: ") && first.errors.contains("nothing was compared"))
    let asked = try CommandRunner.run(bench + [folder.path("other.json"), "--update-baseline"])
    #expect(!asked.errors.contains("warning: "), "\(asked.errors)")
  }

  // MARK: test

  @Test func theDemosSuitePasses() throws {
    let result = try CommandRunner.run(["test", "Fixtures/suite.yaml"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.lines.last == "11 passed")
  }

  @Test func tracesOfPublicSuitesPassOrAreSkipped() throws {
    let result = try CommandRunner.run(["test", "Tests/Suites/ids.yaml"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let isHere = FileManager.default.fileExists(
      atPath: CommandRunner.root.appendingPathComponent("../shared/corpus/pcaps").path)
    #expect(result.lines.last == (isHere ? "46 passed" : "0 passed, 46 skipped"))
  }

  @Test func failedCaseShowsDifferenceAndCause() throws {
    let suite = try write("suite.yaml", Self.suite)
    let result = try CommandRunner.run(["test", suite])
    #expect(result.status == 1)
    #expect(result.output.contains("expected at least 1 hit like"))
    #expect(result.output.contains("          - value: evil[.]example"))
    #expect(result.output.contains("why: stands inside 'notevil[.]example'"))
    #expect(result.output.contains("suite.yaml:10:"))
    #expect(result.lines.last == "1 passed, 1 failed, 1 skipped")
    let passing = try CommandRunner.run(["test", suite, "--filter", "^pass"])
    #expect(passing.status == 0 && passing.lines.last == "1 passed")
    let none = try CommandRunner.run(["test", suite, "--filter", "nothing"])
    #expect(none.status == 2)
    let bad = try CommandRunner.run(["test", suite, "--filter", "("])
    #expect(bad.status == 2 && bad.errors.contains("no regular expression"))
  }

  @Test func wrongKeyNamesFileLineAndKey() throws {
    let suite = try write(
      "suite.yaml", Self.suite.replacingOccurrences(of: "    expect:\n", with: "    expct:\n"))
    let result = try CommandRunner.run(["test", suite])
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(
      result.errors.hasPrefix(
        "sekisho: error: \(suite):8: unknown key 'expct'; did you mean 'expect'?"),
      "\(result.errors)")
  }

  @Test func machineFormats() throws {
    let suite = try write("suite.yaml", Self.suite)
    func run(_ format: String) throws -> String {
      let result = try CommandRunner.run(["test", suite, "--format", format])
      #expect(result.status == 1, "\(format): \(result.errors)")
      return result.output
    }
    let report = try json(run("json"))
    #expect(report["passed"] as? Int == 1 && report["failed"] as? Int == 1)
    let log = try json(run("sarif"))
    #expect(log["version"] as? String == "2.1.0")
    let junit = try run("junit")
    #expect(junit.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""))
    let tap = try run("tap")
    #expect(tap.hasPrefix("TAP version 14\n1..3\nok 1 - passes\nnot ok 2 - fails\n  ---\n"))
    #expect(tap.contains("\nok 3 - is skipped # SKIP "))
    #expect(try run("github").contains("::error file="))
  }

  @Test func updateShowsAndWrites() throws {
    let suite = try write("suite.yaml", "# head\n" + Self.suite)
    let result = try CommandRunner.run(["test", suite, "--update"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("evil.example}"))
    let after = try String(contentsOfFile: suite, encoding: .utf8)
    #expect(
      after.hasPrefix("# head\ndefaults:") && after.contains("    expect:\n      only: true\n"))
    #expect(try CommandRunner.run(["test", suite]).status == 0)
  }

  /// What an update leaves to people still fails.
  @Test func updateFailsWhereACaseIsLeft() throws {
    let suite = try write(
      "suite.yaml",
      "cases: [{name: a, feeds: [{text: \"evil.example\\n\"}], text: x, expect: {hits: [{kind: url}]}}]\n"
    )
    let result = try CommandRunner.run(["test", suite, "--update"])
    #expect(result.status == 1)
    #expect(result.errors.contains("1 left as they are, which still fail"), "\(result.errors)")
  }

  // MARK: diff

  /// A list that is cut says so in itself and to people, and `--limit` moves the cut.
  @Test func cutListsOfChangesSaySo() throws {
    let old = try write("old.txt", "a.example\n")
    let new = try write("new.txt", "a.example\nb.example\nc.example\nd.example\n")
    func run(_ more: String...) throws -> CommandRunner.Result {
      try CommandRunner.run(["diff", old, new] + more)
    }
    let cut = try run("--format", "json", "--limit", "2")
    #expect(try json(cut.output)["changes_left_out"] as? Int == 1)
    #expect(cut.errors.contains("1 further changes") && cut.errors.contains("--limit"))
    let whole = try run("--format", "json")
    #expect(try json(whole.output)["changes_left_out"] == nil && whole.errors.isEmpty)
    let log = try run("--format", "sarif", "--limit", "2")
    #expect(log.output.contains("1 further changes are left out"), "\(log.output)")
    #expect(log.errors.contains("1 further changes"), "\(log.errors)")
  }

  // MARK: explain

  @Test func explainNamesTheCause() throws {
    let hosts = try write("hosts.txt", "0.0.0.0 evil.example\n")
    let result = try CommandRunner.run(["explain", "--feed", hosts, "cdn[.]evil.example"])
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains("is listed for that name alone"))
    #expect(!result.output.contains("evil.example"))
    let found = try CommandRunner.run([
      "explain", "--feed", "seeds/feeds", "Fixtures/demo.pcap", "cdn.evil.example", "--json",
    ])
    #expect(found.status == 0, "\(found.errors)")
    let answer = try json(found.output)
    #expect(answer["matches"] as? Bool == true && answer["seen"] as? Int == 3)
    let none = try CommandRunner.run(["explain", "evil.example"])
    #expect(none.status == 2 && none.errors.contains("--feed PATH"))
  }

  @Test func explainLooksOutsideTheTimeWindow() throws {
    let result = try CommandRunner.run([
      "explain", "--feed", "seeds/feeds", "--to", "2001-01-01", "Fixtures/demo.pcap",
      "cdn.evil.example",
    ])
    #expect(result.status == 1)
    #expect(result.output.contains("outside --from and --to"), "\(result.output)")
    let filtered = try CommandRunner.run([
      "explain", "--feed", "seeds/feeds", "--bpf", "icmp", "Fixtures/demo.pcap", "c2.example",
    ])
    #expect(filtered.status == 1)
  }

  // MARK: diff

  @Test func diffFailsOnWhatIsAsked() throws {
    _ = try write("old/a.txt", "evil.example\nother.example\n")
    _ = try write("new/a.txt", "other.example\nnew.example\n")
    let log = try write("t.log", "evil.example other.example\n")
    let sides = [folder.path("old"), folder.path("new")]
    let plain = try CommandRunner.run(["diff"] + sides)
    #expect(plain.status == 0 && plain.output.contains("1 added, 1 removed, 0 changed"))
    let lost = try CommandRunner.run(["diff"] + sides + [log, "--fail-on", "lost>0,share>60%"])
    #expect(lost.status == 1 && lost.output.contains("exceeded: lost>0 (it is 1)"))
    #expect(lost.output.contains("removed: the feed no longer lists it"))
    let sarif = try CommandRunner.run(
      ["diff"] + sides + [log, "--fail-on", "lost>0,share>12.5%", "--format", "sarif"])
    #expect(sarif.errors.contains("exceeded: lost>0 (it is 1)\n"), "\(sarif.errors)")
    #expect(sarif.errors.contains("exceeded: share>12.50% (it is 50)\n"), "\(sarif.errors)")
    let fine = try CommandRunner.run(["diff"] + sides + [log, "--fail-on", "lost>1,share>50%"])
    #expect(fine.status == 0, "\(fine.output)")
    let unasked = try CommandRunner.run(["diff"] + sides + ["--fail-on", "lost>0"])
    #expect(unasked.status == 2 && unasked.errors.contains("counted over inputs"))
    let wrong = try CommandRunner.run(["diff"] + sides + ["--fail-on", "lots>0"])
    #expect(wrong.status == 2 && wrong.errors.contains("lost gained suppressed"))
    let markdown = try CommandRunner.run(["diff"] + sides + [log, "--format", "markdown"])
    #expect(markdown.status == 0 && markdown.output.contains("**1 lost**"))
    let log2 = try json(
      CommandRunner.run(["diff"] + sides + [log, "--format", "json"]).output)
    #expect((log2["hits"] as? [String: Any])?["lost"] as? Int == 1)
    let missing = try CommandRunner.run(["diff", folder.path("old"), folder.path("nowhere")])
    #expect(missing.status == 2)
  }

  @Test func diffReadsDatabasesAndFeeds() throws {
    _ = try write("old/a.txt", "evil.example\nother.example\n")
    let database = folder.path("old.skdb")
    #expect(try CommandRunner.run(["compile", folder.path("old"), "-o", database]).status == 0)
    let same = try CommandRunner.run([
      "diff", database, folder.path("old"), "--fail-on", "removed>0,added>0,changed>0",
    ])
    #expect(same.status == 0, "\(same.output)\(same.errors)")
    _ = try write("cut/a.json", "{\"type\":\"bundle\",\"objects\":[{")
    let cut = try CommandRunner.run(["diff", database, folder.path("cut")])
    #expect(cut.status == 2 && cut.errors.contains("a.json"))
  }

  // MARK: bench scan

  @Test func baselineIsWrittenAndComparedWith() throws {
    let baseline = folder.path("speed.json")
    let arguments = [
      "bench", "scan", "--feed", "seeds/feeds", "Fixtures/demo-dns.log", "--repeat", "2",
      "--baseline", baseline,
    ]
    let first = try CommandRunner.run(arguments)
    #expect(first.status == 0, "\(first.errors)")
    let kept = try json(String(contentsOfFile: baseline, encoding: .utf8))
    #expect((kept["inputs"] as? [Any])?.count == 1)
    // As slow as can be is fine; then a baseline that no machine can reach.
    let again = try CommandRunner.run(arguments + ["--max-slowdown", "100000%", "--json"])
    #expect(again.status == 0, "\(again.errors)")
    let rows = try #require(try json(again.output)["inputs"] as? [[String: Any]])
    #expect(rows[0]["too_slow"] as? Bool == false && rows[0]["matches"] as? Int == 4)
    var inputs = try #require(kept["inputs"] as? [[String: Any]])
    inputs[0]["ratio"] = 1e9
    var faster = kept
    faster["inputs"] = inputs
    _ = try folder.write(
      "speed.json", Array(try JSONSerialization.data(withJSONObject: faster)))
    let slow = try CommandRunner.run(arguments)
    #expect(slow.status == 1 && slow.output.contains("too slow"), "\(slow.output)")
    let wrong = try CommandRunner.run(arguments + ["--max-slowdown", "little"])
    #expect(wrong.status == 2 && wrong.errors.contains("--max-slowdown"))
  }
}
