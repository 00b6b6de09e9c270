import CByteKernels
import TestSupport
import Testing

@testable import Database

/// Compares the shapes that each kernel variant finds in text with the rules in the kernel's
/// header, byte by byte.
@Suite struct TextShapesTests {
  private static let ways: [Int32] = {
    (Int32(sekisho_text_portable)...sekisho_text_best()).map { $0 }
  }()

  /// The lists, each in ascending order, since variants differ in the order of some.
  private struct Shapes: Equatable {
    var names: [[UInt32]] = []
    var ends: [UInt32] = []
    var addresses: [[UInt32]] = []
    var dots: [UInt32] = []
    var escaped: [UInt32] = []
    var labels: [UInt32] = []
    var digests: [UInt32] = []
    var colons: [UInt32] = []
    var specials: [UInt32] = []
  }

  @Test func agreeWithTheDefinition() {
    var random = SeededGenerator(seed: 12)
    let parts = [
      "1", "12", "255", "256", "0", "01", ".", ".", ".", ".", "-", "a", "example", "%", "\\u", " ",
      ":", "_", "..", "é", "0123456789abcdef", String(repeating: "x", count: 61), "192.0.2.1",
      "x.y.", "\u{1b}", "2001:db8::1", "1:2:3:4:5:6:7:8", ".3com", ".com", "%2e", "\\x2e", "-.",
    ]
    for _ in 0..<1_000 {
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<120, using: &random) {
        text += Array((parts.randomElement(using: &random) ?? "").utf8)
      }
      check(text)
    }
  }

  @Test func agreeOnBytesAtRandom() {
    var random = SeededGenerator(seed: 11)
    let alphabet = Array("aAfFgzZ059-_.:\\ux%/ \n\u{1b}é".utf8)
    for length in Array(0...200) + [1_000, 4_097] {
      check(
        (0..<length).map { _ in
          Int.random(in: 0..<8, using: &random) == 0
            ? UInt8.random(in: 0...255, using: &random)
            : alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        })
    }
  }

  /// Shapes across two windows are found as if there were one, and lists have room for a whole
  /// window's.
  @Test func agreeAcrossWindows() {
    let window = Int(SEKISHO_SHAPES_WINDOW)
    for value in [
      "www.example.com", "192.0.2.77", "a.3com", String(repeating: "0123456789abcdef", count: 2),
      "2001:db8:1:2:3:4:5:6", "\\u0041", "a.b.", "x.\(String(repeating: "-", count: 100))",
    ] {
      for shift in stride(from: 1, to: 70, by: 7) {
        var text = [UInt8](repeating: 0x20, count: window - shift)
        text += Array(value.utf8) + [0x20] + [UInt8](repeating: 0x78, count: 200)
        check(text)
      }
    }
    for dense in ["a.b ", "1.", ".1a", "::", "é", "%41", "a.b.-", "192.0.2.1 ", "\\u"] {
      var text: [UInt8] = []
      while text.count < window + 300 { text += Array(dense.utf8) }
      check(text)
    }
  }

  private func check(_ text: [UInt8]) {
    let wanted = expected(text)
    for way in Self.ways {
      #expect(
        shapes(text, way) == wanted,
        "way \(way): \(String(decoding: text.prefix(400), as: UTF8.self))")
    }
  }

  // MARK: The kernel

  /// Runs the kernel on a copy of just the right size, so that a read past the end is noticed.
  private func shapes(_ text: [UInt8], _ way: Int32) -> Shapes {
    var result = Shapes()
    var state = sekisho_text_state()
    var found = TextShapes()
    var start = 0
    while start < text.count {
      let end = min(text.count, start + Int(SEKISHO_SHAPES_WINDOW))
      found.find(in: text.span.bytes, from: start, to: end, &state, way: way)
      let (starts, dots, ends) = (found.nameStarts, found.nameDots, found.nameEnds)
      for index in starts.indices {
        result.names.append([starts[index], dots[index], ends[index]])
      }
      let (places, addresses) = (found.addressPlaces, found.addresses)
      for index in places.indices { result.addresses.append([places[index], addresses[index]]) }
      result.ends += copied(found.ends)
      result.dots += copied(found.dots)
      result.escaped += copied(found.escaped)
      result.labels += copied(found.labels)
      result.digests += copied(found.digests)
      result.colons += copied(found.colons)
      result.specials += copied(found.specials)
      start = end
    }
    return sorted(result)
  }

  private func sorted(_ shapes: Shapes) -> Shapes {
    var shapes = shapes
    shapes.names.sort { $0.lexicographicallyPrecedes($1) }
    shapes.addresses.sort { $0.lexicographicallyPrecedes($1) }
    for list in [
      \Shapes.ends, \.dots, \.escaped, \.labels, \.digests, \.colons, \.specials,
    ] { shapes[keyPath: list].sort() }
    return shapes
  }

  private func copied(_ list: Span<UInt32>) -> [UInt32] { list.indices.map { list[$0] } }

  // MARK: The definition

  private func expected(_ text: [UInt8]) -> Shapes {
    func byte(_ offset: Int) -> UInt8 { text.indices.contains(offset) ? text[offset] : 0 }
    func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80 }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    func isHex(_ byte: UInt8) -> Bool {
      isDigit(byte) || (0x41...0x46).contains(byte & 0xDF) && byte < 0x80
    }
    func isName(_ byte: UInt8) -> Bool {
      isLetter(byte) || isDigit(byte) || byte == 0x2D || byte == 0x5F
    }
    func isDigitDot(_ dot: Int) -> Bool {
      byte(dot) == 0x2E && isDigit(byte(dot - 1)) && isDigit(byte(dot + 1))
    }
    func hexColons(_ block: Int) -> [Int] {
      (block * 64..<block * 64 + 64).filter {
        block >= 0 && byte($0) == 0x3A && isHex(byte($0 - 1)) && isHex(byte($0 + 1))
      }
    }
    var wanted = Shapes()
    for place in text.indices {
      let (before, here, next) = (byte(place - 1), byte(place), byte(place + 1))
      if here == 0x2E, isName(before), isLetter(next) {
        var end = place + 1
        while isName(byte(end)) { end += 1 }
        var start = place
        while isName(byte(start - 1)) { start -= 1 }
        if byte(end) == 0x2E, byte(end + 1) == 0x2D || byte(end + 1) == 0x2E {
          wanted.ends.append(UInt32(end))
        } else if byte(end) != 0x2E || !isName(byte(end + 1)) {
          if end - start >= 64 {
            wanted.ends.append(UInt32(end))
          } else {
            wanted.names.append([UInt32(start), UInt32(place), UInt32(end)])
          }
        }
      }
      if here == 0x2E, isName(before), isDigit(next) {
        var end = place + 1
        while isDigit(byte(end)) { end += 1 }
        if isName(byte(end)) { wanted.labels.append(UInt32(end)) }
      }
      let isFirst =
        isDigitDot(place)
        && (2...4).contains { second in
          isDigitDot(place + second)
            && (2...4).contains { byte(place + second + $0) == 0x2E }
        }
      if isFirst { look(atDot: place, text, &wanted) }
      if isHex(here), isHexRun(text, from: place, block: place / 64) {
        wanted.digests.append(UInt32(place))
      }
      if here == 0x3A {
        // Computed only at colons, since it looks at two blocks.
        let isDense = hexColons(place / 64).count + hexColons(place / 64 - 1).count >= 6
        if before == 0x3A || isDense && isHex(before) && isHex(next) {
          wanted.colons.append(UInt32(place))
        }
      }
      let isEscape = here == 0x5C && (next == 0x75 || next == 0x78)
      if here >= 0x80 || here == 0x1B || isEscape || here == 0x25 && isHex(next) {
        wanted.specials.append(UInt32(place))
      }
    }
    return sorted(wanted)
  }

  /// Whether a run of hexadecimal digits that may be 32 long begins at a place of a block.
  ///
  /// At a border of the block sixteen digits are enough, since the run may go on in the block
  /// beside it.
  private func isHexRun(_ text: [UInt8], from place: Int, block: Int) -> Bool {
    func isHex(_ offset: Int) -> Bool {
      text.indices.contains(offset) && Character(UnicodeScalar(text[offset])).isHexDigit
        && text[offset] < 0x80
    }
    let end = block * 64 + 64
    if place > block * 64, isHex(place - 1) { return false }
    var last = place
    while last < end, isHex(last) { last += 1 }
    let length = last - place
    return length >= 32 || length >= 16 && (place == block * 64 || last == end)
  }

  /// Adds the shapes that are reported for the first of three dots.
  private func look(atDot dot: Int, _ text: [UInt8], _ wanted: inout Shapes) {
    func byte(_ offset: Int) -> UInt8 { text.indices.contains(offset) ? text[offset] : 0 }
    func isDigit(_ offset: Int) -> Bool { (0x30...0x39).contains(byte(offset)) }
    func isName(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
        || byte == 0x2D || byte == 0x5F
    }
    var start = dot
    while isDigit(start - 1), dot - start < 4 { start -= 1 }
    if dot < 8 || text.count - dot < 24 || dot - start > 3 {
      wanted.dots.append(UInt32(dot))
      return
    }
    let border = byte(start - 1)
    if border == 0x2E, isName(byte(start - 2)) {
      let isOdd =
        byte(start - 2) == 0x2D
        || (max(0, start - 8)..<start).contains { byte($0) == 0x25 || byte($0) == 0x5C }
      if isOdd { wanted.dots.append(UInt32(dot)) }
      return
    }
    let isMark = (border == 0x75 || border == 0x78) && byte(start - 2) == 0x5C
    let isHexLetter = (0x61...0x66).contains(border | 0x20)
    let isInUnit = isHexLetter && text[start - 5..<start - 1].contains { $0 == 0x25 || $0 == 0x5C }
    if border == 0x25 || border == 0x5C || isMark || isInUnit {
      wanted.escaped.append(UInt32(start))
      return
    }
    var numbers: [[UInt8]] = [Array(text[start..<dot])]
    var end = dot
    for _ in 0..<3 {
      guard byte(end) == 0x2E else { return }
      let first = end + 1
      end = first
      while isDigit(end) { end += 1 }
      numbers.append(Array(text[first..<end]))
    }
    var address: UInt32 = 0
    for number in numbers {
      guard let value = UInt8(String(decoding: number, as: UTF8.self)),
        number.count == String(value).count
      else { return }
      address = address << 8 | UInt32(value)
    }
    let isLonger =
      byte(end) == 0x2E
      ? byte(end + 1) != 0x2D && isName(byte(end + 1)) : byte(end) != 0x2D && isName(byte(end))
    if !isLonger { wanted.addresses.append([UInt32(start), address]) }
  }
}
