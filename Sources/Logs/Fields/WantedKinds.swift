import Indicators

/// The kinds to emit, taken from the options once.
struct WantedKinds {
  let kinds: IndicatorKindSet
  let domains: Bool
  let urls: Bool
  let hashes: Bool

  init(_ kinds: IndicatorKindSet) {
    self.kinds = kinds
    domains = kinds.contains(.domain)
    urls = kinds.contains(.url)
    hashes = IndicatorKind.allCases.contains { $0.isDigest && kinds.contains($0) }
  }
}
