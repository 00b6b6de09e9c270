import Foundation
import TestSupport
import Testing

/// Feeds named on the command line of those who ask, compiled in memory.
@Suite struct FeedSourceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let log = """
    2024-05-01T10:00:00Z host.example.com asked for c2.evil.example from 192.0.2.66
    2024-05-01T10:00:01Z host.example.com asked for login.bad.example
    """

  @Test func scanTakesFeedsConfigurationsAndAllowLists() throws {
    let log = try folder.write("a.log", Self.log)
    let names = try folder.write("names.txt", "evil.example\nbad.example\n")
    let addresses = try folder.write("addresses.txt", "192.0.2.66\n")
    let allowed = try folder.write("ours.txt", "login.bad.example\n")
    let configuration = try folder.write(
      "feeds.yaml",
      "feeds:\n  - path: names.txt\n    name: bad names\n    domains: exact\n    confidence: 70\n")

    let plain = try CommandRunner.run(
      ["scan", "--feed", names + "=plain", "--feed", addresses, "--quiet", log])
    #expect(plain.status == 1, "\(plain.errors)")
    #expect(plain.lines.count == 3)

    let allowing = try CommandRunner.run(
      ["scan", "--feed", names, "--allow", allowed + "=plain", "--quiet", log])
    #expect(allowing.status == 1, "\(allowing.errors)")

    // With `exact` neither of the two names is one of the list.
    let exact = try CommandRunner.run(["scan", "--feeds", configuration, "--quiet", log])
    #expect(exact.status == 0, "\(exact.errors)\(exact.output)")
    let both = try CommandRunner.run(
      ["scan", "--feeds", configuration, "--feed", names, "--quiet", log])
    #expect(both.status == 1, "\(both.errors)")
    #expect(both.lines.count == 2)

    let nothing = try CommandRunner.run(["scan", "--allow", allowed, log])
    #expect(nothing.status != 0)
    #expect(nothing.errors.contains("--feeds CONFIG"))
  }

  /// Where allow lists alone are left there is nothing to match; without one there would be hits that it suppresses.
  @Test func unreadableFeedsBesideAllowLists() throws {
    let log = try folder.write("a.log", Self.log)
    let names = try folder.write("names.txt", "evil.example\n")
    let allowed = try folder.write("ours.txt", "evil.example\n")
    let bad = try folder.write("bad.json", "{\"a\":1}")
    for arguments in [
      ["--feed", bad, "--allow", allowed], ["--feed", names, "--allow", bad],
      ["--feed", names, "--allow", folder.path("missing")],
    ] {
      let result = try CommandRunner.run(["scan"] + arguments + [log])
      #expect(result.status == 2)
      #expect(result.output.isEmpty)
      #expect(!result.errors.contains("observables"), "\(result.errors)")
    }
    let rest = try CommandRunner.run(
      ["scan", "--feed", names, "--feed", bad, "--quiet", log])
    #expect(rest.status == 2)
    #expect(rest.lines.count == 1)
  }

  /// What the command asks for holds for the feeds of a configuration as well.
  @Test func optionsHoldForConfigurations() throws {
    _ = try folder.write("cut.json", #"{"type":"bundle","id":"bundle--1","objects":["#)
    _ = try folder.write("private.txt", "10.1.2.3\n192.0.2.66\n")
    let configuration = try folder.write(
      "feeds.yaml", "feeds:\n  - path: cut.json\n    format: stix\n  - path: private.txt\n")
    let database = folder.path("db")
    let refused = try CommandRunner.run(["compile", "--feeds", configuration, "-o", database])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("private-address 1"), "\(refused.errors)")
    let kept = try CommandRunner.run(
      ["compile", "--feeds", configuration, "--keep-partial", "--keep-private", "-o", database])
    #expect(kept.status == 0, "\(kept.errors)")
    #expect(!kept.errors.contains("private-address"), "\(kept.errors)")
  }

  /// An address that two databases list with many ports: each is one indicator of two sources.
  @Test func manyPortsOfAnAddressAreMerged() throws {
    let ports = (1...40).map { "192.0.2.66:\($0)\n" }.joined()
    let databases = try ["a", "b"].map { name in
      let feed = try folder.write(name + ".txt", ports)
      let database = folder.path(name)
      #expect(try CommandRunner.run(["compile", feed, "-o", database, "--quiet"]).status == 0)
      return database
    }
    let log = try folder.write("a.log", "from 192.0.2.66\n")
    let result = try CommandRunner.run(
      ["scan", "--db", databases[0], "--db", databases[1], "--format", "ndjson", "--quiet", log])
    let hit = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let indicators = try #require(hit?["indicators"] as? [[String: Any]])
    #expect(indicators.count == 40)
    #expect(indicators.allSatisfy { ($0["sources"] as? [Any])?.count == 2 })
  }

  /// What is left out of a folder is said.
  @Test func linksInFoldersAreNamed() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("latest.txt"), withDestinationPath: feed)
    let result = try CommandRunner.run(["lookup", "--feed", folder.url.path, "evil.example"])
    #expect(result.status == 0)
    #expect(result.errors.contains("symbolic-link 1"), "\(result.errors)")
  }

  /// A value that an allow list holds and no feed is not simply unknown.
  @Test func lookupTellsWhatAllowsAValueThatNothingLists() throws {
    let names = try folder.write("names.txt", "evil.example\n")
    let ours = try folder.write("ours.txt", "a.example\ngood.example\n")
    let result = try CommandRunner.run(
      [
        "lookup", "--feed", names, "--allow", ours, "www.good.example", "evil.example",
        "other.example",
      ])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.lines
    #expect(
      lines.first?.contains("no entry covers it; ") == true
        && lines.first?.contains("ours.txt:2 allows it") == true, "\(result.output)")
    #expect(lines.last?.hasSuffix("no entry covers it") == true, "\(result.output)")
  }

  @Test func lookupTakesFeedsInPlaceOfADatabase() throws {
    let names = try folder.write("names.txt", "evil.example\n")
    let configuration = try folder.write("feeds.yaml", "feeds:\n  - path: names.txt\n")
    for source in [["--feed", names], ["--feeds", configuration]] {
      let found = try CommandRunner.run(["lookup"] + source + ["--json", "c2[.]evil[.]example"])
      #expect(found.status == 0, "\(found.errors)")
      #expect(found.output.contains("\"subdomain\""))
      let other = try CommandRunner.run(["lookup"] + source + ["good.example"])
      #expect(other.status == 1, "\(other.errors)")
    }
    let database = folder.path("names.skdb")
    #expect(try CommandRunner.run(["compile", names, "-o", database]).status == 0)
    #expect(try CommandRunner.run(["lookup", database, "evil.example"]).status == 0)
    #expect(try CommandRunner.run(["lookup", "--db", database, "evil.example"]).status == 0)
    let alone = try CommandRunner.run(["lookup", database])
    #expect(alone.status != 0 && alone.errors.contains("--feed PATH"))
  }

  @Test func aFailedCompileLeavesTheLastGoodDatabase() throws {
    let database = folder.path("names.skdb")
    let names = try folder.write("names.txt", "evil.example\n")
    #expect(try CommandRunner.run(["compile", names, "-o", database]).status == 0)
    let before = try Data(contentsOf: URL(fileURLWithPath: database))

    let failures: [[String]] = [
      [folder.path("missing.txt"), "-o", database],
      [try folder.write("prose.txt", "these are words of no list at all\n"), "-o", database],
      [names, "--feeds", folder.path("missing.yaml"), "-o", database],
    ]
    for arguments in failures {
      let result = try CommandRunner.run(["compile"] + arguments)
      #expect(result.status == 2, "\(arguments)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: database)) == before, "\(arguments)")
    }
    // A disk that fills up: the limit on a file's length stands for it.
    let large = try folder.write(
      "large.txt", (0..<40_000).map { "n\($0).example\n" }.joined())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"", CommandRunner.executable.path,
      "compile", "--quiet", large, "-o", database,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 2)
    #expect(try Data(contentsOf: URL(fileURLWithPath: database)) == before)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(!left.contains { $0.contains("partial") })
  }
}
