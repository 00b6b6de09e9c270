package import Database
import Logs
import Matchers
import Parsing
import Synchronization

extension FileNameFinder: FileNameSearch {}

extension KnownHosts: HostFilter {}

/// Makes the finder of file names in text when the first text asks for it; all threads share it.
final class FileNameFinderSource: FileNameSource {
  private let databases: [IndicatorDatabase]
  private let options: LookupOptions
  /// Nil until the finder is first needed; then the finder, or nil inside if no file name takes
  /// part, or why there is none.
  private let made = Mutex<Result<FileNameFinder?, ImageError>?>(nil)

  init(databases: [IndicatorDatabase], options: LookupOptions) {
    self.databases = databases
    self.options = options
  }

  func search() -> (any FileNameSearch)? {
    made.withLock { finder in
      let known =
        finder
        ?? Result { () throws(ImageError) in
          try FileNameFinder(databases: databases, options: options)
        }
      finder = known
      return (try? known.get()) ?? nil
    }
  }

  /// Why file names were not looked for; nil if they were, or none takes part.
  var fault: String? {
    made.withLock { finder in
      if case .failure(let error) = finder { "\(error)" } else { nil }
    }
  }
}

/// Finds the texts of databases in the values of logs, as a search in payloads finds them in
/// captures.
struct TextFinder: TextSearch {
  /// The number of occurrences in one value that each matcher reports.
  private static let limit = 4096

  private let matchers: [LiteralMatcher]

  /// Creates nil if there is no text to look for.
  init?(_ matchers: [LiteralMatcher]) {
    if matchers.isEmpty { return nil }
    self.matchers = matchers
  }

  func find(in bytes: RawSpan, found: inout [FoundText]) -> Bool {
    found.removeAll(keepingCapacity: true)
    var isWhole = true
    var lengths: [Int] = []
    for (number, matcher) in matchers.enumerated() {
      var state = LiteralMatcher.State()
      var matches: [LiteralMatch] = []
      isWhole =
        matcher.scan(bytes, state: &state, limit: Self.limit, matches: &matches) && isWhole
      for match in matches {
        let length = matcher.length(of: match.pattern)
        lengths.append(length)
        found.append(
          FoundText(
            start: Int(truncatingIfNeeded: match.end) - length,
            matcher: UInt32(truncatingIfNeeded: number), pattern: match.pattern))
      }
    }
    guard found.count > 1 else { return isWhole }
    let all = found
    let order = all.indices.sorted {
      let (a, b) = (all[$0], all[$1])
      if a.start != b.start { return a.start < b.start }
      return lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }
    for (place, index) in order.enumerated() { found[place] = all[index] }
    return isWhole
  }
}

/// Makes the finder of candidates in logs when the first log needs it.
///
/// Scans of captures alone do without its tables.
final class FinderSource: Sendable {
  private let databases: [IndicatorDatabase]
  private let options: LookupOptions
  private let refangs: Bool
  /// Nil until the finder is first needed; then the finder, or nil inside if every line has to be
  /// read.
  private let made = Mutex<CandidateFinder??>(nil)

  init(databases: [IndicatorDatabase], options: LookupOptions, refangs: Bool) {
    self.databases = databases
    self.options = options
    self.refangs = refangs
  }

  /// A copy of the finder for a thread; nil if no finder can serve these databases.
  var finder: CandidateFinder? {
    made.withLock { finder in
      if let finder { return finder }
      let new = CandidateFinder(databases: databases, options: options, refangs: refangs)
      finder = .some(new)
      return new
    }
  }
}
