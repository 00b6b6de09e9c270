internal import Indicators

/// The records of one kind, where each is as long a step behind the one before it as any other: a list of
/// digests, one a line.
///
/// Then what a record says follows from its number, and nothing of it need be read again.
struct RecordRun {
  let kind: IndicatorKind
  /// Bytes of a value.
  let width: Int
  private var first: (index: UInt32, record: IndicatorRecord)?
  /// All records so far are alike.
  private var isAlike: Bool

  init(_ kind: IndicatorKind) {
    self.kind = kind
    width = kind.fixedWidth ?? 0
    // Of addresses each may have a prefix and a port of its own.
    isAlike = kind.fixedWidth != nil && kind != .ipv4 && kind != .ipv6
  }

  /// Whether there are records, and all are alike.
  var isUniform: Bool { isAlike && first != nil }

  /// Looks at the next record of the kind.
  @inline(__always)
  mutating func take(_ index: UInt32, _ record: IndicatorRecord) {
    guard isAlike else { return }
    guard let (firstIndex, first) = first else {
      first = (index, record)
      return
    }
    let steps = index &- firstIndex
    isAlike =
      record.feed == first.feed && record.context == first.context && record.mode == first.mode
      && record.line == first.line &+ steps && record.ignoresCase == first.ignoresCase
      && record.valueOffset == first.valueOffset &+ UInt64(steps) &* UInt64(width)
  }

  /// Where the value of a record is in the collection.
  @inline(__always)
  func place(of index: UInt32) -> Int {
    guard let first else { return 0 }
    return Int(first.record.valueOffset) &+ Int(index &- first.index) &* width
  }

  /// A record as the collection has it.
  @inline(__always)
  func record(_ index: UInt32) -> IndicatorRecord {
    guard let first else { preconditionFailure("a run without records") }
    var record = first.record
    record.valueOffset = UInt64(place(of: index))
    record.line = record.line &+ (index &- first.index)
    return record
  }
}
