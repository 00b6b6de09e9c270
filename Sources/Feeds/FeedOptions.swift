public import Indicators

/// How one feed is read: what the user states because it cannot be guessed.
///
/// Limits have ranges, which `$name` gives; a value outside becomes the nearest one inside.
public struct FeedOptions: Sendable, Equatable {
  /// How the names that a feed lists cover the names below them.
  public enum NameMode: Sendable {
    /// The name alone.
    case exact
    /// The name and every name below it.
    case withSubdomains
  }

  /// Shown as the feed of every entry; nil is the path as given.
  public var name: String?
  /// Entries allow instead of block (`--allow`).
  public var isAllowList = false
  /// Keep the entries of a file that ends in the middle.
  public var keepsPartial = false
  /// Load also MISP attributes that are not meant for detection (`to_ids` false).
  public var loadsAllMISP = false
  /// Load both sides of MISP's paired values (`domain|ip`, `filename|hash`).
  public var loadsBothOfMISPPairs = false
  /// How values are let in.
  public var admission = AdmissionOptions()
  /// Weak kinds match without being asked for.
  public var vouchesForWeakKinds = false
  /// The feed may list well-known names.
  ///
  /// None of them is forced to match exactly, and the feed is never refused as `suspect`.
  public var isTrusted = false
  /// Overrides the format's own rule for names.
  public var names: NameMode?
  /// What the values of a Suricata dataset are.
  public var dataset = DatasetKind.any
  /// What the columns of rows hold, where their names do not tell.
  public var columns: ColumnNames?
  /// How long an entry is valid where its feed names no end, in nanoseconds.
  ///
  /// Counted from the start of the entry's validity; an entry without one gets no end, and the feed
  /// a warning.
  public var validFor: Int64?
  /// Entries with less confidence are left out; those without a stated confidence stay.
  public var minimumConfidence: UInt8 = 0
  /// Entries under a stricter marking are left out; those without a marking stay.
  public var maximumTLP = TLP.red
  /// Entries that became valid before this time, in nanoseconds since 1970, are left out; those
  /// without a time stay.
  public var oldest: Int64?
  /// Kinds to load; others are counted.
  public var kinds: IndicatorKindSet = .all
  /// Confidence, 0–100, of entries for which the feed states none.
  ///
  /// More than 100 becomes 100; 255, which hits show where no feed states a confidence, becomes
  /// nil.
  public var confidence: UInt8? {
    didSet {
      if let confidence, confidence > 100 { self.confidence = confidence == 255 ? nil : 100 }
    }
  }
  /// Marking of entries for which the feed states none.
  public var tlp: TLP = .none
  /// Labels added to those of every entry.
  public var labels: [String] = []
  /// Diagnostics kept for each feed; all are counted.
  public var diagnosticLimit = 1000
  /// Longest line in bytes; longer ones are counted and left out.
  @Bounded(64...1 << 28) public var lineLimit = 1 << 20
  /// Deepest nesting of JSON objects and arrays and of XML elements.
  @Bounded(1...128) public var depthLimit = 64
  /// Bytes that decompression may give for each byte of its input, beyond the first GiB.
  @Bounded(1...UInt64.max) public var expansionLimit: UInt64 = 1000
  /// Bytes of the window that zstd data may ask for.
  @Bounded(1 << 10...1 << 31) public var zstdWindowLimit: UInt64 = 128 << 20

  /// Put digests that a feed lists one per line into `digestLists` instead of the records.
  ///
  /// Saves memory for lists of millions; for callers that pass the collection to the compiler.
  package var gathersDigests = false

  /// The default options.
  public init() {}
}
