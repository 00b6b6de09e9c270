import Indicators
import Inputs
import Parsing

/// Writes hits as rows of Zeek's `intel.log`: its columns, its types, its escapes.
///
/// `#open` and `#close` are left out, since they would make two equal scans differ. Our flows and
/// files have no unique identifiers of Zeek's, so those columns are unset.
struct ZeekIntelLog {
  /// The lines before the rows.
  static func header(showsSuppressed: Bool) -> String {
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tintel\n"
      + "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tseen.indicator\t"
      + "seen.indicator_type\tseen.where\tseen.node\tmatched\tsources\tfuid\tfile_mime_type\t"
      + "file_desc\(showsSuppressed ? "\tsuppressed_by" : "")\n"
      + "#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tenum\tenum\tstring\tset[enum]\t"
      + "set[string]\tstring\tstring\tstring\(showsSuppressed ? "\tstring" : "")\n"
  }

  /// Whether rows have a column of our own for the allow list, as a site's `redef` would add it.
  let showsSuppressed: Bool

  /// Appends one hit as a row without its end.
  func append(_ hit: Hit, to output: inout [UInt8]) {
    if let time = hit.time {
      Self.append(time: time, to: &output)
    } else {
      output.append(contentsOf: unset)
    }
    output.append(contentsOf: "\t-".utf8)
    if let flow = hit.flow {
      tab(flow.addressText(flow.source), to: &output)
      tab(flow.hasPorts ? Array("\(flow.sourcePort)".utf8) : unset, to: &output)
      tab(flow.addressText(flow.destination), to: &output)
      tab(flow.hasPorts ? Array("\(flow.destinationPort)".utf8) : unset, to: &output)
    } else {
      for endpoint in [hit.event?.source, hit.event?.destination] {
        tab(endpoint?.text ?? unset, to: &output)
        tab(endpoint.map { $0.port > 0 ? Array("\($0.port)".utf8) : unset } ?? unset, to: &output)
      }
    }
    tab(Self.escaped(Self.indicator(hit.value, kind: hit.kind)), to: &output)
    tab(Array(Self.type(of: hit.kind).utf8), to: &output)
    tab(Array(Self.location(of: hit.field).utf8), to: &output)
    tab(Array("sekisho".utf8), to: &output)
    set(
      hit.indicators.map { indicator in
        let isNetwork =
          indicator.entry.mode == .prefix
          && (indicator.entry.kind == .ipv4 || indicator.entry.kind == .ipv6)
        return Array((isNetwork ? "Intel::SUBNET" : Self.type(of: indicator.entry.kind)).utf8)
      }, to: &output)
    set(
      hit.indicators.flatMap { $0.sources.map { Self.escaped($0.feed, inSet: true) } }, to: &output)
    output.append(contentsOf: "\t-\t-\t-".utf8)
    if showsSuppressed {
      tab(hit.suppression.map { Self.escaped($0.list) } ?? unset, to: &output)
    }
  }

  private var unset: [UInt8] { [UInt8(ascii: "-")] }

  private func tab(_ value: [UInt8], to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\t"))
    output.append(contentsOf: value)
  }

  /// Appends a set: distinct elements, joined by commas; commas in elements must be escaped
  /// already.
  private func set(_ values: [[UInt8]], to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\t"))
    if values.isEmpty { output.append(contentsOf: "(empty)".utf8) }
    for (index, value) in values.distinct.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.append(contentsOf: value)
    }
  }

  /// Appends a time as Zeek writes it: seconds since 1970 with six digits of fraction.
  static func append(time nanoseconds: Int64, to output: inout [UInt8]) {
    var (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 {
      seconds -= 1
      rest += 1_000_000_000
    }
    let fraction = "\(rest / 1000)"
    output.append(contentsOf: "\(seconds).".utf8)
    for _ in fraction.utf8.count..<6 { output.append(UInt8(ascii: "0")) }
    output.append(contentsOf: fraction.utf8)
  }

  /// The value as Zeek's intelligence framework has it: URLs without their scheme.
  private static func indicator(_ value: [UInt8], kind: IndicatorKind) -> [UInt8] {
    guard kind == .url, let colon = value.firstIndex(of: Byte.colon),
      value[colon...].starts(with: "://".utf8)
    else { return value }
    return Array(value[(colon + 3)...])
  }

  /// Escapes a string for a cell, as `\xNN`.
  ///
  /// Escaped are bytes that would end the cell or be misread: controls, the backslash, bytes that
  /// are not UTF-8, and the marks for unset and empty values.
  static func escaped(_ value: [UInt8], inSet: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(value.count)
    if value.isEmpty { return Array("(empty)".utf8) }
    let span = value.rawSpan
    var offset = 0
    while offset < value.count {
      let byte = value[offset]
      let isMark = offset == 0 && (value == [Byte.minus] || value == Array("(empty)".utf8))
      if byte < 0x20 || byte == 0x7f || byte == Byte.backslash || isMark
        || inSet && byte == UInt8(ascii: ",")
      {
        appendEscape(byte, to: &output)
        offset += 1
        continue
      }
      let length = byte < 0x80 ? 1 : UTF8Decoder.sequenceLength(span, at: offset)
      if length == 0 {
        appendEscape(byte, to: &output)
        offset += 1
      } else {
        output.append(contentsOf: value[offset..<offset + length])
        offset += length
      }
    }
    return output
  }

  private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    output.append(contentsOf: "\\x".utf8)
    output.append(digits[Int(byte >> 4)])
    output.append(digits[Int(byte & 15)])
  }

  /// The type in Zeek's intelligence framework; kinds that it does not know get one of our own
  /// module, as a site's `redef` would add it.
  static func type(of kind: IndicatorKind) -> String {
    switch kind {
    case .ipv4, .ipv6: "Intel::ADDR"
    case .domain: "Intel::DOMAIN"
    case .url: "Intel::URL"
    case .email: "Intel::EMAIL"
    case .md5, .sha1, .sha224, .sha256, .sha384, .sha512: "Intel::FILE_HASH"
    case .certificateSHA1: "Intel::CERT_HASH"
    case .filename: "Intel::FILE_NAME"
    case .userAgent: "Intel::SOFTWARE"
    case .ja3: "Intel::JA3"
    case .imphash: "Sekisho::IMPHASH"
    case .ja3s: "Sekisho::JA3S"
    case .ja4: "Sekisho::JA4"
    case .hassh: "Sekisho::HASSH"
    case .hasshServer: "Sekisho::HASSH_SERVER"
    case .certificateSHA256: "Sekisho::CERT_SHA256"
    case .text: "Sekisho::TEXT"
    case .registryKey: "Sekisho::REGISTRY_KEY"
    case .mutex: "Sekisho::MUTEX"
    case .pipe: "Sekisho::PIPE"
    }
  }

  /// Where Zeek's intelligence framework would say that it saw the field.
  ///
  /// The fields of Zeek's own logs are included.
  static func location(of field: [UInt8]) -> String {
    switch String(decoding: field, as: UTF8.self) {
    case "ip.src", "id.orig_h", "id_orig_h", "src_ip", "tx_hosts": "Conn::IN_ORIG"
    case "ip.dst", "id.resp_h", "id_resp_h", "dest_ip", "rx_hosts": "Conn::IN_RESP"
    case "dns.query", "dns.query.reverse", "query", "dns.rrname", "dns.queries.rrname",
      "dns.query.rrname":
      "DNS::IN_REQUEST"
    case "dns.answer.name", "dns.answer.address", "dns.answer.text", "dns.authority.name",
      "dns.authority.address", "dns.additional.name", "dns.additional.address", "answers",
      "dns.answers.rrname", "dns.answers.rdata", "dns.rdata":
      "DNS::IN_RESPONSE"
    case "http.host", "host", "http.hostname": "HTTP::IN_HOST_HEADER"
    case "http.url", "uri": "HTTP::IN_URL"
    case "http.user-agent", "user_agent", "http.http_user_agent": "HTTP::IN_USER_AGENT_HEADER"
    case "http.referrer", "referrer", "http.http_refer": "HTTP::IN_REFERRER_HEADER"
    case "http.x-forwarded-for", "proxied", "http.xff": "HTTP::IN_X_FORWARDED_FOR_HEADER"
    case "tls.sni", "quic.sni", "server_name": "SSL::IN_SERVER_NAME"
    case "tls.certificate.sha1", "tls.certificate.sha256", "tls.certificate.name", "san.dns",
      "fingerprint", "cert_chain_fps", "tls.fingerprint":
      "X509::IN_CERT"
    case "smtp.mail-from", "mailfrom", "smtp.mail_from": "SMTP::IN_MAIL_FROM"
    case "smtp.rcpt-to", "rcptto", "smtp.rcpt_to": "SMTP::IN_RCPT_TO"
    case "smtp.from", "from", "email.from": "SMTP::IN_FROM"
    case "smtp.to", "to", "email.to": "SMTP::IN_TO"
    case "cc", "email.cc": "SMTP::IN_CC"
    case "reply_to": "SMTP::IN_REPLY_TO"
    case "x_originating_ip": "SMTP::IN_X_ORIGINATING_IP_HEADER"
    case "smtp.subject", "smtp.url", "subject", "email.subject", "email.url": "SMTP::IN_MESSAGE"
    case "file.md5", "file.sha1", "file.sha256", "md5", "sha1", "sha256", "fileinfo.md5",
      "fileinfo.sha1", "fileinfo.sha256":
      "Files::IN_HASH"
    case "http.filename", "ftp.filename", "filename", "fileinfo.filename": "Files::IN_NAME"
    case "smb.filename": "SMB::IN_FILE_NAME"
    default: "Intel::IN_ANYWHERE"
    }
  }
}
