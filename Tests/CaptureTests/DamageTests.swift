import Capture
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

@Suite("Damaged captures")
struct DamageTests {
  /// A capture with something of everything.
  static let frames: [[UInt8]] =
    [
      Packet.datagram(
        DNSBuilder(flags: 0x8180, answers: 3).question("www.example.com", type: 65)
          .record(DNSBuilder.pointer(12), type: 5, DNSBuilder.name("cdn.example"))
          .record(DNSBuilder.pointer(16), type: 16, join([3], utf8("abc")))
          .record(
            DNSBuilder.pointer(12), type: 65, [0, 1, 0, 0, 4, 0, 4, 192, 0, 2, 1]
          ).bytes, to: 53),
      Packet.segment(TLSBuilder.clientHello("a.example"), to: 443),
      Packet.segment(
        Array(
          ("POST http://b.example/x HTTP/1.1\r\nHost: [2001:db8::1]:80\r\nUser-Agent: u\r\n"
            + "Referer: http://c.example/\r\nX-Forwarded-For: 192.0.2.1\r\n"
            + "Content-Length: 2\r\n\r\nabGET / HTTP/1.0\r\n\r\n").utf8), to: 80),
      Packet.ethernet(
        Packet.ip(
          Packet.client6, Packet.server6, 0,
          Packet.extensionHeader(next: 47, join([0x20, 0, 8, 0, 0, 0, 0, 1], LayerTests.ipv4))),
        tags: [0x88a8, 0x8100]),
      Packet.datagram(
        TLSBuilder.datagramRecord(
          TLSBuilder.hello(
            extensions: TLSBuilder.serverName([utf8("d.example")]), isDatagram: true)),
        to: 4433),
    ]

  static func pcapng() -> [UInt8] {
    var file = PcapngBuilder()
    file.interface(options: join(file.option(9, [6]), file.option(14, file.number(Int64(1)))))
    for frame in frames { file.packet(frame) }
    file.block(4, utf8("names"))
    file.simplePacket(frames[0])
    file.obsoletePacket(frames[1])
    return file.file
  }

  static let captures = [
    pcap(frames.map { CapturedPacket($0) }), pcapng(),
    pcap(frames.map { CapturedPacket($0) }, magic: 0xa1b2_cd34),
  ]

  /// Where each packet's bytes end in a capture.
  private static func ends(_ number: Int) -> [Int] {
    let capture = captures[number]
    if number == 1 {
      // Blocks say how long they are; a packet's bytes are behind 28 of an enhanced block.
      var (ends, start): ([Int], Int) = ([], 0)
      while start < capture.count {
        let length = Int(capture[start + 4]) | Int(capture[start + 5]) << 8
        if [2, 3, 6].contains(capture[start]) { ends.append(start + length) }
        start += length
      }
      return ends
    }
    let header = number == 2 ? 24 : 16
    return frames.reduce(into: []) { $0.append(($0.last ?? 24) + header + $1.count) }
  }

  @Test("cut at every byte: whole packets stay, the rest is an error", arguments: [0, 1, 2])
  func truncation(_ number: Int) {
    let capture = Self.captures[number]
    let whole = Observed(capture)
    #expect(whole.error == nil)
    let ends = Self.ends(number)
    #expect(ends.count == Int(whole.packets) && ends.last == capture.count)
    for length in 0..<capture.count {
      let observed = Observed(Array(capture[..<length]))
      #expect(observed.lines == Array(whole.lines.prefix(observed.lines.count)))
      let there = ends.count { $0 <= length }
      #expect(observed.packets >= there)
      let lines = whole.lines.count { Int($0.prefix { $0 != " " }) ?? .max <= there }
      #expect(observed.lines.count >= lines, "\(length) bytes")
      let isBorder = observed.error == nil
      if isBorder { #expect(observed.packets < whole.packets || number == 1) }
    }
  }

  @Test("bits flipped anywhere trap nowhere", arguments: [0, 1])
  func flips(_ number: Int) {
    var random = SeededGenerator(seed: 42)
    var capture = Self.captures[number]
    for position in capture.indices {
      let bit = UInt8(1) << UInt8(random.next() & 7)
      capture[position] ^= bit
      _ = Observed(capture)
      capture[position] ^= bit
    }
    // Several at once, in the packets' bytes too.
    for _ in 0..<300 {
      var damaged = capture
      for _ in 0...random.next() % 8 {
        let position = Int(random.next() % UInt64(capture.count - 40)) + 40
        damaged[position] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = Observed(damaged)
    }
  }

  @Test("random payloads on every way in")
  func randomPayloads() {
    var random = SeededGenerator(seed: 7)
    for round in 0..<60 {
      var frames: [CapturedPacket] = []
      for _ in 0..<50 {
        let payload = (0..<Int(random.next() % 200)).map { _ in
          UInt8(truncatingIfNeeded: random.next() & (round % 2 == 0 ? 0xff : 0x1f))
        }
        let ports: [UInt16] = [53, 80, 443, 5353, 4711]
        let port = ports[Int(random.next() % 5)]
        switch random.next() % 4 {
        case 0: frames.append(CapturedPacket(Packet.datagram(payload, to: port)))
        case 1: frames.append(CapturedPacket(Packet.segment(payload, to: port)))
        case 2:
          frames.append(
            CapturedPacket(Packet.ethernet(Packet.ip(UInt8(random.next() & 0xff), payload))))
        default: frames.append(CapturedPacket(Packet.ethernet(payload)))
        }
      }
      let linkTypes: [UInt32] = [1, 1, 0, 9, 12, 50, 51, 101, 104, 107, 108, 113, 228, 229, 276]
      _ = Observed(pcap(frames, linkType: linkTypes[round % linkTypes.count]))
    }
  }

  @Test("the same bytes give the same, however they arrive")
  func determinism() throws {
    let first = Observed(Self.captures[0])
    #expect(first.lines.count == 32)
    for _ in 0..<3 {
      let again = Observed(Self.captures[0])
      #expect(again.lines == first.lines)
      #expect(again.details == first.details)
    }
    // Through a pipe that hands out a few bytes at a time.
    let pipe = Pipe()
    let writer = pipe.fileHandleForWriting
    let thread = Thread {
      for byte in Self.captures[0] { try? writer.write(contentsOf: Data([byte])) }
      try? writer.close()
    }
    thread.start()
    let source = try InputSource(
      fileDescriptor: pipe.fileHandleForReading.fileDescriptor, path: "pipe")
    withExtendedLifetime(pipe) {
      #expect(Observed(source).details == first.details)
    }
  }
}
