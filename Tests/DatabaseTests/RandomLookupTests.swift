import Database
import Indicators
import Parsing
import TestSupport
import Testing

/// Compares lookups in random databases, over small alphabets, with the plain reference.
@Suite struct RandomLookupTests {
  #if DEBUG
    static let seeds = Array(UInt64(0)..<30)
  #else
    static let seeds = Array(UInt64(0)..<1_500)
  #endif

  @Test func lookupsAgreeWithTheReference() throws {
    var matches = 0
    for seed in Self.seeds { matches += try check(seed) }
    #expect(matches > 10 * Self.seeds.count, "the values hardly meet")
  }

  /// Compares one database with the reference; returns the number of matches.
  private func check(_ seed: UInt64) throws -> Int {
    var generator = RandomValues(SeededGenerator(seed: seed))
    let indicators = (0..<generator.below(120)).map { _ in generator.indicator() }
    let reference = ReferenceLookup(indicators: indicators)
    // Every third database is built as if its keys crowded buckets under every hash seed, so that
    // keys are searched for.
    let database = try IndicatorDatabase(
      seed % 3 == 1
        ? DatabaseCompiler.compile(collection(indicators), longestBucket: 0)
        : DatabaseCompiler.compile(collection(indicators)))
    if seed % 10 == 0 { try database.verify() }
    var batch = TestBatch()
    var expected: [Set<String>] = []
    for _ in 0..<generator.below(300) {
      let observed = generator.observable()
      batch.add(
        observed.kind, observed.value, inArena: generator.below(2) == 0, port: observed.port,
        schemeLength: observed.schemeLength, flags: observed.isHTTP ? .httpURL : [])
      expected.append(
        Set(
          reference.matches(
            observed.kind, observed.value, port: observed.port,
            schemeLength: Int(observed.schemeLength), isHTTP: observed.isHTTP
          ).map { describe(indicators[$0.indicator], $0.kind) }))
    }
    let matches = batch.matches(in: database)
    var found = [Set<String>](repeating: [], count: expected.count)
    for match in matches {
      let isNew = found[Int(match.observable)].insert(describe(match, database)).inserted
      #expect(isNew, "seed \(seed): an entry twice")
    }
    for index in expected.indices where found[index] != expected[index] {
      let value = batch.batch.observables[index]
      Issue.record(
        "seed \(seed), \(value.kind) \(index): found \(found[index]), not \(expected[index])")
    }
    for (left, right) in zip(matches, matches.dropFirst()) {
      #expect(
        (left.observable, left.kind) <= (right.observable, right.kind), "seed \(seed): order")
    }
    return matches.count
  }

  /// An entry's identity as text: the same for all indicators that are merged into one entry.
  private func describe(_ indicator: TestIndicator, _ kind: MatchKind) -> String {
    "\(indicator.kind) \(indicator.value) \(indicator.mode) \(indicator.prefixLength) \(indicator.port) \(kind)"
  }

  private func describe(_ match: EntryMatch, _ database: IndicatorDatabase) -> String {
    let entry = database.entry(match.entry)
    let value = database.value(of: entry)
    return
      "\(entry.kind) \(value.copied(value.byteOffsets)) \(entry.mode) \(entry.prefixLength) \(entry.port) \(match.kind)"
  }
}

/// Values in normal form over alphabets so small that values often match one another.
struct RandomValues {
  private var generator: SeededGenerator

  init(_ generator: SeededGenerator) { self.generator = generator }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

  private mutating func pick(_ texts: [String]) -> String {
    texts.randomElement(using: &generator) ?? ""
  }

  private mutating func joined(_ parts: [String], by separator: String, upTo count: Int) -> String {
    (0...below(count)).map { _ in pick(parts) }.joined(separator: separator)
  }

  private mutating func name() -> String {
    joined(["a", "b", "ab", "xn--a"], by: ".", upTo: 4) + pick([".example", ".test"])
  }

  private mutating func url() -> String {
    pick(["", "http://", "https://", "ftp://"])
      + pick(["a.example", "b.example:8080", "ab.example"])
      + "/" + joined(["p", "pa", "q?", "", "/"], by: "/", upTo: 4)
  }

  private mutating func path() -> String {
    pick(["", #"temp\"#, #"a\b\"#, #"x\temp\"#]) + pick(["evil.exe", "b", "a"])
  }

  private mutating func address(_ width: Int) -> [UInt8] {
    (0..<width).map { _ in [0, 1, 128, 255].randomElement(using: &generator) ?? 0 }
  }

  private static let kinds: [IndicatorKind] = [
    .ipv4, .ipv4, .ipv6, .domain, .domain, .url, .url, .filename, .email, .md5, .ja3, .sha256,
    .userAgent, .mutex,
  ]

  private mutating func kind() -> IndicatorKind {
    Self.kinds.randomElement(using: &generator) ?? .domain
  }

  private mutating func value(_ kind: IndicatorKind) -> [UInt8] {
    switch kind {
    case .ipv4: address(4)
    case .ipv6: address(2) + [UInt8](repeating: 0, count: 12) + address(2)
    case .domain: Array(name().utf8)
    case .url: Array(url().utf8)
    case .filename: Array(path().utf8)
    case .email: Array("\(pick(["a", "b"]))@\(name())".utf8)
    case .userAgent, .mutex: Array(pick(["A/1", "a/1", "B", "b b"]).utf8)
    default: [UInt8](repeating: UInt8(below(3)), count: kind.fixedWidth ?? 1)
    }
  }

  private func schemeLength(_ value: [UInt8]) -> UInt16 {
    for scheme in ["http://", "https://", "ftp://"] where value.starts(with: scheme.utf8) {
      return UInt16(scheme.utf8.count)
    }
    return 0
  }

  mutating func indicator() -> TestIndicator {
    let kind = kind()
    var indicator = TestIndicator(kind, value(kind))
    switch kind {
    case .ipv4, .ipv6:
      let width = indicator.value.count * 8
      let length = below(2) == 0 ? width : [4, 8, 9, 24, 31, 120].filter { $0 <= width }[below(5)]
      indicator.prefixLength = UInt8(length)
      indicator.mode = length == width ? .exact : .prefix
      for bit in length..<width { indicator.value[bit / 8] &= ~(UInt8(0x80) >> UInt8(bit % 8)) }
      if below(3) == 0 { indicator.port = [1, 2, 443, 65535][below(4)] }
    case .domain:
      indicator.mode = [.exact, .withSubdomains, .subdomainsOnly][below(3)]
    case .url:
      indicator.mode = [.exact, .exact, .prefix, .path][below(4)]
      if indicator.mode == .path {
        indicator.value = Array("/\(joined(["p", "pa", "q?"], by: "/", upTo: 2))".utf8)
      } else {
        indicator.schemeLength = schemeLength(indicator.value)
      }
    case .filename:
      indicator.mode = indicator.value.contains(UInt8(ascii: "\\")) ? .contains : .exact
    default:
      break
    }
    indicator.feed = below(3)
    indicator.line = UInt32(below(50))
    indicator.id = pick(["", "x", "y"])
    return indicator
  }

  mutating func observable() -> (
    kind: IndicatorKind, value: [UInt8], port: UInt16, schemeLength: UInt16, isHTTP: Bool
  ) {
    let kind = kind()
    var value = value(kind)
    if kind == .domain || kind == .email || kind == .filename, below(2) == 0 {
      value = value.map { $0 >= 97 && $0 <= 122 && below(2) == 0 ? $0 - 32 : $0 }
    }
    if kind == .filename, below(2) == 0 {
      value = value.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
    }
    let port: UInt16 = kind <= .ipv6 ? [0, 1, 2, 443, 9][below(5)] : 0
    return (
      kind, value, port, kind == .url ? schemeLength(value) : 0, kind == .url && below(2) == 0
    )
  }
}
