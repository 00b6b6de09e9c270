/// Where an event's time lies relative to a source's period of validity (`Matching.md` §10).
@frozen
public enum Validity: UInt8, Sendable {
  case before = 0
  case within
  case after
  case unbounded

  /// The name used in every output.
  public var name: String {
    switch self {
    case .before: "before"
    case .within: "within"
    case .after: "after"
    case .unbounded: "unbounded"
    }
  }

  /// Compares a time with the half-open interval `from..<until`; all in nanoseconds since 1970.
  ///
  /// - Parameters:
  ///   - time: The event's, or `ObservableRecord.noTime`.
  ///   - from: `Int64.min` where the source names no start.
  ///   - until: `Int64.max` where it names no end.
  /// - Returns: `unbounded` where the source names neither; nil where the event has no time and the
  ///   source names one: then nothing can be said, and only an unbounded source counts as valid.
  @inlinable
  public static func of(time: Int64, from: Int64, until: Int64) -> Validity? {
    if from == .min, until == .max { return .unbounded }
    if time == ObservableRecord.noTime { return nil }
    if time < from { return .before }
    return time < until ? .within : .after
  }
}
