import Indicators

/// Names of several words for digests that are not of whole files.
///
/// For example `SSL Certificate SHA1`, `JA3S fingerprint`, `pe.imphash`, `x509 thumbprint`.
enum DigestName {
  /// What the digests under a name are.
  enum Meaning: Equatable {
    case kind(IndicatorKind)
    /// Digests of an unsupported sort, such as MD5 of certificates.
    case unsupported
  }

  /// What the digests under a name are, by the name's key.
  ///
  /// Nil if a word of the name is unknown, or none says whose digests they are. In prose, the
  /// `SHA1 fingerprint` of a file is as common as that of a certificate, which is recognised by its
  /// colons.
  static func meaning(of key: String, isInProse: Bool = false) -> Meaning? {
    // No name of these words is longer.
    guard 4...48 ~= key.utf8.count else { return nil }
    var parts = Parts()
    var rest = key[...]
    next: while !rest.isEmpty {
      for (word, part) in words where rest.hasPrefix(word) {
        rest = rest.dropFirst(word.count)
        guard parts.add(part) else { return nil }
        continue next
      }
      return nil
    }
    if isInProse { parts.isFingerprint = false }
    return parts.meaning
  }

  private enum Word {
    case subject(IndicatorKind)
    /// A word for certificates that also occurs with fingerprints of handshakes.
    case transport
    case certificate, thumbprint, fingerprint
    case md5
    /// SHA-1 or SHA-256.
    case secure
    case importTable
    /// Says that it is a digest.
    case digest
    case file
    case filler
  }

  // Of two words that begin alike, the longer one comes first.
  private static let words: [(String, Word)] = [
    ("hasshserver", .subject(.hasshServer)), ("hassh", .subject(.hassh)),
    ("ja3s", .subject(.ja3s)), ("ja3", .subject(.ja3)),
    ("ja4ssh", .subject(.ja4)), ("ja4ts", .subject(.ja4)), ("ja4t", .subject(.ja4)),
    ("ja4s", .subject(.ja4)), ("ja4h", .subject(.ja4)), ("ja4x", .subject(.ja4)),
    ("ja4", .subject(.ja4)),
    ("imphash", .subject(.imphash)), ("importtable", .importTable), ("import", .importTable),
    ("x509", .certificate), ("certificate", .certificate), ("cert", .certificate),
    ("ssl", .transport), ("tls", .transport),
    ("thumbprint", .thumbprint), ("fingerprint", .fingerprint), ("hash", .digest),
    ("digest", .digest),
    ("md5", .md5), ("sha1", .secure), ("sha256", .secure),
    ("file", .file), ("pe", .filler), ("client", .filler), ("server", .filler), ("intel", .filler),
  ]

  /// What the words of a name have said so far.
  private struct Parts {
    var subject: IndicatorKind?
    var certificates = 0
    var isOfTransport = false
    var isOfImports = false
    var isOfFile = false
    var isMD5 = false
    var isSecure = false
    var isDigest = false
    var isThumbprint = false
    var isFingerprint = false

    /// Takes a word; false where it contradicts another.
    mutating func add(_ word: Word) -> Bool {
      switch word {
      case .subject(let kind):
        guard subject == nil else { return false }
        subject = kind
      case .transport: isOfTransport = true
      case .certificate: certificates += 1
      case .thumbprint: (isThumbprint, isDigest) = (true, true)
      case .fingerprint: (isFingerprint, isDigest) = (true, true)
      case .md5: (isMD5, isDigest) = (true, true)
      case .secure: (isSecure, isDigest) = (true, true)
      case .importTable: isOfImports = true
      case .digest: isDigest = true
      case .file: isOfFile = true
      case .filler: break
      }
      return true
    }

    var meaning: Meaning? {
      if let subject { return certificates == 0 && !isOfImports ? .kind(subject) : nil }
      if isOfImports { return isDigest && certificates == 0 ? .kind(.imphash) : nil }
      // `certificate` alone may be any fact about one; a `TLS fingerprint` is as often a client's.
      // `SHA1 Fingerprint` is what OpenSSL calls a certificate's.
      let isOfCertificate =
        certificates > 0 && (isDigest || isOfTransport || certificates > 1)
        || isOfTransport && isSecure
        || (isThumbprint || isFingerprint && isSecure) && !isOfFile
      guard isOfCertificate else { return nil }
      return isMD5 ? .unsupported : .kind(.certificateSHA1)
    }
  }
}

extension ValueType {
  /// The type for a name of several words, if it is one of these digests.
  init?(digestName key: String) {
    switch DigestName.meaning(of: key) {
    case .kind(let kind): self = .value(.kind(kind), nameMode: .exact)
    case .unsupported: self = .foreignDigest
    case nil: return nil
    }
  }
}

extension Column {
  /// The column for a name of several words, if it is one of these digests.
  init?(digestName key: String) {
    switch DigestName.meaning(of: key) {
    case .kind(let kind): self = .value(.kind(kind), nameMode: .exact)
    case .unsupported: self = .other
    case nil: return nil
    }
  }
}
