import Foundation
import Sekisho
import TestSupport
import Testing

/// Compiling with what was read before gives what compiling without it gives.
@Suite struct FeedCacheTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func requests(_ change: (inout FeedOptions) -> Void = { _ in }) -> [FeedRequest] {
    var options = FeedOptions()
    change(&options)
    let path = CommandRunner.root.appendingPathComponent("seeds/feeds").path
    return [FeedRequest(path: path, options: options)]
  }

  private func cache(_ name: String = "cache") -> FeedCache { FeedCache(folder: folder.path(name)) }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("cache")).sorted()
  }

  /// Everything that a compilation says and yields.
  private func describe(_ compilation: Compilation) throws -> String {
    let feeds = compilation.report.feeds.map { feed in
      "\(feed.name) \(feed.format) \(feed.entries) \(feed.candidates) \(feed.refusals.sorted) "
        + "\(feed.lints.sorted) \(feed.warnings) \(feed.diagnostics)"
    }
    let image = try compilation.compiled().image
    return feeds.joined(separator: "\n") + "\(FeedInput(bytes: image.span.bytes).hash)"
      + "\(compilation.errors)"
  }

  @Test func theResultIsTheSameWithAndWithout() throws {
    let changes: [(inout FeedOptions) -> Void] = [
      { _ in }, { $0.minimumConfidence = 60 }, { $0.name = "another name" },
      { $0.maximumTLP = .green }, { $0.kinds = IndicatorKindSet([.domain, .url]) },
      { $0.validFor = 86_400_000_000_000 }, { $0.oldest = 1_700_000_000_000_000_000 },
      { $0.isAllowList = true }, { $0.labels = ["x", "y"] }, { $0.names = .exact },
    ]
    for change in changes {
      let plain = try describe(Compilation(of: requests(change)))
      let first = Compilation(of: requests(change), cache: cache())
      let second = Compilation(of: requests(change), cache: cache())
      #expect(try describe(first) == plain)
      #expect(try describe(second) == plain)
      #expect(second.cacheUse.kept == 0 && second.cacheUse.found == second.report.feeds.count)
      #expect(first.cacheUse.notes.isEmpty && second.cacheUse.notes.isEmpty)
    }
    // Limits and names do not lead to other files: what was read is the same.
    let limited = Compilation(of: requests { $0.minimumConfidence = 77 }, cache: cache())
    #expect(limited.cacheUse.kept == 0)
  }

  @Test func aChangedFeedIsReadAgain() throws {
    let names = try folder.write("names.txt", "evil.example\n")
    let others = try folder.write("others.txt", "bad.example\n")
    let requests = [FeedRequest(path: names), FeedRequest(path: others)]
    #expect(Compilation(of: requests, cache: cache()).cacheUse.kept == 2)
    _ = try folder.write("names.txt", "worse.example\n")
    let again = Compilation(of: requests, cache: cache())
    #expect(again.cacheUse.kept == 1 && again.cacheUse.found == 1)
    #expect(try describe(again) == describe(Compilation(of: requests)))
    // A failure is not kept.
    _ = try folder.write("names.txt", "words of prose that are none\n")
    #expect(Compilation(of: requests, cache: cache()).errors.count == 1)
    #expect(Compilation(of: requests, cache: cache()).errors.count == 1)
  }

  @Test func damagedFilesAreNotUsedAndSaidSo() throws {
    let names = try folder.write("names.txt", "evil.example\nbad.example\n192.0.2.1\n")
    let requests = [FeedRequest(path: names, format: .plain)]
    _ = Compilation(of: requests, cache: cache())
    let plain = try describe(Compilation(of: requests))
    let file = try #require(try files().first)
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("cache/" + file)))
    for length in stride(from: 0, to: whole.count, by: 7) {
      _ = try folder.write("cache/" + file, Array(whole.prefix(length)))
      let compilation = Compilation(of: requests, cache: cache())
      #expect(compilation.cacheUse.found == 0 && compilation.cacheUse.notes.count == 1)
      #expect(try describe(compilation) == plain)
    }
    for offset in stride(from: 0, to: whole.count, by: 3) {
      var damaged = Array(whole)
      damaged[offset] ^= 0x10
      _ = try folder.write("cache/" + file, damaged)
      let compilation = Compilation(of: requests, cache: cache())
      #expect(compilation.cacheUse.found == 0, "offset \(offset)")
      #expect(try describe(compilation) == plain)
    }
    // With the sum put right, nothing else is trusted either.
    for offset in 28..<whole.count {
      var damaged = Array(whole)
      damaged[offset] ^= 0xff
      let sum = FeedInput(bytes: damaged.span.bytes.extracting(28...))
      for (place, half) in [(12, sum.hashLow), (20, sum.hashHigh)] {
        withUnsafeBytes(of: half.littleEndian) {
          damaged.replaceSubrange(place..<place + 8, with: $0)
        }
      }
      _ = try folder.write("cache/" + file, damaged)
      _ = try Compilation(of: requests, cache: cache()).compiled()
    }
  }

  @Test func theFolderIsBoundedAndMayBeOutOfReach() throws {
    let names = try folder.write("names.txt", "evil.example\n")
    let others = try folder.write("others.txt", "bad.example\n")
    _ = Compilation(of: [.init(path: names)], cache: cache())
    // What was just used stays; what is left from before goes.
    let small = FeedCache(folder: folder.path("cache"), byteLimit: 1)
    #expect(Compilation(of: [.init(path: others)], cache: small).cacheUse.kept == 1)
    #expect(try files().count == 1)
    #expect(Compilation(of: [.init(path: others)], cache: small).cacheUse.found == 1)
    let blocked = FeedCache(folder: names + "/cache")
    let compilation = Compilation(of: [.init(path: names), .init(path: others)], cache: blocked)
    #expect(compilation.errors.isEmpty && compilation.report.feeds.count == 2)
    #expect(compilation.cacheUse.notes.count == 1)
  }

  @Test func manyProgramsShareAFolder() throws {
    let names = try folder.write(
      "names.txt", (0..<5_000).map { "n\($0).example\n" }.joined())
    let processes = try (0..<6).map { number in
      let process = Process()
      process.executableURL = CommandRunner.executable
      process.arguments = [
        "compile", "--quiet", "--cache", folder.path("shared"), names, "-o",
        folder.path("db\(number)"),
      ]
      try process.run()
      return process
    }
    for process in processes {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    let images = try Set(
      (0..<6).map { try Data(contentsOf: URL(fileURLWithPath: folder.path("db\($0)"))) })
    #expect(images.count == 1)
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path("shared"))
    #expect(kept.count == 1 && kept[0].hasSuffix(".feed"))
  }
}
