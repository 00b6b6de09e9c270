import ArgumentParser
import Inputs
import Sekisho

/// Databases, and feeds that are compiled in memory.
struct NamedSources: ParsableArguments {
  @Option(help: ArgumentHelp("A compiled database; repeatable.", valueName: "file"))
  var db: [String] = []

  @Option(
    help: ArgumentHelp("A feed to compile for this; repeatable.", valueName: "path[=format]"))
  var feed: [String] = []

  @OptionGroup var lists: FeedLists

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

  /// Whether no source was named; allow lists alone match nothing.
  var isEmpty: Bool { db.isEmpty && feed.isEmpty && lists.configurations.isEmpty }

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
    db + lists.configurations + (feed + allow).map { (try? FeedArgument.request($0))?.path ?? $0 }
  }

  /// Opens the databases.
  ///
  /// - Throws: `ExitCode` 2 if one cannot be opened, after a message with the remedy.
  func openedDatabases() throws -> [IndicatorDatabase] {
    try db.map { try Self.open($0, copying: copyDb) }
  }

  /// The feeds to compile, allow lists included.
  ///
  /// - Throws: `ValidationError` that names the argument; `ExitCode` 2 if a configuration cannot be
  ///   read, after an error message.
  func requests() throws -> [FeedRequest] {
    var requests =
      try feed.map { try FeedArgument.request($0) }
      + FeedArgument.requests(ofConfigurations: lists.configurations)
    if trusted { for index in requests.indices { requests[index].options.isTrusted = true } }
    return try requests + allow.map { try FeedArgument.request($0, isAllowList: true) }
  }

  /// The files of what is matched against, which are no inputs in a folder that is one.
  ///
  /// `requests` are those of `requests()`, and `errors` what came of reading them.
  func sourcePaths(_ requests: [FeedRequest], errors: [FeedError]) -> [InputPath] {
    (db + lists.configurations).map { InputPath($0) }
      + FeedList.sourcePaths(of: requests, errors: errors)
  }

  /// What there is to match against.
  struct Opened {
    var databases: [IndicatorDatabase]
    /// Why feeds could not be read, which was printed.
    ///
    /// The other sources are used, and the command fails in the end.
    var errors: [FeedError] = []
    var hasErrors: Bool { !errors.isEmpty }
  }

  /// Opens the databases and compiles the feeds.
  ///
  /// - Parameters:
  ///   - requests: the feeds, if they are known already; else those of `requests()`.
  ///   - quiet: whether only errors are printed.
  /// - Returns: what there is to match against.
  /// - Throws: `ExitCode` 2, after an error message, if a database cannot be opened, if no feed can
  ///   be read and there is nothing else, or if an allow list cannot be read: without it, hits that
  ///   it should suppress would be reported.
  func opened(_ requests: [FeedRequest]? = nil, quiet: Bool) throws -> Opened {
    var opened = Opened(databases: try openedDatabases())
    let requests = try requests ?? self.requests()
    guard !requests.isEmpty else { return opened }
    let compilation = Compilation(of: requests)
    FeedReporting.report(compilation, details: false, quiet: quiet)
    opened.errors = compilation.errors
    let hasNothing = opened.databases.isEmpty && compilation.hasOnlyAllowLists
    if opened.hasErrors, hasNothing || compilation.lacksAllowList { throw ExitCode(2) }
    opened.databases.append(try compilation.database())
    return opened
  }
}

extension NamedSources {
  /// Opens a database.
  ///
  /// - Throws: `ExitCode` 2 if that fails, after a message with the remedy.
  static func open(_ path: String, copying: Bool = false) throws -> IndicatorDatabase {
    do {
      return try IndicatorDatabase.open(path: path, copying: copying)
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
  }

  /// Checks that each name of `--feeds-only` is that of a feed.
  ///
  /// - Throws: `ExitCode` 2 if one is not, after a message that lists the names of the feeds.
  static func check(feedsOnly: [String], in databases: [IndicatorDatabase]) throws {
    guard let fault = ScanOptions.unknownFeed(of: feedsOnly, in: databases) else { return }
    Console.error("--feeds-only " + fault)
    throw ExitCode(2)
  }
}
