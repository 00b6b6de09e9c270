import Parsing

/// How an entry's value is compared with an observed one.
///
/// Raw values are part of the database file's format.
@frozen
public enum MatchMode: UInt8, Sendable, Comparable {
  /// The whole value is equal; for addresses: a single address.
  case exact = 0
  /// A name and every name below it.
  case withSubdomains
  /// Every name below a name, not the name itself (`*.x`).
  case subdomainsOnly
  /// The value is a leading part: a network prefix, or a URL that ended in `*`.
  case prefix
  /// The value equals the path of an observed `http.url` (maltrail's path-only trails).
  case path
  /// Text: the bytes occur anywhere. File name: it equals the tail of a value at a separator.
  case contains

  /// Orders by raw value.
  public static func < (left: MatchMode, right: MatchMode) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// How an observable matched an entry: the `match` of a hit.
@frozen
public enum MatchKind: UInt8, Sendable, Comparable {
  case exact = 0
  case subdomain
  case cidr
  case urlPrefix
  /// The address of an address-and-port entry, seen where no port is known.
  case address
  case urlHost
  case contains

  /// The name used in every output.
  public var name: String {
    switch self {
    case .exact: "exact"
    case .subdomain: "subdomain"
    case .cidr: "cidr"
    case .urlPrefix: "url-prefix"
    case .address: "address"
    case .urlHost: "url-host"
    case .contains: "contains"
    }
  }

  /// Orders by raw value.
  public static func < (left: MatchKind, right: MatchKind) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// Traffic Light Protocol 2.0 (FIRST); stricter levels are greater.
///
/// TLP 1 `white` is read as `clear`.
@frozen
public enum TLP: UInt8, Sendable, Comparable {
  case none = 0
  case clear
  case green
  case amber
  case amberStrict
  case red

  /// The label without `TLP:`, lower case; nil for `none`.
  public var name: String? {
    switch self {
    case .none: nil
    case .clear: "clear"
    case .green: "green"
    case .amber: "amber"
    case .amberStrict: "amber+strict"
    case .red: "red"
    }
  }

  /// Orders by raw value.
  public static func < (left: TLP, right: TLP) -> Bool { left.rawValue < right.rawValue }
}

/// Identifies a string that an `IndicatorCollection` stores once; 0 means none.
public typealias StringID = UInt32

/// Identifies a list of strings that an `IndicatorCollection` stores once; 0 means none.
public typealias StringListID = UInt32

/// What a feed says about an entry besides its value; stored once however many entries share it.
public struct SourceContext: Sendable, Hashable {
  /// The object's own identifier (STIX id, MISP uuid, URLhaus id).
  public var id: StringID = 0
  /// What the feed says of the entry in prose.
  public var description: StringID = 0
  /// Where the feed says more: usually a URL.
  public var reference: StringID = 0
  /// The feed's own tags.
  public var labels: StringListID = 0
  /// MITRE ATT&CK technique identifiers such as `T1071.004`.
  public var attack: StringListID = 0
  /// Names of malware families.
  public var malware: StringListID = 0
  /// Names of threat actors.
  public var actors: StringListID = 0
  /// Start of validity in nanoseconds since 1970, or `Int64.min`.
  public var validFrom: Int64 = .min
  /// End of validity (exclusive) in nanoseconds since 1970, or `Int64.max`.
  public var validUntil: Int64 = .max
  /// 0–100, or 255 when the feed says nothing.
  public var confidence: UInt8 = 255
  /// How far the source allows the entry to be passed on.
  public var tlp: TLP = .none
  /// Facts that matching needs.
  public var flags: SourceFlags = []
  /// The joint condition that the value belongs to; 0 for a value that says enough by itself.
  ///
  /// Written as `kind:value AND kind:value`, this value included; all of them must be seen.
  public var condition: StringID = 0
  /// Index of the value among the members of the condition, in the order of its text.
  public var conditionMember: UInt8 = 0
  /// Number of the condition's members; 0 without one.
  public var conditionCount: UInt8 = 0
  /// The responder's port that the condition requires besides its members, or 0.
  public var conditionPort: UInt16 = 0

  /// The most members that one condition may have.
  public static let mostConditionMembers = 8

  /// A context that says nothing.
  public init() {}
}

/// Facts about one source of an entry.
public struct SourceFlags: OptionSet, Sendable, Hashable {
  /// One bit for each fact.
  public let rawValue: UInt8
  /// Facts from their bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The entry allows instead of blocks.
  public static let allow = SourceFlags(rawValue: 1)
  /// The kind is a weak one and the feed does not vouch for it: matches only with `--weak`.
  public static let weak = SourceFlags(rawValue: 2)
  /// The feed forced a name to exact because it is a private public suffix or a top site.
  public static let forcedExact = SourceFlags(rawValue: 4)
  /// The value counts only together with others (`SourceContext.condition`).
  public static let joint = SourceFlags(rawValue: 8)
  /// The feed marks the entry with a word that is no level of the Traffic Light Protocol.
  public static let unreadableMarking = SourceFlags(rawValue: 16)
  /// The value is a regular expression of an allow list (`ValuePattern`), not literal text.
  public static let pattern = SourceFlags(rawValue: 32)
}

/// One indicator as a feed reader passes it on; its bytes and strings are in the collection.
public struct IndicatorRecord: Sendable {
  /// What the value is.
  public var kind: IndicatorKind
  /// How the value is compared.
  public var mode: MatchMode
  /// Network prefix length in bits for addresses (32 or 128 for a single one), else 0.
  public var prefixLength: UInt8
  /// ASCII letters of a text or file-name literal match in either case.
  public var ignoresCase: Bool
  /// The port of a joint address-and-port entry, or 0.
  public var port: UInt16
  /// Length of a URL's scheme with its `://`; 0 without a scheme.
  public var schemeLength: UInt16
  /// Index into the collection's feeds.
  public var feed: UInt32
  /// Line in the feed from 1, or 0 where lines mean nothing (objects in one line of JSON).
  public var line: UInt32
  /// Index into the collection's contexts.
  public var context: UInt32
  /// Bytes of the value.
  public var valueLength: UInt32
  /// Offset of the value in the collection's arena.
  public var valueOffset: UInt64

  /// A record whose value is `valueLength` bytes at `valueOffset`.
  public init(
    kind: IndicatorKind, mode: MatchMode, prefixLength: UInt8 = 0, ignoresCase: Bool = false,
    port: UInt16 = 0, schemeLength: UInt16 = 0, feed: UInt32, line: UInt32, context: UInt32,
    valueLength: UInt32, valueOffset: UInt64
  ) {
    self.kind = kind
    self.mode = mode
    self.prefixLength = prefixLength
    self.ignoresCase = ignoresCase
    self.port = port
    self.schemeLength = schemeLength
    self.feed = feed
    self.line = line
    self.context = context
    self.valueLength = valueLength
    self.valueOffset = valueOffset
  }
}

/// Rules for the bytes of an entry's value that its readers and the compiler share.
package enum EntryKey {
  /// Offset in a URL's normal form of the part that is compared.
  ///
  /// `http`, `https` and no scheme compare equal, so their scheme is not part of the key; any other
  /// scheme is.
  package static func urlKeyOffset(_ normalForm: RawSpan, schemeLength: Int) -> Int {
    switch schemeLength {
    case 7: normalForm.starts(with: "http://") ? 7 : 0
    case 8: normalForm.starts(with: "https://") ? 8 : 0
    default: 0
    }
  }
}
