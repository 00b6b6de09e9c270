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
  public var endpoint: FlowEndpoint?
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
      for index in indicator.sourceIndices {
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
  ///
  /// Hits share these, so that a hit copies no sources.
  package var sourceIndices: [Int]

  /// The sources that take part in the hit, by confidence, then feed, then line.
  public var sources: [ResolvedSource] {
    sourceIndices.count == entry.sources.count
      ? entry.sources : sourceIndices.map { entry.sources[$0] }
  }

  /// The first of the sources.
  package var firstSource: ResolvedSource { entry.sources[sourceIndices[0]] }
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
