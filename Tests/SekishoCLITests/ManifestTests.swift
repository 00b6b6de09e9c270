import Foundation
import TestSupport
import Testing

/// What a database tells of the files that it was made of.
@Suite struct ManifestTests {
  @Test func everyInputIsNamedWithLengthAndHash() throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write("names.txt", "evil.example\nnot a name\n192.0.2.66\nbad.example\n")
    let database = folder.path("names.skdb")
    let compiled = try CommandRunner.run(["compile", feed + "=plain", "-o", database, "--quiet"])
    #expect(compiled.status == 0, "\(compiled.errors)")
    let inspected = try CommandRunner.run(["inspect", "--json", "--verify", database])
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(inspected.output.utf8)) as? [String: Any])
    let feeds = try #require(json["feeds"] as? [[String: Any]])
    #expect(feeds.count == 1)
    #expect(feeds[0]["name"] as? String == feed)
    #expect(feeds[0]["bytes"] as? Int == 47)
    // As `xxh128sum` prints it.
    #expect(feeds[0]["xxh128"] as? String == "1d0a2a5e72ac60c3f95c150888e508e8")
    #expect((feeds[0]["refused"] as? [[String: Any]])?.first?["count"] as? Int == 1)
    let piped = try CommandRunner.run(
      ["compile", "-o", database, "--quiet", "--", "-=plain"], input: Array("evil.example\n".utf8))
    #expect(piped.status == 0, "\(piped.errors)")
    let without = try CommandRunner.run(["inspect", "--json", "--verify", database])
    #expect(!without.output.contains("xxh128"))
  }
}
