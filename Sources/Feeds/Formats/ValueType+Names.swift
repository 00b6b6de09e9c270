import Indicators

extension ValueType {
  /// The types by the keys of their names.
  static let names: [String: ValueType] = {
    var names: [String: ValueType] = [:]
    for (type, keys) in table {
      for key in keys.split(separator: " ") { names[String(key)] = type }
    }
    return names
  }()

  private static let table: [(ValueType, String)] = [
    (
      .value(.kind(.domain), nameMode: .withSubdomains),
      "c2domain c2domains domain domainc2 domainname domains networkdomain onion onionaddress"
    ),
    // Names with unknown top-level domains as well, and anything else by its shape.
    (.value(.none, nameMode: .withSubdomains), "c2 dns dnsname domainip site"),
    (.value(.kind(.domain), nameMode: .exact), "fqdn fqdns host hostname hostnameport hostnames"),
    (
      .value(.network, nameMode: .withSubdomains),
      """
      addr address c2server cidr domainport hostport ip ipaddr ipaddress ipaddressport ipdst \
      ipdstport ipport ips ipsrc ipsrcport ipv4 ipv4addr ipv4address ipv4cidr ipv4port ipv6 \
      ipv6addr ipv6address ipv6port netblock network subnet
      """
    ),
    (.value(.kind(.url), nameMode: .withSubdomains), "uri uripath url urlpath urls"),
    (.value(.kind(.md5), nameMode: .exact), "filehashmd5 filemd5 hashmd5 md5 md5hash"),
    (.value(.kind(.sha1), nameMode: .exact), "filehashsha1 filesha1 hashsha1 sha1 sha1hash"),
    (.value(.kind(.sha224), nameMode: .exact), "sha224"),
    (
      .value(.kind(.sha256), nameMode: .exact),
      "filehashsha256 filesha256 hashsha256 sha256 sha256hash"
    ),
    (.value(.kind(.sha384), nameMode: .exact), "sha384"),
    (.value(.kind(.sha512), nameMode: .exact), "filehashsha512 hashsha512 sha512 sha512hash"),
    (
      .value(.digest, nameMode: .exact),
      "digest filehash filesha hash hashes malwarehash samplehash sha"
    ),
    (.file, "file files stixfile"),
    (.value(.kind(.imphash), nameMode: .exact), "filehashimphash imphash"),
    (.value(.kind(.ja3), nameMode: .exact), "ja3 ja3fingerprint ja3fingerprintmd5 ja3hash ja3md5"),
    (.value(.kind(.ja3s), nameMode: .exact), "ja3s"),
    (.value(.kind(.ja4), nameMode: .exact), "ja4 ja4d ja4h ja4l ja4ls ja4s ja4ssh ja4t ja4ts ja4x"),
    (.value(.kind(.hassh), nameMode: .exact), "hassh hasshmd5"),
    (.value(.kind(.hasshServer), nameMode: .exact), "hasshserver hasshservermd5"),
    (
      .value(.kind(.certificateSHA1), nameMode: .exact),
      """
      certfingerprint certificatefingerprint certificatesha1 certificatethumbprint certsha1 \
      certthumbprint sslcertfingerprint sslcertsha1 sslfingerprint x509fingerprintsha1
      """
    ),
    (
      .value(.kind(.certificateSHA256), nameMode: .exact),
      "certificatesha256 certsha256 x509fingerprintsha256"
    ),
    (
      .value(.kind(.email), nameMode: .exact),
      """
      bodyfrom email emailaddr emailaddress emaildst emailfrom emailsender emailsenderaddress \
      emailsrc envelopefrom replyto sender senderemail senderemailaddress
      """
    ),
    (
      .value(.kind(.filename), nameMode: .exact),
      """
      emailattachment filefullpath filename filenames filepath filepathname filepaths fullpath \
      path
      """
    ),
    (
      .value(.kind(.userAgent), nameMode: .exact),
      "httpuseragent useragent useragentoriginal useragents useragentstring"
    ),
    (.value(.kind(.mutex), nameMode: .exact), "mutex mutexname"),
    (
      .value(.kind(.registryKey), nameMode: .exact),
      "registry registrykey registrykeys registrypath registrypathkey regkey windowsregistrykey"
    ),
    (.value(.kind(.pipe), nameMode: .exact), "namedpipe pipe pipename"),
    (.value(.kind(.text), nameMode: .exact), "patternintraffic"),
    (
      .foreignDigest,
      """
      authentihash authentihashsha256 blake2 blake2b blake2s blake3 cdhash cdhashes commit \
      commithash commitid filehashauthentihash filehashpehash filehashsha3 filehashsha3224 \
      filehashsha3256 filehashsha3384 filehashsha3512 gimphash gitcommit gitcommitid pehash \
      richheaderhash richheadermd5 richpe richpehash ripemd160 sha3 sha3224 sha3224hash sha3256 \
      sha3256hash sha3384 sha3384hash sha3512 sha3512hash sha3hash sha512224 sha512256 symhash \
      telfhash vhash whirlpool
      """
    ),
    (
      .refused(.prose),
      "comment desc description info information note notes reference section title"
    ),
    (
      .refused(.unsupportedKind),
      """
      account app as asn btc certificate cmd cmdline command commandline cryptowallet cve mac \
      macaddress other package packagename port process processname scheduledtask \
      scheduledtaskpath serial service servicename sigma snort ssdeep sslcertificateserial task \
      text tlsh user useraccount username vulnerability wallet xmr yara
      """
    ),
  ]
}
