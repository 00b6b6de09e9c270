import Foundation
import Glibc
import Testing

/// A command that runs beside the test.
final class RunningCommand: @unchecked Sendable {
  let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  private var errorsRead = Data()
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
    errorsRead += errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: errorsRead, as: UTF8.self))
  }

  // MARK: Waiting

  /// Waits until standard error holds the words, or has ended.
  func waitForErrors(_ words: String) {
    while !String(decoding: errorsRead, as: UTF8.self).contains(words),
      case let data = errors.fileHandleForReading.availableData, !data.isEmpty
    {
      errorsRead += data
    }
  }

  /// Waits until the command, which answers Ctrl-C, has read all that was written to its standard
  /// input and none of its threads has anything to do.
  func waitUntilIdle() {
    wait { [self] in
      var waiting: CInt = 0
      guard ioctl(input.fileHandleForWriting.fileDescriptor, UInt(FIONREAD), &waiting) == 0,
        waiting == 0, answersInterruption
      else { return false }
      let tasks = entries("task")
      return !tasks.isEmpty && tasks.allSatisfy { text("task/\($0)/stat").contains(") S ") }
    }
  }

  /// Waits until the command has read a file to its present end.
  func waitUntilRead(_ path: String) {
    wait { [self] in
      let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      return entries("fd").contains { number in
        link("fd/\(number)") == path
          && text("fdinfo/\(number)").hasPrefix("pos:\t\(size ?? 0)\n")
      }
    }
  }

  /// Waits until a condition holds, or should have held by far.
  private func wait(until isMet: () -> Bool) {
    let end = Date(timeIntervalSinceNow: 20)
    while !isMet(), process.isRunning, Date() < end { usleep(5_000) }
  }

  /// Whether Ctrl-C is handled and does not just end the command.
  private var answersInterruption: Bool {
    let mask = text("status").split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let caught = mask.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" }, radix: 16) } ?? 0
    return caught & 1 << UInt64(SIGINT - 1) != 0
  }

  // What the system tells of the command.

  private func place(_ name: String) -> String { "/proc/\(process.processIdentifier)/\(name)" }

  private func entries(_ name: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: place(name))) ?? []
  }

  private func text(_ name: String) -> String {
    FileManager.default.contents(atPath: place(name)).map { String(decoding: $0, as: UTF8.self) }
      ?? ""
  }

  private func link(_ name: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: place(name))
  }
}
