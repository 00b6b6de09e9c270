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
    // §4: whatever stands directly before `@` and a name character is a local part and yields no name.
    .init(
      "two signs, judged", "a@b.example@c.example",
      ["0 email a@b.example", "2 email b.example@c.example", "12 domain c.example"]),
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
    // §2: nor inside a quoted string that begins with `Mozilla/`; a member of a record is one.
    .init(
      "a browser in a record", "{\"x\":\"Mozilla/5.0 1.2.3.4\",\"y\":\"5.6.7.8\"}",
      ["32 ipv4[y] 5.6.7.8"]),
  ]
}
