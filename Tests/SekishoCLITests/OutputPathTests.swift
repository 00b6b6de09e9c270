import Foundation
import TestSupport
import Testing

/// What is read is never replaced by what is written, whatever both are called.
@Suite struct OutputPathTests {
  let folder: TemporaryFolder
  let feed: String
  let log: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n")
    log = try folder.write("a.log", "asked for evil.example\n")
  }

  /// Commands that would write over a file that they read, and the option that says so.
  private func cases(_ link: String) -> [(arguments: [String], option: String)] {
    [
      (["compile", feed, "-o", feed], "--output"),
      (["compile", feed, "-o", folder.path("./feed.txt")], "--output"),
      (["compile", feed, "--allow", log, "-o", log], "--output"),
      (["compile", link, "-o", feed], "--output"),
      (["scan", "--feed", feed, log, "-o", log], "--output"),
      (["scan", "--feed", feed + "=plain", log, "-o", feed], "--output"),
      (["scan", "--feed", feed, log, "--summary", log], "--summary"),
      (["scan", "--feed", feed, log, "--write-pcap", log], "--write-pcap"),
      (["coverage", "--feed", feed, "--html", feed], "--html"),
      (["coverage", "--feed", feed, log, "--navigator", log], "--navigator"),
    ]
  }

  @Test func whatIsReadIsNotReplaced() throws {
    let link = folder.path("link.txt")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: feed)
    for (arguments, option) in cases(link) {
      let result = try CommandRunner.run(arguments)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains("would replace what is read"), "\(result.errors)")
      #expect(result.errors.contains(option), "\(result.errors)")
      #expect(try String(contentsOfFile: feed, encoding: .utf8) == "evil.example\n")
      #expect(try String(contentsOfFile: log, encoding: .utf8) == "asked for evil.example\n")
    }
  }

  /// Commands that write below a folder that they read, and the file that they would replace there.
  private func casesBelow(_ feeds: String, _ logs: String) throws -> [(
    arguments: [String], file: String
  )] {
    let named = feeds + "/a.txt"
    let log = logs + "/a.log"
    let list = try folder.write("feeds.yaml", "feeds: [{path: feeds/a.txt}]\n")
    let database = folder.path("i.skdb")
    return [
      (["scan", "--feed", feed, "-o", log, logs], log),
      (["scan", "--feed", feed, "--summary", log, logs], log),
      (["scan", "--feed", feed, "--write-pcap", log, logs], log),
      (["scan", "--feed", feeds, "-o", named, logs], named),
      (["scan", "--feeds", list, "-o", named, logs], named),
      (["compile", feeds, "-o", named], named),
      (["compile", feed, "--allow", feeds, "-o", named], named),
      (["compile", "--feeds", list, "-o", named], named),
      (["coverage", "--feed", feeds, "--html", named], named),
      (["coverage", "--feed", feed, "--allow", feeds, "--navigator", named], named),
      (["coverage", "--feed", feed, "--html", log, logs], log),
      (["bench", "scan", "--feed", feeds, log, "--baseline", named, "--update-baseline"], named),
      (["bench", "scan", "--db", database, logs, "--baseline", log, "--update-baseline"], log),
      (
        ["bench", "scan", "--db", database, logs, "--baseline", database, "--update-baseline"],
        database
      ),
    ]
  }

  @Test func whatAFolderHoldsIsNotReplaced() throws {
    for name in ["feeds", "logs"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: true)
    }
    _ = try folder.write("feeds/a.txt", "evil.example\n")
    _ = try folder.write("logs/a.log", "asked for evil.example\n")
    let compiled = try CommandRunner.run(["compile", feed, "-o", folder.path("i.skdb")])
    #expect(compiled.status == 0)
    for (arguments, file) in try casesBelow(folder.path("feeds"), folder.path("logs")) {
      let before = try Data(contentsOf: URL(fileURLWithPath: file))
      let result = try CommandRunner.run(arguments)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains("would replace what is read"), "\(result.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before, "\(arguments)")
    }
  }

  /// The second run of a command line finds the first one's output, which it may replace.
  @Test func anEarlierOutputIsReplaced() throws {
    let (logs, captures) = (folder.path("logs"), folder.path("captures"))
    let feeds = folder.path("feeds")
    for path in [logs, captures, feeds] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    _ = try folder.write("logs/a.log", "asked for evil.example\n")
    let demo = CommandRunner.root.appendingPathComponent("Fixtures/demo.pcap").path
    try FileManager.default.copyItem(atPath: demo, toPath: captures + "/a.pcap")
    _ = try folder.write("feeds/a.txt", "evil.example\n")
    let scan = ["scan", "--quiet", "--feed", feed, logs]
    let formats = ["table", "ndjson", "csv", "html", "eve", "ecs", "zeek-intel"]
    var cases = formats.map { scan + ["--format", $0, "-o", logs + "/out." + $0] }
    cases += ["table", "ndjson", "csv"].map {
      scan + ["--format", $0, "--group", "none", "-o", logs + "/single." + $0]
    }
    cases += ["table", "csv", "ndjson"].map {
      scan + ["--format", $0, "--group", "host", "-o", logs + "/hosts." + $0]
    }
    cases += [
      scan + ["--count", "-o", logs + "/count"],
      scan + ["--count", "--group", "host", "-o", logs + "/hosts.count"],
      // No hits, so the file is empty.
      scan + ["--kinds", "md5", "-o", logs + "/none"],
      scan + ["--count", "--summary", logs + "/summary.json"],
      ["scan", "--quiet", "--count", "--feed", feed, captures]
        + ["--write-pcap", captures + "/out.pcapng"],
      ["compile", "--quiet", feeds, "-o", feeds + "/x.skdb"],
      ["coverage", "--quiet", "--feed", feed, "--html", logs + "/out.html", logs],
      ["coverage", "--quiet", "--feed", feed, "--navigator", logs + "/layer.json", logs],
    ]
    for arguments in cases {
      let first = try CommandRunner.run(arguments)
      let second = try CommandRunner.run(arguments)
      #expect(second.status == first.status, "\(arguments) \(second.errors)")
      #expect(!second.errors.contains("would replace"), "\(second.errors)")
    }
  }

  /// Where the next run could not tell an output from what others wrote, the first one is refused.
  @Test func whatTheNextRunWouldReadIsNotWritten() throws {
    for name in ["feeds", "feeds/inner", "logs", "logs/inner"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: true)
    }
    _ = try folder.write("feeds/a.txt", "evil.example\n")
    _ = try folder.write("logs/a.log", "asked for evil.example\n")
    let (feeds, logs) = (folder.path("feeds"), folder.path("logs"))
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: logs + "/inner")
    let (asFeed, asValues) = ("would take it for a feed", "values alone do not show")
    let values = ["scan", "--quiet", "--feed", feed, logs, "--only-matching", "-o"]
    let named = ["scan", "--quiet", "--feed", feed, logs, "--format", "values", "-o"]
    let scan = ["scan", "--quiet", "--feed", feeds, log]
    let coverage = ["coverage", "--quiet", "--feed", feeds]
    let cases: [(arguments: [String], file: String, words: String)] = [
      (values, logs + "/x", asValues), (named, logs + "/inner/x", asValues),
      (values, link + "/x", asValues),
      (scan + ["-o"], feeds + "/x", asFeed), (scan + ["--count", "-o"], feeds + "/x", asFeed),
      (scan + ["--summary"], feeds + "/inner/x", asFeed),
      (scan + ["--write-pcap"], feeds + "/x", asFeed),
      (coverage + ["--html"], feeds + "/x", asFeed),
      (coverage + ["--navigator"], feeds + "/x", asFeed),
      (["scan", "--feed", feed, "--allow", feeds, log, "-o"], feeds + "/x", asFeed),
    ]
    for (arguments, file, words) in cases {
      let result = try CommandRunner.run(arguments + [file])
      #expect(result.status == 2 && result.errors.contains(words), "\(arguments) \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: file), "\(arguments)")
    }
    // A folder beside the one that is read, whose name begins alike.
    let beside = try CommandRunner.run(values + [logs + "2"])
    #expect(beside.status == 1, "\(beside.errors)")
  }

  /// What only resembles an output is somebody's file.
  @Test func whatOnlyResemblesAnOutputIsKept() throws {
    let logs = folder.path("logs")
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    let scan = ["scan", "--quiet", "--feed", feed, logs]
    let cases: [(options: [String], text: String)] = [
      ([], #"{"schema":1,"inputs":0,"hits_by_kind":[{"kind":"domain","count":1}]}"#),
      ([], #"{"schema":1,"asked":"evil.example","kind":"domain"}"#),
      ([], #"{"schema":1,"unit":"bytes/s","calibration":1}"#),
      (["--count"], "12\n13\n"), (["--count"], "12"), (["--count"], "\n"),
      (["--count"], "evil.example\n"), ([], "12\n"),
    ]
    for (options, text) in cases {
      let file = try folder.write("logs/x", text)
      let result = try CommandRunner.run(scan + options + ["-o", file])
      #expect(result.status == 2, "\(text) \(result.errors)")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }
    // Outputs are never compressed; this is `{"schema":1,"kind":` in one stored block of gzip.
    let text = Array(#"{"schema":1,"kind":"#.utf8)
    let length = UInt8(text.count)
    let packed =
      [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, length, 0, ~length, 0xFF] + text + [
        0, 0, 0, 0, length, 0, 0, 0,
      ]
    let file = logs + "/x"
    try Data(packed).write(to: URL(fileURLWithPath: file))
    let result = try CommandRunner.run(scan + ["-o", file])
    #expect(result.errors.contains("would replace what is read"), "\(result.errors)")
  }

  @Test func aFolderIsNoOutput() throws {
    for arguments in [["-o"], ["--summary"], ["--write-pcap"], ["--format", "html", "-o"]] {
      let result = try CommandRunner.run(
        ["scan", "--feed", feed, log] + arguments + [folder.url.path])
      #expect(result.status == 2 && result.output == "", "\(arguments) \(result.output)")
      #expect(
        result.errors
          == "sekisho: error: \(folder.url.path): cannot create: it is a folder; name a file\n",
        "\(result.errors)")
    }
  }

  /// Said before anything is read, which may take hours.
  @Test func whatCannotBeWrittenIsSaidAtOnce() throws {
    let nowhere = folder.path("nowhere/x")
    for arguments in [
      ["scan", "--feed", feed, log, "--summary", nowhere],
      ["scan", "--feed", feed, log, "--write-pcap", nowhere],
      ["scan", "--feed", feed, log, "--format", "html", "-o", nowhere],
      ["coverage", "--feed", feed, "--html", nowhere],
      ["coverage", "--feed", feed, "--navigator", nowhere],
      ["compile", feed, "-o", nowhere],
      ["bench", "scan", "--feed", feed, log, "--baseline", nowhere, "--update-baseline"],
    ] {
      let result = try CommandRunner.run(arguments)
      #expect(result.status == 2 && result.output == "", "\(arguments) \(result.output)")
      #expect(
        result.errors == "sekisho: error: \(nowhere): cannot create: No such file or directory; "
          + "make its folder first\n", "\(result.errors)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
  }

  /// A summary in the folder that is scanned is no log, when it is written and the next time.
  @Test func aSummaryIsNoInput() throws {
    let summary = folder.path("s.json")
    for _ in 0..<2 {
      let result = try CommandRunner.run(
        ["scan", "--feed", feed, folder.url.path, "--summary", summary, "--count"])
      #expect(result.output == "1\n", "\(result.errors)")
    }
  }

  /// Nor are pages and layers.
  @Test func aPageIsNoInput() throws {
    let page = folder.path("p.html")
    for _ in 0..<2 {
      let result = try CommandRunner.run(
        ["scan", "--refang", "--feed", feed, folder.url.path, "--format", "html", "-o", page])
      #expect(result.errors.contains("hits: 1 ("), "\(result.errors)")
    }
    try FileManager.default.removeItem(atPath: page)
    let reports = (0..<2).map { _ in
      try? CommandRunner.run(
        ["coverage", "--no-timing", "--json", "--feed", feed, folder.url.path, "--html", page]
          + ["--navigator", folder.path("n.json"), "--now", "2024-05-01"]
      ).output
    }
    #expect(reports[0]?.contains(#""hits":1"#) == true)
    let counts = reports.map {
      $0?.components(separatedBy: #""inputs":"#).last?.prefix { $0 != "," }
    }
    #expect(counts[0] != nil && counts[0] == counts[1], "\(counts)")
  }

  @Test func aFaultNamesTheFileOnce() throws {
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, log, "--format", "html", "-o", "/dev/full"])
    #expect(result.status == 2)
    #expect(result.errors.contains("error: /dev/full: cannot write: No space"), "\(result.errors)")
  }

  /// What a cache keeps is no feed, so it is not kept where feeds are read.
  @Test func aCacheIsNotAmongFeeds() throws {
    let feeds = folder.path("feeds")
    try FileManager.default.createDirectory(atPath: feeds, withIntermediateDirectories: true)
    _ = try folder.write("feeds/a.txt", "evil.example\n")
    let compile = ["compile", feeds, "-o", folder.path("x.skdb"), "--cache"]
    for cache in [feeds, feeds + "/cache", feeds + "/cache/", feeds + "/../feeds/./cache"] {
      let result = try CommandRunner.run(compile + [cache])
      #expect(result.status == 2, "\(cache) \(result.errors)")
      #expect(result.errors.contains("would take what it keeps for feeds"), "\(result.errors)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: feeds) == ["a.txt"])
    // Hidden folders are not read, and a feed alone is in no folder that is.
    for cache in [feeds + "/.cache", folder.path("cache")] {
      for _ in 0..<2 {
        let result = try CommandRunner.run(compile + [cache])
        #expect(result.status == 0, "\(cache) \(result.errors)")
      }
    }
    let single = try CommandRunner.run(
      ["compile", feeds + "/a.txt", "-o", folder.path("x.skdb"), "--cache", feeds + "/cache"])
    #expect(single.status == 0, "\(single.errors)")
  }

  @Test func oneFileIsNotWrittenTwice() throws {
    let file = folder.path("out")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, log, "-o", file, "--summary", file])
    #expect(result.status == 2)
    #expect(result.errors.contains("--output and --summary both write"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: file))
    let inner = folder.path("inner")
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: inner)
    for (first, second) in [
      (file, folder.url.path + "/./out"), (inner + "/x", inner + "/../inner/x"),
      (link + "/x", inner + "/x"),
    ] {
      for arguments in [
        ["scan", "--feed", feed, log, "-o", first, "--write-pcap", second],
        ["scan", "--feed", feed, log, "--format", "html", "-o", first, "--summary", second],
        ["coverage", "--feed", feed, "--html", first, "--navigator", second],
      ] {
        let result = try CommandRunner.run(arguments)
        #expect(
          result.status == 2 && result.errors.contains(" both write "),
          "\(arguments) \(result.errors)")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: inner).isEmpty)
    // A device holds what is written to it however often.
    let device = try CommandRunner.run(
      ["scan", "--feed", feed, log, "-o", "/dev/null", "--summary", "/dev/null", "--quiet"])
    #expect(device.status == 1, "\(device.errors)")
  }

  @Test func aDashIsStandardOutput() throws {
    let hits = try CommandRunner.run(["scan", "--feed", feed, log, "-o", "-", "--quiet"])
    #expect(hits.status == 1, "\(hits.errors)")
    #expect(hits.lines.count == 1)
    let database = try CommandRunner.run(["compile", feed, "-o", "-"])
    #expect(database.status == 2)
    #expect(database.errors.contains("--output FILE"), "\(database.errors)")
  }

  @Test func standardInputTakesAFormat() throws {
    let feeds = ["evil.example", "other.example"].map { Array(($0 + "\n").utf8) }.joined()
    let input = Array(feeds)
    let database = folder.path("db")
    let compiled = try CommandRunner.run(
      ["compile", "-=plain", "-o", database, "--quiet"], input: input)
    #expect(compiled.status == 0, "\(compiled.errors)")
    let found = try CommandRunner.run(
      ["lookup", "--feed", "-=plain", "evil.example"], input: input)
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("-:1"), "\(found.output)")
  }

  /// A pipe with a name is read once; nobody writes to it again.
  @Test func aNamedPipeIsAFeed() throws {
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", "echo evil.example > \"$0\"", pipe]
    try writer.run()
    let result = try CommandRunner.run(["lookup", "--feed", pipe, "evil.example"])
    writer.waitUntilExit()
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("pipe:1"), "\(result.output)")
  }

  @Test func aFileNamedTwiceIsReadOnce() throws {
    let database = folder.path("db")
    let result = try CommandRunner.run(["compile", feed, feed, folder.url.path, "-o", database])
    // The folder holds the log as well, which is no feed.
    #expect(
      result.errors.components(separatedBy: "feed.txt (plain)").count == 2, "\(result.errors)")
  }
}
