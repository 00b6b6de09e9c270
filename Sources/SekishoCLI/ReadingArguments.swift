import ArgumentParser
import Sekisho

/// How inputs are read: the arguments that all commands which read captures and logs share.
struct ReadingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "auto, pcap, text, jsonl, zeek, eve, csv, tsv, w3c, syslog, cef, leef, access, elb, squid, "
        + "iptables, asa, bind, logfmt or vpc-flow.", valueName: "format"))
  var inputFormat = "auto"

  @Option(
    help: ArgumentHelp(
      "The year of lines of logs that name none, as syslog's; without it they have no time.",
      valueName: "yyyy"))
  var logYear: Int?

  @Option(
    help: ArgumentHelp(
      "Only these kinds, separated by commas: ipv4, domain, sha256 …; repeatable.",
      valueName: "kinds"))
  var kinds: [String] = []

  @Option(help: ArgumentHelp("Threads (default: all cores); 256 are used at most.", valueName: "n"))
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

  @Option(
    help: ArgumentHelp(
      "Home networks, for the direction of flows, separated by commas; repeatable (default: RFC 1918, fc00::/7).",
      valueName: "prefixes"))
  var home: [String] = []

  @Flag(help: "Every packet's addresses instead of each flow's once.")
  var everyPacket = false

  @Flag(
    help: "Read defanged values in logs as what they stand for: hxxp://, [.], (dot), [at] …")
  var refang = false

  /// Puts what these arguments and the limits ask for into the options of a scan.
  ///
  /// - Throws: `ValidationError` that names the argument; `ExitCode` 2 for an invalid capture
  ///   filter, after an error message.
  func apply(_ limits: LimitArguments, to options: inout ScanOptions) throws {
    if inputFormat != "auto" {
      guard let format = InputFormat(rawValue: inputFormat) else {
        throw ValidationError(
          "--input-format \(Console.shown(inputFormat)) is not known; use auto or one of "
            + InputFormat.allCases.map(\.rawValue).joined(separator: " "))
      }
      options.inputFormat = format
    }
    if let logYear {
      guard 1970...2261 ~= logYear else {
        throw ValidationError("--log-year must be a year from 1970 to 2261")
      }
      options.logYear = logYear
    }
    if let kinds = try FeedLimits.kinds(kinds) { options.kinds = kinds }
    try ThreadCount.check(threads)
    options.threads = ThreadCount.used(threads)
    options.bpf = bpf
    if let fault = options.filterFault {
      // Not a `ValidationError`, with which the command's usage would be shown.
      Console.error(
        "--bpf '\(Console.shown(bpf ?? ""))' is no capture filter: \(Console.shown(fault)); "
          + "see man pcap-filter")
      throw ExitCode(2)
    }
    if from != nil || to != nil {
      let first = try from.map { try PointInTime.parse($0, option: "--from") } ?? .min
      let last = try to.map { try PointInTime.parse($0, option: "--to") } ?? .max
      guard first <= last else { throw ValidationError("--from is later than --to") }
      options.packetTimes = first..<last
    }
    if !home.isEmpty { options.home = try HomeNetworks(arguments: home) }
    options.everyPacket = everyPacket
    options.refangs = refang
    try limits.apply(to: &options)
  }
}

/// Times as arguments give them.
enum PointInTime {
  /// A time in nanoseconds since 1970.
  ///
  /// - Throws: `ValidationError` that names the option.
  static func parse(_ text: String, option: String) throws -> Int64 {
    guard let time = ScanOptions.time(text) else {
      throw ValidationError(
        "\(option) \(Console.shown(text)) is not a time; use 2024-05-01T10:00:00Z or seconds since "
          + "1970")
    }
    return time
  }
}
