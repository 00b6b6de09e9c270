import Database
public import Indicators
public import Inputs
public import Scanning

/// The differences between two databases: of their entries, and of their hits in inputs.
public struct DatabaseDifference: Sendable {
  /// How many changes of each sort are listed by default; all are counted.
  public static let listLimit = 10_000

  /// Counts of one kind or one feed.
  public struct Counts: Sendable, Equatable {
    /// Entries of the old side.
    public var old = 0
    /// Entries of the new side.
    public var new = 0
    /// Entries that only the new side has.
    public var added = 0
    /// Entries that only the old side has.
    public var removed = 0
    /// Entries of both sides whose sources, context or cover by allow lists differ.
    public var changed = 0

    /// Part of the old entries that was removed, in percent; a feed that had none counts 0.
    public var removedShare: Double { old == 0 ? 0 : Double(removed) * 100 / Double(old) }
  }

  /// One feed on both sides.
  public struct Feed: Sendable {
    /// Its name on the new side, or the old one where it is gone.
    public var name: String
    /// Its name on the old side.
    public var oldName: String?
    /// Its name on the new side.
    public var newName: String?
    /// Its format on the old side.
    public var oldFormat: String?
    /// Its format on the new side.
    public var newFormat: String?
    /// Why the new side could not read it.
    public var problem: String?
    /// Counts of the feed's entries.
    public var counts = Counts()
  }

  /// The old side's name as given.
  public internal(set) var oldName: String
  /// The new side's name as given.
  public internal(set) var newName: String
  /// Counts of every kind that either side has.
  public internal(set) var kinds: [(kind: IndicatorKind, counts: Counts)] = []
  /// Every feed of either side.
  public internal(set) var feeds: [Feed] = []
  /// Counts of all entries.
  public internal(set) var total = Counts()
  /// Changes by cause, all of them.
  public internal(set) var causes: [ChangeCause: Int] = [:]
  /// The most changes of each sort that are listed.
  public internal(set) var limit = DatabaseDifference.listLimit
  /// The changes, removed ones first, at most `limit` of each sort.
  public internal(set) var changes: [EntryChange] = []
  /// Faults of feeds of either side, and of the comparison itself.
  public internal(set) var problems: [String] = []
  /// Those of the comparison itself, which neither side tells.
  public internal(set) var ownProblems: [String] = []
  /// The differences between the hits; nil without inputs.
  public internal(set) var hits: HitDifference?

  /// Compares two sides, and their hits if there are inputs.
  ///
  /// - Parameters:
  ///   - old: the state before.
  ///   - new: the state after.
  ///   - inputs: captures and logs to scan with both.
  ///   - options: the options of these scans; `now` is when validity is judged.
  ///   - limit: the most changes of each sort that are listed.
  ///   - progress: read or used to stop a scan from another thread.
  ///   - onProblem: called for each problem of an input, once.
  /// - Returns: what differs.
  public static func between(
    _ old: DatabaseSide, _ new: DatabaseSide, inputs: [InputPath] = [],
    options: ScanOptions = ScanOptions(), limit: Int = DatabaseDifference.listLimit,
    progress: ScanProgress = ScanProgress(),
    onProblem: @escaping @Sendable (ScanProblem) -> Void = { _ in }
  ) -> DatabaseDifference {
    var comparison = SideComparison(old, new, now: options.now, limit: limit)
    comparison.run()
    var difference = comparison.difference
    if !inputs.isEmpty {
      var options = options
      options.sourcePaths += old.sourcePaths + new.sourcePaths
      difference.hits = HitComparison(
        old: old, new: new, causes: comparison, options: options, limit: limit
      ).run(inputs, progress: progress, onProblem: onProblem)
    }
    return difference
  }

  init(oldName: String, newName: String) {
    self.oldName = oldName
    self.newName = newName
  }

  /// How many changes of entries and of hits are counted but not listed.
  public var leftOut: (entries: Int, hits: Int) {
    let entries = causes.values.reduce(0, +) - changes.count
    guard let hits else { return (entries, 0) }
    return (entries, hits.counts.values.reduce(0, +) - hits.changes.count)
  }

  /// Whether a side or an input could not be read.
  public var hasErrors: Bool { !problems.isEmpty || hits?.hasErrors == true }
}
