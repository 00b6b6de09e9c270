import ArgumentParser
import Glibc
import Sekisho

/// The arguments that `scan` and `extract` share.
struct InputArguments: ParsableArguments {
  @Argument(help: "Captures, logs, folders; - is standard input.")
  var inputs: [String]

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

  @OptionGroup(title: "Limits (default in brackets; sizes as 65536, 64K, 1M, 2G)")
  var limits: LimitArguments

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
    if let logYear {
      guard 1970...2261 ~= logYear else {
        throw ValidationError("--log-year must be a year from 1970 to 2261")
      }
      options.logYear = logYear
    }
    if let kinds { options.kinds = try FeedLimits.kinds(kinds) }
    if let threads {
      guard threads >= 1 else { throw ValidationError("--threads must be 1 or more") }
      options.threads = threads
    } else {
      options.threads = Processors.available
    }
    options.bpf = bpf
    if let fault = options.filterFault { throw Self.noFilter(bpf, fault) }
    if from != nil || to != nil {
      let first = try from.map { try Self.time($0, option: "--from") } ?? .min
      let last = try to.map { try Self.time($0, option: "--to") } ?? .max
      guard first <= last else { throw ValidationError("--from is later than --to") }
      options.packetTimes = first..<last
    }
    options.everyPacket = everyPacket
    options.refangs = refang
    try limits.apply(to: &options)
    return options
  }
}

extension InputArguments {
  static func noFilter(_ text: String?, _ fault: String) -> ValidationError {
    ValidationError(
      "--bpf \(Console.shown(text ?? "")) is no capture filter: \(Console.shown(fault)); "
        + "see man pcap-filter")
  }

  /// A time in nanoseconds since 1970.
  private static func time(_ text: String, option: String) throws -> Int64 {
    guard let time = ScanOptions.time(text) else {
      throw ValidationError(
        "\(option) \(Console.shown(text)) is not a time; use 2024-05-01T10:00:00Z or seconds since 1970"
      )
    }
    return time
  }
}

extension HomeNetworks {
  /// The networks that `--home` names, each time one or several with commas between them.
  ///
  /// - Throws: `ValidationError` that names what is no address or prefix.
  init(arguments: [String]) throws {
    self.init()
    for argument in arguments {
      for network in argument.split(separator: ",", omittingEmptySubsequences: false)
      where !add(String(network)) {
        throw ValidationError("--home \(Console.shown(String(network))) is no address or prefix")
      }
    }
  }
}
