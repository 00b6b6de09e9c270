import Capture
import Testing

/// Streams that begin behind what another protocol says first.
@Suite("Streams behind proxies and other preambles")
struct CarriedStreamTests {
  @Test("what is tunnelled through CONNECT is read on")
  func connect() {
    let stream = StreamBuilder(port: 3128)
    let head = utf8("CONNECT evil.example:443 HTTP/1.1\r\n\r\n")
    let hello = TLSBuilder.clientHello("inside.example")
    let expected = ["http.host evil.example", "tls.sni inside.example"]
    #expect(
      StreamTests.values([stream.syn] + stream.segments(join(head, hello), [head.count]))
        == expected)
    #expect(StreamTests.values([stream.syn, stream.segment(join(head, hello), at: 0)]) == expected)
  }

  @Test("TLS that begins after other lines is found")
  func startTLS() {
    let stream = StreamBuilder(port: 25)
    let lines = utf8("EHLO client.example\r\nSTARTTLS\r\n")
    #expect(
      StreamTests.values(
        [stream.syn]
          + stream.segments(join(lines, TLSBuilder.clientHello("mail.example")), [21, lines.count]))
        == ["tls.sni mail.example"])
  }

  @Test("what SOCKS carries is found")
  func socks() {
    let stream = StreamBuilder(port: 1080)
    let parts: [[UInt8]] = [
      [5, 1, 0], join([5, 1, 0, 3, 9], utf8("a.example"), [0, 80]),
      utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
    ]
    let cuts = [parts[0].count, parts[0].count + parts[1].count]
    #expect(
      StreamTests.values([stream.syn] + stream.segments(Array(parts.joined()), cuts))
        .contains("http.host a.example"))
    let short = [0, 0, 0, 1, 5, 1, 0, 1, 192, 0].map { UInt8($0) }
    #expect(
      StreamTests.values([stream.syn] + stream.segments(join(short, parts[2]), [4, 10])).count >= 2)
  }

  /// Requests to proxies, and the URLs of two requests that follow: without and with a Host header.
  private static let tunnels: [(request: [UInt8], urls: [String])] = [
    (
      [5, 1, 0, 5, 1, 0, 1, 203, 0, 113, 9, 0x1f, 0x90],
      ["http://203.0.113.9:8080/1", "http://b.example/2", "http://b.example:8080/2"]
    ),
    (
      join([5, 1, 0, 5, 1, 0, 4], Packet.server6, [0, 80]),
      ["http://[2001:db8::2]/1", "http://b.example/2"]
    ),
    (
      join([5, 1, 2, 1, 1, 97, 1, 98, 5, 1, 0, 3, 9], utf8("b.example"), [0, 80]),
      ["http://b.example/2"]
    ),
    (
      join([5, 1, 0, 5, 1, 0, 3, 11], utf8("203.0.113.9"), [0, 80]),
      ["http://203.0.113.9/1", "http://b.example/2"]
    ),
    (
      [4, 1, 0, 80, 203, 0, 113, 9, 97, 0], ["http://203.0.113.9/1", "http://b.example/2"]
    ),
    (
      join([4, 1, 0x1f, 0x90, 0, 0, 0, 1, 0], utf8("b.example"), [0]),
      ["http://b.example/2", "http://b.example:8080/2"]
    ),
    (
      utf8("CONNECT 203.0.113.9:8080 HTTP/1.1\r\n\r\n"),
      ["http://203.0.113.9:8080/1", "http://b.example/2", "http://b.example:8080/2"]
    ),
    (utf8("CONNECT b.example:80 HTTP/1.1\r\n\r\n"), ["http://b.example/2"]),
    (
      join([5, 1, 0, 5, 1, 0, 1, 198, 51, 100, 7, 4, 56], [4, 1, 0, 80, 203, 0, 113, 9, 0]),
      ["http://203.0.113.9/1", "http://b.example/2"]
    ),
    // Waiting for a connection leads nowhere yet.
    (
      [5, 1, 0, 5, 2, 0, 1, 203, 0, 113, 9, 0, 80],
      ["http://198.51.100.2:1080/1", "http://b.example/2", "http://b.example:1080/2"]
    ),
  ]

  @Test("URLs in a tunnel are those of its end", arguments: 0..<10)
  func tunnelTargets(_ number: Int) {
    let (request, urls) = Self.tunnels[number]
    let stream = StreamBuilder(port: 1080)
    let first = utf8("GET /1 HTTP/1.0\r\n\r\n")
    let bytes = join(request, first, utf8("GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n"))
    let all = [request.count, request.count + first.count]
    for cuts in [[], [request.count], all, [3] + all, [3, request.count - 2] + all] {
      let found = StreamTests.values([stream.syn] + stream.segments(bytes, cuts))
      #expect(
        found.filter { $0.hasPrefix("http.url") }.map { String($0.dropFirst(9)) } == urls.sorted(),
        "cut at \(cuts)")
    }
  }

  @Test(
    "an address that is the tunnel's end has its port", arguments: ["203.0.113.9", "198.51.100.2"])
  func tunnelPorts(_ host: String) {
    let stream = StreamBuilder(port: 3128)
    let connect = utf8("CONNECT 203.0.113.9:8443 HTTP/1.1\r\n\r\n")
    let shown = host == "203.0.113.9" ? host + ":8443" : host
    for (bytes, field) in [
      (TLSBuilder.clientHello(host), "tls.sni"),
      (utf8("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n"), "http.host"),
    ] {
      for cuts in [[], [connect.count], [connect.count + 60 / 2]] {
        let found = StreamTests.values(
          [stream.syn] + stream.segments(join(connect, bytes), cuts))
        #expect(found.contains("\(field) \(shown)"), "cut at \(cuts)")
      }
    }
  }

  private static let get = utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")

  @Test(
    "what stands before a protocol in the same segment hides nothing",
    arguments: [
      (utf8("PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r\n"), false),
      (utf8("PROXY TCP4 192.0.2.1 198.51.100.2 50000 80\r\n"), true),
      (utf8("PROXY UNKNOWN\r\nPROXY UNKNOWN\r\n"), true),
      (
        join(
          [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, 0x21, 0x11, 0, 12], zeros(12)),
        true
      ),
      (join([32, 0, 0, 1, 5, 0xae, 3, 0, 0, 0, 0, 1, 33], zeros(23)), false),
      ([0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f], false), (utf8("STARTTLS\r\n"), false),
      (utf8("a1 starttls\r\n"), false), (utf8("AUTH TLS\r\n"), false), (utf8("STLS\r\n"), false),
      (join([4, 1, 0, 80, 203, 0, 113, 9], utf8("user"), [0]), true),
      (join([4, 1, 0, 80, 0, 0, 0, 1, 0], utf8("b.example"), [0]), true),
      (join([5, 1, 0, 5, 1, 0, 3, 9], utf8("b.example"), [0, 80]), true),
      (join([5, 2, 0, 2, 5, 1, 0, 1, 203, 0, 113, 9, 0, 80]), true),
      (
        join(
          [5, 1, 2, 1, 4], utf8("user"), [4], utf8("pass"), [5, 1, 0, 1, 203, 0, 113, 9, 0, 80]),
        true
      ),
      (join([5, 1, 2, 1, 1, 97, 0, 5, 1, 0, 3, 9], utf8("b.example"), [1, 187]), false),
    ])
  func preambles(_ preamble: [UInt8], isHTTP: Bool) {
    let stream = StreamBuilder(port: 4711)
    let message = isHTTP ? Self.get : TLSBuilder.clientHello("a.example")
    let expected =
      isHTTP ? ["2 http.host a.example", "2 http.url http://a.example/"] : ["2 tls.sni a.example"]
    let bytes = join(preamble, message)
    let frames = [stream.syn, stream.segment(bytes, at: 0)]
    #expect(
      Observed(StreamTests.file(frames)).values.map { $0.replacing(":4711", with: "") } == expected
        + (isHTTP && preamble[0] > 5 ? ["2 http.url http://a.example/"] : []))
    // Coming again it says nothing new.
    let again = Observed(StreamTests.file(frames + [frames[1]]))
    #expect(again.values.allSatisfy { $0.hasPrefix("2 ") })
    #expect(again.counts["tcp-retransmission"] == 1)
    // Cut anywhere in front of the message, or twice, or into bytes.
    for cut in 1...preamble.count {
      let found = StreamTests.values([stream.syn] + stream.segments(bytes, [cut]))
      #expect(!found.isEmpty, "cut at \(cut)")
    }
    let bytewise = StreamTests.values([stream.syn] + stream.segments(bytes, Array(1..<bytes.count)))
    #expect(!bytewise.isEmpty, "byte by byte")
  }

  @Test(
    "what a server says before TLS in the same segment hides nothing",
    arguments: [
      utf8("HTTP/1.1 200 Connection established\r\nVia: 1.1 a.example\r\n\r\n"),
      utf8("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0\r\n\r\n"),
      [5, 0, 5, 0, 0, 1, 192, 0, 2, 1, 0, 80],
      [5, 0, 0, 1, 22, 3, 3, 0, 0, 80], [0, 90, 0, 80, 192, 0, 2, 1], utf8("S"),
      utf8("220 ready for TLS\r\n"), utf8("234 go on\r\n"), utf8("a1 OK begin\r\n"),
      utf8("+OK begin\r\n"),
    ])
  func answers(_ answer: [UInt8]) {
    let stream = StreamBuilder(port: 4711, back: true)
    let client = StreamBuilder(port: 4711)
    let hello = TLSBuilder.record(
      22,
      TLSBuilder.handshake(
        2, join([3, 3], zeros(32), [0, 0xc0, 0x2f, 0], TLSBuilder.sized([0xff, 1, 0, 1, 0]))))
    func fields(_ segments: [[UInt8]]) -> [String] {
      Observed(StreamTests.file([client.syn, client.segment(utf8("?"), at: 0)] + segments))
        .fingerprints.map { String($0.drop { $0 != " " }.dropFirst()) }
    }
    let expected = fields(stream.segments(join(answer, hello), [answer.count]))
    #expect(expected.count == 1 && expected[0].hasPrefix("tls.ja3s "), "\(expected)")
    #expect(fields([stream.segment(join(answer, hello), at: 0)]) == expected)
    for cut in answer.count + 1..<answer.count + 6 {
      #expect(fields(stream.segments(join(answer, hello), [cut])) == expected, "cut at \(cut)")
    }
  }
}
