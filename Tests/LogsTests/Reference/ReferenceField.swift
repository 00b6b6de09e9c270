/// What the name of a field says of its strings.
struct ReferenceField {
  /// Keys from the outermost to the value's own; empty for text.
  var keys: [[UInt8]] = []
  /// Whether the value stood in quotes.
  var isQuoted = false

  static let text = ReferenceField()

  /// The keys, cut at the dots that a key itself may hold.
  var components: [[UInt8]] {
    keys.flatMap { $0.split(separator: 0x2E, omittingEmptySubsequences: false).map(Array.init) }
  }

  private var last: String { referenceFolded(components.last ?? [], digits: false) }

  private static let nameTyped: Set<String> = [
    "query", "answers", "host", "hostname", "servername", "sni", "rrname", "rdata", "domain",
    "fqdn", "sandns", "cshost",
  ]

  /// §1.7, but for the test on the value.
  var isNameTyped: Bool {
    Self.nameTyped.contains(referenceFolded(keys.last ?? [], digits: false))
  }

  /// §2, versions: the field gives no addresses.
  var isVersion: Bool {
    components.contains { component in
      let name = referenceFolded(component, digits: true)
      return name.contains("useragent") || name.contains("software") || name.hasSuffix("version")
        || name.hasSuffix("oid") || name == "ua" || name == "requestclientapplication"
    }
  }

  /// §6: the field holds user agents, which are compared whole.
  var isUserAgent: Bool {
    // CEF's, and that of the Elastic common schema.
    last.contains("useragent") || last == "ua" || last == "requestclientapplication"
      || components.suffix(2).map { referenceFolded($0, digits: false) }
        == ["useragent", "original"]
  }

  /// §4: cipher and key-exchange fields give nothing.
  var isCipher: Bool {
    let endings = ["alg", "algs", "algorithm", "algorithms"]
    return last.contains("cipher") || last.contains("kex")
      || endings.contains { last.hasSuffix($0) }
      || components.suffix(2).map { referenceFolded($0, digits: true) } == ["hassh", "string"]
  }

  /// §5: fields that give certificate digests and nothing else.
  var isCertificate: Bool {
    [
      "fingerprint", "certchainfps", "clientcertchainfps", "certfingerprint",
      "certificatefingerprint",
    ].contains(last)
  }

  /// §5: serial numbers look like digests.
  var isSerial: Bool { referenceFolded(keys.last ?? [], digits: false).contains("serial") }
}
