import CByteKernels
import Testing

/// Every way to classify text against the rules of the header, byte by byte.
@Suite struct ClassifyTextTests {
  private static let ways: [Int32] = {
    (Int32(sekisho_text_portable)...sekisho_text_best()).map { $0 }
  }()

  @Test(arguments: ways)
  func agreesWithTheDefinition(_ way: Int32) {
    var random = SeededGenerator(seed: 11)
    let alphabet = Array("aAfFgzZ059-_.:\\ux%/ \n\u{1b}é".utf8)
    for length in Array(0...200) + [1_000, 4_097] {
      let bytes: [UInt8] = (0..<length).map { _ in
        Int.random(in: 0..<8, using: &random) == 0
          ? UInt8.random(in: 0...255, using: &random)
          : alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      let blocks = classify(bytes, way)
      for (index, block) in blocks.enumerated() {
        let wanted = expected(bytes, block: index)
        #expect(block.dot_letter == wanted.dot_letter)
        #expect(block.dot_digit == wanted.dot_digit)
        #expect(block.hex_run == wanted.hex_run)
        #expect(block.colon == wanted.colon)
        #expect(block.special == wanted.special)
        #expect(block.quad == wanted.quad)
        #expect(block.name == wanted.name)
      }
    }
  }

  /// The bytes end where their memory ends: a copy of just that size is what the kernel reads.
  private func classify(_ bytes: [UInt8], _ way: Int32) -> [sekisho_text_block] {
    var blocks = [sekisho_text_block](
      repeating: sekisho_text_block(), count: (bytes.count + 63) / 64)
    bytes.withUnsafeBufferPointer { bytes in
      blocks.withUnsafeMutableBufferPointer { blocks in
        guard let start = bytes.baseAddress, let first = blocks.baseAddress, !bytes.isEmpty else {
          return
        }
        sekisho_classify_text(start, bytes.count, first, way)
      }
    }
    return blocks
  }

  private func expected(_ bytes: [UInt8], block: Int) -> sekisho_text_block {
    func byte(_ offset: Int) -> UInt8 { bytes.indices.contains(offset) ? bytes[offset] : 0 }
    func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80 }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    func isHex(_ byte: UInt8) -> Bool {
      isDigit(byte) || (0x41...0x46).contains(byte & 0xDF) && byte < 0x80
    }
    func isName(_ byte: UInt8) -> Bool {
      isLetter(byte) || isDigit(byte) || byte == 0x2D || byte == 0x5F
    }
    func hexColons(_ block: Int) -> [Int] {
      block < 0
        ? []
        : (block * 64..<block * 64 + 64).filter {
          byte($0) == 0x3A && isHex(byte($0 - 1)) && isHex(byte($0 + 1))
        }
    }
    // Whether the digits behind a dot are more than a number, as far as the block tells.
    func isDigitLabel(_ dot: Int) -> Bool {
      var offset = dot + 1
      while offset < block * 64 + 64, isDigit(byte(offset)) { offset += 1 }
      return offset == block * 64 + 64 || isName(byte(offset))
    }
    let isDense = hexColons(block).count + hexColons(block - 1).count >= 7
    var wanted = sekisho_text_block()
    for bit in 0..<64 {
      let place = block * 64 + bit
      let mask = UInt64(1) << UInt64(bit)
      let (before, here, next) = (byte(place - 1), byte(place), byte(place + 1))
      if here == 0x2E, isName(before) {
        if isLetter(next) { wanted.dot_letter |= mask }
        if isDigit(next), isDigitLabel(place) { wanted.dot_digit |= mask }
        if isDigit(before), isDigit(next), (2...4).contains(where: { byte(place + $0) == 0x2E }) {
          wanted.quad |= mask
        }
      }
      if isName(here) { wanted.name |= mask }
      if bit <= 48, (place..<place + 16).allSatisfy({ isHex(byte($0)) }) { wanted.hex_run |= mask }
      if here == 0x3A, before == 0x3A || isDense && isHex(before) && isHex(next) {
        wanted.colon |= mask
      }
      let isEscape = here == 0x5C && (next == 0x75 || next == 0x78)
      if here >= 0x80 || here == 0x1B || isEscape || here == 0x25 && isHex(next) {
        wanted.special |= mask
      }
    }
    return wanted
  }
}
