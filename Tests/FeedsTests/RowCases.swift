import Feeds
import Indicators
import Testing

extension FeedCase {
  /// What a first row says of those below it, and what further columns of rows without a header hold.
  static let rows: [FeedCase] = firstRows + headers + typed + rules + defanged

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

  /// Words for columns above a word for a type, a header again, or a value that ends in such a word.
  private static let headers: [FeedCase] = [
    FeedCase(
      name: "csv: a header twice",
      text: "domain,ip\ndomain,ip\nevil.example,192.0.2.7\n", format: .csv,
      entries: ["3 domain evil.example withSubdomains", "3 ipv4 192.0.2.7 exact"],
      diagnostics: ["2 single-label", "2 single-label"]),
    FeedCase(
      name: "csv: a header above another with other words",
      text: "ja3,valid_until,confidence\nmd5,,\n\(Sample.md5),2030-01-02,70\n", format: .csv,
      entries: ["3 ja3 \(Sample.md5) exact weak"], diagnostics: ["2 kind-mismatch"]),
    FeedCase(
      name: "csv: a header above the heading of a part",
      text: "Hash,Comment\nMD5,\n\(Sample.md5),x\nSHA256,\n\(Sample.sha256),y\n", format: .csv,
      entries: ["3 md5 \(Sample.md5) exact", "5 sha256 \(Sample.sha256) exact"],
      diagnostics: ["2 kind-mismatch", "4 kind-mismatch"]),
    FeedCase(
      name: "csv: a header above a name that ends in a word for a column",
      text: "host,confidence\nevil.domain,29\nbad.example,3\n", format: .csv,
      entries: ["2 domain evil.domain exact", "3 domain bad.example exact"],
      diagnostics: ["2 (unknown-top-level-domain)"]),
    FeedCase(
      name: "csv: a header above names of files that end in such a word",
      text: "filename,comment\nevil.url,x\nevil.exe,y\n", format: .csv,
      entries: ["2 filename evil.url exact weak", "3 filename evil.exe exact weak"]),
    FeedCase(
      name: "csv: fields of the Elastic common schema beside a column of numbers",
      text: "dns.question.name,Count of records\nevil1.example,5\nevil2.example,6\n", format: .csv,
      entries: [
        "2 domain evil1.example withSubdomains", "3 domain evil2.example withSubdomains",
      ]),
    FeedCase(
      name: "csv: fields of the schema whose names end as hosts' do",
      text: "host.name,user.email\nevil1.example,a@b.example\nevil2.example,c@d.example\n",
      format: .csv,
      entries: [
        "2 domain evil1.example exact", "2 email a@b.example exact",
        "3 domain evil2.example exact", "3 email c@d.example exact",
      ]),
    FeedCase(
      name: "csv: one field of the schema beside a word that names no column",
      text: "source.host,hits\nevil1.example,5\nevil2.example,6\n", format: .csv,
      entries: ["2 domain evil1.example exact", "3 domain evil2.example exact"]),
    FeedCase(
      name: "csv: a name above addresses is a column's",
      text: "my.host,hits\n192.0.2.7,5\n192.0.2.8,6\n", format: .csv,
      entries: ["2 ipv4 192.0.2.7 exact", "3 ipv4 192.0.2.8 exact"],
      diagnostics: ["2 (kind-by-shape)", "3 (kind-by-shape)"]),
  ]

  /// Rows with a type each, of which one or more are no values of it or have no shape.
  private static let typed: [FeedCase] = [
    FeedCase(
      name: "csv: one of few typed rows cannot be used",
      text: "URL,http://mynetwork.example:880/*****.ps1\nHost,a.example\nSHA256,\(Sample.sha256)\n",
      format: .csv,
      entries: ["2 domain a.example exact", "3 sha256 \(Sample.sha256) exact"],
      diagnostics: ["1 wildcard-inside"]),
    FeedCase(
      name: "csv: one of two typed rows cannot be used",
      text: "URL,hxxp://evil(788|789|790)[dot]example\nMD5,\(Sample.md5)\n", format: .csv,
      entries: ["2 md5 \(Sample.md5) exact"], diagnostics: ["1 bad-host"]),
    FeedCase(
      name: "csv: typed rows without any shape",
      text: (1...12).map { "filename,evil\($0).exe,Dropper\n" }.joined(), format: .csv,
      entries: (1...12).map { "\($0) filename evil\($0).exe exact weak" }),
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
      name: "csv: defanged e-mail addresses of which some are told again",
      text: (1...4).map {
        "\(Sample.sha1.dropLast())\($0);u\($0 / 3)@bad[.]example;192.0.2.\($0)\n"
      }.joined(), format: .csv,
      entries: (1...4).flatMap {
        [
          "\($0) sha1 \(Sample.sha1.dropLast())\($0) exact",
          "\($0) email u\($0 / 3)@bad.example exact", "\($0) ipv4 192.0.2.\($0) exact",
        ]
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
      name: "csv: a defanged page that is the same in each row is a reference",
      text: (1...3).map { "evil\($0).example,hxxps://vendor[.]example/report1\n" }.joined(),
      format: .csv, entries: (1...3).map { "\($0) domain evil\($0).example withSubdomains" }),
    FeedCase(
      name: "csv: and so is the address of one contact",
      text: (1...2).map {
        "evil\($0).example;hxxp://evil\($0)[.]example/a;abuse[@]registrar.example\n"
      }.joined(),
      format: .csv,
      entries: (1...2).flatMap {
        [
          "\($0) domain evil\($0).example withSubdomains",
          "\($0) url http://evil\($0).example/a exact",
        ]
      }),
    FeedCase(
      name: "csv: names of samples and hosts beside them are both values",
      text: (1...3).map { "\(Sample.md5.dropLast())\($0).exe,evil\($0).example\n" }.joined(),
      format: .csv,
      entries: (1...3).flatMap {
        [
          "\($0) md5 \(Sample.md5.dropLast())\($0) exact",
          "\($0) domain evil\($0).example withSubdomains",
        ]
      }),
    FeedCase(
      name: "csv: what stands beside values may be missing in some rows",
      text: "evil.example\nbad.example,worm\na.example,worm\nb.example\nc.example,virus\n",
      format: .csv,
      entries: [
        "1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains",
        "3 domain a.example withSubdomains", "4 domain b.example withSubdomains",
        "5 domain c.example withSubdomains",
      ]),
    FeedCase(
      name: "loki: a comment with a defanged URL is one",
      text: (1...4).map { "\(Sample.md5.dropLast())\($0);from hxxp://x\($0)[.]example/\n" }
        .joined(),
      format: .loki, entries: (1...4).map { "\($0) md5 \(Sample.md5.dropLast())\($0) exact" }),
  ]
}
