import Capture
import TestSupport
import Testing

/// Segments that disagree, of which each receiver makes its own: whichever that is, its message is seen.
extension EvasionTests {
  /// A client's message that asks for a hidden host, and where that shows.
  struct Message: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let port: UInt16
    let field: String
    let bytes: [UInt8]

    static let request = Message(
      testDescription: "a request", port: 80, field: "http.host", bytes: EvasionTests.request)
    static let greeting = Message(
      testDescription: "a greeting", port: 443, field: "tls.sni",
      bytes: TLSBuilder.clientHello("hidden.example"))
    static let query: Message = {
      let message = DNSBuilder().question("hidden.example").bytes
      return Message(
        testDescription: "a query", port: 53, field: "dns.query",
        bytes: UInt16(message.count).bytes + message)
    }()
    static let all = [request, greeting, query]

    /// A part of the message, some of whose bytes are others.
    struct Segment {
      var place: Range<Int>
      var junk: Set<Int> = []
    }

    /// A connection with these segments.
    func frames(_ segments: [Segment], junk: UInt8) -> [[UInt8]] {
      let stream = StreamBuilder(port: port)
      return [stream.syn]
        + segments.map { segment in
          stream.segment(
            segment.place.map { segment.junk.contains($0) ? junk : bytes[$0] },
            at: segment.place.lowerBound)
        }
    }

    func isSeen(_ frames: [[UInt8]]) -> Bool {
      Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
        $0.hasSuffix(" \(field) hidden.example")
      }
    }

    /// Parts of so many bytes.
    func pieces(_ size: Int) -> [Range<Int>] {
      stride(from: 0, to: bytes.count, by: size).map { $0..<min($0 + size, bytes.count) }
    }
  }

  @Test("segments far behind what came, more than are kept for other readings, are counted")
  func farSegments() {
    let stream = StreamBuilder()
    let head = utf8("GET / HTTP/1.1\r\nHost: h")
    let frames =
      [stream.syn, stream.segment(head, at: 0), stream.segment([0x23], at: head.count - 1)]
      + (0..<80).map { stream.segment([0x61], at: 8_000 + 2 * $0) }
    let counts = Observed(pcap(frames.map { CapturedPacket($0) })).counts
    #expect((counts["tcp-overlap-limit"] ?? 0) > 0)
    #expect(
      Observed(pcap(frames.prefix(60).map { CapturedPacket($0) })).counts["tcp-overlap-limit"]
        == nil)
  }

  @Test("junk before a segment and other junk behind it", arguments: Message.all)
  func junkOnBothSides(_ message: Message) {
    let end = message.bytes.count
    for first in [2, 10, 20] {
      for second in [first + 1, first + 9, end - 5] {
        for length in [1, second - first] {
          let stream = StreamBuilder(port: message.port)
          let frames = [
            stream.syn, stream.segment(Array(message.bytes[..<first]), at: 0),
            stream.segment([UInt8](repeating: 0x78, count: length), at: first),
            stream.segment(Array(message.bytes[first..<second]), at: first),
            stream.segment([UInt8](repeating: 0x79, count: length), at: first),
            stream.segment(Array(message.bytes[second...]), at: second),
          ]
          #expect(message.isSeen(frames), "\(first), \(second), \(length)")
        }
      }
    }
  }

  @Test("junk before each of many segments, from the first byte on", arguments: Message.all)
  func junkBeforeAll(_ message: Message) {
    for junk: UInt8 in [0, 0x23] {
      for size in [1, 2, 3, 4, 5, 7, 11, 14, 15, 16, 20] {
        let pieces = message.pieces(size)
        for count in Set([1, 2, 3, 4, 5, 10, pieces.count]) where count <= pieces.count {
          var segments: [Message.Segment] = []
          for (index, piece) in pieces.enumerated() {
            if index < count { segments.append(.init(place: piece, junk: Set(piece))) }
            segments.append(.init(place: piece))
          }
          // The rest in one segment as well.
          let rest = pieces[count - 1].upperBound..<message.bytes.count
          let short = segments.prefix(2 * count) + (rest.isEmpty ? [] : [.init(place: rest)])
          #expect(
            message.isSeen(message.frames(segments, junk: junk)),
            "\(count) pieces of \(size), junk \(junk)")
          #expect(
            message.isSeen(message.frames(Array(short), junk: junk)),
            "\(count) pieces of \(size), then the rest, junk \(junk)")
        }
      }
    }
  }

  @Test("a few bytes that come early, across a border of the segments", arguments: Message.all)
  func earlyBytes(_ message: Message) {
    for count in 2...8 {
      let size = (message.bytes.count + count - 1) / count
      for early in [utf8("\r\n\r\n"), utf8("\n\n"), zeros(5)] {
        for start in 1..<message.bytes.count - early.count {
          let stream = StreamBuilder(port: message.port)
          let frames =
            [stream.syn, stream.segment(early, at: start)]
            + message.pieces(size).map {
              stream.segment(Array(message.bytes[$0]), at: $0.lowerBound)
            }
          #expect(message.isSeen(frames), "\(count) segments, \(early) at \(start)")
        }
      }
    }
  }

  /// What a client sends before its message.
  struct Prefix: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let segments: [[UInt8]]

    static let all = [
      Prefix(testDescription: "nothing", segments: []),
      Prefix(testDescription: "a banner", segments: [utf8("SSH-2.0-x\r\n")]),
      Prefix(
        testDescription: "a request",
        segments: [utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")]),
      Prefix(
        testDescription: "many requests",
        segments: [[UInt8]](
          repeating: utf8("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), count: 600)),
      Prefix(
        testDescription: "a long body",
        segments: [
          utf8("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 20000\r\n\r\n")
        ] + [[UInt8]](repeating: [UInt8](repeating: 0x61, count: 1000), count: 20)),
    ]
  }

  @Test(
    "early bytes in a message behind others", arguments: Prefix.all,
    [Message.request, Message.greeting])
  func earlyBytesBehindOthers(_ prefix: Prefix, _ message: Message) {
    let stream = StreamBuilder(port: message.port)
    var before = [stream.syn]
    var start = 0
    for segment in prefix.segments {
      before.append(stream.segment(segment, at: start))
      start += segment.count
    }
    for early in [zeros(1), utf8("x"), utf8("\r\n\r\n")] {
      for place in [2, 7, 20, message.bytes.count - 5] {
        for cut in [message.bytes.count, 30] {
          var frames = before
          frames.append(stream.segment(early, at: start + place))
          frames.append(stream.segment(Array(message.bytes[..<cut]), at: start))
          if cut < message.bytes.count {
            frames.append(stream.segment(Array(message.bytes[cut...]), at: start + cut))
          }
          #expect(message.isSeen(frames), "\(early) at \(place), cut at \(cut)")
        }
      }
    }
  }

  @Test("of versions nothing is written twice for a packet", arguments: Message.all)
  func writtenOnce(_ message: Message) {
    let end = message.bytes.count
    for start in 1..<end - 1 {
      for length in [1, 8] {
        for cut in [end] {
          let stream = StreamBuilder(port: message.port)
          let junk = stream.segment(
            [UInt8](repeating: 0x78, count: min(length, end - start)), at: start)
          let pieces = message.pieces(cut).map {
            stream.segment(Array(message.bytes[$0]), at: $0.lowerBound)
          }
          for place in 0...pieces.count {
            var frames = [stream.syn] + pieces
            frames.insert(junk, at: 1 + place)
            let lines = Observed(pcap(frames.map { CapturedPacket($0) })).values
            #expect(
              Set(lines).count == lines.count, "\(length) at \(start), cut \(cut), \(place)")
          }
        }
      }
    }
  }

  @Test("junk that begins in the bytes read and ends behind the message", arguments: Message.all)
  func junkBehindFirst(_ message: Message) {
    let end = message.bytes.count
    for count in 2...8 {
      let pieces = message.pieces((end + count - 1) / count)
      let first = pieces[0].upperBound
      for start in 0..<first {
        for length in [first - start + 1, (end - start) / 2, end - start, end - start + 20]
        where start + length > first {
          let stream = StreamBuilder(port: message.port)
          var frames = message.frames(pieces.map { .init(place: $0) }, junk: 0)
          frames.insert(
            stream.segment([UInt8](repeating: 0x41, count: length), at: start), at: 2)
          #expect(message.isSeen(frames), "\(count) segments, \(length) bytes at \(start)")
        }
      }
    }
  }

  @Test(
    "segments in reverse order, each with junk in the place of the one before it",
    arguments: Message.all)
  func reverseOverlap(_ message: Message) {
    for (size, overlap) in [(4, 4), (3, 1), (4, 1), (8, 3), (20, 10), (2, 2)] {
      let segments = message.pieces(size).reversed().map { piece in
        let start = max(0, piece.lowerBound - overlap)
        return Message.Segment(
          place: start..<piece.upperBound, junk: Set(start..<piece.lowerBound))
      }
      #expect(message.isSeen(message.frames(segments, junk: 0x78)), "\(size), \(overlap)")
    }
  }

  @Test(
    "any segments that overlap, in any order: the first wins, and the last", arguments: Message.all)
  func anyOverlap(_ message: Message) {
    var random = SeededGenerator(seed: 130)
    for round in 0..<40 {
      let junk = UInt8.random(in: 0...255, using: &random)
      let places = Self.places(message.bytes.count, &random)
      var first: [Message.Segment] = []
      var known: Set<Int> = []
      for place in places {
        first.append(.init(place: place, junk: known.intersection(place)))
        known.formUnion(place)
      }
      var last: [Message.Segment] = []
      known = []
      for place in places.reversed() {
        last.insert(.init(place: place, junk: known.intersection(place)), at: 0)
        known.formUnion(place)
      }
      #expect(
        message.isSeen(message.frames(first, junk: junk)), "first, \(round): \(places) \(junk)")
      #expect(message.isSeen(message.frames(last, junk: junk)), "last, \(round): \(places) \(junk)")
    }
  }

  /// Places of segments in any order that have so many bytes together, and overlap.
  private static func places(_ count: Int, _ random: inout SeededGenerator) -> [Range<Int>] {
    let cuts = (0..<Int.random(in: 2...9, using: &random)).map { _ in
      Int.random(in: 1..<count, using: &random)
    }
    let borders = ([0, count] + Set(cuts)).sorted()
    return zip(borders, borders.dropFirst()).map { start, end in
      let before = Int.random(in: 0...14, using: &random)
      let behind = Int.random(in: 0...14, using: &random)
      return max(0, start - before)..<min(count, end + behind)
    }.shuffled(using: &random)
  }
}
