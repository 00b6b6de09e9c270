import Parsing
import TestSupport
import Testing

@testable import Logs

/// Keys that are taken for plain have the class that a close look gives them.
@Suite("Plain keys")
struct PlainKeyTests {
  /// What the rules' tables hold, and pieces of it.
  private static let words = """
    -h -p .h .p @timestamp _h _p accept accepted accesscontrolruleaction act action actionid addr
    address alert alertaction alerted alg algorithm algorithms algs allow allowed answers args
    attachment authentihash authority block blocked blockurl blockwithreset bypassdenied c-ip c-port
    cdhash certchainfps certfingerprint certificatefingerprint cipher client clientaddr
    clientcertchainfps clientip clientport clientrequesthost clientrequesturi connectioninfo connstate
    conversion creationtime cshost csmethod csuriquery csuristem d daddr datetime denied deny dest
    destination destinationaddress destinationhostname destinationip destinationport destip destport
    dhost digest disallow disallowed disposition dispositionid diversion dns dnsquestionname dnsrcode
    dnsresponsecode domain dport dpt droid drop dropconnection droppacket dropped dst dstaddr
    dstendpoint dstip dstport edgestarttimestamp errorcode esp event event_time eventaction eventcreated
    eventtime eventtype exe executable file filename filepath fingerprint flow flowstate forbidden
    forward fqdn fullpath gimphash gre hash hashes hassh hasshserver hasshstring hex host hostname
    http_port httphost httpmethod httpport iananumber icmp icmpv id id.resp_p id_resp_p idorigh idorigp
    idresph idrespp image imageloaded imagename imphash inversion ip ipaddr ipaddress ipvicmp ja3 ja3s
    ja4 key md5 method mutant mutex mutexname name namedpipe network networkiananumber networktransport
    newprocessname observed oid origh original originalfilename origp paranoid parentimage
    parentprocessname pass passed passthrough path pehash permit permitted pipe pipename port prevent
    prevented process processname processpath proto protocol protocolname protocolnum proxied published
    quarantine quarantined query queryname querystring question rcode rcodename rdata refused registry
    registrykey registrypath regkey reject rejected remoteaddr remoteip remoteport
    requestclientapplication requesthost requestmethod requestpath requestreceivedtimestamp requesturi
    reset resetboth resetclient resetserver resph responsecode respp richpe rrname s s-ip s-port saction
    saddr sandns scfilterresult scheme sctp serial server servername sha1 sha224 sha256 sha3 sha3224
    sha3256 sha3384 sha3512 sha384 sha512 shost sinkhole sinkholed sni software source sourceaddress
    sourcehostname sourceimage sourceip sourceipaddress sourceport sport spt src srcaddr srcendpoint
    srcip srcport starttime state steroid string sum symhash systemtime targetfilename targetimage
    targetobject tcp tcpdenied telfhash time time_dt timecreated timegenerated timeiso8601 timelocal
    timestamp tlsclient tlsclienthashsha1 tlsclienthashsha256 tlsserver tlsserverhashsha1
    tlsserverhashsha256 transport trust trusted ts type ua udp unauthorized uri url urldomain
    urloriginal urlpath urlquery useragent utctime value verdict verdictaction version vhash void
    answers data subject commonname qname dnsquery remoteurl domainname referencedhost requesthost
    agent user server client network flow dns http id url file process registry event hash k ex kex ip p h
    _ . - ; s1 evil x1 9 A\u{e9}
    """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)

  private static func key(_ random: inout SeededGenerator) -> [UInt8] {
    var key: [UInt8] = []
    for part in 0..<1 + random.below(3) {
      if part > 0, random.below(2) == 0 {
        key += Array(random.pick(["_", ".", "-", " ", "9"]).utf8)
      }
      var word = Array(random.pick(words).utf8)
      switch random.below(6) {
      case 0: word = word.map { $0 &- 0x61 < 26 ? $0 & 0xdf : $0 }
      case 1 where word[0] &- 0x61 < 26: word[0] &= 0xdf
      case 2: word.remove(at: random.below(word.count))
      default: break
      }
      key += word
    }
    return random.below(50) == 0 ? Array(repeating: 0x78, count: 125) + key : key
  }

  private static func isPlain(_ key: [UInt8]) -> Bool { PlainKey.look(key.span.bytes).isEmpty }

  @Test func everyWordAlone() {
    for word in Self.words {
      let bytes = Array(word.utf8)
      guard Self.isPlain(bytes) else { continue }
      let close = FieldClass(key: bytes.span.bytes)
      #expect(close == FieldClass(plainBelow: []), "\(word)")
    }
  }

  @Test func wordsOfRules() {
    for word in KeyName.words + HashLabel.words.keys {
      #expect(!Self.isPlain(Array(word.utf8)), "\(word)")
    }
  }

  @Test func randomPaths() {
    var random = SeededGenerator(seed: 11)
    var (plain, ports) = (0, 0)
    for _ in 0..<40_000 {
      let (key, parent, grandparent) = (
        Self.key(&random), Self.key(&random), Self.key(&random)
      )
      let path = [key, parent, grandparent]
      let inherited: FieldTraits = random.below(3) == 0 ? [.noAddresses, .isMember] : []
      guard !path.contains(where: { PlainKey.look($0.span.bytes).contains(.word) }) else {
        continue
      }
      let close = FieldClass(
        key: key.span.bytes, parent: parent.span.bytes, grandparent: grandparent.span.bytes,
        inherited: inherited)
      let isPort = !Self.isPlain(key) && KeyStem(key.span.bytes).isPort
      if isPort { ports += 1 } else { plain += 1 }
      #expect(
        close == FieldClass(plainBelow: inherited, isPort: isPort),
        "\(path.map { String(decoding: $0, as: UTF8.self) })")
    }
    // Otherwise nothing was compared.
    #expect(plain > 100 && ports > 100)
  }

  @Test func stems() {
    var random = SeededGenerator(seed: 12)
    let words = Self.words.map { Array($0.utf8) }
    for index in 0..<40_000 + words.count {
      let key = index < words.count ? words[index] : Self.key(&random)
      let name = KeyName(key.span.bytes.withoutColumnType())
      let stem = KeyStem(key.span.bytes)
      var bytes: [UInt8] = []
      stem.append(to: &bytes)
      #expect(stem.isPort == (name.portStem != nil), "\(name.lower)")
      #expect(bytes == Array((name.portStem ?? name.addressStem).utf8), "\(name.lower)")
    }
  }

  @Test func wordsInTexts() {
    for (text, word) in [
      ("", "a"), ("a", "ab"), ("ab", "ab"), ("xab", "ab"), ("aab", "ab"), ("abab", "bb"),
      ("serials", "serial"),
    ] {
      #expect(KeyName.holds(text, word) == text.contains(word), "\(word) in \(text)")
    }
  }
}

/// The plain definition of stems, which `KeyStem` must agree with.
extension KeyName {
  /// What a port's name and its address's have in common: `src` of `src_port`; nil for other names.
  var portStem: String? {
    var plain = plain
    if plain.hasSuffix("portnumber") { plain.removeLast(6) }
    if plain.hasSuffix("portnum") { plain.removeLast(3) }
    if plain.hasSuffix("port") {
      let stem = plain.dropLast(4)
      let isTransport = stem.utf8.count > 9 && stem.hasSuffix("transport")
      return Self.end(String(isTransport ? stem.dropLast(9) : stem))
    }
    // The pairs of firewalls and of CEF: `src` and `spt`, `dst` and `dpt`.
    if plain == "spt" { return "src" }
    if plain == "dpt" { return "dst" }
    if lower.hasSuffix("_p") || lower.hasSuffix(".p") || lower.hasSuffix("-p") {
      return String(plain.dropLast())
    }
    return nil
  }

  private static let addressSuffixes = [
    "ipv4address", "ipv6address", "ipaddress", "ipaddr", "ip", "addressip4", "addressip6",
    "address",
    "addr",
  ]

  /// What an address's name and its port's have in common.
  var addressStem: String {
    if lower.hasSuffix("_h") || lower.hasSuffix(".h") || lower.hasSuffix("-h") {
      return String(plain.dropLast())
    }
    for suffix in Self.addressSuffixes where plain.hasSuffix(suffix) {
      return Self.end(String(plain.dropLast(suffix.count)))
    }
    if plain.hasSuffix("host") { return Self.end(String(plain.dropLast(4))) }
    return Self.end(plain)
  }

  /// One name for an end of a connection, which the address and its port may call differently: `src` and
  /// `sport`, `dest_ip` and `dport`, `IpAddress` and `IpPort`.
  private static func end(_ stem: String) -> String {
    let stem = withoutLayer(stem)
    return ends[stem] ?? stem
  }

  /// The layer that is named before an end is not the same for both: `l4dst` and `ipv4dst`, `tcpsrc` and `ipsrc`.
  private static func withoutLayer(_ stem: String) -> String {
    for end in ["src", "dst"] where stem.utf8.count > 4 && stem.hasSuffix(end) {
      for layer in ["ipv4", "ipv6", "l4", "ip", "tcp", "udp", "sctp"]
      where stem.hasSuffix(layer + end) {
        return stem.dropLast(layer.utf8.count + 3) + end
      }
    }
    return stem
  }

  private static let ends = [
    "s": "src", "source": "src", "d": "dst", "dest": "dst", "destination": "dst", "ip": "",
    "clientsrc": "client",
  ]
}
