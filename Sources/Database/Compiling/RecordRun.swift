import Indicators

/// The records of one kind, if they are all alike and at equal distances: a list of digests, one on
/// each line.
///
/// What such a record says follows from its number, so that records need not be read again.
struct RecordRun {
  let kind: IndicatorKind
  /// Bytes of a value.
  let width: Int
  private var first: (index: UInt32, record: IndicatorRecord)?
  /// Whether all records so far are alike.
  private var isAlike: Bool

  init(_ kind: IndicatorKind) {
    self.kind = kind
    width = kind.fixedWidth ?? 0
    // Addresses may each have a prefix and a port of their own.
    isAlike = kind.fixedWidth != nil && kind != .ipv4 && kind != .ipv6
  }

  /// Whether there are records, and all are alike.
  var isUniform: Bool { isAlike && first != nil }

  /// Compares the next record of the kind with the first.
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
