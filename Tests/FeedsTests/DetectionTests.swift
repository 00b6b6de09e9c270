import Feeds
import Indicators
import Inputs
import Testing

/// Content that is not loaded, and the whole error.
struct RefusedCase: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var error: String
  var testDescription: String { name }

  static let all: [RefusedCase] = [
    RefusedCase(
      name: "empty", text: "",
      error:
        "feed: holds nothing to recognise a feed by; check that it was fetched whole, or name the format with =FORMAT"
    ),
    RefusedCase(
      name: "comments only", text: "# one\n# two\n",
      error:
        "feed: holds nothing to recognise a feed by; check that it was fetched whole, or name the format with =FORMAT"
    ),
    RefusedCase(
      name: "STIX 1",
      text: "<stix:STIX_Package xmlns:stix=\"http://stix.mitre.org/stix-1\">",
      error:
        "feed: STIX 1 (XML) is not read by this version; convert it to STIX 2.1, or leave the file out"
    ),
    RefusedCase(
      name: "STIX 1 as JSON",
      text:
        #"{"id":"a:STIXPackage-1","version":"1.1.1","stix_header":{"title":"x"},"indicators":[{"indicator":{"type":"x"}}]}"#,
      error:
        "feed: STIX 1 (JSON) is not read by this version; convert it to STIX 2.1, or leave the file out"
    ),
    RefusedCase(
      name: "a web page", text: "<!DOCTYPE html>\n<html><body>evil.example</body></html>",
      error:
        "feed: not recognised as a feed: the file is a web page, not a feed; give a feed, or name the format with =FORMAT; prose is =report"
    ),
    RefusedCase(
      name: "Markdown that begins with markup",
      text: "<p align=\"center\">Report</p>\n\nC2: evil[.]example\n",
      error:
        "feed: not recognised as a feed: the file is text with markup, not a feed; give a feed, or name the format with =FORMAT; prose is =report"
    ),
    RefusedCase(
      name: "a link that begins a text", text: "<hxxp://evil[.]example/a> is the C2\n",
      error:
        "feed: not recognised as a feed: the file is text with markup, not a feed; give a feed, or name the format with =FORMAT; prose is =report"
    ),
    RefusedCase(
      name: "XML", text: "<list><a>evil.example</a></list>",
      error:
        "feed: not recognised as a feed: XML of no known feed format; give a feed, or name the format with =FORMAT"
    ),
    RefusedCase(
      name: "XML behind a comment", text: "<!-- x -->\n<feed><a>evil.example</a></feed>",
      error:
        "feed: not recognised as a feed: XML of no known feed format; give a feed, or name the format with =FORMAT"
    ),
    RefusedCase(
      name: "MISP as XML",
      text:
        "<?xml version=\"1.0\"?>\n<response>\n  <Event>\n    <id>1</id>\n  </Event>\n</response>",
      error:
        "feed: a MISP export as XML is not read by this version; export it as JSON, or leave the file out"
    ),
    RefusedCase(
      name: "YARA", text: "rule evil : test {\n  strings:\n    $a = \"x\"\n}\n",
      error: "feed: YARA rules are not read by this version; leave the file out"),
    RefusedCase(
      name: "YARA behind other lines",
      text: "C2 seen: evil[.]example\nrule x {\n condition: true\n}\n",
      error: "feed: YARA rules are not read by this version; leave the file out"),
    RefusedCase(
      name: "YARA on one line", text: "import \"pe\"\n\nrule x { condition: true }\n",
      error: "feed: YARA rules are not read by this version; leave the file out"),
    RefusedCase(
      name: "Sigma",
      text: "title: x\nlogsource:\n  product: windows\ndetection:\n  condition: selection\n",
      error: "feed: Sigma rules are not read by this version; leave the file out"),
    RefusedCase(
      name: "Suricata rules",
      text: "alert ip [192.0.2.66] any -> any any (msg:\"x\"; sid:1;)\n",
      error: "feed: Suricata rules are not read by this version; leave the file out"),
    RefusedCase(
      name: "ClamAV .ndb", text: "Win.Test-1:0:*:3c3f202f2a2a2f6576616c\n",
      error: "feed: ClamAV body signatures (.ndb) are not read by this version; leave the file out"),
    RefusedCase(
      name: "ClamAV .ldb", text: "Win.Test-1;Target:0;(0);3c3f202f2a2a2f\n",
      error:
        "feed: ClamAV logical signatures (.ldb) are not read by this version; leave the file out"),
    RefusedCase(
      name: "ClamAV .mdb", text: "512:\(Sample.md5):Win.Test-1\n",
      error:
        "feed: ClamAV section hashes (.mdb, .msb) are not read by this version; leave the file out"),
    RefusedCase(
      name: "ClamAV .wdb", text: "M:one.example:two.example\n",
      error:
        "feed: ClamAV lists of URL pairs (.wdb, .pdb) are not read by this version; leave the file out"
    ),
    RefusedCase(
      name: "suricata-datajson", text: "[{\"ours\": \"evil.example\", \"context\": \"x\"}]",
      error:
        "feed: not recognised as a feed: JSON of no known feed format; if it is one, name the format with =FORMAT, such as =json or =suricata-datajson"
    ),
    RefusedCase(
      name: "JSON without names", text: #"[["evil.example","domain"],["192.0.2.1","ip"]]"#,
      error:
        "feed: not recognised as a feed: JSON in which no value has a name; write it as objects whose members say what they hold, or as one list of indicators"
    ),
    RefusedCase(
      name: "base64 is never guessed", text: "ZXZpbC5leGFtcGxl\n",
      error:
        "feed: not recognised as a feed: no format fits; if it is one, name the format with =FORMAT, such as =csv or =plain; prose is =report"
    ),
    RefusedCase(
      name: "a mixture",
      text: (1...60).map { "evil\($0).example" }.joined(separator: "\n")
        + (1...40).map { "\nword \($0) and prose" }.joined(),
      error:
        "feed: not recognised as a feed: no format fits 95 % of its lines (plain: 60 of 100); if it is one, name the format with =FORMAT, such as =plain; prose is =report"
    ),
    RefusedCase(
      name: "binary", text: "abc\0def",
      error:
        "feed: not recognised as a feed: the file is binary, not text; give a feed, or name the format with =FORMAT"
    ),
    RefusedCase(
      name: "a capture", text: "\n\r\r\n\u{1c}\0\0\0",
      error:
        "feed: not recognised as a feed: the file is a packet capture, not text; scan it against feeds instead"
    ),
    RefusedCase(
      name: "JSON cut in the middle",
      text: #"{"type":"bundle","id":"bundle--1","objects":[\#n{"type":"indicator","#,
      error:
        "feed:2: the JSON ends in the middle; fetch the file again, or keep what was read with compile --keep-partial"
    ),
    RefusedCase(
      name: "JSON that is broken",
      text: #"{"type":"bundle","id":"bundle--1","objects":[\#n{"type" "indicator"}]}"#,
      error: "feed:2: not JSON: unexpected character; correct the file, or fetch it again"),
    RefusedCase(
      name: "JSON that is broken in a list that is called by no name of ours",
      text: """
        {"title": "x",
        "rules": [
        {"action": "deny", "domain": "a.example"},
        {"action": "deny", "domain": "b\t.example"},
        {"action": "deny", "domain": "c.example"},
        {"action": "deny", "domain": "d.example"}
        ]}
        """,
      error:
        "feed:4: not JSON: control character in a string; correct the file, or fetch it again"),
    RefusedCase(
      name: "JSON without a comma in a list that is called by no name of ours",
      text: """
        {"domain": "a.example", "rules": [
        {"action": "deny", "domain": "b.example"}
        {"action": "deny", "domain": "c.example"},
        {"action": "deny", "domain": "d.example"}
        ]}
        """,
      error: "feed:3: not JSON: unexpected character; correct the file, or fetch it again"),
    RefusedCase(
      name: "JSON that is broken in an array of objects with one member each",
      text: """
        [
          {
            "domain": "a.example"
          },
          {
            "domain" "b.example"
          }
        ]
        """,
      error: "feed:6: not JSON: unexpected character; correct the file, or fetch it again"),
  ]
}

@Suite struct DetectionTests {
  @Test func aDatabaseIsNamed() {
    let loaded = Loaded(bytes: [0x89, 0x53, 0x4b, 0x44, 0x42, 13, 10, 26, 0, 0])
    #expect(
      loaded.error?.commandText
        == "feed: not recognised as a feed: the file is a Sekisho database, not text; open it with --db instead"
    )
  }

  @Test(arguments: RefusedCase.all)
  func whatIsNotReadIsRefusedByName(_ content: RefusedCase) {
    let loaded = Loaded(content.text)
    #expect(loaded.error?.commandText == content.error)
    #expect(loaded.collection.feeds.isEmpty)
    #expect(loaded.collection.records.isEmpty)
    #expect(loaded.report.feeds.isEmpty)
  }

  @Test func aNamedFormatWithoutAUsableLineIsAnError() {
    let loaded = Loaded("one\ntwo\n", format: .plain)
    #expect(
      loaded.error?.commandText
        == "feed: none of its 2 values can be used as plain (single-label 2); check the format named with =FORMAT, and that the file was fetched whole"
    )
    #expect(Loaded("# nothing\n", format: .plain).warnings == ["empty-feed"])
    #expect(Loaded("a,b\nc,d\n", format: .csv).error?.code == .noUsableLine)
  }

  @Test(arguments: [
    FeedFormat.stix, .misp, .threatfox, .feodo, .otx, .abuseIPDB, .spamhausDrop, .suricataDatajson,
    .warninglist, .openIOC,
  ])
  func anAnswerThatIsNoFeedIsAnErrorWhateverItIsCalled(_ format: FeedFormat) {
    for text in [#"{"error":"unauthorized"}"#, "<html><body>gone</body></html>"] {
      #expect(Loaded(text, format: format).error != nil, "\(text)")
    }
  }

  @Test(arguments: [
    (
      FeedFormat.misp,
      #"{"Event":{"info":"E","Attribute":[{"type":"domain","value":"e1.example","to_ids":false}]}}"#
    ),
    (
      .stix,
      #"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","revoked":true,"pattern":"[domain-name:value = 'evil.example']"}]}"#
    ),
    (.suricataIPRep, "192.0.2.1,1,0\n"), (.plain, "10.0.0.1\n"), (.netset, "10.0.0.1\n"),
    (.csv, "10.0.0.1\n"), (.plain, "d41d8cd98f00b204e9800998ecf8427e\n"),
  ])
  func aFeedOfTheNamedFormatMayHaveAllItsValuesRefused(_ format: FeedFormat, _ text: String) {
    let loaded = Loaded(text, format: format)
    #expect(loaded.error == nil)
    #expect(loaded.entries.isEmpty)
    #expect(loaded.warnings.contains("empty-feed"))
  }

  @Test func aListIsNoMarkup() {
    #expect(Loaded("evil.example\n", format: .openIOC).error != nil)
  }

  @Test func theHeadOfASystemsHostsFileIsPartOfOne() {
    let loaded = Loaded(
      """
      127.0.0.1 localhost
      255.255.255.255 broadcasthost
      ::1 ip6-localhost
      fe80::1%lo0 localhost
      0.0.0.0 0.0.0.0
      0.0.0.0 evil.example
      """)
    #expect(loaded.format == .hosts)
    #expect(loaded.entries == ["6 domain evil.example exact"])
  }

  @Test func fieldsBetweenNumberSignsAreNoCosmeticRules() {
    let reputations = "192.0.2.3#4#2#Malicious Host#CN##39.9,116.4#3\n"
    #expect(Loaded(reputations).format == .plain)
    #expect(Loaded("example.com,~www.example.com##.ad\n||evil.example^\n").format == .adblock)
  }

  @Test func recognisedFeedsWithoutEntriesAreAWarning() {
    let zeek = Loaded("#fields\tindicator\tindicator_type\tmeta.source\n")
    #expect(zeek.error == nil)
    #expect(zeek.format == .zeekIntel)
    #expect(zeek.warnings == ["empty-feed"])
    let bundle = Loaded(#"{"type":"bundle","id":"bundle--1","objects":[]}"#)
    #expect(bundle.warnings == ["empty-feed"])
    let banner = Loaded("# abuse.ch URLhaus Plain-Text URL List\n# END 0 entries\n")
    #expect(banner.warnings == ["empty-feed"])
    let header =
      "# Feodo Tracker\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"malware\"\n# END 0 entries\n"
    #expect(Loaded(header).warnings == ["empty-feed"])
    #expect(Loaded(header, format: .feodo).warnings == ["empty-feed"])
    #expect(Loaded("domain,first_seen\n", format: .csv).warnings == ["empty-feed"])
    #expect(Loaded("# Feodo Tracker\n# END 0 entries\n", format: .plain).warnings == ["empty-feed"])
  }

  @Test(arguments: [
    (FeedFormat.misp, #"{"response":[]}"#), (.threatfox, #"{"query_status":"ok","data":[]}"#),
    (.urlhaus, #"{"query_status":"no_results","urls":[]}"#),
    (.otx, #"{"count":0,"next":null,"previous":null,"results":[]}"#),
    (.otx, #"{"id":"0123","name":"a pulse","indicators":[]}"#),
    (.misp, #"{"response":[],"errors":[]}"#),
    (.abuseIPDB, #"{"meta":{"generatedAt":"2024-01-01T00:00:00+00:00"},"data":[]}"#),
    (.threatfox, #"{"query_status":"no_result","data":"Your search did not yield any results"}"#),
    (.urlhaus, #"{"query_status":"no_results"}"#),
    (.malwarebazaar, #"{"query_status":"hash_not_found"}"#),
    (.malwarebazaar, #"{"query_status":"tag_not_found","data":[]}"#),
  ])
  func answersThatListNothingAreAWarning(_ format: FeedFormat, _ text: String) {
    for loaded in [Loaded(text), Loaded(text, format: format)] {
      #expect(loaded.error == nil)
      #expect(loaded.format == format)
      #expect(loaded.warnings == ["empty-feed"])
    }
  }

  @Test(arguments: [
    "feeds:\n  - path: f.txt\n",
    "# ours\ndefaults:\n  tlp: amber\nfeeds:\n- name: a b\n  path: f.txt\n",
    #"{"feeds":[{"path":"f.txt","name":"a b"}]}"#, "feeds: # ours\n  - path: f.txt\n",
    "feeds: [{path: f.txt, name: a b}]\n",
  ])
  func aConfigurationIsNamed(_ text: String) {
    let error = Loaded(text).error
    #expect(
      error?.commandText
        == "feed: not recognised as a feed: it lists feeds; give it as a feed configuration (--feeds)"
    )
  }

  @Test(arguments: [
    #"{"response":[],"error":"unauthorized"}"#, #"{"query_status":"unknown_auth_key","data":[]}"#,
    #"{"query_status":"unknown_auth_key"}"#, #"{"query_status":"no_results","url":"x"}"#,
    #"{"response":[],"data":[]}"#, #"{"data":[]}"#, #"{"results":[]}"#, #"{"response":[[]]}"#,
    #"{"response":["#,
  ])
  func whatMayBeAnErrorIsNoEmptyAnswer(_ text: String) {
    #expect(Loaded(text).error != nil)
  }

  /// The services of abuse.ch answer alike where nothing was found.
  @Test func anEmptyAnswerIsThatOfTheFormatNamed() {
    for format in [FeedFormat.threatfox, .urlhaus, .malwarebazaar] {
      #expect(
        Loaded(#"{"query_status":"ok","data":[]}"#, format: format).warnings == ["empty-feed"])
    }
  }

  @Test func whatStandsBehindADigestIsNoCommentWhereItIsAnAddress() {
    let loaded = Loaded(
      "\(Sample.sha1);a@mail.example;192.0.2.1\n\(Sample.md5);b@mail.example;192.0.2.2\n")
    #expect(loaded.format == .csv)
    #expect(
      loaded.entries == [
        "1 sha1 \(Sample.sha1) exact", "1 ipv4 192.0.2.1 exact", "2 md5 \(Sample.md5) exact",
        "2 ipv4 192.0.2.2 exact",
      ])
    #expect(loaded.warnings == ["column-not-read"])
    #expect(Loaded("\(Sample.sha1);a comment; and more\n").format == .loki)
  }

  @Test func theIndexOfAMISPFeedIsNoFeedOfHashes() {
    let uuid = "04265bb3-e8f2-5417-9021-8aec3a34e7ee"
    let hashes = Loaded("\(Sample.md5),\(uuid)\n")
    #expect(hashes.entries.isEmpty)
    #expect(hashes.warnings == ["misp-feed-hashes"])
    let manifest = Loaded(#"{"\#(uuid)":{"Orgc":{"name":"x"},"info":"y","Tag":[]}}"#)
    #expect(manifest.warnings == ["misp-feed-manifest"])
  }

  @Test func rulesWithOptionsTellThatAListIsOfAnAdBlocker() {
    let loaded = Loaded(
      """
      ||evil1.example^
      ||evil2.example^$script
      ||evil3.example^$third-party
      ||evil4.example/path/
      @@||ok.example^

      """)
    #expect(loaded.format == .adblock)
    #expect(
      loaded.entries == [
        "1 domain evil1.example withSubdomains", "5 domain ok.example withSubdomains allow",
      ])
    #expect(
      loaded.diagnostics == ["2 unsupported-rule", "3 unsupported-rule", "4 unsupported-rule"])
  }

  @Test func patternsInTrafficAreLiterals() {
    let loaded = Loaded(
      #"{"Event":{"info":"x","Attribute":[{"type":"pattern-in-traffic","value":"EVILBEACON/7"},{"type":"pattern-in-traffic","value":"abc"},{"type":"text","value":"no literal"},{"type":"domain","value":"evil.example"}]}}"#
    )
    #expect(
      loaded.entries == [
        "1 text EVILBEACON/7 contains", "1 domain evil.example withSubdomains",
      ])
    #expect(loaded.diagnostics.contains("1 too-short"))
  }

  @Test func namesOfFilesAreNotTakenForNamesOfHosts() {
    #expect(Loaded("dropper.exe\nloader.dll\n").error?.code == .unrecognized)
  }

  @Test func headingsDoNotKeepAListFromBeingOne() {
    let hosts = (1...10).map { "evil\($0).example\n" }.joined()
    let loaded = Loaded("Malicious hosts:\n" + hosts)
    #expect(loaded.format == .plain)
    #expect(loaded.entries.count == 10)
    #expect(loaded.refusals == ["1 not-an-indicator: Malicious hosts:"])
  }

  @Test func theNameOfAFormatIsItsRawValue() {
    for format in FeedFormat.allCases { #expect(FeedFormat(name: format.name) == format) }
    #expect(FeedFormat(name: "zeek-intel") == .zeekIntel)
    #expect(FeedFormat(name: "nonsense") == nil)
  }
}
