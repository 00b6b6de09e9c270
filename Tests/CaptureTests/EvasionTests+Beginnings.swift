import Capture
import TestSupport
import Testing

/// First segments in the wrong order without a SYN, and others in their place.
extension EvasionTests {
  @Test(
    "the rest of a message, other bytes in its place, then its front, cut anywhere, without a SYN",
    arguments: Message.all)
  func restFirst(_ message: Message) {
    let stream = StreamBuilder(port: message.port)
    for cut in 1..<message.bytes.count - 1 {
      func restOf(_ byte: UInt8) -> [UInt8] {
        stream.segment([UInt8](repeating: byte, count: message.bytes.count - cut), at: cut)
      }
      let parts = stream.segments(message.bytes, [cut])
      let (front, rest, junk, noise) = (parts[0], parts[1], restOf(0x23), restOf(0xa9))
      let probe = stream.segment([0], at: cut)
      var orders = [
        [rest, junk], [junk, rest], [rest, probe], [rest, junk, noise], [noise, junk, rest],
        [junk, rest, noise], [junk, rest, junk], [rest, junk, rest],
      ]
      // On a port of DNS the byte and what follows it may be taken for the length of a message.
      if message.port != 53 { orders.append([probe, rest]) }
      for (index, order) in orders.enumerated() {
        #expect(message.isSeen(order + [front]), "cut at \(cut), order \(index)")
      }
    }
  }

  @Test("two hosts that share their request's front, which comes last, without a SYN")
  func twoRests() {
    let stream = StreamBuilder()
    for cut in 1...22 {
      let parts = stream.segments(Self.request, [cut])
      let other = stream.segments(Self.decoy, [cut])[1]
      let values = Observed(pcap([parts[1], other, parts[0]].map { CapturedPacket($0) })).values
      for name in ["hidden.example", "harmle.example"] {
        #expect(values.filter { $0 == "3 http.host \(name)" }.count == 1, "cut at \(cut), \(name)")
      }
    }
  }

  @Test("queries whose front comes late, and again behind all, without a SYN")
  func frontAgain() {
    let stream = StreamBuilder(port: 53)
    let names = ["f1.example", "f2.example", "f3.example"]
    let bytes = names.flatMap { name -> [UInt8] in
      let query = DNSBuilder().question(name).bytes
      return UInt16(query.count).bytes + query
    }
    let pieces = stream.segments(bytes, [12, 18, 42, 64])
    for order in [[1, 2, 0, 3, 4, 0], [1, 2, 3, 0, 4, 0], [1, 0, 2, 3, 4, 0]] {
      let values = Observed(pcap(order.map { CapturedPacket(pieces[$0]) })).values
      for name in names {
        #expect(values.contains { $0.hasSuffix(" dns.query \(name)") }, "\(order), \(name)")
      }
    }
  }

  @Test(
    "a message's pieces from its last to its first, each with other bytes in its place",
    arguments: Message.all)
  func backwards(_ message: Message) {
    let stream = StreamBuilder(port: message.port)
    // On a port of DNS a few bytes are taken for the middle of a message.
    for size in message.port == 53 ? [9, 20] : [2, 3, 5, 9, 20] {
      for isJunkFirst in [false, true] {
        let frames = message.pieces(size).reversed().flatMap { place in
          let bytes = Array(message.bytes[place])
          let piece = stream.segment(bytes, at: place.lowerBound)
          let junk = stream.segment(bytes.map { $0 ^ 0x55 }, at: place.lowerBound)
          return isJunkFirst ? [junk, piece] : [piece, junk]
        }
        #expect(message.isSeen(frames), "\(size) bytes, junk first: \(isJunkFirst)")
      }
    }
  }

  @Test("the rest of a message, of which the capture has a part, then two versions of its front")
  func cutRest() {
    let stream = StreamBuilder()
    let target = [UInt8](repeating: 0x70, count: 200)
    let begin = utf8("GET /p")
    let (last, next) = (
      utf8(" HTTP/1.1\r\n\r\n"), utf8("GET /n HTTP/1.1\r\nHost: n.example\r\n\r\n")
    )
    for length in 6...20 {
      let front = join(Self.request, begin, Array(target[..<length]))
      let decoy = join(begin, Array(target[..<length]), Array(Self.decoy[6...]), begin)
      #expect(front.count == decoy.count)
      let rest = stream.segment(join(target, last), at: front.count).dropLast(150)
      let behind = stream.segment(next, at: front.count + target.count + last.count)
      let (first, other) = (stream.segment(front, at: 0), stream.segment(decoy, at: 0))
      let pieces = stream.segments(front, [front.count - 3])
      let orders = [
        [Array(rest), other, first], [Array(rest), first, other], [other, first, Array(rest)],
      ]
      for (index, order) in orders.enumerated() {
        #expect(Self.sees(order), "\(length) bytes, order \(index)")
        let values = Observed(pcap((order + [behind]).map { CapturedPacket($0) })).values
        #expect(values.contains("4 http.host n.example"), "\(length) bytes, order \(index)")
        #expect(values.contains { $0.hasSuffix(" http.host hidden.example") })
      }
      // What waits behind the missing bytes does so no longer than for the front.
      let frames = [Array(rest), pieces[1], behind, pieces[0]]
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.contains("4 http.host hidden.example"), "\(length) bytes in pieces")
      #expect(values.contains { $0.hasSuffix(" http.host n.example") }, "\(length) bytes in pieces")
    }
  }
}
