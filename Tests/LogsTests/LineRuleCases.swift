import Indicators
import Logs

/// Lines that are records of formats known line by line, and their neighbours that are none.
enum LineRuleCases {
  static let syslog: [Case] = [
    Case(
      "RFC 3164", "<34>Oct 11 22:14:15 main.py su[1]: from b.example",
      ["domain hostname main.py @20", "domain text b.example @40"]),
    Case(
      "RFC 3164 without a host", "Oct 11 22:14:15 su: from b.example",
      ["domain text b.example @25"]),
    Case(
      "a time is no header by itself", "2024-05-01T10:00:00Z main.sh started b.example",
      ["domain text b.example @37"]),
    Case(
      "nor before a level", "2024-05-01T10:00:00Z INFO main: b.example",
      ["domain text b.example @32"]),
    Case(
      "RFC 5424",
      "<34>1 - a.example su - - [i@1 ip=\"192.0.2.1\" port=\"5\" b.c=\"d\\\"e.example\"] f.example",
      [
        "domain hostname a.example @8", "ipv4 i@1.ip 192.0.2.1 @34 :5",
        "domain i@1.b.c e.example @62", "domain text f.example @74",
      ]),
    Case(
      "elements of structured data make URLs of their own",
      "<34>1 - a.example su - - [i@1 host=\"b.example\" url=\"/x\"][i@2 host=\"c.example\"][i@3 url=\"/z\"] d",
      [
        "domain hostname a.example @8", "domain i@1.host b.example @36",
        "url i@1.url http://b.example/x @52", "domain i@2.host c.example @67",
      ]),
    Case(
      "structured data that does not parse",
      "<34>1 - a.example su - - [i@1 ip=192.0.2.1] f.example",
      ["domain text a.example @8", "ipv4 text 192.0.2.1 @33", "domain text f.example @44"]),
    Case(
      "a header before pairs", "2024-05-01T10:00:00Z main.sh host=a.example b=c d=e",
      ["domain hostname main.sh @21", "domain host a.example @34"]),
    Case(
      "the host of a header is none of a URL",
      "Oct 11 22:14:15 a.example url=/x hostname=b.example method=GET",
      [
        "domain hostname a.example @16", "url url http://b.example/x @30",
        "domain hostname b.example @42",
      ]),
    Case(
      "pairs with commas between them",
      #"<13>date=2024-05-01,time=10:00:00,srcip=192.0.2.1,srcport=5,hostname="a.example",msg=to b.example"#,
      [
        "ipv4 srcip 192.0.2.1 @40 :5", "domain hostname a.example @70", "domain msg b.example @88",
      ]),
    Case(
      "the length of a line before its header",
      "46 <34>1 - a.example su - - - b=1 c=2 d=e.example",
      ["domain hostname a.example @11", "domain d e.example @40"]),
    Case(
      "nor where there is no other",
      "<34>1 - a.example su - - - level=info url=/g method=GET status=200",
      ["domain hostname a.example @8"]),
    Case(
      "a header without a host", "2024-05-01T10:00:00Z host=a.example b=c d=e",
      ["domain host a.example @26"]),
    Case(
      "two headers", "Oct 11 22:14:15 a.example Oct 11 2024 22:14:15 b.example : %ASA-4-1: from x",
      ["domain hostname a.example @16", "domain hostname b.example @47"]),
    Case(
      "two headers before something else",
      "Oct 11 22:14:15 a.example Oct 11 2024 22:14:15 b.example : from c.example",
      [
        "domain hostname a.example @16", "domain text b.example @47", "domain text c.example @64",
      ]),
    Case(
      "what a container wrote", "2024-05-01T10:00:00.1Z stderr P from b.example",
      ["domain text b.example @37"]),
    Case(
      "JSON behind a header", "Oct 11 22:14:15 h app: {\"host\":\"b.example\"}",
      ["domain text b.example @32"]),
  ]

  static let pairs: [Case] = [
    Case(
      "backslashes in CEF",
      #"CEF:0|V|P|1|x|n|5|suser=CORP\na.example msg=x\nb.example"#,
      ["domain suser na.example @29", "domain msg b.example @47"]),
    Case(
      "CEF",
      "CEF:0|V|P|1.2.3.4|x|a.example|5|src=192.0.2.1 spt=5 host=main.py msg=b.example c=d\\=e.example",
      [
        "domain name a.example @20", "ipv4 src 192.0.2.1 @36 :5", "domain host main.py @57",
        "domain msg b.example @69", "domain c e.example @84",
      ]),
    Case(
      "a joined URL of CEF", "CEF:0|V|P|1|x|n|5|dhost=a.example request=/b?c\\=d",
      ["domain dhost a.example @24", "url request http://a.example/b?c=d @42"]),
    Case(
      "labels of CEF",
      "CEF:0|V|P|1|x|n|5|cs1=a.example cs1Label=host cn2Label=b.example c6a1Label=x c6a1=192.0.2.1",
      ["domain host a.example @22", "domain cn2Label b.example @55", "ipv4 x 192.0.2.1 @82"]),
    Case(
      "a user agent of CEF", "CEF:0|V|P|1|x|n|5|requestClientApplication=Chrome/1.2.3.4", []),
    Case(
      "a header of CEF cut short", "CEF:0|V|P|1|a.example", ["domain text a.example @12"]),
    Case(
      "LEEF", "LEEF:2.0|V|P|1|x|^|src=192.0.2.1^srcPort=5^host=main.py^a.example",
      ["ipv4 src 192.0.2.1 @23 :5", "domain host main.py @48", "domain text a.example @56"]),
    Case(
      "LEEF that calls a letter its separator",
      "LEEF:2.0|V|P|1|x|x6C|src=192.0.2.1\thost=a.example\tmsg=b.example",
      ["ipv4 text 192.0.2.1 @25", "domain host a.example @40", "domain msg b.example @54"]),
    Case(
      "a packet filter", "x: IN=a OUT= SRC=192.0.2.1 DST=192.0.2.2 SPT=5 DPT=6 SYN",
      ["ipv4 SRC 192.0.2.1 @17 :5", "ipv4 DST 192.0.2.2 @31 :6"]),
    Case(
      "pairs behind a relay's address",
      "192.0.2.9  id=firewall src=192.0.2.1 dstname=a.example arg=/b",
      [
        "ipv4 text 192.0.2.9 @0", "ipv4 src 192.0.2.1 @27", "domain dstname a.example @45",
        "url arg http://a.example/b @59",
      ]),
    Case(
      "a name before pairs is no relay's address",
      "b.example a=1 b=2 src=192.0.2.1", ["domain text b.example @0", "ipv4 text 192.0.2.1 @22"]),
    Case(
      "values with blanks between apostrophes",
      "a='b c' dstname='a.example' d='main.py x', arg=/b",
      ["domain dstname a.example @17", "url arg http://a.example/b @47"]),
    Case(
      "pairs between apostrophes count", "a='b src=192.0.2.1 srcport=5 c='",
      ["ipv4 src 192.0.2.1 @9 :5"]),
    Case(
      "an apostrophe in a word ends no value", "a='b's c' d=1 src=192.0.2.1",
      ["ipv4 text 192.0.2.1 @18"]),
    Case(
      "pairs with commas between them, the first in quotes",
      #"<13>May  1 10:00:00 f5 ASM:unit_hostname="a.example",ip_client="192.0.2.1",uri="/b, c=d",x=e f"#,
      ["domain unit_hostname a.example @42", "ipv4 ip_client 192.0.2.1 @64"]),
    Case(
      "a packet quoted by a packet filter",
      "IN=a OUT= SRC=192.0.2.1 DST=192.0.2.2 [SRC=192.0.2.3 SPT=5 ]",
      ["ipv4 SRC 192.0.2.1 @14", "ipv4 DST 192.0.2.2 @28", "ipv4 SRC 192.0.2.3 @43 :5"]),
    Case(
      "keys and values", "a.example=b.example host=\"main.py\" src=192.0.2.1 srcport=5",
      ["domain a.example b.example @10", "domain host main.py @26", "ipv4 src 192.0.2.1 @39 :5"]),
    Case(
      "two pairs are no record", "a.example=1 b=c.example",
      ["domain text a.example @0", "domain text c.example @14"]),
    Case(
      "nor are pairs and text", "a.example=1 b=2 c=d.example e",
      ["domain text a.example @0", "domain text d.example @18"]),
  ]

  static let words: [Case] = [
    Case(
      "an access log",
      "192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1 \"http://a.example/\" \"Chrome/1.2.3.4\"",
      [
        "ipv4 remote_addr 192.0.2.1 @0", "url http_referer http://a.example/ @68",
        "domain http_referer a.example @75",
      ]),
    Case(
      "an address in a user agent of an access log",
      "192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1 \"-\" \"${jndi:ldap://198.51.100.5:1389/x}\"",
      [
        "ipv4 remote_addr 192.0.2.1 @0",
        "url http_user_agent ldap://198.51.100.5:1389/x @79",
        "ipv4 http_user_agent 198.51.100.5 @86 :1389",
      ]),
    Case(
      "a browser's version in an access log",
      "192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1 \"-\" \"Mozilla/5.0 Chrome/1.2.3.4\"",
      ["ipv4 remote_addr 192.0.2.1 @0"]),
    Case(
      "brackets in the user's name of an access log",
      "a.example:80 192.0.2.1 - b[c [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1",
      [
        "domain server_name a.example @0", "ipv4 remote_addr 192.0.2.1 @13",
        "url request http://a.example/a @63",
      ]),
    Case(
      "a time in the user's name of an access log",
      "a.example:80 192.0.2.1 - b [02/Jan/1999:00:00:00 +0000] [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1",
      [
        "domain server_name a.example @0", "ipv4 remote_addr 192.0.2.1 @13",
        "url request http://a.example/a @90",
      ]),
    Case(
      "many words in the user's name of an access log",
      "a.example:80 192.0.2.1 -\(String(repeating: " b", count: 30)) [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1",
      [
        "domain server_name a.example @0", "ipv4 remote_addr 192.0.2.1 @13",
        "url request http://a.example/a @119",
      ]),
    Case(
      "an access log with a virtual host",
      "main.py:80 192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1",
      [
        "domain server_name main.py @0", "ipv4 remote_addr 192.0.2.1 @11",
        "url request http://main.py/a @59",
      ]),
    Case(
      "a load balancer",
      "2024-05-01T10:00:00Z lb 192.0.2.1:5 [2001:db8::1]:6 0.1 0.1 0.1 200 200 0 29 \"GET http://a.example:80/ HTTP/1.1\" \"x 1.2.3.4\" - -",
      [
        "ipv4 client:port 192.0.2.1 @24 :5", "ipv6 backend:port 2001:db8::1 @37 :6",
        "url request http://a.example/ @82", "domain request a.example @89",
      ]),
    Case(
      "squid",
      "1714557600.642 161 192.0.2.1 TCP_MISS/200 1 GET http://a.example/ - DIRECT/192.0.2.2 text/html",
      [
        "ipv4 remotehost 192.0.2.1 @19", "url url http://a.example/ @48",
        "domain url a.example @55", "ipv4 peerhost 192.0.2.2 @75",
      ]),
    Case(
      "a firewall",
      "%ASA-6-302013: Built outbound TCP connection 1 for o:192.0.2.1/443 (192.0.2.3/443) to i:192.0.2.2/5",
      [
        "ipv4 dst_ip 192.0.2.1 @53 :443", "ipv4 dst_mapped_ip 192.0.2.3 @68 :443",
        "ipv4 src_ip 192.0.2.2 @88 :5",
      ]),
    Case(
      "a record behind two headers",
      "Oct 11 22:14:15 relay Oct 11 22:14:14 fw1 CEF:0|v|p|1|2|n|3|dhost=a.example",
      ["domain dhost a.example @66"]),
    Case(
      "a record behind a program and a header",
      "Oct 11 22:14:15 h fwd: <13>Oct 11 22:14:14 fw1 CEF:0|v|p|1|2|n|3|dhost=a.example",
      ["domain dhost a.example @71"]),
    Case(
      "a record behind a time, a level and a logger",
      "2024-05-01 10:00:00,123 INFO [pool-1 thread-2] x.Audit - CEF:0|v|p|1|2|n|3|dhost=a.example",
      ["domain dhost a.example @81"]),
    Case(
      "what somebody called himself is no record",
      "May  1 10:00:00 h sshd[1]: Invalid user CEF:0|a|b|c|d|e|f|cipher= from 192.0.2.1 port 22",
      ["ipv4 text 192.0.2.1 @71"]),
    Case(
      "what was asked for is no record",
      "192.0.2.1 - - [01/May/2024:10:00:00 +0000] \"GET /CEF:0|a|b|c|d|e|f|cipher= HTTP/1.1\" 404 0 \"http://a.example/\" \"x\"",
      [
        "ipv4 remote_addr 192.0.2.1 @0", "url http_referer http://a.example/ @92",
        "domain http_referer a.example @99",
      ]),
    Case(
      "a firewall behind a collector's words",
      "2024-05-01 10:00:00 Local4.Info 192.0.2.9 May 01 2024 10:00:00: %ASA-4-106023: Deny tcp src o:192.0.2.1/4 dst i:192.0.2.2/22",
      [
        "domain text local4.info @20", "ipv4 text 192.0.2.9 @32", "ipv4 src_ip 192.0.2.1 @94 :4",
        "ipv4 dst_ip 192.0.2.2 @112 :22",
      ]),
    Case(
      "a firewall's own header",
      "<166>:May 01 2024 10:00:00 UTC: %FTD-6-430003: SrcIP: 192.0.2.1, DstIP: 192.0.2.2, DstPort: 443",
      ["ipv4 SrcIP 192.0.2.1 @54", "ipv4 DstIP 192.0.2.2 @72 :443"]),
    Case(
      "an end in parentheses, which are those of no translation",
      "%ASA-2-106016: Deny IP spoof from (192.0.2.1) to 192.0.2.2 on interface x",
      ["ipv4 src_ip 192.0.2.1 @35", "ipv4 dst_ip 192.0.2.2 @49"]),
    Case(
      "a firewall whose number has no colon",
      "%ASA-6-302013 Built outbound TCP connection 1 for o:192.0.2.1/443 to i:192.0.2.2/5",
      ["ipv4 dst_ip 192.0.2.1 @52 :443", "ipv4 src_ip 192.0.2.2 @71 :5"]),
    Case(
      "a number that is no firewall's", "%ASA-6-30213 from x:192.0.2.1/443",
      ["ipv4 text 192.0.2.1 @20"]),
    Case(
      "signs above ASCII between LEEF's attributes",
      "LEEF:2.0|v|p|1|d|xa6|src=192.0.2.1¦host=bæ.example¦dst=192.0.2.2",
      ["ipv4 src 192.0.2.1 @25", "domain host xn--b-4fa.example @41", "ipv4 dst 192.0.2.2 @58"]),
    Case(
      "the same sign by itself",
      "LEEF:2.0|v|p|1|d|¦|src=192.0.2.1¦dst=192.0.2.2",
      ["ipv4 src 192.0.2.1 @24", "ipv4 dst 192.0.2.2 @39"]),
    Case(
      "how long an answer took, before the request",
      "www.example.com 192.0.2.1 - - [01/May/2024:10:00:00 +0000] (0 s) \"GET /a HTTP/1.1\" 200 5 \"http://b.example/\" \"x\"",
      [
        "domain server_name www.example.com @0", "ipv4 remote_addr 192.0.2.1 @16",
        "url request http://www.example.com/a @70", "url http_referer http://b.example/ @90",
        "domain http_referer b.example @97",
      ]),
    Case(
      "a time without brackets before a request",
      "192.0.2.1 - joe 2024-05-01T10:00:00 \"GET /a HTTP/1.1\" 200 5 \"http://b.example/\" \"x\"",
      [
        "ipv4 remote_addr 192.0.2.1 @0", "url http_referer http://b.example/ @61",
        "domain http_referer b.example @68",
      ]),
    Case(
      "words before such a time are no client",
      "app - joe 2024-05-01T10:00:00 \"GET http://b.example/\" 200 5",
      ["url text http://b.example/ @35", "domain text b.example @42"]),
    Case(
      "Cisco ISE behind a relay",
      "Aug  6 17:26:31 192.0.2.1 Aug  7 00:45:43 ise1 CISE_Profiler 0000024855 1 0 2014-08-07 00:45:43.741 -07:00 0 8 IP=192.0.2.2",
      ["ipv4 hostname 192.0.2.1 @16", "ipv4 text 192.0.2.2 @114"]),
    Case(
      "a firewall quoted in %ASA", "words of 100 %ASA and %ASA-x 192.0.2.1/443",
      ["ipv4 text 192.0.2.1 @29"]),
    Case(
      "pairs with separators",
      #"srcip=192.0.2.1, dstip=192.0.2.2, dstport=80; host="main.py", query=a.py;"#,
      [
        "ipv4 srcip 192.0.2.1 @6", "ipv4 dstip 192.0.2.2 @23 :80", "domain host main.py @52",
        "domain query a.py @68",
      ]),
    Case(
      "separators within values", "a=192.0.2.1,192.0.2.2 b=main.py;x c=,",
      ["ipv4 a 192.0.2.1 @2", "ipv4 a 192.0.2.2 @12"]),
    Case(
      "a time in brackets", "[1714557600] x[1:0] info: a.example", ["domain text a.example @26"]),
    Case(
      "a name server", "client 192.0.2.1#5 (main.py): query: main.py IN A + (192.0.2.2)",
      [
        "ipv4 client 192.0.2.1 @7 :5", "domain query main.py @20", "domain query main.py @37",
        "ipv4 server 192.0.2.2 @53",
      ]),
    Case(
      "a flow log",
      "2 1 eni-1 192.0.2.1 192.0.2.2 5 6 17 1 76 1714557601 1714557661 REJECT OK",
      ["ipv4 srcaddr 192.0.2.1 @10 :5", "ipv4 dstaddr 192.0.2.2 @20 :6"]),
    Case(
      "a flow log with a header",
      "version dstaddr srcaddr dstport srcport\n5 192.0.2.1 192.0.2.2 5 6\n{\"a\":\"b.example\"}\n5 words and c.example x\n",
      [
        "ipv4 dstaddr 192.0.2.1 @42 :5", "ipv4 srcaddr 192.0.2.2 @52 :6", "domain a b.example @72",
        "domain text c.example @96",
      ]),
    Case(
      "a list of records",
      "{\"Records\":[{\"a\":\"b.example\"},\n{\"a\":\"c.example\"}],\"d\":\"e.example\"}",
      [
        "domain Records.a b.example @18", "domain Records.a c.example @37",
        "domain d e.example @55",
      ]),
    Case(
      "lists of records in an array",
      "[{\"x\":1},\n{\"Records\":[{\"a\":\"b.example\"},\n{\"a\":\"c.example\"}],\"d\":\"e.example\"}]",
      [
        "domain Records.a b.example @28", "domain Records.a c.example @47",
        "domain d e.example @65",
      ]),
    Case(
      "a list of records behind a text",
      "x: {\"Records\":[{\"host\":\"b.example\",\"url\":\"/a\"},{\"a\":\"c.example\"}],\"d\":\"e.example\"}",
      [
        "domain text b.example @24", "url text http://b.example/a @42",
        "domain text c.example @53", "domain text e.example @71",
      ]),
    Case(
      "records in a string amid others",
      "{\"a\":\"b.example\",\"c\":\"[{\\\"k\\\":\\\"c.example\\\"},{\\\"k\\\":\\\"d.example\\\"}]\",\"host\":\"e.example\",\"url\":\"/x\"}",
      [
        "domain a b.example @6", "domain c c.example @32", "domain c d.example @54",
        "domain host e.example @77", "url url http://e.example/x @95",
      ]),
    Case(
      "a list that breaks",
      "{\"Records\":[{\"a\":\"b.example\"},{\"a\":\"c.example\"} \"d.example\"",
      [
        "domain Records.a b.example @18", "domain Records.a c.example @36",
        "domain text d.example @49",
      ]),
  ]

  static let all: [Case] = syslog + pairs + words + questions + requests
}
