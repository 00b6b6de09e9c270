import Parsing

extension IndicatorParser {
  /// Recognises an address, prefix, range, address and port, URL, e-mail address, name or (where
  /// nothing is declared) digest by its shape.
  mutating func parseNetwork(
    _ text: RawSpan, _ declared: DeclaredKind, _ options: AdmissionOptions
  ) -> Refusal? {
    let refusal = parseByShape(text, declared, options)
    if refusal == nil, case .kind(let kind) = declared, let result = results.first,
      Self.role(result.kind) != Self.role(kind)
    {
      lints.append(.kindByShape)
    }
    return refusal
  }

  /// Parses a simple name (`NameSyntax.lastLabel(ofSimpleName:)`): other shapes need not be tried.
  mutating func parseSimpleName(
    _ text: RawSpan, lastLabel: Int, _ declared: DeclaredKind, _ options: AdmissionOptions
  ) -> Refusal? {
    let start = arena.count
    arena.append(text)
    let refusal = admitName(from: start, lastLabel: start + lastLabel, mode: nil, options)
    if refusal == nil, case .kind(let kind) = declared, kind != .domain {
      lints.append(.kindByShape)
    }
    return refusal
  }

  private static func role(_ kind: IndicatorKind) -> IndicatorKind {
    kind == .ipv6 ? .ipv4 : kind
  }

  /// The refusal of a value that has no shape at all.
  private static func noShape(_ declared: DeclaredKind) -> Refusal {
    declared == .none ? .notAnIndicator : .kindMismatch
  }

  private mutating func parseByShape(
    _ text: RawSpan, _ declared: DeclaredKind, _ options: AdmissionOptions
  ) -> Refusal? {
    if Normalizer.schemeLength(text) > 0 { return parseURL(text) }
    if text.byte(unchecked: 0) == 0x2f {
      guard options.acceptsPaths else { return .pathOnly }
      return parsePath(text)
    }
    // Pairs of digits with colons between them, undeclared: only certificate fingerprints are
    // written so.
    if declared == .none, text.byteCount == 20 * 3 - 1 || text.byteCount == 32 * 3 - 1,
      text.byte(unchecked: 2) == 0x3a,
      case .admitted = parseDigest(
        text, .kind(text.byteCount < 64 ? .certificateSHA1 : .certificateSHA256))
    {
      return nil
    }
    switch parseAddress(text, options) {
    case .admitted: return nil
    case .refused(let refusal): return refusal
    case .otherShape: break
    }
    if text.firstOffset(of: 0x2f) != nil {
      switch parseURL(text) {
      case nil: return nil
      // Without a scheme nothing but the host says that this is a URL.
      case .badHost?, .badPort?, .badInternationalName?, .controlCharacter?:
        return Self.noShape(declared)
      case let refusal?: return refusal
      }
    }
    if let at = text.lastOffset(of: 0x40) { return parseEmail(text, at: at, declared, options) }
    switch parseDigest(text, .none) {
    case .admitted: return declared == .none ? nil : .kindMismatch
    case .refused(let refusal): return declared == .none ? refusal : .kindMismatch
    case .otherShape: break
    }
    return parseName(text, declared, options)
  }

  // MARK: URLs

  private mutating func parseURL(_ text: RawSpan) -> Refusal? {
    // In scanned text a URL ends before `…`, so nothing could match this one.
    if text.byteCount > 3, text.extracting((text.byteCount - 3)...).equals("…") {
      return .truncatedURL
    }
    let start = arena.count
    var parts = URLParts()
    if let refusal = normalizer.appendURL(
      text, options: .indicator, parts: &parts, to: &arena)
    {
      if refusal == .badHost, let star = text.firstOffset(of: 0x2a),
        star < text.firstOffset(of: 0x2f, from: Normalizer.schemeLength(text)) ?? text.byteCount
      {
        return .wildcardInside
      }
      // What stands behind a port and a blank is no part of the port.
      if refusal == .badPort, text.firstOffset(of: 0x20) != nil, Normalizer.schemeLength(text) > 0 {
        return .whiteSpaceInside
      }
      return refusal
    }
    if hasNumericHost(from: start, parts) { return .numericLastLabel }
    if parts.hadFragment, arena.count - start == parts.pathStart + 1 {
      lints.append(.fragmentDropped)
    }
    if parts.schemeLength > 0,
      !URLSchemes.areKnown(arena.rawSpan.extracting(start..<start + parts.schemeLength - 3))
    {
      lints.append(.unknownScheme)
    }
    add(
      .url, mode: parts.isPrefix ? .prefix : .exact, from: start,
      schemeLength: parts.schemeLength)
    return nil
  }

  /// Whether the host ends in a number and yet is no IPv4 address: then it is no host either.
  private func hasNumericHost(from start: Int, _ parts: URLParts) -> Bool {
    var end = start + parts.hostEnd
    guard end > start, end <= arena.count else { return false }
    let hostStart = start + parts.schemeLength
    let last = end
    while end > hostStart, Byte.isDigit(arena[end - 1]) { end -= 1 }
    guard end < last, end > hostStart, arena[end - 1] == 0x2e else { return false }
    return IPAddressText.ipv4(arena.rawSpan, hostStart..<last) == nil
  }

  private mutating func parsePath(_ text: RawSpan) -> Refusal? {
    let start = arena.count
    if let refusal = normalizer.appendPath(text, options: .indicator, to: &arena) {
      return refusal
    }
    // `/` alone is the path of most requests.
    guard arena.count - start >= 2 else { return .pathOnly }
    add(.url, mode: .path, from: start)
    return nil
  }

  // MARK: E-mail and names

  private mutating func parseEmail(
    _ text: RawSpan, at: Int, _ declared: DeclaredKind, _ options: AdmissionOptions
  ) -> Refusal? {
    let host = text.extracting((at + 1)...)
    if at == 0 { return host.isEmpty ? Self.noShape(declared) : parseName(host, declared, options) }
    if IPAddressText.ipv4(host) != nil {
      for offset in 0..<at where !Normalizer.isLocalPart(text.byte(unchecked: offset)) {
        return Self.noShape(declared)
      }
      switch parseAddress(host, options) {
      case .admitted: return nil
      case .refused(let refusal): return refusal
      case .otherShape: return Self.noShape(declared)
      }
    }
    if text.firstOffset(of: 0x2a) != nil { return .wildcardInside }
    let start = arena.count
    switch normalizer.appendEmail(text, to: &arena) {
    case nil: break
    case .badName?: return Self.noShape(declared)
    case let refusal?: return refusal
    }
    add(.email, mode: .exact, from: start)
    return nil
  }

  private mutating func parseName(
    _ text: RawSpan, _ declared: DeclaredKind, _ options: AdmissionOptions
  ) -> Refusal? {
    var name = text
    var mode: MatchMode?
    if name.starts(with: "*.") {
      mode = .subdomainsOnly
      name = name.extracting(2...)
    } else if name.byte(unchecked: 0) == 0x2e {
      mode = .withSubdomains
      name = name.extracting(1...)
    }
    let start = arena.count
    var refusal = normalizer.appendName(name, to: &arena)
    if refusal == .badName, let host = Self.hostBeforePort(name) {
      refusal = normalizer.appendName(host, to: &arena)
      if refusal == nil { lints.append(.portDropped) }
    }
    switch refusal {
    case nil: break
    case .badName?:
      return Self.isWildcardName(name) ? .wildcardInside : Self.noShape(declared)
    case .empty?: return Self.noShape(declared)
    case let refusal?: return refusal
    }

    let facts = NameSyntax.facts(arena.rawSpan.extracting(start...))
    if facts.labels < 2 {
      if facts.endsInNumber { return Self.noShape(declared) }
      if declared == .none, parseJA4(text) { return nil }
      switch declared {
      case .none, .network, .kind(.domain): return .singleLabel
      default: return .kindMismatch
      }
    }
    if facts.endsInNumber { return .numericLastLabel }
    return admitName(from: start, lastLabel: start + facts.lastLabel, mode: mode, options)
  }

  /// Admits the name at the arena's end, which is in normal form.
  private mutating func admitName(
    from start: Int, lastLabel: Int, mode proposed: MatchMode?, _ options: AdmissionOptions
  ) -> Refusal? {
    var mode = proposed
    if !options.keepsPublicSuffixes {
      switch PublicSuffixList.classify(arena.rawSpan.extracting(start...)) {
      case .icann: return .publicSuffix
      case .private:
        mode = .exact
        lints.append(.privateSuffixExact)
      case .none: break
      }
    }
    if !options.trustsWellKnown, mode != .subdomainsOnly,
      WellKnown.contains(name: arena.rawSpan.extracting(start...))
    {
      mode = .exact
      lints.append(.wellKnownName)
    }
    if !TopLevelDomains.contains(arena.rawSpan.extracting(lastLabel...)) {
      lints.append(.unknownTopLevelDomain)
    }
    add(.domain, mode: mode, from: start)
    return nil
  }

  /// The part before a port in `name:port`.
  @_lifetime(copy text)
  private static func hostBeforePort(_ text: RawSpan) -> RawSpan? {
    guard let colon = text.firstOffset(of: 0x3a), colon > 0,
      port(text.extracting((colon + 1)...)) != nil
    else { return nil }
    return text.extracting(0..<colon)
  }

  /// Whether the bytes would be a name but for `*` in it.
  private static func isWildcardName(_ text: RawSpan) -> Bool {
    var hasStar = false
    var hasDot = false
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      hasStar = hasStar || byte == 0x2a
      hasDot = hasDot || byte == 0x2e
      guard
        byte == 0x2a || byte == 0x2e || byte == 0x2d || byte == 0x5f || byte >= 0x80
          || Byte.isAlphanumeric(byte)
      else { return false }
    }
    return hasStar && hasDot
  }

  /// A port from 1 to 65535 in one to five digits.
  static func port(_ text: RawSpan) -> UInt16? {
    guard 1...5 ~= text.byteCount else { return nil }
    var value = 0
    for offset in text.byteOffsets {
      let byte = text.byte(unchecked: offset)
      guard Byte.isDigit(byte) else { return nil }
      value = value * 10 + Int(byte &- 0x30)
    }
    return value == 0 ? nil : UInt16(exactly: value)
  }
}
