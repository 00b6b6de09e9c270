import ArgumentParser
import Glibc
import Sekisho

struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Ask a database for values by hand.",
    discussion: """
      Values may be defanged. - reads one value a line from standard input.

      Example:
        sekisho lookup indicators.skdb cdn.evil.example 'hxxp://downloads[.]example/payload.bin'

      Exit codes: 0 something was found, 1 nothing, 2 an error.
      """)

  @Argument(help: "The database file.")
  var db: String

  @Argument(help: "Values; - reads them from standard input.")
  var values: [String]

  @Flag(help: "One JSON object for each value.")
  var json = false

  func run() throws {
    let database: IndicatorDatabase
    do {
      database = try IndicatorDatabase.open(path: db)
    } catch {
      Console.error("\(Console.shown(db)): \(error)")
      throw ExitCode(2)
    }
    var lookup = ValueLookup(databases: [database])
    var found = false
    for value in values {
      if value == "-" {
        while let line = readLine() {
          if line.isEmpty { continue }
          found = try answer(line, &lookup) || found
        }
      } else {
        found = try answer(value, &lookup) || found
      }
    }
    if !found { throw ExitCode(1) }
  }

  private func answer(_ value: String, _ lookup: inout ValueLookup) throws -> Bool {
    let answer = lookup.ask(Array(value.utf8))
    let text = json ? ValueLookup.json(answer) : ValueLookup.text(answer)
    if !Console.write(text, to: STDOUT_FILENO) { throw ExitCode(errno == EPIPE ? 0 : 2) }
    return answer.hit != nil
  }
}
