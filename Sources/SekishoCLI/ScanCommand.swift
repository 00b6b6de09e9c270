public import ArgumentParser
import Glibc
import Inputs
public import Sekisho

extension ScanOptions.Grouping: ExpressibleByArgument {}
extension ScanOptions.TimeMode: ExpressibleByArgument {}
extension ScanOptions.URLHostMode: ExpressibleByArgument {}

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Match captures and logs against indicators.",
    discussion: """
      Captures (pcap, pcapng) and logs are told by content; each may be gzip or zstd. A folder is read \
      recursively, - is standard input. Hits go to standard output, the summary to standard error.

      Example:
        sekisho scan --db indicators.skdb traffic.pcapng /var/log/zeek
        zcat access.log.gz | sekisho scan --feed bad-names.txt --format ndjson -
        sekisho scan --db indicators.skdb --follow /var/log/dnsmasq.log
        sekisho scan --db bad.skdb --refang --only-matching mails.txt | sort -u

      Exit codes: 0 no hits, 1 hits, 2 an error, a feed that cannot be read, or an input not \
      read to its end (hits found are written all the same), 130 interrupted (after the summary).
      """)

  // Groups are not nested: the parser's checks in debug builds cost five times as much with each
  // level of nesting.
  @OptionGroup var sources: NamedSources
  @OptionGroup var inputs: InputArguments
  @OptionGroup var reading: ReadingArguments
  @OptionGroup(title: LimitArguments.title)
  var limits: LimitArguments
  @OptionGroup(title: LimitArguments.title)
  var hitLimits: HitLimitArguments

  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "How hits are written (default: table on a terminal, ndjson otherwise).", valueName: "format"
    ))
  var chosenFormat: HitFormat?

  @Flag(help: "The same as --format ndjson.")
  var json = false

  private var format: HitFormat? { json ? .ndjson : chosenFormat }

  @Option(
    help: """
      How hits are put together (default: by indicator in tables, but not with --follow or a pipe as \
      standard input, whose hits come at once; else not).
      """)
  var group: ScanOptions.Grouping?

  @OptionGroup var matching: MatchingArguments

  @Option(
    help: ArgumentHelp(
      "Show N lines before and after each hit in a log (table, ndjson).", valueName: "n"))
  var context: Int = 0

  @Flag(
    help: "Write the values that hit alone, one a line; with --group, one line for each group.")
  var onlyMatching = false

  @Flag(
    help: """
      Scan log files and go on with what is appended to them, as tail -F does, until Ctrl-C; hits are \
      written at once.
      """)
  var follow = false

  @Option(name: .shortAndLong, help: ArgumentHelp("Write hits to a file.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Write the packets of flows that hit to a pcapng file.", valueName: "file"))
  var writePcap: String?

  @Option(help: ArgumentHelp("Write at most N hits, or groups with --group.", valueName: "n"))
  var limit: UInt64?

  @Flag(help: "Write the number of hits instead of the hits.")
  var count = false

  @Option(
    help: ArgumentHelp(
      "Write the summary as JSON to a file; - is standard output, behind the hits.",
      valueName: "file"))
  var summary: String?

  @Flag(help: "Write hits that an allow list covers too, marked as suppressed.")
  var showSuppressed = false

  @Flag(help: "Exit with 0 also when there are hits.")
  var exitZero = false

  func validate() throws {
    if json, chosenFormat ?? .ndjson != .ndjson {
      throw ValidationError("--json is --format ndjson; give one")
    }
    if let format, let group, group != .none, format.written?.hasGroups != true {
      throw ValidationError(
        "--format \(format.rawValue) has no groups; leave out --group, or use table, ndjson, csv or values"
      )
    }
    guard (sources.paths + inputs.inputs).count(where: { $0 == "-" }) < 2 else {
      throw ValidationError(
        "standard input can be read once only; write one of the two to a file and name that")
    }
    if writePcap != nil, inputs.inputs.contains("-"),
      ["auto", "pcap"].contains(reading.inputFormat)
    {
      throw ValidationError(
        "--write-pcap reads captures a second time, which standard input cannot be; write it to a file "
          + "and name that, or name the format of a log with --input-format")
    }
    guard (0...ScanOptions.mostContextLines).contains(context) else {
      throw ValidationError(
        "--context \(context) is not between 0 and \(ScanOptions.mostContextLines)")
    }
    if context > 0 {
      guard !onlyMatching, format == nil || format == .table || format == .ndjson else {
        throw ValidationError("--context is shown in tables and ndjson; use one of these formats")
      }
      guard group == nil || group == ScanOptions.Grouping.none else {
        throw ValidationError("--context shows single hits; leave --group out")
      }
    }
    if format == .html {
      guard !count else {
        throw ValidationError("--count writes a number; leave it or --format html out")
      }
      guard !follow else {
        throw ValidationError(
          "a page is made when all is read; leave --follow or --format html out")
      }
    }
    if follow {
      guard !inputs.inputs.contains("-") else {
        throw ValidationError(
          "standard input is read until it ends in any case; leave --follow out, or - out")
      }
      guard hitsFile == nil, writePcap == nil else {
        throw ValidationError(
          "with --follow hits go to standard output, as they come; redirect it to have a file")
      }
    }
    if onlyMatching {
      guard format == nil || format == .values else {
        throw ValidationError("--only-matching writes values alone; leave --format out")
      }
      guard !count else { throw ValidationError("give --count or --only-matching, not both") }
    }
  }

  /// Whether a table has groups unless told otherwise: they are written when all inputs have ended,
  /// which a log that grows does not.
  private var isGroupedTable: Bool {
    context == 0 && !follow && !(inputs.inputs.contains("-") && StandardInput.isLive)
  }

  /// The file that hits are written to; nil for standard output, which `-` means, too.
  var hitsFile: String? { output == "-" ? nil : output }

  /// What is written to the file of hits.
  private var content: OwnOutput {
    count ? .count : onlyMatching || format == .values ? .values : .hits
  }

  /// The file that the summary is written to; nil if there is none, or for standard output.
  var summaryFile: String? { summary == "-" ? nil : summary }

  func run() throws {
    // Not in `validate`, which goes before what the parser says of options that it does not know.
    try sources.requireAny()
    let feeds = try sources.requests()
    try OutputPaths.check(
      [
        .init(option: "--output", path: hitsFile, content: content),
        .init(option: "--write-pcap", path: writePcap, content: .capture),
        .init(option: "--summary", path: summaryFile, content: .summary),
      ],
      read: inputs.inputs + sources.paths, feeds: feeds.map(\.path))
    var options = ScanOptions()
    try reading.apply(limits, to: &options)
    try hitLimits.apply(to: &options)
    try matching.apply(to: &options)
    options.format =
      onlyMatching
      ? .values
      : format.map { $0.written ?? .ndjson }
        ?? (hitsFile == nil && Console.isOutputTerminal ? .table : .ndjson)
    options.contextLines = context
    options.grouping = group ?? (options.format == .table && isGroupedTable ? .indicator : .none)
    options.showsSuppressed = showSuppressed
    options.limit = limit ?? .max
    options.evidencePath = writePcap.map { InputPath($0) }
    options.writtenPaths = summaryFile.map { [InputPath($0)] } ?? []
    let opened = try sources.opened(feeds, quiet: inputs.quiet)
    options.sourcePaths = sources.sourcePaths(feeds, errors: opened.errors)
    let databases = opened.databases
    try NamedSources.check(feedsOnly: matching.feedsOnly, in: databases)
    if format == .html { return try writePage(opened, options) }
    let progress = Interruption.install()
    // Rows that come out meanwhile would stand behind the line of progress.
    let writesRows =
      Console.isOutputTerminal && hitsFile == nil && !count && options.grouping == .none
    let display = ProgressDisplay(
      progress, isShown: !inputs.quiet && Console.isErrorTerminal && !writesRows)
    let quiet = inputs.quiet
    let paths = inputs.paths
    let report =
      follow
      ? IndicatorScanner.follow(
        paths: paths, databases: databases, options: options, to: .descriptor(STDOUT_FILENO),
        writesHits: !count, progress: progress
      ) { Console.report($0, quiet: quiet) }
      : IndicatorScanner.scan(
        inputs: paths, databases: databases, options: options,
        to: hitsFile.map { .file($0) } ?? .descriptor(STDOUT_FILENO), writesHits: !count,
        progress: progress
      ) { Console.report($0, quiet: quiet) }
    display.end()
    try finish(report, opened)
  }

  /// Warns where there can be no packets to write.
  private func warnWithoutCapture(_ report: ScanReport) {
    guard writePcap != nil, report.packets == 0, report.inputs > 0, !inputs.quiet else { return }
    Console.warning(
      "--write-pcap: no packet was read, so its file holds none; name captures as inputs")
  }

  func finish(_ report: ScanReport, _ opened: NamedSources.Opened) throws {
    if let error = report.writeError {
      Console.error(
        "\(Console.shown(hitsFile ?? "standard output")): \(error); the output is not complete")
    }
    warnWithoutCapture(report)
    var failed = opened.hasErrors || report.hasErrors || report.writeError != nil
    let result = ScanSummary(report)
    if summary != nil, summaryFile == nil, hitsFile != nil || report.writeError == nil {
      do { try Console.output(result.json()) } catch { failed = true }
    }
    if let summary = summaryFile {
      do {
        try ResultFile.write(result.json(), to: summary)
      } catch {
        Console.error(error)
        failed = true
      }
    }
    if !inputs.quiet, !report.isBrokenPipe { Console.write(result.text(), to: STDERR_FILENO) }
    if report.isInterrupted { throw ExitCode(130) }
    if failed { throw ExitCode(2) }
    if report.hits > 0, !exitZero { throw ExitCode(1) }
  }
}
