import Foundation
import TestSupport
import Testing

/// Standard input, output and error may be closed when the command begins, as daemons close them.
@Suite struct ClosedStreamTests {
  let folder: TemporaryFolder
  let feed: String
  let log: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n")
    log = try folder.write("a.log", "asked for evil.example\n")
  }

  /// No other file that is open takes the place of standard input.
  @Test func standardInputIsAnErrorThatSaysSo() throws {
    let database = folder.path("i.skdb")
    #expect(try CommandRunner.run(["compile", "--quiet", feed, "-o", database]).status == 0)
    for arguments in [
      ["scan", "--db", database, "--format", "ndjson", "-"], ["extract", "-"],
      ["lookup", database, "-"], ["lookup", "--feed", "-=plain", "evil.example"],
      ["compile", "-=plain", "-o", folder.path("x.skdb")],
    ] {
      let result = try CommandRunner.run(arguments, redirect: "<&-")
      #expect(result.status == 2 && result.output == "", "\(arguments) \(result.output)")
      #expect(
        result.errors.contains("standard input is closed; redirect it (< FILE), or name a file"),
        "\(arguments) \(result.errors)")
    }
    let other = try CommandRunner.run(
      ["scan", "--db", database, "--count", "--quiet", log], redirect: "<&-")
    #expect(other.output == "1\n" && other.status == 1, "\(other.errors)")
  }

  /// Results that nobody can read are an error, unless a file is named for them.
  @Test func standardOutput() throws {
    let lost = try CommandRunner.run(["scan", "--feed", feed, log], redirect: ">&-")
    #expect(lost.status == 2 && lost.errors.contains("cannot write"), "\(lost.errors)")
    let hits = folder.path("hits")
    let kept = try CommandRunner.run(
      ["scan", "--feed", feed, log, "-o", hits, "--quiet"], redirect: ">&-")
    #expect(kept.status == 1 && kept.errors == "", "\(kept.errors)")
    #expect(try String(contentsOfFile: hits, encoding: .utf8).contains("evil.example"))
  }

  /// A summary that nobody can read is an error, too; that the reader went away is none.
  @Test func aSummaryOnStandardOutput() throws {
    let hits = folder.path("hits")
    let scan = ["scan", "--feed", feed, log, "--summary", "-", "--quiet"]
    for redirect in [">&-", "> /dev/full"] {
      for arguments in [scan, scan + ["-o", hits]] {
        let lost = try CommandRunner.run(arguments, redirect: redirect)
        #expect(lost.status == 2, "\(redirect) \(lost.errors)")
        // Hits that cannot be written are told; not the summary as well.
        #expect(
          lost.errors.components(separatedBy: "cannot write").count == 2,
          "\(redirect) \(lost.errors)")
      }
    }
  }

  /// Messages do not get into the file of results.
  @Test func standardError() throws {
    let hits = folder.path("hits")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "-o", hits, folder.path("nowhere"), log], redirect: "2>&-")
    #expect(result.status == 2)
    let lines = try String(contentsOfFile: hits, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1 && lines[0].hasPrefix("{\"schema\":1,"), "\(lines)")
  }
}
