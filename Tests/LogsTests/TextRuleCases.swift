import Indicators
import Logs

/// The examples of `Matching.md` §1–§6 about text, and their neighbours.
enum TextRuleCases {
  /// Every byte as a percent unit.
  private static func percent(_ text: String) -> String {
    text.utf8.map { "%" + String($0, radix: 16) }.joined()
  }

  /// A name of 253 bytes.
  private static let longest =
    ["g", "h", "k"].map { String(repeating: $0, count: 63) + "." }.joined()
    + String(repeating: "m", count: 53) + ".example"

  static let names: [Case] = [
    Case("a trailing dot is stripped", "evil.example. x", ["domain text evil.example @0"]),
    Case("an empty label makes no name", "a..b.example", []),
    Case("an underscore at the end stays", "example.com_ x", []),
    Case(
      "a reverse name in text holds no address", "1.2.3.4.in-addr.arpa",
      ["domain text 1.2.3.4.in-addr.arpa @0"]),
    Case("a file's name holds no address", "app-1.2.3.4.tar.gz foo_1.2.3.4", []),
    Case(
      "an arrow is two addresses", "1.2.3.4->5.6.7.8",
      ["ipv4 text 1.2.3.4 @0", "ipv4 text 5.6.7.8 @9"]),
    Case(
      "two addresses joined", "1.2.3.4-5.6.7.8", ["ipv4 text 1.2.3.4 @0", "ipv4 text 5.6.7.8 @8"]),
    Case(
      "two addresses joined by a unit", "1.2.3.4%2D5.6.7.8 %2D1.2.3.4-5.6.7.8",
      [
        "ipv4 text 1.2.3.4 @0", "ipv4 text 5.6.7.8 @10", "ipv4 text 1.2.3.4 @21",
        "ipv4 text 5.6.7.8 @29",
      ]),
    Case(
      "dots and hyphens before a value", "-.1.2.3.4 .-www.example.com ..--5.6.7.8",
      [
        "ipv4 text 1.2.3.4 @2", "domain text www.example.com @12", "ipv4 text 5.6.7.8 @32",
      ]),
    Case("a hyphen at both ends", "-www.example.com-", ["domain text www.example.com @1"]),
    Case(
      "a hash sign ends a run", "client 192.0.2.1#3076 DIRECT/192.0.2.7",
      ["ipv4 text 192.0.2.1 @7 :3076", "ipv4 text 192.0.2.7 @29"]),
    Case("capitals", "WWW.Example.COM", ["domain text www.example.com @0"]),
    Case("one label", "localhost example", []),
    Case(
      "two on a line are two", "a.example a.example",
      ["domain text a.example @0", "domain text a.example @10"]),
    Case("unknown last label", "foo.notatld bar.local", ["domain text bar.local @12"]),
    Case("scan asks no list", "foo.notatld", ["domain text foo.notatld @0"], purpose: .scan),
    Case("a number at the end", "foo.123 1.2.3.4.5 10.0", [], purpose: .scan),
    Case(
      "long labels",
      String(repeating: "a", count: 63) + ".example " + String(repeating: "z", count: 64)
        + ".example", ["domain text " + String(repeating: "a", count: 63) + ".example @0"]),
    Case(
      "Windows paths are not unescaped", #"C:\temp\nevil.exe 10.22.8.74/0(LOCAL\user.name)"#,
      ["ipv4 text 10.22.8.74 @18", "domain text user.name @37"]),
    Case(
      "ideographic dots", "访问www。example．com查看",
      [
        "domain text xn--www-7n0jp43b.example.xn--com-ep0gs28d @0",
        "domain text www.example.com @6",
      ], purpose: .scan, kinds: [.init(.domain)]),
    Case(
      "an ideographic stop behind a name", "C2为evil.example。2024年 访问192.0.2.1．5月",
      ["domain text evil.example @5", "ipv4 text 192.0.2.1 @34"]),
    Case(
      "names with ideographic stops between them", "连a.example。b.example｡c.example断",
      [
        "domain text a.example @3", "domain text a.example.b.example.c.example @3",
        "domain text b.example @15", "domain text c.example @27",
      ]),
    Case(
      "an ideographic stop before a name or behind it", "系统。evil.example。然后",
      ["domain text evil.example @9"]),
    Case(
      "an ideographic stop without letters of its script", "evil.example。2024", []),
    Case(
      "a name between unspaced letters", "访问www.example.com查看", ["domain text www.example.com @6"]),
    Case(
      "the whole run as well", "中文.example.com",
      ["domain text xn--fiq228c.example.com @0", "domain text example.com @7"]),
    Case("an international name", "x münchen.example y", ["domain text xn--mnchen-3ya.example @2"]),
    Case("full width", "ｗｗｗ．example．com", ["domain text www.example.com @0"]),
    Case(
      "borders above ASCII", "“www.example.com”。\u{200b}a.example\u{feff}",
      ["domain text www.example.com @3", "domain text a.example @27"]),
    Case(
      "invalid UTF-8 is a border",
      bytes: [0xff] + Array("a.example".utf8) + [0xc3] + Array("b.example".utf8),
      ["domain text a.example @1", "domain text b.example @11"]),
    Case(
      "ANSI sequences", "\u{1b}[31mwww.example.com\u{1b}[0m \u{1b}[01;32m192.0.2.1\u{1b}[m",
      ["domain text www.example.com @5", "ipv4 text 192.0.2.1 @33"]),
    Case(
      "ANSI sequences as JSON writes them", #"x \u001b[31mwww.example.com\u001b[0m"#,
      ["domain text www.example.com @12"]),
  ]

  static let percent: [Case] = [
    Case(
      "a percent unit is a border with its digits", "url=http%3A%2F%2Fwww.example.com%2Fa",
      ["domain text www.example.com @17"]),
    Case(
      "an unreserved unit is its character", "x%2Fwww%2eexample%2Ecom y",
      ["domain text www.example.com @4"]),
    Case("a unit at the start", "x/%77ww.example.com", ["domain text www.example.com @2"]),
    Case(
      "encoded twice", "u=http%253A%252F%252Fwww.example.com%252Fa",
      ["domain text www.example.com @21"]),
    Case(
      "half a unit", "%2 a.example %zz.example %",
      ["domain text a.example @3", "domain text zz.example @14"]),
    Case(
      "a name of units only", "x \(percent("www.evil.example")) \(percent("evil")) y",
      ["domain text www.evil.example @2"]),
    Case(
      "the longest name, of units", "x \(percent(longest)) y", ["domain text \(longest) @2"]),
    Case("a longer one", "x \(percent("m" + longest)) y", []),
    Case(
      "names behind a run of units", "\(String(repeating: "%41", count: 5_000)).x evil.example",
      ["domain text evil.example @15003"]),
    Case(
      "a digest behind a run of units",
      "\(String(repeating: "%41", count: 300))%2Db%32\(String(repeating: "c", count: 30))",
      ["md5 text b2\(String(repeating: "c", count: 30)) @903"]),
    Case(
      "a run of letters without a dot", "\(String(repeating: "я", count: 300)) a.example",
      ["domain text a.example @601"]),
    Case("units behind a percent sign", "/%%32%65%%32%65.example/", ["domain text 2e.example @9"]),
  ]

  static let fileNames: [Case] = [
    Case("a path", "GET /dl/wpgate.zip HTTP", []),
    Case("a bundle", "Safari.app/Contents", []),
    Case("a source line", "(Server.java:57) main.py:12: x", []),
    Case("a tunnel", "CONNECT wpgate.zip:443 HTTP/1.1", ["domain text wpgate.zip @8"]),
    Case(
      "after a double slash", "//wpgate.zip and http%3A%2F%2Fwpgate.zip",
      ["domain text wpgate.zip @2", "domain text wpgate.zip @30"]),
    Case(
      "after at", "@wpgate.zip u@host.py",
      ["domain text wpgate.zip @1", "email text u@host.py @12", "domain text host.py @14"]),
    Case("three labels", "run www.host.py and /www.host.py", ["domain text www.host.py @4"]),
    Case("before a slash", "wpgate.zip/x wpgate.zip", ["domain text wpgate.zip @0"]),
    Case("encoded separators", "a%2Fwww.host.py a%5Cwww.host.py", []),
    Case("a drive", #"C:\x\www.host.py \\www.host.py\x"#, ["domain text www.host.py @19"]),
    Case("scan keeps the test", "GET /dl/wpgate.zip HTTP", [], purpose: .scan),
    Case(
      "other extensions are left to membership", "index.html", ["domain text index.html @0"],
      purpose: .scan),
    Case(
      "a name-typed field makes no test", #"{"host":"wpgate.zip","x":"wpgate.zip"}"#,
      ["domain host wpgate.zip @9"]),
  ]

  static let addresses: [Case] = [
    Case("a leading zero", "010.1.2.3 192.0.2.256", []),
    Case("no prefixes or ranges", "192.0.2.0/24 12.0.0.1-10", ["ipv4 text 192.0.2.0 @0"]),
    Case(
      "ports", "192.0.2.1:443 192.0.2.1:0 192.0.2.1:65536 192.0.2.1:80a 192.0.2.1#53.",
      [
        "ipv4 text 192.0.2.1 @0 :443", "ipv4 text 192.0.2.1 @14", "ipv4 text 192.0.2.1 @26",
        "ipv4 text 192.0.2.1 @42", "ipv4 text 192.0.2.1 @56 :53",
      ]),
    Case("a colon behind", "from 2001:db8::2: x", ["ipv6 text 2001:db8::2 @5"]),
    Case("a colon before", "en0-:2001:db8::1", ["ipv6 text 2001:db8::1 @5"]),
    Case(
      "a word before", "inside:2001:db8::1 inside:10.22.8.205",
      ["ipv6 text 2001:db8::1 @7", "ipv4 text 10.22.8.205 @26"]),
    Case("operators", "Intel::ADDR std::string a std:: ::", []),
    Case("the loopback", "to ::1.", ["ipv6 text ::1 @3"]),
    Case("three colons", "2001:db8:::", ["ipv6 text 2001:db8:: @0"]),
    Case("neighbours", "2001:db8::1g 2001:db8::1_ _2001:db8::1", []),
    Case(
      "MACs and times",
      "00:11:22:33:44:55 10:09:23 de:1c:88:64:10:19:5e:e1:a4:3b:cf:f0:08:00 00:11:22:33:44:55:66:77",
      []),
    Case(
      "zones", "fe80::1%eth0 [fe80::1%eth0.2]:443",
      ["ipv6 text fe80::1 @0", "ipv6 text fe80::1 @14 :443"]),
    Case(
      "zones that are encoded, and what seems to be",
      "2001:db8::77%25evil.example 2001:db8::77%2ea.evil.example [fe80::1%25eth0.x]:443 fe80::1%34 2001:db8::1%41evil.example",
      [
        "ipv6 text 2001:db8::77 @0", "domain text evil.example @15", "ipv6 text 2001:db8::77 @28",
        "domain text a.evil.example @43", "ipv6 text fe80::1 @59 :443", "ipv6 text fe80::1 @81",
        "ipv6 text 2001:db8::1 @92",
      ]),
    Case(
      "brackets", "[2001:db8::1]:443 2001:db8::1:443",
      ["ipv6 text 2001:db8::1 @1 :443", "ipv6 text 2001:db8::1:443 @18"]),
    Case(
      "mapped addresses fold", "::ffff:192.0.2.1 ::FFFF:c000:201 host=::ffff:192.0.2.1 ::192.0.2.1",
      [
        "ipv4 text 192.0.2.1 @0", "ipv4 text 192.0.2.1 @17", "ipv4 text 192.0.2.1 @38",
        "ipv6 text ::c000:201 @55",
      ]),
    Case(
      "a ninth group is a port",
      "2001:0db8:0000:0000:0000:0000:0000:0001:443 -> 2001:db8:1:2:3:4:5:6:99999",
      ["ipv6 text 2001:db8::1 @0 :443", "ipv6 text 2001:db8:1:2:3:4:5:6 @47"]),
    Case(
      "keys of firewalls", "SRC=192.0.2.1 DST=198.51.100.1 SPT=52220 DPT=80",
      ["ipv4 SRC 192.0.2.1 @4 :52220", "ipv4 DST 198.51.100.1 @18 :80"]),
    Case(
      "the same key again", "src=192.0.2.1 src=192.0.2.2 spt=1 usrc=192.0.2.3 spt=2",
      ["ipv4 src 192.0.2.1 @4", "ipv4 src 192.0.2.2 @18 :1", "ipv4 usrc 192.0.2.3 @39"]),
    Case(
      "other keys",
      #"srcip="192.0.2.1" srcport=1 DSTIP=192.0.2.2 dstport=2 saddr=192.0.2.3 sport=3 daddr=2001:db8::1 dport=4"#,
      [
        "ipv4 srcip 192.0.2.1 @7 :1", "ipv4 DSTIP 192.0.2.2 @34 :2", "ipv4 saddr 192.0.2.3 @60 :3",
        "ipv6 daddr 2001:db8::1 @84 :4",
      ]),
    Case(
      "keys of firewalls in text", "saw SRC=192.0.2.1 DST=198.51.100.1 SPT=52220 DPT=80",
      ["ipv4 text 192.0.2.1 @8 :52220", "ipv4 text 198.51.100.1 @22 :80"]),
    Case(
      "the same key again in text", "saw src=192.0.2.1 src=192.0.2.2 spt=1 usrc=192.0.2.3 spt=2",
      ["ipv4 text 192.0.2.1 @8", "ipv4 text 192.0.2.2 @22 :1", "ipv4 text 192.0.2.3 @43"]),
    Case(
      "other keys in text",
      #"saw srcip="192.0.2.1" srcport=1 DSTIP=192.0.2.2 dstport=2 saddr=192.0.2.3 sport=3 daddr=2001:db8::1 dport=4"#,
      [
        "ipv4 text 192.0.2.1 @11 :1", "ipv4 text 192.0.2.2 @38 :2", "ipv4 text 192.0.2.3 @64 :3",
        "ipv6 text 2001:db8::1 @88 :4",
      ]),
    Case(
      "a version mark behind an ANSI sequence", "\u{1b}[0;31mrv:1.9.0.4 \u{1b}[mxrv:1.9.0.4",
      ["ipv4 text 1.9.0.4 @25"]),
    Case("version marks", "~192.0.2.1 rv:1.9.0.4 xrv:1.9.0.4", ["ipv4 text 1.9.0.4 @26"]),
    Case(
      "user agents", #""Mozilla/5.0 Chrome/1.0.154.43" 192.0.2.1 "x 192.0.2.2""#,
      ["ipv4 text 192.0.2.1 @32", "ipv4 text 192.0.2.2 @45"]),
    Case(
      "version fields",
      #"{"user_agent":"Chrome/1.0.154.43","software":{"x":"1.2.3.4"},"os_version":"1.2.3.4","oid":"1.3.6.1","ua":"1.2.3.4","uax":"1.2.3.4"}"#,
      ["ipv4 uax 1.2.3.4 @122"]),
  ]

  static let mail: [Case] = [
    Case(
      "an address", "to=<user.name+tag@mail.example>",
      ["email text user.name+tag@mail.example @4", "domain text mail.example @18"]),
    Case(
      "case and stripping", "x=.+-User@Mail.Example",
      ["email text user@mail.example @5", "domain text mail.example @10"]),
    Case("a name alone", "@evil.example", ["domain text evil.example @1"]),
    Case(
      "an address as host", "user@192.0.2.1 192.0.2.2@mail.example",
      [
        "ipv4 text 192.0.2.1 @5", "ipv4 text 192.0.2.2 @15",
        "email text 192.0.2.2@mail.example @15", "domain text mail.example @25",
      ]),
    Case(
      "a name before at", "www.example.com@localhost first.example+x@mail.example",
      ["email text first.example+x@mail.example @26", "domain text mail.example @42"]),
    Case("a space before at", "www.example.com @ x", ["domain text www.example.com @0"]),
    Case(
      "percent first", "x%40a.example%2Fuser@mail.example",
      [
        "domain text a.example @4", "email text user@mail.example @16",
        "domain text mail.example @21",
      ]),
    Case("the list applies", "user@host.notatld", []),
    Case(
      "an ideographic stop behind a host", "联系a@evil.example。2024年 写b@evil。example查",
      [
        "email text a@evil.example @6", "domain text evil.example @8",
        "email text b@evil.example @34", "domain text evil.example @36",
      ]),
    Case(
      "an ideographic stop behind a name, before a local part",
      "访问evil.example。user@host.example年",
      [
        "domain text evil.example @6", "email text user@host.example @21",
        "domain text host.example @26",
      ]),
    Case(
      "an ideographic stop behind a host, every reading", "系a@b.example。C查",
      [
        "email text a@b.example @3", "email text a@b.example.c @3",
        "email text a@b.example.xn--c-th7b @3",
      ], purpose: .scan, kinds: [.init(.email)]),
    Case(
      "cipher fields",
      #"{"kex":"aes128-gcm@openssh.com","mac_alg":"x@openssh.com","hassh.string":"a@openssh.com","ssh":{"hassh":{"string":"a@openssh.com"}},"algo":"umac@openssh.com"}"#,
      ["email algo umac@openssh.com @140", "domain algo openssh.com @145"]),
  ]

  static let words: [Case] = [
    Case(
      "words that hold those of key exchanges",
      #"{"network_external_ip":"192.0.2.1","sshKex":"a@x.example.com","ssh_kex":"a@x.example.com","webhookExtra":"x.example.com"}"#,
      ["ipv4 network_external_ip 192.0.2.1 @24", "domain webhookExtra x.example.com @106"]),
    Case(
      "words that end as identifiers and versions do",
      #"{"android":{"ip":"192.0.2.1"},"conversion":"192.0.2.2","asn_oid":"192.0.2.3","conVersion2":{"version":"192.0.2.4"}}"#,
      ["ipv4 android.ip 192.0.2.1 @18", "ipv4 conversion 192.0.2.2 @44"]),
    Case(
      "versions whose names end in a part of such a word",
      #"{"plugin_version":"192.0.2.1","main_version":"192.0.2.2","domainversion":"192.0.2.3","builtinVersion":"192.0.2.4","reconversion":"192.0.2.5","rate_conversion":"192.0.2.6","a.icon_version":{"x":"192.0.2.7"}}"#,
      ["ipv4 rate_conversion 192.0.2.6 @160"]),
    Case(
      "fields of user agents by other names",
      #"{"clientInfo":"from 192.0.2.1","http_agent":"x/1.2.3.4","browserType":"192.0.2.2","ua":"192.0.2.3"}"#,
      ["ipv4 clientInfo 192.0.2.1 @20", "ipv4 browserType 192.0.2.2 @71"]),
    Case(
      "names of questions",
      #"{"QueryName":"a.zip","dns":{"question":{"name":"b.zip"}},"dns.question.name":"c.zip","name":"d.zip"}"#,
      [
        "domain QueryName a.zip @14", "domain dns.question.name b.zip @48",
        "domain dns.question.name c.zip @78",
      ]),
    Case(
      "names in the fields of firewalls and resolvers",
      #"{"qname":"a.zip","DNSQuery":"b.sh","ReferencedHost":"c.zip","DomainName":"d.zip","ClientRequestHost":"e.zip:443","file":"f.zip"}"#,
      [
        "domain qname a.zip @10", "domain DNSQuery b.sh @29", "domain ReferencedHost c.zip @53",
        "domain DomainName d.zip @74", "domain ClientRequestHost e.zip @102",
      ]),
    Case(
      "names below what tells that they are",
      #"{"dns":{"answers":[{"name":"a.zip","data":"b.zip","type":"c.zip"}]},"x.dns.answers.name":"d.zip","subject":{"common_name":"e.zip"},"common_name":"f.zip"}"#,
      [
        "domain dns.answers.name a.zip @28", "domain dns.answers.data b.zip @43",
        "domain x.dns.answers.name d.zip @90", "domain subject.common_name e.zip @123",
      ]),
    Case(
      "wildcards in fields of names",
      #"{"query":"*.a.zip","subjectaltname":["*.b.zip","*.c.zip:443"],"san.dns":"*d.zip","x":"*.e.zip"}"#,
      [
        "domain query a.zip @12", "domain subjectaltname b.zip @40",
        "domain subjectaltname c.zip @50",
      ]),
    Case(
      "names in an event of Windows in XML",
      "<Event><Data Name='QueryName'>a.zip</Data><Data Name=\"Image\">b.zip</Data><Data Name='QueryName'>c.example</Data></Event>",
      ["domain text a.zip @30", "domain text c.example @96"]),
    Case(
      "the same behind a header and in strings",
      #"""
      Oct 11 22:14:15 h app: <Event><Data Name='QueryName'>a.zip</Data></Event>
      {"a":"<Event><Data Name='QueryName'>b.zip</Data></Event>"}
      {"a":{"b":"\n <Event><Data Name=\"QueryName\">c.zip</Data><Data Name='x'>d.zip</Data></Event>"}}
      """#,
      ["domain text a.zip @53", "domain a b.zip @110", "domain a.b c.zip @179"]),
    Case(
      "a name or a URL",
      #"{"RemoteUrl":"a.zip"} {"RemoteUrl":"https://a.example/0123456789abcdef0123456789abcdef"}"#,
      [
        "domain RemoteUrl a.zip @14",
        "url RemoteUrl https://a.example/0123456789abcdef0123456789abcdef @36",
        "domain RemoteUrl a.example @44", "md5 RemoteUrl 0123456789abcdef0123456789abcdef @54",
      ]),
    Case(
      "certificates of the common schema",
      #"{"tls":{"server":{"hash":{"sha1":"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"}}},"file":{"hash":{"sha1":"b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"}}}"#,
      [
        "certificate-sha1 tls.server.hash.sha1 a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 @34",
        "sha1 file.hash.sha1 b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2 @103",
      ]),
  ]

  static let urls: [Case] = [
    Case(
      "a full host without scheme", "www.example./p www.example../p",
      ["domain text www.example @0", "url text www.example/p @0", "domain text www.example @15"],
      purpose: .scan),
    Case(
      "a plain one", "GET http://www.example.com/a?b=c#d x",
      ["url text http://www.example.com/a?b=c @4", "domain text www.example.com @11"]),
    Case(
      "trailing punctuation", "see (https://a.example/b_(c)). Or <http://b.example>;",
      [
        "url text https://a.example/b_(c) @5", "domain text a.example @13",
        "url text http://b.example/ @35", "domain text b.example @42",
      ]),
    Case(
      "an apostrophe before", "'http://a.example/b'c/",
      ["url text http://a.example/b @1", "domain text a.example @8"]),
    Case(
      "an escape is no part of a scheme",
      #"x\x22http://a.example/1\x22 \nhttps://b.example/2 \u0022ftp://c.example/3 \x22ax://d.example/4"#,
      [
        "url text http://a.example/1 @5", "domain text a.example @12",
        "url text https://b.example/2 @30", "domain text b.example @38",
        "url text ftp://c.example/3 @56", "domain text c.example @62",
        "url text x22ax://d.example/4 @75", "domain text d.example @83",
      ]),
    Case(
      "a common scheme behind a mark, and the whole one",
      "c=wget+http://a.example/1&u=git+HTTPS://b.example/2 x-http://c.example/3 see.ftp://d.example/4",
      [
        "url text wget+http://a.example/1&u=git+HTTPS://b.example/2 @2",
        "url text http://a.example/1&u=git+HTTPS://b.example/2 @7", "domain text a.example @14",
        "url text git+https://b.example/2 @28", "url text https://b.example/2 @32",
        "domain text b.example @40", "url text x-http://c.example/3 @52",
        "url text http://c.example/3 @54", "domain text c.example @61",
        "url text see.ftp://d.example/4 @73", "url text ftp://d.example/4 @77",
        "domain text d.example @83",
      ]),
    Case(
      "no mark before, or another scheme",
      "1http://a.example/1 xhttp://b.example/2 a+ws://c.example/3",
      [
        "url text http://a.example/1 @1", "domain text a.example @8",
        "url text xhttp://b.example/2 @20", "domain text b.example @28",
        "url text a+ws://c.example/3 @40", "domain text c.example @47",
      ]),
    Case(
      "in quotes it ends with the whole one", "'git+https://a.example/b','c'",
      [
        "url text git+https://a.example/b @1", "url text https://a.example/b @5",
        "domain text a.example @13",
      ]),
    Case(
      "none before", "x http://a.example/b'c/",
      ["url text http://a.example/b'c/ @2", "domain text a.example @9"]),
    Case(
      "in one another", "http://a.example/?u=http://b.example/x",
      [
        "url text http://a.example/?u=http://b.example/x @0", "domain text a.example @7",
        "url text http://b.example/x @20", "domain text b.example @27",
      ]),
    Case(
      "a distinguished name behind", "CPS=http://a.example/repository/,O=GoDaddy.com",
      [
        "url text http://a.example/repository/ @4", "domain text a.example @11",
        "domain text godaddy.com @35",
      ]),
    Case(
      "its candidates", "http://a.example/r/,O=x.",
      [
        "url text http://a.example/r/,O=x. @0", "url text http://a.example/r/,O=x @0 fallback",
        "url text http://a.example/r/ @0 fallback", "domain text a.example @7",
      ], purpose: .scan, kinds: networkKinds),
    Case(
      "its candidates, one of which ends in a dot segment", "http://a.example/.b/..,x",
      [
        "url text http://a.example/.b/..,x @0", "url text http://a.example/ @0 fallback",
        "url text http://a.example/.b/ @0 fallback", "domain text a.example @7",
      ], purpose: .scan, kinds: networkKinds),
    Case(
      "brackets and ampersands are none",
      "[http://a.example](mailto:j@b.example) http://a.example&e=j@b.example",
      [
        "domain text a.example @8", "email text j@b.example @26", "domain text b.example @28",
        "url text http://b.example/ @39", "domain text a.example @46",
        "email text j@b.example @58", "domain text b.example @60",
      ]),
    Case(
      "user information gives nothing", "ftp://user.example:pa.example@b.example/x",
      ["url text ftp://b.example/x @0", "domain text b.example @30"]),
    Case(
      "an address as user", "http://192.0.2.1@b.example/",
      ["url text http://b.example/ @0", "domain text b.example @17"]),
    Case(
      "characters above ASCII", "http://a.example/ü。x",
      ["url text http://a.example/%C3%BC @0", "domain text a.example @7"]),
    Case(
      "without scheme in scan only", "get 192.0.2.1:8080/x, or a.example/y",
      ["ipv4 text 192.0.2.1 @4 :8080", "domain text a.example @25"]),
    Case(
      "without scheme", "get 192.0.2.1:8080/x, a.example/y http://b.example/z",
      [
        "ipv4 text 192.0.2.1 @4 :8080", "url text 192.0.2.1:8080/x, @4",
        "url text 192.0.2.1:8080/x @4 fallback", "domain text a.example @22",
        "url text a.example/y @22", "url text http://b.example/z @34", "domain text b.example @41",
      ], purpose: .scan, kinds: networkKinds),
    Case(
      "other schemes", "tcp://[2001:db8::1]:8080 ldap://h:389/x",
      [
        "url text tcp://[2001:db8::1]:8080/ @0", "ipv6 text 2001:db8::1 @7 :8080",
        "url text ldap://h:389/x @25",
      ]),
    Case("no host", "file:///etc/passwd ://a.example", ["domain text a.example @22"]),
    Case(
      "no ports", "192.0.2.1#015 192.0.2.2:080",
      ["ipv4 text 192.0.2.1 @0", "ipv4 text 192.0.2.2 @14"]),
    Case(
      "shares of WebDAV",
      "file://192.0.2.1@8080/x file://a.example@SSL/y (file://b.example@SSL@443)",
      [
        "url text file://192.0.2.1@8080/x @0", "ipv4 text 192.0.2.1 @7",
        "url text file://a.example@ssl/y @24", "domain text a.example @31",
        "url text file://b.example@ssl@443/ @48", "domain text b.example @55",
      ]),
    Case(
      "no shares",
      "file://a.example@8080@b.example/x file://a.example@80:90/y http://a.example@80/z",
      [
        "url text file://b.example/x @0", "domain text b.example @22",
        "url text file://80:90/y @34", "url text http://80/z @59",
      ]),
  ]

  static let all: [Case] =
    names + percent + fileNames + addresses + mail + words + urls + hashes + strings
}
