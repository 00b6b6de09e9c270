import Foundation
import TestSupport
import Testing

/// What a summary says was read is what the inputs are long, uncompressed, in whatever way they are read.
@Suite struct BytesReadTests {
  let folder: TemporaryFolder
  let feed: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n")
  }

  private func summary(_ arguments: [String], input: [UInt8]? = nil) throws -> [String: Any] {
    let path = folder.path("summary.json")
    let result = try CommandRunner.run(
      ["scan", "--feed", feed, "--quiet", "--summary", path] + arguments, input: input)
    #expect(result.status < 2, "\(result.errors)")
    let text = try Data(contentsOf: URL(fileURLWithPath: path))
    return try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
  }

  private func expectAllRead(_ path: String) throws {
    let file = URL(fileURLWithPath: path, relativeTo: CommandRunner.root)
    let bytes = try Data(contentsOf: file)
    for arguments in [
      [path, "--threads", "1"], [path, "--threads", "3"], ["-", "--threads", "1"],
      ["-", "--threads", "3"],
    ] {
      let read = try summary(
        arguments + ["--count"], input: arguments[0] == "-" ? Array(bytes) : nil)
      #expect(read["bytes"] as? Int == bytes.count, "\(path) \(arguments)")
    }
  }

  @Test(arguments: ["demo.pcap", "demo.pcapng"])
  func ofACapture(_ name: String) throws {
    try expectAllRead("Fixtures/" + name)
  }

  /// A variant of pcap that libpcap reads: the headers of its records are longer.
  @Test func ofAVariant() throws {
    var bytes: [UInt8] = [0x34, 0xcd, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    bytes += [1, 0, 0, 0]
    for _ in 0..<3 {
      bytes += [1, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0, 0]
      bytes += [UInt8](repeating: 0, count: 8 + 60)
    }
    try expectAllRead(folder.write("variant.pcap", bytes))
  }

  @Test func ofALogInAnotherEncoding() throws {
    let text = list(50_000, "") { "\($0) ä www.evil.example 水\n" }
    try expectAllRead(folder.write("utf8.log", text))
    try expectAllRead(
      folder.write(
        "utf16.log", [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }))
  }

  /// Where a limit ends the run, the lines that were read for the hits are counted.
  @Test(arguments: ["ndjson", "csv"])
  func underALimit(_ format: String) throws {
    let log = try folder.writeHits(60_000)
    for threads in ["1", "3"] {
      let read = try summary(
        [
          "--limit", "1000", "--format", format, "--threads", threads, "-o", folder.path("hits"),
          log,
        ])
      #expect(try #require(read["lines"] as? Int) >= 1000, "\(read)")
      #expect(try #require(read["bytes"] as? Int) >= 20_000, "\(read)")
    }
  }
}
