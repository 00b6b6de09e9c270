import Foundation
import TestSupport
import Testing

/// Options of `scan` that concern logs, as a user gives them.
@Suite struct LogOptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func feed() throws -> String {
    try folder.write(
      "feed.txt",
      """
      evil.example
      http://downloads.example/a/b
      192.0.2.66
      user@phish.example
      2001:db8::bad

      """)
  }

  private static let defanged = """
    see hxxp://downloads[.]example/a/b now
    from 192[.]0[.]2[.]66:443, 2001[:]db8[:][:]bad
    www(dot)evil[.example and user[at]phish{.}example
    {"m":"HXXPS[:\\/\\/]downloads.example\\/a\\/b","h":"evil\\u005b.]example"}
    nothing here: a[0].b(.c) [auth] (at home) evil .example

    """

  private func hits(_ result: CommandRunner.Result) throws -> [[String: Any]] {
    try result.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func summary(_ hit: [String: Any]) -> String {
    let source = hit["source"] as? [String: Any] ?? [:]
    return "\(hit["value"] ?? "") \(source["line"] ?? 0) \(source["offset"] ?? 0)"
  }

  /// A log of each format and the name that forces it.
  static let forced = [
    ("access-combined.log", "access"), ("aws-elb.log", "elb"), ("bind-query.log", "bind"),
    ("cef.log", "cef"), ("cisco-asa.log", "asa"), ("cloudtrail.json", "jsonl"),
    ("comma.csv", "csv"), ("eve.json", "eve"), ("iptables.log", "iptables"),
    ("key-value.log", "logfmt"), ("leef.log", "leef"), ("pretty.json", "jsonl"),
    ("squid.log", "squid"), ("syslog-rfc3164.log", "syslog"), ("syslog-rfc5424.log", "syslog"),
    ("tab.tsv", "tsv"), ("vpc-flow.log", "vpc-flow"), ("w3c-iis.log", "w3c"),
    ("zeek-dns.log", "zeek"),
  ]

  @Test(arguments: forced) func aForcedFormatReadsItsLogs(_ log: String, _ format: String) throws {
    let path = "Fixtures/Logs/\(log)"
    let told = try CommandRunner.run(["extract", "--quiet", path])
    let forced = try CommandRunner.run(["extract", "--quiet", "--input-format", format, path])
    #expect(told.status == forced.status)
    // Lines of other formats are text to it; what is of its own it reads as without being told.
    let fields = Set(try hits(told).compactMap { $0["field"] as? String })
    let found = Set(try hits(forced).compactMap { $0["field"] as? String })
    #expect(found.isSubset(of: fields.union(["text"])) && found.count > 1, "\(found)")
    if !["syslog", "asa", "iptables", "cef", "leef", "bind", "logfmt", "vpc-flow"]
      .contains(format)
    {
      #expect(forced.output == told.output)
    }
  }

  @Test(arguments: [
    "timestamp", "EventTime", "event_time", "datetime", "_time", "UtcTime", "TimeGenerated",
    "time_iso8601", "start_time", "EdgeStartTimestamp", "event.created",
  ]) func theEventsTimeHasManyNames(_ key: String) throws {
    let log = try folder.write(
      "t.json", #"{"\#(key)":"2024-05-01T10:00:00Z","x":"evil.example"}"#)
    let result = try CommandRunner.run(["extract", "--quiet", "--kinds", "domain", log])
    #expect(result.output.contains(#""ts":"2024-05-01T10:00:00.000000Z""#), "\(result.output)")
  }

  @Test func theDayOfRowsIsThatOfTheDirective() throws {
    let log = try folder.write(
      "w3c.log",
      """
      #Software: x
      #Date: 2024-05-01 09:59:58
      #Fields: time cs-host
      10:00:01 a.example
      #Date: 2024-05-02 00:00:00
      00:00:01 b.example
      #Fields: date time cs-host
      2024-05-03 00:00:01 c.example
      - 00:00:01 d.example

      """)
    let result = try CommandRunner.run(["extract", "--quiet", "--kinds", "domain", log])
    let times = try hits(result).map { "\($0["value"] ?? "") \($0["ts"] ?? "-")" }
    #expect(
      times == [
        "a.example 2024-05-01T10:00:01.000000Z", "b.example 2024-05-02T00:00:01.000000Z",
        "c.example 2024-05-03T00:00:01.000000Z", "d.example -",
      ])
  }

  @Test func recordsWithFlatKeysSayAsMuch() throws {
    let log = try folder.write(
      "flat.json",
      #"""
      {"source.ip":"192.0.2.5","source.port":4242,"destination.ip":"198.51.100.7","destination.port":443,"network.transport":"udp","event.action":"denied","dns.response_code":"NXDOMAIN","host":"evil.example"}
      {"source":{"ip":"192.0.2.5","port":4242},"destination":{"ip":"198.51.100.7","port":443},"network":{"transport":"udp"},"event":{"action":"denied"},"dns":{"response_code":"NXDOMAIN"},"host":"evil.example"}

      """#)
    let result = try CommandRunner.run(["extract", "--quiet", "--kinds", "domain", log])
    let flows = result.lines.compactMap { $0.split(separator: #""flow":"#).last }
    #expect(flows.count == 2 && flows[0] == flows[1], "\(flows)")
    #expect(result.output.contains(#""state":"NXDOMAIN","verdict":"blocked""#))
  }

  @Test func spreadsheetsAndDocumentsHaveVerdicts() throws {
    let feed = try folder.write("verdict.txt", "198.51.100.7\n")
    let log = try folder.write(
      "verdict.log",
      #"{"src_ip":"192.0.2.5","dest_ip":"198.51.100.7","action":"drop","conn_state":"S0"}"# + "\n")
    let table = try CommandRunner.run(
      ["scan", "--quiet", "--format", "csv", "--feed", feed, log])
    #expect(table.lines.first?.hasSuffix(",direction,state,verdict,seen_from") ?? false)
    #expect(
      table.lines.last?.hasSuffix(",192.0.2.5,,198.51.100.7,,external,S0,blocked,responder")
        ?? false, "\(table.lines)")
    let document = try CommandRunner.run(
      ["scan", "--quiet", "--format", "ecs", "--feed", feed, log])
    #expect(document.output.contains(#""type":["info","denied"]"#), "\(document.output)")
  }

  /// The client's port in the log of a load balancer could be a group of its address.
  @Test func clientsOfLoadBalancersAreFound() throws {
    let feed = try folder.write("client.txt", "2001:db8:16c:5::5\n")
    let lines = ["50718", "2817"].map { port in
      #"h2 2024-05-01T10:00:00.1Z app/a/b 2001:db8:16c:5::5:\#(port) 192.0.2.2:80 0.1 0.1 0.1 200 200 34 366 "GET https://a.example/ HTTP/2.0" "c" - -"#
    }
    let log = try folder.write("client.log", lines.joined(separator: "\n") + "\n")
    let result = try CommandRunner.run(["scan", "--quiet", "--feed", feed, log])
    let found = try hits(result).map { hit in
      let flow = hit["flow"] as? [String: Any] ?? [:]
      return "\(hit["value"] ?? "-") \(flow["src_port"] ?? "-") \(hit["seen_from"] ?? "-")"
    }
    let end = "2001:db8:16c:5::5"
    #expect(found == ["\(end) 50718 originator", "\(end) 2817 originator"], "\(found)")
  }

  /// A record behind a syslog header, in a text line and in a string says when and between whom it was.
  @Test func recordsInsideOthersHaveTimeAndFlow() throws {
    let inner =
      #"{"timestamp":"2024-05-01T10:00:00.000000+0000","src_ip":"192.0.2.5","src_port":5353,"dest_ip":"198.51.100.7","dest_port":53,"proto":"UDP","dns":{"rrname":"evil.example","rcode":"NXDOMAIN"}}"#
    let quoted = inner.replacing("\"", with: "\\\"")
    let log = try folder.write(
      "inner.log",
      """
      May  1 10:00:00 h suricata[1]: \(inner)
      note \(inner)
      {"log":"\(quoted)","stream":"stdout"}
      {"log":"\(quoted)","time":"2024-05-02T10:00:00Z","src_ip":"192.0.2.9"}

      """)
    let result = try CommandRunner.run(["extract", "--quiet", "--kinds", "domain", log])
    let found = try hits(result).filter { $0["value"] as? String == "evil.example" }
    let told = found.map { hit in
      let flow = hit["flow"] as? [String: Any] ?? [:]
      return
        "\(hit["ts"] ?? "-") \(flow["src"] ?? "-") \(flow["dst_port"] ?? "-") \(flow["state"] ?? "-")"
    }
    let whole = "2024-05-01T10:00:00.000000Z 192.0.2.5 53 NXDOMAIN"
    #expect(
      told == [whole, whole, whole, "2024-05-02T10:00:00.000000Z 192.0.2.9 - -"], "\(told)")
  }

  @Test func addressesInBracketsAreHostsWithoutSchemeToo() throws {
    let feed = try folder.write("v6.txt", "http://[2001:db8::1]/v6\nhttp://192.0.2.7/z\n")
    let log = try folder.write(
      "v6.log",
      "GET [2001:db8::1]/v6 and [2001:db8::1]:80/v6 and 192.0.2.7/z, [2001:db8::1]:81/v6\n")
    let result = try CommandRunner.run(["scan", "--quiet", "--feed", feed, log])
    #expect(
      try hits(result).map(summary) == [
        "[2001:db8::1]/v6 1 4", "[2001:db8::1]/v6 1 25", "192.0.2.7/z 1 49",
      ])
  }

  /// To each URL of a list the rest of it is text that may be its own.
  @Test(arguments: [20, 100, 400]) func listsOfURLsAreReadToTheirEnd(_ count: Int) throws {
    let urls = (0..<count).map { "http://h\($0).example/p\($0)" }
    let feed = try folder.write(
      "urls.txt", urls.joined(separator: "\n") + "\nhttp://last.example/x\n")
    let pieces = String(repeating: ",b", count: 300)
    let log = try folder.write(
      "lists.log",
      """
      list=\(urls.joined(separator: ",")) end
      {"urls":"\(urls.joined(separator: ";"))"}
      x http://last.example/x\(pieces) y
      x http://good.example/x\(pieces) http://last.example/x
      x http://last.example/x\(String(repeating: "!,", count: 200)) y

      """)
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--count", "--feed", feed, log])
    #expect(result.output == "\(2 * count + 3)\n", "\(result.output)")
    let extracted = try CommandRunner.run(["extract", "--quiet", "--kinds", "url", log])
    #expect(extracted.lines.count == 2 * count + 4)
  }

  @Test func textsAreFoundInLogs() throws {
    let feed = try folder.write(
      "misp.json",
      #"""
      {"Event":{"info":"x","Attribute":[{"type":"pattern-in-traffic","value":"EVILBEACON/7","to_ids":true},{"type":"pattern-in-traffic","value":"GET /payload","to_ids":true}]}}
      """#)
    let log = try folder.write(
      "t.log",
      #"""
      x EVILBEACON/7y
      {"ua":"EVIL\u0042EACON/7","EVILBEACON/7":1}
      192.0.2.1 - - [01/May/2024:10:00:00 +0000] "GET /payload HTTP/1.1" 200 12 "-" "-"
      evilbeacon/7

      """#)
    for threads in ["1", "2"] {
      let result = try CommandRunner.run(
        ["scan", "--quiet", "--threads", threads, "--feed", feed, log])
      #expect(
        try hits(result).map { "\($0["kind"] ?? "") \($0["match"] ?? "") " + summary($0) } == [
          "text contains EVILBEACON/7 1 2", "text contains EVILBEACON/7 2 23",
          "text contains GET /payload 3 104",
        ])
    }
    let explained = try CommandRunner.run(["explain", "--feed", feed, log, "EVILBEACON/7"])
    #expect(explained.status == 0, "\(explained.output)")
  }

  @Test func anUnknownFormatIsNamedWithTheKnownOnes() throws {
    let result = try CommandRunner.run(["extract", "--input-format", "nosuch", "-"])
    #expect(result.status == 2)
    #expect(result.errors.contains("nosuch") && result.errors.contains("vpc-flow"))
  }

  @Test func fileNamesAreFoundInFreeText() throws {
    let feed = try folder.write(
      "names.csv", "type,value\nfilename,bad.exe\nfilename,C:\\Users\\x\\worse.exe\n")
    let log = try folder.write(
      "run.log",
      #"""
      run bad.exe now
      C:\x\bad.exe ran, notbad.exe too
      opened "C:\Users\x\worse.exe"
      {"message":"Process C:\\Users\\x\\worse.exe started","image":"C:\\bad.exe"}

      """#)
    let strong = try CommandRunner.run(["scan", "--quiet", "--feed", feed, log])
    #expect(
      try hits(strong).map(summary) == [
        #"users\x\worse.exe 3 60"#, #"users\x\worse.exe 4 103"#,
      ])
    let all = try CommandRunner.run(["scan", "--quiet", "--weak", "--feed", feed, log])
    #expect(try hits(all).count == 5, "\(all.output)")
  }

  @Test func refangFindsDefangedValuesWhereTheyStand() throws {
    let log = try folder.write("mail.txt", Self.defanged)
    let feed = try feed()
    let plain = try CommandRunner.run(["scan", "--quiet", "--feed", feed, log])
    #expect(plain.status == 1)
    // The host alone is no indicator, and of a URL only what has no scheme is left.
    #expect(try hits(plain).map(summary) == ["downloads.example/a/b 4 154"])
    for threads in ["1", "2"] {
      let result = try CommandRunner.run(
        ["scan", "--quiet", "--refang", "--threads", threads, "--feed", feed, log])
      #expect(
        try hits(result).map(summary) == [
          "http://downloads.example/a/b 1 4", "192.0.2.66 2 44", "2001:db8::bad 2 66",
          "www.evil.example 3 86", "user@phish.example 3 112",
          "https://downloads.example/a/b 4 142", "evil.example 4 184",
        ], "\(result.output)")
    }
    let listing = try CommandRunner.run(["extract", "--quiet", "--refang", log])
    #expect(
      try hits(listing).contains {
        summary($0) == "www.evil.example 3 86" && $0["kind"] as? String == "domain"
      })
    #expect(
      try !hits(CommandRunner.run(["extract", "--quiet", log])).contains {
        $0["value"] as? String == "www.evil.example"
      })
  }

  @Test func onlyMatchingPrintsValues() throws {
    let log = try folder.write("mail.txt", Self.defanged + Self.defanged)
    let feed = try feed()
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--refang", "--only-matching", "--feed", feed, log])
    #expect(result.status == 1)
    let once = [
      "http://downloads.example/a/b", "192.0.2.66", "2001:db8::bad", "www.evil.example",
      "user@phish.example", "https://downloads.example/a/b", "evil.example",
    ]
    #expect(result.lines == once + once)
    let groups = try CommandRunner.run(
      [
        "scan", "--quiet", "--refang", "--only-matching", "--group", "indicator", "--feed", feed,
        log,
      ])
    #expect(
      groups.lines == [
        "http://downloads.example/a/b", "192.0.2.66", "2001:db8::bad", "evil.example",
        "user@phish.example",
      ])
    let refused = try CommandRunner.run(
      ["scan", "--only-matching", "--format", "csv", "--feed", feed, log])
    #expect(refused.status == 2 && refused.errors.contains("--format"))
  }

  @Test func contextShowsLinesAround() throws {
    let log = try folder.write(
      "small.log", "one\ntwo\r\nthree www.evil.example x\r\nfour\nfive\nsix evil.example")
    let feed = try feed()
    let result = try hits(
      CommandRunner.run(["scan", "--quiet", "--context", "2", "--feed", feed, log]))
    let contexts = result.compactMap { $0["context"] as? [String: Any] }
    #expect(contexts.count == 2)
    #expect(contexts[0]["before"] as? [String] == ["one", "two"])
    #expect(contexts[0]["line"] as? String == "three www.evil.example x")
    #expect(contexts[0]["after"] as? [String] == ["four", "five"])
    #expect(contexts[1]["before"] as? [String] == ["four", "five"])
    #expect(contexts[1]["line"] as? String == "six evil.example")
    #expect(contexts[1]["after"] as? [String] == [])
    let table = try CommandRunner.run(
      ["scan", "--quiet", "--context", "1", "--format", "table", "--feed", feed, log])
    #expect(
      table.lines.dropFirst(2) == [
        "  2- two", "  3: three www[.]evil[.]example x", "  4- four", "--",
        table.lines[6], "  5- five", "  6: six evil[.]example",
      ], "\(table.output)")
    let refused = try CommandRunner.run(
      ["scan", "--context", "1", "--format", "csv", "--feed", feed, log])
    #expect(refused.status == 2)
  }

  /// Lines around a hit may be in the chunk before and behind it, whoever scans those.
  @Test(arguments: [1, 2, 4]) func contextReachesOverChunks(_ threads: Int) throws {
    let filler = String(repeating: "x", count: 90)
    var text = ""
    for line in 1...60_000 {
      text += "\(line) \(filler)"
      if line % 37 == 0 { text += " www.evil.example" }
      // Records over several lines make tails that are joined with the next chunk.
      text += line % 501 == 0 ? "\n{\"a\":\n\"evil.example\"}\n" : "\n"
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let log = try folder.write("large.log", text)
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--threads", "\(threads)", "--context", "3", "--feed", feed(), log])
    let found = try hits(result)
    #expect(found.count > 1600)
    for hit in found {
      let context = try #require(hit["context"] as? [String: Any])
      let source = try #require(hit["source"] as? [String: Any])
      var line = try #require(source["line"] as? Int)
      if hit["field"] as? String == "a" { line += 1 }
      let index = line - 1
      #expect(context["line"] as? String == String(lines[index]))
      #expect(
        context["before"] as? [String] == lines[max(0, index - 3)..<index].map(String.init))
      let end = min(lines.count - 1, index + 4)
      #expect(context["after"] as? [String] == lines[index + 1..<end].map(String.init))
    }
  }

  @Test func aVeryLongLineIsShownInPart() throws {
    let long = String(repeating: "y", count: 300_000)
    let log = try folder.write("long.log", "a\n\(long) evil.example \(long)\nb\n")
    let result = try hits(
      CommandRunner.run(["scan", "--quiet", "--context", "1", "--feed", feed(), log]))
    let context = try #require(result.first?["context"] as? [String: Any])
    let line = try #require(context["line"] as? String)
    #expect(line.contains("evil.example") && line.utf8.count <= 4096)
  }
}
