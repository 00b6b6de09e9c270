import Indicators

/// What a word before a digest, or the name of its field, says of it (§5).
enum ReferenceHashLabel: Equatable {
  case kind(IndicatorKind)
  /// A certificate's fingerprint: SHA-1 or SHA-256 by length.
  case certificate
  /// A kind of digest that is not known here: the value is nothing.
  case unknown

  private static let kinds: [String: IndicatorKind] = [
    "md5": .md5, "sha1": .sha1, "sha224": .sha224, "sha256": .sha256, "sha384": .sha384,
    "sha512": .sha512, "imphash": .imphash, "ja3": .ja3, "ja3s": .ja3s, "hassh": .hassh,
    "hasshserver": .hasshServer,
  ]

  private static let certificates: Set<String> = [
    "fingerprint", "certchainfps", "clientcertchainfps", "certfingerprint",
    "certificatefingerprint",
  ]

  private static let unknowns: Set<String> = [
    "authentihash", "authenticodehash", "authenticodehashdata", "pehash", "vhash", "cdhash",
    "gimphash", "telfhash", "richpe", "symhash",
  ]

  /// The label that a word is, whole or in one of its parts (`file_md5`).
  init?(word: [UInt8]) {
    if let label = Self.exact(word) {
      self = label
      return
    }
    let parts = word.split { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: false
      default: true
      }
    }
    if Self.namesCertificate(word) {
      self = .certificate
      return
    }
    for part in parts {
      if let label = Self.exact(Array(part)) {
        self = label
        return
      }
    }
    return nil
  }

  /// Whether a key is what holds a certificate's hashes.
  static func isOfCertificate(_ key: [UInt8]) -> Bool {
    let names = ["certificate", "cert", "x509"]
    let parts = key.split { referenceFolded([$0], digits: true).isEmpty }
    return (names + ["fingerprint", "fingerprints"]).contains(referenceFolded(key, digits: true))
      || parts.contains { names.contains(referenceFolded(Array($0), digits: true)) }
  }

  /// Whether a word names a certificate beside its hash (`certificate-sha1`).
  static func namesCertificate(_ word: [UInt8]) -> Bool {
    let parts = word.split { referenceFolded([$0], digits: true).isEmpty }.map {
      referenceFolded(Array($0), digits: true)
    }
    func isHash(_ part: String) -> Bool { part == "sha1" || part == "sha256" }
    let names = ["certificate", "cert", "x509"].flatMap { ["\($0)sha1", "\($0)sha256"] }
    return names.contains(referenceFolded(word, digits: true))
      || parts.contains(where: isHash)
        && parts.contains {
          ["certificate", "cert", "x509"].contains($0)
            || $0 == "fingerprint" && !parts.contains("file")
        }
  }

  private static func exact(_ word: [UInt8]) -> ReferenceHashLabel? {
    let name = referenceFolded(word, digits: true)
    if let kind = kinds[name] { return .kind(kind) }
    if certificates.contains(name) { return .certificate }
    if unknowns.contains(name) || name.hasPrefix("sha3") { return .unknown }
    return nil
  }

  /// The labels that a field's path gives, the last part first.
  static func labels(path: [[UInt8]]) -> [ReferenceHashLabel] {
    var labels: [ReferenceHashLabel] = []
    for (number, part) in path.enumerated().reversed() {
      // Fields of certificate digests are known by their last key alone, and were seen before.
      guard var label = ReferenceHashLabel(word: part), label != .certificate else { continue }
      // Suricata writes the server's as `ssh.server.hassh.hash`.
      if label == .kind(.hassh),
        path[..<number].contains(where: { referenceFolded($0, digits: true) == "server" })
      {
        label = .kind(.hasshServer)
      }
      labels.append(label)
    }
    return labels
  }

  static let lengths: [Int: IndicatorKind] = [
    32: .md5, 40: .sha1, 56: .sha224, 64: .sha256, 96: .sha384, 128: .sha512,
  ]

  /// The kind of a digest with so many hexadecimal digits: the first label that fits decides, else the length.
  static func kind(length: Int, labels: [ReferenceHashLabel]) -> IndicatorKind? {
    guard let unlabelled = lengths[length] else { return nil }
    for label in labels {
      switch label {
      case .unknown: return nil
      case .certificate where length == 40: return .certificateSHA1
      case .certificate where length == 64: return .certificateSHA256
      case .kind(let kind) where kind.fixedWidth == length / 2: return kind
      default: continue
      }
    }
    return unlabelled
  }
}
