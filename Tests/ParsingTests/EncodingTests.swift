import Parsing
import TestSupport
import Testing

@Suite struct UTF8Tests {
  /// Decodes by the definition of RFC 3629: bits gathered, then length, surrogates and range checked.
  static func reference(_ bytes: [UInt8], _ offset: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[offset]
    let length =
      first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0
    guard length > 0, offset + length <= bytes.count else { return nil }
    var value = length == 1 ? UInt32(first) : UInt32(first) & (0x7f >> UInt32(length))
    for byte in bytes[(offset + 1)...].prefix(length - 1) {
      guard byte >> 6 == 2 else { return nil }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    guard let scalar = Unicode.Scalar(value), UTF8.width(scalar) == length else { return nil }
    return (scalar, length)
  }

  static func check(_ bytes: [UInt8]) {
    var offset = 0
    var firstBad = bytes.count
    while offset < bytes.count {
      let expected = reference(bytes, offset)
      #expect(UTF8Decoder.sequenceLength(bytes.span.bytes, at: offset) == expected?.1 ?? 0)
      let before = offset
      let scalar = UTF8Decoder.next(bytes.span.bytes, at: &offset)
      #expect(scalar == expected?.0)
      #expect(offset == before + (expected?.1 ?? 1))
      if expected == nil { firstBad = min(firstBad, before) }
    }
    #expect(UTF8Decoder.validPrefix(bytes.span.bytes) == firstBad)
    #expect(UTF8Decoder.isValid(bytes.span.bytes) == (firstBad == bytes.count))
    for start in 0...bytes.count {
      let end = UTF8Decoder.endOfStrayBytes(bytes.span.bytes, from: start)
      #expect(bytes[start..<end].allSatisfy { $0 >= 0x80 })
      #expect((start..<end).allSatisfy { reference(bytes, $0) == nil })
      // It stops before nothing that by itself begins no character.
      #expect(end == bytes.count || bytes[end] < 0x80 || 0xc2...0xf4 ~= bytes[end])
    }
  }

  @Test func everyScalarAtTheEdges() {
    for value: UInt32 in [
      0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x3ffff, 0x40000,
      0xfffff, 0x100000, 0x10ffff,
    ] {
      guard let scalar = Unicode.Scalar(value) else { continue }
      var bytes: [UInt8] = []
      UTF8Encoder.append(scalar, to: &bytes)
      #expect(bytes == Array(String(Character(scalar)).utf8))
      for cut in 0...bytes.count { Self.check(Array(bytes[..<cut]) + [0x61]) }
    }
  }

  @Test func bordersCutNoCharacter() {
    let text = Array("aé漢🜚z".utf8) + [0xe6, 0xbc, 0x61, 0x80, 0x80, 0x80, 0x80]
    let expected = [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10] + Array(11...18)
    #expect((0...18).map { UTF8Decoder.border(text.span.bytes, near: $0) } == expected)
  }

  @Test func allPairsAndRandomBytes() {
    for first in 0x80...0xff {
      for second in stride(from: 0, to: 256, by: 3) {
        let bytes = [UInt8(first), UInt8(second), 0x80, 0x80]
        let span = bytes.span.bytes
        if UTF8Decoder.sequenceLength(span, at: 0) != Self.reference(bytes, 0)?.1 ?? 0 {
          Issue.record("\(bytes)")
        }
      }
    }
    var random = SeededGenerator(seed: 2)
    let pool: [UInt8] = [
      0x61, 0x80, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xa0, 0x9f, 0xed, 0xef, 0xf0, 0x90,
      0xf4, 0x8f, 0xf5, 0xff,
    ]
    for _ in 0..<1000 { Self.check((0..<random.below(24)).map { _ in random.pick(pool) }) }
  }
}

@Suite struct UTF16Tests {
  static func transcode(_ bytes: [UInt8], bigEndian: Bool, cut: Int? = nil) -> (String, Int) {
    var transcoder = UTF16Transcoder(isBigEndian: bigEndian)
    var output: [UInt8] = []
    if let cut {
      transcoder.transcode(Array(bytes[..<cut]).span.bytes, isFinal: false, to: &output)
      transcoder.transcode(Array(bytes[cut...]).span.bytes, isFinal: true, to: &output)
    } else {
      transcoder.transcode(bytes.span.bytes, isFinal: true, to: &output)
    }
    return (String(decoding: output, as: UTF8.self), transcoder.replacements)
  }

  @Test func everyCut() {
    let text = "a\u{feff}é漢😀\u{ffff}\n"
    for bigEndian in [true, false] {
      let bytes = text.utf16.flatMap {
        bigEndian ? [UInt8($0 >> 8), UInt8($0 & 0xff)] : [UInt8($0 & 0xff), UInt8($0 >> 8)]
      }
      for cut in 0...bytes.count {
        #expect(Self.transcode(bytes, bigEndian: bigEndian, cut: cut) == (text, 0))
      }
    }
  }

  @Test func damage() {
    // A high surrogate alone, a low one alone, two high ones before a low one, and an odd byte.
    let cases: [([UInt8], String, Int)] = [
      ([0xd8, 0, 0, 0x61], "\u{fffd}a", 1), ([0xdc, 0, 0, 0x61], "\u{fffd}a", 1),
      ([0xd8, 0, 0xd8, 0x3d, 0xde, 0], "\u{fffd}😀", 1), ([0xd8, 0], "\u{fffd}", 1),
      ([0, 0x61, 0], "a\u{fffd}", 1), ([0xd8, 0, 0], "\u{fffd}\u{fffd}", 2), ([], "", 0),
    ]
    for (bytes, text, replacements) in cases {
      for cut in 0...bytes.count {
        #expect(Self.transcode(bytes, bigEndian: true, cut: cut) == (text, replacements))
      }
    }
  }

  @Test func sourceLength() {
    let text = Array("aé漢😀\u{fffd}".utf8)
    #expect(UTF16Transcoder.sourceLength(ofUTF8: text.span.bytes, 0..<text.count) == 12)
    #expect(UTF16Transcoder.sourceLength(ofUTF8: text.span.bytes, 1..<3) == 2)
    #expect(UTF16Transcoder.sourceLength(ofUTF8: text.span.bytes, 3..<3) == 0)
  }
}

@Suite struct HexAndBase64Tests {
  @Test func hex() {
    var output: [UInt8] = [1]
    #expect(Hex.decode(Array("00fFa9".utf8).span.bytes, to: &output) == true)
    #expect(output == [1, 0, 255, 0xa9])
    for text in ["0", "0g", "g0", "  ", "0x00", "é"] {
      #expect(Hex.decode(Array(text.utf8).span.bytes, to: &output) == false)
      #expect(output == [1, 0, 255, 0xa9])
    }
    var text: [UInt8] = []
    Hex.encode(([0, 0x1f, 0xff] as [UInt8]).span.bytes, to: &text)
    #expect(text == Array("001fff".utf8))
    for byte in UInt8.min...UInt8.max {
      let expected = "0123456789abcdef".utf8.firstIndex(of: byte | 0x20).map {
        "0123456789abcdef".utf8.distance(from: "0123456789abcdef".utf8.startIndex, to: $0)
      }
      let isDigit = byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
      #expect(Hex.value(of: byte) == (isDigit ? UInt8(expected ?? 255) : 255))
    }
  }

  @Test func endOfDigits() {
    for length in [0, 1, 7, 8, 9, 17] {
      for byte in UInt8.min...UInt8.max {
        for place in 0..<length {
          var text = (0..<length).map { Array("0123456789abcdefABCDEF".utf8)[$0 * 7 % 22] }
          text[place] = byte
          for start in [0, 1, place, length] where start <= length {
            let expected =
              text.indices.first { $0 >= start && Hex.value(of: text[$0]) > 15 } ?? length
            #expect(Hex.end(of: text.span.bytes, from: start) == expected)
          }
        }
      }
    }
  }

  @Test func eightDigits() {
    var generator = SeededGenerator(seed: 8)
    for value in [0, 1, 0x1234_5678, 0x9abc_def0, .max] + (0..<200).map({ _ in generator.next() })
      as [UInt32]
    {
      let text = String(value, radix: 16)
      let padded = String(repeating: "0", count: 8 - text.count) + text
      for spelling in [padded, padded.uppercased()] {
        let word = spelling.utf8.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        #expect(Hex.value(ofEight: word) == value)
      }
    }
  }

  static let base64Cases: [(bytes: String, text: String)] = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("\u{0}>?", "AD4/"),
  ]

  @Test(arguments: base64Cases)
  func base64(_ bytes: String, _ text: String) {
    var output: [UInt8] = []
    Base64.encode(Array(bytes.utf8).span.bytes, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == text)
    for form in [text, text.replacing("=", with: "")] {
      output = [7]
      #expect(Base64.decode(Array(form.utf8).span.bytes, to: &output) == true)
      #expect(output == [7] + Array(bytes.utf8))
    }
  }

  @Test(arguments: [
    "Z", "Zg=", "Zg===", "Z===", "=", "==", "Zm9vY", "Zm 9v", "Zm9v\n", "Zm-_", "Zm9v=", "Z=g=",
  ])
  func base64Refused(_ text: String) {
    var output: [UInt8] = [7]
    #expect(Base64.decode(Array(text.utf8).span.bytes, to: &output) == false)
    #expect(output == [7])
  }

  @Test func roundTrips() {
    var random = SeededGenerator(seed: 3)
    for length in 0..<100 {
      let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var text: [UInt8] = []
      var back: [UInt8] = []
      Base64.encode(bytes.span.bytes, to: &text)
      Base64.decode(text.span.bytes, to: &back)
      #expect(back == bytes)
      text = []
      back = []
      Hex.encode(bytes.span.bytes, to: &text)
      Hex.decode(text.span.bytes, to: &back)
      #expect(back == bytes)
    }
  }
}

@Suite struct NumberTextTests {
  static let cases: [(text: String, unsigned: UInt64?, signed: Int64?, port: UInt16?)] = [
    ("0", 0, 0, nil), ("7", 7, 7, 7), ("007", 7, 7, nil), ("65535", 65_535, 65_535, 65_535),
    ("65536", 65_536, 65_536, nil), ("-1", nil, -1, nil), ("-0", nil, 0, nil), ("", nil, nil, nil),
    ("-", nil, nil, nil), ("+1", nil, nil, nil), ("1a", nil, nil, nil), (" 1", nil, nil, nil),
    ("18446744073709551615", .max, nil, nil), ("18446744073709551616", nil, nil, nil),
    ("99999999999999999999999", nil, nil, nil),
    ("9223372036854775807", 9_223_372_036_854_775_807, .max, nil),
    ("-9223372036854775808", nil, .min, nil), ("-9223372036854775809", nil, nil, nil),
    ("--1", nil, nil, nil), ("٣", nil, nil, nil),
  ]

  @Test(arguments: cases.indices)
  func reading(_ index: Int) {
    let item = Self.cases[index]
    let bytes = Array("1\(item.text)1".utf8)
    let range = 1..<bytes.count - 1
    #expect(NumberText.unsigned(bytes.span.bytes, range) == item.unsigned)
    #expect(NumberText.signed(bytes.span.bytes, range) == item.signed)
    #expect(NumberText.port(bytes.span.bytes, range) == item.port)
  }

  @Test func writing() {
    func text(_ write: (inout [UInt8]) -> Void) -> String {
      var output: [UInt8] = []
      write(&output)
      return String(decoding: output, as: UTF8.self)
    }
    for value: UInt64 in [0, 9, 10, 99, 100, .max] {
      #expect(text { NumberText.append(value, to: &$0) } == "\(value)")
    }
    for value: Int64 in [0, -1, .min, .max] {
      #expect(text { NumberText.append(value, to: &$0) } == "\(value)")
    }
    #expect(text { NumberText.append(7 as UInt64, width: 3, to: &$0) } == "007")
  }
}

@Suite struct ByteSearchTests {
  @Test func agreesWithALoop() {
    var random = SeededGenerator(seed: 6)
    for _ in 0..<3000 {
      let bytes = (0..<random.below(40)).map { _ in
        random.pick([0, 1, 0x0a, 0x0b, 0x80, 0x8a, 0xff] as [UInt8])
      }
      let value = random.pick([0, 0x0a, 0x80, 0xff] as [UInt8])
      let place = random.below(bytes.count + 1)
      #expect(
        bytes.span.bytes.end(before: value, from: place)
          == bytes[place...].firstIndex(of: value) ?? bytes.count)
      let (start, end) = (random.below(place + 1), place)
      #expect(
        bytes.span.bytes.firstOffset(of: value, from: start, to: end)
          == bytes[start..<end].firstIndex(of: value))
      #expect(
        bytes.span.bytes.lastOffset(of: value, from: start, to: end)
          == bytes[start..<end].lastIndex(of: value))
      var other = bytes
      var isEqual = bytes.span.bytes.isEqual(to: other.span.bytes)
      #expect(isEqual)
      if !other.isEmpty {
        other[random.below(other.count)] ^= 0x10
        isEqual = bytes.span.bytes.isEqual(to: other.span.bytes)
        #expect(isEqual == false)
      }
    }
  }

  /// Counts in longer texts, of which some hold so many that a byte of the word overflows if it may.
  @Test func counts() {
    var random = SeededGenerator(seed: 7)
    for length in [0, 1, 7, 8, 9, 2039, 2040, 2041, 2048, 4095, 10_000] {
      for share in [1, 2, 50] {
        let bytes = (0..<length).map { _ in UInt8(random.below(share) == 0 ? 0x0a : 0x8a) }
        #expect(bytes.span.bytes.count(of: 0x0a) == bytes.count { $0 == 0x0a })
      }
    }
  }
}
