import Database
import Indicators
import Inputs

/// What counts as a match beside those that the databases find by themselves.
extension HitResolver {
  /// Adds the URL indicators whose hosts TLS or DNS name, and notes to which only encrypted traffic went.
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

  /// Adds what a search in payloads found: those observables name the entries themselves.
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
