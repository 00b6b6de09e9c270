import Feeds
import Indicators
import Testing

extension FeedCase {
  /// What stands behind a value is a note, but not as far as it is values itself.
  static let noted: [FeedCase] = severalValues + digestsOfFiles + notes

  private static let severalValues: [FeedCase] = [
    FeedCase(
      name: "plain: several addresses on a line",
      text: """
        192.0.2.1 192.0.2.2
        192.0.2.3:443 198.51.100.3:80
        192.0.2.4 and 198.51.100.4
        192.0.2.5 (loader) 198.51.100.5 (stealer)
        2001:db8::1 2001:db8::2
        192.0.2.6 - C2, 198.51.100.6
        """, format: .plain,
      entries: [
        "1 ipv4 192.0.2.1 exact", "1 ipv4 192.0.2.2 exact",
        "2 ipv4 192.0.2.3 exact port 443", "2 ipv4 198.51.100.3 exact port 80",
        "3 ipv4 192.0.2.4 exact", "3 ipv4 198.51.100.4 exact",
        "4 ipv4 192.0.2.5 exact", "4 ipv4 198.51.100.5 exact",
        "5 ipv6 2001:db8::1 exact", "5 ipv6 2001:db8::2 exact",
        "6 ipv4 192.0.2.6 exact",
      ]),
    FeedCase(
      name: "netset: several prefixes on a line",
      text: "192.0.2.0/25 198.51.100.0/24 203.0.113.0/24\n192.0.2.128/25 198.18.0.0/24 # two\n",
      format: .netset,
      entries: [
        "1 ipv4 192.0.2.0/25 prefix", "1 ipv4 198.51.100.0/24 prefix",
        "1 ipv4 203.0.113.0/24 prefix", "2 ipv4 192.0.2.128/25 prefix",
        "2 ipv4 198.18.0.0/24 prefix",
      ]),
    FeedCase(
      name: "netset: the first address of a network and its last or its mask, whichever way round",
      text:
        "192.0.2.0 192.0.2.255\n198.51.100.0 0.0.0.255\n203.0.113.0 255.255.255.0\n192.0.2.0/24\n",
      format: .netset,
      entries: [
        "1 ipv4 192.0.2.0/24 prefix", "2 ipv4 198.51.100.0/24 prefix",
        "3 ipv4 203.0.113.0/24 prefix", "4 ipv4 192.0.2.0/24 prefix",
      ]),
    FeedCase(
      name: "plain: values of several kinds on a line",
      text: """
        192.0.2.1 \(Sample.md5)
        192.0.2.2 http://a.evil.example/x
        b.evil.example - 192.0.2.3
        c.evil.example (192.0.2.4)
        d.evil.example - \(Sample.sha256)
        \(Sample.md5) - \(Sample.sha256)
        \(Sample.md5) (\(Sample.sha1))
        """, format: .plain,
      entries: [
        "1 ipv4 192.0.2.1 exact", "1 md5 \(Sample.md5) exact", "2 ipv4 192.0.2.2 exact",
        "2 url http://a.evil.example/x exact", "3 domain b.evil.example withSubdomains",
        "3 ipv4 192.0.2.3 exact", "4 domain c.evil.example withSubdomains",
        "4 ipv4 192.0.2.4 exact", "5 domain d.evil.example withSubdomains",
        "5 sha256 \(Sample.sha256) exact", "6 md5 \(Sample.md5) exact",
        "6 sha256 \(Sample.sha256) exact", "7 md5 \(Sample.md5) exact",
        "7 sha1 \(Sample.sha1) exact",
      ]),
    FeedCase(
      name: "csv: no header, and a digest in brackets in the last cell",
      text: (1...8).map {
        "2024-01-0\($0),evil\($0).example,dropper (\(Sample.md5.dropLast())\($0))"
      }.joined(separator: "\n"), format: .csv,
      entries: (1...8).map { "\($0) domain evil\($0).example withSubdomains" }),
    FeedCase(
      name: "plain: several URLs on a line",
      text: """
        https://a.example/a.exe (loader) + https://b.example/b.exe (stealer)
        https://c.example/c - https://d.example/d
        http://e.example/e (http://f.example/f)
        hxxp://g[.]example/g hxxps://h[.]example/h
        a@i[.]example - j[.]example, k[.]example and l[.]example
        http://m.example/m 192.0.2.1 and words
        """, format: .plain,
      entries: [
        "1 url https://a.example/a.exe exact", "1 url https://b.example/b.exe exact",
        "2 url https://c.example/c exact", "2 url https://d.example/d exact",
        "3 url http://e.example/e exact", "3 url http://f.example/f exact",
        "4 url http://g.example/g exact", "4 url https://h.example/h exact",
        "5 email a@i.example exact", "5 domain j.example withSubdomains",
        "5 domain k.example withSubdomains", "5 domain l.example withSubdomains",
      ], diagnostics: ["6 white-space-inside"]),
    FeedCase(
      name: "csv: cells of several values with dashes or brackets between them",
      text: """
        sha256,url
        \(Sample.sha256) - \(Sample.sha1),http://a.example/x (http://b.example/y)
        \(Sample.sha256) (\(Sample.md5)),http://c.example/x
        evil.exe - \(Sample.sha256),http://d.example/x
        """, format: .csv,
      entries: [
        "2 sha256 \(Sample.sha256) exact", "2 sha1 \(Sample.sha1) exact",
        "2 url http://a.example/x exact", "2 url http://b.example/y exact",
        "3 sha256 \(Sample.sha256) exact", "3 md5 \(Sample.md5) exact",
        "3 url http://c.example/x exact", "4 sha256 \(Sample.sha256) exact",
        "4 url http://d.example/x exact",
      ], diagnostics: ["2 (kind-by-length)", "3 (kind-by-length)"]),
  ]

  private static let hosts = ["ai", "cc", "app", "sh", "pl", "rs", "ms"].map { "example.\($0)" }

  private static let digestsOfFiles: [FeedCase] = [
    FeedCase(
      name: "plain: digests behind the names of their files",
      text: """
        dropper.exe - \(Sample.md5)
        loader - \(Sample.sha1)
        report.doc \u{2013} \(Sample.sha256)
        Setup of Evil.exe - \(Sample.md5)
        library.dll (\(Sample.sha1))
        Trojan.Generic - \(Sample.sha256)
        """, format: .plain,
      entries: [
        "1 md5 \(Sample.md5) exact", "2 sha1 \(Sample.sha1) exact",
        "3 sha256 \(Sample.sha256) exact", "4 md5 \(Sample.md5) exact",
        "5 sha1 \(Sample.sha1) exact", "6 sha256 \(Sample.sha256) exact",
      ]),
    FeedCase(
      name: "plain: a host before a digest is a value, also where it ends as files do",
      text: (["setup.zip"] + hosts).map { "\($0) - \(Sample.md5)\n" }.joined(),
      format: .plain,
      entries: (["setup.zip"] + hosts).enumerated().flatMap { index, host in
        [
          "\(index + 1) domain \(host) withSubdomains", "\(index + 1) md5 \(Sample.md5) exact",
        ]
      }),
    FeedCase(
      name: "plain: a digest at a line's end swallows no value in front of it",
      text: """
        a.evil.example - loader - \(Sample.md5)
        b.evil.example - AgentTesla (\(Sample.md5))
        user@evil.example - phishing - \(Sample.md5)
        evil.example/x - \(Sample.md5)
        evil[.]example/x - \(Sample.sha256)
        192.0.2.4/x.exe - \(Sample.md5)
        192.0.2.4:80/x - \(Sample.md5)
        evil[.]example - \(Sample.sha256)
        """, format: .plain,
      entries: [
        "1 domain a.evil.example withSubdomains", "1 md5 \(Sample.md5) exact",
        "2 domain b.evil.example withSubdomains", "2 md5 \(Sample.md5) exact",
        "3 email user@evil.example exact", "3 md5 \(Sample.md5) exact",
        "4 url evil.example/x exact", "4 md5 \(Sample.md5) exact",
        "5 url evil.example/x exact", "5 sha256 \(Sample.sha256) exact",
        "6 url 192.0.2.4/x.exe exact", "6 md5 \(Sample.md5) exact",
        "7 url 192.0.2.4/x exact", "7 md5 \(Sample.md5) exact",
        "8 domain evil.example withSubdomains", "8 sha256 \(Sample.sha256) exact",
      ]),
    FeedCase(
      name: "plain: digests behind the names of their files below a list of hosts",
      text: """
        C2s:
        \((2...9).map { "c\($0).evil.example" }.joined(separator: "\n"))
        Files:
        a file - \(Sample.md5)
        settings.js - \(Sample.sha1)
        manifest.json - \(Sample.sha256)
        """, format: .plain,
      entries: (2...9).map { "\($0) domain c\($0).evil.example withSubdomains" } + [
        "11 md5 \(Sample.md5) exact", "12 sha1 \(Sample.sha1) exact",
        "13 sha256 \(Sample.sha256) exact",
      ], diagnostics: ["1 not-an-indicator", "10 not-an-indicator"]),
  ]

  private static let notes: [FeedCase] = [
    FeedCase(
      name: "plain: words, numbers, dates, names and pages behind a value are a note",
      text: """
        192.0.2.1 seen with 198.51.100.1
        192.0.2.2 443
        192.0.2.3 AS64496
        192.0.2.4 (AS64496)
        192.0.2.5 - Elbonia
        192.0.2.6 2024-05-01 12:30:45
        192.0.2.7 version 1.2.3.4
        192.0.2.8 # 198.51.100.8
        192.0.2.9 https://www.virustotal.com/gui/ip-address/192.0.2.9
        \(Sample.md5)  setup.zip
        """, format: .plain,
      entries: (1...9).map { "\($0) ipv4 192.0.2.\($0) exact" } + ["10 md5 \(Sample.md5) exact"]),
    FeedCase(
      name:
        "plain: a value in a note that has words behind it, or is known to be good, is remarked on",
      text: """
        a.evil.example - 8.8.8.8 - google dns
        \(Sample.md5) - 8.8.8.8 was asked
        192.0.2.4 1.1.1.1 resolver
        http://b.example/x - https://www.microsoft.com/ is the decoy
        hxxp://c.example/x (redirects) https://www.google.com/
        d.evil.example - 192.0.2.5 build
        192.0.2.6 8.8.8.8
        """, format: .plain,
      entries: [
        "1 domain a.evil.example withSubdomains", "2 md5 \(Sample.md5) exact",
        "3 ipv4 192.0.2.4 exact", "4 url http://b.example/x exact",
        "5 url http://c.example/x exact", "6 domain d.evil.example withSubdomains",
        "7 ipv4 192.0.2.6 exact",
      ], diagnostics: (1...7).map { "\($0) (value-in-note)" }),
    FeedCase(
      name: "plain: a name or another page in a note is remarked on",
      text: """
        a.evil.example - shop.example
        b.evil.example (registrar.example)
        192.0.2.1 https://blog.example/report
        """, format: .plain,
      entries: [
        "1 domain a.evil.example withSubdomains", "2 domain b.evil.example withSubdomains",
        "3 ipv4 192.0.2.1 exact",
      ], diagnostics: (1...3).map { "\($0) (value-in-note)" }),
  ]
}
