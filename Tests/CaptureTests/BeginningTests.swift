import Capture
import Testing

/// Protocols that begin in the middle of a stream, with their first bytes in two segments.
@Suite("Beginnings in the middle of streams")
struct BeginningTests {
  private static let hello = TLSBuilder.clientHello("inner.example")
  private static let request = utf8(
    "GET /\(String(repeating: "u", count: 3000)) HTTP/1.1\r\nHost: inner.example\r\n\r\n")

  /// What a server gets is seen to name a host, its first parts in segments of their own.
  private static func sees(
    _ parts: [[UInt8]], _ field: String = "http.host", port: UInt16 = 80, back: Bool = false
  ) -> Bool {
    let stream = StreamBuilder(port: port, back: back)
    var offset = 0
    var frames = [stream.syn]
    for part in parts {
      frames.append(stream.segment(part, at: offset))
      offset += part.count
    }
    return Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
      $0.hasSuffix(" \(field) inner.example")
    }
  }

  private static func cut(_ bytes: [UInt8], at place: Int) -> [[UInt8]] {
    [Array(bytes[..<place]), Array(bytes[place...])]
  }

  static let preambles: [[[UInt8]]] = [
    [utf8("CONNECT x.example:443 HTTP/1.1\r\n\r\n")],
    [utf8("GET /chat HTTP/1.1\r\nHost: x.example\r\nUpgrade: websocket\r\n\r\n")],
    [[5, 1, 0], join([5, 1, 0, 3, 9], utf8("s.example"), [0, 80])],
    [[5, 1, 0], [5, 1, 0, 1, 192, 0, 2, 9, 0, 80]],
    [join([4, 1, 0, 80, 192, 0, 2, 9], utf8("user"), [0])],
    [[4, 1, 0, 80, 192, 0, 2, 0, 0]],
    [utf8("PROXY TCP4 192.0.2.9 198.51.100.9 4000 80\r\n")],
    [utf8("STLS\r\n")], [utf8("CAPA\r\n"), utf8("STLS\r\n")], [utf8("a1 STARTTLS\r\n")],
    [utf8("EHLO client.example\r\n"), utf8("STARTTLS\r\n")], [utf8("AUTH TLS\r\n")],
  ]

  @Test("a ClientHello cut anywhere behind what stands before it", arguments: preambles)
  func hello(_ preamble: [[UInt8]]) {
    for place in 1..<30 {
      #expect(
        Self.sees(preamble + Self.cut(Self.hello, at: place), "tls.sni", port: 3128),
        "cut at \(place)")
    }
    let bytes = Self.hello.map { [$0] }
    #expect(Self.sees(preamble + bytes, "tls.sni", port: 3128), "byte by byte")
  }

  @Test("a ClientHello in the packets of Microsoft SQL Server, cut anywhere")
  func tabularData() {
    let options: [UInt8] = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 9, 0, 0, 0, 0, 0, 1]
    func packet(_ type: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      join([type, 1], UInt16(8 + bytes.count).bytes, [0, 0, 1, 0], bytes)
    }
    for (first, second, back) in [(0x12, 0x12, false), (4, 0x12, true), (4, 4, true)]
      as [(UInt8, UInt8, Bool)]
    {
      let hello = packet(second, Self.hello)
      for place in 1..<30 {
        #expect(
          Self.sees(
            [packet(first, options)] + Self.cut(hello, at: place), "tls.sni", port: 1433, back: back
          ),
          "cut at \(place)")
      }
      #expect(
        Self.sees([packet(first, options) + hello], "tls.sni", port: 1433, back: back), "in one")
    }
  }

  @Test("a request cut anywhere behind what stands before it", arguments: preambles.prefix(6))
  func request(_ preamble: [[UInt8]]) {
    for place in [1, 2, 3, 4, 5, 14, 15, 16, 1460, 3010, 3016, 3020] {
      #expect(Self.sees(preamble + Self.cut(Self.request, at: place)), "cut at \(place)")
    }
  }

  @Test("a preamble and the first bytes of what follows in one segment")
  func joined() {
    for preamble in Self.preambles {
      for place in [1, 3, 6, 14, 16] {
        let parts = Self.cut(Self.hello, at: place)
        let whole = preamble.dropLast() + [(preamble.last ?? []) + parts[0], parts[1]]
        #expect(Self.sees(Array(whole), "tls.sni", port: 3128), "\(preamble) \(place)")
      }
    }
  }

  @Test("the server's messages behind its answer to a CONNECT")
  func server() {
    let certificate = TLSBuilder.record(
      22, TLSBuilder.handshake(2, join([3, 3], zeros(33), [0xc0, 0x2f, 0])))
    for length in [500, 40] {
      // A length before a tunnel means nothing (RFC 9110 §9.3.6).
      let stream = StreamBuilder(port: 3128, back: true)
      let answer = utf8("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
      let frames = [
        stream.segment(answer, at: 0), stream.segment(certificate, at: answer.count),
      ]
      #expect(Observed(pcap(frames.map { CapturedPacket($0) })).fingerprints.count == 1)
    }
    for place in 1..<8 {
      let stream = StreamBuilder(port: 3128, back: true)
      let answer = utf8("HTTP/1.1 200 OK\r\n\r\n")
      let (head, rest) = (Self.cut(certificate, at: place)[0], Self.cut(certificate, at: place)[1])
      let frames = [
        stream.segment(answer, at: 0), stream.segment(head, at: answer.count),
        stream.segment(rest, at: answer.count + place),
      ]
      #expect(
        Observed(pcap(frames.map { CapturedPacket($0) })).fingerprints.count == 1, "cut at \(place)"
      )
    }
  }

  @Test("a request in two segments behind a hole")
  func hole() {
    let stream = StreamBuilder()
    for place in [4, 20, 1460] {
      let parts = Self.cut(Self.request, at: place)
      let frames = [
        stream.syn, stream.segment(parts[0], at: 100), stream.segment(parts[1], at: 100 + place),
      ]
      #expect(
        Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
          $0.hasSuffix(" http.host inner.example")
        }, "cut at \(place)")
    }
  }

  @Test("the first two segments in the wrong order, behind an acknowledgement and no SYN")
  func middle() {
    let stream = StreamBuilder()
    for place in [4, 20, 1460] {
      let parts = Self.cut(Self.request, at: place)
      for offset in [0, 1] {
        let frames = [
          stream.segment([], at: -offset), stream.segment(parts[1], at: place),
          stream.segment(parts[0], at: 0),
        ]
        #expect(
          Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
            $0.hasSuffix(" http.host inner.example")
          }, "cut at \(place), \(offset) before")
      }
    }
  }

  @Test("no DNS on a port of DNS: a request cut anywhere, a preamble before it, a ClientHello")
  func otherOnPort() {
    let requests = [
      Self.request, utf8("GET /x HTTP/1.1\r\nHost: inner.example\r\n\r\n"),
      utf8("POST /x HTTP/1.1\r\nHost: inner.example\r\nContent-Length: 0\r\n\r\n"),
    ]
    for request in requests {
      for place in 1..<min(request.count, 80) {
        #expect(Self.sees(Self.cut(request, at: place), port: 53), "cut at \(place)")
      }
      for length in [1, 3, 16, 32] {
        let parts = stride(from: 0, to: request.count, by: length).map {
          Array(request[$0..<min($0 + length, request.count)])
        }
        #expect(Self.sees(parts, port: 53), "\(length) bytes a segment")
      }
    }
    for preamble in Self.preambles
    where preamble.last?.first.map({ $0 < 6 || $0 == 0x50 }) == true {
      #expect(Self.sees(preamble + [requests[1]], port: 53), "\(preamble)")
      #expect(Self.sees([join(preamble.flatMap { $0 }, requests[1])], port: 53), "\(preamble)")
    }
    for preamble in Self.preambles {
      #expect(Self.sees(preamble + [Self.hello], "tls.sni", port: 53), "\(preamble)")
    }
  }

  @Test("DNS over TCP joined in the middle of a message that reads like a method")
  func joinedMessage() {
    let message = DNSBuilder().question("inner.example").bytes
    let parts = [
      utf8("AAAAAAAAAAAAAAAAA"), utf8("BBBBBBBBBBBB"), UInt16(message.count).bytes + message,
    ]
    let stream = StreamBuilder(port: 53)
    var offset = 0
    var frames: [[UInt8]] = []
    for part in parts {
      frames.append(stream.segment(part, at: offset))
      offset += part.count
    }
    #expect(
      Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
        $0.hasSuffix(" dns.query inner.example")
      })
  }

  @Test("a decoy over the end of a request that follows bad chunks in one segment")
  func behindBadChunks() {
    let stream = StreamBuilder()
    let first = utf8(
      "POST /p HTTP/1.1\r\nHost: x.example\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nmo")
    let second = utf8("re\r\n\r\nGET /a HTTP/1.1\r\nHost: inner")
    let tail = utf8(".example\r\n\r\n")
    let behind = first.count + second.count
    let frames = [
      stream.syn, stream.segment(first, at: 0), stream.segment(second, at: first.count),
      stream.segment(Array(repeating: 0x5a, count: tail.count), at: behind),
      stream.segment(tail, at: behind),
    ]
    #expect(
      Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
        $0.hasSuffix(" http.host inner.example")
      })
  }

  @Test("empty lines before a request that is cut", arguments: [1, 3, 40])
  func emptyLine(_ count: Int) {
    let lines = String(repeating: "\r\n", count: count)
    let request = utf8(lines + "GET /x HTTP/1.1\r\nHost: inner.example\r\n\r\n")
    for place in 1..<request.count {
      #expect(Self.sees(Self.cut(request, at: place)), "cut at \(place)")
    }
  }

  @Test("DNS over TCP in two segments, on any port", arguments: [53, 5353, 9953] as [UInt16])
  func dns(_ port: UInt16) {
    let message = DNSBuilder().question("inner.example").bytes
    let bytes = UInt16(message.count).bytes + message
    for place in 1..<bytes.count {
      #expect(Self.sees(Self.cut(bytes, at: place), "dns.query", port: port), "cut at \(place)")
    }
    let answer = DNSBuilder(flags: 0x8180, answers: 1).question("inner.example")
      .record(DNSBuilder.pointer(12), type: 1, [192, 0, 2, 7]).bytes
    let reply = UInt16(answer.count).bytes + answer
    #expect(Self.sees(Self.cut(reply, at: 20), "dns.query", port: port, back: true))
  }
}
