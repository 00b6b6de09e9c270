import ArgumentParser
import Glibc
import Sekisho

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say why a value is a hit or not.",
    discussion: """
      The value comes last; inputs before it are searched for it. Tells its normal form, the entries \
      that cover it, what lets each count or not (kind, confidence, validity, weak kinds, allow lists, \
      joint conditions), what is near where nothing covers it, and where inputs show it or why not.

      Example:
        sekisho explain --db indicators.skdb cdn.evil.example
        sekisho explain --feed feeds/ --weak traffic.pcap 'hxxp://evil[.]example/x'

      Exit codes: 0 it is a hit, 1 it is none, 2 an error, such as a feed or an input that cannot be \
      read, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("Inputs to search, then the value.", valueName: "input … value"))
  var arguments: [String]

  @OptionGroup var sources: NamedSources
  @OptionGroup var matching: MatchingArguments
  @OptionGroup var scope: ScopeArguments
  @OptionGroup var reading: ReadingArguments
  @OptionGroup(title: LimitArguments.title)
  var limits: LimitArguments

  @Flag(help: "One JSON object.")
  var json = false

  @Flag(help: "Only errors.")
  var quiet = false

  func run() throws {
    if sources.isEmpty {
      throw ValidationError("nothing to ask; give --db FILE, --feed PATH or --feeds CONFIG")
    }
    guard let value = arguments.last else { throw ValidationError("give a value") }
    var options = try scope.options(matching, reading, limits)
    var databases = try sources.openedDatabases()
    var requests = try sources.requests()
    var report = FeedReport()
    var errors: [FeedError] = []
    if !requests.isEmpty {
      for index in requests.indices { requests[index].options.diagnosticLimit = 1_000_000 }
      let compilation = Compilation(of: requests)
      report = compilation.report
      errors = compilation.errors
      databases.append(try compilation.database())
    }
    options.sourcePaths = sources.sourcePaths(requests, errors: errors)
    try NamedSources.check(feedsOnly: options.feedsOnly, in: databases)
    let explanation = Explainer(
      databases: databases, options: options, report: report, errors: errors
    ).explain(Array(value.utf8), inputs: inputTexts.map(RawArgument.path))
    for error in errors { Console.error(error) }
    if !quiet, arguments.count == 1, value.contains("/"), access(value, F_OK) == 0 {
      Console.warning(
        "\(Console.shown(value)) is a path that exists, and was asked for as a value; to search it, "
          + "put the value behind it")
    }
    try Console.output(json ? explanation.json() : Array(explanation.text().utf8))
    for finding in explanation.findings where finding.cause == .inputUnreadable {
      Console.error(Console.shown("\(finding.place): \(finding.text)"))
    }
    if !quiet, access(value, F_OK) == 0,
      inputTexts.contains(where: { $0 != "-" && access($0, F_OK) != 0 })
    {
      Console.warning(
        "\(Console.shown(value)) is a path that exists, and was asked for as a value, which comes last, "
          + "behind the inputs")
    }
    if !errors.isEmpty || explanation.has(.inputUnreadable) { throw ExitCode(2) }
    if !explanation.matches || explanation.timesSeen == 0 { throw ExitCode(1) }
  }
}
