import Feeds
import Indicators
import Testing

extension FeedCase {
  /// What names of types and columns say, and what shape alone does not.
  static let types: [FeedCase] = fileNames

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
}
