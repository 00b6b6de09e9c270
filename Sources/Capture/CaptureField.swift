/// The fields that are read from captures; `name` is the name that users see.
enum CaptureField: Int, CaseIterable {
  case ipSource
  case ipDestination
  case dnsQuery
  case dnsQueryReverse
  case dnsAnswerName
  case dnsAnswerAddress
  case dnsAnswerText
  case dnsAuthorityName
  case dnsAuthorityAddress
  case dnsAdditionalName
  case dnsAdditionalAddress
  case httpHost
  case httpURL
  case httpUserAgent
  case httpReferrer
  case httpForwardedFor
  case httpFileName
  case payload
  case tlsServerName
  case tlsJA3
  case tlsJA3S
  case tlsJA4
  case tlsCertificateSHA1
  case tlsCertificateSHA256
  case tlsCertificateName

  var name: StaticString {
    switch self {
    case .ipSource: "ip.src"
    case .ipDestination: "ip.dst"
    case .dnsQuery: "dns.query"
    case .dnsQueryReverse: "dns.query.reverse"
    case .dnsAnswerName: "dns.answer.name"
    case .dnsAnswerAddress: "dns.answer.address"
    case .dnsAnswerText: "dns.answer.text"
    case .dnsAuthorityName: "dns.authority.name"
    case .dnsAuthorityAddress: "dns.authority.address"
    case .dnsAdditionalName: "dns.additional.name"
    case .dnsAdditionalAddress: "dns.additional.address"
    case .httpHost: "http.host"
    case .httpURL: "http.url"
    case .httpUserAgent: "http.user-agent"
    case .httpReferrer: "http.referrer"
    case .httpForwardedFor: "http.x-forwarded-for"
    case .httpFileName: "http.filename"
    case .payload: "payload"
    case .tlsServerName: "tls.sni"
    case .tlsJA3: "tls.ja3"
    case .tlsJA3S: "tls.ja3s"
    case .tlsJA4: "tls.ja4"
    case .tlsCertificateSHA1: "tls.certificate.sha1"
    case .tlsCertificateSHA256: "tls.certificate.sha256"
    case .tlsCertificateName: "tls.certificate.name"
    }
  }
}
