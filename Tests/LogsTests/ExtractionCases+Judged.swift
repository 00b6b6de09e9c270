/// Where the rules leave something to be read: each with what they were taken to say.
extension ExtractionCases {
  private static let md5 = "0123456789abcdef0123456789abcdef"

  static let judged: [ExtractionCase] = [
    // §1.1: ideographic and full-width dots are dots, in the ASCII part of a run as well.
    .init(
      "dots of other scripts in an ASCII part", "访问www。example。com查看", ["6 domain www.example.com"]),
    // §1.1: the whole run is classified, and no part of it is a value: neither before an address.
    .init(
      "a name that runs into an address", "foo.example-2001:db8::1", ["12 ipv6 2001:db8::1"]),
    // §1.1: but they are not ASCII, so that they end such a part as well.
    .init(
      "ideographic stops behind values",
      "C2为evil.example。2024年5月 访问192.0.2.1．5月 系a@evil.example｡2024年 载http://evil.example/a。2024",
      [
        "5 domain evil.example", "38 ipv4 192.0.2.1", "58 email a@evil.example",
        "60 domain evil.example", "86 url http://evil.example/a", "93 domain evil.example",
      ]),
    .init(
      "ideographic stops in fields of names",
      #"{"host":"为evil.example。2024年","sni":"系统。1.2.0.192.in-addr.arpa。查"}"#,
      [
        "9 domain[host] xn--evil-uh5f.example.xn--2024-eg2h", "12 domain[host] evil.example",
        "43 domain[sni] xn--r9zs2b.1.2.0.192.in-addr.arpa.xn--jvv", "52 ipv4[sni] 192.0.2.1",
        "52 domain[sni] 1.2.0.192.in-addr.arpa",
      ]),
    .init(
      "values joined by ideographic dots", "连a.example。b.example．c.example断b。example查",
      [
        "3 domain a.example", "3 domain a.example.b.example.c.example", "15 domain b.example",
        "27 domain c.example", "39 domain b.example",
      ]),
    // §4: whatever stands directly before `@` and a name character is a local part and yields no name.
    .init(
      "two signs, judged", "a@b.example@c.example",
      ["0 email a@b.example", "2 email b.example@c.example", "12 domain c.example"]),
    // §1.2: a unit that stands for a dot is that, also before pairs of digits.
    .init(
      "pairs behind an encoded dot", "%2EAB:" + String(repeating: "CD:", count: 18) + "EF",
      ["3 certificate-sha1 ab" + String(repeating: "cd", count: 18) + "ef"]),
    // §7: an address is no day, also where the day is the only column.
    .init("an address below a day", "#Fields: date\n192.0.2.1\n", ["14 ipv4 192.0.2.1"]),
    // §1.3: the last letter of an ANSI sequence is no letter of a word.
    .init("a version behind an ANSI sequence", "\u{1B}[1rv:198.51.100.7", ["6 ipv4 198.51.100.7"]),
    // §2: two colons behind a priority begin an address.
    .init("an address behind a priority", "<13>::ffff:192.0.2.7 x", ["4 ipv4 192.0.2.7"]),
    // §1: a unit that stands for a digit is that digit.
    .init(
      "a digest with an encoded digit", "%64" + String(repeating: "1", count: 31),
      ["0 md5 d" + String(repeating: "1", count: 31)]),
    .init("a digest behind an encoded border", "%2F" + md5, ["3 md5 \(md5)"]),
    // §5: quotes between a label and its value, which in text that holds JSON are escaped.
    .init("a label behind escaped quotes", "\\\"ja3\\\":\\\"\(md5)\\\"", ["10 ja3 \(md5)"]),
    // §2: `::ffff:a.b.c.d`, in hex too, folds to IPv4: as the host of a URL as well.
    .init(
      "a mapped address as a host", "http://[::ffff:c000:201]/x",
      ["0 url http://192.0.2.1/x", "8 ipv4 192.0.2.1"]),
    // §7: what does not parse as JSON is text, keys included.
    .init("a number glued to a letter", "{\"a\":1x,\"b\":\"c.example\"}", ["13 domain c.example"]),
    // §7: each object of an array is a record with its own line; so are its other elements there.
    .init(
      "elements of an array", "[{\"a\":\"b.example\"},\n\"c.example\"]",
      ["7 domain[a] b.example", "21 domain c.example"]),
    // §7: rows of a Zeek log that was closed are rows still, as two logs sorted together have them.
    .init(
      "rows behind the end of a log",
      "#separator \\x09\n#fields\ta\tb\n#types\tstring\tstring\n#close\tx\nc.example\td.example\ne.example\n",
      ["58 domain[a] c.example", "68 domain[b] d.example", "78 domain e.example"]),
    // §7: mixed files work: a header that somebody slipped in does not hide what follows.
    .init(
      "records and sentences below a header",
      "#separator \\x20\n#fields a b c\n#types count time bool\n{\"a\": 1, \"b.example\"}\nfrom c.example to\n1 1.5 T\n",
      ["63 domain b.example", "80 domain c.example"]),
    // §7: all values of a key.
    .init(
      "a path that comes twice", "{\"host\":\"a.example\",\"uri\":\"/b\",\"uri\":\"/c\"}",
      [
        "9 domain[host] a.example", "27 url[uri] http://a.example/b",
        "38 url[uri] http://a.example/c",
      ]),
    // §4: user information is dropped, in the host beside a path as well.
    .init(
      "user information in a host", "{\"host\":\"u@a.example\",\"uri\":\"/b\"}",
      ["9 email[host] u@a.example", "11 domain[host] a.example", "29 url[uri] http://a.example/b"]),
    // §1.6: what files are called is asked in free text; the list of last labels applies to what is no whole run.
    .init("a wildcard in a field of names", "{\"host\":\"*.a.zip\"}", ["11 domain[host] a.zip"]),
    // §2: the format of access logs has no name for the user agent, so that it is text.
    .init(
      "user agents in an access log",
      "192.0.2.1 - b] [c [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1 \"-\" \"x 1.2.3.4\"\n192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 1 \"-\" \"Mozilla/5.0 x/1.2.3.4\"",
      [
        "0 ipv4[remote_addr] 192.0.2.1", "76 user-agent[http_user_agent] x 1.2.3.4",
        "78 ipv4[http_user_agent] 1.2.3.4", "87 ipv4[remote_addr] 192.0.2.1",
        "159 user-agent[http_user_agent] Mozilla/5.0 x/1.2.3.4",
      ]),
    // §2: nor inside a quoted string that begins with `Mozilla/`; a member of a record is one.
    .init(
      "a browser in a record", "{\"x\":\"Mozilla/5.0 1.2.3.4\",\"y\":\"5.6.7.8\"}",
      ["32 ipv4[y] 5.6.7.8"]),
  ]
}
