import CByteKernels
import Testing

@testable import Database

/// The shapes of text by every way that there is, and its addresses against a walk over each byte.
@Suite struct TextShapesTests {
  private struct Shapes: Equatable {
    var names: [[UInt32]] = []
    var addresses: [[UInt32]] = []
    var others: [[UInt32]] = []
  }

  @Test func agreeWhateverTheWay() {
    var random = SeededGenerator(seed: 12)
    let parts = [
      "1", "12", "255", "256", "0", "01", ".", ".", ".", ".", "-", "a", "example", "%", "\\u", " ",
      ":", "_", "..", "é", "0123456789abcdef", String(repeating: "x", count: 61),
    ]
    for _ in 0..<2_000 {
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<120, using: &random) {
        text += Array((parts.randomElement(using: &random) ?? "").utf8)
      }
      let plain = shapes(text, Int32(sekisho_text_portable))
      for way in Int32(sekisho_text_portable)...sekisho_text_best() {
        #expect(shapes(text, way) == plain)
      }
      // Near the ends the kernel leaves them to a closer look.
      for start in text.indices where start > 12 && text.count - start > 40 {
        guard let address = address(text, at: start) else { continue }
        #expect(
          plain.addresses.contains([UInt32(start), address]),
          "\(String(decoding: text, as: UTF8.self)) at \(start)")
      }
    }
  }

  private func shapes(_ text: [UInt8], _ way: Int32) -> Shapes {
    if text.isEmpty { return Shapes() }
    var blocks = [sekisho_text_block](
      repeating: sekisho_text_block(), count: (text.count + 63) / 64 + 1)
    text.withUnsafeBufferPointer { bytes in
      blocks.withUnsafeMutableBufferPointer { blocks in
        guard let start = bytes.baseAddress, let first = blocks.baseAddress else { return }
        sekisho_classify_text(start, bytes.count, first, way)
      }
    }
    var found = TextShapes()
    found.find(
      in: text.span.bytes, from: 0, to: text.count, blocks, firstBlock: 0, addressesDone: 0,
      way: way)
    var result = Shapes()
    let names = found.names
    for index in names.indices {
      result.names.append([names[index].start, names[index].dot, names[index].end])
    }
    let (places, addresses) = (found.addressPlaces, found.addresses)
    for index in places.indices { result.addresses.append([places[index], addresses[index]]) }
    result.others = [
      copied(found.dots), copied(found.escaped), copied(found.digests), copied(found.colons),
      copied(found.specials),
    ]
    return result
  }

  private func copied(_ list: Span<UInt32>) -> [UInt32] { list.indices.map { list[$0] } }

  /// The address that stands at an offset by itself.
  private func address(_ text: [UInt8], at start: Int) -> UInt32? {
    func isName(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
        || byte == 0x2D || byte == 0x5F
    }
    guard !isName(text[start - 1]), ![0x2E, 0x25, 0x5C].contains(text[start - 1]) else {
      return nil
    }
    var end = start
    while (0x30...0x39).contains(text[end]) || text[end] == 0x2E { end += 1 }
    guard !isName(text[end]) else { return nil }
    let numbers = text[start..<end].split(separator: 0x2E, omittingEmptySubsequences: false)
    guard numbers.count == 4 else { return nil }
    var address: UInt32 = 0
    for number in numbers {
      guard let value = UInt8(String(decoding: number, as: UTF8.self)),
        number.count == String(value).count
      else { return nil }
      address = address << 8 | UInt32(value)
    }
    return address
  }
}
