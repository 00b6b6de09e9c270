/// URLs (§4).
enum ReferenceURL {
  /// A URL as it stands in a text.
  struct Found {
    /// From the scheme to where the rules for the end stop it, before anything is cut.
    var range: Range<Int>
    /// From the scheme to where `extract` cuts it.
    var cut: Range<Int>
    /// What stands before the `@` of its authority.
    var userinfo: Range<Int>
    /// The character `@` that ends the host of a WebDAV share.
    var shareHostEnd: Int?
    /// The normal form of the cut one, or nil where it has no valid host.
    var form: [UInt8]?
  }

  /// Every URL of a text, whose units are given: one for each `scheme://`.
  static func find(in text: ReferenceText, _ characters: [ReferenceUnit]) -> [Found] {
    var found: [Found] = []
    for colon in characters.indices {
      guard colon + 2 < characters.count, characters[colon].isASCII(":"),
        characters[colon + 1].isASCII("/"), characters[colon + 2].isASCII("/")
      else { continue }
      var first = colon
      while first > 0, isScheme(characters[first - 1]) { first -= 1 }
      while first < colon, !characters[first].isASCIILetter { first += 1 }
      guard first < colon else { continue }
      if first > 0, characters[first - 1].isASCII("\\") {
        // Between a backslash and a scheme may stand what is left of an escape.
        let run = String(
          decoding: characters[first..<colon].map { UInt8($0.scalar) }, as: UTF8.self)
        if let match = run.prefixMatch(
          of: /(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[nrt])(?=(?:[hH][tT][tT][pP][sS]?|[fF][tT][pP])$)/
        ) {
          first += match.output.count
        }
      }
      let quoted = first > 0 && characters[first - 1].isASCII("'")
      var end = colon + 3
      while end < characters.count, !ends(characters[end], quoted: quoted) { end += 1 }

      let stop = distinguishedName(characters, from: colon + 3, to: end) ?? end
      var cut = stop
      while cut > colon + 3, isCut(characters, start: first, end: cut) { cut -= 1 }

      var authority = colon + 3
      while authority < end, !"/?#".unicodeScalars.contains(where: characters[authority].isASCII) {
        authority += 1
      }
      let scheme = characters[first..<colon].map { UInt8($0.scalar) }
      let share = shareHostEnd(scheme: scheme, characters, colon + 3..<authority)
      let at = share == nil ? (colon + 3..<authority).last { characters[$0].isASCII("@") } : nil
      // With one of these in it, what seems to be user information may as well be other fields.
      let isHidden = !(colon + 3..<(at ?? colon + 3)).contains { index in
        ",;&[]".unicodeScalars.contains { characters[index].isASCII($0) }
      }
      func place(_ index: Int) -> Int {
        index < characters.count ? characters[index].start : text.count
      }
      for first in [first] + innerScheme(characters, first..<colon) {
        let start = place(first)
        found.append(
          Found(
            range: start..<place(end), cut: start..<place(cut),
            userinfo: place(colon + 3)..<place(isHidden ? at ?? colon + 3 : colon + 3),
            shareHostEnd: share,
            form: normalForm(
              scheme: characters[first..<colon].map { UInt8($0.scalar) },
              rest: Array(text.bytes[place(colon + 3)..<max(place(colon + 3), place(cut))]))))
      }
    }
    return found
  }

  /// Where the scheme `http`, `https` or `ftp` begins behind the last mark of a longer one.
  private static func innerScheme(_ characters: [ReferenceUnit], _ scheme: Range<Int>) -> [Int] {
    guard
      let mark = scheme.last(where: { index in
        "+-.".unicodeScalars.contains { characters[index].isASCII($0) }
      })
    else { return [] }
    let name = String(
      decoding: characters[(mark + 1)..<scheme.upperBound].map { UInt8($0.scalar) }, as: UTF8.self)
    return ["http", "https", "ftp"].contains(name.lowercased()) ? [mark + 1] : []
  }

  private static func isScheme(_ character: ReferenceUnit) -> Bool {
    !character.isPercent
      && (character.isAlphanumeric || character.isASCII("+") || character.isASCII("-")
        || character.isASCII("."))
  }

  private static func ends(_ character: ReferenceUnit, quoted: Bool) -> Bool {
    if character.isPercent { return false }
    guard let scalar = Unicode.Scalar(character.scalar) else { return true }
    if scalar.value <= 0x20 || scalar.value == 0x7F { return true }
    if scalar.value > 0x7F { return !ReferenceIDNA.isLetterDigitMark(scalar) }
    return "\"<>{}|\\^`".unicodeScalars.contains(scalar) || quoted && scalar == "'"
  }

  /// The first comma that capitals and `=` follow, as in `…/repository/,O=GoDaddy.com`.
  private static func distinguishedName(
    _ characters: [ReferenceUnit], from start: Int, to end: Int
  ) -> Int? {
    for comma in start..<max(start, end) where characters[comma].isASCII(",") {
      var next = comma + 1
      while next < end, (0x41...0x5A).contains(characters[next].scalar), !characters[next].isPercent
      {
        next += 1
      }
      if next > comma + 1, next < end, characters[next].isASCII("=") { return comma }
    }
    return nil
  }

  /// Whether the last character of a URL is cut: punctuation, or a bracket that nothing opened.
  private static func isCut(_ characters: [ReferenceUnit], start: Int, end: Int) -> Bool {
    let last = characters[end - 1]
    if last.isPercent { return false }
    if ".,;:!?'".unicodeScalars.contains(where: last.isASCII) { return true }
    for (opening, closing): (Unicode.Scalar, Unicode.Scalar) in [("(", ")"), ("[", "]")]
    where last.isASCII(closing) {
      let opened = (start..<end).filter { characters[$0].isASCII(opening) }.count
      let closed = (start..<end).filter { characters[$0].isASCII(closing) }.count
      return closed > opened
    }
    return false
  }

  /// Normal form of a URL from its scheme and what follows `://`; nil where the host is not valid.
  static func normalForm(scheme: [UInt8], rest: [UInt8]) -> [UInt8]? {
    let scheme = referenceLowercased(scheme)
    let authorityEnd = rest.firstIndex { [0x2F, 0x3F, 0x23].contains($0) } ?? rest.count
    var authority = Array(rest[..<authorityEnd])
    let share = shareSuffix(scheme: scheme, authority)
    if !share.isEmpty {
      authority.removeLast(share.count)
    } else if let at = authority.lastIndex(of: 0x40) {
      authority = Array(authority[(at + 1)...])
    }
    guard let (host, port) = hostAndPort(authority) else { return nil }

    var tail = Array(rest[authorityEnd...])
    if let hash = tail.firstIndex(of: 0x23) { tail = Array(tail[..<hash]) }
    let queryStart = tail.firstIndex(of: 0x3F) ?? tail.count
    let path = withoutDotSegments(percentNormal(Array(tail[..<queryStart])))
    let query = percentNormal(Array(tail[queryStart...]))

    let defaults: [String: Int] = ["http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443]
    var form = scheme + Array("://".utf8) + host
    if let port, defaults[String(decoding: scheme, as: UTF8.self)] != port {
      form += Array(":\(port)".utf8)
    }
    form += referenceLowercased(share)
    return form + (path.isEmpty ? [0x2F] : path) + query
  }

  /// What Windows writes behind the host of a WebDAV share: `@SSL`, `@8080`, `@SSL@8080`.
  private static func shareSuffix(scheme: [UInt8], _ authority: [UInt8]) -> [UInt8] {
    guard scheme == Array("file".utf8), let at = authority.firstIndex(of: 0x40) else { return [] }
    var parts = authority[(at + 1)...].split(separator: 0x40, omittingEmptySubsequences: false)
    if parts.first.map({ referenceLowercased(Array($0)) }) == Array("ssl".utf8) {
      parts.removeFirst()
    }
    let arePorts = parts.allSatisfy { part in
      1...5 ~= part.count && part.allSatisfy { (0x30...0x39).contains($0) }
    }
    return parts.count <= 1 && arePorts ? Array(authority[at...]) : []
  }

  /// Where the host ends in an authority that a share's ends in, but for punctuation.
  private static func shareHostEnd(
    scheme: [UInt8], _ characters: [ReferenceUnit], _ authority: Range<Int>
  ) -> Int? {
    guard let at = authority.first(where: { characters[$0].isASCII("@") }) else { return nil }
    var end = at + 1
    while end < authority.upperBound, characters[end].isAlphanumeric || characters[end].isASCII("@")
    { end += 1 }
    if end < authority.upperBound {
      let next = characters[end]
      if next.isName || next.isASCII(":") || next.scalar >= 0x80 { return nil }
      if (end..<authority.upperBound).contains(where: { characters[$0].isASCII("@") }) {
        return nil
      }
    }
    let written = characters[at..<end].map { UInt8(truncatingIfNeeded: $0.scalar) }
    return shareSuffix(scheme: referenceLowercased(scheme), written).isEmpty ? nil : at
  }

  private static func hostAndPort(_ authority: [UInt8]) -> (host: [UInt8], port: Int?)? {
    var host = authority
    var port: [UInt8] = []
    if authority.first == 0x5B {
      guard let bracket = authority.firstIndex(of: 0x5D) else { return nil }
      var inside = Array(authority[1..<bracket])
      if let zone = inside.firstIndex(of: 0x25) { inside = Array(inside[..<zone]) }
      guard let address = ReferenceAddress.ipv6(inside) else { return nil }
      host =
        ReferenceAddress.isMapped(address)
        ? ReferenceAddress.text(ipv4: address[12...])
        : [0x5B] + ReferenceAddress.text(ipv6: address) + [0x5D]
      let after = Array(authority[(bracket + 1)...])
      guard after.isEmpty || after.first == 0x3A else { return nil }
      port = Array(after.dropFirst())
    } else {
      if let colon = authority.lastIndex(of: 0x3A) {
        host = Array(authority[..<colon])
        port = Array(authority[(colon + 1)...])
      }
      guard let form = self.host(host) else { return nil }
      host = form
    }
    guard port.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    if port.isEmpty { return (host, nil) }
    guard let number = Int(String(decoding: port, as: UTF8.self)), 1...65535 ~= number else {
      return nil
    }
    return (host, number)
  }

  private static func host(_ text: [UInt8]) -> [UInt8]? {
    var decoded: [UInt8] = []
    var index = 0
    while index < text.count {
      if let value = percentByte(text, at: index) {
        decoded.append(value)
        index += 3
      } else {
        decoded.append(text[index])
        index += 1
      }
    }
    if ReferenceAddress.ipv4(decoded) != nil { return decoded }
    guard !decoded.isEmpty, let form = ReferenceName.normalForm(decoded) else { return nil }
    return form
  }

  private static func percentByte(_ text: [UInt8], at index: Int) -> UInt8? {
    guard text[index] == 0x25, index + 2 < text.count, isHex(text[index + 1]),
      isHex(text[index + 2])
    else { return nil }
    return referenceHexValue(text[index + 1]) << 4 | referenceHexValue(text[index + 2])
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  /// Unreserved percent units decoded, others in upper case, a bad `%` kept, bytes beyond ASCII written.
  private static func percentNormal(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var index = 0
    while index < text.count {
      if let value = percentByte(text, at: index) {
        switch value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: output.append(value)
        default: output += percentEncoded(value)
        }
        index += 3
      } else {
        output += text[index] < 0x80 ? [text[index]] : percentEncoded(text[index])
        index += 1
      }
    }
    return output
  }

  static func percentEncoded(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  /// RFC 3986 §5.2.4, told by segments.
  private static func withoutDotSegments(_ path: [UInt8]) -> [UInt8] {
    guard path.first == 0x2F else { return path }
    let segments = path.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
    var kept: [[UInt8]] = []
    for (number, segment) in segments.enumerated() {
      let isLast = number == segments.count - 1
      if segment.elementsEqual([0x2E]) {
        if isLast { kept.append([]) }
      } else if segment.elementsEqual([0x2E, 0x2E]) {
        _ = kept.popLast()
        if isLast { kept.append([]) }
      } else {
        kept.append(Array(segment))
      }
    }
    return [0x2F] + Array(kept.joined(separator: [0x2F]))
  }
}
