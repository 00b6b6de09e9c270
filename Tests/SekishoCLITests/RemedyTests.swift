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
    #expect(compared.errors.contains("; " + feed.command + "\n"), "\(compared.errors)")
  }

  @Test func ofAWarning() throws {
    let path = try folder.write(
      "list.json", #"{"name":"x","type":"hostname","version":1,"list":["www.example.org"]}"#)
    let summary = try #require(Compilation(of: [.init(path: path)]).report.feeds.first)
    let warning = try #require(summary.warnings.first)
    #expect(!warning.contains("--"))
    #expect(FeedSummary.remedy(ofWarning: warning).options == [.isAllowList])
    #expect(FeedSummary.remedy(ofWarning: "empty-feed: it holds no value").isEmpty)
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
        "; give a file that 'sekisho compile' wrote, or name a feed as one with --feed\n"),
      "\(printed.errors)")
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
