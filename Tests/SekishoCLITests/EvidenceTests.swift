import Foundation
import TestSupport
import Testing

/// Packets as evidence, and a part of a capture's time.
@Suite struct EvidenceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Fields and values of hits.
  private static func hits(_ lines: [String]) -> [String] {
    lines.map { line in
      ["\"kind\":\"", "\"field\":\"", "\"value\":\""].map { key in
        guard let start = line.range(of: key)?.upperBound else { return "" }
        return String(line[start...].prefix { $0 != "\"" })
      }.joined(separator: " ")
    }
  }

  @Test(arguments: ["Fixtures/demo.pcap", "Fixtures/demo.pcapng"])
  func packetsOfFlowsThatHitGiveTheSameHits(_ capture: String) throws {
    let database = try folder.compileSeeds()
    let evidence = folder.path("evidence.pcapng")
    let result = try CommandRunner.run([
      "scan", "--db", database, capture, "--write-pcap", evidence,
    ])
    #expect(result.status == 1, "\(result.errors)")
    #expect(!result.lines.isEmpty)
    let again = try CommandRunner.run(["scan", "--db", database, evidence])
    #expect(again.status == 1, "\(again.errors)")
    #expect(Self.hits(again.lines) == Self.hits(result.lines))
    // Flows without a hit are not in it.
    let (all, kept) = (
      try CommandRunner.run(["extract", capture]), try CommandRunner.run(["extract", evidence])
    )
    #expect(kept.lines.count < all.lines.count)
    #expect(!kept.output.contains("www.example.com\""))
  }

  @Test func nothingThatHitsIsAnEmptyCapture() throws {
    let list = folder.path("none.txt")
    try "nothing.invalid-name.example\n".write(toFile: list, atomically: true, encoding: .utf8)
    let evidence = folder.path("evidence.pcapng")
    let result = try CommandRunner.run([
      "scan", "--feed", list + "=plain", "Fixtures/demo.pcap", "--write-pcap", evidence,
    ])
    #expect(result.status == 0, "\(result.errors)")
    let again = try CommandRunner.run(["extract", evidence])
    #expect(again.status == 0)
    #expect(again.output.isEmpty)
  }

  @Test func textIndicatorsAreFoundInPayloads() throws {
    let list = folder.path("strings.lst")
    let strings = ["payload.bin", "GET /", "nowhere in it"]
    try strings.map { Data($0.utf8).base64EncodedString() + "\n" }.joined()
      .write(toFile: list, atomically: true, encoding: .utf8)
    let result = try CommandRunner.run([
      "scan", "--feed", list + "=suricata-dataset:text", "Fixtures/demo.pcap",
    ])
    #expect(result.status == 1, "\(result.errors)")
    #expect(
      Set(Self.hits(result.lines)) == ["text payload payload.bin", "text payload GET /"])
    #expect(result.lines.allSatisfy { $0.contains("\"match\":\"contains\"") })
    let other = try CommandRunner.run([
      "scan", "--feed", list + "=suricata-dataset:text", "--kinds", "domain", "Fixtures/demo.pcap",
    ])
    #expect(other.status == 0)
  }

  @Test func aTimeWindowChoosesPackets() throws {
    let all = try CommandRunner.run(["extract", "Fixtures/demo.pcap"])
    let times = all.lines.compactMap { line -> String? in
      guard let start = line.range(of: "\"ts\":\"")?.upperBound else { return nil }
      return String(line[start...].prefix { $0 != "\"" })
    }
    let middle = times.sorted()[times.count / 2]
    let before = try CommandRunner.run(["extract", "--to", middle, "Fixtures/demo.pcap"])
    let after = try CommandRunner.run(["extract", "--from", middle, "Fixtures/demo.pcap"])
    #expect(before.status == 0 && after.status == 0)
    #expect(!before.lines.isEmpty && !after.lines.isEmpty)
    #expect(before.lines.allSatisfy { all.lines.contains($0) })
    // Logs are read as a whole, which is said once.
    let logs = try CommandRunner.run(
      ["extract", "--to", middle, "Fixtures/demo.pcap", "Fixtures/Logs"])
    #expect(logs.lines.count > before.lines.count)
    #expect(logs.errors.components(separatedBy: "is a log and is read as a whole").count == 2)
    #expect(!before.errors.contains("is a log"))
    let wrong = try CommandRunner.run(["extract", "--from", "yesterday", "Fixtures/demo.pcap"])
    #expect(wrong.errors.contains("--from"))
    #expect(wrong.status != 0)
  }
}
