import Foundation
import TestSupport
import Testing

/// What limits cut and folders leave out is told by every command that reads inputs, in the same
/// words.
@Suite struct ToldLimitsTests {
  let folder: TemporaryFolder
  let feed: String
  let inputs: String
  private static let told =
    "not looked at or odd: log-line-over-limit 1, symbolic-link 1, value-at-cut 1"

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n")
    inputs = folder.path("in")
    try FileManager.default.createDirectory(atPath: inputs, withIntermediateDirectories: true)
    let other = try folder.write("other.log", "evil.example\n")
    try FileManager.default.createSymbolicLink(
      atPath: inputs + "/link.log", withDestinationPath: other)
    // The limit cuts the name.
    _ = try folder.write("in/long.log", list(1019, "") { _ in " " } + "evil.example tail\n")
  }

  private func suite() throws -> String {
    try folder.write(
      "suite.yaml",
      """
      cases:
        - {name: deep, feeds: feed.txt, inputs: in/deep.log, expect: {summary: {hits: 0}}}

      """)
  }

  @Test func everyCommandTells() throws {
    for arguments in [
      ["scan", "--feed", feed, inputs, "--max-line", "1024"],
      ["extract", inputs, "--max-line", "1024"],
      ["diff", feed, feed, inputs, "--max-line", "1024"],
    ] {
      let result = try CommandRunner.run(arguments)
      let lines = result.errors.split(separator: "\n").map(String.init)
      #expect(lines.contains(Self.told), "\(arguments) \(result.errors)")
      let quiet = try CommandRunner.run(arguments + ["--quiet"])
      #expect(quiet.errors == "", "\(arguments) \(quiet.errors)")
    }
    for arguments in [
      ["coverage", "--no-timing", "--feed", feed, inputs], ["test", try suite()],
    ] {
      _ = try folder.write(
        "in/deep.log", list(65, "") { _ in "[" } + list(65, "") { _ in "]" } + "\n")
      let result = try CommandRunner.run(arguments)
      #expect(
        result.errors.contains("not looked at or odd: log-record-too-deep 1"),
        "\(arguments) \(result.errors)")
      let quiet = try CommandRunner.run(arguments + ["--quiet"])
      #expect(quiet.errors == "", "\(arguments) \(quiet.errors)")
    }
  }

  @Test func reportsHoldIt() throws {
    let member = #""skipped":[{"reason":"symbolic-link","count":1}]"#
    for arguments in [
      ["diff", feed, feed, inputs], ["coverage", "--no-timing", "--feed", feed, inputs],
    ] {
      let result = try CommandRunner.run(arguments + ["--json", "--quiet"])
      #expect(result.output.contains(member), "\(result.output)")
    }
    _ = try folder.write(
      "in/deep.log", list(65, "") { _ in "[" } + list(65, "") { _ in "]" } + "\n")
    let test = try CommandRunner.run(["test", try suite(), "--json"])
    #expect(
      test.output.contains(#""skipped":[{"reason":"log-record-too-deep","count":1}]"#),
      "\(test.output)")
  }
}
