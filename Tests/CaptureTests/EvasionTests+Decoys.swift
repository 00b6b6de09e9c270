import Capture
import TestSupport
import Testing

/// One segment that the receiver does not take hides nothing, wherever it comes.
extension EvasionTests {
  /// Another host's message of the same protocol.
  private static func decoy(_ message: Message) -> [UInt8] {
    switch message.port {
    case 53:
      let query = DNSBuilder().question("harmle.example").bytes
      return UInt16(query.count).bytes + query
    case 443: return TLSBuilder.clientHello("harmle.example")
    default: return decoy
    }
  }

  private static func isSeen(_ field: String, _ value: String, _ frames: [[UInt8]]) -> Bool {
    Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
      $0.hasSuffix(" \(field) \(value)")
    }
  }

  @Test("one byte, then the true byte alone", arguments: Message.all)
  func byteAlone(_ message: Message) {
    let stream = StreamBuilder(port: message.port)
    for place in message.bytes.indices {
      let byte = message.bytes[place]
      let (before, behind) = (Array(message.bytes[..<place]), Array(message.bytes[(place + 1)...]))
      for junk in Set([0x58, 0, byte ^ 1]) where junk != byte {
        let frames =
          [stream.syn, stream.segment(before, at: 0), stream.segment([junk], at: place)]
          + [stream.segment([byte], at: place), stream.segment(behind, at: place + 1)]
        #expect(message.isSeen(frames), "\(junk) at \(place)")
      }
    }
  }

  @Test("the same byte again is a probe", arguments: Message.all)
  func probe(_ message: Message) {
    let stream = StreamBuilder(port: message.port)
    for place in message.bytes.indices {
      let (before, behind) = (Array(message.bytes[...place]), Array(message.bytes[(place + 1)...]))
      let observed = Observed(
        pcap(
          [
            stream.syn, stream.segment(before, at: 0), stream.segment([before[place]], at: place),
            stream.segment(behind, at: place + 1),
          ].map { CapturedPacket($0) }))
      #expect(observed.counts["tcp-overlap"] == nil, "\(place)")
      #expect(!observed.details.contains { $0.contains("overlap") }, "\(place)")
    }
  }

  @Test("the last byte of a DNS answer")
  func lastOfAnswer() {
    let message = DNSBuilder(flags: 0x8180, answers: 1).question("a.example").record(
      DNSBuilder.pointer(12), type: 1, [192, 0, 2, 66]
    ).bytes
    let bytes = UInt16(message.count).bytes + message
    for junk: UInt8 in [0, 9] {
      let stream = StreamBuilder(port: 53, back: true)
      let end = bytes.count - 1
      let frames = [
        stream.syn, stream.segment(Array(bytes[..<end]), at: 0), stream.segment([junk], at: end),
        stream.segment([66], at: end),
      ]
      #expect(Self.isSeen("dns.answer.address", "192.0.2.66", frames), "\(junk)")
    }
  }

  @Test(
    "a message's first bytes, a whole message or others behind them, then the rest",
    arguments: Message.all)
  func behindFirstBytes(_ message: Message) {
    let stream = StreamBuilder(port: message.port)
    let other = Self.decoy(message)
    for cut in 1...20 {
      let rest = message.bytes.count - cut
      let decoys = [
        other, other + other, Array(other[cut...]), [UInt8](repeating: 0x58, count: rest),
      ]
      for (index, decoy) in decoys.enumerated() {
        for cuts in [[cut], [cut, cut + 1], [cut, cut + 7]] {
          let pieces = stream.segments(message.bytes, cuts)
          let frames =
            [stream.syn, pieces[0], stream.segment(decoy, at: cut)] + pieces.dropFirst()
          #expect(message.isSeen(frames), "\(cuts), decoy \(index)")
        }
      }
    }
  }

  @Test("a greeting's first bytes behind a request for TLS, others behind them, then the rest")
  func behindUpgrade() {
    let hello = Message.greeting.bytes
    let stream = StreamBuilder(port: 25)
    let (first, second) = (utf8("EHLO a\r\n"), utf8("STARTTLS\r\n"))
    let start = first.count + second.count
    for cut in 1...20 {
      for decoy in [[UInt8](repeating: 0xa9, count: hello.count - cut), Self.decoy(.greeting)] {
        let frames = [
          stream.syn, stream.segment(first, at: 0), stream.segment(second, at: first.count),
          stream.segment(Array(hello[..<cut]), at: start), stream.segment(decoy, at: start + cut),
          stream.segment(Array(hello[cut...]), at: start + cut),
        ]
        #expect(Self.isSeen("tls.sni", "hidden.example", frames), "\(cut)")
      }
    }
  }

  @Test("a whole message before all others, without a SYN", arguments: Message.all)
  func beforeAll(_ message: Message) {
    let stream = StreamBuilder(port: message.port)
    for cut in 1..<message.bytes.count - 1 {
      let pieces = stream.segments(message.bytes, [cut])
      let decoy = stream.segment(Self.decoy(message), at: cut)
      #expect(message.isSeen([decoy] + pieces), "cut at \(cut)")
      #expect(message.isSeen([decoy, pieces[0], pieces[0], pieces[1]]), "again, cut at \(cut)")
      #expect(message.isSeen([decoy, pieces[0], decoy, pieces[1]]), "decoy again, cut at \(cut)")
    }
  }

  @Test("a greeting that begins within the first bytes, behind which another one came")
  func insideFirstBytes() {
    let stream = StreamBuilder(port: 443)
    let hidden = Message.greeting
    for start in 1..<8 {
      let frames = [
        stream.segment([UInt8](repeating: 0xa9, count: 8), at: 0),
        stream.segment(Self.decoy(hidden), at: 8), stream.segment(hidden.bytes, at: start),
      ]
      #expect(hidden.isSeen(frames), "\(start)")
      #expect(hidden.isSeen([stream.syn] + frames), "\(start), behind a SYN")
    }
  }

  @Test("the end of a handshake in the middle of another, whose rest comes in pieces")
  func doneInside() {
    let stream = StreamBuilder(port: 443)
    let hello = Message.greeting.bytes
    let end = TLSBuilder.record(20, [1]) + TLSBuilder.record(23, zeros(64))
    for cut in [10, 30, 45, hello.count - 12] {
      let decoy = stream.segment(Array(Self.decoy(.greeting)[cut...]) + end, at: cut)
      for second in [cut + 1, cut + 5, hello.count - 1] where second < hello.count {
        let pieces = stream.segments(hello, [cut, second])
        #expect(
          Message.greeting.isSeen([stream.syn, pieces[0], decoy] + pieces[1...]),
          "cut at \(cut) and \(second)")
      }
    }
  }

  @Test("a server's handshake that is over, then another in its place")
  func serverDone() {
    let client = StreamBuilder(port: 443)
    let stream = StreamBuilder(sequence: 5000, port: 443, back: true)
    let hello = TLSBuilder.handshake(2, join([3, 3], zeros(32), [0, 0xc0, 0x2f, 0]))
    let list = SampleCertificate.bytes
    let sizes = [list.count + 3, list.count].map { Array(UInt32($0).bytes[1...]) }
    let certificate = TLSBuilder.handshake(11, join(sizes[0], sizes[1], list))
    let hidden = TLSBuilder.record(22, hello) + TLSBuilder.record(22, certificate)
    let end = TLSBuilder.record(20, [1]) + TLSBuilder.record(23, zeros(700))
    let decoys = [
      TLSBuilder.record(22, hello) + end,
      TLSBuilder.record(22, TLSBuilder.handshake(2, join([3, 3], zeros(40)))) + end,
    ]
    for decoy in decoys {
      for cuts in [[], [5], [60], [100, 101], [hidden.count - 1], [200, 400]] {
        let frames =
          [client.syn, client.segment(Message.greeting.bytes, at: 0), stream.syn]
          + [stream.segment(decoy, at: 0)] + stream.segments(hidden, cuts)
        #expect(
          Self.isSeen("tls.certificate.sha1", SampleCertificate.sha1, frames), "\(cuts)")
      }
      // The same once more is nothing new.
      let frames = [client.syn, stream.syn, stream.segment(decoy, at: 0)]
      let again = frames + [frames[2], stream.segment(Array(decoy[3...]), at: 3)]
      #expect(
        Observed(pcap(frames.map { CapturedPacket($0) })).details
          == Observed(pcap(again.map { CapturedPacket($0) })).details)
    }
  }

  private static func answer(_ name: String, _ length: Int) -> [UInt8] {
    utf8(
      "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"\(name)\"\r\n"
        + "Content-Length: \(length)\r\n\r\n") + [UInt8](repeating: 0x61, count: min(length, 900))
  }

  @Test("an answer, then another in its place", arguments: [0, 20, 90_000])
  func answerInPlace(_ length: Int) {
    let client = StreamBuilder()
    let stream = StreamBuilder(sequence: 5000, back: true)
    let hidden = Self.answer("hidden.exe", length)
    let before = [client.syn, client.segment(Self.request, at: 0), stream.syn]
    for decoy in [
      Self.answer("harmle.txt", 0), Self.answer("a-longer-name.txt", 20),
      Self.answer("harmle.txt", 80_000), utf8("HTTP/1.1 204 No Content\r\n\r\n"),
    ] {
      for cuts in [[], [1], [5], [10], [40], [60], [64], [20, 64], [hidden.count - 1]] {
        for more in [0, 2] {
          let body = (0..<more).map {
            stream.segment([UInt8](repeating: 0x62, count: 100), at: decoy.count + 100 * $0)
          }
          let frames =
            before + [stream.segment(decoy, at: 0)] + body + stream.segments(hidden, cuts)
          #expect(
            Self.isSeen("http.filename", "hidden.exe", frames), "\(cuts), \(decoy.count), \(more)")
        }
      }
      // The same once more is nothing new.
      let frames = before + [stream.segment(decoy, at: 0)]
      let again = frames + [frames[3], stream.segment(Array(decoy[9...]), at: 9)]
      #expect(
        Observed(pcap(frames.map { CapturedPacket($0) })).details
          == Observed(pcap(again.map { CapturedPacket($0) })).details)
    }
  }

  @Test("segments that wait and overlap all others cost no more than a few times their number")
  func overlappingSegments() {
    var random = SeededGenerator(seed: 8)
    let stream = StreamBuilder()
    let early = (1...400).reversed().map { place in
      stream.segment((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }, at: place + 8)
    }
    let frames = [stream.syn] + early + [stream.segment(utf8("GET / HT"), at: 0)]
    #expect(
      Observed(pcap(frames.map { CapturedPacket($0) })).counts["tcp-overlap-limit"] ?? 0 > 300)
  }
}
