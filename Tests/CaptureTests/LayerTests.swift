import Capture
import Testing

@Suite("Link, network and transport layers")
struct LayerTests {
  static let query = DNSBuilder().question("a.example").bytes
  static let datagram = Packet.udp(50000, 53, query)
  static let ipv4 = Packet.ip(17, datagram)
  static let ipv6 = Packet.ip(Packet.client6, Packet.server6, 17, datagram)

  static func file(_ linkType: UInt32, _ frame: [UInt8]) -> [UInt8] {
    pcap([CapturedPacket(frame)], linkType: linkType)
  }

  static let seen = [
    "1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:53", "1 dns.query a.example",
  ]
  static let seen6 = [
    "1 ip.src 2001:db8::1:50000", "1 ip.dst 2001:db8::2:53", "1 dns.query a.example",
  ]

  static let outer = ["1 ip.src 203.0.113.1", "1 ip.dst 203.0.113.2"]

  @CaseTable static var links: [CaptureCase] {
    CaptureCase("Ethernet", file(1, Packet.ethernet(ipv4)), seen)
    CaptureCase("Ethernet, IPv6", file(1, Packet.ethernet(ipv6)), seen6)
    CaptureCase(
      "Ethernet, padded", file(1, Packet.ethernet(join(ipv4, utf8("padding!")))), seen)
    CaptureCase("802.1Q", file(1, Packet.ethernet(ipv4, tags: [0x8100])), seen)
    CaptureCase("QinQ", file(1, Packet.ethernet(ipv6, tags: [0x88a8, 0x8100])), seen6)
    CaptureCase(
      "old QinQ, three tags", file(1, Packet.ethernet(ipv4, tags: [0x9100, 0x8100, 0x8100])), seen)
    CaptureCase(
      "LLC and SNAP",
      file(
        1,
        Packet.ethernet(join([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ipv4), type: UInt16(ipv4.count + 8))),
      seen)
    CaptureCase(
      "LLC and SNAP of a bridge's tunnel",
      file(
        1,
        Packet.ethernet(
          join([0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 0], ipv4), type: UInt16(ipv4.count + 8))),
      seen)
    CaptureCase(
      "SNAP of a bridge, with a check sequence",
      file(1, Packet.ethernet(join(bridged(1), Packet.ethernet(ipv4), zeros(4)), type: 100)), seen)
    CaptureCase(
      "SNAP of a bridge, without a check sequence, VLAN",
      file(
        1, Packet.ethernet(join(bridged(7), Packet.ethernet(ipv6, tags: [0x8100])), type: 100)),
      seen6)
    CaptureCase(
      "SNAP of a bridge, a frame for an address that begins with zeros",
      file(
        1,
        Packet.ethernet(
          join(bridged(7), [0, 0, 0x5e, 0, 0x53, 1], zeros(6), [8, 0], ipv4), type: 100)), seen)
    CaptureCase(
      "ATM, bridged", file(100, join(bridged(7), [0, 0], Packet.ethernet(ipv4))), seen)
    CaptureCase(
      "ATM, bridged, with a check sequence and labels",
      file(
        100,
        join(
          bridged(1), [0, 0], Packet.ethernet(join([0, 1, 1, 64], ipv4), type: 0x8847), zeros(4))),
      seen)
    CaptureCase(
      "ATM, bridged, without padding", file(100, join(bridged(7), Packet.ethernet(ipv6))), seen6)
    CaptureCase(
      "MPLS", file(1, Packet.ethernet(join([0, 1, 0x00, 64, 0, 2, 0x01, 64], ipv4), type: 0x8847)),
      seen)
    CaptureCase(
      "PPPoE",
      file(
        1,
        Packet.ethernet(
          join([0x11, 0, 0, 1], UInt16(ipv4.count + 2).bytes, [0, 0x21], ipv4), type: 0x8864)), seen
    )
    CaptureCase("Linux cooked", file(113, Packet.linuxCooked(ipv4)), seen)
    CaptureCase("Linux cooked, IPv6", file(113, Packet.linuxCooked(ipv6)), seen6)
    CaptureCase(
      "Linux cooked, a whole frame",
      file(113, join([0, 0, 0xff, 0xfe], zeros(10), [0, 3], Packet.ethernet(ipv4))), seen)
    CaptureCase(
      "Linux cooked, 802.11",
      file(113, join([0, 3, 3, 33], zeros(10), [0, 4], Packet.wireless(ipv4))), seen)
    CaptureCase(
      "Linux cooked, radiotap",
      file(
        113,
        join([0, 3, 3, 35], zeros(10), [0, 4], [0, 0, 8, 0, 0, 0, 0, 0], Packet.wireless(ipv4))),
      seen)
    CaptureCase(
      "Linux cooked 2, radiotap",
      file(
        276,
        join(
          [0, 4], zeros(6), [3, 35], zeros(10), [0, 0, 8, 0, 0, 0, 0, 0], Packet.wireless(ipv4))),
      seen)
    CaptureCase(
      "a mesh, to one node",
      file(1, Packet.ethernet(join([0x40, 15], zeros(8), Packet.ethernet(ipv4)), type: 0x4305)),
      seen)
    CaptureCase(
      "a mesh, with the source",
      file(1, Packet.ethernet(join([0x42, 15], zeros(16), Packet.ethernet(ipv4)), type: 0x4305)),
      seen
    )
    CaptureCase(
      "a mesh, to all",
      file(1, Packet.ethernet(join([1, 15], zeros(12), Packet.ethernet(ipv4)), type: 0x4305)), seen)
    CaptureCase(
      "PPP, bridged", file(9, join([0xff, 3, 0, 0x31, 0, 1], Packet.ethernet(ipv4))), seen)
    CaptureCase(
      "PPP, bridged, with a network's number",
      file(9, join([0x31, 0x40, 1, 0, 0, 0, 9], Packet.ethernet(ipv4))), seen)
    CaptureCase(
      "PPP over several links", file(9, join([0xff, 3, 0, 0x3d, 0xc0, 0, 0, 9, 0x21], ipv4)), seen)
    CaptureCase("Linux cooked 2", file(276, Packet.linuxCooked2(ipv4)), seen)
    CaptureCase("Linux cooked 2, IPv6", file(276, Packet.linuxCooked2(ipv6)), seen6)
    CaptureCase(
      "a packet filter's log", file(117, join([61, 2, 0, 0], zeros(60), ipv4)), seen)
    CaptureCase("OpenBSD's encapsulation", file(109, join(zeros(12), ipv6)), seen6)
    CaptureCase("IP over InfiniBand", file(242, join(zeros(40), [8, 0, 0, 0], ipv4)), seen)
    CaptureCase(
      "Cisco's metadata", file(1, join(zeros(12), [0x89, 9, 1, 1, 0, 1, 0, 5, 8, 0], ipv4)), seen)
    CaptureCase(
      "802.1CB", file(1, join(zeros(12), [0xf1, 0xc1, 0, 0, 0, 7, 8, 0], ipv4)), seen)
    CaptureCase("VN-tag", file(1, join(zeros(12), [0x89, 0x26, 0, 0, 0, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "MACsec without encryption",
      file(1, join(zeros(12), [0x88, 0xe5, 0, 0, 0, 0, 0, 1, 8, 0], ipv4, zeros(16))), seen)
    CaptureCase(
      "MACsec with an identifier",
      file(
        1, join(zeros(12), [0x88, 0xe5, 0x20, 0, 0, 0, 0, 1], zeros(8), [8, 0], ipv4, zeros(16))),
      seen)
    CaptureCase("HSR", file(1, join(zeros(12), [0x89, 0x2f, 0, 48, 0, 1, 8, 0], ipv4)), seen)
    CaptureCase(
      "802.1BR", file(1, join(zeros(12), [0x89, 0x3f, 0, 0, 0, 1, 0, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "FabricPath", file(1, join(zeros(12), [0x89, 3, 0, 1], Packet.ethernet(ipv6))), seen6)
    CaptureCase(
      "TRILL with options",
      file(1, join(zeros(12), [0x22, 0xf3, 0, 0x40], zeros(8), Packet.ethernet(ipv4))), seen)
    CaptureCase(
      "a jumbo frame",
      file(1, join(zeros(12), [0x88, 0x70, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "a chain of services",
      file(1, join(zeros(12), [0x89, 0x4f, 0, 2, 1, 2], zeros(4), ipv6)), seen6)
    CaptureCase("ARCNET, the oldest form", file(7, join([1, 2, 240], ipv4)), seen)
    CaptureCase("ARCNET", file(7, join([1, 2, 212, 0, 0, 9], ipv4)), seen)
    CaptureCase("ARCNET, IPv6", file(7, join([1, 2, 196, 0, 0, 9], ipv6)), seen6)
    CaptureCase(
      "ARCNET, a length that the medium does not have",
      file(7, join([1, 2, 212, 0xff, 0xff, 0xff, 212, 0, 0, 9], ipv4)), seen)
    CaptureCase("ARCNET, the first of two parts", file(7, join([1, 2, 212, 1, 0, 9], ipv4)), seen)
    CaptureCase("ARCNET on Linux", file(129, join([1, 2, 0, 9, 212, 0, 0, 9], ipv4)), seen)
    CaptureCase(
      "ARCNET on Linux, the oldest form", file(129, join([1, 2, 0, 9, 240], ipv6)), seen6)
    CaptureCase("raw", file(101, ipv4), seen)
    CaptureCase("raw, IPv6", file(101, ipv6), seen6)
    CaptureCase("raw as 12", file(12, ipv4), seen)
    CaptureCase("raw as 14", file(14, ipv6), seen6)
    CaptureCase("IPv4", file(228, ipv4), seen)
    CaptureCase("IPv6", file(229, ipv6), seen6)
    CaptureCase("null, little", file(0, join([2, 0, 0, 0], ipv4)), seen)
    CaptureCase("null, big", file(0, join([0, 0, 0, 2], ipv4)), seen)
    CaptureCase("null, IPv6 of three systems", file(0, join([30, 0, 0, 0], ipv6)), seen6)
    CaptureCase("null with Ethernet's type", file(0, join([15, 0, 8, 0], ipv4)), seen)
    CaptureCase("null with Ethernet's type, IPv6", file(0, join([2, 0, 0x86, 0xdd], ipv6)), seen6)
    CaptureCase("loop", file(108, join([0, 0, 0, 24], ipv6)), seen6)
    CaptureCase("PPP", file(9, join([0xff, 3, 0, 0x21], ipv4)), seen)
    CaptureCase("PPP, compressed", file(9, join([0x57], ipv6)), seen6)
    CaptureCase("HDLC that says PPP", file(50, join([0x8f, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "802.1ah",
      file(1, Packet.ethernet(join([0, 0, 0, 1], Packet.ethernet(ipv4)), type: 0x88e7)), seen)
    CaptureCase("HDLC", file(104, join([0x0f, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "LLC without SNAP", file(1, Packet.ethernet(join([6, 6, 3], ipv4), type: 99)), seen)
    CaptureCase("ATM", file(100, join([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "Token Ring", file(6, join([0x10, 0x40], zeros(12), [0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ipv4)),
      seen)
    CaptureCase(
      "Token Ring with a way",
      file(
        6,
        join(
          [0x10, 0x40], zeros(6), [0x80], zeros(5), [0x06, 0, 0, 0x11, 0, 0x20],
          [0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "IP over Fibre Channel",
      file(122, join(zeros(16), [0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd], ipv6)), seen6)
    CaptureCase("Apple's IEEE 1394", file(138, join(zeros(16), [8, 0], ipv4)), seen)
    CaptureCase("ERF, Ethernet", file(197, record(2, join([0, 0], Packet.ethernet(ipv4)))), seen)
    CaptureCase(
      "ERF with extensions",
      file(197, record(0x8b, join([0x80], zeros(15), [0, 0], Packet.ethernet(ipv6)))), seen6)
    CaptureCase("ERF, PPP", file(197, record(1, join([0xff, 3, 0, 0x21], ipv4))), seen)
    CaptureCase("ERF, HDLC", file(197, record(1, join([0x0f, 0, 8, 0], ipv4))), seen)
    CaptureCase("ERF, IP", file(197, record(23, ipv6)), seen6)
    CaptureCase(
      "PPP with a header from which others are compressed",
      file(9, join([0x2f], ipv4Compressed)),
      ["1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:80"])
    CaptureCase(
      "PPP of several links, long number", file(9, join([0x3d, 0xc0, 0, 0, 9, 0x21], ipv4)), seen)
    CaptureCase(
      "PPP of several links, short number", file(9, join([0x3d, 0xc0, 9, 0, 0x21], ipv4)), seen)
    CaptureCase(
      "PPP of several links, a larger short number",
      file(9, join([0x3d, 0xc5, 9, 0x57], ipv6)), seen6)
    CaptureCase("FDDI", file(10, join(zeros(13), [0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ipv4)), seen)
    CaptureCase("802.11", file(105, Packet.wireless(ipv4)), seen)
    CaptureCase("802.11, quality of service", file(105, Packet.wireless(ipv6, quality: 0)), seen6)
    CaptureCase("802.11, four addresses", file(105, Packet.wireless(ipv4, flags: 3)), seen)
    CaptureCase(
      "802.11, high throughput control", file(105, Packet.wireless(ipv4, flags: 0x81, quality: 0)),
      seen)
    CaptureCase(
      "802.11, two in one", file(105, Packet.wirelessAggregate([ipv4, ipv6])),
      // The question of each flow: that the packet brings the same one twice says nothing of either.
      seen + seen6)
    CaptureCase(
      "802.11, an empty one before", file(105, Packet.wirelessAggregate([nil, ipv4, nil])), seen)
    CaptureCase(
      "802.11, one behind many in one",
      file(105, Packet.wirelessAggregate(Array(repeating: nil, count: 40) + [ipv4])), seen)
    CaptureCase(
      "802.11, the same twice in one", file(105, Packet.wirelessAggregate([ipv4, ipv4])), seen)
    CaptureCase(
      "PPP with a direction, received", file(204, join([0, 0xff, 3, 0, 0x21], ipv4)), seen)
    CaptureCase("PPP with a direction, sent", file(204, join([1, 0x21], ipv4)), seen)
    CaptureCase(
      "PPP with a direction for an address", file(166, join([1, 3, 0, 0x21], ipv4)), seen)
    CaptureCase(
      "PPP with a direction before the address", file(166, join([0, 0xff, 3, 0, 0x21], ipv4)), seen)
    CaptureCase(
      "netANALYZER", file(240, join([0x01, 0x01, 0, 0], Packet.ethernet(ipv4, type: 0x800))), seen)
    CaptureCase(
      "radiotap with a check sequence",
      file(
        127,
        join(
          [0, 0, 18, 0, 3, 0, 0, 0], zeros(8), [0x10, 0], Packet.wireless(ipv4), [1, 2, 3, 4])),
      seen)
    CaptureCase(
      "radiotap with two words of bits, padded",
      file(
        127,
        join(
          [0, 0, 14, 0, 2, 0, 0, 0x80, 0, 0, 0, 0, 0x20, 0],
          Packet.wireless(ipv4, quality: 0, isPadded: true))), seen)
    CaptureCase(
      "AVS",
      file(163, join([0x80, 0x21, 0x10, 1, 0, 0, 0, 64], zeros(56), Packet.wireless(ipv4))), seen)
    CaptureCase("Prism", file(119, join(zeros(144), Packet.wireless(ipv4))), seen)
    CaptureCase(
      "per-packet information", file(192, join([0, 0, 8, 0, 105, 0, 0, 0], Packet.wireless(ipv4))),
      seen)
    CaptureCase(
      "netfilter's log",
      file(
        239,
        join(
          [2, 0, 0, 0, 5, 0, 10, 0, 0x41, 0, 0, 0], [UInt8(ipv4.count + 4), 0, 9, 0], ipv4)), seen)
    CaptureCase("Frame Relay", file(107, join([0x18, 0x41, 3, 0xcc], ipv4)), seen)
    CaptureCase(
      "Frame Relay, SNAP",
      file(107, join([0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 0x86, 0xdd], ipv6)), seen6)
    CaptureCase(
      "Frame Relay, bridged",
      file(107, join([0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7], Packet.ethernet(ipv4))), seen)
    CaptureCase(
      "Frame Relay, bridged, with a check sequence",
      file(
        107,
        join([0x18, 0x41, 3, 0x80, 0, 0x80, 0xc2, 0, 1], Packet.ethernet(ipv4), zeros(4))), seen)
    CaptureCase("SLIP", file(8, join([1, 0x40], zeros(14), ipv4)), seen)
    CaptureCase("Solaris", file(226, join([1, 2], zeros(22), ipv4)), seen)
    CaptureCase("Solaris, IPv6", file(226, join([1, 26], zeros(22), ipv6)), seen6)
    CaptureCase("Apple's header", file(258, packetTap(1, Packet.ethernet(ipv4))), seen)
    CaptureCase("Apple's header, raw", file(258, packetTap(12, ipv6)), seen6)
    CaptureCase(
      "Apple's header as private", file(149, packetTap(0, join([30, 0, 0, 0], ipv6))), seen6)
  }

  /// What a bridge puts before a frame of Ethernet: 1 if that keeps its check sequence, else 7.
  private static func bridged(_ number: UInt8) -> [UInt8] {
    [0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, number]
  }

  /// A segment with the number of a connection for its protocol.
  private static let ipv4Compressed = Packet.ip(3, Packet.tcp(50000, 80))

  /// A capture card's record of a type.
  private static func record(_ type: UInt8, _ frame: [UInt8]) -> [UInt8] {
    join(zeros(8), [type, 4], UInt16(frame.count + 16).bytes, zeros(4), frame)
  }

  /// A header of Apple's before a frame of a type.
  static func packetTap(_ linkType: UInt8, _ frame: [UInt8], record: UInt8 = 1) -> [UInt8] {
    join([108, 0, 0, 0, record, 0, 0, 0, linkType, 0, 0, 0], utf8("en0"), zeros(93), frame)
  }

  private static let juniper = utf8("MGC")

  @CaseTable static var routers: [CaptureCase] {
    CaptureCase(
      "Juniper, Ethernet with extensions",
      file(178, join(juniper, [0x80, 0, 4, 1, 2, 3, 4], Packet.ethernet(ipv4))), seen)
    CaptureCase(
      "Juniper, without a frame", file(178, join(juniper, [2, 0, 0, 0, 2], ipv4)), seen)
    CaptureCase("Juniper, PPPoE", file(167, join(juniper, [0], Packet.ethernet(ipv4))), seen)
    CaptureCase("Juniper, PPP", file(179, join(juniper, [1, 0xff, 3, 0, 0x57], ipv6)), seen6)
    CaptureCase(
      "Juniper, Frame Relay", file(180, join(juniper, [0, 0x18, 0x41, 3, 0xcc], ipv4)), seen)
    CaptureCase("Juniper, HDLC", file(181, join(juniper, [0, 0x0f, 0, 8, 0], ipv4)), seen)
    CaptureCase(
      "a service header in another, with a frame",
      file(
        1,
        Packet.ethernet(
          join([0, 2, 2, 4, 0, 0, 9, 7], [0, 2, 2, 3, 0, 0, 9, 7], Packet.ethernet(ipv6)),
          type: 0x894f)),
      seen6)
  }

  @Test("routers' headers that are cut are counted, wherever they are")
  func cutRouters() {
    for linkType: UInt32 in [167, 178, 179, 180, 181] {
      #expect(Observed(Self.file(linkType, utf8("MGC"))).counts == ["link-header-cut": 1])
      #expect(
        Observed(Self.file(linkType, join(Self.juniper, [0x80, 255, 255]))).counts
          == ["link-header-cut": 1])
      #expect(Observed(Self.file(linkType, zeros(40))).counts == ["not-ip": 1])
    }
  }

  @Test(
    "packets are found behind every link header",
    arguments: links + routers + SwitchTests.tags + SwitchTests.wires)
  func packet(_ test: CaptureCase) {
    let observed = Observed(test.capture)
    #expect(observed.lines == test.expected)
    #expect(observed.counts.isEmpty)
  }

  @Test("link types that are not read are counted by name")
  func unknownLink() {
    #expect(Observed(Self.file(119, [])).counts == ["link-header-cut": 1])
    #expect(
      Observed(Self.file(105, Packet.wireless(Self.ipv4, flags: 0x41))).counts
        == ["wireless-encrypted": 1])
    // Frames that only control the medium are short as a whole.
    #expect(Observed(Self.file(105, join([0xd4, 0], zeros(8)))).counts == ["not-ip": 1])
    #expect(Observed(Self.file(105, join([0x08, 1], zeros(8)))).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(195, Self.ipv4)).counts == ["link-type-ieee802_15_4-195": 1])
    #expect(
      Observed(Self.file(7, join([1, 2, 212, 2, 0, 9], Self.ipv4))).counts == ["not-ip": 1])
    // What bridges say to each other, and a frame that is cut.
    #expect(Observed(Self.file(100, join(Self.bridged(14), zeros(40)))).counts == ["not-ip": 1])
    #expect(
      Observed(Self.file(100, join(Self.bridged(7), zeros(13)))).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(100, Self.bridged(7))).counts == ["not-ip": 1])
    #expect(Observed(Self.file(7, join([1, 2, 213, 0, 0, 9], zeros(20)))).counts == ["not-ip": 1])
    #expect(Observed(Self.file(129, [1, 2, 0, 9, 212, 0])).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(60000, Self.ipv4)).counts == ["link-type-60000": 1])
    #expect(
      Observed(pcap(Packet.ethernet([0, 1], type: 0x0806))).counts == ["not-ip": 1])
  }

  @Test("records of capture cards and rings that are cut, or hold no frame")
  func records() {
    #expect(Observed(Self.file(197, zeros(15))).counts == ["link-header-cut": 1])
    #expect(
      Observed(Self.file(197, Self.record(0x82, [0x80, 0]))).counts == ["link-header-cut": 1])
    let endless = Self.record(0x82, Array(repeating: 0x80, count: 4000))
    #expect(Observed(Self.file(197, endless)).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(197, Self.record(27, zeros(60)))).counts == ["not-ip": 1])
    #expect(Observed(Self.file(6, zeros(14))).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(6, zeros(60))).counts == ["not-ip": 1])
    #expect(Observed(Self.file(138, zeros(17))).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(9, join([0x2f], zeros(19)))).counts == ["ip-header-cut": 1])
  }

  @Test("what is no frame of a mesh or a link of several is counted")
  func partsOfFrames() {
    let cut = Self.file(113, join([0, 3, 3, 35], zeros(10), [0, 4], [0, 0, 200, 0, 0, 0, 0, 0]))
    #expect(Observed(cut).counts == ["link-header-cut": 1])
    let own = Packet.ethernet(join([0, 15], zeros(12), Packet.ethernet(Self.ipv4)), type: 0x4305)
    #expect(Observed(pcap(own)).counts == ["not-ip": 1])
    let part = Self.file(9, join([0x3d, 0x80, 0, 0, 9, 0x21], Self.ipv4))
    #expect(Observed(part).counts == ["not-ip": 1])
    let nested = Self.file(9, Array(repeating: [0x3d, 0xc0, 0, 0, 9], count: 200).flatMap { $0 })
    #expect(Observed(nested).counts == ["link-header-limit": 1])
  }

  static func frame(_ packet: [UInt8]) -> [UInt8] { pcap(Packet.ethernet(packet)) }

  @CaseTable static var networks: [CaptureCase] {
    CaptureCase(
      "IPv4 options",
      frame(Packet.ip(17, datagram, options: [7, 7, 4, 0, 0, 0, 0, 0])), seen)
    CaptureCase("no total length", frame(Packet.ip(17, datagram, length: 0)), seen)
    CaptureCase(
      "a longer total length than captured", frame(Packet.ip(17, datagram, length: 1400)), seen)
    CaptureCase(
      "extension headers",
      frame(
        Packet.ip(
          Packet.client6, Packet.server6, 0,
          Packet.extensionHeader(
            next: 43,
            Packet.extensionHeader(
              next: 60, length: 2, Packet.extensionHeader(next: 51, Packet.ah(17, datagram)))))),
      seen6)
    CaptureCase(
      "an atomic fragment",
      frame(
        Packet.ip(
          Packet.client6, Packet.server6, 44, join([17, 0, 0, 0, 0, 0, 0, 9], datagram))), seen6)
    CaptureCase("AH in IPv4", frame(Packet.ip(51, Packet.ah(17, datagram))), seen)
    CaptureCase(
      "ICMP and what it quotes",
      frame(Packet.ip(1, join([3, 3, 0, 0, 0, 0, 0, 0], ipv4))),
      ["1 ip.src 192.0.2.1", "1 ip.dst 198.51.100.2"])
    CaptureCase(
      "SCTP has ports", frame(Packet.ip(132, [0, 7, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0])),
      ["1 ip.src 192.0.2.1:7", "1 ip.dst 198.51.100.2:9"])
    CaptureCase(
      "a mapped address is an IPv4 one",
      frame(
        Packet.ip(
          join(zeros(10), [0xff, 0xff], Packet.client), Packet.server6, 59, [])),
      ["1 ip.src 192.0.2.1", "1 ip.dst 2001:db8::2"])
    CaptureCase(
      "ports cut off", frame(Packet.ip(6, [1, 2])),
      ["1 ip.src 192.0.2.1", "1 ip.dst 198.51.100.2"])
    CaptureCase(
      "IP in IP",
      frame(Packet.ip([203, 0, 113, 1], [203, 0, 113, 2], 4, ipv4)),
      outer + seen)
    CaptureCase(
      "6in4",
      frame(Packet.ip([203, 0, 113, 1], [203, 0, 113, 2], 41, ipv6)),
      outer + seen6)
    CaptureCase(
      "GRE with key and sequence number",
      frame(
        Packet.ip(
          [203, 0, 113, 1], [203, 0, 113, 2], 47,
          join([0x30, 0, 8, 0, 0, 0, 0, 1, 0, 0, 0, 2], ipv4))),
      outer + seen)
    CaptureCase(
      "GRE with source routes",
      frame(
        Packet.ip(
          [203, 0, 113, 1], [203, 0, 113, 2], 47,
          join([0x40, 0, 8, 0], zeros(4), [8, 0, 0, 4, 192, 0, 2, 77], zeros(4), ipv4))),
      outer + seen)
    CaptureCase(
      "GRE with an Ethernet frame",
      frame(
        Packet.ip(
          [203, 0, 113, 1], [203, 0, 113, 2], 47, join([0, 0, 0x65, 0x58], Packet.ethernet(ipv4)))),
      outer + seen)
    CaptureCase(
      "MikroTik's Ethernet over IP, of the length that it tells",
      frame(
        Packet.ip(
          [203, 0, 113, 1], [203, 0, 113, 2], 47,
          join(
            [0x20, 1, 0x64, 0, 0, UInt8(ipv4.count + 14), 1, 0], Packet.ethernet(ipv4), [1, 2, 3]))),
      outer + seen)
  }

  @Test("network layers", arguments: networks)
  func network(_ test: CaptureCase) {
    #expect(Observed(test.capture).lines == test.expected)
  }

  @Test("tunnels end at the limit")
  func tunnelDepth() {
    var packet = Self.ipv4
    for _ in 0..<6 { packet = Packet.ip(4, packet) }
    let observed = Observed(Self.frame(packet))
    #expect(observed.addresses.count == 10)
    #expect(observed.counts["tunnel-depth-limit"] == 1)
  }

  @Test("frames in frames end at a limit, whatever the packet's length")
  func linkHeaderLimit() {
    var frame = Packet.ethernet(Self.ipv4)
    for _ in 0..<14 { frame = Packet.ethernet(frame, type: 0x6558) }
    #expect(Observed(pcap(frame)).lines == Self.seen)
    let header = Packet.ethernet([], type: 0x6558)
    frame = join(Array(Array(repeating: header, count: 10_000).joined()), frame)
    #expect(Observed(pcap(frame)).counts == ["link-header-limit": 1])
  }

  @Test("a datagram's end is its own, not the packet's")
  func datagramLength() {
    let padded = Packet.udp(
      50000, 9999, join(Self.query, [0, 0, 0]), length: Self.query.count + 8)
    // By content a message must end with the datagram.
    #expect(Observed(Self.frame(Packet.ip(17, padded))).lines.last == "1 dns.query a.example")
    #expect(
      Observed(Self.frame(Packet.ip(17, Packet.udp(50000, 9999, join(Self.query, [0]))))).values
        == [])
  }
}

extension Packet {
  /// An authentication header of 12 bytes.
  static func ah(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [next, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2] + payload
  }
}

extension Packet {
  /// A data frame with LLC and SNAP.
  static func wireless(
    _ packet: [UInt8], flags: UInt8 = 1, quality: UInt8? = nil, isPadded: Bool = false
  ) -> [UInt8] {
    var frame = join([quality == nil ? 0x08 : 0x88, flags], zeros(22))
    if flags & 3 == 3 { frame += zeros(6) }
    if let quality { frame += [quality, 0] }
    if quality != nil, flags & 0x80 != 0 { frame += zeros(4) }
    if isPadded { frame += zeros(3 - (frame.count + 3) % 4) }
    return join(frame, logicalLink(packet))
  }

  /// A data frame of several packets, or nothing in their place.
  static func wirelessAggregate(_ packets: [[UInt8]?]) -> [UInt8] {
    var frame = join([0x88, 1], zeros(22), [0x80, 0])
    for packet in packets {
      let body = packet.map(logicalLink) ?? []
      frame += join(zeros(12), UInt16(body.count).bytes, body, zeros((2 - body.count % 4 + 4) % 4))
    }
    return frame
  }

  private static func logicalLink(_ packet: [UInt8]) -> [UInt8] {
    join([0xaa, 0xaa, 3, 0, 0, 0], etherType(packet).bytes, packet)
  }
}
