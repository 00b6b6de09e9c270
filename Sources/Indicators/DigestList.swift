import Parsing
/// Digests of one kind that a feed lists one per line and says nothing else about.
///
/// Only their bytes and line numbers are stored: a list of ten million digests is no larger than
/// these, and the compiler need not look at a record for each.
package struct DigestList: Sendable {
  /// The kind of the values: a digest of fixed width.
  package let kind: IndicatorKind
  /// Index into the collection's feeds.
  package let feed: UInt32
  /// Index into the collection's contexts.
  package let context: UInt32
  /// The digests, `width` bytes each, one behind the other.
  package var values: [UInt8] = []
  /// The line number of each value in the feed.
  package var lines: [UInt32] = []

  /// An empty list.
  package init(kind: IndicatorKind, feed: UInt32, context: UInt32) {
    self.kind = kind
    self.feed = feed
    self.context = context
  }

  /// Number of bytes of one value.
  package var width: Int { kind.fixedWidth ?? 0 }

  /// Number of values.
  package var count: Int { lines.count }

  /// The record for the value at an index, but for its place in the arena.
  package func record(_ index: Int) -> IndicatorRecord {
    IndicatorRecord(
      kind: kind, mode: .exact, feed: feed, line: lines[index], context: context,
      valueLength: UInt32(width), valueOffset: 0)
  }
}

extension IndicatorCollection {
  /// This collection with the digests of its lists turned into records.
  public func unpacked() -> IndicatorCollection {
    if digestLists.isEmpty { return self }
    var collection = self
    let lists = collection.takeDigestLists()
    for list in lists {
      let values = list.values.rawSpan
      let width = list.width
      collection.reserve(records: list.count, valueBytes: list.values.count)
      for index in 0..<list.count {
        collection.append(
          list.record(index), value: values.extracting(index * width..<(index + 1) * width))
      }
    }
    return collection
  }
}
