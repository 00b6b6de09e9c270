import Indicators

/// The keys that a hit may have (`Outputs.md`) and how each is compared with what is expected: what a
/// suite's expectations are checked against, so that a misspelt key cannot pass for a missing hit.
indirect enum HitShape: Sendable {
  /// Compared as it is.
  case text
  /// A path or the name of a feed: equal, or the expected one is the tail behind a slash.
  case path
  /// One of some words.
  case word([String])
  case number
  /// A point in time, however it is written.
  case time
  case flag
  /// A list: some element matches the expected value, or, for a list, each expected value.
  case list(HitShape)
  case map([(key: String, shape: HitShape)])

  static let hit: HitShape = .map([
    ("schema", .number), ("ts", .time), ("kind", kinds), ("field", .text), ("value", .text),
    ("raw", .text), ("match", matches), ("indicators", .list(indicator)),
    ("suppressed", .map([("list", .path), ("line", .number), ("reason", .text)])),
    (
      "source",
      .map([("path", .path), ("packet", .number), ("line", .number), ("offset", .number)])
    ),
    ("seen_from", .word(["originator", "responder"])), ("rcode", .text), ("flow", flow),
  ])

  /// Short keys for members that lie deeper.
  static let shorthands: [(key: String, path: [String])] = [
    ("path", ["source", "path"]), ("packet", ["source", "packet"]), ("line", ["source", "line"]),
    ("offset", ["source", "offset"]), ("indicator", ["indicators", "value"]),
    ("validity", ["indicators", "validity"]), ("feed", ["indicators", "sources", "feed"]),
  ]

  private static let kinds = HitShape.word(IndicatorKind.allCases.map(\.name))
  private static let matches = HitShape.word(
    [MatchKind.exact, .subdomain, .cidr, .urlPrefix, .urlHost, .address, .contains].map(\.name))

  private static let indicator = HitShape.map([
    ("value", .text), ("kind", kinds), ("match", matches),
    ("validity", .word([Validity.before, .within, .after, .unbounded].map(\.name))),
    ("sources", .list(source)),
  ])

  private static let source = HitShape.map([
    ("feed", .path), ("line", .number), ("lines", .list(.number)), ("id", .text),
    ("confidence", .number), ("tlp", .text), ("labels", .list(.text)), ("attack", .list(.text)),
    ("malware", .list(.text)), ("actors", .list(.text)), ("valid_from", .time),
    ("valid_until", .time), ("description", .text), ("reference", .text), ("condition", .text),
    ("weak", .flag),
  ])

  private static let flow = HitShape.map([
    ("protocol", .text), ("src", .text), ("src_port", .number), ("dst", .text),
    ("dst_port", .number), ("community_id", .text), ("direction", .text), ("tunnel", .number),
    ("state", .text), ("verdict", .word([Verdict.allowed, .blocked].map { "\($0)" })),
  ])

  /// The keys of a map.
  var keys: [String] {
    switch self {
    case .map(let members): members.map(\.key)
    case .list(let element): element.keys
    default: []
    }
  }

  /// The shape of the member with a key.
  func member(_ key: String) -> HitShape? {
    switch self {
    case .map(let members): members.first { $0.key == key }?.shape
    case .list(let element): element.member(key)
    default: nil
    }
  }
}
