import Indicators
import Inputs
import Parsing

/// Hits put together by what they have in common: first, last, count.
struct HitGroups {
  /// One group, with a sample of what is in it.
  struct Group {
    var first: Hit
    var firstTime: Int64
    var lastTime: Int64
    var last: (path: InputPath, number: UInt64)
    var count: UInt64 = 0
    var suppressed: UInt64 = 0
    /// Distinct observed values, up to a limit.
    var values: [[UInt8]] = []
    /// Feeds of every indicator in the group.
    var feeds: [[UInt8]] = []
  }

  private static let sampleLimit = 100

  private let grouping: ScanOptions.Grouping
  private let limit: Int
  /// Hits of groups beyond the limit, which are in none.
  private(set) var cutHits: UInt64 = 0
  private var index: [[UInt8]: Int] = [:]
  private(set) var groups: [Group] = []

  /// Keeps so many groups at most, and tells how many others there were.
  mutating func keepFirst(_ count: Int) -> Int {
    let cut = max(0, groups.count - count)
    groups.removeLast(cut)
    return cut
  }

  /// - Parameters:
  ///   - grouping: what hits of a group have in common.
  ///   - limit: groups that are kept; the input decides how many there are.
  init(_ grouping: ScanOptions.Grouping, limit: Int) {
    self.grouping = grouping
    self.limit = limit
  }

  /// Adds a hit to its group, in the order of the input.
  mutating func add(_ hit: Hit) {
    let key = key(of: hit)
    let position: Int
    if let known = index[key] {
      position = known
    } else {
      guard groups.count < limit else {
        cutHits += 1
        return
      }
      position = groups.count
      index[key] = position
      groups.append(
        Group(
          first: hit, firstTime: hit.time, lastTime: hit.time, last: (hit.path, hit.number)))
    }
    groups[position].count += 1
    if hit.suppression != nil { groups[position].suppressed += 1 }
    groups[position].last = (hit.path, hit.number)
    if hit.time != ObservableRecord.noTime {
      let group = groups[position]
      groups[position].firstTime =
        group.firstTime == ObservableRecord.noTime ? hit.time : min(group.firstTime, hit.time)
      groups[position].lastTime = max(group.lastTime, hit.time)
    }
    if groups[position].values.count < Self.sampleLimit,
      !groups[position].values.contains(hit.value)
    {
      groups[position].values.append(hit.value)
    }
    for indicator in hit.indicators {
      for source in indicator.sources {
        let feed = indicator.entry.sources[source].feed
        if groups[position].feeds.count < Self.sampleLimit,
          !groups[position].feeds.contains(feed)
        {
          groups[position].feeds.append(feed)
        }
      }
    }
  }

  /// What all hits of a group share, as bytes.
  private func key(of hit: Hit) -> [UInt8] {
    switch grouping {
    case .none: return Array("\(groups.count)".utf8)
    case .indicator:
      let entry = hit.indicators[0].entry
      return [entry.kind.rawValue, entry.mode.rawValue] + entry.value
    case .flow:
      guard let flow = hit.flow ?? hit.event?.flow else {
        return Array("line ".utf8) + hit.path.bytes
      }
      return Self.key(flow)
    case .host:
      return host(of: hit)
    case .day:
      guard hit.time != ObservableRecord.noTime else { return Array("no time".utf8) }
      var text: [UInt8] = []
      Timestamp.append(hit.time, to: &text)
      return Array(text.prefix(10))
    }
  }

  /// Where the event came from; in logs whose records do not tell, the input.
  private func host(of hit: Hit) -> [UInt8] { hit.sourceEnd?.text ?? hit.path.bytes }

  private static func key(_ flow: FlowRecord) -> [UInt8] {
    flow.addressText(flow.source) + Array(" \(flow.sourcePort) ".utf8)
      + flow.addressText(flow.destination)
      + Array(" \(flow.destinationPort) \(flow.ipProtocol)".utf8)
  }

  /// Whether a group is called by its input, since its records tell no ends.
  func isNamedByPath(_ group: Group) -> Bool {
    switch grouping {
    case .flow: (group.first.flow ?? group.first.event?.flow) == nil
    case .host: group.first.sourceEnd == nil
    case .none, .indicator, .day: false
    }
  }

  /// What a group is called, as its key reads.
  func name(of group: Group) -> [UInt8] {
    switch grouping {
    case .none: group.first.value
    case .indicator: group.first.indicators[0].entry.value
    case .flow:
      (group.first.flow ?? group.first.event?.flow).map(Self.key) ?? group.first.path.bytes
    case .host: host(of: group.first)
    case .day: key(of: group.first)
    }
  }
}
