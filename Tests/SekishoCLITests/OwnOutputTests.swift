import Foundation
import TestSupport
import Testing

/// Results that are written into a folder that is read are not read.
@Suite struct OwnOutputTests {
  let folder: TemporaryFolder
  let feed: String
  let logs: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n")
    logs = folder.path("logs")
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    try Data("asked for evil.example\n".utf8).write(to: URL(fileURLWithPath: logs + "/b.log"))
  }

  @Test func aFileOfHitsIsNoLog() throws {
    let old = try folder.write("old.log", "asked for evil.example\n")
    let hits = logs + "/hits.ndjson"
    for _ in 0..<2 {
      // The first log's hits are written before the folder is read; the second time the file is there.
      let result = try CommandRunner.run(
        ["scan", "--feed", feed, "--threads", "1", "-o", hits, old, logs])
      #expect(result.status == 1, "\(result.errors)")
      #expect(try String(contentsOfFile: hits, encoding: .utf8).split(separator: "\n").count == 2)
    }
  }

  @Test func standardOutputInTheFolderIsNoLog() throws {
    let hits = logs + "/a.out"
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--threads", "1", logs], redirect: "> '\(hits)'")
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.errors.contains("own-output"), "\(result.errors)")
    #expect(try String(contentsOfFile: hits, encoding: .utf8).split(separator: "\n").count == 1)
  }

  @Test func whatIsNamedAndWrittenIsAnError() throws {
    let hits = logs + "/a.out"
    try Data("evil.example\n".utf8).write(to: URL(fileURLWithPath: hits))
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, hits, logs + "/b.log"], redirect: ">> '\(hits)'")
    #expect(result.status == 2)
    #expect(result.errors.contains("results are written to it"), "\(result.errors)")
  }

  @Test func aPageOnStandardOutputIsNoFile() throws {
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--format", "html", "-o", "-", logs, "--quiet"])
    #expect(result.status == 1, "\(result.errors)")
    #expect(
      result.output.hasPrefix("<!doctype html>") || result.output.hasPrefix("<!DOCTYPE html>"))
    #expect(!FileManager.default.fileExists(atPath: CommandRunner.root.path + "/-"))
  }
}
