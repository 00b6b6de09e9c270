import Capture
import Database
import Indicators
import Inputs
import Parsing
import TestSupport
import Testing

@testable import Scanning

/// A packed hit reads as it was before, in every format that shows any part of it.
@Suite struct PackedHitsTests {
  @Test func randomHits() throws {
    let databases = [try Self.database(feeds: 3), try Self.database(feeds: 2)]
    var random = SeededGenerator(seed: 71)
    var catalog = EntryCatalog(databases: databases)
    var merging = EntryMerging()
    var packed = PackedHits()
    var hits: [(Hit, PackedHits.Place)] = []
    for number in 0..<1000 {
      let hit = Self.hit(UInt64(number), &random, &catalog, &merging)
      hits.append((hit, packed.append(hit)))
    }
    var others = EntryCatalog(databases: databases)
    var otherMerging = EntryMerging()
    for (hit, place) in hits {
      #expect(packed.isValue(hit.value, at: place))
      #expect(packed.value(at: place) == hit.value)
      #expect(!packed.isValue(hit.value + [0x61], at: place))
      let read = packed.hit(at: place, catalog: &others, merging: &otherMerging)
      #expect(Self.text(read) == Self.text(hit))
      #expect(read.input == hit.input)
      #expect(read.flow == hit.flow)
      #expect(read.event == hit.event)
    }
  }

  /// Values as long as lines do not take more memory than groups may.
  @Test func longValuesMakeFewGroups() throws {
    let databases = [try Self.database(feeds: 1)]
    var catalog = EntryCatalog(databases: databases)
    var groups = HitGroups(.flow, limit: 1000, databases: databases)
    for number in 0..<1000 as Range<UInt64> {
      let entry = catalog.entry(database: 0, entry: 0)
      groups.add(
        Hit(
          kind: .url, field: Array("text".utf8), value: Array(repeating: 0x61, count: 5000),
          match: .exact,
          indicators: [
            HitIndicator(
              entry: entry, match: .exact, validity: nil, sourceIndices: entry.allSources)
          ], input: Int(number), path: InputPath("\(number)"), number: number,
          countsPackets: false, time: nil))
    }
    #expect(groups.groups.count > 90 && groups.groups.count < 120)
    #expect(groups.cutHits == UInt64(1000 - groups.groups.count))
  }

  /// Everything that any format shows of a hit.
  private static func text(_ hit: Hit) -> String {
    var text: [UInt8] = []
    for format in [ScanOptions.Format.ndjson, .csv, .eve, .ecs, .zeekIntel, .table, .values] {
      var lines = HitLines(format: format, home: HomeNetworks(), showsSuppressed: true)
      lines.append(hit, to: &text)
      text.append(Byte.lineFeed)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func hit(
    _ number: UInt64, _ random: inout SeededGenerator, _ catalog: inout EntryCatalog,
    _ merging: inout EntryMerging
  ) -> Hit {
    func entry(_ database: Int, _ random: inout SeededGenerator) -> HitIndicator {
      let entry = catalog.entry(
        database: database, entry: UInt32.random(in: 0..<4, using: &random))
      let some = entry.sources.indices.filter { _ in Bool.random(using: &random) }
      return HitIndicator(
        entry: entry, match: MatchKind(rawValue: .random(in: 0...6, using: &random)) ?? .exact,
        validity: Validity(rawValue: .random(in: 0...5, using: &random)),
        sourceIndices: some.isEmpty ? entry.allSources : some)
    }
    func bytes(_ random: inout SeededGenerator) -> [UInt8] {
      (0..<Int.random(in: 0...300, using: &random)).map { _ in .random(in: 0...255, using: &random)
      }
    }
    func end(_ random: inout SeededGenerator) -> EventEndpoint? {
      let isIPv4 = Bool.random(using: &random)
      if Bool.random(using: &random) { return nil }
      let high = UInt64.random(in: 0...UInt64.max, using: &random)
      return EventEndpoint(
        address: isIPv4
          ? IPAddress(high: high & 0xffff_ffff_0000_0000, low: 0)
          : IPAddress(high: high, low: .random(in: 0...UInt64.max, using: &random)),
        isIPv4: isIPv4, port: .random(in: 0...UInt16.max, using: &random))
    }
    var indicators = [entry(0, &random)]
    if Bool.random(using: &random) { indicators.append(entry(1, &random)) }
    indicators = merging.merge(indicators)
    var flow: FlowRecord?
    if let source = end(&random), let destination = end(&random),
      source.isIPv4 == destination.isIPv4
    {
      flow = FlowRecord(
        source: source.address, destination: destination.address, sourcePort: source.port,
        destinationPort: destination.port, ipProtocol: .random(in: 0...255, using: &random),
        ipVersion: source.isIPv4 ? 4 : 6, tunnelDepth: .random(in: 0...3, using: &random),
        hasPorts: .random(using: &random), hasOverlap: .random(using: &random))
    }
    var event: EventContext?
    if Bool.random(using: &random) {
      var context = EventContext()
      (context.source, context.destination) = (end(&random), end(&random))
      context.ipProtocol = Bool.random(using: &random) ? .random(in: 0...255, using: &random) : nil
      context.state = ShortText("established".utf8.prefix(.random(in: 0...11, using: &random)))
      context.verdict = [nil, .allowed, .blocked].randomElement(using: &random) ?? nil
      let identifier = Array("1:AAECAwQFBgcICQoLDA0ODxAREhM=".utf8)
      context.communityID = .random(using: &random) ? StatedCommunityID(identifier.rawSpan) : nil
      event = context
    }
    let suppression = Suppression(
      list: Array("list".utf8), line: [nil, 7].randomElement(using: &random) ?? nil,
      reason: bytes(&random))
    let input = Int.random(in: 0...70_000, using: &random)
    return Hit(
      kind: indicators[0].entry.kind, field: bytes(&random), value: bytes(&random),
      match: indicators[0].match, indicators: indicators,
      suppression: Bool.random(using: &random) ? suppression : nil, input: input,
      path: InputPath("input \(input)"),
      number: number << UInt64.random(in: 0...40, using: &random),
      countsPackets: .random(using: &random),
      offset: [nil, 0, .random(in: 0...UInt64.max - 1, using: &random)].randomElement(
        using: &random) ?? nil,
      time: [
        nil, 0, .random(in: -1_000_000_000...4_000_000_000_000_000_000, using: &random),
      ].randomElement(using: &random) ?? nil,
      flow: flow,
      endpoint: [nil, .originator, .responder].randomElement(using: &random) ?? nil, event: event,
      responseCode: Bool.random(using: &random)
        ? DNSResponseCode(.random(in: 0...15, using: &random)) : nil)
  }

  /// Four addresses, each of all feeds, each source with a time of its own.
  private static func database(feeds: Int) throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    for feed in 0..<feeds {
      let feed = indicators.addFeed(FeedDescription(name: "feed \(feeds) \(feed)", format: "plain"))
      for number in 0..<4 as Range<UInt8> {
        let record = IndicatorRecord(
          kind: .ipv4, mode: .exact, prefixLength: 32, schemeLength: 0, feed: feed,
          line: UInt32(number) + 1, context: 0, valueLength: 0, valueOffset: 0)
        let value: [UInt8] = [192, 0, 2, number]
        indicators.append(record, value: value.span.bytes)
      }
    }
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
  }
}

/// Indicators that several databases hold alike are merged into one.
@Suite struct EntryMergingTests {
  @Test func sourcesThatSayTheSameAreOne() throws {
    let databases = [
      try Self.database(0..<300, firstLine: 1), try Self.database(250..<600, firstLine: 1000),
    ]
    var catalog = EntryCatalog(databases: databases)
    var merging = EntryMerging()
    let entries = (0...1).map { catalog.entry(database: $0, entry: 0) }
    let merged = merging.entry(of: entries)
    #expect(merged.entry.sources.count == 600)
    #expect(merged.entry.sources.filter { $0.lines.count == 2 }.count == 50)
    for (entry, places) in zip(entries, merged.places) {
      for (source, place) in zip(entry.sources, places) {
        #expect(merged.entry.sources[place].description == source.description)
        #expect(merged.entry.sources[place].lines.contains(source.lines[0]))
      }
    }
  }

  /// A database with an address about which each line of a feed says something else.
  private static func database(
    _ numbers: Range<Int>, firstLine: UInt32
  ) throws -> IndicatorDatabase {
    var indicators = IndicatorCollection()
    let feed = indicators.addFeed(FeedDescription(name: "feed", format: "csv"))
    for number in numbers {
      var context = SourceContext()
      context.description = indicators.intern("\(number)")
      let record = IndicatorRecord(
        kind: .ipv4, mode: .exact, prefixLength: 32, schemeLength: 0, feed: feed,
        line: firstLine + UInt32(number), context: indicators.intern(context), valueLength: 0,
        valueOffset: 0)
      let value: [UInt8] = [192, 0, 2, 1]
      indicators.append(record, value: value.span.bytes)
    }
    return try IndicatorDatabase(DatabaseCompiler.compile(indicators))
  }
}

extension ShortText {
  fileprivate init(_ text: Substring.UTF8View) {
    self = ShortText(Array(text).rawSpan) ?? ShortText()
  }
}

/// Compares the entries that hit most with a sort of all entries.
@Suite struct EntryCountsTests {
  @Test func topOfRandomCounts() {
    var random = SeededGenerator(seed: 72)
    var counts = EntryCounts()
    var expected: [EntryReference: UInt64] = [:]
    for _ in 0..<50 {
      var part = EntryCounts()
      for _ in 0..<100 {
        let reference = EntryReference(
          database: .random(in: 0...2, using: &random), entry: .random(in: 0..<200, using: &random))
        let hits = [1, 3, UInt64(UInt32.max), 1 << 40].randomElement(using: &random)!
        part.add(reference, hits)
        expected[reference, default: 0] += hits
      }
      counts.merge(part)
    }
    let sorted = expected.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    for limit in [0, 1, 10, 1000] {
      let top = counts.top(limit)
      #expect(top.map(\.reference) == sorted.prefix(limit).map(\.key))
      #expect(top.map(\.hits) == sorted.prefix(limit).map(\.value))
    }
  }
}
