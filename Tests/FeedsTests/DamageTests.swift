import Feeds
import Foundation
import Indicators
import Inputs
import TestSupport
import Testing

/// Files that were cut or spoilt: no trap, and of whole lines no entry that the whole file does not have.
@Suite struct DamageTests {
  /// Every byte with optimisation; without, as many as a few seconds allow.
  private static var step: Int {
    #if DEBUG
      11
    #else
      1
    #endif
  }

  private static let feeds = FeedCase.all + FeedCase.named

  @Test(arguments: feeds)
  func cutAtEveryByte(_ feed: FeedCase) {
    let bytes = Array(feed.text.utf8)
    let whole = Set(Loaded(bytes: bytes, format: feed.format).entries)
    for length in stride(from: 0, to: bytes.count, by: Self.step) {
      let cut = bytes[..<length]
      let loaded = Loaded(bytes: Array(cut), format: feed.format)
      if loaded.error != nil { #expect(loaded.collection.records.isEmpty) }
      // What is left of the line that was cut may be a value of its own; and what a column of CSV holds is told by
      // the rows that there are.
      guard feed.format != .csv else { continue }
      let last = 1 + cut.count { $0 == UInt8(ascii: "\n") }
      for (record, entry) in zip(loaded.collection.records, loaded.entries)
      where Int(record.line) < last {
        #expect(whole.contains(entry), "\(length) bytes")
      }
    }
    for length in stride(from: 0, to: bytes.count, by: 5 * Self.step) {
      _ = Loaded(bytes: Array(bytes[..<length]))
    }
  }

  @Test(arguments: feeds)
  func flippedBits(_ feed: FeedCase) {
    var random = SeededGenerator(seed: 7)
    let bytes = Array(feed.text.utf8)
    for _ in 0..<(Self.step == 1 ? 300 : 10) {
      var spoilt = bytes
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        spoilt[Int.random(in: 0..<bytes.count, using: &random)] ^=
          1 << UInt8.random(in: 0..<8, using: &random)
      }
      _ = Loaded(bytes: spoilt, format: feed.format)
      _ = Loaded(bytes: spoilt)
    }
  }

  @Test func jsonThatIsCutKeepsNothingUnlessAsked() {
    let text = FeedCase.bundle([
      "[domain-name:value = 'evil.example']", "[domain-name:value = 'bad.example']",
    ])
    let cut = String(text.dropLast(40))
    let strict = Loaded(cut)
    #expect(strict.error?.code == .truncated)
    #expect(strict.entries.isEmpty)
    var options = FeedOptions()
    options.keepsPartial = true
    let partial = Loaded(cut, options: options)
    #expect(partial.entries == ["2 domain evil.example exact"])
    #expect(partial.context(of: "evil.example").first == "id=indicator--0")
    #expect(partial.summary?.warnings.count == 1)
  }

  @Test func gzipThatIsCutKeepsNothingUnlessAsked() throws {
    let lines = (0..<2000).map { "evil\($0 &* 7919 % 10007).example\n" }.joined()
    let compressed = try Self.gzip(Array(lines.utf8))
    #expect(Loaded(bytes: compressed).entries.count == 2000)
    let cut = Array(compressed[..<(compressed.count / 2)])
    let strict = Loaded(bytes: cut)
    #expect(strict.error?.code == .truncated)
    #expect(strict.entries.isEmpty)
    var options = FeedOptions()
    options.keepsPartial = true
    let partial = Loaded(bytes: cut, options: options)
    #expect(partial.error == nil)
    #expect(!partial.entries.isEmpty)
    // The line that was cut is not taken for a value of its own.
    let names = Set(lines.split(separator: "\n").map(String.init))
    for record in partial.collection.records { #expect(names.contains(partial.value(record))) }
  }

  @Test func utf16IsReadAndSaid() {
    var bytes: [UInt8] = [0xff, 0xfe]
    for unit in "evil.example\nbad.example\n".utf16 {
      bytes += [UInt8(unit & 0xff), UInt8(unit >> 8)]
    }
    let loaded = Loaded(bytes: bytes)
    #expect(
      loaded.entries == [
        "1 domain evil.example withSubdomains", "2 domain bad.example withSubdomains",
      ])
    #expect(loaded.summary?.lints.counts["transcoded-from-utf-16"] == 1)
  }

  @Test func memoryIsNeededForDiagnosticsOnlyUpToTheLimit() {
    var options = FeedOptions()
    options.diagnosticLimit = 10
    let text = "evil.example\n" + String(repeating: "not a value\n", count: 500)
    let loaded = Loaded(text, format: .plain, options: options)
    #expect(loaded.summary?.diagnostics.count == 10)
    #expect(loaded.summary?.refusals.counts == ["not-an-indicator": 500])
    #expect(loaded.collection.feeds.first?.refusals == ["not-an-indicator": 500])
  }

  @Test func longLinesAreCountedAndLeftOut() {
    var options = FeedOptions()
    options.lineLimit = 64
    let text = "evil.example\n" + String(repeating: "x", count: 1000) + "\nbad.example\n"
    let loaded = Loaded(text, format: .plain, options: options)
    #expect(
      loaded.entries == [
        "1 domain evil.example withSubdomains", "3 domain bad.example withSubdomains",
      ])
    #expect(loaded.diagnostics == ["2 line-too-long"])
  }

  /// A long line is counted also where it ends with a piece that was read, so that nothing of it is left.
  @Test(arguments: [4 << 20, (4 << 20) + 1, (4 << 20) - 1, 3 << 20, 1 << 22 | 256])
  func longLinesAreCountedWhereverTheyEnd(_ length: Int) {
    let loaded = Loaded(
      bytes: [UInt8](repeating: 0x61, count: length) + Array("\nevil.example\n".utf8),
      format: .plain)
    #expect(loaded.diagnostics == ["1 line-too-long"])
    #expect(loaded.entries.count == 1)
  }

  /// Compresses with the system's own tool, so that the test needs no second implementation.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let file = try folder.write("feed", bytes)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", file]
    try process.run()
    process.waitUntilExit()
    return Array(try Data(contentsOf: URL(fileURLWithPath: file + ".gz")))
  }
}
