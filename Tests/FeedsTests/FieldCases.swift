import Feeds
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

/// Tables and lists as people make them, whom no format's description binds.
extension FeedCase {
  static let field: [FeedCase] = [
    FeedCase(
      name: "csv: commas of URLs in the last column that the header names",
      text: """
        url
        http://evil.example/p.html
        http://bad.example/news,9,title.html
        http://worse.example/a?x=1,2
        """,
      format: .csv,
      entries: [
        "2 url http://evil.example/p.html exact",
        "3 url http://bad.example/news,9,title.html exact",
        "4 url http://worse.example/a?x=1,2 exact",
      ]),
    FeedCase(
      name: "csv: a column that is called after a service",
      text: """
        Indicator,Any.Example
        192.0.2.1,https://any.example/1
        192.0.2.2,https://any.example/2
        """,
      format: .csv,
      entries: ["2 ipv4 192.0.2.1 exact", "3 ipv4 192.0.2.2 exact"]),
    FeedCase(
      name: "csv: what a name is below, and where a sample lies, are no indicators",
      text: """
        domain,parent_domain,sample_url
        a.evil.example,hosting.example,https://samples.example/1
        b.bad.example,other.example,https://samples.example/2
        """,
      format: .csv,
      entries: ["2 domain a.evil.example withSubdomains", "3 domain b.bad.example withSubdomains"]),
    FeedCase(
      name: "csv: words for no value are none",
      text: """
        md5,filename,user_agent
        \(Sample.md5),N/A,unknown
        1123456789abcdef0123456789abcdef,-,None
        2123456789abcdef0123456789abcdef,run.exe,n.a.
        n/a,null,TBD
        """, format: .csv,
      entries: [
        "2 md5 \(Sample.md5) exact", "3 md5 1123456789abcdef0123456789abcdef exact",
        "4 md5 2123456789abcdef0123456789abcdef exact", "4 filename run.exe exact weak",
      ], diagnostics: ["5 not-an-indicator"]),
    FeedCase(
      name: "csv: a prefix and a word, without a header",
      text: "192.0.2.0/24,phishing\n198.51.100.0/24,AS64500\n", format: .csv,
      entries: ["1 ipv4 192.0.2.0/24 prefix", "2 ipv4 198.51.100.0/24 prefix"]),
    FeedCase(
      name: "csv: quoted URLs and a word, without a header",
      text:
        "\"http://evil.example.com/a\",\"phishing\"\n\"http://bad.example.com/b\",\"phishing\"\n",
      format: .csv,
      entries: ["1 url http://evil.example.com/a exact", "2 url http://bad.example.com/b exact"]),
    FeedCase(
      name: "csv: URLs, hosts and their addresses, without a header",
      text: """
        http://evil.example.com/a;evil.example.com;192.0.2.1
        http://bad.example.com/b;bad.example.com;192.0.2.2
        """, format: .csv,
      entries: ["1 url http://evil.example.com/a exact", "2 url http://bad.example.com/b exact"]),
    FeedCase(
      name: "csv: a bar, and commas in the description",
      text: "http://evil.example.com/a|phish, May\nhttp://bad.example.com/b|kit, June\n",
      format: .csv,
      entries: ["1 url http://evil.example.com/a exact", "2 url http://bad.example.com/b exact"]),
    FeedCase(
      name: "plain: commas in URLs separate nothing",
      text: "http://evil.example.com/a,b?x=1\nhttp://bad.example.com/b,c/d\n", format: .plain,
      entries: [
        "1 url http://evil.example.com/a,b?x=1 exact", "2 url http://bad.example.com/b,c/d exact",
      ]),
    FeedCase(
      name: "netset: a comment directly behind a prefix",
      text: "192.0.2.0/24#scanner\n198.51.100.0/24#scanner\n", format: .netset,
      entries: ["1 ipv4 192.0.2.0/24 prefix", "2 ipv4 198.51.100.0/24 prefix"]),
    FeedCase(
      name: "netset: ranges with blanks and dashes",
      text: "192.0.2.2 - 192.0.2.3\n192.0.2.4 \u{2013} 192.0.2.5\n2001:db8::2 - 2001:db8::3\n",
      format: .netset,
      entries: [
        "1 ipv4 192.0.2.2/31 prefix", "2 ipv4 192.0.2.4/31 prefix",
        "3 ipv6 2001:db8::2/127 prefix",
      ]),
    FeedCase(
      name: "netset: ipfilter.dat without padding",
      text:
        "192.0.2.0 - 192.0.2.255 , 100 , name\n198.51.100.0 - 198.51.100.255 , 100 , two names\n",
      format: .netset,
      entries: ["1 ipv4 192.0.2.0/24 prefix", "2 ipv4 198.51.100.0/24 prefix"]),
    FeedCase(
      name: "plain: addresses with notes",
      text: """
        192.0.2.1 seen at www.example.com in May
        192.0.2.2 2024-05-01
        192.0.2.3 (note)
        192.0.2.4 Emotet C2
        192.0.2.5 CN
        192.0.2.6 - botnet
        2001:db8::1 botnet
        """, format: .plain,
      entries: [
        "1 ipv4 192.0.2.1 exact", "2 ipv4 192.0.2.2 exact", "3 ipv4 192.0.2.3 exact",
        "4 ipv4 192.0.2.4 exact", "5 ipv4 192.0.2.5 exact", "6 ipv4 192.0.2.6 exact",
        "7 ipv6 2001:db8::1 exact",
      ]),
    FeedCase(
      name: "plain: digests and names with notes, digests beside one another",
      text: """
        \(Sample.md5) - a note
        \(Sample.sha1) (note)
        evil.example \u{2013} C2
        bad.example (note)
        \(Sample.sha256) \(Sample.md5)
        """, format: .plain,
      entries: [
        "1 md5 \(Sample.md5) exact", "2 sha1 \(Sample.sha1) exact",
        "3 domain evil.example withSubdomains", "4 domain bad.example withSubdomains",
        "5 sha256 \(Sample.sha256) exact", "5 md5 \(Sample.md5) exact",
      ]),
    FeedCase(
      name: "csv: columns called by two words",
      text: """
        Domain/IP,loader_md5,Payload URL,End of validity
        evil.example,\(Sample.md5),http://evil.example/a,2030-01-01
        192.0.2.1,,http://evil.example/b,2030-01-01
        """, format: .csv,
      entries: [
        "2 domain evil.example withSubdomains", "2 md5 \(Sample.md5) exact",
        "2 url http://evil.example/a exact", "3 ipv4 192.0.2.1 exact",
        "3 url http://evil.example/b exact",
      ]),
    FeedCase(
      name: "csv: of two columns of types the one that holds some",
      text: """
        IoC,IoC_Type,Type
        evil.exe,filename,Rapid Release
        evil.example,domain,Rapid Release
        """, format: .csv,
      entries: ["2 filename evil.exe exact weak", "3 domain evil.example withSubdomains"]),
    FeedCase(
      name: "json: the Elastic common schema",
      text: """
        {"threat":{"indicator":{"file":{"hash":{"md5":"\(Sample.md5)"}},"type":"file"}}}
        {"threat":{"indicator":{"ip":"192.0.2.1","type":"ipv4-addr"}}}
        {"threat":{"indicator":{"url":{"domain":"evil.example","full":"http://evil.example/a"}}}}
        """, format: .json,
      entries: [
        "1 md5 \(Sample.md5) exact", "2 ipv4 192.0.2.1 exact", "3 url http://evil.example/a exact",
      ]),
    FeedCase(
      name: "json: what an envelope calls its resources",
      text: #"{"resources":[{"indicator":"evil.example","type":"domain"}]}"#, format: .json,
      entries: ["1 domain evil.example withSubdomains"]),
    FeedCase(
      name: "json: one object that lists values by kind",
      text: #"{"indicators":{"ipv4":["192.0.2.1"],"domains":["evil.example","bad.example"]}}"#,
      format: .json,
      entries: [
        "1 ipv4 192.0.2.1 exact", "1 domain evil.example withSubdomains",
        "1 domain bad.example withSubdomains",
      ]),
    FeedCase(
      name: "csv: files by digest and by name",
      text: "type,value\nfile,\(Sample.md5)\nfile,bad.exe\nip,192.0.2.1\n", format: .csv,
      entries: [
        "2 md5 \(Sample.md5) exact", "3 filename bad.exe exact weak", "4 ipv4 192.0.2.1 exact",
      ]),
    FeedCase(
      name: "hosts: one sinkhole for all names",
      text: "192.0.2.1 evil.example\n192.0.2.1 bad.example www.bad.example\n", format: .hosts,
      entries: [
        "1 domain evil.example exact", "2 domain bad.example exact",
        "2 domain www.bad.example exact",
      ]),
    FeedCase(
      name: "csv: names of columns with dots",
      text: """
        threat.indicator.ip,vendor.name,ioc.type
        192.0.2.1,Somebody,ip
        """, format: .csv, entries: ["2 ipv4 192.0.2.1 exact"]),
    FeedCase(
      name: "csv: names of hosts above types are no header",
      text: "evil.email,domain\nbad.email,domain\n", format: .csv,
      entries: ["1 domain evil.email withSubdomains", "2 domain bad.email withSubdomains"]),
    FeedCase(
      name: "csv: a column of masks", text: "network,netmask\n192.0.2.0,255.255.255.128\n",
      format: .csv, entries: ["2 ipv4 192.0.2.0/25 prefix"]),
    FeedCase(
      name: "csv: a column of lengths", text: "network,cidr\n192.0.2.0,25\n2001:db8::,/48\n",
      format: .csv,
      entries: ["2 ipv4 192.0.2.0/25 prefix", "3 ipv6 2001:db8::/48 prefix"]),
    FeedCase(
      name: "csv: values under a name",
      text: "Name,Risk,RiskString\n192.0.2.1,99,1/2\n192.0.2.2,98,1/2\n", format: .csv,
      entries: ["2 ipv4 192.0.2.1 exact", "3 ipv4 192.0.2.2 exact"]),
    FeedCase(
      name: "csv: further names of columns",
      text: """
        Attacker IP,Malware Domain,FileHash-MD5,Sample SHA256
        192.0.2.1,evil.example,\(Sample.md5),\(Sample.sha256)
        """, format: .csv,
      entries: [
        "2 ipv4 192.0.2.1 exact", "2 domain evil.example withSubdomains",
        "2 md5 \(Sample.md5) exact", "2 sha256 \(Sample.sha256) exact",
      ]),
    FeedCase(
      name: "plain: a JSON array of strings", text: #"["evil.example.com", "192.0.2.1", "N/A"]"#,
      format: .plain,
      entries: ["1 domain evil.example.com withSubdomains", "1 ipv4 192.0.2.1 exact"]),
    FeedCase(
      name: "misp: attributes in an array",
      text:
        #"[{"type":"domain","value":"evil.example","to_ids":true},{"type":"ip-dst","value":"192.0.2.1","to_ids":true}]"#,
      format: .misp,
      entries: ["1 domain evil.example withSubdomains", "1 ipv4 192.0.2.1 exact"]),
    FeedCase(
      name: "misp: an attribute in an object of its own",
      text: #"[{"Attribute":{"type":"domain","value":"evil.example","to_ids":true}}]"#,
      format: .misp, entries: ["1 domain evil.example withSubdomains"]),
    FeedCase(
      name: "stix: objects in the answer of a service",
      text:
        #"{"more":false,"data":[{"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z"}]}"#,
      format: .stix, entries: ["1 domain evil.example exact"]),
  ]
}

@Suite struct FieldTests {
  /// Formats are told by content here: what they are read as is half of the case.
  @Test(arguments: FeedCase.field)
  func everyListIsReadAsWhatItIs(_ feed: FeedCase) {
    let loaded = Loaded(feed.text)
    #expect(loaded.error == nil)
    #expect(loaded.format == feed.format)
    #expect(loaded.entries == feed.entries)
    #expect(loaded.diagnostics.filter { !$0.contains("(") } == feed.diagnostics)
  }

  @Test func aNoteBehindAnAddressIsWhatIsSaidOfIt() {
    let loaded = Loaded("192.0.2.1 Emotet C2\n192.0.2.2\n")
    #expect(loaded.context(of: "192.0.2.1") == ["description=Emotet C2"])
    #expect(loaded.context(of: "192.0.2.2") == [])
  }

  @Test func namesBesideAddressesOfTheirOwnAreInDoubt() {
    let loaded = Loaded("192.0.2.1 evil.example\n192.0.2.2 bad.example\n")
    #expect(
      loaded.error?.commandText
        == "feed: not recognised as a feed: each line is an address and names: names to block, or addresses with notes; if it is one, name the format with =FORMAT, such as =hosts or =plain"
    )
  }

  @Test func aListOfColumnsHoldsForTheSeparatorThatFits() {
    var options = FeedOptions()
    options.columns = .inOrder(["ip", "description"])
    for separator in [";", "|", "\t"] {
      let loaded = Loaded(
        "192.0.2.1\(separator)with a.example, b.example\n192.0.2.2\(separator)c.example, d.example\n",
        options: options)
      #expect(loaded.entries == ["1 ipv4 192.0.2.1 exact", "2 ipv4 192.0.2.2 exact"])
    }
  }

  @Test func scoresMarkingsAndEndsAreReadUnderFurtherNames() {
    let loaded = Loaded(
      "ip,score,TLP Color,End Date\n192.0.2.1,80,AMBER,2024-02-01\n192.0.2.2,7,GREEN,N/A\n")
    #expect(
      loaded.context(of: "192.0.2.1")
        == ["tlp=amber", "confidence=80", "until=2024-02-01T00:00:00.000000Z"])
    #expect(loaded.context(of: "192.0.2.2") == ["tlp=green", "confidence=7"])
    #expect(
      Loaded("ip,score\n192.0.2.1,0.8\n192.0.2.2,700\n").context(of: "192.0.2.1") == [])
  }

  @Test func whatIsLeftOutAtTheEndIsListedToo() {
    var options = FeedOptions()
    options.minimumConfidence = 50
    #expect(
      Loaded("ip,confidence\n192.0.2.1,80\n192.0.2.2,10\n", options: options).refusals
        == ["3 confidence-too-low: 192.0.2.2"])
    options = FeedOptions()
    options.kinds = IndicatorKindSet([.domain])
    #expect(
      Loaded("evil.example.com\n192.0.2.2\n", options: options).refusals
        == ["2 kind-not-wanted: 192.0.2.2"])
  }

  @Test func foldersDoNotStandForWhatIsHiddenInThem() throws {
    let folder = try TemporaryFolder()
    for name in ["a.txt", "a.txt~", "a.bak", "a.txt.orig", ".a.txt.swp", ".git/list.txt"] {
      try folder.write(name, "evil.example\n")
    }
    let all = FeedList.expand([FeedRequest(path: folder.path)])
    #expect(all.files.map(\.path) == [folder.path + "/a.txt"])
    #expect(all.leftOut.counts == [FeedReport.hidden: 5])
    #expect(all.errors.isEmpty)
    let named = FeedList.expand([FeedRequest(path: folder.path + "/.a.txt.swp")])
    #expect(named.files.count == 1)
    let hidden = FeedList.expand([FeedRequest(path: folder.path + "/.git")])
    #expect(hidden.files.count == 1)
  }
}
