import ArgumentParser
import Glibc
import Sekisho

struct CoverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract: "Compare feeds with one another and with inputs.",
    discussion: """
      Volume, change, what a feed has that no other has, overlap (also of networks and subdomains), who is \
      first, age, a bound for accuracy, coverage of a truth, hits on your own inputs, techniques of \
      ATT&CK, and what each feed costs. Every figure is defined in the article "Coverage".

      A folder of dated copies (--snapshots) holds files such as feed-2024-05-01.txt or \
      2024-05-01/feed.txt; what is left of the path without the date is the feed's name.

      Example:
        sekisho coverage --feed feeds/ --allow ours.txt traffic.pcap /var/log/zeek
        sekisho coverage --snapshots copies/ --truth incident.csv --html feeds.html

      Exit codes: 0 compared, 2 an error or an input not read to its end (what was found is written), 130 \
      interrupted (likewise).
      """)

  @Argument(help: "Captures, logs, folders in which to look for hits; - is standard input.")
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp("A feed, or a folder of feeds; repeatable.", valueName: "path[=format]"))
  var feed: [String] = []

  @Option(
    help: ArgumentHelp(
      "A folder of dated copies of feeds; repeatable.", valueName: "path[=format]"))
  var snapshots: [String] = []

  @OptionGroup var lists: FeedLists

  @Option(
    help: ArgumentHelp(
      "A list of values that must not be in a feed; repeatable.", valueName: "path[=format]"))
  var allow: [String] = []

  @Option(
    help: ArgumentHelp(
      "A list of values that should be in a feed; repeatable.", valueName: "path[=format]"))
  var truth: [String] = []

  @Flag(help: "One JSON object instead of tables.")
  var json = false

  @Option(help: ArgumentHelp("Write a page to look at.", valueName: "file"))
  var html: String?

  @Option(help: ArgumentHelp("Write a layer for the ATT&CK Navigator.", valueName: "file"))
  var navigator: String?

  @Option(
    help: ArgumentHelp(
      "The time that ages count from (RFC 3339; default: now, or the day of the last copy).",
      valueName: "time"))
  var now: String?

  @Flag(help: "Weak kinds count as hits too: bare file names, user agents, JA3.")
  var weak = false

  @Flag(help: "Do not measure what feeds cost in time, which makes two runs differ.")
  var noTiming = false

  @Option(help: ArgumentHelp("Threads (default: all cores); 256 are used at most.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Only errors.")
  var quiet = false

  func validate() throws {
    try ThreadCount.check(threads)
  }

  func run() throws {
    guard !feed.isEmpty || !snapshots.isEmpty || !lists.configurations.isEmpty else {
      throw ValidationError(
        "nothing to compare; give feeds (--feed PATH), copies of feeds (--snapshots PATH) or a configuration (--feeds FILE)"
      )
    }
    let request = try request()
    try OutputPaths.check(
      [
        .init(option: "--html", path: html, content: .page),
        .init(option: "--navigator", path: navigator, content: .layer),
      ],
      read: inputs + lists.configurations,
      feeds: (request.feeds + request.snapshots + request.allow + request.truth).map(\.path))
    let feeds = CoverageFeeds(request)
    FeedReporting.report(feeds.compilation, details: false, quiet: quiet)
    for path in feeds.undated {
      Console.error(
        "\(Console.shown(path)): no date in the path; name copies like feed-2024-05-01.txt or 2024-05-01/feed.txt"
      )
    }
    var failed = !feeds.compilation.errors.isEmpty || !feeds.undated.isEmpty
    let progress = Interruption.install()
    let display = ProgressDisplay(progress, isShown: !quiet && Console.isErrorTerminal)
    let quiet = quiet
    let report: CoverageReport
    do {
      report = try feeds.compare(progress: progress) {
        Console.report($0, quiet: quiet)
      }
    } catch {
      display.end()
      Console.error(error)
      throw ExitCode(2)
    }
    display.end()
    if report.inputs?.hasErrors == true { failed = true }
    if !quiet, let inputs = report.inputs { Console.note(skipped: inputs.skipped) }
    if let html { failed = !write(report.page(), to: html) || failed }
    if let navigator { failed = !write(report.navigatorLayer(), to: navigator) || failed }
    let text = json ? report.json() : Array(report.table().utf8)
    if !Console.write(text, to: STDOUT_FILENO), errno != EPIPE {
      _ = Console.cannotWrite()
      failed = true
    }
    if progress.isStopRequested { throw Interruption.end(quiet: quiet) }
    if failed { throw ExitCode(2) }
  }

  private func request() throws -> CoverageRequest {
    var request = CoverageRequest()
    request.feeds = try feed.map { try FeedArgument.request($0) }
    request.snapshots = try snapshots.map { try FeedArgument.request($0) }
    request.allow = try allow.map { try FeedArgument.request($0, isAllowList: true) }
    request.truth = try truth.map { try FeedArgument.request($0) }
    request.feeds += try FeedArgument.requests(ofConfigurations: lists.configurations)
    request.inputs = inputs.map(RawArgument.path)
    if let now {
      request.options.now = try PointInTime.parse(now, option: "--now")
    }
    request.usesLastCopy = now == nil
    request.options.writtenPaths = [html, navigator].compactMap { $0.map { InputPath($0) } }
    request.options.sourcePaths = lists.configurations.map { InputPath($0) }
    request.options.includesWeak = weak
    request.options.measuresTime = !noTiming
    request.options.threads = ThreadCount.used(threads)
    return request
  }

  private func write(_ bytes: [UInt8], to path: String) -> Bool {
    do {
      try ResultFile.write(bytes, to: path)
      return true
    } catch {
      Console.error(error)
      return false
    }
  }
}
