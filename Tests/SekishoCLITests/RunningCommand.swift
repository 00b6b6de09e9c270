import Foundation
import Glibc
import Testing

/// A command that runs beside the test.
final class RunningCommand: @unchecked Sendable {
  let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  // Guarded by the condition's lock.
  private var lines: [String] = []
  private var rest = Data()
  private let condition = NSCondition()

  /// A write to a command that has ended is an error, not the end of all tests.
  ///
  /// A handler, unlike an ignored signal, is not handed on to the commands that are started.
  private static let survivesBrokenPipes: Void = { _ = signal(SIGPIPE) { _ in } }()

  init(_ arguments: [String]) throws {
    Self.survivesBrokenPipes
    process.executableURL = CommandRunner.executable
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    Thread.detachNewThread { [self] in
      while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
        condition.lock()
        rest += data
        while let end = rest.firstIndex(of: 0x0A) {
          lines.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
          rest = Data(rest[(end + 1)...])
        }
        condition.signal()
        condition.unlock()
      }
    }
  }

  /// Writes to the command's standard input; one that has ended meanwhile is not written to, and the test sees how
  /// it ended.
  func write(_ text: String) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Glibc.write(input.fileHandleForWriting.fileDescriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EPIPE { return }
      if count < 0, errno == EINTR { continue }
      try #require(count > 0)
      bytes = bytes.dropFirst(count)
    }
  }

  func closeInput() throws { try input.fileHandleForWriting.close() }

  /// The next line of output, or nil after a time in which it should have come by far.
  func nextLine() -> String? {
    condition.lock()
    defer { condition.unlock() }
    let end = Date(timeIntervalSinceNow: 20)
    while lines.isEmpty { if !condition.wait(until: end) { return nil } }
    return lines.removeFirst()
  }

  /// Whether no line of output waits.
  var isSilent: Bool {
    condition.lock()
    defer { condition.unlock() }
    return lines.isEmpty
  }

  /// Sends Ctrl-C and gives the exit code and what was written to standard error.
  func interrupt() -> (status: Int32, errors: String) {
    process.interrupt()
    return finish()
  }

  func finish() -> (status: Int32, errors: String) {
    let data = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
