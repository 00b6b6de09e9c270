import Feeds
import Indicators
import Testing

extension FeedCase {
  /// What a first row says of those below it, and what further columns of rows without a header hold.
  static let rows: [FeedCase] = firstRows + rules + defanged

  private static let firstRows: [FeedCase] =
    ["host", "network", "email", "data", "domains"].map { label in
      FeedCase(
        name: "plain: the name of a host that ends in \(label) heads no list",
        text: "evil-1.\(label)\nbad-a.example\nbad-b.example\n", format: .plain,
        entries: [
          "1 domain evil-1.\(label) withSubdomains", "2 domain bad-a.example withSubdomains",
          "3 domain bad-b.example withSubdomains",
        ])
    } + [
      FeedCase(
        name: "csv: the same beside a word that names no column",
        text: "evil-1.host,phish\nbad-a.example,stealer\n", format: .csv,
        entries: [
          "1 domain evil-1.host withSubdomains", "2 domain bad-a.example withSubdomains",
        ]),
      FeedCase(
        name: "csv: and beside one that stands below as well",
        text: "evil-1.host,malware\nbad-a.example,malware\n", format: .csv,
        entries: [
          "1 domain evil-1.host withSubdomains", "2 domain bad-a.example withSubdomains",
        ]),
      FeedCase(
        name: "csv: names with dots beside others are columns'",
        text: "source.host,malware\nevil.example,x\n", format: .csv,
        entries: ["2 domain evil.example exact"]),
      FeedCase(
        name: "csv: one name with dots that is no host's is a column's",
        text: "threat.indicator.ip\n192.0.2.7\n192.0.2.8\n", format: .csv,
        entries: ["2 ipv4 192.0.2.7 exact", "3 ipv4 192.0.2.8 exact"]),
      FeedCase(
        name: "csv: a type above types heads no rows",
        text: "Mutex,Global\\evilmutex\nSHA256,\(Sample.sha256)\nDomain,evil.example\n",
        format: .csv,
        entries: [
          "1 mutex Global\\evilmutex exact", "2 sha256 \(Sample.sha256) exact",
          "3 domain evil.example withSubdomains",
        ]),
      FeedCase(
        name: "csv: nor where types stand behind values",
        text: "Global\\evilmutex,Mutex\n\(Sample.sha256),SHA256\nevil.example,Domain\n",
        format: .csv,
        entries: [
          "1 mutex Global\\evilmutex exact", "2 sha256 \(Sample.sha256) exact",
          "3 domain evil.example withSubdomains",
        ]),
    ]

  private static let rules: [FeedCase] = [
    FeedCase(
      name: "plain: a heading that begins as a rule does",
      text: "rule hits of last week:\nbad-a.example\nbad-b.example\nrule hits:\nbad-c.example\n"
        + (1...12).map { "evil\($0).example\n" }.joined(),
      format: .plain,
      entries: [
        "2 domain bad-a.example withSubdomains", "3 domain bad-b.example withSubdomains",
        "5 domain bad-c.example withSubdomains",
      ] + (1...12).map { "\($0 + 5) domain evil\($0).example withSubdomains" },
      diagnostics: ["1 not-an-indicator", "4 not-an-indicator"]),
    FeedCase(
      name: "misp-csv: a rule of YARA in a cell",
      text: """
        uuid,event_id,category,type,value,comment,to_ids,date
        u1,17,Network activity,domain,"bad.example","c2",1,20161107
        u2,17,Artifacts dropped,yara,"import ""pe""
        rule new_export
        {
            condition: pe.exports(""x"")
        }",,1,20161107
        """, format: .mispCSV,
      entries: ["2 domain bad.example withSubdomains"], diagnostics: ["3 unsupported-kind"]),
    FeedCase(
      name: "csv: a rule of Sigma in a cell",
      text: """
        indicator,type,note
        bad-a.example,domain,"title: x
        logsource:
          product: windows
        detection:
          condition: x"
        bad-b.example,domain,"see
        rule of thumb"
        """, format: .csv,
      entries: [
        "2 domain bad-a.example withSubdomains", "7 domain bad-b.example withSubdomains",
      ]),
  ]

  /// Of rows without a header a further column of URLs may be pages; one that nobody is to click on is none.
  private static let defanged: [FeedCase] = [
    FeedCase(
      name: "csv: defanged URLs behind names",
      text: (1...4).map { "h\($0).evil.example;hxxp://x\($0)[.]example/\($0)\n" }.joined(),
      format: .csv,
      entries: (1...4).flatMap {
        [
          "\($0) domain h\($0).evil.example withSubdomains",
          "\($0) url http://x\($0).example/\($0) exact",
        ]
      }),
    FeedCase(
      name: "csv: defanged URLs behind digests and a semicolon",
      text: (1...4).map { "\(Sample.md5.dropLast())\($0);hxxps://x\($0)[.]example/\n" }.joined(),
      format: .csv,
      entries: (1...4).flatMap {
        [
          "\($0) md5 \(Sample.md5.dropLast())\($0) exact",
          "\($0) url https://x\($0).example/ exact",
        ]
      }),
    FeedCase(
      name: "csv: defanged e-mail addresses behind digests",
      text: (1...4).map { "\(Sample.md5.dropLast())\($0);u\($0)@bad[.]example\n" }.joined(),
      format: .csv,
      entries: (1...4).flatMap {
        ["\($0) md5 \(Sample.md5.dropLast())\($0) exact", "\($0) email u\($0)@bad.example exact"]
      }),
    FeedCase(
      name: "csv: defanged URLs between digests and addresses",
      text: (1...4).map {
        "\(Sample.md5.dropLast())\($0),hxxp://x\($0)[.]example/,192.0.2.\($0)\n"
      }.joined(),
      format: .csv,
      entries: (1...4).flatMap {
        [
          "\($0) md5 \(Sample.md5.dropLast())\($0) exact", "\($0) url http://x\($0).example/ exact",
          "\($0) ipv4 192.0.2.\($0) exact",
        ]
      }),
    FeedCase(
      name: "loki: a comment with a defanged URL is one",
      text: (1...4).map { "\(Sample.md5.dropLast())\($0);from hxxp://x\($0)[.]example/\n" }
        .joined(),
      format: .loki, entries: (1...4).map { "\($0) md5 \(Sample.md5.dropLast())\($0) exact" }),
  ]
}
