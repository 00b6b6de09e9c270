import Capture
import Testing

/// What switches add to the frames that they hand on or mirror, and frames without a header that tells them.
@Suite("Tags of switches and pseudowires")
struct SwitchTests {
  private static let (seen, seen6) = (LayerTests.seen, LayerTests.seen6)
  private static let (ipv4, ipv6) = (LayerTests.ipv4, LayerTests.ipv6)
  private static let addresses: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]

  private static func file(_ linkType: UInt32, _ frame: [UInt8]...) -> [UInt8] {
    LayerTests.file(linkType, Array(frame.joined()))
  }

  /// A label at the bottom of the stack, on Ethernet.
  private static func labelled(_ bytes: [UInt8]) -> [UInt8] {
    LayerTests.file(1, Packet.ethernet(join([0, 1, 1, 64], bytes), type: 0x8847))
  }

  /// A frame to an address that begins with these bytes.
  private static func frame(to first: [UInt8], _ packet: [UInt8], tags: [UInt16] = []) -> [UInt8] {
    var bytes = Packet.ethernet(packet, tags: tags)
    bytes.replaceSubrange(0..<first.count, with: first)
    return bytes
  }

  @CaseTable static var tags: [CaptureCase] {
    CaptureCase("Broadcom", file(281, addresses, [0x20, 0, 0, 3, 8, 0], ipv4), seen)
    CaptureCase(
      "Broadcom, a VLAN inside", file(281, addresses, [0x20, 0, 0, 3, 0x81, 0, 0, 5, 8, 0], ipv4),
      seen)
    CaptureCase(
      "Broadcom, before the frame", file(282, [0, 0, 0, 3], Packet.ethernet(ipv6)), seen6)
    CaptureCase("Marvell", file(284, addresses, [0xc0, 0x10, 0, 5, 0x86, 0xdd], ipv6), seen6)
    CaptureCase(
      "Marvell with a type",
      file(285, addresses, [0xda, 0xda, 0, 0, 0xc0, 0x10, 0, 5, 8, 0], ipv4),
      seen)
    CaptureCase(
      "Marvell with a type, as Ethernet",
      file(1, addresses, [0xda, 0xda, 0, 0, 0xc0, 0x10, 0, 5, 8, 0], ipv4), seen)
    CaptureCase(
      "Arista's time in eight bytes",
      file(1, addresses, [0xd2, 0x8b, 0, 1, 0, 0x10], zeros(8), [8, 0], ipv4), seen)
    CaptureCase(
      "Arista's time in six bytes, before a VLAN",
      file(
        1, addresses, [0xd2, 0x8b, 0, 1, 1, 0x21], zeros(6), [0x81, 0, 0, 5, 0x86, 0xdd], ipv6),
      seen6)
  }

  private static let fromFrameLike = Packet.ip(
    [8, 0, 69, 0], Packet.server, 17, LayerTests.datagram)

  /// A packet with its checksum.
  private static func sum(_ packet: [UInt8]) -> [UInt8] {
    let words = stride(from: 0, to: 20, by: 2).map { Int(packet[$0]) << 8 | Int(packet[$0 + 1]) }
    var bytes = packet
    bytes.replaceSubrange(10..<12, with: UInt16(0xffff - words.reduce(0, +) % 0xffff).bytes)
    return bytes
  }

  @CaseTable static var wires: [CaptureCase] {
    CaptureCase("a control word", labelled(join([0, 0, 0, 7], Packet.ethernet(ipv4))), seen)
    CaptureCase("no control word", labelled(frame(to: [0, 1], ipv4)), seen)
    CaptureCase("no control word, another address", labelled(frame(to: [0x52, 0x54], ipv6)), seen6)
    CaptureCase(
      "no control word, as IPv4 with a short header", labelled(frame(to: [0x44], ipv4)), seen)
    CaptureCase("no control word, as IPv4", labelled(frame(to: [0x4c], ipv6)), seen6)
    CaptureCase(
      "no control word, as IPv6", labelled(frame(to: [0x60, 1, 2, 3, 4, 5], ipv4)), seen)
    CaptureCase(
      "an address that looks like a frame's type", labelled(Self.sum(fromFrameLike)),
      ["1 ip.src 8.0.69.0:50000", "1 ip.dst 198.51.100.2:53", "1 dns.query a.example"])
    CaptureCase(
      "no control word, VLANs", labelled(frame(to: [0xb4], ipv4, tags: [0x88a8, 0x8100])), seen)
  }

  @Test("headers that are cut, and those that hold no packet, are counted")
  func others() {
    for linkType: UInt32 in [226, 258, 281, 282, 284, 285] {
      #expect(Observed(Self.file(linkType, zeros(11))).counts == ["link-header-cut": 1])
    }
    #expect(Observed(Self.file(8, zeros(16))).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(226, [1, 3], zeros(60))).counts == ["not-ip": 1])
    let tap = LayerTests.packetTap
    #expect(Observed(Self.file(258, tap(1, [], 0))).counts == ["not-ip": 1])
    #expect(
      Observed(Self.file(258, tap(195, Self.ipv4, 1))).counts == ["link-type-ieee802_15_4-195": 1])
    #expect(Observed(Self.file(258, [200, 0, 0, 0], zeros(150))).counts == ["link-header-cut": 1])
    #expect(Observed(Self.file(258, [4, 0, 0, 0], zeros(150))).counts == ["link-header-cut": 1])
    #expect(
      Observed(Self.file(149, zeros(12), utf8("en0"), zeros(150))).counts
        == ["link-type-149": 1])
    #expect(
      Observed(Self.file(1, Self.addresses, [0xd2, 0x8b, 0, 1, 0, 0x10])).counts
        == ["link-header-cut": 1])
    for other: [UInt8] in [[0, 2, 0, 0x10], [0, 1, 0, 0x30], [0, 1, 0, 0]] {
      #expect(
        Observed(Self.file(1, Self.addresses, [0xd2, 0x8b], other, zeros(60))).counts
          == ["not-ip": 1])
    }
    #expect(
      Observed(Self.file(1, Self.addresses, [0xda, 0xda, 0, 0])).counts == ["link-header-cut": 1])
    #expect(
      Observed(Self.labelled(join(Self.addresses, [8, 6], zeros(60)))).counts == ["not-ip": 1])
    #expect(
      Observed(Self.labelled(join([0x52], zeros(11), [8, 6], zeros(60)))).counts == ["not-ip": 1])
  }

  @Test("headers of Apple's in one another end at a limit")
  func linkHeaderLimit() {
    let header: [UInt8] = [12, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0]
    let frame = join(Array(Array(repeating: header, count: 10_000).joined()), Self.ipv4)
    #expect(Observed(Self.file(258, frame)).counts == ["link-header-limit": 1])
  }
}
