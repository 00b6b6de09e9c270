import Parsing
/// Digests of one kind that a feed lists one a line, and of which it says nothing apart: bytes and lines alone.
///
/// A list of ten million digests is then as large as its digests and their lines, and the compiler
/// need not look at a record for each.
package struct DigestList: Sendable {
  /// What the values are; a digest of one width.
  package let kind: IndicatorKind
  /// Index into the collection's feeds.
  package let feed: UInt32
  /// Index into the collection's contexts.
  package let context: UInt32
  /// The values one behind the other.
  package var values: [UInt8] = []
  /// The line of each value.
  package var lines: [UInt32] = []

  /// An empty list.
  package init(kind: IndicatorKind, feed: UInt32, context: UInt32) {
    self.kind = kind
    self.feed = feed
    self.context = context
  }

  /// Bytes of a value.
  package var width: Int { kind.fixedWidth ?? 0 }

  /// Number of values.
  package var count: Int { lines.count }

  /// What would be the record of a value.
  package func record(_ index: Int) -> IndicatorRecord {
    IndicatorRecord(
      kind: kind, mode: .exact, feed: feed, line: lines[index], context: context,
      valueLength: UInt32(width), valueOffset: 0)
  }
}

extension IndicatorCollection {
  /// The same with the digests of lists among the records, where everybody looks for them.
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
