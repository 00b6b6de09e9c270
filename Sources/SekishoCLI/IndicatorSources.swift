import ArgumentParser
import Sekisho

/// Databases, and feeds that are compiled in memory.
struct NamedSources: ParsableArguments {
  @Option(help: ArgumentHelp("A compiled database; repeatable.", valueName: "file"))
  var db: [String] = []

  @Option(
    help: ArgumentHelp("A feed to compile for this scan; repeatable.", valueName: "path[=format]"))
  var feed: [String] = []

  @Option(
    name: .customLong("feeds"),
    help: ArgumentHelp(
      "A file that lists feeds and says of each what cannot be guessed; repeatable.",
      valueName: "config"))
  var configurations: [String] = []

  @Option(
    help: ArgumentHelp(
      "A feed whose entries suppress hits; repeatable.", valueName: "path[=format]"))
  var allow: [String] = []

  @Flag(help: "Read databases into memory instead of mapping them.")
  var copyDb = false

  /// Whether none was named; lists of what is allowed alone match nothing.
  var isEmpty: Bool { db.isEmpty && feed.isEmpty && configurations.isEmpty }

  /// Opens the databases and compiles the feeds.
  func databases(quiet: Bool) throws -> [IndicatorDatabase] {
    var result: [IndicatorDatabase] = []
    for path in db {
      do {
        result.append(try IndicatorDatabase.open(path: path, copying: copyDb))
      } catch {
        Console.error("\(Console.shown(path)): \(error)")
        throw ExitCode(2)
      }
    }
    let requests =
      try feed.map { try FeedArgument.request($0) }
      + FeedArgument.requests(ofConfigurations: configurations)
      + allow.map { try FeedArgument.request($0, isAllowList: true) }
    guard !requests.isEmpty else { return result }
    let compilation = Sekisho.compile(requests)
    FeedReporting.report(compilation, details: false, quiet: quiet)
    guard compilation.errors.isEmpty else { throw ExitCode(2) }
    result.append(try compilation.database())
    return result
  }
}

/// Where the indicators of a scan come from; there is at least one.
struct IndicatorSources: ParsableArguments {
  @OptionGroup var named: NamedSources

  func validate() throws {
    guard !named.isEmpty else {
      throw ValidationError(
        "nothing to match against; give a database (--db FILE), a feed (--feed PATH), or a list of "
          + "feeds (--feeds CONFIG)")
    }
  }

  /// Opens the databases and compiles the feeds.
  func databases(quiet: Bool) throws -> [IndicatorDatabase] {
    try named.databases(quiet: quiet)
  }
}
