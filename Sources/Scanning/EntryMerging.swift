import Indicators

/// Makes one indicator of those that several databases hold alike: same kind, normal form, port and
/// mode (`Matching.md` §9, "Merging").
///
/// What was merged once is kept, since what hits once often hits again.
struct EntryMerging {
  private static let limit = 16_384

  /// An entry made of several, and where the sources of each went.
  struct Merged {
    var entry: ResolvedEntry
    var places: [[Int]]
  }

  private var known: [[EntryReference]: Merged] = [:]

  /// The indicators without doubles, each at the place of its first mention; they are in order.
  mutating func merge(_ indicators: [HitIndicator]) -> [HitIndicator] {
    if indicators.count == 1 { return indicators }
    var result: [HitIndicator] = []
    result.reserveCapacity(indicators.count)
    var isTaken = [Bool](repeating: false, count: indicators.count)
    for first in indicators.indices where !isTaken[first] {
      var alike = [indicators[first]]
      for other in indicators.indices.dropFirst(first + 1)
      where !isTaken[other] && Self.isSame(indicators[first].entry, indicators[other].entry) {
        isTaken[other] = true
        // Two forms of one observable can both meet an entry.
        if alike.contains(where: { $0.entry.reference == indicators[other].entry.reference }) {
          continue
        }
        alike.append(indicators[other])
      }
      result.append(alike.count == 1 ? alike[0] : join(alike))
    }
    return result
  }

  private static func isSame(_ left: ResolvedEntry, _ right: ResolvedEntry) -> Bool {
    left === right
      || left.kind == right.kind && left.mode == right.mode && left.value == right.value
  }

  private mutating func join(_ alike: [HitIndicator]) -> HitIndicator {
    let merged = entry(of: alike.map(\.entry))
    var result = alike[0]
    result.entry = merged.entry
    var sources: Set<Int> = []
    for (indicator, places) in zip(alike, merged.places) {
      for source in indicator.sources { sources.insert(places[source]) }
      result.validity = HitResolver.better(result.validity, indicator.validity)
    }
    result.sources = sources.sorted()
    return result
  }

  /// One entry of those that say the same.
  mutating func entry(of entries: [ResolvedEntry]) -> Merged {
    let key = entries.map(\.reference)
    if let merged = known[key] { return merged }
    var sources: [ResolvedSource] = []
    var places: [[Int]] = []
    for entry in entries {
      places.append(
        entry.sources.map { source in
          if let place = sources.firstIndex(where: { $0.statement.isSame(as: source.statement) }) {
            // The same source twice is one with the lines of both.
            sources[place].lines = Set(sources[place].lines + source.lines).sorted()
            return place
          }
          sources.append(source)
          return sources.count - 1
        })
    }
    let order = sources.indices.sorted {
      ResolvedSource.precedes(sources[$0], sources[$1])
        || !ResolvedSource.precedes(sources[$1], sources[$0]) && $0 < $1
    }
    var target = [Int](repeating: 0, count: order.count)
    for (place, source) in order.enumerated() { target[source] = place }
    let first = entries[0]
    let merged = Merged(
      entry: ResolvedEntry(
        reference: key.min() ?? first.reference, kind: first.kind, mode: first.mode,
        value: first.value, specificity: first.specificity, sources: order.map { sources[$0] },
        parts: key),
      places: places.map { $0.map { target[$0] } })
    if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
    known[key] = merged
    return merged
  }
}

extension ResolvedSource {
  /// The order of sources within an indicator (`Matching.md` §10): confidence, feed, line.
  package static func precedes(_ left: ResolvedSource, _ right: ResolvedSource) -> Bool {
    if left.rank != right.rank { return left.rank > right.rank }
    if left.feed != right.feed { return left.feed.lexicographicallyPrecedes(right.feed) }
    return left.lines.lexicographicallyPrecedes(right.lines)
  }

  /// The confidence that counts for the order: none is the least.
  private var rank: UInt8 { confidence == 255 ? 0 : confidence }
}
