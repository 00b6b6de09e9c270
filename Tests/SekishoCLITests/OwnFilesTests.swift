import Foundation
import TestSupport
import Testing

/// What a run matches against is no input, although it is in a folder that is one.
@Suite struct OwnFilesTests {
  let folder: TemporaryFolder

  /// A folder with a log that holds nothing, and all that indicators come from.
  init() throws {
    folder = try TemporaryFolder()
    try folder.write("day.log", "all quiet\n")
    try folder.write("feed.txt", "evil.example\nhttp://bad.example/x\n")
    try folder.write("allow.txt", "bad.example\n")
    try folder.write("feeds/b.txt", "www.evil.example\n")
    try folder.write("feeds.yaml", "feeds:\n  - path: feed.txt # evil.example\n")
    try folder.write(".hits.ndjson.4711-0.partial", "evil.example\n")
    let compiled = try CommandRunner.run(
      ["compile", folder.path("feed.txt"), "-o", folder.path("feed.skdb"), "--quiet"])
    #expect(compiled.status == 0, "\(compiled.errors)")
  }

  private func run(_ arguments: String...) throws -> CommandRunner.Result {
    try CommandRunner.run(
      arguments.map { $0.replacingOccurrences(of: "DIR", with: folder.url.path) })
  }

  @Test func aScanHasNoHitsInThem() throws {
    let result = try run(
      "scan", "--feed", "DIR/feed.txt", "--feeds", "DIR/feeds.yaml", "--feed", "DIR/feeds",
      "--allow", "DIR/allow.txt", "--summary", "DIR/s.json", "--count", "DIR")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "0\n")
    let summary = try String(contentsOfFile: folder.path("s.json"), encoding: .utf8)
    #expect(summary.contains(#""inputs":1,"#), "\(summary)")
    for (reason, count) in [("own-feed", 4), ("database", 1), ("partial-output", 1)] {
      #expect(
        summary.contains(#"{"reason":"\#(reason)","count":\#(count)}"#), "\(reason): \(summary)")
    }
  }

  /// What a folder of feeds has beside them is no feed, and so may be an input.
  @Test func whatIsNotReadAsAFeedIsAnInput() throws {
    try folder.write("all/feeds/f.txt", "evil.example\n")
    try folder.write("all/feeds/.cache/dns.log", "query evil.example\n")
    try folder.write("all/feeds/dns.log.bak", "query www.evil.example\n")
    // An editor's copy of a feed would hit with each of its values.
    for copy in ["f.txt~", "f.txt.bak", ".f.txt.swp"] {
      try folder.write("all/feeds/" + copy, "evil.example\n")
    }
    try folder.write("all/day/a.log", "2024-01-01T00:00:00Z query a.evil.example answered\n")
    let hidden = try run("scan", "--feed", "DIR/all/feeds", "--count", "DIR/all/feeds")
    #expect(hidden.status == 1 && hidden.output == "2\n", "\(hidden.errors)")
    #expect(hidden.errors.contains("own-feed 4"), "\(hidden.errors)")
    // The log is no feed, which is an error; but it is read.
    let refused = try run("scan", "--feed", "DIR/all", "--count", "DIR/all/day")
    #expect(refused.status == 2 && refused.output == "1\n", "\(refused.errors)")
    let nothing = try run("scan", "--feed", "DIR/feeds", "--count", "DIR/feeds")
    #expect(nothing.errors.contains("but what is left out: own-feed 1"), "\(nothing.errors)")
  }

  /// A database is known by how it begins, so that of another run is left out as well.
  @Test func aDatabaseIsLeftOut() throws {
    try folder.write("only/day.log", "all quiet\n")
    try FileManager.default.copyItem(
      atPath: folder.path("feed.skdb"), toPath: folder.path("only/other.skdb"))
    let scan = try run("scan", "--db", "DIR/feed.skdb", "--count", "DIR/only")
    #expect(scan.status == 0 && scan.output == "0\n", "\(scan.errors)")
    let extract = try run("extract", "DIR/only")
    #expect(extract.status == 0 && extract.output.isEmpty, "\(extract.output)")
    #expect(extract.errors.contains("database"), "\(extract.errors)")
  }

  /// Whoever names a file has it read.
  @Test func whatIsNamedItselfIsRead() throws {
    for name in ["feed.txt", ".hits.ndjson.4711-0.partial", "feed.skdb"] {
      let scan = try run("scan", "--feed", "DIR/feed.txt", "--count", "DIR/" + name)
      #expect(scan.status == 1, "\(name): \(scan.errors)")
    }
  }

  @Test func otherCommandsLeaveThemOutAsWell() throws {
    let coverage = try run(
      "coverage", "--no-timing", "--json", "--feed", "DIR/feed.txt", "--feeds", "DIR/feeds.yaml",
      "--feed", "DIR/feeds", "--allow", "DIR/allow.txt", "DIR")
    #expect(coverage.errors.contains("own-feed 4"), "\(coverage.errors)")
    let explained = try run(
      "explain", "--feed", "DIR/feed.txt", "--feed", "DIR/feeds", "--feeds", "DIR/feeds.yaml",
      "--allow", "DIR/allow.txt", "DIR", "evil.example")
    #expect(explained.status == 1, "\(explained.output)")
    let bench = try run(
      "bench", "scan", "--json", "--repeat", "1", "--feed", "DIR/feed.txt", "--feed", "DIR/feeds",
      "--feeds", "DIR/feeds.yaml", "--allow", "DIR/allow.txt", "DIR")
    #expect(bench.status == 0, "\(bench.errors)")
    #expect(bench.output.contains("day.log"), "\(bench.output)")
    #expect(!bench.output.contains("feed.skdb"), "\(bench.output)")
    for (old, new) in [("feed.txt", "feeds"), ("feeds", "feeds.yaml")] {
      let difference = try run("diff", "DIR/" + old, "DIR/" + new, "DIR/feeds")
      #expect(difference.errors.contains("own-feed 1"), "\(old): \(difference.errors)")
    }
    try folder.write(
      "suite.yaml",
      """
      cases:
        - name: quiet
          feeds: [feed.txt, feeds]
          allow: allow.txt
          feeds-config: feeds.yaml
          inputs: .
          expect:
            no-hits:
              - value: evil.example

      """)
    let suite = try run("test", "DIR/suite.yaml")
    #expect(suite.status == 0, "\(suite.output)\(suite.errors)")
  }
}
