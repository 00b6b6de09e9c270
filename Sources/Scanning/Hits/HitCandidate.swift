import Indicators

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
