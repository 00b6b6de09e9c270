import Foundation
import Indicators
import Inputs
import Parsing
import TestSupport
import Testing

@testable import Logs

/// Input made to hurt: nothing may trap, hang, or take time or memory beyond its length.
@Suite struct HostileTests {
  /// A line of many repeats of a pattern.
  private static func repeated(_ text: String, bytes: Int = 1 << 18) -> [UInt8] {
    var line: [UInt8] = []
    let unit = Array(text.utf8)
    while line.count < bytes { line += unit }
    return line + [0x0a]
  }

  static let patterns = [
    "(", ")", "[", "]", "{", "}", "[{", "{\"", "{\"a\":", "[[1,", "://", "http://", "http://a/",
    "http://a,", "http://a;", "'http://", "a://b@c:d@", "@", "a@", "a@b.c", "a.b+", "a.b%", "%",
    "%2", "%25", "%252F", "%41", "a%2eb", ":", "::", "a:", "1:2:", "[::1]:1", "fe80::1%", ".", "a.",
    "..", "a..", "-", "1.1.1.1", "1.1.1.1-", "1.1.1.1:", "src=1.1.1.1 ", "SRC=1.1.1.1 DPT=2 ",
    "\u{1b}[", "\u{1b}[;", "\\u001b[", "\"", "\"Mozilla/", "'", "=", "md5=", "0123456789abcdef",
    "0123456789abcdef0123456789abcdef ", "aa:", "。", "中", "中.", "a.b中", "é", "\u{301}", "\u{feff}",
    "\\", "\\\\", "\\x41", "#", "#Fields:", ",", "\t", "a.b/", "a.b/,", "a.b;", "a.b:1/",
    "{\"a\":\"b\"}", "{\"a\":\"b\"} ", "[1]", "{}", "1 ", "null", "{\"Records\":[{", "CEF:0|",
    "LEEF:2.0|",
    "|", "\\|", "a=b ", "a=\"b\" ", "a=\"\\", "=", " IN= OUT= SRC=1.1.1.1 ", "[SRC=", "%ASA-6-1: ",
    "inside:1.1.1.1/1 ", "for a:1.1.1.1/1(", "<1>", "<1>1 - - - - - [", "[a b=\"c\"]",
    "Oct  1 00:00:00 ",
    "client 1.1.1.1#1 (a): query: ", "1.1.1.1 - - [10/Oct/2000:13:55:36 +0000] \"", "2 ",
    "version ",
    "srcaddr dstaddr ",
  ]

  @Test(arguments: patterns)
  func manyRepeats(_ pattern: String) {
    for purpose in [LogPurpose.scan, .extract] {
      let options = LogOptions(purpose: purpose, lineLimit: 1 << 13)
      for head in [
        "", "#separator \\x09\n#fields\ta\tb\n#types\tstring\tstring\n", "a,b,c\n1,2,3\n",
        "version srcaddr dstaddr x y\n", "{\"Records\":[", "CEF:0|a|b|c|d|e|f|", "<1>1 - - - - - ",
        "%FTD-1-430003: ", "1 - - [10/Oct/2000:13:55:36 +0000] \"GET\" 1 1 ",
      ] {
        let input = Array(head.utf8) + Self.repeated(pattern, bytes: 1 << 14)
        let (found, extractor, _) = extract(input, options)
        #expect(extractor.bytes == UInt64(input.count))
        #expect(found.count < 4 * input.count)
      }
    }
  }

  /// What is behind a message in a record's string is none of it: blanks that were trimmed, and a quote.
  @Test func messagesThatEndAnywhere() throws {
    for message in [
      "%FTD-1-430005: SrcIP: 192.0.2.1, FileName: ", "%ASA-1-430003: SrcIP: ",
      "<189>1: sw.example: ", "<189>45: 000046:  ", "<189>: sw.example: ",
    ] {
      for record in [
        "{\"message\":\"\(message)\"}", "{\"a\":\"{\\\"log\\\":\\\"\(message)\\\"}\"}",
      ] {
        let (_, extractor, _) = extract(Array((record + "\n").utf8), LogOptions(purpose: .extract))
        #expect(extractor.bytes == UInt64(record.utf8.count + 1))
      }
    }
  }

  @Test("Lines of the fixtures cut at each blank", arguments: FixtureTests.logs)
  func cutMessages(_ name: String) throws {
    let url = FixtureTests.folder.appendingPathComponent(name)
    let lines = String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n")
    for line in lines.prefix(40) where line.utf8.count < 400 {
      for blank in line.indices where line[blank] == " " {
        let cut = line[...blank].replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let record = "{\"message\":\"\(cut)\"}\n"
        let (_, extractor, _) = extract(Array(record.utf8), LogOptions(purpose: .extract))
        #expect(extractor.bytes == UInt64(record.utf8.count))
      }
    }
  }

  /// Work that grows with the square of a line's length would take minutes here.
  @Test(
    .timeLimit(.minutes(20)),
    arguments: [
      "http://a/", "a.b/", "(", "{\"a\":", "[{\"a\":1},", "%2éa@a.b你", "a.b+", "http://a,", "@",
      "a@b.c",
      "CEF:0|a|b|c|d|e|f|g=", "\\|", "a=b ", "a=\"\\\\", "IN= OUT= SRC=1 [", "%ASA-6-1: a:",
      "SrcIP: 1, ",
      "<1>1 - - - - - [a b=\"\\\"", "#1 client 1.1.1.1#1 ",
      "1 - - [10/Oct/2000:13:55:36 +0000] \"\\",
    ])
  func longLinesAreLinear(_ pattern: String) {
    let input = Self.repeated(pattern)
    let extractor = LogExtractor(options: LogOptions(purpose: .scan))
    var batch = ObservableBatch()
    var state = LogState()
    var offset = 0
    var line: UInt64 = 0
    var bytes = 0
    while extractor.extract(
      input.rawSpan, from: &offset, line: &line, state: &state, isFinal: true, into: &batch)
      == .batchFull
    {
      bytes += batch.arena.count
      batch.removeAll()
    }
    #expect(bytes + batch.arena.count < 40 * input.count)
  }

  /// Names that a firewall's sentence gives no end: to look for one from each of them again takes minutes.
  @Test(
    .timeLimit(.minutes(20)),
    arguments: [
      "'a ", "\"a ", "<a>a ", "<a ", "Username = , ", "user = , ", "'a \"a <a ", "User = 'a ",
    ])
  func namesWithoutEnd(_ pattern: String) {
    let head = "<166>%ASA-6-109005: Authentication succeeded for user "
    let input = Array(head.utf8) + Self.repeated(pattern) + Array("x evil.example\n".utf8)
    let found = extract(input, LogOptions(purpose: .scan)).found
    #expect(found.contains { $0.value == "evil.example" })
  }

  /// Whether `#Fields:` follows is looked for once, also behind a log that is closed: else this takes minutes.
  @Test(.timeLimit(.minutes(20))) func commentsBehindAClosedLog() {
    var input = Array("#separator \\x09\n#fields\ta\tb\n1\t2\n#close\t2001\n".utf8)
    for _ in 0..<1 << 17 { input += [UInt8(ascii: "#"), 0x0a] }
    input += Array("x evil.example\n".utf8)
    #expect(extract(input, LogOptions(purpose: .scan)).found.count == 1)
  }

  /// A header of thousands of hosts, paths and times: work that grows with the square of them would take minutes.
  @Test(.timeLimit(.minutes(20))) func wideHeaders() {
    let names = String(repeating: "\thost\tts\turi\tquery", count: 1000)
    let cells = String(repeating: "\ta.example\t1\t/x\t-", count: 1000)
    let types = String(repeating: "\tstring\ttime\tstring\tstring", count: 1000)
    let log = "#separator \\x09\n#fields\(names)\n#types\(types)\n\(cells.dropFirst())\n"
    let found = extract(Array(log.utf8), LogOptions(purpose: .scan)).found
    #expect(found.count >= 1000)
  }

  /// Directives below a header of more columns than any log has, which is none: its rows are text.
  @Test(.timeLimit(.minutes(20))) func directivesBelowAWideHeader() {
    let header = "#Fields: " + String(repeating: "a ", count: 200_000)
    var log = header + "\n"
    for number in 0..<50_000 { log += "#Date: 2024-01-0\(number % 9)\na.example\n" }
    let (found, extractor, _) = extract(Array(log.utf8), LogOptions(purpose: .scan))
    #expect(found.count == 50_000)
    #expect(extractor.tally.counts["log-row-of-other-width"] == 50_000)
  }

  /// A key that comes thousands of times beside a long part of a URL: each with the other would take minutes.
  @Test(.timeLimit(.minutes(20)), arguments: [true, false]) func doubledParts(_ isHost: Bool) {
    let long = String(repeating: "a", count: 400_000)
    var record = isHost ? #"{"uri":"/\#(long)""# : #"{"host":"\#(long)""#
    for number in 0..<20_000 {
      record += isHost ? #","host":"a\#(number).bc""# : #","uri":"/\#(number)""#
    }
    record += #","x":"a.example"}"#
    let (found, extractor, _) = extract(Array(record.utf8), LogOptions(purpose: .scan))
    #expect(found.contains { $0.value == "a.example" })
    #expect(extractor.tally.counts["url-forms-over-limit"] != 0)
  }

  /// Every format cut short at every byte, and with bits flipped.
  @Test func damage() {
    let input = Array(CutTests.mixed.utf8)
    let options = LogOptions(purpose: .scan)
    for end in 0...input.count { _ = extract(Array(input[..<end]), options) }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      var damaged = input
      for _ in 0..<1 + Int(random.next() % 4) {
        damaged[Int(random.next() % UInt64(input.count))] ^= 1 << UInt8(random.next() % 8)
      }
      let (_, extractor, _) = extract(damaged, options)
      #expect(extractor.bytes == UInt64(damaged.count))
    }
  }

  /// Bytes without sense, of few sorts so that they meet.
  @Test func noise() {
    let alphabet =
      Array("{}[]\",:\\.@/%#'()=; \n\t0a1fxé\u{1b}".utf8) + [0xff, 0x00, 0xe3, 0x80, 0x82]
    var random = SeededGenerator(seed: 11)
    for round in 0..<3000 {
      let count = Int(random.next() % 200)
      let input = (0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      let options = LogOptions(purpose: round % 2 == 0 ? .scan : .extract, lineLimit: 64)
      let whole = extract(input, options).found
      let pieces = extract(input, options) { _ in 1 + Int(random.next() % 9) }.found
      #expect(pieces == whole, "round \(round): \(input)")
    }
  }

  @Test func nothingIsLostInSilence() {
    func counts(_ text: String, lineLimit: Int = 1 << 20) -> [String: UInt64] {
      extract(
        Array(text.utf8), LogOptions(purpose: .extract, lineLimit: lineLimit)
      ).extractor.tally.counts
    }
    #expect(counts("{\"a\": b}\n") == ["log-record-broken": 1])
    #expect(
      counts("[{\"a\":1},\n{\n") == ["log-array-broken": 1, "log-record-broken": 1])
    // Whether a line is read, or stepped over since it holds nothing to look up.
    for purpose in [LogPurpose.extract, .scan] {
      for record in [
        "[\"b.example\"]", "{\"a\":\"b.example\"}", "\"b.example\"", "1",
      ] {
        let text =
          String(repeating: "{\"a\":", count: 64) + record + String(repeating: "}", count: 64)
        let tally = extract(Array((text + "\n").utf8), LogOptions(purpose: purpose)).extractor.tally
        #expect(
          tally.counts
            == (record.first == "[" || record.first == "{" ? ["log-record-too-deep": 1] : [:]),
          "\(record)")
      }
    }
    #expect(counts(String(repeating: "[", count: 65) + "\n") == ["log-record-too-deep": 1])
    #expect(
      counts("#separator \\x09\n#fields\ta\n#types\tstring\na\tb\n")
        == ["log-row-of-other-width": 1])
    let long =
      String(repeating: "x", count: 60) + ".example.com " + String(repeating: "y", count: 60)
    #expect(
      counts(long, lineLimit: 64)
        == ["log-line-over-limit": 1, "value-at-cut": 2])
    // The part before the cut is nothing by itself; what a cut goes through is one value.
    #expect(
      counts(String(repeating: " ", count: 60) + "evil.example", lineLimit: 64)
        == ["log-line-over-limit": 1, "value-at-cut": 1])
    #expect(
      counts("{\"a\":\"\(String(repeating: "x ", count: 40))\"}", lineLimit: 64)[
        "log-record-over-limit"] == 1)
  }
}
