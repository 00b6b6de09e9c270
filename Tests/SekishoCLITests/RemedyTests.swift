import Foundation
import Sekisho
import Synchronization
import TestSupport
import Testing

/// What to do about a fault: an embedder reads names of the library, a user those of the command.
@Suite struct RemedyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  struct Feed: CustomTestStringConvertible {
    var content: String
    var options: [Advice.Option]
    /// What the command prints behind the fault.
    var command: String

    var testDescription: String { command }
  }

  static let feeds = [
    Feed(
      content: "[{\"indicator\":\"evil.example\"},", options: [.keepsPartial],
      command: "fetch the file again, or keep what was read with --keep-partial"),
    Feed(
      content: "<html><body>not found</body></html>", options: [.format(nil), .format("report")],
      command: "give a feed, or name the format with =FORMAT; prose is =report"),
    Feed(
      content: "192.0.2.1\n\u{0}\u{1}\u{2}\u{3}", options: [.format(nil)],
      command: "give a feed, or name the format with =FORMAT"),
    Feed(
      content: "", options: [.format(nil)],
      command: "check that it was fetched whole, or name the format with =FORMAT"),
  ]

  @Test(arguments: feeds) func ofAFeed(_ feed: Feed) throws {
    let path = try folder.write("feed", feed.content)
    let error = try #require(Compilation(of: [.init(path: path)]).errors.first)
    #expect(error.remedy.options == feed.options, "\(error)")
    #expect(!error.description.contains("--") && !error.description.contains("=FORMAT"))
    let printed = try CommandRunner.run(["compile", path, "-o", folder.path("out.skdb")])
    #expect(printed.errors.contains("; " + feed.command + "\n"), "\(printed.errors)")
    let compared = try CommandRunner.run(["diff", path, path])
    let elsewhere = feed.command.replacing("--keep-partial", with: "compile --keep-partial")
    #expect(compared.errors.contains("; " + elsewhere + "\n"), "\(compared.errors)")
  }

  /// Options are named as the running command has them, or with the command that has them.
  @Test func optionsOfOtherCommands() throws {
    let partial = try folder.write("cut.json", "[{\"indicator\":\"evil.example\"},")
    let suspect = try folder.write(
      "good.txt", "www.google.com\nwww.wikipedia.org\nwww.youtube.com\nwww.amazon.com\n")
    let feed = try folder.write("feed.txt", "evil.example\n")
    let log = try folder.write("a.log", "evil.example\n")
    for (arguments, words) in [
      (["scan", "--feed", partial, log], "with compile --keep-partial"),
      (["lookup", "--feed", partial, "evil.example"], "with compile --keep-partial"),
      (["explain", "--feed", partial, "evil.example"], "with compile --keep-partial"),
      (["coverage", "--feed", partial], "with compile --keep-partial"),
      (["scan", "--feed", suspect, log], "with --trusted or"),
      (["diff", feed, suspect], "with compile --trusted or"),
      (["coverage", "--feed", suspect], "with compile --trusted or"),
      (["inspect", feed], "name a feed as one with scan --feed"),
    ] {
      let result = try CommandRunner.run(arguments)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains(words), "\(arguments) \(result.errors)")
    }
    // What was seen in an incident may be known to be good.
    let truth = try CommandRunner.run(["coverage", "--feed", feed, "--truth", suspect])
    #expect(truth.status == 0, "\(truth.errors)")
    #expect(truth.output.contains("truth: 0 of 4 values"), "\(truth.output)")
  }

  /// What is no feed at all is not to be read as another format.
  @Test func ofWhatIsNoFeed() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let database = folder.path("i.skdb")
    #expect(try CommandRunner.run(["compile", "--quiet", feed, "-o", database]).status == 0)
    let empty = folder.path("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    for (arguments, words) in [
      (["lookup", "--feed", database, "x.example"], "; open it with --db instead\n"),
      (["compile", database, "-o", folder.path("x")], "; open it with scan --db instead\n"),
      (
        ["lookup", "--feed", "Fixtures/demo.pcap", "x.example"],
        "; scan it against feeds instead\n"
      ),
      (["diff", database, "Fixtures/demo-dns.log"], "a log of Zeek's; scan it against feeds"),
      (["lookup", "--feed", empty, "x.example"], "; name a feed, or the folder that"),
      (["inspect", empty], "; name a database file in it\n"),
      (["inspect", "/dev/null"], "; name a file\n"),
    ] {
      let result = try CommandRunner.run(arguments)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains(words), "\(arguments) \(result.errors)")
      #expect(!result.errors.contains("=FORMAT"), "\(result.errors)")
    }
  }

  /// A run that ended early says what can be done.
  @Test func ofACutInput() throws {
    let whole: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x2d, 0xcb, 0xcc, 0xd1, 0x4b, 0xad, 0x48, 0xcc,
    ]
    let feed = try folder.write("feed.txt", "evil.example\n")
    let path = try folder.write("cut.gz", whole)
    let result = try CommandRunner.run(["scan", "--quiet", "--feed", feed, path])
    #expect(result.status == 2)
    #expect(
      result.errors.contains("ends in the middle; hits up to there are reported; fetch or copy"),
      "\(result.errors)")
  }

  /// A frame of zstd that asks for a window of 256 MiB.
  @Test func ofALargeWindow() throws {
    let path = try folder.write("a.zst", [0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3, 1, 0, 0])
    let feed = try folder.write("feed.txt", "evil.example\n")
    for arguments in [
      ["scan", "--quiet", "--feed", feed, path],
      ["compile", "--quiet", path, "-o", folder.path("x.skdb")],
    ] {
      let result = try CommandRunner.run(arguments)
      #expect(
        result.errors.contains("of more than 128 MiB; --max-zstd-window allows up to 2 GiB"),
        "\(result.errors)")
    }
  }

  /// A value that was let in with a remark is not listed as if it had been refused.
  @Test func aNoteIsMarked() throws {
    let path = try folder.write("feed.txt", "203.0.113.66\n256.1.1.1\n")
    let result = try CommandRunner.run(
      ["compile", "--list-refused", path, "-o", folder.path("x.skdb")])
    #expect(
      result.errors.contains("feed.txt:1: note: documentation-range: 203.0.113.66"),
      "\(result.errors)")
    #expect(result.errors.contains("feed.txt:2: ") && !result.errors.contains(":2: note"))
  }

  /// Without an allow list, hits that it should suppress are reported.
  @Test func anAllowListThatCannotBeReadIsKnown() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    var missing = FeedRequest(path: folder.path("missing"))
    #expect(!Compilation(of: [.init(path: feed), missing]).lacksAllowList)
    missing.options.isAllowList = true
    let compilation = Compilation(of: [.init(path: feed), missing])
    #expect(compilation.lacksAllowList && !compilation.hasOnlyAllowLists)
    var broken = FeedRequest(name: "broken", bytes: Array("[{\"indicator\":".utf8))
    broken.options.isAllowList = true
    #expect(Compilation(of: [.init(path: feed), broken]).errors.first?.isOfAllowList == true)
    let cache = FeedCache(folder: folder.path("cache"), byteLimit: 1 << 20)
    let file = try folder.write("broken.json", "[{\"indicator\":")
    broken = FeedRequest(path: file, options: broken.options)
    #expect(Compilation(of: [broken], cache: cache).lacksAllowList)
  }

  @Test func ofAWarning() throws {
    let path = try folder.write(
      "list.json", #"{"name":"x","type":"hostname","version":1,"list":["www.example.org"]}"#)
    let summary = try #require(Compilation(of: [.init(path: path)]).report.feeds.first)
    let warning = try #require(summary.warnings.first)
    #expect(!warning.description.contains("--"))
    #expect(warning.remedy.options == [.isAllowList])
    #expect(FeedWarning(.emptyFeed).remedy.isEmpty)
    let cache = folder.path("cache")
    // What a cache holds of it is told the same way.
    for _ in 0..<2 {
      let printed = try CommandRunner.run(
        ["compile", path, "-o", folder.path("out.skdb"), "--cache", cache])
      #expect(
        printed.errors.contains("known to be good; --allow loads them\n"), "\(printed.errors)")
    }
  }

  @Test func ofADatabase() throws {
    let path = try folder.write("no.skdb", "something else\n")
    let error = #expect(throws: DatabaseError.self) { try IndicatorDatabase.open(path: path) }
    #expect(error?.remedy.options == [.write, .compile])
    let printed = try CommandRunner.run(["inspect", path])
    #expect(
      printed.errors.contains(
        "; give a file that 'sekisho compile' wrote, or name a feed as one with scan --feed\n"),
      "\(printed.errors)")
  }

  /// Whoever has no database yet is told how to make one.
  @Test func ofADatabaseThatIsNotThere() throws {
    let path = folder.path("none.skdb")
    let error = #expect(throws: DatabaseError.self) { try IndicatorDatabase.open(path: path) }
    #expect(error?.remedy.options == [.write])
    #expect(error?.problem == "cannot be opened: No such file or directory")
    for command in [["inspect", path], ["lookup", "192.0.2.1", "--db", path]] {
      let printed = try CommandRunner.run(command)
      #expect(
        printed.errors.contains("; check the path, or make the database with 'sekisho compile'\n"),
        "\(printed.errors)")
    }
  }

  @Test func ofAnInput() throws {
    let capture = CommandRunner.root.appendingPathComponent("Fixtures/demo.pcap").path
    let database = try Compilation(of: [
      .init(name: "names", bytes: Array("www.evil.example\n".utf8))
    ]).database()
    for (path, words) in [
      (capture, "leave out --follow"), ("/dev/null", "read it without --follow"),
    ] {
      let problems = Mutex<[ScanProblem]>([])
      let progress = ScanProgress()
      _ = IndicatorScanner.follow(
        paths: [InputPath(path)], databases: [database], options: ScanOptions(),
        to: .hits { _ in }, progress: progress
      ) { problem in
        problems.withLock { $0.append(problem) }
        progress.requestStop()
      }
      let problem = try #require(problems.withLock { $0.first })
      #expect(problem.remedy.options == [.follow])
      #expect(!problem.description.contains("--"))
      #expect(
        problem.text { _ in "--follow" } == "\(path): \(problem.message); \(words)", "\(problem)")
    }
  }
}
