import Indicators
import Parsing

/// What MISP's attribute types and categories mean to us.
enum MISPType {
  /// How an attribute's value is used.
  enum Use: Sendable {
    /// The whole value.
    case value(DeclaredKind, nameMode: MatchMode)
    /// The part before the bar; the part behind it only if both are asked for.
    case first(DeclaredKind, nameMode: MatchMode, second: DeclaredKind?)
    /// The part behind the bar; the part before it only if both are asked for.
    case second(DeclaredKind, first: DeclaredKind)
    /// A STIX pattern.
    case pattern
    /// A page about the event.
    case reference
    case refused(FeedRefusal)
  }

  /// How an attribute of a type is used.
  static func use(_ type: String) -> Use {
    switch type {
    case "ip-src", "ip-dst", "ip-src|port", "ip-dst|port": .value(.network, nameMode: .exact)
    case "domain", "onion-address": .value(.kind(.domain), nameMode: .withSubdomains)
    case "hostname": .value(.kind(.domain), nameMode: .exact)
    case "hostname|port": .first(.kind(.domain), nameMode: .exact, second: nil)
    case "domain|ip": .first(.kind(.domain), nameMode: .withSubdomains, second: .network)
    case "url", "uri": .value(.kind(.url), nameMode: .exact)
    case "link": .reference
    case "user-agent", "http-user-agent": .value(.kind(.userAgent), nameMode: .exact)
    case "email", "email-src", "email-dst", "email-reply-to", "dns-soa-email":
      .value(.kind(.email), nameMode: .exact)
    case "filename", "email-attachment": .value(.kind(.filename), nameMode: .exact)
    case "ja3-fingerprint-md5": .value(.kind(.ja3), nameMode: .exact)
    case "hassh-md5": .value(.kind(.hassh), nameMode: .exact)
    case "hasshserver-md5": .value(.kind(.hasshServer), nameMode: .exact)
    case "x509-fingerprint-sha1": .value(.kind(.certificateSHA1), nameMode: .exact)
    case "x509-fingerprint-sha256": .value(.kind(.certificateSHA256), nameMode: .exact)
    case "regkey": .value(.kind(.registryKey), nameMode: .exact)
    case "regkey|value": .first(.kind(.registryKey), nameMode: .exact, second: nil)
    case "mutex": .value(.kind(.mutex), nameMode: .exact)
    case "named pipe": .value(.kind(.pipe), nameMode: .exact)
    case "pattern-in-traffic": .value(.kind(.text), nameMode: .exact)
    case "malware-sample": .second(.kind(.md5), first: .kind(.filename))
    case "stix2-pattern": .pattern
    case "text", "other", "comment": .refused(.freeText)
    default: hashUse(type)
    }
  }

  /// How values of types of two parts are used, by the key of the type: its letters and digits.
  static let pairs: [String: Use] = {
    let files = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "imphash"]
    let types = ["domain|ip", "hostname|port", "regkey|value", "malware-sample"]
    return Dictionary(
      uniqueKeysWithValues: (types + files.map { "filename|" + $0 }).map {
        (Text.key(Array($0.utf8).rawSpan), use($0))
      })
  }()

  /// The kinds of value that an attribute of a type holds.
  ///
  /// For a file's name and digest, only the digest.
  static func kinds(_ type: String) -> IndicatorKindSet {
    if type.hasSuffix("-email") { return IndicatorKindSet(.email) }
    func kinds(_ declared: DeclaredKind?) -> IndicatorKindSet {
      switch declared {
      case .kind(let kind): IndicatorKindSet(kind)
      case .network: [IndicatorKindSet(.ipv4), IndicatorKindSet(.ipv6)]
      case .some(.none), .digest, nil: []
      }
    }
    return switch use(type) {
    case .value(let kind, _), .second(let kind, _): kinds(kind)
    case .first(let kind, _, let second): kinds(kind).union(kinds(second))
    case .reference: IndicatorKindSet(.url)
    case .pattern, .refused: []
    }
  }

  private static func hashUse(_ type: String) -> Use {
    if let kind = digest(type) { return .value(.kind(kind), nameMode: .exact) }
    let prefix = "filename|"
    if type.hasPrefix(prefix), let kind = digest(String(type.dropFirst(prefix.utf8.count))) {
      return .second(.kind(kind), first: .kind(.filename))
    }
    return .refused(isPersonal(type) ? .personalData : .unsupportedKind)
  }

  private static func digest(_ type: String) -> IndicatorKind? {
    switch type {
    case "md5": .md5
    case "sha1": .sha1
    case "sha224": .sha224
    case "sha256": .sha256
    case "sha384": .sha384
    case "sha512": .sha512
    case "imphash": .imphash
    default: nil
    }
  }

  /// Why values of some types that look like indicators are not loaded, by the key of the type.
  ///
  /// For tables of any origin: words that others use in another sense are left out.
  static let refusals: [String: FeedRefusal] = {
    let words = """
      target-user target-email target-machine target-org target-location target-external
      whois-registrant-email whois-registrant-name whois-registrant-phone whois-registrant-org
      whois-registrar whois-creation-date dkim dkim-signature eppn jabber-id twitter-id
      github-username github-repository github-organisation malware-type campaign-name campaign-id
      email-subject email-body email-header email-message-id email-mime-boundary
      email-thread-index email-x-mailer email-src-display-name email-dst-display-name
      http-method mime-type size-in-bytes ssh-fingerprint jarm-fingerprint favicon-mmh3
      community-id pgp-public-key pgp-private-key chrome-extension-id mobile-application-id
      windows-scheduled-task windows-service-name windows-service-displayname
      pattern-in-file pattern-in-memory filename-pattern impfuzzy iban bic bank-account-nr cc-number
      phone-number passport-number identity-card-number payment-details travel-details
      """
    var refusals: [String: FeedRefusal] = [:]
    for word in words.split(whereSeparator: \.isWhitespace) {
      let key = Text.key(Array(word.utf8).rawSpan)
      refusals[key] = isPersonal(String(word)) ? .personalData : .unsupportedKind
    }
    return refusals
  }()

  /// Whether a type is about persons, whatever the category.
  private static func isPersonal(_ type: String) -> Bool {
    type.hasPrefix("whois-registrant") || type.hasPrefix("target-")
      || ["btc", "xmr", "dash", "iban", "bic", "bank-account-nr", "cc-number", "phone-number"]
        .contains(type)
  }

  /// Whether a category's values are never loaded.
  static func isPersonal(category: ArraySlice<UInt8>) -> Bool {
    ["Person", "Financial fraud", "Targeting data"].contains {
      category.elementsEqual($0.utf8)
    }
  }

  /// Whether a category's links are pages about an event.
  static func isReference(category: ArraySlice<UInt8>) -> Bool {
    ["External analysis", "Internal reference", "Antivirus detection"].contains {
      category.elementsEqual($0.utf8)
    }
  }

  /// Whether attributes of a type are meant for detection where they do not say.
  static func isForDetection(_ type: String) -> Bool {
    ![
      "text", "other", "comment", "link", "user-agent", "dns-soa-email", "named pipe", "AS",
      "port", "mac-address",
    ].contains(type)
  }
}

/// What tags and galaxies of MISP say, sorted by the field of a context that it goes to.
struct MISPTags {
  var labels: [StringID] = []
  var attack: [StringID] = []
  var malware: [StringID] = []
  var actors: [StringID] = []
  var tlp = TLP.none
  /// 0–100, by the words of MISP's own taxonomy.
  var confidence: UInt8?

  private static let confidenceTag = "misp:confidence-level="
  private static let confidences: [(word: String, value: UInt8)] = [
    ("completely-confident", 100), ("usually-confident", 75), ("fairly-confident", 50),
    ("rarely-confident", 25), ("unconfident", 0),
  ]

  private static let actorGalaxies = [
    "threat-actor", "mitre-intrusion-set", "mitre-enterprise-attack-intrusion-set",
    "microsoft-activity-group", "360net-threat-actor",
  ]
  private static let malwareGalaxies = [
    "mitre-malware", "mitre-enterprise-attack-malware", "mitre-mobile-attack-malware",
    "mitre-tool", "mitre-enterprise-attack-tool", "malpedia", "ransomware", "rat", "banker",
    "botnet", "stealer", "backdoor", "cryptominers", "exploit-kit", "android", "tool",
  ]

  /// Adds a tag: `tlp:green`, `misp-galaxy:threat-actor="APT32"`, or any other as a label.
  mutating func add(tag: ArraySlice<UInt8>, _ sink: inout FeedSink) {
    let prefix = "misp-galaxy:"
    if let level =
      tag.count < 24 && tag.prefix(4).map({ Byte.lowercased($0) }) == Array("tlp:".utf8)
      ? Marking.tlp(tag) : nil
    {
      tlp = max(tlp, level)
      return
    }
    if tag.starts(with: Self.confidenceTag.utf8) {
      let word = tag.dropFirst(Self.confidenceTag.utf8.count).filter { $0 != Byte.quote }
      confidence = Self.confidences.first { word.elementsEqual($0.word.utf8) }?.value ?? confidence
    }
    guard tag.starts(with: prefix.utf8), let equals = tag.firstIndex(of: UInt8(ascii: "=")) else {
      labels.append(Self.intern(tag, &sink))
      if Technique.isIdentifier(tag) { attack.append(Self.intern(tag, &sink)) }
      return
    }
    let galaxy = tag[(tag.startIndex + prefix.utf8.count)..<equals]
    var value = tag[(equals + 1)...]
    if value.first == Byte.quote { value = value.dropFirst() }
    if value.last == Byte.quote { value = value.dropLast() }
    add(galaxy: galaxy, value: value, &sink)
  }

  /// Adds a cluster of a galaxy.
  mutating func add(
    galaxy: ArraySlice<UInt8>, value: ArraySlice<UInt8>, _ sink: inout FeedSink
  ) {
    let name = String(decoding: galaxy, as: UTF8.self)
    if name.hasSuffix("attack-pattern") {
      if let technique = Technique.identifier(endOf: value) {
        attack.append(Self.intern(technique, &sink))
      }
    } else if Self.actorGalaxies.contains(name) {
      actors.append(Self.intern(Self.withoutNumber(value), &sink))
    } else if Self.malwareGalaxies.contains(name) {
      malware.append(Self.intern(Self.withoutNumber(value), &sink))
    } else {
      labels.append(Self.intern(value, &sink))
    }
  }

  /// `WannaCry - S0366` as `WannaCry`.
  private static func withoutNumber(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard value.count > 8 else { return value }
    let tail = value.suffix(8)
    let start = tail.startIndex
    guard tail.starts(with: " - ".utf8), tail[(start + 4)...].allSatisfy({ Byte.isDigit($0) })
    else { return value }
    return value[..<start]
  }

  private static func intern(_ bytes: ArraySlice<UInt8>, _ sink: inout FeedSink) -> StringID {
    sink.collection.intern(Array(bytes).rawSpan)
  }

  /// Writes the tags to a context: an attribute's own first, then those of its event.
  func write(to context: inout SourceContext, with event: MISPTags, _ sink: inout FeedSink) {
    context.labels = sink.intern(
      labels: IndicatorCollection.list(labels[...], before: event.labels))
    context.attack = sink.collection.intern(
      list: IndicatorCollection.list(attack[...], before: event.attack))
    context.malware = sink.collection.intern(
      list: IndicatorCollection.list(malware[...], before: event.malware))
    context.actors = sink.collection.intern(
      list: IndicatorCollection.list(actors[...], before: event.actors))
    let level = tlp == .none ? event.tlp : tlp
    if level != .none { context.tlp = level }
    if let confidence = confidence ?? event.confidence { context.confidence = confidence }
  }
}
