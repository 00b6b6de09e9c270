import ArgumentParser
import Glibc
import Sekisho

/// Which entries of the feeds are wanted.
struct FeedLimits: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Leave out entries of less confidence (0-100); those without one and exceptions stay.",
      valueName: "n"))
  var minConfidence: Int?

  @Option(
    help: ArgumentHelp(
      "Leave out entries under a stricter marking, but no exceptions: clear, green, amber, "
        + "amber+strict, red.",
      valueName: "tlp"))
  var tlpMax: String?

  @Option(
    help: ArgumentHelp(
      "Load these kinds only, separated by commas; repeatable.", valueName: "kinds"))
  var kinds: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave out entries that a feed learned of longer ago (90d, 4w, 1y); those without a day and "
        + "exceptions stay.",
      valueName: "time"))
  var maxAge: String?

  @Option(
    help: ArgumentHelp(
      "Bytes of a literal, at most 4K; longer ones are refused (4K).", valueName: "size"))
  var maxLiteral: ByteCount?

  @Option(
    help: ArgumentHelp("Bytes of a line; longer ones are refused (1M).", valueName: "size"))
  var maxLine: ByteCount?

  @Option(
    help: ArgumentHelp("Levels of JSON and XML, at most 128 (64).", valueName: "n"))
  var maxDepth: Int?

  @Option(
    help: ArgumentHelp(
      "How many times its size a compressed feed may grow to, beyond 1 GiB (1000).",
      valueName: "n"))
  var maxExpansion: UInt64?

  @Option(
    help: ArgumentHelp(
      "The window that zstd data may ask for, at most 2G (128M).", valueName: "size"))
  var maxZstdWindow: ByteCount?

  /// The limits, checked.
  struct Values {
    var minimumConfidence: UInt8 = 0
    var maximumTLP = TLP.red
    var kinds: IndicatorKindSet?
    var oldest: Int64?
    var literal: Int?
    var line: Int?
    var depth: Int?
    var expansion: UInt64?
    var zstdWindow: UInt64?

    /// Narrows what the options of a feed let in.
    func apply(to options: inout FeedOptions) {
      options.minimumConfidence = max(options.minimumConfidence, minimumConfidence)
      options.maximumTLP = min(options.maximumTLP, maximumTLP)
      options.oldest = [options.oldest, oldest].compactMap(\.self).max()
      if let kinds { options.kinds.formIntersection(kinds) }
      if let literal { options.admission.literalLimit = literal }
      if let line { options.lineLimit = line }
      if let depth { options.depthLimit = depth }
      if let expansion { options.expansionLimit = expansion }
      if let zstdWindow { options.zstdWindowLimit = zstdWindow }
    }
  }

  /// The limits that the options give, checked.
  ///
  /// - Throws: `ValidationError` that names what may be given.
  func values() throws -> Values {
    var values = Values()
    if let minConfidence {
      guard 0...100 ~= minConfidence else {
        throw ValidationError("--min-confidence \(minConfidence) is not between 0 and 100")
      }
      values.minimumConfidence = UInt8(minConfidence)
    }
    if let tlpMax { values.maximumTLP = try Self.tlp(tlpMax) }
    values.kinds = try Self.kinds(kinds)
    if let maxAge {
      guard let age = TimeLength.nanoseconds(maxAge) else {
        throw ValidationError("--max-age is a number and a unit: 12h, 30d, 4w, 1y")
      }
      values.oldest = Int64(time(nil)) * 1_000_000_000 - age
    }
    let ranges = FeedOptions()
    values.literal = try maxLiteral.map {
      try LimitRange.size($0, ranges.admission.$literalLimit, "--max-literal")
    }
    values.line = try maxLine.map { try LimitRange.size($0, ranges.$lineLimit, "--max-line") }
    values.depth = try maxDepth.map { try LimitRange.number($0, ranges.$depthLimit, "--max-depth") }
    values.zstdWindow = try maxZstdWindow.map {
      try LimitRange.size($0, ranges.$zstdWindowLimit, "--max-zstd-window")
    }
    values.expansion = try maxExpansion.map {
      try LimitRange.number($0, ranges.$expansionLimit, "--max-expansion")
    }
    return values
  }

  /// The level that a marking names, as it is written in documents or without `TLP:`.
  private static func tlp(_ marking: String) throws -> TLP {
    var name = marking.lowercased()
    if name.hasPrefix("tlp:") { name.removeFirst(4) }
    // `white` was the first version's name.
    if name == "white" { return .clear }
    guard
      let level = [TLP.clear, .green, .amber, .amberStrict, .red].first(where: { $0.name == name })
    else {
      throw ValidationError(
        "--tlp-max '\(Console.shown(marking))' is none of clear, green, amber, amber+strict, red")
    }
    return level
  }

  /// The kinds that arguments name, each one or several with commas between; nil without arguments.
  ///
  /// - Throws: `ValidationError` that says which kinds there are.
  static func kinds(_ arguments: [String]) throws -> IndicatorKindSet? {
    if arguments.isEmpty { return nil }
    var set: [IndicatorKind] = []
    for part in arguments.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      let name = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      guard let kind = IndicatorKind(name: name.lowercased()) else {
        throw ValidationError(
          "--kinds: '\(Console.shown(name))' is no kind; use "
            + IndicatorKind.allCases.map(\.name).joined(separator: ","))
      }
      set.append(kind)
    }
    return IndicatorKindSet(set)
  }
}
