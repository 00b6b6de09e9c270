import Capture
import TestSupport
import Testing

/// Hosts and lengths as careless programs and attackers write them.
@Suite("HTTP, hosts and lengths that are none")
struct HTTPOddityTests {
  private static func host(_ value: String) -> [UInt8] {
    HTTPTests.request("GET /x HTTP/1.1\r\nHost: \(value)\r\n\r\n")
  }

  private static let seen = ["1 http.host evil.example", "1 http.url http://evil.example/x"]

  @CaseTable static var hosts: [CaptureCase] {
    CaptureCase("a port with zeros before it", host("evil.example:000080"), seen)
    CaptureCase(
      "another one", host("evil.example:0008080"),
      ["1 http.host evil.example", "1 http.url http://evil.example:8080/x"])
    CaptureCase("letters in the port", host("evil.example:80x"), seen)
    CaptureCase("a port beyond all", host("evil.example:99999999999999999999"), seen)
    CaptureCase(
      "letters in an address' port", host("[2001:db8::9]:80x"),
      ["1 http.host 2001:db8::9", "1 http.url http://[2001:db8::9]/x"])
    CaptureCase("a URL", host("http://evil.example/"), seen)
    CaptureCase(
      "a URL with a port", host("HTTP://u:p@evil.example:81/y?z"),
      ["1 http.host evil.example", "1 http.url http://evil.example:81/x"])
    CaptureCase(
      "a list", host("evil.example, b.example"),
      [
        "1 http.host evil.example", "1 http.host b.example", "1 http.url http://evil.example/x",
      ])
    CaptureCase(
      "a list with ports and something that is none", host(",a b, 192.0.2.9:81 ,b.example:82"),
      ["1 http.host 192.0.2.9:81", "1 http.host b.example", "1 http.url http://192.0.2.9:81/x"])
    CaptureCase("a path behind it", host("evil.example/x"), seen)
    CaptureCase("a user behind a path", host("evil.example/@good.example"), seen)
    CaptureCase("a user before it and in a path", host("u:p@evil.example/u@good.example"), seen)
    CaptureCase("a query behind it", host("evil.example?x"), seen)
    CaptureCase("a fragment behind it", host("evil.example#x/y"), seen)
    CaptureCase(
      "a port and a path behind it", host("evil.example:8080/x"),
      ["1 http.host evil.example", "1 http.url http://evil.example:8080/x"])
    CaptureCase("a path alone", host("/evil.example"), ["1 http.host /evil.example"])
    CaptureCase("a NUL behind it", host("evil.example\0"), seen)
    CaptureCase("a NUL in it", host("evil.example\0b"), ["1 http.host evil.example\0b"])
    CaptureCase(
      "an address without brackets", host("2001:db8::9"), ["1 http.host 2001:db8::9"])
    CaptureCase("colons that are no address'", host("a:b:c"), ["1 http.host a:b:c"])
  }

  @Test("hosts", arguments: hosts)
  func host(_ test: CaptureCase) {
    #expect(Observed(test.capture).values == test.expected)
  }

  @Test("another port gives a second form of a host without one of its own")
  func otherPort() {
    let request = "GET /x HTTP/1.1\r\nHost: evil.example:80x\r\n\r\n"
    #expect(
      Observed(HTTPTests.request(request, port: 8080)).values
        == Self.seen + ["1 http.url http://evil.example:8080/x"])
  }

  /// Headers, what stands behind them, and whether a request behind that is found.
  static let lengths: [(headers: String, body: String, isFound: Bool)] = [
    ("Content-Length: 5\r\nContent-Length: 500", "", true),
    ("Content-Length: 0\r\nContent-Length: 60", "", true),
    ("Content-Length: 60\r\nContent-Length: 0", "", true),
    ("Content-Length: 5\r\nContent-Length: 500\r\nContent-Length: 500", "", true),
    ("Content-Length: 5, 500\r\nContent-Length: 500", "", true),
    ("Content-Length: 60\r\nContent-Length: x", "", true),
    ("Content-Length: 5\r\nContent-Length: 60", "a=b&c", true),
    ("Content-Length: 60\r\nContent-Length: 5", "a=b&c", true),
    ("Content-Length: 5\r\nContent-Length: 6\r\nContent-Length: 5", "a=b&c", true),
    ("Content-Length: 5\r\nContent-Length: 60", String(repeating: "a", count: 60), true),
    ("Content-Length: 60\r\nContent-Length: 5", String(repeating: "a", count: 60), true),
    ("Content-Length: 5\r\nContent-Length: 005\r\nContent-Length:", "GET /", true),
    ("Content-Length: 60\r\nContent-Length: 60", "", false),
    ("Transfer-Encoding: chunked", "zz\r\nhello\r\n0\r\n\r\n", true),
    ("Transfer-Encoding: chunked", "-5\r\nhello\r\n0\r\n\r\n", true),
    ("Transfer-Encoding: chunked", " 5\r\nhello\r\n0\r\n\r\n", true),
    ("Transfer-Encoding: chunked", "fffffffff\r\nhello\n\n", true),
    ("Transfer-Encoding: chunked", "5\r\nhello!\r\n0\r\n\r\n", true),
    ("Transfer-Encoding: chunked", "zz\r\n\r\n\r\nhello\r\n0\r\n\r\n", true),
    ("Transfer-Encoding: chunked", "zz\r\nhello\r\n", false),
  ]

  @Test(
    "a request behind chunks whose lengths are none, in a later segment",
    arguments: [["zz\r\nhello\r\n", "0\r\n\r\n"], ["zz\r\n", "he\r\nllo\r\n0\r\n\r\n"]],
    [false, true])
  func laterSegment(_ chunks: [String], _ hasSYN: Bool) {
    let head = "POST /1 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    let next = "GET /2 HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    let text = head + chunks.joined() + next
    let first = head.utf8.count + chunks[0].utf8.count
    let begin = text.utf8.count - next.utf8.count
    for cuts in [[first], [first, begin], [first, begin - 1], [first, begin + 9]] {
      let frames =
        (hasSYN ? [StreamBuilder().syn] : []) + StreamBuilder().segments(utf8(text), cuts)
      let values = StreamTests.values(frames)
      #expect(values.contains("http.url http://evil.example/2"), "cut at \(cuts)")
    }
  }

  /// Headers of a request, and the lengths of bodies behind which others are, each hidden in the body
  /// of the one before.
  private static let hidden: [(headers: String, lengths: [Int])] = [
    ("Content-Length: 300\r\nContent-Length: 11", [11, 300]),
    ("Content-Length: 11\r\nContent-Length: 300", [11, 300]),
    ("Content-Length: 300, 11\r\nContent-Length: 300", [300]),
    ("Content-Length: 11\r\nTransfer-Encoding: chunked", [11]),
    ("Transfer-Encoding: chunked\r\nContent-Length: 300", [300]),
    ("Content-Length: 300\r\nTransfer-Encoding: chunked\r\nContent-Length: 11", [11, 300]),
    ("Content-Length: 11\r\nContent-Length: 150\r\nContent-Length: 300", [11, 150, 300]),
    ("Content-Length: 300\r\nContent-Length: 150\r\nContent-Length: 11", [11, 150, 300]),
  ]

  @Test("requests behind each length that is stated, cut anywhere", arguments: hidden.indices)
  func behindEach(_ index: Int) {
    let (headers, lengths) = Self.hidden[index]
    var body = utf8("3e8\r\na=b&c=d") + Array(repeating: UInt8(ascii: "a"), count: 994)
    for length in lengths {
      let request = utf8(
        "POST /\(length) HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 9000\r\n\r\n")
      body.replaceSubrange(length..<length + request.count, with: request)
    }
    let head = utf8("POST /1 HTTP/1.1\r\nHost: a.example\r\n\(headers)\r\n\r\n")
    let bytes = head + body
    let expected = Set(lengths.map { "http.url http://evil.example/\($0)" })
    for cut in [bytes.count] + Array(stride(from: head.count - 5, to: head.count + 500, by: 7)) {
      let cuts = cut == bytes.count ? [] : [cut]
      let values = StreamTests.values(
        [StreamBuilder().syn] + StreamBuilder().segments(bytes, cuts))
      let found = values.filter { $0.contains("url http://evil") }
      #expect(Set(found) == expected && found.count == lengths.count, "cut at \(cut)")
    }
  }

  /// A request whose body has one of these lengths.
  private func request(_ path: String, _ lengths: [Int]) -> [UInt8] {
    let headers = lengths.map { "Content-Length: \($0)\r\n" }.joined()
    return utf8("POST /\(path) HTTP/1.1\r\nHost: evil.example\r\n\(headers)\r\n")
  }

  @Test("requests behind each length of several heads in one segment, also of hidden ones")
  func behindEachOfSeveral() {
    let heads = [request("1", [0, 700]), request("2", [0, 900]), request("3", [9000])]
    var bytes = heads.joined() + Array(repeating: UInt8(ascii: "a"), count: 2000)
    func put(_ request: [UInt8], at place: Int) {
      bytes.replaceSubrange(place..<place + request.count, with: request)
    }
    let (first, second) = (heads[0].count, heads[0].count + heads[1].count)
    let hidden = request("hidden-1", [3, 400])
    put(hidden, at: first + 700)
    put(request("hidden-2", [9000]), at: second + 900)
    put(request("hidden-3", [9000]), at: first + 700 + hidden.count + 400)
    let expected = ["1", "2", "3", "hidden-1", "hidden-2", "hidden-3"].map {
      "http.url http://evil.example/\($0)"
    }
    for cut in [0] + Array(stride(from: 20, to: 1500, by: 37)) {
      let values = StreamTests.values(
        [StreamBuilder().syn] + StreamBuilder().segments(bytes, cut == 0 ? [] : [cut]))
      #expect(values.filter { $0.contains("url") }.sorted() == expected, "cut at \(cut)")
    }
  }

  /// A version that a reader was kept of goes on with segments of other sizes than those in which
  /// its lengths were found.
  @Test("differing lengths in another version of a head that goes on", arguments: 0..<24)
  func lengthsInAVersion(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    func filled(_ text: String, _ byte: Character, _ count: Int) -> [UInt8] {
      utf8(text + String(repeating: byte, count: count - text.utf8.count))
    }
    let count = 700 + random.below(700)
    let lengths = (0..<2 + random.below(2)).map { _ in
      "Content-Length: \(random.below(2) == 0 ? random.below(5) : random.below(3000))\r\n"
    }
    let versions = [
      filled("GET /a HTTP/1.1\r\nHost: a.example\r\nX: ", "z", count),
      filled(
        "POST /b HTTP/1.1\r\nHost: b.example\r\n\(lengths.joined())\r\n"
          + "GET /c HTTP/1.1\r\nHost: c.example\r\nX: ", "a", count),
    ]
    let stream = StreamBuilder()
    var frames = [stream.syn]
    frames += versions.map { stream.segment($0, at: 0) }
    var offset = count
    while offset < 20_000 + random.below(4000) {
      let next = random.below(3) == 0 ? 1 + random.below(90) : 1400
      frames.append(stream.segment([UInt8](repeating: 0x63, count: next), at: offset))
      offset += next
    }
    let values = StreamTests.values(frames)
    for host in ["a", "b", "c"] { #expect(values.contains("http.host \(host).example"), "\(host)") }
  }

  @Test("what more differing lengths lead to than are followed is counted")
  func tooManyLengths() {
    let heads = (0..<12).map { request("\($0)", [0, 5000 + 100 * $0]) }
    let frames =
      [StreamBuilder().syn]
      + StreamBuilder().segments(heads.joined() + utf8("GET /x HTTP/1.1\r\n\r\n"), [])
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
    #expect(observed.counts["tcp-overlap-limit"] == 4)
    for lengths in [[5000, 5001, 5002, 5003, 5004], [0, 2 << 20]] {
      let frames =
        [StreamBuilder().syn]
        + StreamBuilder().segments(request("x", lengths) + utf8("GET /y HTTP/1.1\r\n\r\n"), [])
      let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
      #expect(observed.counts["tcp-overlap-limit"] == 1, "\(lengths)")
    }
  }

  @Test("lengths", arguments: lengths.indices)
  func length(_ index: Int) {
    let (headers, body, isFound) = Self.lengths[index]
    let observed = Observed(
      HTTPTests.request(
        "POST /1 HTTP/1.1\r\nHost: a.example\r\n\(headers)\r\n\r\n\(body)"
          + "GET /2 HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
    let found = ["1 http.host evil.example", "1 http.url http://evil.example/2"]
    #expect(observed.values.dropFirst(2) == (isFound ? found : [])[...])
  }
}
