/// Counts by reason: what was skipped, cut or odd; shown in the summary.
public struct Tally: Sendable, Equatable {
  /// The count of each reason that occurred.
  public private(set) var counts: [String: UInt64] = [:]

  /// A tally of nothing.
  public init() {}

  /// Whether nothing was counted.
  public var isEmpty: Bool { counts.isEmpty }

  /// The sum over all reasons.
  public var total: UInt64 { counts.values.reduce(0) { $0 &+ $1 } }

  /// The reasons in the order of their names, so that output does not depend on hashing.
  public var sorted: [(reason: String, count: UInt64)] {
    counts.map { (reason: $0.key, count: $0.value) }.sorted { $0.reason < $1.reason }
  }

  /// The count of a reason, 0 if it never occurred.
  public subscript(_ reason: String) -> UInt64 { counts[reason] ?? 0 }

  /// Counts a reason once or more; a count of 0 leaves no trace.
  public mutating func add(_ reason: String, _ count: UInt64 = 1) {
    if count > 0 { counts[reason, default: 0] &+= count }
  }

  /// Adds the counts of another tally.
  public mutating func merge(_ other: Tally) {
    for (reason, count) in other.counts { add(reason, count) }
  }
}
