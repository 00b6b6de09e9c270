import Database
import Logs
import Parsing
import Synchronization

/// Makes the finder of file names in text when the first text asks for it.
final class FileNameSource: FileNameSearch {
  private let databases: [IndicatorDatabase]
  private let options: LookupOptions
  /// Nothing until it is asked for; then the finder, or nil where no file name takes part.
  private let made = Mutex<FileNameFinder??>(nil)

  init(databases: [IndicatorDatabase], options: LookupOptions) {
    self.databases = databases
    self.options = options
  }

  func find(in text: RawSpan, ranges: inout [Range<Int>]) {
    let finder = made.withLock { finder in
      if let finder { return finder }
      let new = FileNameFinder(databases: databases, options: options)
      finder = .some(new)
      return new
    }
    ranges.removeAll(keepingCapacity: true)
    finder?.find(in: text, ranges: &ranges)
  }
}

/// Makes the finder of candidates in logs when the first log asks for it: scans of captures alone do without its tables.
final class FinderSource: Sendable {
  private let databases: [IndicatorDatabase]
  private let options: LookupOptions
  private let refangs: Bool
  /// Nothing until it is asked for; then the finder, or nil where every line has to be read.
  private let made = Mutex<CandidateFinder??>(nil)

  init(databases: [IndicatorDatabase], options: LookupOptions, refangs: Bool) {
    self.databases = databases
    self.options = options
    self.refangs = refangs
  }

  /// A copy of the finder for a thread; nil where no finder serves these databases.
  var finder: CandidateFinder? {
    made.withLock { finder in
      if let finder { return finder }
      let new = CandidateFinder(databases: databases, options: options, refangs: refangs)
      finder = .some(new)
      return new
    }
  }
}
