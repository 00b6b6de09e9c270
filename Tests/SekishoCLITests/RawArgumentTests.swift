import Foundation
import TestSupport
import Testing

/// Names of files are bytes, and need not be UTF-8.
@Suite struct RawArgumentTests {
  let folder: TemporaryFolder
  let feed: String

  init() throws {
    folder = try TemporaryFolder()
    feed = try folder.write("feed.txt", "evil.example\n")
    _ = try folder.write("good.log", "evil.example\n")
    #expect(try shell("printf 'evil.example\\n' > \"$(printf 'caf\\351.log')\"").status == 0)
  }

  /// Runs a shell in the folder; `$0` is the command.
  private func shell(_ text: String) throws -> CommandRunner.Result {
    let process = Process()
    process.currentDirectoryURL = folder.url
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", text, CommandRunner.executable.path]
    let output = Pipe()
    let errors = FileManager.default.temporaryDirectory
      .appendingPathComponent("sekisho-\(UUID().uuidString)")
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return CommandRunner.Result(
      status: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }

  @Test func anInputNeedNotBeText() throws {
    let scan = try shell("\"$0\" scan --quiet --feed feed.txt *.log")
    #expect(scan.status == 1 && scan.lines.count == 2, "\(scan.errors)")
    #expect(scan.output.contains(#""path":"caf\\xe9.log""#), "\(scan.output)")
    #expect(scan.output.contains(#""path":"good.log""#), "\(scan.output)")
    for (command, status) in [
      ("extract caf*", 0), ("coverage --no-timing --feed feed.txt caf*", 0),
      ("diff feed.txt feed.txt caf*", 0), ("explain --feed feed.txt caf* evil.example", 0),
      ("bench scan --repeat 1 --feed feed.txt caf*", 0),
      ("scan --feed feed.txt caf* --format html", 1),
    ] {
      let result = try shell("\"$0\" \(command)")
      #expect(result.status == Int32(status), "\(command) \(result.errors)")
      #expect(!result.output.contains("\0") && !result.errors.contains("\0"), "\(command)")
    }
    let absent = try shell("\"$0\" scan --feed feed.txt good.log \"$(printf 'no\\351')\"")
    #expect(absent.status == 2 && absent.lines.count == 1, "\(absent.errors)")
    #expect(absent.errors.contains(#"no\xe9: cannot open"#), "\(absent.errors)")
  }

  @Test func whatElseIsNotTextIsRefused() throws {
    for arguments in [
      "scan --feed feed.txt good.log -o caf*", "scan --feed caf* good.log", "lookup feed.txt caf*",
      "explain --feed feed.txt good.log caf*", "compile caf* -o x.skdb",
      "scan --feed feed.txt caf* -o caf*",
    ] {
      let result = try shell("\"$0\" \(arguments)")
      #expect(result.status == 2 && result.output == "", "\(arguments) \(result.output)")
      #expect(result.errors.contains("is not UTF-8"), "\(arguments) \(result.errors)")
    }
  }

  /// An input is not replaced, whatever its name.
  @Test func anInputIsKept() throws {
    let result = try shell("ln caf* link && \"$0\" scan --feed feed.txt caf* -o link")
    #expect(
      result.errors.contains(#"would replace what is read as caf\xe9.log"#), "\(result.errors)")
  }
}
