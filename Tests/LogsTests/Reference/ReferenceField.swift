/// What the name of a field says of its strings.
struct ReferenceField {
  /// Keys from the outermost to the value's own; empty for text.
  var keys: [[UInt8]] = []
  /// Whether the value holds a slash, as a user agent does before each version.
  var holdsSlash = false
  /// Whether the value stood in quotes.
  var isQuoted = false
  /// Whether the format has no such name for it.
  var isUnnamed = false

  static let text = ReferenceField()

  /// The keys, the last one without the type that Log Analytics writes behind it.
  private var named: [[UInt8]] {
    guard let last = keys.last, last.count > 3, last[last.count - 2] == 0x5F,
      "sdbtg".utf8.contains(last[last.count - 1])
    else { return keys }
    return keys.dropLast() + [Array(last.dropLast(2))]
  }

  /// The keys, cut at the dots that a key itself may hold.
  var components: [[UInt8]] {
    named.flatMap { $0.split(separator: 0x2E, omittingEmptySubsequences: false).map(Array.init) }
  }

  private var last: String { referenceFolded(components.last ?? [], digits: false) }

  private static let nameTyped: Set<String> = [
    "query", "answers", "host", "hostname", "servername", "sni", "rrname", "rdata", "domain",
    "fqdn", "sandns", "cshost", "queryname", "sourcehostname", "destinationhostname", "shost",
    "dhost", "qname", "ftntfgtqname", "dnsquery", "dnsqname", "questionname", "dnsqryname",
    "dnsrespname", "dnsreq", "sslservername", "tlsservername", "tlsclientservername", "tlssni",
    "sslsni", "requestedservername", "tlshandshakeextensionsservername", "httphost",
    "httphostname", "requesthost", "clientrequesthost", "requestedhost", "referencedhost",
    "xhostheader", "urldomain", "urlhost", "authority", "srchost", "dsthost", "desthost",
    "sourcehost", "destinationhost", "remotehost", "srchostname", "dsthostname", "desthostname",
    "remotehostname", "dstname", "srcdomain", "dstdomain", "destdomain", "sourcedomain",
    "destinationdomain", "clientdomain", "serverdomain", "remotedomain", "domainname",
    "sourcednsdomain", "destinationdnsdomain", "srcfqdn", "dstfqdn", "subjectcommonname",
    "sslcommonname", "subjectaltname", "subjectaltnames", "alternativenames",
  ]
  private static let namesBelow = [
    ["question", "name"], ["answers", "name"], ["answers", "data"], ["subject", "commonname"],
  ]

  /// §1.7 of what may be a URL as well, in which hashes are looked for.
  private var isNameOrURL: Bool {
    referenceFolded(named.last ?? [], digits: false) == "remoteurl"
  }

  /// §1.7, but for the test on the value.
  var isNameTyped: Bool { isNameAlone || isNameOrURL }

  /// The same of names only, in which no hashes are looked for.
  var isNameAlone: Bool {
    Self.nameTyped.contains(referenceFolded(named.last ?? [], digits: false))
      || [named, components].contains { keys in
        Self.namesBelow.contains(keys.suffix(2).map { referenceFolded($0, digits: false) })
      }
  }

  /// §2, versions: the field gives no addresses.
  var isVersion: Bool {
    if isUnnamed { return false }
    if isUserAgent, holdsSlash { return true }
    return components.contains { component in
      let name = referenceFolded(component, digits: true)
      if name.contains("useragent") || name.contains("software") || name == "ua" { return true }
      let words = referenceLowercased(component).split { byte in
        !(0x30...0x39).contains(byte) && !(0x61...0x7A).contains(byte)
      }
      let isAnotherWord = [
        "conversion", "diversion", "inversion", "android", "droid", "steroid", "asteroid",
        "paranoid", "void", "avoid",
      ].contains { words.last?.elementsEqual($0.utf8) ?? false }
      return (name.hasSuffix("version") || name.hasSuffix("oid")) && !isAnotherWord
    }
  }

  /// Whether a word of the last key begins with `kex`.
  private var namesKeyExchange: Bool {
    let key = Array(String(decoding: components.last ?? [], as: UTF8.self))
    return key.indices.contains { index in
      guard index + 3 <= key.count, String(key[index..<index + 3]).lowercased() == "kex" else {
        return false
      }
      guard index > 0, key[index - 1].isASCII, key[index - 1].isLetter else { return true }
      return key[index].isUppercase && key[index - 1].isLowercase
    }
  }

  /// §6: the field holds user agents, which are compared whole.
  var isUserAgent: Bool {
    // CEF's, and that of the Elastic common schema.
    last.contains("useragent")
      || [
        "ua", "agent", "requestclientapplication", "httpagent", "clientinfo", "browsertype",
      ].contains(last)
      || components.suffix(2).map { referenceFolded($0, digits: false) }
        == ["useragent", "original"]
  }

  /// §4: cipher and key-exchange fields give nothing.
  var isCipher: Bool {
    let endings = ["alg", "algs", "algorithm", "algorithms"]
    return last.contains("cipher") || namesKeyExchange
      || endings.contains { last.hasSuffix($0) }
      || components.suffix(2).map { referenceFolded($0, digits: true) } == ["hassh", "string"]
  }

  /// §5: fields that give certificate digests and nothing else.
  var isCertificate: Bool {
    let path = components.suffix(4).map { referenceFolded($0, digits: true) }.joined(separator: ".")
    return [
      "fingerprint", "certchainfps", "clientcertchainfps", "certfingerprint",
      "certificatefingerprint",
    ].contains(last)
      || ReferenceHashLabel.namesCertificate(named.last ?? [])
      || path == "cert.hash" || path.hasSuffix(".cert.hash")
      || [".sha1", ".sha256"].contains { path.hasSuffix($0) }
        && ReferenceHashLabel.isOfCertificate(components.dropLast().last ?? [])
        && referenceFolded(components.dropLast(2).last ?? [], digits: true) != "file"
      || ["sha1", "sha256"].contains { hash in
        ["server", "client"].contains { path.hasSuffix("\($0).hash.\(hash)") }
      }
  }

  /// §5: serial numbers look like digests.
  var isSerial: Bool { referenceFolded(named.last ?? [], digits: false).contains("serial") }
}
