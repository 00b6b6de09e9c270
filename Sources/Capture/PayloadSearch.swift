import Indicators
import Matchers
import Parsing

/// Looks for byte strings in what connections and datagrams carry.
///
/// The strings come as matchers; what they stand for is the business of whoever gave them. A connection
/// carries a state for each direction, so a string is found wherever segments cut it.
struct PayloadSearch {
  /// Occurrences in one piece of payload that are written.
  private static let limit = 4096

  let matchers: [LiteralMatcher]
  private var matches: [LiteralMatch] = []

  init(_ matchers: [LiteralMatcher]) { self.matchers = matchers }

  /// Whether there is nothing to look for.
  var isEmpty: Bool { matchers.isEmpty }

  /// A state for each matcher, at the start of a stream.
  func states() -> [LiteralMatcher.State] {
    matchers.map { _ in LiteralMatcher.State() }
  }

  /// Writes what ends in the next bytes of a stream: one place for each end, all strings that end there
  /// together.
  mutating func search(
    _ payload: RawSpan, _ states: inout [LiteralMatcher.State],
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    for index in matchers.indices {
      matches.removeAll(keepingCapacity: true)
      let isWhole = matchers[index].scan(
        payload, state: &states[index], limit: Self.limit, matches: &matches)
      if !isWhole { skips.add(.payloadMatchLimit) }
      var end = UInt64.max
      for match in matches {
        writer.appendPattern(
          matcher: UInt32(truncatingIfNeeded: index), match.pattern, isAnother: match.end == end)
        end = match.end
      }
    }
  }
}
