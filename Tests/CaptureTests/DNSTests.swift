import Capture
import Testing

@Suite("DNS")
struct DNSTests {
  typealias Builder = DNSBuilder

  static func udp(_ message: DNSBuilder, port: UInt16 = 53) -> [UInt8] {
    pcap(Packet.datagram(message.bytes, to: port))
  }

  static func response(
    _ name: String = "www.example.com", type: UInt16 = 1, answers: UInt16 = 0,
    authorities: UInt16 = 0, additional: UInt16 = 0
  ) -> DNSBuilder {
    Builder(
      flags: 0x8180, answers: answers, authorities: authorities, additional: additional
    ).question(name, type: type)
  }

  static let question = "1 dns.query www.example.com"
  /// Where the first question's name stands.
  static let owner = Builder.pointer(12)

  @CaseTable static var messages: [CaptureCase] {
    CaptureCase("a query", udp(Builder().question("WWW.Example.COM")), [question])
    CaptureCase("one label", udp(Builder().question("localhost")), ["1 dns.query localhost"])
    CaptureCase(
      "an address as name, kept as one",
      udp(
        response("192.0.2.7", answers: 2).record("192.0.2.7", type: 5, Builder.name("192.0.2.8"))
          .record("192.0.2.9", type: 5, Builder.name("192.0.2.08"))),
      [
        "1 dns.query 192.0.2.7", "1 dns.answer.name 192.0.2.8", "1 dns.answer.name 192.0.2.9",
        "1 dns.answer.name 192.0.2.08",
      ])
    CaptureCase("the root", udp(Builder().question("", type: 2)), [])
    CaptureCase(
      "underscores", udp(Builder().question("_dmarc.a-b.example")),
      ["1 dns.query _dmarc.a-b.example"])
    CaptureCase(
      "two questions",
      udp(Builder(questions: 2).question("a.example").question("b.example")),
      ["1 dns.query a.example", "1 dns.query b.example"])
    CaptureCase(
      "an answer whose owner is the question",
      udp(response(answers: 1).record(owner, type: 1, [192, 0, 2, 7])),
      [question, "1 dns.answer.address 192.0.2.7"])
    CaptureCase(
      "an owner in another case is the question",
      udp(response(answers: 1).record("www.EXAMPLE.com", type: 28, Packet.server6)),
      [question, "1 dns.answer.address 2001:db8::2"])
    CaptureCase(
      "owners of several records behind one pointer",
      udp(
        response(answers: 3, additional: 1).record(owner, type: 5, Builder.name("cdn.example.net"))
          .record(Builder.pointer(45), type: 1, [192, 0, 2, 7])
          .record(Builder.pointer(45), type: 1, [192, 0, 2, 8])
          .record(Builder.pointer(45), type: 1, [192, 0, 2, 9])),
      [
        question, "1 dns.answer.name cdn.example.net", "1 dns.answer.address 192.0.2.7",
        "1 dns.answer.address 192.0.2.8", "1 dns.additional.name cdn.example.net",
        "1 dns.additional.address 192.0.2.9",
      ])
    CaptureCase(
      "a pointer of an OPT record's is a name's all the same",
      udp(
        response(additional: 2).record(Builder.pointer(16), type: 41, [])
          .record(Builder.pointer(16), type: 1, [192, 0, 2, 7])),
      [question, "1 dns.additional.name example.com", "1 dns.additional.address 192.0.2.7"])
    CaptureCase(
      "a chain, each name once",
      udp(
        response(answers: 3).record(owner, type: 5, Builder.name("cdn.example.net"))
          .record("cdn.example.net", type: 5, Builder.name("e.example.org"))
          .record("e.example.org", type: 1, [192, 0, 2, 7])),
      [
        question, "1 dns.answer.name cdn.example.net", "1 dns.answer.name e.example.org",
        "1 dns.answer.address 192.0.2.7",
      ])
    CaptureCase(
      "targets: DNAME, MX, SRV, NS, PTR",
      udp(
        response(answers: 5).record(owner, type: 39, Builder.name("d.example"))
          .record(owner, type: 15, join([0, 10], Builder.name("mx.example")))
          .record(owner, type: 33, join([0, 1, 0, 2, 0, 80], Builder.name("srv.example")))
          .record(owner, type: 2, Builder.name("ns.example"))
          .record(owner, type: 12, Builder.name("ptr.example"))),
      [
        question, "1 dns.answer.name d.example", "1 dns.answer.name mx.example",
        "1 dns.answer.name srv.example", "1 dns.answer.name ns.example",
        "1 dns.answer.name ptr.example",
      ])
    CaptureCase(
      "SOA's first name, not its mailbox; NSEC and RRSIG data are none",
      udp(
        response(authorities: 3)
          .record(
            owner, type: 6,
            join(Builder.name("ns.example"), Builder.name("mail.example"), zeros(20))
          )
          .record(owner, type: 47, join(Builder.name("next.example"), [0, 1, 64]))
          .record(owner, type: 46, join(zeros(18), Builder.name("sig.example")))),
      [question, "1 dns.authority.name ns.example"])
    CaptureCase(
      "sections of their own, OPT is none",
      udp(
        response(authorities: 1, additional: 3)
          .record("example.com", type: 2, Builder.name("ns.example.com"))
          .record("ns.example.com", type: 1, [192, 0, 2, 53])
          .record("ns.example.com", type: 28, Packet.server6)
          .record("", type: 41, [])),
      [
        question, "1 dns.authority.name example.com", "1 dns.authority.name ns.example.com",
        "1 dns.additional.name ns.example.com", "1 dns.additional.address 192.0.2.53",
        "1 dns.additional.address 2001:db8::2",
      ])
    CaptureCase(
      "strings of one record joined, of two apart",
      udp(
        response(type: 16, answers: 2)
          .record(owner, type: 16, join([3], utf8("v=s"), [2], utf8("pf")))
          .record(owner, type: 99, join([2], utf8("x ")))),
      [question, "1 dns.answer.text v=spf", "1 dns.answer.text x "])
    CaptureCase(
      "service bindings: target and hints",
      udp(
        response(type: 65, answers: 2)
          .record(
            owner, type: 65,
            join(
              [0, 1], Builder.name("svc.example"), [0, 1, 0, 3, 2, 0x68, 0x32],
              [0, 4, 0, 8, 192, 0, 2, 1, 192, 0, 2, 2], [0, 6, 0, 16], Packet.server6)
          )
          .record(owner, type: 64, [0, 1, 0, 0, 4, 0, 4, 192, 0, 2, 1])),
      [
        question, "1 dns.answer.name svc.example", "1 dns.answer.address 192.0.2.1",
        "1 dns.answer.address 192.0.2.2", "1 dns.answer.address 2001:db8::2",
      ])
    CaptureCase(
      "an update: zone, prerequisite without data, update",
      udp(
        Builder(flags: 0x2800, answers: 1, authorities: 1).question("example.com", type: 6)
          .record("p.example.com", type: 5, [])
          .record("u.example.com", type: 1, [192, 0, 2, 8])),
      [
        "1 dns.query example.com", "1 dns.answer.name p.example.com",
        "1 dns.authority.name u.example.com", "1 dns.authority.address 192.0.2.8",
      ])
    CaptureCase(
      "a reverse question",
      udp(Builder().question("7.2.0.192.IN-ADDR.arpa", type: 12)),
      ["1 dns.query 7.2.0.192.in-addr.arpa", "1 dns.query.reverse 192.0.2.7"])
    CaptureCase(
      "a reverse question for IPv6",
      udp(
        Builder().question(
          "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", type: 12)),
      [
        "1 dns.query 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        "1 dns.query.reverse 2001:db8::2",
      ])
    CaptureCase(
      "reverse names of networks, of too much, of another type",
      udp(
        Builder(questions: 5).question("2.0.192.in-addr.arpa", type: 12)
          .question("256.2.0.192.in-addr.arpa", type: 12)
          .question("1.7.2.0.192.in-addr.arpa", type: 12)
          .question("07.2.0.192.in-addr.arpa", type: 12)
          .question("7.2.0.192.in-addr.arpa", type: 1)),
      [
        "1 dns.query 2.0.192.in-addr.arpa", "1 dns.query 256.2.0.192.in-addr.arpa",
        "1 dns.query 1.7.2.0.192.in-addr.arpa", "1 dns.query 07.2.0.192.in-addr.arpa",
        "1 dns.query 7.2.0.192.in-addr.arpa",
      ])
    CaptureCase(
      "labels that hold dots, backslashes, controls and bad UTF-8",
      udp(
        Builder().question(
          Builder.name(labels: [
            utf8("A.b"), utf8("c\\d"), [0x07, 0x7f], [0xff, 0xc3], utf8("x y"),
          ]))),
      [#"1 dns.query a\.b.c\\d.\007\127.\255\195.x y"#])
    CaptureCase(
      "UTF-8 goes to its normal form",
      udp(Builder().question("B\u{fc}cher.example")), ["1 dns.query xn--bcher-kva.example"])
    CaptureCase(
      "UTF-8 that has none is kept",
      udp(Builder().question("\u{2019} It\u{2019}s.local")),
      ["1 dns.query \u{2019} it\u{2019}s.local"])
    CaptureCase(
      "multicast DNS", udp(Builder(flags: 0).question("p._tcp.local", type: 12), port: 5353),
      ["1 dns.query p._tcp.local"])
    CaptureCase(
      "LLMNR", udp(Builder(flags: 0).question("wpad"), port: 5355), ["1 dns.query wpad"])
    CaptureCase(
      "another port, by content",
      udp(response(answers: 1).record(owner, type: 1, [192, 0, 2, 7]), port: 4711),
      [question, "1 dns.answer.address 192.0.2.7"])
    CaptureCase(
      "another port, something behind it",
      pcap(Packet.datagram(join(Builder().question("a.example").bytes, [0]), to: 4711)), [])
    CaptureCase(
      "NetBIOS names are none of DNS",
      udp(Builder().question("FHEPFCELEHFCEPFFFACACACACACACABL", type: 32), port: 137), [])
    CaptureCase(
      "nor in a scope",
      udp(Builder().question("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.a.example", type: 33), port: 137),
      [])
    CaptureCase(
      "a name of DNS that looks like one, on another port",
      udp(Builder().question("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.a.example", type: 33), port: 4711),
      ["1 dns.query ckaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.a.example"])
    CaptureCase(
      "DNS on the port of NetBIOS", udp(Builder().question("a.example"), port: 137),
      ["1 dns.query a.example"])
    CaptureCase(
      "a service on the port of NetBIOS",
      udp(Builder().question("_x._tcp.a.example", type: 33), port: 137),
      ["1 dns.query _x._tcp.a.example"])
    CaptureCase(
      "over TCP, two in a segment",
      pcap(
        Packet.segment(
          join(stream(Builder().question("a.example")), stream(Builder().question("b.example"))),
          to: 53)
      ),
      ["1 dns.query a.example", "1 dns.query b.example"])
    CaptureCase(
      "over TCP on another port",
      pcap(Packet.segment(stream(Builder().question("a.example")), to: 4711)),
      ["1 dns.query a.example"])
    CaptureCase(
      "over TCP, cut",
      pcap(Packet.segment(Array(stream(Builder().question("a.example")).dropLast()), to: 53)),
      ["1 dns.query a.example"])
    CaptureCase(
      "over TCP, cut inside its name",
      pcap(Packet.segment(Array(stream(Builder().question("a.example")).dropLast(5)), to: 53)), [])
    CaptureCase(
      "a question cut by the snap length behind its name",
      pcap(
        Packet.ethernet(
          Packet.ip(
            17, Array(Packet.udp(50000, 53, Builder().question("a.example").bytes).dropLast(4)),
            length: 57))),
      ["1 dns.query a.example"])
    CaptureCase(
      "over TCP, cut behind its first answer",
      pcap(Packet.segment(Array(stream(twoAnswers).dropLast(3)), to: 53)),
      [question, "1 dns.answer.address 192.0.2.7"])
    CaptureCase(
      "what only seems to begin a message",
      pcap(Packet.segment(join([0, 200], zeros(40)), to: 53)), [])
    CaptureCase(
      "a message cut by the snap length",
      pcap(
        Packet.ethernet(
          Packet.ip(
            17,
            Array(
              Packet.udp(
                50000, 53, response(answers: 2).record(owner, type: 1, [192, 0, 2, 7]).bytes)),
            length: 500))),
      [question, "1 dns.answer.address 192.0.2.7"])
  }

  private static var twoAnswers: DNSBuilder {
    response(answers: 2).record(owner, type: 1, [192, 0, 2, 7])
      .record(owner, type: 1, [192, 0, 2, 8])
  }

  @Test func aLostSegmentTakesOnlyTheRestOfAMessage() {
    let bytes = Self.stream(Self.twoAnswers)
    let next = Self.stream(Builder().question("b.example"))
    let observed = Observed(
      pcap(
        [
          Packet.segment(Array(bytes.dropLast(3)), to: 53),
          Packet.segment(next, to: 53, sequence: 1000 + UInt32(bytes.count)),
        ].map { CapturedPacket($0) }))
    #expect(
      observed.values == [
        Self.question, "1 dns.answer.address 192.0.2.7", "2 dns.query b.example",
      ])
    #expect(observed.counts["dns-over-tcp-incomplete"] == 1, "\(observed.counts)")
  }

  static func stream(_ message: DNSBuilder) -> [UInt8] {
    join(UInt16(message.bytes.count).bytes, message.bytes)
  }

  @Test("messages", arguments: messages)
  func message(_ test: CaptureCase) {
    #expect(Observed(test.capture).values == test.expected)
  }

  @Test("pointers: chains to the limit, loops, forward, beyond the end")
  func pointers() {
    /// A message whose second record's owner goes through `count` pointers, one of them its own.
    func chain(_ count: Int) -> [UInt8] {
      var message = Builder(flags: 0x8180, answers: 2).question("a.example")
      // The chain stands in the data of a record whose data is not read.
      let start = message.bytes.count + 11
      var pointers = Builder.pointer(12)
      for index in 1..<count - 1 { pointers += Builder.pointer(start + 2 * index - 2) }
      message = message.record([0], type: 10, pointers)
      return message.record(
        Builder.pointer(start + pointers.count - 2), type: 15,
        join([0, 1], Builder.name("x.example"))
      ).bytes
    }
    let good = Observed(pcap(Packet.datagram(chain(32), to: 53)))
    #expect(good.values == ["1 dns.query a.example", "1 dns.answer.name x.example"])
    #expect(good.counts.isEmpty)
    let bad = Observed(pcap(Packet.datagram(chain(33), to: 53)))
    #expect(bad.values == ["1 dns.query a.example", "1 dns.answer.name x.example"])
    #expect(bad.counts == ["dns-name-malformed": 1])

    let loop = Builder().question(Builder.pointer(12))
    #expect(Observed(Self.udp(loop)).counts == ["dns-malformed": 1])
    let beyond = Builder().question(Builder.pointer(500))
    #expect(Observed(Self.udp(beyond)).counts == ["dns-malformed": 1])
    let forward = Builder(flags: 0x8180, answers: 1).question(Builder.pointer(29), type: 1)
      .record([0], type: 16, Builder.name("f.example"))
    #expect(
      Observed(Self.udp(forward)).values == [
        "1 dns.query f.example", "1 dns.answer.text fexample",
      ])
  }

  @Test("names as long as they may be, and longer")
  func longNames() {
    let label = String(repeating: "a", count: 63)
    let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    #expect(
      Observed(Self.udp(Builder().question(longest))).values == ["1 dns.query " + longest])
    #expect(Observed(Self.udp(Builder().question(longest + "b"))).counts == ["dns-malformed": 1])
    // As tunnels make them; what is answered can be read.
    let tunnel = Builder(flags: 0x8180, answers: 1).question(
      [label, label, label, label, "c.example"].joined(separator: "."), type: 15
    ).record(Builder.pointer(12), type: 15, join([0, 1], Builder.name("x.example")))
    let answered = Observed(Self.udp(tunnel))
    #expect(answered.values == ["1 dns.answer.name x.example"])
    #expect(answered.counts == ["dns-malformed": 1])
    for count in [16, 17, 300] {
      let name = Builder.name(labels: Array(repeating: utf8(label), count: count))
      for message in [
        Builder(flags: 0x8180, answers: 1).question(name),
        Builder(flags: 0x8180, answers: 2).question("b.example").record(name, type: 10, [1]),
      ] {
        let observed = Observed(Self.udp(message.record("b.example", type: 1, [192, 0, 2, 1])))
        #expect(observed.values.contains("1 dns.answer.address 192.0.2.1"))
        #expect(observed.counts.values.reduce(0, +) == 1)
      }
    }
    let escaped = Builder.name(labels: Array(repeating: Array(repeating: 0, count: 63), count: 3))
    let observed = Observed(Self.udp(Builder().question(escaped)))
    // The field's name and number, four characters a byte, two dots.
    let expected = 12 + 3 * 63 * 4 + 2
    #expect(observed.values.map(\.count) == [expected])
  }

  @Test("dots of other scripts in a label are no borders")
  func dotsInLabels() {
    for (dot, escapes) in [
      ("\u{3002}", #"\227\128\130"#), ("\u{FF0E}", #"\239\188\142"#),
      ("\u{FF61}", #"\239\189\161"#), ("\u{FE52}", #"\239\185\146"#),
    ] {
      let name = Builder.name(labels: [utf8("a\(dot)evil"), utf8("example")])
      #expect(
        Observed(Self.udp(Builder().question(name))).values
          == ["1 dns.query a\(escapes)evil.example"])
    }
  }

  @Test("thousands of values in a message are told apart, each written once")
  func manyValues() {
    var message = Self.response(answers: 4000)
    for index in 0..<4000 {
      message = message.record(
        Self.owner, type: 1, UInt32(0xc000_0200 + index % 2000).bytes)
    }
    let observed = Observed(
      pcap([
        CapturedPacket(
          Packet.ethernet(Packet.ip(17, Packet.udp(50000, 53, message.bytes, length: 0), length: 0))
        )
      ]))
    #expect(observed.values.count == 2001)
    #expect(Set(observed.values).count == 2001)
  }

  @Test("a response's code stands beside its values, and beside nothing else")
  func responseCodes() {
    let failed = Builder(flags: 0x8183).question("gone.example")
    let found = Self.response(answers: 1).record(Self.owner, type: 1, [192, 0, 2, 7])
    let odd = Builder(flags: 0x818d).question("odd.example")
    let observed = Observed(
      pcap(
        Packet.datagram(Builder().question("gone.example").bytes, to: 53),
        Packet.datagram(failed.bytes, to: 53), Packet.datagram(found.bytes, to: 53),
        Packet.datagram(odd.bytes, to: 53)))
    #expect(
      observed.responses == [
        "2 dns.query gone.example NXDOMAIN", "3 dns.query www.example.com NOERROR",
        "3 dns.answer.address 192.0.2.7 NOERROR", "4 dns.query odd.example RCODE13",
      ])
    #expect(observed.values.first == "1 dns.query gone.example")
  }

  @Test("a message over TCP gives each name once, and no question as an answer, wherever it is cut")
  func segmented() {
    let message = Self.response("big.example", type: 16, answers: 5)
      .record("BIG.example", type: 16, join([20], Array(repeating: 0x61, count: 20)))
      .record("big.example", type: 16, join([20], Array(repeating: 0x62, count: 20)))
      .record("big.example", type: 5, Builder.name("cdn.example"))
      .record("cdn.example", type: 1, [192, 0, 2, 7])
      .record("cdn.example", type: 1, [192, 0, 2, 8])
    let bytes = Self.stream(message)
    let stream = StreamBuilder(port: 53, back: true)
    let expected = [
      "dns.query big.example", "dns.answer.text \(String(repeating: "a", count: 20))",
      "dns.answer.text \(String(repeating: "b", count: 20))", "dns.answer.name cdn.example",
      "dns.answer.address 192.0.2.7", "dns.answer.address 192.0.2.8",
    ]
    for size in 1..<bytes.count + 1 {
      let frames =
        [stream.syn] + stream.segments(bytes, Array(stride(from: size, to: bytes.count, by: size)))
      let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
      #expect(
        observed.values.map { String($0.drop { $0 != " " }.dropFirst()) } == expected,
        "\(size) bytes a segment")
    }
    // Of messages in one segment each has its own questions.
    let other = Self.response("cdn.example", answers: 1)
      .record("big.example", type: 1, [192, 0, 2, 9])
    let both = Observed(
      pcap([CapturedPacket(stream.segment(join(bytes, Self.stream(other)), at: 0))]))
    #expect(both.values.contains("1 dns.answer.name big.example"))
    #expect(both.values.contains("1 dns.query cdn.example"))
  }

  @Test("more questions than are told apart by number")
  func manyQuestions() {
    var message = Builder(flags: 0x8180, questions: 9, answers: 2)
    for index in 0..<9 { message = message.question("q\(index).example") }
    message = message.record("q8.example", type: 1, [192, 0, 2, 7])
      .record("q9.example", type: 1, [192, 0, 2, 7])
    #expect(
      Observed(Self.udp(message)).values.dropFirst(9) == [
        "1 dns.answer.address 192.0.2.7", "1 dns.answer.name q9.example",
      ])
  }

  @Test("DNS over TCP joined in the middle of a message, on any port", arguments: [53, 5300])
  func joinedLate(port: UInt16) {
    let stream = StreamBuilder(port: port)
    var frames: [[UInt8]] = []
    var offset = 0
    for number in 0..<6 {
      let message = DNSBuilder().question("n\(number).example").bytes
      var bytes = join(UInt16(message.count).bytes, message)
      if number == 0 { bytes.removeFirst(10) }
      frames.append(stream.segment(bytes, at: offset))
      offset += bytes.count
    }
    let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
    #expect(values == (1..<6).map { "\($0 + 1) dns.query n\($0).example" })
  }

  @Test("several messages in one segment are read on any port", arguments: [53, 5353, 8853])
  func pipelined(_ port: UInt16) {
    let stream = StreamBuilder(port: port)
    let messages = ["a.example", "b.example"].flatMap { name -> [UInt8] in
      let message = Builder().question(name).bytes
      return [UInt8(message.count >> 8), UInt8(message.count & 0xff)] + message
    }
    let observed = Observed(
      pcap(
        [stream.syn, stream.segment(messages, at: 0)].enumerated().map {
          CapturedPacket($1, seconds: UInt32($0))
        }))
    #expect(observed.values == ["2 dns.query a.example", "2 dns.query b.example"])
  }
}
