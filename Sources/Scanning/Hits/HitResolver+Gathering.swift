import Database
import Indicators
import Inputs

/// Adds matches that the databases do not find by themselves: hosts of URLs, and texts in payloads.
extension HitResolver {
  /// Adds the URL indicators whose hosts are named in TLS or DNS.
  ///
  /// Notes in the statistics which hosts were named by encrypted connections.
  func gatherHosts(
    _ batch: ObservableBatch, _ chunk: RawSpan, _ output: inout SegmentOutput
  ) {
    guard let hosts else { return }
    var names = lookupOptions
    names.kinds = IndicatorKindSet(.domain)
    hosts.database.lookup(
      batch, chunk: chunk, options: names, scratch: &hostScratch, matches: &hostMatches)
    var isTouched = [Bool](repeating: false, count: databases.count)
    for match in hostMatches {
      let field = batch.observables[Int(match.observable)].field
      guard let role = URLHosts.role(ofField: Array(batch.fields.name(field))) else { continue }
      if role == .encrypted { output.statistics.encryptedHosts.insert(match.entry) }
      var count = 0
      for entry in hosts.entries(of: match.entry)
      where options.urlHosts == .all || entry.isRoot {
        count += 1
        guard count <= lookupOptions.matchLimit else {
          output.statistics.skipped.add("matches-over-limit")
          continue
        }
        matches[entry.reference.database].append(
          EntryMatch(
            observable: match.observable, entry: entry.reference.entry, kind: .urlHost))
        isTouched[entry.reference.database] = true
      }
    }
    for database in databases.indices where isTouched[database] {
      matches[database].sort {
        ($0.observable, $0.kind.rawValue, $0.entry) < ($1.observable, $1.kind.rawValue, $1.entry)
      }
    }
  }

  /// Adds the texts that the search in payloads found.
  ///
  /// These observables hold the numbers of the matcher and of its pattern instead of a value.
  func gatherPatterns(_ batch: ObservableBatch, _ database: Int) {
    guard let matcher = payloadMatchers[database], options.kinds.contains(.text) else { return }
    let count = matches[database].count
    for (index, observable) in batch.observables.enumerated()
    where observable.flags.contains(.pattern) {
      let start = Int(observable.offset)
      func number(_ offset: Int) -> UInt32 {
        batch.arena[start + offset..<start + offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
      }
      guard number(0) == UInt32(matcher),
        let entry = databases[database].textEntry(ofPattern: number(4))
      else { continue }
      matches[database].append(
        EntryMatch(
          observable: UInt32(truncatingIfNeeded: index), entry: entry, kind: .contains))
    }
    if count > 0, matches[database].count > count {
      matches[database].sort { ($0.observable, $0.entry) < ($1.observable, $1.entry) }
    }
  }
}
