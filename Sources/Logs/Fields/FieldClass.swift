import Indicators
import Parsing

/// What a field's name says about the values in it (`Matching.md` §1, §2, §4–§6).
struct FieldTraits: OptionSet, Sendable {
  let rawValue: UInt32

  /// A value that is one run is a name: no test of its last label, and no hash.
  static let nameTyped = FieldTraits(rawValue: 1)
  /// Versions and object identifiers: nothing here is an address.
  static let noAddresses = FieldTraits(rawValue: 2)
  /// Ciphers and key exchanges: nothing at all.
  static let nothing = FieldTraits(rawValue: 4)
  /// A certificate's fingerprint and nothing else.
  static let certificate = FieldTraits(rawValue: 8)
  /// Names, and serial numbers, which look like hashes: nothing here is a hash.
  static let noHashes = FieldTraits(rawValue: 16)
  /// An SSH fingerprint, which may be written in pairs.
  static let pairedHash = FieldTraits(rawValue: 32)
  /// The value as a whole is a user agent, a file's name and so on.
  static let userAgent = FieldTraits(rawValue: 64)
  static let fileName = FieldTraits(rawValue: 128)
  static let registryKey = FieldTraits(rawValue: 256)
  static let mutex = FieldTraits(rawValue: 512)
  static let pipe = FieldTraits(rawValue: 1024)
  static let ja4 = FieldTraits(rawValue: 2048)
  /// The field is the member of a record, so quotes around it are not in the text.
  static let isMember = FieldTraits(rawValue: 4096)
  /// The fields below this one describe something other than the event: a file, a process, a
  /// certificate.
  static let isApart = FieldTraits(rawValue: 8192)
  /// The value is that of the field above, an object that only wraps it (MongoDB's `$date`).
  static let isWrapped = FieldTraits(rawValue: 16384)
  /// The field holds the record itself, as in exported or forwarded records.
  static let isRecord = FieldTraits(rawValue: 32768)
  /// The same as `isApart`, but for the last component of the path by itself.
  static let isApartItself = FieldTraits(rawValue: 65536)
  /// The field holds the headers of a request.
  static let isHeaders = FieldTraits(rawValue: 131_072)
  /// The format has no name for the field, so addresses in it follow the rules for text.
  static let isUnnamed = FieldTraits(rawValue: 262_144)
  /// The traits that the fields below inherit.
  static let inherited: FieldTraits = [.noAddresses, .isApart]
  /// The kinds that are compared as a whole.
  static let ownKinds: FieldTraits = [
    .userAgent, .fileName, .registryKey, .mutex, .pipe, .ja4,
  ]
  /// The traits that need more than the plain scan of a text.
  static let special: FieldTraits = [
    .nothing, .certificate, .nameTyped, .pairedHash, .ownKinds,
  ]
}

/// What a field is to its siblings: a part of a URL, a port, a time.
enum FieldRole: UInt8, Sendable {
  case none
  /// A port; its siblings with the same stem are the addresses it belongs to.
  case port
  /// The port of the connection whose request the record tells of, as Zeek names it.
  case connectionPort
  case urlHost
  case urlPath
  case urlQuery
  /// The URL as it was asked for: often its path and query alone.
  case urlOriginal
  /// A request's first line, which has the path in it.
  case requestLine
  case urlPort
  case urlScheme
  case method
  case time
  /// The day, whose time of day may be in another field; `zone` is the zone of both.
  case date
  case zone
  /// A string that may be a line of another program.
  case message
  /// A field of an access log's line other than the request; its rank is a bit of `accessLog`.
  case accessLog
  /// The name and the value of a member that is written as an object of its own: a header of HTTP,
  /// a property.
  case pairName
  case pairValue
  /// A list of flows, each a string with values in fixed places.
  case flowTuple
}

/// The class of a field, computed once from its name and its parent's.
struct FieldClass: Sendable, Equatable {
  var traits: FieldTraits = []
  var label: HashLabel = .none
  var role: FieldRole = .none
  /// Which of several siblings with one role is preferred: lower first.
  var rank: UInt8 = 0
  /// The role in a URL that the last component of a dotted key has for keys with the same
  /// components before theirs, and its rank.
  var part: FieldRole = .none
  var partRank: UInt8 = 0
  /// The fact that the field states about the event, and its rank among fields that state the same.
  var fact = EventFact.none
  var factRank: UInt8 = 0
  /// How many objects a dotted key names before the field itself (`suricata.eve.src_ip`); 0 if a
  /// rule names the whole key.
  var namedDepth: UInt8 = 0

  /// Which end of the event an address in the field is.
  var side: ObservableFlags {
    switch fact {
    case .source, .serverOrSource: .originator
    case .destination: .responder
    case .remote where factRank <= LocalEndpoints.lastOfClients: .originator
    default: []
    }
  }

  /// The rank of hosts and paths whose names other things have as well: such a path is a file's
  /// unless a field beside it shows that it is a request's.
  static let furtherURLPart: UInt8 = 10

  /// The rank of a field that is just called `host`.
  static let plainHost: UInt8 = 2

  /// The rank of a path whose name does not say that it is one unless a host of rank `namesPath` is
  /// beside it, and the rank of that host.
  static let namedByHost: UInt8 = 11
  static let namesPath: UInt8 = 5

  /// Whether it is the host of a request; `server_name` may be that of a connection without any.
  var isHost: Bool { role == .urlHost && rank <= Self.namesPath && rank != 3 }

  /// Whether a string in it may be the record itself, as another program wrote it.
  var holdsRecord: Bool { role == .message || traits.contains(.isRecord) }

  /// Whether it is a host or a path by a name that says so.
  var isNamedURLPart: Bool { Self.isNamedURLPart(rank) }

  /// Whether the rank is that of such a name.
  static func isNamedURLPart(_ rank: UInt8) -> Bool { rank < furtherURLPart }

  /// The rank of the names of an attribute's key and value in OpenTelemetry.
  static let attribute: UInt8 = 2

  /// The class of text outside records.
  static let text = FieldClass()

  /// The class of a field.
  ///
  /// - Parameters:
  ///   - key: The last key: a JSON key or column name taken whole.
  ///   - parent: The last key of the object that it stands in; empty at the top.
  ///   - grandparent: The key above that one.
  ///   - inherited: The traits of the object that it stands in.
  init(
    key: RawSpan, parent: RawSpan = RawSpan(), grandparent: RawSpan = RawSpan(),
    inherited: FieldTraits = []
  ) {
    let key = key.withoutColumnType()
    let name = KeyName(key)
    let parentName = KeyName(parent)
    let grandparentName = KeyName(grandparent)
    // A dotted key means what nested objects would, except if a rule takes it whole.
    let path = KeyPath(key, parent: parentName, grandparent: grandparentName)
    traits = [.isMember, inherited.intersection(.inherited)]
    if name.isNameTyped(parent: parentName) || path?.isNameTyped == true {
      traits.formUnion([.nameTyped, .noHashes])
    } else if name.isNameOrURL {
      traits.insert(.nameTyped)
    }
    if name.isVersion { traits.insert(.noAddresses) }
    if name.isCipher(parent: parentName) || path?.namesCiphers == true { traits.insert(.nothing) }
    if KeyName.holds(name.letters, "serial") { traits.insert(.noHashes) }
    if name.isFingerprint(parent: parentName, grandparent: grandparentName)
      || path?.isFingerprint == true
    {
      traits.insert(.certificate)
      label = .certificate
    } else {
      label = path?.label ?? .none
      if label == .none {
        label = HashLabel(field: name, parent: parentName, grandparent: grandparentName)
      }
    }
    if label == .hassh || label == .hasshServer { traits.insert(.pairedHash) }
    traits.formUnion(name.ownKinds(parent: parentName))
    if let path {
      let kinds = path.name.ownKinds(parent: path.parent)
      if path.describesUserAgent { traits.remove(.userAgent) }
      traits.formUnion(kinds)
    }
    if !name.isWrapper(parent: parentName) { traits.formUnion([.isApart, .isApartItself]) }
    if name.isRecord { traits.insert(.isRecord) }
    if name.isHeaders { traits.insert(.isHeaders) }
    if name.lower == "$date" { traits.insert(.isWrapped) }
    (role, rank) = name.role(parent: parentName)
    // MongoDB's `{"$date":{"$numberLong":"1714557600000"}}`.
    if name.lower == "$numberlong", parentName.lower == "$date" {
      traits.insert(.isWrapped)
      (role, rank) = parentName.role(parent: grandparentName)
    }
    (fact, factRank) = name.fact(parent: parentName)
    // The sender of the line to a collector (`log.source.address` of the Elastic common schema) is
    // no end of the event.
    if parentName.plain == "source", grandparentName.plain == "log" { fact = .none }
    guard let path else { return }
    (part, partRank) = path.urlPart
    guard path.depth <= KeyPath.deepestFact else { return }
    if fact == .none {
      (fact, factRank) = path.fact
      if fact != .none { self = behindOwn(UInt8(path.depth)) }
    }
    if role == .none, let time = path.time { (role, rank) = time }
  }

  /// The class of the field as if it were `depth` objects deeper, so that facts outside these come
  /// first.
  func behindOwn(_ depth: UInt8) -> FieldClass {
    var other = self
    other.namedDepth += depth
    switch fact {
    case .state, .responseCode, .answerCode, .verdict, .verdictNumber, .inspection, .eventType,
      .isBlocked, .errorCode, .ipProtocol:
      other.factRank += 16
    default: break
    }
    return other
  }

  /// The class of a field of which no rule knows the key or those above it, except that it may be a
  /// port's (`PlainKey`).
  init(plainBelow inherited: FieldTraits, isPort: Bool = false) {
    traits = [.isMember, .isApart, .isApartItself, inherited.intersection(.inherited)]
    if isPort { (role, rank) = (.port, 1) }
  }

  private init() {}
}
