import Foundation
import TestSupport
import Testing

/// Literals of feeds in payloads, and what hits say of the flow's protocol.
@Suite struct CaptureTextTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aPatternInTrafficIsFoundInAPayload() throws {
    let feed = try folder.write(
      "misp.json",
      #"""
      {"Event":{"info":"x","Attribute":[{"type":"pattern-in-traffic","value":"GET /payload","to_ids":true}]}}
      """#)
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--format", "ndjson", "--feed", feed, "Fixtures/demo.pcap"])
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.lines.count == 1)
    for part in [
      #""kind":"text""#, #""field":"payload""#, #""value":"GET /payload""#,
      #""match":"contains""#, #""packet":50"#,
    ] { #expect(result.output.contains(part), "\(result.output)") }
    let lookup = try CommandRunner.run(["lookup", "--json", "--feed", feed, "a GET /payload b"])
    #expect(lookup.status == 0, "\(lookup.output)")
    #expect(lookup.output.contains(#""kind":"text","value":"a GET /payload b","found":true"#))
  }

  /// A capture of one bare IPv4 header.
  private static func capture(ipProtocol: UInt8) -> [UInt8] {
    let header: [UInt8] =
      [0x45, 0, 0, 28, 0, 1, 0, 0, 64, ipProtocol, 0, 0] + [192, 0, 2, 1] + [198, 51, 100, 2]
      + [UInt8](repeating: 0, count: 8)
    let length = UInt8(header.count)
    return [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8)
      + [0, 0, 4, 0, 101, 0, 0, 0]
      + [1, 0, 0, 0, 0, 0, 0, 0, length, 0, 0, 0, length, 0, 0, 0] + header
  }

  @Test(arguments: [
    (UInt8(1), "icmp"), (2, "igmp"), (47, "gre"), (50, "esp"), (89, "ospf"), (132, "sctp"),
    (253, "253"),
  ])
  func theProtocolIsAString(_ number: UInt8, _ name: String) throws {
    let path = try folder.write("a.pcap", Self.capture(ipProtocol: number))
    let result = try CommandRunner.run(["extract", path])
    let line = try #require(result.lines.first, "\(result.errors)")
    #expect(line.contains("\"protocol\":\"\(name)\""), "\(line)")
  }
}
