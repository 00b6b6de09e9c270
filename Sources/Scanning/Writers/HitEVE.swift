import Indicators
import Inputs
import Parsing

/// Writes hits as alerts of Suricata's EVE log, so that a pipeline for that log can take them.
///
/// Members and their types are those of Suricata's own JSON schema (`etc/schema.json`). Data for
/// which it has no member is in `alert.context`, whose content is free. The mapping is described in
/// the article "Outputs".
struct HitEVE {
  private var writer = JSONWriter()
  private var indicators: HitJSON

  /// - Parameter home: the networks that count as ours.
  init(home: HomeNetworks) {
    indicators = HitJSON(home: home)
  }

  /// Appends one hit as a line without its end.
  mutating func append(_ hit: Hit, to output: inout [UInt8]) {
    writer.reset()
    writer.beginObject()
    // No time is written if the event has none: the time of the scan would make two equal scans
    // differ, and would be taken for the event's time.
    if let time = hit.time { writer.member("timestamp", Self.time(time)) }
    if let flow = hit.knownFlow {
      writer.member("flow_id", Self.identifier(of: flow))
    }
    writer.key("event_type")
    writer.plain("alert")
    if hit.countsPackets {
      writer.member("pcap_cnt", hit.number)
    }
    if let flow = hit.flow { append(flow) } else { appendEndpoints(hit) }
    let layer = EVELayer(field: hit.field)
    if let name = layer?.applicationProtocol {
      writer.member("app_proto", name)
    }
    writer.key("alert")
    appendAlert(hit)
    if let layer { appendLayer(layer, hit) }
    writer.member("pcap_filename", hit.path.bytes)
    writer.endObject()
    writer.append(to: &output)
  }

  // MARK: Flow

  private mutating func append(_ flow: FlowRecord) {
    writer.member("src_ip", flow.addressText(flow.source))
    if flow.hasPorts {
      writer.member("src_port", flow.sourcePort)
    }
    writer.member("dest_ip", flow.addressText(flow.destination))
    if flow.hasPorts {
      writer.member("dest_port", flow.destinationPort)
    }
    appendProtocol(flow.ipProtocol)
    writer.member("ip_v", flow.ipVersion)
    writer.key("community_id")
    writer.communityID(of: flow)
  }

  private mutating func appendProtocol(_ number: UInt8) {
    writer.key("proto")
    switch number {
    case IPProtocol.icmp: writer.plain("ICMP")
    case IPProtocol.tcp: writer.plain("TCP")
    case IPProtocol.udp: writer.plain("UDP")
    case IPProtocol.icmp6: writer.plain("IPv6-ICMP")
    case IPProtocol.sctp: writer.plain("SCTP")
    default: writer.string("\(number)")
    }
  }

  /// Appends what a log record states of the flow: a port or an address may be missing.
  private mutating func appendEndpoints(_ hit: Hit) {
    guard let event = hit.event else { return }
    if let endpoint = event.source {
      writer.member("src_ip", endpoint.text)
      if endpoint.port > 0 {
        writer.member("src_port", endpoint.port)
      }
    }
    if let endpoint = event.destination {
      writer.member("dest_ip", endpoint.text)
      if endpoint.port > 0 {
        writer.member("dest_port", endpoint.port)
      }
    }
    if let number = event.ipProtocol { appendProtocol(number) }
    if let endpoint = event.source ?? event.destination {
      writer.member("ip_v", endpoint.isIPv4 ? 4 : 6)
    }
    writer.communityID(of: event)
  }

  /// A number that all alerts of one flow share.
  ///
  /// It has at most 51 bits, as Suricata's own. It is computed from the flow alone, so it is the
  /// same in every run.
  static func identifier(of flow: FlowRecord) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for word in [
      flow.source.high, flow.source.low, flow.destination.high, flow.destination.low,
      UInt64(flow.sourcePort) << 32 | UInt64(flow.destinationPort) << 16
        | UInt64(flow.ipProtocol) << 8 | UInt64(flow.tunnelDepth),
    ] {
      hash = (hash ^ word) &* 0x0000_0100_0000_01b3
      hash ^= hash >> 29
    }
    return hash & (1 << 51 - 1)
  }

  /// The time as EVE writes it: microseconds, and the zone without a colon.
  static func time(_ nanoseconds: Int64) -> [UInt8] {
    var text: [UInt8] = []
    Timestamp.append(nanoseconds, to: &text)
    // Keeps `2024-05-01T10:00:00.123456`; more digits or the zone may follow.
    return Array(text.prefix(26)) + Array("+0000".utf8)
  }

  // MARK: Alert

  private mutating func appendAlert(_ hit: Hit) {
    let sources = hit.indicators.flatMap(\.sources)
    writer.beginObject()
    writer.key("action")
    writer.plain((hit.event?.verdict ?? .allowed).name)
    writer.member("gid", 1)
    writer.member("signature_id", Self.signature(of: hit))
    writer.member("rev", 1)
    writer.key("signature")
    writer.string(
      Array("SEKISHO \(hit.kind.name) indicator of ".utf8) + (sources.first?.feed ?? []))
    writer.key("category")
    writer.plain("Indicator of compromise")
    writer.member("severity", Self.severity(sources))
    writer.key("metadata")
    writer.beginObject()
    writer.distinctList("malware_family", sources.flatMap(\.malware))
    writer.distinctList("mitre_technique_id", sources.flatMap(\.attack))
    writer.distinctList("tag", sources.flatMap(\.labels))
    writer.distinctList("threat_actor", sources.flatMap(\.actors))
    writer.distinctList("indicator", hit.indicators.map(\.entry.value))
    writer.distinctList("feed", sources.map(\.feed))
    if hit.time == nil {
      // A reader gives the record the time of its arrival, and has to know that.
      writer.distinctList("timestamp_of", [Array("intake".utf8)])
    }
    writer.endObject()
    writer.distinctList("references", sources.compactMap(\.reference))
    writer.key("context")
    appendContext(hit)
    writer.endObject()
  }

  /// Appends the data for which the schema has no member.
  private mutating func appendContext(_ hit: Hit) {
    writer.beginObject()
    writer.key("sekisho")
    writer.beginObject()
    writer.member("schema", 1)
    writer.member("kind", hit.kind.name)
    writer.member("field", hit.field)
    writer.member("value", hit.value)
    writer.member("match", hit.match.name)
    if !hit.countsPackets {
      writer.member("line", hit.number)
    }
    if let offset = hit.offset {
      writer.member("offset", offset)
    }
    if let suppression = hit.suppression {
      writer.member("suppressed_by", suppression.list)
    }
    if let endpoint = hit.endpoint {
      writer.key("seen_from")
      writer.plain(endpoint.name)
    }
    writer.key("indicators")
    writer.fragment(indicators.indicators(of: hit))
    writer.endObject()
    writer.endObject()
  }

  /// A signature number in the range for local use: one for each kind and way to match.
  static func signature(of hit: Hit) -> Int {
    1_900_000 + Int(hit.kind.rawValue) * 10 + Int(hit.match.rawValue)
  }

  /// The severity from 1 (high) to 3 (low), by the highest confidence that a source states; 2 if
  /// none states one.
  private static func severity(_ sources: [ResolvedSource]) -> Int {
    guard let confidence = sources.compactMap(\.confidence).max() else { return 2 }
    return confidence >= 75 ? 1 : confidence >= 50 ? 2 : 3
  }

  // MARK: Protocol

  /// Repeats the value where Suricata's own record of the protocol would have it.
  private mutating func appendLayer(_ layer: EVELayer, _ hit: Hit) {
    writer.key(layer.object)
    if layer.isList { writer.beginArray() }
    writer.beginObject()
    if layer.object == .dns {
      writer.member("version", 3)
    }
    for parent in layer.parents {
      writer.key(parent)
      writer.beginObject()
    }
    if layer.isURL {
      appendURL(hit.value)
    } else {
      writer.key(layer.member)
      if layer.isMemberList { writer.beginArray() }
      if layer.isRecordList, let name = layer.recordMember {
        writer.beginObject()
        writer.key(name)
      }
      writer.string(layer.hasColons ? Self.withColons(hit.value) : hit.value)
      if layer.isRecordList { writer.endObject() }
      if layer.isMemberList { writer.endArray() }
    }
    for _ in layer.parents { writer.endObject() }
    writer.endObject()
    if layer.isList { writer.endArray() }
  }

  /// Appends a URL as Suricata splits it: host, port, and the rest.
  private mutating func appendURL(_ url: [UInt8]) {
    let (host, port, rest) = URLPieces.split(url)
    writer.member("hostname", host)
    if let port {
      writer.member("http_port", port)
    }
    writer.member("url", rest)
  }

  private static func withColons(_ hex: [UInt8]) -> [UInt8] {
    guard hex.count % 2 == 0 else { return hex }
    var result: [UInt8] = []
    for (index, digit) in hex.enumerated() {
      if index > 0, index % 2 == 0 { result.append(UInt8(ascii: ":")) }
      result.append(digit)
    }
    return result
  }
}

/// Splits the normal form of a URL into host, port and the rest.
enum URLPieces {
  static func split(_ url: [UInt8]) -> (host: [UInt8], port: UInt16?, rest: [UInt8]) {
    var start = 0
    if let colon = url.firstIndex(of: Byte.colon), url[colon...].starts(with: "://".utf8) {
      start = colon + 3
    }
    let end = url[start...].firstIndex(of: Byte.slash) ?? url.count
    var host = url[start..<end]
    var port: UInt16?
    if let colon = host.lastIndex(of: Byte.colon), host.last != UInt8(ascii: "]"),
      let number = UInt16(String(decoding: host[(colon + 1)...], as: UTF8.self))
    {
      port = number
      host = host[..<colon]
    }
    return (Array(host), port, end < url.count ? Array(url[end...]) : [Byte.slash])
  }
}
