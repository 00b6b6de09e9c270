import Indicators
import Parsing

/// What the word in a row's type column says of its value.
enum ValueType: Sendable {
  case value(DeclaredKind, nameMode: MatchMode)
  /// A file, by its digest or by its name.
  case file
  /// The word says nothing: the shape decides, and a name's last label must be known.
  case unknown
  case refused(FeedRefusal)
  /// A digest of an unsupported sort, which may be as long as a supported one.
  case foreignDigest
  /// Two values with a bar between them, as MISP has them; and what a value without a bar is.
  indirect case pair(MISPType.Use, single: ValueType)

  /// Whether values are digests, or network values other than e-mail addresses.
  var isOfNetworkOrDigest: Bool {
    switch self {
    case .value(.network, _), .value(.digest, _): true
    case .value(.kind(let kind), _): kind.isDigest || [.ipv4, .ipv6, .domain, .url].contains(kind)
    default: false
    }
  }

  /// The meaning of a type's key; `unknown` leaves it to the value's shape.
  init(key: String) {
    let single = ValueType(single: key)
    self = MISPType.pairs[key].map { .pair($0, single: single) } ?? single
  }

  /// The meaning of a type's key in a table whose types may be topics.
  ///
  /// With `amongTopics`, a topic that would be refused leaves it to the value's shape.
  init(key: String, amongTopics: Bool) {
    self.init(key: key)
    if amongTopics, Self.isTopic(key), case .refused = self { self = .unknown }
  }

  /// Why values are no entries whose type begins with a word for it: `Legitimate domain`,
  /// `Victim IP`, `Reference URL`; nil for any other type.
  static func judgement(key: String) -> FeedRefusal? {
    if isKnown(key) { return nil }
    for (word, reason) in judgements where key.hasPrefix(word) {
      if isKnown(String(key.dropFirst(word.count))) { return reason }
    }
    return nil
  }

  private static let judgements: [(word: String, reason: FeedRefusal)] =
    [
      "allowlist", "allowlisted", "benign", "clean", "falsepositive", "good", "goodware",
      "harmless",
      "knowngood", "legit", "legitimate", "safe", "trusted", "whitelist", "whitelisted",
    ].map { ($0, .benign) }
    + [("victim", .personalData), ("reference", .unsupportedKind), ("report", .unsupportedKind)]

  /// Whether a type's word is as often a topic that a value is about.
  static func isTopic(_ key: String) -> Bool { topics.contains(key) }

  private static let topics: Set<String> = [
    "c2", "site", "other", "text", "service", "vulnerability", "comment", "note", "notes", "info",
    "information", "desc", "description", "title",
  ]

  /// The meaning of a type for one value: a pair without a bar is a single value.
  func settled(for value: RawSpan) -> ValueType {
    guard case .pair(_, let single) = self, value.firstOffset(of: MISPType.bar) == nil
    else { return self }
    return single
  }

  private init(single key: String) {
    if let known = Self.names[key] {
      self = known
    } else if let digest = ValueType(digestName: key) {
      self = digest
    } else if let reason = MISPType.refusals[key] {
      self = .refused(reason)
    } else if key.hasSuffix("url") || key.hasSuffix("urls") {
      self = .value(.kind(.url), nameMode: .withSubdomains)
    } else if key.hasSuffix("wallet")
      || key.hasSuffix("address") && !key.hasSuffix("ipaddress") && !key.hasSuffix("emailaddress")
    {
      // Money goes to such addresses, not packets.
      self = .refused(.unsupportedKind)
    } else {
      self = .unknown
    }
  }

  /// What a value of type `file` is: a name or path, or a digest.
  ///
  /// A name or path has the marks of one and does not begin with a digest.
  static func file(_ value: RawSpan) -> DeclaredKind {
    func isMark(_ byte: UInt8) -> Bool {
      byte == Byte.dot || byte == Byte.slash || byte == Byte.backslash
    }
    let first = value.byteOffsets.first { Hex.value(of: value.byte(unchecked: $0)) > 15 }
    // A digest followed by a remark after a blank or a comma.
    if let first, first >= 32, !isMark(value.byte(unchecked: first)) { return .digest }
    return value.byteOffsets.contains { isMark(value.byte(unchecked: $0)) }
      ? .kind(.filename) : .digest
  }

  /// Whether a word names a digest of an unsupported sort.
  static func isForeignDigest(_ key: String) -> Bool {
    if case .foreignDigest = names[key] { true } else { false }
  }

  /// Whether a word is a known type.
  static func isKnown(_ key: String) -> Bool {
    names[key] != nil || MISPType.pairs[key] != nil || MISPType.refusals[key] != nil
      || DigestName.meaning(of: key) != nil
  }
}
