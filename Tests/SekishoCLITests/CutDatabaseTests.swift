import Foundation
import Glibc
import TestSupport
import Testing

/// A database that another process cuts while it is mapped ends no program, and is said to be lost.
@Suite struct CutDatabaseTests {
  private func database(_ folder: TemporaryFolder) throws -> String {
    let feed = try folder.write(
      "feed.txt", (0..<20_000).map { "name\($0).evil.example\n" }.joined())
    let database = folder.path("db.skdb")
    _ = try CommandRunner.run(["compile", feed, "-o", database, "--quiet"])
    return database
  }

  @Test(arguments: [0, 100, 65_536]) func aScanSaysSo(length: Int) throws {
    let folder = try TemporaryFolder()
    let database = try database(folder)
    let command = try RunningCommand(
      ["scan", "--db", database, "--format", "ndjson", "--threads", "1", "-"])
    try command.write("from name77.evil.example\n")
    #expect(command.nextLine()?.contains("name77.evil.example") == true)
    #expect(truncate(database, length) == 0)
    try command.write("from name78.evil.example\nfrom name17000.evil.example\n")
    let (status, errors) = command.finish()
    #expect(command.process.terminationReason == .exit)
    #expect(status == 2, "\(errors)")
    #expect(errors.contains("another process cut the database"), "\(errors)")
    #expect(errors.contains("--copy-db"))
  }

  @Test func aCopyIsNotTouched() throws {
    let folder = try TemporaryFolder()
    let database = try database(folder)
    let command = try RunningCommand(
      ["scan", "--db", database, "--copy-db", "--format", "ndjson", "--threads", "1", "-"])
    try command.write("from name77.evil.example\n")
    #expect(command.nextLine() != nil)
    #expect(truncate(database, 0) == 0)
    try command.write("from name78.evil.example\n")
    #expect(command.nextLine()?.contains("name78.evil.example") == true)
    try command.closeInput()
    #expect(command.finish().status == 1)
  }

  @Test func aLookupSaysSo() throws {
    let folder = try TemporaryFolder()
    let database = try database(folder)
    let command = try RunningCommand(["lookup", database, "-"])
    command.waitUntilIdle()
    #expect(truncate(database, 0) == 0)
    try command.write("name78.evil.example\n")
    try command.closeInput()
    let (status, errors) = command.finish()
    #expect(status == 2)
    #expect(errors.contains("another process cut a database"), "\(errors)")
  }
}
