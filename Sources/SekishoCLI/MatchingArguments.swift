import ArgumentParser
import Sekisho

/// Which entries of databases take part in a scan, and in an explanation of one.
struct MatchingArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Only these feeds, by name; repeatable.", valueName: "feed"))
  var feedsOnly: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Leave out sources that state less (0-100).", valueName: "n"))
  var minConfidence: Int = 0

  @Flag(help: "Weak kinds match too: bare file names, user agents, JA3.")
  var weak = false

  @Option(
    help: ArgumentHelp(
      """
      Hosts of URL indicators match in TLS and DNS, where encryption hides the rest: of all, or (root) of \
      URLs whose path is /.
      """, valueName: "which"))
  var urlHosts: ScanOptions.URLHostMode = .off

  @Option(help: "Validity: any only annotates, event and now filter by the time of that.")
  var time: ScanOptions.TimeMode = .any

  /// Puts what these arguments ask for into the options of a scan.
  ///
  /// - Throws: `ValidationError` that names the argument.
  func apply(to options: inout ScanOptions) throws {
    guard (0...100).contains(minConfidence) else {
      throw ValidationError("--min-confidence \(minConfidence) is not between 0 and 100")
    }
    options.feedsOnly = feedsOnly
    options.minimumConfidence = UInt8(minConfidence)
    options.includesWeak = weak
    options.urlHosts = urlHosts
    options.timeMode = time
  }
}

extension HomeNetworks {
  /// The networks that `--home` names; each argument holds one, or several with commas between.
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

/// Further arguments of commands that explain a scan or compare its hits.
struct ScopeArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The time that 'now' means (default: now).", valueName: "time"))
  var at: String?

  /// The options that these arguments and those of the other groups ask for.
  ///
  /// - Throws: `ValidationError` that names the argument.
  func options(
    _ matching: MatchingArguments, _ reading: ReadingArguments, _ limits: LimitArguments
  ) throws -> ScanOptions {
    var options = ScanOptions()
    try matching.apply(to: &options)
    if let at { options.now = try PointInTime.parse(at, option: "--at") }
    try reading.apply(limits, to: &options)
    return options
  }
}
