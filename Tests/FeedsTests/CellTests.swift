import Feeds
import Indicators
import Testing

/// Cells that hold several values, and rows that are no rows.
@Suite("Cells and rows") struct CellTests {
  private static let head = "Firstseen,Malware,URL,IP address(es)\n"

  private static func row(_ index: Int, _ cell: String) -> String {
    "2024-01-0\(index),Test,http://evil\(index).example/a,\(cell)\n"
  }

  private func values(_ loaded: Loaded, _ kind: IndicatorKind? = nil) -> [String] {
    loaded.collection.records.filter { kind == nil || $0.kind == kind }.map { loaded.value($0) }
  }

  /// Bars, slashes between blanks and line breaks of HTML separate values as semicolons do.
  @Test(arguments: ["|", " | ", ";", " / ", "<br>", "<BR/>", "<br />", "|\u{20}"])
  func separators(_ mark: String) {
    let cells = (1...3).map { "192.0.2.\($0)\(mark)198.51.100.\($0)" } + ["192.0.2.4"]
    let rows = cells.enumerated().map { Self.row($0.offset + 1, $0.element) }.joined()
    let loaded = Loaded(Self.head + rows)
    #expect(values(loaded, .ipv4).count == 7, "\(mark)")
    #expect(values(loaded, .url).count == 4, "\(mark)")
    #expect(loaded.warnings == [])
  }

  @Test func digestsBetweenBars() {
    let loaded = Loaded(
      "SHA256,URL\n\(Sample.sha256)|\(String(Sample.sha256.reversed())),http://evil.example/a\n")
    #expect(loaded.entries.count == 3)
  }

  /// A bar may be part of a URL, before a port, or between a name and its address.
  @Test(arguments: [
    ("url", "http://evil.example/a|b", ["http://evil.example/a|b"]),
    ("ip", "192.0.2.1|443", ["192.0.2.1"]), ("hash", "a.exe|\(Sample.sha256)", [Sample.sha256]),
    ("indicator", "evil.example|192.0.2.1", ["evil.example"]),
    ("indicator", "evil.example|bad.example", ["evil.example", "bad.example"]),
    ("indicator", "evil.example;192.0.2.1", ["evil.example", "192.0.2.1"]),
    ("indicator", "see bad.example / x\nevil.example", ["evil.example"]),
    ("domain", "N/A | bad.example\nevil.example", ["evil.example"]),
    ("domain", "unknown<br>of bad.example\nevil.example", ["evil.example"]),
    ("ip", "gateway | 192.0.2.9\n192.0.2.1", ["192.0.2.1"]),
    ("ip", "10 / 192.0.2.9\n192.0.2.1", ["192.0.2.1"]),
    ("indicator", "kgvb|fptrn.pdb\nevil.example", ["evil.example"]),
    ("ip", "192.0.2.1/24", ["192.0.2.0/24"]),
  ])
  func barsOfOtherMeaning(_ name: String, _ cell: String, _ expected: [String]) {
    let rows = cell.split(separator: "\n").map { "\($0),x\n" }.joined()
    let loaded = Loaded("\(name),note\n\(rows)", format: .csv)
    #expect(values(loaded) == expected, "\(cell)")
  }

  /// A column that is named for a kind is not dropped without a word.
  @Test(arguments: [
    (
      ["192.0.2.1", "192.0.2.2", "behind a CDN", "several", "rotating"],
      "2 of 5 cells of 'ipaddresses'"
    ),
    (["192.0.2.1", "a", "b", "c", "d"], "1 of 5 cells of 'ipaddresses'"),
  ])
  func columnsThatAreNotReadAreTold(_ cells: [String], _ warning: String) {
    let rows = cells.enumerated().map { Self.row($0.offset + 1, $0.element) }.joined()
    let loaded = Loaded(Self.head + rows)
    #expect(values(loaded, .url).count == 5)
    #expect(loaded.summary?.warnings.first?.description.contains(warning) ?? false)
  }

  @Test(arguments: [
    ("sha256,url\nunknown file,http://evil.example/a\n", 1),
    ("server,url\nApache,http://evil.example/a\n", 0), ("sha256,url\n-,http://evil.example/a\n", 0),
  ])
  func columnsWithoutAnyValue(_ text: String, _ count: Int) {
    let loaded = Loaded(text, format: .csv)
    #expect(loaded.entries.count == 1)
    #expect(loaded.warnings == Array(repeating: "column-not-read", count: count))
  }

  @Test func spreadsheetsKeepCells() {
    let loaded = Loaded("ip,note\n=\"192.0.2.1\",\"=\"\"a b\"\"\"\n\"=\"\"192.0.2.2\"\"\",=\"x\"\n")
    #expect(loaded.entries == ["2 ipv4 192.0.2.1 exact", "3 ipv4 192.0.2.2 exact"])
    #expect(loaded.context(of: "192.0.2.1") == ["description=a b"])
  }

  @Test(arguments: ["MITRE ATT&CK", "ATT&CK", "mitre_attack", "MITRE ATT&CK Technique ID"])
  func techniques(_ name: String) {
    let loaded = Loaded("indicator,type,\(name)\nevil.example,domain,T1071.001|c2\n")
    #expect(loaded.context(of: "evil.example") == ["labels=c2", "attack=T1071.001"])
  }

  /// Bars separate tags, but within quotes.
  @Test func barsInTags() {
    let loaded = Loaded(
      "indicator,tags\nevil.example,\"apt|tool=\"\"A|B\"\"\"\nbad.example,x\n", format: .csv)
    #expect(loaded.context(of: "evil.example") == [#"labels=apt,tool="A|B""#])
  }

  /// What was seen in the far future was not; what is valid from then on is not valid yet.
  @Test(arguments: [("first_seen", true), ("date", true), ("valid_from", false)])
  func farOffStarts(_ name: String, _ isNone: Bool) {
    let loaded = Loaded("indicator,type,\(name)\nevil.example,domain,9999-12-31\n")
    #expect(loaded.context(of: "evil.example").isEmpty == isNone)
    #expect(loaded.diagnostics == (isNone ? ["2 (unreadable-time)"] : []))
  }

  /// Days as spreadsheets count them, and minus one, are no seconds since 1970.
  @Test(arguments: ["45658.5", "45658", "-1", "0.5", "-1700000000.5"])
  func numbersThatAreNoTimes(_ time: String) {
    let loaded = Loaded("indicator,type,valid_until\nevil.example,domain,\(time)\n")
    #expect(loaded.context(of: "evil.example") == [])
    #expect(loaded.diagnostics == ["2 (unreadable-time)"])
  }

  // MARK: Rows

  /// Of a single row words do not say which of its cells is a value.
  @Test(arguments: [
    "Hello world, this is prose, see, evil.example.com, thanks\n",
    "Blocked: evil.example.com, bad.example.com\n", "evil.example.com, among others\n",
    #"define("a",["b","c"],function(e,t,n){var i="variable.storage";return s,"variable.storage",n});"#,
  ])
  func singleRowsOfWords(_ text: String) {
    let loaded = Loaded(text)
    #expect(loaded.error?.code == .unrecognized, "\(loaded.entries)")
    #expect(loaded.entries == [])
  }

  @Test(arguments: [
    ("192.0.2.1,scanner\n", 1), ("evil.example.com,bad.example.com\n", 2),
    ("evil.example.com,botnet\n", 1), ("\"2024-01-01\",\"evil.example.com\",\"c2\"\n", 1),
    ("2024-01-01,evil.example.com,phishing\n", 1), ("US,192.0.2.5,botnet\n", 1),
    ("1|192.0.2.5|botnet\n", 1), ("a.exe,\(Sample.md5)\n", 1), ("evil[.]example,Some C2\n", 1),
    ("evil.example.com:443,Test\n", 1), ("a@evil.example,phish\n", 1),
    ("domain,evil.example.com\n", 1), ("domain,note\nevil.example.com,x\n", 1),
    ("#domain,note\nevil.example.com,x\n", 1),
  ])
  func singleRowsWithAProof(_ text: String, _ count: Int) {
    #expect(Loaded(text).entries.count == count, "\(text)")
  }

  /// A comma at each line's end alone makes no columns.
  @Test(arguments: [
    (
      "http://a.example/a,\nhttp://b.example/a,b,\nc.example.com,\n192.0.2.3,\nd.example.com,\n",
      ["http://a.example/a", "http://b.example/a,b", "c.example.com", "192.0.2.3", "d.example.com"]
    ),
    (
      "http://a.example/a.exe,online,Test,\nhttp://b.example/a.exe,online,Test,\n",
      ["http://a.example/a.exe", "http://b.example/a.exe"]
    ),
    (
      "a.example.com/x;malware;\nb.example.com/x;malware;\n",
      ["a.example.com/x", "b.example.com/x"]
    ),
    (
      "http://a.example/a,x\nhttp://b.example/a,y\nhttp://c.example/a,z\n",
      ["http://a.example/a", "http://b.example/a", "http://c.example/a"]
    ),
    (
      "192.0.2.1,scanner,\n192.0.2.2,scanner,\n192.0.2.3,scanner,\n",
      ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    ),
  ])
  func commasAtTheEndsOfLines(_ text: String, _ expected: [String]) {
    #expect(values(Loaded(text)) == expected)
  }

  /// Items of a list in prose are lines of a list to who names it as one.
  @Test(arguments: ["- ", "* ", "\u{2022}  ", "-\t"])
  func bullets(_ bullet: String) {
    let text = ["evil.example.com", "192.0.2.1 scanner", Sample.md5].map { bullet + $0 + "\n" }
      .joined()
    #expect(Loaded(text).error?.advice.contains("plain") ?? false)
    let loaded = Loaded(text, format: .plain)
    #expect(loaded.entries.count == (bullet == "-\t" ? 0 : 3))
    let list =
      (1...40).map { "evil\($0).example.com\n" }.joined() + bullet + "removed.example.com\n"
    #expect(Loaded(list).entries.count == 40)
  }

  /// A range is two addresses.
  @Test func shortenedRanges() {
    let loaded = Loaded("192.0.2.0-255\n198.51.100.1-198.51.100.2\n192.0.2.9\nevil.example.com\n")
    #expect(loaded.format == .plain)
    #expect(loaded.entries.count == 4)
    #expect(loaded.refusals == ["1 shortened-range: 192.0.2.0-255"])
  }

  // MARK: Samples and lists

  private static let rows = (10...19).map { "\(Sample.sha256.dropLast(2))\($0)" }

  /// A sample that is called by its digest is that digest where the column holds digests.
  @Test(arguments: [
    ("SHA256,Note\n", ".exe"), ("Sample Hash,Note\n", ".dll"), ("", ".exe"),
    ("Lure,Note\n", ".docx"),
    ("Hash,Note\n", ".zip"),
  ])
  func samplesCalledByTheirDigests(_ header: String, _ ending: String) {
    let text = header + Self.rows.map { "\($0)\(ending),a note of it\n" }.joined()
    let loaded = Loaded(text, format: .csv)
    #expect(loaded.entries.count == 10, "\(header)")
    #expect(loaded.entries.allSatisfy { $0.contains(" sha256 ") }, "\(loaded.entries)")
    #expect(loaded.warnings == [])
  }

  /// A shorter digest may be the first label of a generated name.
  @Test(arguments: [".info", ".zip", ".one", ".com"])
  func generatedNamesAreNoSamples(_ ending: String) {
    let rows = (10...19).map { "\(Sample.md5.dropLast(2))\($0)\(ending),x\n" }.joined()
    let loaded = Loaded("domain,note\n\(rows)", format: .csv)
    #expect(loaded.entries.count == 10)
    #expect(loaded.entries.allSatisfy { $0.contains(" domain ") })
    let digests = Loaded("md5,note\n\(rows)\(Sample.md5),x\n", format: .csv)
    #expect(!digests.entries.contains { $0.hasPrefix("2 md5") })
  }

  /// What is not read beside other values is told, be it lists or samples.
  @Test(arguments: [
    "a.evil[.]example", "a.evil[.]example,b.evil[.]example", "192.0.2.7; 192.0.2.8",
    "\(Sample.sha256).exe", "a.example;b.example;c.example",
  ])
  func listsInColumnsThatAreNotRead(_ cell: String) {
    let loaded = Loaded(
      "SHA256 Hash,Extracted C2 info\n\(Sample.sha256),\"\(cell)\"\n", format: .csv)
    #expect(loaded.entries == ["2 sha256 \(Sample.sha256) exact"])
    #expect(loaded.warnings == ["column-not-read"])
  }

  @Test(arguments: [
    "Hello, world", "setup.py, main.rs", "one; two", "see evil.example, b.example", "a.exe; b.exe",
  ])
  func proseInColumnsThatAreNotRead(_ cell: String) {
    let loaded = Loaded("SHA256 Hash,Extra info\n\(Sample.sha256),\"\(cell)\"\n", format: .csv)
    #expect(loaded.warnings.isEmpty)
  }

  /// A column of values some cells of which hold several.
  @Test func someCellsHoldSeveral() {
    let rows =
      (1...6).map { "192.0.2.\($0),x\n" } + (1...4).map { "192.0.2.\($0)1; 192.0.2.\($0)2,x\n" }
    let loaded = Loaded(rows.joined(), format: .csv)
    #expect(loaded.entries.count == 14)
    #expect(loaded.warnings == [])
  }

  /// Digests of one file with colons between them, as ThreatConnect writes them.
  @Test func digestsBetweenColons() {
    let digests = "\(Sample.md5) : \(Sample.sha1) : \(Sample.sha256)"
    let three = ["md5 \(Sample.md5)", "sha1 \(Sample.sha1)", "sha256 \(Sample.sha256)"]
    for (text, format, line) in [
      ("Type,Indicator,Rating\nFile,\(digests),5\nHost,evil.example,4\n", FeedFormat?.none, 2),
      ("MD5 : SHA1 : SHA256\n\(digests)\n", nil, 2), ("\(digests)\n", nil, 1),
      ("MD5 : SHA-1 : SHA-256\n\(digests)\n", .csv, 2),
    ] {
      let loaded = Loaded(text, format: format)
      #expect(
        loaded.entries.prefix(3) == (three.map { "\(line) \($0) exact" })[...], "\(text)")
      #expect(loaded.refusals == [], "\(text)")
    }
    let names = Loaded("domain,note\na.example : b.example,x\nevil.example,x\n", format: .csv)
    #expect(values(names) == ["evil.example"])
  }

  /// Values with a slash between blanks in a line of a list.
  @Test(arguments: [
    ("evil.example / bad.example", ["evil.example", "bad.example"]),
    ("evil[.]example / 192.0.2.7", ["evil.example", "192.0.2.7"]),
    ("192.0.2.7 / 192.0.2.8 / 192.0.2.9 # c2", ["192.0.2.7", "192.0.2.8", "192.0.2.9"]),
    ("\(Sample.md5) / \(Sample.sha1)", [Sample.md5, Sample.sha1]),
    (
      "http://evil.example/a / http://bad.example/b",
      ["http://evil.example/a", "http://bad.example/b"]
    ),
    ("setup.py / evil.example", []), ("evil.example / unknown", []), ("evil.example /", []),
    ("/ evil.example", []), ("evil.example / / bad.example", []),
    ("evil.example / bad.example x", []),
  ])
  func slashesInLines(_ line: String, _ expected: [String]) {
    let loaded = Loaded("\(line)\n", format: .plain)
    #expect(values(loaded) == expected, "\(line)")
  }
}
