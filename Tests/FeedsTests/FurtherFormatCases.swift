import Feeds
import Foundation
import Indicators
import Testing

extension FeedCase {
  /// Every feed whose content tells its format.
  static var all: [FeedCase] {
    lines + tables + objects + further + quirks + mixedColumns + ambiguous + dialects + records
      + types + publishers + rows + noted
  }

  static let further: [FeedCase] = [
    FeedCase(
      name: "suricata-iprep",
      text: """
        # address,category,score
        192.0.2.66,1,100
        203.0.113.0/24,2,50
        198.51.100.9,1,0
        2001:db8:bad::1,3,127
        10.0.0.1,1,5
        """, format: .suricataIPRep,
      entries: [
        "2 ipv4 192.0.2.66 exact", "3 ipv4 203.0.113.0/24 prefix",
        "5 ipv6 2001:db8:bad::1 exact",
      ], diagnostics: ["4 zero-score", "6 private-address"]),
    FeedCase(
      name: "rpz: every trigger and policy",
      text: """
        $TTL 60
        $ORIGIN rpz.example.net.
        @ IN SOA localhost. root.localhost. (
            2024010101 ; serial
            3600 600 86400 60 )
          IN NS localhost.
        evil.example CNAME .
        *.below.example 300 IN CNAME *.
        good.example CNAME rpz-passthru.
        moved.example A 192.0.2.1
                      AAAA 2001:db8::1
        whole.example.rpz.example.net. CNAME rpz-drop.
        24.0.113.0.203.rpz-ip CNAME .
        32.66.2.0.192.rpz-ip CNAME rpz-passthru.
        48.zz.bad.db8.2001.rpz-ip CNAME .
        32.1.2.0.192.rpz-client-ip CNAME rpz-drop.
        ns.example.rpz-nsdname CNAME .
        """, format: .rpz,
      entries: [
        "7 domain evil.example exact", "8 domain below.example subdomainsOnly",
        "9 domain good.example exact allow", "10 domain moved.example exact",
        "11 domain moved.example exact", "12 domain whole.example exact",
        "13 ipv4 203.0.113.0/24 prefix", "14 ipv4 192.0.2.66 exact allow",
        "15 ipv6 2001:db8:bad::/48 prefix",
      ], diagnostics: ["16 unsupported-rule", "17 unsupported-rule"]),
    FeedCase(
      name: "openioc 1.0: terms, conditions, AND as a joint condition",
      text: """
        <?xml version="1.0" encoding="utf-8"?>
        <!-- a comment with <ioc> in it -->
        <ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="11111111-0000-4000-8000-000000000001">
        <short_description>EVIL &amp; CO</short_description>
        <description>long</description>
        <authored_date>2024-05-01T00:00:00Z</authored_date>
        <links><link rel="threatgroup">Evil Group</link><link rel="family">EVILBOT</link>
        <link rel="threatcategory">APT</link><link rel="report" href="https://report.example/1"/></links>
        <definition><Indicator operator="OR" id="a">
        <IndicatorItem condition="is"><Context document="Network" search="Network/DNS" type="mir"/><Content type="string">exact.example</Content></IndicatorItem>
        <IndicatorItem condition="contains"><Context search="Network/DNS"/><Content type="string">below.example</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="FileItem/Md5sum"/><Content type="md5"><![CDATA[\(Sample.md5)]]></Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content type="IP">192.0.2.66</Content></IndicatorItem>
        <IndicatorItem condition="contains"><Context search="UrlHistoryItem/URL"/><Content type="string">/gate.php</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="FileItem/SizeInBytes"/><Content type="int">1024</Content></IndicatorItem>
        <IndicatorItem condition="contains"><Context search="FileItem/FullPath"/><Content type="string">\\Temp\\evil.exe</Content></IndicatorItem>
        <IndicatorItem condition="contains"><Context search="FileItem/FullPath"/><Content type="string">\\Temp\\</Content></IndicatorItem>
        <Indicator operator="AND">
        <IndicatorItem condition="is"><Context search="Network/DNS"/><Content type="string">one.example</Content></IndicatorItem>
        <Indicator operator="OR">
        <IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content type="IP">192.0.2.1</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content type="IP">192.0.2.2</Content></IndicatorItem>
        </Indicator>
        </Indicator>
        <Indicator operator="AND">
        <IndicatorItem condition="is"><Context search="FileItem/FileName"/><Content type="string">two.exe</Content></IndicatorItem>
        <IndicatorItem condition="is"><Context search="FileItem/SizeInBytes"/><Content type="int">9</Content></IndicatorItem>
        </Indicator>
        </Indicator></definition></ioc>
        """, format: .openIOC,
      entries: [
        "10 domain exact.example exact", "11 domain below.example withSubdomains",
        "12 md5 \(Sample.md5) exact", "13 ipv4 192.0.2.66 exact",
        "16 filename temp\\evil.exe contains",
        "19 domain one.example exact joint", "19 ipv4 192.0.2.1 exact joint",
        "19 domain one.example exact joint", "19 ipv4 192.0.2.2 exact joint",
      ],
      diagnostics: [
        "14 unsupported-condition", "15 unsupported-path", "17 unsupported-condition",
        "27 unsupported-path",
      ]),
    FeedCase(
      name: "openioc 1.1: criteria, negation, a value in the place of the identifier",
      text: """
        <?xml version="1.0"?>
        <OpenIOC xmlns="http://openioc.org/schemas/OpenIOC_1.1" id="11111111-0000-4000-8000-000000000002">
        <metadata><short_description>x</short_description></metadata>
        <criteria><Indicator id="b" operator="OR">
        <IndicatorItem id="c" condition="is" negate="true"><Context search="DnsEntryItem/Host"/><Content>not.example</Content></IndicatorItem>
        <IndicatorItem id="d" condition="is" negate="false"><Context search="DnsEntryItem/Host"/><Content>yes.example</Content></IndicatorItem>
        <IndicatorItem id="e" condition="matches"><Context search="DnsEntryItem/Host"/><Content>.*</Content></IndicatorItem>
        <IndicatorItem id="odd.example" condition="is"><Context search="Network/DNS"/><Content type="string"></Content></IndicatorItem>
        </Indicator></criteria></OpenIOC>
        """, format: .openIOC,
      entries: ["6 domain yes.example exact", "8 domain odd.example exact"],
      diagnostics: ["5 unsupported-condition", "7 unsupported-condition", "8 (value-in-id)"]),
    FeedCase(
      name: "stix: what must hold at once",
      text: bundle([
        "[ipv4-addr:value = '192.0.2.66' AND domain-name:value = 'one.example']",
        "[network-traffic:dst_ref.value = '192.0.2.67' AND network-traffic:dst_port = 443]",
        "[network-traffic:dst_ref.value = '2001:db8::7' AND network-traffic:dst_port = 443 AND network-traffic:protocols[*] = 'tcp']",
        "[file:name = 'x.exe' AND (file:hashes.MD5 = '\(Sample.md5)' OR file:hashes.'SHA-1' = '\(Sample.sha1)')]",
        "[domain-name:value = 'two.example' AND app:id = 'x']",
        "[domain-name:value = 'three.example' AND network-traffic:dst_port = 80]",
        "[domain-name:value = 'four.example' AND domain-name:value LIKE 'f%']",
        "[domain-name:value = 'five.example' AND domain-name:value = 'FIVE.example']",
        "[network-traffic:dst_ref.value = '192.0.2.68' AND network-traffic:dst_port > 443]",
      ]), format: .stix,
      entries: [
        "2 domain one.example exact joint", "2 ipv4 192.0.2.66 exact joint",
        "3 ipv4 192.0.2.67 exact port 443", "4 ipv6 2001:db8::7 exact port 443",
        "5 filename x.exe exact joint", "5 md5 \(Sample.md5) exact joint",
        "5 filename x.exe exact joint", "5 sha1 \(Sample.sha1) exact joint",
        "7 domain three.example exact joint", "9 domain five.example exact",
      ],
      diagnostics: [
        "4 (protocol-not-checked)", "6 unsupported-path",
        "8 unsupported-pattern", "10 unsupported-pattern",
      ]),
    FeedCase(
      name: "netset: what ipset saves",
      text: """
        create bad hash:net family inet hashsize 1024 maxelem 65536
        add bad 203.0.113.0/24
        add bad 192.0.2.66 timeout 600 comment "seen often"
        add bad 192.0.2.67 nomatch
        add ports 192.0.2.68,tcp:8443
        add bad 2001:db8:bad::/48
        """, format: .netset,
      entries: [
        "2 ipv4 203.0.113.0/24 prefix", "3 ipv4 192.0.2.66 exact",
        "5 ipv4 192.0.2.68 exact port 8443", "6 ipv6 2001:db8:bad::/48 prefix",
      ], diagnostics: ["4 unsupported-rule"]),
    FeedCase(
      name: "netset: ranges with names",
      text: """
        # P2P text
        Evil Corp:203.0.113.0-203.0.113.255
        Evil: the second:192.0.2.66-192.0.2.66
        """, format: .netset,
      entries: ["2 ipv4 203.0.113.0/24 prefix", "3 ipv4 192.0.2.66 exact"]),
    FeedCase(
      name: "netset: filter levels",
      text: """
        203.000.113.000 - 203.000.113.255 , 000 , Evil Corp
        192.000.002.066 - 192.000.002.066 , 100 , Evil
        198.051.100.000 - 198.051.100.255 , 200 , let through
        """, format: .netset,
      entries: ["1 ipv4 203.0.113.0/24 prefix", "2 ipv4 192.0.2.66 exact"],
      diagnostics: ["3 unsupported-rule"]),
    FeedCase(
      name: "abuseipdb: a block list, an address nobody reported",
      text: #"""
        {"meta":{"generatedAt":"2024-05-01T00:00:00+00:00"},"data":[
        {"ipAddress":"192.0.2.66","countryCode":"ZZ","abuseConfidenceScore":100},
        {"ipAddress":"192.0.2.67","abuseConfidenceScore":0,"domain":"provider.example"},
        {"ipAddress":"2001:db8:bad::1","abuseConfidenceScore":90,"hostnames":["host.example"],"isWhitelisted":false},
        {"ipAddress":"192.0.2.68","isPublic":true,"isWhitelisted":true,"abuseConfidenceScore":25}]}
        """#, format: .abuseIPDB,
      entries: ["2 ipv4 192.0.2.66 exact", "4 ipv6 2001:db8:bad::1 exact"],
      diagnostics: ["3 zero-score", "5 revoked"]),
    FeedCase(
      name: "otx: a page of pulses",
      text: #"""
        {"count":1,"results":[{"id":"5f0f6b4a","name":"Evil campaign","indicators":[
        {"id":1,"indicator":"evil.example","type":"domain","title":"first"},
        {"id":2,"indicator":"host.evil.example","type":"hostname"},
        {"id":3,"indicator":"192.0.2.66","type":"IPv4"},
        {"id":4,"indicator":"203.0.113.0/24","type":"CIDR"},
        {"id":5,"indicator":"\#(Sample.sha256)","type":"FileHash-SHA256"},
        {"id":6,"indicator":"CVE-2024-0001","type":"CVE"},
        {"id":7,"indicator":"/gate.php","type":"URI"},
        {"id":8,"indicator":"\#(Sample.sha1)","type":"FileHash-PEHASH"}],
        "tags":["c2"],"adversary":"Evil Group","malware_families":[{"id":"EVILBOT"}],
        "attack_ids":[{"id":"T1071","name":"x"}],"references":["https://report.example/1"],"TLP":"green"}]}
        """#, format: .otx,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain host.evil.example exact",
        "4 ipv4 192.0.2.66 exact", "5 ipv4 203.0.113.0/24 prefix",
        "6 sha256 \(Sample.sha256) exact",
      ], diagnostics: ["7 unsupported-kind", "8 path-only", "9 unsupported-kind"]),
    FeedCase(
      name: "stix: a name, a prefix, another end's address with a port",
      text: FeedCase.bundle([
        "[domain-name:value = 'evil.example' AND network-traffic:dst_port = 443]",
        "[network-traffic:dst_ref.value = '192.0.2.66' AND network-traffic:dst_port = 443]",
        "[network-traffic:dst_ref.value = 'c2.example' AND network-traffic:dst_port = 8443]",
        "[network-traffic:dst_ref.value = '203.0.113.0/24' AND network-traffic:dst_port = 25]",
        "[network-traffic:src_ref.value = '192.0.2.67' AND network-traffic:dst_port = 25]",
        "[network-traffic:dst_ref.value = '192.0.2.68' AND network-traffic:src_port = 25]",
        "[domain-name:value = 'evil.example' AND network-traffic:dst_port = 70000]",
        "[network-traffic:dst_port = 4444]",
      ]), format: .stix,
      entries: [
        "2 domain evil.example exact joint", "3 ipv4 192.0.2.66 exact port 443",
        "4 domain c2.example exact joint", "5 ipv4 203.0.113.0/24 prefix joint",
        "6 ipv4 192.0.2.67 exact joint",
      ],
      diagnostics: [
        "7 unsupported-path", "8 unsupported-path", "9 unsupported-path",
      ]),
  ]

  /// Feeds whose format has to be named.
  static let named: [FeedCase] = [
    FeedCase(
      name: "suricata-dataset: Base64, digests, addresses, reputations",
      text: """
        ZXZpbC5leGFtcGxl
        LmJlbG93LmV4YW1wbGU=
        \(Sample.sha256)
        192.0.2.66
        ::ffff:192.0.2.67
        YmFkLmV4YW1wbGU=,300
        bm90IGEgdmFsdWU=
        not base64!
        YmFkLmV4YW1wbGU=,-1
        """, format: .suricataDataset,
      entries: [
        "1 domain evil.example exact", "2 domain below.example withSubdomains",
        "3 sha256 \(Sample.sha256) exact", "4 ipv4 192.0.2.66 exact", "5 ipv4 192.0.2.67 exact",
        "6 domain bad.example exact",
      ], diagnostics: ["7 not-an-indicator", "8 malformed-base64", "9 malformed-line"]),
    FeedCase(
      name: "suricata-datajson: an array",
      text: """
        [{"host": "evil.example", "context": "x", "year": 2005},
        {"ip": "192.0.2.66"}, {"hash": "\(Sample.md5)"}, {"value": true}, {"ip": [1, 2]}]
        """, format: .suricataDatajson,
      entries: [
        "1 domain evil.example exact", "2 ipv4 192.0.2.66 exact", "2 md5 \(Sample.md5) exact",
      ], diagnostics: ["2 malformed-row"]),
    FeedCase(
      name: "suricata-datajson: lines, nested values, a broken line",
      text: """
        {"ioc": {"host": "evil.example"}, "context": "x"}
        {"host": broken}
        broken
        {"info": {"threat": [{"host": "bad.example"}]}}
        """, format: .suricataDatajson,
      entries: ["1 domain evil.example exact", "4 domain bad.example exact"],
      diagnostics: ["2 malformed-json", "3 malformed-json"]),
    FeedCase(
      name: "report: what is defanged, and digests",
      text: """
        The victim, a customer of victim.example (https://victim.example/login), got a
        mail from phisher[@]evil.example with a link to hxxps://evil[.]example/a,b?x=1.
        It beacons to 192.0.2[.]66, 198.51.100[.]7:8080 and (bad[.]example).
        SHA256: \(Sample.sha256), see https://scan.example/file/\(Sample.md5)
        e.g. [1.] or f(.)(x) are none
        """, format: .report,
      entries: [
        "2 email phisher@evil.example exact", "2 url https://evil.example/a,b?x=1 exact",
        "3 ipv4 192.0.2.66 exact", "3 ipv4 198.51.100.7 exact port 8080",
        "3 domain bad.example withSubdomains", "4 sha256 \(Sample.sha256) exact",
        "4 md5 \(Sample.md5) exact",
      ], diagnostics: ["5 not-an-indicator", "5 not-an-indicator"]),
  ]
}

@Suite struct FurtherFormatTests {
  @Test func openIOCContext() {
    let text = FeedCase.further.first { $0.name.hasPrefix("openioc 1.0") }?.text ?? ""
    let loaded = Loaded(text)
    #expect(
      loaded.context(of: "exact.example") == [
        "id=11111111-0000-4000-8000-000000000001", "description=EVIL & CO",
        "reference=https://report.example/1", "labels=APT", "malware=EVILBOT",
        "actors=Evil Group", "from=2024-05-01T00:00:00.000000Z",
      ])
    #expect(
      loaded.context(of: "192.0.2.1").contains(
        "condition=domain:one.example AND ipv4:192.0.2.1"))
  }

  @Test func iprepContext() {
    let loaded = Loaded("192.0.2.66,7,127\n198.51.100.9,7,64\n")
    #expect(loaded.context(of: "192.0.2.66") == ["labels=iprep-category-7", "confidence=100"])
    #expect(loaded.context(of: "198.51.100.9") == ["labels=iprep-category-7", "confidence=50"])
  }

  @Test func stixConditionsSurviveTheContextThatComesLater() {
    let loaded = Loaded(
      FeedCase.bundle(["[ipv4-addr:value = '192.0.2.66' AND domain-name:value = 'one.example']"]))
    #expect(
      loaded.context(of: "one.example").contains(
        "condition=domain:one.example AND ipv4:192.0.2.66"))
    #expect(loaded.context(of: "one.example").first == "id=indicator--0")
  }

  @Test func theKindOfADatasetIsNamedWithTheFormat() {
    #expect(FeedFormat.named("suricata-dataset:user-agent")?.dataset == .string(.userAgent))
    #expect(FeedFormat.named("suricata-dataset:md5")?.dataset == .digest)
    #expect(FeedFormat.named("suricata-dataset:nonsense") == nil)
    #expect(FeedFormat.named("suricata-dataset")?.dataset == .any)
    var options = FeedOptions()
    options.dataset = .string(.userAgent)
    let loaded = Loaded("RXZpbEJvdC8xLjA=\n", format: .suricataDataset, options: options)
    #expect(loaded.entries == ["1 user-agent EvilBot/1.0 exact weak"])
  }

  /// Base64 of `"evil" ` and of ` cmd`: what a text begins and ends with is its own.
  @Test func textsKeepTheirQuotesAndBlanks() {
    var options = FeedOptions()
    options.dataset = .string(.text)
    let loaded = Loaded("ImV2aWwiIA==\nIGNtZA==\n", format: .suricataDataset, options: options)
    #expect(
      loaded.entries == ["1 text \"evil\"  contains", "2 text  cmd contains"])
  }

  @Test func pulsesGiveTheirContextToTheIndicatorsBeforeIt() {
    let text = FeedCase.further.first { $0.format == .otx }?.text ?? ""
    let loaded = Loaded(text)
    let pulse = [
      "reference=https://report.example/1", "labels=c2", "attack=T1071", "malware=EVILBOT",
      "actors=Evil Group", "tlp=green",
    ]
    #expect(loaded.context(of: "evil.example") == ["id=5f0f6b4a", "description=first"] + pulse)
    #expect(
      loaded.context(of: "192.0.2.66") == ["id=5f0f6b4a", "description=Evil campaign"] + pulse)
  }

  @Test func rangesKeepTheirNames() {
    let loaded = Loaded("Evil: the second:192.0.2.66-192.0.2.66\nX:192.0.2.70-192.0.2.70\n")
    #expect(loaded.context(of: "192.0.2.66") == ["description=Evil: the second"])
  }

  @Test func namesOfReputationCategoriesAreNoFeed() {
    let loaded = Loaded("1,BadHosts,Known bad hosts\n2,CnC,Command and control\n")
    #expect(loaded.warnings == ["suricata-iprep-categories"])
    #expect(loaded.entries == [])
  }

  @Test func clamAVListsOfWhatIsAllowedAllow() {
    let text = "\(Sample.md5):1024:Good.File\n"
    #expect(Loaded(text, path: "a/local.fp").entries == ["1 md5 \(Sample.md5) exact allow"])
    #expect(Loaded(text, path: "local.sfp.gz").entries == ["1 md5 \(Sample.md5) exact allow"])
    #expect(Loaded(text, path: "local.hdb").entries == ["1 md5 \(Sample.md5) exact"])
    #expect(Loaded(text, path: "local.imp").entries == ["1 imphash \(Sample.md5) exact"])
    #expect(Loaded(text, path: "local.imp").entries == ["1 imphash \(Sample.md5) exact"])
  }

  @Test func aFolderOfMISPEventsIsReadAsOne() {
    let event =
      #"{"Event":{"info":"x","Attribute":[{"type":"domain","value":"evil.example","to_ids":true}]}}"#
    #expect(Loaded(event, format: .mispFeed).entries == ["1 domain evil.example withSubdomains"])
    let manifest =
      #"{"11111111-0000-4000-8000-000000000001":{"info":"x","Orgc":{"name":"y"}}}"#
    #expect(Loaded(manifest, format: .mispFeed).warnings == ["misp-feed-manifest"])
    #expect(Loaded("evil.example\n", format: .mispFeed).error?.code == .malformed)
  }

  @Test func markupCannotHarm() {
    let bomb = """
      <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>
      <ioc><short_description>&lol2;</short_description></ioc>
      """
    #expect(Loaded(bomb, format: .openIOC).error?.code == .malformed)
    #expect(Loaded("<ioc>&lol;</ioc>", format: .openIOC).error?.code == .malformed)
    let deep = String(repeating: "<Indicator operator='AND'>", count: 100_000)
    #expect(Loaded("<ioc>" + deep, format: .openIOC).error?.code == .tooLarge)
    #expect(Loaded("<ioc><a>", format: .openIOC).error?.code == .truncated)
    #expect(Loaded("<ioc></oic>", format: .openIOC).error?.code == .malformed)
    let long = "<ioc><x y='" + String(repeating: "a", count: 2 << 20) + "'/></ioc>"
    #expect(Loaded(long, format: .openIOC).error?.code == .tooLarge)
  }
}
