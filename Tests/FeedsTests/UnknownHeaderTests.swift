import Feeds
import Indicators
import Testing

/// Headers whose columns of values have names that are not known: the rows have to prove them.
@Suite("Headers of unknown names") struct UnknownHeaderTests {
  private static let columns = "Status,Expires,Malware Family,Confidence,TLP,Tags"
  private static let rows = """
    203.0.113.1,active,2030-01-02,Remcos,90,TLP:RED,"c2, botnet"
    203.0.113.2,false positive,2030-01-02,Remcos,90,TLP:RED,"c2, botnet"
    203.0.113.3,active,2030-01-02,Remcos,90,TLP:RED,"c2, botnet"

    """

  private func values(_ loaded: Loaded) -> [String] {
    loaded.collection.records.map { loaded.value($0) }
  }

  @Test(arguments: [
    "Controller IP", "Hosting IP address", "C2 IP:Port", "Callback", "ServerIP", "Contacted host",
    "Knoten", "命令", "Bad Host",
  ])
  func whatTheHeaderNamesHolds(_ name: String) {
    for text in [
      "\(name),\(Self.columns)\n" + Self.rows, "# \(name),\(Self.columns)\n" + Self.rows,
      "A list of things\n\n\(name),\(Self.columns)\n" + Self.rows,
    ] {
      let loaded = Loaded(text)
      #expect(values(loaded) == ["203.0.113.1", "203.0.113.3"], "\(text)")
      #expect(
        loaded.context(of: "203.0.113.1") == [
          "labels=c2,botnet", "malware=Remcos", "tlp=red", "confidence=90",
          "until=2030-01-02T00:00:00.000000Z",
        ], "\(text)")
      #expect(loaded.warnings == [])
    }
  }

  /// One name that the cells below it prove suffices, whatever the delimiter.
  @Test(arguments: [
    ("Controller IP,Expires,TLP\n203.0.113.1,2030-01-02,TLP:AMBER\n", "tlp=amber|until=2030-01-02"),
    (
      "Bad Host;First Noticed;Confidence\n203.0.113.1;2024-01-02;high\nevil.example;2024-01-02;low\n",
      "confidence=85|from=2024-01-02"
    ),
    ("Node;Last Seen\n203.0.113.1;2024-01-02\n", ""),
    ("Node\tExpiry\n203.0.113.1\t1893456000\n", "until=2030-01-01"),
    ("Node,Last Checked,Confidence\n203.0.113.1,2024-01-02,55\n", "confidence=55"),
    ("Node,Valid Until\n203.0.113.1,31/01/2030\n203.0.113.2,01/02/2030\n", "until=2030-01-31"),
    ("Node,Confidence\n203.0.113.1,0.5\n203.0.113.2,1\n", "confidence=50"),
    ("Node,Status\n203.0.113.1,online\n203.0.113.2,inactive\n", ""),
  ])
  func oneProofSuffices(_ text: String, _ expected: String) {
    let loaded = Loaded(text)
    let facts = loaded.context(of: "203.0.113.1").map {
      $0.replacing("T00:00:00.000000Z", with: "")
    }
    #expect(facts.joined(separator: "|") == expected, "\(text)")
    #expect(!loaded.diagnostics.contains { $0.hasPrefix("1 ") }, "\(loaded.diagnostics)")
  }

  @Test func whatIsNoneAnyMoreIsRefused() {
    let loaded = Loaded("Node,Status\n203.0.113.1,online\n203.0.113.2,inactive\n")
    #expect(values(loaded) == ["203.0.113.1"])
    #expect(loaded.refusals == ["3 revoked: 203.0.113.2"])
  }

  /// A sentence, a remark or a row of data never becomes a header.
  @Test(arguments: [
    "A list of all bad addresses that we saw,updated daily", "not a value,malware",
    "not a value,phish",
    "see below,expires soon", "These hosts are bad.,Expires", "Date:,2024-01-02", "TLP,AMBER",
    "please share, confidence is high", "Expires,2030-01-02", "botnet,botnet", "Node,Expires!",
    "unknown,", "Confidence,Confidence",
  ])
  func remarksAreNoHeaders(_ first: String) {
    let rows = (10...39).map { "e\($0).example,botnet\n" }.joined()
    for text in ["\(first)\n\(rows)", "# \(first)\n\(rows)"] {
      let loaded = Loaded(text, format: .csv)
      #expect(loaded.entries.count == 30, "\(text.prefix(60))")
      #expect(loaded.context(of: "e17.example") == ["description=botnet"], "\(text.prefix(60))")
    }
  }

  /// A comment may be a sentence, of which a part is a name that the rows would prove.
  @Test(arguments: [
    "# Updated: now, expires", "# This is the list of hosts that we saw, expires",
    "# Nodes!, expires",
    "# https://feeds.example/, expires", "# v1.2, expires", "# evil.example, expires",
    "# , expires",
    "# all of the hosts seen, expires", "# expires, expires",
  ])
  func sentencesAreNoHeaders(_ comment: String) {
    let rows = (10...39).map { "e\($0).example,2024-01-02\n" }.joined()
    let loaded = Loaded("\(comment)\n\(rows)")
    #expect(loaded.entries.count == 30)
    #expect(loaded.context(of: "e17.example") == ["from=2024-01-02T00:00:00.000000Z"])
    #expect(loaded.diagnostics == [])
  }

  /// Names that begin like digests stay names.
  @Test(arguments: ["Beacon,First Seen,Confidence\n", "# Beacon,First Seen,Confidence\n", ""])
  func generatedNamesStayNames(_ header: String) {
    let rows = (10...39).map { "\(Sample.md5.dropLast(2))\($0).info,2024-01-02,70\n" }.joined()
    let loaded = Loaded(header + rows)
    #expect(loaded.entries.count == 30)
    #expect(loaded.entries.allSatisfy { $0.contains(" domain ") })
  }

  /// Values of victims and of sensors are none where others are beside them.
  @Test(arguments: [
    "Victim IP", "Sinkhole", "Sensor address", "Honeypot IP", "Trusted Peer", "Clean host",
  ])
  func valuesOfOthersAreNone(_ name: String) {
    let rows = (1...5).map { "198.51.100.\($0),203.0.113.\($0),2030-01-02\n" }.joined()
    let loaded = Loaded("\(name),Staging address,Expires\n" + rows)
    #expect(loaded.entries.count == 5)
    #expect(loaded.entries.allSatisfy { $0.contains(" 203.0.113.") }, "\(loaded.entries)")
    #expect(loaded.warnings == ["column-not-read"])
    // Alone they are what the feed is of.
    let alone = Loaded("\(name),Expires\n198.51.100.1,2030-01-02\n198.51.100.2,2030-01-02\n")
    #expect(alone.entries.count == 2)
  }

  /// A date of anything, in a table of anything.
  @Test(arguments: ["Site,Created\n", "Site,Date\n", "Site,Region\n"])
  func otherTablesAreNone(_ header: String) {
    let loaded = Loaded(header + "www.example.com,2024-01-02\nwww.example.net,2024-01-03\n")
    #expect(loaded.error?.code == .unrecognized)
  }

  /// Rows of several kinds below a name prove nothing.
  @Test func cellsOfSeveralKindsProveNothing() {
    let rows = (10...29).map {
      "\(Sample.md5.dropLast(2))\($0),2030-01-02\nhttp://e\($0).example/a,2030-01-02\n"
    }.joined()
    let loaded = Loaded("Thing,Expires\n" + rows, format: .csv)
    #expect(loaded.refusals.count == 1)
    #expect(loaded.entries.count == 40)
  }
}
