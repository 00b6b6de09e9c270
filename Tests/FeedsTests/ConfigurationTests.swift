import Feeds
import Foundation
import Indicators
import Inputs
import Testing

@Suite struct ConfigurationTests {
  private func read(_ text: String, path: String = "conf/feeds.yaml") throws(FeedError)
    -> [FeedRequest]
  {
    try FeedConfiguration.read(bytes: Array(text.utf8), path: path)
  }

  private func error(_ text: String) -> String? {
    do throws(FeedError) { _ = try read(text) } catch { return error.description }
    return nil
  }

  @Test func everyKeyIsRead() throws {
    let requests = try read(
      """
      # of the partners
      defaults:
        tlp: green
        labels: [shared]
      feeds:
        - path: lists/c2.csv   # relative
          name: 'partner: c2'
          format: csv
          columns: [domain, "-", description]
          domains: exact
          confidence: 80
          tlp: amber+strict
          labels:
            - c2
            - "with # sign"
          valid-for: 30d
          kinds: [domain, url]
          private: keep
          to-ids: all
          weak: true
          trusted: true
          public-suffixes: keep
        - path: /abs/allow.txt
          role: allow
        - { path: x.lst, format: "suricata-dataset:user-agent" }
      """)
    #expect(requests.map(\.path) == ["conf/lists/c2.csv", "/abs/allow.txt", "conf/x.lst"])
    let first = requests[0].options
    #expect(requests[0].format == .csv)
    #expect(first.name == "partner: c2")
    #expect(first.columns == .inOrder(["domain", "-", "description"]))
    #expect(first.names == .exact)
    #expect(first.confidence == 80)
    #expect(first.tlp == .amberStrict)
    #expect(first.labels == ["c2", "with # sign"])
    #expect(first.validFor == Int64(2_592_000_000_000_000))
    #expect(first.kinds == IndicatorKindSet([.domain, .url]))
    #expect(first.admission.keepsPrivateAddresses && first.admission.keepsPublicSuffixes)
    #expect(first.loadsAllMISP && first.vouchesForWeakKinds && first.isTrusted)
    #expect(requests[1].options.isAllowList)
    #expect(requests[1].options.tlp == .green)
    #expect(requests[1].options.labels == ["shared"])
    #expect(requests[2].options.dataset == .string(.userAgent))
  }

  @Test func jsonIsYAMLToo() throws {
    let requests = try read(
      """
      {"feeds": [
        {"path": "a.txt", "confidence": 5},
        {"path": "b.txt"}
      ]}
      """)
    #expect(requests.map(\.path) == ["conf/a.txt", "conf/b.txt"])
    #expect(requests[0].options.confidence == 5)
  }

  @Test(
    arguments: [
      (
        "feeds:\n- path: a\n  confidance: 80\n",
        "conf/feeds.yaml:3: unknown key 'confidance'; did you mean 'confidence'?"
      ),
      (
        "feeds:\n- path: a\n  valid_for: 3d\n",
        "conf/feeds.yaml:3: unknown key 'valid_for'; did you mean 'valid-for'?"
      ),
      ("feds:\n- path: a\n", "conf/feeds.yaml:1: unknown key 'feds'; did you mean 'feeds'?"),
      (
        "feeds:\n- path: a\n  format: zeek_intel\n",
        "conf/feeds.yaml:3: unknown format 'zeek_intel'; did you mean 'zeek-intel'?"
      ),
      (
        "feeds:\n- path: a\n  domains: subdomain\n",
        "conf/feeds.yaml:3: unknown value of 'domains' 'subdomain'; did you mean 'subdomains'?"
      ),
      (
        "feeds:\n- path: a\n  kinds: [domain, sha265]\n",
        "conf/feeds.yaml:3: unknown kind 'sha265'; did you mean 'sha256'?"
      ),
      (
        "feeds:\n- path: a\n  confidence: 101\n",
        "conf/feeds.yaml:3: 'confidence' is a number from 0 to 100"
      ),
      (
        "feeds:\n- path: a\n  valid-for: soon\n",
        "conf/feeds.yaml:3: 'valid-for' is a number and a unit: 12h, 30d, 4w, 1y"
      ),
      ("feeds:\n- name: a\n", "conf/feeds.yaml:2: the feed has no 'path'"),
      (
        "feeds:\n- path: a\n  path: b\n",
        "conf/feeds.yaml:3: the key 'path' stands in line 2 already"
      ),
      ("feeds: 3\n", "conf/feeds.yaml:1: 'feeds' is a list; begin each feed with '- path: …'"),
      ("", "conf/feeds.yaml:1: the file holds nothing"),
      (
        "feeds:\n- path: !path a\n",
        "conf/feeds.yaml:2: the tag '!path' is not read; write the value without"
      ),
      (
        "feeds:\n- *x\n", "conf/feeds.yaml:2: '*x' names no anchor that stands before it"
      ),
      (
        "feeds:\n\t- path: a\n", "conf/feeds.yaml:2: a tab indents; YAML wants blanks"
      ),
      (
        "feeds:\n- path: 'a\n",
        "conf/feeds.yaml:3: not YAML: while scanning a quoted scalar found unexpected end of stream"
      ),
      (
        "feeds: [{path: a\n",
        "conf/feeds.yaml:2: not YAML: while parsing a flow mapping did not find expected ',' or '}'"
      ),
      (
        "defaults:\n  tlp: amber\nfeeds: []\n",
        "conf/feeds.yaml:3: 'feeds' is empty; begin each feed with '- path: …'"
      ),
      (
        "defaults:\n  path: x\nfeeds: []\n",
        "conf/feeds.yaml:2: 'path' belongs to one feed, not to 'defaults'"
      ),
    ])
  func whatIsWrongIsNamedWithWhatIsRight(_ text: String, _ expected: String) {
    #expect(error(text) == expected)
  }

  @Test func aMissingFileIsAnError() {
    #expect(throws: FeedError.self) { try FeedConfiguration.read(path: "/nonexistent/feeds.yaml") }
  }

  @Test func nestingIsBounded() {
    #expect(error("feeds: " + String(repeating: "[", count: 100_000)) != nil)
    let steps = (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(error(steps)?.hasSuffix("nested deeper than 64") == true)
    let many = "feeds:\n- &a {path: a}\n" + String(repeating: "- *a\n", count: 1000)
    #expect(throws: Never.self) { try read(many) }
    let bomb = (0..<40).map { "a\($0): &a\($0) [\($0 == 0 ? "x" : "*a\($0 - 1), *a\($0 - 1)")]\n" }
    #expect(error(bomb.joined())?.contains("what aliases repeat included") == true)
  }

  /// The schema knows the keys that the reader knows, and no others.
  @Test func theSchemaHasTheSameKeys() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: root.appendingPathComponent("seeds/feeds.schema.json"))
    let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
    let properties = try #require(definitions["feed"]?["properties"] as? [String: [String: Any]])
    let message = error("feeds:\n- path: a\n  zzzzzzzzzzzzzzzzzz: 1\n") ?? ""
    let known = message.components(separatedBy: "use one of ").last?.split(separator: " ") ?? []
    #expect(Set(known.map(String.init)) == Set(properties.keys))
    let formats = properties["format"]?["anyOf"] as? [[String: Any]] ?? []
    let names = Set(formats.first?["enum"] as? [String] ?? [])
    #expect(names == Set(FeedFormat.allCases.map(\.name)).subtracting(["suricata-dataset"]))
  }

  // MARK: What the keys do

  @Test func columnsInOrder() {
    var options = FeedOptions()
    options.columns = .inOrder(["-", "domain", "malware"])
    let loaded = Loaded("1,evil.example,EvilBot\n2,bad.example,\n", options: options)
    #expect(
      loaded.entries == [
        "1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains",
      ])
    #expect(loaded.context(of: "evil.example") == ["malware=EvilBot"])
  }

  @Test func columnsByHeader() {
    var options = FeedOptions()
    options.columns = .byHeader(["Böser Host": "hostname", "Wann": "first-seen"])
    let loaded = Loaded(
      "Böser Host;url;Wann\nevil.example;http://ref.example/x;2024-05-01\n", options: options)
    #expect(loaded.entries == ["2 domain evil.example exact"])
    #expect(loaded.context(of: "evil.example") == ["from=2024-05-01T00:00:00.000000Z"])
  }

  /// Each word that the error for a wrong one names will do.
  @Test func columnsMayBeCalledSo() throws {
    let message = error("feeds:\n- path: a\n  columns: [zzzzzzzzzzzzzzzz]\n") ?? ""
    let words = message.components(separatedBy: "use one of ").last?.split(separator: " ") ?? []
    #expect(words.count > 40 && words.contains("mutex"), "\(message)")
    for word in words {
      #expect(throws: Never.self) { try read("feeds:\n- path: a\n  columns: [\"\(word)\"]\n") }
    }
  }

  @Test func limitsAreNoneOfExceptions() {
    let text = """
      indicator,confidence,tlp,first seen
      a.evil.example,10,green,2024-05-01
      b.evil.example,90,red,2024-05-01
      c.evil.example,90,green,2020-05-01
      """
    var options = FeedOptions()
    options.isAllowList = true
    options.minimumConfidence = 50
    options.maximumTLP = .amber
    options.oldest = 1_700_000_000_000_000_000
    let loaded = Loaded(text, options: options)
    #expect(loaded.summary?.entries == 3)
    #expect(loaded.summary?.refusals.counts == [:])
    // Within a list of what is looked for, too.
    options.isAllowList = false
    let rules = Loaded("||a.evil.example^\n@@||b.evil.example^\n", options: options)
    #expect(rules.summary?.entries == 2)
  }

  @Test func limitsLeaveOut() {
    let text = """
      indicator,confidence,tlp,first seen
      a.evil.example,90,green,2024-05-01
      b.evil.example,10,green,2024-05-01
      c.evil.example,90,red,2024-05-01
      d.evil.example,90,green,2020-05-01
      e.evil.example,,,
      """
    var options = FeedOptions()
    options.minimumConfidence = 50
    options.maximumTLP = .amber
    options.oldest = 1_700_000_000_000_000_000
    let loaded = Loaded(text, options: options)
    #expect(
      loaded.entries == [
        "2 domain a.evil.example withSubdomains", "6 domain e.evil.example withSubdomains",
      ])
    #expect(
      loaded.summary?.refusals.counts == [
        "confidence-too-low": 1, "marking-too-strict": 1, "too-old": 1,
      ])
    #expect(loaded.summary?.entries == 2)
  }

  @Test func validityEndsWhereTheUserSays() {
    var options = FeedOptions()
    options.validFor = 86_400 * 1_000_000_000
    let loaded = Loaded("domain,first seen\nevil.example,2024-05-01\n", options: options)
    #expect(
      loaded.context(of: "evil.example") == [
        "from=2024-05-01T00:00:00.000000Z", "until=2024-05-02T00:00:00.000000Z",
      ])
    #expect(loaded.warnings == [])
  }

  /// The same bytes give the same entries, whenever their file was written.
  @Test func validityWithoutADateHasNoEnd() {
    var options = FeedOptions()
    options.validFor = 86_400 * 1_000_000_000
    let loaded = Loaded(
      "domain,first seen\nevil.example,2024-05-01\nbad.example,\n", options: options)
    #expect(loaded.context(of: "bad.example") == [])
    #expect(loaded.summary?.warnings == [FeedWarning(.undated, count: 1, of: 2)])
  }

  /// What begins beyond the times that there are has not begun.
  @Test func validityBeginsFarOff() {
    let loaded = Loaded("domain,valid from\nevil.example,3000-01-01\n")
    #expect(loaded.context(of: "evil.example") == ["from=2262-04-11T23:47:16.854775807Z"])
  }
}
