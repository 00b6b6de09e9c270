/// Columns of a table that make a URL together; -1 for a missing one.
///
/// Each path is joined with the first host that has a value.
struct URLColumns {
  private(set) var hosts: [Int] = []
  private(set) var paths: [Int] = []
  private(set) var query = -1
  /// Whether the query's column may instead hold a name that DNS was asked for.
  var isAnyQuery: Bool { queryRank > 1 }
  private(set) var port = -1
  var scheme = -1
  private(set) var method = -1

  private var hostRanks: [Int: UInt8] = [:]
  /// A path whose column's name may mean other things as well.
  private var furtherPath = -1
  private var queryRank = UInt8.max
  private var portRank = UInt8.max
  private var schemeRank = UInt8.max
  private var methodRank = UInt8.max

  init() {}

  /// Takes a column as a part of the URL, if it is one; of several, those with surer names go
  /// first.
  mutating func take(_ index: Int, _ role: FieldRole, _ rank: UInt8, isWhole: Bool) {
    let isNamed = FieldClass.isNamedURLPart(rank)
    switch role {
    case .urlHost where isNamed && isWhole:
      hostRanks[index] = rank
      Self.insert(index, into: &hosts) { hostRanks[$0] ?? rank }
    case .urlPath where isNamed && isWhole: paths.append(index)
    case .urlPath where isWhole && furtherPath < 0: furtherPath = index
    case .urlQuery where rank < queryRank: (query, queryRank) = (index, rank)
    case .urlPort where rank < portRank: (port, portRank) = (index, rank)
    case .urlScheme where rank < schemeRank: (scheme, schemeRank) = (index, rank)
    case .method where rank < methodRank: (method, methodRank) = (index, rank)
    default: break
    }
  }

  /// The columns to join; nil if there is no host or no path.
  ///
  /// If there is no other path, `furtherPath` counts, provided that a column has the method of a
  /// request.
  var joined: URLColumns? {
    var joined = self
    if paths.isEmpty, method >= 0, furtherPath >= 0 { joined.paths = [furtherPath] }
    return hosts.isEmpty || joined.paths.isEmpty ? nil : joined
  }

  /// The column of the host that a request went to, where `host` is the one that the client asked
  /// for: CloudFront's `cs(Host)` beside its `x-host-header`.
  func inner(behind host: Int) -> Int? {
    guard hostRanks[host] == Self.viewer else { return nil }
    return hosts.first { hostRanks[$0] == Self.viewer + 1 }
  }

  /// The rank of the name for the host that a client asked CloudFront for.
  private static let viewer: UInt8 = 0

  /// The most columns of hosts, and of times, that are tried for a row.
  private static let mostPlaces = 32

  /// Adds a column to those of its role, ordered by rank with the surest first.
  static func insert(_ index: Int, into places: inout [Int], rank: (Int) -> UInt8) {
    let own = rank(index)
    let place = places.firstIndex { rank($0) > own }
    places.insert(index, at: place ?? places.count)
    if places.count > mostPlaces { places.removeLast() }
  }
}
