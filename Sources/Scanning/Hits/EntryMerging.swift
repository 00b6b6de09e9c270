import Indicators

/// Merges the indicators that several databases hold alike into one: same kind, normal form, port
/// and mode (`Matching.md` §9, "Merging").
///
/// Merged entries are kept, since an entry that hit once often hits again.
struct EntryMerging {
  private static let limit = 16_384

  /// A merged entry, and for each original entry the new index of each of its sources.
  struct Merged {
    var entry: ResolvedEntry
    var places: [[Int]]
  }

  private var known: [[EntryReference]: Merged] = [:]

  /// The indicators without duplicates, each at the place of its first mention.
  ///
  /// The result keeps the order of `indicators`.
  mutating func merge(_ indicators: [HitIndicator]) -> [HitIndicator] {
    if indicators.count == 1 { return indicators }
    var groups: [[HitIndicator]] = []
    groups.reserveCapacity(indicators.count)
    // A hit may have very many indicators: an address may be listed with each of its ports.
    let isMany = indicators.count > Self.few
    var places: [IndicatorName: Int] = [:]
    for indicator in indicators {
      let name = isMany ? IndicatorName(indicator.entry) : nil
      let place =
        if let name {
          places[name]
        } else {
          groups.firstIndex { Self.isSame($0[0].entry, indicator.entry) }
        }
      guard let place else {
        if let name { places[name] = groups.count }
        groups.append([indicator])
        continue
      }
      // Two forms of one observable can both match the same entry.
      let reference = indicator.entry.reference
      if groups[place].contains(where: { $0.entry.reference == reference }) { continue }
      groups[place].append(indicator)
    }
    return groups.map { $0.count == 1 ? $0[0] : join($0) }
  }

  /// Up to this many indicators each is compared with all before it; beyond, a dictionary is used.
  private static let few = 16

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
      for source in indicator.sourceIndices { sources.insert(places[source]) }
      result.validity = HitResolver.better(result.validity, indicator.validity)
    }
    result.sourceIndices = sources.sorted()
    return result
  }

  /// The merged entry of entries with the same kind, mode and value.
  mutating func entry(of entries: [ResolvedEntry]) -> Merged {
    let key = entries.map(\.reference)
    if let merged = known[key] { return merged }
    var sources: [ResolvedSource] = []
    var places: [[Int]] = []
    // A value may be listed by very many sources.
    var first: [SourceStatement.Meaning: Int] = [:]
    for entry in entries {
      places.append(
        entry.sources.map { source in
          let meaning = SourceStatement.Meaning(source.statement)
          if let place = first[meaning] {
            // Two equal sources become one with the lines of both.
            sources[place].lines = Set(sources[place].lines + source.lines).sorted()
            return place
          }
          first[meaning] = sources.count
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
    let entry = entries[0]
    let merged = Merged(
      entry: ResolvedEntry(
        reference: key.min() ?? entry.reference, kind: entry.kind, mode: entry.mode,
        value: entry.value, specificity: entry.specificity, sources: order.map { sources[$0] },
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

  /// The confidence for sorting: a source without one ranks lowest.
  private var rank: UInt8 { confidence ?? 0 }
}

/// The key of an indicator: entries with equal keys, even of different databases, are one
/// indicator.
package struct IndicatorName: Hashable {
  private let kind: IndicatorKind
  private let mode: UInt8
  private let value: [UInt8]

  /// The name of what an entry says.
  package init(_ entry: ResolvedEntry) {
    (kind, mode, value) = (entry.kind, entry.mode.rawValue, entry.value)
  }
}
