public import Indicators

/// Which entries take part in a lookup.
///
/// What depends on single sources (feeds, confidence, validity, weak kinds) is decided where the
/// sources of a match are read; the options here only leave out what could not matter.
public struct LookupOptions: Sendable {
  /// Kinds of entries that take part.
  public var kinds: IndicatorKindSet = .all
  /// Whether entries take part that only weak sources vouch for (`SourceFlags.weak`).
  public var includesWeak = false
  /// The most matches that one observable is given; those beyond are counted in the scratch memory.
  public var matchLimit = 4096

  /// Every kind, without weak entries.
  public init() {}
}

/// One observable that matched one entry.
public struct EntryMatch: Sendable, Equatable {
  /// Index into the batch's observables.
  public var observable: UInt32
  /// Entry number in the database.
  public var entry: UInt32
  /// How the observable matched the entry.
  public var kind: MatchKind

  /// A match of an observable and an entry.
  public init(observable: UInt32, entry: UInt32, kind: MatchKind) {
    self.observable = observable
    self.entry = entry
    self.kind = kind
  }
}
