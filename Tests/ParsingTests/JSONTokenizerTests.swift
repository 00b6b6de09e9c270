import Parsing
import TestSupport
import Testing

@Suite struct JSONTokenizerTests {
  /// All tokens of some text in one go, in a notation short enough for a table.
  static func tokens(
    _ bytes: [UInt8], depth: Int = 64, commas: Bool = false
  ) throws(JSONError) -> String {
    var tokenizer = JSONTokenizer(maximumDepth: depth, allowsTrailingCommas: commas)
    var offset = 0
    var text = ""
    while true {
      let token = try tokenizer.next(bytes.span.bytes, at: &offset, isFinal: true)
      text += describe(token, Array(bytes[token.range]))
      if token.kind == .endOfInput { return text }
    }
  }

  static func describe(_ token: JSONToken, _ part: [UInt8]) -> String {
    let part = String(decoding: part, as: UTF8.self)
    let escapes = token.hasEscapes ? "\\" : ""
    return switch token.kind {
    case .beginObject, .endObject, .beginArray, .endArray: part
    case .key: "K\(escapes)(\(part))"
    case .string: "S\(escapes)(\(part))"
    case .number: "N(\(part))"
    case .trueLiteral, .falseLiteral, .null: "L(\(part))"
    case .needMore: "?"
    case .endOfValue: ";"
    case .endOfInput: ""
    }
  }

  static let accepted: [(text: String, tokens: String)] = [
    ("", ""), (" \t\r\n", ""), ("{}", "{};"), ("[]", "[];"), ("[[],{}]", "[[]{}];"),
    (#"{"a":1}"#, "{K(a)N(1)};"),
    (
      #" { "a" : [ 1 , "b" , true , false , null ] } "#,
      "{K(a)[N(1)S(b)L(true)L(false)L(null)]};"
    ),
    (#"{"a":{"b":"c"},"d":[]}"#, "{K(a){K(b)S(c)}K(d)[]};"),
    ("{}{}", "{};{};"), ("{}\n{}\n", "{};{};"), ("[1][2]", "[N(1)];[N(2)];"),
    ("1 2", "N(1);N(2);"), (#""a""b""#, "S(a);S(b);"), ("true false", "L(true);L(false);"),
    (#"1"a""#, "N(1);S(a);"), (#"{"a":1}[null]"x""#, "{K(a)N(1)};[L(null)];S(x);"),
    (
      "[0,-0,-1,10,0.5,-0.0,1e5,1E+5,1.25e-10]",
      "[N(0)N(-0)N(-1)N(10)N(0.5)N(-0.0)N(1e5)N(1E+5)N(1.25e-10)];"
    ),
    (#"["\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"]"#, #"[S\(\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00)];"#),
    (#"{"":""}"#, "{K()S()};"), (#"{"a\n":1}"#, #"{K\(a\n)N(1)};"#),
    (#"["01234567","012345678\n","0123456"]"#, #"[S(01234567)S\(012345678\n)S(0123456)];"#),
    ("[\"\u{7f}é漢😀\"]", "[S(\u{7f}é漢😀)];"),
    (#"["\ud800",1]"#, #"[S\(\ud800)N(1)];"#),
  ]

  @Test(arguments: accepted)
  func accepts(_ text: String, _ expected: String) throws {
    #expect(try Self.tokens(Array(text.utf8)) == expected)
  }

  static let refused: [(text: String, code: JSONError.Code, offset: Int)] = [
    ("{", .truncated, 1), ("[", .truncated, 1), (#"{"a"#, .truncated, 3), (#"{"a""#, .truncated, 4),
    (#"{"a":"#, .truncated, 5), (#"{"a":1"#, .truncated, 6), (#"{"a":1,"#, .truncated, 7),
    ("[1", .truncated, 2), ("tru", .truncated, 3), ("-", .truncated, 1), ("1.", .truncated, 2),
    ("1e", .truncated, 2), ("1e+", .truncated, 3), (#""\"#, .truncated, 2),
    (#""\u12"#, .truncated, 5),
    ("}", .unexpected, 0), ("]", .unexpected, 0), (",", .unexpected, 0), (":", .unexpected, 0),
    ("[}", .unexpected, 1), ("{]", .unexpected, 1), ("[1}", .unexpected, 2),
    (#"{"a":1]"#, .unexpected, 6),
    ("[1,]", .unexpected, 3), (#"{"a":1,}"#, .unexpected, 7), ("[,1]", .unexpected, 1),
    ("[1,,2]", .unexpected, 3), ("[1 2]", .unexpected, 3), (#"{"a" 1}"#, .unexpected, 5),
    (#"{"a",1}"#, .unexpected, 4), (#"{1:2}"#, .unexpected, 1), (#"{a:1}"#, .unexpected, 1),
    (#"{"a"::1}"#, .unexpected, 5), (#"{"a":1 "b":2}"#, .unexpected, 7), ("['a']", .unexpected, 1),
    ("[1]]", .unexpected, 3), ("#", .unexpected, 0), ("\u{feff}1", .unexpected, 0),
    ("01", .number, 1), ("-01", .number, 2), ("+1", .unexpected, 0), (".5", .unexpected, 0),
    ("1.e5", .number, 2), ("1.5.2", .number, 3), ("1e5.5", .number, 3), ("0x10", .number, 1),
    ("1a", .number, 1), ("-a", .number, 1), ("--1", .number, 1), ("1-2", .number, 1),
    ("NaN", .unexpected, 0),
    ("nul ", .literal, 0), ("nulL", .literal, 0), ("True", .unexpected, 0), ("truex", .literal, 0),
    ("nullnull", .literal, 0), (#"["\x"]"#, .escape, 2), (#"["\u12g4"]"#, .escape, 2),
    (#"["\u"]"#, .escape, 2), (#"["\U1234"]"#, .escape, 2), ("[\"a\nb\"]", .control, 3),
    ("[\"12345678\u{0}\"]", .control, 10), ("[\"\\n\u{1f}\"]", .control, 4),
    ("\u{c}1", .unexpected, 0), ("[1\u{b}]", .unexpected, 2),
  ]

  @Test(arguments: refused)
  func refuses(_ text: String, _ code: JSONError.Code, _ offset: Int) {
    #expect(throws: JSONError(code, at: offset)) { try Self.tokens(Array(text.utf8)) }
  }

  @Test func trailingCommas() throws {
    #expect(try Self.tokens(Array(#"[1,{"a":2,},]"#.utf8), commas: true) == "[N(1){K(a)N(2)}];")
    for text in ["[,]", "{,}", "[1,,]", "[1],", #"{"a",}"#, #"{"a":,}"#] {
      #expect(throws: JSONError.self) { try Self.tokens(Array(text.utf8), commas: true) }
    }
    var tokenizer = JSONTokenizer(allowsTrailingCommas: true)
    let bytes = Array(#"[1,{"a":2,},]"#.utf8)
    var offset = 0
    while try tokenizer.next(bytes.span.bytes, at: &offset, isFinal: true).kind != .endOfInput {}
    #expect(tokenizer.trailingCommas == 2)
  }

  @Test func depth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(
        (String(repeating: "[{\"a\":", count: depth / 2) + "1"
          + String(repeating: "}]", count: depth / 2)).utf8)
    }
    #expect(try Self.tokens(nested(64)).hasSuffix("]};".replacing("]}", with: "}]")))
    #expect(throws: JSONError(.tooDeep, at: 64 / 2 * 6)) { try Self.tokens(nested(66)) }
    #expect(try !Self.tokens(nested(128), depth: 1000).isEmpty)
    #expect(throws: JSONError.self) { try Self.tokens(nested(130), depth: 1000) }
    #expect(throws: JSONError(.tooDeep, at: 0)) { try Self.tokens(nested(2), depth: 0) }
    #expect(try Self.tokens(Array("1".utf8), depth: 0) == "N(1);")
  }

  @Test func resetAfterAnError() throws {
    var tokenizer = JSONTokenizer()
    let bytes = Array("[1,x] {}".utf8)
    var offset = 0
    #expect(throws: JSONError.self) {
      while true { _ = try tokenizer.next(bytes.span.bytes, at: &offset, isFinal: true) }
    }
    #expect(tokenizer.depth == 1)
    tokenizer.reset()
    #expect(tokenizer.depth == 0)
    offset = 6
    let token = try tokenizer.next(bytes.span.bytes, at: &offset, isFinal: true)
    #expect(token == JSONToken(kind: .beginObject, hasEscapes: false, start: 6, end: 7))
  }

  // MARK: Resuming

  /// Feeds a window that grows by `step` bytes and slides to `offset` each time more is needed.
  static func resumed(_ bytes: [UInt8], firstCut: Int, step: Int, commas: Bool = false)
    throws(JSONError) -> String
  {
    var tokenizer = JSONTokenizer(allowsTrailingCommas: commas)
    var text = ""
    var base = 0
    var end = min(firstCut, bytes.count)
    while true {
      let window = Array(bytes[base..<end])
      let isFinal = end == bytes.count
      var offset = 0
      while true {
        let before = tokenizer
        let start = offset
        let token: JSONToken
        do throws(JSONError) {
          token = try tokenizer.next(window.span.bytes, at: &offset, isFinal: isFinal)
        } catch {
          throw JSONError(error.code, at: base + error.offset)
        }
        if token.kind == .endOfInput { return text }
        if token.kind == .needMore {
          // What was passed over on the way is space, a colon or a comma.
          #expect(!isFinal)
          #expect(window[start..<offset].allSatisfy { " \t\r\n,:".utf8.contains($0) })
          #expect(before.depth == tokenizer.depth)
          break
        }
        text += describe(token, Array(window[token.range]))
      }
      base += offset
      end = min(end + step, bytes.count)
    }
  }

  @Test func everyCut() throws {
    let cases = Self.accepted.map(\.text) + Self.refused.map(\.text)
    for text in cases {
      let bytes = Array(text.utf8)
      let whole = Result { () throws(JSONError) in try Self.tokens(bytes) }
      for cut in 0...bytes.count {
        let parts = Result { () throws(JSONError) in
          try Self.resumed(bytes, firstCut: cut, step: bytes.count)
        }
        #expect(parts == whole, "\(text) cut at \(cut)")
      }
      let single = Result { () throws(JSONError) in
        try Self.resumed(bytes, firstCut: 0, step: 1)
      }
      #expect(single == whole, "\(text) byte by byte")
    }
  }

  /// Random values printed and read back; then damaged: the same answer whole and in pieces.
  @Test func randomValuesAndDamage() {
    var random = SeededGenerator(seed: 3)
    for round in 0..<400 {
      var text: [UInt8] = []
      var expected = ""
      for _ in 0...random.below(3) {
        Self.write(&text, &expected, &random, depth: 0)
        text += random.pick([Array(" ".utf8), Array("\n".utf8), Array("\r\n  ".utf8)])
        expected += ";"
      }
      let whole = Result { () throws(JSONError) in try Self.tokens(text) }
      #expect(whole == .success(expected), "round \(round)")
      for _ in 0..<8 {
        var damaged = text
        switch random.below(3) {
        case 0: damaged.removeSubrange(random.below(damaged.count)...)
        case 1: damaged[random.below(damaged.count)] ^= 1 << UInt8(random.below(8))
        default: damaged.remove(at: random.below(damaged.count))
        }
        let whole = Result { () throws(JSONError) in try Self.tokens(damaged) }
        let cut = random.below(damaged.count + 1)
        let parts = Result { () throws(JSONError) in
          try Self.resumed(damaged, firstCut: cut, step: 1 + random.below(20))
        }
        #expect(whole == parts, "round \(round): \(damaged)")
      }
    }
  }

  static func write(
    _ text: inout [UInt8], _ tokens: inout String, _ random: inout SeededGenerator, depth: Int
  ) {
    func space() {
      if random.below(3) == 0 { text += random.pick([[0x20], [0x0a], [0x20, 0x09]]) }
    }
    func string() -> String {
      (0..<random.below(20)).map { _ in
        random.pick([
          "a", "b", "/", "é", "漢", "{", "]", ",", ":", #"\n"#, #"\u0041"#, #"\\"#, #"\""#,
        ])
      }.joined()
    }
    switch random.below(depth > 5 ? 3 : 5) {
    case 0:
      let content = string()
      text += Array("\"\(content)\"".utf8)
      tokens += "S\(content.contains("\\") ? "\\" : "")(\(content))"
    case 1:
      let number = random.pick(["0", "-1", "12345678901", "1.5", "-0.25e+7", "3E2"])
      text += Array(number.utf8)
      tokens += "N(\(number))"
    case 2:
      let word = random.pick(["true", "false", "null"])
      text += Array(word.utf8)
      tokens += "L(\(word))"
    case 3:
      text.append(UInt8(ascii: "["))
      tokens += "["
      for index in 0..<random.below(5) {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        space()
        write(&text, &tokens, &random, depth: depth + 1)
        space()
      }
      text.append(UInt8(ascii: "]"))
      tokens += "]"
    default:
      text.append(UInt8(ascii: "{"))
      tokens += "{"
      for index in 0..<random.below(5) {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        space()
        let name = string()
        text += Array("\"\(name)\"".utf8)
        tokens += "K\(name.contains("\\") ? "\\" : "")(\(name))"
        space()
        text.append(UInt8(ascii: ":"))
        space()
        write(&text, &tokens, &random, depth: depth + 1)
        space()
      }
      text.append(UInt8(ascii: "}"))
      tokens += "}"
    }
  }
}
