import Parsing
import TestSupport
import Testing

@Suite struct JSONTextTests {
  static let unescaped: [(escaped: String, text: String)] = [
    ("", ""), ("plain text", "plain text"), (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#"\u0041\u00e9\u6f22"#, "Aé漢"), (#"\uD83D\uDE00\ud83d\ude00"#, "😀😀"),
    (#"x\u0000y"#, "x\u{0}y"),
    (#"\ud83d"#, "\u{fffd}"), (#"\ude00"#, "\u{fffd}"), (#"\ude00\ud83d"#, "\u{fffd}\u{fffd}"),
    (#"\ud83dx\ude00"#, "\u{fffd}x\u{fffd}"), (#"\ud83d\n"#, "\u{fffd}\n"),
    (#"\ud83d\ud83d\ude00"#, "\u{fffd}😀"), (#"\ud83d\u0041"#, "\u{fffd}A"),
    // No escapes, which a tokenizer does not let through.
    (#"\x\"#, #"\x\"#), (#"\u12"#, #"\u12"#), (#"\u12g4"#, #"\u12g4"#),
    ("é\\n漢", "é\n漢"), (#"https:\/\/www.example.com\/a"#, "https://www.example.com/a"),
  ]

  @Test(arguments: unescaped)
  func unescape(_ escaped: String, _ text: String) {
    var output: [UInt8] = []
    JSONTokenizer.unescape(Array(escaped.utf8).span.bytes, to: &output)
    #expect(output == Array(text.utf8))
    #expect(output.count <= max(escaped.utf8.count, 3))
  }

  /// Every offset against a walk that unescapes each prefix by itself.
  @Test func offsets() {
    for (escaped, _) in Self.unescaped + [(#"a\u001b[31mwww.example.com\/\ud83d\ude00b"#, "")] {
      let bytes = Array(escaped.utf8)
      var output: [UInt8] = []
      JSONText.unescape(bytes.span.bytes, to: &output)
      // Where characters of the escaped text begin: those are the only sound places to cut it.
      var starts: [(unescaped: Int, escaped: Int)] = []
      var offset = 0
      while offset < bytes.count {
        var prefix: [UInt8] = []
        JSONText.unescape(Array(bytes[..<offset]).span.bytes, to: &prefix)
        starts.append((prefix.count, offset))
        let rest = Array(bytes[offset...])
        var length = 1
        if rest.starts(with: Array("\\u".utf8)), rest.count >= 6 {
          var one: [UInt8] = []
          JSONText.unescape(Array(rest.prefix(6)).span.bytes, to: &one)
          var two: [UInt8] = []
          JSONText.unescape(Array(rest.prefix(12)).span.bytes, to: &two)
          length = one.first == 0x5c ? 1 : two.count == 4 && two[0] >= 0xf0 ? 12 : 6
        } else if rest.first == 0x5c, rest.count > 1, "\"\\/bfnrt".utf8.contains(rest[1]) {
          length = 2
        }
        offset += length
      }
      var map = JSONOffsetMap()
      for place in 0..<output.count {
        let expected = starts.last { $0.unescaped <= place }?.escaped
        #expect(
          JSONText.escapedOffset(of: place, in: bytes.span.bytes) == expected, "\(escaped) \(place)"
        )
        #expect(map.escapedOffset(of: place, in: bytes.span.bytes) == expected)
      }
      #expect(JSONText.escapedOffset(of: output.count, in: bytes.span.bytes) == bytes.count)
      #expect(JSONText.escapedOffset(of: output.count + 9, in: bytes.span.bytes) == bytes.count)
      // Backwards it starts anew.
      #expect(map.escapedOffset(of: 0, in: bytes.span.bytes) == 0)
    }
  }

  static let written: [(bytes: [UInt8], text: String, isValid: Bool)] = [
    ([], #""""#, true), (Array("plain".utf8), #""plain""#, true),
    (Array("a\"b\\c".utf8), #""a\"b\\c""#, true),
    (
      Array("\u{8}\t\n\u{c}\r\u{0}\u{1b}\u{7f}".utf8), "\"\\b\\t\\n\\f\\r\\u0000\\u001b\u{7f}\"",
      true
    ),
    (Array("é漢😀 and long enough".utf8), "\"é漢😀 and long enough\"", true),
    ([0xff], #""\\xff""#, false), ([0x61, 0x5c, 0xc3, 0x28], #""a\\\\\\xc3(""#, false),
    ([0xe2, 0x82, 0x61, 0xc3, 0xa9, 0x22, 0x0a], "\"\\\\xe2\\\\x82aé\\\"\\n\"", false),
    ([0xed, 0xa0, 0x80], #""\\xed\\xa0\\x80""#, false), ([0xc0, 0x80], #""\\xc0\\x80""#, false),
  ]

  @Test(arguments: written.indices)
  func appendString(_ index: Int) {
    let (bytes, text, isValid) = Self.written[index]
    var output: [UInt8] = []
    #expect(JSONText.appendString(bytes.span.bytes, to: &output) == isValid)
    #expect(String(decoding: output, as: UTF8.self) == text)
    let around = [0xff] + bytes + [0xff]
    output = []
    #expect(
      JSONText.appendString(around.span.bytes, 1..<around.count - 1, to: &output) == isValid)
    #expect(String(decoding: output, as: UTF8.self) == text)
  }

  /// Bytes that are no characters, before a quote that is far away.
  @Test(.timeLimit(.minutes(20))) func manyBytesThatAreNoText() {
    let bytes = [UInt8](repeating: 0xff, count: 1 << 18) + [0x22]
    var output: [UInt8] = []
    #expect(!JSONText.appendString(bytes.span.bytes, to: &output))
    #expect(output.count == (bytes.count - 1) * 5 + 4)
  }

  /// What is written is one JSON string, and tells the bytes.
  @Test func roundTrip() throws {
    var random = SeededGenerator(seed: 7)
    let pool: [UInt8] = [
      0x22, 0x5c, 0x0a, 0x00, 0x61, 0x78, 0x66, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0xff,
    ]
    for _ in 0..<3000 {
      let bytes = (0..<random.below(20)).map { _ in random.pick(pool) }
      var output: [UInt8] = []
      let isValid = JSONText.appendString(bytes.span.bytes, to: &output)
      var tokenizer = JSONTokenizer()
      var offset = 0
      let token = try tokenizer.next(output.span.bytes, at: &offset, isFinal: true)
      #expect(token.kind == .string && offset == output.count)
      var back: [UInt8] = []
      JSONText.unescape(output.span.bytes.extracting(token.range), to: &back)
      #expect(UTF8Decoder.isValid(back.span.bytes) == true)
      if isValid {
        #expect(back == bytes)
        continue
      }
      var read: [UInt8] = []
      var place = 0
      while place < back.count {
        if back[place] == 0x5c, back[place + 1] == 0x78 {
          Hex.decode(back.span.bytes, place + 2..<place + 4, to: &read)
          place += 4
        } else {
          read.append(back[place])
          place += back[place] == 0x5c ? 2 : 1
        }
      }
      #expect(read == bytes)
    }
  }
}
