import Capture
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

@Suite("Packets as evidence")
struct EvidenceFileTests {
  private static let question = Packet.udp(50000, 53, DNSBuilder().question("a.example").bytes)
  /// A packet in a tunnel, as what its outer header is followed by.
  private static let inner = Packet.ip(17, question)

  /// Fragments of 16 bytes of an outer packet.
  private static func fragments(
    _ ipProtocol: UInt8, _ payload: [UInt8], isIPv6: Bool = false, id: UInt16 = 7
  ) -> [[UInt8]] {
    stride(from: 0, to: payload.count, by: 16).map { start in
      let piece = Array(payload[start..<min(start + 16, payload.count)])
      let more = start + 16 < payload.count
      if isIPv6 {
        let field = UInt16(start) | (more ? 1 : 0)
        return Packet.ip(
          Packet.client6, Packet.server6, 44,
          join([ipProtocol, 0], field.bytes, [0, 0], id.bytes, piece))
      }
      return Packet.ip(
        [203, 0, 113, 1], [203, 0, 113, 2], ipProtocol, piece,
        fragment: (more ? 0x2000 : 0) | UInt16(start / 8), id: id)
    }
  }

  static var tunnels: [CaptureFragments] {
    let gre = join([0, 0, 8, 0], inner)
    let vxlan = Packet.udp(
      7, 4789, join([8, 0, 0, 0, 0, 0, 9, 0], Packet.ethernet(inner)))
    // The fragments of a tunnel's packets, each in fragments of another tunnel's.
    let nested = fragments(4, inner).enumerated().flatMap {
      fragments(47, join([0, 0, 8, 0], $1), id: UInt16($0 + 10))
    }
    return [
      CaptureFragments(name: "GRE", packets: fragments(47, gre)),
      CaptureFragments(name: "GRE over IPv6", packets: fragments(47, gre, isIPv6: true)),
      CaptureFragments(name: "IP in IP", packets: fragments(4, inner)),
      CaptureFragments(name: "IP in IPv6", packets: fragments(4, inner, isIPv6: true)),
      CaptureFragments(name: "VXLAN", packets: fragments(17, vxlan)),
      CaptureFragments(name: "GRE around IP in IP", packets: nested),
    ]
  }

  /// The packets that are kept of a capture for the flows of its values of a field, and how many there are.
  private func kept(
    _ capture: [UInt8], _ field: String, _ options: CaptureOptions = CaptureOptions()
  ) throws -> (count: UInt64, observed: Observed) {
    var flows = FlowSelection()
    let reader = try CaptureReader(source: InputSource(bytes: capture, path: "test"))
    var batch = ObservableBatch()
    while try reader.fill(&batch) {
      for observable in batch.observables
      where String(decoding: batch.fields.name(observable.field), as: UTF8.self) == field {
        flows.insert(batch.flows[Int(batch.records[Int(observable.record)].flow)])
      }
      batch.removeAll()
    }
    let folder = try TemporaryFolder()
    let path = folder.path("evidence.pcapng")
    var file = try EvidenceFile(path: InputPath(path))
    let carriers = EvidenceFile.carriers(
      of: flows, in: InputSource(bytes: capture, path: "test"), options: options)
    try file.copy(
      InputSource(bytes: capture, path: "test"), flows: flows, carriers: carriers,
      options: options)
    let count = file.packetCount
    try file.commit()
    return (count, Observed(Array(try Data(contentsOf: URL(fileURLWithPath: path)))))
  }

  @Test(
    "every fragment that carried a chosen flow is kept, and no other packet", arguments: tunnels)
  func fragmentsAroundTunnels(_ test: CaptureFragments) throws {
    let other = Packet.ethernet(Packet.ip(17, Packet.udp(9, 53, utf8("no message"))))
    let unfinished = Packet.ethernet(
      Packet.ip([203, 0, 113, 8], [203, 0, 113, 9], 47, zeros(16), fragment: 0x2000))
    var packets: [CapturedPacket] = []
    for (index, packet) in test.packets.enumerated() {
      packets.append(CapturedPacket(Packet.ethernet(packet), seconds: 100))
      packets.append(CapturedPacket(index == 1 ? unfinished : other, seconds: 100))
    }
    let (count, observed) = try kept(pcap(packets), "dns.query")
    #expect(count == UInt64(test.packets.count))
    #expect(observed.values == ["\(test.packets.count) dns.query a.example"])
  }

  @Test("what the scan's filter refuses is not kept")
  func filtered() throws {
    let ask = Packet.ethernet(Packet.ip(17, Self.question))
    let answer = Packet.ethernet(
      Packet.ip(
        Packet.server, Packet.client, 17,
        Packet.udp(53, 50000, DNSBuilder(flags: 0x8180).question("a.example").bytes)))
    let capture = pcap([CapturedPacket(ask, seconds: 1), CapturedPacket(answer, seconds: 2)])
    var options = CaptureOptions()
    #expect(try kept(capture, "dns.query", options).count == 2)
    options.filter = "udp dst port 53"
    #expect(try kept(capture, "dns.query", options).count == 1)
  }

  @Test("times before 1970 stay, and packets without a time have none", arguments: [true, false])
  func times(isEarlyFirst: Bool) throws {
    let ask = Packet.ethernet(Packet.ip(17, Self.question))
    var file = PcapngBuilder()
    file.interface()
    file.interface(options: file.option(14, file.number(Int64(-10))))
    if isEarlyFirst { file.packet(ask, interface: 1, ticks: 1) }
    file.simplePacket(ask)
    file.packet(ask, interface: 1, ticks: 1_000_000)
    file.packet(ask, ticks: 2_000_000)
    var options = CaptureOptions()
    options.everyPacket = true
    let (count, observed) = try kept(file.file, "dns.query", options)
    let expected = Observed(file.file).details.filter { $0.contains(" dns.query ") }
    #expect(count == UInt64(expected.count) && expected.count == (isEarlyFirst ? 4 : 3))
    #expect(observed.details.filter { $0.contains(" dns.query ") } == expected)
    #expect(expected.contains { $0.contains(" \(ObservableRecord.noTime) ") })
    #expect(expected.contains { $0.contains(" -9000000000 ") })
  }

  @Test("of a packet that stays incomplete the fragments are kept that it was read from")
  func incomplete() throws {
    let parts = Self.fragments(4, Self.inner + zeros(40)).dropLast()
    let late = Packet.ethernet(Packet.ip(17, Packet.udp(9, 53, utf8("no message"))))
    let packets =
      parts.map { CapturedPacket(Packet.ethernet($0), seconds: 100) }
      + [CapturedPacket(late, seconds: 900)]
    let (count, observed) = try kept(pcap(packets), "dns.query")
    #expect(count == UInt64(parts.count))
    #expect(observed.values == ["\(parts.count) dns.query a.example"])
  }
}

/// Packets in whose fragments a tunnel's packet is.
struct CaptureFragments: CustomTestStringConvertible, Sendable {
  var name: String
  var packets: [[UInt8]]
  var testDescription: String { name }
}
