import Indicators
import Parsing

/// What a column of a row, or a member of a flat object, holds.
enum Column: Equatable {
  /// Values of one kind.
  case value(DeclaredKind, nameMode: MatchMode)
  /// Values of the kind that the row's type says.
  case typedValue
  /// The first address of a range, and the last.
  case rangeStart, rangeEnd
  /// Length or mask of the prefix that begins with the address in another column.
  case mask
  case type
  case description, malware, actor, confidence, tlp, reference, firstSeen, validUntil
  /// The entry's title: its description, if no other column holds one.
  case title
  /// Who reported it: the reference, if no other column names one.
  case source
  /// What is to be done on a match.
  case action
  case tags, id, port
  /// A tag; for MISP's attributes also what they are about, such as persons.
  case category
  /// Whether it is meant for detection, as MISP says of an attribute.
  case forDetection
  /// Whether the entry was withdrawn, or is still considered malicious.
  case withdrawn, upheld
  /// Whether the entry is active; here 0 means no, while in an `upheld` column it may be a count.
  case active
  /// A verdict on the value, which may say that it is good.
  case judgement
  /// A verdict that is also a label.
  case classification
  /// Known by its name, but not used.
  case other
  /// Not known by its name.
  case unknown

  var isValue: Bool {
    switch self {
    case .value, .typedValue, .rangeStart: true
    default: false
    }
  }

  /// The column for a name's key, which holds only letters and digits.
  init(key: String, format: FeedFormat = .csv) {
    if let column = Self.special(key, format) {
      self = column
    } else if let column = Self.names[key] ?? Self.compound(key) ?? Column(digestName: key) {
      self = column
    } else {
      self = .unknown
    }
  }

  /// First words in names of two words, which say whose value it is: `loader_md5`, `Payload URL`.
  private static let owners: Set<String> = [
    "loader", "payload", "dropper", "sample", "malware", "malicious", "c2", "cnc", "attacker",
    "remote", "listener", "associated", "implant", "backdoor", "stager", "stage1", "stage2",
    "beacon", "download", "distribution", "dropped", "remotetemplate", "phishing", "landing",
    "installer", "unpacked", "packed", "parent", "dll", "exe", "document", "attachment", "archive",
  ]
  private static let owned = [
    "md5", "sha", "sha1", "sha256", "sha512", "hash", "hashes", "url", "urls", "domain", "domains",
    "ip",
    "ips", "ipaddress", "host", "hostname",
  ]

  /// The column of a name of two words, of which the first says whose value it is.
  private static func compound(_ key: String) -> Column? {
    for word in owned where key.hasSuffix(word) && owners.contains(String(key.dropLast(word.count)))
    {
      return names[word]
    }
    return nil
  }

  private static let names: [String: Column] = {
    var names: [String: Column] = [:]
    for (column, keys) in table {
      for key in keys.split(separator: " ") { names[String(key)] = column }
    }
    return names
  }()

  // swift-format-ignore
  private static let table: [(Column, String)] = [
    (.value(.kind(.domain), nameMode: .withSubdomains), "domain domains domainname maliciousdomain maliciousdomains baddomain c2domain c2domains c2domainname dnsname malwaredomain senderdomain senderdomains"),
    (.value(.kind(.domain), nameMode: .exact), "hostname hostnames host hosts fqdn fqdns srcfqdn dstfqdn subdomain subdomains"),
    (.value(.network, nameMode: .withSubdomains), "ip ips ipaddress ipaddresses ipaddr ipv4 ipv6 ipv4address ipv6address ipv4addr address addresses addr dstip destip destinationip srcip sourceip ipdst ipsrc cidr cidrs subnet network netblock prefix iprange c2ip c2ips maliciousip maliciousips ipport hostport ipv4port c2 c2s c2server c2servers c2address c2host cnc candc commandandcontrol attackerip remoteaddress server servers domainip ipdomain hostip iphost domainorip ipordomain listener networkipv4 networkipv6 networkcidrblock networksourceipv4 networksourceipv6 networkdestinationipv4 networkdestinationipv6 ipadresse ipadressen adresseip adressesip direccionip direccinip"),
    (.rangeStart, "start startip startaddress startipaddress rangestart iprangestart ipstart firstip beginip"),
    (.rangeEnd, "end endip endaddress endipaddress rangeend iprangeend ipend lastip"),
    (.mask, "mask netmask subnetmask networkmask prefixlength prefixlen prefixsize masklength masklen cidrlength cidrmask"),
    (.value(.kind(.url), nameMode: .withSubdomains), "url urls maliciousurl maliciousurls phishingurl phishurl c2url c2urls downloadurl fullurl uri weburl weburi httpurl httpurls listenerc2url srcurl dsturl"),
    (.value(.kind(.md5), nameMode: .exact), "md5 md5s md5hash md5hashes hashmd5 filemd5 filehashmd5 md5sum md5hashvalue"),
    (.value(.kind(.sha1), nameMode: .exact), "sha1 sha1s sha1hash sha1hashes hashsha1 filesha1 filehashsha1 sha1sum sha1hashvalue"),
    (.value(.kind(.sha256), nameMode: .exact), "sha256 sha256s sha256hash sha256hashes hashsha256 filesha256 filehashsha256 samplesha256 sha256sum sha256hashvalue"),
    (.value(.kind(.sha224), nameMode: .exact), "sha224 sha224hash hashsha224 filesha224 filehashsha224"),
    (.value(.kind(.sha384), nameMode: .exact), "sha384 sha384hash hashsha384 filesha384 filehashsha384"),
    (.value(.kind(.sha512), nameMode: .exact), "sha512 sha512hash hashsha512 filesha512 filehashsha512"),
    (.value(.digest, nameMode: .exact), "hash hashes filehash filehashes filehashvalue samplehash hashvalue digest sha shas filesha"),
    (.value(.kind(.imphash), nameMode: .exact), "imphash"),
    (.value(.kind(.ja3), nameMode: .exact), "ja3 ja3md5 ja3hash ja3digest ja3fingerprint"),
    (.value(.kind(.ja3s), nameMode: .exact), "ja3s ja3smd5 ja3shash ja3sfingerprint"),
    (.value(.kind(.ja4), nameMode: .exact), "ja4 ja4fingerprint ja4s ja4h ja4x ja4ssh ja4t ja4ts"),
    (.value(.kind(.hassh), nameMode: .exact), "hassh hasshmd5"),
    (.value(.kind(.certificateSHA1), nameMode: .exact), "certsha1 sslsha1 certificatesha1 tlscertsha1 sslfingerprint certfingerprint certificatefingerprint certificatethumbprint certthumbprint x509fingerprintsha1"),
    (.value(.kind(.certificateSHA256), nameMode: .exact), "certsha256 certificatesha256 x509fingerprintsha256"),
    (.value(.kind(.email), nameMode: .exact), "email emails threatindicatoremailaddress emailaddress emailaddresses sender senderaddress emailsender senderemail mailfrom emailaddr emailsrc replyto"),
    (.value(.kind(.filename), nameMode: .exact), "filename filenames filepath filepaths filepathname"),
    (.value(.kind(.userAgent), nameMode: .exact), "useragent useragents httpuseragent useragentoriginal useragentstring"),
    (.value(.kind(.mutex), nameMode: .exact), "mutex mutexes mutexname"),
    (.value(.kind(.registryKey), nameMode: .exact), "registrykey registrykeys regkey regkeys registrypath windowsregistrykey"),
    (.value(.kind(.pipe), nameMode: .exact), "pipe pipename namedpipe"),
    (.value(.none, nameMode: .withSubdomains), "pattern stixpattern"),
    (.typedValue, "indicator indicators ioc iocs iocvalue value values data indicatorvalue observable observablevalue artifact artefact indicatorofcompromise networkindicator networkindicators networkioc atomvalue threatintelindicator indicador indicadores"),
    (.type, "type indicatortype ioctype entitytype datatype iockind attributetype observabletype valuetype filehashtype atomtype"),
    (.description, "description desc notes note comment comments detail details context info remark remarks message"),
    (.title, "title"),
    (.malware, "malware malwares associatedmalware malwarefamily malwarefamilies family malwareprintable malwarename signature threatname"),
    (.actor, "actor actors associatedactor associatedactors associatedthreatactors threatactor threatactors group adversary apt intrusionset campaign activitygroup activitygroups activitygroupname activitygroupnames"),
    (.confidence, "confidence confidencelevel confidencescore maliciousconfidence"),
    (.tlp, "tlp tlpmarking tlpcolor tlpcolour tlplevel trafficlightprotocol trafficlightprotocollevel marking objectmarking"),
    (.reference, "reference references ref refs link links report reports reporturl referenceurl externalreference externalreferences blog referencelink referencelinks referencesurl sourceurl sourcelink reporturls articleurl blogurl detailurl phishdetailurl permalink"),
    (.source, "source sources"),
    (.firstSeen, "firstseen firstseenutc datefirst firstdate isotime createddate creationdate dateadded date datefirstseen listingdate created createdat createddatetime datecreated discovered validfrom added firstseenat firstreported firstreporteddatetime submissiontime dateofdetection detectiondate detecteddate datedetected listedon datelisted firstsubmission reportdate datereported detected startofvalidity publisheddate datepublished"),
    (.validUntil, "validuntil validto expires expiry expirydate expiration expirationdate expirationtime expirationts expiresat expireson expiredate expirationdatetime indicatorexpirationdatetime enddate endofvalidity validityend"),
    (.tags, "tags tag objectlabel objectlabels labels label threat threattype indicatorthreattype threatclass mitretechniques mitretechnique mitretechniqueid mitretechniqueids mitreattack mitreattackid mitreattackids mitre mitreid mitreids attack attackid attackids techniqueid techniqueids attacktechniques attacktechnique techniques technique ttps ttp"),
    (.category, "category"),
    (.id, "id iocid uuid phishid indicatorid"),
    (.action, "action"),
    (.forDetection, "toids"),
    (.withdrawn, "revoked isrevoked deleted isdeleted falsepositive isfalsepositive whitelisted iswhitelisted allowlisted benign isbenign expired isexpired retired"),
    (.active, "active isactive"),
    (.upheld, "malicious ismalicious"),
    (.judgement, "status verdict iocstatus indicatorstatus judgement disposition reputation"),
    (.classification, "classification"),
    (.port, "port dstport destport"),
    (.other, "authentihash filehashauthentihash authentihashsha256 sha3 sha3224 sha3256 sha3384 sha3512 sha3hash sha3224hash sha3256hash sha3384hash sha3512hash vhash cdhash cdhashes gimphash telfhash richpe richpehash richheaderhash richheadermd5 symhash pehash blake2 blake2b blake2s blake3 ripemd160 sha512224 sha512256 whirlpool"),
    (.other, "parentdomain sampleurl lastseen lastseenutc lastonline country countrycode asn asnumber asname as isp org city hostingprovider provider reporter anonymous urlstatus c2status version size filesize filetype filetypeguess mimetype compiletimestamp compiled timestamp time pdb pdbstring packagename yarahit yara certificate serial name ssdeep tlsh vtpercent clamav detection detections malwarealias fkmalware count score registrar registrant whois sblid rir"),
  ]

  /// Columns whose meaning in a format differs from what their names say elsewhere.
  private static func special(_ key: String, _ format: FeedFormat) -> Column? {
    switch (format, key) {
    case (.urlhaus, "urlhauslink"), (.urlhaus, "urlhausreference"): .reference
    case (.urlhaus, "urlstatus"): .tags
    case (.urlhaus, "host"): .other
    case (.sslbl, "sha1"), (.sslbl, "listingsha1"):
      .value(.kind(.certificateSHA1), nameMode: .exact)
    case (.sslbl, "listingreason"): .malware
    case (.malwarebazaar, "imphash"), (.malwarebazaar, "sha3384hash"): .other
    case (.malwarebazaar, "filename"): .description
    case (.threatfox, "ioc"), (.threatfox, "iocvalue"): .typedValue
    case (.threatfox, "malware"): .malware
    case (.feodo, "hostname"): .other
    case (.feodo, "status"), (.feodo, "c2status"): .tags
    case (.spamhausDrop, "sblid"): .id
    case (.suricataDatajson, "context"): .description
    case (.abuseIPDB, "ipaddress"): .value(.network, nameMode: .exact)
    case (.abuseIPDB, "abuseconfidencescore"): .confidence
    case (.abuseIPDB, "usagetype"): .tags
    // The provider of the address, and its host names: not indicators.
    case (.abuseIPDB, "domain"), (.abuseIPDB, "hostnames"), (.abuseIPDB, "comment"): .other
    // The member that holds the records in the examples of the format's documentation.
    case (.suricataDatajson, "threat"): .other
    case (.spamhausDrop, "type"): .other
    default: nil
    }
  }
}

/// What the word in a row's type column says of its value.
enum ValueType: Sendable {
  case value(DeclaredKind, nameMode: MatchMode)
  /// A file, by its digest or by its name.
  case file
  /// The word says nothing: the shape decides, and a name's last label must be known.
  case unknown
  case refused(FeedRefusal)
  /// A digest of an unsupported sort, which may be as long as a supported one.
  case foreignDigest
  /// Two values with a bar between them, as MISP has them; and what a value without a bar is.
  indirect case pair(MISPType.Use, single: ValueType)

  /// Whether values are digests, or network values other than e-mail addresses.
  var isOfNetworkOrDigest: Bool {
    switch self {
    case .value(.network, _), .value(.digest, _): true
    case .value(.kind(let kind), _): kind.isDigest || [.ipv4, .ipv6, .domain, .url].contains(kind)
    default: false
    }
  }

  /// The meaning of a type's key; `unknown` leaves it to the value's shape.
  init(key: String) {
    let single = ValueType(single: key)
    self = MISPType.pairs[key].map { .pair($0, single: single) } ?? single
  }

  /// The meaning of a type's key in a table whose types may be topics.
  ///
  /// With `amongTopics`, a topic that would be refused leaves it to the value's shape.
  init(key: String, amongTopics: Bool) {
    self.init(key: key)
    if amongTopics, Self.isTopic(key), case .refused = self { self = .unknown }
  }

  /// Whether a type's word is as often a topic that a value is about.
  static func isTopic(_ key: String) -> Bool { topics.contains(key) }

  private static let topics: Set<String> = [
    "c2", "site", "other", "text", "service", "vulnerability", "comment", "note", "notes", "info",
    "information", "desc", "description", "title",
  ]

  /// The meaning of a type for one value: a pair without a bar is a single value.
  func settled(for value: RawSpan) -> ValueType {
    guard case .pair(_, let single) = self, value.firstOffset(of: MISPType.bar) == nil
    else { return self }
    return single
  }

  private init(single key: String) {
    if let known = Self.names[key] {
      self = known
    } else if let digest = ValueType(digestName: key) {
      self = digest
    } else if let reason = MISPType.refusals[key] {
      self = .refused(reason)
    } else if key.hasSuffix("url") || key.hasSuffix("urls") {
      self = .value(.kind(.url), nameMode: .withSubdomains)
    } else if key.hasSuffix("wallet")
      || key.hasSuffix("address") && !key.hasSuffix("ipaddress") && !key.hasSuffix("emailaddress")
    {
      // Money goes to such addresses, not packets.
      self = .refused(.unsupportedKind)
    } else {
      self = .unknown
    }
  }

  /// What a value of type `file` is: a name or path, or a digest.
  ///
  /// A name or path has the marks of one and does not begin with a digest.
  static func file(_ value: RawSpan) -> DeclaredKind {
    func isMark(_ byte: UInt8) -> Bool {
      byte == Byte.dot || byte == Byte.slash || byte == Byte.backslash
    }
    let first = value.byteOffsets.first { Hex.value(of: value.byte(unchecked: $0)) > 15 }
    // A digest followed by a remark after a blank or a comma.
    if let first, first >= 32, !isMark(value.byte(unchecked: first)) { return .digest }
    return value.byteOffsets.contains { isMark(value.byte(unchecked: $0)) }
      ? .kind(.filename) : .digest
  }

  /// Whether a word names a digest of an unsupported sort.
  static func isForeignDigest(_ key: String) -> Bool {
    if case .foreignDigest = names[key] { true } else { false }
  }

  /// Whether a word is a known type.
  static func isKnown(_ key: String) -> Bool {
    names[key] != nil || MISPType.pairs[key] != nil || MISPType.refusals[key] != nil
      || DigestName.meaning(of: key) != nil
  }

  private static let names: [String: ValueType] = {
    var names: [String: ValueType] = [:]
    for (type, keys) in table {
      for key in keys.split(separator: " ") { names[String(key)] = type }
    }
    return names
  }()

  // swift-format-ignore
  private static let table: [(ValueType, String)] = [
    (.value(.kind(.domain), nameMode: .withSubdomains), "domain domains domainname onionaddress onion c2domain c2domains domainc2 networkdomain"),
    // Names with unknown top-level domains as well, and anything else by its shape.
    (.value(.none, nameMode: .withSubdomains), "dns dnsname c2 domainip site"),
    (.value(.kind(.domain), nameMode: .exact), "hostname hostnames host fqdn fqdns hostnameport"),
    (.value(.network, nameMode: .withSubdomains), "ip ips ipaddress ipaddr ipv4 ipv6 ipv4addr ipv6addr ipv4address ipv6address ipv4cidr ipport ipv4port ipv6port ipaddressport cidr subnet network netblock ipsrc ipdst ipsrcport ipdstport domainport hostport address addr c2server"),
    (.value(.kind(.url), nameMode: .withSubdomains), "url urls uri urlpath uripath"),
    (.value(.kind(.md5), nameMode: .exact), "md5 md5hash hashmd5 filehashmd5 filemd5"),
    (.value(.kind(.sha1), nameMode: .exact), "sha1 sha1hash hashsha1 filehashsha1 filesha1"),
    (.value(.kind(.sha224), nameMode: .exact), "sha224"),
    (.value(.kind(.sha256), nameMode: .exact), "sha256 sha256hash hashsha256 filehashsha256 filesha256"),
    (.value(.kind(.sha384), nameMode: .exact), "sha384"),
    (.value(.kind(.sha512), nameMode: .exact), "sha512 sha512hash hashsha512 filehashsha512"),
    (.value(.digest, nameMode: .exact), "hash hashes filehash samplehash digest malwarehash sha filesha"),
    (.file, "file files stixfile"),
    (.value(.kind(.imphash), nameMode: .exact), "imphash filehashimphash"),
    (.value(.kind(.ja3), nameMode: .exact), "ja3 ja3md5 ja3hash ja3fingerprint ja3fingerprintmd5"),
    (.value(.kind(.ja3s), nameMode: .exact), "ja3s"),
    (.value(.kind(.ja4), nameMode: .exact), "ja4 ja4s ja4h ja4l ja4ls ja4x ja4ssh ja4t ja4ts ja4d"),
    (.value(.kind(.hassh), nameMode: .exact), "hassh hasshmd5"),
    (.value(.kind(.hasshServer), nameMode: .exact), "hasshserver hasshservermd5"),
    (.value(.kind(.certificateSHA1), nameMode: .exact), "certsha1 certificatesha1 sslcertfingerprint sslcertsha1 sslfingerprint certfingerprint certificatefingerprint certificatethumbprint certthumbprint x509fingerprintsha1"),
    (.value(.kind(.certificateSHA256), nameMode: .exact), "certsha256 certificatesha256 x509fingerprintsha256"),
    (.value(.kind(.email), nameMode: .exact), "email emailaddress emailaddr emailsrc emaildst emailsender emailsenderaddress senderemail senderemailaddress emailfrom sender envelopefrom bodyfrom replyto"),
    (.value(.kind(.filename), nameMode: .exact), "filename filenames filepath filepathname filepaths path fullpath filefullpath emailattachment"),
    (.value(.kind(.userAgent), nameMode: .exact), "useragent useragents httpuseragent useragentoriginal useragentstring"),
    (.value(.kind(.mutex), nameMode: .exact), "mutex mutexname"),
    (.value(.kind(.registryKey), nameMode: .exact), "registrykey registrykeys regkey registrypathkey registrypath registry windowsregistrykey"),
    (.value(.kind(.pipe), nameMode: .exact), "pipe namedpipe pipename"),
    (.value(.kind(.text), nameMode: .exact), "patternintraffic"),
    (.foreignDigest, "authentihash filehashauthentihash authentihashsha256 sha3 sha3224 sha3256 sha3384 sha3512 sha3hash sha3224hash sha3256hash sha3384hash sha3512hash filehashsha3 filehashsha3224 filehashsha3256 filehashsha3384 filehashsha3512 vhash cdhash cdhashes gimphash telfhash richpe richpehash richheaderhash richheadermd5 symhash pehash filehashpehash gitcommit gitcommitid commit commithash commitid blake2 blake2b blake2s blake3 ripemd160 sha512224 sha512256 whirlpool"),
    (.refused(.prose), "description desc information info note notes comment reference title section"),
    (.refused(.unsupportedKind), "command commandline cmdline cmd useraccount username user account service servicename scheduledtask scheduledtaskpath task process processname package packagename app certificate serial sslcertificateserial ssdeep tlsh asn as mac macaddress port cve vulnerability yara sigma snort text other cryptowallet wallet btc xmr"),
  ]
}
