import Feeds
import Indicators
import Testing

/// Headers whose columns of values have names that are not known.
@Suite("Headers of unknown names") struct UnknownHeaderTests {
  private static let rows = """
    203.0.113.1,198.51.100.1,active,2030-01-02,Remcos,90,TLP:RED,"c2, botnet"
    203.0.113.2,198.51.100.2,false positive,2030-01-02,Remcos,90,TLP:RED,"c2, botnet"
    203.0.113.3,198.51.100.3,active,2030-01-02,Remcos,90,TLP:RED,"c2, botnet"

    """

  /// What the other columns say holds, and victims are none of what is bad.
  @Test(arguments: [
    "Controller IP", "Server IP", "Hosting IP address", "C2 IP:Port", "Callback", "ServerIP",
    "Contacted host",
  ])
  func contextHolds(_ name: String) {
    for text in [
      "\(name),Victim IP,Status,Expires,Malware Family,Confidence,TLP,Tags\n" + Self.rows,
      "# \(name),Victim IP,Status,Expires,Malware Family,Confidence,TLP,Tags\n" + Self.rows,
    ] {
      let loaded = Loaded(text)
      #expect(
        loaded.entries.map { String($0.dropFirst(2)) } == [
          "ipv4 203.0.113.1 exact", "ipv4 203.0.113.3 exact",
        ], "\(name)")
      #expect(
        loaded.context(of: "203.0.113.1") == [
          "labels=c2,botnet", "malware=Remcos", "tlp=red", "confidence=90",
          "until=2030-01-02T00:00:00.000000Z",
        ], "\(name)")
      #expect(loaded.warnings == ["column-not-read"])
    }
  }

  @Test(arguments: [
    "Victim IP", "Sinkhole IP", "Sensor IP", "Resolver", "targetAddress", "Honeypot",
  ])
  func valuesOfOthersAreNone(_ name: String) {
    let rows = (1...5).map { "198.51.100.\($0),203.0.113.\($0),2030-01-02\n" }.joined()
    let loaded = Loaded("\(name),Staging address,Expires\n" + rows)
    #expect(loaded.entries.count == 5)
    #expect(loaded.entries.allSatisfy { $0.contains(" 203.0.113.") }, "\(loaded.entries)")
    // Alone they are none either.
    let alone = Loaded(
      "\(name),Note\n" + (1...5).map { "198.51.100.\($0),x\n" }.joined(), format: .csv)
    #expect(alone.entries.isEmpty)
  }

  @Test func digestsOfWhatIsGoodAreNone() {
    let rows = (10...14).map { index in
      Sample.md5.dropLast(2) + "\(index)," + Sample.sha256.dropLast(2) + "\(index)\n"
    }
    let loaded = Loaded(
      "MD5 of legitimate host process,SHA256 of dropper\n" + rows.joined(), format: .csv)
    #expect(loaded.entries.count == 5)
    #expect(loaded.entries.allSatisfy { $0.contains(" sha256 ") })
  }

  /// Rows of data are no header: a word that names a column is a label where it stands again.
  @Test(arguments: [
    ("not a value,malware", "malware"), ("not a value,phish", "kit"),
    ("A list of all bad IP addresses,updated daily", "botnet"),
  ])
  func dataIsNoHeader(_ first: String, _ label: String) {
    let rows = (1...20).map { "e\($0).example,\(label)\n" }.joined()
    let loaded = Loaded("\(first)\n\(rows)", format: .csv)
    #expect(loaded.refusals.count == 1, "\(loaded.refusals)")
    #expect(loaded.entries.count == 20)
    #expect(loaded.context(of: "e7.example") == ["description=\(label)"])
  }

  /// A sample that is called by its digest is that, also beside bare digests.
  @Test(arguments: ["OneNote SHA256,Embedded Malicious Payload SHA256\n", "", "SHA256,Hash\n"])
  func namesOfSamples(_ header: String) {
    let rows = (10...19).map { index in
      Sample.sha256.dropLast(2) + "\(index).one," + Sample.sha256.dropFirst(2) + "\(index)\n"
    }
    let loaded = Loaded(header + rows.joined(), format: .csv)
    #expect(loaded.entries.count == 20)
    #expect(loaded.entries.allSatisfy { $0.contains(" sha256 ") }, "\(loaded.entries)")
    #expect(loaded.refusals.isEmpty)
  }

  /// Lists of values in cells of a column that is not read are told as single values are.
  @Test(arguments: [
    "a.evil[.]example", "a.evil[.]example,b.evil[.]example", "192.0.2.7; 192.0.2.8",
  ])
  func listsInColumnsThatAreNotRead(_ cell: String) {
    let loaded = Loaded(
      "SHA256 Hash,Extracted C2 info\n\(Sample.sha256),\"\(cell)\"\n", format: .csv)
    #expect(loaded.entries == ["2 sha256 \(Sample.sha256) exact"])
    #expect(loaded.warnings == ["column-not-read"])
  }

  @Test(arguments: ["Hello, world", "setup.py, main.rs", "one; two", "see evil.example, b.example"])
  func proseInColumnsThatAreNotRead(_ cell: String) {
    let loaded = Loaded("SHA256 Hash,Extra info\n\(Sample.sha256),\"\(cell)\"\n", format: .csv)
    #expect(loaded.warnings.isEmpty)
  }

  @Test(arguments: [
    ("falsepos", "benign"), ("False_Pos", "benign"), ("removed", "revoked"),
  ])
  func statusOfWhatIsNoneAnyMore(_ status: String, _ reason: String) {
    let loaded = Loaded(
      "value,itype,status\nevil.example,phish_domain,active\ng.example,x,\(status)\n")
    #expect(loaded.entries == ["2 domain evil.example withSubdomains"])
    #expect(loaded.refusals == ["3 \(reason): g.example"])
  }

  /// A row that holds nothing but what is not read is not said to hold no value.
  @Test func rowsOfColumnsThatAreNotRead() {
    let rows = (1...9).map { "\(Sample.sha256.dropLast())\($0),203.0.113.\($0)\n" }.joined()
    let loaded = Loaded("Embedded thing,ip\n\(rows)\(Sample.sha256),\nwords,\n", format: .csv)
    #expect(loaded.entries.count == 9)
    #expect(loaded.refusals.first == "11 column-not-read: \(Sample.sha256)")
  }

  /// A table of Markdown may be named as one, with or without blanks beside its bars.
  @Test(arguments: [
    "|Domain|IP|\n|---|---|\n", "| Domain | IP |\n| :--- | ---: |\n", "|Domain|IP|\n|:-:|-|\n",
  ])
  func tablesOfMarkdown(_ header: String) {
    let rows = (1...9).map { "|e\($0).example|203.0.113.\($0)|\n" }.joined()
    let loaded = Loaded(header + rows, format: .csv)
    #expect(loaded.entries.count == 18)
    #expect(loaded.refusals.isEmpty)
    let unnamed = Loaded(header + rows)
    #expect(unnamed.error?.code == .unrecognized)
    #expect(unnamed.error.map { "\($0)" }?.contains("Markdown") == true)
  }
}
