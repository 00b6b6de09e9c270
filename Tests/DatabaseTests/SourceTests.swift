import Database
import Indicators
import Parsing
import TestSupport
import Testing

/// Compares merged sources and their contexts with a plain grouping, for any order of feeds.
@Suite struct SourceTests {
  private struct Key: Hashable {
    var kind: IndicatorKind
    var value: [UInt8]
    var mode: MatchMode
  }

  private struct Origin: Hashable {
    var feed: String
    var id: String
    var labels: [String]
  }

  private func indicators(_ generator: inout SeededGenerator) -> [TestIndicator] {
    (0..<400).map { _ in
      let name = ["a.example", "b.example", "c.example"].randomElement(using: &generator) ?? ""
      let prefix = ["", "", "x.", "y.", "z.a.", "q.r."].randomElement(using: &generator) ?? ""
      var indicator = TestIndicator(.domain, prefix + name)
      indicator.mode = [.exact, .withSubdomains].randomElement(using: &generator) ?? .exact
      indicator.feed = Int.random(in: 0..<4, using: &generator)
      indicator.line = [0, 1, 2, 300, 70_000, .max].randomElement(using: &generator) ?? 0
      indicator.id = ["", "", "p", "q"].randomElement(using: &generator) ?? ""
      indicator.labels =
        [[], ["l"], ["l", "m"], ["m", "l"]].randomElement(using: &generator) ?? []
      return indicator
    }
  }

  @Test func sourcesAreThoseOfThePlainGrouping() throws {
    let names = ["w.txt", "x.txt", "y.txt", "z.txt"]
    for seed: UInt64 in 0..<12 {
      var generator = SeededGenerator(seed: seed)
      let indicators = indicators(&generator)
      var expected: [Key: [Origin: Set<UInt32>]] = [:]
      for indicator in indicators {
        let key = Key(kind: indicator.kind, value: indicator.value, mode: indicator.mode)
        let origin = Origin(
          feed: names[indicator.feed], id: indicator.id, labels: indicator.labels)
        expected[key, default: [:]][origin, default: []].insert(indicator.line)
      }
      let compiled = try DatabaseCompiler.compile(collection(indicators, feeds: names))
      let database = try IndicatorDatabase(compiled)
      try database.verify()
      #expect(found(in: database) == expected, "seed \(seed)")
      #expect(database.entryCount == expected.count)

      let order = Array(names.indices).shuffled(using: &generator)
      let shuffled = indicators.shuffled(using: &generator).map {
        $0.from(feed: order.firstIndex(of: $0.feed) ?? 0, line: $0.line, id: $0.id)
      }
      let again = try DatabaseCompiler.compile(
        collection(shuffled, feeds: order.map { names[$0] }))
      #expect(again.image == compiled.image, "seed \(seed): another order, other bytes")
    }
  }

  /// Values with a single source, which are stored in packed blocks, for widths from nothing to 32
  /// bits.
  @Test(arguments: [1, 31, 32, 33, 500]) func singleSourcesAreReadBack(_ count: Int) throws {
    for (lines, ids) in [(1, 1), (2, 1), (1_000, 3), (Int(UInt32.max), 40)] {
      var generator = SeededGenerator(seed: UInt64(count + lines))
      let indicators = (0..<count).map { number in
        var indicator = TestIndicator(.domain, "n\(number).example")
        indicator.line = UInt32(Int.random(in: 0..<lines, using: &generator))
        indicator.feed = Int.random(in: 0..<min(3, ids), using: &generator)
        indicator.id = "i\(Int.random(in: 0..<ids, using: &generator))"
        return indicator
      }
      let names = ["w.txt", "x.txt", "y.txt"]
      let database = try IndicatorDatabase(
        DatabaseCompiler.compile(collection(indicators, feeds: names)))
      try database.verify()
      let expected = Dictionary(
        uniqueKeysWithValues: indicators.map {
          (
            Key(kind: .domain, value: $0.value, mode: .exact),
            [Origin(feed: names[$0.feed], id: $0.id, labels: []): Set([$0.line])]
          )
        })
      #expect(found(in: database) == expected)
    }
  }

  private func found(in database: IndicatorDatabase) -> [Key: [Origin: Set<UInt32>]] {
    var found: [Key: [Origin: Set<UInt32>]] = [:]
    for number in 0..<UInt32(database.entryCount) {
      let entry = database.entry(number)
      let value = database.value(of: entry)
      let key = Key(
        kind: entry.kind, value: value.copied(value.byteOffsets), mode: entry.mode)
      for source in database.sources(of: number) {
        let origin = Origin(
          feed: database.feeds[Int(source.feed)].name,
          id: database.text(ofString: source.context.id),
          labels: database.list(source.context.labels).map { database.text(ofString: $0) })
        let lines = [source.line] + source.moreLines
        #expect(lines == lines.sorted() && Set(lines).count == lines.count)
        #expect(found[key]?[origin] == nil, "a source twice")
        found[key, default: [:]][origin] = Set(lines)
      }
    }
    return found
  }
}
