import Indicators

extension Column {
  /// The columns by the keys of their names.
  static let names: [String: Column] = {
    var names: [String: Column] = [:]
    for (column, keys) in table {
      for key in keys.split(separator: " ") { names[String(key)] = column }
    }
    return names
  }()

  private static let table: [(Column, String)] = [
    (
      .value(.kind(.domain), nameMode: .withSubdomains),
      """
      baddomain c2domain c2domainname c2domains dnsname domain domainname domains inetfqdn \
      maliciousdomain maliciousdomains malwaredomain senderdomain senderdomains
      """
    ),
    (
      .value(.kind(.domain), nameMode: .exact),
      "dstfqdn fqdn fqdns host hostname hostnames hosts srcfqdn subdomain subdomains"
    ),
    (
      .value(.network, nameMode: .withSubdomains),
      """
      addr address addresses adresseip adressesip attackerip c2 c2address c2host c2ip c2ips \
      c2s c2server c2servers candc cidr cidrs cnc commandandcontrol destinationip destip \
      direccinip direccionip domainip domainorip dstip hostip hostport inetcidr4 inetcidr6 \
      inetipv4 inetipv6 ip ipaddr ipaddress ipaddresses ipadresse ipadressen ipdomain ipdst \
      iphost ipordomain ipport iprange ips ipsrc ipv4 ipv4addr ipv4address ipv4port ipv6 \
      ipv6address listener maliciousip maliciousips netblock network networkcidrblock \
      networkdestinationipv4 networkdestinationipv6 networkipv4 networkipv6 networksourceipv4 \
      networksourceipv6 prefix remoteaddress server servers sourceip srcip subnet
      """
    ),
    (
      .rangeStart,
      "beginip firstip iprangestart ipstart rangestart start startaddress startip startipaddress"
    ),
    (.rangeEnd, "end endaddress endip endipaddress ipend iprangeend lastip rangeend"),
    (
      .mask,
      """
      cidrlength cidrmask mask masklen masklength netmask networkmask prefixlen prefixlength \
      prefixsize subnetmask
      """
    ),
    (
      .value(.kind(.url), nameMode: .withSubdomains),
      """
      c2url c2urls downloadurl dsturl fullurl httpurl httpurls ineturl listenerc2url \
      maliciousurl maliciousurls phishingurl phishurl srcurl uri url urls weburi weburl
      """
    ),
    (
      .value(.kind(.md5), nameMode: .exact),
      "filebytesmd5 filehashmd5 filemd5 hashmd5 md5 md5hash md5hashes md5hashvalue md5s md5sum"
    ),
    (
      .value(.kind(.sha1), nameMode: .exact),
      """
      filebytessha1 filehashsha1 filesha1 hashsha1 sha1 sha1hash sha1hashes sha1hashvalue \
      sha1s sha1sum
      """
    ),
    (
      .value(.kind(.sha256), nameMode: .exact),
      """
      filebytessha256 filehashsha256 filesha256 hashsha256 samplesha256 sha256 sha256hash \
      sha256hashes sha256hashvalue sha256s sha256sum
      """
    ),
    (
      .value(.kind(.sha224), nameMode: .exact),
      "filehashsha224 filesha224 hashsha224 sha224 sha224hash"
    ),
    (
      .value(.kind(.sha384), nameMode: .exact),
      "filehashsha384 filesha384 hashsha384 sha384 sha384hash"
    ),
    (
      .value(.kind(.sha512), nameMode: .exact),
      "filebytessha512 filehashsha512 filesha512 hashsha512 sha512 sha512hash"
    ),
    (
      .value(.digest, nameMode: .exact),
      """
      digest filehash filehashes filehashvalue filesha hash hashes hashvalue md5sha1 md5sha1sha256 \
      md5sha256 samplehash sha sha1sha256 sha256sha1md5 shas
      """
    ),
    (.value(.kind(.imphash), nameMode: .exact), "imphash"),
    (.value(.kind(.ja3), nameMode: .exact), "ja3 ja3digest ja3fingerprint ja3hash ja3md5"),
    (.value(.kind(.ja3s), nameMode: .exact), "ja3s ja3sfingerprint ja3shash ja3smd5"),
    (.value(.kind(.ja4), nameMode: .exact), "ja4 ja4fingerprint ja4h ja4s ja4ssh ja4t ja4ts ja4x"),
    (.value(.kind(.hassh), nameMode: .exact), "hassh hasshmd5"),
    (
      .value(.kind(.certificateSHA1), nameMode: .exact),
      """
      certfingerprint certificatefingerprint certificatesha1 certificatethumbprint certsha1 \
      certthumbprint sslfingerprint sslsha1 tlscertsha1 x509fingerprintsha1
      """
    ),
    (
      .value(.kind(.certificateSHA256), nameMode: .exact),
      "certificatesha256 certsha256 x509fingerprintsha256"
    ),
    (
      .value(.kind(.email), nameMode: .exact),
      """
      email emailaddr emailaddress emailaddresses emails emailsender emailsrc inetemail \
      mailfrom replyto sender senderaddress senderemail threatindicatoremailaddress
      """
    ),
    (
      .value(.kind(.filename), nameMode: .exact),
      "filename filenames filepath filepathname filepaths"
    ),
    (
      .value(.kind(.userAgent), nameMode: .exact),
      "httpuseragent useragent useragentoriginal useragents useragentstring"
    ),
    (.value(.kind(.mutex), nameMode: .exact), "mutex mutexes mutexname"),
    (
      .value(.kind(.registryKey), nameMode: .exact),
      "registrykey registrykeys registrypath regkey regkeys windowsregistrykey"
    ),
    (.value(.kind(.pipe), nameMode: .exact), "namedpipe pipe pipename"),
    (.value(.none, nameMode: .withSubdomains), "pattern stixpattern"),
    (
      .typedValue,
      """
      artefact artifact atomvalue data indicador indicadores indicator indicatorofcompromise \
      indicators indicatorvalue ioc iocs iocvalue networkindicator networkindicators networkioc \
      observable observablevalue threatintelindicator value values
      """
    ),
    (
      .type,
      """
      atomtype attributetype datatype entitytype filehashtype indicatortype iockind ioctype \
      observabletype type valuetype
      """
    ),
    (
      .description,
      """
      comment comments context desc description detail details info message note notes remark \
      remarks
      """
    ),
    (.title, "title"),
    (
      .malware,
      """
      associatedmalware family malware malwarefamilies malwarefamily malwarename malwareprintable \
      malwares signature threatname
      """
    ),
    (
      .actor,
      """
      activitygroup activitygroupname activitygroupnames activitygroups actor actors adversary \
      apt associatedactor associatedactors associatedthreatactors campaign group intrusionset \
      threatactor threatactors
      """
    ),
    (.confidence, "confidence confidencelevel confidencescore maliciousconfidence"),
    (
      .tlp,
      """
      marking objectmarking tlp tlpcolor tlpcolour tlplevel tlpmarking trafficlightprotocol \
      trafficlightprotocollevel
      """
    ),
    (
      .reference,
      """
      articleurl blog blogurl detailurl externalreference externalreferences link links permalink \
      phishdetailurl ref reference referencelink referencelinks references referencesurl \
      referenceurl refs report reports reporturl reporturls sourcelink sourceurl
      """
    ),
    (.source, "source sources"),
    (
      .firstSeen,
      """
      added created createdat createddate createddatetime creationdate date dateadded datecreated \
      datedetected datefirst datefirstseen datelisted dateofdetection datepublished datereported \
      detected detecteddate detectiondate discovered firstdate firstreported \
      firstreporteddatetime firstseen firstseenat firstseenutc firstsubmission isotime listedon \
      listingdate publisheddate reportdate submissiontime
      """
    ),
    (.validFrom, "startofvalidity validfrom"),
    (
      .validUntil,
      """
      enddate endofvalidity expiration expirationdate expirationdatetime expirationtime \
      expirationts expiredate expires expiresat expireson expiry expirydate \
      indicatorexpirationdatetime validityend validto validuntil
      """
    ),
    (
      .tags,
      """
      attack attackid attackids attacktechnique attacktechniques attck attckid attckids \
      attcktechnique attcktechniqueid attcktechniqueids attcktechniques indicatorthreattype \
      label labels mitre mitreattack mitreattackid mitreattackids mitreattck mitreattckid \
      mitreattckids mitreattcktechnique mitreattcktechniqueid mitreattcktechniqueids \
      mitreattcktechniques mitreid mitreids mitretechnique mitretechniqueid mitretechniqueids \
      mitretechniques objectlabel objectlabels tag tags \
      technique techniqueid techniqueids techniques threat threatclass threattype ttp ttps
      """
    ),
    (.category, "category"),
    (.id, "id indicatorid iocid phishid uuid"),
    (.action, "action"),
    (.forDetection, "toids"),
    (
      .withdrawn,
      """
      allowlisted benign deleted deprecated disabled expired falsepositive isbenign isdeleted \
      isdeprecated isdisabled isexpired isfalsepositive isrevoked iswhitelisted retired revoked \
      whitelisted
      """
    ),
    (.active, "active enabled isactive isenabled"),
    (.upheld, "ismalicious malicious"),
    (.judgement, "disposition indicatorstatus iocstatus judgement reputation status verdict"),
    (.classification, "classification"),
    (.port, "destport dstport port"),
    (
      .other,
      """
      authentihash authentihashsha256 blake2 blake2b blake2s blake3 cdhash cdhashes \
      filehashauthentihash gimphash pehash richheaderhash richheadermd5 richpe richpehash \
      ripemd160 sha3 sha3224 sha3224hash sha3256 sha3256hash sha3384 sha3384hash sha3512 \
      sha3512hash sha3hash sha512224 sha512256 symhash telfhash vhash whirlpool
      """
    ),
    (
      .other,
      """
      anonymous as asn asname asnumber c2status certificate city clamav compiled compiletimestamp \
      count country countrycode detection detections filesize filetype filetypeguess fkmalware \
      hostingprovider isp lastonline lastseen lastseenutc malwarealias mimetype name org \
      packagename parentdomain pdb pdbstring provider registrant registrar reporter rir sampleurl \
      sblid score serial size ssdeep time timestamp tlsh urlstatus version vtpercent whois yara \
      yarahit
      """
    ),
  ]
}
