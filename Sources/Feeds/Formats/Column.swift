import Indicators

/// What a column of a row, or a member of a flat object, holds.
enum Column: Equatable {
  /// Values of one kind.
  case value(DeclaredKind, nameMode: MatchMode)
  /// Values of the kind that the row's type says.
  case typedValue
  /// The first address of a range, and the last.
  case rangeStart, rangeEnd
  /// Length or mask of the prefix that begins with the address in another column.
  case mask
  case type
  case description, malware, actor, confidence, tlp, reference, firstSeen, validFrom, validUntil
  /// The entry's title: its description, if no other column holds one.
  case title
  /// Who reported it: the reference, if no other column names one.
  case source
  /// What is to be done on a match.
  case action
  case tags, id, port
  /// A tag; for MISP's attributes also what they are about, such as persons.
  case category
  /// Whether it is meant for detection, as MISP says of an attribute.
  case forDetection
  /// Whether the entry was withdrawn, or is still considered malicious.
  case withdrawn, upheld
  /// Whether the entry is active; here 0 means no, while in an `upheld` column it may be a count.
  case active
  /// A verdict on the value, which may say that it is good.
  case judgement
  /// A verdict that is also a label.
  case classification
  /// Known by its name, but not used.
  case other
  /// Not known by its name.
  case unknown

  var isValue: Bool {
    switch self {
    case .value, .typedValue, .rangeStart: true
    default: false
    }
  }

  /// The column for a name's key, which holds only letters and digits.
  init(key: String, format: FeedFormat = .csv) {
    if let column = Self.special(key, format) {
      self = column
    } else if let column = Self.names[key] ?? Self.compound(key) ?? Column(digestName: key) {
      self = column
    } else {
      self = .unknown
    }
  }

  /// First words in names of two words, which say whose value it is: `loader_md5`, `Payload URL`.
  private static let owners: Set<String> = [
    "loader", "payload", "dropper", "sample", "malware", "malicious", "c2", "cnc", "attacker",
    "remote", "listener", "associated", "implant", "backdoor", "stager", "stage1", "stage2",
    "beacon", "download", "distribution", "dropped", "remotetemplate", "phishing", "landing",
    "installer", "unpacked", "packed", "parent", "dll", "exe", "document", "attachment", "archive",
  ]
  private static let owned = [
    "md5", "sha", "sha1", "sha256", "sha512", "hash", "hashes", "url", "urls", "domain", "domains",
    "ip",
    "ips", "ipaddress", "host", "hostname",
  ]

  /// The column of a name of two words, of which the first says whose value it is.
  private static func compound(_ key: String) -> Column? {
    for word in owned where key.hasSuffix(word) && owners.contains(String(key.dropLast(word.count)))
    {
      return names[word]
    }
    return nil
  }

  /// Columns whose meaning in a format differs from what their names say elsewhere.
  private static func special(_ key: String, _ format: FeedFormat) -> Column? {
    switch (format, key) {
    case (.urlhaus, "urlhauslink"), (.urlhaus, "urlhausreference"): .reference
    case (.urlhaus, "urlstatus"): .tags
    case (.urlhaus, "host"), (.urlhaus, "imphash"): .other
    case (.urlhaus, "responsemd5"): .value(.kind(.md5), nameMode: .exact)
    case (.urlhaus, "responsesha256"): .value(.kind(.sha256), nameMode: .exact)
    case (.urlhaus, "filename"): .description
    case (.sslbl, "sha1"), (.sslbl, "listingsha1"):
      .value(.kind(.certificateSHA1), nameMode: .exact)
    case (.sslbl, "listingreason"): .malware
    case (.malwarebazaar, "imphash"), (.malwarebazaar, "sha3384hash"): .other
    case (.malwarebazaar, "filename"): .description
    case (.threatfox, "ioc"), (.threatfox, "iocvalue"): .typedValue
    case (.threatfox, "malware"): .malware
    case (.feodo, "hostname"): .other
    case (.feodo, "status"), (.feodo, "c2status"): .tags
    case (.spamhausDrop, "sblid"): .id
    case (.suricataDatajson, "context"): .description
    case (.abuseIPDB, "ipaddress"): .value(.network, nameMode: .exact)
    case (.abuseIPDB, "abuseconfidencescore"): .confidence
    case (.abuseIPDB, "usagetype"): .tags
    // The provider of the address, and its host names: not indicators.
    case (.abuseIPDB, "domain"), (.abuseIPDB, "hostnames"), (.abuseIPDB, "comment"): .other
    // The member that holds the records in the examples of the format's documentation.
    case (.suricataDatajson, "threat"): .other
    case (.spamhausDrop, "type"): .other
    default: nil
    }
  }
}
