import Capture
import TestSupport
import Testing

/// Where connections begin, and who began them, whatever comes before or beside.
@Suite("Connections")
struct ConnectionTests {
  /// A message that names the host, and one as long that names another.
  struct Message: CustomTestStringConvertible, Sendable {
    var name: String
    var port: UInt16
    var field: String
    var bytes: [UInt8]
    var decoy: [UInt8]

    var testDescription: String { name }

    func isSeen(_ frames: [[UInt8]], _ host: String = "hidden.example") -> Bool {
      ConnectionTests.values(frames).contains { $0.hasSuffix(" \(field) \(host)") }
    }

    var stream: StreamBuilder { StreamBuilder(port: port) }
  }

  static func values(_ frames: [[UInt8]]) -> [String] {
    Observed(pcap(frames.map { CapturedPacket($0) })).values
  }

  private static func query(_ name: String) -> [UInt8] {
    let message = DNSBuilder().question(name).bytes
    return UInt16(message.count).bytes + message
  }

  static let messages = [
    Message(
      name: "TLS", port: 443, field: "tls.sni", bytes: TLSBuilder.clientHello("hidden.example"),
      decoy: TLSBuilder.clientHello("harmle.example")),
    Message(
      name: "HTTP", port: 80, field: "http.host", bytes: EvasionTests.request,
      decoy: EvasionTests.decoy),
    Message(
      name: "DNS", port: 53, field: "dns.query", bytes: query("hidden.example"),
      decoy: query("harmle.example")),
  ]

  /// A segment of the client, or of the server, that acknowledges a number.
  private static func segment(
    _ bytes: [UInt8] = [], _ flags: UInt8, at sequence: UInt32, acknowledging number: UInt32 = 0,
    port: UInt16 = 80, back: Bool = false
  ) -> [UInt8] {
    let (source, destination) = back ? (port, 50000) : (50000, port)
    let segment = Packet.tcp(
      source, destination, bytes, flags: flags, sequence: sequence, acknowledgement: number)
    return Packet.ethernet(
      back
        ? Packet.ip(Packet.server, Packet.client, 6, segment)
        : Packet.ip(Packet.client, Packet.server, 6, segment))
  }

  /// What opens a connection whose first byte has this number.
  private static func handshake(
    _ sequence: UInt32, _ answer: UInt32 = 5000, port: UInt16
  ) -> [[UInt8]] {
    [
      segment([], Packet.syn, at: sequence &- 1, port: port),
      segment(
        [], Packet.syn | Packet.ack, at: answer &- 1, acknowledging: sequence, port: port,
        back: true),
      segment([], Packet.ack, at: sequence, acknowledging: answer, port: port),
    ]
  }

  @Test("bytes before the first one, of which the SYN told", arguments: messages)
  func beforeFirst(_ message: Message) {
    let stream = message.stream
    let opening = Self.handshake(1000, port: message.port)
    let junk: [[UInt8]] = [
      utf8("AAAAA"), [0x16, 3, 1, 1, 0], [0, 40, 1, 2, 1], utf8("GET "), utf8("POST /"),
      utf8("HTTP/1.1 200 OK\r\n\r\n"), [5, 1, 0], [0x16], message.decoy,
    ]
    for bytes in junk {
      for flags in [Packet.ack, 0x04, 0x11, 0x18] {
        for ahead in [bytes.count, bytes.count + 1, bytes.count + 40] {
          let old = stream.segment(bytes, at: -ahead, flags: flags)
          for place in 1...3 {
            var frames = opening
            frames.insert(old, at: place)
            for cuts in [[], [1], [20]] {
              #expect(
                message.isSeen(frames + stream.segments(message.bytes, cuts)),
                "\(bytes) \(ahead) ahead, at \(place), \(flags), cut at \(cuts)")
            }
          }
        }
      }
      // Some of them stand where the first ones do.
      for inside in 1..<min(bytes.count, message.bytes.count) {
        let old = stream.segment(bytes, at: inside - bytes.count)
        #expect(
          message.isSeen(opening + [old, stream.segment(message.bytes, at: 0)]),
          "\(bytes), \(inside) inside")
      }
    }
  }

  @Test("an answer of the client's before its SYN, or without one", arguments: messages)
  func answerFirst(_ message: Message) {
    let stream = message.stream
    for answer in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"] {
      let bytes = utf8(answer)
      for place in [-500, -10, -1, 0, 1, 500_000] {
        let frames =
          [stream.segment(bytes, at: place)] + Self.handshake(1000, port: message.port)
        #expect(
          message.isSeen(frames + [stream.segment(message.bytes, at: 0)]), "\(answer) at \(place)")
      }
      for place in [-bytes.count, 0, 1] {
        #expect(
          message.isSeen([
            stream.segment(bytes, at: place), stream.segment(message.bytes, at: 0),
          ]), "\(answer) at \(place), no SYN")
      }
    }
  }

  private static func forward(_ message: Message) -> [String] {
    ["1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:\(message.port)"]
  }

  @Test("what a SYN tells later turns round no addresses that were written")
  func stray() {
    let opening = Self.handshake(1000, port: 80)
    let strays = [
      Self.segment([], Packet.syn | Packet.ack, at: 1101, acknowledging: 5000),
      Self.segment([], 0x3f, at: 1101, acknowledging: 5000),
      Self.segment(utf8("HTTP/1.1 200 OK\r\n\r\n"), Packet.ack, at: 9000),
      Self.segment(utf8("GET / HTTP/1.0\r\n\r\n"), Packet.ack, at: 9000, back: true),
    ]
    for frame in strays {
      let request = StreamBuilder().segment(EvasionTests.request, at: 0)
      let observed = Observed(
        pcap(([frame] + opening + [request]).map { CapturedPacket($0) }))
      #expect(observed.addresses == Observed(pcap([CapturedPacket(frame)])).addresses)
      #expect(observed.values.contains { $0.hasSuffix(" http.host hidden.example") })
    }
    // A first packet that tells nothing leaves that to a SYN.
    let mute = Self.segment(utf8("zzzz"), Packet.ack, at: 9000, back: true)
    #expect(
      Observed(pcap(([mute] + opening).map { CapturedPacket($0) })).addresses
        == Self.forward(Self.messages[1]))
    // Of two the first.
    let second = Self.segment([], Packet.syn, at: 7000, back: true)
    #expect(
      Observed(pcap((opening + [second]).map { CapturedPacket($0) })).addresses
        == Self.forward(Self.messages[1]))
  }

  @Test("the same ports again, with a number among the bytes of the connection before")
  func numberInside() {
    for before in Self.messages {
      for message in Self.messages {
        for ahead in 1...before.decoy.count {
          let start = 1000 + UInt32(ahead)
          let first =
            Self.handshake(1000, port: message.port)
            + [message.stream.segment(before.decoy, at: 0)]
          let again = StreamBuilder(sequence: start, port: message.port)
          for end: UInt8? in [0x04, 0x11, nil] {
            let ends = end.map { [message.stream.segment([], at: before.decoy.count, flags: $0)] }
            let opening = Self.handshake(start, 77_777, port: message.port)
            for cuts in [[], [5]] {
              #expect(
                message.isSeen(
                  first + (ends ?? []) + opening + again.segments(message.bytes, cuts)),
                "\(message.name) behind \(before.name), \(ahead) ahead, cut at \(cuts)")
            }
          }
        }
      }
    }
  }

  @Test("a SYN with a number among the bytes, which no receiver takes", arguments: messages)
  func innerSYN(_ message: Message) {
    let stream = message.stream
    for cut in 1..<message.bytes.count {
      let frames = Self.handshake(1000, port: message.port) + stream.segments(message.bytes, [cut])
      for place in Set([1, cut / 2, cut]) where place > 0 {
        for payload in [[], message.decoy] {
          let lure = Self.segment(
            payload, Packet.syn, at: 999 + UInt32(place), port: message.port)
          var lured = frames
          lured.insert(lure, at: 4)
          #expect(message.isSeen(lured), "cut at \(cut), SYN at \(place)")
          if !payload.isEmpty {
            #expect(message.isSeen(lured, "harmle.example"), "lure, cut at \(cut), at \(place)")
          }
        }
      }
    }
  }

  @Test("a SYN ahead of a running connection, whose own is not there", arguments: messages)
  func decoySYN(_ message: Message) {
    let stream = message.stream
    for cut in 16..<message.bytes.count {
      for ahead in [cut, message.bytes.count - 1, 100, 1000, 70_000, 100_000, 1 << 25] {
        let lure = Self.segment([], Packet.syn, at: 999 + UInt32(ahead), port: message.port)
        #expect(
          message.isSeen([lure] + stream.segments(message.bytes, [cut])),
          "cut at \(cut), \(ahead) ahead")
      }
    }
  }

  @Test("a SYN inside a message and its answer, which are not the receiver's", arguments: messages)
  func answeredSYN(_ message: Message) {
    let stream = message.stream
    for cut in 16..<message.bytes.count {
      for back in [0, 1, 4] {
        let lures = Self.handshake(1000 + UInt32(cut - back), 77_777, port: message.port).prefix(2)
        var frames = Self.handshake(1000, port: message.port)
        frames.append(stream.segment(Array(message.bytes[..<cut]), at: 0))
        frames += lures
        if back > 0 {
          frames.append(stream.segment(Array(message.bytes[cut - back..<cut]), at: cut - back))
        }
        frames.append(stream.segment(Array(message.bytes[cut...]), at: cut))
        #expect(message.isSeen(frames), "cut at \(cut), \(back) back")
      }
    }
  }

  @Test("what stands before the first segment without a SYN", arguments: messages)
  func lureBefore(_ message: Message) {
    let stream = message.stream
    let long = utf8("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9999\r\n\r\n")
    let lures: [[UInt8]] = [
      utf8("x"), utf8("xxxx"), [0], long, Array(message.decoy.dropLast()), message.decoy,
    ]
    for lure in lures {
      for cut in 16..<message.bytes.count {
        var frames = stream.segments(message.bytes, [cut])
        frames.insert(stream.segment(lure, at: -lure.count), at: 1)
        #expect(message.isSeen(frames), "\(lure.count) bytes, cut at \(cut)")
      }
    }
  }

  @Test("three segments without a SYN, in any order", arguments: messages)
  func withoutSYN(_ message: Message) {
    let end = message.bytes.count
    var random = SeededGenerator(seed: 130)
    for _ in 0..<60 {
      let first = Int.random(in: 1..<end - 1, using: &random)
      let second = Int.random(in: first + 1..<end, using: &random)
      let pieces = message.stream.segments(message.bytes, [first, second])
      for order in pieces.permutations {
        #expect(message.isSeen(order), "cut at \(first) and \(second)")
      }
    }
  }

  @Test("three segments and a SYN, in any order", arguments: messages)
  func lateSYN(_ message: Message) {
    let end = message.bytes.count
    let isRequest = message.name == "HTTP"
    var random = SeededGenerator(seed: 131)
    for _ in 0..<15 {
      let first = Int.random(in: 1..<end - 1, using: &random)
      let second = Int.random(in: first + 1..<end, using: &random)
      let pieces = message.stream.segments(message.bytes, [first, second])
      for order in (pieces + [message.stream.syn]).permutations {
        #expect(message.isSeen(order), "cut at \(first) and \(second)")
        #expect(
          !isRequest || Self.values(order).contains { $0.hasSuffix(" http.url \(Self.url)") },
          "cut at \(first) and \(second)")
      }
    }
  }

  private static let url = "http://hidden.example/a"

  @Test("a request's end before the SYN, in one segment or two")
  func endBeforeSYN() {
    let url = "http://hidden.example/i/94/9BE085B9BAD824CEB7C33F498354B.jpg"
    let request = utf8(
      "GET /i/94/9BE085B9BAD824CEB7C33F498354B.jpg HTTP/1.1\r\nHost: hidden.example\r\n\r\n")
    let stream = StreamBuilder()
    let opening = Self.handshake(1000, port: 80)
    func isSeen(_ frames: [[UInt8]]) -> Bool {
      Self.values(frames).contains { $0.hasSuffix(" http.url \(url)") }
    }
    for cut in stride(from: 1, to: request.count - 1, by: 3) {
      let parts = stream.segments(request, [cut])
      #expect(isSeen([parts[1]] + opening + [parts[0]]), "cut at \(cut)")
      for second in [cut + 1, cut + 20] where second < request.count {
        let parts = stream.segments(request, [cut, second])
        for (before, behind) in [([1, 2], [0]), ([2, 1], [0]), ([1], [0, 2]), ([1], [2, 0])] {
          #expect(
            isSeen(before.map { parts[$0] } + opening + behind.map { parts[$0] }),
            "cut at \(cut) and \(second), \(before) before")
        }
      }
    }
  }

  @Test("a SYN before a running connection, which is not its own", arguments: messages)
  func decoyBefore(_ message: Message) {
    let stream = message.stream
    for cut in stride(from: 1, to: message.bytes.count, by: 2) {
      for back in [1, 20, 1000, 70_000] as [UInt32] {
        var frames = stream.segments(message.bytes, [cut])
        frames.insert(Self.segment([], Packet.syn, at: 999 &- back, port: message.port), at: 1)
        #expect(message.isSeen(frames), "cut at \(cut), \(back) back")
      }
    }
  }

  @Test("two segments without a SYN, the second first", arguments: messages)
  func reversed(_ message: Message) {
    for cut in 1..<message.bytes.count {
      let pieces = message.stream.segments(message.bytes, [cut])
      #expect(message.isSeen([pieces[1], pieces[0]]), "cut at \(cut)")
    }
  }

  @Test("a request behind the end of a message whose beginning is not there")
  func behindTail() {
    let request = EvasionTests.request
    for tail in ["x y", "hello world", "hello /world", "GET /world", "HELLO EVERYONE IN THERE"] {
      for cuts in [[], [20], [30]] {
        let bytes = utf8(tail)
        let stream = StreamBuilder(sequence: 1000 + UInt32(bytes.count))
        let values = Self.values(
          [StreamBuilder().segment(bytes, at: 0)] + stream.segments(request, cuts))
        let url = values.filter { $0.hasSuffix(" http.url http://hidden.example/a") }
        let host = values.filter { $0.hasSuffix(" http.host hidden.example") }
        #expect(url.count == 1 && host.count == 1, "\(tail), cut at \(cuts): \(values)")
      }
    }
  }

  @Test("a message of DNS behind the end of another, its first bytes in segments of their own")
  func lengthApart() {
    let other = Self.query("a.filler.example")
    let message = Self.messages[2]
    for start in 2..<other.count - 2 {
      for cuts in [[2], [1], [1, 2], [1, 2, 3], [13], [14], [5, 10, 14]] {
        let tail = Array(other[start...])
        let stream = StreamBuilder(sequence: 1000 + UInt32(tail.count), port: 53)
        let frames =
          [message.stream.segment(tail, at: 0)] + stream.segments(message.bytes, cuts)
        #expect(message.isSeen(frames), "from \(start), cut at \(cuts)")
      }
    }
  }

  @Test("a greeting that names a version which there is none of")
  func version() {
    var hello = TLSBuilder.clientHello("hidden.example")
    for major: UInt8 in [0, 2, 4, 0xff] {
      hello[9] = major
      #expect(
        Self.messages[0].isSeen([
          Self.messages[0].stream.syn, Self.messages[0].stream.segment(hello, at: 0),
        ]))
    }
  }
}
