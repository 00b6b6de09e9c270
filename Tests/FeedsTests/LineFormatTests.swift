import Feeds
import Indicators
import Testing

/// A feed, and what is to come of it.
struct FeedCase: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var format: FeedFormat
  var entries: [String] = []
  /// Refusals and remarks, `LINE reason` and `LINE (remark)`; remarks on documentation ranges are left out.
  var diagnostics: [String] = []

  var testDescription: String { name }

  static let lines: [FeedCase] = [
    FeedCase(
      name: "plain: every shape",
      text: """
        # banner
        evil.example

        192.0.2.66
        203.0.113.0/24
        198.51.100.23:8080
        [2001:db8:bad::1]:443
        http://downloads.example/payload.bin
        \(Sample.sha256)
        phisher@evil.example
        *.below.example
        .both.example
        hxxp://bad[.]example/x # defanged
        """, format: .plain,
      entries: [
        "2 domain evil.example withSubdomains", "4 ipv4 192.0.2.66 exact",
        "5 ipv4 203.0.113.0/24 prefix", "6 ipv4 198.51.100.23 exact port 8080",
        "7 ipv6 2001:db8:bad::1 exact port 443", "8 url http://downloads.example/payload.bin exact",
        "9 sha256 \(Sample.sha256) exact", "10 email phisher@evil.example exact",
        "11 domain below.example subdomainsOnly", "12 domain both.example withSubdomains",
        "13 url http://bad.example/x exact",
      ]),
    FeedCase(
      name: "plain: comments of every kind, CRLF, byte order mark, no-break space",
      text:
        "\u{feff}evil.example\r\n; comment\r\n// comment\r\n\u{a0}192.0.2.66\u{a0}\r\n"
        + "bad.example // why\r\nworse.example ; why\r\n",
      format: .plain,
      entries: [
        "1 domain evil.example withSubdomains", "4 ipv4 192.0.2.66 exact",
        "5 domain bad.example withSubdomains", "6 domain worse.example withSubdomains",
      ]),
    FeedCase(
      name: "plain: the output of md5sum",
      text: "\(Sample.md5)  payload.bin\n\(Sample.sha1) *other.bin\n", format: .plain,
      entries: ["1 md5 \(Sample.md5) exact", "2 sha1 \(Sample.sha1) exact"]),
    FeedCase(
      name: "plain: white space beyond ASCII between values and what is said of them",
      text: """
        \(Sample.md5)\u{a0} payload.bin
        \(Sample.sha1)\u{a0}other.bin
        \(Sample.sha256)\u{3000}(third)
        192.0.2.66\u{2003}seen in May
        evil.example\u{a0}
        bad.example\u{a0}- a note
        \(Sample.md5)\u{a0}\(Sample.sha1)
        """, format: .plain,
      entries: [
        "1 md5 \(Sample.md5) exact", "2 sha1 \(Sample.sha1) exact",
        "3 sha256 \(Sample.sha256) exact", "4 ipv4 192.0.2.66 exact",
        "5 domain evil.example withSubdomains", "6 domain bad.example withSubdomains",
        "7 md5 \(Sample.md5) exact", "7 sha1 \(Sample.sha1) exact",
      ]),
    FeedCase(
      name: "plain: lines that end in a carriage return alone",
      text: "evil.example\rbad.example\r", format: .plain,
      entries: [
        "1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains",
      ]),
    FeedCase(
      name: "netset",
      text: "# dshield\n203.0.113.0/24\n192.0.2.66\n2001:db8:bad::/48\n", format: .netset,
      entries: [
        "2 ipv4 203.0.113.0/24 prefix", "3 ipv4 192.0.2.66 exact",
        "4 ipv6 2001:db8:bad::/48 prefix",
      ]),
    FeedCase(
      name: "hosts: several names, comment, zone",
      text: """
        127.0.0.1 localhost
        0.0.0.0 evil.example
        ::1 bad.example worse.example # both
        fe80::1%lo0 odd.example
        """, format: .hosts,
      entries: [
        "2 domain evil.example exact", "3 domain bad.example exact",
        "3 domain worse.example exact", "4 domain odd.example exact",
      ], diagnostics: ["1 single-label"]),
    FeedCase(
      name: "loki",
      text: "# LOKI\n\(Sample.md5);implant\n\(Sample.sha256.uppercased());dropper\n",
      format: .loki,
      entries: ["2 md5 \(Sample.md5) exact", "3 sha256 \(Sample.sha256) exact"]),
    FeedCase(
      name: "clamav-hash: size, star and level",
      text: "\(Sample.md5):1234:Win.Test-1\n\(Sample.sha256):*:Win.Test-2:73\n",
      format: .clamAVHash,
      entries: ["1 md5 \(Sample.md5) exact", "2 sha256 \(Sample.sha256) exact"]),
    FeedCase(
      name: "spamhaus-drop as text",
      text: "; Spamhaus DROP List\n203.0.113.0/24 ; SBL1\n198.51.100.0/24 ; SBL2\n",
      format: .spamhausDrop,
      entries: ["2 ipv4 203.0.113.0/24 prefix", "3 ipv4 198.51.100.0/24 prefix"]),
    FeedCase(
      name: "spamhaus-drop as JSON lines, a bad line and the metadata",
      text: """
        {"cidr":"203.0.113.0/24","sblid":"SBL1","rir":"test"}
        {"cidr":"198.51.100.0/24",,}
        {"cidr":"192.0.2.0/24","sblid":"SBL3","rir":"test"}
        {"type":"metadata","timestamp":1,"size":2,"records":2}
        """, format: .spamhausDrop,
      entries: ["1 ipv4 203.0.113.0/24 prefix", "3 ipv4 192.0.2.0/24 prefix"],
      diagnostics: ["2 malformed-json"]),
    FeedCase(
      name: "adblock: hosts, an exception, and what is no host",
      text: """
        [Adblock Plus 2.0]
        ! title
        ||evil.example^
        ||cdn.evil.example^$important
        ||192.0.2.66^
        @@||good.example^
        ||evil.example/banner/
        ||evil.example^$third-party
        evil.example##.advert
        ||*.below.example^
        """, format: .adblock,
      entries: [
        "3 domain evil.example withSubdomains", "4 domain cdn.evil.example withSubdomains",
        "5 ipv4 192.0.2.66 exact", "6 domain good.example withSubdomains allow",
        "10 domain below.example subdomainsOnly",
      ],
      diagnostics: ["7 unsupported-rule", "8 unsupported-rule", "9 unsupported-rule"]),
    FeedCase(
      name: "adblock: options that mean whole pages, and what they do not stand beside",
      text: """
        ||a.example^$document
        ||b.example^$doc
        ||c.example^$popup,document
        ||d.example^$all,~inline-font
        ||e.example^|$important,DOCUMENT
        @@||f.example^$important
        ||g.example^$popup
        ||h.example^$document,third-party
        ||i.example^$document,domain=j.example
        ||k.example^$script,~document
        ||l.example^$important,script
        ||m.example^$
        ||n.example^$document,
        ||o.example^$all,badfilter
        @@||p.example^$document
        @@||q.example^$important,popup
        ||r.example^$important,popup
        """, format: .adblock,
      entries: [
        "1 domain a.example withSubdomains", "2 domain b.example withSubdomains",
        "3 domain c.example withSubdomains", "4 domain d.example withSubdomains",
        "5 domain e.example withSubdomains", "6 domain f.example withSubdomains allow",
      ],
      diagnostics: (7...17).map { "\($0) unsupported-rule" }),
    FeedCase(
      name: "adblock: cosmetic rules alone",
      text: """
        ! of sites, in their languages
        no,dk,is,translate.example,archive.example###ad_1:not(html,body,:empty)
        no,dk,is,translate.example,archive.example##.ad-2
        no,dk,is,translate.example,archive.example##*[id^="ad"]
        no,dk,is,translate.example,archive.example##+js(no-fetch-if, ads)
        no,dk,is,translate.example,archive.example##:matches-path(/x)
        no,dk,is,translate.example,archive.example#@##ad_1
        no,dk,is,translate.example,archive.example#%#//scriptlet('x')
        """, format: .adblock, entries: [],
      diagnostics: (2...8).map { "\($0) unsupported-rule" }),
    FeedCase(
      name: "dnsmasq",
      text: """
        # blocked
        address=/evil.example/0.0.0.0
        server=/bad.example/
        local=/worse.example/
        address=/one.example/two.example/192.0.2.1
        """, format: .dnsmasq,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain bad.example withSubdomains",
        "4 domain worse.example withSubdomains", "5 domain one.example withSubdomains",
        "5 domain two.example withSubdomains",
      ]),
    FeedCase(
      name: "maltrail: names, addresses, ports, URLs and paths",
      text: """
        # Reference: https://report.example/one
        evil.example
        192.0.2.66:8080
        bad.example/gate.php
        /gate/panel.php
        """, format: .maltrail,
      entries: [
        "2 domain evil.example withSubdomains", "3 ipv4 192.0.2.66 exact port 8080",
        "4 url bad.example/gate.php exact", "5 url /gate/panel.php path",
      ]),
    FeedCase(
      name: "zeek-intel: every type",
      text: """
        #fields\tindicator\tindicator_type\tmeta.source\tmeta.desc
        192.0.2.66\tIntel::ADDR\ttest\t-
        203.0.113.0/24\tIntel::SUBNET\ttest\t-
        evil.example\tIntel::DOMAIN\ttest\t-
        downloads.example/payload.bin\tIntel::URL\ttest\t-
        phisher@evil.example\tIntel::EMAIL\ttest\t-
        \(Sample.sha256)\tIntel::FILE_HASH\ttest\t-
        \(Sample.sha1)\tIntel::CERT_HASH\ttest\t-
        EvilBot/1.0\tIntel::SOFTWARE\ttest\t-
        dropper.exe\tIntel::FILE_NAME\ttest\t-
        root\tIntel::USER_NAME\ttest\t-
        only one column
        """, format: .zeekIntel,
      entries: [
        "2 ipv4 192.0.2.66 exact", "3 ipv4 203.0.113.0/24 prefix", "4 domain evil.example exact",
        "5 url downloads.example/payload.bin exact", "6 email phisher@evil.example exact",
        "7 sha256 \(Sample.sha256) exact", "8 certificate-sha1 \(Sample.sha1) exact",
        "9 user-agent EvilBot/1.0 exact weak", "10 filename dropper.exe exact weak",
      ], diagnostics: ["11 unsupported-kind", "12 malformed-row"]),
    FeedCase(
      name: "zeek-intel: fingerprints of packages and of our own logs",
      text: """
        #fields\tindicator\tindicator_type\tmeta.source
        \(Sample.md5)\tIntel::JA3\ttest
        \(Sample.md5)\tSekisho::JA3S\ttest
        \(Sample.md5)\tIntel::HASSH\ttest
        t13d1516h2_8daaf6152771_e5627efa2ab1\tSekisho::JA4\ttest
        \(Sample.md5)\tSekisho::IMPHASH\ttest
        \(Sample.sha256)\tSekisho::CERT_SHA256\ttest
        """, format: .zeekIntel,
      entries: [
        "2 ja3 \(Sample.md5) exact weak", "3 ja3s \(Sample.md5) exact",
        "4 hassh \(Sample.md5) exact", "5 ja4 t13d1516h2_8daaf6152771_e5627efa2ab1 exact",
        "6 imphash \(Sample.md5) exact", "7 certificate-sha256 \(Sample.sha256) exact",
      ]),
    FeedCase(
      name: "plain: values with faults beside a few without",
      text: """
        evil.example
        http://e.example/*
        evil.*
        192.0.2.1:99999
        bad..example
        http://evil.example/a b
        198.51.100.9-198.51.100.1
        32f85c…d4c2
        localhost
        """, format: .plain,
      entries: ["1 domain evil.example withSubdomains"],
      diagnostics: [
        "2 url-prefix-too-short", "3 wildcard-inside", "4 bad-port", "5 empty-label",
        "6 white-space-inside", "7 range-reversed", "8 shortened-hash", "9 single-label",
      ]),
    FeedCase(
      name: "zeek-intel: a blank after #fields, one colon, whitelist, remove, location, no source",
      text: """
        #fields indicator\tindicator_type\tmeta.source\tmeta.whitelist\tmeta.remove\tmeta.if_in
        evil.example\tIntel:DOMAIN\t-\tF\tF\t-
        good.example\tIntel::DOMAIN\t-\tT\tF\t-
        gone.example\tIntel::DOMAIN\t-\tF\tT\t-
        #OVERRULED evil.example\tIntel::DOMAIN\t-\t-\t-\t-
        bad.example\tIntel::DOMAIN\t-\t-\t-\tHTTP::IN_HOST_HEADER
        """, format: .zeekIntel,
      entries: [
        "2 domain evil.example exact", "3 domain good.example exact allow",
        "6 domain bad.example exact",
      ], diagnostics: ["4 removed", "6 (location-not-kept)"]),
  ]
}

@Suite struct LineFormatTests {
  @Test func zeeksConfidenceAndMarkingAreKept() {
    let loaded = Loaded(
      "#fields\tindicator\tindicator_type\tmeta.source\tmeta.confidence\tmeta.tlp\n"
        + "evil.example\tIntel::DOMAIN\tlist\t80\tTLP:AMBER\n"
        + "bad.example\tIntel::DOMAIN\tlist\thigh\t-\n")
    let context = loaded.context(of: "evil.example")
    #expect(context.contains("confidence=80") && context.contains("tlp=amber"))
    #expect(loaded.diagnostics == ["3 (unreadable-confidence)"])
  }

  @Test func setsOfFingerprintsMayHoldTheirDigits() {
    var options = FeedOptions()
    options.dataset = .string(.ja3)
    let digits = "0123456789abcdef0123456789abcdef"
    let loaded = Loaded(digits + "\n", format: .suricataDataset, options: options)
    #expect(loaded.entries == ["1 ja3 \(digits) exact weak"])
  }

  @Test(arguments: FeedCase.all)
  func formatIsFoundAndRead(_ feed: FeedCase) {
    let loaded = Loaded(feed.text)
    #expect(loaded.error == nil)
    #expect(loaded.format == feed.format)
    check(loaded, feed)
  }

  @Test(arguments: FeedCase.all + FeedCase.named)
  func formatIsReadWhenNamed(_ feed: FeedCase) {
    check(Loaded(feed.text, format: feed.format), feed)
  }

  private func check(_ loaded: Loaded, _ feed: FeedCase) {
    #expect(loaded.entries == feed.entries)
    #expect(
      loaded.diagnostics.filter {
        !$0.hasSuffix("(documentation-range)") && !$0.hasSuffix("(covers-special-addresses)")
      } == feed.diagnostics)
    #expect(loaded.summary?.entries == feed.entries.count)
  }

  @Test func aBadLineStopsNothing() {
    let loaded = Loaded("single\nevil.example\nnot a value\nbad.example\n", format: .plain)
    #expect(
      loaded.entries == [
        "2 domain evil.example withSubdomains", "4 domain bad.example withSubdomains",
      ])
    #expect(loaded.refusals == ["1 single-label: single", "3 not-an-indicator: not a value"])
  }

  @Test func namesOfCasesAreUnique() {
    let names = (FeedCase.all + FeedCase.named).map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func contextOfLinesIsKept() {
    let maltrail = Loaded(FeedCase.lines.first { $0.name.hasPrefix("maltrail") }?.text ?? "")
    #expect(maltrail.context(of: "evil.example") == ["reference=https://report.example/one"])
    let noted = Loaded("\(Sample.md5)\u{a0} stusp\u{a0}\u{63d2}.msi\n", format: .plain)
    #expect(noted.context(of: Sample.md5) == ["description=stusp\u{a0}\u{63d2}.msi"])
    let loki = Loaded("\(Sample.md5);implant of the year\n", format: .loki)
    #expect(loki.context(of: Sample.md5) == ["description=implant of the year"])
    let clamAV = Loaded("\(Sample.md5):12:Win.Test-1\n")
    #expect(clamAV.context(of: Sample.md5) == ["malware=Win.Test-1"])
    let drop = Loaded("203.0.113.0/24 ; SBL1\n")
    #expect(drop.context(of: "203.0.113.0/24") == ["id=SBL1"])
    let zeek = Loaded(
      "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\n"
        + "evil.example\tIntel::DOMAIN\tlist\tC2\thttps://report.example/\n")
    #expect(
      zeek.context(of: "evil.example") == [
        "description=C2", "reference=https://report.example/", "labels=list",
      ])
  }
}
