import Testing

/// What others choose themselves, as users, agents and what is asked for, is no record of another format, and says
/// nothing of the event that it stands in.
@Suite struct GivenWordsTests {
  /// A line, and what it yields: the kind, the field and the value, the time, the ends.
  typealias Case = (line: String, found: [String])

  private static let time = "at 2024-05-01T10:00:00.000000Z"

  /// BIND's words behind others; behind a collector's they are BIND's.
  static let nameServers: [Case] = [
    (
      #"192.0.2.1 - - [01/May/2024:12:00:00 +0200] "GET / HTTP/1.0" 200 1 "-" "client 192.0.2.9#5 (x.example): query""#,
      [
        "ipv4 remote_addr 192.0.2.1 source \(time) (192.0.2.1 to ?)",
        "ipv4 http_user_agent 192.0.2.9 port 5 \(time) (192.0.2.1 to ?)",
        "domain http_user_agent x.example \(time) (192.0.2.1 to ?)",
      ]
    ),
    (
      #"[2024-05-01T10:00:00Z] "GET /x HTTP/1.1" 200 - 0 1 2 3 "-" "client 192.0.2.9#5 (x.example): query" "r" "a.example" "192.0.2.4:80""#,
      [
        "url request http://a.example/x \(time)",
        "ipv4 http_user_agent 192.0.2.9 port 5 \(time)", "domain http_user_agent x.example \(time)",
        "domain authority a.example \(time)", "ipv4 upstream_host 192.0.2.4 port 80 \(time)",
      ]
    ),
    (
      "198.51.100.7 01-May-2024 10:00:00 queries: info: client @0x7f 192.0.2.1#5 (x.example): query: x.example IN A + (192.0.2.53)",
      [
        "ipv4 text 198.51.100.7 \(time) (192.0.2.1#5 to 192.0.2.53)",
        "ipv4 client 192.0.2.1 port 5 source \(time) (192.0.2.1#5 to 192.0.2.53)",
        "domain query x.example \(time) (192.0.2.1#5 to 192.0.2.53)",
        "domain query x.example \(time) (192.0.2.1#5 to 192.0.2.53)",
        "ipv4 server 192.0.2.53 destination \(time) (192.0.2.1#5 to 192.0.2.53)",
      ]
    ),
    (
      "2024-05-01 10:00:00 a.example named[12]: queries: client 192.0.2.1#5 (main.py): query: main.py IN A",
      [
        "domain text a.example \(time) (192.0.2.1#5 to ?)",
        "ipv4 client 192.0.2.1 port 5 source \(time) (192.0.2.1#5 to ?)",
        "domain query main.py \(time) (192.0.2.1#5 to ?)",
        "domain query main.py \(time) (192.0.2.1#5 to ?)",
      ]
    ),
    (
      "query-errors: debug 1: client @0x7f 192.0.2.1#5 (main.py): query failed (SERVFAIL)",
      [
        "ipv4 client 192.0.2.1 port 5 source (192.0.2.1#5 to ? SERVFAIL)",
        "domain query main.py (192.0.2.1#5 to ? SERVFAIL)",
      ]
    ),
    (
      "x: client 192.0.2.9#5 (main.py): query",
      ["ipv4 text 192.0.2.9 port 5 source (192.0.2.9#5 to ?)"]
    ),
  ]

  static let filters: [Case] = [
    (
      #"[2024-05-01T10:00:00Z] "GET /x HTTP/1.1" 200 - 0 1 2 3 "-" "IN=e OUT= SRC=192.0.2.8 DST=192.0.2.9" "r" "a.example" "192.0.2.4:80""#,
      [
        "url request http://a.example/x \(time)", "ipv4 http_user_agent 192.0.2.8 \(time)",
        "ipv4 http_user_agent 192.0.2.9 \(time)", "domain authority a.example \(time)",
        "ipv4 upstream_host 192.0.2.4 port 80 \(time)",
      ]
    ),
    (
      "src=192.0.2.1 dst=192.0.2.2 user=IN=e OUT= SRC=192.0.2.8 DST=192.0.2.9",
      [
        "ipv4 src 192.0.2.1 source (192.0.2.1 to 192.0.2.2)",
        "ipv4 dst 192.0.2.2 destination (192.0.2.1 to 192.0.2.2)",
        "ipv4 SRC 192.0.2.8 (192.0.2.1 to 192.0.2.2)",
        "ipv4 DST 192.0.2.9 (192.0.2.1 to 192.0.2.2)",
      ]
    ),
  ]

  /// Records in JSON that lines end with.
  static let tails: [Case] = [
    (
      #"INFO request {"host":"a.example","uri":"/x","main.sh":1,"ua":"x A IN y.example. z"}"#,
      ["domain text a.example", "url text http://a.example/x", "domain text y.example"]
    ),
    (
      #"INFO request {"host":"a.example","uri":"/x","ua":"client 192.0.2.9#5 (y.example): query"}"#,
      [
        "domain text a.example", "url text http://a.example/x",
        "domain text y.example",
      ]
    ),
    (
      "May  1 10:00:00 h unbound[1]: info: 192.0.2.1 main.py. A IN",
      ["ipv4 text 192.0.2.1 source (192.0.2.1 to ?)", "domain query main.py (192.0.2.1 to ?)"]
    ),
  ]

  /// CEF and LEEF behind words without a time, a key or a quote, and as a user of a web server.
  static let piped: [Case] = [
    (
      "May  1 10:00:00 h app: login: CEF:0|a|b|c|d|e|1|kex=x from 192.0.2.1 to b.example",
      ["ipv4 text 192.0.2.1 source (192.0.2.1 to ?)", "domain text b.example (192.0.2.1 to ?)"]
    ),
    (
      #"{"log":"login: CEF:0|a|b|c|d|e|1|kex=x from 192.0.2.1 to b.example"}"#,
      ["ipv4 log 192.0.2.1 source (192.0.2.1 to ?)", "domain log b.example (192.0.2.1 to ?)"]
    ),
    (
      "user login: CEF:0|a|b|c|d|e|1|kex=x from 192.0.2.1 to b.example",
      ["ipv4 text 192.0.2.1 source (192.0.2.1 to ?)", "domain text b.example (192.0.2.1 to ?)"]
    ),
    (
      #"user "CEF:0|a|b|c|d|e|1|kex=x" connected from 192.0.2.1"#,
      ["ipv4 text 192.0.2.1"]
    ),
    (
      #"{"log":"user LEEF:1.0|a|b|c|d|cipher=x from 192.0.2.1 b.example"}"#,
      ["ipv4 log 192.0.2.1 source (192.0.2.1 to ?)", "domain log b.example (192.0.2.1 to ?)"]
    ),
    (
      "time=2024-05-01T10:00:00Z user=LEEF:1.0|a|b|c|d|cipher= src=192.0.2.1 host=b.example",
      [
        "ipv4 src 192.0.2.1 source \(time) (192.0.2.1 to ?)",
        "domain host b.example \(time) (192.0.2.1 to ?)",
      ]
    ),
    (
      #"192.0.2.1 - CEF:0|a|b|c|d|e|1|kex= [01/May/2024:12:00:00 +0200] "GET / HTTP/1.1" 200 5 "-" "x" upstream=192.0.2.8 host=b.example"#,
      [
        "ipv4 remote_addr 192.0.2.1 source \(time) (192.0.2.1 to ?)",
        "ipv4 text 192.0.2.8 \(time) (192.0.2.1 to ?)",
        "domain text b.example \(time) (192.0.2.1 to ?)",
      ]
    ),
    (
      #"192.0.2.1 - - [01/May/2024:12:00:00 +0200] "CEF:0|a|b|c|d|e|1|kex=" 400 5 "-" "x" "192.0.2.8" host=b.example"#,
      [
        "ipv4 remote_addr 192.0.2.1 source \(time) (192.0.2.1 to ?)",
        "ipv4 http_x_forwarded_for 192.0.2.8 \(time) (192.0.2.1 to ?)",
        "domain text b.example \(time) (192.0.2.1 to ?)",
      ]
    ),
    // Where it is nobody's but the device's.
    (
      "192.0.2.9 CEF:0|a|b|c|d|e|1|kex=x.example src=192.0.2.1",
      ["ipv4 text 192.0.2.9 (192.0.2.1 to ?)", "ipv4 src 192.0.2.1 source (192.0.2.1 to ?)"]
    ),
    (
      "<13>fw1 CEF:0|a|b|c|d|e|1|kex=x.example src=192.0.2.1",
      ["ipv4 src 192.0.2.1 source (192.0.2.1 to ?)"]
    ),
    (
      #""CEF:0|a|b|c|d|e|1|kex=x.example src=192.0.2.1 act=x""#,
      ["ipv4 src 192.0.2.1 source (192.0.2.1 to ?)"]
    ),
  ]

  /// One word at the start of the line, which a collector put there.
  static let collectors: [Case] = ["host1", "host1:", "[host1]", "collector:", "INFO"].map { word in
    (
      "\(word) CEF:0|a|b|c|d|e|1|kex=x.example src=192.0.2.1",
      ["ipv4 src 192.0.2.1 source (192.0.2.1 to ?)"]
    )
  }

  /// What syslog daemons, collectors and BIND's channels put before a client.
  static let fronts: [Case] = [
    ("May  1 10:00:00 ns1 daemon.info named[12]: ", ""),
    ("May  1 10:00:00 ns1 named[12]: [ID 702911 daemon.info] ", ""),
    ("May  1 10:00:00 ns1 named[12]: [ID 702911 daemon.info] sig0: info: ", ""),
    ("01-May-2024 10:00:00.500 dynamic: ", " at 2024-05-01T10:00:00.500000Z"),
    ("01-May-2024 10:00:00.500 sig0: info: ", " at 2024-05-01T10:00:00.500000Z"),
    ("01-May-2024 10:00:00.500 my-channel: info: ", " at 2024-05-01T10:00:00.500000Z"),
    ("<30>ns1 named[12]: ", ""), ("ns1 named[12]: ", ""), ("ns1 daemon.info named[12]: ", ""),
    ("dns-named-1  | ", ""), ("2024-05-01 10:00:00 ns1 ", " \(time)"),
    ("2024-05-01 10:00:00,500 INFO ", " at 2024-05-01T10:00:00.500000Z"),
    ("2024-05-01T10:00:00Z ns1 daemon.info named[12]: ", " \(time)"),
  ].map { front, time in
    (
      "\(front)client @0x7f12 192.0.2.1#5 (main.py): query: main.py IN A + (192.0.2.53)",
      [
        "domain text daemon.info", "ipv4 client 192.0.2.1 port 5 source", "domain query main.py",
        "domain query main.py",
        "ipv4 server 192.0.2.53 destination",
      ]
      .filter { !$0.hasSuffix("info") || front.contains("daemon.info") }.map {
        "\($0)\(time) (192.0.2.1#5 to 192.0.2.53)"
      }
    )
  }

  /// Fronts that are none.
  static let otherFronts: [Case] = [
    "May  1 10:00:00 h app: x | ", "May  1 10:00:00 h app: login: x: ", "x | y ",
    "x y named: z: a ",
    "2024-05-01 10:00:00 user='x' ", "2024-05-01 10:00:00 a b c ", "user='x' named: ",
  ].map { front in
    (
      "\(front)client 192.0.2.9#5 (main.py): query",
      [
        "ipv4 text 192.0.2.9 port 5 source\(front.hasPrefix("2024") ? " \(time)" : "") (192.0.2.9#5 to ?)"
      ]
    )
  }

  /// A packet filter's line that is in quotes as a whole.
  static let quotedFilters: [Case] = [
    (
      #""May  1 10:00:00 fw kernel: [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=5 DPT=443""#,
      [
        "ipv4 SRC 192.0.2.1 port 5 source (protocol 6 192.0.2.1#5 to 192.0.2.2 blocked)",
        "ipv4 DST 192.0.2.2 destination (protocol 6 192.0.2.1#5 to 192.0.2.2 blocked)",
      ]
    )
  ]

  /// Names of users in access logs and firewalls' sentences.
  static let users: [Case] = [
    (
      #"192.0.2.1 - "Mozilla/5.0 x" 192.0.2.8 [01/May/2024:12:00:00 +0200] "GET / HTTP/1.1" 404 196"#,
      [
        "ipv4 remote_addr 192.0.2.1 source \(time) (192.0.2.1 to ?)",
        "ipv4 remote_user 192.0.2.8 \(time) (192.0.2.1 to ?)",
      ]
    ),
    (
      "%ASA-6-109005: Authentication succeeded for user 'x from 192.0.2.8/22' from 192.0.2.1/4000 to 192.0.2.2/80 on interface inside",
      [
        "ipv4 text 192.0.2.8 (192.0.2.1#4000 to 192.0.2.2#80)",
        "ipv4 src_ip 192.0.2.1 port 4000 source (192.0.2.1#4000 to 192.0.2.2#80)",
        "ipv4 dst_ip 192.0.2.2 port 80 destination (192.0.2.1#4000 to 192.0.2.2#80)",
      ]
    ),
    (
      "%ASA-6-113005: AAA user authentication Rejected : reason = x : server = 192.0.2.9 : user = x from 192.0.2.7/22 to 192.0.2.8/80 : user IP = 192.0.2.1",
      [
        "ipv4 ip 192.0.2.9 (192.0.2.1 to ?)", "ipv4 text 192.0.2.7 (192.0.2.1 to ?)",
        "ipv4 text 192.0.2.8 (192.0.2.1 to ?)", "ipv4 ip 192.0.2.1 source (192.0.2.1 to ?)",
      ]
    ),
    (
      "%ASA-4-722051: Group <g> User <x from 192.0.2.8> IP <192.0.2.1> IPv4 Address <192.0.2.2> assigned to session",
      [
        "ipv4 text 192.0.2.8 (192.0.2.1 to ?)", "ipv4 ip 192.0.2.1 source (192.0.2.1 to ?)",
        "ipv4 ip 192.0.2.2 (192.0.2.1 to ?)",
      ]
    ),
    (
      "%ASA-4-113019: Group = g, Username = x from 192.0.2.8/22, IP = 192.0.2.1, Session disconnected. Reason: x",
      ["ipv4 text 192.0.2.8 (192.0.2.1 to ?)", "ipv4 ip 192.0.2.1 source (192.0.2.1 to ?)"]
    ),
    (
      "%ASA-6-113009: AAA retrieved default group policy (g) for user = 192.0.2.1",
      ["ipv4 ip 192.0.2.1"]
    ),
    (
      "%ASA-5-111010: User 'x', running 'CLI' from IP 192.0.2.1, executed 'ping 192.0.2.8'",
      ["ipv4 src_ip 192.0.2.1 source (192.0.2.1 to ?)", "ipv4 text 192.0.2.8 (192.0.2.1 to ?)"]
    ),
  ]

  /// Records in JSON in strings: what they say is of their own values, unless they are the message.
  static let strings: [Case] = [
    (
      #"{"user_agent":"{\"ts\":\"1999-01-01T00:00:00Z\",\"src_ip\":\"192.0.2.8\"}","host":"a.example"}"#,
      [
        "ipv4 user_agent 192.0.2.8 source at 1999-01-01T00:00:00.000000Z (192.0.2.8 to ?)",
        "domain host a.example",
      ]
    ),
    (
      #"{"EventSource":"a.example","CloudTrailEvent":"{\"sourceIPAddress\":\"192.0.2.1\"}"}"#,
      [
        "domain EventSource a.example (192.0.2.1 to ?)",
        "ipv4 CloudTrailEvent 192.0.2.1 source (192.0.2.1 to ?)",
      ]
    ),
    (
      #"{"_raw":"{\"ts\":\"2024-05-01T10:00:00Z\",\"src_ip\":\"192.0.2.8\"}","host":"a.example"}"#,
      [
        "ipv4 _raw 192.0.2.8 source \(time) (192.0.2.8 to ?)",
        "domain host a.example \(time) (192.0.2.8 to ?)",
      ]
    ),
    (
      #"{"src_ip":"192.0.2.1","time":"2024-05-01 10:00:00","agent":"{\"ts\":\"1999-01-01T00:00:00Z\",\"dest_ip\":\"192.0.2.8\"}"}"#,
      [
        "ipv4 src_ip 192.0.2.1 source \(time) (192.0.2.1 to ?)",
        "ipv4 agent 192.0.2.8 destination \(time) (192.0.2.1 to ?)",
      ]
    ),
    (
      #"2024-05-01T10:00:00Z app: src=192.0.2.1 agent={"dest_ip":"192.0.2.8"}"#,
      [
        "ipv4 text 192.0.2.1 source \(time) (192.0.2.1 to ?)",
        "ipv4 text 192.0.2.8 \(time) (192.0.2.1 to ?)",
      ]
    ),
    (
      #"{"ts":1714557600,"events":["{\"src_ip\":\"192.0.2.1\",\"action\":\"block\"}","{\"src_ip\":\"192.0.2.3\"}"],"host":"a.example"}"#,
      [
        "ipv4 events 192.0.2.1 source \(time) (192.0.2.1 to ? blocked)",
        "ipv4 events 192.0.2.3 source \(time) (192.0.2.3 to ?)", "domain host a.example \(time)",
      ]
    ),
    (
      #"2024-05-01T10:00:00Z app: b.example event={"src_ip":"192.0.2.1"}"#,
      [
        "domain text b.example \(time) (192.0.2.1 to ?)",
        "ipv4 text 192.0.2.1 source \(time) (192.0.2.1 to ?)",
      ]
    ),
  ]

  private static let all =
    nameServers + fronts + otherFronts + filters + quotedFilters + tails + piped + collectors
    + users
    + strings

  @Test(arguments: all.indices)
  func areNoRecords(_ index: Int) {
    let (line, expected) = Self.all[index]
    let log = Array(line.utf8)
    // Without the line and the offset.
    let found = FixtureTests.listing(log) { $0 }.split(separator: "\n")
      .map { String($0.drop { $0 != " " }.dropFirst()) }
      .filter { $0.hasPrefix("ipv4") || $0.hasPrefix("domain") || $0.hasPrefix("url") }
    #expect(found == expected, "\(line)")
    let differences = LogDifferences(
      reference: ExtractionWay.reference.extract(log), extractor: ExtractionWay.whole.extract(log))
    #expect(differences.isEmpty, "\(line): \(differences.describe(log: line, limit: 9))")
  }

  /// The year of a header that has none is not taken from what somebody said.
  @Test func timesOfHeadersStay() {
    for record in [
      #"May  1 10:00:00 h app: src=192.0.2.1 dst=192.0.2.2 host=a.example agent={"timestamp":"1999-01-01T00:00:00Z"}"#,
      #"<14>May  1 10:00:00 h CEF:0|P|P|6|u|T|1|dhost=a.example requestClientApplication={"timestamp":"1999-01-01T00:00:00Z"}"#,
      #"May  1 10:00:00 h app: a.example agent={"timestamp":"1999-01-01T00:00:00Z"}"#,
    ] {
      EventTimeTests.check(record, EventTimeTests.noon, year: 2024)
    }
    EventTimeTests.check(
      #"May  1 10:00:00 h app: a.example {"timestamp":"2023-05-01T10:00:00Z"}"#,
      "2023-05-01T10:00:00.000000Z", year: 2024)
  }
}
