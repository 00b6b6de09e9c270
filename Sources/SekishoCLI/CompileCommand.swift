import ArgumentParser
import Sekisho

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile feeds into one indicator database file.",
    discussion: """
      The format of each feed is told by its content, or given as PATH=FORMAT. Lines that cannot be \
      used are counted by reason and never stop a feed; --list-refused shows each of them, and what was \
      loaded with a note.

      Example:
        sekisho compile feeds/ bad.txt=netset --allow ours.txt -o indicators.skdb

      Exit codes: 0 compiled, 2 an error, 130 interrupted. A feed that cannot be read is an error; the \
      database then holds the others.
      """)

  @Argument(help: ArgumentHelp("Feeds, or folders of feeds.", valueName: "feed[=format]"))
  var feeds: [String] = []

  @OptionGroup var lists: FeedLists

  @Option(name: .shortAndLong, help: ArgumentHelp("The database file to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "A feed whose entries allow instead of block; repeatable.", valueName: "feed[=format]"))
  var allow: [String] = []

  @Flag(help: "Load RFC 1918, 100.64/10 and fc00::/7 addresses too.")
  var keepPrivate = false

  @Flag(help: "Keep the entries of a file that ends in the middle.")
  var keepPartial = false

  @Flag(help: "Load MISP attributes that are not meant for detection (to_ids false) too.")
  var mispAll = false

  @Flag(help: "Load both sides of MISP's paired values.")
  var mispPairs = false

  @Flag(help: "Believe the feeds also where they list what is known to be good.")
  var trusted = false

  @OptionGroup var limits: FeedLimits

  @Option(
    help: ArgumentHelp(
      "A folder that keeps what was read, so that unchanged feeds are not read again.",
      valueName: "folder"))
  var cache: String?

  @Option(
    help: ArgumentHelp(
      "Megabytes that the cache may hold; what was unused for longest goes first.",
      valueName: "megabytes"))
  var cacheLimit: UInt64 = 4096

  @Flag(help: "Show every line that was refused, or loaded with a note, up to 1000 a feed.")
  var listRefused = false

  @Flag(help: "Only errors.")
  var quiet = false

  func validate() throws {
    if feeds.isEmpty, allow.isEmpty, lists.configurations.isEmpty {
      throw ValidationError("give at least one feed, an --allow list, or a --feeds configuration")
    }
    if output.isEmpty {
      throw ValidationError(
        "--output is empty; name the file that the database is to be written to")
    }
    if output == "-" {
      throw ValidationError("a database is a file, not a stream; name it with --output FILE")
    }
  }

  func run() throws {
    var requests =
      try feeds.map { try FeedArgument.request($0) }
      + allow.map { try FeedArgument.request($0, isAllowList: true) }
      + FeedArgument.requests(ofConfigurations: lists.configurations)
    try OutputPaths.check(
      [.init(option: "--output", path: output, content: .database)],
      read: lists.configurations, feeds: requests.map(\.path))
    if let cache {
      try OutputPaths.check(folder: cache, option: "--cache", feeds: requests.map(\.path))
    }
    let limits = try limits.values()
    for index in requests.indices {
      limits.apply(to: &requests[index].options)
      apply(to: &requests[index].options)
    }
    let compilation = Compilation(
      of: requests,
      cache: cache.map { FeedCache(folder: $0, byteLimit: min(cacheLimit, 1 << 40) << 20) })
    FeedReporting.report(compilation, details: true, quiet: quiet)
    if listRefused {
      for feed in compilation.report.feeds {
        for diagnostic in feed.diagnostics { Console.note(Console.shown("\(diagnostic)")) }
      }
    }
    if compilation.report.feeds.isEmpty {
      Console.error("no feed could be read; \(Console.shown(output)) was not written")
      throw ExitCode(2)
    }
    do throws(DatabaseError) {
      let compiled = try compilation.compiled()
      try compiled.write(to: output)
      if !quiet {
        Console.note(
          "\(Console.shown(output)): \(Console.counted(compiled.entryCount, "entry", "entries")) of "
            + "\(Console.counted(compilation.report.feeds.count, "feed", "feeds")), "
            + "\(compiled.count) bytes")
      }
    } catch {
      Console.error("\(Console.shown(output)): \(Console.shown(error.problem))")
      throw ExitCode(2)
    }
    if !compilation.errors.isEmpty { throw ExitCode(2) }
  }

  /// Applies the command's options to a feed, besides what a configuration says about it.
  private func apply(to options: inout FeedOptions) {
    if keepPrivate { options.admission.keepsPrivateAddresses = true }
    if keepPartial { options.keepsPartial = true }
    if trusted { options.isTrusted = true }
    if mispAll { options.loadsAllMISP = true }
    if mispPairs { options.loadsBothOfMISPPairs = true }
  }
}
