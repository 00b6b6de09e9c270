import Database
import Indicators
import Inputs
import Scanning
import Synchronization

/// Scans inputs with both sides and compares hit by hit.
///
/// A hit is one value in one field of one place; which indicators cover it may differ without a
/// change. Only the places and the entry numbers of each side are kept, not the texts of the
/// sources.
struct HitComparison {
  /// The most hits of each side that are compared.
  static let hitLimit: UInt64 = 2_000_000

  let old: DatabaseSide
  let new: DatabaseSide
  let causes: SideComparison
  let options: ScanOptions
  /// The most changes of each kind that are listed.
  let limit: Int

  private struct Key: Hashable, Sendable {
    var input: Int
    var number: UInt64
    var offset: UInt64
    var kind: IndicatorKind
    var field: [UInt8]
    var value: [UInt8]
  }

  private struct Seen: Sendable {
    var entries: [UInt32]
    var isSuppressed: Bool
    var place: String
    var time: Int64
    /// Its position among the hits of its side.
    var order: Int
  }

  func run(
    _ inputs: [InputPath], progress: ScanProgress,
    onProblem: @escaping @Sendable (ScanProblem) -> Void
  ) -> HitDifference {
    var result = HitDifference()
    let before = scan(old, inputs, progress, onProblem, &result)
    result.old = UInt64(before.values.count { !$0.isSuppressed })
    let after = scan(new, inputs, progress, { _ in }, &result)
    result.new = UInt64(after.values.count { !$0.isSuppressed })
    var lost: [(key: Key, seen: Seen, isNowSuppressed: Bool)] = []
    for (key, seen) in before where !seen.isSuppressed {
      guard let other = after[key] else {
        lost.append((key, seen, false))
        continue
      }
      if other.isSuppressed { lost.append((key, seen, true)) }
    }
    var gained: [(key: Key, seen: Seen)] = []
    for (key, seen) in after where !seen.isSuppressed {
      if let other = before[key], !other.isSuppressed { continue }
      gained.append((key, seen))
    }
    lost.sort { $0.seen.order < $1.seen.order }
    gained.sort { $0.seen.order < $1.seen.order }
    for (key, seen, isNowSuppressed) in lost {
      add(loss(key, seen, isNowSuppressed), to: &result)
    }
    for (key, seen) in gained { add(gain(key, seen), to: &result) }
    return result
  }

  private func add(_ change: HitDifference.Change, to result: inout HitDifference) {
    result.counts[change.changeKind, default: 0] += 1
    if change.changeKind != .gained { result.causes[change.cause, default: 0] += 1 }
    if result.count(change.changeKind) <= limit { result.changes.append(change) }
  }

  private func scan(
    _ side: DatabaseSide, _ inputs: [InputPath], _ progress: ScanProgress,
    _ onProblem: @escaping @Sendable (ScanProblem) -> Void, _ result: inout HitDifference
  ) -> [Key: Seen] {
    var options = options
    options.showsSuppressed = true
    options.limit = Self.hitLimit
    options.limitPerInput = Self.hitLimit
    let found = Mutex<[Key: Seen]>([:])
    let summary = IndicatorScanner.scan(
      inputs: inputs, databases: [side.database], options: options,
      to: .hits { hit in
        let key = Key(
          input: hit.input, number: hit.number, offset: hit.offset ?? 0, kind: hit.kind,
          field: hit.field, value: hit.value)
        found.withLock { found in
          // Hits with the same key are one place, which is suppressed only if all of them are.
          guard found[key]?.isSuppressed ?? true else { return }
          found[key] = Seen(
            entries: hit.indicators.map(\.entry.reference.entry),
            isSuppressed: hit.suppression != nil, place: InputTrace.place(hit),
            time: hit.recordTime,
            order: found.count)
        }
      }, progress: progress, onProblem: onProblem)
    if summary.hasErrors || summary.isInterrupted { result.hasErrors = true }
    if summary.isLimited {
      // What the rest of the inputs holds is not known, so that nothing can be said to be lost.
      result.hasErrors = true
      onProblem(
        ScanProblem(
          .tooManyHits, .database(InputPath(side.name)),
          message: "more than \(Self.hitLimit) hits; compare fewer inputs at once"))
    }
    result.cut += summary.skipped["hits-over-limit"]
    // Both sides read the same bytes.
    if result.skipped.isEmpty { result.skipped = summary.skipped }
    return found.withLock { $0 }
  }

  // MARK: One change

  private func loss(_ key: Key, _ seen: Seen, _ isNowSuppressed: Bool) -> HitDifference.Change {
    let (cause, detail) = cause(of: seen, isNowSuppressed)
    return change(
      isNowSuppressed ? .suppressed : .lost, key, seen, old, cause, detail)
  }

  private func gain(_ key: Key, _ seen: Seen) -> HitDifference.Change {
    let number = seen.entries.first ?? 0
    let entry = new.database.entry(number)
    let isKnown = old.find(EntryOrder.key(entry, in: new.database), entry.kind) != nil
    return change(.gained, key, seen, new, isKnown ? .noLongerAllowed : .added, "")
  }

  private func change(
    _ changeKind: HitDifference.Kind, _ key: Key, _ seen: Seen, _ side: DatabaseSide,
    _ cause: ChangeCause, _ detail: String
  ) -> HitDifference.Change {
    let number = seen.entries.first ?? 0
    let source = side.database.sources(of: number).first
    return HitDifference.Change(
      changeKind: changeKind, kind: key.kind, value: key.value, field: key.field, place: seen.place,
      cause: cause, markedDetail: detail, indicator: side.text(number),
      indicatorKind: side.database.entry(number).kind,
      feed: source.map { side.feedName($0.feed) } ?? "",
      line: source.flatMap { $0.line == 0 ? nil : $0.line })
  }

  /// Why the new side does not have a hit of the old side.
  private func cause(of seen: Seen, _ isNowSuppressed: Bool) -> (ChangeCause, String) {
    var best: (ChangeCause, String) = (.unknown, "")
    for number in seen.entries {
      let entry = old.database.entry(number)
      let key = EntryOrder.key(entry, in: old.database)
      if isNowSuppressed {
        if let change = causes.facets(ofOld: number), change.cause == .allowListed {
          return (.allowListed, change.markedDetail)
        }
        best = (.allowListed, "")
        continue
      }
      guard let partner = new.find(key, entry.kind) else {
        let change = causes.removal(number)
        if best.0 == .unknown || best.0 == .removed { best = (change.cause, change.markedDetail) }
        continue
      }
      if let found = exclusion(ofNew: partner, at: seen.time) { return found }
      if let change = causes.facets(ofOld: number), change.cause.isLoss {
        best = (change.cause, change.markedDetail)
      }
    }
    return best
  }

  /// Why no source of an entry of both sides takes part any more; nil if one does.
  private func exclusion(ofNew number: UInt32, at time: Int64) -> (ChangeCause, String)? {
    let entry = EntryCatalog.read(
      EntryReference(database: 0, entry: number), from: new.database)
    var found: (ChangeCause, String)?
    for source in entry.sources where !source.flags.contains(.allow) {
      guard let exclusion = options.exclusion(of: source, at: time) else {
        if source.conditionPlace != nil {
          found = found ?? (.becameJoint, "")
          continue
        }
        return nil
      }
      let told: (ChangeCause, String) =
        switch exclusion {
        case .weak: (.becameWeak, "")
        case .confidence:
          (
            .confidenceFell,
            "confidence \(source.statement.confidence), wanted \(options.minimumConfidence)"
          )
        case .feed: (.feedExcluded, "")
        case .expired: (.expired, "valid until \(TimeText.text(source.statement.validUntil))")
        case .notYetValid: (.notYetValid, "valid from \(TimeText.text(source.statement.validFrom))")
        case .noEventTime: (.expired, "it has bounds now, and the event has no time")
        }
      found = found ?? told
    }
    return found
  }
}
