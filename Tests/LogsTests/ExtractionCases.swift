import Testing

/// One log and what `extract` prints of it.
struct ExtractionCase: Sendable, CustomTestStringConvertible {
  var name: String
  var log: [UInt8]
  /// `offset kind value`, or `offset kind[field] value` where the field is not `text`.
  var expected: [String]

  init(_ name: String, _ log: String, _ expected: [String]) {
    self.init(name, Array(log.utf8), expected)
  }

  init(_ name: String, _ log: [UInt8], _ expected: [String]) {
    self.name = name
    self.log = log
    self.expected = expected
  }

  var testDescription: String { name }
}

/// The examples of the matching rules, and the cases that they imply, section by section.
enum ExtractionCases {
  static let all =
    runs + addresses + names + urls + emails + digests + records + tables + inputs + judged

  static let runs: [ExtractionCase] = [
    .init("empty", "", []),
    .init("name between blanks", "a www.example.com b", ["2 domain www.example.com"]),
    .init("upper case", "WWW.Example.COM", ["0 domain www.example.com"]),
    .init("trailing dot", "evil.example.", ["0 domain evil.example"]),
    .init("leading and trailing dots and dashes", "-.evil.example-.", ["2 domain evil.example"]),
    .init("empty label", "a..b.example", []),
    .init("underscore is not stripped", "example.com_", []),
    .init("underscore inside", "_dmarc.evil.example", ["0 domain _dmarc.evil.example"]),
    .init("one label", "test home com localhost", []),
    .init("unknown top-level domain", "syslog.message user.exe", []),
    .init("over-long label", "\(String(repeating: "x", count: 64)).example", []),
    .init(
      "longest label", "\(String(repeating: "a", count: 63)).example",
      ["0 domain \(String(repeating: "a", count: 63)).example"]),
    .init("over-long name", String(repeating: "abcdefg.", count: 31) + "example", []),
    .init("address in a longer run", "1.2.3.4.in-addr.arpa", ["0 domain 1.2.3.4.in-addr.arpa"]),
    .init("address in a file name", "app-1.2.3.4.tar.gz foo_1.2.3.4", []),
    .init("arrow", "1.2.3.4->5.6.7.8", ["0 ipv4 1.2.3.4", "9 ipv4 5.6.7.8"]),
    .init("two addresses", "1.2.3.4-5.6.7.8", ["0 ipv4 1.2.3.4", "8 ipv4 5.6.7.8"]),
    .init("no range", "12.0.0.1-10", []),
    .init(
      "borders", "192.0.2.1#x DIRECT/192.0.2.7 (evil.example)|b.example,c.example;\td.example",
      [
        "0 ipv4 192.0.2.1", "19 ipv4 192.0.2.7", "30 domain evil.example", "44 domain b.example",
        "54 domain c.example", "65 domain d.example",
      ]),
    .init(
      "text without spaces", "访问www.example.com查看", ["6 domain www.example.com"]),
    .init(
      "number in text without spaces", "地址192.0.2.1的", ["6 ipv4 192.0.2.1"]),
    .init(
      "international name", "bücher.example x", ["0 domain xn--bcher-kva.example"]),
    .init(
      "international name with full-width dots", "例え。テスト",
      []),
    .init("full-width dot", "evil．example", ["0 domain evil.example"]),
    .init(
      "borders beyond ASCII",
      "\u{201C}evil.example\u{201D}\u{FEFF}b.example\u{200B}c.example\u{3001}d.example",
      [
        "3 domain evil.example", "21 domain b.example", "33 domain c.example",
        "45 domain d.example",
      ]),
    .init(
      "invalid UTF-8",
      Array("a.example".utf8) + [0xFF] + Array("b.example".utf8) + [0xC3]
        + Array("c.example".utf8),
      ["0 domain a.example", "10 domain b.example", "20 domain c.example"]),

    .init("percent", "url=http%3A%2F%2Fwww.example.com%2Fa", ["17 domain www.example.com"]),
    .init("percent twice", "x%252Fwww.example.com", ["6 domain www.example.com"]),
    .init("percent percent alone", "x%25www.example.com", ["4 domain www.example.com"]),
    .init("percent of letters", "%77ww.ex%61mple.com", ["0 domain www.example.com"]),
    .init("percent of a dot", "www%2Eexample%2Ecom", ["0 domain www.example.com"]),
    .init("no percent unit", "100%www.example.com", ["4 domain www.example.com"]),
    .init(
      "terminal sequences", "\u{1B}[1;31mevil.example\u{1B}[0m",
      ["7 domain evil.example"]),
    .init(
      "no escapes in text", #"C:\temp\nevil.example 10.22.8.74/0(LOCAL\user.name)"#,
      ["8 domain nevil.example", "22 ipv4 10.22.8.74", "41 domain user.name"]),

    .init(
      "percent before an address of version 6", "a%202001:db8::1 b%3D2001:db8::2 %5Bfe80::1%5D",
      ["4 ipv6 2001:db8::1", "20 ipv6 2001:db8::2", "35 ipv6 fe80::1"]),
    .init(
      "terminal sequence before an address of version 6",
      "\u{1B}[31m2001:db8::1 \u{1B}[0mfe80::1",
      ["5 ipv6 2001:db8::1", "21 ipv6 fe80::1"]),
    .init(
      "percent behind an address of version 6", "2001:db8::1%20b.example ::1%3Aa.b.test",
      [
        "0 ipv6 2001:db8::1", "14 domain b.example", "24 ipv6 ::1", "30 domain a.b.test",
      ]),
    .init(
      "percent before a scheme",
      "x%3Dhttp://a.example/ %2Ehttp://b.example/ %252Fhttps://u:p@c.example/",
      [
        "4 url http://a.example/", "11 domain a.example", "25 url http://b.example/",
        "32 domain b.example", "48 url https://c.example/", "60 domain c.example",
      ]),

    .init("file in a path", "GET /dl/wpgate.zip", []),
    .init("file in an encoded path", "GET%2Fdl%2Fwpgate.zip a%5Cb.wpgate.zip", []),
    .init("application", "Safari.app/Contents", []),
    .init("source line", "(Server.java:57) main.py:12: x.py:5] y.sh:1a", []),
    .init("name with port", "CONNECT wpgate.zip:443", ["8 domain wpgate.zip"]),
    .init("name before a path", "wpgate.zip/a", ["0 domain wpgate.zip"]),
    .init("three labels", "get.wpgate.zip", ["0 domain get.wpgate.zip"]),
    .init("three labels in a path", "/x/get.wpgate.zip", []),
    .init("after two slashes", "//wpgate.zip", ["2 domain wpgate.zip"]),
    .init("after two encoded slashes", "http%3A%2F%2Fwpgate.zip", ["13 domain wpgate.zip"]),
    .init("after at", "@wpgate.zip", ["1 domain wpgate.zip"]),
    .init("one line of two files", "a.py b.zip c.rs", []),
  ]

  static let addresses: [ExtractionCase] = [
    .init("leading zero", "192.0.02.1 256.0.0.1 1.2.3 1.2.3.4.5", []),
    .init("with prefix length", "192.0.2.0/24", ["0 ipv4 192.0.2.0"]),
    .init("with a word before", "inside:10.22.8.205", ["7 ipv4 10.22.8.205"]),
    .init("version 6", "x 2001:DB8:0:0::1 y", ["2 ipv6 2001:db8::1"]),
    .init("version 6 with a colon behind", "from 2001:db8::2:", ["5 ipv6 2001:db8::2"]),
    .init("version 6 with a dot behind", "2001:db8::2.", ["0 ipv6 2001:db8::2"]),
    .init("version 6 with three colons", "2001:db8:::", ["0 ipv6 2001:db8::"]),
    .init("version 6 with a colon before", "en0-:2001:db8::9", ["5 ipv6 2001:db8::9"]),
    .init("version 6 with a word before", "inside:2001:db8::1", ["7 ipv6 2001:db8::1"]),
    .init("names with colons", "Intel::ADDR std::abc a::b cafe::bad_x", ["21 ipv6 a::b"]),
    .init("version 6 and port without brackets", "2001:db8::1:443", ["0 ipv6 2001:db8::1:443"]),
    .init(
      "nine groups", "2001:db8:0:0:0:0:0:1:443 -> 2001:db8:0:0:0:0:0:2:60000",
      ["0 ipv6 2001:db8::1", "28 ipv6 2001:db8::2"]),
    .init("in brackets", "[2001:db8::5]:8080", ["1 ipv6 2001:db8::5"]),
    .init("zone", "fe80::1%eth0", ["0 ipv6 fe80::1"]),
    .init("hardware addresses and times", "52:54:00:12:35:02 12:34:56 00:11:22:33:44:55:66:77", []),
    .init("bare colons", ":: ::: a :: b", []),
    .init("loopback", "client ::1:x ::1", ["13 ipv6 ::1"]),
    .init("mapped", "::ffff:192.0.2.9 ::FFFF:c000:209", ["0 ipv4 192.0.2.9", "17 ipv4 192.0.2.9"]),
    .init("not folded", "64:ff9b::192.0.2.1", ["0 ipv6 64:ff9b::c000:201"]),
    .init("port", "192.0.2.1:443 192.0.2.1#3076", ["0 ipv4 192.0.2.1", "14 ipv4 192.0.2.1"]),
    .init(
      "versions in text", "pkg~6.1.1.0 (rv:1.9.0.19) srv:192.0.2.1",
      ["30 ipv4 192.0.2.1"]),
    .init(
      "user agent in text", #"1.2.3.4 "Mozilla/5.0 Chrome/30.0.0.0 Safari" 5.6.7.8"#,
      ["0 ipv4 1.2.3.4", "45 ipv4 5.6.7.8"]),
    .init(
      "version fields",
      #"{"user_agent":"Chrome/1.0.154.43","Software":"1.2.3.4","os.version":"1.2.3.4","ua":"1.2.3.4","x":"1.2.3.4"}"#,
      [
        "15 user-agent[user_agent] Chrome/1.0.154.43", "84 user-agent[ua] 1.2.3.4",
        "98 ipv4[x] 1.2.3.4",
      ]),
    .init(
      "quoted agent in any field", #"{"agent":"Mozilla/5.0 Chrome/1.0.154.43 x.example"}"#,
      [
        "10 user-agent[agent] Mozilla/5.0 Chrome/1.0.154.43 x.example",
        "40 domain[agent] x.example",
      ]),
  ]

  static let names: [ExtractionCase] = [
    .init(
      "name-typed fields",
      #"{"query":"evil.unknowntld","host":"wpgate.zip","Server_Name":"a.b:443","x":"evil.unknowntld"}"#,
      [
        "10 domain[query] evil.unknowntld", "35 domain[host] wpgate.zip",
        "62 domain[Server_Name] a.b",
      ]),
    .init(
      "name-typed, in text without spaces",
      #"{"host":"访问www.evil.example查看","query":"中文.b.nosuch:80","sni":"中1.0.2.192.in-addr.arpa"}"#,
      [
        "9 domain[host] xn--www-7n0jp43b.evil.xn--example-j46ow40i",
        "15 domain[host] www.evil.example", "48 domain[query] xn--fiq228c.b.nosuch",
        "55 domain[query] b.nosuch", "75 domain[sni] xn--1-kq6a.0.2.192.in-addr.arpa",
        "78 ipv4[sni] 192.2.0.1", "78 domain[sni] 1.0.2.192.in-addr.arpa",
      ]),
    .init(
      "name-typed with a dot", #"{"san.dns":["a.nosuch","*.b.nosuch"]}"#,
      ["13 domain[san.dns] a.nosuch"]),
    .init(
      "name-typed by the last key", #"{"dns":{"rrname":"x.nosuch"},"host":{"name":"x.nosuch"}}"#,
      ["18 domain[dns.rrname] x.nosuch"]),
    .init(
      "reverse names", #"{"query":"4.3.2.1.in-addr.arpa","q":"4.3.2.1.in-addr.arpa"}"#,
      [
        "10 ipv4[query] 1.2.3.4", "10 domain[query] 4.3.2.1.in-addr.arpa",
        "37 domain[q] 4.3.2.1.in-addr.arpa",
      ]),
    .init(
      "the domain of reverse names alone",
      #"{"query":".in-addr.arpa","host":"-.IN-ADDR.ARPA:443","sni":"..ip6.arpa"}"#,
      [
        "11 domain[query] in-addr.arpa", "35 domain[host] in-addr.arpa", "62 domain[sni] ip6.arpa",
      ]),
    .init(
      "reverse names of version 6",
      #"{"query":"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"}"#,
      [
        "10 ipv6[query] 2001:db8::1",
        "10 domain[query] 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
      ]),
    .init("keys are no values", #"{"user.name":"a","host.name":{"evil.example":1}}"#, []),
    .init("numbers are no values", #"{"a":1.5,"b":true,"c":null}"#, []),
  ]

  static let urls: [ExtractionCase] = [
    .init(
      "in text", "see http://www.example.com/a/./b/../c?x=%7e%2f#f.",
      ["4 url http://www.example.com/a/c?x=~%2F", "11 domain www.example.com"]),
    .init("empty path", "HTTP://192.0.2.1:80", ["0 url http://192.0.2.1/", "7 ipv4 192.0.2.1"]),
    .init(
      "port of a URL", "https://192.0.2.1:8443/",
      ["0 url https://192.0.2.1:8443/", "8 ipv4 192.0.2.1"]),
    .init(
      "user information", "http://user.example:a.example@evil.example/x",
      ["0 url http://evil.example/x", "30 domain evil.example"]),
    .init(
      "one inside another", "http://a.example/?u=http://b.example/x",
      [
        "0 url http://a.example/?u=http://b.example/x", "7 domain a.example",
        "20 url http://b.example/x", "27 domain b.example",
      ]),
    .init(
      "cut one by one", "(http://a.example/b(c)).,",
      ["1 url http://a.example/b(c)", "8 domain a.example"]),
    .init(
      "quoted", "'http://a.example/b'c d",
      ["1 url http://a.example/b", "8 domain a.example"]),
    .init(
      "distinguished name", "http://certs.example/repository/,O=GoDaddy.com",
      [
        "0 url http://certs.example/repository/", "7 domain certs.example",
        "35 domain godaddy.com",
      ]),
    .init(
      "beyond ASCII", "http://bücher.example/ü，x",
      ["0 url http://xn--bcher-kva.example/%C3%BC", "7 domain xn--bcher-kva.example"]),
    .init("host of one label", "http://intranet/x", ["0 url http://intranet/x"]),
    .init("no host", "file:///etc/passwd http://:80/ x://", []),
    .init(
      "host of version 6", "http://[2001:DB8::1]:8080/",
      ["0 url http://[2001:db8::1]:8080/", "8 ipv6 2001:db8::1"]),
    .init(
      "without scheme", "www.example.com/path",
      ["0 domain www.example.com"]),
    .init(
      "joined by Suricata",
      #"{"http":{"hostname":"a.example","http_port":8080,"url":"\/x y"}}"#,
      ["21 domain[http.hostname] a.example", "56 url[http.url] http://a.example:8080/x%20y"]),
    .init(
      "joined by Zeek", #"{"host":"a.example","id.resp_p":8080,"uri":"/x#y"}"#,
      ["9 domain[host] a.example", "44 url[uri] http://a.example/x%23y"]),
    .init(
      "nothing to join", #"{"method":"CONNECT","host":"a.example","uri":"/x"}"#,
      ["28 domain[host] a.example"]),
    .init(
      "path without slash", #"{"host":"a.example","uri":"x"}"#, ["9 domain[host] a.example"]),
  ]

  static let emails: [ExtractionCase] = [
    .init(
      "address", "to=<John.Doe+x@Evil.Example>",
      ["4 email john.doe+x@evil.example", "15 domain evil.example"]),
    .init("domain alone", "@evil.example", ["1 domain evil.example"]),
    .init("address of a host", "user@1.2.3.4", ["5 ipv4 1.2.3.4"]),
    .init("local part is no name", "john.name@HOST", []),
    .init(
      "local part is an address", "1.2.3.4@evil.example",
      [
        "0 ipv4 1.2.3.4", "0 email 1.2.3.4@evil.example", "8 domain evil.example",
      ]),
    .init(
      "percent before the local part", "mailto%3Auser@evil.example",
      ["9 email user@evil.example", "14 domain evil.example"]),
    .init(
      "leading signs", ".+%-user@evil.example",
      ["4 email user@evil.example", "9 domain evil.example"]),
    .init(
      "two signs", "a@b@evil.example", ["2 email b@evil.example", "4 domain evil.example"]),
    .init(
      "ciphers in text", "aes128-gcm@openssh.com",
      [
        "0 email aes128-gcm@openssh.com", "11 domain openssh.com",
      ]),
    .init(
      "ciphers in their field",
      #"{"cipher_alg":"aes128-gcm@openssh.com","kexAlgorithms":"a@libssh.org","mac_algs":"a@libssh.org","ssh":{"hassh":{"string":"a@libssh.org"}}}"#,
      []),
  ]

  private static let md5 = "0123456789abcdef0123456789abcdef"
  private static let sha1 = "0123456789abcdef0123456789abcdef01234567"
  private static let sha256 = md5 + md5

  static let digests: [ExtractionCase] = [
    .init("unlabelled", "x \(md5.uppercased()) y", ["2 md5 \(md5)"]),
    .init(
      "in a file name", "\(sha256).exe VirusShare_\(md5)", ["0 sha256 \(sha256)", "80 md5 \(md5)"]),
    .init("other lengths", "\(md5)0 \(md5.dropLast()) g\(md5)", []),
    .init(
      "all lengths",
      [40, 56, 96, 128].map { String(repeating: "a", count: $0) }.joined(separator: " "),
      zip([0, 41, 98, 195], ["sha1 40", "sha224 56", "sha384 96", "sha512 128"]).map {
        let parts = $0.1.split(separator: " ")
        return "\($0.0) \(parts[0]) \(String(repeating: "a", count: Int(parts[1]) ?? 0))"
      }),
    .init(
      "labels", "MD5=\(md5),IMPHASH=\(md5),ja3: \"\(md5)\",sha256=\(md5)",
      ["4 md5 \(md5)", "45 imphash \(md5)", "84 ja3 \(md5)", "125 md5 \(md5)"]),
    .init("unknown labels", "authentihash=\(sha256) sha3-256=\(sha256) pehash:\(sha1)", []),
    .init(
      "fields",
      #"{"ja3":{"hash":"\#(md5)"},"hasshServer":"\#(md5)","serial":"\#(md5)","cert_chain_fps":["\#(sha256)"],"query":"\#(md5)"}"#,
      [
        "16 ja3[ja3.hash] \(md5)", "66 hassh-server[hasshServer] \(md5)",
        "163 certificate-sha256[cert_chain_fps] \(sha256)",
      ]),
    .init(
      "certificates with colons",
      #"{"tls":{"fingerprint":"\#(stride(from: 0, to: 20, by: 1).map { _ in "AB" }.joined(separator: ":"))"}}"#,
      [
        "23 certificate-sha1[tls.fingerprint] \(String(repeating: "ab", count: 20))"
      ]),
    .init(
      "colons elsewhere",
      stride(from: 0, to: 20, by: 1).map { _ in "AB" }.joined(separator: ":"),
      ["0 certificate-sha1 \(String(repeating: "ab", count: 20))"]),
  ]

  static let records: [ExtractionCase] = [
    .init(
      "escapes", #"{"a":"\/evil.example\u002Fb.example\n\u001b[0mc.example"}"#,
      ["8 domain[a] evil.example", "26 domain[a] b.example", "46 domain[a] c.example"]),
    .init(
      "duplicate keys", #"{"a":"a.example","a":"b.example"}"#,
      ["6 domain[a] a.example", "22 domain[a] b.example"]),
    .init(
      "paths", #"{"a":[{"b":["a.example",{"c":"b.example"}]}]}"#,
      ["13 domain[a.b] a.example", "30 domain[a.b.c] b.example"]),
    .init(
      "nested record",
      #"{"log":"{\"query\":\"a.nosuch\",\"x\":\"{\\\"query\\\":\\\"b.nosuch\\\"}\"}"}"#,
      ["21 domain[log] a.nosuch"]),
    .init(
      "nested record in a line", #"Jan 1 h app: {"query":"a.nosuch","b.example":1}"#,
      ["23 domain a.nosuch"]),
    .init(
      "no whole record in a line", #"Jan 1 h app: {"query":"a.nosuch","b.example":1} x"#,
      ["34 domain b.example"]),
    .init(
      "broken line", "{\"a.example\":\"b.example\"\n{\"c\":\"d.example\"}",
      ["2 domain a.example", "14 domain b.example", "31 domain[c] d.example"]),
    .init(
      "concatenated", #"{"a":"a.example"}{"b":"b.example"} [{"c":"c.example"}] d.example"#,
      [
        "6 domain[a] a.example", "23 domain[b] b.example", "42 domain[c] c.example",
        "55 domain d.example",
      ]),
    .init(
      "record before a comma", #"{"a.example":"b.example"},"#,
      [
        "2 domain a.example", "14 domain b.example",
      ]),
    .init(
      "pretty-printed array",
      "[\n {\n  \"a\": \"a.example\"\n },\n {\n  \"b\": \"b.example\"\n }\n]\n",
      ["13 domain[a] a.example", "39 domain[b] b.example"]),
    .init(
      "array that breaks", "[{\"a\":\"a.example\"},{\"b\":\"b.example\"\nc.example",
      ["7 domain[a] a.example", "25 domain b.example", "36 domain c.example"]),
    .init("bracketed text", "[Sun Dec 04] evil.example", ["13 domain evil.example"]),
    .init(
      "depth",
      String(repeating: "[", count: 70) + "\"evil.example\"" + String(repeating: "]", count: 70),
      ["71 domain evil.example"]),
  ]

  private static let zeek = """
    #separator \\x09
    #set_separator\t,
    #empty_field\t(empty)
    #unset_field\t-
    #fields\tts\tid.orig_h\tid.orig_p\thost\turi\tanswers\tmsg
    #types\ttime\taddr\tport\tstring\tstring\tvector[string]\tstring

    """

  static let tables: [ExtractionCase] = [
    .init(
      "Zeek",
      zeek + "1.5\t192.0.2.1\t80\ta.nosuch\t/x\tb.nosuch,(empty),-\tc.example\\x2fd.example\n",
      [
        "183 ipv4[id.orig_h] 192.0.2.1", "196 domain[host] a.nosuch",
        "205 url[uri] http://a.nosuch/x", "208 domain[answers] b.nosuch",
        "227 domain[msg] c.example", "240 domain[msg] d.example",
      ]),
    .init(
      "Zeek row of another width", zeek + "1.5\t192.0.2.1\tc.example\\x2fd.example\n",
      ["183 ipv4 192.0.2.1", "193 domain c.example", "203 domain x2fd.example"]),
    .init("Zeek header alone", zeek + "#close\tevil.example\n", []),
    .init(
      "Zeek header in the middle",
      "a.example\n" + zeek + "1\t-\t-\tb.nosuch\t-\t-\t-\n#close\nc.example\n",
      ["0 domain a.example", "195 domain[host] b.nosuch", "217 domain c.example"]),
    .init(
      "W3C",
      "#Software: evil.example\n#Fields: date c-ip cs(Host) cs-uri-stem cs-uri-query x\n"
        + "2024-01-01 192.0.2.1 a.nosuch /p q=1 -\n192.0.2.2 b.nosuch\n",
      [
        "90 ipv4[c-ip] 192.0.2.1", "100 domain[cs(Host)] a.nosuch",
        "109 url[cs-uri-stem] http://a.nosuch/p?q=1", "118 ipv4 192.0.2.2",
      ]),
    .init(
      "W3C of CloudFront",
      "#Fields: date cs(Host) cs-uri-stem cs-uri-query x-host-header\n"
        + "2024-01-01 d1.nosuch /p q=1 b.example\n2024-01-01 d1.nosuch /q - -\n",
      [
        "73 domain[cs(Host)] d1.nosuch", "83 url[cs-uri-stem] http://b.example/p?q=1",
        "90 domain[x-host-header] b.example", "111 domain[cs(Host)] d1.nosuch",
        "121 url[cs-uri-stem] http://d1.nosuch/q",
      ]),
    .init(
      "W3C of a proxy",
      "#Fields: date cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query s-port\n"
        + "2024-01-01 https a.nosuch 8443 /p ?q=1 3128\n2024-01-01 http b.nosuch 80 / - 3128\n",
      [
        "97 domain[cs-host] a.nosuch", "111 url[cs-uri-path] https://a.nosuch:8443/p?q=1",
        "140 domain[cs-host] b.nosuch", "152 url[cs-uri-path] http://b.nosuch/",
      ]),
    .init(
      "CSV",
      "time,domain,note\n1,a.nosuch,\"x \"\"b.example\"\"\nc.example\"\n2,d.nosuch,e.example\n",
      [
        "19 domain[domain] a.nosuch", "33 domain[note] b.example", "45 domain[note] c.example",
        "58 domain[domain] d.nosuch", "67 domain[note] e.example",
      ]),
    .init(
      "CSV with surplus cells",
      "time,domain,note\n" + String(repeating: "1,2,3\n", count: 60)
        + "1,a.nosuch,3,b.example\n4\n",
      ["379 domain[domain] a.nosuch", "390 domain b.example"]),
    .init(
      "header without rows", "time,domain,evil.example\n", ["12 domain evil.example"]),
    .init(
      "no CSV", "a.example,b.example\nc.example,d.example\n",
      [
        "0 domain a.example", "10 domain b.example", "20 domain c.example", "30 domain d.example",
      ]),
  ]

  static let inputs: [ExtractionCase] = [
    .init("byte-order mark", "\u{FEFF}{\"query\":\"a.nosuch\"}", ["13 domain[query] a.nosuch"]),
    .init(
      "Windows line ends", "a.example\r\nb.example\r\n",
      ["0 domain a.example", "11 domain b.example"]),
  ]
}
