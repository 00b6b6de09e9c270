import Parsing

/// A key in the spellings that the rules are written in.
struct KeyName: Sendable {
  /// Lower case, letters and digits only.
  let plain: String
  /// Lower case, letters only.
  let letters: String
  /// Lower case, otherwise unchanged but for bytes above ASCII, which are left out.
  let lower: String
  /// Bytes of a key that are read.
  static let longest = 128

  /// Whether a word of the key begins with `kex`; in `network_external_ip` these letters are in two
  /// words.
  let namesKeyExchange: Bool

  /// A name is looked up in tables once per field, so strings do no harm here; a key longer than
  /// `longest` is in none of the tables.
  init(_ key: RawSpan) {
    var plain: [UInt8] = []
    var letters: [UInt8] = []
    var lower: [UInt8] = []
    for offset in 0..<min(key.byteCount, Self.longest) {
      let byte = key.byte(at: offset)
      let folded = Byte.lowercased(byte)
      if folded < 0x80 { lower.append(folded) }
      if Byte.isSmallLetter(folded) {
        plain.append(folded)
        letters.append(folded)
      } else if Byte.isDigit(folded) {
        plain.append(folded)
      }
    }
    self.plain = String(decoding: plain, as: UTF8.self)
    self.letters = String(decoding: letters, as: UTF8.self)
    self.lower = String(decoding: lower, as: UTF8.self)
    namesKeyExchange = Self.namesKeyExchange(key)
  }

  /// Whether an ASCII text contains an ASCII word; the library's own search is made for longer
  /// ones.
  static func holds(_ text: String, _ word: String) -> Bool {
    let (text, word) = (text.utf8.span, word.utf8.span)
    guard !word.isEmpty, word.count <= text.count else { return false }
    for start in 0...text.count - word.count where text[start] == word[0] {
      if word.indices.allSatisfy({ text[start + $0] == word[$0] }) { return true }
    }
    return false
  }

  /// Whether a word of a key begins with `kex`: at the key's start, behind a character that is no
  /// letter, or with a capital behind a small letter.
  private static func namesKeyExchange(_ key: RawSpan) -> Bool {
    for offset in 0..<max(0, min(key.byteCount, Self.longest) - 2)
    where key.byte(at: offset) | 0x20 == 0x6b && key.byte(at: offset + 1) | 0x20 == 0x65
      && key.byte(at: offset + 2) | 0x20 == 0x78
    {
      guard offset > 0 else { return true }
      let before = key.byte(at: offset - 1)
      if (before | 0x20) &- 0x61 > 25 { return true }
      if before & 0x20 != 0, key.byte(at: offset) & 0x20 == 0 { return true }
    }
    return false
  }

  /// Whether the key, or a component of a dotted key, names a version.
  var isVersion: Bool {
    if Self.holds(plain, "useragent") || Self.holds(plain, "software")
      || Self.isVersion(lower.utf8[...])
    {
      return true
    }
    guard lower.utf8.contains(Byte.dot) else { return false }
    return lower.utf8.split(separator: Byte.dot).contains { Self.isVersion($0) }
  }

  private static func isVersion(_ component: Substring.UTF8View) -> Bool {
    func isPlain(_ byte: UInt8) -> Bool { Byte.isSmallLetter(byte) || Byte.isDigit(byte) }
    let plain = String(decoding: component.filter { isPlain($0) }, as: UTF8.self)
    guard plain.hasSuffix("version") || plain.hasSuffix("oid") else { return plain == "ua" }
    let lastWord = component.split { !isPlain($0) }.last ?? component
    return !otherWords.contains(String(decoding: lastWord, as: UTF8.self))
  }

  /// Words that end like versions and object identifiers but are none.
  ///
  /// Only a whole last word is meant: `main_version` and `domainversion` are versions.
  private static let otherWords: Set<String> = [
    "conversion", "diversion", "inversion", "android", "droid", "steroid", "asteroid", "paranoid",
    "void", "avoid",
  ]

  func isCipher(parent: KeyName) -> Bool {
    Self.holds(letters, "cipher") || namesKeyExchange || letters.hasSuffix("alg")
      || letters.hasSuffix("algs") || letters.hasSuffix("algorithm")
      || letters.hasSuffix("algorithms") || letters == "hasshstring"
      || letters == "string" && parent.letters == "hassh"
  }

  private static let fingerprints: Set<String> = [
    "fingerprint", "certchainfps", "clientcertchainfps", "certfingerprint",
    "certificatefingerprint",
  ]

  /// The certificates' hashes of the Elastic Common Schema, whose keys say SHA only.
  private static let certificateHashes: Set<String> = [
    "tlsserverhashsha1", "tlsserverhashsha256", "tlsclienthashsha1", "tlsclienthashsha256",
  ]

  /// Whether the field holds a certificate's fingerprint.
  func isFingerprint(parent: KeyName, grandparent: KeyName) -> Bool {
    Self.fingerprints.contains(letters) || Self.certificateHashes.contains(plain)
      || HashLabel.namesCertificate(self)
      // Arkime's.
      || plain == "hash" && parent.plain == "cert"
      || (plain == "sha1" || plain == "sha256")
        && (HashLabel.isOfCertificate(parent) && grandparent.plain != "file"
          || parent.letters == "hash"
            && ["server", "client", "tlsserver", "tlsclient"].contains(grandparent.letters))
  }

  /// Fields of user agents that do not call them so: of CEF, FortiWeb, Key Vault, Salesforce.
  private static let userAgents: Set<String> = [
    "requestclientapplication", "httpagent", "clientinfo", "browsertype",
  ]
  private static let fileNames: Set<String> = [
    "filename", "targetfilename", "originalfilename", "filepath", "fullpath", "image",
    "parentimage", "imageloaded", "targetimage", "sourceimage", "imagename", "processname",
    "newprocessname", "parentprocessname", "processpath", "executable", "exe", "attachment",
    // CEF's.
    "fname", "oldfilename", "oldfilepath",
  ]
  private static let registryKeys: Set<String> = [
    "targetobject", "registrykey", "registrypath", "regkey", "regobjectname",
    "registrykeypath", "objectregistrykeyhandle",
  ]
  private static let mutexes: Set<String> = [
    "mutex", "mutexname", "mutant", "mutexes", "mutexescreated", "mutexesopened",
  ]
  private static let pipes: Set<String> = ["pipe", "pipename", "namedpipe"]
  /// Kinds of keys that tell them only together with the key above them.
  private static let kindsBelow: [String: [String: FieldTraits]] = [
    "useragent": ["original": .userAgent], "file": ["name": .fileName, "path": .fileName],
    "process": ["name": .fileName], "mutex": ["name": .mutex], "mutexes": ["name": .mutex],
    "registry": [
      "path": .registryKey, "key": .registryKey, "keypath": .registryKey,
    ],
    "pipe": ["name": .pipe],
  ]

  /// The kinds that a whole value of the field can be.
  func ownKinds(parent: KeyName) -> FieldTraits {
    var traits: FieldTraits = []
    if Self.holds(letters, "useragent") || plain == "ua" || letters == "agent"
      || Self.userAgents.contains(letters)
    {
      traits.insert(.userAgent)
    }
    if Self.fileNames.contains(letters) { traits.insert(.fileName) }
    if Self.registryKeys.contains(letters) { traits.insert(.registryKey) }
    if Self.mutexes.contains(letters) { traits.insert(.mutex) }
    if Self.pipes.contains(letters) { traits.insert(.pipe) }
    if let below = Self.kindsBelow[parent.letters]?[letters] { traits.formUnion(below) }
    if plain.hasPrefix("ja4") || plain.hasSuffix("ja4")
      || parent.plain == "ja4" && letters == "hash"
    {
      traits.insert(.ja4)
    }
    return traits
  }

  /// Names of objects that hold the event of a record: those of exports, queues and collectors.
  private static let wrappers: Set<String> = [
    "_source", "result", "event", "record", "records", "payload", "data", "log", "body", "doc",
    "document", "entry", "jsonpayload", "detail", "system", "timecreated", "fields", "id",
    "instant",
    "metadata", "cloudtrailevent", "auditdata", "dnstap",
  ]

  /// The wrappers that hold a whole original record rather than a part of one.
  private static let recordWrappers: Set<String> = [
    "_source", "result", "event", "record", "records", "doc", "document", "entry", "log",
    "jsonpayload", "cloudtrailevent", "auditdata",
  ]

  /// Whether the field holds a record as it was before it was exported or forwarded.
  var isRecord: Bool { Self.recordWrappers.contains(lower) }

  /// Whether the fields below this one are the headers of a request.
  var isHeaders: Bool { Self.headers.contains(letters) }

  private static let headers: Set<String> = [
    "headers", "requestheaders", "reqheaders", "httpheaders", "multivalueheaders",
  ]

  /// Whether the fields below this one belong to the event itself.
  func isWrapper(parent: KeyName) -> Bool {
    switch plain {
    // Windows events (`Event.System.TimeCreated.#attributes`); events as Datadog's service lists
    // them.
    case "system": parent.plain.isEmpty || parent.plain == "event"
    case "timecreated": parent.plain == "system"
    case "attributes": parent.plain == "timecreated" || parent.plain == "data"
    // Graylog's answers.
    case "message": parent.plain == "messages"
    // Google's audit logs; CrowdStrike's stream of events.
    case "id", "metadata": parent.plain.isEmpty || parent.isRecord || parent.plain == "items"
    default: Self.wrappers.contains(lower)
    }
  }

  /// The field's role for its siblings, and its rank.
  func role(parent: KeyName) -> (FieldRole, UInt8) {
    if lower == "$date" {
      // The time in MongoDB's own log is called by a letter.
      if parent.lower == "t" { return (.time, 4) }
      let (role, rank) = parent.role(parent: KeyName(RawSpan()))
      return role == .time ? (role, rank) : role == .date ? (.time, 14) : (.none, 0)
    }
    if let role = Self.writtenRoles[lower] { return role }
    if plain == "created", parent.plain == "event" { return (.time, Self.lastOfEvents) }
    if plain == "original", parent.plain == "event" { return (.message, 2) }
    if let rank = Self.furtherTimes[plain] { return (.time, rank) }
    if parent.letters == "url", let role = Self.rolesInURL[letters] { return (role, 1) }
    if let role = Self.roles[letters] { return role }
    let bytes = Array(lower.utf8)
    return KeyStem(bytes.rawSpan).isPort ? (.port, 1) : (.none, 0)
  }

  /// Roles of keys by how they are written, in lower case.
  private static let writtenRoles: [String: (FieldRole, UInt8)] = [
    "timestamp": (.time, 1), "time_stamp": (.time, 1), "ts": (.time, 2), "@timestamp": (.time, 3),
    "time": (.time, 4),
    "time_dt": (.time, 5), "eventtime": (.time, 6), "event_time": (.time, 6),
    "requestreceivedtimestamp": (.time, 7), "httpport": (.urlPort, 1), "http_port": (.urlPort, 1),
    "url.port": (.urlPort, 1), "http.http_port": (.urlPort, 1), "id.resp_p": (.connectionPort, 1),
    "id_resp_p": (.connectionPort, 1),
    "date": (.date, 1), "tz": (.zone, 1), "timezone": (.zone, 1), "@t": (.time, 3),
    // The name that converters of XML give to an element's text.
    "#text": (.pairValue, 1),
  ]

  /// Roles of keys by their letters.
  private static let roles: [String: (FieldRole, UInt8)] = [
    // Names that only a request's host has rank before names that a record's sender may give
    // itself.
    "hostname": (.urlHost, 4), "host": (.urlHost, FieldClass.plainHost), "cshost": (.urlHost, 1),
    // CloudFront: what the client sent, while `cs(Host)` is the distribution.
    "xhostheader": (.urlHost, 0),
    "requesthost": (.urlHost, 1), "httphost": (.urlHost, 1), "clientrequesthost": (.urlHost, 1),
    "httphostname": (.urlHost, 1), "httpurl": (.urlPath, 1), "servername": (.urlHost, 3),
    "urldomain": (.urlHost, 1), "authority": (.urlHost, FieldClass.furtherURLPart),
    "url": (.urlPath, 2),
    "uri": (.urlPath, 2), "csuristem": (.urlPath, 1), "csuripath": (.urlPath, 1),
    "csuriport": (.urlPort, 1), "requestpath": (.urlPath, 1),
    "requesturi": (.urlPath, 1), "clientrequesturi": (.urlPath, 1), "urlpath": (.urlPath, 1),
    "path": (.urlPath, FieldClass.furtherURLPart),
    // Envoy Gateway's, beside `:authority`.
    "xenvoyoriginpath": (.urlPath, FieldClass.furtherURLPart),
    "xenvoyoriginalpath": (.urlPath, FieldClass.furtherURLPart), "httppath": (.urlPath, 1),
    "clientrequestpath": (.urlPath, 3), "httptarget": (.urlPath, 1),
    // SonicWall's, which it writes with the method's number or with none.
    "arg": (.urlPath, FieldClass.namedByHost), "dstname": (.urlHost, FieldClass.namesPath),
    "op": (.method, 1),
    "requestedhost": (.urlHost, 1), "requestedpath": (.urlPath, 1),
    "uripath": (.urlPath, FieldClass.furtherURLPart),
    "csuri": (.urlPath, FieldClass.furtherURLPart), "vhost": (.urlHost, FieldClass.furtherURLPart),
    "csuriquery": (.urlQuery, 1), "args": (.urlQuery, 1),
    "urlquery": (.urlQuery, 1), "querystring": (.urlQuery, 1), "requestquery": (.urlQuery, 1),
    "requestquerystring": (.urlQuery, 1), "requestparams": (.urlQuery, 1),
    "uriquery": (.urlQuery, 1),
    // Amazon's API Gateway, whose `path` stands beside a method.
    "domainname": (.urlHost, 6),
    "rawpath": (.urlPath, 1), "rawquerystring": (.urlQuery, 1),
    // It may be a DNS query as well.
    "query": (.urlQuery, 2), "urloriginal": (.urlOriginal, 1),
    // nginx's as JSON.
    "request": (.requestLine, 1), "requestline": (.requestLine, 1),
    "httprequest": (.requestLine, 1),
    // The parsers of Fluent Bit and Fluentd for access logs.
    "code": (.accessLog, 1), "size": (.accessLog, 2), "remote": (.accessLog, 4),
    "method": (.method, 1), "httpmethod": (.method, 1), "csmethod": (.method, 1),
    "requestmethod": (.method, 1), "scheme": (.urlScheme, 1), "urlscheme": (.urlScheme, 1),
    "requestscheme": (.urlScheme, 1), "clientrequestscheme": (.urlScheme, 1),
    "csprotocol": (.urlScheme, 1), "csurischeme": (.urlScheme, 1),
    "name": (.pairName, 1), "key": (.pairName, FieldClass.attribute), "field": (.pairName, 1),
    "value": (.pairValue, 1), "stringvalue": (.pairValue, FieldClass.attribute),
    // Azure's flow logs.
    "flowtuples": (.flowTuple, 1),
    // Beats, Fluent Bit, Docker, journald, GELF, Google Cloud, Log Analytics, Splunk, Wazuh.
    "message": (.message, 1), "log": (.message, 1), "msg": (.message, 3),
    "fullmessage": (.message, 1), "shortmessage": (.message, 3), "syslogmessage": (.message, 1),
    "textpayload": (.message, 1), "fulllog": (.message, 1), "rawlog": (.message, 1),
    "rawmessage": (.message, 1), "rawevent": (.message, 1), "rawdata": (.message, 2),
    "raw": (.message, 2), "eventoriginal": (.message, 2), "logmessage": (.message, 2),
    "line": (.message, 3), "event": (.message, 4), "rendereddescription": (.message, 3),
    "eventdescription": (.message, 4),
  ]
  private static let rolesInURL: [String: FieldRole] = [
    "original": .urlOriginal, "domain": .urlHost, "path": .urlPath, "query": .urlQuery,
    "scheme": .urlScheme, "port": .urlPort,
  ]

  /// The last rank of names that mean the time of an event wherever one is described, and the last
  /// rank of names that never mean another thing's time: an account may be `created_at`, a process
  /// has a `start_time`.
  static let lastOfEvents: UInt8 = 10
  static let lastOfAny: UInt8 = 7

  /// All keys that rules name whole, in any spelling; the endings and parts of keys that they look
  /// for are in `PlainKey`.
  static var words: [String] {
    let sets = [
      nameTyped, namesOrURLs, fingerprints, certificateHashes, fileNames, registryKeys, mutexes,
      pipes, userAgents, headers,
    ]
    let below =
      kindsBelow.values.map { Set($0.keys) } + factsBelow.values.map { Set($0.keys) }
      + namesBelow.values
    return (sets + below).flatMap { $0 } + writtenRoles.keys + roles.keys + rolesInURL.keys
      + furtherTimes.keys + wrappers + facts.keys + writtenFacts.keys + KeyStem.ends
      + ["name", "ua", "agent", "hasshstring", "string", "sha1", "sha256"]
      + ["attributes", "created"]
  }
}
