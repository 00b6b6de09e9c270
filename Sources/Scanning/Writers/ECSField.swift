import Indicators

/// The field of the Elastic Common Schema that holds the value of a capture's field.
struct ECSField {
  private enum Form {
    case text, list, object, url
  }

  private let parts: [StaticString]
  private let form: Form
  /// The field's full name.
  let path: String

  private init(_ form: Form, _ parts: StaticString...) {
    self.form = form
    self.parts = parts
    path = parts.map { "\($0)" }.joined(separator: ".")
  }

  /// The ECS field for a capture's field; nil for fields of logs and for those that ECS has no
  /// field for.
  init?(_ field: [UInt8]) {
    guard let place = Self.place(String(decoding: field, as: UTF8.self)) else { return nil }
    self = place
  }

  private static func place(_ name: String) -> ECSField? {
    switch name {
    case "dns.query": ECSField(.text, "dns", "question", "name")
    case "dns.answer.name", "dns.authority.name", "dns.additional.name":
      ECSField(.object, "dns", "answers", "name")
    case "dns.answer.text": ECSField(.object, "dns", "answers", "data")
    case "dns.answer.address", "dns.authority.address", "dns.additional.address":
      ECSField(.list, "dns", "resolved_ip")
    case "http.host": ECSField(.text, "url", "domain")
    case "http.url": ECSField(.url, "url", "full")
    case "http.user-agent": ECSField(.text, "user_agent", "original")
    case "http.referrer": ECSField(.text, "http", "request", "referrer")
    case "tls.sni", "quic.sni": ECSField(.text, "tls", "client", "server_name")
    case "tls.ja3": ECSField(.text, "tls", "client", "ja3")
    case "tls.ja3s": ECSField(.text, "tls", "server", "ja3s")
    case "tls.certificate.sha1": ECSField(.text, "tls", "server", "hash", "sha1")
    case "tls.certificate.sha256": ECSField(.text, "tls", "server", "hash", "sha256")
    case "smtp.from": ECSField(.list, "email", "from", "address")
    case "smtp.mail-from": ECSField(.text, "email", "sender", "address")
    case "smtp.to", "smtp.rcpt-to": ECSField(.list, "email", "to", "address")
    case "smtp.subject": ECSField(.text, "email", "subject")
    case "file.md5": ECSField(.text, "file", "hash", "md5")
    case "file.sha1": ECSField(.text, "file", "hash", "sha1")
    case "file.sha256": ECSField(.text, "file", "hash", "sha256")
    case "http.filename", "ftp.filename", "smb.filename": ECSField(.text, "file", "name")
    // The flow's endpoints are already written as `source.ip` and `destination.ip`.
    case "ip.src": ECSField(.text, "source", "ip")
    case "ip.dst": ECSField(.text, "destination", "ip")
    default: nil
    }
  }

  /// Writes the field with its value, except for the flow's own endpoints, which are written
  /// already.
  func append(_ value: [UInt8], to writer: inout JSONWriter) {
    guard path != "source.ip", path != "destination.ip" else { return }
    for (index, part) in parts.enumerated() {
      writer.key(part)
      guard index + 1 < parts.count else { break }
      // A list of objects is the value of the last but one part.
      if form == .object, index + 2 == parts.count { writer.beginArray() }
      writer.beginObject()
    }
    if form == .list { writer.beginArray() }
    writer.string(value)
    if form == .list { writer.endArray() }
    if form == .url {
      writer.member("domain", URLPieces.split(value).host)
    }
    for index in parts.indices.dropLast().reversed() {
      writer.endObject()
      if form == .object, index + 2 == parts.count { writer.endArray() }
    }
  }
}
