import Foundation
import TestSupport
import Testing

/// Whatever people read has no value in it that a terminal would make a link of.
@Suite struct DefangedTableTests {
  let folder: TemporaryFolder
  let feed: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n192.0.2.66\n2001:db8::66\n")
  }

  private func table(_ arguments: [String], _ log: String) throws -> String {
    let path = try folder.write("a.log", log)
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--quiet", "--format", "table"] + arguments + [path])
    #expect(result.status == 1, "\(result.errors)")
    return result.output
  }

  private static let log = """
    before evil.example. 192.0.2.66:443 v1.2.3 10:00:00.125
    at 192.0.2.66 evil.example 2001:db8::66 user@evil.example
    behind http://evil.example/a EVIL.example

    """

  @Test func linesAroundAHit() throws {
    let output = try table(["--context", "1"], Self.log)
    #expect(!output.lowercased().contains("evil.example"), "\(output)")
    #expect(!output.contains("192.0.2.66") && !output.contains("2001:db8"), "\(output)")
    #expect(output.contains("v1.2.3") && output.contains("10:00:00.125"), "\(output)")
  }

  @Test(arguments: ["flow", "host", "indicator", "day"]) func groups(_ group: String) throws {
    let log = """
      {"src_ip":"198.51.100.7","src_port":1234,"dest_ip":"192.0.2.66","dest_port":80,"proto":"TCP","host":"evil.example"}

      """
    let output = try table(["--group", group], log)
    for value in ["evil.example", "192.0.2.66", "198.51.100.7"] {
      #expect(!output.contains(value), "\(output)")
    }
  }

  @Test func lookup() throws {
    let result = try CommandRunner.run(["lookup", "--feed", feed, "evil.example"])
    #expect(result.output.hasPrefix("evil[.]example: domain evil[.]example"), "\(result.output)")
  }
}
