import Capture
import Indicators
import Inputs
import Matchers
import TestSupport
import Testing

/// Payloads are searched many at a time; what is found must be what a search of each stream would find.
@Suite("Payloads searched together")
struct PayloadSearchTests {
  private static func matcher(_ strings: [String]) throws -> LiteralMatcher {
    var builder = LiteralMatcherBuilder()
    for (number, string) in strings.enumerated() {
      utf8(string).withUnsafeBytes {
        builder.insert($0.bytes, number: UInt32(number), ignoresCase: false)
      }
    }
    let image = try builder.build()
    return try image.withUnsafeBytes {
      try LiteralMatcher(image: ImageBytes(copying: $0.bytes), range: 0..<image.count)
    }
  }

  /// `packet:string`, or `packet+string` for one that ends with the one before; and the tally.
  private static func found(
    _ frames: [[UInt8]], _ strings: [[String]], _ options: CaptureOptions = CaptureOptions()
  ) throws -> (lines: [String], counts: [String: UInt64]) {
    var options = options
    options.payloadMatchers = try strings.map { try matcher($0) }
    let reader = try CaptureReader(
      source: InputSource(bytes: pcap(frames.map { CapturedPacket($0) }), path: "test"),
      options: options)
    var batch = ObservableBatch()
    var lines: [String] = []
    while try reader.fill(&batch) {
      for observable in batch.observables where observable.flags.contains(.pattern) {
        let start = Int(observable.offset)
        let matcher = Int(batch.arena[start + 3])
        let pattern = Int(batch.arena[start + 6]) << 8 | Int(batch.arena[start + 7])
        let isAnother = observable.flags.contains(.joint)
        let packet = batch.records[Int(observable.record)].number
        lines.append("\(packet)\(isAnother ? "+" : ":")\(strings[matcher][pattern])")
      }
      batch.removeAll()
    }
    return (lines, reader.tally.counts)
  }

  /// One direction of a connection as it is put together, and what a search of its bytes finds.
  private struct Stream {
    var read: [UInt8] = []
    var early: [(offset: Int, bytes: [UInt8])] = []

    /// What a segment of a packet makes known, by looking for every string at every end.
    mutating func take(
      _ bytes: [UInt8], at offset: Int, packet: Int, _ strings: [[String]]
    ) -> [String] {
      if offset > read.count {
        early.append((offset, bytes))
        early.sort { $0.offset < $1.offset }
        return []
      }
      // What comes again was found when it came first.
      if offset + bytes.count <= read.count { return [] }
      var lines: [String] = []
      func isNext() -> Bool { early.first.map { $0.offset <= read.count } ?? false }
      var next: (offset: Int, bytes: [UInt8])? = (offset, bytes)
      while let piece = next {
        let before = read.count
        if piece.offset + piece.bytes.count > before {
          read += piece.bytes.dropFirst(before - piece.offset)
          lines += Self.search(read, from: before, packet, strings)
        }
        next = isNext() ? early.removeFirst() : nil
      }
      return lines
    }

    static func search(
      _ bytes: [UInt8], from start: Int, _ packet: Int, _ strings: [[String]]
    ) -> [String] {
      var lines: [String] = []
      for set in strings {
        guard start < bytes.count else { continue }
        for end in start + 1...bytes.count {
          var isAnother = false
          for string in set where bytes[..<end].suffix(string.utf8.count).elementsEqual(string.utf8)
          {
            lines.append("\(packet)\(isAnother ? "+" : ":")\(string)")
            isAnother = true
          }
        }
      }
      return lines
    }
  }

  private static let sets = [
    ["abca", "bca", "cabbage", "aaaa", String(repeating: "ab", count: 30), "c-c"],
    ["bb", "a-a", String(repeating: "c", count: 9)],
  ]

  @Test("random connections side by side, in pieces, early and again", arguments: 0..<40)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let flows = 1 + Int(random.next() % 5)
    let longest = [1, 3, 20, 200][Int(random.next() % 4)]
    var sides: [[(offset: Int, bytes: [UInt8])]] = []
    for _ in 0..<2 * flows {
      var text: [UInt8] = []
      for _ in 0..<random.next() % 600 {
        text.append(utf8("aaabbbcc-")[Int(random.next() % 9)])
        if random.next() % 40 == 0 { text += utf8(Self.sets[0][Int(random.next() % 6)]) }
      }
      var pieces: [(offset: Int, bytes: [UInt8])] = []
      var at = 0
      while at < text.count {
        let end = min(text.count, at + 1 + Int(random.next() % UInt64(longest)))
        pieces.append((at, Array(text[at..<end])))
        // One that comes again: no probe of one byte, and when the stream is known to be nothing known.
        if random.next() % 8 == 0, at >= 15, end - at > 1 {
          pieces.append(pieces[pieces.count - 1])
        }
        at = end
      }
      for index in pieces.indices.dropFirst() where random.next() % 8 == 0 {
        let other = min(pieces.count - 1, index + 1 + Int(random.next() % 3))
        if pieces[index].offset < pieces[other].offset { pieces.swapAt(index, other) }
      }
      sides.append(pieces)
    }
    var streams = [Stream](repeating: Stream(), count: sides.count)
    var positions = [Int](repeating: 0, count: sides.count)
    var frames: [[UInt8]] = []
    var expected: [String] = []
    func builder(_ side: Int) -> StreamBuilder {
      StreamBuilder(sequence: 1000, port: UInt16(7000 + side / 2), back: side % 2 == 1)
    }
    for side in sides.indices { frames.append(builder(side).syn) }
    while let side = sides.indices.filter({ positions[$0] < sides[$0].count })
      .randomElement(using: &random)
    {
      let piece = sides[side][positions[side]]
      positions[side] += 1
      var frame = builder(side).segment(piece.bytes, at: piece.offset, flags: 0)
      // Some are not plain, and are read on the longer way.
      if random.next() % 3 == 0 { frame = Array(frame[..<12]) + [0x81, 0, 0, 1] + frame[12...] }
      frames.append(frame)
      expected += streams[side].take(
        piece.bytes, at: piece.offset, packet: frames.count, Self.sets)
      if random.next() % 10 == 0 {
        let bytes = utf8("a datagram bca, abc")
        frames.append(Packet.datagram(bytes, to: 9))
        expected += Stream.search(bytes, from: 0, frames.count, Self.sets)
      }
    }
    #expect(try Self.found(frames, Self.sets).lines == expected)
  }

  @Test("nothing lies across pieces of different streams")
  func joints() throws {
    let one = StreamBuilder(port: 7001)
    let other = StreamBuilder(port: 7002)
    let answer = StreamBuilder(port: 7001, back: true)
    let frames = [
      one.syn, other.syn, answer.syn, one.segment(utf8("nee"), at: 0),
      other.segment(utf8("dle and a need"), at: 0), answer.segment(utf8("dle"), at: 0),
      Packet.datagram(utf8("nee"), to: 9), Packet.datagram(utf8("dle nee"), to: 9),
      one.segment(utf8("dle"), at: 3), other.segment(utf8("le"), at: 14),
    ]
    #expect(try Self.found(frames, [["needle"]]).lines == ["9:needle", "10:needle"])
  }

  @Test("a part that was there before gives nothing again, and a new connection begins anew")
  func overlap() throws {
    let stream = StreamBuilder(port: 7001)
    var again = stream
    again.sequence = 900_000
    let frames = [
      stream.syn, stream.segment(utf8("a needle and nee"), at: 0),
      stream.segment(utf8("and needle and nee"), at: 9), again.syn,
      again.segment(utf8("dle, no more"), at: 0),
    ]
    let found = try Self.found(frames, [["needle"]]).lines
    // The part that came again is a piece by itself, too short for the string.
    #expect(found == ["2:needle", "3:needle"])
  }

  @Test("what comes again is found once, and other bytes for a place in whatever pieces")
  func again() throws {
    let stream = StreamBuilder(port: 99)
    func found(_ parts: (text: String, offset: Int)...) throws -> [String] {
      try Self.found(
        [stream.syn] + parts.map { stream.segment(utf8($0.text), at: $0.offset) }, [["needle"]]
      ).lines
    }
    #expect(try found(("zzz zzz needle zzz", 0), ("zzz zzz needle zzz", 0)) == ["2:needle"])
    #expect(
      try found(("zzz zzz nee", 0), ("dle zzz zzz", 11), ("zzz zzz needle zzz zzz", 0))
        == ["3:needle"])
    #expect(
      try found(("zzz zzz harmle zz", 0), ("zzz zzz nee", 0), ("dle zz", 11)) == ["4:needle"])
  }

  @Test("what comes again behind a handshake is no other version of the handshake")
  func encrypted() throws {
    let stream = StreamBuilder(port: 443)
    let hello = join(TLSBuilder.clientHello("a.example"), TLSBuilder.record(23, utf8("first")))
    let data = TLSBuilder.record(23, utf8("more of it"))
    let found = try Self.found(
      [
        stream.syn, stream.segment(hello, at: 0), stream.segment(data, at: hello.count),
        stream.segment(data, at: hello.count),
      ], [["example"]])
    #expect(found.lines == ["2:example"])
    #expect(found.counts["tcp-overlap"] == nil)
    #expect(found.counts["tcp-retransmission"] == 1)
  }

  @Test("more bytes than are searched at once")
  func long() throws {
    let stream = StreamBuilder(port: 7001)
    var frames = [stream.syn]
    var expected: [String] = []
    for index in 0..<40 {
      let bytes =
        utf8("dle") + [UInt8](repeating: 0x2e, count: 30_000 + index) + utf8("needle.nee")
      frames.append(
        stream.segment(bytes, at: (0..<index).reduce(0) { $0 + 30_013 + $1 }))
      if index > 0 { expected.append("\(frames.count):needle") }
      expected.append("\(frames.count):needle")
    }
    #expect(try Self.found(frames, [["needle"]]).lines == expected)
  }

  @Test("the limit of a piece bites in that piece alone, however many are searched together")
  func limits() throws {
    var frames: [[UInt8]] = []
    for count in [5000, 200, 273, 274] + [Int](repeating: 4000, count: 20) {
      frames.append(Packet.datagram([UInt8](repeating: 0x61, count: count), to: 9))
    }
    let found = try Self.found(frames, [["a"], ["b"]])
    var counts: [Substring: Int] = [:]
    for line in found.lines { counts[line.prefix { $0 != ":" }, default: 0] += 1 }
    // 256, and one more for each 16 bytes.
    #expect(counts["1"] == 568 && counts["2"] == 200 && counts["3"] == 273)
    #expect(counts["4"] == 273 && counts["24"] == 506)
    #expect(found.lines.count == 568 + 200 + 273 * 2 + 20 * 506)
    #expect(found.counts["payload-match-limit"] == 22)
    // Where it is few enough to be searched together, too.
    let few = try Self.found(Array(frames[..<4]), [["b"], ["a"]])
    #expect(few.lines == Array(found.lines[..<few.lines.count]))
    #expect(few.counts["payload-match-limit"] == 2)
  }

  @Test("where streams' last bytes have no room, that is counted")
  func crowded() throws {
    var options = CaptureOptions()
    options.reassemblyLimit = 1 << 12
    options.streamLimit = 1 << 11
    var frames: [[UInt8]] = []
    let streams = (0..<200).map { StreamBuilder(port: UInt16(7000 + $0)) }
    for stream in streams {
      frames += [stream.syn, stream.segment(utf8("twenty bytes, and nee"), at: 0)]
    }
    for stream in streams { frames.append(stream.segment(utf8("dle, a needle"), at: 21)) }
    let found = try Self.found(frames, [["needle"]], options)
    #expect(found.lines.count >= 200 && found.lines.count < 400)
    #expect((found.counts["tcp-reassembly-limit"] ?? 0) > 0)
  }

  @Test("a string is found once where another version of bytes goes on with the same ones")
  func versions() throws {
    let stream = StreamBuilder(port: 9)
    let first = stream.segment(utf8("zzQQQQQQQQQQQ"), at: 0)
    func lines(_ again: String, _ string: String) throws -> [String] {
      try Self.found([stream.syn, first, stream.segment(utf8(again), at: 0)], [[string]]).lines
    }
    #expect(try lines("zzQQQQQQQQxxxabcd", "abcd") == ["3:abcd"])
    #expect(try lines("zzQQQQQQQQxQQabcd", "QQab") == ["3:QQab"])
    // Each has a byte of the other version in it.
    #expect(try lines("zzQQQQQQQQxxxabcd", "xabc") == ["3:xabc"])
    #expect(try lines("zzQQQQQQQxQQQabcd", "QxQQQab") == ["3:QxQQQab"])
    #expect(try lines("zzQQQQQQQxQQQabcd", "QQQa") == ["3:QQQa"])
    #expect(try lines("zzQQQQQQQxQQQabcd", "zzQQ") == ["2:zzQQ"])
  }

  @Test("what a tunnel carries is searched in its own packets only")
  func tunnels() throws {
    let inner = Packet.datagram(utf8("a needle"), to: 9)
    let tunnel = Packet.datagram(join([8, 0, 0, 0, 0, 0, 9, 0], inner), to: 4789)
    #expect(try Self.found([tunnel], [["needle"]]).lines == ["1:needle"])
    // No tunnel is found in these.
    for port: UInt16 in [4754, 6635, 4789, 6081] {
      let other = Packet.datagram(utf8("no tunnel but a needle, and more of it"), to: port)
      #expect(try Self.found([other], [["needle"]]).lines == ["1:needle"], "\(port)")
    }
  }
}
