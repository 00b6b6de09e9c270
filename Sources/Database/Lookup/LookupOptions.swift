public import Indicators

/// Which entries take part in a lookup.
///
/// What depends on single sources (feeds, confidence, validity, weak kinds) is decided by whoever
/// reads the sources of a match; the options here keep away what could not matter.
public struct LookupOptions: Sendable {
  /// Kinds of entries that take part.
  public var kinds: IndicatorKindSet = .all
  /// Whether entries take part that only weak sources vouch for (`SourceFlags.weak`).
  public var includesWeak = false
  /// Matches of one observable that are given; what exceeds it is counted in the scratch memory.
  public var matchLimit = 4096

  /// Every kind, without weak entries.
  public init() {}
}

/// One observable that met one entry.
public struct EntryMatch: Sendable, Equatable {
  /// Index into the batch's observables.
  public var observable: UInt32
  /// Entry number in the database.
  public var entry: UInt32
  /// How they met.
  public var kind: MatchKind

  /// A match of an observable and an entry.
  public init(observable: UInt32, entry: UInt32, kind: MatchKind) {
    self.observable = observable
    self.entry = entry
    self.kind = kind
  }
}
