import Indicators

/// What exceptions allow of the observable at hand.
struct Allowances {
  /// What allows whatever covers it as a kind, the first of each kind.
  private var kinds: [(kind: IndicatorKind, suppression: Suppression)] = []
  /// What allows the very same indicator and nothing else.
  ///
  /// Of such an exception a part alone was seen, as the address of an address and a port; there may be one a port.
  private var indicators: [IndicatorName: Suppression] = [:]

  var isEmpty: Bool { kinds.isEmpty && indicators.isEmpty }

  /// What allows the value, whatever covers it.
  var ofValue: Suppression? { kinds.first?.suppression }

  mutating func add(_ kind: IndicatorKind, _ suppression: @autoclosure () -> Suppression) {
    if !kinds.contains(where: { $0.kind == kind }) { kinds.append((kind, suppression())) }
  }

  mutating func add(_ entry: ResolvedEntry, _ suppression: @autoclosure () -> Suppression) {
    let name = IndicatorName(entry)
    if indicators[name] == nil { indicators[name] = suppression() }
  }

  /// What allows an entry that covers the value, or nil.
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

  /// The order of Matching.md §10.
  func precedes(_ other: HitCandidate) -> Bool {
    let (a, b) = (indicator, other.indicator)
    if a.match != b.match { return a.match < b.match }
    // Longer names and prefixes say more; forms of a URL that are equal do not.
    if a.match == .subdomain || a.match == .cidr, a.entry.specificity != b.entry.specificity {
      return a.entry.specificity > b.entry.specificity
    }
    if confidence != other.confidence { return confidence > other.confidence }
    let (first, second) = (a.entry.sources[a.sources[0]], b.entry.sources[b.sources[0]])
    if first.feed != second.feed { return first.feed.lexicographicallyPrecedes(second.feed) }
    let (firstLine, secondLine) = (first.lines.first ?? 0, second.lines.first ?? 0)
    if firstLine != secondLine { return firstLine < secondLine }
    return a.entry.reference < b.entry.reference
  }
}
