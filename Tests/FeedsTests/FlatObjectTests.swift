import Feeds
import Indicators
import Testing

/// What is read of records that look like abuse.ch's, and of lists of what is good and bad.
@Suite("Flat objects of JSON") struct FlatObjectTests {
  private static let other = String(Sample.sha256.reversed())

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var format: FeedFormat
    var entries: [String]
    var warnings: [String] = []

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "threatfox: who was hit, who resolves, who writes of it",
      text: #"""
        [{"references":[{"url":"https://blog.example/1"}],"ioc_value":"evil.example","ioc_type":"domain","malware":"Test",
        "victim":{"domain":"victim.example","ip":"192.0.2.9"},"resolver":{"value":"8.8.4.4"},
        "whois":{"email":"abuse@registrar.example","nameserver":"ns1.host.example"}},
        {"ioc_value":"192.0.2.3","ioc_type":"ip","malware":"Test","sample":{"sha256":"\#(Sample.sha256)"}}]
        """#, format: .threatfox,
      entries: [
        "1 domain evil.example withSubdomains", "4 sha256 \(Sample.sha256) exact",
        "4 ipv4 192.0.2.3 exact",
      ], warnings: ["column-not-read: 1 of 1 cells of 'resolver.value'"]),
    Case(
      name: "threatfox: an answer with samples, and a record with a list of values",
      text: #"""
        {"query_status":"ok","data":[{"ioc":"evil.example","ioc_type":"domain","malware":"Test",
        "malware_samples":[{"sha256_hash":"\#(Sample.sha256)","malware_bazaar":"https://bazaar.example/1"}]},
        {"ioc":"bad.example","ioc_type":"domain","malware":"Test","ips":["192.0.2.1","192.0.2.2"],"urls":[{"url":"https://blog.example/2"}]}]}
        """#, format: .threatfox,
      entries: [
        "2 sha256 \(Sample.sha256) exact", "1 domain evil.example withSubdomains",
        "3 domain bad.example withSubdomains", "3 ipv4 192.0.2.1 exact", "3 ipv4 192.0.2.2 exact",
      ], warnings: ["list-not-read: 1 of 1 strings of 'urls.url'"]),
    Case(
      name: "urlhaus: pages, redirects and screenshots of a record",
      text: #"""
        [{"url":"http://evil.example/a","url_status":"online","screenshot":{"url":"https://scan.example/1.png"},
        "report":{"url":"https://vendor.example/report"},"redirect_to":{"url":"https://www.good.example/login"}}]
        """#, format: .urlhaus,
      entries: ["1 url http://evil.example/a exact"],
      warnings: ["column-not-read: 1 of 1 cells of 'redirect_to.url'"]),
    Case(
      name: "urlhaus: an answer about a URL, with its payloads",
      text: #"""
        {"query_status":"ok","id":"1","urlhaus_reference":"https://urlhaus.example/url/1/","url":"http://evil.example/b","url_status":"online",
        "host":"evil.example","blacklists":{"surbl":"listed"},"tags":["emotet"],"payloads":[
        {"filename":"a.doc","response_md5":"\#(Sample.md5)","response_sha256":"\#(Sample.sha256)",
        "signature":"Test","virustotal":{"link":"https://vt.example/1"},"imphash":"\#(Sample.md5)"}]}
        """#, format: .urlhaus,
      entries: [
        "3 md5 \(Sample.md5) exact", "3 sha256 \(Sample.sha256) exact",
        "1 url http://evil.example/b exact",
      ]),
    Case(
      name: "urlhaus: an answer about a payload, with its URLs",
      text: #"""
        {"query_status":"ok","sha256_hash":"\#(Sample.sha256)","urls":[
        {"url":"http://evil.example/c","url_status":"offline","urlhaus_reference":"https://urlhaus.example/url/2/"}]}
        """#, format: .urlhaus,
      entries: ["2 url http://evil.example/c exact", "1 sha256 \(Sample.sha256) exact"]),
    Case(
      name: "feodo: who else was seen",
      text: #"""
        [{"ip_address":"192.0.2.66","port":443,"malware":"Test","honeypot":{"ip_address":"192.0.2.9"},
        "seen_by":[{"ip_address":"192.0.2.10"}]}]
        """#, format: .feodo,
      entries: ["1 ipv4 192.0.2.66 exact"],
      warnings: [
        "column-not-read: 1 of 1 cells of 'honeypot.ip_address'",
        "list-not-read: 1 of 1 strings of 'seen_by.ip_address'",
      ]),
    Case(
      name: "malwarebazaar: parents, signatures and pages of a sample",
      text: #"""
        {"query_status":"ok","data":[{"sha256_hash":"\#(Sample.sha256)","md5_hash":"\#(Sample.md5)","signature":"Test",
        "code_sign":[{"thumbprint":"\#(other)"}],"file_information":[{"context":"dropped_by_sha256","value":"\#(other)"}],
        "vendor_intel":{"Unpack":[{"sha256_hash":"\#(other)"}]}}]}
        """#, format: .malwarebazaar,
      entries: ["1 sha256 \(Sample.sha256) exact", "1 md5 \(Sample.md5) exact"],
      warnings: ["list-not-read: 1 of 1 strings of 'vendor_intel.Unpack.sha256_hash'"]),
    Case(
      name: "threatfox: records below names of their own",
      text: #"""
        {"date":"2024","feeds":{"Test":[{"ioc":"evil.example","ioc_type":"domain","malware":"Test"}]},
        "whitelist":[{"ioc":"good.example","ioc_type":"domain"}],"x":{"ioc":"bad.example","ioc_type":"domain"}}
        """#, format: .threatfox,
      entries: ["1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains"]),
    Case(
      name: "malwarebazaar: payloads of URLhaus",
      text:
        #"{"query_status":"ok","payloads":[{"md5_hash":"\#(Sample.md5)","sha256_hash":"\#(Sample.sha256)"}]}"#,
      format: .malwarebazaar,
      entries: ["1 md5 \(Sample.md5) exact", "1 sha256 \(Sample.sha256) exact"]),
    Case(
      name: "malwarebazaar: an answer of YARAify",
      text:
        #"{"query_status":"ok","data":{"metadata":{"md5_hash":"\#(Sample.md5)","sha256_hash":"\#(Sample.sha256)"},"tasks":[]}}"#,
      format: .malwarebazaar,
      entries: ["1 md5 \(Sample.md5) exact", "1 sha256 \(Sample.sha256) exact"]),
  ]

  /// Values in a document without a record are an error; without values it is an empty feed.
  @Test func valuesWithoutARecord() {
    let loaded = Loaded(
      #"{"data":[{"malware":[{"name":"Test","sha256":"\#(Sample.sha256)"}]}]}"#, format: .threatfox)
    #expect(loaded.error?.code == .noUsableLine)
    #expect(loaded.error?.advice.contains("columns") ?? false)
    let empty = Loaded(#"{"query_status":"no_result","data":[]}"#, format: .threatfox)
    #expect(empty.entries == [])
  }

  @Test(arguments: cases)
  func innerObjects(_ test: Case) {
    let loaded = Loaded(test.text)
    #expect(loaded.format == test.format)
    #expect(loaded.entries == test.entries)
    check(loaded, test.warnings)
  }

  private func check(_ loaded: Loaded, _ warnings: [String]) {
    let told = (loaded.summary?.warnings ?? []).map(\.description)
    #expect(told.count == warnings.count, "\(told)")
    for (told, warning) in zip(told, warnings) {
      #expect(told.hasPrefix(warning + " look like values; "), "\(told)")
    }
  }

  /// Members of different objects make no format.
  @Test func membersFarApartMakeNoFormat() {
    let loaded = Loaded(
      #"[{"ioc":"evil.example","note":{"type":"x","malware":"y"}},{"ioc":"bad.example"}]"#)
    #expect(loaded.format == .json)
    #expect(loaded.entries.count == 2)
  }

  /// A list called `objects` is not STIX's alone.
  @Test func objectsOfOthersAreRecords() {
    let loaded = Loaded(
      #"""
      {"meta":{"limit":1000},"objects":[
      {"id":1,"value":"evil.example","type":"domain","itype":"c2_domain","confidence":90,"tags":[{"id":"1","name":"c2"},{"id":"2","name":"tlp:amber"}]},
      {"id":2,"value":"192.0.2.3","type":"ip","itype":"c2_ip","tags":null}]}
      """#)
    #expect(loaded.format == .json)
    #expect(
      loaded.entries == [
        "2 domain evil.example withSubdomains", "3 ipv4 192.0.2.3 exact",
      ])
    #expect(
      loaded.context(of: "evil.example") == ["id=1", "labels=c2", "tlp=amber", "confidence=90"])
    let untyped =
      #"{"meta":{"total_count":2},"objects":[{"domain":"evil.example"},{"domain":"bad.example"}]}"#
    for text in [untyped, #"{"objects":[{"ip":"192.0.2.3"},{"ip":"192.0.2.4"}]}"#] {
      let loaded = Loaded(text)
      #expect(loaded.format == .json)
      #expect(loaded.entries.count == 2)
    }
    #expect(Loaded(#"{"more":false,"objects":[]}"#).format == .stix)
    #expect(
      Loaded(
        #"{"objects":[{"type":"x-own","id":"x-own--356f2f9e-214b-4c6e-80ab-882496b2791e"}]}"#
      ).format == .stix)
    #expect(
      Loaded(
        #"{"objects":[{"type":"url","id":"url--1","value":"http://evil.example/a"},{"type":"file","id":"file--1"}]}"#
      ).format == .stix)
  }

  /// With keys in the order of the alphabet, types stand behind what may be longer than the sample.
  @Test func typesBehindTheSample() {
    let addresses = (0..<60_000).map { "192.0.2.\($0 % 250)' OR ipv4-addr:value = '" }.joined()
    let pattern = "[ipv4-addr:value = '\(addresses)198.51.100.9']"
    let identifier = "indicator--356f2f9e-214b-4c6e-80ab-882496b2791e"
    let object =
      #"{"id":"\#(identifier)","pattern":"\#(pattern)","pattern_type":"stix","spec_version":"2.1","type":"indicator","valid_from":"2024-01-01T00:00:00Z"}"#
    for text in [
      #"{"id":"bundle--356f2f9e-214b-4c6e-80ab-882496b2791e","objects":[\#(object)],"type":"bundle"}"#,
      #"{"more":false,"objects":[\#(object)]}"#,
    ] {
      let loaded = Loaded(text)
      #expect(loaded.format == .stix)
      #expect(loaded.entries.contains { $0.hasSuffix(" 198.51.100.9 exact") })
    }
  }

  // MARK: Labels

  @Test(arguments: [
    #"[{"domain":"evil.example","tags":[{"id":"1","name":"c2"},"x"],"malware":[{"name":"Bot"}],"#
      + #""actors":[{"name":"Group"}],"techniques":[{"id":"T1071","name":"Web"}]},{"domain":"bad.example"}]"#,
    #"[{"domain":"evil.example","tags":["c2","x"],"malware":{"name":"Bot"},"#
      + #""actor":{"id":"9","name":"Group"},"attack":["T1071"]},{"domain":"bad.example"}]"#,
  ])
  func labelsMayBeObjects(_ text: String) {
    #expect(
      Loaded(text).context(of: "evil.example") == [
        "labels=c2,x", "attack=T1071", "malware=Bot", "actors=Group",
      ])
  }

  @Test func whatLabelsHoldBesideTheirNamesIsTold() {
    let loaded = Loaded(
      #"[{"domain":"evil.example","malware":[{"name":"Bot","sha256":"\#(Sample.sha256)"}],"#
        + #""actor":{"name":"Group","domain":"group.example"}},{"domain":"bad.example"}]"#)
    #expect(loaded.entries.count == 2)
    check(
      loaded,
      [
        "list-not-read: 1 of 1 strings of 'malware.sha256'",
        "column-not-read: 1 of 1 cells of 'actor.domain'",
      ])
  }

  // MARK: Good and bad

  /// Text, what is read of it as a feed, and what as an allow list.
  static let permissions: [(String, [String], [String])] = [
    (
      #"{"allow":["good.example"],"deny":["evil.example","bad.example"]}"#, ["bad", "evil"],
      ["good"]
    ),
    (
      #"{"version":2,"fuzzylist":["a.example"],"whitelist":["good.example"],"blacklist":["evil.example"]}"#,
      ["evil"], ["a", "good"]
    ),
    (#"{"allowlist":["good.example"],"blocklist":["evil.example"]}"#, ["evil"], ["good"]),
    (
      #"{"blocked_sites":["evil.example"],"denied":["bad.example"],"safe_sites":["good.example"],"x":["a.example"]}"#,
      ["a", "bad", "evil"], ["good"]
    ),
    (#"{"disallowed":["evil.example"],"allowed":["good.example"]}"#, ["evil"], ["good"]),
    (#"{"sites":["evil.example"],"allow":["good.example"]}"#, ["evil"], ["good"]),
    (#"{"clean":["good.example"],"malicious":["evil.example"]}"#, ["evil"], ["good"]),
  ]

  @Test(arguments: permissions)
  func listsOfGoodAreNeverBad(_ text: String, _ bad: [String], _ good: [String]) {
    func names(_ loaded: Loaded) -> [String] {
      loaded.collection.records.map { String(loaded.value($0).prefix { $0 != "." }) }.sorted()
    }
    let loaded = Loaded(text, format: .json)
    #expect(names(loaded) == bad, "\(text)")
    #expect(loaded.warnings.contains("column-not-read"), "\(text)")
    var options = FeedOptions()
    options.isAllowList = true
    #expect(names(Loaded(text, format: .json, options: options)) == good, "\(text)")
  }

  /// Where the beginning holds nothing but what is good, the error says so.
  @Test func longListsOfGood() {
    let good = (1...70_000).map { #""good\#($0).example""# }.joined(separator: ",")
    let loaded = Loaded(#"{"allow":[\#(good)],"deny":["evil.example"]}"#, format: .json)
    #expect(loaded.error?.problem.contains("'allow'") ?? false, "\(loaded.entries.count)")
  }
}
