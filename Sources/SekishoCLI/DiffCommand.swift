import ArgumentParser
import Glibc
import Sekisho

/// How a difference is written.
enum DifferenceFormat: String, CaseIterable, ExpressibleByArgument {
  case table, markdown, json, sarif
}

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what an update of feeds changes: entries, and hits over inputs.",
    discussion: """
      OLD and NEW are databases, feeds, folders of feeds, or feed configurations (.yaml). Entries are \
      compared by value and feed; inputs are scanned with both, and each hit that is lost, gained or \
      now suppressed is told with its cause.

      --fail-on takes FIGURE>NUMBER, separated by commas: lost, gained, suppressed (hits over the \
      inputs), removed, added, changed (entries), feeds (feeds gone or unreadable), share (percent of \
      a feed's old entries that it no longer has, the largest of all feeds).

      Example:
        sekisho diff old.skdb feeds/ traffic.pcap --fail-on 'lost>0,share>20%'

      Exit codes: 0 fine, 1 a threshold is exceeded, 2 an error, also a feed or an input that cannot be \
      read, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("The state before.", valueName: "old"))
  var old: String

  @Argument(help: ArgumentHelp("The state after.", valueName: "new"))
  var new: String

  @Argument(help: ArgumentHelp("Captures and logs to scan with both.", valueName: "input"))
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Exit with 1 where a figure is larger, as in lost>0,gained>1000,share>20%; repeatable.",
      valueName: "thresholds"))
  var failOn: [String] = []

  @Option(name: .customLong("format"), help: "How the difference is written (default: table).")
  var chosenFormat: DifferenceFormat?

  @Flag(help: "The same as --format json.")
  var json = false

  private var format: DifferenceFormat { json ? .json : chosenFormat ?? .table }

  @Option(
    help: ArgumentHelp(
      "A feed whose entries suppress hits, on both sides where feeds are compiled; repeatable.",
      valueName: "path[=format]"))
  var allow: [String] = []

  @Option(
    help: ArgumentHelp(
      "List at most N changes of each kind (default: 10000, SARIF in all 5000); json and sarif.",
      valueName: "n"))
  var limit: Int?

  @OptionGroup var matching: MatchingArguments
  @OptionGroup var scope: ScopeArguments
  @OptionGroup var reading: ReadingArguments
  @OptionGroup(title: LimitArguments.title)
  var limits: LimitArguments

  @Flag(help: "Only errors.")
  var quiet = false

  func validate() throws {
    if json, chosenFormat ?? .json != .json {
      throw ValidationError("--json is --format json; give one")
    }
    guard limit ?? 1 >= 1 else { throw ValidationError("--limit must be 1 or more") }
  }

  func run() throws {
    let options = try scope.options(matching, reading, limits)
    let thresholds = try thresholds()
    if inputs.isEmpty, let one = thresholds.first(where: \.figure.needsInputs) {
      throw ValidationError(
        "--fail-on \(one): hits are counted over inputs; give captures or logs behind OLD and NEW")
    }
    let allowed = try allow.map { try FeedArgument.request($0, isAllowList: true) }
    let (before, after): (DatabaseSide, DatabaseSide)
    do {
      before = try DatabaseSide.open(old, allow: allowed)
      after = try DatabaseSide.open(new, allow: allowed)
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
    try NamedSources.check(
      feedsOnly: options.feedsOnly, in: [before.database, after.database])
    for error in before.errors + after.errors { Console.error(error) }
    let progress = Interruption.install()
    let quiet = quiet
    let difference = DatabaseDifference.between(
      before, after, inputs: inputs.map(RawArgument.path), options: options,
      limit: limit ?? DatabaseDifference.listLimit, progress: progress
    ) { Console.report($0, quiet: quiet) }
    if progress.isStopRequested { throw Interruption.end(quiet: quiet) }
    for problem in difference.ownProblems { Console.error(Console.shown(problem)) }
    let exceeded = difference.exceeded(thresholds)
    let bytes: [UInt8] =
      switch format {
      case .table: Array(difference.table(exceeded: exceeded).utf8)
      case .markdown: Array(difference.markdown(exceeded: exceeded).utf8)
      case .json: difference.json(exceeded: exceeded)
      case .sarif:
        difference.sarif(
          version: sekishoVersion, limit: limit ?? DatabaseDifference.sarifLimit)
      }
    try Console.output(bytes)
    noteLeftOut(difference)
    if !quiet, let hits = difference.hits { Console.note(skipped: hits.skipped) }
    if format == .sarif || quiet {
      for (threshold, value) in exceeded {
        Console.note("exceeded: \(threshold) (it is \(DatabaseDifference.number(value)))")
      }
    }
    if difference.hasErrors { throw ExitCode(2) }
    if !exceeded.isEmpty { throw ExitCode(1) }
  }

  /// Warns how many changes the JSON or SARIF output leaves out, and how to list more.
  private func noteLeftOut(_ difference: DatabaseDifference) {
    var (entries, hits) = difference.leftOut
    switch format {
    case .table, .markdown: return
    case .json: break
    case .sarif:
      let listed = difference.changes.count + (difference.hits?.changes.count ?? 0)
      entries += max(0, listed - (limit ?? DatabaseDifference.sarifLimit)) + hits
      hits = 0
    }
    guard entries + hits > 0 else { return }
    Console.warning(
      "\(entries + hits) further changes are counted and not listed; --limit N lists more")
  }

  private func thresholds() throws -> [Threshold] {
    var result: [Threshold] = []
    for text in failOn {
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let threshold = Threshold(String(part)) else {
          throw ValidationError(
            "--fail-on \(Console.shown(String(part))) is no threshold; write FIGURE>NUMBER with one "
              + "of " + Threshold.Figure.allCases.map(\.rawValue).joined(separator: " "))
        }
        result.append(threshold)
      }
    }
    return result
  }
}
