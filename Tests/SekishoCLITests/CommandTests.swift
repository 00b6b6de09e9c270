import Foundation
import TestSupport
import Testing

/// The command as a user runs it: arguments in; output, errors and exit code out.
@Suite struct CommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let inputs = [
    "Fixtures/demo.pcap", "Fixtures/demo-dns.log", "Fixtures/demo-eve.json",
    "Fixtures/demo-access.log",
  ]

  @Test func demoFindsWhatWasPlanted() throws {
    let database = try folder.compileSeeds()
    let result = try CommandRunner.run(["scan", "--db", database] + Self.inputs)
    #expect(result.status == 1, "\(result.errors)")
    let expected: [(field: String, value: String, match: String, path: String)] = [
      ("dns.query", "cdn.evil.example", "subdomain", "demo.pcap"),
      ("tls.sni", "cdn.evil.example", "subdomain", "demo.pcap"),
      ("http.url", "http://downloads.example/payload.bin", "exact", "demo.pcap"),
      ("query", "stage2.evil.example", "subdomain", "demo-dns.log"),
      ("http.url", "http://downloads.example/payload.bin", "exact", "demo-eve.json"),
      ("tls.sni", "c2.example", "exact", "demo-eve.json"),
      ("request", "cdn.evil.example", "subdomain", "demo-access.log"),
    ]
    for hit in expected {
      #expect(
        result.lines.contains {
          $0.contains("\"field\":\"\(hit.field)\"") && $0.contains("\"value\":\"\(hit.value)\"")
            && $0.contains("\"match\":\"\(hit.match)\"") && $0.contains(hit.path)
        }, "\(hit)")
    }
    #expect(!result.output.contains("www.example.com\""))
  }

  @Test func pcapAndPcapngGiveTheSame() throws {
    let pcap = try CommandRunner.run(["extract", "Fixtures/demo.pcap"])
    let pcapng = try CommandRunner.run(["extract", "Fixtures/demo.pcapng"])
    #expect(pcap.status == 0 && pcapng.status == 0)
    #expect(!pcap.output.isEmpty)
    #expect(
      pcap.output.replacingOccurrences(of: "demo.pcap\"", with: "demo.pcapng\"") == pcapng.output)
  }

  @Test func outputIsTheSameForAnyNumberOfThreads() throws {
    let database = try folder.compileSeeds()
    var text = ""
    for line in 0..<30_000 {
      text += "2024-05-01T10:00:00Z host\(line % 97).example.com asked 198.51.100.\(line % 250) "
      if line % 50 == 0 { text += "for http://downloads.example/payload.bin" }
      if line % 333 == 0 { text += "\n{\"pretty\":\n  [\"cdn.evil.example\",\n \"x\"]\n}" }
      text += "\n"
    }
    let large = try folder.write("large.log", text)
    let arguments = ["--db", database] + Self.inputs + [large, large]
    let one = try CommandRunner.run(["scan", "--threads", "1"] + arguments)
    #expect(one.status == 1)
    #expect(one.lines.count > 1000)
    let listing = try CommandRunner.run(["extract", "--threads", "1", large])
    #expect(!listing.output.isEmpty)
    for threads in ["2", "5"] {
      let many = try CommandRunner.run(["scan", "--threads", threads] + arguments)
      #expect(one.output == many.output, "\(threads)")
      let listingAgain = try CommandRunner.run(["extract", "--threads", threads, large])
      #expect(listing.output == listingAgain.output, "\(threads)")
    }
  }

  @Test func pipeAndFileGiveTheSame() throws {
    let database = try folder.compileSeeds()
    let bytes = Array(
      try Data(
        contentsOf: CommandRunner.root.appendingPathComponent("Fixtures/demo-eve.json")))
    let file = try CommandRunner.run(["scan", "--db", database, "Fixtures/demo-eve.json"])
    let pipe = try CommandRunner.run(["scan", "--db", database, "-"], input: bytes)
    #expect(
      file.output.replacingOccurrences(of: "Fixtures/demo-eve.json", with: "-") == pipe.output)
    #expect(pipe.status == 1)
  }

  @Test func compilingInAnotherOrderGivesTheSameFile() throws {
    let feeds = try FileManager.default.contentsOfDirectory(
      atPath: CommandRunner.root.appendingPathComponent("seeds/feeds").path
    ).sorted().map { "seeds/feeds/" + $0 }
    let (first, second) = (folder.path("a.skdb"), folder.path("b.skdb"))
    #expect(try CommandRunner.run(["compile"] + feeds + ["-o", first]).status == 0)
    #expect(try CommandRunner.run(["compile"] + feeds.reversed() + ["-o", second]).status == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: first))
    #expect(bytes == (try Data(contentsOf: URL(fileURLWithPath: second))))
    let mode = try FileManager.default.attributesOfItem(atPath: first)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func aFolderIsCompiledAgainWithTheDatabaseInIt() throws {
    let feeds = folder.path("feeds")
    try FileManager.default.createDirectory(atPath: feeds, withIntermediateDirectories: true)
    _ = try folder.write("feeds/names.txt", "evil.example\n")
    let database = feeds + "/all.skdb"
    #expect(try CommandRunner.run(["compile", feeds, "-o", database]).status == 0)
    let again = try CommandRunner.run(["compile", feeds, "-o", database])
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("all.skdb: a database, not read as a feed"))
    #expect(again.errors.contains(": 1 entry of 1 feed, "))
    // Named itself, it is an error.
    #expect(try CommandRunner.run(["compile", database, "-o", folder.path("b.skdb")]).status == 2)
  }

  @Test func standardInputIsExplainedAsAFileIs() throws {
    let feed = try folder.write("names.txt", "evil.example\n192.0.2.4:443\n")
    let result = try CommandRunner.run(
      ["explain", "--feed", feed, "-", "evil.example"], input: Array("x evil.example y\n".utf8))
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("a hit, seen 1 time"))
    #expect(result.output.contains("(-:1)"))
    let address = try CommandRunner.run(
      ["explain", "--feed", feed, "-", "192.0.2.4:443"], input: Array("to 192.0.2.4 x\n".utf8))
    #expect(address.output.contains("its port not known"), "\(address.output)")
    let utf16 = "\u{feff}x evil[.]example\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let wide = try folder.write("wide.log", utf16)
    let inUTF16 = try CommandRunner.run(["explain", "--feed", feed, wide, "evil.example"])
    #expect(inUTF16.output.contains("stands there defanged"), "\(inUTF16.output)")
    let missing = try CommandRunner.run(["explain", "--feed", feed, "nowhere.log", "evil.example"])
    #expect(missing.status == 2)
    #expect(missing.errors.contains("sekisho: error: nowhere.log: "), "\(missing.errors)")
  }

  @Test func whatIsNotOpenedIsAnErrorWithItsRemedy() throws {
    let feed = try folder.write("names.txt", "evil.example\n")
    let packed: [(String, [UInt8])] = [
      ("bzip2", Array("BZh91AY&SY".utf8) + [1, 2, 3]), ("xz", [0xfd] + Array("7zXZ\0\0".utf8)),
      ("ZIP", Array("PK\u{3}\u{4}evil.example".utf8)),
    ]
    for (name, bytes) in packed {
      let result = try CommandRunner.run(["scan", "--feed", feed, "--quiet", "-"], input: bytes)
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errors.contains(name) && result.errors.contains("unpack it first"))
    }
  }

  @Test func aScanThatEndsAtItsLimitSaysSo() throws {
    let feed = try folder.write("names.txt", "evil.example\n")
    let log = try folder.write("a.log", String(repeating: "evil.example\n", count: 9))
    let result = try CommandRunner.run(["scan", "--feed", feed, "--limit", "2", log])
    #expect(result.lines.count == 2)
    #expect(result.errors.contains("1 input, "), "\(result.errors)")
    #expect(result.errors.contains("ended at --limit"))
  }

  @Test func networksOfOursMayBeOneList() throws {
    let feed = try folder.write("names.txt", "192.0.2.4\n")
    let log = try folder.write(
      "a.jsonl", #"{"src_ip":"203.0.113.9","dest_ip":"192.0.2.4"}"# + "\n")
    let home = ["--home", "198.51.100.0/24,203.0.113.0/24"]
    let result = try CommandRunner.run(["scan", "--feed", feed, log] + home)
    #expect(result.output.contains(#""direction":"outbound""#), "\(result.output)")
    let wrong = try CommandRunner.run(["scan", "--feed", feed, log, "--home", "203.0.113.0/24,"])
    #expect(wrong.status == 2)
  }

  @Test func aFeedOfWellKnownValuesIsUsedWhereItIsVouchedFor() throws {
    let feed = try folder.write("names.txt", "8.8.8.8\n")
    let log = try folder.write("a.log", "from 8.8.8.8\n")
    let refused = try CommandRunner.run(["scan", "--feed", feed, log])
    #expect(refused.status == 2 && refused.errors.contains("--trusted"))
    #expect(try CommandRunner.run(["scan", "--feed", feed, "--trusted", log]).status == 1)
  }

  @Test func exitCodes() throws {
    let database = try folder.compileSeeds()
    let log = try folder.write("quiet.log", "www.example.com\n")
    let loud = try folder.write("loud.log", "cdn.evil.example\n")
    #expect(try CommandRunner.run(["scan", "--db", database, log]).status == 0)
    #expect(try CommandRunner.run(["scan", "--db", database, loud]).status == 1)
    #expect(try CommandRunner.run(["scan", "--db", database, "--exit-zero", loud]).status == 0)
    #expect(try CommandRunner.run(["scan", "--db", database, loud, "missing"]).status == 2)
    #expect(try CommandRunner.run(["scan", loud]).status == 2, "nothing to match against")
    #expect(try CommandRunner.run(["scan", "--db", database, "--no-such-flag", loud]).status == 2)
    #expect(try CommandRunner.run(["scan", "--help"]).status == 0)
    #expect(try CommandRunner.run(["--version"]).status == 0)
    let count = try CommandRunner.run(["scan", "--db", database, "--count", loud])
    #expect(count.output == "1\n")
  }

  @Test func allowListSuppresses() throws {
    let feed = try folder.write("names.txt", "evil.example\nbad.example\n")
    let allow = try folder.write("ours.txt", "fine.evil.example\n")
    let log = try folder.write("a.log", "fine.evil.example other.evil.example\n")
    let arguments = ["scan", "--feed", feed, "--allow", allow, log]
    let result = try CommandRunner.run(arguments)
    #expect(result.lines.count == 1, "\(result.output)")
    #expect(result.output.contains("other.evil.example"))
    let shown = try CommandRunner.run(arguments + ["--show-suppressed"])
    #expect(shown.lines.count == 2)
    #expect(shown.lines.first?.contains("\"suppressed\":{\"list\":") == true)
  }

  @Test func tableDefangsAndGroups() throws {
    let database = try folder.compileSeeds()
    let result = try CommandRunner.run(
      ["scan", "--db", database, "--format", "table"] + Self.inputs)
    #expect(result.output.contains("downloads[.]example/payload.bin"))
    #expect(!result.output.contains("downloads.example"))
    // The indicator that stands first there has no scheme; of another feed it has one.
    let other = try CommandRunner.run(
      ["scan", "--feed", "seeds/feeds/misp.csv", "--format", "table"] + Self.inputs)
    #expect(
      other.output.contains("hxxp://downloads[.]example/payload[.]bin")
        || other.output.contains("hxxp://downloads[.]example/payload.bin"))
    #expect(!other.output.contains("http://downloads.example"))
  }

  @Test func lookupTellsEntriesAndWhyNot() throws {
    let database = try folder.compileSeeds()
    let known = try CommandRunner.run([
      "lookup", database, "CDN.Evil.Example.", "hxxp://downloads[.]example/payload.bin",
    ])
    #expect(known.status == 0, "\(known.errors)")
    #expect(known.output.contains("subdomain"))
    let unknown = try CommandRunner.run(["lookup", database, "www.example.com"])
    #expect(unknown.status == 1)
  }

  /// What a source says of an entry stands behind it.
  @Test func lookupTellsWhatSourcesSay() throws {
    let feed = try folder.write(
      "feed.csv",
      "domain,confidence,tlp,tags,malware,first_seen,valid_until\n"
        + "evil.example,80,green,\"phish,T1566\",Kit,2024-01-02,2034-01-02\n")
    let result = try CommandRunner.run(["lookup", "--feed", feed, "evil.example"])
    for fact in [
      "confidence 80", "tlp green", "labels phish", "attack T1566", "malware Kit",
      "from 2024-01-02T00:00:00", "until 2034-01-02T00:00:00",
    ] {
      #expect(result.output.contains("  " + fact), "\(result.output)")
    }
  }

  @Test func inspectShowsKindsAndFeeds() throws {
    let database = try folder.compileSeeds()
    let text = try CommandRunner.run(["inspect", database, "--verify"])
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("domain"))
    let json = try CommandRunner.run(["inspect", database, "--json"])
    #expect(json.status == 0)
    #expect((try? JSONSerialization.jsonObject(with: Data(json.output.utf8))) != nil)
    let list = try #require(text.output.firstMatch(of: /public suffix list of (\d{4}-\d\d-\d\d)\n/))
    #expect(json.output.contains(#""public_suffix_list":"\#(list.1)""#), "\(json.output)")
  }

  /// A limit on groups leaves what is said of each as it is.
  @Test func aLimitCountsGroups() throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write("f.txt", "evil.example\nworse.example\n")
    let log = try folder.write(
      "a.log", String(repeating: "evil.example worse.example\n", count: 3))
    let arguments = ["scan", "--quiet", "--format", "ndjson", "--feed", feed, log]
    let groups = try CommandRunner.run(arguments + ["--group", "indicator", "--limit", "1"])
    #expect(groups.lines.count == 1)
    #expect(groups.output.contains(#""name":"evil.example","count":3"#), "\(groups.output)")
    let hits = try CommandRunner.run(arguments + ["--limit", "4"])
    #expect(hits.lines.count == 4)
    let counted = try CommandRunner.run(arguments + ["--count", "--limit", "4"])
    #expect(counted.output == "4\n", "\(counted.output)")
  }

  /// However many indicators of a feed cover one value, it is one hit of that feed.
  @Test func aHitCountsOnceForAFeed() throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write("f.txt", "evil.example\ncdn.evil.example\n")
    let log = try folder.write("a.log", "a.cdn.evil.example\n")
    let summary = folder.path("s.json")
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--feed", feed, "--summary", summary, log])
    #expect(result.status == 1, "\(result.errors)")
    let text = try String(contentsOfFile: summary, encoding: .utf8)
    #expect(text.contains(#""hits_by_feed":[{"feed":"\#(feed)","hits":1}]"#), "\(text)")
  }

  /// So many hits that what was found is written while a piece of the log is still being scanned.
  @Test func observablesOfManyHitsAreCountedOnce() throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write("f.txt", "evil.example\n")
    let log = try folder.write("a.log", String(repeating: "a.evil.example\n", count: 40_000))
    let result = try CommandRunner.run(
      ["scan", "--quiet", "--feed", feed, "--count", "--summary", "-", log])
    #expect(
      result.output.contains(#""observables_by_kind":[{"kind":"domain","count":40000}]"#),
      "\(result.output)")
    #expect(result.output.hasSuffix("}\n") && !result.output.hasSuffix("\n\n"))
  }

  @Test func lookupAnswersForWhatFeedsLoadWhenTold() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("p.txt", "co.uk\n/gate/panel.php\n")
    let config = try folder.write(
      "f.yaml", "feeds:\n  - path: \(list)\n    format: maltrail\n    public-suffixes: keep\n")
    for value in ["co.uk", "/gate/panel.php", "http://a.example/gate/panel.php"] {
      let result = try CommandRunner.run(["lookup", "--feeds", config, value])
      #expect(result.status == 0, "\(value): \(result.output)\(result.errors)")
    }
  }

  /// What has no shape of its own is asked for as what the database holds.
  @Test(arguments: [
    ("BAD.exe", "filename", "bad.exe"), (#"C:\Temp\bad.exe"#, "filename", #"temp\bad.exe"#),
    ("/srv/x/y/worse.bin", "filename", #"srv\x\y\worse.bin"#),
    (#"HKEY_LOCAL_MACHINE\Software\Evil"#, "registry-key", #"hklm\software\evil"#),
    (#"hkcu:\Software\Evil2"#, "registry-key", #"hkcu\software\evil2"#),
    ("EvilMutex1", "mutex", "EvilMutex1"), ("www.evil.example", "domain", "www.evil.example"),
  ]) func lookupAndExplainAnswerForTexts(_ value: String, _ kind: String, _ form: String) throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write(
      "texts.csv",
      """
      type,value
      filename,bad.exe
      filename,x/y/worse.bin
      registry-key,HKLM\\Software\\Evil
      registry-key,HKCU:\\Software\\Evil2
      mutex,EvilMutex1
      domain,evil.example

      """)
    let lookup = try CommandRunner.run(["lookup", "--json", "--feed", feed, value])
    #expect(lookup.status == 0, "\(lookup.errors)")
    let answer = try #require(
      try JSONSerialization.jsonObject(with: Data(lookup.output.utf8)) as? [String: Any])
    #expect(answer["kind"] as? String == kind)
    #expect(answer["value"] as? String == form)
    #expect(answer["found"] as? Bool == true)
    let explained = try CommandRunner.run(["explain", "--weak", "--feed", feed, value])
    #expect(explained.status == 0, "\(explained.output)")
    #expect(explained.output.contains("texts.csv:"), "\(explained.output)")
    let other = try CommandRunner.run(["lookup", "--feed", feed, #"C:\other.exe"#])
    #expect(other.status == 1)
    #expect(other.output.contains("no entry covers it"), "\(other.output)")
  }

  /// What is listed has directions, so what is ours can be said there as well.
  @Test func homeDecidesDirectionsInListings() throws {
    func directions(_ arguments: [String]) throws -> Set<String> {
      let result = try CommandRunner.run(["extract", "Fixtures/demo.pcap"] + arguments)
      #expect(result.status == 0, "\(result.errors)")
      return Set(
        result.lines.compactMap { line in
          let rest = line.components(separatedBy: "\"direction\":\"").dropFirst().first
          return rest.map { String($0.prefix { $0 != "\"" }) }
        })
    }
    #expect(try directions(["--home", "0.0.0.0/0,::/0"]) == ["internal"])
    #expect(try directions(["--home", "198.18.0.0/15"]) == ["external"])
  }
}
