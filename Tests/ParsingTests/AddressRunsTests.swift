import Parsing
import TestSupport
import Testing

@Suite("Runs of the bytes of addresses")
struct AddressRunsTests {
  private static func isRunByte(_ byte: UInt8) -> Bool {
    "0123456789abcdefABCDEF:.".utf8.contains(byte)
  }

  private static func end(
    _ bytes: [UInt8], from start: Int, to end: Int, while isWanted: (UInt8) -> Bool
  ) -> Int {
    var offset = start
    while offset < end, isWanted(bytes[offset]) { offset += 1 }
    return offset
  }

  @Test("Each byte at each place among others")
  func eachByte() {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<20 {
        var bytes = Array("::.0fF9:aA.::::.:::::".utf8)
        bytes[place] = byte
        let run = Self.end(bytes, from: 0, to: bytes.count, while: Self.isRunByte)
        #expect(IPAddressText.endOfRun(bytes.span.bytes, from: 0, to: bytes.count) == run)
        var colons = [UInt8](repeating: 0x3a, count: 21)
        colons[place] = byte
        #expect(
          IPAddressText.endOfColons(colons.span.bytes, from: 0, to: 21)
            == (byte == 0x3a ? 21 : place))
      }
    }
  }

  @Test("Random runs from anywhere to anywhere")
  func random() {
    var seeded = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let wanted = seeded.pick([":", "0123456789abcdefABCDEF:."])
      let alphabet = Array((wanted + seeded.pick(["", "g", "/;@G`-\u{0}", "é\u{7f}"])).utf8)
      var bytes: [UInt8] = []
      for _ in 0..<seeded.below(70) {
        bytes.append(
          seeded.below(12) == 0 ? seeded.pick(alphabet) : alphabet[seeded.below(wanted.utf8.count)])
      }
      let start = seeded.below(bytes.count + 1)
      let end = start + seeded.below(bytes.count - start + 1)
      #expect(
        IPAddressText.endOfRun(bytes.span.bytes, from: start, to: end)
          == Self.end(bytes, from: start, to: end, while: Self.isRunByte))
      #expect(
        IPAddressText.endOfColons(bytes.span.bytes, from: start, to: end)
          == Self.end(bytes, from: start, to: end) { $0 == 0x3a })
    }
  }
}
