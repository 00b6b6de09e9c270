import ArgumentParser
import Glibc
import Inputs
import Sekisho

/// `PATH[=FORMAT]` as a feed to read.
enum FeedArgument {
  private static let standardInput = "/dev/stdin"

  /// Writes `-=FORMAT` as `/dev/stdin=FORMAT`, since the parser takes `-…` for an option.
  static func spelled(_ arguments: [String]) -> [String] {
    arguments.map { $0.hasPrefix("-=") ? standardInput + $0.dropFirst() : $0 }
  }

  /// The request that an argument asks for.
  ///
  /// - Throws: `ValidationError` if what follows `=` is no format and the whole is no path.
  static func request(_ argument: String, isAllowList: Bool = false) throws -> FeedRequest {
    var options = FeedOptions()
    options.isAllowList = isAllowList
    guard let equals = argument.lastIndex(of: "=") else {
      return FeedRequest(path: argument, options: options)
    }
    let suffix = String(argument[argument.index(after: equals)...])
    let path = String(argument[..<equals])
    let isFile = access(argument, F_OK) == 0
    // A file of that very name is meant, unless the one before `=` is there as well.
    if let (format, dataset) = FeedFormat.named(suffix), !isFile || access(path, F_OK) == 0 {
      options.dataset = dataset
      return FeedRequest(
        path: path == standardInput ? "-" : path, format: format, options: options)
    }
    guard isFile else {
      let names = FeedFormat.allCases.map(\.name).sorted()
      throw ValidationError(
        "\(Console.shown(argument)): '\(Console.shown(suffix))' is no feed format; use one of "
          + names.joined(separator: " "))
    }
    return FeedRequest(path: argument, options: options)
  }

  /// The feeds that configuration files list.
  ///
  /// - Throws: `ExitCode` 2 for a file that is not a valid configuration, after an error message.
  static func requests(ofConfigurations paths: [String]) throws -> [FeedRequest] {
    do {
      return try paths.flatMap { try FeedConfiguration.read(path: $0) }
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
  }
}

/// Prints the outcome of reading feeds.
enum FeedReporting {
  /// Reports errors and warnings, and with `details` every feed's counts.
  static func report(_ compilation: Compilation, details: Bool, quiet: Bool) {
    for error in compilation.errors { Console.error(error) }
    guard !quiet else { return }
    for note in compilation.cacheUse.notes { Console.warning("cache: \(Console.shown(note))") }
    if details {
      for path in compilation.report.databases {
        Console.note("\(Console.shown(path)): a database, not read as a feed")
      }
    }
    let leftOut = sorted(compilation.report.leftOut.counts)
    if !leftOut.isEmpty { Console.note("not read as feeds: \(leftOut)") }
    for feed in compilation.report.feeds {
      for warning in feed.warnings {
        let remedy = warning.remedy.text(naming: OptionNames.name)
        Console.warning(
          "\(Console.shown(feed.name)): \(warning)" + (remedy.isEmpty ? "" : "; " + remedy))
      }
      guard details else { continue }
      var line = "\(Console.shown(feed.name)) (\(feed.format.name)): "
      line += Console.counted(feed.entries, "entry", "entries")
      let refused = sorted(feed.refusals.counts)
      if !refused.isEmpty { line += "; refused: " + refused }
      let lints = sorted(feed.lints.counts)
      if !lints.isEmpty { line += "; noted: " + lints }
      Console.note(line)
    }
  }

  private static func sorted(_ counts: [String: UInt64]) -> String {
    counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}
