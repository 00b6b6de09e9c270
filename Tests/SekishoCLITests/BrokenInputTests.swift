import Foundation
import TestSupport
import Testing

/// Ten kinds of broken input: a line that a person understands, and the right exit code.
@Suite struct BrokenInputTests {
  let folder: TemporaryFolder
  let feed: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("names.txt", "evil.example\nbad.example\n")
  }

  private func demo() throws -> [UInt8] {
    Array(try Data(contentsOf: CommandRunner.root.appendingPathComponent("Fixtures/demo.pcap")))
  }

  /// Checks exit code and that exactly one line of errors or warnings holds the words.
  private func expect(
    _ result: CommandRunner.Result, status: Int32, says words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
    let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("sekisho: ") }
    #expect(lines.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(
      lines.first?.contains(words) == true, "\(result.errors)", sourceLocation: sourceLocation)
  }

  @Test func linkTypeThatIsNotRead() throws {
    var bytes = try demo()
    // IEEE 802.15.4.
    (bytes[20], bytes[21]) = (195, 0)
    let path = try folder.write("sensor.pcap", bytes)
    for arguments in [["scan", "--feed", feed], ["extract"]] {
      let result = try CommandRunner.run(arguments + [path])
      expect(
        result, status: 0,
        says: "none of its packets was read: link type ieee802_15_4-195 is not known")
    }
  }

  @Test func emptyFile() throws {
    let path = try folder.write("empty.log", "")
    expect(try CommandRunner.run(["scan", "--feed", feed, path]), status: 0, says: "is empty")
  }

  @Test func truncatedCapture() throws {
    let path = try folder.write("cut.pcap", try demo().prefix(10))
    expect(try CommandRunner.run(["scan", "--feed", feed, path]), status: 2, says: "cut.pcap")
  }

  @Test func captureCutInAPacket() throws {
    let bytes = try demo()
    let path = try folder.write("cut.pcap", bytes.prefix(bytes.count - 7))
    let result = try CommandRunner.run(["scan", "--feed", feed, path])
    expect(
      result, status: 2,
      says: "hits up to there are reported; fetch or copy the file again")
    #expect(result.output.contains("cdn.evil.example"), "hits found so far are written")
  }

  @Test func gzipCutShort() throws {
    let whole = folder.path("log.gz")
    let text = String(repeating: "GET http://evil.example/ from 192.0.2.1\n", count: 4000)
    let plain = try folder.write("log", text)
    let gzip = Process()
    gzip.executableURL = URL(fileURLWithPath: "/bin/sh")
    gzip.arguments = ["-c", "gzip -c \"$0\" > \"$1\"", plain, whole]
    try gzip.run()
    gzip.waitUntilExit()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
    let path = try folder.write("cut.gz", bytes.prefix(bytes.count - 20))
    let result = try CommandRunner.run(["scan", "--feed", feed, path])
    expect(result, status: 2, says: "cut.gz")
    #expect(result.output.contains("evil.example"))
  }

  @Test func binaryAsLog() throws {
    var bytes: [UInt8] = []
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes.append(UInt8(truncatingIfNeeded: state >> 40))
    }
    let path = try folder.write("noise.bin", bytes)
    expect(try CommandRunner.run(["scan", "--feed", feed, path]), status: 0, says: "binary")
  }

  @Test func feedWithNoUsableLine() throws {
    let prose = try folder.write("prose.txt", "nothing here\nis of use\nto anyone at all\n")
    let result = try CommandRunner.run(["compile", prose, "-o", folder.path("out.skdb")])
    #expect(result.status == 2)
    #expect(result.errors.contains("prose.txt"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.skdb")))
  }

  /// What the readable feeds find is found, and the command fails all the same.
  @Test func oneOfSeveralFeedsIsUnreadable() throws {
    let feeds = folder.path("feeds")
    try FileManager.default.createDirectory(atPath: feeds, withIntermediateDirectories: true)
    _ = try folder.write("feeds/README.md", "This is prose about things.\n")
    _ = try folder.write("feeds/names.txt", "evil.example\n")
    let log = try folder.write("seen.log", "x evil.example\n")
    let scan = try CommandRunner.run(["scan", "--feed", feeds, "--quiet", log])
    #expect(scan.status == 2)
    #expect(scan.lines.count == 1)
    #expect(scan.errors.contains("README.md"), "\(scan.errors)")
    let page = try CommandRunner.run(["scan", "--feed", feeds, "--format", "html", log])
    #expect(page.status == 2)
    #expect(page.output.contains("evil"))
    let lookup = try CommandRunner.run(["lookup", "--feed", feeds, "evil.example"])
    #expect(lookup.status == 2)
    #expect(lookup.output.contains("names.txt"))
    let none = try CommandRunner.run(["scan", "--feed", feeds + "/README.md", "--quiet", log])
    #expect(none.status == 2)
    #expect(none.output.isEmpty)
  }

  @Test func feedThatIsKnownToBeGood() throws {
    let popular = try folder.write(
      "popular.txt", "google.com\nwww.bing.com\nupdate.microsoft.com\nevil.example\n")
    let out = folder.path("popular.skdb")
    let refused = try CommandRunner.run(["compile", popular, "-o", out])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("suspect: 3 of its 4 entries"), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: out))
    for arguments in [["compile", popular, "--trusted"], ["compile", "--allow", popular]] {
      let taken = try CommandRunner.run(arguments + ["-o", out])
      #expect(taken.status == 0, "\(taken.errors)")
    }
  }

  @Test func noPartOfAnOutputStaysBehind() throws {
    let log = try folder.write("a.log", String(repeating: "evil.example\n", count: 20_000))
    let results = folder.path("results")
    try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
    // A limit of the shell stands for a full disk: writing fails in the middle.
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = [
      "-c", "trap '' XFSZ; ulimit -f 8; \"$@\" 2>/dev/null", "sh",
      CommandRunner.executable.path, "scan", "--feed", feed, "--format", "ndjson", "-o",
      results + "/hits.ndjson", log,
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: results) == [])
  }

  @Test func unreadableFile() throws {
    expect(
      try CommandRunner.run(["scan", "--feed", feed, folder.path("missing.log")]), status: 2,
      says: "missing.log")
  }

  @Test func databaseOfAnotherVersion() throws {
    let database = folder.path("names.skdb")
    let compiled = try CommandRunner.run(["compile", feed, "-o", database, "--quiet"])
    #expect(compiled.status == 0, "\(compiled.errors)")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: database)))
    // The major version stands behind the eight bytes of the magic.
    bytes[8] = 99
    let path = try folder.write("old.skdb", bytes)
    let log = try folder.write("a.log", "evil.example\n")
    expect(try CommandRunner.run(["scan", "--db", path, log]), status: 2, says: "version")
  }

  @Test func folderWithNothingToScan() throws {
    let empty = folder.path("nothing")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    expect(try CommandRunner.run(["scan", "--feed", feed, empty]), status: 2, says: "nothing")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full here"))
  func outputDiskFull() throws {
    let log = try folder.write("a.log", "evil.example\n")
    expect(
      try CommandRunner.run(["scan", "--feed", feed, log], redirect: "> /dev/full"), status: 2,
      says: "No space left")
    expect(
      try CommandRunner.run(["extract", log], redirect: "> /dev/full"), status: 2,
      says: "No space left")
    for arguments in [
      ["lookup", "--feed", feed, "evil.example"],
      ["lookup", "--feed", feed, "evil.example", "--json"],
      ["explain", "--feed", feed, "evil.example"], ["coverage", "--feed", feed, "--no-timing"],
      ["diff", feed, feed], ["--help"], ["scan", "--help"], ["--version"],
    ] {
      expect(
        try CommandRunner.run(arguments, redirect: "> /dev/full"), status: 2,
        says: "standard output: cannot write: No space left")
    }
  }
}
