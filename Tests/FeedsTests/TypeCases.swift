import Feeds
import Indicators
import Testing

extension FeedCase {
  /// What names of types and columns say, and what shape alone does not.
  static let types: [FeedCase] = fileNames + dottedHeaders + digestNames + attributes

  private static let fileNames: [FeedCase] = [
    FeedCase(
      name: "csv: names that end as files do are files' where nothing says that they are hosts'",
      text: """
        Indicator,Description
        evil.example,C2
        svchost.exe,loader
        "Lure Document.docx",prose
        Lure-Document.DOCX,lure
        update[.]dll,defanged
        archive.zip,a domain as well
        evil.nosuchtld,no ending of files
        *.sub.exe,names below
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "3 filename svchost.exe exact weak",
        "5 filename lure-document.docx exact weak", "6 filename update.dll exact weak",
        "7 domain archive.zip withSubdomains", "8 domain evil.nosuchtld withSubdomains",
        "9 domain sub.exe subdomainsOnly",
      ],
      diagnostics: [
        "3 (file-name)", "4 not-an-indicator", "5 (file-name)", "6 (file-name)",
        "8 (unknown-top-level-domain)", "9 (unknown-top-level-domain)",
      ]),
    FeedCase(
      name: "plain: the name of a file among those of hosts",
      text: (1...20).map { "evil\($0).example\n" }.joined() + "svchost.exe\n", format: .plain,
      entries: (1...20).map { "\($0) domain evil\($0).example withSubdomains" }
        + ["21 filename svchost.exe exact weak"], diagnostics: ["21 (file-name)"]),
    FeedCase(
      name: "csv: what a feed calls a domain is one", text: "domain,note\nevil.exe,x\nbad.dll,y\n",
      format: .csv,
      entries: ["2 domain evil.exe withSubdomains", "3 domain bad.dll withSubdomains"],
      diagnostics: ["2 (unknown-top-level-domain)", "3 (unknown-top-level-domain)"]),
  ]

  private static let dottedHeaders: [FeedCase] = [
    FeedCase(
      name: "csv: names with dots above values, and a word for a type below one for words",
      text: "domain,tls.ja3,comment\nevil.example,\(Sample.md5),C2\nbad.example,,hash\n",
      format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "2 ja3 \(Sample.md5) exact weak",
        "3 domain bad.example withSubdomains",
      ]),
    FeedCase(
      name: "csv: the same above names of files",
      text: "sha256,file.name,comment\n\(Sample.sha256),run.exe,hash\n", format: .csv,
      entries: ["2 sha256 \(Sample.sha256) exact", "2 filename run.exe exact weak"]),
    FeedCase(
      name: "csv: the same above addresses",
      text: "destination.ip,malware.name,description\n192.0.2.66,Emotet,C2\n192.0.2.67,Emotet,C2\n",
      format: .csv, entries: ["2 ipv4 192.0.2.66 exact", "3 ipv4 192.0.2.67 exact"]),
    FeedCase(
      name: "csv: a name of a host above another, with types, is no header",
      text: "evil.name,domain\nbad.email,domain\n", format: .csv,
      entries: [
        "1 domain evil.name withSubdomains", "2 domain bad.email withSubdomains",
      ]),
  ]

  private static let certificate = "0123456789abcdef0123456789abcdef01234567"

  private static let digestNames: [FeedCase] = [
    FeedCase(
      name: "csv: types of several words that name digests of their own",
      text: "type,value\n"
        + [
          "X509-Certificate", "SSL Certificate", "SSL Cert", "TLS certificate",
          "SSL Certificate SHA1", "TLS Certificate SHA1", "CERT_HASH", "Intel::CERT_HASH",
          "x509 thumbprint", "Certificate Hash",
        ].map { "\($0),\(certificate)\n" }.joined() + """
          SSL Certificate SHA256,\(Sample.sha256)
          JA3S hash,\(Sample.md5)
          JA3S fingerprint,\(Sample.md5)
          tls.ja3,\(Sample.md5)
          TLS JA3,\(Sample.md5)
          import hash,\(Sample.md5)
          pe_imphash,\(Sample.md5)
          HASSH fingerprint,\(Sample.md5)
          x509-fingerprint-md5,\(Sample.md5)
          SSL Certificate,\(Sample.md5)
          file hash,\(Sample.md5)

          """, format: .csv,
      entries: (2...11).map { "\($0) certificate-sha1 \(certificate) exact" } + [
        "12 certificate-sha256 \(Sample.sha256) exact", "13 ja3s \(Sample.md5) exact",
        "14 ja3s \(Sample.md5) exact", "15 ja3 \(Sample.md5) exact weak",
        "16 ja3 \(Sample.md5) exact weak", "17 imphash \(Sample.md5) exact",
        "18 imphash \(Sample.md5) exact", "19 hassh \(Sample.md5) exact",
        "22 md5 \(Sample.md5) exact",
      ],
      diagnostics: [
        "12 (kind-by-length)", "20 unsupported-kind", "21 kind-mismatch",
      ]),
    FeedCase(
      name: "csv: columns of several words that name digests of their own",
      text: """
        domain,tls.server.hash.sha1,file.pe.imphash,Thumbprint
        evil.example,\(certificate),\(Sample.md5),\(certificate)
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "2 certificate-sha1 \(certificate) exact",
        "2 imphash \(Sample.md5) exact", "2 certificate-sha1 \(certificate) exact",
      ]),
    FeedCase(
      name: "csv: MD5 of certificates beside a column of digests",
      text: "hash,type\n\(Sample.md5),x509-fingerprint-md5\n\(Sample.sha1),sha1\n", format: .csv,
      entries: ["3 sha1 \(Sample.sha1) exact"], diagnostics: ["2 unsupported-kind"]),
  ]

  private static let attributes: [FeedCase] = [
    FeedCase(
      name: "csv: attributes of MISP without to_ids",
      text: """
        category,type,value,comment
        Network activity,domain,evil.example,c2
        Targeting data,target-email,victim@victim.example,recipient
        Targeting data,domain,victim.example,whatever its type
        Person,email-src,user@victim.example,
        Attribution,whois-registrant-email,user@victim.example,
        Attribution,whois-registrar,registrar.example,
        Network activity,dkim,dkim.example,
        Payload delivery,malware-type,trojan.example,
        External analysis,link,https://report.example/1,
        External analysis,github-repository,github.example/user/x,
        Payload delivery,email-attachment,run.exe,
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "12 filename run.exe exact weak",
      ],
      diagnostics: [
        "3 personal-data", "4 personal-data", "5 personal-data", "6 personal-data",
        "7 unsupported-kind", "8 unsupported-kind", "9 unsupported-kind", "10 unsupported-kind",
        "11 unsupported-kind",
      ]),
    FeedCase(
      name: "json: attributes of MISP without to_ids",
      text: """
        [{"category":"Network activity","type":"domain","value":"evil.example"},
        {"category":"Targeting data","type":"target-email","value":"victim@victim.example"},
        {"category":"Attribution","type":"whois-registrar","value":"registrar.example"}]
        """, format: .json, entries: ["1 domain evil.example withSubdomains"],
      diagnostics: ["2 personal-data", "3 unsupported-kind"]),
    FeedCase(
      name: "csv: a fraud's names are no attributes of MISP",
      text: "type,value,category\ndomain,evil.example,Financial fraud\niban,DE1,Financial fraud\n",
      format: .csv, entries: ["2 domain evil.example withSubdomains"],
      diagnostics: ["3 personal-data"]),
    FeedCase(
      name: "csv: a fingerprint of TLS may be a client's",
      text: "type,value\ntls_fingerprint,\(Sample.md5)\ntls_sha1,\(Sample.sha1)\n", format: .csv,
      entries: ["2 md5 \(Sample.md5) exact", "3 certificate-sha1 \(Sample.sha1) exact"]),
    FeedCase(
      name: "csv: a category alone makes no attribute of MISP",
      text: "domain,category\nevil.example,Financial fraud\nbad.example,Person\n", format: .csv,
      entries: ["2 domain evil.example withSubdomains", "3 domain bad.example withSubdomains"]),
    FeedCase(
      name: "csv: types as platforms call them",
      text: """
        type,value
        domain,evil.example
        Windows-Registry-Key,HKLM\\Software\\Evil
        StixFile,run.exe
        StixFile,\(Sample.sha256)
        user_agent.original,Evil/2.0
        http_user_agent,Evil/3.0
        User-Agents,Evil/4.0
        File Names,run2.exe
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "3 registry-key hklm\\software\\evil exact",
        "4 filename run.exe exact weak", "5 sha256 \(Sample.sha256) exact",
        "6 user-agent Evil/2.0 exact weak", "7 user-agent Evil/3.0 exact weak",
        "8 user-agent Evil/4.0 exact weak", "9 filename run2.exe exact weak",
      ]),
    FeedCase(
      name: "csv: columns as people call them",
      text: """
        email-addr,Reply-To,subdomain,HTTP URL,Registry Path,http_user_agent,mutex name
        a@evil.example,b@evil.example,c.evil.example,http://evil.example/d,HKLM\\Software\\Evil,Evil/1.0,EvilMutex
        """, format: .csv,
      entries: [
        "2 email a@evil.example exact", "2 email b@evil.example exact",
        "2 domain c.evil.example exact", "2 url http://evil.example/d exact",
        "2 registry-key hklm\\software\\evil exact", "2 user-agent Evil/1.0 exact weak",
        "2 mutex EvilMutex exact",
      ]),
    FeedCase(
      name: "stix: objects of OpenCTI's own",
      text: #"""
        [{"type":"indicator","id":"indicator--1","pattern_type":"stix",
        "pattern":"[user-agent:value = 'Evil/1.0']"},
        {"type":"indicator","id":"indicator--2","pattern_type":"stix",
        "pattern":"[x-opencti-hostname:value = 'host.evil.example']"}]
        """#, format: .stix,
      entries: ["1 user-agent Evil/1.0 exact weak", "3 domain host.evil.example exact"]),
  ]
}
