import Foundation
import Glibc
import TestSupport
import Testing

/// Ctrl-C on commands that wait for their input.
@Suite struct InterruptionTests {
  @Test(arguments: [
    ["coverage", "--no-timing", "--feed", "FEED", "-"],
    ["coverage", "--json", "--feed", "FEED", "-"],
    ["extract", "-"], ["diff", "FEED", "FEED", "-"],
    ["explain", "--feed", "FEED", "-", "evil.example"],
    ["lookup", "--feed", "FEED", "-"], ["compile", "-", "-o", "FOLDER/out.skdb"],
    ["bench", "keys", "FEED", "-"],
  ])
  func isSaidAndHasItsExitCode(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write("feed.txt", "evil.example\n")
    let command = try RunningCommand(
      arguments.map {
        $0 == "FEED" ? feed : $0.replacingOccurrences(of: "FOLDER", with: folder.url.path)
      })
    command.waitUntilIdle()
    let (status, errors) = command.interrupt()
    #expect(command.process.terminationReason == .exit)
    #expect(status == 130)
    #expect(errors.contains("interrupted"), "\(errors)")
  }

  /// Whether SIGHUP is not ignored, which commands that are started take over.
  private static var hearsHangUp: Bool {
    var action = sigaction()
    return sigaction(SIGHUP, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        != unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// A scan that waits for the first writer of a FIFO.
  private static func scanOfPipe(
    in folder: TemporaryFolder
  ) throws -> (command: RunningCommand, pipe: String) {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let command = try RunningCommand(["scan", "--feed", feed, "--format", "ndjson", pipe])
    command.waitUntilIdle()
    return (command, pipe)
  }

  /// One SIGTERM ends a scan that waits for a FIFO's first writer, in order.
  @Test func aPipeWithoutWriterIsNotWaitedForAfterTheSignal() throws {
    let folder = try TemporaryFolder()
    let (command, _) = try Self.scanOfPipe(in: folder)
    command.process.terminate()
    let (status, _) = command.finish()
    #expect(command.process.terminationReason == .exit)
    #expect(status == 130)
  }

  /// The end of the terminal is a request to stop as well, and no half a file is left behind.
  @Test(.enabled(if: hearsHangUp, "commands that are started under nohup hear nothing of it"))
  func theEndOfTheTerminalStops() throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write("feed.txt", "evil.example\n")
    let command = try RunningCommand(["scan", "--feed", feed, "-o", folder.path("hits"), "-"])
    command.waitUntilIdle()
    #expect(kill(command.process.processIdentifier, SIGHUP) == 0)
    let (status, errors) = command.finish()
    #expect(command.process.terminationReason == .exit)
    #expect(status == 130, "\(errors)")
    #expect(try folder.names() == ["feed.txt", "hits"])
  }

  /// A writer that comes late, and writes late, is waited for.
  @Test func aPipeIsReadWhenItsWriterComes() throws {
    let folder = try TemporaryFolder()
    let (command, pipe) = try Self.scanOfPipe(in: folder)
    let writer = open(pipe, O_WRONLY)
    #expect(writer >= 0)
    for _ in 0..<2 {
      command.waitUntilIdle()
      let line = Array("GET http://evil.example/x from 192.0.2.1\n".utf8)
      #expect(write(writer, line, line.count) == line.count)
    }
    close(writer)
    let (status, errors) = command.finish()
    #expect(status == 1, "\(errors)")
    #expect(command.nextLine()?.contains("evil.example") == true)
    #expect(command.nextLine()?.contains("evil.example") == true)
  }
}
