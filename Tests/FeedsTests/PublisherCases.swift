import Feeds
import Indicators
import Inputs
import Testing

extension FeedCase {
  /// What publishers write beside what a format's own description has.
  static let publishers: [FeedCase] = [
    FeedCase(
      name: "csv: what a host is asked for may stand behind it in a cell",
      text: """
        c2_ip,domains
        198.51.100.1,"c1.example,/a.js"
        198.51.100.2,"198.51.100.2,/push,c2.example,/cx"
        198.51.100.3,"198.51.100.3,c3.example,not a name"
        198.51.100.4,"c4.example,/a,/b,/c"
        198.51.100.5,c5.example
        198.51.100.6,c6.example
        198.51.100.7,c7.example
        198.51.100.8,c8.example
        198.51.100.9,c9.example
        198.51.100.10,c10.example
        """, format: .csv,
      entries: [
        "2 ipv4 198.51.100.1 exact", "2 domain c1.example withSubdomains",
        "3 ipv4 198.51.100.2 exact", "3 ipv4 198.51.100.2 exact",
        "3 domain c2.example withSubdomains", "4 ipv4 198.51.100.3 exact",
        "5 ipv4 198.51.100.4 exact", "5 domain c4.example withSubdomains",
      ]
        + (5...10).flatMap {
          [
            "\($0 + 1) ipv4 198.51.100.\($0) exact",
            "\($0 + 1) domain c\($0).example withSubdomains",
          ]
        },
      diagnostics: [
        "2 path-only", "3 (kind-by-shape)", "3 path-only", "3 path-only", "4 kind-mismatch",
        "5 path-only",
        "5 path-only", "5 path-only",
      ]),
    FeedCase(
      name: "csv: a column called sha holds digests of whatever length",
      text: """
        sha,dropper_sha,family
        \(Sample.sha1),\(Sample.sha256),x
        """, format: .csv,
      entries: ["2 sha1 \(Sample.sha1) exact", "2 sha256 \(Sample.sha256) exact"]),
    FeedCase(
      name: "csv: fingerprints of the JA4 family by what columns are called",
      text: """
        application,ja4_fingerprint,ja4s_fingerprint,ja4h_fingerprint,ja4x_fingerprint,ja4t_fingerprint
        x,\(JA4.client),\(JA4.server),\(JA4.http),\(JA4.certificate),64240_2-1-3-1-1-4_1460_8
        """, format: .csv,
      entries: [
        "2 ja4 \(JA4.client) exact", "2 ja4 \(JA4.server) exact", "2 ja4 \(JA4.http) exact",
        "2 ja4 \(JA4.certificate) exact", "2 ja4 64240_2-1-3-1-1-4_1460_8 exact",
      ]),
    FeedCase(
      name: "csv: one column of fingerprints", text: "ja4\n\(JA4.client)\n\(JA4.client2)\n",
      format: .csv,
      entries: ["2 ja4 \(JA4.client) exact", "3 ja4 \(JA4.client2) exact"]),
    FeedCase(
      name: "plain: fingerprints of the JA4 family are told by the lengths of their parts",
      text: """
        \(JA4.client)
        \(JA4.server)
        \(JA4.http)
        \(JA4.certificate)
        """, format: .plain,
      entries: [
        "1 ja4 \(JA4.client) exact", "2 ja4 \(JA4.server) exact", "3 ja4 \(JA4.http) exact",
        "4 ja4 \(JA4.certificate) exact",
      ]),
    FeedCase(
      name: "plain: whatever blanks stand between a URL and the words in brackets behind it",
      text:
        "http://203.0.113.7:8003/  (c2)\nhttp://203.0.113.8/ (c2)\nhttp://a.example/x\t(c2)\n"
        + "http://b.example/1 - c2\n",
      format: .plain,
      entries: [
        "1 url http://203.0.113.7:8003/ exact", "2 url http://203.0.113.8/ exact",
        "3 url http://a.example/x exact", "4 url http://b.example/1 exact",
      ]),
    FeedCase(
      name: "dnsmasq: who is asked about a name does not block it",
      text: """
        server=/split.example/192.0.2.53
        server=/open.example/#
        local=/lan.example/192.0.2.53#5353
        server=/one.example/two.example/2001:db8::53
        server=/bad.example/
        local=/worse.example/ # why: https://report.example/x
        address=/evil.example/#
        address=/nothing.example/
        server=/itself.example/127.0.0.1
        server=/nowhere.example/::
        server=/proxied.example/127.0.0.1#5353
        """, format: .dnsmasq,
      entries: [
        "5 domain bad.example withSubdomains", "6 domain worse.example withSubdomains",
        "7 domain evil.example withSubdomains", "8 domain nothing.example withSubdomains",
        "9 domain itself.example withSubdomains", "10 domain nowhere.example withSubdomains",
      ], diagnostics: [1, 2, 3, 4, 11].map { "\($0) unsupported-rule" }),
    FeedCase(
      name: "csv: what is not active any more, in a letter or a number",
      text: """
        domain,active,revoked,malicious
        a.example,1,N,3
        b.example,0,n,3
        c.example,Y,y,3
        d.example,t,t,3
        e.example,f,f,3
        f.example,T,F,0
        """, format: .csv,
      entries: ["2 domain a.example withSubdomains", "7 domain f.example withSubdomains"],
      diagnostics: (3...6).map { "\($0) revoked" }),
    FeedCase(
      name: "json: what is not active any more",
      text: #"""
        [{"domain":"a.example","active":1},
        {"domain":"b.example","active":0}]
        """#, format: .json, entries: ["1 domain a.example withSubdomains"],
      diagnostics: ["2 revoked"]),
    FeedCase(
      name: "otx: what is not active any more",
      text: #"""
        {"results":[{"id":"1","name":"x","indicators":[
        {"indicator":"a.example","type":"domain","is_active":1},
        {"indicator":"b.example","type":"domain","is_active":0},
        {"indicator":"c.example","type":"domain","is_active":false}]}]}
        """#, format: .otx, entries: ["2 domain a.example withSubdomains"],
      diagnostics: ["3 revoked", "4 revoked"]),
    FeedCase(
      name: "csv: networks by their first and last address and a length, without a header",
      text: "198.51.100.0\t198.51.100.255\t24\t10\tX\n203.0.113.0\t203.0.113.127\t25\t9\tY\n",
      format: .csv,
      entries: ["1 ipv4 198.51.100.0/24 prefix", "2 ipv4 203.0.113.0/25 prefix"]),
    FeedCase(
      name: "csv: registry keys in whatever form",
      text: #"""
        type,value
        registry-key,HKCU:\Software\Evil1
        registry-key,Registry::HKEY_LOCAL_MACHINE\Software\Evil2
        registry-key,[HKEY_LOCAL_MACHINE\Software\Evil3]
        """#, format: .csv,
      entries: [
        #"2 registry-key hkcu\software\evil1 exact"#, #"3 registry-key hklm\software\evil2 exact"#,
        #"4 registry-key hklm\software\evil3 exact"#,
      ]),
  ]
}

/// Fingerprints as the family's members have them.
private enum JA4 {
  static let client = "t13d190900_9dc949149365_97f8aa674fd9"
  static let client2 = "t13d1516h2_8daaf6152771_e5627efa2ab1"
  static let server = "t120300_c030_52d195ce1d92"
  static let http = "ge11cn020000_9ed1ff1f7b03_cd8dafe26982"
  static let certificate = "2166164053c1_2166164053c1_30d204a01551"
}

@Suite struct ListDetectionTests {
  private static let digests = (10..<30).map { String(repeating: "\($0)", count: 32) + "\n" }
    .joined()

  /// A comma in prose below a list makes it no table, of which all but one column's values would be lost.
  @Test(arguments: ["first.exe, then more words\n", ""])
  func aListWithProseBelowItIsRefused(_ last: String) {
    let loaded = Loaded(
      "SHA256\n" + Self.digests
        + "Domains:\nc1.example\nc2.example\nObserved commands:\nreg save x\nnet user y\nsome words\n"
        + last)
    #expect(loaded.error?.code == .unrecognized)
    #expect(loaded.entries == [])
  }

  /// Nor do headings make a list of prose.
  @Test(arguments: [
    "evil.example\nfoo:\nbar baz:\nqux:\n",
    "url\nSee also the pages:\nexample.com/page\nContact:\n",
    "Indicators:\nThe actor used:\nevil[.]example\n", "ip\na:\nb:\nc:\nd:\n192.0.2.4\n",
    "domain\nfoo:\nbar baz:\nqux:\n",
  ])
  func proseWithHeadingsIsRefused(_ text: String) {
    let loaded = Loaded(text)
    #expect(loaded.error?.code == .unrecognized, "\(loaded.entries)")
  }

  @Test func aListWithAFewNotesIsOne() {
    let loaded = Loaded("SHA256\n" + Self.digests + "one, with a note\n")
    #expect(loaded.format == .csv)
    #expect(loaded.entries.count == 20)
  }

  @Test(arguments: ["user_agent\nfoo/1.0\nbar\n", "mutex\nGlobal x\n", "filename\nabc\n"])
  func oneColumnOfWhatHasNoShapeIsToBeNamed(_ text: String) {
    #expect(Loaded(text).error?.remedy.options.contains(.format("csv")) == true)
    #expect(Loaded(text, format: .csv).error == nil)
  }
}
