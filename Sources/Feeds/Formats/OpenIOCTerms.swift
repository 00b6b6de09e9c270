import Indicators
import Parsing

/// What the terms of OpenIOC mean, by the `search` attribute of their context.
enum OpenIOCTerm {
  /// How a term's value is compared.
  enum Condition {
    case equal, contains, unsupported

    init(_ word: [UInt8]) {
      switch String(decoding: word, as: UTF8.self).lowercased() {
      case "is": self = .equal
      case "contains": self = .contains
      default: self = .unsupported
      }
    }
  }

  /// What the value is.
  enum Use {
    case host, address, url, digest, email, userAgent, registryKey, mutex, imphash
    /// A file's or process's name.
    case fileName
    /// A name with its folders.
    case path
    /// The other end's port, which goes with its address.
    case port
    /// A fact that follows from a file's digest, such as its size.
    case fileFact
  }

  /// The use of a term, or nil where we cannot observe it.
  static func use(_ search: [UInt8]) -> Use? {
    let term = String(decoding: search, as: UTF8.self).lowercased()
    // Host events are written with and without the name of their document, `eventitem/`.
    return uses[term.hasPrefix(events) ? String(term.dropFirst(events.utf8.count)) : term]
  }

  private static let events = "eventitem/"

  /// Whether a term is the digest of the file that other `FileItem` terms are about.
  static func isFileDigest(_ search: [UInt8]) -> Bool {
    use(search) == .digest && search.rawSpan.starts(ignoringCase: "fileitem/")
  }

  // swift-format-ignore
  private static let uses: [String: Use] = [
    "network/dns": .host, "network/hostname": .host, "dnsentryitem/host": .host, "dnsentryitem/recordname": .host,
    "urlhistoryitem/hostname": .host, "network/http_host": .host, "network/http/host": .host,
    "dnsentryitem/recorddata/host": .host, "cookiehistoryitem/hostname": .host, "formhistoryitem/hostname": .host,
    "routeentryitem/destination": .address, "portitem/remoteip": .address, "network/remoteip": .address,
    "network/ip": .address, "dnsentryitem/recorddata/ipv4address": .address, "dnsentryitem/recorddata/ipv6address": .address,
    "processitem/portlist/portitem/remoteip": .address,
    "portitem/remoteport": .port, "network/remoteport": .port, "processitem/portlist/portitem/remoteport": .port,
    "fileitem/sizeinbytes": .fileFact, "fileitem/peinfo/petimestamp": .fileFact, "fileitem/peinfo/type": .fileFact,
    "urlhistoryitem/url": .url, "network/uri": .url, "filedownloadhistoryitem/sourceurl": .url, "network/url": .url,
    "fileitem/md5sum": .digest, "fileitem/sha1sum": .digest, "fileitem/sha256sum": .digest, "fileitem/sha512sum": .digest,
    "processitem/sectionlist/memorysection/md5sum": .digest, "processitem/sectionlist/memorysection/sha1sum": .digest,
    "processitem/sectionlist/memorysection/sha256sum": .digest, "driveritem/md5sum": .digest, "serviceitem/pathmd5sum": .digest,
    "serviceitem/servicedllmd5sum": .digest, "taskitem/md5sum": .digest, "moduleitem/md5sum": .digest,
    // Events that FireEye's and Mandiant's HX sees; a `requestUrl` is the path alone, and the address of an
    // `addressNotificationEvent` one that the host itself was given.
    "dnslookupevent/hostname": .host, "urlmonitorevent/hostname": .host, "urlmonitorevent/useragent": .userAgent,
    "urlmonitorevent/remoteipaddress": .address, "ipv4networkevent/remoteip": .address,
    "urlmonitorevent/remoteport": .port, "ipv4networkevent/remoteport": .port,
    "filewriteevent/md5": .digest, "filewriteevent/filename": .fileName, "filewriteevent/fullpath": .path,
    "processevent/md5": .digest, "processevent/process": .fileName, "processevent/processpath": .path,
    "imageloadevent/filename": .fileName, "imageloadevent/fullpath": .path,
    "fileitem/peinfo/importhash": .imphash, "fileitem/peinfo/imphash": .imphash,
    "fileitem/filename": .fileName, "processitem/name": .fileName, "driveritem/drivername": .fileName,
    "moduleitem/modulename": .fileName, "email/attachment/name": .fileName,
    "fileitem/fullpath": .path, "processitem/path": .path, "processitem/sectionlist/memorysection/name": .path,
    "serviceitem/path": .path, "serviceitem/servicedll": .path, "prefetchitem/applicationfullpath": .path,
    "email/from": .email, "email/to": .email, "email/cc": .email, "email/replyto": .email,
    "network/useragent": .userAgent,
    "registryitem/path": .registryKey, "registryitem/keypath": .registryKey,
    "processitem/handlelist/handle/name": .mutex,
  ]

  /// How a value is read for a use and a condition; nil if it cannot be used.
  static func reading(
    _ use: Use, _ condition: Condition, _ value: [UInt8]
  ) -> (kind: DeclaredKind, nameMode: MatchMode)? {
    let isContained = condition == .contains
    if condition == .unsupported { return nil }
    switch use {
    case .host: return (.kind(.domain), isContained ? .withSubdomains : .exact)
    // An address or a full digest can be contained only in itself.
    case .address: return (.network, .exact)
    case .port, .fileFact: return condition == .equal ? (.none, .exact) : nil
    case .digest: return (.digest, .exact)
    case .imphash: return (.kind(.imphash), .exact)
    case .path:
      // The engine compares the end of a path, at a border between two names.
      guard let last = value.last, last != UInt8(ascii: "\\"), last != UInt8(ascii: "/") else {
        return nil
      }
      return (.kind(.filename), .exact)
    case .url: return isContained ? nil : (.kind(.url), .exact)
    case .fileName: return isContained ? nil : (.kind(.filename), .exact)
    case .email: return isContained ? nil : (.kind(.email), .exact)
    case .userAgent: return isContained ? nil : (.kind(.userAgent), .exact)
    case .registryKey: return isContained ? nil : (.kind(.registryKey), .exact)
    case .mutex: return isContained ? nil : (.kind(.mutex), .exact)
    }
  }
}
