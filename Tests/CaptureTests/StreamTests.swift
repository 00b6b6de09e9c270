import Capture
import TestSupport
import Testing

@Suite("TCP streams")
struct StreamTests {
  @Test("a request whose line is longer than its segment, in the middle of a connection")
  func longLine() {
    let request =
      utf8("GET /") + [UInt8](repeating: 0x61, count: 2000)
      + utf8(" HTTP/1.1\r\nHost: a.example\r\n\r\n")
    let stream = StreamBuilder()
    let before = stream.segment(utf8("the end of something else"), at: 0)
    for cut in [600, 1448] {
      let pieces = [(0, cut), (cut, request.count)].map {
        stream.segment(Array(request[$0.0..<$0.1]), at: 25 + $0.0)
      }
      let observed = Observed(pcap(([before] + pieces).map { CapturedPacket($0) }))
      #expect(observed.values.contains("3 http.host a.example"), "\(cut)")
    }
  }

  @Test("a message that begins with a segment, behind a request and bytes that begin none")
  func behindLeftovers() {
    let first = utf8("POST /a HTTP/1.1\r\nHost: a.example\r\n\r\n")
    let messages = [
      (utf8("GET /b HTTP/1.1\r\nHost: b.example\r\n\r\n"), "http.host b.example"),
      (TLSBuilder.clientHello("b.example"), "tls.sni b.example"),
    ]
    let stream = StreamBuilder()
    for rest in [utf8("a=1&b=2"), [0], [0x7b, 0x7d], []] {
      for (message, value) in messages {
        let frames =
          [stream.syn, stream.segment(first + rest, at: 0)]
          + [stream.segment(message, at: first.count + rest.count)]
        let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
        #expect(observed.values.contains("3 \(value)"), "\(rest) \(value)")
      }
    }
  }

  @Test(
    "a copy of what stood before a greeting of TLS, or of a request for a tunnel, yields nothing")
  func lateCopies() {
    let greeting = TLSBuilder.clientHello("b.example")
    let stream = StreamBuilder()
    for front in [
      utf8("STARTTLS\r\n"), [0, 0, 0, 8, 4, 210, 22, 47],
      utf8("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
    ] {
      let pieces = [stream.segment(front, at: 0), stream.segment(greeting, at: front.count)]
      let lines = Observed(pcap(([stream.syn] + pieces).map { CapturedPacket($0) })).lines
      let again = Observed(
        pcap(([stream.syn] + pieces + [pieces[0]]).map { CapturedPacket($0) })
      ).lines
      #expect(lines == again)
      #expect(lines.contains("3 tls.sni b.example"))
    }
  }

  private static let request = utf8(
    "POST /x?y=1 HTTP/1.1\r\nHost: a.example\r\nUser-Agent: curl/8\r\nContent-Length: 40\r\n\r\n"
      + "GET /body HTTP/1.1\r\nHost: body.example\r\n\r\nGET /second HTTP/1.1\r\nHost: b.example\r\n\r\n"
  )
  private static let found = [
    "http.host a.example", "http.host b.example", "http.url http://a.example/x?y=1",
    "http.url http://b.example/second", "http.user-agent curl/8",
  ]

  static func file(_ frames: [[UInt8]]) -> [UInt8] {
    pcap(frames.map { CapturedPacket($0) })
  }

  /// Fields and values without packet numbers, sorted.
  static func values(_ frames: [[UInt8]]) -> [String] {
    Observed(file(frames)).values.map { String($0.drop { $0 != " " }.dropFirst()) }.sorted()
  }

  @Test(
    "segments of which nothing is wanted count for as much as those that are read",
    arguments: 0..<60)
  func passing(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let payloads = [
      [], [0], utf8("HTTP/1.1 200 OK\r\n\r\n"), utf8("GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      utf8("GE"), utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ "), utf8("220 ready for mail\r\n"),
      Array(repeating: 7, count: 40), Array(repeating: 0x17, count: 16), [0x16, 3, 1],
      TLSBuilder.clientHello("b.example"), utf8("CONNECT c.example:9 HTTP/1.1\r\n\r\n"),
    ]
    var sequences: [Bool: UInt32] = [false: 1000, true: .max - 20]
    var frames: [[UInt8]] = []
    for _ in 0..<60 {
      let back = random.next() % 3 == 0
      let payload = payloads[Int(random.next() % UInt64(payloads.count))]
      let next = sequences[back, default: 0]
      // Mostly the next bytes; else some that came, that overlap, or that are too early.
      var sequence = next
      switch random.next() % 8 {
      case 0: sequence = next &- UInt32(random.next() % 90)
      case 1: sequence = next &- 1
      case 2: sequence = next &+ UInt32(random.next() % 9)
      default: sequences[back] = next &+ UInt32(payload.count)
      }
      let stream = StreamBuilder(sequence: sequence, port: seed % 5 == 0 ? 53 : 80, back: back)
      let flags = random.next() % 24 == 0 ? Packet.syn : Packet.ack
      frames.append(stream.segment(payload, at: 0, flags: flags))
    }
    let quick = Observed(Self.file(frames))
    var options = CaptureOptions()
    options.everyPacket = true
    let slow = Observed(Self.file(frames), options)
    #expect(quick.values == slow.values)
    #expect(quick.counts == slow.counts)
  }

  @Test("a stream of requests gives the same wherever it is cut")
  func cuts() {
    let stream = StreamBuilder()
    for cut in 1..<Self.request.count {
      #expect(
        Self.values([stream.syn] + stream.segments(Self.request, [cut])) == Self.found,
        "cut at \(cut)")
    }
    let bytes = Array(1..<Self.request.count)
    #expect(Self.values([stream.syn] + stream.segments(Self.request, bytes)) == Self.found)
    #expect(Self.values(stream.segments(Self.request, bytes)) == Self.found)
  }

  @Test("any order of segments gives the same, also around the end of the numbers")
  func order() {
    var random = SeededGenerator(seed: 11)
    for round in 0..<200 {
      let stream = StreamBuilder(sequence: round % 2 == 0 ? 5000 : UInt32.max - 60)
      let cuts = Set((0..<6).map { _ in Int(random.next() % UInt64(Self.request.count - 1)) + 1 })
      var frames = stream.segments(Self.request, cuts.sorted()).shuffled(using: &random)
      if round % 3 == 0 { frames += frames.shuffled(using: &random) }
      #expect(Self.values([stream.syn] + frames) == Self.found, "round \(round)")
    }
  }

  @Test("the first segments in the wrong order behind a server's SYN, and whole requests so")
  func wrongOrder() {
    let (one, other) = (
      utf8("GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      utf8("GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n")
    )
    let stream = StreamBuilder()
    var answer = StreamBuilder(sequence: 5000, back: true).segment([], at: -1, flags: 0x12)
    for (index, byte) in UInt32(1000).bytes.enumerated() { answer[14 + 20 + 8 + index] = byte }
    let halves = stream.segments(one, [20])
    #expect(
      Self.values([answer, halves[1], halves[0]])
        == ["http.host a.example", "http.url http://a.example/1"])
    #expect(
      Self.values([stream.segment(other, at: one.count), stream.segment(one, at: 0)])
        == [
          "http.host a.example", "http.host b.example", "http.url http://a.example/1",
          "http.url http://b.example/2",
        ])
  }

  @Test("a value belongs to the packet that completes it")
  func places() {
    let stream = StreamBuilder()
    let text = utf8("GET /x HTTP/1.1\r\nHost: a.example\r\nUser-Agent: u\r\n\r\n")
    // In the middle of the host; behind its last byte; behind the line break.
    for (cut, host) in [(25, 3), (32, 2), (33, 2), (34, 2)] {
      let frames = [stream.syn] + stream.segments(text, [cut])
      #expect(
        Observed(Self.file(frames)).values == [
          "\(host) http.host a.example", "\(host) http.url http://a.example/x",
          "3 http.user-agent u",
        ], "cut at \(cut)")
      // Reordered, the packet that closes the gap completes them all.
      let swapped = [frames[0], frames[2], frames[1]]
      #expect(
        Observed(Self.file(swapped)).values == [
          "3 http.host a.example", "3 http.url http://a.example/x", "3 http.user-agent u",
        ])
    }
  }

  @Test("overlaps that agree change nothing, others are read in both versions")
  func overlaps() {
    let stream = StreamBuilder()
    let first = utf8("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")
    let other = utf8("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    #expect(
      Self.values([
        stream.syn, stream.segment(Array(first[..<20]), at: 0),
        stream.segment(Array(first[10..<30]), at: 10), stream.segment(Array(first[5...]), at: 5),
      ]) == ["http.host good.example", "http.url http://good.example/"])
    for (a, b) in [(first, other), (other, first)] {
      let observed = Observed(
        Self.file([
          stream.syn, stream.segment(Array(a[..<20]), at: 0),
          stream.segment(Array(a[20..<28]), at: 20), stream.segment(Array(b[20..<28]), at: 20),
          stream.segment(Array(a[28...]), at: 28), stream.segment(Array(b[20...]), at: 20),
        ]))
      let hosts = Set(observed.values.filter { $0.contains("http.host") }.map { $0.dropFirst(2) })
      #expect(hosts == ["http.host good.example", "http.host evil.example"])
      #expect(observed.counts["tcp-overlap"] ?? 0 >= 1)
      #expect(observed.details.last?.contains("hasOverlap: true") == true)
    }
    // The same evasion out of order.
    let early = Observed(
      Self.file([
        stream.syn, stream.segment(Array(first[20...]), at: 20),
        stream.segment(Array(other[20...]), at: 20), stream.segment(Array(first[..<20]), at: 0),
      ]))
    let hosts = Set(early.values.filter { $0.contains("http.host") }.map { $0.dropFirst(2) })
    #expect(hosts == ["http.host good.example", "http.host evil.example"])
  }

  /// Segments of two versions of a request, by their places in it.
  private static let disagreements: [[(isOther: Bool, place: Range<Int>)]] = [
    [(false, 0..<38), (true, 0..<38)], [(false, 0..<26), (true, 22..<38)],
    [(false, 0..<26), (true, 0..<38)], [(false, 22..<38), (true, 0..<26)],
    [(false, 0..<22), (false, 22..<26), (true, 22..<26), (false, 26..<38)],
    [(false, 0..<22), (false, 22..<26), (true, 22..<26), (false, 26..<30), (false, 30..<38)],
  ]

  @Test("a version of an unfinished message goes on as the message does", arguments: 0..<6)
  func openVersions(_ number: Int) {
    let stream = StreamBuilder()
    let first = utf8("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")
    let other = utf8("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    let segments = Self.disagreements[number].map { part in
      stream.segment(Array((part.isOther ? other : first)[part.place]), at: part.place.lowerBound)
    }
    let observed = Observed(Self.file([stream.syn] + segments))
    let hosts = observed.values.filter { $0.contains("http.host") }
    let last = segments.count + 1
    #expect(Set(hosts.map { $0.drop { $0 != " " } }).count == 2, "\(observed.values)")
    #expect(hosts.contains { $0.hasPrefix("\(last) ") }, "\(hosts)")
    #expect(hosts.count == 2, "\(hosts)")
    #expect(observed.counts["tcp-overlap"] == 1)
  }

  @Test(
    "a segment that disagrees with those that wait marks the flow, and nothing is written twice")
  func waitingDisagreement() {
    let stream = StreamBuilder()
    let request = utf8("GET /dup HTTP/1.1\r\nHost: dup.example\r\nUser-Agent: u\r\n\r\n")
    let expected = [
      "4 http.host dup.example", "4 http.url http://dup.example/dup", "4 http.user-agent u",
    ]
    let late = stream.segment(Array(repeating: 0x78, count: 50), at: request.count + 50)
    let rest = join(Array(request[10...]), Array(repeating: 0x7a, count: 100))
    let frames = [
      stream.syn, stream.segment(Array(request[..<10]), at: 0), late, stream.segment(rest, at: 10),
    ]
    let observed = Observed(Self.file(frames))
    #expect(observed.values == expected)
    #expect(
      observed.details.filter { $0.hasPrefix("4 http") }.allSatisfy {
        $0.contains("hasOverlap: true")
      })
    #expect(observed.counts["tcp-overlap"] == 1)
    // The same with segments that wait and disagree with one another.
    let other = stream.segment(Array(repeating: 0x79, count: 60), at: request.count + 40)
    let both = Observed(
      Self.file([frames[0], frames[1], late, other, stream.segment(Array(request[10...]), at: 10)]))
    #expect(both.values == expected.map { "5" + $0.dropFirst() })
    #expect(both.details.last?.contains("hasOverlap: true") == true)
  }

  @Test("of two versions only what differs is written again", arguments: [false, true])
  func sharedParts(isWhole: Bool) {
    let stream = StreamBuilder()
    func text(_ agent: String) -> [UInt8] {
      utf8(
        "GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: \(agent)\r\nReferer: http://r.example/")
    }
    let end = utf8("\r\n" + (isWhole ? "\r\n" : ""))
    let (first, second) = (join(text("one"), end), join(text("two"), end))
    let observed = Observed(
      Self.file([
        stream.syn, stream.segment(Array(first[..<50]), at: 0),
        stream.segment(Array(second[20..<53]), at: 20), stream.segment(Array(first[50...]), at: 50),
      ]))
    #expect(Set(observed.values).count == observed.values.count)
    #expect(observed.values.filter { $0.contains("http.host") }.count == 1)
    #expect(observed.values.filter { $0.contains("http.url") }.count == 1)
    #expect(observed.values.filter { $0.contains("http.referrer http") }.count == 1)
    #expect(observed.values.filter { $0.contains("http.referrer r.") }.count == 1)
    // What one version had in the packet before may be said again in the one that the other version ends with.
    let agents = observed.values.filter { $0.contains("http.user-agent") }
    #expect(
      Set(agents.map { $0.drop { $0 != " " } }) == [" http.user-agent one", " http.user-agent two"])
  }

  @Test("what comes in the place of bytes of no meaning is read")
  func laterMeaning() {
    let stream = StreamBuilder()
    let request = utf8("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    #expect(
      Self.values([
        stream.syn, stream.segment(Array(repeating: 0x41, count: request.count), at: 0),
        stream.segment(request, at: 0),
      ]) == ["http.host evil.example", "http.url http://evil.example/"])
  }

  @Test("a hole that the other side acknowledges is passed")
  func acknowledgedGap() {
    let stream = StreamBuilder()
    var back = StreamBuilder(back: true)
    back.sequence = 1
    let text = utf8("GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n")
    var acknowledgement = back.segment([], at: 0)
    acknowledgement.replaceSubrange(
      14 + 20 + 8..<14 + 20 + 12, with: UInt32(1500 + text.count).bytes)
    let frames = [
      stream.syn, stream.segment(utf8("some other bytes"), at: 0), stream.segment(text, at: 500),
      acknowledgement,
    ]
    let observed = Observed(Self.file(frames))
    #expect(
      observed.values == ["3 http.host a.example", "3 http.url http://a.example/x"])
    #expect(observed.counts["tcp-gap"] == 1)
    // Without it the capture's end passes the hole.
    #expect(
      Observed(Self.file(Array(frames.dropLast()))).values == [
        "3 http.host a.example", "3 http.url http://a.example/x",
      ])
    // What was missing comes after all, and completes a head.
    let late = Observed(
      Self.file([
        stream.syn, stream.segment(utf8("x: y"), at: 0), stream.segment(Array(text[20...]), at: 24),
        acknowledgement, stream.segment(Array(text[..<20]), at: 4),
      ]))
    #expect(
      late.values == ["5 http.host a.example", "5 http.url http://a.example/x"])
  }

  @Test("the missing bytes of a body are stepped over")
  func gapInBody() {
    let stream = StreamBuilder()
    let head = utf8("POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\n")
    let next = utf8("GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n")
    let frames = [
      stream.syn, stream.segment(head, at: 0),
      stream.segment(join(zeros(50), next), at: head.count + 50),
    ]
    #expect(
      Self.values(frames) == [
        "http.host a.example", "http.host b.example", "http.url http://a.example/1",
        "http.url http://b.example/2",
      ])
  }

  @Test("chunked bodies are stepped over")
  func chunks() {
    let text = utf8(
      "POST /1 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "26;x=y\r\nGET /no HTTP/1.1\r\nHost: no.example\r\n\r\n\r\n0\r\nT: v\r\n\r\n"
        + "GET /2 HTTP/1.1\r\nHost: b.example\r\n\r\n")
    let stream = StreamBuilder()
    for cut in 1..<text.count {
      #expect(
        Self.values([stream.syn] + stream.segments(text, [cut])) == [
          "http.host a.example", "http.host b.example", "http.url http://a.example/1",
          "http.url http://b.example/2",
        ], "cut at \(cut)")
    }
  }

  @Test("TLS and DNS give the same wherever they are cut")
  func otherProtocols() {
    let hello = TLSBuilder.handshake(
      1, TLSBuilder.hello(extensions: TLSBuilder.serverName("a.example")))
    // The message in two records.
    let records = join(
      TLSBuilder.record(22, Array(hello[..<30])), TLSBuilder.record(22, Array(hello[30...])))
    for bytes in [TLSBuilder.record(22, hello), records] {
      let stream = StreamBuilder(port: 443)
      for cut in 1..<bytes.count {
        #expect(
          Self.values([stream.syn] + stream.segments(bytes, [cut])) == ["tls.sni a.example"],
          "cut at \(cut)")
      }
      #expect(
        Self.values([stream.syn] + stream.segments(bytes, Array(1..<bytes.count))) == [
          "tls.sni a.example"
        ])
    }
    let query = DNSBuilder().question("a.example").bytes
    let second = DNSBuilder().question("b.example").bytes
    let messages = join(
      UInt16(query.count).bytes, query, UInt16(second.count).bytes, second)
    let stream = StreamBuilder(port: 53)
    for cut in 1..<messages.count {
      #expect(
        Self.values([stream.syn] + stream.segments(messages, [cut])) == [
          "dns.query a.example", "dns.query b.example",
        ], "cut at \(cut)")
    }
  }

  @Test("more than is kept for comparison may pass")
  func long() {
    let stream = StreamBuilder()
    var text = "GET / HTTP/1.1\r\nHost: a.example\r\n"
    for index in 0..<2000 { text += "X-\(index): \(String(repeating: "x", count: index % 37))\r\n" }
    text += "User-Agent: end\r\n\r\n"
    let bytes = utf8(text)
    for step in [1400, 8192, 16_383, 16_385, 30_000] {
      let frames = stream.segments(bytes, Array(stride(from: step, to: bytes.count, by: step)))
      let found = [
        "http.host a.example", "http.url http://a.example/", "http.user-agent end",
      ]
      #expect(Self.values([stream.syn] + frames) == found)
      #expect(Self.values([stream.syn] + frames + frames) == found)
    }
  }

  @Test("a new connection between the same ports is one")
  func portReuse() {
    let text = utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    let (first, second) = (StreamBuilder(), StreamBuilder(sequence: 900_000))
    let observed = Observed(
      Self.file([
        first.syn, first.segment(text, at: 0), second.syn, second.segment(text, at: 0),
        second.syn, second.segment(text, at: 0),
      ]))
    #expect(
      observed.values == [
        "2 http.host a.example", "2 http.url http://a.example/", "4 http.host a.example",
        "4 http.url http://a.example/",
      ])
    #expect(observed.counts["tcp-retransmission"] == 1)
  }

  @Test("keep-alive probes are no other version")
  func keepAlive() {
    let stream = StreamBuilder()
    let text = utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    let observed = Observed(
      Self.file([
        stream.syn, stream.segment(text, at: 0), stream.segment([0], at: text.count - 1),
      ]))
    #expect(observed.counts["tcp-overlap"] == nil)
  }

  @Test("the bytes that wait are bounded in a direction and in all")
  func limits() {
    var options = CaptureOptions()
    options.streamLimit = 1 << 12
    let stream = StreamBuilder()
    let text = utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    var frames = [stream.syn, stream.segment(text, at: 100)]
    for index in 0..<100 { frames.append(stream.segment(zeros(100), at: 1000 + 200 * index)) }
    let observed = Observed(Self.file(frames), options)
    #expect(observed.values == ["2 http.host a.example", "2 http.url http://a.example/"])
    #expect(observed.counts["tcp-gap"] ?? 0 >= 50)

    options = CaptureOptions()
    options.reassemblyLimit = 1 << 16
    frames = []
    for port in UInt16(1)...1000 {
      let stream = StreamBuilder(port: port)
      frames += [stream.syn, stream.segment(text, at: 100)]
    }
    let many = Observed(Self.file(frames), options)
    #expect(many.values.count >= 2000)
    #expect(many.counts["tcp-reassembly-limit"] ?? 0 > 800)
  }

  @Test("a flow that makes room gives what waits in it")
  func eviction() {
    var options = CaptureOptions()
    options.flowLimit = 1
    let text = utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    let stream = StreamBuilder()
    let observed = Observed(
      Self.file([
        stream.syn, stream.segment(text, at: 100), StreamBuilder(port: 81).syn,
      ]), options)
    #expect(observed.values == ["2 http.host a.example", "2 http.url http://a.example/"])
    #expect(observed.counts["tcp-reassembly-limit"] == 1)
  }
}
