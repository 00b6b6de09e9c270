import Foundation
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
    // It may still compile its feeds then, which ends alike.
    Thread.sleep(forTimeInterval: 1)
    let (status, errors) = command.interrupt()
    #expect(command.process.terminationReason == .exit)
    #expect(status == 130)
    #expect(errors.contains("interrupted"), "\(errors)")
  }
}
