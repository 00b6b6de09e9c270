import Feeds
import Indicators
import Inputs
import Testing

/// Lists whose first lines or single lines differ from the others.
@Suite("Shapes of lists") struct ListShapeTests {
  private static let addresses = (1...5).map { "192.0.2.\($0)\n" }.joined()

  @Test func digestsWithRemarksAmongThoseOfLOKI() {
    let rows = (10..<50).map { Sample.sha256.dropLast(2) + "\($0);note; \($0)\n" }.joined()
    let loaded = Loaded(
      "\(Sample.sha256) a document; with words\n\(Sample.md5) ; x\n" + rows
        + "\(Sample.sha1.dropLast()) short\n")
    #expect(loaded.format == .loki)
    #expect(loaded.entries.count == 42)
    #expect(loaded.context(of: Sample.sha256) == ["description=a document; with words"])
    #expect(loaded.context(of: Sample.md5) == ["description=x"])
    #expect(loaded.diagnostics == ["43 kind-mismatch"])
  }

  @Test func aRemarkHidesNoDigest() {
    let rows = (10..<50).map { Sample.sha256.dropLast(2) + "\($0);note\n" }.joined()
    let loaded = Loaded(rows + "\(Sample.md5) \(Sample.sha1); remark\n")
    #expect(loaded.format == .loki)
    #expect(loaded.entries.count == 40)
    #expect(loaded.diagnostics == ["41 kind-mismatch"])
  }

  @Test(arguments: ["seen_hosts", "ps:ip4", "Adressliste", "inet:ipv4"])
  func oneWordAboveAListIsAHeader(_ word: String) {
    #expect(Loaded(word + "\n" + Self.addresses).entries.count == 5, "\(word)")
  }

  @Test(arguments: [
    "seen:hosts\n192.0.2.1\n", "seen hosts\n192.0.2.1\n192.0.2.2\n192.0.2.3\n",
    "192.0.2.1\nseen:hosts\n192.0.2.2\n192.0.2.3\n",
  ])
  func otherLinesAboveAListAreNone(_ text: String) {
    #expect(Loaded(text).error?.code == .unrecognized, "\(text)")
  }

  /// Above a single value a word is a value with a fault, unless a column is called so.
  @Test(arguments: [
    "malwarelist\nevil.example\n", "localhost\nevil.example\n", "# list\nlocalhost\nevil.example\n",
    "DNSBL\n192.0.2.1\n", "badlist\nhttp://evil.example/x\n", "Hello\nevil.example\n",
    "seen_hosts\n192.0.2.1\n",
  ])
  func oneWordAboveAValueIsRefused(_ text: String) {
    let loaded = Loaded(text)
    #expect(loaded.entries.count == 1, "\(text)")
    #expect(loaded.summary?.refusals.counts == ["single-label": 1], "\(text)")
  }

  @Test(arguments: [
    ("inet:url", "http://evil.example/a", "url"), ("inet:fqdn", "evil.example", "domain"),
    ("inet:ipv6", "2001:db8::1", "ipv6"), ("hash:sha256", Sample.sha256, "sha256"),
    ("hash:md5", Sample.md5, "md5"), ("file:bytes:sha1", Sample.sha1, "sha1"),
    ("inet:email", "a@evil.example", "email"),
  ])
  func namesOfSynapse(_ name: String, _ value: String, _ kind: String) {
    for text in ["\(name)\n\(value)\n", "\(name),tags\n\(value),x\n"] {
      let loaded = Loaded(text)
      #expect(loaded.entries.count == 1, "\(text)")
      #expect(loaded.entries.first?.hasPrefix("2 \(kind) ") ?? false, "\(text)")
    }
  }

  /// Synapse names any domain so, not only hosts.
  @Test func namesOfSynapseHoldWithSubdomains() {
    #expect(
      Loaded("inet:fqdn\nevil.example\n").entries == ["2 domain evil.example withSubdomains"])
  }

  // MARK: Rules of ad blockers

  private static let rules = "||a.example^\n||b.example^\n||c.example^\n"

  @Test func otherRulesOfAdBlockersShowTheFormat() {
    let loaded = Loaded(
      "! Title: x\n! Expires: 4 days\n\(Self.rules)*$removeparam=utm_source\n"
        + "*$permissions=browsing-topics=()\n##+js(set, x, 1)\n$removeparam=fbclid\n")
    #expect(loaded.format == .adblock)
    #expect(loaded.entries.count == 3)
    #expect(loaded.summary?.refusals.counts == ["unsupported-rule": 4])
  }

  @Test func headersOfFilterListsShowTheFormatOfTheirRules() {
    for header in ["! Title: x\n", "! Expires: 1 day\n", "[Adblock Plus 2.0]\n"] {
      #expect(Loaded(header + Self.rules + "-banner-ads.\n&adslot=\n").format == .adblock)
    }
    #expect(Loaded("! a note\n" + Self.rules + "-banner-ads.\n&adslot=\n").error != nil)
    #expect(Loaded("! Title: x\n" + Self.addresses).format == .plain)
  }

  // MARK: Confidence

  /// Confidences of two entries, what each becomes, and the remarks.
  @Test(arguments: [
    (["0.95", "0.5"], ["95", "50"], "confidence-from-0-to-1"),
    (["0.125", "1"], ["13", "100"], "confidence-from-0-to-1"),
    (["1.0", "0.7"], ["100", "70"], "confidence-from-0-to-1"),
    (["1", "0"], ["1", "0"], ""), (["95.0", "50"], ["95", "50"], ""),
    (["1.0", "0.0"], ["", ""], "unreadable-confidence"),
    (["0.95", "50"], ["", "50"], "unreadable-confidence"),
    (["moderate", "Very High"], ["50", ""], "unreadable-confidence"),
  ])
  func confidences(_ cells: [String], _ values: [String], _ remark: String) {
    let isOfNumbers = cells.allSatisfy { Double($0) != nil }
    let objects = (0...1).map {
      #"{"ip":"192.0.2.\#($0 + 1)","confidence":\#(isOfNumbers ? cells[$0] : "\"\(cells[$0])\"")}"#
    }
    let table = "ip,confidence\n192.0.2.1,\(cells[0])\n192.0.2.2,\(cells[1])\n"
    for text in [table, "[\(objects.joined(separator: ","))]"] {
      let loaded = Loaded(text)
      for place in 0...1 {
        let context = loaded.context(of: "192.0.2.\(place + 1)")
        #expect(
          context == (values[place].isEmpty ? [] : ["confidence=\(values[place])"]), "\(text)")
      }
      let remarks = (loaded.summary?.lints.counts ?? [:]).keys.filter { $0.contains("confidence") }
      #expect(remarks == (remark.isEmpty ? [] : [remark]))
    }
  }

  // MARK: Dots

  @Test func dotsBetweenBracketsThatAreNoPair() {
    let list = Loaded("evil[.[example\nbad(.[example\n192.0.2[.[1\nhxxp://a.evil[.[example/x\n")
    #expect(
      list.entries == [
        "1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains",
        "3 ipv4 192.0.2.1 exact", "4 url http://a.evil.example/x exact",
      ])
    let report = Loaded(
      "- 192.0.2[.]1 port 443 - evil[.[example - HTTPS traffic\n", format: .report)
    #expect(report.entries == ["1 ipv4 192.0.2.1 exact", "1 domain evil.example withSubdomains"])
  }
}
