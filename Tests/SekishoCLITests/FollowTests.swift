import Foundation
import Glibc
import Glibc
import TestSupport
import Testing

/// Logs that grow: pipes and `--follow`.
@Suite(.serialized) struct FollowTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A table of a pipe is not kept back until the pipe ends, unless groups are asked for.
  @Test func aTableOfAPipeIsOutAtOnce() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let command = try RunningCommand(
      ["scan", "--quiet", "--format", "table", "--feed", feed, "-"])
    try command.write("x evil.example\n")
    #expect(command.nextLine()?.hasPrefix("KIND ") == true)
    #expect(command.nextLine()?.contains("evil[.]example") == true)
    try command.closeInput()
    #expect(command.finish().status == 1)
    let grouped = try RunningCommand(
      ["scan", "--quiet", "--format", "table", "--group", "indicator", "--feed", feed, "-"])
    try grouped.write("x evil.example\n")
    try grouped.closeInput()
    #expect(grouped.nextLine()?.hasPrefix("HITS ") == true)
    #expect(grouped.finish().status == 1)
    // A file as standard input ends, so it is as any other file.
    let file = try CommandRunner.run(
      ["scan", "--quiet", "--format", "table", "--feed", feed, "-"],
      input: Array("x evil.example\n".utf8))
    #expect(file.output.hasPrefix("HITS "), "\(file.output)")
  }

  /// What was written stays written, whatever happens to the program.
  @Test func aKillLosesNoHitThatIsOut() throws {
    let feed = try folder.write("kill.txt", "evil.example\n192.0.2.66\n")
    for count in [1, 50, 3_000] {
      let command = try RunningCommand(["scan", "--quiet", "--feed", feed, "-"])
      var log = ""
      for number in 0..<count { log += "line \(number) of evil.example and 192.0.2.66\n" }
      try command.write(log)
      var lines: [String] = []
      while lines.count < 2 * count, let line = command.nextLine() { lines.append(line) }
      kill(command.process.processIdentifier, SIGKILL)
      _ = command.finish()
      #expect(lines.count == 2 * count)
      let isWhole = lines.allSatisfy {
        (try? JSONSerialization.jsonObject(with: Data($0.utf8))) is [String: Any]
      }
      #expect(isWhole)
    }
  }

  private func append(_ text: String, to path: String) throws {
    try append(text.utf8, to: path)
  }

  private func append(_ bytes: some Sequence<UInt8>, to path: String) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
  }

  @Test(arguments: ["1", "2"]) func aPipeIsNotWaitedForToFill(_ threads: String) throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let command = try RunningCommand(
      ["scan", "--feed", feed, "--threads", threads, "--only-matching", "-"])
    for number in 1...5 {
      try command.write("line \(number): host\(number).evil.example\n")
      #expect(command.nextLine() == "host\(number).evil.example")
    }
    // The beginning of a line is none yet.
    try command.write("x.evil.exa")
    command.waitUntilIdle()
    #expect(command.isSilent)
    try command.write("mple\n")
    #expect(command.nextLine() == "x.evil.example")
    let (status, errors) = command.interrupt()
    #expect(status == 130)
    #expect(errors.contains("hits: 6"), "\(errors)")
  }

  @Test func aTableFromAPipeHasItsHeader() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let command = try RunningCommand(["scan", "--quiet", "--feed", feed, "-"])
    try command.write("time,host,bytes\n")
    try command.write("1,www.evil.example,5\n")
    #expect(command.nextLine()?.contains("\"field\":\"host\"") == true)
    try command.closeInput()
    #expect(command.finish().status == 1)
  }

  /// Where the first row stops in the middle of a cell, or its header in the middle of a word, the table is one
  /// none the less.
  @Test(arguments: ["1", "2"]) func aTableIsKnownWhereverAPipeStops(_ threads: String) throws {
    let feed = try folder.write("feed.txt", "evil.example\n192.0.2.99:8443\n")
    let log =
      "time,src_ip,dest_ip,dest_port,msg\n2024-05-01T10:00:00Z,192.0.2.5,192.0.2.99,8443,\"a\nb evil.example\"\n"
      + "2024-05-01T10:00:00Z,192.0.2.5,192.0.2.99,8444,x\n"
    let file = try folder.write("table.csv", log)
    let options = ["scan", "--quiet", "--feed", feed, "--threads", threads]
    let whole = try CommandRunner.run(options + [file]).output.split(separator: "\n").map {
      $0.replacingOccurrences(of: file, with: "-")
    }
    #expect(whole.count == 2)
    for stop in [9, 34, 60, 89] {
      let command = try RunningCommand(options + ["-"])
      let index = log.index(log.startIndex, offsetBy: stop)
      try command.write(String(log[..<index]))
      command.waitUntilIdle()
      try command.write(String(log[index...]))
      try command.closeInput()
      let lines = [command.nextLine(), command.nextLine()]
      #expect(lines == whole, "\(stop)")
      #expect(command.isSilent)
      #expect(command.finish().status == 1)
    }
    let growing = try folder.write("growing.csv", String(log.prefix(89)))
    let command = try RunningCommand(options + ["--follow", growing])
    command.waitUntilRead(growing)
    try append(String(log.dropFirst(89)), to: growing)
    #expect(command.nextLine()?.contains("\"flow\"") == true)
    _ = command.interrupt()
  }

  /// A line that comes in parts is looked at again and again, and counted once.
  @Test func observablesOfALineCountOnce() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let options = ["scan", "--feed", feed, "--threads", "1"]
    let parts = [
      "bad.example x", "x.example ", "y.example", ".example ", "z.example\n", "w.example",
    ]
    let whole = try folder.write("whole.log", parts.joined())
    func counts(_ errors: String) -> [Substring] {
      errors.split(separator: "\n").filter { $0.hasPrefix("observables:") }
    }
    let wanted = counts(try CommandRunner.run(options + [whole]).errors)
    #expect(wanted.count == 1)
    let log = try folder.write("grown.log", "")
    let following = try RunningCommand(options + ["--follow", log])
    let piped = try RunningCommand(options + ["-"])
    for part in parts {
      try append(part, to: log)
      following.waitUntilRead(log)
      try piped.write(part)
      piped.waitUntilIdle()
    }
    try piped.closeInput()
    #expect(counts(following.interrupt().errors) == wanted)
    #expect(counts(piped.finish().errors) == wanted)
  }

  @Test func aLimitCountsEachFileOnce() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let log = try folder.write("a.log", "a.evil.example\n")
    let command = try RunningCommand(
      ["scan", "--feed", feed, "--only-matching", "--follow", "--limit", "2", log])
    #expect(command.nextLine() == "a.evil.example")
    try append("b.evil.example\nc.evil.example\n", to: log)
    #expect(command.nextLine() == "b.evil.example")
    let errors = command.finish().errors
    #expect(!errors.contains("2 inputs"), "\(errors)")
  }

  @Test func followReadsOnAsTailDoes() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let first = try folder.write("a.log", "1 a.evil.example\n")
    let second = folder.path("b.log")
    let command = try RunningCommand(
      ["scan", "--feed", feed, "--only-matching", "--follow", first, second])
    #expect(command.nextLine() == "a.evil.example")
    try append("2 b.evil.example\n", to: first)
    #expect(command.nextLine() == "b.evil.example")
    // A file that appears later.
    _ = try folder.write("b.log", "c.evil.example\n")
    #expect(command.nextLine() == "c.evil.example")
    // A line in two parts.
    try append("d.evil.ex", to: second)
    command.waitUntilRead(second)
    #expect(command.isSilent)
    try append("ample\n", to: second)
    #expect(command.nextLine() == "d.evil.example")
    // Rotation: the old file under a new name, still written to, and a new one.
    try FileManager.default.moveItem(atPath: first, toPath: folder.path("a.log.1"))
    _ = try folder.write("a.new", "e.evil.example\n")
    try FileManager.default.moveItem(atPath: folder.path("a.new"), toPath: first)
    #expect(command.nextLine() == "e.evil.example")
    try append("f.evil.example\n", to: folder.path("a.log.1"))
    #expect(command.nextLine() == "f.evil.example")
    try append("g.evil.example\n", to: first)
    #expect(command.nextLine() == "g.evil.example")
    // Truncation.
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: first))
    try handle.truncate(atOffset: 0)
    try handle.close()
    command.waitForErrors("became shorter")
    try append("h.evil.example\n", to: first)
    #expect(command.nextLine() == "h.evil.example")
    // What was never completed is scanned at the end.
    try append("i.evil.example", to: second)
    command.waitUntilRead(second)
    #expect(command.isSilent)
    let (status, errors) = command.interrupt()
    #expect(command.nextLine() == "i.evil.example")
    #expect(status == 130)
    #expect(errors.contains("hits: 9"), "\(errors)")
    #expect(errors.contains("waiting for it") && errors.contains("was replaced"), "\(errors)")
    #expect(errors.contains("became shorter"), "\(errors)")
  }

  /// Places are those in the file; a character may come in two pieces.
  @Test(arguments: [false, true]) func textInUTF16IsReadAsItGrows(isBigEndian: Bool) throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    let text =
      "\u{feff}1 \u{1f980} first.evil.example\r\n2 \u{1f980} evil.example\r\n3 last.evil.example\r\n"
    let bytes = text.utf16.flatMap { unit -> [UInt8] in
      let (low, high) = (UInt8(unit & 0xff), UInt8(unit >> 8))
      return isBigEndian ? [high, low] : [low, high]
    }
    let options = ["scan", "--quiet", "--feed", feed, "--context", "1"]
    let growing = try folder.write("wide.log", bytes)
    let whole = try CommandRunner.run(options + [growing]).output.split(separator: "\n")
    #expect(
      whole.map { Self.member("offset", of: $0) } == [12, 62, 94], "\(whole)")
    #expect(whole.map { Self.member("line", of: $0) } == [1, 2, 3], "\(whole)")
    #expect(whole[0].contains("\"after\":[\"2 \u{1f980} evil.example\"]"), "\(whole[0])")
    // In the byte order mark, between two bytes of a unit, and between two units of a character.
    for cuts in [[1, 57, 80], [0, 8, 9], [7, 58, 91]] {
      _ = try folder.write("wide.log", bytes.prefix(cuts[0]))
      let command = try RunningCommand(options.dropLast(2) + ["--follow", growing])
      var start = cuts[0]
      for end in cuts.dropFirst() + [bytes.count] {
        command.waitUntilRead(growing)
        try append(bytes[start..<end], to: growing)
        start = end
      }
      for hit in whole {
        let line = try #require(command.nextLine(), "\(cuts)")
        for name in ["offset", "line"] {
          #expect(Self.member(name, of: line) == Self.member(name, of: hit), "\(cuts): \(line)")
        }
      }
      _ = command.interrupt()
    }
  }

  private static func member(_ name: String, of line: some StringProtocol) -> Int? {
    let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return (object?["source"] as? [String: Any])?[name] as? Int
  }

  @Test func whatCannotBeFollowedSaysSo() throws {
    let feed = try folder.write("feed.txt", "evil.example\n")
    for (arguments, words) in [
      (["-"], "standard input"), ([folder.url.path], "no regular file"),
      (["Fixtures/demo.pcap"], "a capture"), (["-o", folder.path("x"), feed], "redirect"),
    ] {
      let result = try CommandRunner.run(["scan", "--feed", feed, "--follow"] + arguments)
      #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
    }
  }
}
