import Foundation
import TestSupport
import Testing

/// What allow lists suppress, and when they no longer do.
@Suite struct ExceptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func hits(_ arguments: [String]) throws -> Int {
    let result = try CommandRunner.run(["scan", "--quiet"] + arguments)
    #expect(result.status == (result.lines.isEmpty ? 0 : 1), "\(result.errors)")
    return result.lines.count
  }

  /// With a time to judge by an exception holds until it ends.
  @Test(arguments: [
    (["--time", "any"], 0), (["--time", "now"], 3), (["--time", "event"], 1), ([], 0),
  ])
  func theyExpire(_ options: [String], _ count: Int) throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let allow = try folder.write(
      "allow.csv", "indicator,valid_until\nevil.example,2020-01-01\n")
    let log = try folder.write(
      "a.jsonl",
      """
      {"ts":"2019-06-01T00:00:00Z","query":"evil.example"}
      {"ts":"2024-01-01T00:00:00Z","query":"evil.example"}
      {"query":"evil.example"}

      """)
    #expect(try hits(options + ["--feed", feed, "--allow", allow, log]) == count)
  }

  /// An address and port allows itself where the port is not known, and nothing else of the address.
  @Test func ofTheVeryIndicator() throws {
    let feed = try folder.write("feed.txt", "203.0.113.7:443\n203.0.113.8:443\n203.0.113.9\n")
    let allow = try folder.write("allow.txt", "203.0.113.7:443\n203.0.113.8:80\n203.0.113.9:443\n")
    let log = try folder.write("a.log", "to 203.0.113.7\nto 203.0.113.8\nto 203.0.113.9\n")
    #expect(try hits(["--feed", feed, "--allow", allow, log]) == 2)
    #expect(try hits(["--feed", feed, "--allow", feed, log]) == 0)
    // From databases of their own as well.
    let databases = ["f.skdb", "a.skdb"].map { folder.path($0) }
    _ = try CommandRunner.run(["compile", feed, "-o", databases[0]])
    _ = try CommandRunner.run(["compile", "--allow", allow, "-o", databases[1]])
    #expect(try hits(["--db", databases[0], "--db", databases[1], log]) == 2)
  }
}
