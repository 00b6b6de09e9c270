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
      [4: ["domain text b.example @59"], 5: ["domain text c.example @86"]]
    ),
    (
      "records below a header of W3C",
      "#Fields: cipher cipher\n{\"a\": \"b.example\"}\n{3F2504E0-4F89} c.example\n",
      [2: ["domain text b.example @30"]]
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

  static let siblings: [Case] = [
    Case(
      "ports of EVE",
      #"{"src_ip":"192.0.2.1","src_port":1,"dest_port":2,"dest_ip":"192.0.2.2","x":{"src_ip":"192.0.2.3","ip":"192.0.2.4","port":"5"}}"#,
      [
        "ipv4 src_ip 192.0.2.1 @11 :1", "ipv4 dest_ip 192.0.2.2 @60 :2",
        "ipv4 x.src_ip 192.0.2.3 @86", "ipv4 x.ip 192.0.2.4 @103 :5",
      ]),
    Case(
      "both styles of Zeek's keys",
      #"{"id.orig_h":"192.0.2.1","id.orig_p":1,"id_resp_h":"192.0.2.2","id_resp_p":2}"#,
      ["ipv4 id.orig_h 192.0.2.1 @14 :1", "ipv4 id_resp_h 192.0.2.2 @52 :2"]),
    Case(
      "a port of its own wins", #"{"src_ip":"192.0.2.1:7","src_port":1}"#,
      ["ipv4 src_ip 192.0.2.1 @11 :7"]),
    Case(
      "joined of EVE",
      #"{"http":{"hostname":"a.example","url":"\/b c\/d.example","http_port":8080,"http_method":"GET"},"url":"/x"}"#,
      [
        "domain http.hostname a.example @21",
        "url http.url http://a.example:8080/b%20c/d.example @39", "domain http.url d.example @46",
      ]),
    Case(
      "joined of Zeek in JSON", #"{"id.resp_p":81,"host":"a.example","uri":"/b#c"}"#,
      ["domain host a.example @24", "url uri http://a.example/b%23c @42"]),
    Case(
      "an absolute URL joins nothing", #"{"hostname":"a.example","url":"http://b.example/"}"#,
      [
        "domain hostname a.example @13", "url url http://b.example/ @31",
        "domain url b.example @38",
      ]),
    Case(
      "a path that comes twice",
      #"{"hostname":"a.example","url":"/b","url":"/c","x":{"url":"/e"}}"#,
      [
        "domain hostname a.example @13", "url url http://a.example/b @31",
        "url url http://a.example/c @42",
      ]),
    Case(
      "a host that comes twice, and a path that does thrice",
      #"{"hostname":"a.example","hostname":"b.example","url":"/c","url":"/d","url":"/e"}"#,
      [
        "domain hostname a.example @13", "domain hostname b.example @36",
        "url url http://a.example/c @54", "url url http://b.example/c @54",
        "url url http://a.example/d @65", "url url http://b.example/d @65",
        "url url http://a.example/e @76", "url url http://b.example/e @76",
      ]),
    Case(
      "other keys that come twice",
      #"[{"authority":"a.example","path":"/b","path":"/c"},{"host":"d.example","request":"GET /e","request":"GET /f"}]"#,
      [
        "domain authority a.example @15", "url path http://a.example/b @34",
        "url path http://a.example/c @46", "domain host d.example @60",
        "url request http://d.example/e @86", "url request http://d.example/f @105",
      ]),
    Case(
      "user information in a host", #"{"hostname":"u:v@a.example","url":"/b"}"#,
      [
        "email hostname v@a.example @15", "domain hostname a.example @17",
        "url url http://a.example/b @35",
      ]),
    Case(
      "another authority in a host", #"{"hostname":"a.example/b@c.example","url":"/d"}"#,
      [
        "domain hostname a.example @13", "email hostname b@c.example @23",
        "domain hostname c.example @25",
      ]),
    Case(
      "of the same object only", #"{"hostname":"a.example","x":{"url":"/b"}}"#,
      ["domain hostname a.example @13"]),
    Case(
      "HTTP/2's names", #"{":authority":"a.example","path":"/b"}"#,
      ["domain :authority a.example @15", "url path http://a.example/b @34"]),
    Case(
      "nginx", #"{"host":"a.example","request_uri":"/b?c=d","args":"c=d"}"#,
      ["domain host a.example @9", "url request_uri http://a.example/b?c=d @35"]),
    Case(
      "nginx, the query apart", #"{"http_host":"a.example","uri":"/b","args":"c=d"}"#,
      ["domain http_host a.example @14", "url uri http://a.example/b?c=d @32"]),
    Case(
      "Cloudflare's firewall", #"{"ClientRequestHost":"a.example","ClientRequestPath":"/b"}"#,
      ["domain ClientRequestHost a.example @22", "url ClientRequestPath http://a.example/b @54"]),
    Case(
      "Cloudflare, the path beside the target",
      #"{"ClientRequestHost":"a.example","ClientRequestPath":"/b","ClientRequestURI":"/b?c"}"#,
      ["domain ClientRequestHost a.example @22", "url ClientRequestURI http://a.example/b?c @78"]),
    Case(
      "OpenTelemetry", #"{"http.host":"a.example","http.target":"/b"}"#,
      ["domain http.host a.example @14", "url http.target http://a.example/b @40"]
    ),
    Case(
      "WatchGuard", #"{"dstname":"a.example","op":"GET","arg":"/b"}"#,
      ["domain dstname a.example @12", "url arg http://a.example/b @41"]
    ),
    Case(
      "no request", #"{"dstname":"a.example","op":"x","arg":"/b"}"#,
      ["domain dstname a.example @12"]
    ),
    Case(
      "Skyhigh", #"{"requested_host":"a.example","requested_path":"/b"}"#,
      ["domain requested_host a.example @19", "url requested_path http://a.example/b @48"]
    ),
    Case(
      "Cloudflare", #"{"ClientRequestHost":"a.example","ClientRequestURI":"/b"}"#,
      ["domain ClientRequestHost a.example @22", "url ClientRequestURI http://a.example/b @53"]
    ),
    Case(
      "ECS with flat keys", #"{"url.domain":"a.example","url.path":"/b","url.query":"c=d"}"#,
      ["domain url.domain a.example @15", "url url.path http://a.example/b?c=d @38"]),
    Case(
      "parts of a URL below a path of any words",
      #"{"suricata.eve.http.hostname":"a.example","suricata.eve.http.url":"/b","other.url":"/c","z.x.host":"d.example","z.x.http_port":8080,"z.y.uri":"/e","z.x.uri":"/f"}"#,
      [
        "domain suricata.eve.http.hostname a.example @31",
        "url suricata.eve.http.url http://a.example/b @67", "domain z.x.host d.example @100",
        "url z.x.uri http://d.example:8080/f @158",
      ]),
    Case(
      "the same in objects", #"{"data":{"http.host":"a.example","http.uri":"/b"},"http.uri":"/c"}"#,
      ["domain data.http.host a.example @22", "url data.http.uri http://a.example/b @45"]),
    Case(
      "the URL as it was asked for", #"{"url":{"domain":"a.example","original":"/b?c=d"}}"#,
      ["domain url.domain a.example @18", "url url.original http://a.example/b?c=d @41"]),
    Case(
      "the path outranks it", #"{"url":{"original":"/x","domain":"a.example","path":"/b"}}"#,
      ["domain url.domain a.example @34", "url url.path http://a.example/b @53"]),
  ]

  /// Enough rows as wide as the header that a few others don't count.
  private static let csvRows = String(repeating: "1,2,3,4\n", count: 99)

  static let tables: [Case] = [
    Case(
      "CSV",
      "time,src ip,src port,note\n1,192.0.2.1,5,\"a.example, \"\"b.example\"\"\nc\"\n" + csvRows
        + "2,192.0.2.2,,x,d.example\n3,192.0.2.3\n",
      [
        "ipv4 src ip 192.0.2.1 @28 :5", "domain note a.example @41", "domain note b.example @54",
        "ipv4 src ip 192.0.2.2 @863", "domain text d.example @876", "ipv4 src ip 192.0.2.3 @888",
      ]),
    Case(
      "names of a schema in a header",
      "timestamp,trace.id,client.ip,destination.ip,destination.port\n"
        + "2024-05-01T10:00:00Z,abc,192.0.2.1,203.0.113.5,444\n",
      ["ipv4 client.ip 192.0.2.1 @86", "ipv4 destination.ip 203.0.113.5 @96 :444"]),
    Case(
      "columns of URLs below two paths",
      "time,data.http.hostname,data.http.url,win.url,data.http.http_method\n1,a.example,/b,/c,GET\n",
      ["domain data.http.hostname a.example @70", "url data.http.url http://a.example/b @80"]),
    Case(
      "columns that could be names beside others with dots",
      "event.time,src.ip.address,src.process.pid\n1714557600000,192.0.2.1,1\n",
      ["ipv4 src.ip.address 192.0.2.1 @56"]),
    Case(
      "a name beside words without dots", "time,src,www.example.pid\n1,192.0.2.1,1\n",
      ["domain text www.example.pid @9", "ipv4 text 192.0.2.1 @27"]),
    Case(
      "names under what could be one", "a.time,b.address,c.example.pid\n1,2,d.example.com\n",
      ["domain text c.example.pid @17", "domain text d.example.com @35"]),
    Case(
      "an odd cell beside enough words", "a,b,c,d,e,Is it?\n1,2,3,4,5,192.0.2.1\n",
      ["ipv4 Is it? 192.0.2.1 @27"]),
    Case(
      "an odd cell beside few words", "a,b,c,Is it?\n1,2,3,192.0.2.1\n",
      ["ipv4 text 192.0.2.1 @19"]),
    Case(
      "names above names are none of a header", "a.name,b.name,c.name\nd.name,e.name,f.name\n",
      [
        "domain text a.name @0", "domain text b.name @7", "domain text c.name @14",
        "domain text d.name @21", "domain text e.name @28", "domain text f.name @35",
      ]),
    Case("TSV", "a\tquery\tc\nx\twpgate.zip\ty\n", ["domain query wpgate.zip @12"]),
    Case(
      "a quote in a TSV ends with its line",
      "a\tip\tc\n\"x\t192.0.2.1\ty\nz\t192.0.2.2\t\"b.example\"\n\"c\"\t192.0.2.3\td\"\n",
      [
        "ipv4 ip 192.0.2.1 @10", "ipv4 ip 192.0.2.2 @24", "domain c b.example @35",
        "ipv4 ip 192.0.2.3 @50",
      ]),
    Case(
      "two quotes of a CSV that does not quote",
      "time,ip,agent,host\n1,192.0.2.1,\"x,y,a.example\n2,192.0.2.2,z,b.example\n"
        + "3,192.0.2.3,z,c.example\n4,192.0.2.4,z,d.example\n5,192.0.2.5,y\",e.example\n",
      [
        "ipv4 ip 192.0.2.1 @21", "domain text a.example @36",
        "ipv4 ip 192.0.2.2 @48", "domain host b.example @60",
        "ipv4 ip 192.0.2.3 @72", "domain host c.example @84",
        "ipv4 ip 192.0.2.4 @96", "domain host d.example @108",
        "ipv4 ip 192.0.2.5 @120", "domain host e.example @133",
      ]),
    Case(
      "two of those in rows that follow one another",
      "t,ip,port,agent,host\n1,192.0.2.1,5,\"x,a.example\n2,192.0.2.2,6,y\",b.example\n",
      [
        "ipv4 ip 192.0.2.1 @23 :5", "domain host a.example @38", "ipv4 ip 192.0.2.2 @50 :6",
        "domain host b.example @65",
      ]),
    Case(
      "text of several lines with a few commas in quotes",
      "time,ip,agent,host\n1,192.0.2.1,\"a, b, c, d.example\nx\ny, z\",192.0.2.2\n",
      ["ipv4 ip 192.0.2.1 @21", "domain agent d.example @41", "ipv4 host 192.0.2.2 @59"]),
    Case(
      "separators inside quotes of a header",
      "time,src_ip,\"name, resolved; first\",hash\n1,192.0.2.1,a.example,b\n",
      ["ipv4 src_ip 192.0.2.1 @43", "domain name, resolved; first a.example @53"]),
    Case(
      "separators outside quotes are no part of a word", "a;b,query,c\nx,wpgate.zip,y\n", []),
    Case(
      "no header", "a.example,b,c\nb.example,d,e\n",
      ["domain text a.example @0", "domain text b.example @14"]),
    Case("two words are none", "a,query\nx,wpgate.zip\n", []),
    Case("rows of another width", "a,query,c\nwpgate.zip\nx\ny\n", []),
    Case(
      "W3C",
      "#Software: x 192.0.2.9\n#Fields: date time c-ip c-port cs-host cs-uri-stem cs-uri-query cs(User-Agent)\n2024-01-01 10:00:00 192.0.2.1 99 a.example /b c=d Mozilla/1.2.3.4\nx 192.0.2.2\n2024-01-01 10:00:00 - - a.example /b - -\n",
      [
        "ipv4 c-ip 192.0.2.1 @122 :99", "domain cs-host a.example @135",
        "url cs-uri-stem http://a.example/b?c=d @145", "ipv4 text 192.0.2.2 @170",
        "domain cs-host a.example @204", "url cs-uri-stem http://a.example/b @214",
      ]),
    Case(
      "W3C in quotes", "#Fields: date c-ip x\n\"2024-01-01\" \"192.0.2.1\" \"a b.example\"\n",
      ["ipv4 c-ip 192.0.2.1 @35", "domain x b.example @49"]),
    Case(
      "comments are text", "# a.example\n#x b.example\nc.example\n",
      ["domain text a.example @2", "domain text b.example @15", "domain text c.example @25"]),
    Case(
      "a table that is said to be one, whose first line holds values",
      "192.0.2.1,a.example,x\n192.0.2.2,b.example,y\n",
      [
        "ipv4 column1 192.0.2.1 @0", "domain column2 a.example @10", "ipv4 column1 192.0.2.2 @22",
        "domain column2 b.example @32",
      ], format: .csv),
    Case(
      "and one whose first line names columns", "addr;note\n192.0.2.1;a.example\n",
      ["ipv4 addr 192.0.2.1 @10", "domain note a.example @20"], format: .csv),
    Case("forced text", "{\"a.example\":1}\n", ["domain text a.example @2"], format: .text),
  ]

  static let all: [Case] = json + zeek + siblings + tables
}
