import Indicators
import Inputs
import Parsing

/// Writes hits as ndjson (`Outputs.md`).
package struct HitJSON {
  private var writer = JSONWriter()
  private var known: KnownIndicators?
  private let home: HomeNetworks

  /// - Parameters:
  ///   - home: the networks that count as ours, for the direction of flows.
  ///   - keepsIndicators: whether to keep the text of indicators, as more hits will follow.
  package init(home: HomeNetworks, keepsIndicators: Bool = true) {
    self.home = home
    if keepsIndicators { known = KnownIndicators() }
  }

  /// Appends one hit as a line without its end.
  package mutating func append(_ hit: Hit, to output: inout [UInt8]) {
    writer.reset()
    writer.beginObject()
    writer.member("schema", 1)
    if let time = hit.time {
      writer.key("ts")
      writer.time(time)
    }
    writer.key("kind")
    writer.name(of: hit.kind)
    writer.member("field", hit.field)
    writer.key("value")
    if !writer.string(hit.value.rawSpan) {
      writer.key("raw")
      writer.base64(hit.value)
    }
    writer.member("match", hit.match.name)
    writer.key("indicators")
    writer.beginArray()
    for indicator in hit.indicators {
      if known?.append(indicator, to: &writer) == nil { writer.indicator(indicator) }
    }
    writer.endArray()
    if let suppression = hit.suppression { writer.suppression(suppression) }
    writer.key("source")
    writer.beginObject()
    writer.member("path", hit.path.bytes)
    if hit.countsPackets {
      writer.member("packet", hit.number)
    } else {
      writer.member("line", hit.number)
    }
    if let offset = hit.offset {
      writer.member("offset", offset)
    }
    writer.endObject()
    if let endpoint = hit.endpoint {
      writer.key("seen_from")
      writer.plain(endpoint.name)
    }
    if let code = hit.responseCode { writer.responseCode(code) }
    if let context = hit.context { writer.context(context) }
    if let flow = hit.flow {
      writer.flow(flow, direction: home.direction(of: flow).name, responseCode: hit.responseCode)
    } else if let event = hit.event {
      writer.event(event, home: home)
    }
    writer.endObject()
    writer.append(to: &output)
  }

  /// The indicators of a hit as a JSON array.
  package mutating func indicators(of hit: Hit) -> [UInt8] {
    writer = JSONWriter()
    writer.beginArray()
    for indicator in hit.indicators { writer.indicator(indicator) }
    writer.endArray()
    return writer.bytes
  }
}

/// Keeps the JSON of indicators that were written lately, since an indicator that hit once often
/// hits again.
///
/// It is a direct-mapped cache: the entry chooses a place. A place holds all that the text depends
/// on, so no other indicator is taken for it.
private struct KnownIndicators {
  private static let size = 2048
  /// The longest text that is kept.
  private static let longest = 2048

  private struct Written {
    var indicator: HitIndicator
    var json: [UInt8]
  }

  private var places: [Written?] = []
  private var writer = JSONWriter()

  /// Writes an indicator.
  mutating func append(_ indicator: HitIndicator, to output: inout JSONWriter) {
    if places.isEmpty { places = Array(repeating: nil, count: Self.size) }
    let reference = indicator.entry.reference
    var hash = UInt64(reference.entry) &* 0x9e37_79b9_7f4a_7c15
    hash ^= UInt64(truncatingIfNeeded: reference.database) &* 0xff51_afd7_ed55_8ccd
    let place = Int(truncatingIfNeeded: hash >> 53)
    if let written = places[place], written.indicator.entry === indicator.entry,
      written.indicator.match == indicator.match,
      written.indicator.validity == indicator.validity,
      written.indicator.sourceIndices == indicator.sourceIndices
    {
      return output.fragment(written.json)
    }
    writer.reset()
    writer.indicator(indicator)
    let json = writer.bytes
    if json.count <= Self.longest {
      places[place] = Written(indicator: indicator, json: json)
    }
    output.fragment(json)
  }
}

extension JSONWriter {
  /// Writes the name of a kind.
  mutating func name(of kind: IndicatorKind) { string(KindNames.names[Int(kind.rawValue)]) }

  /// Writes one indicator of a hit.
  mutating func indicator(_ indicator: HitIndicator) {
    beginObject()
    member("value", indicator.entry.value)
    key("kind")
    name(of: indicator.entry.kind)
    member("match", indicator.match.name)
    if let validity = indicator.validity {
      member("validity", validity.name)
    }
    key("sources")
    beginArray()
    for index in indicator.sourceIndices { source(indicator.entry.sources[index]) }
    endArray()
    endObject()
  }

  /// Writes one source of an entry.
  mutating func source(_ source: ResolvedSource) {
    beginObject()
    member("feed", source.feed)
    if let line = source.lines.first {
      member("line", line)
      if source.lines.count > 1 {
        key("lines")
        beginArray()
        for line in source.lines { number(line) }
        endArray()
      }
    }
    text("id", source.statement.id)
    if let confidence = source.confidence {
      member("confidence", confidence)
    }
    if let tlp = source.tlp.name {
      member("tlp", tlp)
    }
    list("labels", source.labels)
    list("attack", source.attack)
    list("malware", source.malware)
    list("actors", source.actors)
    if let start = source.validFrom {
      key("valid_from")
      time(start)
    }
    if let end = source.validUntil {
      key("valid_until")
      time(end)
    }
    text("description", source.statement.description)
    text("reference", source.statement.reference)
    text("condition", source.statement.condition)
    if source.flags.contains(.weak) {
      member("weak", true)
    }
    endObject()
  }

  /// Writes what allows a hit as the `suppressed` member.
  mutating func suppression(_ suppression: Suppression) {
    key("suppressed")
    beginObject()
    member("list", suppression.list)
    if let line = suppression.line {
      member("line", line)
    }
    member("reason", suppression.reason)
    endObject()
  }

  /// Writes the lines around a hit as the `context` member.
  mutating func context(_ context: LineContext) {
    key("context")
    beginObject()
    key("before")
    beginArray()
    for line in context.before { string(line) }
    endArray()
    member("line", context.line)
    key("after")
    beginArray()
    for line in context.after { string(line) }
    endArray()
    endObject()
  }

  /// Writes the code of a DNS response.
  mutating func responseCode(_ code: DNSResponseCode) {
    member("rcode", code.name)
  }

  /// Writes a flow as the `flow` member.
  ///
  /// Its state is `overlap` if overlapping bytes disagree, else the DNS response code.
  mutating func flow(
    _ flow: FlowRecord, direction: StaticString, responseCode: DNSResponseCode?
  ) {
    key("flow")
    beginObject()
    ipProtocol(flow.ipProtocol)
    key("src")
    address(flow.source, version: flow.ipVersion)
    if flow.hasPorts {
      member("src_port", flow.sourcePort)
    }
    key("dst")
    address(flow.destination, version: flow.ipVersion)
    if flow.hasPorts {
      member("dst_port", flow.destinationPort)
    }
    key("community_id")
    communityID(of: flow)
    key("direction")
    plain(direction)
    if flow.tunnelDepth > 0 {
      member("tunnel", flow.tunnelDepth)
    }
    if flow.hasOverlap {
      key("state")
      plain("overlap")
    } else if let responseCode {
      member("state", responseCode.name)
    }
    endObject()
  }

  /// Writes a log record's event as the `flow` member, with its state and verdict.
  mutating func event(_ event: EventContext, home: HomeNetworks) {
    key("flow")
    beginObject()
    if let number = event.ipProtocol { ipProtocol(number) }
    if let endpoint = event.source {
      key("src")
      address(endpoint.address, version: endpoint.isIPv4 ? 4 : 6)
      if endpoint.port > 0 {
        member("src_port", endpoint.port)
      }
    }
    if let endpoint = event.destination {
      key("dst")
      address(endpoint.address, version: endpoint.isIPv4 ? 4 : 6)
      if endpoint.port > 0 {
        member("dst_port", endpoint.port)
      }
    }
    communityID(of: event)
    if let flow = event.flow {
      key("direction")
      plain(home.direction(of: flow).name)
    }
    if !event.state.isEmpty {
      member("state", event.state.bytes)
    }
    if let verdict = event.verdict {
      key("verdict")
      plain(verdict.name)
    }
    endObject()
  }

  /// Writes an IP protocol as a string: its name, or the number in digits if it has none here.
  private mutating func ipProtocol(_ number: UInt8) {
    key("protocol")
    if let name = IPProtocol.name(number) { plain(name) } else { string("\(number)") }
  }

  /// Writes bytes as base64.
  mutating func base64(_ value: [UInt8]) {
    var text: [UInt8] = []
    Base64.encode(value.rawSpan, to: &text)
    string(text)
  }

  private mutating func text(_ name: StaticString, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    key(name)
    string(value)
  }

  private mutating func list(_ name: StaticString, _ values: [[UInt8]]) {
    guard !values.isEmpty else { return }
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }
}

extension EventContext {
  /// The flow between both endpoints; nil unless both are known and of one IP version.
  ///
  /// It has ports if both ports are known and the protocol is TCP, UDP or SCTP.
  var flow: FlowRecord? {
    guard let source, let destination, source.isIPv4 == destination.isIPv4 else { return nil }
    let hasPorts =
      source.port > 0 && destination.port > 0
      && ipProtocol.map(IPProtocol.hasNamedPorts) == true
    return FlowRecord(
      source: source.address, destination: destination.address, sourcePort: source.port,
      destinationPort: destination.port, ipProtocol: ipProtocol ?? 0,
      ipVersion: source.isIPv4 ? 4 : 6, tunnelDepth: 0, hasPorts: hasPorts)
  }

  /// The flow if both ports are known: without them its Community ID would be that of another.
  var flowWithPorts: FlowRecord? { flow.flatMap { $0.hasPorts ? $0 : nil } }
}

extension ObservableBatch {
  /// What a log record says of its event; nil if it says nothing.
  func context(of record: ObservableRecord) -> EventContext? {
    guard record.context != ObservableRecord.noContext, Int(record.context) < contexts.count
    else { return nil }
    return contexts[Int(record.context)]
  }
}

/// The names of kinds as bytes, by raw value.
private enum KindNames {
  static let names: [[UInt8]] = {
    var names = [[UInt8]](repeating: [], count: 256)
    for kind in IndicatorKind.allCases { names[Int(kind.rawValue)] = Array(kind.name.utf8) }
    return names
  }()
}
