import Database
import Indicators
import Logs
import Parsing
import TestSupport
import Testing

/// Texts of databases in logs: searched for in every value, and across the fields of a line.
@Suite("Texts in logs")
struct TextSearchTests {
  /// The search that a reader can verify by eye.
  struct Naive: TextSearch {
    var texts: [[UInt8]]

    func find(in bytes: RawSpan, found: inout [FoundText]) -> Bool {
      found.removeAll()
      let bytes = bytes.copied(bytes.byteOffsets)
      for start in bytes.indices {
        let here = texts.indices.filter { bytes[start...].starts(with: texts[$0]) }
        for index in here.sorted(by: { texts[$0].count > texts[$1].count }) {
          found.append(FoundText(start: start, matcher: 0, pattern: UInt32(index)))
        }
      }
      return true
    }
  }

  /// A text that was seen: `line field @offset text`, and whether it goes with the one before.
  private static func seen(
    _ log: [UInt8], _ texts: [[UInt8]], format: LogFormat? = nil,
    finder: inout CandidateFinder?
  ) -> [String] {
    var options = LogOptions(
      purpose: .scan, kinds: IndicatorKindSet([.text, .domain, .ipv4]), format: format)
    options.texts = Naive(texts: texts)
    let extractor = LogExtractor(options: options)
    if finder != nil {
      var candidates: [UInt32] = []
      let isFound = finder?.find(in: log.span.bytes, candidates: &candidates) ?? false
      extractor.setCandidates(
        isFound ? candidates : nil, words: finder?.wordPlaces, hosts: finder?.hostPlaces ?? [])
    }
    var state = LogState.initial(firstBytes: log.span.bytes, isFinal: true, options: options)
    var batch = ObservableBatch()
    var seen: [String] = []
    var offset = 0
    var line: UInt64 = 0
    while true {
      batch.removeAll()
      let progress = extractor.extract(
        log.span.bytes, from: &offset, line: &line, state: &state, isFinal: true, into: &batch)
      for observable in batch.observables where observable.kind == .text {
        let record = batch.records[Int(observable.record)]
        let start = Int(observable.offset)
        let pattern = batch.arena[start + 4..<start + 8].reduce(0) { $0 << 8 | Int($1) }
        let field = String(decoding: batch.fields.name(observable.field), as: UTF8.self)
        let place = Int(record.base) + Int(observable.position)
        let text = String(decoding: texts[pattern], as: UTF8.self)
        seen.append(
          "\(record.number) \(field) @\(place) \(text)"
            + (observable.flags.contains(.joint) ? " too" : ""))
      }
      if progress == .needsMore { return seen }
    }
  }

  private static func database(of texts: [[UInt8]]) throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    let feed = indicators.addFeed(FeedDescription(name: "test", format: "plain"))
    for text in texts {
      indicators.append(
        IndicatorRecord(
          kind: .text, mode: .contains, prefixLength: 0, schemeLength: 0, feed: feed, line: 1,
          context: 0, valueLength: 0, valueOffset: 0),
        value: text.span.bytes)
    }
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
  }

  static let cases: [(name: String, log: String, expected: [String])] = [
    ("inside a run", "xEvilBot/7y", ["1 text @1 EvilBot/7"]),
    ("in its own case alone", "evilbot/7", []),
    (
      "two that begin together", "EvilBot/7 x",
      ["1 text @0 EvilBot/7 x", "1 text @0 EvilBot/7 too"]
    ),
    ("twice on a line", "EvilBot/7,EvilBot/7", ["1 text @0 EvilBot/7", "1 text @10 EvilBot/7"]),
    ("a value of a record", #"{"a":"-EvilBot/7"}"#, ["1 a @7 EvilBot/7"]),
    ("no key", #"{"EvilBot/7":"x"}"#, []),
    ("escapes undone", #"{"a":"Evil\u0042ot\/7"}"#, ["1 a @6 EvilBot/7"]),
    ("none undone in text", #"Evil\u0042ot/7"#, []),
    ("a quote in a record", #"{"a":"say \"open\" now"}"#, [#"1 a @10 "open" n"#]),
    ("a quote in text", #"say "open" now"#, [#"1 text @4 "open" n"#]),
    (
      "across the fields of a line",
      #"192.0.2.1 - - [01/May/2024:10:00:00 +0000] "GET /evil HTTP/1.1" 200 12 "-" "EvilBot/7""#,
      ["1 text @59 1.1\" 200 12", "1 http_user_agent @76 EvilBot/7"]
    ),
    (
      "a column of a table", "#separator \\x09\n#fields\ta\tb\nx\tEvil\\x42ot/7\n",
      ["3 b @30 EvilBot/7"]
    ),
  ]

  private static let texts = ["EvilBot/7", "EvilBot/7 x", "\"open\" n", "1.1\" 200 12"].map {
    Array($0.utf8)
  }

  @Test(arguments: cases.indices) func places(_ number: Int) throws {
    let (name, log, expected) = Self.cases[number]
    var none: CandidateFinder?
    #expect(Self.seen(Array(log.utf8), Self.texts, finder: &none) == expected, "\(name)")
    var finder = CandidateFinder(
      databases: [try Self.database(of: Self.texts)], options: LookupOptions())
    #expect(finder != nil)
    #expect(Self.seen(Array(log.utf8), Self.texts, finder: &finder) == expected, "\(name)")
  }

  @Test(
    "Pieces of a random log as texts, in lines that are stepped over or not",
    arguments: RandomLogs.Shape.allCases)
  func random(_ shape: RandomLogs.Shape) throws {
    #if DEBUG
      let seeds: ClosedRange<UInt64> = 1...50
    #else
      let seeds: ClosedRange<UInt64> = 1...4_000
    #endif
    var count = 0
    for seed in seeds {
      let log = RandomLogs.log(shape, seed: seed)
      if log.count < 16 || log.starts(with: [0xff, 0xfe]) || log.starts(with: [0xfe, 0xff]) {
        continue
      }
      var random = SeededGenerator(seed: seed)
      var texts: [[UInt8]] = []
      for _ in 0..<2 {
        let length = 4 + random.below(8)
        let start = random.below(log.count - length)
        let text = Array(log[start..<start + length])
        if !text.contains(0x0A), !texts.contains(text) { texts.append(text) }
      }
      if texts.isEmpty { continue }
      var none: CandidateFinder?
      let everything = Self.seen(log, texts, finder: &none)
      // Texts without a letter or digit: everything is read.
      var finder = CandidateFinder(
        databases: [try Self.database(of: texts)], options: LookupOptions())
      let found = Self.seen(log, texts, finder: &finder)
      count += everything.count
      #expect(
        found == everything,
        "\(shape) \(seed): \(String(decoding: log.prefix(2000), as: UTF8.self).debugDescription)")
      // As text each line is one value: every occurrence in it is found.
      var places: [String] = []
      var lineStart = 0
      for (number, line) in log.split(separator: 0x0A, omittingEmptySubsequences: false)
        .enumerated()
      {
        var all: [FoundText] = []
        _ = Naive(texts: texts).find(in: Array(line).span.bytes, found: &all)
        for (index, text) in all.enumerated() {
          places.append(
            "\(number + 1) text @\(lineStart + text.start) "
              + String(decoding: texts[Int(text.pattern)], as: UTF8.self)
              + (index > 0 && all[index - 1].start == text.start ? " too" : ""))
        }
        lineStart += line.count + 1
      }
      let hasMark = log.starts(with: [0xEF, 0xBB, 0xBF])
      if !hasMark {
        #expect(Self.seen(log, texts, format: .text, finder: &none) == places, "\(shape) \(seed)")
      }
    }
    #expect(count > 0)
  }
}
