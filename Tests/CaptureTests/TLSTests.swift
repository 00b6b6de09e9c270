import Capture
import Testing

@Suite("TLS")
struct TLSTests {
  static func segment(_ payload: [UInt8], port: UInt16 = 443) -> [UInt8] {
    pcap(Packet.segment(payload, to: port))
  }

  static let hello = TLSBuilder.handshake(
    1, TLSBuilder.hello(extensions: TLSBuilder.serverName("a.example")))

  /// A hello in two records.
  private static func split(_ length: Int) -> [UInt8] {
    segment(
      join(
        TLSBuilder.record(22, Array(hello[..<length])),
        TLSBuilder.record(22, Array(hello[length...]))))
  }

  @CaseTable static var hellos: [CaptureCase] {
    CaptureCase(
      "a name", segment(TLSBuilder.clientHello("WWW.Example.com")),
      ["1 tls.sni www.example.com"])
    CaptureCase(
      "any port", segment(TLSBuilder.clientHello("a.example"), port: 4711), ["1 tls.sni a.example"])
    CaptureCase(
      "an address", segment(TLSBuilder.clientHello("192.0.2.7")), ["1 tls.sni 192.0.2.7"])
    CaptureCase(
      "the connection's own address has its port",
      segment(TLSBuilder.clientHello("198.51.100.2"), port: 8443),
      ["1 tls.sni 198.51.100.2:8443"])
    CaptureCase(
      "an address with a port of its own",
      segment(TLSBuilder.clientHello("198.51.100.2:81"), port: 8443),
      ["1 tls.sni 198.51.100.2:81"])
    CaptureCase(
      "an IPv6 address", segment(TLSBuilder.clientHello("2001:db8::7")), ["1 tls.sni 2001:db8::7"])
    CaptureCase("no name at all", segment(TLSBuilder.clientHello("")), [])
    CaptureCase(
      "a name with a port", segment(TLSBuilder.clientHello("c2.evil.example:443")),
      ["1 tls.sni c2.evil.example"])
    CaptureCase(
      "an IPv6 address in brackets", segment(TLSBuilder.clientHello("[2001:db8::9]")),
      ["1 tls.sni 2001:db8::9"])
    CaptureCase(
      "the same with a port", segment(TLSBuilder.clientHello("[2001:db8::9]:8443")),
      ["1 tls.sni 2001:db8::9:8443"])
    CaptureCase("odd bytes", segment(TLSBuilder.clientHello("A b!")), ["1 tls.sni a b!"])
    CaptureCase(
      "two names, and one again",
      segment(
        TLSBuilder.record(
          22,
          TLSBuilder.handshake(
            1,
            TLSBuilder.hello(
              extensions: TLSBuilder.serverName(
                ["a.example", "b.example", "a.example"].map { Array($0.utf8) }))))),
      ["1 tls.sni a.example", "1 tls.sni b.example"])
    CaptureCase(
      "no extensions",
      segment(TLSBuilder.record(22, TLSBuilder.handshake(1, TLSBuilder.hello(extensions: nil)))), []
    )
    CaptureCase(
      "the second hello behind ChangeCipherSpec",
      segment(join(TLSBuilder.record(20, [1]), TLSBuilder.record(22, hello))),
      ["1 tls.sni a.example"])
    CaptureCase(
      "spread over three records",
      segment(
        join(
          TLSBuilder.record(22, Array(hello[..<9])), TLSBuilder.record(22, Array(hello[9..<70])),
          TLSBuilder.record(22, Array(hello[70...])))), ["1 tls.sni a.example"])
    CaptureCase("a first record of one byte", split(1), ["1 tls.sni a.example"])
    CaptureCase("a first record of two bytes", split(2), ["1 tls.sni a.example"])
    CaptureCase("a first record of three bytes", split(3), ["1 tls.sni a.example"])
    CaptureCase("a first record of four bytes", split(4), ["1 tls.sni a.example"])
    CaptureCase(
      "records of one byte",
      segment(hello.flatMap { TLSBuilder.record(22, [$0]) }, port: 4711), ["1 tls.sni a.example"])
    CaptureCase(
      "behind an alert",
      segment(join(TLSBuilder.record(21, [1, 0]), TLSBuilder.record(22, hello))),
      ["1 tls.sni a.example"])
    CaptureCase(
      "behind an empty record",
      segment(join(TLSBuilder.record(22, []), TLSBuilder.record(22, hello))),
      ["1 tls.sni a.example"])
    CaptureCase(
      "behind a proxy's line",
      segment(
        join(
          utf8("PROXY TCP4 192.0.2.1 192.0.2.2 5 443\r\n"), TLSBuilder.clientHello("a.example"))),
      ["1 tls.sni a.example"])
    CaptureCase(
      "behind a proxy's binary header",
      segment(
        join(
          [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, 0x21, 0x11, 0, 12], zeros(12),
          TLSBuilder.clientHello("a.example"))),
      ["1 tls.sni a.example"])
    CaptureCase(
      "DTLS",
      pcap(
        Packet.datagram(
          TLSBuilder.datagramRecord(
            TLSBuilder.hello(
              extensions: TLSBuilder.serverName("a.example"), isDatagram: true,
              version: 0xfefd)), to: 4433)), ["1 tls.sni a.example"])
    CaptureCase(
      "a server's hello",
      segment(
        TLSBuilder.record(22, TLSBuilder.handshake(2, join([3, 3], zeros(32), [0, 0x13, 1, 0])))),
      [])
  }

  @Test("hellos", arguments: hellos)
  func hello(_ test: CaptureCase) {
    let observed = Observed(test.capture)
    #expect(observed.values == test.expected)
    #expect(observed.counts.isEmpty)
  }

  /// A hello that announces early data, and what a server that does not take it makes the client send.
  private static func early(_ count: Int, announced: Bool = true) -> [UInt8] {
    let first = join(
      TLSBuilder.serverName("a.example"), announced ? TLSBuilder.otherExtension(42, count: 0) : [])
    let second = TLSBuilder.serverName("b.example")
    let data = stride(from: 0, to: count, by: 16_000).flatMap {
      TLSBuilder.record(23, zeros(min(16_000, count - $0)))
    }
    return join(
      TLSBuilder.record(22, TLSBuilder.handshake(1, TLSBuilder.hello(extensions: first))),
      TLSBuilder.record(20, [1]), data,
      TLSBuilder.record(22, TLSBuilder.handshake(1, TLSBuilder.hello(extensions: second))),
      TLSBuilder.record(23, zeros(40)),
      // What looks like a hello among ciphertext is none.
      TLSBuilder.record(
        22,
        TLSBuilder.handshake(
          1, TLSBuilder.hello(extensions: TLSBuilder.serverName("c.example")))))
  }

  @Test("the second hello behind early data", arguments: [1, 100, 17_000, 1_000_000])
  func earlyData(_ count: Int) {
    for (announced, names) in [(true, ["a.example", "b.example"]), (false, ["a.example"])] {
      let stream = Self.early(count, announced: announced)
      for size in [1400, 9000] {
        let segments = stride(from: 0, to: stream.count, by: size).map {
          CapturedPacket(
            Packet.segment(
              Array(stream[$0..<min($0 + size, stream.count)]), to: 443,
              sequence: 1000 + UInt32($0)))
        }
        let values = Observed(pcap(segments)).values
        #expect(values.map { $0.split(separator: " ").last.map(String.init) ?? "" } == names)
      }
    }
  }

  @Test("a hello cut by the packet's end gives the name that is whole, and is counted")
  func cut() {
    let extensions = join(
      TLSBuilder.serverName("a.example"), TLSBuilder.otherExtension(43, count: 30))
    let record = TLSBuilder.record(
      22, TLSBuilder.handshake(1, TLSBuilder.hello(extensions: extensions)))
    for length in 10..<record.count {
      let observed = Observed(Self.segment(Array(record[..<length])))
      #expect(observed.values == (length < record.count - 34 ? [] : ["1 tls.sni a.example"]))
      #expect(observed.counts == ["tls-client-hello-cut": 1])
    }
    let hello = TLSBuilder.hello(extensions: extensions, isDatagram: true, version: 0xfefd)
    let first = TLSBuilder.datagramRecord(Array(hello[..<80]), whole: hello.count)
    let second = TLSBuilder.datagramRecord(Array(hello[80...]), offset: 80, whole: hello.count)
    let observed = Observed(
      pcap(Packet.datagram(first, to: 4433), Packet.datagram(second, to: 4433)))
    #expect(observed.values == ["1 tls.sni a.example"])
    #expect(observed.counts == [:])
    #expect(observed.fingerprints.allSatisfy { $0.hasPrefix("2 ") })
    #expect(observed.fingerprints.count == 2)
    let alone = Observed(pcap(Packet.datagram(first, to: 4433)))
    #expect(alone.lines.filter { $0.contains("tls") } == ["1 tls.sni a.example"])
    #expect(alone.counts == ["tls-client-hello-cut": 1])
  }

  @Test("a hello over DTLS in fragments, of one datagram or several, in any order")
  func fragments() {
    let extensions = join(
      TLSBuilder.otherExtension(43, count: 30), TLSBuilder.serverName("a.example"),
      TLSBuilder.otherExtension(23, count: 0))
    let hello = TLSBuilder.hello(extensions: extensions, isDatagram: true, version: 0xfefd)
    func part(_ range: Range<Int>, number: UInt8 = 1) -> [UInt8] {
      TLSBuilder.datagramRecord(
        Array(hello[range]), offset: range.lowerBound, whole: hello.count, number: number)
    }
    func seen(_ datagrams: [[UInt8]]) -> [String] {
      let frames = datagrams.map { CapturedPacket(Packet.datagram($0, to: 4433)) }
      let observed = Observed(pcap(frames))
      #expect(observed.counts == [:])
      return observed.lines.filter { $0.contains(" tls.") }
    }
    let whole = seen([part(0..<hello.count)])
    #expect(whole.map { $0.prefix(10) } == ["1 tls.sni ", "1 tls.ja3 ", "1 tls.ja4 "])
    func expected(at packet: Int) -> [String] { whole.map { "\(packet)" + $0.dropFirst() } }
    let (first, second, third) = (0..<50, 50..<90, 85..<hello.count)
    #expect(seen([part(first), part(second), part(third)]) == expected(at: 3))
    #expect(seen([part(third), part(first), part(first), part(second)]) == expected(at: 4))
    #expect(seen([join(part(first), part(second), part(third))]) == whole)
    #expect(seen([join(part(third), part(second)), part(first)]) == expected(at: 2))
    // Several fragments in one record.
    let pieces = join(part(first), Array(part(50..<hello.count).dropFirst(13)))
    let record = join(
      Array(pieces[..<11]), UInt16(pieces.count - 13).bytes, Array(pieces.dropFirst(13)))
    #expect(seen([record]) == whole)
    // Sent again, whole or in the same parts or in others.
    #expect(seen([part(0..<hello.count), part(0..<hello.count)]) == whole)
    #expect(
      seen([part(first), part(50..<hello.count), part(first), part(50..<hello.count)])
        == expected(at: 2))
    #expect(seen([part(0..<hello.count), part(first), part(50..<hello.count)]) == whole)
    // A second hello, as after a request for a cookie.
    #expect(
      seen([
        part(0..<hello.count, number: 0), part(first), part(50..<hello.count),
      ]) == whole + expected(at: 3))
  }

  @Test("lengths inside a hello that lie are counted")
  func malformed() {
    var body = TLSBuilder.hello(extensions: TLSBuilder.serverName("a.example"))
    body[body.count - 10] = 200
    let observed = Observed(
      Self.segment(TLSBuilder.record(22, TLSBuilder.handshake(1, body))))
    #expect(observed.values == [])
    #expect(observed.counts == ["tls-client-hello-malformed": 1])
  }

  @Test("DTLS on any port", arguments: [53, 5353, 5355, 4433] as [UInt16])
  func datagramPorts(_ port: UInt16) {
    let hello = TLSBuilder.datagramRecord(
      TLSBuilder.hello(extensions: TLSBuilder.serverName("d.example"), isDatagram: true))
    let frame = Packet.datagram(hello, to: port)
    #expect(Observed(pcap([CapturedPacket(frame)])).values == ["1 tls.sni d.example"])
  }

  @Test("an address with a trailing dot as a server's name")
  func rootedAddress() {
    let frame = Packet.segment(TLSBuilder.clientHello("192.0.2.7."), to: 443)
    let details = Observed(pcap([CapturedPacket(frame)])).details
    #expect(details.contains { $0.hasPrefix("1 tls.sni 192.0.2.7 ipv4 ") })
  }
}
