import Feeds
import Foundation
import Indicators
import Inputs
import Testing

/// Formats as tools write them, which is not as people do.
extension FeedCase {
  static let dialects: [FeedCase] = [
    FeedCase(
      name: "rpz: absolute owners, as zone transfers have them",
      text: """
        rpz.example.\t300\tIN\tSOA\tlocalhost. root.localhost. 1 60 60 432000 30
        rpz.example.\t300\tIN\tNS\tlocalhost.
        evil.example.rpz.example. 300 IN CNAME .
        *.evil.example.rpz.example. 300 IN CNAME .
        good.example.rpz.example. 300 IN CNAME rpz-passthru.
        old.example.rpz.example. 300 IN CNAME old.example.
        32.66.2.0.192.rpz-ip.rpz.example. 300 IN CNAME .
        other.example.net. 300 IN CNAME .
        rpz.example.\t300\tIN\tSOA\tlocalhost. root.localhost. 1 60 60 432000 30
        """, format: .rpz,
      entries: [
        "3 domain evil.example exact", "4 domain evil.example subdomainsOnly",
        "5 domain good.example exact allow", "6 domain old.example exact allow",
        "7 ipv4 192.0.2.66 exact", "8 domain other.example.net exact",
      ]),
    FeedCase(
      name: "rpz: an origin that changes, as dumps of zones have it",
      text: """
        $ORIGIN .
        $TTL 300\t; 5 minutes
        rpz.example\t\tIN SOA\tlocalhost. root.localhost. (
        \t\t\t\t1          ; serial
        \t\t\t\t60 60 432000 30 )
        \t\t\tNS\tlocalhost.
        $ORIGIN evil.example.rpz.example.
        one\t\t\tCNAME\t.
        www.two\t\t\tCNAME\t.
        @\t\t\tCNAME\t.
        $ORIGIN rpz.example.
        32.66.2.0.192.rpz-ip\tCNAME\t.
        good.example\t\tCNAME\trpz-passthru.
        $ORIGIN one.evil.example
        *\t\t\tCNAME\t.
        $ORIGIN rpz-ip.rpz.example.
        24.0.113.0.203\t\tCNAME\t.
        """, format: .rpz,
      entries: [
        "8 domain one.evil.example exact", "9 domain www.two.evil.example exact",
        "10 domain evil.example exact", "12 ipv4 192.0.2.66 exact",
        "13 domain good.example exact allow", "15 domain one.evil.example subdomainsOnly",
        "17 ipv4 203.0.113.0/24 prefix",
      ]),
    FeedCase(
      name: "rpz: without a start of authority the first origin is the zone",
      text: """
        $ORIGIN rpz.example.
        evil.example CNAME .
        $ORIGIN example.rpz.example.
        bad CNAME .
        $ORIGIN rpz.example.net.
        worse.example CNAME .
        """, format: .rpz,
      entries: [
        "2 domain evil.example exact", "4 domain bad.example exact",
        "6 domain worse.example exact",
      ]),
    FeedCase(
      name: "rpz: an address in a zone whose name nobody says is no name",
      text: """
        $TTL 60
        evil.example CNAME .
        32.66.2.0.192.rpz-ip.rpz.example. CNAME .
        """, format: .rpz, entries: ["2 domain evil.example exact"],
      diagnostics: ["3 malformed-line"]),
    FeedCase(
      name: "hosts: a comment anywhere, and what systems call themselves",
      text: """
        127.0.0.1 localhost localhost.localdomain localhost4.localdomain4
        ::1 localhost6.localdomain6 ip6-localhost
        127.0.0.1 me.localhost.
        0.0.0.0 evil.example#ads
        0.0.0.0 bad.example# see good.example and http://good.example/a
        0.0.0.0 worst.example
        """, format: .hosts,
      entries: [
        "4 domain evil.example exact", "5 domain bad.example exact", "6 domain worst.example exact",
      ],
      diagnostics: [
        "1 single-label", "1 local-name", "1 local-name", "2 local-name", "2 single-label",
        "3 local-name",
      ]),
    FeedCase(
      name: "csv: a quoted table below its title",
      text: """
        "Threat report, 2024"
        "Published by a team"

        "domain","description"
        "evil.example","c2"
        "bad.example","c2"
        """, format: .csv,
      entries: ["5 domain evil.example withSubdomains", "6 domain bad.example withSubdomains"],
      diagnostics: ["1 not-an-indicator", "2 not-an-indicator"]),
    FeedCase(
      name: "csv: fingerprints of certificates by their type",
      text: """
        IndicatorType,IndicatorValue
        CertificateThumbprint,\(Sample.sha1)
        FileSha1,\(Sample.sha1)
        ssl-fingerprint,\(Sample.sha1)
        """, format: .csv,
      entries: [
        "2 certificate-sha1 \(Sample.sha1) exact", "3 sha1 \(Sample.sha1) exact",
        "4 certificate-sha1 \(Sample.sha1) exact",
      ]),
    FeedCase(
      name: "misp: the port of a name is not kept",
      text: """
        {"Event":{"info":"x","Attribute":[
        {"type":"hostname|port","value":"evil.example|8443","to_ids":true},
        {"type":"hostname|port","value":"localhost|8443","to_ids":true}]}}
        """, format: .misp, entries: ["2 domain evil.example exact"],
      diagnostics: ["2 (port-dropped)", "3 single-label"]),
  ]
}

@Suite struct DialectTests {
  @Test(
    arguments: [
      "private rule a { condition: true }", "global rule a\n{\n  condition: true\n}",
      "private global rule a : tag { condition: true }",
      "import \"pe\"\nrule a { meta: author = \"a.b\" condition: true }",
    ])
  func rulesOfYARA(_ text: String) {
    #expect(Loaded(text).error?.problem == "YARA rules are not read by this version")
  }

  @Test(
    arguments: [
      "alert http any any <> any any (msg:\"x\"; sid:1;)",
      "alert http any any -> any any (msg:\"x\"; \\\n  content:\"y\"; \\\n  sid:1;)\n",
      "rejectsrc tcp any any -> any any \\\n(msg:\"x\"; sid:1;)\n",
    ])
  func rulesOfSuricata(_ text: String) {
    #expect(Loaded(text).error?.problem == "Suricata rules are not read by this version")
  }

  @Test func wordsAboutRulesAreNone() {
    #expect(Loaded("evil.example\nrule of law, by e.g. an author\n").error?.code == .unrecognized)
  }

  /// A compressed file that was cut before its first row is no empty feed.
  @Test(arguments: [nil, FeedFormat.urlhaus])
  func gzipThatIsCutBeforeItsFirstRow(_ format: FeedFormat?) throws {
    let banner = (0..<200).map { "# URLhaus \($0 &* 7919 % 10007)\n" }.joined()
    let row =
      "\"1\",\"2024-05-01\",\"http://evil.example/a\",\"online\",\"\",\"malware_download\"\n"
    let compressed = try DamageTests.gzip(
      Array((banner + "# id,dateadded,url,url_status,last_online,threat\n" + row).utf8))
    #expect(Loaded(bytes: compressed).entries.count == 1)
    let cut = Loaded(bytes: Array(compressed[..<(compressed.count / 3)]), format: format)
    #expect(cut.error?.code == .truncated)
  }

  @Test func aReferenceIsWorthMoreThanASource() {
    for (header, row) in [
      ("domain,source,reference", "evil.example,ACME,https://report.example/1"),
      ("domain,reference,source", "evil.example,https://report.example/1,ACME"),
      ("domain,source", "evil.example,https://report.example/1"),
    ] {
      #expect(
        Loaded(header + "\n" + row).context(of: "evil.example")
          == ["reference=https://report.example/1"])
    }
  }

  @Test(
    arguments: [
      (#"["a","b, c"]"#, "a;b, c"), ("['a', 'b']", "a;b"), ("{a,b}", "a;b"), ("[]", ""),
      ("[a", "[a"), (#"["a,b]"#, #""a;b"#), ("a,b;c", "a;b;c"), (#"["a"b,"c"]"#, #""a"b;c"#),
    ])
  func tagsAsLists(_ cell: String, _ labels: String) {
    let loaded = Loaded(
      "domain\ttags\nevil.example\t\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\"\n",
      format: .csv)
    let record = loaded.collection.records.first
    let found = record.map { loaded.list(loaded.context($0).labels) } ?? ["no entry"]
    #expect(found == labels.split(separator: ";").map(String.init))
  }

  @Test(arguments: ["attack", "attack_id", "attack_ids", "mitre", "technique_id", "Technique IDs"])
  func columnsOfTechniques(_ name: String) {
    #expect(
      Loaded("domain,\(name)\nevil.example,\"T1059, T1071.001\"\n").context(of: "evil.example")
        == ["attack=T1059,T1071.001"])
  }

  @Test func warninglistsApplyToTheAttributesTheyName() {
    func loaded(_ type: String, _ value: String, _ attributes: String) -> Loaded {
      var options = FeedOptions()
      options.isAllowList = true
      return Loaded(
        #"{"name":"x","version":1,"description":"x","type":"\#(type)","list":["\#(value)"],"#
          + #""matching_attributes":\#(attributes)}"#, options: options)
    }
    #expect(
      loaded("string", Sample.sha1, #"["sha1","x509-fingerprint-sha1","filename|sha1"]"#).entries
        == [
          "1 certificate-sha1 \(Sample.sha1) exact allow", "1 sha1 \(Sample.sha1) exact allow",
        ])
    #expect(
      loaded("string", Sample.sha1, #"["x509-fingerprint-sha1"]"#).entries == [
        "1 certificate-sha1 \(Sample.sha1) exact allow"
      ])
    #expect(
      loaded("string", Sample.sha1, "[]").entries == ["1 sha1 \(Sample.sha1) exact allow"])
    let elsewhere = loaded("string", Sample.md5, #"["sha256"]"#)
    #expect(elsewhere.entries.isEmpty)
    #expect(elsewhere.diagnostics == ["1 matching-attributes"])
    #expect(loaded("cidr", "203.0.113.0/24", #"["domain"]"#).entries.isEmpty)
    #expect(loaded("cidr", "203.0.113.0/24", #"["ip-dst","domain|ip"]"#).entries.count == 1)
    #expect(loaded("hostname", "evil.example", #"["email-src"]"#).entries.isEmpty)
    #expect(loaded("hostname", "evil.example", #"["url","hostname"]"#).entries.count == 1)
    let texts = loaded("substring", "abuse@", #"["email-src"]"#)
    #expect(texts.entries.isEmpty)
    #expect(texts.warnings.contains("warninglist-substring-not-applied"))
    #expect(loaded("substring", ".evil.example", #"["email-src","url"]"#).entries.count == 1)
  }

  @Test func whatLimitsEmptyIsAnEmptyFeed() {
    var options = FeedOptions()
    options.maximumTLP = .green
    let text = "domain,tlp\nevil.example,amber\nbad.example,TLP2:RED\nworse.example,purple\n"
    let loaded = Loaded(text, options: options)
    #expect(loaded.entries.isEmpty)
    #expect(loaded.warnings == ["empty-feed"])
    #expect(
      loaded.summary?.refusals.counts == ["marking-too-strict": 1, "marking-unreadable": 2])
    #expect(Loaded(text).entries.count == 3)
    #expect(Loaded("domain,tlp\nevil.example,\n", options: options).entries.count == 1)
    options = FeedOptions()
    options.minimumConfidence = 50
    #expect(
      Loaded("domain,confidence\nevil.example,10\n", options: options).warnings == ["empty-feed"])
  }

  @Test("a dot within a label of a zone is no border")
  func dotsWithinLabels() {
    let zone = #"""
      $TTL 60
      @ SOA a. b. 1 2 3 4 5
      @ NS a.
      bad\.dot.example CNAME .
      evil.example CNAME .
      """#
    let loaded = Loaded(zone, format: .rpz)
    #expect(loaded.entries == ["5 domain evil.example exact"])
    #expect(loaded.refusals == [#"4 malformed-line: bad\.dot.example"#])
  }

  @Test("refused values are listed without what stands beside them")
  func refusedValues() {
    let loaded = Loaded(#"[{"ipAddress":"192.0.2.67","abuseConfidenceScore":0}]"#)
    #expect(loaded.refusals == ["1 zero-score: 192.0.2.67"])
  }

  @Test("levels of STIX are those of markings and labels, and one that cannot be read is a limit's")
  func levelsOfSTIX() {
    let definition = "marking-definition--88888888-9999-4999-8999-99999999999"
    func indicator(_ host: String, _ members: String) -> String {
      #"{"type":"indicator","id":"indicator--\#(host)","pattern":"[domain-name:value='\#(host).example']","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z",\#(members)},"#
    }
    let text =
      #"{"type":"bundle","id":"bundle--1","objects":["#
      + indicator("red", #""labels":["c2","tlp:red"]"#)
      + indicator("stricter", #""labels":["TLP:AMBER"],"object_marking_refs":["\#(definition)1"]"#)
      + indicator("purple", #""object_marking_refs":["\#(definition)0"]"#)
      + indicator("statement", #""object_marking_refs":["\#(definition)2"]"#)
      + indicator("label", #""labels":["tlp:ex"]"#)
      + #"{"type":"marking-definition","id":"\#(definition)0","definition_type":"tlp","definition":{"tlp":"purple"}},"#
      + #"{"type":"marking-definition","id":"\#(definition)1","definition_type":"tlp","definition":{"tlp":"green"}},"#
      + #"{"type":"marking-definition","id":"\#(definition)2","definition_type":"statement","definition":{"statement":"ours"}}]}"#
    let all = Loaded(text)
    #expect(all.entries.count == 5)
    #expect(all.context(of: "red.example").contains("tlp=red"))
    #expect(all.context(of: "stricter.example").contains("tlp=amber"))
    #expect(all.diagnostics.contains("1 (unreadable-marking)"))
    var options = FeedOptions()
    options.maximumTLP = .green
    let limited = Loaded(text, options: options)
    #expect(
      limited.entries == [
        "1 domain statement.example exact", "1 domain label.example exact",
      ])
    #expect(
      limited.summary?.refusals.counts == ["marking-too-strict": 2, "marking-unreadable": 1])
  }

  @Test(arguments: ["\n", "\r\n"])
  func emptyLinesAreCounted(_ end: String) {
    let gap = String(repeating: end, count: 70_000)
    #expect(
      Loaded("evil.example\n" + gap + "bad.example\n").entries == [
        "1 domain evil.example withSubdomains", "70002 domain bad.example withSubdomains",
      ])
    #expect(
      Loaded("a,domain\n" + gap + "b,bad.example\n").entries == [
        "70002 domain bad.example withSubdomains"
      ])
  }
}
