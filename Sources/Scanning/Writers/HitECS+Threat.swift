import Indicators
import Inputs
import Parsing

/// Writes the schema's `threat` field set: a hit's indicators, and the feeds that list them.
extension HitECS {
  mutating func appendThreat(_ hit: Hit) {
    let sources = hit.indicators.flatMap(\.sources)
    writer.key("threat")
    writer.beginObject()
    let first = hit.indicators[0]
    writer.key("feed")
    writer.beginObject()
    writer.member("name", sources.first?.feed ?? [])
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
      writer.member("name", malware)
      writer.endObject()
    }
    if let actor = sources.lazy.compactMap(\.actors.first).first {
      writer.key("group")
      writer.beginObject()
      writer.member("name", actor)
      writer.endObject()
    }
    writer.key("indicator")
    appendIndicator(first.entry, first.firstSource, withID: true)
    writer.key("enrichments")
    writer.beginArray()
    for indicator in hit.indicators {
      for source in indicator.sources { appendEnrichment(indicator.entry, source, hit) }
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
    writer.member("atomic", hit.value)
    writer.member("field", ECSField(hit.field)?.path ?? "sekisho.field")
    if let id = source.id { writer.member("id", id) }
    writer.key("type")
    writer.plain("indicator_match_rule")
    if let time = hit.time {
      writer.key("occurred")
      writer.time(time)
    }
    writer.endObject()
    writer.endObject()
  }

  private mutating func appendIndicator(
    _ entry: ResolvedEntry, _ source: ResolvedSource, withID: Bool
  ) {
    writer.beginObject()
    writer.member("type", Self.type(of: entry.kind))
    writer.member("name", entry.value)
    appendValue(of: entry)
    writer.member("provider", source.feed)
    writer.key("confidence")
    writer.plain(Self.confidence(source.confidence))
    if withID, let id = source.id { writer.distinctList("id", [id]) }
    if let tlp = source.tlp.name {
      writer.key("marking")
      writer.beginObject()
      writer.member("tlp", tlp.uppercased())
      writer.key("tlp_version")
      writer.plain("2.0")
      writer.endObject()
    }
    if let description = source.description { writer.member("description", description) }
    if let reference = source.reference { writer.member("reference", reference) }
    if let start = source.validFrom {
      writer.key("first_seen")
      writer.time(start)
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
        writer.member("domain", URLPieces.split(entry.value).host)
      }
      writer.endObject()
    case .domain:
      writer.key("url")
      writer.beginObject()
      writer.member("domain", entry.value)
      writer.endObject()
    case .email:
      writer.key("email")
      writer.beginObject()
      writer.member("address", entry.value)
      writer.endObject()
    case .md5: appendHash("md5", entry.value)
    case .sha1: appendHash("sha1", entry.value)
    case .sha256: appendHash("sha256", entry.value)
    case .sha384: appendHash("sha384", entry.value)
    case .sha512: appendHash("sha512", entry.value)
    case .filename:
      writer.key("file")
      writer.beginObject()
      writer.member("name", entry.value)
      writer.endObject()
    case .registryKey:
      writer.key("registry")
      writer.beginObject()
      writer.member("path", entry.value)
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
    writer.member("ip", Array(address))
    if let port {
      writer.member("port", port)
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

  /// The confidence on the schema's scale, with the bounds of STIX 2.1's None / Low / Med / High
  /// scale.
  static func confidence(_ value: UInt8?) -> StaticString {
    guard let value else { return "Not Specified" }
    return switch value {
    case 0: "None"
    case 1..<30: "Low"
    case 30..<70: "Medium"
    case 70...100: "High"
    default: "Not Specified"
    }
  }
}
