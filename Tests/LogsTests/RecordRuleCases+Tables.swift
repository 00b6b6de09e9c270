import Indicators
import Logs

/// Members of one object, and columns of one row, that belong together.
extension RecordRuleCases {
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
      "ports with escapes",
      #"{"src_ip":"192.0.2.1","src_port":"\u00344\u0033","http":{"hostname":"a.example","http_port":"\u0038\u0030\u0038\u0030","url":"\/b"}}"#,
      [
        "ipv4 src_ip 192.0.2.1 @11 :443", "domain http.hostname a.example @69",
        "url http.url http://a.example:8080/b @126",
      ]),
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
      "Amazon's API Gateway", #"{"domainName":"a.example","httpMethod":"GET","path":"/b"}"#,
      ["domain domainName a.example @15", "url path http://a.example/b @53"]),
    Case(
      "a domain beside a file", #"{"domainName":"a.example","path":"/b"}"#,
      ["domain domainName a.example @15"]),
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

  private static let longPath =
    "request-parameters.filter_set.items[0]" + String(repeating: ".name-of_an.Element9", count: 6)
  private static let longWord = String(repeating: "x", count: 65)

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
      "a sentence as wide as a header of W3C",
      "#Fields: date time s-ip c-ip cs-uri-stem cs(User-Agent)\n"
        + "2024-05-01 10:00:00 192.0.2.1 192.0.2.2 / x/1.2.3.4\n"
        + "Dec 10 host sshd: from 192.0.2.3\n192.0.2.4 - - a b 192.0.2.5\n"
        + "5/1/2024 10:00 192.0.2.6 - / -\n- - - 192.0.2.7 / -\n",
      [
        "ipv4 s-ip 192.0.2.1 @76", "ipv4 c-ip 192.0.2.2 @86", "ipv4 text 192.0.2.3 @131",
        "ipv4 text 192.0.2.4 @141", "ipv4 text 192.0.2.5 @159", "ipv4 s-ip 192.0.2.6 @184",
        "ipv4 c-ip 192.0.2.7 @206",
      ]),
    Case(
      "days and times of W3C in other forms",
      "#Fields: date time c-ip cs(User-Agent)\n20240501 100000 192.0.2.1 x/1.2.3.4\n"
        + "[2024-05-01 10 192.0.2.2 x/1.2.3.4\nMay-01-2024 T10:00:00 192.0.2.3 x/1.2.3.4\n"
        + "192.0.2.4 10:00 192.0.2.5 x\n",
      [
        "ipv4 c-ip 192.0.2.1 @55", "ipv4 c-ip 192.0.2.2 @90", "ipv4 c-ip 192.0.2.3 @132",
        "ipv4 text 192.0.2.4 @152", "ipv4 text 192.0.2.5 @168",
      ]),
    Case(
      "times of W3C in one column, and in seconds",
      "#Fields: time c-ip cs(User-Agent)\n2024-05-01T10:00:00Z 192.0.2.1 x/1.2.3.4\n"
        + "1714557600.5 192.0.2.2 x/1.2.3.4\nfrom 192.0.2.3 192.0.2.4\n",
      [
        "ipv4 c-ip 192.0.2.1 @55", "ipv4 c-ip 192.0.2.2 @88", "ipv4 text 192.0.2.3 @113",
        "ipv4 text 192.0.2.4 @123",
      ]),
    Case(
      "bars between columns", "time|src_ip|src_port|hostname\n1|192.0.2.1|5|wpgate.zip\n",
      ["ipv4 src_ip 192.0.2.1 @32 :5", "domain hostname wpgate.zip @44"]),
    Case(
      "bars between words in quotes", "\"a\"|\"query\"|\"c\"\n\"x\"|\"wpgate.zip\"|y\n",
      ["domain query wpgate.zip @21"]),
    Case(
      "bars between words of which one has no quotes",
      "\"a\"|\"query\"|c\n\"x\"|\"wpgate.zip\"|\"a.example\"\n", ["domain text a.example @32"]),
    Case(
      "paths of a flattened record", "time,src_ip,\(longPath)\n1,192.0.2.1,a.example\n",
      [
        "ipv4 src_ip 192.0.2.1 @\(longPath.utf8.count + 15)",
        "domain \(longPath) a.example @\(longPath.utf8.count + 25)",
      ]),
    Case(
      "a path with too long a component",
      "time,src_ip,a.\(longWord)\n1,192.0.2.1,a.example\n",
      [
        "ipv4 text 192.0.2.1 @\(longWord.utf8.count + 17)",
        "domain text a.example @\(longWord.utf8.count + 27)",
      ]),
    Case(
      "a path that is too long",
      "time,src_ip,\(longPath).\(longPath)\n1,192.0.2.1,a.example\n",
      [
        "ipv4 text 192.0.2.1 @\(2 * longPath.utf8.count + 16)",
        "domain text a.example @\(2 * longPath.utf8.count + 26)",
      ]),
    Case(
      "bars between words that name no fields",
      "INFO|main|started\nINFO|main|wpgate.zip\nINFO|main|a.example\n",
      ["domain text a.example @49"]),
    Case(
      "bars that a line before the header names", "sep=|\na|query|c\nx|wpgate.zip|y\n",
      ["domain query wpgate.zip @18"]),
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
}
