import Capture
import TestSupport
import Testing

@Suite("IP fragments")
struct FragmentTests {
  static let whole = Packet.udp(
    50000, 53, DNSBuilder().question("a.example").bytes + Array(repeating: 0, count: 40))

  /// A part of `bytes` from one block of eight bytes to another, or to the end.
  static func part(
    of bytes: [UInt8] = whole, _ from: Int, _ to: Int? = nil, id: UInt16 = 1
  ) -> [UInt8] {
    let piece = Array(bytes[(from * 8)..<min((to ?? 8192) * 8, bytes.count)])
    return Packet.ethernet(
      Packet.ip(
        Packet.client, Packet.server, 17, piece,
        fragment: (to == nil ? 0 : 0x2000) | UInt16(from), id: id))
  }

  private static func part6(_ from: Int, _ to: Int? = nil, next: UInt8 = 17) -> [UInt8] {
    let piece = Array(whole[(from * 8)..<min((to ?? 8192) * 8, whole.count)])
    let field = UInt16(from * 8) | (to == nil ? 0 : 1)
    return Packet.ethernet(
      Packet.ip(
        Packet.client6, Packet.server6, 44, join([next, 0], field.bytes, [0, 0, 0, 9], piece)))
  }

  private static func seen(_ addresses: Int, _ value: Int) -> [String] {
    [
      "\(addresses) ip.src 192.0.2.1:50000", "\(addresses) ip.dst 198.51.100.2:53",
      "\(value) dns.query a.example",
    ]
  }

  @Test("a part behind the end of a datagram that was read gives nothing again")
  func behindEnd() {
    let parts = [Self.part(0, 6), Self.part(6)]
    let behind = Packet.ethernet(
      Packet.ip(
        Packet.client, Packet.server, 17, zeros(8), fragment: 0x2000 | 100, id: 1))
    #expect(Observed(pcap((parts + [behind]).map { CapturedPacket($0) })).lines == Self.seen(1, 2))
  }

  @Test("who asked shows in the first part, also where the others never come")
  func role() {
    let answer = Packet.udp(
      53, 50000,
      DNSBuilder(flags: 0x8180).question("a.example").bytes + Array(repeating: 0, count: 40))
    let first = Packet.ethernet(
      Packet.ip(
        Packet.server, Packet.client, 17, Array(answer[..<48]), fragment: 0x2000, id: 3))
    #expect(
      Observed(pcap(first)).addresses == ["1 ip.src 192.0.2.1:50000", "1 ip.dst 198.51.100.2:53"])
  }

  @Test("addresses come with the part that has the ports, values with the last to arrive")
  func order() {
    #expect(Observed(pcap(Self.part(0, 6), Self.part(6))).lines == Self.seen(1, 2))
    #expect(Observed(pcap(Self.part(6), Self.part(0, 6))).lines == Self.seen(2, 2))
    #expect(
      Observed(pcap(Self.part(2, 6), Self.part(6), Self.part(0, 2))).lines == Self.seen(3, 3))
    let six = Observed(pcap(Self.part6(0, 3), Self.part6(5), Self.part6(3, 5))).lines
    #expect(
      six == [
        "1 ip.src 2001:db8::1:50000", "1 ip.dst 2001:db8::2:53", "3 dns.query a.example",
      ])
  }

  @Test("a first part that ends within extension headers gives no flow of its own")
  func extensionHeadersAlone() {
    let chain = Packet.extensionHeader(
      next: 60, Packet.extensionHeader(next: 17, length: 1, Self.whole))
    func part(_ range: Range<Int>) -> [UInt8] {
      let field = UInt16(range.lowerBound) | (range.upperBound < chain.count ? 1 : 0)
      return Packet.ethernet(
        Packet.ip(
          Packet.client6, Packet.server6, 44,
          join([60, 0], field.bytes, [0, 0, 0, 9], Array(chain[range]))))
    }
    for cut in [8, 16, 24] {
      let parts = [part(0..<cut), part(cut..<chain.count)]
      let seen = [
        "2 ip.src 2001:db8::1:50000", "2 ip.dst 2001:db8::2:53", "2 dns.query a.example",
      ]
      #expect(Observed(pcap(parts.map { CapturedPacket($0) })).lines == seen, "\(cut)")
      #expect(
        Observed(pcap(parts[0])).lines == ["1 ip.src 2001:db8::1", "1 ip.dst 2001:db8::2"], "\(cut)"
      )
    }
  }

  @Test("every order of blocks of eight bytes gives the same")
  func tiny() {
    var random = SeededGenerator(seed: 3)
    let count = (Self.whole.count + 7) / 8
    for _ in 0..<20 {
      let blocks = Array(0..<count).shuffled(using: &random)
      let frames = blocks.map { Self.part($0, $0 == count - 1 ? nil : $0 + 1) }
      let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
      let first = 1 + (blocks.firstIndex(of: 0) ?? 0)
      #expect(observed.lines == Self.seen(first, count))
      #expect(observed.counts == ["ip-fragment": UInt64(count)])
    }
  }

  @Test("a part that comes twice gives nothing again, but a datagram that does is another")
  func twice() {
    let parts = [Self.part(0, 6), Self.part(6)]
    for part in parts {
      let observed = Observed(pcap((parts + [part, part, part]).map { CapturedPacket($0) }))
      #expect(observed.lines == Self.seen(1, 2))
    }
    let observed = Observed(pcap((parts + [parts[1], parts[0]]).map { CapturedPacket($0) }))
    #expect(observed.lines == Self.seen(1, 2) + ["4 dns.query a.example"])
    #expect(observed.counts == ["ip-fragment": 4])
  }

  @Test("parts behind a whole datagram that disagree with it and with one another")
  func disagreeBehind() {
    let junk = [UInt8](repeating: 0x61, count: Self.whole.count)
    let observed = Observed(
      pcap(
        ([Self.part(0, 2), Self.part(of: junk, 2)] + [Self.part(2, 4), Self.part(of: junk, 4)]
          + [Self.part(4)]).map { CapturedPacket($0) }))
    #expect(observed.values.contains { $0.hasSuffix("dns.query a.example") })
  }

  @Test("a number used again is another datagram")
  func reuse() {
    let other = Packet.udp(50000, 53, DNSBuilder().question("b.example").bytes + zeros(40))
    let observed = Observed(
      pcap(Self.part(0, 6), Self.part(6), Self.part(of: other, 0, 6), Self.part(of: other, 6)))
    #expect(observed.lines == Self.seen(1, 2) + ["4 dns.query b.example"])
  }

  @Test("parts that disagree: both versions are read")
  func overlap() {
    let other = Packet.udp(50000, 53, DNSBuilder().question("b.example").bytes + zeros(40))
    for (first, second, names) in [(Self.whole, other, "ab"), (other, Self.whole, "ba")] {
      let observed = Observed(
        pcap(
          Self.part(of: first, 0, 4), Self.part(of: second, 2, 6), Self.part(of: first, 6)))
      #expect(observed.values == names.map { "3 dns.query \($0).example" })
      #expect(observed.counts["ip-fragment-overlap"] == 1)
    }
  }

  @Test("a head and many last parts that differ", arguments: 0..<9)
  func manyEnds(_ place: Int) {
    func end(_ name: String) -> [UInt8] {
      Self.part(of: Packet.udp(50000, 53, DNSBuilder().question(name).bytes + zeros(40)), 2)
    }
    let ends = (0..<9).map { end($0 == place ? "a.example" : "\($0).example") }
    let observed = Observed(pcap(([Self.part(0, 2)] + ends).map { CapturedPacket($0) }))
    #expect(observed.values.contains { $0.hasSuffix(" dns.query a.example") })
    #expect(observed.counts["ip-fragment-overlap-limit"] == nil)
  }

  @Test("more versions than are kept are counted")
  func tooManyEnds() {
    let ends = (0..<40).map {
      Self.part(of: Packet.udp(50000, 53, DNSBuilder().question("\($0).example").bytes), 2)
    }
    let observed = Observed(pcap(([Self.part(0, 2)] + ends).map { CapturedPacket($0) }))
    #expect(observed.counts["ip-fragment-overlap-limit"] == 1)
  }

  @Test("parts far behind what has come, in any order", arguments: 0..<8)
  func farParts(_ seed: Int) {
    let whole = Packet.udp(50000, 53, DNSBuilder().question("a.example").bytes + zeros(60_000))
    let count = (whole.count + 7) / 8
    let size = [1, 3, 20, 185, 400, 900, 2000, 4000][seed]
    var parts = stride(from: 0, to: count, by: size).map {
      Self.part(of: whole, $0, $0 + size < count ? $0 + size : nil)
    }
    // The last first, then the others backwards or in a fixed disorder.
    parts.reverse()
    for turn in 0..<2 {
      let observed = Observed(pcap(parts.map { CapturedPacket($0) }))
      #expect(observed.values == ["\(parts.count) dns.query a.example"])
      #expect(observed.counts == ["ip-fragment": UInt64(parts.count)])
      if turn == 0 { parts.sort { $0[21] < $1[21] } }
    }
  }

  @Test("an end far behind that is none does not keep a datagram waiting")
  func farEnd() {
    let far = Self.part(of: zeros(65_528), 8190)
    for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0]] {
      let parts = [far, Self.part(0, 6), Self.part(6)]
      let observed = Observed(pcap(order.map { CapturedPacket(parts[$0]) }))
      #expect(observed.values.map { $0.dropFirst(2) } == ["dns.query a.example"])
    }
  }

  @Test(
    "a long datagram with the number of one that was read, its last part first",
    arguments: [80, 616])
  func numberUsedAgain(_ size: Int) {
    let lines = String(repeating: "X: \(String(repeating: "a", count: 90))\r\n", count: 200)
    let whole = Packet.udp(
      50000, 1900, Array("GET / HTTP/1.1\r\n\(lines)Host: a.example\r\n\r\n".utf8))
    let count = (whole.count + 7) / 8
    let blocks = size / 8
    var parts = stride(from: 0, to: count, by: blocks).map {
      Self.part(of: whole, $0, $0 + blocks < count ? $0 + blocks : nil)
    }
    parts.reverse()
    let observed = Observed(
      pcap(([Self.part(0, 3), Self.part(3)] + parts).map { CapturedPacket($0) }))
    #expect(observed.values.contains { $0.hasSuffix(" http.host a.example") })
  }

  @Test(
    "thousands of last parts that wait cost what they would in their places",
    .timeLimit(.minutes(20)))
  func manyLastParts() {
    var frames: [[UInt8]] = []
    for _ in 0..<2_000 { frames.append(Self.part(of: zeros(65_529), 8191)) }
    for index in 1..<2_000 { frames.append(Self.part(of: zeros(8 * index + 1), index)) }
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
    #expect(observed.values == [])
  }

  @Test("parts of two datagrams with one number, of different lengths, one between the other's")
  func interleaved() {
    let other = Packet.udp(
      50000, 53, DNSBuilder().question("a-name-that-is-longer.example").bytes + zeros(40))
    let frames = [
      Self.part(3), Self.part(of: other, 3), Self.part(0, 3), Self.part(of: other, 0, 3),
    ]
    for order in [[0, 1, 2, 3], [1, 0, 3, 2], [0, 1, 3, 2], [1, 0, 2, 3]] {
      let values = Observed(pcap(order.map { CapturedPacket(frames[$0]) })).values
      #expect(values.contains { $0.hasSuffix(" dns.query a.example") }, "\(order)")
      #expect(
        values.contains { $0.hasSuffix(" dns.query a-name-that-is-longer.example") }, "\(order)")
    }
  }

  @Test("a part with other bytes between two of a datagram, which has both places")
  func overBoth() {
    let other = Packet.udp(50000, 53, DNSBuilder().question("b.example").bytes + zeros(40))
    let observed = Observed(
      pcap(Self.part(0, 2), Self.part(of: other, 0, 4), Self.part(2, 6), Self.part(6)))
    #expect(observed.values.filter { $0 == "4 dns.query a.example" }.count == 1)
  }

  @Test("a datagram that becomes longer again and again is not read each time")
  func longerOften() {
    let count = 7000
    let bytes = zeros(8 * (count + 61))
    var frames = [Self.part(of: bytes, 0, count)]
    for number in 1...60 {
      frames.append(Self.part(of: Array(bytes[..<(8 * (count + number))]), count + number - 1))
    }
    let limited = Observed(pcap(frames.map { CapturedPacket($0) })).counts[
      "ip-fragment-overlap-limit"]
    #expect((20..<60).contains(limited ?? 0))
  }

  @Test("parts that differ again and again are mixed so often, and the last of each still counts")
  func mixedOften() {
    let count = 8000
    var frames = [Self.part(of: zeros(8 * count), 6, count)]
    for number in 0..<400 {
      let other = [UInt8](repeating: UInt8(truncatingIfNeeded: number + 1), count: 8 * count)
      frames.append(Self.part(of: other, 100 + number, 101 + number))
    }
    let whole = Self.whole + zeros(8 * count)
    // Other bytes in the place of the name, then the right ones, and the end.
    frames += [
      Self.part(of: zeros(48), 0, 6), Self.part(of: whole, 0, 6),
      Self.part(of: whole, 6, 12), Self.part(of: Array(whole[..<(8 * count + 8)]), count),
    ]
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
    #expect(observed.values.contains { $0.hasSuffix(" dns.query a.example") })
    #expect(observed.counts["ip-fragment-overlap-limit"] == 1)
  }

  @Test("parts beyond the end of a datagram with the same number that was read")
  func beyondTheEnd() {
    let observed = Observed(
      pcap(
        Self.part(0, 6), Self.part(6), Self.part(of: zeros(400), 6, 7),
        Self.part(of: zeros(400), 40)))
    #expect(Set(observed.values.map { $0.dropFirst(2) }) == ["dns.query a.example"])
  }

  @Test("a part that is none does not make a datagram forgotten that another version may follow")
  func malformedBetween() {
    let other = Packet.udp(50000, 53, DNSBuilder().question("b.example").bytes + zeros(40))
    let none = Packet.ethernet(
      Packet.ip(Packet.client, Packet.server, 17, [9, 9, 9, 9], fragment: 0x2000, id: 1))
    let observed = Observed(
      pcap(Self.part(0, 6), Self.part(6), none, Self.part(of: other, 2, 6)))
    #expect(observed.values == ["2 dns.query a.example", "4 dns.query b.example"])
  }

  @Test("an end that comes too early does not hide what follows")
  func earlyEnd() {
    let observed = Observed(
      pcap(
        Self.part(0, 1), Self.part(of: zeros(16), 1), Self.part(1, 6), Self.part(6)))
    #expect(observed.values == ["4 dns.query a.example"])
  }

  @Test("a datagram that stays incomplete is read as far as it goes")
  func incomplete() {
    let start = Observed(pcap(Self.part(0, 6), Self.part(7)))
    #expect(start.lines == Self.seen(1, 2))
    #expect(start.counts["ip-datagram-incomplete"] == 1)
    // Without the part that has the ports it is a packet between two hosts.
    let rest = Observed(pcap(Self.part(6), Self.part(6)))
    #expect(rest.lines == ["1 ip.src 192.0.2.1", "1 ip.dst 198.51.100.2"])
    #expect(
      Observed(pcap(Self.part6(1))).lines == ["1 ip.src 2001:db8::1", "1 ip.dst 2001:db8::2"])
  }

  @Test("a first part that a snap length cut is read to its last byte")
  func cut() {
    for count in Self.whole.count - 48...Self.whole.count - 40 {
      let frame = Packet.ethernet(
        Packet.ip(
          Packet.client, Packet.server, 17, Array(Self.whole[..<count]), fragment: 0x2000,
          length: 20 + 80))
      // The question ends 40 bytes before the end, its name four before that.
      #expect(
        Observed(pcap(frame)).values
          == (count >= Self.whole.count - 44 ? ["1 dns.query a.example"] : []), "\(count)")
    }
  }

  @Test("after 30 seconds of packet time it is given up")
  func patience() {
    func file(_ seconds: UInt32) -> [UInt8] {
      pcap([
        CapturedPacket(Self.part(0, 3), seconds: 100),
        CapturedPacket(Self.part(3), seconds: 100 + seconds),
      ])
    }
    #expect(Observed(file(30)).values == ["2 dns.query a.example"])
    let late = Observed(file(31))
    #expect(late.values == [])
    #expect(late.counts["ip-datagram-incomplete"] == 2)
  }

  @Test("a packet whose time is far ahead ends nothing, two of which one is not do")
  func wrongTime() {
    func values(_ times: [UInt32]) -> [String] {
      let others = times.map { seconds in
        CapturedPacket(
          Packet.ethernet(Packet.ip(17, Packet.udp(9, 9, utf8("x")))), seconds: seconds)
      }
      let parts = [
        CapturedPacket(Self.part(0, 3), seconds: 100), CapturedPacket(Self.part(3), seconds: 101),
      ]
      return Observed(pcap(parts[..<1] + others + parts[1...])).values
    }
    #expect(values([2_000_000_000]) == ["3 dns.query a.example"])
    #expect(values([2_000_000_000, 102]) == ["4 dns.query a.example"])
    #expect(values([2_000_000_000, 131]) == [])
    #expect(values([131, 131]) == [])
  }

  @Test("memory is bounded, the oldest datagrams make room")
  func limit() {
    var options = CaptureOptions()
    options.fragmentLimit = 4096
    let frames = (0..<100).map { Self.part(0, 6, id: UInt16($0)) } + [Self.part(6, id: 99)]
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }), options)
    #expect(observed.values.contains("101 dns.query a.example"))
    #expect(observed.counts["ip-datagram-incomplete"] == 99)
  }

  @Test("packets beside datagrams that wait are the same, read one by one or many at once")
  func besidePlainPackets() {
    var random = SeededGenerator(seed: 11)
    var seconds: UInt32 = 1000
    var packets: [CapturedPacket] = []
    for round in 0..<3000 {
      let stream = StreamBuilder(
        port: UInt16(1 + random.next() % 40), back: random.next() % 3 == 0)
      switch random.next() % 8 {
      case 0:
        let id = UInt16(random.next() % 30)
        let blocks = random.next() % 2 == 0 ? (0, 6) : (3, 9)
        packets.append(CapturedPacket(Self.part(blocks.0, blocks.1, id: id), seconds: seconds))
      case 1:
        packets.append(
          CapturedPacket(Self.part(6, id: UInt16(random.next() % 30)), seconds: seconds))
      case 2:
        let question = DNSBuilder().question("h\(round).example").bytes
        packets.append(
          CapturedPacket(
            Packet.ethernet(Packet.ip(17, Packet.udp(UInt16(1 + round), 53, question))),
            seconds: seconds))
      default:
        let text = utf8("GET /\(round) HTTP/1.1\r\nHost: h\(round % 50).example\r\n\r\n")
        for segment in stream.segments(text, [8, 30]) {
          packets.append(CapturedPacket(segment, seconds: seconds))
        }
      }
      // Mostly some at one time, now and then a pause in which everything is given up, or a step back.
      switch random.next() % 60 {
      case 0: seconds += 31
      case 1: seconds -= 20
      case 2...20: seconds += 1
      default: break
      }
    }
    let quick = Observed(pcap(packets))
    var options = CaptureOptions()
    options.times = 0..<Int64.max
    let slow = Observed(pcap(packets), options)
    #expect(quick.details == slow.details)
    #expect(quick.counts == slow.counts)
    #expect(quick.counts["ip-datagram-incomplete"] ?? 0 > 20)
    #expect(quick.values.contains { $0.hasSuffix("dns.query a.example") })
  }

  @Test("patience and the longest datagram can be asked for")
  func otherLimits() {
    var options = CaptureOptions()
    options.fragmentPatience = 2_000_000_000
    let file = pcap([
      CapturedPacket(Self.part(0, 3), seconds: 100), CapturedPacket(Self.part(3), seconds: 103),
    ])
    #expect(Observed(file).values == ["2 dns.query a.example"])
    #expect(Observed(file, options).values == [])
    options = CaptureOptions()
    options.datagramLimit = 16
    #expect(Observed(file, options).values == [])
    #expect(Observed(file, options).counts["ip-fragment-malformed"] != nil)
  }

  @Test("a part alone that belongs to no datagram shows its addresses")
  func aloneMalformed() {
    var packet = Packet.ip(29, zeros(4), options: zeros(8), fragment: 36)
    // A header longer than the packet.
    packet[0] = 0x4f
    packet[3] = 60
    let seen = ["1 ip.src 192.0.2.1", "1 ip.dst 198.51.100.2"]
    #expect(Observed(pcap(Packet.ethernet(packet))).lines == seen)
    var options = CaptureOptions()
    options.everyPacket = true
    #expect(Observed(pcap(Packet.ethernet(packet)), options).lines == seen)
    // With another of the same number the addresses are that one's.
    packet = Packet.ip(
      Packet.client, Packet.server, 17, [], options: zeros(8), fragment: 36, id: 1)
    let parts = [Self.part(0, 6), Packet.ethernet(packet), Self.part(6)]
    #expect(Observed(pcap(parts.map { CapturedPacket($0) })).lines == Self.seen(1, 3))
  }

  @Test("parts beyond the longest datagram are counted")
  func tooLong() {
    let frame = Packet.ethernet(Packet.ip(17, zeros(64), fragment: 0x1fff))
    #expect(Observed(pcap(frame)).counts == ["ip-fragment": 1, "ip-fragment-malformed": 1])
  }
}
