import ArgumentParser
import Glibc
import Inputs
import Sekisho

struct ScanBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Scan your inputs with your database, from memory.",
    discussion: """
      Rounds over the inputs alternate with rounds of a fixed loop. What a baseline keeps and compares \
      is the ratio of the two, so that a machine that is slower or busier today changes nothing; where \
      the loop itself moved by more than a tenth, all is measured again.

      Example:
        sekisho bench scan --db bad.skdb a.pcap --baseline a.json --update-baseline
        sekisho bench scan --db bad.skdb a.pcap --baseline a.json --max-slowdown 10%

      Exit codes: 0 measured, 1 slower than the baseline allows, 2 an error, 130 interrupted.
      """)

  @OptionGroup var sources: NamedSources

  @Argument(help: "Captures, logs, folders; read into memory first.")
  var inputs: [String]

  @Option(help: ArgumentHelp("Threads that scan.", valueName: "n"))
  var threads = 1

  @OptionGroup var arguments: BenchArguments

  @Option(
    help: ArgumentHelp(
      "Rates to compare with, written by --update-baseline; written where it is not there.",
      valueName: "file"))
  var baseline: String?

  @Option(help: ArgumentHelp("How much slower is fine.", valueName: "percent"))
  var maxSlowdown = "10%"

  @Flag(help: "Write what was measured to the baseline file.")
  var updateBaseline = false

  func validate() throws {
    guard (1...256).contains(threads) else {
      throw ValidationError("--threads takes a number from 1 to 256")
    }
    _ = try slowdown()
    if updateBaseline, baseline == nil {
      throw ValidationError("--update-baseline needs --baseline FILE")
    }
  }

  private func slowdown() throws -> Double {
    let digits = maxSlowdown.hasSuffix("%") ? String(maxSlowdown.dropLast()) : maxSlowdown
    guard let number = Double(digits), number.isFinite, number >= 0 else {
      throw ValidationError("--max-slowdown is a number of percent, as in 10%")
    }
    return number
  }

  func run() throws {
    try sources.requireAny()
    let limit = try slowdown()
    let start = SystemClock.seconds
    let feeds = try sources.requests()
    try OutputPaths.check(
      [
        .init(
          option: "--baseline", path: updateBaseline || baseline == "-" ? baseline : nil,
          content: .baseline)
      ],
      read: inputs + sources.paths, feeds: feeds.map(\.path))
    let opened = try sources.opened(feeds, quiet: true)
    guard !opened.hasErrors else { throw ExitCode(2) }
    let databases = opened.databases
    var benchmark = ScanBenchmark()
    benchmark.repetitions = arguments.repeat
    benchmark.threads = threads
    benchmark.options.sourcePaths = sources.sourcePaths(feeds, errors: opened.errors)
    benchmark.options.writtenPaths = baseline.map { [InputPath($0)] } ?? []
    let result: ScanBenchmark.Result
    do {
      result = try benchmark.run(
        inputs.map(RawArgument.path), databases: databases,
        buildSeconds: SystemClock.seconds - start)
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
    var verdicts: [Baseline.Verdict] = []
    if let baseline {
      do throws(InputError) {
        let exists = access(baseline, F_OK) == 0
        if exists, !updateBaseline {
          verdicts = try Baseline(path: baseline).compare(result, limit: limit)
        } else {
          try ResultFile.write(Baseline(result).json(), to: baseline)
          if !arguments.quiet { noteWritten(baseline) }
        }
      } catch {
        if error.code == .corrupt {
          Console.error(Console.shown("\(error); write one with --update-baseline"))
        } else {
          Console.error(error)
        }
        throw ExitCode(2)
      }
    }
    try Console.output(
      arguments.json
        ? result.json(verdicts) : Array(result.text(verdicts, limit: limit).utf8))
    if !arguments.quiet, verdicts.contains(where: \.isUndecided) {
      Console.warning(
        "slower than the baseline allows, but the machine is too restless to tell; measure again")
    }
    if verdicts.contains(where: \.isTooSlow) { throw ExitCode(1) }
  }

  /// Says that a baseline was written; without being told to, this may be the wrong path.
  private func noteWritten(_ baseline: String) {
    let path = Console.shown(baseline)
    if updateBaseline { return Console.note("\(path): baseline written") }
    Console.warning(
      "\(path): there was no baseline, so nothing was compared; this run was written as one")
  }
}
