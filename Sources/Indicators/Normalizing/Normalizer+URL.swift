import Parsing

/// How a URL's source differs from a plain URL in text.
package struct URLOptions: OptionSet, Sendable {
  /// One bit for each option.
  package let rawValue: UInt8

  /// Options from their bits.
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// White space and controls in path and query are written `%XX` instead of refused.
  package static let encodesWhiteSpace = URLOptions(rawValue: 1)

  /// The source has decoded the path, so that `#` is a byte of it and is written `%23`.
  package static let encodesNumberSign = URLOptions(rawValue: 2)

  /// The URL is an indicator: a trailing `*` makes a prefix, any other `*` is refused.
  ///
  /// White space of any script is refused as well; an observed path may hold it as bytes.
  package static let indicator = URLOptions(rawValue: 4)
}

/// Where the parts of a URL's normal form are, in bytes from its first byte.
package struct URLParts: Sendable, Equatable {
  /// Length of the scheme with `://`; 0 without scheme.
  package var schemeLength = 0
  /// End of the host, which begins at `schemeLength`; an IPv6 address is in brackets.
  package var hostEnd = 0
  /// The port, or 0 if it is the scheme's default.
  package var port: UInt16 = 0
  /// Start of the path, which is at least `/`.
  package var pathStart = 0
  /// Whether a trailing `*` was taken off.
  package var isPrefix = false
  /// Whether a fragment was taken off.
  package var hadFragment = false
  /// Bytes of a fragment that was taken off, with its `#`.
  package var fragmentLength = 0
  /// Bytes of the given URL between the last dot segment that was removed and the fragment.
  ///
  /// Each percent unit among them, and each other byte, is normalised by itself
  /// (`PercentEncoding`).
  ///
  /// So if the URL is cut among them, and not right behind a segment `.` or `..`, the normal form
  /// of the cut URL is the beginning of this one.
  package var settledLength = 0
  /// Whether path and query were in normal form already and are unchanged.
  package var keepsPath = false

  /// The parts of nothing.
  package init() {}
}

extension Normalizer {
  /// Appends the normal form of a URL and gives the length of its scheme with `://` (0 without).
  package mutating func appendURL(
    _ url: RawSpan, schemeLength: inout Int, to output: inout [UInt8]
  ) -> Refusal? {
    var parts = URLParts()
    let refusal = appendURL(url, options: [], parts: &parts, to: &output)
    schemeLength = parts.schemeLength
    return refusal
  }

  /// Appends the normal form of a URL (`Matching.md` §4) and tells its parts.
  ///
  /// Scheme and host in lower case, the host's percent units decoded, user information and default
  /// port dropped, an empty path is `/`, dot segments removed, unreserved percent units decoded and
  /// others in capitals, bytes above ASCII as `%XX`, the fragment dropped. A host of one label
  /// needs a scheme.
  package mutating func appendURL(
    _ url: RawSpan, options: URLOptions, parts: inout URLParts, to output: inout [UInt8]
  ) -> Refusal? {
    parts = URLParts()
    let before = output.count
    let schemeLength = Self.schemeLength(url)
    for offset in 0..<schemeLength { output.append(Byte.lowercased(url.byte(unchecked: offset))) }
    parts.schemeLength = schemeLength

    let authority = URLAuthority(url, in: schemeLength..<url.byteCount)
    let authorityEnd = authority.end
    var (hostStart, hostEnd) = (authority.hostStart, authorityEnd)
    if let share = WebDAVShare(schemeAndAuthority: url.extracting(..<authorityEnd)),
      share.end == authorityEnd
    {
      hostStart = schemeLength
      hostEnd = share.hostEnd
    }
    var refusal = appendAuthority(
      url.extracting(hostStart..<hostEnd), port: nil, parts: &parts, base: before, to: &output)
    if refusal == nil, hostEnd < authorityEnd {
      for offset in hostEnd..<authorityEnd {
        output.append(Byte.lowercased(url.byte(unchecked: offset)))
      }
      parts.pathStart = output.count - before
    }
    if refusal == nil {
      refusal = appendPath(
        url.extracting(authorityEnd...), options: options, parts: &parts, base: before, to: &output)
    }
    if refusal != nil { output.removeLast(output.count - before) }
    return refusal
  }

  /// Appends the normal form of a URL whose parts come from separate fields.
  ///
  /// White space and controls of the path are written `%XX`. On refusal `output` is as before.
  ///
  /// - Parameters:
  ///   - scheme: `http://` or `https://`.
  ///   - host: A name, an address (IPv6 with or without brackets), with or without port.
  ///   - port: The port, which outranks one in `host`; 0 for none.
  ///   - path: Path and query; one that does not begin with `/` is refused.
  ///   - query: A query without its `?`, or empty.
  ///   - options: What else is written `%XX`.
  ///   - parts: Receives where the parts of the normal form are.
  ///   - output: Receives the normal form.
  /// - Returns: Why there is no normal form, or nil.
  package mutating func appendJoinedURL(
    scheme: StaticString = "http://", host: RawSpan, port: UInt16 = 0, path: RawSpan,
    query: RawSpan = RawSpan(), options: URLOptions = [], parts: inout URLParts,
    to output: inout [UInt8]
  ) -> Refusal? {
    parts = URLParts()
    guard !path.isEmpty, path.byte(unchecked: 0) == 0x2f else { return .pathOnly }
    let before = output.count
    output.append(scheme)
    parts.schemeLength = scheme.utf8CodeUnitCount
    let options = options.union(.encodesWhiteSpace)
    var refusal: Refusal?
    if let address = IPAddressText.ipv6(host) {
      appendHost(address, to: &output)
      parts.hostEnd = output.count - before
      appendPort(port, parts: &parts, base: before, to: &output)
    } else {
      refusal = appendAuthority(
        host, port: port == 0 ? nil : port, parts: &parts, base: before, to: &output)
    }
    if refusal == nil {
      if query.isEmpty {
        refusal = appendPath(path, options: options, parts: &parts, base: before, to: &output)
      } else {
        var joined = scratch
        scratch = []
        defer { scratch = joined }
        joined.removeAll(keepingCapacity: true)
        joined.append(path)
        joined.append(0x3f)
        joined.append(query)
        refusal = appendPath(
          joined.rawSpan, options: options, parts: &parts, base: before, to: &output)
      }
    }
    if refusal != nil { output.removeLast(output.count - before) }
    return refusal
  }

  /// Whether a Host header's value carries a port of its own.
  package static func hasPort(host: RawSpan) -> Bool {
    guard let colon = host.lastOffset(of: 0x3a), IPAddressText.ipv6(host) == nil else {
      return false
    }
    for offset in colon + 1..<host.byteCount where !Byte.isDigit(host.byte(unchecked: offset)) {
      return false
    }
    return colon + 1 < host.byteCount
  }

  /// Appends the normal form of a path with or without query, as `appendURL` does behind the host.
  package mutating func appendPath(
    _ path: RawSpan, options: URLOptions = [], to output: inout [UInt8]
  ) -> Refusal? {
    guard !path.isEmpty, path.byte(unchecked: 0) == 0x2f else { return .pathOnly }
    var parts = URLParts()
    let before = output.count
    let refusal = appendPath(path, options: options, parts: &parts, base: before, to: &output)
    if refusal != nil { output.removeLast(output.count - before) }
    return refusal
  }

  /// Length of a leading `scheme://` (RFC 3986 §3.1), or 0.
  static func schemeLength(_ url: RawSpan) -> Int {
    guard !url.isEmpty, Byte.isLetter(url.byte(unchecked: 0)) else { return 0 }
    var offset = 1
    while offset < url.byteCount {
      let byte = url.byte(unchecked: offset)
      if byte == 0x3a { break }
      guard Byte.isAlphanumeric(byte) || byte == 0x2b || byte == 0x2d || byte == 0x2e else {
        return 0
      }
      offset += 1
    }
    guard offset + 2 < url.byteCount, url.byte(unchecked: offset) == 0x3a,
      url.byte(unchecked: offset + 1) == 0x2f, url.byte(unchecked: offset + 2) == 0x2f
    else { return 0 }
    return offset + 3
  }

  // MARK: Host and port

  /// Appends host and port; `port` outranks the one in the text.
  private mutating func appendAuthority(
    _ authority: RawSpan, port: UInt16?, parts: inout URLParts, base: Int,
    to output: inout [UInt8]
  ) -> Refusal? {
    guard !authority.isEmpty else { return .badHost }
    var hostEnd = authority.byteCount
    var portStart = hostEnd
    if authority.byte(unchecked: 0) == 0x5b {
      guard let bracket = authority.firstOffset(of: 0x5d) else { return .badHost }
      var addressEnd = bracket
      if let zone = authority.firstOffset(of: 0x25), zone < bracket { addressEnd = zone }
      guard let address = IPAddressText.ipv6(authority.extracting(1..<addressEnd)) else {
        return .badHost
      }
      appendHost(address, to: &output)
      portStart = bracket + 1
      if portStart < authority.byteCount {
        guard authority.byte(unchecked: portStart) == 0x3a else { return .badHost }
        portStart += 1
      }
    } else {
      if let colon = authority.firstOffset(of: 0x3a) {
        hostEnd = colon
        portStart = colon + 1
      }
      if let refusal = appendHost(
        authority.extracting(0..<hostEnd), needsTwoLabels: parts.schemeLength == 0, to: &output)
      {
        return refusal
      }
    }
    parts.hostEnd = output.count - base
    var value = 0
    for offset in portStart..<authority.byteCount {
      let byte = authority.byte(unchecked: offset)
      guard Byte.isDigit(byte) else { return .badPort }
      value = value * 10 + Int(byte &- 0x30)
      guard value <= 65535 else { return .badPort }
    }
    // An empty port means the scheme's default; port 0 does not exist.
    if value == 0, portStart < authority.byteCount { return .badPort }
    appendPort(port ?? UInt16(value), parts: &parts, base: base, to: &output)
    return nil
  }

  /// Appends a host that is not in brackets: an IPv4 address or a name.
  private mutating func appendHost(
    _ host: RawSpan, needsTwoLabels: Bool, to output: inout [UInt8]
  ) -> Refusal? {
    if host.firstOffset(of: 0x25) != nil {
      // Moved out of `self` for the call: with a second reference, each append would copy the
      // array.
      var decoded = scratch
      scratch = []
      defer { scratch = decoded }
      decoded.removeAll(keepingCapacity: true)
      guard PercentEncoding.decodeAll(host, to: &decoded) else { return .badHost }
      return Self.appendDecodedHost(
        decoded.rawSpan, needsTwoLabels: needsTwoLabels, to: &output)
    }
    return Self.appendDecodedHost(host, needsTwoLabels: needsTwoLabels, to: &output)
  }

  private static func appendDecodedHost(
    _ host: RawSpan, needsTwoLabels: Bool, to output: inout [UInt8]
  ) -> Refusal? {
    let before = output.count
    if let refusal = appendName(host, to: &output) {
      return refusal == .badInternationalName ? refusal : .badHost
    }
    guard needsTwoLabels else { return nil }
    let facts = NameSyntax.facts(output.rawSpan.extracting(before...))
    // Without a scheme only the host's shape says that this is a URL: `1/2` and `1.5/3` are not.
    let isHost =
      facts.labels >= 2
      && (!facts.endsInNumber
        || IPAddressText.ipv4(output.rawSpan.extracting(before...)) != nil)
    if !isHost { output.removeLast(output.count - before) }
    return isHost ? nil : .badHost
  }

  /// Appends an IPv6 host: in brackets, or as IPv4 where it maps one.
  private func appendHost(
    _ address: (high: UInt64, low: UInt64), to output: inout [UInt8]
  ) {
    if let mapped = SpecialAddresses.mappedIPv4(address) {
      IPAddressText.append(ipv4: mapped, to: &output)
      return
    }
    output.append(0x5b)
    IPAddressText.append(ipv6: address, to: &output)
    output.append(0x5d)
  }

  private func appendPort(
    _ port: UInt16, parts: inout URLParts, base: Int, to output: inout [UInt8]
  ) {
    if port != 0, !Self.isDefault(port: port, output.rawSpan.extracting(base...), parts) {
      parts.port = port
      output.append(0x3a)
      ValueText.appendDecimal(UInt(port), to: &output)
    }
    parts.pathStart = output.count - base
  }

  /// Whether a port is the default of the scheme; without a scheme, 80 and 443 are.
  private static func isDefault(port: UInt16, _ url: RawSpan, _ parts: URLParts) -> Bool {
    let scheme = url.extracting(0..<parts.schemeLength)
    return switch port {
    case 80: scheme.isEmpty || scheme.equals("http://") || scheme.equals("ws://")
    case 443: scheme.isEmpty || scheme.equals("https://") || scheme.equals("wss://")
    case 21: scheme.equals("ftp://")
    default: false
    }
  }
}
