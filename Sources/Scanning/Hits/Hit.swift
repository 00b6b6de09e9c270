public import Indicators
public import Inputs

/// One observable in one place, and every indicator that covers it.
public struct Hit: Sendable {
  /// Kind of the observable that matched.
  public var kind: IndicatorKind
  /// Name of the field it stood in.
  public var field: [UInt8]
  /// The value as it is printed: the normal form of the candidate that matched.
  public var value: [UInt8]
  /// How the first indicator matched.
  public var match: MatchKind
  /// The indicators: exact first, then subdomains, prefixes, URL prefixes, addresses without their port, hosts of
  /// URLs and texts, longer ones first; then by confidence, feed and line.
  public var indicators: [HitIndicator]
  /// What suppressed the hit, where an allow list covers it.
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
  /// The flow it was seen in.
  public var flow: FlowRecord?
  /// Which end of the flow an address belongs to, where it is one.
  public var end: FlowEnd?
  /// The lines around it, where they were asked for.
  public var context: LineContext?
  /// What a log's record says of the event: its ends, state and verdict.
  public var event: EventContext? = nil
  /// Of a value in a capture's DNS response: the response's code.
  public var responseCode: DNSResponseCode? = nil

  /// Its time for what counts with it, or `ObservableRecord.noTime`.
  package var recordTime: Int64 { time ?? ObservableRecord.noTime }

  /// The flow of a capture, or of a record that names both ends and the protocol.
  var knownFlow: FlowRecord? {
    if let flow { return flow }
    return event?.ipProtocol == nil ? nil : event?.flow
  }

  /// Bytes of what its sources say, which are most of a long line, about.
  var sourceLength: Int {
    var length = 0
    for indicator in indicators {
      for index in indicator.sources {
        length += indicator.entry.sources[index].statement.length
      }
    }
    return length
  }

  /// Where the event came from, as a capture or a record tells it.
  public var sourceEnd: EventEnd? {
    guard let flow else { return event?.source }
    return EventEnd(
      address: flow.source, isIPv4: flow.ipVersion == 4, port: flow.hasPorts ? flow.sourcePort : 0)
  }

  /// Where the event went.
  public var destinationEnd: EventEnd? {
    guard let flow else { return event?.destination }
    return EventEnd(
      address: flow.destination, isIPv4: flow.ipVersion == 4,
      port: flow.hasPorts ? flow.destinationPort : 0)
  }
}

/// One end of a flow.
public enum FlowEnd: Sendable {
  case originator, responder
}

/// One indicator of a hit.
public struct HitIndicator: Sendable {
  /// The entry.
  public var entry: ResolvedEntry
  /// How it met the observable.
  public var match: MatchKind
  /// Validity at the event's time; nil where the event has no time and the indicator has bounds.
  public var validity: Validity?
  /// Indices of the entry's sources that take part.
  public var sources: [Int]
}

/// The allow-list entry that suppressed a hit.
public struct Suppression: Sendable {
  /// Name of the allow list.
  public var list: [UInt8]
  /// Line in the list; nil where lines mean nothing.
  public var line: UInt32?
  /// Why the value is allowed: what the list says, or how the entry covers it.
  public var reason: [UInt8]
}

/// A database entry with everything that a hit shows of it, read once and shared.
public final class ResolvedEntry: Sendable {
  /// Which entry of which database it is.
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
  /// Their indices, which hits in which all take part share.
  let allSources: [Int]
  /// Where several databases hold the value alike: the entries it was made of.
  let parts: [EntryReference]
  /// Which of the sources ask for more than the value; nil where none does.
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
  /// Lines in the feed, ascending; empty where lines mean nothing.
  public var lines: [UInt32]
  /// What it says, shared with all entries of which the feed says the same.
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
  /// Whether it allows, is weak, or was forced to exact.
  public var flags: SourceFlags { statement.flags }
  /// The values that were to be seen together, as `kind:value AND kind:value`; empty where the
  /// value says enough by itself.
  public var condition: [UInt8] { statement.condition }
  /// Which condition of its database, which of its members, of how many.
  package var conditionPlace: ConditionPlace? { statement.conditionPlace }
}

/// A member of a joint condition.
package struct ConditionPlace: Sendable, Equatable {
  /// The condition's string in its database.
  package var condition: UInt32
  /// The member's bit.
  package var bit: UInt16
  /// The bits of all members.
  package var all: UInt16
  /// The responder's port that must be seen as well, or 0.
  package var port: UInt16

  package init(condition: UInt32, bit: UInt16, all: UInt16, port: UInt16) {
    (self.condition, self.bit, self.all, self.port) = (condition, bit, all, port)
  }

  /// The place of what a source says; nil where it has no condition.
  init?(_ context: SourceContext) {
    guard context.condition != 0 else { return nil }
    self.init(
      condition: context.condition, bit: 1 << UInt16(context.conditionMember & 15),
      all: (1 << UInt16(min(context.conditionCount, 15))) - 1, port: context.conditionPort)
  }

  /// Whether no other value is asked for, only a port.
  var isMetAlone: Bool { bit == all }
}

/// The sources of an entry by what they ask for besides its value, so that none is looked at whose condition
/// is not met: a value that very many conditions share has a source for each.
struct JointSources: Sendable {
  /// Sources that ask for nothing.
  private var free: [Int] = []
  /// Sources that ask for a port alone, by the port.
  private var byPort: [(key: UInt32, source: Int)] = []
  /// Sources that ask for other values, by the condition.
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

  /// The sources whose conditions are met, where a value was seen with a port; ascending.
  func met(_ conditions: [UInt32], port: UInt16?, of sources: [ResolvedSource]) -> [Int] {
    var result = free
    // A condition that names no port comes only from damage.
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
