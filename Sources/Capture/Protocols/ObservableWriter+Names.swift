import Indicators
import Parsing

extension ObservableWriter {
  /// Writes the DNS name in `name`, as an address if it has an address' shape, unless it is the
  /// root's; with `unlessQuestion`, also not if it is the name of a question of the message.
  mutating func keepName(_ field: CaptureField, unlessQuestion: Bool = false) {
    let start = batch.arena.count
    var kind = IndicatorKind.domain
    if let address = name.ipv4 {
      kind = .ipv4
      append(bigEndian: address)
    } else if name.hasHighBytes, !name.hasEscapes {
      let hasNormalForm = normalizer.appendName(name.bytes, to: &batch.arena) == nil
      if !hasNormalForm { appendToArena(name.bytes) }
    } else {
      appendToArena(name.bytes)
    }
    if unlessQuestion, batch.arena.count > start, isQuestion(kind, from: start) {
      batch.arena.removeLast(batch.arena.count - start)
      return
    }
    let isNamed = batch.arena.count > start
    keep(field, kind, from: start)
    if field == .dnsQuery, isNamed { noteQuestion() }
  }

  /// Writes a host from a header or a handshake, as an address or a name, by its shape.
  ///
  /// A host without a normal form is written in lower case, because it was sent all the same; with
  /// `onlyIfValid`, it is not written. Returns false if the host is not valid. The port is written
  /// only with an address; without one, the address of `end` has that end's.
  @discardableResult
  mutating func keepHost(
    _ field: CaptureField, _ host: RawSpan, port: UInt16? = nil, of end: HTTPTarget? = nil,
    onlyIfValid: Bool = false
  ) -> Bool {
    if keepValidHost(field, host, port: port, of: end) { return true }
    if let plain = Self.plainHost(host) {
      // SAFETY: the closure only reads the array's bytes.
      let isKept = unsafe plain.withUnsafeBytes {
        keepValidHost(field, unsafe $0.bytes, port: port, of: end)
      }
      if isKept { return true }
    }
    if onlyIfValid { return false }
    let start = batch.arena.count
    for offset in host.byteOffsets {
      let byte = host.byte(unchecked: offset)
      batch.arena.append(Byte.lowercased(byte))
    }
    keep(field, .domain, from: start)
    return false
  }

  /// Writes a host that is an address or a name; writes nothing and returns false if it is neither.
  private mutating func keepValidHost(
    _ field: CaptureField, _ host: RawSpan, port: UInt16?, of end: HTTPTarget?
  ) -> Bool {
    // An address with a trailing dot is still an address, just as a name with one is the same name.
    let isRooted = host.byteCount > 1 && host.byte(unchecked: host.byteCount - 1) == Byte.dot
    if let address = VersionedAddress(
      text: isRooted ? host.extracting(0..<host.byteCount - 1) : host)
    {
      append(field, address, port: port ?? end?.port(of: address) ?? 0)
      return true
    }
    let start = batch.arena.count
    guard normalizer.appendName(host, to: &batch.arena) == nil else { return false }
    keep(field, .domain, from: start)
    return true
  }

  /// Writes a host that may be written as it was typed: with a scheme, a port, brackets or blanks.
  ///
  /// What is no host without these either is written as it is.
  mutating func keepTypedHost(_ field: CaptureField, _ text: RawSpan, of end: HTTPTarget?) {
    if keepHost(field, text, of: end, onlyIfValid: true) { return }
    let (host, port, _) = HTTPRequest.oddHost(text, text.byteOffsets)
    if host.count < text.byteCount,
      keepHost(field, text.extracting(host), port: port, of: end, onlyIfValid: true)
    {
      return
    }
    keepHost(field, text)
  }

  /// The longest host that is decoded: even a name of percent-encoded bytes only is shorter.
  private static let longestPlainHost = 1 << 10

  /// A host without what a URL may add to it (RFC 3986 §3.2): user information and zone are
  /// removed, percent-encoded bytes decoded.
  ///
  /// Nil if there is nothing of that in it, or if it has more than an authority: what looks like user
  /// information there is part of a path.
  private static func plainHost(_ host: RawSpan) -> [UInt8]? {
    guard host.byteCount <= longestPlainHost,
      URLAuthority(host, in: host.byteOffsets).end == host.byteCount
    else { return nil }
    var start = 0
    var isPlain = true
    for offset in host.byteOffsets {
      let byte = host.byte(unchecked: offset)
      if byte == UInt8(ascii: "@") { start = offset + 1 }
      if byte == UInt8(ascii: "@") || byte == UInt8(ascii: "%") { isPlain = false }
    }
    if isPlain { return nil }
    var text: [UInt8] = []
    var offset = start
    while offset < host.byteCount {
      let byte = host.byte(unchecked: offset)
      offset += 1
      guard byte == UInt8(ascii: "%") else {
        text.append(byte)
        continue
      }
      // The zone of an IPv6 address begins at the percent sign, which may itself be
      // percent-encoded.
      if text.contains(Byte.colon) { break }
      guard offset + 2 <= host.byteCount else { return nil }
      let unit = Hex.byte(host.byte(unchecked: offset), host.byte(unchecked: offset + 1))
      guard let unit else { return nil }
      text.append(unit)
      offset += 2
    }
    return text
  }
}

extension ObservableWriter {
  /// Adds the normal form of the URL in `scratch` to the arena; returns the length of its scheme,
  /// or nil, with nothing added, if it has none.
  mutating func appendScratchAsURL() -> Int? {
    // Moved out for the call, so that it can be read while the rest of the writer is changed.
    let url = scratch
    scratch = []
    defer { scratch = url }
    return appendURL(url.rawSpan)
  }

  /// Adds the normal form of a URL to the arena, as `appendScratchAsURL` does.
  ///
  /// Blanks and control characters in path and query are written as `%XX`, as in logs of the same
  /// requests.
  mutating func appendURL(_ url: RawSpan) -> Int? {
    var parts = URLParts()
    let refusal = normalizer.appendURL(
      url, options: .encodesWhiteSpace, parts: &parts, to: &batch.arena)
    return refusal == nil ? parts.schemeLength : nil
  }
}
