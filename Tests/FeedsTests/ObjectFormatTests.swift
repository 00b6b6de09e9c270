import Feeds
import Indicators
import Testing

extension FeedCase {
  static let objects: [FeedCase] = [
    FeedCase(
      name: "stix: one indicator of each kind",
      text: bundle([
        "[domain-name:value = 'evil.example']",
        "[ipv4-addr:value='192.0.2.66']",
        "[ipv4-addr:value = '203.0.113.0/24' ]",
        "[ipv6-addr:value ISSUBSET '2001:db8:bad::/48']",
        "[url:value == 'http://downloads.example/payload.bin']",
        "[email-addr:value = 'phisher@evil.example']",
        "[email-message:from_ref.value = 'phisher@evil.example']",
        "[file:hashes.'SHA-256' = '\(Sample.sha256)']",
        "[file:hashes.sha256='\(Sample.sha256)']",
        "[file:hashes.MD5 = '\(Sample.md5)']",
        "[file:name = 'run.exe']",
        "[process:name='run.exe']",
        "[x509-certificate:hashes.'SHA-1' = '\(Sample.sha1)']",
        "[mutex:name = 'EvilMutex']",
        "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'EvilBot/1.0']",
      ]), format: .stix,
      entries: [
        "2 domain evil.example exact", "3 ipv4 192.0.2.66 exact", "4 ipv4 203.0.113.0/24 prefix",
        "5 ipv6 2001:db8:bad::/48 prefix", "6 url http://downloads.example/payload.bin exact",
        "7 email phisher@evil.example exact", "8 email phisher@evil.example exact",
        "9 sha256 \(Sample.sha256) exact", "10 sha256 \(Sample.sha256) exact",
        "11 md5 \(Sample.md5) exact", "12 filename run.exe exact weak",
        "13 filename run.exe exact weak", "14 certificate-sha1 \(Sample.sha1) exact",
        "15 mutex EvilMutex exact", "16 user-agent EvilBot/1.0 exact weak",
      ]),
    FeedCase(
      name: "stix: what alternatives mean, and what is not supported",
      text: bundle([
        "[domain-name:value = 'one.example' OR domain-name:value = 'two.example']",
        "[domain-name:value = 'three.example'] OR [ipv4-addr:value = '192.0.2.66']",
        "[domain-name:value IN ('four.example', 'five.example')]",
        "[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'six.example']",
        "[domain-name:value = '192.0.2.67']",
        "[domain-name:value = 'seven.example' AND file:name = 'x.exe']",
        "[domain-name:value = 'eight.example'] FOLLOWEDBY [file:name = 'x.exe']",
        "[domain-name:value = 'nine.example'] REPEATS 2 TIMES",
        "[domain-name:value LIKE '%.example']",
        "[domain-name:value != 'ten.example']",
        "[app:id = 'org.example.spy']",
        "[domain-name:value = 'eleven.example' OR file:size = 12]",
        "no pattern",
      ]), format: .stix,
      entries: [
        "2 domain one.example exact", "2 domain two.example exact",
        "3 domain three.example exact", "3 ipv4 192.0.2.66 exact", "4 domain four.example exact",
        "4 domain five.example exact", "5 domain six.example exact",
        "6 ipv4 192.0.2.67 exact", "7 domain seven.example exact joint",
        "7 filename x.exe exact joint", "13 domain eleven.example exact",
      ],
      diagnostics: [
        "6 (kind-by-shape)", "8 unsupported-pattern",
        "9 unsupported-pattern", "10 single-label", "11 unsupported-pattern",
        "12 unsupported-path", "13 unsupported-path", "14 unsupported-pattern",
      ]),
    FeedCase(
      name: "stix: escapes, comments, other pattern types, revoked",
      text: #"""
        {"type":"bundle","id":"bundle--1","objects":[
        {"type":"indicator","id":"indicator--1","pattern":"[file:name = 'C:\\\\Evil\\\\it\\'s.exe' /* x */]","valid_from":"2024-01-01T00:00:00Z"},
        {"type":"indicator","id":"indicator--2","pattern":"rule x { condition: true }","pattern_type":"yara","valid_from":"2024-01-01T00:00:00Z"},
        {"type":"indicator","id":"indicator--3","pattern":"[domain-name:value = 'gone.example']","revoked":true,"valid_from":"2024-01-01T00:00:00Z"},
        ]}
        """#, format: .stix,
      entries: ["2 filename evil\\it's.exe contains"],
      diagnostics: ["3 unsupported-pattern", "4 revoked"]),
    FeedCase(
      name: "misp: attributes, objects, proposals",
      text: """
        {"Event": {"info": "campaign", "Attribute": [
        {"uuid":"a-1","type":"domain","category":"Network activity","to_ids":true,"value":"evil.example","comment":"c2"},
        {"uuid":"a-2","type":"hostname","category":"Network activity","to_ids":true,"value":"host.evil.example"},
        {"uuid":"a-3","type":"domain|ip","category":"Network activity","to_ids":true,"value":"bad.example|192.0.2.66"},
        {"uuid":"a-4","type":"ip-dst|port","category":"Network activity","to_ids":true,"value":"192.0.2.67|443"},
        {"uuid":"a-5","type":"filename|sha1","category":"Payload delivery","to_ids":true,"value":"run.exe|\(Sample.sha1)"},
        {"uuid":"a-6","type":"ja3-fingerprint-md5","category":"Network activity","to_ids":true,"value":"\(Sample.md5)"},
        {"uuid":"a-7","type":"url","category":"Network activity","to_ids":false,"value":"http://downloads.example/"},
        {"uuid":"a-8","type":"text","category":"Other","to_ids":true,"value":"evil.example"},
        {"uuid":"a-9","type":"domain","category":"Network activity","to_ids":true,"deleted":true,"value":"gone.example"},
        {"uuid":"a-10","type":"email-src","category":"Targeting data","to_ids":true,"value":"victim@good.example"},
        {"uuid":"a-11","type":"ssdeep","category":"Payload delivery","to_ids":true,"value":"3:abc:def"},
        {"uuid":"a-12","type":"stix2-pattern","category":"Network activity","to_ids":true,"value":"[domain-name:value = 'pattern.example']"},
        {"uuid":"a-13","type":"link","category":"External analysis","to_ids":false,"value":"https://report.example/"}],
        "ShadowAttribute":[
        {"type":"domain","to_ids":true,"value":"proposed.example"}],
        "Object":[{"name":"file","Attribute":[
        {"uuid":"o-1","type":"sha256","category":"Payload delivery","to_ids":true,"value":"\(Sample.sha256)","ShadowAttribute":[]}]}],
        "Tag":[{"name":"tlp:amber"}]}}
        """, format: .misp,
      entries: [
        "2 domain evil.example withSubdomains", "3 domain host.evil.example exact",
        "4 domain bad.example withSubdomains", "5 ipv4 192.0.2.67 exact port 443",
        "6 sha1 \(Sample.sha1) exact", "7 ja3 \(Sample.md5) exact weak",
        "13 domain pattern.example exact", "18 sha256 \(Sample.sha256) exact",
      ],
      diagnostics: [
        "8 to-ids-false", "9 free-text", "10 deleted", "11 personal-data", "12 unsupported-kind",
        "16 proposal",
      ]),
    FeedCase(
      name: "threatfox as JSON, by number",
      text: """
        {"7": [{"ioc_value":"evil[.]example","ioc_type":"domain","malware_printable":"Test","confidence_level":75,"tags":"a,b","first_seen_utc":"2024-05-01 10:00:00"}],
        "8": [{"ioc_value":"32f85cbf0fcd...d4c2","ioc_type":"sha256_hash","malware_printable":"Test"}]}
        """, format: .threatfox,
      entries: ["1 domain evil.example withSubdomains"],
      diagnostics: ["2 shortened-hash"]),
    FeedCase(
      name: "urlhaus as JSON",
      text: """
        {"1":[{"dateadded":"2024-05-01 10:00:00 UTC","url":"http://downloads.example/payload.bin","url_status":"online","threat":"malware_download","tags":["elf","T1105"],"urlhaus_link":"https://urlhaus.example/url/1/"}]}
        """, format: .urlhaus,
      entries: ["1 url http://downloads.example/payload.bin exact"]),
    FeedCase(
      name: "feodo as JSON",
      text: """
        [{"ip_address":"192.0.2.66","port":443,"status":"online","hostname":null,"as_number":64496,"country":"ZZ","first_seen":"2024-05-01 10:00:00","last_online":"2024-05-02","malware":"Test"}]
        """, format: .feodo, entries: ["1 ipv4 192.0.2.66 exact"]),
  ]

  /// A STIX bundle with an indicator a line, from the second on.
  static func bundle(_ patterns: [String]) -> String {
    let objects = patterns.enumerated().map { index, pattern in
      #"{"type":"indicator","id":"indicator--\#(index)","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z","pattern":"\#(pattern)"}"#
    }
    return #"{"type":"bundle","id":"bundle--1","objects":["# + "\n"
      + objects.joined(separator: ",\n") + "\n]}"
  }
}

@Suite struct ObjectFormatTests {
  @Test func stixRelationshipsAndMarkingsReachTheEntriesWhereverTheyStand() {
    let text = """
      {"objects": [
      {"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1"},
      {"type":"relationship","id":"relationship--2","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"attack-pattern--1"},
      {"type":"indicator","id":"indicator--1","name":"a name","description":"a description","pattern_type":"stix",
       "pattern":"[domain-name:value = 'evil.example']","valid_from":"2024-01-01T00:00:00.000Z","valid_until":"2025-01-01T00:00:00Z",
       "confidence":80,"indicator_types":["malicious-activity"],"labels":["c2","T1105"],
       "object_marking_refs":["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"],
       "kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"command-and-control"}],
       "external_references":[{"source_name":"blog","url":"https://report.example/"},{"source_name":"mitre-attack","external_id":"T1568"}]},
      {"type":"malware","id":"malware--1","name":"TestRAT","is_family":true},
      {"type":"attack-pattern","id":"attack-pattern--1","name":"Web Protocols","external_references":[{"source_name":"mitre-attack","external_id":"T1071.001"}]},
      {"type":"intrusion-set","id":"intrusion-set--1","name":"APT-0"},
      {"type":"relationship","id":"relationship--3","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"intrusion-set--1"}
      ], "type":"bundle","id":"bundle--1"}
      """
    let loaded = Loaded(text)
    #expect(loaded.error == nil)
    #expect(
      loaded.context(of: "evil.example") == [
        "id=indicator--1", "description=a description", "reference=https://report.example/",
        "labels=malicious-activity,c2,T1105,command-and-control", "attack=T1568,T1105,T1071.001",
        "malware=TestRAT", "actors=APT-0", "tlp=amber+strict", "confidence=80",
        "from=2024-01-01T00:00:00.000000Z", "until=2025-01-01T00:00:00.000000Z",
      ])
  }

  @Test func stixMarkingsOfAPartHoldForTheWhole() {
    let loaded = Loaded(
      """
      {"objects": [
      {"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']",
       "object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
       "granular_markings":[{"marking_ref":"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed","selectors":["pattern"]}]}
      ], "type":"bundle","id":"bundle--1"}
      """)
    #expect(loaded.context(of: "evil.example").contains("tlp=red"))
  }

  @Test func stixValidityThatHoldsNoTimeIsNoted() {
    let loaded = Loaded(
      """
      {"objects": [
      {"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']",
       "valid_from":"2024-02-01T00:00:00Z","valid_until":"2024-01-01T00:00:00Z"}
      ], "type":"bundle","id":"bundle--1"}
      """)
    #expect(loaded.entries.count == 1)
    #expect(loaded.diagnostics.contains { $0.hasSuffix("(empty-validity)") })
  }

  @Test func stixRevokedObjectsSayNothingOfOthers() {
    let loaded = Loaded(
      """
      {"objects": [
      {"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']"},
      {"type":"malware","id":"malware--1","name":"TestRAT"},
      {"type":"malware","id":"malware--2","name":"OldRAT","revoked":true},
      {"type":"intrusion-set","id":"intrusion-set--1","name":"APT-0"},
      {"type":"relationship","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1"},
      {"type":"relationship","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--2"},
      {"type":"relationship","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"intrusion-set--1","revoked":true}
      ], "type":"bundle","id":"bundle--1"}
      """)
    #expect(loaded.context(of: "evil.example") == ["id=indicator--1", "malware=TestRAT"])
  }

  @Test(arguments: [
    ("94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"),
    ("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"),
    ("55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"),
    ("939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"),
    ("e828b379-4e03-4974-9ac4-e53a884c97c1", "red"),
    ("613f2e26-407d-48c7-9eca-b8e91df99dc9", "clear"),
    ("34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"),
    ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"),
  ])
  func markingsAreKnownByTheirIdentifiers(_ id: String, _ level: String) {
    let loaded = Loaded(
      """
      {"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']",
      "valid_from":"2024-01-01T00:00:00Z","object_marking_refs":["marking-definition--\(id)"]}
      """)
    #expect(loaded.context(of: "evil.example").contains("tlp=\(level)"))
  }

  @Test func stixMarkingsOfOnesOwnAreResolved() {
    let loaded = Loaded(
      """
      {"type":"bundle","id":"bundle--1","objects":[
      {"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']","valid_from":"2024-01-01T00:00:00Z","object_marking_refs":["marking-definition--x"]},
      {"type":"marking-definition","id":"marking-definition--x","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"amber+strict"}}}]}
      """)
    #expect(loaded.context(of: "evil.example").contains("tlp=amber+strict"))
  }

  @Test func mispTagsAndGalaxiesReachTheEntries() {
    let text = """
      {"response":[{"Event":{"info":"campaign","Attribute":[
      {"uuid":"a-1","type":"domain","to_ids":"1","value":"evil.example","first_seen":"2024-05-01T10:00:00+00:00",
       "Tag":[{"name":"c2"},{"name":"tlp:red"}],
       "Galaxy":[{"type":"mitre-malware","GalaxyCluster":[{"value":"WannaCry - S0366","tag_name":"x"}]}]},
      {"uuid":"a-2","type":"link","to_ids":false,"value":"https://report.example/"},
      {"uuid":"a-3","type":"ip-dst","to_ids":true,"value":"192.0.2.66"}],
      "Tag":[{"name":"tlp:green"},{"name":"misp-galaxy:threat-actor=\\"APT32\\""},
      {"name":"misp-galaxy:mitre-attack-pattern=\\"Web Protocols - T1071.001\\""}]}}]}
      """
    let loaded = Loaded(text)
    #expect(
      loaded.context(of: "evil.example") == [
        "id=a-1", "description=campaign", "reference=https://report.example/", "labels=c2",
        "attack=T1071.001", "malware=WannaCry", "actors=APT32", "tlp=red",
        "from=2024-05-01T10:00:00.000000Z",
      ])
    #expect(
      loaded.context(of: "192.0.2.66") == [
        "id=a-3", "description=campaign", "reference=https://report.example/",
        "attack=T1071.001", "actors=APT32", "tlp=green",
      ])
  }

  @Test func mispOptionsLoadMore() {
    let text = FeedCase.objects.first { $0.name.hasPrefix("misp") }?.text ?? ""
    var options = FeedOptions()
    options.loadsAllMISP = true
    options.loadsBothOfMISPPairs = true
    let loaded = Loaded(text, options: options)
    #expect(loaded.entries.contains("8 url http://downloads.example/ exact"))
    #expect(loaded.entries.contains("4 ipv4 192.0.2.66 exact"))
    #expect(loaded.entries.contains("6 filename run.exe exact weak"))
    #expect(!loaded.entries.contains { $0.contains("victim") })
    #expect(!loaded.entries.contains { $0.contains("proposed") })
  }

  @Test func warninglistsAreLoadedAsAllowListsOnly() {
    func list(_ type: String, _ values: String) -> String {
      #"{"description":"known","list":[\#(values)],"name":"List","type":"\#(type)","version":1}"#
    }
    let names = list("hostname", #""good.example",".better.example""#)
    let blocked = Loaded(names)
    #expect(blocked.entries.isEmpty)
    #expect(blocked.warnings == ["warninglist-not-loaded"])
    var options = FeedOptions()
    options.isAllowList = true
    #expect(
      Loaded(names, options: options).entries == [
        "1 domain good.example withSubdomains allow",
        "1 domain better.example withSubdomains allow",
      ])
    #expect(
      Loaded(list("cidr", #""10.0.0.0/8""#), options: options).entries == [
        "1 ipv4 10.0.0.0/8 prefix allow"
      ])
    #expect(
      Loaded(list("string", #""good.example","\#(Sample.md5)""#), options: options).entries == [
        "1 domain good.example exact allow", "1 md5 \(Sample.md5) exact allow",
      ])
    let expressions = Loaded(list("regex", #""^good""#), options: options)
    #expect(expressions.entries == ["1 text /^good/ contains allow"])
    #expect(
      Loaded(list("regex", #""(?=a)b""#), options: options).diagnostics == [
        "1 unsupported-pattern"
      ])
    #expect(
      Loaded(
        #"{"type":"regex","list":["/^abuse@/i"],"matching_attributes":["email-src","comment"]}"#,
        options: options
      ).entries == ["1 text email:/^abuse@/i contains allow"])
    #expect(
      Loaded(
        #"{"type":"regex","list":["/^1/"],"matching_attributes":["phone-number"]}"#,
        options: options
      ).diagnostics == ["1 matching-attributes"])
    let parts = Loaded(list("substring", #""good.ex","ab""#), options: options)
    #expect(parts.entries == ["1 text good.ex contains allow"])
    #expect(parts.diagnostics == ["1 too-short"])
    #expect(parts.collection.records.allSatisfy { $0.ignoresCase })
  }

  @Test func idsOfFlatObjectsAreKept() {
    let loaded = Loaded(FeedCase.objects.first { $0.name.hasPrefix("threatfox") }?.text ?? "")
    #expect(
      loaded.context(of: "evil.example") == [
        "id=7", "labels=a,b", "malware=Test", "confidence=75",
        "from=2024-05-01T10:00:00.000000Z",
      ])
  }
}
