import ArgumentParser
import Glibc
import Sekisho

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a database holds.",
    discussion: """
      Entries by kind and by feed, sizes, and facts of the build. --verify checks every sum and every \
      internal reference: for copies that you did not make yourself, since damage in one is no error \
      elsewhere but may hide hits.

      Example:
        sekisho inspect --verify indicators.skdb

      Exit codes: 0 fine, 2 an error or a damaged database.
      """)

  @Argument(help: "The database file.")
  var db: String

  @Flag(help: "One JSON object instead of tables.")
  var json = false

  @Flag(help: "Check the whole file.")
  var verify = false

  @Flag(help: "Only errors.")
  var quiet = false

  func run() throws {
    let database: IndicatorDatabase
    do {
      database = try IndicatorDatabase.open(path: db)
      if verify { try database.verify() }
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
    let text =
      json
      ? InspectionText.json(database, path: db, isVerified: verify)
      : InspectionText.table(database, path: db, isVerified: verify)
    try Console.output(text)
  }
}
