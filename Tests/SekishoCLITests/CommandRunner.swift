import Foundation
import TestSupport
import Testing

/// Runs the built command as a user does.
struct CommandRunner {
  struct Result {
    var status: Int32
    var output: String
    var errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The executable that was built beside the tests.
  static let executable: URL = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    #if os(Linux)
      folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    #endif
    // The runner of a test bundle can live in the toolchain; the bundle's path is an argument.
    let candidates =
      CommandLine.arguments.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
      + [folder.deletingLastPathComponent()]
      + ["debug", "release"].map { root.appendingPathComponent(".build/\($0)") }
    for candidate in candidates {
      let file = candidate.appendingPathComponent("sekisho")
      if FileManager.default.isExecutableFile(atPath: file.path) { return file }
    }
    return root.appendingPathComponent(".build/debug/sekisho")
  }()

  /// Runs the command in the package's root; `shell` puts a redirection behind it.
  static func run(
    _ arguments: [String], input: [UInt8]? = nil, redirect: String? = nil
  ) throws -> Result {
    let process = Process()
    process.currentDirectoryURL = root
    if let redirect {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments =
        ["-c", "exec \"$0\" \"$@\" \(redirect)", executable.path] + arguments
    } else {
      process.executableURL = executable
      process.arguments = arguments
    }
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    if let input {
      let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("sekisho-\(UUID().uuidString)")
      try Data(input).write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
      try FileManager.default.removeItem(at: file)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    let collected = Collector(errors.fileHandleForReading)
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let errorData = collected.wait()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
      errors: String(decoding: errorData, as: UTF8.self))
  }

  /// Reads one pipe beside the other, so that neither fills up.
  private final class Collector: @unchecked Sendable {
    private var data = Data()
    private let done = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) {
      Thread.detachNewThread { [self] in
        data = handle.readDataToEndOfFile()
        done.signal()
      }
    }

    func wait() -> Data {
      done.wait()
      return data
    }
  }
}

extension TemporaryFolder {
  /// Compiles the starter feeds of `seeds/` and returns the database's path.
  func compileSeeds() throws -> String {
    let database = path("seeds.skdb")
    let result = try CommandRunner.run(["compile", "seeds/feeds", "-o", database])
    #expect(result.status == 0, "\(result.errors)")
    return database
  }

  /// Writes a log of lines that all hit `www.evil.example`, and returns its path.
  func writeHits(_ count: Int) throws -> String {
    try write("many.log", list(count, "") { "\($0) www.evil.example\n" })
  }
}
