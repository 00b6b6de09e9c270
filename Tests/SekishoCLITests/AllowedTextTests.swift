import Foundation
import TestSupport
import Testing

/// Warninglists of parts of values and of regular expressions suppress hits.
@Suite struct AllowedTextTests {
  let folder: TemporaryFolder
  let feed: String
  let log: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "cdn.evil.example\nhttp://evil.example/a\nother.example\n")
    log = try folder.write(
      "a.log", "cdn.evil.example\nhttp://evil.example/a\nsub.other.example\n")
  }

  private func list(_ type: String, _ value: String) throws -> String {
    try folder.write(
      type + ".json",
      #"{"name":"List","version":1,"description":"d","type":"\#(type)","list":["\#(value)"]}"#)
  }

  @Test func partsOfValuesSuppress() throws {
    let allow = try list("substring", "EVIL.ex")
    let result = try CommandRunner.run(["scan", "--feed", feed, "--allow", allow, log])
    #expect(result.status == 1)
    #expect(result.lines.count == 1 && result.output.contains("sub.other.example"))
    #expect(result.errors.contains("2 more suppressed"), "\(result.errors)")
    #expect(!result.errors.contains("captures only"), "\(result.errors)")
    let shown = try CommandRunner.run(
      ["scan", "--quiet", "--show-suppressed", "--feed", feed, "--allow", allow, log])
    #expect(shown.lines.count == 3)
    #expect(shown.output.contains(#""suppressed":{"list":"\#(allow)","line":1"#), "\(shown.output)")
  }

  @Test func aDatabaseKeepsThem() throws {
    let allow = try list("substring", "evil.ex")
    let database = folder.path("a.skdb")
    let compiled = try CommandRunner.run(["compile", feed, "--allow", allow, "-o", database])
    #expect(compiled.status == 0, "\(compiled.errors)")
    let result = try CommandRunner.run(["scan", "--quiet", "--db", database, "--count", log])
    #expect(result.output == "1\n")
    let lookup = try CommandRunner.run(["lookup", database, "cdn.evil.example"])
    #expect(lookup.output.contains("(an allow list covers it: \(allow):1)"), "\(lookup.output)")
    let json = try CommandRunner.run(["lookup", "--json", database, "cdn.evil.example"])
    #expect(
      json.output.contains(#""suppressed":{"list":"\#(allow)","line":1"#), "\(json.output)")
    let explained = try CommandRunner.run(["explain", "--db", database, "cdn.evil.example"])
    #expect(explained.output.contains("suppressed by"), "\(explained.output)")
    #expect(explained.status == 1)
  }

  @Test func expressionsSuppressWhatTheyAreFoundIn() throws {
    let allow = try list("regex", "/^cdn/i")
    let result = try CommandRunner.run(["scan", "--quiet", "--feed", feed, "--allow", allow, log])
    let all = try CommandRunner.run(["scan", "--quiet", "--feed", feed, log])
    #expect(all.lines.count == 3)
    #expect(result.lines == all.lines.filter { !$0.contains(#""value":"cdn."#) })
    #expect(result.lines.count < 3)
    let database = folder.path("a.skdb")
    let compiled = try CommandRunner.run(["compile", feed, "--allow", allow, "-o", database])
    #expect(compiled.status == 0, "\(compiled.errors)")
    let scanned = try CommandRunner.run(["scan", "--quiet", "--db", database, log])
    #expect(scanned.lines == result.lines)
    let explained = try CommandRunner.run(["explain", "--db", database, "cdn.evil.example"])
    #expect(explained.output.contains("suppressed by"), "\(explained.output)")
    #expect(try CommandRunner.run(["inspect", "--verify", database]).status == 0)
  }

  @Test func whatIsNoRegularLanguageIsRefused() throws {
    let allow = try list("regex", #"/(cdn)\\1/"#)
    let result = try CommandRunner.run(["scan", "--feed", feed, "--allow", allow, log])
    #expect(result.lines.count == 3)
    #expect(result.errors.contains("unsupported-pattern"), "\(result.errors)")
  }
}
