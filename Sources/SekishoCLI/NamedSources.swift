import ArgumentParser
import Glibc
import Inputs
import Sekisho

/// Databases, and feeds that are compiled in memory.
struct NamedSources: ParsableArguments {
  @Option(help: ArgumentHelp("A compiled database; repeatable.", valueName: "file"))
  var db: [String] = []

  @Option(
    help: ArgumentHelp("A feed to compile for this; repeatable.", valueName: "path[=format]"))
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

  @Flag(help: "Believe the feeds also where they list what is known to be good.")
  var trusted = false

  @Flag(
    help:
      "Read databases into memory instead of mapping them, for files that may be overwritten in place."
  )
  var copyDb = false

  /// Whether none was named; lists of what is allowed alone match nothing.
  var isEmpty: Bool { db.isEmpty && feed.isEmpty && configurations.isEmpty }

  /// Checks that there is something to match against.
  ///
  /// - Throws: `ValidationError` that says what can be given.
  func requireAny() throws {
    guard !isEmpty else {
      throw ValidationError(
        "nothing to match against; give a database (--db FILE), a feed (--feed PATH), or a list of "
          + "feeds (--feeds CONFIG)")
    }
  }

  /// Every file that is named.
  var paths: [String] {
    db + configurations + (feed + allow).map { (try? FeedArgument.request($0))?.path ?? $0 }
  }

  /// Opens the databases.
  ///
  /// - Throws: `ExitCode` 2 where one cannot be; what is wrong and what to do was said then.
  func openedDatabases() throws -> [IndicatorDatabase] {
    try db.map { try Self.open($0, copying: copyDb) }
  }

  /// The feeds to compile, and those that allow.
  ///
  /// - Throws: `ValidationError` that names the argument; `ExitCode` 2 where a configuration cannot be read, which was
  ///   said then.
  func requests() throws -> [FeedReader.Request] {
    var requests =
      try feed.map { try FeedArgument.request($0) }
      + FeedArgument.requests(ofConfigurations: configurations)
    if trusted { for index in requests.indices { requests[index].options.isTrusted = true } }
    return try requests + allow.map { try FeedArgument.request($0, isAllowList: true) }
  }

  /// What there is to match against.
  struct Opened {
    var databases: [IndicatorDatabase]
    /// Feeds could not be read, which was said: what is left was found with the others, and the command fails.
    var hasErrors = false
  }

  /// Opens the databases and compiles the feeds.
  ///
  /// - Throws: `ExitCode` 2 where a database cannot be opened, no feed can be read and there is nothing else, or an allow
  ///   list cannot be read, without which there would be hits that were to be suppressed; what is wrong was said then.
  func opened(quiet: Bool) throws -> Opened {
    var opened = Opened(databases: try openedDatabases())
    let requests = try requests()
    guard !requests.isEmpty else { return opened }
    let compilation = Sekisho.compile(requests)
    FeedReporting.report(compilation, details: false, quiet: quiet)
    opened.hasErrors = !compilation.errors.isEmpty
    let allowLists = requests.filter(\.options.isAllowList).map(\.path)
    /// Whether a file is an allow list, or one in a folder of them.
    func isAllowList(_ path: String) -> Bool {
      allowLists.contains { path == $0 || path.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
    }
    let hasNothing =
      opened.databases.isEmpty && compilation.report.feeds.allSatisfy { isAllowList($0.path) }
    if opened.hasErrors, hasNothing || compilation.errors.contains(where: { isAllowList($0.path) })
    {
      throw ExitCode(2)
    }
    opened.databases.append(try compilation.database())
    return opened
  }
}

extension NamedSources {
  /// Opens a database.
  ///
  /// - Throws: `ExitCode` 2 where it cannot; what is wrong and what to do was said then.
  static func open(_ path: String, copying: Bool = false) throws -> IndicatorDatabase {
    do {
      return try IndicatorDatabase.open(path: path, copying: copying)
    } catch {
      Console.error("\(Console.shown(path)): \(error)\(remedy(for: error, path))")
      throw ExitCode(2)
    }
  }

  /// What to do about a database that cannot be opened, with what sets it off.
  static func remedy(for error: any Error, _ path: String) -> String {
    if access(path, F_OK) != 0 {
      return "; check the path, or make the database: sekisho compile FEED… -o FILE"
    }
    guard let remedy = (error as? DatabaseError)?.remedy, !remedy.isEmpty else { return "" }
    return "; " + remedy.text { $0.commandName }
  }

  /// Checks that each name of `--feeds-only` is that of a feed.
  ///
  /// - Throws: `ExitCode` 2 where one is not; the names that are were said then.
  static func check(feedsOnly: [String], in databases: [IndicatorDatabase]) throws {
    guard let fault = ScanOptions.unknownFeed(of: feedsOnly, in: databases) else { return }
    Console.error("--feeds-only " + fault)
    throw ExitCode(2)
  }
}
