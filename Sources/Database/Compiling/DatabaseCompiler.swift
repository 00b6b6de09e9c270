public import Indicators
import Matchers
import Parsing

/// Compiles indicators into the image of a database.
///
/// Indicators with the same kind, normal form, prefix length, port and mode become one entry with
/// many sources; the same source twice is one source with both lines. The result is a function of
/// what the feeds say: their order, the numbering of strings and the process leave no trace in it.
/// Time is dominated by one radix sort and by building the lookup structures: linear in the bytes
/// of the values.
public struct DatabaseCompiler {
  /// Compiles all indicators of a collection into an image.
  ///
  /// A record whose value does not fit its kind, or lies outside the collection's values, becomes
  /// no entry; it is counted as refused for its feed.
  ///
  /// - Throws: If a record refers to a feed or context outside the collection, or there are more
  ///   indicators than a database can hold.
  public static func compile(
    _ collection: IndicatorCollection
  ) throws(DatabaseError) -> CompiledDatabase {
    try compile(collection, longestBucket: KeyIndex.longestBucket)
  }

  /// Compiles with another bound for the key indexes, as if keys crowded under every seed; for
  /// tests.
  package static func compile(
    _ collection: IndicatorCollection, longestBucket: Int
  ) throws(DatabaseError) -> CompiledDatabase {
    let count = collection.digestLists.reduce(collection.records.count) { $0 + $1.count }
    guard count <= DatabaseFormat.maximumEntries else {
      throw DatabaseError(
        .tooLarge,
        "\(count) indicators are more than the \(DatabaseFormat.maximumEntries) a database can hold"
      )
    }
    var compiler = DatabaseCompiler(collection)
    try compiler.loadKeys()
    compiler.emitEntries()
    return try compiler.assemble(longestBucket: longestBucket)
  }

  private let collection: IndicatorCollection
  private var feeds: FeedTables
  private var keys: RecordKeys
  private var itemsByKind: [[SortItem]]
  /// By kind: lists of digests, and where there are lists, the records outside them.
  private var listsByKind: [[DigestList]]
  private var looseByKind: [[UInt32]]
  /// Bytes of the values of each kind.
  private var bytesByKind: [Int]
  /// By kind: its records, if they are all alike.
  private var runs: [RecordRun]
  private var tables: ContextTables
  private var entries = EntryTables()

  private init(_ collection: IndicatorCollection) {
    var collection = collection
    listsByKind = Array(repeating: [], count: IndicatorKind.allCases.count)
    looseByKind = Array(repeating: [], count: IndicatorKind.allCases.count)
    for list in collection.takeDigestLists() {
      listsByKind[Int(list.kind.rawValue)].append(list)
    }
    self.collection = collection
    feeds = FeedTables(collection.feeds)
    keys = RecordKeys(collection)
    itemsByKind = Array(repeating: [], count: IndicatorKind.allCases.count)
    bytesByKind = Array(repeating: 0, count: IndicatorKind.allCases.count)
    runs = IndicatorKind.allCases.map { RecordRun($0) }
    tables = ContextTables(collection)
  }

  // MARK: Keys

  private mutating func loadKeys() throws(DatabaseError) {
    var counts = [Int](repeating: 0, count: itemsByKind.count)
    for record in collection.records { counts[Int(record.kind.rawValue)] += 1 }
    for kind in counts.indices { itemsByKind[kind].reserveCapacity(counts[kind]) }
    var indicators = [UInt64](repeating: 0, count: collection.feeds.count)
    for list in listsByKind.joined() {
      guard list.kind.isDigest, list.values.count == list.count * list.width,
        list.feed < collection.feeds.count, list.context < collection.contexts.count
      else { throw .damaged("a list of digests refers to feed or context outside its collection") }
      indicators[Int(list.feed)] += UInt64(list.count)
    }
    for index in 0..<UInt32(collection.records.count) {
      let record = collection.records[Int(index)]
      guard record.feed < collection.feeds.count, record.context < collection.contexts.count else {
        throw .damaged("indicator \(index) refers to feed or context outside its collection")
      }
      indicators[Int(record.feed)] += 1
      if let refusal = keys.admit(index, record) {
        feeds.countRefusal(refusal.rawValue, of: record.feed)
        continue
      }
      let kind = Int(record.kind.rawValue)
      if !listsByKind[kind].isEmpty {
        looseByKind[kind].append(index)
        continue
      }
      bytesByKind[kind] += Int(record.valueLength)
      runs[kind].take(index, record)
      itemsByKind[kind].append(EntrySorter.item(index, key: keys.key(index)))
    }
    for (feed, count) in indicators.enumerated() {
      feeds.countIndicators(count, of: UInt32(feed))
    }
  }

  // MARK: Entries

  private mutating func emitEntries() {
    feeds.nameFeeds(in: &tables)
    var merger = SourceMerger()
    let (keys, collection) = (keys, collection)
    for kind in IndicatorKind.allCases {
      var columns = entries.begin(kind)
      if !listsByKind[Int(kind.rawValue)].isEmpty {
        emitDigests(kind, &merger, into: &columns)
        entries.end(columns)
        continue
      }
      let items = EntrySorter.sort(itemsByKind[Int(kind.rawValue)], by: keys)
      itemsByKind[Int(kind.rawValue)] = []
      columns.reserve(count: items.count, bytes: bytesByKind[Int(kind.rawValue)])
      let run = runs[Int(kind.rawValue)]
      if run.isUniform, !keys.hasCorrections {
        emit(run, items, keys, &merger, into: &columns)
        entries.end(columns)
        continue
      }
      var start = 0
      while start < items.count {
        // Records and values lie in the order of the feeds, not of the keys.
        if start + 16 < items.count {
          keys.prefetchRecord(items[start + 16].record)
          keys.prefetchKey(items[start + 8].record)
        }
        let first = items[start].record
        let attributes = keys.attributes(first)
        var end = start + 1
        while end < items.count, items[end].repeatsKey,
          keys.attributes(items[end].record) == attributes
        {
          end += 1
        }
        let flags: (entry: EntryFlags, sources: SourceFlags)
        if end - start == 1 {
          flags = merger.emit(
            single: collection.records[Int(first)], collection, &feeds, &tables,
            into: &entries.sources)
        } else {
          merger.collect(items[start..<end], collection, feeds)
          flags = merger.emit(kind, collection, &feeds, &tables, into: &entries.sources)
        }
        columns.append(
          key: keys.key(first), repeatsKey: items[start].repeatsKey, attributes, flags)
        start = end
      }
      entries.end(columns)
    }
  }

  /// Appends the entries of a kind that has lists of digests.
  private mutating func emitDigests(
    _ kind: IndicatorKind, _ merger: inout SourceMerger, into columns: inout KindColumns
  ) {
    let collection = collection
    let origins = DigestOrigins(
      listsByKind[Int(kind.rawValue)], loose: looseByKind[Int(kind.rawValue)], collection)
    var table = DigestTable(kind, origins)
    let values = table.sort { numbers in
      let flags: (entry: EntryFlags, sources: SourceFlags)
      if numbers.count == 1, let number = numbers.first {
        flags = merger.emit(
          single: origins.record(number), collection, &feeds, &tables, into: &entries.sources)
      } else {
        merger.collect(numbers, origins, feeds)
        flags = merger.emit(kind, collection, &feeds, &tables, into: &entries.sources)
      }
      columns.appendDigest(flags)
    }
    columns.adopt(values)
  }

  /// Appends the entries of records that are all alike, without reading the records: in the order
  /// of their keys, each of millions would miss every cache.
  private mutating func emit(
    _ run: RecordRun, _ items: [SortItem], _ keys: RecordKeys, _ merger: inout SourceMerger,
    into columns: inout KindColumns
  ) {
    guard let firstItem = items.first else { return }
    let attributes = keys.attributes(firstItem.record)
    let collection = collection
    let values = collection.values.rawSpan
    var start = 0
    while start < items.count {
      if start + 24 < items.count { keys.prefetchValue(run.place(of: items[start + 24].record)) }
      let first = items[start].record
      var end = start + 1
      while end < items.count, items[end].repeatsKey { end += 1 }
      let flags: (entry: EntryFlags, sources: SourceFlags)
      if end - start == 1 {
        flags = merger.emit(
          single: run.record(first), collection, &feeds, &tables, into: &entries.sources)
      } else {
        merger.collect(items[start..<end], collection, feeds)
        flags = merger.emit(run.kind, collection, &feeds, &tables, into: &entries.sources)
      }
      let place = run.place(of: first)
      columns.append(
        key: values.extracting(place..<place + run.width), repeatsKey: false, attributes, flags)
      start = end
    }
  }

  // MARK: Image

  private mutating func assemble(longestBucket: Int) throws(DatabaseError) -> CompiledDatabase {
    var assembler = ImageAssembler()
    let seed = entries.seed
    feeds.addSections(to: &assembler, &tables)
    entries.addSections(to: &assembler)
    let date = Array(PublicSuffixList.date.utf8)
    assembler.add(
      .publicSuffixDate, date, count: date.count, elementSize: 1, isRequired: false)
    assembler.add(
      .origins, tables.origins, count: tables.originCount, elementSize: OriginLayout.size)
    assembler.add(
      .contexts, tables.contexts, count: tables.contextCount, elementSize: ContextLayout.size)
    assembler.add(.listEnds, offsets: tables.listEnds)
    assembler.add(.lists, tables.lists, count: tables.lists.count / 4, elementSize: 4)
    assembler.add(.stringEnds, offsets: tables.stringEnds)
    assembler.add(.strings, tables.strings, count: tables.strings.count, elementSize: 1)
    try LookupTables.add(to: &assembler, entries: entries, seed: seed, longestBucket: longestBucket)
    return try assembler.finish(seed: seed, entryCount: entries.entryCount)
  }
}
