import ArgumentParser
import Glibc
import Sekisho

/// The command: arguments in, library calls, exit codes out.
@main
struct SekishoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sekisho",
    abstract: "Match captures and logs against millions of indicators of compromise.",
    discussion: """
      Example:
        sekisho compile seeds/feeds -o seeds.skdb
        sekisho scan --db seeds.skdb traffic.pcap access.log

      Exit codes: 0 nothing found (or done), 1 hits, 2 an error or an input not read to its end.
      """,
    version: Sekisho.version,
    subcommands: [
      ScanCommand.self, CompileCommand.self, InspectCommand.self, LookupCommand.self,
      ExtractCommand.self, CoverageCommand.self, BenchCommand.self,
    ])

  static func main() {
    // A reader that goes away is an error of `write`, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let status as ExitCode {
      Glibc.exit(status.rawValue)
    } catch {
      let code = exitCode(for: error)
      if code == .success {
        exit(withError: error)
      }
      let text = fullMessage(for: error)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      var first = lines.first.map(String.init) ?? ""
      if first.hasPrefix("Error: ") { first.removeFirst("Error: ".count) }
      Console.error(first)
      for line in lines.dropFirst() { Console.note(String(line)) }
      Glibc.exit(2)
    }
  }
}
