import Indicators
import Matchers
import Parsing

/// Reads the entries and their sources in order and checks each against the one before.
struct EntryVerifier {
  private let database: IndicatorDatabase
  private var reader: SourceStreamReader?
  /// How many entries of each kind each feed has.
  private var counts: [UInt64]
  private var valueEnd = 0
  private var nextHead = 0

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
    guard nextHead == database.heads.count else { throw .damaged("heads that belong to no kind") }
    try checkEnd(ofBlocks: blocks)
    try verifyFeedCounts()
  }

  /// Checks that the blocks read so far end where the next one begins.
  private func checkEnd(ofBlocks count: Int) throws(DatabaseError) {
    guard let reader else { return }
    let end = database.image.offset(database.sourceBlocks, count)
    if UInt64(reader.endOffset - database.sources.start) != end {
      throw .damaged("block \(count) of sources does not begin where the one before ends")
    }
  }

  private mutating func verify(_ kind: IndicatorKind) throws(DatabaseError) {
    let expected = database.kinds[Int(kind.rawValue)]
    var facts = KindFacts(
      firstEntry: expected.firstEntry, firstHead: nextHead, headCount: expected.headCount)
    nextHead += expected.headCount
    valueEnd = database.kindTables[Int(kind.rawValue)].values.start
    try verifyHeadNumbers(kind)
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
          order == 0 && KindColumns.isSameLookup(kind, previous.attributes, attributes)
      }
      guard continues == flags.contains(.continuesRun) else {
        throw .damaged("entry \(number) is not in the run it should be in")
      }
      previous = (key, attributes)
      facts.count(kind, key: database.span(key), mode: entry.mode, flags: flags)
      try verifySources(entry, number, kind)
    }
    let table = database.kindTables[Int(kind.rawValue)]
    guard valueEnd == table.values.start + table.values.count * table.values.stride else {
      throw .damaged("values that belong to no entry")
    }
    guard facts == expected else { throw .damaged("the facts about kind \(kind.name) are wrong") }
  }

  /// Checks that the kind's heads differ and are used in order, and that the lengths that fill up
  /// the last block are zero.
  private func verifyHeadNumbers(_ kind: IndicatorKind) throws(DatabaseError) {
    let table = database.kindTables[Int(kind.rawValue)]
    let image = database.image
    guard table.count > 0 || table.headCount == 0, table.headCount <= max(1, table.count),
      table.headNumbers.count > 0 || table.headCount <= 1,
      table.headNumbers.count == 0 || table.headCount > 1
    else { throw .damaged("the heads of kind \(kind.name) do not fit its entries") }
    var known: Set<UInt64> = []
    for head in 0..<table.headCount
    where !known.insert(image.uint64(database.heads, table.firstHead + head)).inserted {
      throw .damaged("kind \(kind.name) has a head twice")
    }
    var used = 0
    for place in 0..<table.headNumbers.count {
      let number = image.headNumber(table, place)
      guard number <= used else {
        throw .damaged("entry \(place) of kind \(kind.name) has a head too high")
      }
      if number == used { used += 1 }
    }
    guard table.headNumbers.count == 0 || used == table.headCount else {
      throw .damaged("kind \(kind.name) has heads of no entry")
    }
    guard table.lengths.count > table.count else { return }
    for place in table.count..<table.lengths.count {
      let start = table.lengths.start + place * table.lengths.stride
      for offset in start..<start + table.lengths.stride
      where database.bytes.byte(at: offset) != 0 {
        throw .damaged("the lengths of kind \(kind.name) have no end")
      }
    }
  }

  private mutating func verifyRecord(
    _ entry: DatabaseEntry, _ number: Int, _ kind: IndicatorKind, _ flags: EntryFlags,
    _ key: Range<Int>
  ) throws(DatabaseError) -> EntryAttributes {
    guard entry.valueRange.lowerBound == valueEnd,
      !key.isEmpty, kind.fixedWidth == nil || kind.fixedWidth == key.count,
      entry.valueRange.count <= EntryRules.maximumLength(kind)
    else { throw .damaged("entry \(number) has no value of its own") }
    valueEnd = entry.valueRange.upperBound
    let head = database.head(number)
    guard head.kind == kind.rawValue, Self.allows(entry, flags),
      MatchMode(rawValue: head.mode) != nil
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
    guard var reader else { throw .damaged("entry \(number) has no sources") }
    defer { self.reader = reader }
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
    try checkEnd(ofBlocks: block)
    reader = database.sourceReader(ofBlock: block)
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
