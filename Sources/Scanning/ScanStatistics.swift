package import Capture
import Indicators
package import Inputs

/// Counts of one run or of a part of it; merging is commutative.
package struct ScanStatistics: Sendable {
  /// Inputs read, wholly or in part.
  package var inputs: UInt64 = 0
  /// Uncompressed bytes read.
  package var bytes: UInt64 = 0
  package var packets: UInt64 = 0
  package var lines: UInt64 = 0
  /// Observables by kind; the index is the kind's raw value.
  package var observables = [UInt64](repeating: 0, count: 64)
  /// Hits by kind.
  package var hits = [UInt64](repeating: 0, count: 64)
  /// Hits by feed name.
  package var hitsByFeed: [String: UInt64] = [:]
  /// Hits by entry, for the ten that hit most.
  package var hitsByEntry = EntryCounts()
  package var suppressed: UInt64 = 0
  /// Hosts of URL indicators that encrypted connections named: entries of `URLHosts.database`.
  package var encryptedHosts: Set<UInt32> = []
  /// Names shown by encrypted connections that may be hosts of URL indicators.
  ///
  /// Gathered only if those hosts do not match (`EncryptedNames`).
  package var encryptedNames: Set<[UInt8]> = []
  /// Flows with hits, by input, if their packets are to be written.
  package var hitFlows: [Int: FlowSelection] = [:]
  /// What was skipped, cut off or odd, by reason.
  package var skipped = Tally()

  package init() {}

  /// Number of hits.
  package var hitCount: UInt64 { hits.reduce(0, +) }

  /// Adds another part's counts.
  package mutating func merge(_ other: ScanStatistics) {
    inputs += other.inputs
    bytes += other.bytes
    packets += other.packets
    lines += other.lines
    for index in observables.indices { observables[index] += other.observables[index] }
    for index in hits.indices { hits[index] += other.hits[index] }
    for (feed, count) in other.hitsByFeed { hitsByFeed[feed, default: 0] += count }
    hitsByEntry.merge(other.hitsByEntry)
    suppressed += other.suppressed
    encryptedHosts.formUnion(other.encryptedHosts)
    encryptedNames.formUnion(other.encryptedNames)
    for (input, flows) in other.hitFlows {
      hitFlows[input, default: FlowSelection()].formUnion(flows)
    }
    skipped.merge(other.skipped)
  }
}

/// An entry of one of the databases of a run.
package struct EntryReference: Hashable, Sendable, Comparable {
  package var database: Int
  package var entry: UInt32

  package init(database: Int, entry: UInt32) {
    self.database = database
    self.entry = entry
  }

  package static func < (left: EntryReference, right: EntryReference) -> Bool {
    (left.database, left.entry) < (right.database, right.entry)
  }
}
