/// Counts hits per entry.
///
/// The input decides how many entries hit, so each count takes few bytes.
package struct EntryCounts: Sendable {
  /// The low 32 bits of each entry's count, by database; the rest is in `carries`.
  private var counts: [[UInt32: UInt32]] = []
  /// How often an entry's 32-bit count overflowed.
  private var carries: [EntryReference: UInt64] = [:]

  package init() {}

  /// Whether nothing hit.
  package var isEmpty: Bool { counts.isEmpty }

  /// Counts hits of an entry.
  package mutating func add(_ reference: EntryReference, _ hits: UInt64 = 1) {
    while counts.count <= reference.database { counts.append([:]) }
    let sum = UInt64(counts[reference.database][reference.entry, default: 0]) + hits
    counts[reference.database][reference.entry] = UInt32(truncatingIfNeeded: sum)
    if sum > UInt64(UInt32.max) { carries[reference, default: 0] += sum >> 32 }
  }

  /// Adds other counts.
  package mutating func merge(_ other: EntryCounts) {
    for (database, entries) in other.counts.enumerated() {
      for (entry, hits) in entries {
        add(EntryReference(database: database, entry: entry), UInt64(hits))
      }
    }
    for (reference, carry) in other.carries { carries[reference, default: 0] += carry }
  }

  /// Hits of an entry.
  package func hits(of reference: EntryReference) -> UInt64 {
    guard counts.indices.contains(reference.database) else { return 0 }
    return carries[reference, default: 0] << 32
      | UInt64(counts[reference.database][reference.entry, default: 0])
  }

  /// The entries that hit most; entries with equal counts are in the order of their numbers.
  package func top(_ limit: Int) -> [(reference: EntryReference, hits: UInt64)] {
    var top: [(reference: EntryReference, hits: UInt64)] = []
    for (database, entries) in counts.enumerated() {
      for entry in entries.keys {
        let reference = EntryReference(database: database, entry: entry)
        let hits = hits(of: reference)
        let place =
          top.firstIndex { hits > $0.hits || hits == $0.hits && reference < $0.reference }
          ?? top.count
        guard place < limit else { continue }
        top.insert((reference, hits), at: place)
        if top.count > limit { top.removeLast() }
      }
    }
    return top
  }
}
