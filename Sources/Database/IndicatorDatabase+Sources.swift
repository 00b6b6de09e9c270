public import Indicators
import Matchers
import Parsing

/// What one feed says of an entry.
public struct DatabaseSource: Sendable {
  /// The number of the pair of feed and context: the same for all entries of which a feed says the
  /// same.
  public var origin: UInt32
  /// Index into the database's feeds.
  public var feed: UInt32
  /// The first line in the feed, from 1; 0 if lines mean nothing.
  public var line: UInt32
  /// Further lines of the same feed that say the same, ascending.
  public var moreLines: [UInt32] = []
  /// What the feed says besides the value; its strings and lists are numbers in the database.
  public var context: SourceContext
}

extension IndicatorDatabase {
  /// The sources of the entry with this number, ordered by feed and first line.
  ///
  /// Nothing is allocated for sources with one line, apart from the array.
  public func sources(of entry: UInt32) -> [DatabaseSource] {
    var sources: [DatabaseSource] = []
    appendSources(of: entry, to: &sources)
    return sources
  }

  /// Appends the sources of the entry with this number, as `sources(of:)` gives them.
  public func appendSources(of entry: UInt32, to sources: inout [DatabaseSource]) {
    forEachSource(of: entry) { sources.append($0) }
  }

  /// Calls a closure with each source of the entry with this number, ordered by feed and first
  /// line.
  public func forEachSource<Failure: Error>(
    of entry: UInt32, _ body: (DatabaseSource) throws(Failure) -> Void
  ) throws(Failure) {
    let index = Int(entry)
    guard index < entryCount else { return }
    let blockLength = DatabaseFormat.entriesPerSourceBlock
    var reader = sourceReader(ofBlock: index / blockLength)
    guard reader.skip(entries: index % blockLength, bytes) else { return }
    while let source = reader.nextSource(bytes) {
      var result = DatabaseSource(
        origin: source.origin, feed: image.uint32(origins, Int(source.origin)),
        line: source.firstLine,
        context: context(Int(image.uint32(origins, Int(source.origin), 4))))
      while reader.hasMoreLines {
        guard let line = reader.nextLine(bytes) else { return }
        result.moreLines.append(line)
      }
      guard result.feed < feedTable.count else { return }
      try body(result)
      if source.isLast { return }
    }
  }

  /// A reader of the sources of a block's entries.
  func sourceReader(ofBlock block: Int) -> SourceStreamReader {
    let blockLength = DatabaseFormat.entriesPerSourceBlock
    return SourceStreamReader(
      image.range(
        sources, from: image.offset(sourceBlocks, block),
        to: image.offset(sourceBlocks, block + 1)),
      entries: min(blockLength, max(0, entryCount - block * blockLength)), bytes)
  }

  /// The context at an index; an empty one for an index outside the table.
  func context(_ index: Int) -> SourceContext {
    var context = SourceContext()
    guard index < contexts.count else { return context }
    context.id = image.uint32(contexts, index, 0)
    context.description = image.uint32(contexts, index, 4)
    context.reference = image.uint32(contexts, index, 8)
    context.labels = image.uint32(contexts, index, 12)
    context.attack = image.uint32(contexts, index, 16)
    context.malware = image.uint32(contexts, index, 20)
    context.actors = image.uint32(contexts, index, 24)
    let small = image.uint32(contexts, index, 28)
    context.confidence = UInt8(truncatingIfNeeded: small)
    context.tlp = TLP(rawValue: UInt8(truncatingIfNeeded: small >> 8)) ?? .none
    context.flags = SourceFlags(rawValue: UInt8(truncatingIfNeeded: small >> 16))
    context.validFrom = Int64(bitPattern: image.uint64(contexts, index, 32))
    context.validUntil = Int64(bitPattern: image.uint64(contexts, index, 40))
    context.condition = image.uint32(contexts, index, 48)
    let place = image.uint32(contexts, index, 52)
    let most = UInt8(SourceContext.mostConditionMembers)
    context.conditionMember = min(UInt8(truncatingIfNeeded: place), most - 1)
    context.conditionCount = min(UInt8(truncatingIfNeeded: place >> 8), most)
    context.conditionPort = UInt16(truncatingIfNeeded: place >> 16)
    return context
  }

  /// The bytes of a string; empty for 0.
  @_lifetime(borrow self)
  public func string(_ id: StringID) -> RawSpan {
    span(stringRange(id))
  }

  func stringRange(_ id: StringID) -> Range<Int> {
    let index = Int(id)
    guard index > 0, index < stringEnds.count else { return strings.start..<strings.start }
    return image.range(
      strings, from: image.offset(stringEnds, index - 1), to: image.offset(stringEnds, index))
  }

  /// The strings of a list; empty for 0.
  public func list(_ id: StringListID) -> [StringID] {
    let index = Int(id)
    guard index > 0, index < listEnds.count else { return [] }
    let limit = UInt64(lists.count)
    let start = min(image.offset(listEnds, index - 1), limit)
    let end = min(max(image.offset(listEnds, index), start), limit)
    return (start..<end).map { image.uint32(lists, Int($0)) }
  }
}
