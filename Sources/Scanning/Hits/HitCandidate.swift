import Indicators

/// The allowances that allow lists give for one observable.
struct Allowances {
  /// The first suppression for each kind; it applies to every candidate of that kind.
  private var kinds: [(kind: IndicatorKind, suppression: Suppression)] = []
  /// Suppressions that apply only to an indicator equal to the allow-list entry.
  ///
  /// They come from entries that were matched only in part, such as an address with a port of which
  /// only the address was seen. There may be one for each port.
  private var indicators: [IndicatorName: Suppression] = [:]

  var isEmpty: Bool { kinds.isEmpty && indicators.isEmpty }

  /// A suppression of the value itself, whatever indicator covers it.
  var ofValue: Suppression? { kinds.first?.suppression }

  mutating func add(_ kind: IndicatorKind, _ suppression: @autoclosure () -> Suppression) {
    if !kinds.contains(where: { $0.kind == kind }) { kinds.append((kind, suppression())) }
  }

  mutating func add(_ entry: ResolvedEntry, _ suppression: @autoclosure () -> Suppression) {
    let name = IndicatorName(entry)
    if indicators[name] == nil { indicators[name] = suppression() }
  }

  /// The suppression of a candidate; nil if it is not allowed.
  func suppression(of candidate: HitCandidate) -> Suppression? {
    if let found = kinds.first(where: { $0.kind == candidate.kind }) { return found.suppression }
    return indicators.isEmpty ? nil : indicators[IndicatorName(candidate.indicator.entry)]
  }
}

/// One entry that covers the observable at hand.
struct HitCandidate {
  var indicator: HitIndicator
  var confidence: UInt8
  var kind: IndicatorKind

  /// Whether this candidate comes before another in the order of `Matching.md` §10.
  func precedes(_ other: HitCandidate) -> Bool {
    let (a, b) = (indicator, other.indicator)
    if a.match != b.match { return a.match < b.match }
    // Longer names and prefixes are more specific; equal forms of a URL are not.
    if a.match == .subdomain || a.match == .cidr, a.entry.specificity != b.entry.specificity {
      return a.entry.specificity > b.entry.specificity
    }
    if confidence != other.confidence { return confidence > other.confidence }
    let (first, second) = (a.firstSource, b.firstSource)
    if first.feed != second.feed { return first.feed.lexicographicallyPrecedes(second.feed) }
    let (firstLine, secondLine) = (first.lines.first ?? 0, second.lines.first ?? 0)
    if firstLine != secondLine { return firstLine < secondLine }
    return a.entry.reference < b.entry.reference
  }
}
