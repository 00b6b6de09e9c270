import Parsing
import TestSupport
import Testing

@Suite struct IPAddressTextTests {
  static let ipv4Cases: [(text: String, address: UInt32?)] = [
    ("0.0.0.0", 0),
    ("192.0.2.1", 0xc000_0201),
    ("255.255.255.255", 0xffff_ffff),
    ("198.51.100.10", 0xc633_640a),
    ("", nil), ("1", nil), ("1.2.3", nil), ("1.2.3.", nil), (".1.2.3.4", nil), ("1.2.3.4.", nil),
    ("1.2.3.4.5", nil), ("1..2.3", nil), ("192.0.2.256", nil), ("192.0.2.300", nil),
    ("192.0.2.01", nil), ("192.0.2.00", nil), ("0192.0.2.1", nil), ("192.0.2.1000", nil),
    ("192.0.2.1 ", nil), (" 192.0.2.1", nil), ("192.0.2.a", nil), ("192,0,2,1", nil),
    ("+1.2.3.4", nil), ("1.2.3.-4", nil), ("1.2.3.4\u{0}", nil), ("255.255.255.2555", nil),
    ("1.2.3.٤", nil), ("192.0.2.1/24", nil),
  ]

  @Test(arguments: ipv4Cases)
  func ipv4(_ text: String, _ address: UInt32?) {
    #expect(IPAddressText.ipv4(Array(text.utf8).span.bytes) == address)
    // The same inside other bytes, whatever stands around.
    let around = Array("9\(text)9".utf8)
    #expect(IPAddressText.ipv4(around.span.bytes, 1..<around.count - 1) == address)
  }

  static let ipv6Cases: [(text: String, high: UInt64, low: UInt64)] = [
    ("::", 0, 0),
    ("::1", 0, 1),
    ("1::", 0x0001_0000_0000_0000, 0),
    ("2001:db8::1", 0x2001_0db8_0000_0000, 1),
    ("2001:DB8:0:0:0:0:0:1", 0x2001_0db8_0000_0000, 1),
    ("2001:0db8:0000:0000:0000:0000:0000:0001", 0x2001_0db8_0000_0000, 1),
    ("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004, 0x0005_0006_0007_0008),
    ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004, 0x0005_0006_0007_0000),
    ("::2:3:4:5:6:7:8", 0x0000_0002_0003_0004, 0x0005_0006_0007_0008),
    ("1::8", 0x0001_0000_0000_0000, 8),
    ("::ffff:192.0.2.1", 0, 0x0000_ffff_c000_0201),
    ("::192.0.2.1", 0, 0xc000_0201),
    ("64:ff9b::192.0.2.1", 0x0064_ff9b_0000_0000, 0xc000_0201),
    ("1:2:3:4:5:6:192.0.2.1", 0x0001_0002_0003_0004, 0x0005_0006_c000_0201),
    ("1:2:3:4:5::192.0.2.1", 0x0001_0002_0003_0004, 0x0005_0000_c000_0201),
  ]

  @Test(arguments: ipv6Cases)
  func ipv6(_ text: String, _ high: UInt64, _ low: UInt64) {
    let address = IPAddressText.ipv6(Array(text.utf8).span.bytes)
    #expect(address?.high == high && address?.low == low)
    let around = Array("9\(text)9".utf8)
    let inner = IPAddressText.ipv6(around.span.bytes, 1..<around.count - 1)
    #expect(inner?.high == high && inner?.low == low)
  }

  @Test(arguments: [
    "", ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:",
    ":1:2:3:4:5:6:7:8", "1::2::3", "1:::2", ":::1", "1:::", "12345::", "::12345", "::g",
    "1:2:3:4::5:6:7:8",
    "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "192.0.2.1", "::192.0.2", "::192.0.2.256",
    "::192.0.2.01",
    "1:2:3:4:5:6:7:192.0.2.1", "::192.0.2.1:1", "192.0.2.1::", "fe80::1%eth0", "[::1]", "::1 ",
    " ::1",
    "::ffff:192.0.2.1.1", "1:2:3:4:5:6::192.0.2.1", "::1/64", "::-1", "::+1", "2001:db8::1\u{0}",
  ])
  func ipv6Refused(_ text: String) {
    #expect(IPAddressText.ipv6(Array(text.utf8).span.bytes) == nil)
  }

  static let canonicalCases: [(text: String, canonical: String)] = [
    ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("1:0:0:0:0:0:0:0", "1::"),
    ("2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"), ("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"),
    ("0:2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"),
    ("::ffff:192.0.2.1", "::ffff:c000:201"), ("2001:db8::00a0:0b00", "2001:db8::a0:b00"),
  ]

  @Test(arguments: canonicalCases)
  func canonical(_ text: String, _ canonical: String) {
    guard let address = IPAddressText.ipv6(Array(text.utf8).span.bytes) else {
      Issue.record("not parsed")
      return
    }
    var output: [UInt8] = []
    IPAddressText.append(ipv6: address, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == canonical)
  }

  @Test func mixedNotation() {
    var output: [UInt8] = []
    IPAddressText.append(ipv6: (0, 0xffff_c000_0201), to: &output, mixedNotation: true)
    #expect(String(decoding: output, as: UTF8.self) == "::ffff:192.0.2.1")
  }

  @Test func roundTrips() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<4000 {
      let ipv4 = UInt32(truncatingIfNeeded: random.next())
      var output: [UInt8] = []
      IPAddressText.append(ipv4: ipv4, to: &output)
      #expect(IPAddressText.ipv4(output.span.bytes) == ipv4)
      // Groups of zero are to be frequent, so that `::` is everywhere.
      var groups = (0..<8).map { _ in random.next() % 3 == 0 ? random.next() & 0xffff : 0 }
      if random.next() % 4 == 0 { groups = groups.map { $0 & 0xff } }
      let high = groups[..<4].reduce(0) { $0 << 16 | $1 }
      let low = groups[4...].reduce(0) { $0 << 16 | $1 }
      output = []
      IPAddressText.append(ipv6: (high, low), to: &output)
      let back = IPAddressText.ipv6(output.span.bytes)
      #expect(back?.high == high && back?.low == low)
    }
  }

  /// Random text of the alphabet against the C library's parser.
  @Test func agreesWithSystem() {
    var random = SeededGenerator(seed: 11)
    let alphabet = Array("0123456789abF::::...:12".utf8)
    var accepted = 0
    for round in 0..<20_000 {
      var text: [UInt8] = []
      if round % 2 == 0 {
        for _ in 0..<random.below(20) { text.append(alphabet[random.below(alphabet.count)]) }
      } else {
        // An address with a byte changed, so that many are nearly right.
        IPAddressText.append(
          ipv6: (random.next() & 0xffff_0000_0000_0fff, random.next() & 0xffff), to: &text)
        text[random.below(text.count)] = alphabet[random.below(alphabet.count)]
      }
      let ours = IPAddressText.ipv6(text.span.bytes)
      let theirs = systemIPv6(text)
      #expect(ours?.high == theirs?.high && ours?.low == theirs?.low, "\(text)")
      if ours != nil { accepted += 1 }
    }
    #expect(accepted > 1000)
  }
}
