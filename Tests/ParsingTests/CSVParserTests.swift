import Parsing
import TestSupport
import Testing

@Suite struct CSVParserTests {
  /// All rows: cells joined by `|`, a quoted one as `"…"`; a row that is odd ends in its kind.
  static func rows(_ bytes: [UInt8], _ parser: CSVParser = CSVParser()) -> [String] {
    var rows: [String] = []
    var cells: [CSVCell] = []
    var offset = 0
    while true {
      let row = parser.next(bytes.span.bytes, at: &offset, isFinal: true, cells: &cells)
      if row.kind == .endOfInput { return rows }
      rows.append(describe(row, cells, bytes))
    }
  }

  static func describe(_ row: CSVRow, _ cells: [CSVCell], _ bytes: [UInt8]) -> String {
    let texts = cells.map { cell in
      var text: [UInt8] = []
      if cell.hasEscapes {
        CSVParser.unescape(bytes.span.bytes.extracting(cell.range), to: &text)
      } else {
        text = Array(bytes[cell.range])
      }
      let string = String(decoding: text, as: UTF8.self)
      return cell.wasQuoted ? "\"\(string)\"" : string
    }
    let odd =
      switch row.kind {
      case .unclosedQuote: " !quote"
      case .tooLong: " !long"
      default: ""
      }
    return texts.joined(separator: "|") + odd
  }

  static let cases: [(text: String, rows: [String])] = [
    ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\n", ["a"]), ("a\r", ["a"]),
    ("\n", [""]), ("\r\n\r\n", ["", ""]), ("a\n\nb", ["a", "", "b"]),
    ("a,b,c\n1,2,3\n", ["a|b|c", "1|2|3"]), ("a,,c", ["a||c"]), (",", ["|"]), (",\n", ["|"]),
    ("a,b,\n", ["a|b|"]), ("a,b,\r\n", ["a|b|"]),
    (#""a","b""#, [#""a"|"b""#]), (#""a,b",c"#, [#""a,b"|c"#]),
    (#""a""b","""","" "#, [#""a"b"|"""|"""#]), (#""""""#, [#"""""#]),
    ("\"a\nb\",c\nd", ["\"a\nb\"|c", "d"]), ("\"a\r\nb\"\r\nd", ["\"a\r\nb\"", "d"]),
    (#""a", "b",  "c""#, [#""a"|"b"|"c""#]), ("\"a\" ,\t\"b\"\t\n", [#""a"|"b""#]),
    ("a, b , c", ["a| b | c"]), (" a", [" a"]), (" \n", [" "]),
    (#"a"b,"c"#, [#"a"b|"c !quote"#]), (#""a,b"c,d"#, [#""a|b"c|d"#]),
    (#"a"b","c""#, [#"a"b"|"c""#]), (#""a"b,c"#, [#""a"b|c"#]), (#""a"b"c,d"#, [#""a"b"c|d"#]),
    ("\"a\"\"b\" x,c\n", [#""a""b" x|c"#]),
    ("x,\"a\nb,c\nd", ["x|\"a !quote", "b|c", "d"]),
    ("\"\n\n", ["\" !quote", ""]), ("\"", ["\" !quote"]), ("a\n\"", ["a", "\" !quote"]),
    ("\"a\"\"\r\n", ["\"a\"\" !quote"]), ("\"a\nb\"c,d", ["\"a", "b\"c|d"]),
    ("é,\"漢\"", ["é|\"漢\""]), ("a\rb\n", ["a\rb"]), ("a,\u{0},b", ["a|\u{0}|b"]),
  ]

  @Test(arguments: cases)
  func rows(_ text: String, _ expected: [String]) {
    #expect(Self.rows(Array(text.utf8)) == expected)
  }

  @Test func otherDelimiters() {
    let tsv = CSVParser(delimiter: Byte.tab, allowsQuotes: false)
    #expect(
      Self.rows(Array("a\t\"b\"\t c\n\t\n\"x\ny".utf8), tsv) == [#"a|"b"| c"#, "|", "\"x", "y"])
    let quotedTSV = CSVParser(delimiter: Byte.tab)
    #expect(Self.rows(Array("\t\"b\tc\"\n".utf8), quotedTSV) == ["|\"b\tc\""])
    let lines = CSVParser(delimiter: Byte.tab, quotesHoldLineEnds: false)
    #expect(
      Self.rows(Array("\"a\"\t\"b\nc\"\t\"d\te\"\n\"f".utf8), lines) == [
        "\"a\"|\"b", "c\"|\"d\te\"", "\"f",
      ])
    let semicolon = CSVParser(delimiter: UInt8(ascii: ";"))
    #expect(Self.rows(Array("a,b;\"c;d\"".utf8), semicolon) == [#"a,b|"c;d""#])
  }

  @Test func rangesAndLines() {
    let bytes = Array("a,\"b\n\"\r\n\r\nc".utf8)
    var cells: [CSVCell] = []
    var offset = 0
    let parser = CSVParser()
    var row = parser.next(bytes.span.bytes, at: &offset, isFinal: true, cells: &cells)
    #expect(row == CSVRow(kind: .row, start: 0, end: 6, lineFeeds: 2))
    #expect(cells == [CSVCell(start: 0, end: 1), CSVCell(start: 3, end: 5, wasQuoted: true)])
    row = parser.next(bytes.span.bytes, at: &offset, isFinal: true, cells: &cells)
    #expect(row == CSVRow(kind: .row, start: 8, end: 8, lineFeeds: 1))
    row = parser.next(bytes.span.bytes, at: &offset, isFinal: true, cells: &cells)
    #expect(row == CSVRow(kind: .row, start: 10, end: 11, lineFeeds: 0))
  }

  @Test func limit() {
    let parser = CSVParser(maximumRowLength: 8)
    #expect(Self.rows(Array("12345678\r\n12345,78\n".utf8), parser) == ["12345678", "12345|78"])
    #expect(
      Self.rows(Array("12345,789012,45\nx".utf8), parser) == ["12345|78 !long", "9012|45", "x"])
    // An open quote costs its line, not the file.
    #expect(
      Self.rows(Array("\"a,b\nc,d\ne,f\n\"g\",h\n".utf8), parser)
        == ["\"a|b !quote", "c|d", "e|f", "\"g\"|h"])
    #expect(Self.rows(Array("\"234567890\"".utf8), parser) == ["\"2345678 !long", "90\""])
  }

  // MARK: Resuming

  static func resumed(_ bytes: [UInt8], _ parser: CSVParser, cut: Int, step: Int) -> [String] {
    var rows: [String] = []
    var cells: [CSVCell] = []
    var base = 0
    var end = min(cut, bytes.count)
    while true {
      let window = Array(bytes[base..<end])
      let isFinal = end == bytes.count
      var offset = 0
      while true {
        let before = offset
        let row = parser.next(window.span.bytes, at: &offset, isFinal: isFinal, cells: &cells)
        if row.kind == .endOfInput { return rows }
        if row.kind == .needMore {
          #expect(!isFinal && offset == before && cells.isEmpty)
          break
        }
        rows.append(describe(row, cells, window))
      }
      base += offset
      end = min(end + step, bytes.count)
    }
  }

  @Test func everyCut() {
    for (text, _) in Self.cases {
      let bytes = Array(text.utf8)
      for parser in [CSVParser(), CSVParser(maximumRowLength: 4)] {
        let whole = Self.rows(bytes, parser)
        for cut in 0...bytes.count {
          #expect(
            Self.resumed(bytes, parser, cut: cut, step: bytes.count) == whole,
            "\(text) cut at \(cut)")
        }
        #expect(Self.resumed(bytes, parser, cut: 0, step: 1) == whole, "\(text) byte by byte")
      }
    }
  }

  /// Random cells written as the RFC says and read back.
  @Test func roundTrip() {
    var random = SeededGenerator(seed: 4)
    let parts = ["a", "b", "\"", ",", "\n", "\r\n", " ", "é", "1"]
    for _ in 0..<1000 {
      var text = ""
      var expected: [String] = []
      for _ in 0..<1 + random.below(4) {
        var row: [String] = []
        for _ in 0..<1 + random.below(4) {
          row.append((0..<random.below(6)).map { _ in random.pick(parts) }.joined())
        }
        text += row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
        text += random.pick(["\n", "\r\n"])
        expected.append(row.map { "\"\($0)\"" }.joined(separator: "|"))
      }
      #expect(Self.rows(Array(text.utf8)) == expected)
    }
  }

  /// Soup: never stuck, every byte passed over once, the same in pieces.
  @Test func soup() {
    var random = SeededGenerator(seed: 5)
    let alphabet = Array("a\"\",,\n\r \"b\n".utf8)
    for _ in 0..<2000 {
      let bytes = (0..<random.below(40)).map { _ in random.pick(alphabet) }
      let parser = CSVParser(maximumRowLength: 1 + random.below(30))
      var cells: [CSVCell] = []
      var offset = 0
      while true {
        let before = offset
        let row = parser.next(bytes.span.bytes, at: &offset, isFinal: true, cells: &cells)
        if row.kind == .endOfInput { break }
        #expect(row.start == before && row.end >= before && row.end <= offset && offset > before)
        #expect(!cells.isEmpty)
        #expect(cells.allSatisfy { before <= $0.start && $0.start <= $0.end && $0.end <= row.end })
        #expect(zip(cells, cells.dropFirst()).allSatisfy { $0.end < $1.start })
      }
      let whole = Self.rows(bytes, parser)
      #expect(
        Self.resumed(
          bytes, parser, cut: random.below(bytes.count + 1), step: 1 + random.below(9)) == whole)
    }
  }
}
