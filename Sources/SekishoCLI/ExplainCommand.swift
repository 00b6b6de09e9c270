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

      Exit codes: 0 it is a hit, 1 it is none, 2 an error.
      """)

  @Argument(help: ArgumentHelp("Inputs to search, then the value.", valueName: "input … value"))
  var arguments: [String]

  @Option(help: ArgumentHelp("A compiled database; repeatable.", valueName: "file"))
  var db: [String] = []

  @Option(
    help: ArgumentHelp("A feed to compile for this; repeatable.", valueName: "path[=format]"))
  var feed: [String] = []

  @Option(
    name: .customLong("feeds"),
    help: ArgumentHelp("A file that lists feeds; repeatable.", valueName: "config"))
  var configurations: [String] = []

  @Option(
    help: ArgumentHelp(
      "A feed whose entries suppress hits; repeatable.", valueName: "path[=format]"))
  var allow: [String] = []

  @Flag(help: "Believe the feeds also where they list what is known to be good.")
  var trusted = false

  @OptionGroup var scope: ScopeArguments

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    if db.isEmpty, feed.isEmpty, configurations.isEmpty {
      throw ValidationError("nothing to ask; give --db FILE, --feed PATH or --feeds CONFIG")
    }
  }

  func run() throws {
    guard let value = arguments.last else { throw ValidationError("give a value") }
    let options = try scope.options()
    var databases: [IndicatorDatabase] = []
    for path in db {
      databases.append(try NamedSources.open(path))
    }
    var requests = try feed.map { try FeedArgument.request($0) }
    for index in requests.indices { requests[index].options.isTrusted = trusted }
    requests +=
      try allow.map { try FeedArgument.request($0, isAllowList: true) }
    do {
      for path in configurations { requests += try FeedConfiguration.read(path: path) }
    } catch {
      Console.error(Console.shown("\(error)"))
      throw ExitCode(2)
    }
    var report = FeedReport()
    var errors: [FeedError] = []
    if !requests.isEmpty {
      for index in requests.indices { requests[index].options.diagnosticLimit = 1_000_000 }
      let compilation = Sekisho.compile(requests)
      report = compilation.report
      errors = compilation.errors
      databases.append(try compilation.database())
    }
    try NamedSources.check(feedsOnly: options.feedsOnly, in: databases)
    let explanation = Explainer(
      databases: databases, options: options, report: report, errors: errors
    ).explain(Array(value.utf8), inputs: arguments.dropLast().map { InputPath($0) })
    try Console.output(json ? explanation.json : Array(explanation.text.utf8))
    for finding in explanation.findings where finding.cause == .inputUnreadable {
      Console.error(Console.shown("\(finding.place): \(finding.text)"))
    }
    if !errors.isEmpty || explanation.has(.inputUnreadable) { throw ExitCode(2) }
    if !explanation.matches || explanation.timesSeen == 0 { throw ExitCode(1) }
  }
}

/// What of databases and inputs takes part, as for `scan`.
struct ScopeArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Only these kinds, separated by commas.", valueName: "kinds"))
  var kinds: String?

  @Option(help: ArgumentHelp("Only these feeds, by name; repeatable.", valueName: "feed"))
  var feedsOnly: [String] = []

  @Option(help: ArgumentHelp("Leave out sources that state less (0-100).", valueName: "n"))
  var minConfidence: Int = 0

  @Flag(help: "Weak kinds match too: bare file names, user agents, JA3.")
  var weak = false

  @Option(help: "Validity: any (annotate only), event or now (filter).")
  var time: ScanOptions.TimeMode = .any

  @Option(help: ArgumentHelp("The time that 'now' means (default: now).", valueName: "time"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "Home networks, separated by commas; repeatable (default: RFC 1918, fc00::/7).",
      valueName: "prefixes"))
  var home: [String] = []

  @Option(
    help: ArgumentHelp(
      "auto, pcap, text, jsonl, zeek, eve, csv, tsv, w3c, syslog, cef, leef, access, elb, squid, "
        + "iptables, asa, bind, logfmt or vpc-flow.", valueName: "format"))
  var inputFormat = "auto"

  @Flag(help: "Defanged values in the inputs are read as what they stand for.")
  var refang = false

  @Option(help: ArgumentHelp("Only packets that a filter passes.", valueName: "expression"))
  var bpf: String?

  @Option(help: ArgumentHelp("Only packets from this time on.", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Only packets before this time.", valueName: "time"))
  var to: String?

  @Option(help: ArgumentHelp("Threads (default: all cores).", valueName: "n"))
  var threads: Int?

  /// The options that these arguments ask for.
  func options() throws -> ScanOptions {
    var options = ScanOptions()
    if let kinds { options.kinds = try FeedLimits.kinds(kinds) }
    options.feedsOnly = feedsOnly
    guard (0...100).contains(minConfidence) else {
      throw ValidationError("--min-confidence \(minConfidence) is not between 0 and 100")
    }
    options.minimumConfidence = UInt8(minConfidence)
    options.includesWeak = weak
    options.timeMode = time
    if let at {
      guard let time = ScanOptions.time(at) else { throw Self.noTime(at, "--at") }
      options.now = time
    }
    if !home.isEmpty {
      options.home = try HomeNetworks(arguments: home)
    }
    if inputFormat != "auto" {
      guard let format = InputFormat(rawValue: inputFormat) else {
        throw ValidationError(
          "--input-format \(Console.shown(inputFormat)) is not known; use auto or one of "
            + InputFormat.allCases.map(\.rawValue).joined(separator: " "))
      }
      options.inputFormat = format
    }
    options.refangs = refang
    options.bpf = bpf
    if let fault = options.filterFault { throw InputArguments.noFilter(bpf, fault) }
    if from != nil || to != nil {
      let first = try from.map { try Self.time($0, "--from") } ?? .min
      let last = try to.map { try Self.time($0, "--to") } ?? .max
      guard first <= last else { throw ValidationError("--from is later than --to") }
      options.packetTimes = first..<last
    }
    guard threads ?? 1 >= 1 else { throw ValidationError("--threads must be 1 or more") }
    options.threads = threads ?? Processors.available
    return options
  }

  private static func time(_ text: String, _ option: String) throws -> Int64 {
    guard let time = ScanOptions.time(text) else { throw noTime(text, option) }
    return time
  }

  private static func noTime(_ text: String, _ option: String) -> ValidationError {
    ValidationError(
      "\(option) \(Console.shown(text)) is not a time; use 2024-05-01T10:00:00Z or seconds since 1970"
    )
  }
}
