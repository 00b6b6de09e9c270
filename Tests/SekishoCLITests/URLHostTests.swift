import Foundation
import TestSupport
import Testing

/// Hosts of URL indicators in TLS and DNS, where encryption hides the rest of the URL.
@Suite struct URLHostTests {
  let folder: TemporaryFolder
  let feed: String
  let log: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write(
      "feed.txt",
      """
      http://root.example/
      https://deep.example:8443/a/b?c
      http://deep.example/other
      http://192.0.2.66/
      http://wild.example/a*

      """)
    log = try folder.write(
      "a.json",
      """
      {"tls":{"sni":"root.example"}}
      {"tls":{"sni":"deep.example"}}
      {"dns":{"rrname":"wild.example"}}
      {"message":"root.example deep.example","sni":"sub.root.example"}
      {"tls":{"sni":"192.0.2.66"}}

      """)
  }

  private func scan(_ mode: String, _ more: String...) throws -> CommandRunner.Result {
    try CommandRunner.run(
      ["scan", "--feed", feed, "--format", "ndjson", "--url-hosts", mode] + more + [log])
  }

  private func found(_ result: CommandRunner.Result) throws -> [String] {
    try result.lines.map { line in
      let hit = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let indicators = hit["indicators"] as? [[String: Any]] ?? []
      return "\(hit["kind"] ?? "") \(hit["field"] ?? "") \(hit["value"] ?? "") "
        + "\(hit["match"] ?? "") "
        + indicators.map { "\($0["kind"] ?? "") \($0["value"] ?? "")" }.sorted().joined(
          separator: ", ")
    }
  }

  @Test func offByDefault() throws {
    let result = try CommandRunner.run(["scan", "--feed", feed, log])
    #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
    #expect(try scan("off").output.isEmpty)
  }

  @Test(
    "the summary tells what encryption hid, whether hosts match or not",
    arguments: ["off", "root", "all"])
  func hiddenByEncryption(mode: String) throws {
    let result = try scan(mode)
    #expect(result.errors.contains("3 URL indicators could not be observed"), "\(result.errors)")
    let summary = folder.path("summary.json")
    _ = try scan(mode, "--quiet", "--summary", summary)
    let object =
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: summary)))
      as? [String: Any]
    #expect(object?["encrypted_url_indicators"] as? Int == 3)
  }

  @Test func hostsOfWholeSites() throws {
    let result = try scan("root")
    #expect(result.status == 1)
    #expect(
      try found(result) == ["domain tls.sni root.example url-host url http://root.example/"])
    #expect(result.errors.contains("3 URL indicators could not be observed"), "\(result.errors)")
  }

  @Test func hostsOfAllURLs() throws {
    let result = try scan("all")
    #expect(
      try found(result) == [
        "domain tls.sni root.example url-host url http://root.example/",
        "domain tls.sni deep.example url-host url http://deep.example/other, url https://deep.example:8443/a/b?c",
        "domain dns.rrname wild.example url-host url http://wild.example/a",
      ])
  }

  @Test func whatTakesPartCounts() throws {
    #expect(try scan("all", "--kinds", "domain").output.isEmpty)
    #expect(try scan("all", "--kinds", "url").lines.count == 3)
    let allow = try folder.write("allow.txt", "root.example\n")
    #expect(try scan("root", "--allow", allow).output.isEmpty)
    let summary = folder.path("summary.json")
    _ = try scan("root", "--quiet", "--summary", summary)
    let object =
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: summary)))
      as? [String: Any]
    #expect(object?["encrypted_url_indicators"] as? Int == 3)
  }

  @Test func captures() throws {
    let feed = try folder.write("c2.txt", "https://c2.example/\nhttps://www.example.com/x\n")
    let result = try CommandRunner.run([
      "scan", "--feed", feed, "--url-hosts", "all", "--quiet", "--format", "ndjson",
      "Fixtures/demo.pcap",
    ])
    #expect(result.status != 2, "\(result.errors)")
    let lines = result.lines
    #expect(!lines.isEmpty, "the demo asks for these names")
    for mode in ["off", "all"] {
      let summary = try CommandRunner.run([
        "scan", "--feed", feed, "--url-hosts", mode, "Fixtures/demo.pcap",
      ])
      #expect(summary.errors.contains("1 URL indicator could not"), "\(summary.errors)")
    }
    #expect(
      lines.allSatisfy { $0.contains(#""match":"url-host""#) && $0.contains(#""kind":"domain""#) })
  }
}
