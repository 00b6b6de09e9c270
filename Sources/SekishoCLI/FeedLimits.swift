import ArgumentParser
import Glibc
import Sekisho

/// Which entries of the feeds are wanted.
struct FeedLimits: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Leave out entries of less confidence (0-100); those without one stay.", valueName: "n"))
  var minConfidence: UInt8?

  @Option(
    help: ArgumentHelp(
      "Leave out entries under a stricter marking: clear, green, amber, amber+strict.",
      valueName: "tlp"))
  var tlpMax: String?

  @Option(
    help: ArgumentHelp(
      "Load these kinds only, separated by commas.", valueName: "kinds"))
  var kinds: String?

  @Option(
    help: ArgumentHelp(
      "Leave out entries that a feed learned of longer ago (90d, 4w, 1y); those without a day stay.",
      valueName: "time"))
  var maxAge: String?

  /// The limits, checked.
  struct Values {
    var minimumConfidence: UInt8 = 0
    var maximumTLP = TLP.red
    var kinds: IndicatorKindSet?
    var oldest = Int64.min

    /// Narrows what the options of a feed let in.
    func apply(to options: inout FeedOptions) {
      options.minimumConfidence = max(options.minimumConfidence, minimumConfidence)
      options.maximumTLP = min(options.maximumTLP, maximumTLP)
      options.oldest = max(options.oldest, oldest)
      if let kinds { options.kinds.formIntersection(kinds) }
    }
  }

  /// The limits as options of a feed.
  ///
  /// - Throws: `ValidationError` that names what may be given.
  func values() throws -> Values {
    var values = Values()
    if let minConfidence {
      guard minConfidence <= 100 else {
        throw ValidationError("--min-confidence is a number from 0 to 100")
      }
      values.minimumConfidence = minConfidence
    }
    if let tlpMax {
      guard
        let tlp = [TLP.clear, .green, .amber, .amberStrict, .red].first(where: {
          $0.name == tlpMax.lowercased()
        })
      else {
        throw ValidationError("--tlp-max is one of clear green amber amber+strict red")
      }
      values.maximumTLP = tlp
    }
    if let kinds { values.kinds = try Self.kinds(kinds) }
    if let maxAge {
      guard let age = TimeLength.nanoseconds(maxAge) else {
        throw ValidationError("--max-age is a number and a unit: 12h, 30d, 4w, 1y")
      }
      values.oldest = Int64(time(nil)) * 1_000_000_000 - age
    }
    return values
  }

  /// Names of kinds, separated by commas, as a set.
  static func kinds(_ names: String) throws -> IndicatorKindSet {
    var set: [IndicatorKind] = []
    for name in names.split(separator: ",") {
      guard let kind = IndicatorKind(name: String(name)) else {
        throw ValidationError(
          "--kinds: '\(Console.shown(String(name)))' is no kind; use "
            + IndicatorKind.allCases.map(\.name).joined(separator: ","))
      }
      set.append(kind)
    }
    return IndicatorKindSet(set)
  }
}
