public import Indicators
public import Inputs

/// What differs between the hits of two databases over the same inputs.
public struct HitDifference: Sendable {
  /// What became of a hit.
  public enum Kind: String, Sendable, CaseIterable {
    /// The old side has it, the new one has nothing there.
    case lost
    /// The new side's allow lists cover it now.
    case suppressed
    /// Only the new side has it, or its allow lists no longer cover it.
    case gained
  }

  /// One hit that only one side has.
  public struct Change: Sendable {
    /// What became of it.
    public var changeKind: Kind
    /// The observed value's kind.
    public var kind: IndicatorKind
    /// The observed value as it is printed.
    public var value: [UInt8]
    /// The field it was seen in.
    public var field: [UInt8]
    /// The input and the line or packet.
    public var place: String
    /// Why, as far as it can be told.
    public var cause: ChangeCause
    var markedDetail = ""
    /// The indicator of the side that has the hit.
    public var indicator: [UInt8]
    var indicatorKind: IndicatorKind
    /// The indicator's feed.
    public var feed: String
    /// The line in the feed; nil where lines mean nothing.
    public var line: UInt32?

    /// More about the cause.
    public var detail: String { Marks.plain(markedDetail) }
  }

  /// Hits of the old side, suppressed ones left out.
  public internal(set) var old: UInt64 = 0
  /// Hits of the new side, suppressed ones left out.
  public internal(set) var new: UInt64 = 0
  /// Number of changes of each kind, whether listed or not.
  public internal(set) var counts: [Kind: Int] = [:]
  /// Lost and suppressed hits by cause.
  public internal(set) var causes: [ChangeCause: Int] = [:]
  /// The changes in the order of the inputs, at most the difference's `limit` of each kind.
  public internal(set) var changes: [Change] = []
  /// Whether an input could not be read to its end.
  public internal(set) var hasErrors = false
  /// What was not looked at in the inputs, cut by a limit or odd, by reason.
  public internal(set) var skipped = Tally()
  /// Hits of either side beyond the limit, which are not compared.
  public internal(set) var cut: UInt64 = 0

  /// Number of changes of a kind.
  public func count(_ changeKind: Kind) -> Int { counts[changeKind] ?? 0 }
}
