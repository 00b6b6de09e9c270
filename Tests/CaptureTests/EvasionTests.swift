import Capture
import TestSupport
import Testing

/// Whatever a sender does to packets so that a reader sees something else than the receiver, the host that
/// it asks for is seen.
@Suite("Evasion")
struct EvasionTests {
  static let request = utf8("GET /a HTTP/1.1\r\nHost: hidden.example\r\n\r\n")
  /// As long as the request, with another host.
  static let decoy = utf8("GET /a HTTP/1.1\r\nHost: harmle.example\r\n\r\n")

  static func sees(_ frames: [[UInt8]]) -> Bool {
    Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
      $0.hasSuffix(" http.host hidden.example")
    }
  }

  static func segment(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
    StreamBuilder().segment(bytes, at: offset)
  }

  @Test("segments that overlap and disagree, in either order")
  func overlap() {
    let syn = StreamBuilder().syn
    let end = Self.request.count
    #expect(Self.sees([syn, Self.segment(Self.decoy, at: 0), Self.segment(Self.request, at: 0)]))
    #expect(Self.sees([syn, Self.segment(Self.request, at: 0), Self.segment(Self.decoy, at: 0)]))
    for cut in 1..<end {
      // The host's version comes behind a hole, so both wait before either is read.
      let (head, rest) = (Array(Self.request[..<cut]), Array(Self.request[cut...]))
      let decoy = Array(Self.decoy[cut...])
      for tail in [[rest, decoy], [decoy, rest]] {
        let frames =
          [syn] + tail.map { Self.segment($0, at: cut) } + [Self.segment(head, at: 0)]
        #expect(Self.sees(frames), "cut at \(cut)")
      }
    }
  }

  @Test("bytes that are no request first, then a request in their place, whatever is cut where")
  func junkFirst() {
    let syn = StreamBuilder().syn
    for cut in 1..<Self.request.count {
      let (head, rest) = (Array(Self.request[..<cut]), Array(Self.request[cut...]))
      let junk = [UInt8](repeating: 0x58, count: cut)
      #expect(
        Self.sees([
          syn, Self.segment(junk, at: 0), Self.segment(head, at: 0), Self.segment(rest, at: cut),
        ]), "cut at \(cut)")
      #expect(
        Self.sees([
          syn, Self.segment(head, at: 0), Self.segment(junk, at: 0), Self.segment(rest, at: cut),
        ]), "junk behind, cut at \(cut)")
      // What follows comes in two segments.
      guard cut < 15 else { continue }
      #expect(
        Self.sees([
          syn, Self.segment(junk, at: 0), Self.segment(head, at: 0),
          Self.segment(Array(Self.request[cut..<30]), at: cut),
          Self.segment(Array(Self.request[30...]), at: 30),
        ]), "cut at \(cut) and at 30")
    }
  }

  @Test("another version of bytes in several segments, first, last or while they wait")
  func versionInPieces() {
    let syn = StreamBuilder().syn
    for cut in 1..<Self.request.count {
      let (head, rest) = (Array(Self.request[..<cut]), Array(Self.request[cut...]))
      let pieces = [Self.segment(head, at: 0), Self.segment(rest, at: cut)]
      #expect(Self.sees([syn, Self.segment(Self.decoy, at: 0)] + pieces), "cut at \(cut)")
      // The junk goes on with a target, so the request is still being read.
      guard cut > 6, cut < Self.request.count - 2 else { continue }
      let (first, second) = (Self.request[..<6], Self.request[6..<cut])
      let junk = [UInt8](repeating: 0x5a, count: Self.request.count - 6)
      let middle = Self.segment(Array(second), at: 6)
      #expect(
        Self.sees([
          syn, Self.segment(Array(first), at: 0), Self.segment(junk, at: 6), middle, pieces[1],
        ]), "junk, cut at \(cut)")
      #expect(
        Self.sees([
          syn, middle, pieces[1], Self.segment(junk, at: 6), Self.segment(Array(first), at: 0),
        ]), "waiting, cut at \(cut)")
    }
  }

  @Test("junk before each of many segments", arguments: [1, 2, 3, 5, 8, 13])
  func junkBeforeEach(_ size: Int) {
    let request = Self.request
    // From the host's name on, where the request is known already.
    for start in [20, 23, 25] {
      var frames = [StreamBuilder().syn, Self.segment(Array(request[..<start]), at: 0)]
      for offset in stride(from: start, to: request.count, by: size) {
        let piece = Array(request[offset..<min(offset + size, request.count)])
        frames.append(Self.segment([UInt8](repeating: 0x51, count: piece.count), at: offset))
        frames.append(Self.segment(piece, at: offset))
      }
      #expect(Self.sees(frames), "from \(start) on")
    }
  }

  @Test("pieces that wait, of which those that came last are the receiver's")
  func waitingLast() {
    let syn = StreamBuilder().syn
    let request = Self.request
    func piece(_ from: Int, _ to: Int) -> [UInt8] {
      Self.segment(Array(request[from..<min(to, request.count)]), at: from)
    }
    func junk(_ from: Int, _ count: Int) -> [UInt8] {
      Self.segment([UInt8](repeating: 0x62, count: count), at: from)
    }
    for shift in 0..<12 {
      let cut = 20 + shift
      #expect(
        Self.sees([
          syn, junk(cut - 8, 12), piece(40, 99), junk(cut + 2, 10), piece(cut + 6, 40),
          piece(cut, cut + 6), piece(0, cut),
        ]), "cut at \(cut)")
    }
  }

  @Test("one byte in two versions is no probe in the middle of a message")
  func oneByte() {
    let place = 24
    let other = Self.segment([Self.request[place] ^ 1], at: place)
    let frames = StreamBuilder().segments(Self.request, [place, place + 1])
    #expect(Self.sees([StreamBuilder().syn, frames[0], other, frames[1], frames[2]]))
  }

  @Test("a length that promises more than the packet has")
  func promisedBytes() {
    for cut in [1, 2, 20, 30] {
      let part = Packet.tcp(50000, 80, Array(Self.request[..<cut]), sequence: 1000)
      let lying = Packet.ethernet(Packet.ip(6, part, length: 1000))
      let syn = StreamBuilder().syn
      #expect(Self.sees([syn, lying, Self.segment(Self.request, at: 0)]), "cut at \(cut)")
      #expect(
        Self.sees([syn, lying] + StreamBuilder().segments(Self.request, [10])), "cut at \(cut)")
    }
    // In the middle of what is nothing known.
    let noise = [UInt8](repeating: 0x5a, count: 40)
    let lying = Packet.ethernet(
      Packet.ip(6, Packet.tcp(50000, 80, noise, sequence: 1040), length: 1000))
    let frames = StreamBuilder(sequence: 1080).segments(Self.request, [20])
    #expect(Self.sees([StreamBuilder().syn, Self.segment(noise, at: 0), lying] + frames))
  }

  @Test("bytes that the receiver acknowledges before they come")
  func acknowledgedEarly() {
    let count = Self.request.count
    var acknowledgement = StreamBuilder(sequence: 5000, back: true).segment([], at: 0)
    let end = UInt32(1000 + count).bytes
    for index in 0..<4 { acknowledgement[14 + 20 + 8 + index] = end[index] }
    for (first, last) in [(20, 30), (5, 30), (1, 20), (20, 40)] {
      let frames = StreamBuilder().segments(Self.request, [first, last])
      #expect(
        Self.sees([StreamBuilder().syn, frames[0], frames[2], acknowledgement, frames[1]]),
        "from \(first) to \(last)")
    }
  }

  @Test("a connection that seems to begin beside another does not end it")
  func besideAnother() {
    let decoy = StreamBuilder(sequence: 501_000)
    for cut in [1, 5, 20, 30] {
      let frames = StreamBuilder().segments(Self.request, [cut])
      let other = [decoy.syn, decoy.segment(utf8("a decoy's data"), at: 0)]
      #expect(Self.sees([StreamBuilder().syn, frames[0]] + other + [frames[1]]), "\(cut)")
      #expect(Self.sees([StreamBuilder().syn] + other + frames), "\(cut)")
    }
  }

  @Test("a greeting in a record of any version")
  func recordVersion() {
    var hello = TLSBuilder.clientHello("hidden.example")
    for minor: UInt8 in [0, 4, 5, 0xaa, 0xff] {
      hello[2] = minor
      let stream = StreamBuilder(port: 443)
      let values = Observed(
        pcap([stream.syn, stream.segment(hello, at: 0)].map { CapturedPacket($0) })
      ).values
      #expect(values.contains { $0.hasSuffix(" tls.sni hidden.example") }, "minor \(minor)")
    }
  }

  @Test("segments of one byte in any order, among copies that differ")
  func tinySegments() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<20 {
      let pieces = Self.request.indices.shuffled(using: &random).map {
        Self.segment([Self.request[$0]], at: $0)
      }
      #expect(Self.sees([StreamBuilder().syn] + pieces))
      // Without its beginning.
      #expect(Self.sees([Self.segment([Self.request[0]], at: 0)] + pieces))
    }
  }

  @Test("junk before each segment of a message")
  func junkBeforeEach() {
    for cuts in [[20], [10, 30], [4, 20, 33], [10, 14, 20, 33]] {
      var frames = [StreamBuilder().syn]
      for (start, stop) in zip([0] + cuts, cuts + [Self.request.count]) {
        frames.append(Self.segment([UInt8](repeating: 0x58, count: stop - start), at: start))
        frames.append(Self.segment(Array(Self.request[start..<stop]), at: start))
      }
      #expect(Self.sees(frames), "\(cuts)")
    }
  }

  @Test("segments of a connection whose SYN is missing, or late, in any order")
  func withoutSYN() {
    let stream = StreamBuilder()
    let end = Self.request.count
    for (first, second) in [(3, 9), (5, 22), (17, 30), (23, 24), (30, end - 2)] {
      let pieces = stream.segments(Self.request, [first, second])
      for order in pieces.permutations {
        #expect(Self.sees(order), "cut at \(first) and \(second)")
        for place in 0...3 {
          var frames = order
          frames.insert(stream.syn, at: place)
          #expect(Self.sees(frames), "cut at \(first) and \(second), SYN at \(place)")
        }
      }
    }
    var random = SeededGenerator(seed: 13)
    for _ in 0..<20 {
      #expect(
        Self.sees(
          Self.request.indices.shuffled(using: &random).map {
            Self.segment([Self.request[$0]], at: $0)
          }))
    }
  }

  @Test("a greeting of TLS in two segments, the second first, without a SYN")
  func greetingWithoutSYN() {
    let hello = TLSBuilder.clientHello("hidden.example")
    let stream = StreamBuilder(port: 443)
    for cut in stride(from: 1, to: hello.count, by: 7) {
      let pieces = stream.segments(hello, [cut])
      let values = Observed(pcap([pieces[1], pieces[0]].map { CapturedPacket($0) })).values
      #expect(values.contains { $0.hasSuffix(" tls.sni hidden.example") }, "cut at \(cut)")
    }
  }

  @Test("fragments of eight bytes in any order, some of which come twice and differ")
  func tinyFragments() {
    var random = SeededGenerator(seed: 12)
    let datagram = Packet.udp(50000, 53, DNSBuilder().question("hidden.example").bytes)
    let count = (datagram.count + 7) / 8
    func part(_ block: Int, _ bytes: [UInt8]) -> [UInt8] {
      let piece = Array(bytes[block * 8..<min(block * 8 + 8, bytes.count)])
      let more: UInt16 = block == count - 1 ? 0 : 0x2000
      return Packet.ethernet(
        Packet.ip(
          Packet.client, Packet.server, 17, piece, fragment: more | UInt16(block), id: 7))
    }
    var other = datagram
    for index in 20..<datagram.count - 4 { other[index] ^= 1 }
    for _ in 0..<20 {
      var frames = (0..<count).map { part($0, datagram) }
      // One block in two versions: the right one may be the first or the last.
      frames.append(part(3, other))
      frames.shuffle(using: &random)
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.contains { $0.hasSuffix(" dns.query hidden.example") })
    }
  }

  @Test(
    "a greeting of TLS around bytes that begin before the last byte read and end behind its end")
  func beyondTheEnd() {
    let greeting = TLSBuilder.clientHello("hidden.example")
    for cut in 2..<greeting.count {
      for back in 1...min(3, cut) {
        let junk = [UInt8](repeating: 0x51, count: greeting.count - cut + back + 20)
        let frames = [
          StreamBuilder().syn, Self.segment(Array(greeting[..<cut]), at: 0),
          Self.segment(junk, at: cut - back), Self.segment(Array(greeting[cut...]), at: cut),
        ]
        let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
        #expect(
          values.contains { $0.hasSuffix(" tls.sni hidden.example") }, "cut at \(cut), \(back)")
      }
    }
  }

  @Test("checksums that are wrong, time to live that ends")
  func checksums() {
    var frame = Self.segment(Self.request, at: 0)
    // IP's time to live and checksum, then TCP's checksum.
    frame[14 + 8] = 1
    (frame[14 + 10], frame[14 + 11]) = (0xde, 0xad)
    (frame[14 + 20 + 16], frame[14 + 20 + 17]) = (0xbe, 0xef)
    #expect(Self.sees([StreamBuilder().syn, frame]))
  }

  @Test("a reset or an end that the receiver never took")
  func resets() {
    let cut = 20
    let first = Self.segment(Array(Self.request[..<cut]), at: 0)
    let second = Self.segment(Array(Self.request[cut...]), at: cut)
    for flags: UInt8 in [0x04, 0x14, 0x01, 0x11] {
      let end = StreamBuilder().segment([], at: cut, flags: flags)
      #expect(Self.sees([StreamBuilder().syn, first, end, second]))
    }
  }

  @Test("a SYN with a number that does not fit, anywhere in a request")
  func straySYN() {
    for number: UInt32 in [1, 777_777, 0x7fff_ffff, 0x8000_0000, 0xffff_0000] {
      let stray = StreamBuilder(sequence: StreamBuilder().sequence &+ number)
      for cut in [1, 5, 20, 30] {
        let frames = StreamBuilder().segments(Self.request, [cut])
        #expect(
          Self.sees([StreamBuilder().syn, stray.syn] + frames), "\(number) first, cut at \(cut)")
        #expect(
          Self.sees([StreamBuilder().syn, frames[0], stray.syn, frames[1]]),
          "\(number), cut at \(cut)")
        if number == 1 { continue }
        // The other connection may be the one that goes on.
        let others = stray.segments(Self.request, [cut])
        #expect(
          Self.sees([StreamBuilder().syn, frames[0], stray.syn] + others),
          "\(number) goes on, cut at \(cut)")
      }
    }
  }
}
