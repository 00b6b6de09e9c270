import Foundation
import TestSupport
import Testing

/// Values that a feed means only together: a hit needs all of them in one record.
@Suite struct JointConditionTests {
  let folder: TemporaryFolder
  let feed: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write(
      "joint.json",
      #"""
      {"type":"bundle","id":"bundle--1","objects":[
      {"type":"indicator","id":"indicator--1","valid_from":"2024-01-01T00:00:00Z","pattern":"[domain-name:value = 'shared.example' AND ipv4-addr:value = '192.0.2.72']"},
      {"type":"indicator","id":"indicator--2","valid_from":"2024-01-01T00:00:00Z","pattern":"[network-traffic:dst_ref.value = '192.0.2.80' AND network-traffic:dst_port = 8443]"},
      {"type":"indicator","id":"indicator--5","valid_from":"2024-01-01T00:00:00Z","pattern":"[domain-name:value = 'port.example' AND network-traffic:dst_port = 8443]"}]}
      """#)
  }

  private func hits(_ log: String) throws -> [String] {
    let path = try folder.write("a.log", log)
    let result = try CommandRunner.run(["scan", "--feed", feed, "--format", "ndjson", path])
    #expect(result.status == (result.lines.isEmpty ? 0 : 1), "\(result.errors)")
    return result.lines
  }

  @Test func oneValueAloneIsNoHit() throws {
    #expect(
      try hits("GET shared.example from 192.0.2.9\nGET other.example from 192.0.2.72\n") == [])
  }

  @Test func bothInOneLineAreTwoHitsThatNameTheCondition() throws {
    let lines = try hits("one\n192.0.2.72 asked for shared.example\n")
    #expect(lines.count == 2)
    for line in lines {
      #expect(line.contains(#""condition":"domain:shared.example AND ipv4:192.0.2.72""#), "\(line)")
      #expect(line.contains(#""line":2"#))
    }
  }

  @Test func bothInOneRecord() throws {
    let lines = try hits(
      #"{"host":"shared.example","dest_ip":"192.0.2.9"}"# + "\n"
        + #"{"host":"shared.example","dest_ip":"192.0.2.72"}"# + "\n")
    #expect(lines.count == 2)
  }

  /// Lists and events in a string are of the record that holds them.
  @Test(arguments: ["", #"\"ts\":1714557600,"#]) func bothInARecordAndItsLists(_ time: String)
    throws
  {
    func log(_ first: String, _ second: String, _ third: String, _ fourth: String) -> String {
      #"{"a":"\#(first)","b":"[{\#(time)\"a\":\"\#(second)\"},{\#(time)\"a\":\"\#(third)\"}]","#
        + #""c":"\#(fourth)"}"# + "\n"
    }
    let (name, address) = ("shared.example", "192.0.2.72")
    #expect(try hits(log(name, address, "x", "x")).count == 2)
    #expect(try hits(log("x", name, address, "x")).count == 2)
    #expect(try hits(log("x", "x", name, address)).count == 2)
    #expect(try hits(log("x", "x", "\(name) \(address)", "x")).count == 2)
    #expect(try hits(log("x", name, "x", "x") + log("x", "x", address, "x")) == [])
    let list = #"[{\#(time)"a":"192.0.2.72"}]"#.replacingOccurrences(of: "\\", with: "")
    #expect(try hits("May  1 10:00:00 h app: host \(name) files \(list)\n").count == 2)
    let cell = list.replacingOccurrences(of: "\"", with: "\"\"")
    #expect(try hits("host,name,files\n\(name),a,\"\(cell)\"\n").count == 2)
  }

  @Test func anAddressWithItsPort() throws {
    #expect(try hits("from 192.0.2.80:443\n") == [])
    #expect(try hits("from 192.0.2.80:8443\n").count == 1)
  }

  @Test func aNameWithAPort() throws {
    #expect(try hits("GET port.example\nCONNECT port.example:443\n") == [])
    #expect(
      try hits(#"{"host":"port.example","dest_ip":"192.0.2.9","dest_port":443}"# + "\n") == [])
    let lines = try hits(
      "CONNECT port.example:8443\n"
        + #"{"host":"port.example","dest_ip":"192.0.2.9","dest_port":8443}"# + "\n")
    #expect(lines.count == 2)
    for line in lines {
      #expect(line.contains(#""condition":"domain:port.example AND port:8443""#), "\(line)")
    }
  }

  /// Of a flow the responder's port counts: that of the question for the name is another.
  @Test func aNameWithAPortInAFlow() throws {
    for (port, field) in [(443, "tls.sni"), (8443, nil)] {
      let feed = try folder.write(
        "port.json",
        #"{"type":"bundle","id":"bundle--3","objects":[{"type":"indicator","id":"indicator--6","valid_from":"2024-01-01T00:00:00Z","pattern":"[domain-name:value = 'www0.example.com' AND network-traffic:dst_port = \#(port)]"}]}"#
      )
      let result = try CommandRunner.run(
        ["scan", "--feed", feed, "--format", "ndjson", "Fixtures/demo.pcap"])
      #expect(result.lines.isEmpty == (field == nil), "\(result.output)")
      if let field { #expect(result.output.contains(#""field":"\#(field)""#)) }
      #expect(!result.output.contains("dns.query"))
    }
  }

  @Test func aLookupByHandTellsTheCondition() throws {
    let database = folder.path("joint.skdb")
    _ = try CommandRunner.run(["compile", feed, "-o", database, "--quiet"])
    let result = try CommandRunner.run(["lookup", database, "shared.example"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("only with: "), "\(result.output)")
    let verified = try CommandRunner.run(["inspect", "--verify", database])
    #expect(verified.status == 0, "\(verified.errors)")
  }

  /// In a flow the values come one after another: the hit is at the one that completes the condition.
  @Test func bothInOneFlow() throws {
    let flows = try folder.write(
      "flows.json",
      #"""
      {"type":"bundle","id":"bundle--2","objects":[
      {"type":"indicator","id":"indicator--3","valid_from":"2024-01-01T00:00:00Z","pattern":"[domain-name:value = 'www0.example.com' AND ipv4-addr:value = '198.51.100.80']"},
      {"type":"indicator","id":"indicator--4","valid_from":"2024-01-01T00:00:00Z","pattern":"[domain-name:value = 'www1.example.com' AND ipv4-addr:value = '203.0.113.250']"}]}
      """#)
    let result = try CommandRunner.run(
      ["scan", "--feed", flows, "--format", "ndjson", "Fixtures/demo.pcap"])
    #expect(result.status == 1, "\(result.errors)")
    // The answer to the question for the name, and the connection to the address with the name.
    try #require(result.lines.count == 2)
    #expect(
      result.lines[0].contains(#""field":"dns.answer.address","value":"198.51.100.80""#))
    #expect(result.lines[1].contains(#""field":"tls.sni","value":"www0.example.com""#))
    for line in result.lines { #expect(line.contains("indicator--3")) }
  }
}
