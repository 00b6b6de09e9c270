import Parsing

/// Keys whose values are names of the network (`Matching.md` §1.7): a value that is one run is a
/// name whatever its last label, as `bank.cc` or `update.sh`.
///
/// Only keys that hold nothing else are here: no plain `name`, which may be a file's or a user's.
extension KeyName {
  static let nameTyped: Set<String> = [
    "query", "answers", "host", "hostname", "servername", "sni", "rrname", "rdata", "domain",
    "fqdn", "sandns", "cshost",
    // Questions of DNS: Sysmon's, FortiGate's and the same in CEF, FTD's and ASIM's,
    // DNS-collector's, Wireshark's, Zscaler's.
    "queryname", "qname", "ftntfgtqname", "dnsquery", "dnsqname", "questionname", "dnsqryname",
    "dnsrespname", "dnsreq",
    // What is asked for in TLS: FTD's, Envoy's, Wireshark's.
    "sslservername", "tlsservername", "tlsclientservername", "tlssni", "sslsni",
    "requestedservername", "tlshandshakeextensionsservername",
    // Hosts of requests: Cloudflare's, Traefik's, FTD's, CloudFront's, HTTP/2's.
    "httphost", "httphostname", "requesthost", "clientrequesthost", "requestedhost",
    "referencedhost", "xhostheader", "urldomain", "urlhost", "authority",
    // Ends of connections: CEF's, ASIM's, the Elastic Common Schema's, SonicWall's, CrowdStrike's.
    "sourcehostname", "destinationhostname", "shost", "dhost", "srchost", "dsthost", "desthost",
    "sourcehost", "destinationhost", "remotehost", "srchostname", "dsthostname", "desthostname",
    "remotehostname", "dstname", "srcdomain", "dstdomain", "destdomain", "sourcedomain",
    "destinationdomain", "clientdomain", "serverdomain", "remotedomain", "domainname",
    "sourcednsdomain", "destinationdnsdomain", "srcfqdn", "dstfqdn",
    // Certificates': of their subjects, and, as Zeek's `san.dns`, EVE's and the Elastic Common
    // Schema's other names.
    "subjectcommonname", "sslcommonname", "subjectaltname", "subjectaltnames", "alternativenames",
  ]

  /// Keys that hold a name or a URL; parts of the URL may still be hashes: Defender's.
  static let namesOrURLs: Set<String> = ["remoteurl"]

  /// Keys that hold names only together with the key above them.
  static let namesBelow: [String: Set<String>] = [
    "question": ["name"], "answers": ["name", "data"], "subject": ["commonname"],
  ]

  func isNameTyped(parent: KeyName) -> Bool {
    Self.nameTyped.contains(letters) || isName(below: parent)
  }

  /// Whether the key holds a name because of the key above it.
  func isName(below parent: KeyName) -> Bool {
    Self.namesBelow[parent.letters]?.contains(letters) ?? false
  }

  /// Whether a value is a name or a URL.
  var isNameOrURL: Bool { Self.namesOrURLs.contains(letters) }
}
