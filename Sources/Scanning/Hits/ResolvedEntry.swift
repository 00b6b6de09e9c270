public import Indicators

/// A database entry with everything that a hit shows of it; read once and shared by hits.
public final class ResolvedEntry: Sendable {
  /// The entry's database and number.
  package let reference: EntryReference
  /// The entry's kind.
  public let kind: IndicatorKind
  /// How its value is compared.
  public let mode: MatchMode
  /// The value as it is printed.
  public let value: [UInt8]
  /// Length that orders entries of one match: prefix bits, or bytes of the value.
  public let specificity: Int
  /// Every source, by confidence, then feed, then line.
  public let sources: [ResolvedSource]
  /// The indices of all sources; hits in which every source takes part share this array.
  let allSources: [Int]
  /// The entries that a merged entry was made of; empty if only one database holds the value.
  let parts: [EntryReference]
  /// The sources grouped by their conditions; nil if no source has one.
  let joint: JointSources?

  package init(
    reference: EntryReference, kind: IndicatorKind, mode: MatchMode, value: [UInt8],
    specificity: Int, sources: [ResolvedSource], parts: [EntryReference] = []
  ) {
    self.reference = reference
    self.kind = kind
    self.mode = mode
    self.value = value
    self.specificity = specificity
    self.sources = sources
    allSources = Array(sources.indices)
    self.parts = parts
    joint = JointSources(sources)
  }
}

/// What one feed says of an entry, and where.
public struct ResolvedSource: Sendable {
  /// Lines in the feed, ascending; empty for a format in which lines have no meaning.
  public var lines: [UInt32]
  /// What the feed says; shared by all entries about which it says the same.
  package let statement: SourceStatement

  package init(lines: [UInt32], statement: SourceStatement) {
    self.lines = lines
    self.statement = statement
  }

  /// Name of the feed.
  public var feed: [UInt8] { statement.feed }
  /// The object's own identifier in the feed; nil where it has none.
  public var id: [UInt8]? { Self.stated(statement.id) }
  /// What the feed says of the value in words; nil where it says nothing.
  public var description: [UInt8]? { Self.stated(statement.description) }
  /// Where to read more, usually a URL; nil where the feed names nothing.
  public var reference: [UInt8]? { Self.stated(statement.reference) }
  /// The feed's labels or tags.
  public var labels: [[UInt8]] { statement.labels }
  /// MITRE ATT&CK technique identifiers.
  public var attack: [[UInt8]] { statement.attack }
  /// Names of malware that the value indicates.
  public var malware: [[UInt8]] { statement.malware }
  /// Names of threat actors behind it.
  public var actors: [[UInt8]] { statement.actors }
  /// Start of validity in nanoseconds since 1970; nil where the feed names none.
  public var validFrom: Int64? { statement.validFrom == .min ? nil : statement.validFrom }
  /// End of validity (exclusive); nil where the feed names none.
  public var validUntil: Int64? { statement.validUntil == .max ? nil : statement.validUntil }
  /// 0–100; nil where the feed says nothing.
  public var confidence: UInt8? { statement.confidence == 255 ? nil : statement.confidence }
  /// The marking under which it was shared.
  public var tlp: TLP { statement.tlp }
  /// Whether the source is of an allow list, is weak, or was forced to an exact match, among
  /// others.
  public var flags: SourceFlags { statement.flags }
  /// The joint condition that the source is part of, as `kind:value AND kind:value`; nil if the
  /// value counts by itself.
  public var condition: [UInt8]? { Self.stated(statement.condition) }
  /// The joint condition, and which of its members this source is; nil if it has no condition.
  package var conditionPlace: ConditionPlace? { statement.conditionPlace }

  private static func stated(_ text: [UInt8]) -> [UInt8]? { text.isEmpty ? nil : text }
}
