import Feeds
import Indicators
import Testing

/// What of JSON is read, and what is told of the rest.
@Suite("Inner objects and lists of JSON") struct UnreadTests {
  private static let digest = #""sha256":"\#(Sample.sha256)""#
  private static let digests = #""sha256":["\#(Sample.sha256)"]"#
  private static let address = "ipv4 192.0.2.1 exact"
  private static let file = "sha256 \(Sample.sha256) exact"

  /// Entries without their lines.
  private func entries(_ loaded: Loaded) -> [String] {
    loaded.entries.map { String($0.drop { $0 != " " }.dropFirst()) }
  }

  @Test(arguments: [
    #"{"actor":"a","ip":"192.0.2.1","sample":{\#(digest)}}"#
      + "\n" + #"{"actor":"b","ip":"192.0.2.1","sample":{\#(digest)}}"#,
    #"{"network":{"ips":["192.0.2.1"]},"files":{\#(digests)}}"#,
    #"{"ips":["192.0.2.1"],"samples":{\#(digests)}}"#,
    #"{"iocs":{"ips":["192.0.2.1"],"files":{\#(digests)}}}"#,
    #"{"ips":["192.0.2.1"],"file_hashes":{\#(digests)}}"#,
    #"{"c2":{"ips":["192.0.2.1"]},"payload":{\#(digests)}}"#,
    #"{"network_indicators":{"ips":["192.0.2.1"]},"hashes":{\#(digests)}}"#,
    #"{"network":{"ips":["192.0.2.1"]},"host":{"ip":"198.51.100.7",\#(digests)}}"#,
    #"{"indicators":{"network":{"ips":["192.0.2.1"]},"malware":{"url":"http://kb.example/x",\#(digests)}}}"#,
    #"[{"c2":["192.0.2.1"],"samples":{\#(digests)}}]"#,
  ])
  func innerObjectsOfIndicatorsAreRead(_ text: String) {
    let loaded = Loaded(text)
    #expect(Set(entries(loaded)) == [Self.address, Self.file], "\(text)")
  }

  /// Text, and what is told of the members that are not read.
  static let unread: [(String, [String])] = [
    (
      #"[{"ip":"192.0.2.1","scan":{\#(digest)}}]"#,
      ["column-not-read: 1 of 1 cells of 'scan.sha256'"]
    ),
    (
      #"[{"ip":"192.0.2.1","sample":{"submitter":"192.0.2.9"}}]"#,
      ["column-not-read: 1 of 1 cells of 'sample.submitter'"]
    ),
    (
      #"{"ips":["192.0.2.1"],"files":[{"name":"a",\#(digest)},{"name":"b",\#(digest)}]}"#,
      ["list-not-read: 2 of 2 strings of 'files.sha256'"]
    ),
    (
      #"{"file_hashes":{"sha256":[{"value":"\#(Sample.sha256)"}]},"IOCs":{"IPs":["192.0.2.1"]}}"#,
      ["list-not-read: 1 of 1 strings of 'file_hashes.sha256.value'"]
    ),
    (
      #"{"iocs":[{"type":"ip","value":"192.0.2.1"}],"domains":["evil.example"],"query":["a.example"],"#
        + #""sha256":[{"value":"\#(Sample.sha256)"}],"next":"https:\/\/api.example/2"}"#,
      [
        "list-not-read: 1 of 1 strings of 'domains'",
        "list-not-read: 1 of 1 strings of 'sha256.value'",
      ]
    ),
    (
      #"[{"ip":"192.0.2.1","whois":{"emails":["a@mail.example"]},"geo":{"host":"x.example"},"#
        + #""related_iocs":{"ips":["198.51.100.7"]},"references":[{"url":"https://blog.example/a"}],"#
        + #""false_positives":{"ips":["198.51.100.8"]},"seen":{"count":"5","name":"x"}}]"#,
      []
    ),
  ]

  /// Where nothing else is in a file, the error says what such lists need.
  @Test func objectsInListsOfARecordAlone() {
    let loaded = Loaded(
      #"{"file_hashes":{"sha256":[{"value":"\#(Sample.sha256)"}]}}"#, format: .json)
    #expect(loaded.error?.problem.contains("'file_hashes.sha256.value'") == true)
    #expect(loaded.error?.advice.contains("file of its own") == true)
  }

  @Test(arguments: unread)
  func whatIsNotReadIsTold(_ text: String, _ warnings: [String]) {
    let loaded = Loaded(text)
    #expect(entries(loaded) == [Self.address], "\(text)")
    let told = (loaded.summary?.warnings ?? []).map(\.description)
    #expect(told.count == warnings.count, "\(told)")
    for (told, warning) in zip(told, warnings) {
      #expect(told.hasPrefix(warning + " look like values; "), "\(told)")
    }
  }

  @Test(arguments: [
    "clean_hashes", "known_good_hashes", "safeSamples", "trusted_iocs", "expired_iocs",
    "revoked_iocs", "retired_iocs", "removed_indicators", "deleted_iocs", "inactive_iocs",
    "withdrawn_iocs", "deprecated_iocs", "excluded_indicators", "ignored_iocs", "exempted_hashes",
    "internal_iocs", "parent_hashes", "decoy_hashes", "signed_hashes", "fp_iocs", "FP_iocs",
    "False-Positive_iocs", "old_samples", "oldSamples", "OldSamples",
  ])
  func namesThatSayTheContraryAreNotRead(_ name: String) {
    let loaded = Loaded(#"[{"ip":"192.0.2.1","\#(name)":{\#(Self.digest)}}]"#)
    #expect(entries(loaded) == [Self.address])
    #expect(loaded.warnings == [])
  }

  @Test(arguments: [
    "gold_hashes", "fpga_hashes", "OLDER_hashes", "unsafe_hashes", "Unsigned-hashes",
  ])
  func partsOfOtherWordsSayNothing(_ name: String) {
    let loaded = Loaded(#"[{"ip":"192.0.2.1","\#(name)":{\#(Self.digest)}}]"#)
    #expect(Set(entries(loaded)) == [Self.address, Self.file])
  }

  /// Only the first strings of a member are counted, and no name without bound is kept.
  @Test func countsAreBounded() {
    let list = Array(repeating: #"{"d":"evil.example"}"#, count: 5000).joined(separator: ",")
    let long = String(repeating: "x", count: 1000)
    let loaded = Loaded(
      #"{"log":[\#(list)],"\#(long)":["evil.example"],"x":[{"\#(long)":"evil.example"}],"#
        + #""data":[{"ip":"192.0.2.1"}],"more":[{"d":"evil.example"}]}"#)
    #expect(entries(loaded) == [Self.address])
    let told = (loaded.summary?.warnings ?? []).map(\.description)
    #expect(told.count == 2, "\(told)")
    #expect(told.first?.hasPrefix("list-not-read: 2048 of 2048 strings of 'log.d'") ?? false)
    #expect(told.last?.hasPrefix("list-not-read: 1 of 1 strings of 'more.d'") ?? false)
  }

  @Test func manyMembersAreNotAllNamed() {
    let members = (0..<20).map { #""m\#($0)":{"ips":["192.0.2.2"]}"# }.joined(separator: ",")
    let loaded = Loaded(#"[{"ip":"192.0.2.1",\#(members)}]"#)
    #expect(loaded.warnings == Array(repeating: "column-not-read", count: 8) + ["list-not-read"])
  }

  /// A single object of whose lists only paths of files could be read is no feed.
  @Test func pathsBesideListsMakeNoFormat() {
    let paths = #""host_indicators":{"file_paths":["C:\\Users\\x\\a.exe"]}"#
    #expect(Loaded("{\(paths)}").entries.count == 1)
    let loaded = Loaded(#"{"file_hashes":{"sha256":[{"value":"\#(Sample.sha256)"}]},\#(paths)}"#)
    #expect(loaded.error?.code == .unrecognized)
    let other = Loaded(
      #"{"name":"x","filenames":["b.exe","c.exe"],"other":[{"d":"a.example"}],"domain":"evil.example"}"#
    )
    #expect(other.entries.count == 3)
  }

  @Test(arguments: [
    #"[{"name":"release","version":"1.0","files":{"url":"https://dl.example/a.exe",\#(digest)}}]"#,
    #"[{"tag":"v1","artifacts":{"url":"https://dl.example/a",\#(digest)}}]"#,
    #"{"name":"app","payload":{\#(digests)}}"#,
  ])
  func listsOfFilesMakeNoFormat(_ text: String) {
    #expect(Loaded(text).error?.code == .unrecognized, "\(text)")
    #expect(Loaded(text, format: .json).entries.count > 0, "\(text)")
    #expect(Loaded(#"{"iocs":\#(text)}"#).entries.count > 0, "\(text)")
  }

  // MARK: Columns

  @Test func columnsOfObjectsArePaths() {
    let text =
      #"[{"ip":"192.0.2.1","scan":{"file":{\#(Self.digest)},"note":"x"}},{"ip":"192.0.2.2"}]"#
    var options = FeedOptions()
    options.columns = .byHeader(["scan.file.sha256": "sha256", "scan.note": "description"])
    for format in [nil, FeedFormat.json] {
      let loaded = Loaded(text, format: format, options: options)
      #expect(entries(loaded) == [Self.file])
      #expect(loaded.context(of: Sample.sha256) == ["description=x"])
      #expect(loaded.warnings == [])
    }
    let deep = #"{"b":{"c":{"d":{"e":{"f":{\#(Self.digest)}}}}}}"#
    options.columns = .byHeader(["a.b.c.d.e.f.sha256": "sha256"])
    #expect(
      entries(Loaded(#"[{"a":\#(deep)},{"a":\#(deep)}]"#, options: options)) == [
        Self.file, Self.file,
      ])
    options.columns = .byHeader(["ip": "ip", "scan.md5": "md5"])
    let loaded = Loaded(text, options: options)
    #expect(loaded.entries.count == 2)
    #expect(loaded.warnings == ["column-not-found"])
  }

  @Test func columnsOfObjectsThatCannotBeAreErrors() {
    let text = #"[{"ip":"192.0.2.1"},{"ip":"192.0.2.2"}]"#
    var options = FeedOptions()
    options.columns = .byHeader(["scan.md5": "md5"])
    #expect(Loaded(text, options: options).error?.problem.contains("'columns'") ?? false)
    options.columns = .inOrder(["ip"])
    #expect(Loaded(text, options: options).error?.problem.contains("'columns'") ?? false)
  }
}
