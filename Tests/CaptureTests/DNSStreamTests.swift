import Capture
import Testing

@Suite("DNS over TCP")
struct DNSStreamTests {
  @Test("messages with many values, parts of which come in several versions")
  func versionsOfMany() {
    func message(_ letter: String) -> [UInt8] {
      var builder = DNSBuilder(flags: 0x8180, answers: 20).question("\(letter).example")
      for number in 0..<20 {
        builder = builder.record(
          DNSBuilder.pointer(12), type: 5, DNSBuilder.name("\(letter)\(number).example"))
      }
      return DNSTests.stream(builder)
    }
    let (one, other) = (message("a"), message("b"))
    let stream = StreamBuilder(port: 53, back: true)
    for first in stride(from: 3, to: one.count, by: 7) {
      for second in stride(from: first + 1, to: one.count, by: 31) {
        // The middle in another version, then the rest of both.
        let frames = [
          stream.syn, stream.segment(Array(one[..<first]), at: 0),
          stream.segment(Array(one[first..<second]), at: first),
          stream.segment(Array(other[first..<second]), at: first),
          stream.segment(Array(other[..<second]), at: 0),
          stream.segment(Array(one[second...]), at: second),
          stream.segment(Array(other[second...]), at: second),
        ]
        let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
        #expect(values.contains { $0.hasSuffix(" dns.answer.name a19.example") })
        #expect(!values.contains { $0.hasSuffix(" dns.answer.name a.example") })
        #expect(Set(values).count == values.count, "each once, cut at \(first) and \(second)")
      }
    }
  }

  @Test("answers longer than a segment, in a connection joined in the middle of one")
  func joinedInAnswer() {
    let (client, server) = (StreamBuilder(port: 53), StreamBuilder(port: 53, back: true))
    func answer(_ number: Int) -> [UInt8] {
      var builder = DNSBuilder(flags: 0x8180, answers: 4).question("q\(number).example", type: 16)
      for _ in 0..<4 {
        builder = builder.record(
          DNSBuilder.pointer(12), type: 16,
          [UInt8](repeating: 0x76, count: 255).flatMap { _ in [3, 0x76, 0x76, 0x76] })
      }
      return DNSTests.stream(builder)
    }
    // What remains of the answer before: letters, and what looks like the header of a question.
    let rests = [
      [UInt8](repeating: 0x76, count: 600),
      join([0x7f, 0x00, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], [UInt8](repeating: 0xc1, count: 40)),
    ]
    for rest in rests {
      var frames = [server.segment(rest, at: 0)]
      var (asked, answered) = (0, rest.count)
      for number in 0..<2 {
        let question = DNSTests.stream(DNSBuilder().question("q\(number).example", type: 16))
        frames.append(client.segment(question, at: asked))
        asked += question.count
        let bytes = answer(number)
        frames.append(server.segment(Array(bytes[..<1448]), at: answered))
        frames.append(server.segment(Array(bytes[1448...]), at: answered + 1448))
        answered += bytes.count
      }
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      let names = values.filter { $0.contains("dns.query") }
      #expect(names == ["2", "3", "5", "6"].map { "\($0) dns.query q\(Int($0)! / 4).example" })
      #expect(values.count { $0.contains("dns.answer.text") } == 2)
    }
  }

  @Test(
    "a message that is cut is read as far as it goes, and counted",
    arguments: [53, 5355] as [UInt16])
  func cutOverTCP(port: UInt16) {
    let message = DNSBuilder(flags: 0x8180, answers: 2).question("a.example")
      .record(DNSBuilder.pointer(12), type: 1, [192, 0, 2, 7])
      .record(DNSBuilder.pointer(12), type: 1, [192, 0, 2, 8])
    let bytes = Array(DNSTests.stream(message).dropLast(3))
    let stream = StreamBuilder(port: port, back: true)
    let expected = ["dns.query a.example", "dns.answer.address 192.0.2.7"]
    // By the capture's end, in one segment or two.
    for cuts in [[], [20], [30]] {
      let observed = Observed(
        pcap(([stream.syn] + stream.segments(bytes, cuts)).map { CapturedPacket($0) }))
      #expect(
        observed.values.map { String($0.dropFirst(2)) } == expected, "\(cuts)")
      #expect(observed.counts["dns-over-tcp-incomplete"] == 1)
      #expect(observed.counts["dns-message-cut"] == 1)
    }
    // By the snap length, and what is cut comes again whole.
    let lacking = Packet.ethernet(
      Packet.ip(
        Packet.server, Packet.client, 6, Packet.tcp(port, 50000, bytes, sequence: 1000),
        length: 20 + 20 + bytes.count + 3))
    let again = Observed(
      pcap([lacking, stream.segment(DNSTests.stream(message), at: 0)].map { CapturedPacket($0) }))
    #expect(
      again.values == expected.map { "1 " + $0 } + expected.map { "2 " + $0 } + [
        "2 dns.answer.address 192.0.2.8"
      ])
    // By a segment that is lost.
    let lost = Observed(
      pcap(
        [
          stream.syn, stream.segment(bytes, at: 0),
          stream.segment(DNSTests.stream(message), at: bytes.count + 3),
        ].map { CapturedPacket($0) }))
    #expect(lost.values.prefix(2).map { String($0.dropFirst(2)) } == expected)
    // Elsewhere bytes that only begin like a message are none.
    #expect(
      Observed(
        pcap([CapturedPacket(StreamBuilder(port: 4711, back: true).segment(bytes, at: 0))])
      ).values == [])
  }
}
