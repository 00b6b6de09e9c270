import Indicators
import Parsing

/// What object paths of STIX mean to us; paths are in lower case without quotes.
enum STIXPath {
  /// One end of network traffic.
  enum End {
    case source, destination
  }

  /// The end whose port a path is, or nil.
  static func port(_ path: RawSpan) -> End? {
    if Text.equals(path, "network-traffic:dst_port") { return .destination }
    return Text.equals(path, "network-traffic:src_port") ? .source : nil
  }

  /// The end whose address a path is, or nil.
  static func end(_ path: RawSpan) -> End? {
    if Text.equals(path, "network-traffic:dst_ref.value") { return .destination }
    return Text.equals(path, "network-traffic:src_ref.value") ? .source : nil
  }

  static func isProtocol(_ path: RawSpan) -> Bool {
    Text.starts(path, "network-traffic:protocols[")
  }

  /// Whether a protocol is one that every address and port is seen with.
  static func isImplied(_ value: RawSpan) -> Bool {
    for name in ["ipv4", "ipv6", "ip", "tcp", "udp"] as [StaticString]
    where Text.equals(value, name) { return true }
    return false
  }

  /// Whether a path asks of a file what follows from its digest: the file has no other size, type or
  /// similarity digest.
  static func followsFromDigest(_ path: RawSpan) -> Bool {
    for name in ["file:size", "file:mime_type", "file:magic_number_hex"] as [StaticString]
    where Text.equals(path, name) { return true }
    return Text.starts(path, "file:hashes.") && kind(path) == nil
  }

  /// Whether a path is the digest of a whole file.
  static func isFileDigest(_ path: RawSpan) -> Bool {
    Text.starts(path, "file:hashes.") && kind(path) != nil
  }

  /// What a path's value is; nil where we have no such kind.
  static func kind(_ path: RawSpan) -> DeclaredKind? {
    for (name, kind) in kinds where Text.equals(path, name) { return kind }
    return digest(path)
  }

  // The most frequent first.
  private static let kinds: [(StaticString, DeclaredKind)] = [
    ("file:hashes.sha-256", .kind(.sha256)),
    ("file:hashes.md5", .kind(.md5)),
    ("file:hashes.sha-1", .kind(.sha1)),
    ("domain-name:value", .kind(.domain)),
    ("ipv4-addr:value", .network),
    ("url:value", .kind(.url)),
    ("ipv6-addr:value", .network),
    ("file:name", .kind(.filename)),
    ("email-addr:value", .kind(.email)),
    ("hostname:value", .kind(.domain)),
    ("network-traffic:dst_ref.value", .network),
    ("network-traffic:src_ref.value", .network),
    ("domain-name:resolves_to_refs[*].value", .network),
    ("email-message:from_ref.value", .kind(.email)),
    ("email-message:sender_ref.value", .kind(.email)),
    ("email-message:to_refs[*].value", .kind(.email)),
    ("email-message:cc_refs[*].value", .kind(.email)),
    ("email-message:bcc_refs[*].value", .kind(.email)),
    ("email-message:additional_header_fields.reply_to", .kind(.email)),
    ("email-message:additional_header_fields.reply-to", .kind(.email)),
    ("email-message:body_multipart[*].body_raw_ref.name", .kind(.filename)),
    ("file:path", .kind(.filename)),
    ("process:name", .kind(.filename)),
    ("process:image_ref.name", .kind(.filename)),
    ("process:binary_ref.name", .kind(.filename)),
    ("file:extensions.windows-pebinary-ext.imphash", .kind(.imphash)),
    ("mutex:name", .kind(.mutex)),
    ("windows-registry-key:key", .kind(.registryKey)),
    (
      "network-traffic:extensions.http-request-ext.request_header.user-agent", .kind(.userAgent)
    ),
    ("network-traffic:extensions.http-request-ext.request_header.host", .network),
    ("network-traffic:extensions.http-request-ext.request_value", .kind(.url)),
  ]

  /// The digest of a certificate, or of a file wherever the object or what it refers to is one; not
  /// that of a part of a file, such as a section.
  private static func digest(_ path: RawSpan) -> DeclaredKind? {
    let word: StaticString = "hashes."
    guard let start = Text.firstIndex(of: word, in: path), start > 0,
      let colon = Text.firstIndex(of: Byte.colon, in: path)
    else { return nil }
    let object = path.extracting(0..<colon)
    let holder = path.extracting(colon + 1..<max(start - 1, colon + 1))
    let algorithm = path.extracting(start + word.utf8CodeUnitCount..<path.byteCount)
    if Text.equals(object, "x509-certificate") {
      guard holder.isEmpty else { return nil }
      return switch Text.key(algorithm) {
      case "sha1": .kind(.certificateSHA1)
      case "sha256": .kind(.certificateSHA256)
      default: nil
      }
    }
    let isFile = Text.equals(object, "file") || Text.equals(object, "artifact")
    guard
      holder.isEmpty
        ? isFile
        : isEnd(of: holder, "_ref") || isEnd(of: holder, "_refs[*]")
    else { return nil }
    return switch Text.key(algorithm) {
    case "md5": .kind(.md5)
    case "sha1": .kind(.sha1)
    case "sha224": .kind(.sha224)
    case "sha256": .kind(.sha256)
    case "sha384": .kind(.sha384)
    case "sha512": .kind(.sha512)
    case "imphash": .kind(.imphash)
    default: nil
    }
  }

  private static func isEnd(of text: RawSpan, _ word: StaticString) -> Bool {
    Text.contains(text, word, at: text.byteCount - word.utf8CodeUnitCount)
  }
}
