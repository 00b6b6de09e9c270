import Database
import Glibc
import Indicators
import Parsing
import TestSupport
import Testing

/// Measures a database of a million entries.
///
/// Run by hand, in release: `SEKISHO_MEASURE=1 swift test -c release --filter MeasuringTests`.
@Suite(.enabled(if: getenv("SEKISHO_MEASURE") != nil, "set SEKISHO_MEASURE to measure"))
struct MeasuringTests {
  private static let scale = getenv("SEKISHO_MEASURE_ENTRIES").flatMap { Int(String(cString: $0)) }

  private struct Maker {
    var generator = SeededGenerator(seed: 7)
    var collection = IndicatorCollection()
    var cell: [UInt8] = []

    mutating func word(_ range: ClosedRange<Int>) {
      for _ in 0..<Int.random(in: range, using: &generator) {
        cell.append(UInt8.random(in: 97...122, using: &generator))
      }
    }

    /// Uneven like real names: most under a few suffixes, some under shared hosts.
    mutating func name() {
      if Int.random(in: 0..<4, using: &generator) == 0 {
        word(2...8)
        cell.append(46)
      }
      word(5...14)
      let suffixes = [".com", ".com", ".com", ".net", ".org", ".xyz", ".duckdns.org", ".info"]
      cell += Array((suffixes.randomElement(using: &generator) ?? ".com").utf8)
    }

    mutating func random(_ count: Int) {
      for _ in 0..<count { cell.append(UInt8.random(in: 0...255, using: &generator)) }
    }

    mutating func add(
      _ kind: IndicatorKind, _ mode: MatchMode, feed: UInt32, line: UInt32, schemeLength: UInt16 = 0
    ) {
      let record = IndicatorRecord(
        kind: kind, mode: mode, prefixLength: kind == .ipv4 ? 32 : 0, schemeLength: schemeLength,
        feed: feed, line: line, context: 0, valueLength: 0, valueOffset: 0)
      cell.withUnsafeBytes { collection.append(record, value: $0.bytes) }
      cell.removeAll(keepingCapacity: true)
    }
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  @Test(arguments: ["names", "mixed"]) func aMillionEntries(_ sort: String) throws {
    let count = Self.scale ?? 1_000_000
    var maker = Maker()
    let feeds = (0..<4).map {
      maker.collection.addFeed(FeedDescription(name: "feed\($0).txt", format: "plain"))
    }
    for index in 0..<count {
      let feed = feeds[index % 4]
      let line = UInt32(index / 4 + 1)
      switch sort == "names" ? 0 : index % 10 {
      case 0...4:
        maker.name()
        maker.add(.domain, .withSubdomains, feed: feed, line: line)
      case 5, 6:
        maker.random(4)
        maker.add(.ipv4, .exact, feed: feed, line: line)
      case 7, 8:
        maker.random(32)
        maker.add(.sha256, .exact, feed: feed, line: line)
      default:
        maker.cell += Array("http://".utf8)
        maker.name()
        maker.cell.append(47)
        maker.word(3...20)
        maker.add(.url, .exact, feed: feed, line: line, schemeLength: 7)
      }
    }
    let path = "\(P_tmpdir)/sekisho-measure-\(getpid())"
    defer { unlink(path) }
    var compiled: CompiledDatabase?
    let compile = try seconds { compiled = try DatabaseCompiler.compile(maker.collection) }
    let write = try seconds { try compiled?.write(to: path) }
    let size = compiled?.count ?? 0
    compiled = nil
    var opened: IndicatorDatabase?
    let open = try seconds { opened = try IndicatorDatabase.open(path: path) }
    let database = try #require(opened)
    let verify = try seconds { try database.verify() }
    print(
      """
      \(sort): \(database.entryCount) entries, compile \(compile) s, write \(write) s, \
      open \(open * 1e3) ms, verify \(verify) s, \
      \(Double(size) / Double(database.entryCount)) bytes an entry
      """)
    for section in database.sections where section.length > 100_000 {
      print("  \(section.name) \(section.length)")
    }
    measureNames(database, hitsOneIn: 0)
    measureNames(database, hitsOneIn: 50)
    measureAddresses(database)
  }

  private func measureNames(_ database: IndicatorDatabase, hitsOneIn rate: Int) {
    var maker = Maker(generator: SeededGenerator(seed: 99))
    var batches: [TestBatch] = []
    let names = database.entries(of: .domain)
    for index in 0..<200 {
      var batch = TestBatch()
      for place in 0..<512 {
        if rate > 0, place % rate == 0, !names.isEmpty {
          let entry = database.entry(
            UInt32(names.lowerBound + (index * 7919 + place * 31) % names.count))
          let value = database.value(of: entry)
          batch.add(.domain, value.copied(value.byteOffsets), inArena: false)
        } else {
          maker.name()
          batch.add(.domain, maker.cell, inArena: false)
          maker.cell.removeAll(keepingCapacity: true)
        }
      }
      batches.append(batch)
    }
    report("names, hits one in \(rate)", batches, database)
  }

  private func measureAddresses(_ database: IndicatorDatabase) {
    var generator = SeededGenerator(seed: 98)
    var batches: [TestBatch] = []
    for _ in 0..<200 {
      var batch = TestBatch()
      for _ in 0..<512 {
        batch.add(.ipv4, (0..<4).map { _ in UInt8.random(in: 0...255, using: &generator) })
      }
      batches.append(batch)
    }
    report("addresses", batches, database)
  }

  private func report(_ what: String, _ batches: [TestBatch], _ database: IndicatorDatabase) {
    var scratch = LookupScratch()
    var matches: [EntryMatch] = []
    var found = 0
    var best = Double.infinity
    for _ in 0..<5 {
      found = 0
      let time = seconds {
        for batch in batches {
          batch.chunk.withUnsafeBytes {
            database.lookup(
              batch.batch, chunk: $0.bytes, options: LookupOptions(), scratch: &scratch,
              matches: &matches)
          }
          found += matches.count
        }
      }
      best = min(best, time)
    }
    print("  \(what): \(best / Double(200 * 512) * 1e9) ns an observable, \(found) matches")
  }
}
