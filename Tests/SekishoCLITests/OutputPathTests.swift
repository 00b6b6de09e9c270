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

  /// A summary in the folder that is scanned is no log, when it is written and the next time.
  @Test func aSummaryIsNoInput() throws {
    let summary = folder.path("s.json")
    for _ in 0..<2 {
      let result = try CommandRunner.run(
        ["scan", "--feed", feed, folder.url.path, "--summary", summary, "--count"])
      #expect(result.output == "2\n", "\(result.errors)")
    }
  }

  @Test func aFaultNamesTheFileOnce() throws {
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, log, "--format", "html", "-o", "/dev/full"])
    #expect(result.status == 2)
    #expect(result.errors.contains("error: /dev/full: cannot write: No space"), "\(result.errors)")
  }

  @Test func oneFileIsNotWrittenTwice() throws {
    let file = folder.path("out")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, log, "-o", file, "--summary", file])
    #expect(result.status == 2)
    #expect(result.errors.contains("--output and --summary both write"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: file))
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
