import Indicators
import Inputs
import Parsing

/// Writes hits as documents of the Elastic Common Schema, version 8: alerts with the indicators
/// that matched under `threat.enrichments`.
///
/// The mapping is described in the article "Outputs". Data for which the schema has no field is in
/// `sekisho`, a field set of our own, as the schema asks of those who add to it.
struct HitECS {
  var writer = JSONWriter()
  private let home: HomeNetworks

  /// - Parameter home: the networks that count as ours.
  init(home: HomeNetworks) { self.home = home }

  /// Appends one hit as a line without its end.
  mutating func append(_ hit: Hit, to output: inout [UInt8]) {
    writer.reset()
    writer.beginObject()
    // No time is written if the event has none: the time of the scan would make two equal scans
    // differ, and would be taken for the event's time.
    if let time = hit.time {
      writer.key("@timestamp")
      writer.time(time)
    }
    writer.key("ecs")
    writer.beginObject()
    writer.key("version")
    writer.plain("8.17.0")
    writer.endObject()
    writer.key("message")
    writer.string(
      Array("\(hit.kind.name) ".utf8) + hit.value
        + Array(" in \(hit.countsPackets ? "a capture" : "a log") matches ".utf8)
        + hit.indicators[0].entry.value)
    if hit.time == nil {
      writer.key("tags")
      writer.beginArray()
      writer.plain("timestamp-of-intake")
      writer.endArray()
    }
    appendEvent(hit)
    if let flow = hit.flow { append(flow) } else { appendEndpoints(hit) }
    ECSField(hit.field)?.append(hit.value, to: &writer)
    appendRelated(hit)
    appendThreat(hit)
    writer.key("log")
    writer.beginObject()
    writer.key("file")
    writer.beginObject()
    writer.member("path", hit.path.bytes)
    writer.endObject()
    writer.endObject()
    appendOwn(hit)
    writer.endObject()
    writer.append(to: &output)
  }

  private mutating func appendEvent(_ hit: Hit) {
    writer.key("event")
    writer.beginObject()
    writer.key("kind")
    writer.plain("alert")
    writer.key("category")
    writer.beginArray()
    writer.plain("intrusion_detection")
    writer.endArray()
    writer.key("type")
    writer.beginArray()
    writer.plain("info")
    if let verdict = hit.event?.verdict {
      writer.plain(verdict == .blocked ? "denied" : "allowed")
    }
    writer.endArray()
    writer.key("module")
    writer.plain("sekisho")
    writer.key("dataset")
    writer.plain("sekisho.hits")
    writer.endObject()
  }

  // MARK: Network

  private mutating func append(_ flow: FlowRecord) {
    for (isSource, address, port) in [
      (true, flow.source, flow.sourcePort), (false, flow.destination, flow.destinationPort),
    ] {
      writer.key(isSource ? "source" : "destination")
      writer.beginObject()
      let text = flow.addressText(address)
      writer.member("address", text)
      writer.member("ip", text)
      if flow.hasPorts {
        writer.member("port", port)
      }
      writer.endObject()
    }
    writer.key("network")
    writer.beginObject()
    writer.key("type")
    writer.plain(flow.ipVersion == 4 ? "ipv4" : "ipv6")
    appendProtocol(flow.ipProtocol)
    writer.key("community_id")
    writer.communityID(of: flow)
    writer.key("direction")
    writer.plain(home.direction(of: flow).name)
    writer.endObject()
  }

  /// Appends what a log record states of the flow: a port or an address may be missing.
  private mutating func appendEndpoints(_ hit: Hit) {
    guard let event = hit.event else { return }
    for (isSource, endpoint) in [(true, event.source), (false, event.destination)] {
      guard let endpoint else { continue }
      writer.key(isSource ? "source" : "destination")
      writer.beginObject()
      writer.member("address", endpoint.text)
      writer.member("ip", endpoint.text)
      if endpoint.port > 0 {
        writer.member("port", endpoint.port)
      }
      writer.endObject()
    }
    guard let endpoint = event.source ?? event.destination else { return }
    writer.key("network")
    writer.beginObject()
    writer.key("type")
    writer.plain(endpoint.isIPv4 ? "ipv4" : "ipv6")
    if let number = event.ipProtocol { appendProtocol(number) }
    writer.communityID(of: event)
    if let flow = event.flow {
      writer.key("direction")
      writer.plain(home.direction(of: flow).name)
    }
    writer.endObject()
  }

  private mutating func appendProtocol(_ number: UInt8) {
    writer.member("iana_number", "\(number)")
    let transport: StaticString? =
      switch number {
      case IPProtocol.icmp: "icmp"
      case IPProtocol.tcp: "tcp"
      case IPProtocol.udp: "udp"
      case IPProtocol.icmp6: "ipv6-icmp"
      case IPProtocol.sctp: "sctp"
      default: nil
      }
    if let transport {
      writer.key("transport")
      writer.plain(transport)
    }
  }

  private mutating func appendRelated(_ hit: Hit) {
    var addresses = [hit.sourceEndpoint, hit.destinationEndpoint].compactMap { $0?.text }
    var hosts: [[UInt8]] = []
    var hashes: [[UInt8]] = []
    switch hit.kind {
    case .ipv4, .ipv6: addresses.append(hit.value)
    case .domain: hosts.append(hit.value)
    case .url: hosts.append(URLPieces.split(hit.value).host)
    default: if hit.kind.isDigest { hashes.append(hit.value) }
    }
    guard !addresses.isEmpty || !hosts.isEmpty || !hashes.isEmpty else { return }
    writer.key("related")
    writer.beginObject()
    writer.distinctList("ip", addresses)
    writer.distinctList("hosts", hosts)
    writer.distinctList("hash", hashes)
    writer.endObject()
  }

  // MARK: Our own fields

  private mutating func appendOwn(_ hit: Hit) {
    writer.key("sekisho")
    writer.beginObject()
    writer.member("kind", hit.kind.name)
    writer.member("field", hit.field)
    writer.member("value", hit.value)
    writer.member("match", hit.match.name)
    writer.distinctList("feeds", hit.indicators.flatMap { $0.sources.map(\.feed) })
    if let validity = hit.indicators[0].validity {
      writer.member("validity", validity.name)
    }
    writer.key(hit.countsPackets ? "packet" : "line")
    writer.number(hit.number)
    if let offset = hit.offset {
      writer.member("offset", offset)
    }
    if let suppression = hit.suppression {
      writer.member("suppressed_by", suppression.list)
    }
    writer.endObject()
  }
}

extension JSONWriter {
  /// Writes a list of distinct strings; nothing if the list is empty.
  mutating func distinctList(_ name: StaticString, _ values: [[UInt8]]) {
    guard !values.isEmpty else { return }
    key(name)
    beginArray()
    for value in values.distinct { string(value) }
    endArray()
  }
}

extension [[UInt8]] {
  /// The distinct texts, in the order of their first places; meant for few texts.
  var distinct: [[UInt8]] {
    reduce(into: []) { result, text in
      if !result.contains(text) { result.append(text) }
    }
  }
}
