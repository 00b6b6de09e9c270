import Capture
import Indicators
import Inputs
import TestSupport
import Matchers
import Testing

@Suite("Byte strings in payloads")
struct PayloadTests {
  private static let strings = ["needle", "eedle", "HAYstack", "\u{1}\u{2}\u{3}\u{4}"]

  static func matcher() throws -> LiteralMatcher {
    var builder = LiteralMatcherBuilder()
    for (number, string) in strings.enumerated() {
      utf8(string).withUnsafeBytes {
        builder.insert($0.bytes, number: UInt32(number), ignoresCase: number == 2)
      }
    }
    let image = try builder.build()
    return try image.withUnsafeBytes {
      try LiteralMatcher(image: ImageBytes(copying: $0.bytes), range: 0..<image.count)
    }
  }

  /// `packet:string`, or `+string` for one that ends with the one before; behind the field where that is not `payload`.
  private static func found(_ frames: [[UInt8]]) throws -> [String] {
    var options = CaptureOptions()
    options.payloadMatchers = [try matcher()]
    let reader = try CaptureReader(
      source: InputSource(bytes: pcap(frames.map { CapturedPacket($0) }), path: "test"),
      options: options)
    var batch = ObservableBatch()
    var result: [String] = []
    while try reader.fill(&batch) {
      for observable in batch.observables where observable.flags.contains(.pattern) {
        #expect(observable.kind == .text && observable.length == 8)
        let number = Int(batch.arena[Int(observable.offset) + 7])
        let name = String(decoding: batch.fields.name(observable.field), as: UTF8.self)
        let field = name == "payload" ? "" : "\(name) "
        result.append(
          observable.flags.contains(.joint)
            ? "\(field)+\(strings[number])"
            : "\(field)\(batch.records[Int(observable.record)].number):\(strings[number])")
      }
      batch.removeAll()
    }
    return result
  }

  @Test("in datagrams, each by itself")
  func datagrams() throws {
    let frames = [utf8("a needle, hayStack"), utf8("need"), utf8("le"), [0, 1, 2, 3, 4, 5]]
      .map { Packet.datagram($0, to: 9) }
    #expect(
      try Self.found(frames) == ["1:needle", "+eedle", "1:HAYstack", "4:\u{1}\u{2}\u{3}\u{4}"])
  }

  @Test("in the strings of a record of DNS, joined: once in each field")
  func joinedStrings() throws {
    func answer(_ records: [[String]]) -> [UInt8] {
      var message = DNSBuilder(flags: 0x8180, answers: UInt16(records.count)).question(
        "a.example", type: 16)
      for strings in records {
        let data = strings.flatMap { join([UInt8($0.utf8.count)], utf8($0)) }
        message = message.record(DNSBuilder.pointer(12), type: 16, data)
      }
      return Packet.ethernet(
        Packet.ip(
          Packet.server, Packet.client, 17, Packet.udp(53, 50000, message.bytes)))
    }
    let frames = [
      answer([["a nee", "dle"]]), answer([["HAYstack haystack"], ["x haystack"]]),
      answer([["hay"], ["stack"]]),
    ]
    #expect(
      try Self.found(frames) == [
        "dns.answer.text 1:needle", "dns.answer.text +eedle", "2:HAYstack", "2:HAYstack",
        "2:HAYstack", "dns.answer.text 2:HAYstack",
      ])
  }

  @Test("in the body of a request, other bytes in their place before")
  func bodies() throws {
    let stream = StreamBuilder()
    let head = utf8("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5000000\r\n\r\n")
    let body = utf8("some bytes, a needle, and more")
    for decoy in [body.count, 100] {
      let frames = [
        stream.syn, stream.segment(head, at: 0),
        stream.segment([UInt8](repeating: 0x2e, count: decoy), at: head.count),
        stream.segment(body, at: head.count),
        stream.segment([UInt8](repeating: 0x2e, count: 40_000), at: head.count + decoy),
      ]
      #expect(try Self.found(frames).contains { $0.hasSuffix(":needle") }, "\(decoy)")
    }
  }

  @Test("across the end of other bytes that were read in their place, once")
  func acrossOthers() throws {
    let stream = StreamBuilder(port: 7777)
    let bytes =
      [UInt8](repeating: 0xfe, count: 9) + utf8("HAYstack") + [UInt8](repeating: 0xfd, count: 40)
    for cut in 1..<bytes.count - 1 {
      for count in [1, 5, cut] where count <= cut {
        let start = cut - count
        let head = start > 0 ? [stream.segment(Array(bytes[..<cut]), at: 0)] : []
        let junk = [UInt8](repeating: 0x51, count: count + (start > 0 ? 1 : 0))
        let next = start > 0 ? cut : 0
        let frames =
          [stream.syn] + head + [stream.segment(junk, at: start)]
          + [stream.segment(Array(bytes[next...]), at: next)]
        let found = try Self.found(frames)
        #expect(found.count == 1 && found[0].hasSuffix(":HAYstack"), "\(cut), \(start)")
      }
    }
  }

  @Test("in what other protocols carry, but for what errors of ICMP quote")
  func others() throws {
    let text = utf8("a needle")
    func packet(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      Packet.ethernet(Packet.ip(number, bytes))
    }
    let echo: [UInt8] = [8, 0, 0, 0, 0, 1, 0, 1]
    let error: [UInt8] = [3, 3, 0, 0, 0, 0, 0, 0]
    let frames = [
      packet(1, echo + text), packet(1, error + text), packet(99, text),
      packet(132, [0, 9, 0, 9] + text), packet(1, echo + text), packet(1, [8]), packet(99, []),
    ]
    #expect(
      try Self.found(frames) == [1, 3, 4, 5].flatMap { ["\($0):needle", "+eedle"] })
    // In parts.
    let whole = echo + text + [UInt8](repeating: 0, count: 24)
    func part(_ range: Range<Int>, _ flags: UInt16) -> [UInt8] {
      Packet.ethernet(
        Packet.ip(
          Packet.client, Packet.server, 1, Array(whole[range]),
          fragment: flags | UInt16(range.lowerBound / 8), id: 1))
    }
    #expect(
      try Self.found([part(16..<whole.count, 0), part(0..<16, 0x2000)])
        == ["2:needle", "+eedle"])
  }

  @Test("in streams, wherever they are cut and in whatever order segments come")
  func streams() throws {
    let text = utf8("xxneedle and needle and HAYSTACK.")
    let stream = StreamBuilder(port: 9)
    for cut in 1..<text.count {
      let found = try Self.found([stream.syn] + stream.segments(text, [cut]))
      #expect(
        found.map { $0.split(separator: ":").last.map(String.init) ?? $0 } == [
          "needle", "+eedle", "needle", "+eedle", "HAYstack",
        ], "cut at \(cut)")
      let swapped = [stream.syn] + stream.segments(text, [cut]).reversed()
      #expect(
        try Self.found(swapped) == [
          "3:needle", "+eedle", "3:needle", "+eedle", "3:HAYstack",
        ], "cut at \(cut)")
    }
  }

  @Test("behind a handshake, and not across a hole")
  func done() throws {
    let stream = StreamBuilder(port: 443)
    let bytes = join(
      TLSBuilder.clientHello("a.example"), TLSBuilder.record(23, utf8("needle")), utf8("nee"))
    let found = try Self.found([
      stream.syn, stream.segment(bytes, at: 0), stream.segment(utf8("dle"), at: bytes.count + 5),
      stream.segment(utf8("needle"), at: bytes.count + 8),
    ])
    // The hello's session identifier is the last of the strings.
    #expect(
      found == ["2:\u{1}\u{2}\u{3}\u{4}", "2:needle", "+eedle", "4:needle", "+eedle"])
  }

  @Test("a segment sent again gives nothing, another version what it holds")
  func repetition() throws {
    let stream = StreamBuilder()
    let first = utf8("GET / HTTP/1.1\r\nX: needle\r\n\r\n")
    let other = utf8("GET / HTTP/1.1\r\nX: \u{1}\u{2}\u{3}\u{4}le\r\n\r\n")
    let found = try Self.found([
      stream.syn, stream.segment(first, at: 0), stream.segment(first, at: 0),
      stream.segment(other, at: 0),
    ])
    #expect(found == ["2:needle", "+eedle", "4:\u{1}\u{2}\u{3}\u{4}"])
  }
}
