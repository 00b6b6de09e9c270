import ArgumentParser
import Glibc
import Inputs
import Sekisho

struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Ask a database for values by hand.",
    discussion: """
      Values may be defanged. - reads one value a line from standard input.

      Example:
        sekisho lookup indicators.skdb c2.evil.example 'hxxp://evil[.]example/x'
        sekisho lookup --feed c2.csv --allow our-names.txt 192.0.2.7

      Exit codes: 0 something was found, 1 nothing, 2 an error, or a feed that cannot be read (the \
      others were asked), 130 interrupted.
      """)

  @Argument(
    help: ArgumentHelp(
      "The database file, unless --db, --feed or --feeds names what to ask, and values; - reads them "
        + "from standard input.", valueName: "db | value"))
  var arguments: [String]

  @OptionGroup var sources: NamedSources

  @Flag(help: "One JSON object for each value.")
  var json = false

  @Flag(help: "Only errors.")
  var quiet = false

  func validate() throws {
    if sources.isEmpty, arguments.count < 2 {
      throw ValidationError(
        "give a database file and a value, or a value and --feed PATH or --feeds CONFIG")
    }
  }

  func run() throws {
    var named = sources
    var values = arguments[...]
    if named.isEmpty, let path = values.popFirst() {
      if access(path, F_OK) != 0,
        let file = values.first(where: { DatabaseMark.begins(InputPath($0)) })
      {
        Console.error(
          "\(Console.shown(path)): there is no such database; name it first, and values behind it"
            + (values.count > 1 ? "" : ": sekisho lookup \(Console.shown("\(file) \(path)"))"))
        throw ExitCode(2)
      }
      named.db = [path]
    }
    let opened = try named.opened(quiet: quiet)
    var lookup = ValueLookup(databases: opened.databases)
    var found = false
    for value in values {
      if value == "-" {
        if let fault = StandardInput.fault {
          Console.error(fault)
          throw ExitCode(2)
        }
        while let line = readLine() {
          if line.isEmpty { continue }
          found = try answer(line, &lookup) || found
        }
      } else {
        found = try answer(value, &lookup) || found
      }
    }
    if opened.hasErrors { throw ExitCode(2) }
    if !found { throw ExitCode(1) }
  }

  private func answer(_ value: String, _ lookup: inout ValueLookup) throws -> Bool {
    let answer = lookup.ask(Array(value.utf8))
    let text = json ? answer.json() : Array(answer.text().utf8)
    if !Console.write(text, to: STDOUT_FILENO) {
      // The reader has closed the pipe, so it wants no more answers.
      if errno == EPIPE { throw ExitCode.success }
      throw Console.cannotWrite()
    }
    return answer.hit != nil
  }
}
