import Database
import Indicators
import Inputs
import Parsing

/// Groups of hits that have something in common, each with its first hit, times and count.
///
/// The input decides how many groups there are. So a group takes about fifty bytes besides its
/// first hit, which is packed, and a sample of other values.
struct HitGroups {
  /// One group, with a sample of what is in it.
  struct Group {
    /// Its first hit.
    fileprivate var first: PackedHits.Place
    var firstTime: Int64
    var lastTime: Int64
    var count: UInt64 = 0
    var suppressed: UInt64 = 0
    /// The index in `samples` of the group's newest value besides that of the first hit, or 0;
    /// below, the number of such values.
    fileprivate var lastSample: UInt32 = 0
    fileprivate var sampleCount: UInt8 = 0
    /// The feeds of every indicator in the group: an index in `feedLists`.
    fileprivate var feeds: UInt32 = 0
  }

  /// A value of a group, and the index of the group's previous sample, or 0.
  private struct Sample {
    var value: PackedHits.Place
    var previous: UInt32
  }

  /// A hash of what the hits of a group share.
  ///
  /// It uses two random seeds, so that no input can be written to collide.
  private struct Key: Hashable {
    var first: UInt64
    var second: UInt64
  }

  /// The number of distinct values, and of feeds, that are kept for a group.
  private static let sampleLimit = 100
  /// Bytes for all groups' values beyond the first of each.
  private static let sampleBytes = 16 << 20
  /// Bytes for the first hit of a group, on average: a value may be as long as a line.
  private static let hitBytes = 512

  let grouping: ScanOptions.Grouping
  private let limit: Int
  private let hashes = (SeededHash(), SeededHash())
  /// The number of hits that are in no group, since theirs would be beyond the limit.
  private(set) var cutHits: UInt64 = 0
  /// The number of values that were left out for lack of memory.
  private(set) var cutValues: UInt64 = 0
  private var index: [Key: UInt32] = [:]
  private(set) var groups: [Group] = []
  private var hits = PackedHits()
  private var samples: [Sample] = [Sample(value: 0, previous: 0)]
  private var sampledBytes = 0
  private var feedNames: [[UInt8]] = []
  private var feedNumbers: [[UInt8]: UInt32] = [:]
  /// Distinct lists of feed numbers, shared by groups: few groups have a list of their own.
  private var feedLists: [[UInt32]] = [[]]
  private var feedListNumbers: [[UInt32]: UInt32] = [[]: 0]
  private var catalog: EntryCatalog
  private var merging = EntryMerging()

  /// - Parameters:
  ///   - grouping: what hits of a group have in common.
  ///   - limit: the number of groups to keep; the input decides how many there would be.
  ///   - databases: the databases whose entries the hits name.
  init(_ grouping: ScanOptions.Grouping, limit: Int, databases: [IndicatorDatabase]) {
    self.grouping = grouping
    self.limit = limit
    catalog = EntryCatalog(databases: databases)
  }

  /// Keeps the first `count` groups, and returns how many were removed.
  mutating func keepFirst(_ count: Int) -> Int {
    let cut = max(0, groups.count - count)
    groups.removeLast(cut)
    return cut
  }

  /// Adds a hit to its group, in the order of the input.
  mutating func add(_ hit: Hit) {
    let bytes = key(of: hit)
    let key = Key(
      first: hashes.0.hash(bytes.rawSpan, of: 0), second: hashes.1.hash(bytes.rawSpan, of: 1))
    let position: Int
    if let known = index[key] {
      position = Int(known)
      addValue(of: hit, to: position)
    } else {
      guard groups.count < min(limit, Int(UInt32.max)),
        hits.byteCount < max(1 << 16, Self.hitBytes * limit) + sampledBytes
      else {
        cutHits += 1
        return
      }
      // Reserve once: an array that grows needs half as much memory again while it is copied.
      if groups.isEmpty { groups.reserveCapacity(min(limit, 1 << 18)) }
      position = groups.count
      index[key] = UInt32(position)
      groups.append(
        Group(first: hits.append(hit), firstTime: hit.recordTime, lastTime: hit.recordTime))
    }
    groups[position].count += 1
    if hit.suppression != nil { groups[position].suppressed += 1 }
    if let time = hit.time {
      let first = groups[position].firstTime
      groups[position].firstTime = first == ObservableRecord.noTime ? time : min(first, time)
      groups[position].lastTime = max(groups[position].lastTime, time)
    }
    for indicator in hit.indicators {
      for source in indicator.sourceIndices {
        add(indicator.entry.sources[source].feed, to: position)
      }
    }
  }

  private mutating func addValue(of hit: Hit, to position: Int) {
    let group = groups[position]
    guard group.sampleCount < Self.sampleLimit - 1, !hits.isValue(hit.value, at: group.first)
    else { return }
    var sample = group.lastSample
    while sample != 0 {
      if hits.isValue(hit.value, at: samples[Int(sample)].value) { return }
      sample = samples[Int(sample)].previous
    }
    let size = hit.value.count + MemoryLayout<Sample>.stride
    guard sampledBytes + size <= Self.sampleBytes else {
      cutValues += 1
      return
    }
    sampledBytes += size
    samples.append(Sample(value: hits.append(value: hit.value), previous: group.lastSample))
    groups[position].lastSample = UInt32(samples.count - 1)
    groups[position].sampleCount += 1
  }

  private mutating func add(_ feed: [UInt8], to position: Int) {
    let list = feedLists[Int(groups[position].feeds)]
    if list.contains(where: { feedNames[Int($0)] == feed }) || list.count >= Self.sampleLimit {
      return
    }
    let number: UInt32
    if let known = feedNumbers[feed] {
      number = known
    } else {
      number = UInt32(feedNames.count)
      feedNames.append(feed)
      feedNumbers[feed] = number
    }
    let longer = list + [number]
    if let known = feedListNumbers[longer] {
      groups[position].feeds = known
    } else {
      groups[position].feeds = UInt32(feedLists.count)
      feedListNumbers[longer] = UInt32(feedLists.count)
      feedLists.append(longer)
    }
  }

  // MARK: What a group holds

  /// A group's first hit.
  mutating func firstHit(of group: Group) -> Hit {
    hits.hit(at: group.first, catalog: &catalog, merging: &merging)
  }

  /// The distinct values of a group in the order in which they were seen, up to a limit.
  func values(of group: Group) -> [[UInt8]] {
    var values: [[UInt8]] = []
    var sample = group.lastSample
    while sample != 0 {
      values.append(hits.value(at: samples[Int(sample)].value))
      sample = samples[Int(sample)].previous
    }
    values.append(hits.value(at: group.first))
    return values.reversed()
  }

  /// The names of the feeds of a group's indicators, in the order in which they were seen, up to a
  /// limit.
  func feeds(of group: Group) -> [[UInt8]] {
    feedLists[Int(group.feeds)].map { feedNames[Int($0)] }
  }

  /// The property that all hits of a group share, as bytes.
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
      guard let time = hit.time else { return Array("no time".utf8) }
      var text: [UInt8] = []
      Timestamp.append(time, to: &text)
      return Array(text.prefix(10))
    }
  }

  /// The address of the event's source; the input's path if the record names none.
  private func host(of hit: Hit) -> [UInt8] { hit.sourceEndpoint?.text ?? hit.path.bytes }

  private static func key(_ flow: FlowRecord) -> [UInt8] {
    flow.addressText(flow.source) + Array(" \(flow.sourcePort) ".utf8)
      + flow.addressText(flow.destination)
      + Array(" \(flow.destinationPort) \(flow.ipProtocol)".utf8)
  }

  /// Whether a group with this first hit is named by its input's path, since its records name no
  /// ends.
  func isNamedByPath(_ first: Hit) -> Bool {
    switch grouping {
    case .flow: (first.flow ?? first.event?.flow) == nil
    case .host: first.sourceEndpoint == nil
    case .none, .indicator, .day: false
    }
  }

  /// The name of a group with this first hit.
  func name(_ first: Hit) -> [UInt8] {
    switch grouping {
    case .none: first.value
    case .indicator: first.indicators[0].entry.value
    case .flow: (first.flow ?? first.event?.flow).map(Self.key) ?? first.path.bytes
    case .host: host(of: first)
    case .day: key(of: first)
    }
  }
}
