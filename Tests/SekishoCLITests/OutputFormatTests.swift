import Foundation
import TestSupport
import Testing

/// The formats that other pipelines take: EVE, ECS and Zeek's `intel.log`.
///
/// `Tests/Tools/check_outputs.py` holds the same outputs against the published schemas.
@Suite struct OutputFormatTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let inputs = [
    "Fixtures/demo.pcap", "Fixtures/demo-dns.log", "Fixtures/demo-eve.json",
  ]

  /// Every hit of the demo, as reviewed; `SEKISHO_UPDATE_GOLDEN=1` writes the files again.
  @Test(arguments: ["eve", "ecs", "zeek-intel"]) func demoIsWrittenAsReviewed(
    _ format: String
  ) throws {
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--feed", "seeds/feeds", "--format", format] + Self.inputs)
    #expect(result.status == 1, "\(result.errors)")
    let file = CommandRunner.root.appendingPathComponent("Fixtures/expected/demo.\(format)")
    if ProcessInfo.processInfo.environment["SEKISHO_UPDATE_GOLDEN"] == "1" {
      try Data(result.output.utf8).write(to: file)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(result.output == expected)
  }

  /// A record that does not name both ports has no Community ID, and keeps what it names.
  @Test(arguments: [
    (#""src_port":0,"dest_port":0,"#, false), ("", false), (#""src_port":5000,"#, false),
    (#""src_port":5000,"dest_port":53,"#, true),
  ])
  func aCommunityIDNeedsPorts(_ ports: String, _ hasID: Bool) throws {
    let feed = try folder.write("feed.txt", "gone.evil.example\n")
    let log = try folder.write(
      "eve.json",
      #"{"src_ip":"192.0.2.7","dest_ip":"192.0.2.53",\#(ports)"proto":"UDP","event_type":"dns","#
        + #""dns":{"rrname":"gone.evil.example"}}"# + "\n")
    for format in ["ndjson", "eve", "ecs"] {
      let result = try CommandRunner.run(
        ["scan", "--quiet", "--feed", feed, "--format", format, log])
      #expect(result.status == 1)
      #expect(result.output.contains("community_id") == hasID, "\(format) \(result.output)")
      #expect(result.output.contains("5000") == ports.contains("5000"), "\(result.output)")
    }
  }

  /// A record's own Community ID, whose seed may be another, is the one that other logs have.
  @Test func aStatedCommunityIDGoesFirst() throws {
    let feed = try folder.write("feed.txt", "192.0.2.53\n")
    let stated = "1:AAECAwQFBgcICQoLDA0ODxAREhM="
    let ends =
      #""src_ip":"192.0.2.7","dest_ip":"192.0.2.53","src_port":5000,"dest_port":53,"proto":"UDP""#
    let records = [
      "{\(ends),\"community_id\":\"\(stated)\"}",
      "{\(ends),\"network\":{\"community_id\":\"\(stated)\"}}",
      "{\(ends),\"network.community_id\":\"\(stated)\"}",
      #"{"src_ip":"192.0.2.7","dest_ip":"192.0.2.53","community_id":"\#(stated)"}"#,
      "#separator \\x09\n#fields\tid.orig_h\tid.resp_h\tcommunity_id\n#types\taddr\taddr\tstring\n"
        + "192.0.2.7\t192.0.2.53\t\(stated)",
      // Another version says nothing.
      "{\(ends),\"community_id\":\"2:AAECAwQFBgcICQoLDA0ODxAREhM=\"}",
      "{\(ends),\"community_id\":\"1:AAEC\"}",
    ]
    for (index, record) in records.enumerated() {
      let log = try folder.write("log-\(index)", record + "\n")
      for format in ["ndjson", "eve", "ecs"] {
        let result = try CommandRunner.run(
          ["scan", "--quiet", "--feed", feed, "--format", format, log])
        let expected = index < 5 ? stated : "1:lPmKoTu3ZPRfiL3jDW8SWfXQ3aE="
        #expect(
          result.output.contains("\"community_id\":\"\(expected)\""), "\(result.output)")
      }
      let listing = try CommandRunner.run(["extract", "--quiet", log])
      #expect(listing.output.contains(stated) == (index < 5), "\(listing.output)")
    }
  }

  @Test(arguments: ["eve", "ecs", "zeek-intel"]) func groupsAreRefused(_ format: String) throws {
    let result = try CommandRunner.run(
      ["scan", "--feed", "seeds/feeds", "--format", format, "--group", "host"] + Self.inputs)
    #expect(result.status == 2)
    #expect(result.errors.contains("has no groups"))
  }

  /// The examples of what a lookup says of values that no indicator can be.
  @Test(arguments: [
    ("8.8.8.0/7", "prefix-too-short"), ("http://x.example:99999/", "bad-port"),
    ("http://x.example:0/", "bad-port"), ("http://x.example/a b", "white-space-inside"),
    ("192.0.2.1/33", "prefix-too-long"), ("/usr/bin/x", "no entry covers it"),
  ])
  func lookupSaysWhyNot(_ value: String, _ reason: String) throws {
    let feed = try folder.write("lookup.txt", Array("evil.example\n".utf8))
    let result = try CommandRunner.run(["lookup", "--feed", feed, value])
    #expect(result.output.contains(reason), "\(result.output)")
  }

  /// An event of Suricata's.
  private static func hostAsked(_ address: String, port: Int, _ member: String) -> String {
    #"{"event_type":"x","src_ip":"10.0.0.5","src_port":5,"dest_ip":"\#(address)","#
      + #""dest_port":\#(port),\#(member)}"#
  }

  /// A record's address is compared by the port that the hit's flow shows; in text only what stands there in one of
  /// the forms of `Matching.md` §2 is a port.
  @Test(arguments: [
    ("dev=1 srcport=5 srcip=10.0.0.5 dstport=443 dstip=198.51.100.8 act=x", "exact"),
    ("dev=1 srcport=5 srcip=10.0.0.5 dstport=80 dstip=198.51.100.8 act=x", ""),
    ("dev=1 srcport=5 srcip=10.0.0.5 dstport= dstip=198.51.100.8 act=x", "address"),
    ("conn dst_ip=198.51.100.8 dst_port=80", "address"),
    ("conn dstip=198.51.100.8 dstport=80", ""), ("conn dstport=443 dstip=198.51.100.8", "address"),
    (#"{"a":{"dest_ip":"198.51.100.8"},"b":{"dest_port":443}}"#, "address"),
    (hostAsked("198.51.100.8", port: 80, #""http":{"hostname":"198.51.100.8"}"#), ""),
    (hostAsked("198.51.100.9", port: 80, #""http":{"hostname":"198.51.100.8"}"#), "address"),
    (hostAsked("198.51.100.8", port: 80, #""tls":{"sni":"198.51.100.8"}"#), ""),
    (hostAsked("198.51.100.8", port: 443, #""tls":{"sni":"198.51.100.8"}"#), "exact"),
    (hostAsked("198.51.100.8", port: 80, #""x":{"value":"198.51.100.8"}"#), "address"),
  ])
  func addressesHaveThePortOfTheirEnd(_ line: String, _ match: String) throws {
    let feed = try folder.write("port.txt", Array("198.51.100.8:443\n".utf8))
    let log = try folder.write("port.log", Array((line + "\n").utf8))
    let result = try CommandRunner.run(
      ["scan", "--feed", "\(feed)=plain", "--format", "ndjson", "--quiet", log])
    #expect(result.status == (match.isEmpty ? 0 : 1), "\(result.output)")
    if !match.isEmpty { #expect(result.output.contains("\"match\":\"\(match)\"")) }
  }

  /// A pipe has one name, however a feed and a record write it.
  @Test(arguments: [#"\\.\pipe\evilpipe"#, #"\evilpipe"#, "evilpipe"])
  func pipesHaveOneName(_ listed: String) throws {
    let feed = try folder.write("pipe.csv", Array("type,value\npipe,\(listed)\n".utf8))
    let names = [#"\evilpipe"#, #"\\.\pipe\evilpipe"#, "evilpipe", "otherpipe"]
    let lines = names.map { name in
      "{\"PipeName\":\"\(name.replacingOccurrences(of: "\\", with: "\\\\"))\"}\n"
    }
    let log = try folder.write("pipe.json", Array(lines.joined().utf8))
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--only-matching", "--quiet", log])
    #expect(result.lines == ["evilpipe", "evilpipe", "evilpipe"], "\(result.errors)")
  }

  /// Bytes that are no characters are told apart in cells as in JSON; the summary may go where hits go.
  @Test func bytesOfPathsAreShown() throws {
    let feed = try folder.write("bytes.txt", Array("evil.example\n".utf8))
    let named = folder.path("in")
    #expect(mkdir(named, 0o700) == 0)
    let path = Array((named + "/").utf8).map { CChar(bitPattern: $0) } + [-1, 0x5c, 0x61, 0]
    let file = try #require(fopen(path, "w"))
    fputs("x evil.example \n", file)
    fclose(file)
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--format", "csv", "--quiet", "--summary", "-", named])
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains(#"/in/\xff\\a,1,2,"#), "\(result.output)")
    #expect(result.lines.last?.hasPrefix(#"{"schema":1,"inputs":1,"#) == true)
  }

  /// What traffic and feeds say cannot end a line, a cell or a string.
  @Test func hostileValuesStayInTheirPlaces() throws {
    let feedName = "a,b\t\"c\"\n<d>\u{202e}.csv"
    let feed = try folder.write(
      feedName,
      "type,value,description\nuser-agent,\"evil \"\"agent\"\" <script>\\, end\",\"line one\nline\ttwo\"\n"
        + "domain,bad.example,\"tab\there\"\n")
    let agent = "evil \\\"agent\\\" <script>\\\\, end"
    let log = try folder.write(
      "in\tput.json",
      "{\"http\":{\"http_user_agent\":\"\(agent)\",\"hostname\":\"bad.example\"}}\n"
        + "{\"x\\u0000\\ty\":\"bad.example\"}\n")
    for format in ["eve", "ecs"] {
      let result = try CommandRunner.run(
        ["scan", "--quiet", "--weak", "--feed", feed, "--format", format, log])
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.lines.count == 3)
      for line in result.lines {
        #expect(!line.utf8.contains { $0 < 0x20 })
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object != nil)
        let text = "\(object ?? [:])"
        #expect(text.contains("bad.example") || text.contains("agent"))
      }
    }
    let zeek = try CommandRunner.run(
      ["scan", "--quiet", "--weak", "--feed", feed, "--format", "zeek-intel", log])
    let rows = zeek.lines.filter { !$0.hasPrefix("#") }
    #expect(rows.count == 3)
    for row in rows {
      let cells = row.components(separatedBy: "\t")
      #expect(cells.count == 15)
      #expect(!cells[11].contains(","))
      #expect(cells[11].contains("a\\x2cb\\x09"))
    }
  }

  /// Zeek's rows are read by our own reader of Zeek's logs as what they were written from.
  @Test func ourReaderTakesOurIntelLog() throws {
    let first = try CommandRunner.run(
      ["scan", "--quiet", "--feed", "seeds/feeds", "--format", "zeek-intel", "Fixtures/demo.pcap"])
    let log = try folder.write("intel.log", first.output)
    let second = try CommandRunner.run(["extract", "--quiet", log])
    let rows = first.lines.filter { !$0.hasPrefix("#") }
    for (index, row) in rows.enumerated() {
      let cells = row.components(separatedBy: "\t")
      let line = index + 8
      let kind = [
        "Intel::ADDR": "ip", "Intel::DOMAIN": "domain", "Intel::FILE_HASH": "", "Intel::URL": "url",
      ][cells[7]]
      guard let kind, kind != "url" else { continue }
      #expect(
        second.lines.contains {
          $0.contains("\"field\":\"seen.indicator\"") && $0.contains("\"value\":\"\(cells[6])\"")
            && $0.contains("\"line\":\(line),") && $0.contains("\"kind\":\"\(kind)")
        }, "\(row)")
      #expect(cells[0].split(separator: ".").last?.count == 6)
    }
    #expect(rows.count > 10)
  }

  /// Hits that an allow list covers are told apart in every format that shows them.
  @Test func suppressedHitsAreMarked() throws {
    let feed = try folder.write("feed.txt", "bad.example\n")
    let allow = try folder.write("allow.txt", "a.bad.example\n")
    let log = try folder.write("plain.log", "b.bad.example\na.bad.example\n")
    func lines(_ more: String...) throws -> [String] {
      try CommandRunner.run(
        ["scan", "--quiet", "--feed", feed, "--allow", allow, "--show-suppressed", log] + more
      ).lines
    }
    let csv = try lines("--format", "csv")
    #expect(csv.first?.hasSuffix(",seen_from,suppressed_by") == true)
    #expect(csv.filter { $0.hasSuffix("," + allow) }.count == 1, "\(csv)")
    let zeek = try lines("--format", "zeek-intel")
    #expect(zeek.filter { $0.hasSuffix("\t" + allow) }.count == 1, "\(zeek)")
    #expect(zeek.contains { $0.hasPrefix("#fields") && $0.hasSuffix("\tsuppressed_by") })
    let groups = try lines("--format", "csv", "--group", "indicator")
    #expect(groups.first?.hasPrefix("count,suppressed,first,last,") == true)
    #expect(groups.last?.hasPrefix("2,1,,") == true, "\(groups)")
    let table = try lines("--format", "table")
    #expect(table.last?.hasSuffix("  (1 suppressed)") == true, "\(table)")
  }

  /// Without a time of its own a hit has none, so that the same input gives the same output.
  @Test func hitsWithoutTimeHaveNone() throws {
    let feed = try folder.write("feed.txt", "bad.example\n")
    let log = try folder.write("plain.log", "nothing but bad.example here\n")
    let eve = try CommandRunner.run(
      ["scan", "--quiet", "--feed", feed, "--format", "eve", log])
    #expect(eve.output.contains("\"timestamp_of\":[\"intake\"]"))
    #expect(!eve.output.contains("\"timestamp\":"))
    let ecs = try CommandRunner.run(
      ["scan", "--quiet", "--feed", feed, "--format", "ecs", log])
    #expect(ecs.output.contains("\"tags\":[\"timestamp-of-intake\"]"))
    #expect(!ecs.output.contains("@timestamp"))
    let zeek = try CommandRunner.run(
      ["scan", "--quiet", "--feed", feed, "--format", "zeek-intel", log])
    let cell = zeek.lines.last?.components(separatedBy: "\t").first ?? ""
    #expect(cell == "-")
  }

  /// A record that does not tell the protocol, or one end only, tells the ends that it does.
  @Test func endsWithoutProtocolAreWritten() throws {
    let feed = try folder.write("feed.txt", "198.51.100.7\n")
    let log = try folder.write(
      "ends.json",
      "{\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"198.51.100.7\",\"dest_port\":443}\n"
        + "{\"dest_ip\":\"198.51.100.7\"}\n")
    func lines(_ format: String) throws -> [String] {
      try CommandRunner.run(["scan", "--quiet", "--feed", feed, "--format", format, log]).lines
    }
    let eve = try lines("eve")
    #expect(
      eve[0].contains(
        "\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"198.51.100.7\",\"dest_port\":443,\"ip_v\":4,"))
    #expect(eve[1].contains("\"dest_ip\":\"198.51.100.7\",\"ip_v\":4,"))
    let ecs = try lines("ecs")
    #expect(
      ecs[0].contains(
        "\"source\":{\"address\":\"10.0.0.1\",\"ip\":\"10.0.0.1\"},\"destination\":{\"address\":"
          + "\"198.51.100.7\",\"ip\":\"198.51.100.7\",\"port\":443},\"network\":{\"type\":\"ipv4\","
          + "\"direction\":\"outbound\"}"))
    #expect(!ecs[1].contains("\"source\":"))
    let zeek = try lines("zeek-intel").suffix(2).map {
      $0.components(separatedBy: "\t")[2...5].joined(separator: " ")
    }
    #expect(zeek == ["10.0.0.1 - 198.51.100.7 443", "- - 198.51.100.7 -"])
  }

  @Test func intelLogWithoutHitsHasItsHeader() throws {
    let feed = try folder.write("feed.txt", "bad.example\n")
    let log = try folder.write("plain.log", "nothing\n")
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--feed", feed, "--format", "zeek-intel", log])
    #expect(result.status == 0)
    #expect(result.lines.count == 7)
  }
}
