import Feeds
import Inputs
import Scanning
import YAML

/// A file of regression cases: what is to be found in which inputs with which indicators.
public struct Suite: Sendable {
  /// The file's path as given.
  public let path: String
  /// What it is called: its `name`, or its path.
  public let name: String
  let cases: [SuiteCase]

  /// Number of cases.
  public var count: Int { cases.count }
}

/// One case of a suite.
struct SuiteCase: Sendable {
  var name: String
  var line: Int
  var indicators: [IndicatorSource]
  var inputs: [String]
  var texts: [InlineText]
  var options: ScanOptions
  /// Files or folders without which the case is skipped.
  var requires: [String]
  var expectation: Expectation
  /// Where `expect` is, or where it would be; for `--update`.
  var place: ExpectationPlace
}

/// Where indicators of a case come from.
enum IndicatorSource: Sendable, Hashable {
  case database(String)
  case feed(FeedRequest, key: String)
  /// Entries written into the suite, as a file of that name would hold them.
  case text([UInt8], FeedRequest, key: String)

  /// The file or folder that a feed is read from; nil for other sources.
  var request: FeedRequest? {
    guard case .feed(let request, _) = self else { return nil }
    return request
  }

  /// The identity of a source: equal sources are compiled once for all cases.
  private var key: String {
    switch self {
    case .database(let path): "database " + path
    case .feed(_, let key): "feed " + key
    case .text(_, _, let key): "text " + key
    }
  }

  static func == (left: IndicatorSource, right: IndicatorSource) -> Bool { left.key == right.key }

  func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// An input written into the suite.
struct InlineText: Sendable {
  var name: String
  var bytes: [UInt8]
}

/// What a case expects.
struct Expectation: Sendable {
  var hits: [HitPattern] = []
  var absentHits: [HitPattern] = []
  /// Whether every hit must be one of those expected.
  var allowsNoOthers = false
  var summary = SummaryPattern()
  /// Texts that messages about inputs have to contain; an error that contains none fails the case.
  var problems: [String] = []

  /// Whether it asks for nothing, so that every outcome would be as expected.
  var isEmpty: Bool {
    hits.isEmpty && absentHits.isEmpty && !allowsNoOthers && problems.isEmpty && summary.isEmpty
  }
}

/// Where a case's expectation is written.
struct ExpectationPlace: Sendable {
  /// The `expect` key and the end of its value; nil where the case has none.
  var member: (start: YAMLPlace, end: YAMLPlace)?
  /// The first key of the case: its column is that of all.
  var caseStart: YAMLPlace
  /// The case's end.
  var caseEnd: YAMLPlace
  /// Whether the case is written in braces, which is left to people to change.
  var isFlow: Bool
}
