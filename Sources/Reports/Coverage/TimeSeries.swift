import Parsing

/// Counts over time in a bounded number of equal steps, whatever times come.
///
/// Steps begin narrow and are widened when there are too many, so that memory stays bounded and each
/// count is still exact for its step.
struct TimeSeries: Sendable {
  /// Widths in seconds, each a multiple of the one before.
  private static let widths: [Int64] = [
    1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_419_200, 31_449_600, 314_496_000,
  ]
  /// The most steps, empty ones included.
  static let limit = 240

  private var level = 0
  /// Counts by step and series.
  private var counts: [Int64: [UInt32: UInt64]] = [:]
  private var first = Int64.max
  private var last = Int64.min

  /// Width of a step in nanoseconds.
  var width: Int64 { Self.widths[level] * 1_000_000_000 }

  /// Whether nothing was counted.
  var isEmpty: Bool { counts.isEmpty }

  /// Counts one event of some series at a time in nanoseconds since 1970.
  mutating func add(_ time: Int64, series: UInt32) {
    var step = time.dividedRoundingDown(by: width)
    first = min(first, time)
    last = max(last, time)
    // The span is limited, not only the number of counts: a chart shows empty steps, too.
    while level + 1 < Self.widths.count,
      last.dividedRoundingDown(by: width) - first.dividedRoundingDown(by: width)
        >= Int64(Self.limit)
    {
      widen()
      step = time.dividedRoundingDown(by: width)
    }
    counts[step, default: [:]][series, default: 0] += 1
  }

  /// Steps from the first to the last with a count, empty ones included.
  var steps: [(start: Int64, counts: [UInt32: UInt64])] {
    guard !counts.isEmpty else { return [] }
    let (lower, upper) = (first.dividedRoundingDown(by: width), last.dividedRoundingDown(by: width))
    return (lower...upper).map { step in
      let (start, overflow) = step.multipliedReportingOverflow(by: width)
      return (overflow ? first : start, counts[step] ?? [:])
    }
  }

  private mutating func widen() {
    let factor = Self.widths[level + 1] / Self.widths[level]
    level += 1
    var wider: [Int64: [UInt32: UInt64]] = [:]
    for (step, series) in counts {
      wider[step.dividedRoundingDown(by: factor), default: [:]].merge(series) { $0 + $1 }
    }
    counts = wider
  }
}
