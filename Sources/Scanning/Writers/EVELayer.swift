/// The place in an EVE record for the value of a capture's field.
struct EVELayer {
  /// The record's member that holds the protocol.
  enum Object {
    case dns, http, tls, quic, ssh, smtp, email, files
  }

  var object: Object
  /// The nested objects around the member, outermost first.
  var parents: [StaticString] = []
  var member: StaticString
  /// Whether the member is a list of strings or of records.
  var isMemberList = false
  /// If the list's elements are records, the member of a record that holds the value.
  var recordMember: StaticString?
  var hasColons = false
  var isURL = false
  var applicationProtocol: String?

  var isList: Bool { object == .files }
  var isRecordList: Bool { recordMember != nil }

  private init(
    _ object: Object, _ member: StaticString, in parents: [StaticString] = [],
    list: Bool = false, record: StaticString? = nil
  ) {
    self.object = object
    self.member = member
    self.parents = parents
    isMemberList = list
    recordMember = record
  }

  /// The place for a capture's field; nil for fields of logs and for those without a place.
  init?(field: [UInt8]) {
    let name = String(decoding: field, as: UTF8.self)
    guard let place = Self.place(name) else { return nil }
    self = place
    let prefix = name.prefix { $0 != "." }
    switch prefix {
    case "dns", "http", "tls", "quic", "ssh", "smtp", "ftp", "smb":
      applicationProtocol = String(prefix)
    default: break
    }
  }

  private static func place(_ name: String) -> EVELayer? {
    switch name {
    case "dns.query": return EVELayer(.dns, "queries", list: true, record: "rrname")
    case "dns.answer.name": return EVELayer(.dns, "answers", list: true, record: "rrname")
    case "dns.answer.address", "dns.answer.text":
      return EVELayer(.dns, "answers", list: true, record: "rdata")
    case "dns.authority.name": return EVELayer(.dns, "authorities", list: true, record: "rrname")
    case "dns.authority.address":
      return EVELayer(.dns, "authorities", list: true, record: "rdata")
    case "dns.additional.name": return EVELayer(.dns, "additionals", list: true, record: "rrname")
    case "dns.additional.address":
      return EVELayer(.dns, "additionals", list: true, record: "rdata")
    case "http.host": return EVELayer(.http, "hostname")
    case "http.url":
      var layer = EVELayer(.http, "url")
      layer.isURL = true
      return layer
    case "http.user-agent": return EVELayer(.http, "http_user_agent")
    case "http.referrer": return EVELayer(.http, "http_refer")
    case "http.x-forwarded-for": return EVELayer(.http, "xff")
    case "tls.sni": return EVELayer(.tls, "sni")
    case "tls.ja3": return EVELayer(.tls, "hash", in: ["ja3"])
    case "tls.ja3s": return EVELayer(.tls, "hash", in: ["ja3s"])
    case "tls.ja4": return EVELayer(.tls, "ja4")
    case "tls.certificate.sha1":
      var layer = EVELayer(.tls, "fingerprint")
      layer.hasColons = true
      return layer
    case "tls.certificate.name": return EVELayer(.tls, "subjectaltname", list: true)
    case "quic.sni": return EVELayer(.quic, "sni")
    case "quic.ja4": return EVELayer(.quic, "ja4")
    case "ssh.hassh": return EVELayer(.ssh, "hash", in: ["client", "hassh"])
    case "ssh.hassh-server": return EVELayer(.ssh, "hash", in: ["server", "hassh"])
    case "smtp.mail-from": return EVELayer(.smtp, "mail_from")
    case "smtp.rcpt-to": return EVELayer(.smtp, "rcpt_to", list: true)
    case "smtp.from": return EVELayer(.email, "from")
    case "smtp.to": return EVELayer(.email, "to", list: true)
    case "smtp.subject": return EVELayer(.email, "subject")
    case "smtp.url": return EVELayer(.email, "url", list: true)
    case "http.filename", "ftp.filename", "smb.filename": return EVELayer(.files, "filename")
    case "file.md5": return EVELayer(.files, "md5")
    case "file.sha1": return EVELayer(.files, "sha1")
    case "file.sha256": return EVELayer(.files, "sha256")
    default: return nil
    }
  }
}

extension JSONWriter {
  /// Writes the name of a protocol's member.
  mutating func key(_ object: EVELayer.Object) {
    switch object {
    case .dns: key("dns")
    case .http: key("http")
    case .tls: key("tls")
    case .quic: key("quic")
    case .ssh: key("ssh")
    case .smtp: key("smtp")
    case .email: key("email")
    case .files: key("files")
    }
  }
}
