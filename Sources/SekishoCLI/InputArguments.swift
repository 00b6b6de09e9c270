import ArgumentParser
import Glibc
import Sekisho

/// The arguments that `scan` and `extract` share.
struct InputArguments: ParsableArguments {
  @Argument(help: "Captures, logs, folders; - is standard input.")
  var inputs: [String]

  @Option(
    help: ArgumentHelp(
      "auto, pcap, text, jsonl, zeek, eve, csv, tsv or w3c.", valueName: "format"))
  var inputFormat = "auto"

  @Option(
    help: ArgumentHelp(
      "Only these kinds, separated by commas: ipv4, domain, sha256 …", valueName: "kinds"))
  var kinds: String?

  @Option(help: ArgumentHelp("Threads (default: all cores).", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp("Only packets that a capture filter passes.", valueName: "expression"))
  var bpf: String?

  @Option(
    help: ArgumentHelp(
      "Only packets from this time on (RFC 3339, or seconds since 1970).", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Only packets before this time.", valueName: "time"))
  var to: String?

  @Flag(help: "Every packet's addresses instead of each flow's once.")
  var everyPacket = false

  @Flag(
    help: "Read defanged values in logs as what they stand for: hxxp://, [.], (dot), [at] …")
  var refang = false

  @Flag(help: "Only errors: no summary, no progress, no warnings.")
  var quiet = false

  /// The options that these arguments ask for.
  func options() throws -> ScanOptions {
    var options = ScanOptions()
    if inputFormat != "auto" {
      guard let format = InputFormat(rawValue: inputFormat) else {
        throw ValidationError(
          "--input-format \(Console.shown(inputFormat)) is not known; use auto or one of "
            + InputFormat.allCases.map(\.rawValue).joined(separator: " "))
      }
      options.inputFormat = format
    }
    if let kinds {
      var set = IndicatorKindSet()
      for name in kinds.split(separator: ",") {
        guard let kind = IndicatorKind(name: String(name)) else {
          throw ValidationError(
            "--kinds: '\(Console.shown(String(name)))' is no kind; use "
              + IndicatorKind.allCases.map(\.name).joined(separator: " "))
        }
        set.insert(IndicatorKindSet(kind))
      }
      options.kinds = set
    }
    if let threads {
      guard threads >= 1 else { throw ValidationError("--threads must be 1 or more") }
      options.threads = threads
    } else {
      options.threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
    options.bpf = bpf
    if from != nil || to != nil {
      let first = try from.map { try Self.time($0, option: "--from") } ?? .min
      let last = try to.map { try Self.time($0, option: "--to") } ?? .max
      guard first <= last else { throw ValidationError("--from is later than --to") }
      options.packetTimes = first..<last
    }
    options.everyPacket = everyPacket
    options.refangs = refang
    return options
  }
}

extension InputArguments {
  /// A time in nanoseconds since 1970.
  private static func time(_ text: String, option: String) throws -> Int64 {
    guard let time = ScanOptions.time(text) else {
      throw ValidationError(
        "\(option) \(Console.shown(text)) is no time; use 2024-05-01T10:00:00Z or seconds since 1970"
      )
    }
    return time
  }
}

/// Where the indicators of a scan come from.
struct IndicatorSources: ParsableArguments {
  @Option(help: ArgumentHelp("A compiled database; repeatable.", valueName: "file"))
  var db: [String] = []

  @Option(
    help: ArgumentHelp("A feed to compile for this scan; repeatable.", valueName: "path[=format]"))
  var feed: [String] = []

  @Option(
    help: ArgumentHelp(
      "A feed whose entries suppress hits; repeatable.", valueName: "path[=format]"))
  var allow: [String] = []

  @Flag(help: "Read databases into memory instead of mapping them.")
  var copyDb = false

  func validate() throws {
    guard !db.isEmpty || !feed.isEmpty else {
      throw ValidationError(
        "nothing to match against; give a database (--db FILE) or a feed (--feed PATH)")
    }
  }

  /// Opens the databases and compiles the feeds.
  func databases(quiet: Bool) throws -> [IndicatorDatabase] {
    var result: [IndicatorDatabase] = []
    for path in db {
      do {
        result.append(try IndicatorDatabase.open(path: path, copying: copyDb))
      } catch {
        Console.error("\(Console.shown(path)): \(error)")
        throw ExitCode(2)
      }
    }
    let requests =
      try feed.map { try FeedArgument.request($0) }
      + allow.map { try FeedArgument.request($0, isAllowList: true) }
    guard !requests.isEmpty else { return result }
    let compilation = Sekisho.compile(requests)
    FeedReporting.report(compilation, details: false, quiet: quiet)
    guard compilation.errors.isEmpty else { throw ExitCode(2) }
    result.append(try compilation.database())
    return result
  }
}
