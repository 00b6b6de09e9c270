import Indicators
import Inputs
import Parsing

/// Writes hits as documents of the Elastic Common Schema, version 8: alerts with the indicators that
/// matched under `threat.enrichments`.
///
/// The mapping is described in the article "Outputs". What the schema has no field for stands in
/// `sekisho`, a field set of our own, as the schema asks of those who add to it.
struct HitECS {
  private var writer = JSONWriter()
  private let home: HomeNetworks
  private let now: Int64

  /// - Parameters:
  ///   - home: what is ours.
  ///   - now: the time of hits in inputs without times, since a document must have one.
  init(home: HomeNetworks, now: Int64) {
    self.home = home
    self.now = now
  }

  /// Appends one hit as a line without its end.
  mutating func append(_ hit: Hit, to output: inout [UInt8]) {
    let hasTime = hit.time != ObservableRecord.noTime
    writer.reset()
    writer.beginObject()
    writer.key("@timestamp")
    writer.time(hasTime ? hit.time : now)
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
    if !hasTime {
      writer.key("tags")
      writer.beginArray()
      writer.plain("timestamp-of-scan")
      writer.endArray()
    }
    appendEvent(hit)
    if let flow = hit.knownFlow { append(flow) } else { appendEnds(hit) }
    ECSField(hit.field)?.append(hit.value, to: &writer)
    appendRelated(hit)
    appendThreat(hit)
    writer.key("log")
    writer.beginObject()
    writer.key("file")
    writer.beginObject()
    writer.key("path")
    writer.string(hit.path.bytes)
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
      writer.key("address")
      writer.string(text)
      writer.key("ip")
      writer.string(text)
      if flow.hasPorts {
        writer.key("port")
        writer.number(port)
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
    writer.plain(home.direction(of: flow))
    writer.endObject()
  }

  /// Of a record that does not tell a whole flow, what it tells.
  private mutating func appendEnds(_ hit: Hit) {
    guard let event = hit.event else { return }
    for (isSource, end) in [(true, event.source), (false, event.destination)] {
      guard let end else { continue }
      writer.key(isSource ? "source" : "destination")
      writer.beginObject()
      writer.key("address")
      writer.string(end.text)
      writer.key("ip")
      writer.string(end.text)
      if end.port > 0 {
        writer.key("port")
        writer.number(end.port)
      }
      writer.endObject()
    }
    guard let end = event.source ?? event.destination else { return }
    writer.key("network")
    writer.beginObject()
    writer.key("type")
    writer.plain(end.isIPv4 ? "ipv4" : "ipv6")
    if let number = event.ipProtocol { appendProtocol(number) }
    if let flow = event.flow {
      writer.key("direction")
      writer.plain(home.direction(of: flow))
    }
    writer.endObject()
  }

  private mutating func appendProtocol(_ number: UInt8) {
    writer.key("iana_number")
    writer.string("\(number)")
    let transport: StaticString? =
      switch number {
      case 1: "icmp"
      case 6: "tcp"
      case 17: "udp"
      case 58: "ipv6-icmp"
      case 132: "sctp"
      default: nil
      }
    if let transport {
      writer.key("transport")
      writer.plain(transport)
    }
  }

  private mutating func appendRelated(_ hit: Hit) {
    var addresses = [hit.sourceEnd, hit.destinationEnd].compactMap { $0?.text }
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

  // MARK: Threat

  private mutating func appendThreat(_ hit: Hit) {
    let sources = hit.indicators.flatMap { indicator in
      indicator.sources.map { indicator.entry.sources[$0] }
    }
    writer.key("threat")
    writer.beginObject()
    let first = hit.indicators[0]
    writer.key("feed")
    writer.beginObject()
    writer.key("name")
    writer.string(sources.first?.feed ?? [])
    writer.endObject()
    let techniques = sources.flatMap(\.attack)
    if !techniques.isEmpty {
      writer.key("framework")
      writer.plain("MITRE ATT&CK")
      writer.key("technique")
      writer.beginObject()
      writer.distinctList("id", techniques)
      writer.endObject()
    }
    if let malware = sources.lazy.compactMap(\.malware.first).first {
      writer.key("software")
      writer.beginObject()
      writer.key("name")
      writer.string(malware)
      writer.endObject()
    }
    if let actor = sources.lazy.compactMap(\.actors.first).first {
      writer.key("group")
      writer.beginObject()
      writer.key("name")
      writer.string(actor)
      writer.endObject()
    }
    writer.key("indicator")
    appendIndicator(first.entry, first.entry.sources[first.sources[0]], withID: true)
    writer.key("enrichments")
    writer.beginArray()
    for indicator in hit.indicators {
      for index in indicator.sources {
        appendEnrichment(indicator.entry, indicator.entry.sources[index], hit)
      }
    }
    writer.endArray()
    writer.endObject()
  }

  private mutating func appendEnrichment(
    _ entry: ResolvedEntry, _ source: ResolvedSource, _ hit: Hit
  ) {
    writer.beginObject()
    writer.key("indicator")
    appendIndicator(entry, source, withID: false)
    writer.key("matched")
    writer.beginObject()
    writer.key("atomic")
    writer.string(hit.value)
    writer.key("field")
    writer.string(ECSField(hit.field)?.path ?? "sekisho.field")
    if !source.id.isEmpty {
      writer.key("id")
      writer.string(source.id)
    }
    writer.key("type")
    writer.plain("indicator_match_rule")
    if hit.time != ObservableRecord.noTime {
      writer.key("occurred")
      writer.time(hit.time)
    }
    writer.endObject()
    writer.endObject()
  }

  private mutating func appendIndicator(
    _ entry: ResolvedEntry, _ source: ResolvedSource, withID: Bool
  ) {
    writer.beginObject()
    writer.key("type")
    writer.string(Self.type(of: entry.kind))
    writer.key("name")
    writer.string(entry.value)
    appendValue(of: entry)
    writer.key("provider")
    writer.string(source.feed)
    writer.key("confidence")
    writer.plain(Self.confidence(source.confidence))
    if withID, !source.id.isEmpty { writer.distinctList("id", [source.id]) }
    if let tlp = source.tlp.name {
      writer.key("marking")
      writer.beginObject()
      writer.key("tlp")
      writer.string(tlp.uppercased())
      writer.key("tlp_version")
      writer.plain("2.0")
      writer.endObject()
    }
    if !source.description.isEmpty {
      writer.key("description")
      writer.string(source.description)
    }
    if !source.reference.isEmpty {
      writer.key("reference")
      writer.string(source.reference)
    }
    if source.validFrom != .min {
      writer.key("first_seen")
      writer.time(source.validFrom)
    }
    writer.endObject()
  }

  private mutating func appendValue(of entry: ResolvedEntry) {
    switch entry.kind {
    case .ipv4, .ipv6: appendAddress(entry.value)
    case .url:
      writer.key("url")
      writer.beginObject()
      writer.key(entry.mode == .exact ? "full" : "original")
      writer.string(entry.value)
      if entry.mode != .path {
        writer.key("domain")
        writer.string(URLPieces.split(entry.value).host)
      }
      writer.endObject()
    case .domain:
      writer.key("url")
      writer.beginObject()
      writer.key("domain")
      writer.string(entry.value)
      writer.endObject()
    case .email:
      writer.key("email")
      writer.beginObject()
      writer.key("address")
      writer.string(entry.value)
      writer.endObject()
    case .md5: appendHash("md5", entry.value)
    case .sha1: appendHash("sha1", entry.value)
    case .sha256: appendHash("sha256", entry.value)
    case .sha384: appendHash("sha384", entry.value)
    case .sha512: appendHash("sha512", entry.value)
    case .filename:
      writer.key("file")
      writer.beginObject()
      writer.key("name")
      writer.string(entry.value)
      writer.endObject()
    case .registryKey:
      writer.key("registry")
      writer.beginObject()
      writer.key("path")
      writer.string(entry.value)
      writer.endObject()
    default: break
    }
  }

  /// `ip` holds single addresses only; a network has its name alone.
  private mutating func appendAddress(_ text: [UInt8]) {
    guard !text.contains(Byte.slash) else { return }
    var address = text[...]
    var port: UInt16?
    if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) {
      address = text[1..<end]
      port = UInt16(String(decoding: text[(end + 1)...].drop { $0 == Byte.colon }, as: UTF8.self))
    } else if let colon = text.firstIndex(of: Byte.colon), text.contains(Byte.dot) {
      address = text[..<colon]
      port = UInt16(String(decoding: text[(colon + 1)...], as: UTF8.self))
    }
    writer.key("ip")
    writer.string(Array(address))
    if let port {
      writer.key("port")
      writer.number(port)
    }
  }

  private mutating func appendHash(_ name: StaticString, _ value: [UInt8]) {
    writer.key("file")
    writer.beginObject()
    writer.key("hash")
    writer.beginObject()
    writer.key(name)
    writer.string(value)
    writer.endObject()
    writer.endObject()
  }

  /// The schema's words for what an indicator is.
  static func type(of kind: IndicatorKind) -> String {
    switch kind {
    case .ipv4: "ipv4-addr"
    case .ipv6: "ipv6-addr"
    case .domain: "domain-name"
    case .url: "url"
    case .email: "email-addr"
    case .md5, .sha1, .sha224, .sha256, .sha384, .sha512, .imphash, .filename: "file"
    case .certificateSHA1, .certificateSHA256: "x509-certificate"
    case .userAgent: "software"
    case .registryKey: "windows-registry-key"
    case .mutex: "mutex"
    case .ja3, .ja3s, .ja4, .hassh, .hasshServer, .text, .pipe: "artifact"
    }
  }

  /// The schema's scale, cut where STIX 2.1's None / Low / Med / High scale cuts it.
  static func confidence(_ value: UInt8) -> StaticString {
    switch value {
    case 0: "None"
    case 1..<30: "Low"
    case 30..<70: "Medium"
    case 70...100: "High"
    default: "Not Specified"
    }
  }

  // MARK: Our own fields

  private mutating func appendOwn(_ hit: Hit) {
    writer.key("sekisho")
    writer.beginObject()
    writer.key("kind")
    writer.string(hit.kind.name)
    writer.key("field")
    writer.string(hit.field)
    writer.key("value")
    writer.string(hit.value)
    writer.key("match")
    writer.string(hit.match.name)
    writer.distinctList(
      "feeds",
      hit.indicators.flatMap { indicator in
        indicator.sources.map { indicator.entry.sources[$0].feed }
      })
    if let validity = hit.indicators[0].validity {
      writer.key("validity")
      writer.string(validity.name)
    }
    writer.key(hit.countsPackets ? "packet" : "line")
    writer.number(hit.number)
    if let offset = hit.offset {
      writer.key("offset")
      writer.number(offset)
    }
    if let suppression = hit.suppression {
      writer.key("suppressed_by")
      writer.string(suppression.list)
    }
    writer.endObject()
  }
}

extension JSONWriter {
  /// Writes a list of distinct strings; nothing where there is none.
  mutating func distinctList(_ name: StaticString, _ values: [[UInt8]]) {
    var distinct: [[UInt8]] = []
    for value in values where !distinct.contains(value) { distinct.append(value) }
    guard !distinct.isEmpty else { return }
    key(name)
    beginArray()
    for value in distinct { string(value) }
    endArray()
  }
}
