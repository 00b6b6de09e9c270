public import Indicators
public import Inputs

/// One observable in one place, and every indicator that covers it.
public struct Hit: Sendable {
  /// Kind of the observable that matched.
  public var kind: IndicatorKind
  /// Name of the field that held the value.
  public var field: [UInt8]
  /// The value as it is printed: the normal form of the candidate that matched.
  public var value: [UInt8]
  /// How the first indicator matched.
  public var match: MatchKind
  /// The indicators that cover the value, best match first.
  ///
  /// Exact matches come first, then subdomains, prefixes, URL prefixes, addresses without their
  /// port, hosts of URLs and texts. Among equal kinds of match longer ones come first; then
  /// confidence, feed and line decide.
  public var indicators: [HitIndicator]
  /// The allow-list entry that suppressed the hit; nil if none did.
  public var suppression: Suppression?
  /// Index of the input in the run.
  public var input: Int
  /// The input's path.
  public var path: InputPath
  /// Packet or line number, from 1.
  public var number: UInt64
  /// Whether `number` counts packets.
  public var countsPackets: Bool
  /// Byte offset of the value in the uncompressed input; nil in captures.
  public var offset: UInt64?
  /// Event time in nanoseconds since 1970; nil where none is known.
  public var time: Int64?
  /// The flow in which the value was seen; nil in logs.
  public var flow: FlowRecord?
  /// The endpoint of the flow whose address the value is; nil if it is neither's.
  public var end: FlowEndpoint?
  /// The lines around the hit, if they were asked for.
  public var context: LineContext?
  /// What a log's record says of the event: its endpoints, state and verdict.
  public var event: EventContext? = nil
  /// The response code, for a value in a capture's DNS response.
  public var responseCode: DNSResponseCode? = nil

  /// The hit's time, or `ObservableRecord.noTime` if it is unknown.
  package var recordTime: Int64 { time ?? ObservableRecord.noTime }

  /// The flow of a capture, or of a log record that names both endpoints and the protocol.
  var knownFlow: FlowRecord? {
    if let flow { return flow }
    return event?.ipProtocol == nil ? nil : event?.flow
  }

  /// The approximate number of bytes that the texts of all sources take in an output line.
  ///
  /// In a long line these are most of the bytes.
  var sourceLength: Int {
    var length = 0
    for indicator in indicators {
      for index in indicator.sources {
        length += indicator.entry.sources[index].statement.length
      }
    }
    return length
  }

  /// Where the event came from, according to the capture or the log record.
  public var sourceEndpoint: EventEndpoint? {
    guard let flow else { return event?.source }
    return EventEndpoint(
      address: flow.source, isIPv4: flow.ipVersion == 4, port: flow.hasPorts ? flow.sourcePort : 0)
  }

  /// Where the event went.
  public var destinationEndpoint: EventEndpoint? {
    guard let flow else { return event?.destination }
    return EventEndpoint(
      address: flow.destination, isIPv4: flow.ipVersion == 4,
      port: flow.hasPorts ? flow.destinationPort : 0)
  }
}

/// One endpoint of a flow.
public enum FlowEndpoint: Sendable {
  case originator, responder
}

/// One indicator of a hit.
public struct HitIndicator: Sendable {
  /// The entry.
  public var entry: ResolvedEntry
  /// How the entry matched the observable.
  public var match: MatchKind
  /// Validity at the event's time; nil where the event has no time and the indicator has bounds.
  public var validity: Validity?
  /// Indices of those sources of the entry that take part in the hit.
  public var sources: [Int]
}

/// The allow-list entry that suppressed a hit.
public struct Suppression: Sendable {
  /// Name of the allow list.
  public var list: [UInt8]
  /// Line in the list; nil for a format in which lines have no meaning.
  public var line: UInt32?
  /// Why the value is allowed: the list's own description, or else how the entry covers the value.
  public var reason: [UInt8]

  /// The list, and behind it the line if it has one.
  var place: [UInt8] { list + (line.map { Array(":\($0)".utf8) } ?? []) }
}

/// A database entry with everything that a hit shows of it; read once and shared by hits.
public final class ResolvedEntry: Sendable {
  /// The entry's database and number.
  package let reference: EntryReference
  /// The entry's kind.
  public let kind: IndicatorKind
  /// How its value is compared.
  public let mode: MatchMode
  /// The value as it is printed.
  public let value: [UInt8]
  /// Length that orders entries of one match: prefix bits, or bytes of the value.
  public let specificity: Int
  /// Every source, by confidence, then feed, then line.
  public let sources: [ResolvedSource]
  /// The indices of all sources; hits in which every source takes part share this array.
  let allSources: [Int]
  /// The entries that a merged entry was made of; empty if only one database holds the value.
  let parts: [EntryReference]
  /// The sources grouped by their conditions; nil if no source has one.
  let joint: JointSources?

  package init(
    reference: EntryReference, kind: IndicatorKind, mode: MatchMode, value: [UInt8],
    specificity: Int, sources: [ResolvedSource], parts: [EntryReference] = []
  ) {
    self.reference = reference
    self.kind = kind
    self.mode = mode
    self.value = value
    self.specificity = specificity
    self.sources = sources
    allSources = Array(sources.indices)
    self.parts = parts
    joint = JointSources(sources)
  }
}

/// What one feed says of an entry, and where.
public struct ResolvedSource: Sendable {
  /// Lines in the feed, ascending; empty for a format in which lines have no meaning.
  public var lines: [UInt32]
  /// What the feed says; shared by all entries about which it says the same.
  public let statement: SourceStatement

  package init(lines: [UInt32], statement: SourceStatement) {
    self.lines = lines
    self.statement = statement
  }

  /// Name of the feed.
  public var feed: [UInt8] { statement.feed }
  /// The object's own identifier in the feed; empty where it has none, as for all texts here.
  public var id: [UInt8] { statement.id }
  /// What the feed says of the value in words.
  public var description: [UInt8] { statement.description }
  /// Where to read more, usually a URL.
  public var reference: [UInt8] { statement.reference }
  /// The feed's labels or tags.
  public var labels: [[UInt8]] { statement.labels }
  /// MITRE ATT&CK technique identifiers.
  public var attack: [[UInt8]] { statement.attack }
  /// Names of malware that the value indicates.
  public var malware: [[UInt8]] { statement.malware }
  /// Names of threat actors behind it.
  public var actors: [[UInt8]] { statement.actors }
  /// Start of validity in nanoseconds since 1970; nil where the feed names none.
  public var validFrom: Int64? { statement.validFrom == .min ? nil : statement.validFrom }
  /// End of validity (exclusive); nil where the feed names none.
  public var validUntil: Int64? { statement.validUntil == .max ? nil : statement.validUntil }
  /// 0–100; nil where the feed says nothing.
  public var confidence: UInt8? { statement.confidence == 255 ? nil : statement.confidence }
  /// The marking under which it was shared.
  public var tlp: TLP { statement.tlp }
  /// Whether the source is of an allow list, is weak, or was forced to an exact match, among
  /// others.
  public var flags: SourceFlags { statement.flags }
  /// The joint condition that the source is part of, as `kind:value AND kind:value`; empty if the
  /// value counts by itself.
  public var condition: [UInt8] { statement.condition }
  /// The joint condition, and which of its members this source is; nil if it has no condition.
  package var conditionPlace: ConditionPlace? { statement.conditionPlace }
}

/// A member of a joint condition.
package struct ConditionPlace: Sendable, Equatable {
  /// The identifier of the condition's text in its database.
  package var condition: UInt32
  /// The member's bit.
  package var bit: UInt16
  /// The bits of all members.
  package var all: UInt16
  /// The responder's port that must be seen as well; 0 if any port will do.
  package var port: UInt16

  package init(condition: UInt32, bit: UInt16, all: UInt16, port: UInt16) {
    (self.condition, self.bit, self.all, self.port) = (condition, bit, all, port)
  }

  /// Creates the place that a source's context states; nil if it has no condition.
  init?(_ context: SourceContext) {
    guard context.condition != 0 else { return nil }
    self.init(
      condition: context.condition, bit: 1 << UInt16(context.conditionMember & 15),
      all: (1 << UInt16(min(context.conditionCount, 15))) - 1, port: context.conditionPort)
  }

  /// Whether this value is the only member, so that the condition asks only for a port.
  var isMetAlone: Bool { bit == all }
}

/// The sources of an entry, indexed by what their conditions ask for besides the value.
///
/// A value that very many conditions share has a source for each. The index finds those whose
/// conditions are met without looking at the others.
struct JointSources: Sendable {
  /// Sources without a condition.
  private var free: [Int] = []
  /// Sources whose condition asks only for a port, sorted by the port.
  private var byPort: [(key: UInt32, source: Int)] = []
  /// Sources whose condition asks for other values, sorted by the condition.
  private var byCondition: [(key: UInt32, source: Int)] = []

  init?(_ sources: [ResolvedSource]) {
    guard sources.contains(where: { $0.conditionPlace != nil }) else { return nil }
    for index in sources.indices {
      guard let place = sources[index].conditionPlace else {
        free.append(index)
        continue
      }
      if place.isMetAlone {
        byPort.append((UInt32(place.port), index))
      } else {
        byCondition.append((place.condition, index))
      }
    }
    byPort.sort { $0 < $1 }
    byCondition.sort { $0 < $1 }
  }

  /// The indices of the sources whose conditions are met, ascending.
  ///
  /// `conditions` are those whose values were all seen, `port` is the responder's port that the value
  /// was seen with, and `sources` are all sources of the entry.
  func met(_ conditions: [UInt32], port: UInt16?, of sources: [ResolvedSource]) -> [Int] {
    var result = free
    // Key 0: a condition on this value alone that names no port. Only a damaged database has one.
    for key in Set([0, port.map(UInt32.init) ?? 0]) {
      Self.append(key, of: byPort, to: &result) { _ in true }
    }
    for condition in Set(conditions) {
      Self.append(condition, of: byCondition, to: &result) { source in
        guard let asked = sources[source].conditionPlace?.port, asked != 0 else { return true }
        return asked == port
      }
    }
    if result.count > free.count { result.sort() }
    return result
  }

  private static func append(
    _ key: UInt32, of list: [(key: UInt32, source: Int)], to result: inout [Int],
    where isMet: (Int) -> Bool
  ) {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle].key < key { low = middle + 1 } else { high = middle }
    }
    while low < list.count, list[low].key == key {
      if isMet(list[low].source) { result.append(list[low].source) }
      low += 1
    }
  }
}
