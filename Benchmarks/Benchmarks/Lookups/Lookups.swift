import Benchmark
import Sekisho

/// Names looked up in a database, beside the naive way: every suffix at a label border in a `Set`.
///
/// What varies is the share of names that are in the database, since misses are the normal case.
let benchmarks: @Sendable () -> Void = {
  let world = World(indicators: 200_000, queries: 20_000)
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], scalingFactor: .one, maxDuration: .seconds(3))

  for (name, share) in [("no", 0), ("one in a hundred", 1), ("every other", 50)] {
    let queries = world.queries(percentKnown: share)
    let expected = world.naiveHits(queries)

    Benchmark("names, \(name) hit: database") { benchmark in
      var batch = ObservableBatch()
      var scratch = LookupScratch()
      var matches: [EntryMatch] = []
      for _ in benchmark.scaledIterations {
        var hits = 0
        var next = 0
        while next < queries.count {
          batch.removeAll()
          next = world.fill(&batch, with: queries, from: next)
          matches.removeAll(keepingCapacity: true)
          world.database.lookup(
            batch, chunk: RawSpan(), options: LookupOptions(), scratch: &scratch,
            matches: &matches)
          hits += matches.count
        }
        precondition(hits == expected, "\(hits) hits, the naive way finds \(expected)")
        blackHole(hits)
      }
    }

    Benchmark("names, \(name) hit: Set<[UInt8]> of every suffix") { benchmark in
      for _ in benchmark.scaledIterations { blackHole(world.naiveHits(queries)) }
    }
  }
}

/// Made-up names under `.example`, a database of them, and questions.
final class World: Sendable {
  let database: IndicatorDatabase
  private let known: [[UInt8]]
  private let naive: Set<[UInt8]>
  private let questionCount: Int

  init(indicators: Int, queries: Int) {
    var generator = Generator(state: 42)
    var collection = IndicatorCollection()
    let feed = collection.addFeed(FeedDescription(name: "made", format: "plain"))
    var known: [[UInt8]] = []
    for index in 0..<indicators {
      let name = Array("\(generator.word()).\(generator.word())\(index).example".utf8)
      known.append(name)
      let record = IndicatorRecord(
        kind: .domain, mode: .withSubdomains, feed: feed, line: UInt32(index + 1), context: 0,
        valueLength: 0, valueOffset: 0)
      collection.append(record, value: name.span.bytes)
    }
    do {
      database = try IndicatorDatabase(DatabaseCompiler.compile(collection))
    } catch {
      preconditionFailure("\(error)")
    }
    self.known = known
    naive = Set(known)
    questionCount = queries
  }

  /// Names of which so many in a hundred are below a known one.
  func queries(percentKnown: Int) -> [[UInt8]] {
    var generator = Generator(state: 7)
    return (0..<questionCount).map { index in
      if Int(generator.next() % 100) < percentKnown {
        return Array("www.".utf8) + known[Int(generator.next() % UInt64(known.count))]
      }
      return Array("\(generator.word()).\(generator.word())-\(index).example.com".utf8)
    }
  }

  /// Fills a batch with questions and returns the first that did not fit.
  func fill(_ batch: inout ObservableBatch, with queries: [[UInt8]], from start: Int) -> Int {
    batch.records.append(ObservableRecord(number: 1))
    var index = start
    while index < queries.count, !batch.isFull {
      batch.observables.append(
        Observable(
          kind: .domain, flags: .inArena, field: 0, offset: UInt32(batch.arena.count),
          length: UInt32(queries[index].count), record: 0))
      batch.arena.append(contentsOf: queries[index])
      index += 1
    }
    return index
  }

  /// Entries that cover the names, by looking every suffix up in a set.
  func naiveHits(_ queries: [[UInt8]]) -> Int {
    var hits = 0
    for query in queries {
      var rest = query[...]
      while true {
        if naive.contains(Array(rest)) { hits += 1 }
        guard let dot = rest.firstIndex(of: UInt8(ascii: ".")) else { break }
        rest = rest[(dot + 1)...]
      }
    }
    return hits
  }
}

/// A small generator with a fixed seed (splitmix64), so that every run has the same names.
struct Generator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Four to eleven letters.
  mutating func word() -> String {
    let length = 4 + Int(next() % 8)
    var word = ""
    for _ in 0..<length {
      word.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "a") + UInt8(next() % 26)))
    }
    return word
  }
}
