import Capture
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

/// A certificate made for these tests with `openssl req -x509`: its subject's common name is
/// www.example.com, its alternative names *.example.org, 192.0.2.1, 2001:db8::1 and a.example.
enum SampleCertificate {
  static let sha1 = "7cac43e7f0ecef77eba10057119243ce3032466a"
  static let sha256 = "da45f1fe9bcfb54d3df9f1aa026cbcb0adde0b6c5f7d6bbc1f19bcecf952325d"

  static let bytes: [UInt8] = Array(
    Data(
      base64Encoded: """
        MIIB7TCCAZKgAwIBAgIUUFRUZ5n9UaF95e5Gq9f9+9baqZIwCgYIKoZIzj0EAwIwLDEQMA4GA1UECgwHRXhhbXBs
        ZTEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMB4XDTI2MTEyNTIzMTIzOVoXDTM2MTEyMjIzMTIzOVowLDEQMA4G
        A1UECgwHRXhhbXBsZTEYMBYGA1UEAwwPd3d3LmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
        P3y5pACFv/kHr9cr3MrAWm9VIJAX9T9y9/iXSRNOU6owZVAdGGM00eRIxLFW3xBRPTqcDVq6H5OZUY2ql5V2LaOB
        kTCBjjAdBgNVHQ4EFgQUxQ1GZ71kG29Ja3vvf23SXOnC5ikwHwYDVR0jBBgwFoAUxQ1GZ71kG29Ja3vvf23SXOnC
        5ikwDwYDVR0TAQH/BAUwAwEB/zA7BgNVHREENDAygg0qLmV4YW1wbGUub3JnhwTAAAIBhxAgAQ24AAAAAAAAAAAA
        AAABgglhLmV4YW1wbGUwCgYIKoZIzj0EAwIDSQAwRgIhAPzyWPsv8zljbCwuEtf0epXWBMug4pifgtqR27ObtP1j
        AiEA2DrnG84jxPx/ox+kW/Aj9yuGeJzilQmMiMEo2w9MfnM=
        """, options: .ignoreUnknownCharacters) ?? Data())
}

@Suite("Certificates")
struct CertificateTests {
  /// A Certificate message with these in its list.
  private static func message(_ certificates: [[UInt8]]) -> [UInt8] {
    var list: [UInt8] = []
    for certificate in certificates { list += join(length(certificate.count), certificate) }
    return TLSBuilder.handshake(11, join(length(list.count), list))
  }

  private static func length(_ value: Int) -> [UInt8] { Array(UInt32(value).bytes[1...]) }

  private static let serverHello = TLSBuilder.handshake(
    2,
    join(
      [3, 3], zeros(32), [0, 0xc0, 0x2f, 0], TLSBuilder.sized([0xff, 1, 0, 1, 0, 0, 11, 0, 0])))

  private static func observed(_ frames: [[UInt8]]) -> [(field: String, value: [UInt8])] {
    var result: [(String, [UInt8])] = []
    guard
      let reader = try? CaptureReader(
        source: InputSource(bytes: pcap(frames.map { CapturedPacket($0) }), path: "test"))
    else { return [] }
    var batch = ObservableBatch()
    while (try? reader.fill(&batch)) == true {
      for observable in batch.observables {
        let start = Int(observable.offset)
        result.append(
          (
            String(decoding: batch.fields.name(observable.field), as: UTF8.self),
            Array(batch.arena[start..<start + Int(observable.length)])
          ))
      }
      batch.removeAll()
    }
    return result
  }

  @Test("hashes and names of every certificate, wherever records and segments are cut")
  func chain() {
    let messages = join(
      serverHello, Self.message([SampleCertificate.bytes, SampleCertificate.bytes]),
      TLSBuilder.handshake(14, []))
    let stream = StreamBuilder(port: 443, back: true)
    for piece in [messages.count, 100, 7] {
      var records: [UInt8] = []
      for start in stride(from: 0, to: messages.count, by: piece) {
        records += TLSBuilder.record(
          22, Array(messages[start..<min(start + piece, messages.count)]))
      }
      for step in [records.count, 500, 33] {
        let found = Self.observed(
          [stream.syn]
            + stream.segments(records, Array(stride(from: step, to: records.count, by: step))))
        let hashes = found.filter { $0.field.hasPrefix("tls.certificate.sha") }
        #expect(
          hashes.map { hex($0.value) } == [SampleCertificate.sha1, SampleCertificate.sha256])
        #expect(found.filter { $0.field == "tls.ja3s" }.count == 1)
        let names = Set(
          found.filter { $0.field == "tls.certificate.name" }.map {
            $0.value.count == 4 || $0.value.count == 16 && $0.value[0] == 0x20
              ? hex($0.value) : String(decoding: $0.value, as: UTF8.self)
          })
        #expect(
          names == [
            "www.example.com", "*.example.org", "c0000201", "20010db8000000000000000000000001",
            "a.example",
          ])
      }
    }
  }

  private static func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    [tag, UInt8(content.count)] + content
  }

  /// As much of a certificate as its subject's common name needs.
  private static func certificate(commonName: [UInt8]) -> [UInt8] {
    let name = der(0x31, der(0x30, der(0x06, [0x55, 0x04, 0x03]) + commonName))
    let body = der(0x02, [1]) + der(0x30, []) + der(0x30, []) + der(0x30, []) + der(0x30, name)
    return der(0x30, der(0x30, body + der(0x30, [])))
  }

  @Test("common names of one, two and four bytes a letter, and of addresses")
  func commonNames() {
    func wide(_ width: Int) -> [UInt8] {
      "a.example".utf8.flatMap { [UInt8](repeating: 0, count: width - 1) + [$0] }
    }
    func beyondASCII(_ width: Int) -> [UInt8] {
      "b\u{fc}\u{43b}.example".unicodeScalars.flatMap { $0.value.bytes.suffix(width) }
    }
    let punycode = utf8("xn--b-eha70w.example")
    let address: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + zeros(11) + [9]
    for (name, value) in [
      (Self.der(0x0c, wide(1)), wide(1)), (Self.der(0x1e, wide(2)), wide(1)),
      (Self.der(0x1c, wide(4)), wide(1)), (Self.der(0x0c, Array("2001:db8::9".utf8)), address),
      (Self.der(0x0c, Array("192.0.2.1".utf8)), [192, 0, 2, 1]),
      (Self.der(0x0c, utf8("b\u{fc}\u{43b}.example")), punycode),
      (Self.der(0x1e, beyondASCII(2)), punycode), (Self.der(0x1c, beyondASCII(4)), punycode),
    ] {
      let messages = join(Self.serverHello, Self.message([Self.certificate(commonName: name)]))
      let stream = StreamBuilder(port: 443, back: true)
      let found = Self.observed(stream.segments(TLSBuilder.record(22, messages), []))
      #expect(found.filter { $0.field == "tls.certificate.name" }.map(\.value) == [value])
    }
  }

  private var serverHello: [UInt8] { Self.serverHello }

  /// A certificate with these host names as alternative names.
  private static func certificate(names: [String]) -> [UInt8] {
    func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      join([tag, 0x84], UInt32(content.count).bytes, content)
    }
    let list = der(0x30, names.flatMap { Self.der(0x82, utf8($0)) })
    let other = der(0x30, join(Self.der(0x06, [0x55, 0x1d, 0x11]), der(0x04, list)))
    let body = join(
      Self.der(0x02, [1]), Array(repeatElement(Self.der(0x30, []), count: 5).joined()),
      der(0xa3, der(0x30, other)))
    return der(0x30, der(0x30, body))
  }

  @Test(
    "names as they were typed",
    arguments: [
      ("u.example:443", "u.example"), ("http://U.example/", "u.example"),
      (" u.example ", "u.example"),
      ("*.u.example", "*.u.example"), ("u.example\0", "u.example\0"),
      ("u.example:443\0", "u.example:443\0"),
      ("a b", "a b"), ("198.51.100.2", "198.51.100.2:4433"), ("192.0.2.9:81", "192.0.2.9:81"),
    ])
  func typedNames(_ name: String, _ expected: String) {
    let messages = join(serverHello, Self.message([Self.certificate(names: [name])]))
    let frames = StreamBuilder(port: 4433, back: true)
      .segments(Self.records(messages), [])
    let values = Observed(pcap(frames.map { CapturedPacket($0) })).values
    #expect(values.filter { $0.contains("name") } == ["1 tls.certificate.name \(expected)"])
  }

  private static func records(_ messages: [UInt8]) -> [UInt8] {
    stride(from: 0, to: messages.count, by: 16_000).flatMap {
      TLSBuilder.record(22, Array(messages[$0..<min($0 + 16_000, messages.count)]))
    }
  }

  @Test("a message's length alone bounds its names, each of which is written once")
  func manyNames() {
    let names = (0..<20_000).map { "\($0).example" }
    let lists = [names + names] + (0..<100).map { ["\($0).example.com"] }
    let records = Self.records(
      join(Self.serverHello, Self.message(lists.map(Self.certificate))))
    let stream = StreamBuilder(port: 443, back: true)
    let segments = stream.segments(
      records, Array(stride(from: 30_000, to: records.count, by: 30_000)))
    // All values belong to the packet that closes the gap.
    let found = Self.observed([stream.syn] + segments.dropFirst() + segments.prefix(1))
    let values = found.filter { $0.field == "tls.certificate.name" }.map { $0.value }
    #expect(values.count == 20_100)
    #expect(Set(values) == Set((names + lists.dropFirst().joined()).map { utf8($0) }))
    #expect(found.filter { $0.field == "tls.certificate.sha256" }.count == 101)
  }

  @Test("elements of a few bytes that no real chain has so many of are counted")
  func manyElements() {
    let elements = (0..<4100).map { UInt16($0).bytes }
    let frames = StreamBuilder(port: 443, back: true)
      .segments(Self.records(join(Self.serverHello, Self.message(elements))), [])
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
    #expect(observed.lines.filter { $0.contains("certificate.sha256") }.count == 4096)
    #expect(observed.counts["tls-message-limit"] == 1)
  }

  @Test("behind a retry and a ChangeCipherSpec comes another hello, behind that ciphertext")
  func retry() {
    let second = TLSBuilder.handshake(
      2, join([3, 3], zeros(32), [0, 0x13, 0x01, 0], TLSBuilder.sized([0, 43, 0, 2, 3, 4])))
    let stream = StreamBuilder(port: 443, back: true)
    let bytes = join(
      TLSBuilder.record(22, serverHello), TLSBuilder.record(20, [1]),
      TLSBuilder.record(22, second), TLSBuilder.record(22, [2, 9, 9, 9, 9]))
    let found = Self.observed(stream.segments(bytes, []))
    #expect(found.filter { $0.field == "tls.ja3s" }.count == 2)
  }

  @Test("certificates and hellos of servers over DTLS, where a datagram holds them whole")
  func datagrams() {
    let list = join(Self.length(SampleCertificate.bytes.count), SampleCertificate.bytes)
    let body = join(Self.length(list.count), list)
    let hello = join([0xfe, 0xfd], zeros(32), [0, 0xc0, 0x2f, 0])
    let records = join(
      TLSBuilder.datagramRecord(hello, type: 2), TLSBuilder.datagramRecord(body, type: 11))
    let fields = Self.observed([Packet.datagram(records, from: 4433, to: 50000)]).map(\.field)
    #expect(fields.contains("tls.ja3s"))
    #expect(fields.contains("tls.certificate.sha256"))
    #expect(fields.contains("tls.certificate.name"))
    let part = TLSBuilder.datagramRecord(Array(body[..<100]), type: 11, whole: body.count)
    #expect(
      !Self.observed([Packet.datagram(part, from: 4433, to: 50000)]).map(\.field)
        .contains("tls.certificate.sha256"))
  }

  @Test("certificates over DTLS in fragments, in any order, some twice")
  func fragments() {
    let list = join(Self.length(SampleCertificate.bytes.count), SampleCertificate.bytes)
    let body = join(Self.length(list.count), list)
    func part(_ range: Range<Int>) -> [UInt8] {
      Packet.datagram(
        TLSBuilder.datagramRecord(
          Array(body[range]), type: 11, offset: range.lowerBound, whole: body.count, number: 2),
        from: 4433, to: 50000)
    }
    let whole = Self.observed([
      Packet.datagram(TLSBuilder.datagramRecord(body, type: 11, number: 2), from: 4433, to: 50000)
    ])
    #expect(whole.contains { $0.field == "tls.certificate.sha256" })
    let (first, second, third) = (0..<200, 200..<301, 290..<body.count)
    for order in [
      [first, second, third], [third, first, second], [second, second, third, first],
    ] {
      let found = Self.observed(order.map(part))
      #expect(found.map(\.field) == whole.map(\.field))
      #expect(found.map(\.value) == whole.map(\.value))
      let lines = Observed(pcap(order.map { CapturedPacket(part($0)) })).lines
      #expect(lines.filter { $0.contains(" tls.") }.allSatisfy { $0.hasPrefix("\(order.count) ") })
    }
    // Where a part is missing there is none.
    #expect(!Self.observed([part(first), part(third)]).contains { $0.field.hasPrefix("tls") })
  }

  @Test("fragments of DTLS keep within their limits")
  func fragmentLimits() {
    let frames = (0..<2000).map { index in
      Packet.datagram(
        TLSBuilder.datagramRecord([1], type: 11, offset: 5, whole: 20_000), from: 4433,
        to: UInt16(1000 + index))
    }
    let observed = Observed(pcap(frames.map { CapturedPacket($0) }))
    #expect(observed.counts["tls-message-cut"] == 2000)
    let long = Packet.datagram(
      TLSBuilder.datagramRecord([1], type: 11, offset: 5, whole: 1 << 20), from: 4433, to: 50000)
    #expect(Observed(pcap([CapturedPacket(long)])).counts["tls-message-limit"] == 1)
  }

  @Test("messages over DTLS of which little is there take little room")
  func begunMessages() {
    let list = join(Self.length(SampleCertificate.bytes.count), SampleCertificate.bytes)
    let body = join(Self.length(list.count), list)
    func part(_ bytes: ArraySlice<UInt8>, of whole: Int, number: UInt8) -> [UInt8] {
      Packet.datagram(
        TLSBuilder.datagramRecord(
          Array(bytes), type: 11, offset: bytes.startIndex, whole: whole, number: number),
        from: 4433, to: 50000)
    }
    let none = [UInt8](repeating: 0, count: 60_000)
    var frames = [part(body[..<100], of: body.count, number: 1)]
    for number in 2..<62 as Range<UInt8> {
      frames.append(part(none[59_000..<59_001], of: none.count, number: number))
    }
    frames.append(part(body[100...], of: body.count, number: 1))
    let found = Self.observed(frames)
    #expect(found.contains { $0.field == "tls.certificate.sha256" })
  }

  @Test("a chain over DTLS of several KiB in fragments of any length, in any order")
  func longChain() {
    let certificates = (0..<12).map { _ in
      join(Self.length(SampleCertificate.bytes.count), SampleCertificate.bytes)
    }
    let list = Array(certificates.joined())
    let body = join(Self.length(list.count), list)
    func frames(_ ranges: [Range<Int>]) -> [[UInt8]] {
      ranges.map {
        Packet.datagram(
          TLSBuilder.datagramRecord(
            Array(body[$0]), type: 11, offset: $0.lowerBound, whole: body.count, number: 2),
          from: 4433, to: 50000)
      }
    }
    let whole = Self.observed(frames([0..<body.count]))
    #expect(whole.contains { $0.field == "tls.certificate.sha256" })
    var random = SeededGenerator(seed: 73)
    for _ in 0..<20 {
      var ranges: [Range<Int>] = []
      var start = 0
      while start < body.count {
        let end = min(start + .random(in: 1...1300, using: &random), body.count)
        // Some overlap the one before.
        ranges.append(max(start - .random(in: 0...40, using: &random), 0)..<end)
        start = end
      }
      let found = Self.observed(frames(ranges.shuffled(using: &random)))
      #expect(found.map(\.value) == whole.map(\.value))
    }
  }

  @Test("a name keeps its NUL")
  func nul() {
    // The common name in both places, with one letter replaced.
    var bytes = SampleCertificate.bytes
    let name = utf8("www.example.com")
    for start in 0..<bytes.count - name.count
    where Array(bytes[start..<start + name.count]) == name { bytes[start + 3] = 0 }
    let stream = StreamBuilder(port: 443, back: true)
    let found = Self.observed(
      stream.segments(
        TLSBuilder.record(22, join(serverHello, Self.message([bytes]))), []))
    #expect(
      found.contains {
        $0.field == "tls.certificate.name" && $0.value == utf8("www\u{0}example.com")
      })
  }

  @Test("damaged certificates trap nowhere and still have hashes")
  func damage() {
    let stream = StreamBuilder(port: 443, back: true)
    for position in SampleCertificate.bytes.indices {
      for value: UInt8 in [0, 0x80, 0x84, 0xff] {
        var bytes = SampleCertificate.bytes
        bytes[position] = value
        let found = Self.observed(
          stream.segments(
            TLSBuilder.record(22, join(serverHello, Self.message([bytes]))), []))
        #expect(found.contains { $0.field == "tls.certificate.sha1" })
      }
    }
    for length in SampleCertificate.bytes.indices {
      let found = Self.observed(
        stream.segments(
          TLSBuilder.record(
            22, join(serverHello, Self.message([Array(SampleCertificate.bytes[..<length])]))), []))
      #expect(found.contains { $0.field == "tls.certificate.sha256" } == (length > 0))
    }
  }
}
