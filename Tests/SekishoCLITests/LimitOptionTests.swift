import Foundation
import TestSupport
import Testing

/// Each limit has a flag, bites where it is set low, and is counted.
@Suite struct LimitOptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What a scan with options skipped, by reason.
  private func skipped(_ arguments: [String], hits: Int? = nil) throws -> [String: Int] {
    let summary = folder.path("summary.json")
    let feed = try folder.write("feed.txt", "evil.example\nc2.example\n")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--quiet", "--summary", summary] + arguments)
    #expect(result.status != 2, "\(result.errors)")
    if let hits { #expect(result.lines.count == hits, "\(result.output)") }
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: summary)))
        as? [String: Any])
    var counts: [String: Int] = [:]
    for entry in object["skipped"] as? [[String: Any]] ?? [] {
      if let reason = entry["reason"] as? String, let count = entry["count"] as? Int {
        counts[reason] = count
      }
    }
    return counts
  }

  @Test func hitsOfOneInput() throws {
    let log = try folder.write("a.log", "evil.example\nevil.example\nevil.example\n")
    #expect(try skipped([log], hits: 3) == [:])
    #expect(try skipped(["--max-hits", "1", log], hits: 1) == ["hits-over-limit": 2])
  }

  @Test func groups() throws {
    let log = try folder.write("a.log", "evil.example c2.example evil.example\n")
    let grouped = ["--group", "indicator", log]
    #expect(try skipped(grouped, hits: 2) == [:])
    #expect(try skipped(["--max-groups", "1"] + grouped, hits: 1) == ["hits-over-group-limit": 1])
  }

  @Test func threadsBeyondAllReason() throws {
    let log = try folder.write("a.log", "evil.example\n")
    #expect(try skipped(["--threads", "\(Int.max)", log], hits: 1) == [:])
  }

  @Test func lineOfALog() throws {
    let log = try folder.write(
      "a.log", String(repeating: "x", count: 60) + "evil.example and c2.example\n")
    #expect(try skipped([log], hits: 1) == [:])
    let cut = try skipped(["--max-line", "64", log], hits: 1)
    #expect(!cut.isEmpty, "what a cut touches is counted")
  }

  @Test func depthOfJSON() throws {
    let log = try folder.write("a.json", #"{"a":{"b":{"query":"evil.example"}}}"# + "\n")
    let whole = try skipped([log], hits: 1)
    #expect(whole == [:])
    // As a line of text it is found all the same, and the fault is counted.
    #expect(try skipped(["--max-json-depth", "2", log], hits: 1) != [:])
  }

  @Test func foldersInsideOneAnother() throws {
    let inner = folder.url.appendingPathComponent("one/two")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    try Data("evil.example\n".utf8).write(to: inner.appendingPathComponent("a.log"))
    let outer = folder.path("one")
    try Data("c2.example\n".utf8).write(to: folder.url.appendingPathComponent("one/b.log"))
    #expect(try skipped([outer], hits: 2) == [:])
    #expect(try skipped(["--max-folders", "1", outer], hits: 1)["folder-too-deep"] == 1)
  }

  @Test func headOfHTTP() throws {
    #expect(try skipped(["Fixtures/demo.pcap"])["http-header-limit"] == nil)
    #expect(
      try skipped(["--max-http-header", "10", "Fixtures/demo.pcap"])["http-header-limit"] != nil)
  }

  @Test func flowsAtOnce() throws {
    #expect(try skipped(["Fixtures/demo.pcap"])["flow-limit-evictions"] == nil)
    #expect(
      try skipped(["--max-flows", "1", "Fixtures/demo.pcap"])["flow-limit-evictions"] != nil)
  }

  @Test func literalAndLineOfAFeed() throws {
    let feed = try folder.write(
      "feed.json",
      #"""
      {"Event":{"info":"x","Attribute":[{"type":"pattern-in-traffic","value":"EVILBEACON/7","to_ids":true},{"type":"domain","value":"evil.example","to_ids":true}]}}
      """#)
    let database = folder.path("a.skdb")
    let all = try CommandRunner.run(["compile", feed, "-o", database])
    #expect(all.errors.contains("2 entries"), "\(all.errors)")
    let short = try CommandRunner.run(["compile", "--max-literal", "8", feed, "-o", database])
    #expect(short.errors.contains("too-long 1"), "\(short.errors)")
    let flat = try CommandRunner.run(["compile", "--max-depth", "2", feed, "-o", database])
    #expect(flat.status == 2)
  }

  @Test(arguments: [
    ["--max-line", "1"], ["--max-line", "x"], ["--max-json-depth", "129"],
    ["--max-tunnels", "33"], ["--max-datagram", "65K"], ["--max-zstd-window", "4G"],
    ["--max-expansion", "0"], ["--max-flows", "0"], ["--max-folders", "0"],
    ["--max-fragment-age", "-1"],
  ])
  func whatALimitDoesNotTake(_ arguments: [String]) throws {
    let result = try CommandRunner.run(["scan", "--feed", "seeds/feeds", "-"] + arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains("--max-"), "\(result.errors)")
  }

  @Test(arguments: [
    ["--max-http-header", "128K"], ["--max-dns-pointers", "3"], ["--max-stream", "2MiB"],
    ["--max-reassembly", "1G"], ["--max-datagram", "64K"], ["--max-fragments", "1m"],
    ["--max-fragment-age", "5"], ["--max-flows", "4096"], ["--max-tunnels", "0"],
    ["--max-expansion", "5000"], ["--max-zstd-window", "2G"], ["--max-line", "2M"],
  ])
  func whatALimitTakes(_ arguments: [String]) throws {
    let result = try CommandRunner.run(["extract", "Fixtures/demo.pcap"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.output.isEmpty)
  }
}
