import Indicators
import Logs

/// The examples of `Matching.md` §1.7, §2, §4 and §7 about records, and their neighbours.
enum RecordRuleCases {
  static let json: [Case] = [
    Case(
      "keys are no observables", #"{"user.name":"a.example","host.name":1,"n":"x"}"#,
      ["domain user.name a.example @14"]),
    Case(
      "paths leave positions out", #"{"a":[{"b":["x.example",{"c":"y.example"}]}]}"#,
      ["domain a.b x.example @13", "domain a.b.c y.example @30"]),
    Case(
      "escapes", #"{"a":"\u0078.example\/y http:\/\/z.example\/"}"#,
      ["domain a x.example @6", "url a http://z.example/ @24", "domain a z.example @33"]),
    Case(
      "ANSI in a string", #"{"a":"\u001b[31mwww.example.com"}"#, ["domain a www.example.com @16"]),
    Case(
      "ports of shorter names",
      #"{"src":"192.0.2.1","sport":80,"dest":"192.0.2.2","dport":81,"IpAddress":"192.0.2.3","IpPort":"82"}"#,
      [
        "ipv4 src 192.0.2.1 @8 :80", "ipv4 dest 192.0.2.2 @38 :81",
        "ipv4 IpAddress 192.0.2.3 @73 :82",
      ]),
    Case(
      "ports of longer names",
      #"{"DstIpAddr":"192.0.2.1","DstPortNumber":80,"destinationIPv4Address":"192.0.2.2","destinationTransportPort":81}"#,
      ["ipv4 DstIpAddr 192.0.2.1 @14 :80", "ipv4 destinationIPv4Address 192.0.2.2 @70 :80"]),
    Case(
      "ports of hosts and of other layers",
      #"{"host":"192.0.2.1","port":80,"IPV4_DST_ADDR":"192.0.2.2","L4_DST_PORT":81,"ip.src":"192.0.2.3","udp.srcport":"82"}"#,
      [
        "ipv4 host 192.0.2.1 @9 :80", "ipv4 IPV4_DST_ADDR 192.0.2.2 @47 :81",
        "ipv4 ip.src 192.0.2.3 @85 :82",
      ]),
    Case(
      "ports of services", #"{"host":"192.0.2.1","port_num":80}"#, ["ipv4 host 192.0.2.1 @9 :80"]),
    Case(
      "lists of one value",
      #"{"a.ip":["192.0.2.1"],"a.port":[80],"b.ip":["192.0.2.2"],"b.port":[81,82]}"#,
      ["ipv4 a.ip 192.0.2.1 @10 :80", "ipv4 b.ip 192.0.2.2 @45"]),
    Case(
      "versions in keys that are paths",
      #"{"version.number":"1.2.3.4","x.ua":"1.2.3.4","number":"1.2.3.5"}"#,
      ["ipv4 number 1.2.3.5 @55"]),
    Case(
      "parts of a URL in keys that are paths",
      #"{"url.domain":"a.example","url.port":8080,"url.path":"/p"}"#,
      ["domain url.domain a.example @15", "url url.path http://a.example:8080/p @54"]),
    Case(
      "ciphers and user agents in keys that are paths",
      #"{"ssh.client.hassh.string":"a@b.example","client.userAgent.os":"Mac","x.user_agent":"curl/1.2.3.4","user_agent.original":"y"}"#,
      []),
    Case(
      "a value before its name",
      #"{"a":[{"value":"curl/7.1.2.3","name":"User-Agent"},{"value":"x.example","type":"name"}]}"#,
      ["domain a.value x.example @61"]),
    Case(
      "a certificate's hash as Arkime has it",
      #"{"cert":[{"hash":"01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67"}]}"#,
      ["certificate-sha1 cert.hash 0123456789abcdef0123456789abcdef01234567 @18"]),
    Case("numbers", #"{"a":1.2,"b":"1.2.3.4","c":192.02}"#, ["ipv4 b 1.2.3.4 @14"]),
    Case(
      "all values of a key", #"{"a":"x.example","a":"y.example"}"#,
      ["domain a x.example @6", "domain a y.example @22"]),
    Case(
      "a nested record",
      #"{"m":"{\"host\":\"wpgate.zip\",\"x.example\":\"[{\\\"k\\\":1}] y.example\"}"}"#,
      ["domain m wpgate.zip @18", "domain m y.example @63"]),
    Case(
      "one level deep", #"{"m":"{\"n\":\"{\\\"x.example\\\":1}\"}"}"#, ["domain m x.example @20"]),
    Case("a nested array", #"{"m":"[{\"a.example\":\"b.example\"}]"}"#, ["domain m b.example @24"]),
    Case("no whole record", #"{"m":"{\"a.example\":1} x"}"#, ["domain m a.example @9"]),
    Case(
      "the rest of a line", #"2024 x {"a.example":"b.example","h":"c.example"}"#,
      ["domain text b.example @21", "domain text c.example @37"]),
    Case(
      "a rest that is no record", #"2024 {x} {"a.example":"b.example"} y"#,
      ["domain text a.example @11", "domain text b.example @23"]),
    Case("the second brace", #"2024 {x} {"a.example":"b.example"}"#, ["domain text b.example @23"]),
    Case(
      "a broken record is text", "{\"a.example\":\"b.example\"\n{\"c.example\":\"d.example\"}",
      ["domain text a.example @2", "domain text b.example @14", "domain c.example d.example @39"]),
    Case(
      "a comma behind", "{\"a.example\":\"b.example\"},\n",
      ["domain text a.example @2", "domain text b.example @14"]),
    Case(
      "text behind", #"{"a":"b.example"} c.example {"d":"e.example"}"#,
      ["domain a b.example @6", "domain text c.example @18", "domain text e.example @34"]),
    Case(
      "records in a row", #"{"a":"b.example"}{"a":"c.example"} {"a":"d.example"}"#,
      ["domain a b.example @6", "domain a c.example @23", "domain a d.example @41"]),
    Case("blanks before", " \t{\"a\":\"b.example\"}", ["domain a b.example @8"]),
    Case(
      "strings in an array", #"["a.example",{"b":"c.example"}]"#,
      ["domain text a.example @2", "domain b c.example @19"]),
    Case("a bracket in text", "[error] a.example", ["domain text a.example @8"]),
    Case("a number in brackets", "[1234.5] a.example", ["domain text a.example @9"]),
  ]

  static let lines: [(name: String, input: String, expected: [UInt64: [String]])] = [
    (
      "pretty-printed objects", "{\n \"a\": \"b.example\"\n}\n{\n\"a\":\n \"c.example\"}\n",
      [1: ["domain a b.example @9"], 4: ["domain a c.example @31"]]
    ),
    (
      "a pretty-printed array",
      "[\n  {\n  \"a\": \"b.example\"\n },\n\n {\"a\":\"c.example\"}\n]\nd.example\n",
      [
        2: ["domain a b.example @14"], 6: ["domain a c.example @37"],
        8: ["domain text d.example @51"],
      ]
    ),
    (
      "an array that breaks",
      "[{\"a\":\"b.example\"},\n{\"a\":\"c.example\"},\n{\"a\" \"d.example\"},\n{\"a\":\"e.example\"}\n",
      [
        1: ["domain a b.example @7"], 2: ["domain a c.example @26"],
        3: ["domain text d.example @45"], 4: ["domain a e.example @64"],
      ]
    ),
    (
      "mixed lines", "a.example\n{\"a\":\"b.example\"}\n[x] c.example\n\n{\"a\":\"d.example\"}",
      [
        1: ["domain text a.example @0"], 2: ["domain a b.example @16"],
        3: ["domain text c.example @32"], 5: ["domain a d.example @49"],
      ]
    ),
    (
      "carriage returns", "a.example\r\n{\"a\":\"b.example\"}\r\nc.example\r\n",
      [
        1: ["domain text a.example @0"], 2: ["domain a b.example @17"],
        3: ["domain text c.example @30"],
      ]
    ),
    (
      "a program's name is that of its line alone",
      "Oct 11 22:14:15 h sshd[1]: opened\n2024-05-01 10:00:00 fw1 CEF:0|v|p|1|2|n|3|dhost=a.example\n",
      [2: ["domain dhost a.example @82"]]
    ),
    (
      "a table of one column among sentences",
      "#separator \\x09\n#fields\tc\n#types\tcount\n1\nMay  1 10:00:00 h d: a.example\n",
      [5: ["domain text a.example @62"]]
    ),
    (
      "records below a header that somebody slipped in",
      "#separator \\x2c\n#fields,f,g\n#types,count,count\n{\"a\":1,\"b\":\"b.example\"}\n[{\"a\":1},{\"a\":\"c.example\"}]\n1,2\n",
      [4: ["domain b b.example @59"], 5: ["domain text c.example @86"]]
    ),
    (
      "records below a header of W3C",
      "#Fields: cipher cipher\n{\"a\": \"b.example\"}\n{3F2504E0-4F89} c.example\n",
      [2: ["domain a b.example @30"]]
    ),
    (
      "records over lines below a header of W3C",
      "#Fields: date time c-ip x\n{\n\"timestamp\": \"1\",\n\"host.name\": \"a.example\"\n} {\"z\":\"b.example\"}\n"
        + "2024-05-01 10:00:00 192.0.2.1 {c.example\n{\"d.example\"\n",
      [
        2: ["domain host.name a.example @60"], 5: ["domain z b.example @79"],
        6: ["ipv4 c-ip 192.0.2.1 @111", "domain x c.example @122"],
        7: ["domain text d.example @134"],
      ]
    ),
    (
      "a row of W3C that begins with a brace",
      "#Fields: user c-ip cs-host x\n{\"a\": 192.0.2.1 a.example }x\n{\"a\": \"b.example\"\n}\n",
      [
        2: ["ipv4 c-ip 192.0.2.1 @35", "domain cs-host a.example @45"],
        3: ["domain a b.example @65"],
      ]
    ),
    (
      "sentences below a header whose separator is a blank",
      "#separator \\x20\n#fields f g h\n#types count count count\nfrom 192.0.2.1 b.example\n1 192.0.2.1 T\n",
      [4: ["ipv4 text 192.0.2.1 @60", "domain text b.example @70"]]
    ),
    (
      "NULs behind records",
      "{\"a\":\"b.example\"}\0{\"a\":\"c.example\"}\0\n{\"a\":\"{\\\"b\\\":1,\\\"c\\\":\\\"d.example\\\"}\\u0000\"}\0\na=1 b=2 c=e.example\0\r\n",
      [
        1: ["domain a b.example @6", "domain a c.example @24"],
        2: ["domain a d.example @60"],
        3: ["domain c e.example @92"],
      ]
    ),
    (
      "NULs and blanks behind a table", "name,src,x\na,b.example,c\n \n\0\0\0\0",
      [2: ["domain src b.example @13"]]
    ),
    ("a byte-order mark", "\u{feff}{\"a\":\"b.example\"}\n", [1: ["domain a b.example @9"]]),
  ]

  private static let zeekHead =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\ta.example\n#open\t2024\n"

  private static func zeek(_ fields: String, _ types: String, _ rows: String) -> String {
    zeekHead + "#fields\t\(fields)\n#types\t\(types)\n" + rows
  }

  /// Where the first row of `zeek` begins.
  private static func offset(_ fields: String, _ types: String) -> Int {
    zeek(fields, types, "").utf8.count
  }

  static let zeek: [Case] = {
    var cases: [Case] = []
    func add(
      _ name: String, _ fields: String, _ types: String, _ rows: String,
      _ expected: [(String, Int, String)]
    ) {
      let base = offset(fields, types)
      cases.append(
        Case(name, zeek(fields, types, rows), expected.map { "\($0.0) @\(base + $0.1)\($0.2)" }))
    }
    add(
      "addresses and ports", "ts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p",
      "time\taddr\tport\taddr\tport",
      "1.5\t192.0.2.1\t1234\t2001:db8::1\t443\n",
      [("ipv4 id.orig_h 192.0.2.1", 4, " :1234"), ("ipv6 id.resp_h 2001:db8::1", 19, " :443")])
    add(
      "vectors", "query\tanswers", "string\tvector[string]",
      "wpgate.zip\ta.example,192.0.2.1,TXT 3 wpgate.zip\n",
      [
        ("domain query wpgate.zip", 0, ""), ("domain answers a.example", 11, ""),
        ("ipv4 answers 192.0.2.1", 21, ""),
      ])
    add(
      "sets as Bro wrote them", "tx_hosts\trcptto\tn", "table[addr]\ttable[string]\ttable[count]",
      "192.0.2.1,192.0.2.2\ta@b.example,<c@d.example>\t1,2\n-\t(empty)\t-\n",
      [
        ("ipv4 tx_hosts 192.0.2.1", 0, ""), ("ipv4 tx_hosts 192.0.2.2", 10, ""),
        ("email rcptto a@b.example", 20, ""), ("domain rcptto b.example", 22, ""),
        ("email rcptto c@d.example", 33, ""), ("domain rcptto d.example", 35, ""),
      ])
    add(
      "unset and empty", "query\tanswers", "string\tset[string]", "-\t(empty)\n-\t-,a.example\n",
      [("domain answers a.example", 14, "")])
    add(
      "escapes of Zeek", "x", "string", "a\\x2eexample \\\\b.example \\x1b[3mc.example\n",
      [
        ("domain x a.example", 0, ""), ("domain x b.example", 15, ""),
        ("domain x c.example", 32, ""),
      ])
    add(
      "types that are not scanned", "a\tb\tc", "count\tinterval\tstring",
      "192.0.2.1\t192.0.2.2\t192.0.2.3\n", [("ipv4 c 192.0.2.3", 20, "")])
    add(
      "a row of another width", "a\tb", "string\tstring", "a.example\tb.example\tc.example\n",
      [
        ("domain text a.example", 0, ""), ("domain text b.example", 10, ""),
        ("domain text c.example", 20, ""),
      ])
    add(
      "reverse names", "query\tanswers", "string\tvector[string]",
      "4.2.0.192.in-addr.arpa\t1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa\n",
      [
        ("ipv4 query 192.0.2.4", 0, ""), ("domain query 4.2.0.192.in-addr.arpa", 0, ""),
        ("ipv6 answers 2001:db8::1", 23, ""),
        (
          "domain answers 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
          23, ""
        ),
      ])
    add(
      "a column taken whole", "san.dns\tsoftware.version", "vector[string]\tstring",
      "wpgate.zip\t1.2.3.4\n", [("domain san.dns wpgate.zip", 0, "")])
    add(
      "a joined URL", "id.resp_h\tid.resp_p\tmethod\thost\turi",
      "addr\tport\tstring\tstring\tstring",
      "192.0.2.1\t8080\tGET\ta.example\t/b c#d\n192.0.2.1\t80\tCONNECT\ta.example\t/x\n192.0.2.1\t80\tGET\ta.example\tx\n",
      [
        ("ipv4 id.resp_h 192.0.2.1", 0, " :8080"), ("domain host a.example", 19, ""),
        ("url uri http://a.example/b%20c%23d", 29, ""), ("ipv4 id.resp_h 192.0.2.1", 36, " :80"),
        ("domain host a.example", 57, ""), ("ipv4 id.resp_h 192.0.2.1", 70, " :80"),
        ("domain host a.example", 87, ""),
      ])
    add(
      "the log ends", "x\ty", "string\tstring",
      "a.example\t-\n#close\t2024\nb.example\n{\"c\":\"d.example\"}\ne.example\t-\n",
      [
        ("domain x a.example", 0, ""), ("domain text b.example", 24, ""),
        ("domain c d.example", 40, ""), ("domain x e.example", 52, ""),
      ])
    add(
      "records among rows", "x\ty", "string\tstring",
      "a.example\t-\n{\"z\":\"b.example\"} {\n\"a.example\":{\"host\":\"c.example\",\n\"uri\":\"/d\"}\n} e.example\n"
        + "f.example\t-\n{\"g.example\"\n{\th.example\n",
      [
        ("domain x a.example", 0, ""), ("domain z b.example", 18, ""),
        ("domain a.example.host c.example", 53, ""),
        ("url a.example.uri http://c.example/d", 72, ""), ("domain text e.example", 79, ""),
        ("domain x f.example", 89, ""), ("domain text g.example", 103, ""),
        ("domain y h.example", 116, ""),
      ])
    add(
      "the log of one column ends", "x", "string", "a.example\n#close\t2024\nb.example\n",
      [("domain x a.example", 0, ""), ("domain text b.example", 22, "")])
    add(
      "a W3C log follows what was not closed", "x", "string",
      "a.example\n#Version: 1.0\n#Fields: time c-host\n12:00:00 b.example\n",
      [("domain x a.example", 0, ""), ("domain c-host b.example", 54, "")])
    add(
      "another log follows", "x", "string",
      "a.example\n#separator \\x7c\n#fields|y\n#types|string\nb.example\n",
      [("domain x a.example", 0, ""), ("domain y b.example", 50, "")])
    add(
      "times in words between other signs than tabs", "x", "string",
      "#separator \\x7c\n#fields|ts|y|n\n#types|time|string|count\n"
        + "2024-05-01T10:00:00.5Z|a.example|1\n1.5|b.example|1\n"
        + "1.5|c.example|2024-05-01T10:00:00Z\nMay|d.example|1\n",
      [
        ("domain y a.example", 79, ""), ("domain y b.example", 95, ""),
        ("domain text c.example", 111, ""), ("domain text d.example", 146, ""),
      ])
    cases.append(
      Case(
        "the second form with port",
        zeek("host\turi\tid.resp_p", "string\tstring\tport", "a.example\t/b\t8080\n"),
        [
          "domain host a.example @\(offset("host\turi\tid.resp_p", "string\tstring\tport"))",
          "url uri http://a.example/b @\(offset("host\turi\tid.resp_p", "string\tstring\tport") + 10)",
          "url uri http://a.example:8080/b @\(offset("host\turi\tid.resp_p", "string\tstring\tport") + 10) joint",
        ],
        purpose: .scan, kinds: networkKinds))
    return cases
  }()

  static let all: [Case] = json + zeek + siblings + tables
}
