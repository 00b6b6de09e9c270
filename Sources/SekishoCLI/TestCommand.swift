import ArgumentParser
import Glibc
import Sekisho

/// How the results of suites are written.
enum SuiteFormat: String, CaseIterable, ExpressibleByArgument {
  case table, junit, tap, sarif, github, json
}

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run regression suites: inputs, and the hits that must be and must not be.",
    discussion: """
      A suite is a YAML file of cases (seeds/suite.schema.json describes it for editors). A case that \
      fails shows what was expected against what was found, and for a missing hit why.

      Example:
        sekisho test Fixtures/suite.yaml
        sekisho test suites/*.yaml --format junit > results.xml

      Exit codes: 0 all as expected, 1 something was not, 2 an error, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("Suite files.", valueName: "suite"))
  var suites: [String]

  @Option(
    help: ArgumentHelp("Only cases whose name this expression finds.", valueName: "expression"))
  var filter: String?

  @Flag(help: "Show what changes, then make failed cases expect what was found.")
  var update = false

  @Option(help: "How results are written (default: table).")
  var format: SuiteFormat?

  @Flag(help: "The same as --format json.")
  var json = false

  @Flag(help: "Only errors.")
  var quiet = false

  @Option(help: ArgumentHelp("Threads (default: all cores); 256 are used at most.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    try ThreadCount.check(threads)
    if json, format ?? .json != .json { throw ValidationError("--json is --format json; give one") }
    if suites.isEmpty { throw ValidationError("give at least one suite file") }
  }

  func run() throws {
    var run = SuiteRun()
    run.threads = ThreadCount.used(threads)
    if let filter { run.isWanted = try NameFilter(filter).test }
    var read: [Suite] = []
    for path in suites {
      do {
        read.append(try Suite.read(path: path))
      } catch {
        Console.error(error)
        throw ExitCode(2)
      }
    }
    let start = SystemClock.now
    let report = run.run(read, progress: Interruption.install())
    if report.results.isEmpty, !report.isInterrupted {
      Console.error("no case has a name that --filter finds")
      throw ExitCode(2)
    }
    var remaining = 0
    if update {
      remaining = try write(read, report)
    } else {
      try output(report, at: start - start % 1_000_000_000)
    }
    if !quiet {
      Console.note(skipped: report.results.reduce(into: Tally()) { $0.merge($1.skipped) })
    }
    if report.isInterrupted { throw ExitCode(130) }
    if update, report.exitCode == 1, remaining == 0 { return }
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }

  private func output(_ report: SuiteReport, at time: Int64) throws {
    let bytes: [UInt8] =
      switch json ? .json : format ?? .table {
      case .table: Array(report.table().utf8)
      case .junit: Array(report.junit(at: time).utf8)
      case .tap: Array(report.tap().utf8)
      case .sarif: report.sarif(version: sekishoVersion)
      case .github: Array(report.github().utf8)
      case .json: report.json()
      }
    try Console.output(bytes)
  }

  /// Shows and makes the changes that failed cases ask for.
  ///
  /// - Returns: the number of failed cases that are left to people.
  private func write(_ suites: [Suite], _ report: SuiteReport) throws -> Int {
    var changed = 0
    var remaining = 0
    for suite in suites {
      let update: SuiteUpdate?
      do {
        update = try SuiteUpdate(suite, report)
      } catch {
        Console.error(error)
        throw ExitCode(2)
      }
      guard let update else { continue }
      remaining += update.refused.count
      if !quiet { for line in update.refused { Console.warning(Console.shown(line)) } }
      guard !update.difference.isEmpty else { continue }
      try Console.output(
        Array(update.difference.map { Console.shown($0) + "\n" }.joined().utf8))
      do {
        try ResultFile.write(update.bytes, to: suite.path)
      } catch {
        Console.error(error)
        throw ExitCode(2)
      }
      changed += 1
    }
    guard !quiet else { return remaining }
    let failing = remaining == 0 ? "" : "; \(remaining) left as they are, which still fail"
    Console.note(
      "\(changed) suite\(changed == 1 ? "" : "s") changed; \(report.tally) before\(failing)")
    return remaining
  }
}

/// Selects cases by their names.
struct NameFilter {
  let test: @Sendable (Suite, String) -> Bool

  /// - Throws: `ValidationError` if the expression is not valid.
  init(_ expression: String) throws {
    do {
      _ = try Regex(expression)
    } catch {
      throw ValidationError("--filter \(Console.shown(expression)) is no regular expression")
    }
    // A `Regex` is not `Sendable`; cases are few, so one is made for each.
    test = { _, name in
      guard let regex = try? Regex(expression) else { return false }
      return name.contains(regex)
    }
  }
}
