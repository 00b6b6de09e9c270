import Capture
import TestSupport
import Testing

/// A message that comes in the place of another.
extension EvasionTests {
  @Test("a shorter message first, then a longer one in its place, cut anywhere")
  func shorterFirst() {
    let syn = StreamBuilder().syn
    let short = utf8("GET / HTTP/1.1\r\nHost: b.example\r\n\r\n")
    let before = utf8("GET /b HTTP/1.1\r\nHost: c.example\r\n\r\n")
    for cut in 1..<Self.request.count {
      for (start, first) in [(0, []), (before.count, [Self.segment(before, at: 0)])] {
        let pieces = [
          Self.segment(Array(Self.request[..<cut]), at: start),
          Self.segment(Array(Self.request[cut...]), at: start + cut),
        ]
        #expect(
          Self.sees([syn] + first + [Self.segment(short, at: start)] + pieces),
          "behind \(start) bytes, cut at \(cut)")
      }
    }
    // What follows the longer one stands in what the shorter one calls its body.
    let body = utf8("POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n")
    let long = utf8("GET /long/enough HTTP/1.1\r\nHost: b.example\r\nAccept: text/plain\r\n\r\n")
    for cut in 1..<Self.request.count {
      #expect(
        Self.sees([
          syn, Self.segment(body, at: 0), Self.segment(long, at: 0),
          Self.segment(Array(Self.request[..<cut]), at: long.count),
          Self.segment(Array(Self.request[cut...]), at: long.count + cut),
        ]), "in a body, cut at \(cut)")
    }
  }

  @Test("what looks like an answer first, then the request in its place")
  func answerFirst() {
    let syn = StreamBuilder().syn
    for text in [
      "HTTP/1.", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "HTTP/1.0 404 Not Found\r\nServer: x\r\n",
    ] {
      let decoy = Self.segment(utf8(text), at: 0)
      for cut in 1..<Self.request.count {
        let pieces = [
          Self.segment(Array(Self.request[..<cut]), at: 0),
          Self.segment(Array(Self.request[cut...]), at: cut),
        ]
        #expect(Self.sees([syn, decoy] + pieces), "\(text), cut at \(cut)")
      }
      #expect(Self.sees([syn, decoy, Self.segment(Self.request, at: 0)]), "\(text)")
    }
  }

  @Test("a shorter greeting of TLS first, then a longer one in its place")
  func shorterGreetingFirst() {
    let builder = StreamBuilder(port: 443)
    let (short, long) = (
      TLSBuilder.clientHello("b.example"), TLSBuilder.clientHello("a-longer-name.hidden.example")
    )
    for cut in stride(from: 1, to: long.count, by: 3) {
      let frames =
        [builder.syn, builder.segment(short, at: 0)]
        + builder.segments(long, [cut])
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.contains { $0.hasSuffix(" tls.sni b.example") }, "cut at \(cut)")
      #expect(
        values.contains { $0.hasSuffix(" tls.sni a-longer-name.hidden.example") }, "cut at \(cut)")
    }
  }

  @Test(
    "a greeting that comes again once nothing more is wanted yields nothing, another in its place does"
  )
  func greetingAgain() {
    let stream = StreamBuilder(port: 443)
    let hello = TLSBuilder.clientHello("a.example")
    let rest: [UInt8] =
      [0x14, 3, 3, 0, 1, 1] + [0x17, 3, 3, 0, 40] + [UInt8](repeating: 9, count: 40)
    let other = TLSBuilder.clientHello("b.example")
    let first = stream.segment(hello, at: 0)
    let frames = [
      stream.syn, first, stream.segment(rest, at: hello.count), first,
      stream.segment(hello + rest, at: 0), stream.segment(other, at: 0), first,
      stream.segment(other, at: 0),
    ]
    let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
    #expect(
      values.filter { $0.contains("tls.sni") } == ["2 tls.sni a.example", "6 tls.sni b.example"])
  }

  @Test("junk in the place of a whole message first, then the message in several segments")
  func junkInOnePiece() {
    let syn = StreamBuilder().syn
    let end = Self.request.count
    let junk = Self.segment([UInt8](repeating: 0x58, count: end), at: 0)
    for cuts in [[4], [20], [30], [4, 20], [10, 30], [3, 20, 33]] {
      let pieces = StreamBuilder().segments(Self.request, cuts)
      #expect(Self.sees([syn, junk] + pieces), "\(cuts)")
      // The last goes on behind the junk.
      for length in [end / 2, end - 5] {
        let short = Self.segment([UInt8](repeating: 0x58, count: length), at: 0)
        #expect(Self.sees([syn, short] + pieces), "\(cuts), junk of \(length)")
      }
    }
    let hello = TLSBuilder.clientHello("hidden.example")
    let stream = StreamBuilder(port: 443)
    for cuts in [[6], [50], [20, 60], [5, 9, 70]] {
      let frames =
        [stream.syn, stream.segment(zeros(hello.count), at: 0)] + stream.segments(hello, cuts)
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.contains { $0.hasSuffix(" tls.sni hidden.example") }, "\(cuts)")
    }
  }

  @Test("a whole greeting with ciphertext behind it first, then another in its place, cut anywhere")
  func doneFirst() throws {
    var searching = CaptureOptions()
    searching.payloadMatchers = [try PayloadTests.matcher()]
    let syn = StreamBuilder().syn
    let decoy =
      TLSBuilder.clientHello("harmless.example")
      + TLSBuilder.record(20, [1]) + TLSBuilder.record(23, zeros(64))
    let greeting = TLSBuilder.clientHello("hidden.example")
    for (message, field) in [(greeting, "tls.sni"), (Self.request, "http.host")] {
      for cut in 1..<message.count {
        let frames = [
          syn, Self.segment(decoy, at: 0), Self.segment(Array(message[..<cut]), at: 0),
          Self.segment(Array(message[cut...]), at: cut),
        ]
        for options in [CaptureOptions(), searching] {
          let values = Observed(pcap(frames.map { CapturedPacket($0) }), options).values
          #expect(
            values.contains { $0.hasSuffix(" \(field) hidden.example") }, "\(field), cut at \(cut)")
        }
      }
    }
  }

  @Test("a request with a long body first, then another message in its place, cut anywhere")
  func longBodyFirst() {
    let decoy = utf8(
      "POST /d HTTP/1.1\r\nHost: harmless.example\r\nContent-Length: 10000000000\r\n\r\n")
    let greeting = TLSBuilder.clientHello("hidden.example")
    for (message, field) in [(greeting, "tls.sni"), (Self.request, "http.host")] {
      for cut in 1..<message.count {
        var frames = [StreamBuilder().syn, Self.segment(decoy, at: 0)]
        for number in 0..<4 {
          frames.append(Self.segment(zeros(50), at: decoy.count + number * 50))
        }
        frames += StreamBuilder().segments(message, [cut])
        let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
        #expect(
          values.contains { $0.hasSuffix(" \(field) hidden.example") }, "\(field), cut at \(cut)")
        let lines = Observed(pcap(frames[..<6].map { CapturedPacket($0) })).lines
        let again = Observed(pcap((frames[..<6] + [frames[1]]).map { CapturedPacket($0) })).lines
        #expect(lines == again)
      }
    }
  }

  @Test("a greeting with early data first, then another message in its place", arguments: [1, 5])
  func earlyDataFirst(_ count: Int) {
    let extensions = join(
      TLSBuilder.serverName("harmless.example"), TLSBuilder.otherExtension(42, count: 0))
    var decoy = TLSBuilder.record(
      22, TLSBuilder.handshake(1, TLSBuilder.hello(extensions: extensions)))
    for _ in 0..<count { decoy += TLSBuilder.record(23, zeros(16_384)) }
    let stream = StreamBuilder()
    let before =
      [stream.syn] + stream.segments(decoy, Array(stride(from: 1400, to: decoy.count, by: 1400)))
    let greeting = TLSBuilder.clientHello("hidden.example")
    for (message, field) in [(greeting, "tls.sni"), (Self.request, "http.host")] {
      // A segment that says what the decoy says is no other version.
      for cut in stride(from: 8, to: message.count, by: 7) {
        let frames = before + stream.segments(message, [cut])
        let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
        #expect(
          values.contains { $0.hasSuffix(" \(field) hidden.example") }, "\(field), cut at \(cut)")
      }
    }
  }

  @Test("bad chunks first, then a request in the place of all of it", arguments: [20_000, 90_000])
  func badChunksFirst(_ count: Int) {
    let decoy = join(
      utf8(
        "POST /d HTTP/1.1\r\nHost: harmless.example\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
      zeros(count))
    let stream = StreamBuilder()
    let before =
      [stream.syn] + stream.segments(decoy, Array(stride(from: 1400, to: decoy.count, by: 1400)))
    for cut in stride(from: 1, to: Self.request.count, by: 7) {
      #expect(Self.sees(before + stream.segments(Self.request, [cut])), "cut at \(cut)")
    }
  }

  @Test("junk first, then so many connections that it is forgotten, then a message in its place")
  func forgotten() {
    let decoy = StreamBuilder().segment(zeros(64), at: 0)
    var frames = [StreamBuilder().syn, decoy]
    for number in 0..<2000 {
      let other = StreamBuilder(port: UInt16(10_000 + number))
      frames += [other.syn, other.segment([0xfe, 0xfe, 0xfe], at: 0)]
    }
    for cut in stride(from: 1, to: Self.request.count, by: 5) {
      let pieces = StreamBuilder().segments(Self.request, [cut])
      #expect(Self.sees(frames + pieces), "cut at \(cut)")
    }
  }
}
