import Foundation
import FuzzYAML
import TestSupport
import Testing
import YAML

/// What texts become, what is refused, and in which line.
@Suite struct YAMLReaderTests {
  private static func shown(_ node: YAMLNode) -> String {
    switch node.value {
    case .scalar(let text, let isPlain): isPlain ? text : "'\(text)'"
    case .list(let items): "[" + items.map(shown).joined(separator: ", ") + "]"
    case .map(let members):
      "{" + members.map { "\($0.key)@\($0.line): \(shown($0.node))" }.joined(separator: ", ") + "}"
    }
  }

  private static let texts: [(text: String, tree: String)] = [
    ("a: 1\nb: 'x'\n", "{a@1: 1, b@2: 'x'}"),
    ("- a\n- - b\n  - c\n", "[a, [b, c]]"),
    ("{\"a\": [1, true, null], \"b\": {}}", "{a@1: ['1', 'true', null], b@1: {}}"),
    ("a: |\n  two\n  lines\n", "{a@1: 'two\nlines\n'}"),
    ("a: >-\n  folded\n  text\nb:", "{a@1: 'folded text', b@4: }"),
    ("# remark\na: b # more\n", "{a@2: b}"),
    ("\u{FEFF}a: ü\n", "{a@1: ü}"),
    ("a: &x {k: v}\nb: *x\n", "{a@1: {k@1: v}, b@2: {k@1: v}}"),
    (
      "base: &b {k: v, l: w}\nc:\n  <<: *b\n  k: own\n",
      "{base@1: {k@1: v, l@1: w}, c@2: {k@4: own, l@1: w}}"
    ),
    ("a: !!str 5\n", "{a@1: '5'}"),
    ("--- # begins\na: b\n...\n", "{a@2: b}"),
  ]

  @Test(arguments: texts.indices) func tree(_ index: Int) throws {
    let (text, tree) = Self.texts[index]
    // JSON's own words are quoted or not as YAML sees them.
    let expected = tree.replacingOccurrences(of: "['1', 'true', null]", with: "[1, true, null]")
    #expect(try Self.shown(YAMLReader.read(Array(text.utf8))) == expected)
  }

  private static let faults: [(text: String, line: Int, words: String)] = [
    ("", 1, "holds nothing"),
    ("# only a remark\n", 1, "holds nothing"),
    ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands in line 1 already"),
    ("a: *nothing\n", 1, "'*nothing' names no anchor"),
    ("a: &a [*a]\n", 1, "names no anchor"),
    ("a: !!binary x\n", 1, "is not read"),
    ("a: !mine x\n", 1, "is not read"),
    ("a: b\n---\nc: d\n", 2, "second document"),
    ("[a]: b\n", 1, "a key is a word"),
    ("a: [1, 2\n", 2, "not YAML"),
    ("a: b\n\tc: d\n", 2, "a tab indents"),
    ("a: 'open\n\n", 3, "not YAML"),
    ("a:\n  <<: text\n", 2, "'<<' takes a map in"),
  ]

  @Test(arguments: faults.indices) func fault(_ index: Int) {
    let (text, line, words) = Self.faults[index]
    #expect {
      try YAMLReader.read(Array(text.utf8))
    } throws: { error in
      guard let fault = error as? YAMLFault else { return false }
      return fault.line == line && fault.problem.contains(words)
    }
  }

  @Test func aliasesThatMultiplyAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(
      throws: YAMLFault(
        line: 6,
        problem:
          "more than 1048576 values, what aliases repeat included; use fewer aliases, or write several files"
      )
    ) {
      try YAMLReader.read(Array(text.utf8))
    }
  }

  @Test func depthIsLimitedThroughAliasesToo() {
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    let nested =
      "a: &a \(deep)\nb: " + String(repeating: "[", count: 40) + "*a"
      + String(repeating: "]", count: 40)
    #expect(throws: YAMLFault.self) { try YAMLReader.read(Array(nested.utf8)) }
    let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
    #expect(throws: YAMLFault(line: 1, problem: "lists and maps are nested deeper than 64")) {
      try YAMLReader.read(brackets)
    }
  }

  @Test func sizeIsLimited() {
    #expect(throws: YAMLFault(line: 1, problem: "the file has more than 4194304 bytes")) {
      try YAMLReader.read([UInt8](repeating: 0x20, count: (4 << 20) + 1))
    }
  }

  @Test func placesCountLinesAndColumnsFromOne() throws {
    let node = try YAMLReader.read(Array("a:\n  - b: 'cc'\n    d:\n\n# end\n".utf8))
    guard case .map(let members) = node.value, case .list(let items) = members[0].node.value,
      case .map(let inner) = items[0].value
    else {
      Issue.record("another tree")
      return
    }
    #expect(inner[0].start == YAMLPlace(line: 2, column: 5))
    #expect(inner[0].node.end == YAMLPlace(line: 2, column: 12))
    #expect(items[0].start == YAMLPlace(line: 2, column: 5))
    // Blank lines and remarks behind a value do not belong to it.
    #expect(items[0].end.line == 3)
  }

  @Test func valuesOfMembers() throws {
    let node = try YAMLReader.read(Array("n: 7\nf: true\nt: [a, 'b']\nw: Low\nq: '7'\ne:\n".utf8))
    guard case .map(let members) = node.value else {
      Issue.record("no map")
      return
    }
    #expect(try members[0].number(in: 1...9) == 7)
    #expect(throws: YAMLFault(line: 1, problem: "'n' is a number from 1 to 5")) {
      try members[0].number(in: 1...5)
    }
    #expect(try members[1].flag())
    #expect(try members[2].texts() == ["a", "b"])
    #expect(try members[3].word([("low", 1), ("high", 2)]) == 1)
    #expect(throws: YAMLFault.self) { try members[4].number() }
    #expect(throws: YAMLFault(line: 6, problem: "'e' wants a value")) { try members[5].text() }
    #expect(
      YAMLFault.unknown("expct", line: 3, known: ["inputs", "expect"]).problem
        == "unknown key 'expct'; did you mean 'expect'?")
  }

  @Test func damageNeverTraps() throws {
    let text = Array(
      "a: &x {k: [1, 'two', \"th\\u0072ee\"]}\nb:\n  - *x\n  - |\n    text\n  - <<: *x\n".utf8)
    for end in text.indices { fuzzYAML([0xff] + text[..<end]) }
    for index in text.indices {
      for bit in 0..<8 {
        var damaged = text
        damaged[index] ^= 1 << UInt8(bit)
        fuzzYAML([0x78] + damaged)
      }
    }
  }

  // MARK: The corpus of the fuzzer

  private static let corpus = FuzzCorpus("FuzzYAML")

  @Test func thereAreFiles() { #expect(!Self.corpus.files.isEmpty) }

  @Test(arguments: corpus.files) func replay(_ file: String) throws {
    fuzzYAML(try Self.corpus.input(file))
  }
}
