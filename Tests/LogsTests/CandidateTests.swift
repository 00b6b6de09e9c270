import FuzzCandidates
import TestSupport
import Testing

/// Lines in which no indicator can be are stepped over (`CandidateFinder`): whatever was found by reading
/// everything must be found without them.
@Suite("Lines without candidates")
struct CandidateTests {
  @Test("Every observable of a random log as an indicator", arguments: RandomLogs.Shape.allCases)
  func random(_ shape: RandomLogs.Shape) throws {
    try compareEach(seeds(90, optimised: 4_000)) { seed in
      try compare(RandomLogs.log(shape, seed: seed), "\(shape) \(seed)")
    }
  }

  @Test("Every observable of a random defanged log", arguments: RandomLogs.Shape.allCases)
  func refanged(_ shape: RandomLogs.Shape) throws {
    try compareEach(seeds(200, optimised: 3_000)) { seed in
      let log = RandomLogs.log(shape, seed: seed)
      return try compare(
        RandomLogs.defanged(log, seed: seed), "defanged \(shape) \(seed)", refangs: true)
    }
  }

  @Test("Paths and keys whose parts are common words, written in several ways")
  func paths() throws {
    try compareEach(seeds(400, optimised: 20_000)) { seed in
      var random = SeededGenerator(seed: seed)
      var log: [UInt8] = []
      for _ in 0..<3 { log += PathLines.line(&random) }
      return try compare(log, "paths \(seed)")
    }
  }

  @Test("Long runs of units, letters above ASCII and colons")
  func unitRuns() throws {
    try compareEach(seeds(200, optimised: 6_000)) { seed in
      var random = SeededGenerator(seed: seed)
      let log = UnitRuns.line(&random) + UnitRuns.line(&random)
      return try compare(log, "unit runs \(seed)", refangs: seed % 4 == 0)
    }
  }

  @Test("Brackets, values and headers over many lines")
  func steppedLogs() throws {
    try compareEach(seeds(400, optimised: 20_000)) { seed in
      var random = SeededGenerator(seed: seed)
      return try compare(SteppedLogs.log(&random), "stepped \(seed)")
    }
  }

  @Test(
    "Every log of the corpus",
    .enabled(if: !CorpusLogs.isAbsent, "the corpus is not beside the package"),
    arguments: CorpusLogs.paths)
  func corpus(_ path: String) throws {
    #if DEBUG
      let limit = 50_000
    #else
      let limit = Int.max
    #endif
    guard let log = try CorpusLogs.read(path, upTo: limit) else { return }
    try compare(log, path)
  }

  @Test("The rules' own examples", arguments: ExtractionCases.all)
  func examples(_ example: ExtractionCase) throws { try compare(example.log, example.name) }

  /// Seeds of random logs: fewer where nothing is optimised, and most of the time goes by in compiling.
  private func seeds(_ few: UInt64, optimised many: UInt64) -> ClosedRange<UInt64> {
    #if DEBUG
      1...few
    #else
      1...many
    #endif
  }

  /// Compares with each seed; some of the logs must hold something to compare.
  private func compareEach(
    _ seeds: ClosedRange<UInt64>, _ compare: (UInt64) throws -> Bool
  ) throws {
    let compared = try seeds.count { try compare($0) }
    #expect(compared * 10 >= seeds.count, "\(compared) of \(seeds.count) logs hold values")
  }

  /// Most of what a line holds is odd here, so that a candidate a line tells nothing: one indicator at a
  /// time must be enough.
  ///
  /// - Returns: Whether the log holds any value.
  @discardableResult
  private func compare(_ log: [UInt8], _ name: String, refangs: Bool = false) throws -> Bool {
    let comparison = CandidateComparison(log, refangs: refangs)
    guard !comparison.values.isEmpty else { return false }
    var random = SeededGenerator(seed: UInt64(log.count))
    for _ in 0..<4 {
      let value = random.pick(comparison.values)
      let labels = random.below(2) == 0 ? 1 + random.below(4) : 0
      let lost = try comparison.lost(
        value, covering: value.parent(dropping: labels), beside: random.pick(comparison.values))
      #expect(
        lost?.isEmpty ?? true,
        "\(name): \(value) is lost in \(String(decoding: log.prefix(2000), as: UTF8.self).debugDescription)"
      )
    }
    return true
  }
}
