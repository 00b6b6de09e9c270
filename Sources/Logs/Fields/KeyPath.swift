import Parsing

/// The last components of a dotted key, a path that is written as one key
/// (`tls.server.fingerprint`).
struct KeyPath {
  let name: KeyName
  let parent: KeyName
  let grandparent: KeyName
  /// Components before the last.
  let depth: Int

  /// Nil for a key without dots.
  ///
  /// Keys around it take the place of components that it does not have.
  init?(_ key: RawSpan, parent: KeyName, grandparent: KeyName) {
    let length = min(key.byteCount, KeyName.longest)
    guard let last = key.lastOffset(of: Byte.dot, from: 0, to: length) else { return nil }
    name = KeyName(key.extracting(last + 1..<length))
    depth = (0..<length).count { key.byte(at: $0) == Byte.dot }
    guard let next = key.lastOffset(of: Byte.dot, from: 0, to: last) else {
      self.parent = KeyName(key.extracting(..<last))
      self.grandparent = parent
      return
    }
    self.parent = KeyName(key.extracting(next + 1..<last))
    let first = key.lastOffset(of: Byte.dot, from: 0, to: next).map { $0 + 1 } ?? 0
    self.grandparent = KeyName(key.extracting(first..<next))
  }

  /// Whether the components name a certificate's fingerprint.
  var isFingerprint: Bool { name.isFingerprint(parent: parent, grandparent: grandparent) }

  /// Whether the components are those of a field that holds a name.
  var isNameTyped: Bool { name.isName(below: parent) }

  /// Whether the last component describes a user agent (`useragent.os_major`) rather than holding
  /// its text.
  ///
  /// All names describe one but those in `agentTexts`: as members of an object they would not be
  /// user agents either.
  var describesUserAgent: Bool { !Self.agentTexts.contains(name.plain) }

  /// Names below a user agent's for its text, such as those of the fields that search engines
  /// derive.
  private static let agentTexts: Set<String> = [
    "full", "keyword", "raw", "string", "text", "value",
  ]

  /// Whether the components name an SSH implementation's lists of algorithms.
  var namesCiphers: Bool { name.letters == "string" && parent.letters == "hassh" }

  /// Most components before the last for which a dotted key states a fact about the event, as if
  /// they were objects around it.
  static let deepestFact = 3

  /// The fact that the last component states about the event.
  var fact: (EventFact, UInt8) {
    if parent.plain == "source", grandparent.plain == "log" { return (.none, 0) }
    return name.fact(parent: parent)
  }

  /// The role of the last component, if it tells the event's time and the components before it hold
  /// the event.
  var time: (FieldRole, UInt8)? {
    guard depth <= 2, parent.isWrapper(parent: grandparent),
      depth == 1 || grandparent.isWrapper(parent: KeyName(RawSpan()))
    else { return nil }
    let (role, rank) = name.role(parent: parent)
    return role == .time && rank <= KeyName.lastOfEvents ? (role, rank) : nil
  }

  /// The role of the last component in a URL whose other parts have the same components before
  /// theirs.
  var urlPart: (FieldRole, UInt8) {
    let (role, rank) = name.role(parent: parent)
    switch role {
    case .urlHost, .urlPath, .urlQuery, .urlOriginal, .requestLine, .urlPort, .urlScheme, .method,
      .accessLog:
      return (role, rank)
    default: return (.none, 0)
    }
  }

  /// The label that the components give to a hash.
  var label: HashLabel { HashLabel(field: name, parent: parent, grandparent: grandparent) }
}
