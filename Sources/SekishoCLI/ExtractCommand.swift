import ArgumentParser
import Glibc
import Sekisho

struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "List every observable of captures and logs, without matching.",
    discussion: """
      One JSON object a line: what a scan would look at. What limits cut and folders leave out is told \
      on standard error, by reason.

      Example:
        sekisho extract --kinds domain,ipv4 traffic.pcap

      Exit codes: 0 done, 2 an error or an input not read to its end, 130 interrupted.
      """)

  @OptionGroup var inputs: InputArguments
  @OptionGroup var reading: ReadingArguments
  @OptionGroup(title: LimitArguments.title)
  var limits: LimitArguments

  func run() throws {
    var options = ScanOptions()
    try reading.apply(limits, to: &options)
    let progress = Interruption.install()
    let quiet = inputs.quiet
    let report = IndicatorScanner.extract(
      inputs: inputs.paths, options: options,
      to: .descriptor(STDOUT_FILENO), progress: progress
    ) { Console.report($0, quiet: quiet) }
    if let error = report.writeError {
      Console.error("standard output: \(error); the output is not complete")
    }
    if !quiet, !report.isBrokenPipe { Console.note(skipped: report.skipped) }
    if report.isInterrupted { throw Interruption.end(quiet: quiet) }
    if report.hasErrors || report.writeError != nil { throw ExitCode(2) }
  }
}
