import ArgumentParser
import Glibc
import Inputs
import Parsing
import Sekisho

/// A command with subcommands that users ask for and that are still to come.
protocol Announcing {
  /// What to do instead of each subcommand that is to come, by its name.
  static var announced: [String: String] { get }
}

/// The command: arguments in, library calls, exit codes out.
@main
struct SekishoCommand: ParsableCommand, Announcing {
  static let announced = [
    "lint": "it is to come; 'sekisho compile --list-refused' shows what of a feed is refused"
  ]

  static let configuration = CommandConfiguration(
    commandName: "sekisho",
    abstract: "Match captures and logs against millions of indicators of compromise.",
    discussion: """
      Example:
        sekisho compile seeds/feeds -o seeds.skdb
        sekisho scan --db seeds.skdb traffic.pcap access.log

      Exit codes: of a scan 0 no hits, 1 hits; of lookup and explain 0 found, 1 not; of all 2 an error \
      or an input not read to its end, 130 interrupted. Each command's --help has its own.
      """,
    version: sekishoVersion,
    subcommands: [
      ScanCommand.self, CompileCommand.self, InspectCommand.self, LookupCommand.self,
      ExtractCommand.self, ExplainCommand.self, TestCommand.self, DiffCommand.self,
      CoverageCommand.self, BenchCommand.self,
    ])

  static func main() {
    StandardStreams.open()
    // With SIGPIPE ignored, a closed pipe is an error of `write` and does not end the program.
    signal(SIGPIPE, SIG_IGN)
    Interruption.endsProgram()
    IndicatorDatabase.guardMappedFiles()
    do {
      let arguments = arguments
      if let problem = unknownCommand(in: arguments[...], of: Self.self) {
        Console.error(problem)
        Console.note("  See 'sekisho --help' for more information.")
        Glibc.exit(2)
      }
      var command = try parseAsRoot(FeedArgument.spelled(arguments))
      if let place = RawArgument.misplaced(arguments, in: command) {
        Console.error(
          "argument \(place) is not UTF-8, which only the path of an input may be; name a link to the "
            + "file, or the folder that it is in")
        Glibc.exit(2)
      }
      OptionNames.begin(Swift.type(of: command))
      do {
        try command.run()
        end(0)
      } catch let error as ValidationError {
        // The fault was found after parsing, so the usage is that of the command that ran.
        let own = type(of: command)
        Console.error(message(for: error))
        Console.note("Usage: " + usageString(for: own))
        let name = commandPath(of: own)
        Console.note("  See '\(name) --help' for more information.")
        Glibc.exit(2)
      }
    } catch let status as ExitCode {
      end(status.rawValue)
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if code == .success {
        // Help and versions.
        do { try Console.output(Array((text + "\n").utf8)) } catch { Glibc.exit(2) }
        Glibc.exit(0)
      }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      var first = lines.first.map(String.init) ?? ""
      if first.hasPrefix("Error: ") { first.removeFirst("Error: ".count) }
      Console.error(RawArgument.path(withoutFarSuggestion(first)).description)
      for line in lines.dropFirst() { Console.note(RawArgument.path(String(line)).description) }
      Glibc.exit(2)
    }
  }

  /// Ends the program; with an error if a database was cut by another process while it was read.
  private static func end(_ status: Int32) -> Never {
    guard status == 0 || status == 1, IndicatorDatabase.hasReadBehindCut else {
      Glibc.exit(status)
    }
    Console.error(
      "another process cut a database while it was read, so results are wrong; compile it again, and "
        + "write databases beside their place and rename them, or read them with --copy-db")
    Glibc.exit(2)
  }

  /// Leaves out the option that the parser suggests where it is hardly like the one that was given.
  private static func withoutFarSuggestion(_ message: String) -> String {
    let parts = message.split(separator: "'", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == "Unknown option ", parts[2] == ". Did you mean " else {
      return message
    }
    let (given, suggested) = (parts[1].drop { $0 == "-" }, parts[3].drop { $0 == "-" })
    if EditDistance.between(String(given), String(suggested)) * 3 <= given.utf8.count {
      return message
    }
    return "Unknown option '\(parts[1])'"
  }

  /// The arguments, without the program's name.
  private static var arguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { place in
      CommandLine.unsafeArgv[place].map { text in
        RawArgument.text(
          of: Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
      }
    }
  }

  /// A message about a word that is no command, with the command that was probably meant.
  private static func unknownCommand(
    in arguments: ArraySlice<String>, of parent: any ParsableCommand.Type
  ) -> String? {
    let subcommands = parent.configuration.subcommands
    guard !subcommands.isEmpty, let word = arguments.first, !word.hasPrefix("-"), word != "help"
    else { return nil }
    for subcommand in subcommands where subcommand.configuration.commandName == word {
      return unknownCommand(in: arguments.dropFirst(), of: subcommand)
    }
    let names = subcommands.compactMap { $0.configuration.commandName }
    let nearest = names.map { (EditDistance.between(word, $0), $0) }.min {
      ($0.0, $0.1) < ($1.0, $1.1)
    }
    var remedy = "use one of " + names.joined(separator: " ")
    if let nearest, nearest.0 <= 2 { remedy = "did you mean '\(nearest.1)'?" }
    if let announced = (parent as? any Announcing.Type)?.announced[word] { remedy = announced }
    let path = commandPath(of: parent)
    let place = path == "sekisho" ? "" : " of '\(path)'"
    return
      "'\(Console.shown(RawArgument.path(word).description))' is not a command\(place); \(remedy)"
  }

  /// The words by which a command is called: `sekisho bench scan`.
  private static func commandPath(of command: any ParsableCommand.Type) -> String {
    func path(_ from: any ParsableCommand.Type) -> [String]? {
      let own = from.configuration.commandName ?? ""
      if from == command { return [own] }
      for subcommand in from.configuration.subcommands {
        if let rest = path(subcommand) { return [own] + rest }
      }
      return nil
    }
    return (path(Self.self) ?? ["sekisho"]).joined(separator: " ")
  }
}
