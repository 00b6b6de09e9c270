import Capture
import Testing

@Suite("Tunnels over UDP and GRE")
struct TunnelTests {
  private static let outside: ([UInt8], [UInt8]) = ([203, 0, 113, 1], [203, 0, 113, 2])

  private static func gre(_ payload: [UInt8]) -> [UInt8] {
    LayerTests.frame(Packet.ip(outside.0, outside.1, 47, payload))
  }

  private static func udp(_ port: UInt16, _ payload: [UInt8], from source: UInt16 = 7) -> [UInt8] {
    LayerTests.frame(Packet.ip(outside.0, outside.1, 17, Packet.udp(source, port, payload)))
  }

  private static func outer(_ port: UInt16, from source: UInt16 = 7) -> [String] {
    ["1 ip.src 203.0.113.1:\(source)", "1 ip.dst 203.0.113.2:\(port)"]
  }

  private static let (seen, seen6) = (LayerTests.seen, LayerTests.seen6)
  private static let (ipv4, ipv6) = (LayerTests.ipv4, LayerTests.ipv6)
  private static let frame = Packet.ethernet(ipv4)
  /// 2001:0:c000:201::1, an address of Teredo's network.
  private static let teredo = Packet.ip(
    join([0x20, 1, 0, 0, 192, 0, 2, 1], zeros(7), [1]), Packet.server6, 17, LayerTests.datagram)
  private static let seenTeredo = [
    "1 ip.src 2001:0:c000:201::1:50000", "1 ip.dst 2001:db8::2:53", "1 dns.query a.example",
  ]

  @CaseTable static var tunnels: [CaptureCase] {
    CaptureCase("VXLAN", udp(4789, join([8, 0, 0, 0, 0, 0, 9, 0], frame)), outer(4789) + seen)
    CaptureCase("VXLAN without its flag", udp(4789, join(zeros(8), frame)), outer(4789))
    CaptureCase(
      "VXLAN on Linux' port", udp(8472, join([8, 0, 0, 0, 0, 0, 9, 0], frame)), outer(8472) + seen)
    CaptureCase(
      "VXLAN on Linux' port, in VLANs",
      udp(8472, join([8, 0, 0, 0, 0, 0, 9, 0], Packet.ethernet(ipv6, tags: [0x88a8, 0x8100]))),
      outer(8472) + seen6)
    CaptureCase(
      "VXLAN on Linux' port with a reserved bit",
      udp(8472, join([8, 0, 0, 1, 0, 0, 9, 0], frame)), outer(8472))
    CaptureCase(
      "VXLAN on Linux' port with another type",
      udp(8472, join([8, 0, 0, 0, 0, 0, 9, 0], Packet.ethernet(ipv4, type: 0x86dd))), outer(8472))
    CaptureCase(
      "MPLS in IP",
      LayerTests.frame(Packet.ip(outside.0, outside.1, 137, join([0, 1, 1, 64], ipv4))),
      LayerTests.outer + seen)
    CaptureCase(
      "Ethernet in IP",
      LayerTests.frame(Packet.ip(outside.0, outside.1, 97, join([0x30, 0], frame))),
      LayerTests.outer + seen)
    CaptureCase(
      "Ethernet in IP of another version",
      LayerTests.frame(Packet.ip(outside.0, outside.1, 97, join([0x20, 0], frame))),
      LayerTests.outer)
    CaptureCase(
      "GTP, version 0", udp(3386, join([0x1e, 255], zeros(18), ipv4), from: 3386),
      outer(3386, from: 3386) + seen)
    CaptureCase("GTP', which bills", udp(3386, join([0x0e, 255], zeros(18), ipv4)), outer(3386))
    CaptureCase(
      "VXLAN's generic form", udp(4790, join([0x0c, 0, 0, 2, 0, 0, 9, 0], ipv6)),
      outer(4790) + seen6)
    CaptureCase(
      "a service header in VXLAN's generic form",
      udp(4790, join([0x0c, 0, 0, 4, 0, 0, 9, 0], [0, 2, 2, 2, 0, 0, 9, 7], ipv6)),
      outer(4790) + seen6)
    CaptureCase(
      "Cisco's metadata in GRE",
      gre(join([0x20, 0, 0x89, 9, 0, 0, 0, 40], [8, 0, 1, 1, 0, 1, 0, 0], ipv4)),
      LayerTests.outer + seen)
    CaptureCase(
      "an access point's frames of another tunnel",
      gre(join([0, 0, 0x82, 0x40], Packet.wireless(ipv4))), LayerTests.outer + seen)
    CaptureCase(
      "Geneve with options",
      udp(6081, join([2, 0, 0x65, 0x58, 0, 0, 9, 0], zeros(8), frame)), outer(6081) + seen)
    CaptureCase(
      "Geneve with IP", udp(6081, join([0, 0, 8, 0, 0, 0, 9, 0], ipv4)), outer(6081) + seen)
    CaptureCase("Geneve cut", udp(6081, [0x3f, 0, 8, 0, 0, 0, 9, 0, 1]), outer(6081))
    CaptureCase(
      "a router's capture", udp(37008, join([1, 0, 0, 1, 0, 10, 1, 9, 1], frame)),
      outer(37008) + seen)
    CaptureCase(
      "a router's capture of 802.11", udp(37008, join([1, 0, 0, 18, 1], Packet.wireless(ipv4))),
      outer(37008) + seen)
    CaptureCase("a router's capture cut", udp(37008, [1, 0, 0, 1, 10, 200, 1, 9]), outer(37008))
    CaptureCase(
      "another version on the port", udp(37008, join([2, 0, 0, 1, 1], frame)), outer(37008))
    CaptureCase(
      "VXLAN's generic form without the flag of a protocol",
      udp(4790, join([8, 0, 0, 1, 0, 0, 9, 0], ipv4)), outer(4790) + seen)
    CaptureCase(
      "VXLAN's generic form without the flag, of another version than it tells",
      udp(4790, join([8, 0, 0, 2, 0, 0, 9, 0], ipv4)), outer(4790))
    CaptureCase(
      "VXLAN from its port", udp(7, join([8, 0, 0, 0, 0, 0, 9, 0], frame), from: 4789),
      outer(7, from: 4789) + seen)
    CaptureCase(
      "VXLAN from its port, a reserved bit",
      udp(7, join([8, 0, 0, 0, 0, 0, 9, 1], frame), from: 4789), outer(7, from: 4789))
    CaptureCase(
      "Geneve from its port", udp(7, join([0, 0, 0x65, 0x58, 0, 0, 9, 0], frame), from: 6081),
      outer(7, from: 6081) + seen)
    CaptureCase(
      "Geneve from its port, with options and IP",
      udp(7, join([1, 0x40, 0x86, 0xdd, 0, 0, 9, 0], zeros(4), ipv6), from: 6081),
      outer(7, from: 6081) + seen6)
    CaptureCase(
      "Geneve from its port, a reserved bit",
      udp(7, join([0, 1, 8, 0, 0, 0, 9, 0], ipv4), from: 6081), outer(7, from: 6081))
    CaptureCase(
      "Geneve from its port, of another version than its type's",
      udp(7, join([0, 0, 0x86, 0xdd, 0, 0, 9, 0], ipv4), from: 6081), outer(7, from: 6081))
    CaptureCase(
      "GRE in UDP, from its port", udp(7, join([0x20, 0, 8, 0, 0, 0, 0, 7], ipv4), from: 4754),
      outer(7, from: 4754) + seen)
    CaptureCase(
      "GRE in UDP, from its port, of another version",
      udp(7, join([0, 2, 8, 0], ipv4), from: 4754), outer(7, from: 4754))
    CaptureCase("GRE in UDP", udp(4754, join([0, 0, 8, 0], ipv4)), outer(4754) + seen)
    CaptureCase("MPLS in UDP", udp(6635, join([0, 1, 1, 64], ipv4)), outer(6635) + seen)
    CaptureCase(
      "GTP with an extension header",
      udp(
        2152,
        join([0x34, 255, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85], [1, 9, 9, 0], ipv4)), outer(2152) + seen)
    CaptureCase(
      "GTP with a frame", udp(2152, join([0x30, 255, 0, 0, 0, 0, 0, 1], frame)),
      outer(2152) + seen)
    CaptureCase(
      "GTP with a frame of a VLAN behind an extension header",
      udp(
        2152,
        join(
          [0x34, 255, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85], [1, 0, 5, 0],
          Packet.ethernet(ipv6, tags: [0x88a8, 0x8100]))), outer(2152) + seen6)
    CaptureCase(
      "GTP with a frame for an address that begins like a packet",
      udp(
        2152,
        join([0x30, 255, 0, 0, 0, 0, 0, 1], [0x46, 0, 0, 0, 0, 1], zeros(6), [8, 0], ipv4)),
      outer(2152) + seen)
    CaptureCase(
      "GTP with a frame of another type",
      udp(2152, join([0x30, 255, 0, 0, 0, 0, 0, 1], Packet.ethernet(ipv4, type: 0x86dd))),
      outer(2152))
    CaptureCase(
      "GTP with PPP", udp(2152, join([0x30, 255, 0, 0, 0, 0, 0, 1, 0xff, 3, 0, 0x21], ipv4)),
      outer(2152) + seen)
    CaptureCase(
      "GTP with PPP, compressed, from its port",
      udp(50001, join([0x30, 255, 0, 0, 0, 0, 0, 1, 0x57], ipv6), from: 2152),
      outer(50001, from: 2152) + seen6)
    CaptureCase(
      "GTP with PPP of another version",
      udp(2152, join([0x30, 255, 0, 0, 0, 0, 0, 1, 0xff, 3, 0, 0x57], ipv4)), outer(2152))
    CaptureCase("GTP's signals", udp(2152, [0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0]), outer(2152))
    CaptureCase("LISP", udp(4341, join([0x80, 0, 0, 1, 0, 0, 0, 1], ipv4)), outer(4341) + seen)
    CaptureCase(
      "LISP's generic form", udp(4341, join([0x84, 0, 0, 3, 0, 0, 0, 1], frame)),
      outer(4341) + seen)
    CaptureCase(
      "LISP with a key", udp(4341, join([0x81, 0, 0, 1, 0, 0, 0, 1], ipv4)), outer(4341))
    CaptureCase("GUE", udp(6080, join([0, 41, 0, 0], ipv6)), outer(6080) + seen6)
    CaptureCase(
      "GUE with a private extension", udp(6080, join([1, 4, 0, 1, 9, 9, 9, 9], ipv4)),
      outer(6080) + seen)
    CaptureCase(
      "GUE with GRE", udp(6080, join([0, 47, 0, 0], [0, 0, 8, 0], ipv4)), outer(6080) + seen)
    CaptureCase(
      "GUE with MPLS", udp(6080, join([0, 137, 0, 0], [0, 1, 1, 64], ipv4)), outer(6080) + seen)
    CaptureCase("GUE without a header", udp(6080, ipv6), outer(6080) + seen6)
    CaptureCase("GUE's signals", udp(6080, join([0x20, 4, 0, 0], ipv4)), outer(6080))
    CaptureCase("GUE with a fragment", udp(6080, join([2, 4, 8, 0], zeros(8), ipv4)), outer(6080))
    CaptureCase("GUE cut", udp(6080, [0x1f, 4, 0, 0, 0, 0, 0, 0]), outer(6080))
    CaptureCase("Teredo", udp(3544, teredo), outer(3544) + seenTeredo)
    CaptureCase(
      "Teredo with authentication and origin",
      udp(50001, join([0, 1, 0, 0], zeros(9), zeros(8), teredo), from: 3544),
      outer(50001, from: 3544) + seenTeredo)
    CaptureCase("Teredo on another port", udp(4711, teredo), outer(4711) + seenTeredo)
    CaptureCase("IPv6 of another network on another port", udp(4711, ipv6), outer(4711))
    CaptureCase(
      "L2TP", udp(1701, join([0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21], ipv4)), outer(1701) + seen)
    CaptureCase(
      "L2TP with length, numbers and offset, from its port",
      udp(
        50001, join([0x4a, 2, 0, 0, 0, 1, 0, 1, 0, 5, 0, 4, 0, 2, 9, 9, 0x57], ipv6), from: 1701),
      outer(50001, from: 1701) + seen6)
    CaptureCase(
      "L2TP version 3", udp(1701, join([0, 3, 0, 0, 0, 0, 0, 7], frame)), outer(1701) + seen)
    CaptureCase(
      "L2TP version 3 with cookie and number",
      udp(1701, join([0, 3, 0, 0, 0, 0, 0, 7], utf8("cookies!"), [0x40, 0, 0, 1], frame)),
      outer(1701) + seen)
    CaptureCase(
      "L2TP version 3 in IP",
      LayerTests.frame(
        Packet.ip(outside.0, outside.1, 115, join([0, 0, 0, 7], utf8("snap"), frame))),
      LayerTests.outer + seen)
    CaptureCase(
      "L2TP version 3's signals in IP",
      LayerTests.frame(Packet.ip(outside.0, outside.1, 115, join([0, 0, 0, 0], frame))),
      LayerTests.outer)
    CaptureCase(
      "L2TP version 3 without IP in its frame",
      LayerTests.frame(
        Packet.ip(
          outside.0, outside.1, 115,
          join([0, 0, 0, 7], Packet.ethernet(zeros(46), type: 0x0806)))), LayerTests.outer)
    CaptureCase("L2TP's signals", udp(1701, join([0xc8, 2, 0, 20], zeros(40))), outer(1701))
    CaptureCase(
      "AYIYA", udp(5072, join([0x44, 0x52, 0x11, 41], zeros(40), ipv6)), outer(5072) + seen6)
    CaptureCase(
      "AYIYA's question", udp(5072, join([0x44, 0x52, 0x12, 59], zeros(80))), outer(5072))
    CaptureCase("mirrored, type I", gre(join([0, 0, 0x88, 0xbe], frame)), LayerTests.outer + seen)
    CaptureCase(
      "mirrored, type II",
      gre(join([0x10, 0, 0x88, 0xbe, 0, 0, 0, 1], zeros(8), frame)), LayerTests.outer + seen)
    CaptureCase(
      "mirrored, type III with a trailer",
      gre(join([0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], zeros(11), [1], zeros(8), frame)),
      LayerTests.outer + seen)
    CaptureCase(
      "Ethernet in IPv6, behind a routing header",
      LayerTests.frame(
        Packet.ip(
          Packet.server6, Packet.client6, 43, Packet.extensionHeader(next: 143, frame))),
      ["1 ip.src 2001:db8::2", "1 ip.dst 2001:db8::1"] + seen)
    CaptureCase(
      "a packet on its way to the root of its tree",
      LayerTests.frame(
        Packet.ip(outside.0, outside.1, 103, join([0x21, 0, 0, 0, 0, 0, 0, 0], ipv4))),
      LayerTests.outer + seen)
    CaptureCase(
      "no packet, but the way is kept open",
      LayerTests.frame(
        Packet.ip(outside.0, outside.1, 103, join([0x21, 0, 0, 0, 0x40, 0, 0, 0], ipv4))),
      LayerTests.outer)
    CaptureCase(
      "a router's greeting",
      LayerTests.frame(Packet.ip(outside.0, outside.1, 103, join([0x20, 0, 0, 0], zeros(40)))),
      LayerTests.outer)
    CaptureCase("to a cache", gre(join([0, 0, 0x88, 0x3e], ipv4)), LayerTests.outer + seen)
    CaptureCase(
      "to a cache, with a header",
      gre(join([0, 0, 0x88, 0x3e], [0x05, 0x51, 0, 9], ipv4)), LayerTests.outer + seen)
    CaptureCase(
      "to a cache, of another service",
      gre(join([0, 0, 0x88, 0x3e], [0x40, 0, 0, 9], ipv6)), LayerTests.outer + seen6)
    CaptureCase(
      "an access point's frames",
      gre(join([0, 0, 0x82, 0], Packet.wireless(ipv4))), LayerTests.outer + seen)
  }

  /// The header before a frame that goes to a controller or comes from one: lengths in words, flags, a fragment's
  /// place, and what fills it up.
  private static func controlled(
    words: UInt8 = 2, _ flags: UInt16, fragment: UInt16 = 0, _ frame: [UInt8],
    declared: UInt8? = nil
  ) -> [UInt8] {
    join(
      [0, (declared ?? words) << 3], flags.bytes, [0, 7], (fragment << 3).bytes,
      zeros(4 * Int(words) - 8), frame)
  }
  /// The 17th frame of a sender.
  private static let swapped = join(
    [1, 0x08], zeros(20), [1, 0x10], Array(Packet.wireless(ipv4)[24...]))

  @CaseTable static var controllers: [CaptureCase] {
    CaptureCase(
      "802.11", udp(5247, controlled(0x0300, Packet.wireless(ipv4))), outer(5247) + seen)
    CaptureCase(
      "802.11 with information before it, from the controller",
      udp(7, controlled(words: 4, 0x0320, Packet.wireless(ipv6, quality: 0)), from: 5247),
      outer(7, from: 5247) + seen6)
    CaptureCase(
      "802.11 with its first bytes swapped", udp(5247, controlled(words: 4, 0x4320, swapped)),
      outer(5247) + seen)
    CaptureCase("Ethernet", udp(5247, controlled(0x0200, frame)), outer(5247) + seen)
    CaptureCase(
      "the first part of a frame", udp(5247, controlled(0x0380, Packet.wireless(ipv4))),
      outer(5247) + seen)
    CaptureCase(
      "a later part", udp(5247, controlled(0x03c0, fragment: 9, Packet.wireless(ipv4))), outer(5247)
    )
    CaptureCase(
      "a sign of life", udp(5247, controlled(0x0308, Packet.wireless(ipv4))), outer(5247))
    CaptureCase(
      "another binding", udp(5247, controlled(0x0700, Packet.wireless(ipv4))), outer(5247))
    CaptureCase(
      "encrypted", udp(5247, join([1, 0, 0, 0], zeros(8), Packet.wireless(ipv4))), outer(5247))
    CaptureCase(
      "a header longer than the datagram", udp(5247, controlled(0x0300, frame, declared: 31)),
      outer(5247))
    CaptureCase(
      "a management frame", udp(5247, controlled(0x0300, join([0x40, 0], zeros(40)))), outer(5247))
  }

  @Test("frames between access points and their controller", arguments: controllers)
  func controller(_ test: CaptureCase) {
    #expect(Observed(test.capture).lines == test.expected)
  }

  @Test("a later part of a frame is counted")
  func laterPart() {
    let part = Self.udp(5247, Self.controlled(0x03c0, fragment: 9, zeros(40)))
    #expect(Observed(part).counts == ["wireless-fragment": 1])
  }

  @Test("what is inside is read", arguments: tunnels)
  func tunnel(_ test: CaptureCase) {
    #expect(Observed(test.capture).lines == test.expected)
  }

  @Test(
    "users' packets whose addresses look like a frame's type, and frames like a packet, cut or not")
  func cutUser() {
    let text = zeros(600)
    let datagram = Packet.udp(7, 9, text)
    // 2001:db8:800:4500::1, whose middle reads as the type of IPv4 and the first byte of a packet.
    let source6 = join([0x20, 1, 0x0d, 0xb8, 8, 0, 0x45], zeros(8), [1])
    let frames = [
      Packet.ip(Packet.client, Packet.server, 17, datagram),
      Packet.ip(Packet.client6, Packet.server6, 17, datagram),
    ]
    func check(_ inner: [UInt8], _ source: String) {
      let capture = Self.carried(inner)
      for length in [capture.count, capture.count - 300, capture.count - 500] {
        let lines = Observed(pcap([CapturedPacket(Array(capture[..<length]))])).addresses
        #expect(lines.contains { $0.contains(source) }, "\(source), \(length) bytes: \(lines)")
        #expect(lines.count == 4, "\(source), \(length) bytes: \(lines)")
      }
    }
    check(Packet.ip(source6, Packet.server6, 17, datagram), "2001:db8:800:4500::1:7")
    for (frame, source) in zip(frames, ["192.0.2.1:7", "2001:db8::1:7"]) {
      let type: [UInt8] = frame[0] == 0x45 ? [8, 0] : [0x86, 0xdd]
      check(join([0x46, 0, 0, 0, 0, 1], zeros(6), type, frame), source)
      check(join([0x66, 0, 0, 0, 0xff, 1], zeros(6), type, frame), source)
    }
  }

  /// A user's packet in GTP.
  private static func carried(_ inner: [UInt8]) -> [UInt8] {
    let packet = join([0x30, 255], UInt16(inner.count).bytes, [0, 0, 0, 1], inner)
    return Packet.ethernet(
      Packet.ip(outside.0, outside.1, 17, Packet.udp(7, 2152, packet)))
  }

  @Test("tunnels over UDP end at the limit, and every flow says how deep it is")
  func depth() throws {
    var packet = Self.ipv4
    for _ in 0..<6 {
      packet = Packet.ip(
        17, Packet.udp(7, 4789, join([8, 0, 0, 0, 0, 0, 9, 0], Packet.ethernet(packet))))
    }
    let observed = Observed(LayerTests.frame(packet))
    #expect(observed.addresses.count == 10)
    #expect(observed.counts["tunnel-depth-limit"] == 1)
    for depth in 0...4 {
      #expect(observed.details[2 * depth].contains("tunnelDepth: \(depth)"))
    }
  }

  @Test(
    "what a server of DNS sends to a client on a tunnel's port, and DTLS there, is no tunnel",
    arguments: [4754, 6635, 4789, 4790, 3544, 6081, 1701, 2152, 3386, 5072, 5247, 8472, 4341, 6080]
      as [UInt16])
  func otherThanTunnels(_ port: UInt16) {
    for number: UInt16 in [0x0001, 0x0801, 0x0c01, 0x3001, 0x4002, 0x6001, 0xffff] {
      var message = DNSBuilder(flags: 0x8180, answers: 1).question("a.example")
        .record(DNSBuilder.pointer(12), type: 1, [192, 0, 2, 7]).bytes
      message.replaceSubrange(0..<2, with: number.bytes)
      for server: UInt16 in [53, 5353, 5355] {
        let frame = Packet.datagram(message, from: server, to: port)
        #expect(
          Observed(pcap([CapturedPacket(frame)])).values
            == ["1 dns.query a.example", "1 dns.answer.address 192.0.2.7"], "\(number)")
      }
    }
    let hello = TLSBuilder.datagramRecord(
      TLSBuilder.hello(extensions: TLSBuilder.serverName("d.example"), isDatagram: true))
    let frame = Packet.datagram(hello, to: port)
    #expect(Observed(pcap([CapturedPacket(frame)])).values == ["1 tls.sni d.example"])
  }

  @Test("a tunnel between ports of which one is DNS's")
  func fromServicePort() {
    let packet = Self.udp(4789, join([8, 0, 0, 0, 0, 0, 9, 0], Self.frame), from: 53)
    #expect(Observed(packet).lines == Self.outer(4789, from: 53) + Self.seen)
  }
}
