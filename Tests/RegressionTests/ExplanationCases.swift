import Feeds
import Indicators
import Inputs
import Scanning
import Testing

@testable import Regression

/// A question that a user asks, and the cause that the answer must name.
struct ExplanationCase: CustomTestStringConvertible, Sendable {
  var name: String
  var feeds: [(name: String, text: String)]
  var formats: [String: FeedFormat] = [:]
  var configure: @Sendable (inout FeedOptions, String) -> Void = { _, _ in }
  var options: @Sendable (inout ScanOptions) -> Void = { _ in }
  var value: String
  var input: String?
  var inputName = "input.log"
  /// Causes that must be told.
  var causes: [Explanation.Cause]
  /// Words that the answer must hold.
  var words: [String] = []
  var matches = false

  var testDescription: String { name }

  private static let plain = [("c2.txt", "evil.example\n")]
  private static let joint = [
    (
      "stix.json",
      """
      {"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","spec_version":"2.1",
      "id":"indicator--6b616fc1-0000-4000-8000-000000000001","created":"2024-05-01T00:00:00Z",
      "modified":"2024-05-01T00:00:00Z","valid_from":"2024-05-01T00:00:00Z","pattern_type":"stix",
      "pattern":"[domain-name:value = 'evil.example' AND ipv4-addr:value = '192.0.2.7']"}]}
      """
    )
  ]

  static let all: [ExplanationCase] = [
    ExplanationCase(
      name: "it matches", feeds: plain, value: "cdn.evil.example", causes: [.match],
      words: ["subdomain entry", "c2.txt:1"], matches: true),
    ExplanationCase(
      name: "defanged value", feeds: plain, value: "evil[.]example", causes: [.refanged, .match],
      matches: true),
    ExplanationCase(
      name: "no entry", feeds: plain, value: "other.test", causes: [.noEntry]),
    ExplanationCase(
      name: "not an indicator", feeds: plain, value: "two words", causes: [.notAnIndicator]),
    ExplanationCase(
      name: "a parent that is exact", feeds: [("hosts.txt", "0.0.0.0 evil.example\n")],
      formats: ["hosts.txt": .hosts], value: "cdn.evil.example",
      causes: [.noEntry, .parentIsExact],
      words: ["hosts.txt:1", "domains: subdomains"]),
    ExplanationCase(
      name: "only names below are listed", feeds: [("stars.txt", "*.evil.example\n")],
      value: "evil.example", causes: [.noEntry, .subdomainsOnly]),
    ExplanationCase(
      name: "a child is listed", feeds: [("c2.txt", "cdn.evil.example\n")], value: "evil.example",
      causes: [.noEntry, .childListed], words: ["cdn.evil.example"]),
    ExplanationCase(
      name: "a URL on the host is listed", feeds: [("urls.txt", "http://evil.example/a/b\n")],
      value: "evil.example", causes: [.noEntry, .urlOnHost], words: ["never becomes its host"]),
    ExplanationCase(
      name: "a URL on the host is listed, and hosts of URLs take part",
      feeds: [("urls.txt", "http://evil.example/a/b\n")], options: { $0.urlHosts = .all },
      value: "evil.example", causes: [.match], words: ["url-host", "TLS or DNS"], matches: true),
    ExplanationCase(
      name: "a URL below the root is listed, and only roots take part",
      feeds: [("urls.txt", "http://evil.example/a/b\n")], options: { $0.urlHosts = .root },
      value: "evil.example", causes: [.noEntry, .urlOnHost]),
    ExplanationCase(
      name: "the host of a URL is listed", feeds: plain, value: "http://evil.example/a",
      causes: [.noEntry, .hostListed]),
    ExplanationCase(
      name: "another port of a URL", feeds: [("urls.txt", "http://evil.example:8080/a\n")],
      value: "http://evil.example/a", causes: [.noEntry, .otherPort], words: ["8080"]),
    ExplanationCase(
      name: "another scheme", feeds: [("urls.txt", "ftp://evil.example/a\n")],
      value: "http://evil.example/a", causes: [.noEntry, .otherScheme]),
    ExplanationCase(
      name: "an encoded slash, which Zeek decodes",
      feeds: [("urls.txt", "http://evil.example/p%2Fq\n")],
      value: "http://evil.example/p%2Fq", causes: [.zeekDecodes, .match], words: ["%2F"],
      matches: true),
    ExplanationCase(
      name: "what Zeek shows of an encoded slash",
      feeds: [("urls.txt", "http://evil.example/p%2Fq\n")],
      value: "http://evil.example/p/q", causes: [.noEntry, .otherPath], words: ["percent"]),
    ExplanationCase(
      name: "capitals in a path", feeds: [("urls.txt", "http://evil.example/Payload\n")],
      value: "http://evil.example/payload", causes: [.noEntry, .otherPath], words: ["capitals"]),
    ExplanationCase(
      name: "a slash at the end of a path", feeds: [("urls.txt", "http://evil.example/a/\n")],
      value: "http://evil.example/a", causes: [.noEntry, .otherPath], words: ["slash"]),
    ExplanationCase(
      name: "another port of an address", feeds: [("joint.txt", "198.51.100.7:443\n")],
      value: "198.51.100.7:80", causes: [.noEntry, .otherPort]),
    ExplanationCase(
      name: "weak kind", feeds: [("ja3.csv", "ja3\n0123456789abcdef0123456789abcdef\n")],
      formats: ["ja3.csv": .csv], value: "0123456789abcdef0123456789abcdef", causes: [.weak],
      words: ["--weak"]),
    ExplanationCase(
      name: "kind left out", feeds: plain, options: { $0.kinds = IndicatorKindSet(.ipv4) },
      value: "evil.example", causes: [.kindExcluded]),
    ExplanationCase(
      name: "too little confidence", feeds: plain,
      configure: { options, _ in options.confidence = 20 },
      options: { $0.minimumConfidence = 50 }, value: "evil.example", causes: [.confidence],
      words: ["confidence 20"]),
    ExplanationCase(
      name: "feed left out", feeds: plain, options: { $0.feedsOnly = ["other"] },
      value: "evil.example", causes: [.feedExcluded]),
    ExplanationCase(
      name: "expired", feeds: [("c2.csv", "domain,valid until\nevil.example,2024-05-01\n")],
      formats: ["c2.csv": .csv],
      options: {
        $0.timeMode = .now
        $0.now = june2024
      }, value: "evil.example", causes: [.expired], words: ["2024-05-01"]),
    ExplanationCase(
      name: "not yet valid", feeds: [("c2.csv", "domain,first seen\nevil.example,2024-07-01\n")],
      formats: ["c2.csv": .csv],
      options: {
        $0.timeMode = .now
        $0.now = june2024
      }, value: "evil.example", causes: [.notYetValid], words: ["2024-07-01"]),
    ExplanationCase(
      name: "expired when it was seen",
      feeds: [("c2.csv", "domain,valid until\nevil.example,2024-05-01\n")],
      formats: ["c2.csv": .csv], options: { $0.timeMode = .event }, value: "evil.example",
      input: "{\"timestamp\":\"2024-06-01T10:00:00Z\",\"query\":\"evil.example\"}\n",
      causes: [.seen, .expired], words: ["input.log:1"]),
    ExplanationCase(
      name: "suppressed by an allow list",
      feeds: plain + [("allow.txt", "# ours\nevil.example\n")], value: "evil.example",
      causes: [.suppressed], words: ["allow.txt:2"]),
    ExplanationCase(
      name: "an exception that has expired",
      feeds: plain + [("allow.csv", "domain,valid_until\nevil.example,2020-01-01\n")],
      options: { $0.timeMode = .now }, value: "evil.example", causes: [.match, .expired],
      words: ["the exception by", "allow.csv:2"], matches: true),
    ExplanationCase(
      name: "an exception of the very address and port",
      feeds: [("c2.txt", "203.0.113.7:443\n"), ("allow.txt", "203.0.113.7:443\n")],
      value: "203.0.113.7", causes: [.otherPort, .suppressed], words: ["allow.txt:1"]),
    ExplanationCase(
      name: "listed as the digest of a file and seen as that of a certificate",
      feeds: [("c2.txt", "0123456789abcdef0123456789abcdef01234567\n")],
      value: "0123456789abcdef0123456789abcdef01234567",
      input:
        #"{"event_type":"tls","tls":{"fingerprint":"01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67"}}"#
        + "\n",
      causes: [.match, .seen, .otherKind], words: ["certificate-sha1"]),
    ExplanationCase(
      name: "joint condition", feeds: joint, value: "evil.example", causes: [.jointCondition],
      words: ["192.0.2.7"]),
    ExplanationCase(
      name: "partner of a condition is missing", feeds: joint, value: "evil.example",
      input: "{\"query\":\"evil.example\"}\n{\"dest_ip\":\"192.0.2.7\"}\n",
      causes: [.jointCondition, .partnerMissing], words: ["not in the same record"]),
    ExplanationCase(
      name: "partner of a condition is there", feeds: joint, value: "evil.example",
      input: "{\"query\":\"evil.example\",\"dest_ip\":\"192.0.2.7\"}\n",
      causes: [.jointCondition, .partnerSeen], matches: true),
    ExplanationCase(
      name: "feeds refuse private addresses", feeds: [("ips.txt", "10.1.2.3\n198.51.100.1\n")],
      value: "10.1.2.3", causes: [.feedsRefuse, .noEntry, .refusedByFeed],
      words: ["private-address", "ips.txt:1", "private: keep"]),
    ExplanationCase(
      name: "feeds refuse public suffixes", feeds: [("names.txt", "co.uk\nevil.example\n")],
      value: "co.uk", causes: [.feedsRefuse, .noEntry, .refusedByFeed], words: ["public-suffix"]),
    ExplanationCase(
      name: "a name in another script", feeds: [("names.txt", "xn--bcher-kva.example\n")],
      value: "Bücher.example", causes: [.normalised, .match], words: ["xn--bcher-kva.example"],
      matches: true),
    ExplanationCase(
      name: "not in the input", feeds: plain, value: "evil.example", input: "nothing here\n",
      causes: [.notSeen]),
    ExplanationCase(
      name: "seen in the input", feeds: plain, value: "evil.example",
      input: "{\"query\":\"cdn.evil.example\"}\n", causes: [.match, .seen],
      words: ["field query", "input.log:1"], matches: true),
    ExplanationCase(
      name: "inside a longer run", feeds: plain, value: "evil.example",
      input: "connect to notevil.example now\n", causes: [.insideLongerRun],
      words: ["notevil.example", "input.log:1"]),
    ExplanationCase(
      name: "a digest inside a longer run",
      feeds: [("md5.txt", "0123456789abcdef0123456789abcde0\n")],
      value: "0123456789abcdef0123456789abcde0",
      input: "id=0123456789abcdef0123456789abcde0ff\n", causes: [.insideLongerRun]),
    ExplanationCase(
      name: "looks like a file's name", feeds: [("names.txt", "wpgate.zip\n")],
      value: "wpgate.zip", input: "GET /dl/wpgate.zip\n", causes: [.fileExtension]),
    ExplanationCase(
      name: "a field that holds no addresses", feeds: [("ips.txt", "198.51.100.7\n")],
      value: "198.51.100.7", input: "{\"user_agent\":\"Tool/198.51.100.7\"}\n",
      causes: [.fieldTakesNone], words: ["user_agent"]),
    ExplanationCase(
      name: "only as a key", feeds: plain, value: "evil.example",
      input: "{\"evil.example\":\"1\"}\n", causes: [.keyOnly]),
    ExplanationCase(
      name: "defanged in the input", feeds: plain, value: "evil.example",
      input: "see evil[.]example\n", causes: [.defangedInInput]),
    ExplanationCase(
      name: "a dot that is percent-encoded", feeds: plain, value: "evil.example",
      input: "q=evil%2eexample\n", causes: [.match, .seen], matches: true),
    ExplanationCase(
      name: "encoded twice", feeds: plain, value: "evil.example", input: "q=evil%252eexample\n",
      causes: [.encoded]),
  ]
}

@Suite struct ExplanationTests {
  @Test(arguments: ExplanationCase.all) func causeIsNamed(_ test: ExplanationCase) throws {
    let compiled = try Compiled(test.feeds, formats: test.formats, options: test.configure)
    #expect(compiled.errors.isEmpty, "\(compiled.errors)")
    var options = ScanOptions()
    test.options(&options)
    let explainer = Explainer(
      databases: [compiled.database], options: options, report: compiled.report,
      errors: compiled.errors)
    let inputs = test.input.map {
      [InputInMemory(path: .init(test.inputName), bytes: Array($0.utf8))]
    }
    let explanation = explainer.explain(
      Array(test.value.utf8), as: nil, inputs: [], inMemory: inputs ?? [])
    let told = explanation.findings.map { "\($0.cause.rawValue): \($0.text) (\($0.place))" }
    for cause in test.causes {
      #expect(explanation.has(cause), "\(cause.rawValue) is not among \(told)")
    }
    for word in test.words {
      #expect(told.contains { $0.contains(word) }, "'\(word)' is not in \(told)")
    }
    #expect(explanation.matches == test.matches, "\(told)")
    // What is said agrees with what a scan does.
    if let inputs {
      options.inputsInMemory = inputs
      let report = IndicatorScanner.scan(
        inputs: [], databases: [compiled.database], options: options, to: .hits { _ in },
        onProblem: { _ in })
      #expect((report.hits > 0) == (explanation.matches && explanation.timesSeen != 0), "\(told)")
    }
    // For people values are defanged, and programs read valid JSON.
    #expect(JSONTree.read(explanation.json()) != nil)
    #expect(!explanation.text().contains("http://"), "\(explanation.text())")
  }

  @Test func thereAreTwentyCauses() {
    #expect(Set(ExplanationCase.all.flatMap(\.causes)).count >= 20)
    #expect(Set(ExplanationCase.all.map(\.name)).count == ExplanationCase.all.count)
  }
}
