import Indicators
import Inputs
public import Scanning
import Synchronization

/// Gathers the hits of a scan for its page, in memory that does not grow with their number.
///
/// Sendable because a scan's threads share it; the mutex lets one of them in at a time.
public final class ScanPageData: Sendable {
  /// An indicator that hit.
  struct Indicator: Sendable {
    var entry: ResolvedEntry
    var match: MatchKind
    var sources: [Int]
    var first: Int64
    var last: Int64
    /// The first hits.
    var samples: [Hit]
    var outside: UInt64
  }

  struct Content: Sendable {
    var total: UInt64 = 0
    var suppressed: UInt64 = 0
    var withoutTime: UInt64 = 0
    var first = Int64.max
    var last = Int64.min
    var series = TimeSeries()
    var indicators = TopCounts<Int, Indicator>(limit: 20_000)
    var hosts = TopCounts<[UInt8], Void>(limit: 50_000)
    var feeds = TopCounts<[UInt8], Void>(limit: 10_000)
    var fields = TopCounts<[UInt8], Void>(limit: 2_000)
    var inputs = TopCounts<[UInt8], Void>(limit: 10_000)
    var kinds: [UInt64] = Array(repeating: 0, count: 64)
    var techniques = TopCounts<String, Void>(limit: 5_000)
    var malware = TopCounts<[UInt8], Void>(limit: 5_000)
    /// The first hits of all.
    var hits: [Hit] = []
  }

  /// The most hits that are kept whole.
  static let keptHits = 200
  private static let samples = 3

  private let content: Mutex<Content>

  /// Data without hits.
  public init() { content = Mutex(Content()) }

  /// What was gathered.
  var result: Content { content.withLock { $0 } }

  /// Takes the next hit.
  public func receive(_ hit: Hit) {
    content.withLock { Self.add(hit, to: &$0) }
  }

  private static func add(_ hit: Hit, to content: inout Content) {
    if content.hits.count < keptHits { content.hits.append(hit) }
    if hit.suppression != nil {
      content.suppressed += 1
      return
    }
    content.total += 1
    content.kinds[Int(hit.kind.rawValue)] += 1
    if let time = hit.time {
      content.first = min(content.first, time)
      content.last = max(content.last, time)
      content.series.add(time, series: 0)
    } else {
      content.withoutTime += 1
    }
    if let host = host(of: hit) { content.hosts.add(host) }
    content.fields.add(HTML.cut(hit.field, 100))
    content.inputs.add(hit.path.bytes)
    var feeds: [[UInt8]] = []
    var techniques: [String] = []
    var malware: [[UInt8]] = []
    for indicator in hit.indicators {
      for index in indicator.sourceIndices {
        let source = indicator.entry.sources[index]
        if !feeds.contains(source.feed) { feeds.append(source.feed) }
        for text in source.attack {
          guard let name = Technique.identifier(text), !techniques.contains(name) else { continue }
          techniques.append(name)
        }
        for name in source.malware.map({ HTML.cut($0, 100) }) where !malware.contains(name) {
          malware.append(name)
        }
      }
      add(indicator, hit, to: &content)
    }
    for feed in feeds { content.feeds.add(feed) }
    for technique in techniques { content.techniques.add(technique) }
    for name in malware { content.malware.add(name) }
  }

  private static func add(_ indicator: HitIndicator, _ hit: Hit, to content: inout Content) {
    let key = indicator.entry.reference.database << 32 | Int(indicator.entry.reference.entry)
    let isOutside = indicator.validity == .before || indicator.validity == .after
    content.indicators.add(key) {
      Indicator(
        entry: indicator.entry, match: indicator.match, sources: indicator.sourceIndices,
        first: hit.recordTime, last: hit.recordTime, samples: [], outside: 0)
    } change: { known in
      if let time = hit.time {
        known.first = known.first == ObservableRecord.noTime ? time : min(known.first, time)
        known.last = max(known.last, time)
      }
      if isOutside { known.outside += 1 }
      if known.samples.count < samples { known.samples.append(hit) }
    }
  }

  /// The host that a hit concerns: the originator of its flow; nil without a flow.
  private static func host(of hit: Hit) -> [UInt8]? {
    guard let flow = hit.flow else { return nil }
    return flow.source.text(isIPv4: flow.ipVersion == 4)
  }
}
