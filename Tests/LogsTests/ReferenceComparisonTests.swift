import TestSupport
import Testing

@Suite("Log extraction against the slow reference")
struct ReferenceComparisonTests {
  @Test("Names of cases are unique")
  func uniqueNames() {
    let names = ExtractionCases.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test("The rules' own examples", arguments: ExtractionCases.all, ExtractionWay.compared)
  func example(_ example: ExtractionCase, way: ExtractionWay) {
    let found = way.extract(example.log).map { observable in
      let field = String(decoding: observable.field, as: UTF8.self)
      return "\(observable.offset) \(observable.kind)\(field == "text" ? "" : "[\(field)]") "
        + String(decoding: observable.value, as: UTF8.self)
    }
    #expect(found == example.expected)
  }

  @Test(
    "Every log of the corpus",
    .enabled(if: !CorpusLogs.isAbsent, "the corpus is not beside the package"),
    .enabled(if: ExtractionWay.compared.count > 1), arguments: CorpusLogs.paths)
  func corpus(_ path: String) throws {
    #if DEBUG
      // Unoptimised, the reference reads some tens of kilobytes a second.
      let limit = 20_000
    #else
      let limit = Int.max
    #endif
    guard let log = try CorpusLogs.read(path, upTo: limit) else { return }
    let expected = ExtractionWay.reference.extract(log)
    for way in ExtractionWay.compared where way != .reference {
      let differences = LogDifferences(reference: expected, extractor: way.extract(log))
      #expect(differences.isEmpty, "\(way): \(differences.describe(log: path, limit: 400))")
    }
  }

  @Test("Long runs of units, letters above ASCII and colons")
  func unitRuns() {
    #if DEBUG
      let count = 100
    #else
      let count = 3_000
    #endif
    compare(count, "unit runs", hasShortLines: true) { seed in
      var random = SeededGenerator(seed: seed)
      return UnitRuns.line(&random)
    }
  }

  @Test("Random logs", arguments: RandomLogs.Shape.allCases)
  func random(_ shape: RandomLogs.Shape) {
    #if DEBUG
      let count = 300
    #else
      let count = 2_000
    #endif
    let hasShortLines = [.text, .bytes].contains(shape)
    compare(count, "\(shape)", hasShortLines: hasShortLines) { RandomLogs.log(shape, seed: $0) }
  }

  /// Holds every way against the reference over random logs, some with a limit that cuts their lines.
  private func compare(
    _ count: Int, _ name: String, hasShortLines: Bool, _ makeLog: (UInt64) -> [UInt8]
  ) {
    var shown = 0
    for seed in 1...UInt64(count) {
      let log = makeLog(seed)
      let lineLimit = seed % 8 == 0 && hasShortLines ? 64 : 1 << 20
      let expected = ExtractionWay.reference.extract(log, lineLimit: lineLimit)
      for way in ExtractionWay.compared where way != .reference {
        let differences = LogDifferences(
          reference: expected, extractor: way.extract(log, seed: seed, lineLimit: lineLimit))
        guard !differences.isEmpty, shown < 10 else { continue }
        shown += 1
        Issue.record(
          """
          seed \(seed), \(way), line limit \(lineLimit):
          \(String(decoding: log, as: UTF8.self).debugDescription)
          \(differences.describe(log: name, limit: 10))
          """)
      }
    }
  }
}

extension ExtractionWay {
  /// The ways that are held against one another.
  static let compared: [ExtractionWay] = allCases
}
