import Feeds
import Indicators
import Inputs
import Testing

extension FeedCase {
  /// Objects of JSON that are rows of a table in other clothes.
  static let records: [FeedCase] = [
    FeedCase(
      name: "json: an array of records",
      text: """
        [
          {"url": "http://a.example/x", "ip": null, "reporter": "https://reporter.example/"},
          {"url": "http://b.example/y", "ip": "192.0.2.66", "status": true},
          {"url": "", "ip": "192.0.2.67", "port": 443}
        ]
        """, format: .json,
      entries: [
        "2 url http://a.example/x exact", "3 url http://b.example/y exact",
        "3 ipv4 192.0.2.66 exact", "4 ipv4 192.0.2.67 exact",
      ]),
    FeedCase(
      name: "json: values with types, of which a last record is cut by nothing",
      text: """
        [{"Indicator":"\(Sample.sha256)","Type":"SHA256"},
        {"Indicator":"evil.example","Type":"domain"},
        {"Indicator":"CVE-2024-0001","Type":"CVE"},]
        """, format: .json,
      entries: ["1 sha256 \(Sample.sha256) exact", "2 domain evil.example withSubdomains"],
      diagnostics: ["3 unsupported-kind"]),
    FeedCase(
      name:
        "json: indicators of the Elastic common schema, of which some are of kinds that are none of ours",
      text: """
        {"threat":{"indicator":{"type":"file","file":{"hash":{"sha256":["\(Sample.sha256)"]}}}}}
        {"threat":{"indicator":{"type":"domain-name","domain":["evil.example"]}}}
        {"threat":{"indicator":{"type":"x509","x509":{"hash":{"sha1":["\(Sample.sha1)"]}}}}}
        {"threat":{"indicator":{"type":"x509","x509":{"hash":{"sha256":["\(Sample.sha256)"]}}}}}
        {"threat":{"indicator":{"type":"mac-addr","mac":["00-00-5E-00-53-01"]}}}
        {"threat":{"indicator":{"type":"directory","name":["x"]}}}
        """, format: .json,
      entries: [
        "1 sha256 \(Sample.sha256) exact", "2 domain evil.example withSubdomains",
        "3 certificate-sha1 \(Sample.sha1) exact", "4 certificate-sha256 \(Sample.sha256) exact",
      ], diagnostics: ["4 (kind-by-length)", "5 not-an-indicator", "6 not-an-indicator"]),
    FeedCase(
      name: "json: beside indicators of the common schema one's own hosts are none",
      text: """
        [{"host.name":"pc.example","destination.ip":"192.0.2.66","threat.indicator.ip":"192.0.2.7"},
        {"host.name":"pc.example","destination.ip":"192.0.2.67","threat.indicator.ip":"192.0.2.8"}]
        """, format: .json, entries: ["1 ipv4 192.0.2.7 exact", "2 ipv4 192.0.2.8 exact"]),
    FeedCase(
      name: "json: lines, of which a broken one costs itself",
      text: """
        {"domain":"a.example","seen":1}
        {"domain" "b.example"}
        {"domain":"c.example","seen":[]}
        """, format: .json,
      entries: ["1 domain a.example withSubdomains", "3 domain c.example withSubdomains"],
      diagnostics: ["2 malformed-json"]),
    FeedCase(
      name: "json: lines, of which some were cut",
      text: """
        {"domain":"a.example","seen":1}
        {"domain":"b.exa
        {"domain":"c.example","seen":1}
        {"domain":"d.example",
        {"domain":"e.example","seen":1}
        {"domain":"f.example","seen":1}
        """, format: .json,
      entries: [
        "1 domain a.example withSubdomains", "3 domain c.example withSubdomains",
        "6 domain f.example withSubdomains",
      ],
      diagnostics: ["2 malformed-json", "5 malformed-json"]),
    FeedCase(
      name: "json: lines behind one that was cut, whatever follows",
      text: """
        {"domain":"a.example"}
        {"domain":"b.example","x":

        {"domain":"c.example"}
        {"domain":"d.example"}
        {"domain":"e.example"}
        """, format: .json,
      // The third passes for the value of the second's last member.
      entries: ["1 domain a.example withSubdomains", "6 domain e.example withSubdomains"],
      diagnostics: ["5 malformed-json"]),
    FeedCase(
      name: "json: an envelope, whose other members are none of it",
      text: """
        {"meta":{"url":"https://publisher.example/","urls":["https://publisher.example/a"]},
        "contact":[{"email":"us@publisher.example"}],
        "data":{"count":1,"items":[
        {"ip":"192.0.2.66"},
        {"ip":"192.0.2.67"}]},
        "next":{"items":[{"ip":"192.0.2.68"}]}}
        """, format: .json,
      entries: ["4 ipv4 192.0.2.66 exact", "5 ipv4 192.0.2.67 exact"]),
    FeedCase(
      name: "json: members of inner objects, where those are the record's own",
      text: """
        [{"id":"1","file":{"hashes":{"sha256":"\(Sample.sha256)","md5":"\(Sample.md5)"}},"reporter":{"domain":"reporter.example"},"seen":[{"ip":"192.0.2.66"}]},
        {"id":"2","file":{"hashes":{"sha256":"\(Sample.sha256)"}}}]
        """, format: .json,
      entries: [
        "1 sha256 \(Sample.sha256) exact", "1 md5 \(Sample.md5) exact",
        "2 sha256 \(Sample.sha256) exact",
      ]),
    FeedCase(
      name: "json: lists of values",
      text: #"[{"domains":["a.example","b.example"]},{"domains":[],"ips":["192.0.2.66"]}]"#,
      format: .json,
      entries: [
        "1 domain a.example withSubdomains", "1 domain b.example withSubdomains",
        "1 ipv4 192.0.2.66 exact",
      ]),
    FeedCase(
      name: "stix: what follows from a digest, and what no traffic shows",
      text: bundle([
        "[file:hashes.MD5 = '\(Sample.md5)' AND file:hashes.'SHA-256' = '\(Sample.sha256)' AND file:name_enc = 'UTF-8' AND file:extensions.'windows-pebinary-ext'.imphash = '\(Sample.md5)']",
        "[artifact:hashes.'SHA-1' = '\(Sample.sha1)' AND artifact:mime_type = 'application/zip']",
        "[x509-certificate:hashes.'SHA-1' = '\(Sample.sha1)' AND x509-certificate:validity_not_before = t'2024-01-01T00:00:00Z' AND x509-certificate:issuer = 'CN=x']",
        "[email-addr:value = 'a@evil.example' AND email-addr:display_name = 'A']",
        "[network-traffic:dst_ref.value = '192.0.2.66' AND network-traffic:dst_port = 443 AND network-traffic:start = t'2024-01-01T00:00:00Z']",
        "[url:value = 'http://evil.example/x' AND url:x_publisher_note = 'y']",
        "[x509-certificate:issuer = 'CN=x' AND x509-certificate:serial_number = '1']",
        "[file:hashes.MD5 = '\(Sample.md5)' AND file:ctime = t'2024-01-01T00:00:00Z']",
      ]), format: .stix,
      entries: [
        "2 md5 \(Sample.md5) exact", "2 sha256 \(Sample.sha256) exact",
        "3 sha1 \(Sample.sha1) exact", "4 certificate-sha1 \(Sample.sha1) exact",
        "5 email a@evil.example exact", "6 ipv4 192.0.2.66 exact port 443",
        "7 url http://evil.example/x exact",
      ],
      diagnostics: [
        "2 (file-facts-not-checked)", "2 (file-facts-not-checked)", "3 (file-facts-not-checked)",
        "4 (certificate-facts-not-checked)", "4 (certificate-facts-not-checked)",
        "5 (display-name-not-checked)", "6 (flow-time-not-checked)",
        "7 (custom-property-not-checked)", "8 unsupported-path", "9 unsupported-path",
      ]),
    FeedCase(
      name: "openioc: several digests of one file",
      text: """
        <ioc id="x"><definition><Indicator operator="AND">
        <IndicatorItem condition="is"><Context search="FileItem/Md5sum"/><Content>\(Sample.md5)</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="FileItem/Sha1sum"/><Content>\(Sample.sha1)</Content></IndicatorItem>
        </Indicator></definition></ioc>
        """, format: .openIOC,
      entries: ["2 md5 \(Sample.md5) exact", "2 sha1 \(Sample.sha1) exact"]),
    FeedCase(
      name: "openioc: events of hosts as HX names them",
      text: """
        <OpenIOC id="x"><criteria><Indicator operator="OR">
        <IndicatorItem condition="is"><Context document="fileWriteEvent" search="fileWriteEvent/md5" type="event"/><Content>\(Sample.md5)</Content></IndicatorItem>
        <IndicatorItem condition="contains"><Context search="dnsLookupEvent/hostname"/><Content>below.example</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="urlMonitorEvent/hostname"/><Content>exact.example</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="eventItem/ipv4NetworkEvent/remoteIP"/><Content>192.0.2.66</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="urlMonitorEvent/userAgent"/><Content>Evil/1.0</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="urlMonitorEvent/requestUrl"/><Content>/gate.php</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="addressNotificationEvent/address"/><Content>192.0.2.67</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="ipv4NetworkEvent/localIP"/><Content>192.0.2.68</Content></IndicatorItem>
        <Indicator operator="AND">
        <IndicatorItem condition="is"><Context search="ipv4NetworkEvent/remoteIP"/><Content>192.0.2.69</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="ipv4NetworkEvent/remotePort"/><Content>443</Content></IndicatorItem>
        </Indicator>
        </Indicator></criteria></OpenIOC>
        """, format: .openIOC,
      entries: [
        "2 md5 \(Sample.md5) exact", "3 domain below.example withSubdomains",
        "4 domain exact.example exact", "5 ipv4 192.0.2.66 exact",
        "6 user-agent Evil/1.0 exact weak", "11 ipv4 192.0.2.69 exact port 443",
      ],
      diagnostics: ["7 unsupported-path", "8 unsupported-path", "9 unsupported-path"]),
  ]
}

@Suite struct RecordTests {
  @Test func membersKeepTheirMeaning() {
    let loaded = Loaded(
      """
      [{"indicator":"evil.example","type":"domain","confidence":"High","tlp":"amber","malware":"Evil",
        "tags":["c2","T1071.001"],"first_seen":"2024-05-01T00:00:00Z","description":"x, \\"y\\""},
       {"indicator":"192.0.2.66","type":"ip"}]
      """)
    #expect(
      loaded.context(of: "evil.example") == [
        "description=x, \"y\"", "labels=c2", "attack=T1071.001", "malware=Evil", "tlp=amber",
        "confidence=85", "from=2024-05-01T00:00:00.000000Z",
      ])
  }

  @Test func aNameGoesWithEachDigestOfItsFile() {
    let loaded = Loaded(
      FeedCase.bundle([
        "[file:name = 'gate.exe' AND file:hashes.MD5 = '\(Sample.md5)' AND file:hashes.'SHA-1' = '\(Sample.sha1)']"
      ]))
    #expect(
      loaded.entries == [
        "2 filename gate.exe exact joint", "2 md5 \(Sample.md5) exact joint",
        "2 filename gate.exe exact joint", "2 sha1 \(Sample.sha1) exact joint",
      ])
    #expect(
      loaded.context(of: Sample.sha1).first { $0.hasPrefix("condition") }
        == "condition=filename:gate.exe AND sha1:\(Sample.sha1)")
  }

  @Test(
    arguments: [
      // Records of events hold addresses, too.
      #"[{"ip":"192.0.2.66","message":"login"},{"ip":"192.0.2.67","message":"login"}]"#,
      #"[{"src":"192.0.2.66","domain":"a.example"},{"src":"192.0.2.67","domain":"b.example"}]"#,
      // One object may be anything.
      #"{"name":"x","url":"https://publisher.example/","ip":"192.0.2.66"}"#,
      // Whose members are called by no name of ours.
      #"[{"a":"192.0.2.66"},{"a":"192.0.2.67"}]"#,
      // Files of a repository, and communities that one may join.
      #"[{"name":"a.md","path":"a.md","sha":"aa","download_url":"https://repository.example/a.md","type":"file"},{"name":"b.md","path":"b.md","sha":"bb","download_url":"https://repository.example/b.md","type":"file"}]"#,
      #"[{"name":"A","url":"https://a.example/join","email":"info@a.example","description":"x","type":"open"}]"#,
      // Events of one's own hosts, of which few hold an indicator.
      #"[{"host.name":"pc.example","destination.ip":"192.0.2.66"},{"host.name":"pc.example","destination.ip":"192.0.2.67"},{"host.name":"pc.example","threat.indicator.ip":"192.0.2.68"}]"#,
      // Of which half says nothing.
      #"[{"ip":"192.0.2.66"},{"ip":null},{"x":"y"}]"#,
      // A program's description.
      #"{"contributors":[{"name":"x","url":"https://x.example/"}],"dependencies":{"a":"1"}}"#,
    ])
  func whatMayBeSomethingElseIsNotLoaded(_ text: String) {
    let loaded = Loaded(text)
    #expect(loaded.error?.code == .unrecognized)
    #expect(loaded.error?.remedy.options.contains(.format("json")) == true)
  }

  /// What is said of the URLs, or how they are written, tells that they are no services.
  @Test(
    arguments: [
      #"[{"name":"x","url":"https://evil.example/a","malware":"y"}]"#,
      #"[{"name":"x","url":"hxxps://evil[.]example/a"}]"#,
      #"[{"title":"x","url":"https://evil.example/a","date":"2024-01-02"}]"#,
      #"[{"name":"x","url":"https://evil.example/a","created":"2024-01-02"}]"#,
      #"[{"name":"x","malicious_url":"https://evil.example/a"}]"#,
      #"[{"name":"x","phishing_url":"https://evil.example/a"}]"#,
      #"{"blocklist":[{"name":"x","url":"https://evil.example/a"}]}"#,
      #"[{"name":"x","url":"https://evil.example/a","sha256":"\#(Sample.sha256)"}]"#,
    ])
  func urlsBesideNamesMayBeIndicators(_ text: String) {
    #expect(Loaded(text).entries.contains("1 url https://evil.example/a exact"))
  }

  @Test func whatIsNamedNeedsNoProof() {
    #expect(
      Loaded(#"{"url":"https://evil.example/","message":"x"}"#, format: .json).entries == [
        "1 url https://evil.example/ exact"
      ])
    #expect(Loaded(#"[{"a":"b"}]"#, format: .json).error?.code == .noUsableLine)
    #expect(Loaded(#"[{"ip":"192.0.2.66"},{"ip":"192.0.2.67"},{"ip""#).error?.code == .truncated)
  }

  @Test func aTermThatIsNotReadIsShown() {
    let loaded = Loaded(
      """
      <ioc id="x"><definition><Indicator operator="OR">
      <IndicatorItem condition="is"><Context search="FileItem/SizeInBytes"/><Content>9</Content></IndicatorItem>
      </Indicator></definition></ioc>
      """)
    #expect(loaded.refusals == ["2 unsupported-path: FileItem/SizeInBytes: 9"])
  }

  @Test func ofADocumentThatIsBrokenNothingIsKept() {
    let text = """
      {"title": "x", "domain": "a.example",
      "rules": [
      {"host": "b\t.example"},
      {"host": "c.example"},
      {"host": "d.example"}
      ]}
      """
    for format in [FeedFormat.json, .suricataDatajson] {
      let loaded = Loaded(text, format: format)
      #expect(loaded.error?.code == .malformed)
      #expect(loaded.error?.line == 3)
      #expect(loaded.entries.isEmpty)
    }
  }
}
