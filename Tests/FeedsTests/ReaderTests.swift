import Feeds
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

@Suite struct ReaderTests {
  private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(name, text) }
    try body(folder.path)
  }

  @Test(
    "A file is read whole, whatever its length", arguments: [true, false],
    [0, 1, 4095, 4096, 4097, 65536, 262_143, 262_144, 262_145, 700_000])
  func fileLengths(_ isCompressed: Bool, _ length: Int) throws {
    try withFolder([:]) { folder in
      // Lines of sixteen bytes; what is left over is a comment.
      let lines = (0..<length / 16).map { "a\(100_000 + $0).example\n" }
      #expect(lines.allSatisfy { $0.utf8.count == 16 })
      let text = "#".padding(toLength: length % 16, withPad: "#", startingAt: 0)
      let bytes = Array((lines.joined() + (length % 16 == 0 ? "" : text)).utf8)
      let path = folder + "/feed.txt"
      try Data(isCompressed ? DamageTests.gzip(bytes) : bytes)
        .write(to: URL(fileURLWithPath: path))
      var collection = IndicatorCollection()
      var report = FeedReport()
      let request = FeedRequest(path: path, format: .plain)
      _ = FeedReader.readAll([request], into: &collection, report: &report)
      #expect(collection.records.count == lines.count)
    }
  }

  @Test func manyFeedsAreReadInOneOrderAndErrorsStopNone() throws {
    try withFolder([
      "a.txt": "evil.example\n", "b.csv": "domain,x\nbad.example,1\n", "c.txt": "prose only here\n",
    ]) { folder in
      let requests = ["a.txt", "b.csv", "c.txt", "missing"].map {
        FeedRequest(path: folder + "/" + $0)
      }
      var first = IndicatorCollection()
      var firstReport = FeedReport()
      let errors = FeedReader.readAll(requests, into: &first, report: &firstReport)
      var second = IndicatorCollection()
      var secondReport = FeedReport()
      _ = FeedReader.readAll(requests.reversed(), into: &second, report: &secondReport)
      #expect(first.feeds == second.feeds)
      #expect(first.values == second.values)
      #expect(firstReport.feeds.map(\.name) == secondReport.feeds.map(\.name))
      #expect(firstReport.feeds.map(\.entries) == [1, 1])
      #expect(errors.map(\.code) == [.unrecognized, .cannotRead])
      #expect(errors.last?.description.hasPrefix(folder + "/missing: ") == true)
    }
  }

  @Test func optionsOfTheUserAreFollowed() {
    var options = FeedOptions()
    options.name = "mine"
    options.names = .exact
    options.confidence = 40
    options.tlp = .green
    options.labels = ["own"]
    options.vouchesForWeakKinds = true
    options.kinds = IndicatorKindSet([.domain, .ipv4])
    let loaded = Loaded("evil.example\n192.0.2.66\n2001:db8:bad::1\n", options: options)
    #expect(loaded.entries == ["1 domain evil.example exact", "2 ipv4 192.0.2.66 exact"])
    #expect(loaded.context(of: "evil.example") == ["labels=own", "tlp=green", "confidence=40"])
    #expect(loaded.collection.feeds.map(\.name) == ["mine"])
    #expect(loaded.summary?.refusals.counts == ["kind-not-wanted": 1])
  }

  @Test func privateAddressesAreRefusedUnlessKept() {
    let strict = Loaded("10.0.0.1\n192.0.2.66\n")
    #expect(strict.entries == ["2 ipv4 192.0.2.66 exact"])
    #expect(strict.summary?.refusals.counts == ["private-address": 1])
    #expect(strict.summary?.lints.counts == ["documentation-range": 1])
    var options = FeedOptions()
    options.admission.keepsPrivateAddresses = true
    #expect(Loaded("10.0.0.1\n192.0.2.66\n", options: options).entries.count == 2)
  }

  @Test func diagnosticsAreOneLineEach() {
    let loaded = Loaded(
      "evil.example\nbad value\u{1b}[31m\n" + (1...40).map { "e\($0).example\n" }.joined(),
      path: "lists/mine.txt")
    #expect(
      loaded.summary?.diagnostics.map(\.description) == [
        "lists/mine.txt:2: not-an-indicator: bad value\\u{1b}[31m"
      ])
  }

  @Test(arguments: [
    ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00.000000Z"),
    ("2024-05-01 10:00:00 UTC", "2024-05-01T10:00:00.000000Z"),
    ("2024-05-01", "2024-05-01T00:00:00.000000Z"),
    ("2024/05/01", "2024-05-01T00:00:00.000000Z"),
    ("20240501", "2024-05-01T00:00:00.000000Z"),
    ("1714557600", "2024-05-01T10:00:00.000000Z"),
    ("1714557600000", "2024-05-01T10:00:00.000000Z"),
    ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00.000000Z"),
  ])
  func timesAreReadInManyForms(_ text: String, _ expected: String) {
    let loaded = Loaded("domain,first_seen\nevil.example,\(text)\n")
    #expect(loaded.context(of: "evil.example") == ["from=\(expected)"])
  }

  @Test(arguments: ["soon", "2024-13-01", "12", "99999999999999999999", "2024-05-01T25:00:00Z"])
  func whatIsNoTimeIsNone(_ text: String) {
    let loaded = Loaded("domain,first_seen\nevil.example,\(text)\n")
    #expect(loaded.context(of: "evil.example").isEmpty)
  }
}

/// Digests that are gathered in lists are those that would be records.
@Suite struct GatheringTests {
  private func sorted(_ loaded: Loaded) -> [String] {
    let collection = loaded.collection.unpacked()
    var other = loaded
    other.collection = collection
    return other.entries.sorted()
  }

  @Test(arguments: ["\n", "\r\n"])
  func digestsInListsAreThoseOfRecords(_ lineEnd: String) {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    var lines = ["# list", "", "evil.example"]
    for number in 0..<9000 {
      let digits = String(number, radix: 16)
      let digest = String(repeating: "0", count: 8 - digits.count) + digits
      let width = number % 3000 < 2990 ? 8 : [4, 5, 7, 12, 16][number % 5]
      lines.append(String(repeating: digest, count: width))
      if number % 1000 == 500 {
        lines += [empty, Sample.sha256.uppercased(), " " + Sample.md5, Sample.sha1 + "  x.exe"]
        lines += [String(Sample.sha256.dropLast()), Sample.sha256 + "0", "# x"]
      }
    }
    lines.append(Sample.sha256)
    let text = lines.joined(separator: lineEnd)
    for (kinds, limit) in [
      (IndicatorKindSet.all, 1 << 20), (IndicatorKindSet([.md5, .domain]), 1 << 20), (.all, 64),
    ] {
      var options = FeedOptions()
      options.kinds = kinds
      options.lineLimit = limit
      let records = Loaded(text, format: .plain, options: options)
      options.gathersDigests = true
      let lists = Loaded(text, format: .plain, options: options)
      let expected = kinds == .all ? limit == 64 ? 4 : 6 : 1
      #expect(lists.collection.digestLists.count == expected)
      #expect(sorted(lists) == sorted(records))
      #expect(lists.summary?.entries == records.summary?.entries)
      #expect(lists.summary?.candidates == records.summary?.candidates)
      #expect(lists.summary?.refusals.counts == records.summary?.refusals.counts)
      #expect(lists.diagnostics == records.diagnostics)
    }
  }

  @Test func whoLimitsEntriesGetsRecords() {
    var options = FeedOptions()
    options.gathersDigests = true
    options.minimumConfidence = 50
    options.confidence = 20
    let loaded = Loaded(Sample.sha256 + "\n" + Sample.md5 + "\n", options: options)
    #expect(loaded.collection.digestLists.isEmpty)
    #expect(loaded.summary?.refusals.counts == ["confidence-too-low": 2])
  }
}
