public import Indicators
internal import Matchers

/// Compiles indicators into the image of a database.
///
/// Indicators with the same kind, normal form, prefix length, port and mode become one entry with
/// many sources; the same source twice is one source with both lines. The result is a function of
/// what the feeds say: their order, the numbering of strings and the process leave no trace in it.
/// Time is dominated by one radix sort and by building the lookup structures: linear in the bytes of
/// the values.
public struct DatabaseCompiler {
  /// The image of all indicators of a collection.
  ///
  /// Throws where the collection refers outside itself or holds more than a database can.
  public static func compile(
    _ collection: IndicatorCollection
  ) throws(DatabaseError) -> CompiledDatabase {
    guard collection.records.count <= DatabaseFormat.maximumEntries else {
      throw DatabaseError(
        .tooLarge,
        "\(collection.records.count) indicators are more than the \(DatabaseFormat.maximumEntries) a database can hold"
      )
    }
    var compiler = DatabaseCompiler(collection)
    try compiler.loadKeys()
    compiler.emitEntries()
    return try compiler.assemble()
  }

  private let collection: IndicatorCollection
  private var feeds: FeedTables
  private var keys: KeyArena
  private var itemsByKind: [[SortItem]]
  private var tables: ContextTables
  private var entries = EntryTables()

  private init(_ collection: IndicatorCollection) {
    self.collection = collection
    feeds = FeedTables(collection.feeds)
    keys = KeyArena(records: collection.records.count, bytes: collection.values.count)
    itemsByKind = Array(repeating: [], count: IndicatorKind.allCases.count)
    tables = ContextTables(collection)
  }

  // MARK: Keys

  private mutating func loadKeys() throws(DatabaseError) {
    for (index, record) in collection.records.enumerated() {
      guard record.feed < collection.feeds.count, record.context < collection.contexts.count else {
        throw .damaged("indicator \(index) refers to feed or context outside its collection")
      }
      feeds.countIndicator(of: record.feed)
      if let refusal = keys.append(record, values: collection.values) {
        feeds.countRefusal(refusal.rawValue, of: record.feed)
        continue
      }
      itemsByKind[Int(record.kind.rawValue)].append(SortItem(chunk: 0, record: UInt32(index)))
    }
  }

  // MARK: Entries

  private mutating func emitEntries() {
    feeds.nameFeeds(in: &tables)
    var sources = SourceMerger()
    let (keys, collection) = (keys, collection)
    for kind in IndicatorKind.allCases {
      entries.begin(kind)
      let items = EntrySorter.sort(itemsByKind[Int(kind.rawValue)], by: keys)
      itemsByKind[Int(kind.rawValue)] = []
      keys.bytes.withBytes { bytes in
        var start = 0
        while start < items.count {
          let first = items[start].record
          var end = start + 1
          while end < items.count, keys.isSameEntry(first, items[end].record, in: bytes) {
            end += 1
          }
          sources.collect(items[start..<end], collection, feeds)
          let flags = sources.emit(kind, collection, &feeds, &tables, into: &entries.sources)
          entries.append(
            kind, key: bytes.extracting(keys.range(first)),
            EntryAttributes(rawValue: keys.attributes[Int(first)]), flags)
          start = end
        }
      }
      entries.end(kind)
    }
  }

  // MARK: Image

  private mutating func assemble() throws(DatabaseError) -> CompiledDatabase {
    var assembler = ImageAssembler()
    let seed = entries.seed
    feeds.addSections(to: &assembler, &tables)
    entries.addSections(to: &assembler)
    assembler.add(
      .origins, tables.origins, count: tables.originCount, elementSize: OriginLayout.size)
    assembler.add(
      .contexts, tables.contexts, count: tables.contextCount, elementSize: ContextLayout.size)
    assembler.add(.listEnds, offsets: tables.listEnds)
    assembler.add(.lists, tables.lists, count: tables.lists.count / 4, elementSize: 4)
    assembler.add(.stringEnds, offsets: tables.stringEnds)
    assembler.add(.strings, tables.strings, count: tables.strings.count, elementSize: 1)
    try LookupTables.add(to: &assembler, entries: entries, seed: seed)
    return try assembler.finish(seed: seed)
  }
}

extension KeyArena {
  /// Whether two records of one kind are the same entry.
  func isSameEntry(_ left: UInt32, _ right: UInt32, in bytes: RawSpan) -> Bool {
    guard attributes[Int(left)] == attributes[Int(right)],
      lengths[Int(left)] == lengths[Int(right)]
    else { return false }
    return bytes.extracting(range(left)).isEqual(to: bytes.extracting(range(right)))
  }
}
