import Indicators
import Parsing

extension IndicatorDatabase {
  /// Whether a URL entry may have this name as its host.
  ///
  /// False is certain; few names that are no entry's host pass. The candidate filter knows the
  /// hosts of URLs, so that a name costs one look at it.
  package func mayBeHostOfURL(_ name: RawSpan) -> Bool {
    guard holdsURLs, name.byteCount > 0 else { return false }
    guard let candidateFilter else { return true }
    let key = Candidates(.domain, key: name, mode: MatchMode.exact.rawValue)
    for index in 0..<key.count {
      switch key[index] {
      case .value(let hash): return candidateFilter.values.holdsPaired(hash)
      case .otherHost: return candidateFilter.hasOtherHosts
      case .tail, .wideTail, .host, .digitLabel: continue
      }
    }
    return true
  }

  /// Whether there are URL entries.
  package var holdsURLs: Bool { !entries(of: .url).isEmpty }
}
