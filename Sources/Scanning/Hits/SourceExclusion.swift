import Indicators

/// Why a source of an entry takes no part in a scan.
package enum SourceExclusion: Sendable, Equatable {
  /// Its kind says little by itself, and `includesWeak` is false.
  case weak
  /// It states less confidence than `minimumConfidence`.
  case confidence
  /// Its feed is none of `feedsOnly`.
  case feed
  /// It was not valid yet at the event's time, or is not valid yet now (`TimeMode`).
  case notYetValid
  /// It was no longer valid at the event's time, or is no longer valid now (`TimeMode`).
  case expired
  /// It has a limited validity, and the event has no time to compare with it.
  case noEventTime
}

extension ScanOptions {
  /// Why a source takes no part at an event's time; nil if it takes part.
  ///
  /// Scans and explanations share this rule.
  package func exclusion(of source: ResolvedSource, at time: Int64) -> SourceExclusion? {
    if source.flags.contains(.weak), !includesWeak { return .weak }
    if let confidence = source.confidence, confidence < minimumConfidence { return .confidence }
    if !feedsOnly.isEmpty, !feedsOnly.contains(where: { source.feed.elementsEqual($0.utf8) }) {
      return .feed
    }
    return timeExclusion(of: source, at: time)
  }

  /// Whether an exception of an allow list holds at an event's time.
  ///
  /// It holds until its validity ends. The start does not matter, since it mostly tells only when
  /// the exception was written down; nor does it matter whether the event has a time. The other
  /// limits of the options apply only to indicators that are looked for.
  package func holds(_ exception: ResolvedSource, at time: Int64) -> Bool {
    timeExclusion(of: exception, at: time) != .expired
  }

  /// Why a source's validity excludes it at an event's time; nil if it does not.
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
