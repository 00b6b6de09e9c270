import Indicators

/// A word beside a hash that tells its kind (`Matching.md` §5).
enum HashLabel: UInt8, Sendable {
  case none
  /// A kind of hash that is not supported.
  case unsupported
  case md5, sha1, sha224, sha256, sha384, sha512
  case imphash, ja3, ja3s, hassh, hasshServer
  case certificate

  /// The kind of a hash with this label that has `digits` digits; nil if the label has no kind of
  /// that length.
  func kind(digits: Int) -> IndicatorKind? {
    switch (self, digits) {
    case (.md5, 32): .md5
    case (.imphash, 32): .imphash
    case (.ja3, 32): .ja3
    case (.ja3s, 32): .ja3s
    case (.hassh, 32): .hassh
    case (.hasshServer, 32): .hasshServer
    case (.sha1, 40): .sha1
    case (.certificate, 40): .certificateSHA1
    case (.sha224, 56): .sha224
    case (.sha256, 64): .sha256
    case (.certificate, 64): .certificateSHA256
    case (.sha384, 96): .sha384
    case (.sha512, 128): .sha512
    default: nil
    }
  }

  /// The kinds whose hashes have `digits` digits; the first is the one that an unlabelled hash is
  /// taken for.
  static func kinds(digits: Int) -> [IndicatorKind] {
    switch digits {
    case 32: all32
    case 40: all40
    case 56: all56
    case 64: all64
    case 96: all96
    case 128: all128
    default: []
    }
  }

  private static let all32: [IndicatorKind] = [.md5, .imphash, .ja3, .ja3s, .hassh, .hasshServer]
  private static let all40: [IndicatorKind] = [.sha1, .certificateSHA1]
  private static let all56: [IndicatorKind] = [.sha224]
  private static let all64: [IndicatorKind] = [.sha256, .certificateSHA256]
  private static let all96: [IndicatorKind] = [.sha384]
  private static let all128: [IndicatorKind] = [.sha512]

  static let words: [String: HashLabel] = [
    "md5": .md5, "sha1": .sha1, "sha224": .sha224, "sha256": .sha256, "sha384": .sha384,
    "sha512": .sha512, "imphash": .imphash, "ja3": .ja3, "ja3s": .ja3s, "hassh": .hassh,
    "hasshserver": .hasshServer, "authentihash": .unsupported,
    // Endpoints' sensors call the same so.
    "authenticodehash": .unsupported, "authenticodehashdata": .unsupported,
    "pehash": .unsupported,
    "vhash": .unsupported, "cdhash": .unsupported, "gimphash": .unsupported,
    "telfhash": .unsupported, "richpe": .unsupported, "symhash": .unsupported,
    "sha3": .unsupported, "sha3224": .unsupported, "sha3256": .unsupported,
    "sha3384": .unsupported, "sha3512": .unsupported, "fingerprint": .certificate,
    "certchainfps": .certificate, "clientcertchainfps": .certificate,
    "certfingerprint": .certificate, "certificatefingerprint": .certificate,
    "certificatesha1": .certificate, "certificatesha256": .certificate,
    "x509sha1": .certificate, "x509sha256": .certificate, "certsha1": .certificate,
    "certsha256": .certificate,
  ]

  /// Words that may be before or behind a kind's name in one key (`file_md5`, `ja3_hash`).
  private static let fillers = [
    "hash", "hashes", "sum", "digest", "file", "value", "hex", "md5",
    "fingerprint",
  ]

  /// Words in a key which show that the hash beside them is a certificate's.
  static let certificateWords: Set<String> = ["certificate", "cert", "x509"]

  /// Whether one of a key's words names a certificate, as in `leaf_cert`, or the key is a usual
  /// name for a certificate's hashes.
  static func isOfCertificate(_ key: KeyName) -> Bool {
    certificateWords.contains(key.plain) || key.plain == "fingerprint"
      || key.plain == "fingerprints"
      || key.lower.split { !$0.isLetter && !$0.isNumber }
        .contains { certificateWords.contains(String($0)) }
  }

  /// The label that a word or key gives: as a whole, by one of its parts (`file_md5`), or with a
  /// filler around it (`md5sum`).
  ///
  /// It is `certificate` if the word names a certificate as well (`certificate-sha1`).
  init(word: KeyName) {
    self.init(plain: word)
    if self == .sha1 || self == .sha256, Self.namesCertificate(word) { self = .certificate }
  }

  /// Whether a key or word names both a certificate and a hash of one.
  static func namesCertificate(_ word: KeyName) -> Bool {
    guard KeyName.holds(word.plain, "sha") else { return false }
    if word.plain.hasPrefix("cert") || word.plain.hasPrefix("x509"),
      words[word.plain] == .certificate
    {
      return true
    }
    let parts = word.lower.split { !$0.isLetter && !$0.isNumber }
    return parts.contains { $0 == "sha1" || $0 == "sha256" }
      && parts.contains {
        certificateWords.contains(String($0)) || $0 == "fingerprint" && !parts.contains("file")
      }
  }

  private init(plain word: KeyName) {
    if let label = Self.words[word.plain] {
      self = label
      return
    }
    if word.lower.utf8.count > word.plain.utf8.count {
      for part in word.lower.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
        if let label = Self.words[String(part)] {
          self = label
          return
        }
      }
    }
    for filler in Self.fillers {
      if word.plain.hasSuffix(filler),
        let label = Self.words[String(word.plain.dropLast(filler.count))]
      {
        self = label
        return
      }
      if word.plain.hasPrefix(filler),
        let label = Self.words[String(word.plain.dropFirst(filler.count))]
      {
        self = label
        return
      }
    }
    self = .none
  }

  /// The label of a field's path: that of the last of its keys that has one.
  ///
  /// `certificate` is left out, since `FieldClass` has looked for it before.
  init(field: KeyName, parent: KeyName, grandparent: KeyName) {
    let path = [field, parent, grandparent]
    self = .none
    for (index, key) in path.enumerated() {
      let label = HashLabel(word: key)
      guard label != .none, label != .certificate else { continue }
      // Suricata writes the server's as `ssh.server.hassh.hash`.
      let isServer = label == .hassh && path[(index + 1)...].contains { $0.plain == "server" }
      self = isServer ? .hasshServer : label
      return
    }
  }
}
