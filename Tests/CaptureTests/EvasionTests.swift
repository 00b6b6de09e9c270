import Capture
import TestSupport
import Testing

/// Whatever a sender does to packets so that a reader sees something else than the receiver, the host that
/// it asks for is seen.
@Suite("Evasion")
struct EvasionTests {
  private static let request = utf8("GET /a HTTP/1.1\r\nHost: hidden.example\r\n\r\n")
  /// As long as the request, with another host.
  private static let decoy = utf8("GET /a HTTP/1.1\r\nHost: harmle.example\r\n\r\n")

  private static func sees(_ frames: [[UInt8]]) -> Bool {
    Observed(pcap(frames.map { CapturedPacket($0) })).values.contains {
      $0.hasSuffix(" http.host hidden.example")
    }
  }

  private static func segment(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
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

  @Test("a shorter message first, then a longer one in its place, cut anywhere")
  func shorterFirst() {
    let syn = StreamBuilder().syn
    let short = utf8("GET / HTTP/1.1\r\nHost: b.example\r\n\r\n")
    let before = utf8("GET /b HTTP/1.1\r\nHost: c.example\r\n\r\n")
    for cut in 1..<Self.request.count {
      for (start, first) in [(0, []), (before.count, [Self.segment(before, at: 0)])] {
        let pieces = [
          Self.segment(Array(Self.request[..<cut]), at: start),
          Self.segment(Array(Self.request[cut...]), at: start + cut),
        ]
        #expect(
          Self.sees([syn] + first + [Self.segment(short, at: start)] + pieces),
          "behind \(start) bytes, cut at \(cut)")
      }
    }
    // What follows the longer one stands in what the shorter one calls its body.
    let body = utf8("POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n")
    let long = utf8("GET /long/enough HTTP/1.1\r\nHost: b.example\r\nAccept: text/plain\r\n\r\n")
    for cut in 1..<Self.request.count {
      #expect(
        Self.sees([
          syn, Self.segment(body, at: 0), Self.segment(long, at: 0),
          Self.segment(Array(Self.request[..<cut]), at: long.count),
          Self.segment(Array(Self.request[cut...]), at: long.count + cut),
        ]), "in a body, cut at \(cut)")
    }
  }

  @Test("what looks like an answer first, then the request in its place")
  func answerFirst() {
    let syn = StreamBuilder().syn
    for text in [
      "HTTP/1.", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "HTTP/1.0 404 Not Found\r\nServer: x\r\n",
    ] {
      let decoy = Self.segment(utf8(text), at: 0)
      for cut in 1..<Self.request.count {
        let pieces = [
          Self.segment(Array(Self.request[..<cut]), at: 0),
          Self.segment(Array(Self.request[cut...]), at: cut),
        ]
        #expect(Self.sees([syn, decoy] + pieces), "\(text), cut at \(cut)")
      }
      #expect(Self.sees([syn, decoy, Self.segment(Self.request, at: 0)]), "\(text)")
    }
  }

  @Test("a shorter greeting of TLS first, then a longer one in its place")
  func shorterGreetingFirst() {
    let builder = StreamBuilder(port: 443)
    let (short, long) = (
      TLSBuilder.clientHello("b.example"), TLSBuilder.clientHello("a-longer-name.hidden.example")
    )
    for cut in stride(from: 1, to: long.count, by: 3) {
      let frames =
        [builder.syn, builder.segment(short, at: 0)]
        + builder.segments(long, [cut])
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.contains { $0.hasSuffix(" tls.sni b.example") }, "cut at \(cut)")
      #expect(
        values.contains { $0.hasSuffix(" tls.sni a-longer-name.hidden.example") }, "cut at \(cut)")
    }
  }

  @Test(
    "a greeting that comes again once nothing more is wanted yields nothing, another in its place does"
  )
  func greetingAgain() {
    let stream = StreamBuilder(port: 443)
    let hello = TLSBuilder.clientHello("a.example")
    let rest: [UInt8] =
      [0x14, 3, 3, 0, 1, 1] + [0x17, 3, 3, 0, 40] + [UInt8](repeating: 9, count: 40)
    let other = TLSBuilder.clientHello("b.example")
    let first = stream.segment(hello, at: 0)
    let frames = [
      stream.syn, first, stream.segment(rest, at: hello.count), first,
      stream.segment(hello + rest, at: 0), stream.segment(other, at: 0), first,
      stream.segment(other, at: 0),
    ]
    let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
    #expect(
      values.filter { $0.contains("tls.sni") } == ["2 tls.sni a.example", "6 tls.sni b.example"])
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

  @Test("junk in the place of a whole message first, then the message in several segments")
  func junkInOnePiece() {
    let syn = StreamBuilder().syn
    let end = Self.request.count
    let junk = Self.segment([UInt8](repeating: 0x58, count: end), at: 0)
    for cuts in [[4], [20], [30], [4, 20], [10, 30], [3, 20, 33]] {
      let pieces = StreamBuilder().segments(Self.request, cuts)
      #expect(Self.sees([syn, junk] + pieces), "\(cuts)")
      // The last goes on behind the junk.
      for length in [end / 2, end - 5] {
        let short = Self.segment([UInt8](repeating: 0x58, count: length), at: 0)
        #expect(Self.sees([syn, short] + pieces), "\(cuts), junk of \(length)")
      }
    }
    let hello = TLSBuilder.clientHello("hidden.example")
    let stream = StreamBuilder(port: 443)
    for cuts in [[6], [50], [20, 60], [5, 9, 70]] {
      let frames =
        [stream.syn, stream.segment(zeros(hello.count), at: 0)] + stream.segments(hello, cuts)
      let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
      #expect(values.contains { $0.hasSuffix(" tls.sni hidden.example") }, "\(cuts)")
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
      for order in Self.orders(pieces) {
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

  /// All orders of three segments.
  private static func orders(_ pieces: [[UInt8]]) -> [[[UInt8]]] {
    [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)].map {
      [pieces[$0], pieces[$1], pieces[$2]]
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

  @Test("a whole greeting with ciphertext behind it first, then another in its place, cut anywhere")
  func doneFirst() throws {
    var searching = CaptureOptions()
    searching.payloadMatchers = [try PayloadTests.matcher()]
    let syn = StreamBuilder().syn
    let decoy =
      TLSBuilder.clientHello("harmless.example")
      + TLSBuilder.record(20, [1]) + TLSBuilder.record(23, zeros(64))
    let greeting = TLSBuilder.clientHello("hidden.example")
    for (message, field) in [(greeting, "tls.sni"), (Self.request, "http.host")] {
      for cut in 1..<message.count {
        let frames = [
          syn, Self.segment(decoy, at: 0), Self.segment(Array(message[..<cut]), at: 0),
          Self.segment(Array(message[cut...]), at: cut),
        ]
        for options in [CaptureOptions(), searching] {
          let values = Observed(pcap(frames.map { CapturedPacket($0) }), options).values
          #expect(
            values.contains { $0.hasSuffix(" \(field) hidden.example") }, "\(field), cut at \(cut)")
        }
      }
    }
  }

  @Test("a request with a long body first, then another message in its place, cut anywhere")
  func longBodyFirst() {
    let decoy = utf8(
      "POST /d HTTP/1.1\r\nHost: harmless.example\r\nContent-Length: 10000000000\r\n\r\n")
    let greeting = TLSBuilder.clientHello("hidden.example")
    for (message, field) in [(greeting, "tls.sni"), (Self.request, "http.host")] {
      for cut in 1..<message.count {
        var frames = [StreamBuilder().syn, Self.segment(decoy, at: 0)]
        for number in 0..<4 {
          frames.append(Self.segment(zeros(50), at: decoy.count + number * 50))
        }
        frames += StreamBuilder().segments(message, [cut])
        let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
        #expect(
          values.contains { $0.hasSuffix(" \(field) hidden.example") }, "\(field), cut at \(cut)")
        let lines = Observed(pcap(frames[..<6].map { CapturedPacket($0) })).lines
        let again = Observed(pcap((frames[..<6] + [frames[1]]).map { CapturedPacket($0) })).lines
        #expect(lines == again)
      }
    }
  }

  @Test("junk first, then so many connections that it is forgotten, then a message in its place")
  func forgotten() {
    let decoy = StreamBuilder().segment(zeros(64), at: 0)
    var frames = [StreamBuilder().syn, decoy]
    for number in 0..<2000 {
      let other = StreamBuilder(port: UInt16(10_000 + number))
      frames += [other.syn, other.segment([0xfe, 0xfe, 0xfe], at: 0)]
    }
    for cut in stride(from: 1, to: Self.request.count, by: 5) {
      let pieces = StreamBuilder().segments(Self.request, [cut])
      #expect(Self.sees(frames + pieces), "cut at \(cut)")
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
