import Parsing
import TestSupport
import Testing

@Suite struct NameMasksTests {
  /// What the masks say, told byte by byte.
  private func check(_ name: [UInt8]) {
    let masks = NameMasks(name.rawSpan)
    let isSimple =
      1...64 ~= name.count
      && name.allSatisfy {
        0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2d || $0 == 0x2e
      }
    let text = String(decoding: name, as: UTF8.self)
    #expect((masks != nil) == isSimple, "\(text)")
    guard let masks else { return }
    func mask(_ isIn: (UInt8) -> Bool) -> UInt64 {
      name.indices.reduce(0) { $0 | (isIn(name[$1]) ? 1 << UInt64($1) : 0) }
    }
    #expect(masks.dots == mask { $0 == 0x2e }, "\(text)")
    #expect(masks.hyphens == mask { $0 == 0x2d }, "\(text)")
    #expect(masks.digits == mask { 0x30...0x39 ~= $0 }, "\(text)")
    let labels = name.split(separator: 0x2e, omittingEmptySubsequences: false)
    #expect(masks.labelCount == labels.count, "\(text)")
    guard let last = labels.last else { return }
    #expect(masks.lastLabel == last.startIndex, "\(text)")
    #expect(
      masks.hasEmptyLabel == (labels.count > 1 && labels.contains { $0.isEmpty }), "\(text)")
    #expect(
      masks.hasHyphenAtBorder == labels.contains { $0.first == 0x2d || $0.last == 0x2d }, "\(text)")
    #expect(masks.endsInLetters == last.allSatisfy { 0x61...0x7a ~= $0 }, "\(text)")
    #expect(masks.endsInNumber == last.allSatisfy { 0x30...0x39 ~= $0 }, "\(text)")
  }

  @Test func everyByteIsWhatItIs() {
    for byte in UInt8.min...UInt8.max {
      for place in [0, 3, 7, 8, 9, 20] {
        var name = Array("abc.def-1.example.org".utf8)
        name[place] = byte
        check(name)
      }
    }
    check([])
  }

  @Test func randomNamesOfEveryLength() {
    var random = SeededGenerator(seed: 7)
    let alphabets = ["ab.", "a-.", "1a.", "12.-", "az09.-", "abcdefghijklmnopqrstuvwxyz"].map {
      Array($0.utf8)
    }
    for length in 1...66 {
      for alphabet in alphabets {
        for _ in 0..<20 {
          var name = random.bytes(length, alphabet: alphabet)
          if random.below(8) == 0 {
            name[random.below(length)] = random.pick([0x2f, 0x3a, 0x60, 0x7b, 0x5f, 0x41, 0xe1])
          }
          check(name)
        }
      }
    }
  }
}
