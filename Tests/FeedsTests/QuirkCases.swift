import Feeds
import Indicators
import Inputs
import Testing

extension FeedCase {
  /// What feeds in use do that their format does not foresee, and forms that must not be lost.
  static let quirks: [FeedCase] = [
    FeedCase(
      name: "csv: digests of other sorts are no SHA-256",
      text: """
        type,value
        authentihash,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdea
        SHA3-256,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeb
        sha256,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdec
        """, format: .csv,
      entries: [
        "4 sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdec exact"
      ], diagnostics: ["2 unsupported-kind", "3 unsupported-kind"]),
    FeedCase(
      name: "csv: a column of digests is of another sort where the row's type says so",
      text: """
        hash,type
        0123456789abcdef0123456789abcdef,vhash
        0123456789abcdef0123456789abcde0,md5
        """, format: .csv,
      entries: ["3 md5 0123456789abcdef0123456789abcde0 exact"],
      diagnostics: ["2 unsupported-kind"]),
    FeedCase(
      name: "csv: a file of one line is a list", text: "a.example, b.example, c.example\n",
      format: .csv,
      entries: [
        "1 domain a.example withSubdomains", "1 domain b.example withSubdomains",
        "1 domain c.example withSubdomains",
      ]),
    FeedCase(
      name: "stix: what the producer calls benign is not loaded",
      text: #"""
        [{"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'good.example']",
        "pattern_type":"stix","indicator_types":["benign"]},
        {"type":"indicator","id":"indicator--2","pattern":"[domain-name:value = 'evil.example']",
        "pattern_type":"stix","indicator_types":["benign","malicious-activity"]}]
        """#, format: .stix, entries: ["3 domain evil.example exact"],
      diagnostics: ["1 benign"]),
    FeedCase(
      name: "csv: of digests of one length the row's type names the kind",
      text: """
        hash,type
        0123456789abcdef0123456789abcdef,imphash
        0123456789abcdef0123456789abcdef,ja3
        0123456789abcdef0123456789abcdef,md5
        0123456789abcdef0123456789abcde0,exe
        0123456789abcdef0123456789abcdef01234567,md5
        """, format: .csv,
      entries: [
        "2 imphash 0123456789abcdef0123456789abcdef exact",
        "3 ja3 0123456789abcdef0123456789abcdef exact weak",
        "4 md5 0123456789abcdef0123456789abcdef exact",
        "5 md5 0123456789abcdef0123456789abcde0 exact",
        "6 sha1 0123456789abcdef0123456789abcdef01234567 exact",
      ], diagnostics: ["6 (kind-by-length)"]),
    FeedCase(
      name: "csv: what a row says of its value and cannot be read is noted",
      text: """
        indicator,type,valid_until,confidence,tlp
        evil.example,domain,tomorrow,150,pink
        bad.example,domain,2030-01-01,80,amber
        worse.example,domain,n/a,-,
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain bad.example withSubdomains",
        "4 domain worse.example withSubdomains",
      ],
      diagnostics: [
        "2 (unreadable-time)", "2 (unreadable-confidence)", "2 (unreadable-marking)",
      ]),
    FeedCase(
      name: "stix: what an object says of itself and cannot be read is noted",
      text: """
        {"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']",
        "valid_from":"soon","valid_until":"later","confidence":150}
        """, format: .stix, entries: ["1 domain evil.example exact"],
      diagnostics: [
        "1 (unreadable-time)", "1 (unreadable-time)", "1 (unreadable-confidence)",
      ]),
    FeedCase(
      name: "netset: a mask in place of a length",
      text: "203.0.113.0/255.255.255.0\n198.51.100.7/255.255.255.255\n192.0.2.66\n192.0.2.68/31\n",
      format: .netset,
      entries: [
        "1 ipv4 203.0.113.0/24 prefix", "2 ipv4 198.51.100.7 exact", "3 ipv4 192.0.2.66 exact",
        "4 ipv4 192.0.2.68/31 prefix",
      ]),
    FeedCase(
      name: "rpz: directives that stand for other records, an alias of itself",
      text: """
        $TTL 60
        $INCLUDE more.zone
        $GENERATE 1-9 host$ CNAME .
        evil.example CNAME .
        good.example CNAME good.example.
        good.rpz.example.net. CNAME rpz-passthru.
        """, format: .rpz,
      entries: [
        "4 domain evil.example exact", "5 domain good.example exact allow",
        "6 domain good.rpz.example.net exact allow",
      ], diagnostics: ["2 unsupported-rule", "3 unsupported-rule"]),
    FeedCase(
      name: "adblock: a path is no host",
      text: """
        [Adblock Plus 2.0]
        ||evil.example^
        ||bad.example/ads^
        """, format: .adblock,
      entries: ["2 domain evil.example withSubdomains"], diagnostics: ["3 unsupported-rule"]),
    FeedCase(
      name: "dnsmasq: unbound's form of such lists",
      text: """
        # a list for unbound
        server:
          local-zone: "evil.example" always_nxdomain
          local-zone: bad.example. refuse   # why
          local-data: "one.example A 0.0.0.0"
          local-zone: "good.example" transparent
          local-zone: "worse.example" redirect
          local-data: "worse.example 60 IN A 192.0.2.1"
        """, format: .dnsmasq,
      entries: [
        "3 domain evil.example withSubdomains", "4 domain bad.example withSubdomains",
        "5 domain one.example exact", "7 domain worse.example withSubdomains",
        "8 domain worse.example exact",
      ], diagnostics: ["6 unsupported-rule"]),
    FeedCase(
      name: "csv: what a product is told to allow",
      text: """
        IndicatorType,IndicatorValue,Action
        DomainName,evil.example,Block
        DomainName,good.example,Allow
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain good.example withSubdomains allow",
      ]),
    FeedCase(
      name: "csv: a spreadsheet's hint of the delimiter",
      text: "sep=;\r\nindicator;type\r\nevil.example;domain\r\n192.0.2.66;ip\r\n", format: .csv,
      entries: ["3 domain evil.example withSubdomains", "4 ipv4 192.0.2.66 exact"]),
    FeedCase(
      name: "csv: ranges by first and last address, and whom to write to",
      text: """
        # a block list
        Start\tEnd\tNetblock\tAttacks\temail
        203.0.113.0\t203.0.113.255\t24\t1234\tabuse@isp.example
        198.51.100.4\t198.51.100.4\t32\t99\tabuse@host.example
        """, format: .csv,
      entries: ["3 ipv4 203.0.113.0/24 prefix", "4 ipv4 198.51.100.4 exact"]),
    FeedCase(
      name: "misp: an object that was deleted takes its attributes along",
      text: """
        {"Event":{"info":"x","Object":[
        {"name":"domain-ip","deleted":true,"Attribute":[
        {"type":"domain","value":"gone.example","to_ids":true}]},
        {"name":"domain-ip","Attribute":[
        {"type":"domain","value":"stays.example","to_ids":true}],"deleted":false},
        {"name":"domain-ip","Attribute":[
        {"type":"domain","value":"also-gone.example","to_ids":true}],"deleted":"1"}]}}
        """, format: .misp, entries: ["5 domain stays.example withSubdomains"],
      diagnostics: ["3 deleted", "7 deleted"]),
    FeedCase(
      name: "openioc: the port of an address, and what follows from a digest",
      text: """
        <ioc id="x"><definition><Indicator operator="OR">
        <Indicator operator="AND">
        <IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content>192.0.2.66</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="PortItem/remotePort"/><Content>443</Content></IndicatorItem>
        </Indicator>
        <Indicator operator="AND">
        <IndicatorItem condition="is"><Context search="FileItem/Md5sum"/><Content>\(Sample.md5)</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="FileItem/SizeInBytes"/><Content>9</Content></IndicatorItem>
        </Indicator>
        <Indicator operator="AND">
        <IndicatorItem condition="is"><Context search="Network/DNS"/><Content>evil.example</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="PortItem/remotePort"/><Content>443</Content></IndicatorItem>
        </Indicator></Indicator></definition></ioc>
        """, format: .openIOC,
      entries: [
        "3 ipv4 192.0.2.66 exact port 443", "7 md5 \(Sample.md5) exact",
        "11 domain evil.example exact joint",
      ], diagnostics: ["8 (file-facts-not-checked)"]),
    FeedCase(
      name: "stix: several bundles in an array",
      text: "[" + bundle(["[domain-name:value = 'one.example']"]) + ",\n"
        + bundle(["[domain-name:value = 'two.example']"]) + "]", format: .stix,
      entries: ["2 domain one.example exact", "5 domain two.example exact"]),
    FeedCase(
      name: "stix: of several versions the newest, and a revocation of what was there before",
      text: """
        {"type":"bundle","objects":[
        \(version("1", "2024-02-01T00:00:00Z", "new.example")),
        \(version("1", "2024-01-01T00:00:00Z", "old.example")),
        \(version("2", "2024-01-01T00:00:00Z", "withdrawn.example")),
        {"type":"indicator","id":"indicator--2","modified":"2024-03-01T00:00:00Z","pattern_type":"stix","pattern":"[domain-name:value = 'withdrawn.example']","revoked":true},
        \(version("3", "2024-01-01T00:00:00Z", "twice.example")),
        \(version("3", "2024-01-01T00:00:00Z", "twice.example"))
        ]}
        """, format: .stix,
      entries: [
        "2 domain new.example exact", "6 domain twice.example exact",
        "7 domain twice.example exact",
      ], diagnostics: ["5 revoked", "3 superseded", "4 revoked"]),
    FeedCase(
      name: "stix: LIKE where it has a form of ours",
      text: bundle([
        "[domain-name:value LIKE '%.below.example']", "[domain-name:value LIKE 'whole.example']",
        "[url:value LIKE 'http://evil.example/gate/%']", "[domain-name:value LIKE '%evil.example']",
        "[domain-name:value LIKE 'e_il.example']", "[url:value LIKE '%/gate.php']",
        "[domain-name:value NOT LIKE '%.other.example']",
      ]), format: .stix,
      entries: [
        "2 domain below.example subdomainsOnly", "3 domain whole.example exact",
        "4 url http://evil.example/gate/ prefix",
      ],
      diagnostics: [
        "5 unsupported-pattern", "6 unsupported-pattern", "7 unsupported-pattern",
        "8 unsupported-pattern",
      ]),
    FeedCase(
      name: "stix: paths that exporters write",
      text: bundle([
        "[domain-name:value = 'one.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.66']",
        "[file:hashes.MD5 = '\(Sample.md5)' AND file:size = '35' AND file:hashes.SSDEEP = '3:a:b']",
        "[file:size = 35]",
        "[email-message:additional_header_fields.reply_to = 'phisher@evil.example']",
        "[email-message:body_multipart[0].body_raw_ref.hashes.'SHA-256' = '\(Sample.sha256)']",
        "[file:extensions.'windows-pebinary-ext'.sections[0].hashes.MD5 = '\(Sample.md5)']",
        "[process:image_ref.hashes.'SHA-1' = '\(Sample.sha1)']",
        "[network-traffic:extensions.'http-request-ext'.request_header.Host = 'host.example']",
        "[network-traffic:protocols[0] = 'tcp' AND (network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.67') AND network-traffic:dst_port = '8080']",
      ]), format: .stix,
      entries: [
        "2 domain one.example exact joint", "2 ipv4 192.0.2.66 exact joint",
        "3 md5 \(Sample.md5) exact", "5 email phisher@evil.example exact",
        "6 sha256 \(Sample.sha256) exact", "8 sha1 \(Sample.sha1) exact",
        "9 domain host.example exact", "10 ipv4 192.0.2.67 exact port 8080",
      ],
      diagnostics: [
        "3 (file-facts-not-checked)", "3 (file-facts-not-checked)", "4 unsupported-path",
        "7 unsupported-path", "10 (protocol-not-checked)",
      ]),
  ]

  private static func version(_ id: String, _ modified: String, _ name: String) -> String {
    #"{"type":"indicator","id":"indicator--\#(id)","modified":"\#(modified)","valid_from":"2024-01-01T00:00:00Z","pattern_type":"stix","pattern":"[domain-name:value = '\#(name)']"}"#
  }
}

@Suite struct QuirkTests {
  @Test func whatIsTakenBackIsCounted() {
    let texts = FeedCase.quirks
    func counts(_ name: String) -> [String: UInt64]? {
      Loaded(texts.first { $0.name.hasPrefix(name) }?.text ?? "").summary?.refusals.counts
    }
    #expect(counts("misp: an object") == ["deleted": 2])
    #expect(counts("stix: of several") == ["superseded": 1, "revoked": 2])
  }

  @Test func wordsOfConfidenceAreNumbers() {
    func loaded(_ event: String, _ attribute: String) -> [String] {
      Loaded(
        #"{"Event":{"info":"x","Tag":[{"name":"\#(event)"}],"Attribute":[{"type":"domain","value":"evil.example","to_ids":true,"Tag":[{"name":"\#(attribute)"}]}]}}"#
      ).context(of: "evil.example").filter { $0.hasPrefix("confidence") }
    }
    let tag = #"misp:confidence-level=\"usually-confident\""#
    #expect(loaded(tag, "x") == ["confidence=75"])
    #expect(loaded(tag, #"misp:confidence-level=\"unconfident\""#) == ["confidence=0"])
    #expect(loaded("misp:confidence-level=nonsense", "x") == [])
  }

  @Test func techniquesAndExpiryOfAVendorsExport() {
    let loaded = Loaded(
      """
      IndicatorType,IndicatorValue,ExpirationTime,Action,Title,MitreTechniques
      DomainName,evil.example,2030-01-01T00:00:00Z,Block,Evil,"T1059,T1071.001"
      """)
    #expect(
      loaded.context(of: "evil.example") == [
        "description=Evil", "attack=T1059,T1071.001", "until=2030-01-01T00:00:00.000000Z",
      ])
  }

  @Test(
    arguments: [
      ("compressed with bzip2", [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
      ("compressed with xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
      ("a 7z archive", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
      ("a RAR archive", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07, 0x01, 0x00]),
    ] as [(String, [UInt8])])
  func otherCompressionIsNamed(_ name: String, _ bytes: [UInt8]) {
    let problem = Loaded(bytes: bytes + [0, 0, 0, 0]).error?.problem ?? ""
    #expect(problem.contains("the file is \(name), not text"))
  }

  @Test func whatIsWrappedIsToBeUnpacked() {
    let tar = [UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8) + [0x20, 0x20, 0]
    let wrapped: [(name: String, bytes: [UInt8])] = [
      ("a ZIP archive", [0x50, 0x4b, 3, 4, 20, 0, 0, 0]), ("a tar archive", tar),
      ("compressed with xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    ]
    for (name, bytes) in wrapped {
      let error = Loaded(bytes: bytes).error
      #expect(error?.problem.contains(name) == true, "\(String(describing: error))")
      #expect(error?.advice.contains("unpack it first") == true, "\(String(describing: error))")
    }
  }

  /// As many bundles as there are, one inside the other, cost no more than the JSON's depth.
  @Test func bundlesInBundlesEnd() {
    let deep = String(repeating: #"{"type":"bundle","objects":["#, count: 100_000)
    #expect(Loaded(deep).error?.code == .malformed)
  }
}
