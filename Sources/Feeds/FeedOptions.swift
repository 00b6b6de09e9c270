public import Indicators

/// How one feed is read: what its user says of it, because it cannot be guessed.
///
/// Limits have ranges, which `$name` gives, and take what is beyond as the nearest value in it.
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
  /// The feed may list what is known to be good: nothing is forced to exact for it, and the feed is
  /// never refused as `suspect`.
  public var isTrusted = false
  /// Overrides the format's own rule for names.
  public var names: NameMode?
  /// What the values of a Suricata dataset are.
  public var dataset = DatasetKind.any
  /// What the columns of rows hold, where their names do not tell.
  public var columns: ColumnNames?
  /// How long an entry is valid where its feed names no end, in nanoseconds.
  ///
  /// From the day on which the feed learned of it; without one, from the file's last change.
  public var validFor: Int64?
  /// Entries of less confidence are left out; those about which nothing is said stay.
  public var minimumConfidence: UInt8 = 0
  /// Entries under a stricter marking are left out; those without a marking stay.
  public var maximumTLP = TLP.red
  /// Entries that became valid before this time, in nanoseconds since 1970, are left out; those
  /// without a time stay.
  public var oldest: Int64?
  /// Kinds to load; others are counted.
  public var kinds: IndicatorKindSet = .all
  /// Confidence of entries about which the feed says nothing, 0–100; more is taken as 100, and 255, as
  /// which hits show what no feed states, as nil.
  public var confidence: UInt8? {
    didSet {
      if let confidence, confidence > 100 { self.confidence = confidence == 255 ? nil : 100 }
    }
  }
  /// Marking of entries about which the feed says nothing.
  public var tlp: TLP = .none
  /// Labels added to those of every entry.
  public var labels: [String] = []
  /// Diagnostics kept for each feed; all are counted.
  public var diagnosticLimit = 1000
  /// Longest line in bytes; longer ones are counted and left out.
  @Bounded(64...1 << 28) public var lineLimit = 1 << 20
  /// Objects, arrays and elements of JSON and XML inside one another.
  @Bounded(1...128) public var depthLimit = 64
  /// Bytes that decompression may give for each of its input, beyond the first GiB.
  @Bounded(1...UInt64.max) public var expansionLimit: UInt64 = 1000
  /// Bytes of the window that zstd data may ask for.
  @Bounded(1 << 10...1 << 31) public var zstdWindowLimit: UInt64 = 128 << 20

  /// Put digests that a feed lists one a line into the collection's `digestLists` instead of its
  /// records: less memory for lists of millions, for those who hand the collection to the compiler.
  package var gathersDigests = false

  /// Options that say nothing.
  public init() {}
}
