import Capture
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

@Suite("Capture files")
struct CaptureFileTests {
  static let query = Packet.datagram(DNSBuilder().question("a.example").bytes, to: 53)
  static let other = Packet.datagram(
    DNSBuilder().question("b.example").bytes, from: 50001, to: 53)

  private func times(_ capture: [UInt8]) throws -> [Int64] {
    let reader = try CaptureReader(source: InputSource(bytes: capture, path: "test"))
    var batch = ObservableBatch()
    while try reader.fill(&batch) {}
    return batch.records.map(\.time)
  }

  @Test("pcap: byte order and resolution", arguments: [true, false], [true, false])
  func pcapLayout(little: Bool, nano: Bool) throws {
    var packets = [CapturedPacket(Self.query), CapturedPacket(Self.other)]
    packets[0].fraction = nano ? 123_456_789 : 123_456
    let file = pcap(packets, little: little, nano: nano)
    let observed = Observed(file)
    #expect(observed.error == nil)
    #expect(observed.values == ["1 dns.query a.example", "2 dns.query b.example"])
    #expect(
      try times(file) == [
        1_700_000_000_123_456_000 + (nano ? 789 : 0), 1_700_000_000_000_000_000,
      ])
  }

  @Test("a time beyond 2038 is no negative one")
  func lateTime() throws {
    #expect(
      try times(pcap([CapturedPacket(Self.query, seconds: .max)])) == [
        4_294_967_295_000_000_000
      ])
  }

  @Test("pcapng: sections, interfaces, packet blocks", arguments: [true, false])
  func pcapngBlocks(little: Bool) throws {
    var file = PcapngBuilder(little: little)
    file.interface()
    // Nanoseconds; 2⁻¹⁰ s with an offset of an hour; raw IP.
    file.interface(options: join(file.option(9, [9]), file.option(0, [])))
    file.interface(
      options: join(
        file.option(2, utf8("eth2")), file.option(9, [0x8a]),
        file.option(14, file.number(Int64(3600)))))
    file.interface(101)
    file.block(4, [0, 0, 0, 0])
    file.packet(Self.query, ticks: 1_700_000_000_123_456)
    file.packet(Self.other, interface: 1, ticks: 1_700_000_000_123_456_789)
    file.block(0x5555_5555, Array(repeating: 1, count: 41))
    file.packet(Self.query, interface: 2, ticks: 1_700_000_000 << 10 | 512)
    file.packet(Array(Self.query[14...]), interface: 3, options: file.option(1, [65]))
    file.obsoletePacket(Self.query, ticks: 5)
    file.simplePacket(Self.query)
    file.section(little: !little)
    file.interface()
    file.packet(Self.query, ticks: 7)
    let observed = Observed(file.file)
    #expect(observed.error == nil)
    #expect(
      observed.values
        == (1...7).map { "\($0) dns.query \($0 == 2 ? "b" : "a").example" })
    #expect(
      try times(file.file) == [
        1_700_000_000_123_456_000, 1_700_000_000_123_456_789, 1_700_003_600_500_000_000, 0, 5000,
        ObservableRecord.noTime, 7000,
      ])
  }

  @Test("pcapng: more interfaces than two bytes can number")
  func manyInterfaces() {
    var file = PcapngBuilder()
    file.interface(101)
    var one = PcapngBuilder(little: file.little)
    one.file = []
    one.interface(101)
    file.file += Array(Array(repeating: one.file, count: 65_535).joined())
    file.interface()
    file.packet(Self.query, interface: 65_536)
    file.packet(Self.query, interface: 65_537)
    let observed = Observed(file.file)
    #expect(observed.values == ["1 dns.query a.example"])
    #expect(observed.counts["pcapng-unknown-interface"] == 1)
  }

  @Test("pcapng: a simple packet ends at the snap length")
  func simplePacketSnapLength() {
    var file = PcapngBuilder()
    file.interface(snapLength: UInt32(Self.query.count))
    file.simplePacket(Self.query, originalLength: 9000)
    #expect(Observed(file.file).values == ["1 dns.query a.example"])
  }

  @Test("pcapng: a packet is read whose block is cut behind it", arguments: [1, 2, 3, 4])
  func blockCutBehindPacket(missing: Int) {
    var (file, simple) = (PcapngBuilder(), PcapngBuilder())
    file.interface()
    file.packet(Self.query)
    simple.interface()
    simple.simplePacket(Self.query)
    for capture in [file.file, simple.file] {
      let observed = Observed(Array(capture.dropLast(missing)))
      #expect(observed.values == ["1 dns.query a.example"])
      #expect(observed.error != nil)
    }
  }

  @Test("pcapng: blocks longer than a stretch of the file are passed, whole and cut")
  func longBlocks() {
    var file = PcapngBuilder()
    file.interface()
    file.packet(Self.query, options: zeros(3 << 20))
    let first = file.file.count
    file.block(0x0bad, zeros(2 << 20))
    file.packet(zeros(2 << 20))
    file.packet(Self.query)
    let whole = Observed(file.file)
    #expect(whole.values == ["1 dns.query a.example", "4 dns.query a.example"])
    #expect(whole.error == nil)
    for length in [first - 1, first - (2 << 20), first + 100, first + (1 << 20) + 100] {
      let cut = Observed(Array(file.file.prefix(length)))
      #expect(cut.values == ["1 dns.query a.example"])
      #expect(cut.error != nil)
    }
  }

  @Test("pcapng: records that Wireshark numbers although they are no packets")
  func numberedRecords() {
    var file = PcapngBuilder()
    file.interface()
    file.block(9, utf8("MESSAGE=x\n__REALTIME_TIMESTAMP=1\n"))
    for type: UInt32 in [0x204, 0x216, 0x221, 0xbad, 0x4000_0bad] {
      file.block(type, Array(repeating: 0, count: 40))
    }
    // These have no number: interface statistics, secrets, and one that nobody knows.
    for type: UInt32 in [5, 10, 0x208, 0x1234_5678] {
      file.block(type, Array(repeating: 0, count: 40))
    }
    file.packet(Self.query)
    let observed = Observed(file.file)
    #expect(observed.values == ["7 dns.query a.example"])
    #expect(observed.counts["record-not-a-packet"] == 6)
    #expect(observed.packets == 1)
  }

  @Test("pcapng: lengths that lie cost their packet, not the rest")
  func pcapngLies() {
    var file = PcapngBuilder()
    file.interface()
    file.packet(Self.query, claimedLength: 1 << 30)
    file.packet(Self.query, interface: 9)
    file.packet(Self.other, trailer: 64)
    let observed = Observed(file.file)
    #expect(observed.error == nil)
    #expect(observed.values == ["1 dns.query a.example", "3 dns.query b.example"])
    #expect(observed.counts["pcapng-length-mismatch"] == 2)
    #expect(observed.counts["pcapng-unknown-interface"] == 1)
  }

  @Test(
    "pcapng: times that no clock shows are none", arguments: [0, 3, 9, 18, 27, 0x40, 0x80, 0xff])
  func oddResolutions(resolution: UInt8) throws {
    for ticks: UInt64 in [0, 1, 1 << 40, .max] {
      for offset: Int64 in [0, .min, .max, 1_700_000_000] {
        var file = PcapngBuilder()
        file.interface(
          options: join(file.option(9, [resolution]), file.option(14, file.number(offset))))
        file.packet(Self.query, ticks: ticks)
        #expect(try times(file.file).count == 1)
      }
    }
  }

  @Test("libpcap reads pcap's relatives, from memory and from files")
  func modifiedPcap() throws {
    let file = pcap([CapturedPacket(Self.query), CapturedPacket(Self.other)], magic: 0xa1b2_cd34)
    let expected = ["1 dns.query a.example", "2 dns.query b.example"]
    #expect(Observed(file).values == expected)
    let path = NSTemporaryDirectory() + "sekisho-capture-\(UInt64.random(in: 0...(.max)))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(file).write(to: URL(fileURLWithPath: path))
    #expect(Observed(try InputSource(path: path)).values == expected)
    let cut = Observed(Array(file.dropLast(3)))
    #expect(cut.values == ["1 dns.query a.example"])
    #expect(cut.error?.code == .truncated)
  }

  @Test("what is no capture is refused by name")
  func refusals() {
    var otherVersion = pcap(Self.query)
    otherVersion[4] = 9
    let cases: [([UInt8], CaptureError.Code)] = [
      ([], .notACapture),
      (utf8("just text, and longer than a header"), .notACapture),
      (Array(pcap(Self.query).prefix(20)), .truncated),
      (otherVersion, .unsupported),
      (join([0x0a, 0x0d, 0x0d, 0x0a], zeros(30)), .notACapture),
    ]
    for (bytes, code) in cases {
      #expect(Observed(bytes).error?.code == code)
    }
    var file = PcapngBuilder()
    file.section(major: 3)
    #expect(Observed(file.file).error?.code == .unsupported)
  }

  @Test("an impossible length ends the reading; what came before stays")
  func impossibleLength() {
    var packets = [CapturedPacket(Self.query), CapturedPacket(Self.other)]
    packets[1].claimedLength = 0x7fff_ffff
    let observed = Observed(pcap(packets))
    #expect(observed.values == ["1 dns.query a.example"])
    #expect(observed.error?.code == .corrupt)
    #expect(observed.error?.packets == 1)
    // So early it may be a variant with longer headers.
    #expect(observed.error?.message.contains("editcap") == true)
    packets = Array(repeating: packets[0], count: 8) + [packets[1]]
    #expect(Observed(pcap(packets)).error?.message.contains("editcap") == false)
  }

  @Test(
    "captures that were joined byte by byte are told", arguments: [false, true], [false, true])
  func joined(_ isLittle: Bool, _ isNext: Bool) {
    var other = PcapngBuilder()
    other.interface()
    other.packet(Self.other)
    let first = pcap([CapturedPacket(Self.query)], little: isLittle)
    for next in [pcap([CapturedPacket(Self.other)], little: isNext, nano: isLittle), other.file] {
      let observed = Observed(join(first, next))
      #expect(observed.values == ["1 dns.query a.example"])
      #expect(observed.packets == 1)
      #expect(observed.error?.code == .corrupt)
      #expect(observed.error?.message.contains("mergecap") == true)
    }
    let observed = Observed(join(other.file, first))
    #expect(observed.values == ["1 dns.query b.example"])
    #expect(observed.error?.message.contains("mergecap") == true)
    // A packet without bytes is one.
    let empty = pcap([CapturedPacket(Self.query), CapturedPacket([]), CapturedPacket(Self.other)])
    #expect(Observed(empty).values == ["1 dns.query a.example", "3 dns.query b.example"])
  }

  @Test("a filter decides what takes part, not how packets are numbered")
  func filter() {
    let file = pcap(Self.query, Self.other)
    var options = CaptureOptions()
    options.filter = "udp src port 50001"
    let observed = Observed(file, options)
    #expect(observed.values == ["2 dns.query b.example"])
    #expect(observed.counts["filtered-out"] == 1)
    options.filter = "udp and ("
    #expect(Observed(file, options).error?.code == .invalidFilter)
    options.filter = "udp src port 50000"
    #expect(
      Observed(pcap([CapturedPacket(Array(Self.query[14...]))], linkType: 101), options).values
        == ["1 dns.query a.example"])
  }

  @Test("packets of a link type that no filter is for pass none, and the others are asked")
  func filterOfSeveralLinkTypes() {
    var file = PcapngBuilder()
    file.interface(195)
    file.interface()
    file.packet([0x41, 0x88])
    file.packet(Self.query, interface: 1)
    var options = CaptureOptions()
    options.filter = "udp port 53"
    let observed = Observed(file.file, options)
    #expect(observed.values == ["2 dns.query a.example"])
    #expect(observed.counts["filtered-out"] == 1)
    #expect(observed.error == nil)
  }

  @Test(
    "a filter knows the families of the machine that captured",
    arguments: [
      (0 as UInt16, [30, 0, 0, 0]), (0, [24, 0, 0, 0]), (0, [0, 0, 0, 28]), (108, [0, 0, 0, 24]),
    ] as [(UInt16, [UInt8])])
  func loopbackFilter(_ linkType: UInt16, _ family: [UInt8]) {
    let packet = Packet.ip(
      Packet.client6, Packet.server6, 17,
      Packet.udp(50000, 53, DNSBuilder().question("a.example").bytes))
    let file = pcap([CapturedPacket(family + packet)], linkType: UInt32(linkType))
    var options = CaptureOptions()
    for (filter, count) in [("ip6", 1), ("udp port 53", 1), ("ip", 0), ("not ip6", 0)] {
      options.filter = filter
      #expect(Observed(file, options).values.count == count, "\(filter)")
    }
  }

  @Test("packets longer than the buffer are read from their front")
  func longPacket() {
    let long = Self.query + Array(repeating: 0, count: 700_000)
    let observed = Observed(
      pcap([CapturedPacket(long), CapturedPacket(Self.other)], linkType: 1))
    #expect(observed.error?.code == .corrupt)
    // On a link type whose records may be that long.
    let usb = Observed(pcap([CapturedPacket(long), CapturedPacket(Self.other)], linkType: 189))
    #expect(usb.error == nil)
    #expect(usb.packets == 2)
    #expect(usb.counts["packet-beyond-256-kib"] == 1)
    var file = PcapngBuilder()
    file.interface()
    file.packet(long)
    file.block(0x77, long)
    file.packet(Self.other)
    #expect(Observed(file.file).values == ["1 dns.query a.example", "2 dns.query b.example"])
  }

  @Test("what is stepped over of a long packet does not come in the place of one that was dealt")
  func longPacketDealt() throws {
    var file = PcapngBuilder()
    file.interface()
    for name in ["a.example", "b.example"] {
      let query = Packet.datagram(DNSBuilder().question(name).bytes, from: 50000, to: 53)
      // Its rest would be another packet's bytes, in whatever place.
      file.packet(query + Array(repeating: 0xff, count: 700_000))
    }
    let lines = try ShardTests.read(file.file, groups: 2, CaptureOptions()).lines
    #expect(lines.count { $0.contains(" dns.query ") } == 2)
  }

  @Test("several batches hold the same as one")
  func batches() throws {
    let frames = (0..<3000).map {
      CapturedPacket(
        Packet.datagram(
          DNSBuilder().question("n\($0).example").bytes, from: UInt16(1024 + $0), to: 53))
    }
    let reader = try CaptureReader(source: InputSource(bytes: pcap(frames), path: "test"))
    // Two batches in turns, with field tables of their own.
    var batches = [ObservableBatch(), ObservableBatch()]
    _ = batches[1].fields.intern("something.else")
    var seen: [String] = []
    var turn = 0
    while try reader.fill(&batches[turn % 2]) {
      let batch = batches[turn % 2]
      #expect(batch.observables.count <= ObservableBatch.target + 3)
      for observable in batch.observables where observable.kind == .domain {
        #expect(Array(batch.fields.name(observable.field)) == utf8("dns.query"))
        let start = Int(observable.offset)
        seen.append(
          String(decoding: batch.arena[start..<start + Int(observable.length)], as: UTF8.self))
      }
      batches[turn % 2].removeAll()
      turn += 1
    }
    #expect(turn > 3)
    #expect(seen == (0..<3000).map { "n\($0).example" })
  }
}
