internal import Indicators
internal import Matchers
internal import Parsing

/// Reads the entries and their sources in order and checks each against the one before.
struct EntryVerifier {
  private let database: IndicatorDatabase
  private var reader = SourceStreamReader(0..<0)
  /// Entries of each feed by kind.
  private var counts: [UInt64]
  private var valueEnd: UInt64 = 0

  init(_ database: IndicatorDatabase) {
    self.database = database
    counts = Array(
      repeating: 0, count: database.feedTable.count * IndicatorKind.allCases.count)
  }

  mutating func run() throws(DatabaseError) {
    let blocks =
      (database.entryCount + DatabaseFormat.entriesPerSourceBlock - 1)
      / DatabaseFormat.entriesPerSourceBlock
    guard database.sourceBlocks.count == blocks + 1,
      database.image.offset(database.sourceBlocks, 0) == 0,
      database.image.offset(database.sourceBlocks, blocks) == UInt64(database.sources.count)
    else { throw .damaged("the blocks of sources do not span them") }
    for kind in IndicatorKind.allCases { try verify(kind) }
    guard valueEnd == UInt64(database.values.count) else {
      throw .damaged("values that belong to no entry")
    }
    if let end = endOfBlock(blocks), reader.offset != end {
      throw .damaged("sources that belong to no entry")
    }
    try verifyFeedCounts()
  }

  private func endOfBlock(_ block: Int) -> Int? {
    block == 0
      ? nil : database.sources.start + Int(database.image.offset(database.sourceBlocks, block))
  }

  private mutating func verify(_ kind: IndicatorKind) throws(DatabaseError) {
    let expected = database.kinds[Int(kind.rawValue)]
    var facts = KindFacts(firstEntry: expected.firstEntry)
    var previous: (key: Range<Int>, attributes: EntryAttributes)?
    for number in expected.entries {
      let entry = database.entry(UInt32(number))
      let flags = database.head(number).flags
      let key = database.comparisonKey(of: number)
      let attributes = try verifyRecord(entry, number, kind, flags, key)
      var continues = false
      if let previous {
        let order = database.span(previous.key).compare(database.span(key))
        guard order < 0 || order == 0 && previous.attributes.rawValue < attributes.rawValue else {
          throw .damaged("entry \(number) is not behind the one before it")
        }
        continues =
          order == 0 && EntryTables.isSameLookup(kind, previous.attributes, attributes)
      }
      guard continues == flags.contains(.continuesRun) else {
        throw .damaged("entry \(number) is not in the run it should be in")
      }
      previous = (key, attributes)
      facts.count(kind, key: database.span(key), mode: entry.mode, flags: flags)
      try verifySources(entry, number, kind)
    }
    guard facts == expected else { throw .damaged("the facts about kind \(kind.name) are wrong") }
  }

  private mutating func verifyRecord(
    _ entry: DatabaseEntry, _ number: Int, _ kind: IndicatorKind, _ flags: EntryFlags,
    _ key: Range<Int>
  ) throws(DatabaseError) -> EntryAttributes {
    let place = database.image.uint64(database.entries, number)
    guard place & 0xffff_ffff_ffff == valueEnd, place >> 48 == UInt64(entry.valueRange.count),
      !key.isEmpty, kind.fixedWidth == nil || kind.fixedWidth == key.count,
      entry.valueRange.count <= EntryRules.maximumLength(kind)
    else { throw .damaged("entry \(number) has no value of its own") }
    valueEnd += place >> 48
    let tail = database.image.uint64(database.entries, number, EntryLayout.port)
    let rawKind = UInt8(truncatingIfNeeded: tail >> 16)
    guard rawKind == kind.rawValue, Self.allows(entry, flags),
      MatchMode(rawValue: UInt8(truncatingIfNeeded: tail >> 24)) != nil
    else { throw .damaged("entry \(number) has fields that its kind does not have") }
    return EntryAttributes(
      prefixLength: entry.prefixLength, port: entry.port, mode: entry.mode,
      schemeLength: UInt16(entry.schemeLength),
      isSchemeStripped: key.lowerBound > entry.valueRange.lowerBound,
      ignoresCase: entry.ignoresCase)
  }

  private static func allows(_ entry: DatabaseEntry, _ flags: EntryFlags) -> Bool {
    guard flags.isSubset(of: .known), entry.kind == .text || !entry.ignoresCase else {
      return false
    }
    switch entry.kind {
    case .ipv4, .ipv6:
      let width = entry.kind == .ipv4 ? 32 : 128
      return entry.schemeLength == 0 && Int(entry.prefixLength) <= width
        && entry.mode == (Int(entry.prefixLength) == width ? .exact : .prefix)
    case .url:
      return entry.port == 0 && entry.prefixLength == 0
        && (entry.mode == .exact || entry.mode == .prefix || entry.mode == .path)
    default:
      guard entry.port == 0, entry.prefixLength == 0, entry.schemeLength == 0 else { return false }
      switch entry.kind {
      case .domain: return entry.mode <= .subdomainsOnly
      case .filename: return entry.mode == .exact || entry.mode == .contains
      case .text: return entry.mode == .contains
      default: return entry.mode == .exact
      }
    }
  }

  // MARK: Sources

  private mutating func verifySources(
    _ entry: DatabaseEntry, _ number: Int, _ kind: IndicatorKind
  ) throws(DatabaseError) {
    if number % DatabaseFormat.entriesPerSourceBlock == 0 {
      try beginBlock(number / DatabaseFormat.entriesPerSourceBlock)
    }
    let database = database
    var entryFlags: EntryFlags = []
    var sourceFlags: SourceFlags = []
    var lastFeed: UInt32?
    while true {
      guard let source = reader.nextSource(database.bytes), source.origin < database.origins.count
      else { throw .damaged("the sources of entry \(number) cannot be read") }
      while reader.hasMoreLines {
        if reader.nextLine(database.bytes) == nil {
          throw .damaged("the lines of entry \(number) cannot be read")
        }
      }
      let feed = database.image.uint32(database.origins, Int(source.origin))
      guard feed < database.feedTable.count, feed >= lastFeed ?? 0 else {
        throw .damaged("the sources of entry \(number) are not in the order of feeds")
      }
      if feed != lastFeed {
        counts[Int(feed) * IndicatorKind.allCases.count + Int(kind.rawValue)] += 1
      }
      lastFeed = feed
      var flags = database.context(
        Int(database.image.uint32(database.origins, Int(source.origin), 4))
      ).flags
      if database.image.uint32(database.feedTable, Int(feed), 8) & 1 != 0 { flags.insert(.allow) }
      sourceFlags.formUnion(flags)
      if !flags.contains(.weak) { entryFlags.insert(.hasStrongSource) }
      if !flags.contains(.allow) { entryFlags.insert(.hasBlockingSource) }
      if source.isLast { break }
    }
    guard sourceFlags == entry.sourceFlags,
      entryFlags.contains(.hasStrongSource) == entry.hasStrongSource,
      entryFlags.contains(.hasBlockingSource) == entry.hasBlockingSource
    else { throw .damaged("entry \(number) has other flags than its sources") }
  }

  private mutating func beginBlock(_ block: Int) throws(DatabaseError) {
    if let end = endOfBlock(block), reader.offset != end {
      throw .damaged("block \(block) of sources does not begin where the one before ends")
    }
    let image = database.image
    reader = SourceStreamReader(
      image.range(
        database.sources, from: image.offset(database.sourceBlocks, block),
        to: image.offset(database.sourceBlocks, block + 1)))
  }

  private func verifyFeedCounts() throws(DatabaseError) {
    let image = database.image
    let kinds = IndicatorKind.allCases.count
    for feed in 0..<database.feedTable.count {
      let total = counts[feed * kinds..<(feed + 1) * kinds].reduce(0, +)
      guard image.uint64(database.feedTable, feed, 16) == total else {
        throw .damaged("feed \(feed) has another number of entries")
      }
    }
    var record = 0
    for (index, count) in counts.enumerated() where count > 0 {
      guard record < database.feedKindTable.count,
        Int(image.uint32(database.feedKindTable, record)) == index / kinds,
        Int(image.uint32(database.feedKindTable, record, 4)) == index % kinds,
        image.uint64(database.feedKindTable, record, 8) == count
      else { throw .damaged("feed \(index / kinds) has other kinds of entries") }
      record += 1
    }
    guard record == database.feedKindTable.count else { throw .damaged("kinds of no feed") }
  }
}
