import Capture
import TestSupport
import Testing

/// TCP: what the other side acknowledges before it comes in the capture, or which never comes.
@Suite("Acknowledged gaps")
struct AcknowledgedTests {
  private static let request = utf8(
    "GET /evil.bin HTTP/1.1\r\nHost: first.example\r\nReferer: http://ref.example/x\r\n\r\n")

  private static func acknowledgement(
    _ count: Int, port: UInt16 = 80, _ data: [UInt8] = []
  ) -> [UInt8] {
    Packet.ethernet(
      Packet.ip(
        Packet.server, Packet.client, 6,
        Packet.tcp(
          port, 50000, data, flags: Packet.ack, sequence: 1,
          acknowledgement: 1000 + UInt32(count))))
  }

  @Test("a request in three segments and the acknowledgement of all, in any order")
  func anyOrder() {
    let stream = StreamBuilder()
    let pieces = stream.segments(Self.request, [38, 60])
    let expected: Set = [
      "http.host first.example", "http.url http://first.example/evil.bin",
      "http.referrer http://ref.example/x", "http.referrer ref.example",
    ]
    for data in [[], utf8("HTTP/1.1 200 OK\r\n\r\n")] {
      let all = pieces + [Self.acknowledgement(Self.request.count, data)]
      for order in all.permutations {
        let frames = [stream.syn] + order
        let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
        #expect(Set(values.map { String($0.drop { $0 != " " }.dropFirst()) }) == expected)
        #expect(values.count == expected.count)
      }
    }
  }

  @Test("what never comes is waited for until enough waits behind it")
  func neverComes() throws {
    let stream = StreamBuilder()
    let lost = 100
    let next = utf8("GET /b HTTP/1.1\r\nHost: b.example\r\n\r\n")
    var frames = [
      stream.syn, stream.segment(next, at: lost), Self.acknowledgement(lost + next.count),
    ]
    for number in 0..<100 {
      frames.append(stream.segment([0x61], at: lost + next.count + 1 + number))
    }
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
    #expect(observed.values == ["2 http.host b.example", "2 http.url http://b.example/b"])
    #expect(observed.counts["tcp-gap"] == 2)
  }

  @Test("a message of DNS behind an answer of which the middle never comes")
  func behindAnAnswer() {
    let server = StreamBuilder(port: 53, back: true)
    let rest = [UInt8](repeating: 0x76, count: 142)
    let next = DNSTests.stream(
      DNSBuilder(flags: 0x8180, answers: 1).question("a.example").record(
        DNSBuilder.pointer(12), type: 1, [192, 0, 2, 1]))
    let acknowledgement = Packet.ethernet(
      Packet.ip(6, Packet.tcp(50000, 53, sequence: 1, acknowledgement: 1000 + 414)))
    let frames = [
      server.segment(rest, at: 0), server.segment(Array(rest[..<16]), at: 398), acknowledgement,
      server.segment(next, at: 414),
    ]
    #expect(
      Observed(pcap(frames.map { CapturedPacket($0) })).values == [
        "4 dns.query a.example", "4 dns.answer.address 192.0.2.1",
      ])
  }

  @Test("behind a hole, what comes before its predecessor is complete with that")
  func swappedBehindAHole() {
    let stream = StreamBuilder()
    let request = utf8("GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: b\r\n\r\n")
    let frames = [
      stream.syn, stream.segment(Array(request[20...]), at: 120),
      stream.segment(Array(request[..<20]), at: 100), Self.acknowledgement(100 + request.count),
    ]
    let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
    #expect(
      values == ["3 http.host a.example", "3 http.url http://a.example/", "3 http.user-agent b"])
  }

  /// Gaps that are given up when a stretch ends, in whatever groups the flows are read.
  @Test("however flows are shared out, acknowledged gaps are given up at the same places")
  func groups() throws {
    var random = SeededGenerator(seed: 9)
    var frames: [CapturedPacket] = []
    let filler = [UInt8](repeating: 0, count: 1400)
    for number in 0..<400 {
      let stream = StreamBuilder(port: UInt16(2000 + number))
      let request = utf8("GET /\(number) HTTP/1.1\r\nHost: h\(number).example\r\n\r\n")
      let early = 1 + random.below(40)
      frames.append(CapturedPacket(stream.syn))
      frames.append(CapturedPacket(stream.segment(request, at: early)))
      frames.append(
        CapturedPacket(
          Self.acknowledgement(early + request.count, port: UInt16(2000 + number))))
      for _ in 0..<random.below(16) {
        frames.append(
          CapturedPacket(Packet.datagram(filler, from: UInt16(1024 + random.below(50)), to: 9)))
      }
    }
    for index in frames.indices where random.below(3) == 0 {
      frames.swapAt(index, min(frames.count - 1, index + random.below(400)))
    }
    let capture = pcap(frames)
    #expect(capture.count > 3 << 20)
    let one = try ShardTests.read(capture, groups: 1, CaptureOptions())
    #expect(one.lines.count { $0.contains("http.host") } > 300)
    for groups in [2, 8] {
      let other = try ShardTests.read(capture, groups: groups, CaptureOptions())
      #expect(other.lines == one.lines)
      #expect(other.counts == one.counts)
    }
    #expect(Observed(capture).lines.count == one.lines.count)
  }
}
