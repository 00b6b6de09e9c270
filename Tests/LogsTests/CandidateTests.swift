import Database
import Indicators
import Logs
import Parsing
import Testing

/// Lines in which no indicator can be are stepped over (`CandidateFinder`): whatever was found by reading
/// everything must be found without them.
@Suite("Lines without candidates")
struct CandidateTests {
  @Test("Every observable of a random log as an indicator", arguments: RandomLogs.Shape.allCases)
  func random(_ shape: RandomLogs.Shape) throws {
    for seed in seeds(300, optimised: 4_000) {
      try compare(RandomLogs.log(shape, seed: seed), "\(shape) \(seed)")
    }
  }

  @Test("Every observable of a random defanged log", arguments: RandomLogs.Shape.allCases)
  func refanged(_ shape: RandomLogs.Shape) throws {
    for seed in seeds(200, optimised: 3_000) {
      let log = RandomLogs.log(shape, seed: seed)
      try compare(
        RandomLogs.defanged(log, seed: seed), "defanged \(shape) \(seed)", refangs: true)
    }
  }

  @Test("Paths and keys whose parts are common words, written in several ways")
  func paths() throws {
    for seed in seeds(400, optimised: 20_000) {
      var random = SeededGenerator(seed: seed)
      var log: [UInt8] = []
      for _ in 0..<3 { log += PathLines.line(&random) }
      try compare(log, "paths \(seed)")
    }
  }

  @Test("Long runs of units, letters above ASCII and colons")
  func unitRuns() throws {
    for seed in seeds(200, optimised: 6_000) {
      var random = SeededGenerator(seed: seed)
      let log = UnitRuns.line(&random) + UnitRuns.line(&random)
      try compare(log, "unit runs \(seed)", refangs: seed % 4 == 0)
    }
  }

  @Test("Brackets, values and headers over many lines")
  func steppedLogs() throws {
    for seed in seeds(400, optimised: 20_000) {
      var random = SeededGenerator(seed: seed)
      try compare(SteppedLogs.log(&random), "stepped \(seed)")
    }
  }

  @Test(
    "Every log of the corpus",
    .enabled(if: !CorpusLogs.isAbsent, "the corpus is not beside the package"),
    arguments: CorpusLogs.paths)
  func corpus(_ path: String) throws {
    let log = try CorpusLogs.read(path)
    #if DEBUG
      if log.count > 50_000 { return }
    #endif
    try compare(log, path)
  }

  @Test("The rules' own examples", arguments: ExtractionCases.all)
  func examples(_ example: ExtractionCase) throws { try compare(example.log, example.name) }

  /// Seeds of random logs: fewer where nothing is optimised.
  private func seeds(_ few: UInt64, optimised many: UInt64) -> ClosedRange<UInt64> {
    #if DEBUG
      1...few
    #else
      1...many
    #endif
  }

  /// Most of what a line holds is odd here, so that a candidate a line tells nothing: one indicator at a
  /// time must be enough.
  private func compare(_ log: [UInt8], _ name: String, refangs: Bool = false) throws {
    if log.starts(with: [0xff, 0xfe]) || log.starts(with: [0xfe, 0xff]) { return }
    let everything = matches(log, candidates: nil, refangs: refangs)
    // A URL with a longer scheme is never an indicator: no entry of a database can say where its host begins.
    let values = Array(Set(everything.map(\.value).filter { $0.schemeLength <= 255 })).sorted()
    guard !values.isEmpty else { return }
    var random = SeededGenerator(seed: UInt64(log.count))
    for _ in 0..<4 {
      let value = random.pick(values)
      // Another one beside it, so that not every structure has one element.
      let covering = covering(value, &random)
      let database = try database(
        of: [covering, random.pick(values)], covered: covering == value ? nil : covering)
      let wanted = everything.filter { $0.value == value }
      guard let found = matches(log, database: database, refangs: refangs) else {
        // Hosts of one label and the like: everything is read.
        continue
      }
      let lost = wanted.filter { !found.contains($0) }
      #expect(
        lost.isEmpty,
        "\(name): \(value) is lost in \(String(decoding: log.prefix(2000), as: UTF8.self).debugDescription)"
      )
    }
  }

  /// The value, or of a name sometimes one that it is a subdomain of.
  private func covering(_ value: Value, _ random: inout SeededGenerator) -> Value {
    guard value.kind == .domain, random.upTo(2) == 0 else { return value }
    let labels = value.bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard labels.count > 2 else { return value }
    var parent = value
    parent.bytes = Array(labels[(1 + random.upTo(labels.count - 2))...].joined(separator: [0x2E]))
    return parent
  }

  private func matches(
    _ log: [UInt8], database: IndicatorDatabase, refangs: Bool
  ) -> [Seen]? {
    var options = LookupOptions()
    options.includesWeak = true
    guard
      var finder = CandidateFinder(databases: [database], options: options, refangs: refangs)
    else { return nil }
    var candidates: [UInt32] = []
    let isFound = finder.find(in: log.span.bytes, candidates: &candidates)
    return matches(log, candidates: isFound ? candidates : nil, refangs: refangs)
  }

  private func matches(_ log: [UInt8], candidates: [UInt32]?, refangs: Bool) -> [Seen] {
    var options = LogOptions(purpose: .scan, kinds: .all)
    options.refangs = refangs
    let extractor = LogExtractor(options: options)
    extractor.setCandidates(candidates)
    var state = LogState.initial(firstBytes: log.span.bytes, isFinal: true, options: options)
    var batch = ObservableBatch()
    var seen: [Seen] = []
    var offset = 0
    var line: UInt64 = 0
    while true {
      batch.removeAll()
      let progress = extractor.extract(
        log.span.bytes, from: &offset, line: &line, state: &state, isFinal: true, into: &batch)
      for observable in batch.observables { seen.append(Seen(observable, batch, log)) }
      if progress == .needsMore { return seen }
    }
  }

  private func database(
    of values: [Value], covered: Value?
  ) throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    let feed = indicators.addFeed(
      FeedDescription(name: "test", format: "plain"))
    for value in values {
      let record = IndicatorRecord(
        kind: value.kind, mode: value == covered ? .withSubdomains : .exact,
        prefixLength: value.kind == .ipv4 ? 32 : value.kind == .ipv6 ? 128 : 0,
        schemeLength: value.schemeLength, feed: feed, line: 1, context: 0, valueLength: 0,
        valueOffset: 0)
      indicators.append(record, value: value.bytes.span.bytes)
    }
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
  }
}

/// The value of an observable, as an indicator has it.
struct Value: Hashable, Comparable {
  var kind: IndicatorKind
  var bytes: [UInt8]
  var schemeLength: UInt16

  static func < (left: Value, right: Value) -> Bool {
    if left.kind != right.kind { return left.kind < right.kind }
    return left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// An observable and its place.
struct Seen: Equatable {
  var value: Value
  var field: [UInt8]
  var line: UInt64
  var place: UInt64

  init(_ observable: Observable, _ batch: ObservableBatch, _ log: [UInt8]) {
    let range = Int(observable.offset)..<Int(observable.offset) + Int(observable.length)
    var bytes = Array(observable.flags.contains(.inArena) ? batch.arena[range] : log[range])
    if observable.kind == .domain || observable.kind == .email {
      bytes = bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }
    value = Value(kind: observable.kind, bytes: bytes, schemeLength: observable.schemeLength)
    field = Array(batch.fields.name(observable.field))
    let record = batch.records[Int(observable.record)]
    line = record.number
    place = record.base + UInt64(observable.position)
  }
}
