import Feeds
import Indicators
import Testing

extension FeedCase {
  /// What names of types and columns say, and what shape alone does not.
  static let types: [FeedCase] = fileNames + dottedHeaders

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
}
