import Indicators

/// Why a source of an entry takes no part in a scan.
package enum SourceExclusion: Sendable, Equatable {
  /// Its kind says little by itself, and `--weak` was not asked for.
  case weak
  /// It states less confidence than `--min-confidence`.
  case confidence
  /// Its feed is none of `--feeds-only`.
  case feed
  /// It was not valid yet at the time that counts.
  case notYetValid
  /// It was no longer valid at the time that counts.
  case expired
  /// It has bounds, and the event has no time to compare with.
  case noEventTime
}

extension ScanOptions {
  /// Why a source takes no part at an event's time; nil where it does.
  ///
  /// The one rule that scans and explanations share.
  package func exclusion(of source: ResolvedSource, at time: Int64) -> SourceExclusion? {
    if source.flags.contains(.weak), !includesWeak { return .weak }
    if let confidence = source.confidence, confidence < minimumConfidence { return .confidence }
    if !feedsOnly.isEmpty, !feedsOnly.contains(where: { source.feed.elementsEqual($0.utf8) }) {
      return .feed
    }
    return timeExclusion(of: source, at: time)
  }

  /// Whether an exception holds at an event's time, which it does until it ends.
  ///
  /// When it was written down, which is what most starts are, and an event without a time say nothing against it. The
  /// other limits are on what is looked for.
  package func holds(_ exception: ResolvedSource, at time: Int64) -> Bool {
    timeExclusion(of: exception, at: time) != .expired
  }

  /// Why a source does not hold at an event's time; nil where it does.
  private func timeExclusion(of source: ResolvedSource, at time: Int64) -> SourceExclusion? {
    let moment: Int64
    switch timeMode {
    case .any: return nil
    case .event: moment = time
    case .now: moment = now
    }
    let statement = source.statement
    switch Validity.of(time: moment, from: statement.validFrom, until: statement.validUntil) {
    case .within, .unbounded: return nil
    case .before: return .notYetValid
    case .after: return .expired
    case nil: return .noEventTime
    }
  }
}
