import Indicators
import Parsing

/// What object paths of STIX mean; paths are in lower case without quotes.
enum STIXPath {
  /// One end of network traffic.
  enum Endpoint {
    case source, destination
  }

  /// The end whose port a path is, or nil.
  static func port(_ path: RawSpan) -> Endpoint? {
    if path.equals(ignoringCase: "network-traffic:dst_port") { return .destination }
    return path.equals(ignoringCase: "network-traffic:src_port") ? .source : nil
  }

  /// The end whose address a path is, or nil.
  static func end(_ path: RawSpan) -> Endpoint? {
    if path.equals(ignoringCase: "network-traffic:dst_ref.value")
      || path.equals(ignoringCase: "network-traffic:dst_ip")
    {
      return .destination
    }
    return path.equals(ignoringCase: "network-traffic:src_ref.value")
      || path.equals(ignoringCase: "network-traffic:src_ip") ? .source : nil
  }

  /// Whether a path is that of a URL, a name or a mail address, which cannot contain a backslash.
  static func isOfNetwork(_ path: RawSpan) -> Bool {
    for start in ["url:", "domain-name:", "email-addr:"] as [StaticString]
    where path.starts(with: start) { return true }
    return false
  }

  static func isProtocol(_ path: RawSpan) -> Bool {
    path.starts(with: "network-traffic:protocols[")
  }

  /// Whether a protocol follows from any address and port.
  static func isImplied(_ value: RawSpan) -> Bool {
    for name in ["ipv4", "ipv6", "ip", "tcp", "udp"] as [StaticString]
    where value.equals(ignoringCase: name) { return true }
    return false
  }

  /// What a digest identifies.
  enum Identity {
    case file, certificate
  }

  /// What a path is the digest of: a whole file, or a certificate; nil for any other path.
  ///
  /// Import hashes are shared by many files.
  static func identity(_ path: RawSpan) -> Identity? {
    for (start, identity) in [
      ("file:hashes.", .file), ("artifact:hashes.", .file),
      ("x509-certificate:hashes.", .certificate),
    ] as [(StaticString, Identity)]
    where path.starts(with: start) {
      guard let kind = kind(path), kind != .kind(.imphash) else { return nil }
      return identity
    }
    return nil
  }

  /// Whose digest determines what a path asks for, or nil.
  ///
  /// A file's digest determines its size, type, parts and similarity digests, a certificate's its
  /// names and dates. A file's names, folders and times do not follow from it.
  static func followsFrom(_ path: RawSpan) -> Identity? {
    if path.starts(with: "x509-certificate:") {
      return identity(path) == nil ? .certificate : nil
    }
    for name in [
      "file:size", "file:mime_type", "file:magic_number_hex", "file:name_enc", "artifact:mime_type",
      "artifact:payload_bin",
    ] as [StaticString]
    where path.equals(ignoringCase: name) { return .file }
    for start in [
      "file:extensions.", "file:content_ref.", "file:contains_refs[", "file:hashes.",
      "artifact:hashes.",
    ] as [StaticString]
    where path.starts(with: start) { return identity(path) == nil ? .file : nil }
    return nil
  }

  /// Whether a path is what a mail program shows in the place of an address.
  static func isDisplayName(_ path: RawSpan) -> Bool {
    isEnd(of: path, ":display_name") || isEnd(of: path, ".display_name")
  }

  /// Whether a path is the number of the autonomous system that an address is in.
  static func isNetworkNumber(_ path: RawSpan) -> Bool {
    isEnd(of: path, "belongs_to_refs[*].number")
  }

  /// Whether a path is the time when a flow began or ended, which no other flow will repeat.
  static func isFlowTime(_ path: RawSpan) -> Bool {
    path.equals(ignoringCase: "network-traffic:start")
      || path.equals(ignoringCase: "network-traffic:end")
  }

  /// The object type in a path to a publisher's own property; nil for other paths.
  ///
  /// Nobody else can check such a property.
  static func objectOfCustomProperty(_ path: RawSpan) -> [UInt8]? {
    guard let colon = path.firstOffset(of: Byte.colon),
      path.starts(with: "x_", at: colon + 1)
    else { return nil }
    return path.copied(0..<colon)
  }

  /// The kind of a path's value; nil if it is not supported.
  static func kind(_ path: RawSpan) -> DeclaredKind? {
    for (name, kind) in kinds where path.equals(ignoringCase: name) { return kind }
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
    // In no version of STIX, but in feeds all the same.
    ("network-traffic:dst_ip", .network),
    ("network-traffic:src_ip", .network),
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
    // OpenCTI's own objects.
    ("user-agent:value", .kind(.userAgent)),
    ("x-opencti-user-agent:value", .kind(.userAgent)),
    ("x-opencti-hostname:value", .kind(.domain)),
    ("windows-registry-key:key", .kind(.registryKey)),
    (
      "network-traffic:extensions.http-request-ext.request_header.user-agent", .kind(.userAgent)
    ),
    ("network-traffic:extensions.http-request-ext.request_header.host", .network),
    ("network-traffic:extensions.http-request-ext.request_value", .kind(.url)),
  ]

  /// The kind of a digest of a certificate, or of a file that is the object or that it refers to.
  ///
  /// Nil for the digest of a part of a file, such as a section.
  private static func digest(_ path: RawSpan) -> DeclaredKind? {
    let word: StaticString = "hashes."
    guard let start = Text.firstIndex(of: word, in: path), start > 0,
      let colon = path.firstOffset(of: Byte.colon)
    else { return nil }
    let object = path.extracting(0..<colon)
    let holder = path.extracting(colon + 1..<max(start - 1, colon + 1))
    let algorithm = path.extracting(start + word.utf8CodeUnitCount..<path.byteCount)
    if object.equals(ignoringCase: "x509-certificate") {
      guard holder.isEmpty else { return nil }
      return switch Text.key(algorithm) {
      case "sha1": .kind(.certificateSHA1)
      case "sha256": .kind(.certificateSHA256)
      default: nil
      }
    }
    let isFile = object.equals(ignoringCase: "file") || object.equals(ignoringCase: "artifact")
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
    text.starts(with: word, at: text.byteCount - word.utf8CodeUnitCount)
  }
}
