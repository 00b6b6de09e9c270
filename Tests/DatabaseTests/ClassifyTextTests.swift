import CByteKernels
import Testing

/// Every way to classify text against the rules of the header, byte by byte.
@Suite struct ClassifyTextTests {
  private static let ways: [Int32] = {
    let best = sekisho_text_best()
    let portable = Int32(sekisho_text_portable)
    return best == portable ? [portable] : [portable, best]
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
        #expect(block.name == wanted.name)
      }
    }
  }

  /// Numbers around a dot against a walk over the digits.
  @Test func readsDottedQuads() {
    var random = SeededGenerator(seed: 12)
    let parts = [
      "1", "12", "123", "0", "00", "01", "255", "256", "999", "1234", "12345678", "a", "",
    ]
    let glue = [".", ".", ".", ".", ":", " ", "..", "%", "é"]
    for _ in 0..<50_000 {
      var text = [UInt8](repeating: 0x23, count: 12)
      for _ in 0...Int.random(in: 2..<8, using: &random) {
        text += Array((parts.randomElement(using: &random) ?? "").utf8)
        text += Array((glue.randomElement(using: &random) ?? "").utf8)
      }
      let end = text.count
      text += [UInt8](repeating: 0x23, count: 20)
      for dot in 12..<end where text[dot] == 0x2E {
        let quad = text.withUnsafeBufferPointer { buffer in
          buffer.baseAddress.map { sekisho_read_quad($0 + dot) } ?? sekisho_dotted_quad()
        }
        let wanted = expectedQuad(text, dot: dot)
        #expect(
          quad.address == wanted.address && quad.before == wanted.before
            && quad.length == wanted.length, "\(String(decoding: text, as: UTF8.self))")
      }
    }
  }

  private func expectedQuad(_ text: [UInt8], dot: Int) -> sekisho_dotted_quad {
    func digits(from start: Int) -> [UInt8] {
      Array(text[start...].prefix { (0x30...0x39).contains($0) })
    }
    var start = dot
    while dot - start < 8, (0x30...0x39).contains(text[start - 1]) { start -= 1 }
    let none = sekisho_dotted_quad(address: 0, before: UInt32(dot - start), length: 0)
    var address: UInt32 = 0
    var offset = start
    for part in 0..<4 {
      let number = digits(from: offset)
      guard 1...3 ~= number.count, number.count == 1 || number[0] != 0x30,
        let value = UInt8(String(decoding: number, as: UTF8.self))
      else { return none }
      address = address << 8 | UInt32(value)
      offset += number.count
      if part < 3 {
        guard text[offset] == 0x2E else { return none }
        offset += 1
      }
    }
    return sekisho_dotted_quad(
      address: address, before: UInt32(dot - start), length: UInt32(offset - dot))
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
    let isDense = hexColons(block).count + hexColons(block - 1).count >= 7
    var wanted = sekisho_text_block()
    for bit in 0..<64 {
      let place = block * 64 + bit
      let mask = UInt64(1) << UInt64(bit)
      let (before, here, next) = (byte(place - 1), byte(place), byte(place + 1))
      if isName(here) { wanted.name |= mask }
      if here == 0x2E, isName(before) {
        if isLetter(next) { wanted.dot_letter |= mask }
        if isDigit(next) { wanted.dot_digit |= mask }
      }
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
