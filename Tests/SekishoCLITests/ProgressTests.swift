import Foundation
import Glibc
import TestSupport
import Testing

/// Output on a terminal.
@Suite struct ProgressTests {
  /// `TIOCSPTLCK` and `TIOCGPTN`.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  /// Rows of a log that is followed are not written behind a line of progress.
  @Test func rowsStandAlone() throws {
    let folder = try TemporaryFolder()
    let feed = try folder.write("feed.txt", "evil.example\n")
    let log = try folder.write("a.log", "x evil.example\n")
    // `posix_openpt` and its like are hidden from Swift.
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    defer { close(master) }
    var (unlocked, number): (Int32, Int32) = (0, 0)
    try #require(ioctl(master, Self.setLock, &unlocked) == 0)
    try #require(ioctl(master, Self.getNumber, &number) == 0)
    let terminal = try #require(FileHandle(forUpdatingAtPath: "/dev/pts/\(number)"))
    let process = Process()
    process.executableURL = CommandRunner.executable
    process.arguments = ["scan", "--feed", feed, "--follow", log]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = terminal
    process.standardError = terminal
    try process.run()
    // Longer than progress takes to be shown.
    Thread.sleep(forTimeInterval: 1.3)
    process.interrupt()
    process.waitUntilExit()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(master, &buffer, buffer.count)
    let text = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    #expect(text.contains("evil[.]example"), "\(text)")
    #expect(!text.contains("\rread "), "\(text)")
  }
}
