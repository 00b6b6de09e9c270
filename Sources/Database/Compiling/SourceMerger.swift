import Indicators

/// Merges the records of one entry into its sources.
struct SourceMerger {
  private struct Source {
    var feed: UInt32
    var context: UInt32
    var line: UInt32
  }

  private struct Group {
    var feed: UInt32
    var context: UInt32
    var lines: Range<Int>
  }

  /// What the last entry with a single source had; the next one most often has the same.
  private struct Single {
    var feed: UInt32
    var context: UInt32
    var number: UInt32
    var origin: UInt32
    var entryFlags: EntryFlags
    var sourceFlags: SourceFlags
  }

  private var single: Single?
  private var sources: [Source] = []
  private var groups: [Group] = []
  private var lines: [UInt32] = []

  /// Replaces the collected sources by those of one entry's records.
  mutating func collect(
    _ items: ArraySlice<SortItem>, _ collection: IndicatorCollection, _ feeds: FeedTables
  ) {
    sources.removeAll(keepingCapacity: true)
    for item in items {
      let record = collection.records[Int(item.record)]
      sources.append(
        Source(
          feed: feeds.number(of: record.feed), context: record.context, line: record.line))
    }
  }

  /// Replaces the collected sources by those of one digest.
  mutating func collect(
    _ numbers: ArraySlice<UInt32>, _ origins: DigestOrigins, _ feeds: FeedTables
  ) {
    sources.removeAll(keepingCapacity: true)
    for number in numbers {
      let record = origins.record(number)
      sources.append(
        Source(
          feed: feeds.number(of: record.feed), context: record.context, line: record.line))
    }
  }

  /// Writes the collected sources, counts the entry for each of its feeds, and returns the flags of
  /// all.
  ///
  /// The sources are ordered by feed, first line, and what the context says, never by the context's
  /// number in the collection.
  mutating func emit(
    _ kind: IndicatorKind, _ collection: IndicatorCollection, _ feeds: inout FeedTables,
    _ tables: inout ContextTables, into stream: inout SourceStreamWriter
  ) -> (entry: EntryFlags, sources: SourceFlags) {
    stream.beginEntry()
    var entryFlags: EntryFlags = []
    var sourceFlags: SourceFlags = []
    if sources.count > 1 { group(collection) } else { takeSingle() }
    var lastFeed: UInt32?
    for (index, group) in groups.enumerated() {
      if group.feed != lastFeed { feeds.countEntry(kind, of: group.feed) }
      lastFeed = group.feed
      var flags = collection.contexts[Int(group.context)].flags
      if feeds.isAllowList(group.feed) { flags.insert(.allow) }
      sourceFlags.formUnion(flags)
      if !flags.contains(.weak) { entryFlags.insert(.hasStrongSource) }
      if !flags.contains(.allow) { entryFlags.insert(.hasBlockingSource) }
      let origin = tables.origin(feed: group.feed, context: group.context, of: collection)
      stream.append(
        origin: origin, lines: lines[group.lines], isLast: index == groups.count - 1)
    }
    return (entryFlags, sourceFlags)
  }

  /// Writes the source of an entry that has a single record, as `collect` and `emit` would.
  @inline(__always)
  mutating func emit(
    single record: IndicatorRecord, _ collection: IndicatorCollection, _ feeds: inout FeedTables,
    _ tables: inout ContextTables, into stream: inout SourceStreamWriter
  ) -> (entry: EntryFlags, sources: SourceFlags) {
    let source: Single
    if let single, single.feed == record.feed, single.context == record.context {
      source = single
    } else {
      source = describe(record, collection, feeds, &tables)
      single = source
    }
    feeds.countEntry(record.kind, of: source.number)
    stream.beginEntry()
    stream.append(origin: source.origin, line: record.line, isLast: true)
    return (source.entryFlags, source.sourceFlags)
  }

  private func describe(
    _ record: IndicatorRecord, _ collection: IndicatorCollection, _ feeds: FeedTables,
    _ tables: inout ContextTables
  ) -> Single {
    let number = feeds.number(of: record.feed)
    var flags = collection.contexts[Int(record.context)].flags
    if feeds.isAllowList(number) { flags.insert(.allow) }
    var entryFlags: EntryFlags = []
    if !flags.contains(.weak) { entryFlags.insert(.hasStrongSource) }
    if !flags.contains(.allow) { entryFlags.insert(.hasBlockingSource) }
    return Single(
      feed: record.feed, context: record.context, number: number,
      origin: tables.origin(feed: number, context: record.context, of: collection),
      entryFlags: entryFlags, sourceFlags: flags)
  }

  private mutating func takeSingle() {
    groups.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    guard let source = sources.first else { return }
    lines.append(source.line)
    groups.append(Group(feed: source.feed, context: source.context, lines: 0..<1))
  }

  private mutating func group(_ collection: IndicatorCollection) {
    groups.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    sources.sort {
      ($0.feed, $0.context, $0.line) < ($1.feed, $1.context, $1.line)
    }
    for source in sources {
      if var last = groups.last, last.feed == source.feed, last.context == source.context {
        if lines.last == source.line { continue }
        lines.append(source.line)
        last.lines = last.lines.lowerBound..<lines.count
        groups[groups.count - 1] = last
      } else {
        groups.append(
          Group(
            feed: source.feed, context: source.context, lines: lines.count..<lines.count + 1))
        lines.append(source.line)
      }
    }
    guard groups.count > 1 else { return }
    let order = ContextOrder(collection: collection)
    groups.sort { [lines] left, right in
      if left.feed != right.feed { return left.feed < right.feed }
      let (a, b) = (lines[left.lines.lowerBound], lines[right.lines.lowerBound])
      if a != b { return a < b }
      return order.precedes(left.context, right.context)
    }
  }
}
