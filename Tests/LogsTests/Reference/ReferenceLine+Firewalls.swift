/// Sentences of Cisco's firewalls, and the pairs of their security events.
extension ReferenceLine {
  private static let firewall = ReferencePattern(
    #"\A%(?:ASA|FTD|PIX|FWSM|NGIPS)(?:[^ ]{0,20}-[0-9]{6} |-[^:]{0,26}[0-9]:)"#)
  private static let lateColon = ReferencePattern(#"\A +[:-]?"#)
  private static let eventPair = ReferencePattern(
    #"(?:\A *|, )([A-Za-z0-9_]+): ((?:(?!, [A-Za-z0-9_]+: ).)*+)"#)

  mutating func readFirewall(_ start: Int) -> Bool {
    guard let mark = Self.firewall.first(in: bytes[start...])?[0], mark.count <= 32 else {
      return false
    }
    let behind = start + mark.count
    let number = word(start + max(0, mark.count - 7)..<behind - 1)
    let body =
      behind + (Self.lateColon.first(in: bytes[(behind - 1)...])?[0].map { $0.count - 1 } ?? 0)
    skip(start..<body)
    if ["430001", "430002", "430003", "430004", "430005"].contains(number) {
      for groups in Self.eventPair.all(in: bytes[body...]) {
        guard let key = groups[1], let value = groups[2] else { continue }
        add(
          key: body + key.lowerBound..<body + key.upperBound,
          body + value.lowerBound..<body + value.upperBound)
      }
    } else {
      readSentence(body)
    }
    return true
  }

  /// A word, or a name in quotes or behind `user =` that somebody gave himself.
  private static let anyWord = ReferencePattern(
    #"(?<= (?:user|User) )= +[^ ]+(?: +[^ ]+)+? *(?=: user IP(?!.*: user IP))"#
      + #"|(?<= (?:user|User) )= +[^ ]+ +[^ ](?!.*: user IP).*"#
      + #"|(?<= Username )= +[^ ]+(?: +[^ ]+)+? *(?=, IP = (?!.*, IP = ))"#
      + #"|(?<![^ ])(['"])(?:(?!\1(?![A-Za-z0-9]))[^ ])* .*?(?<!-)\1(?![A-Za-z0-9])[^ ]*"#
      + #"|(?<![^ ])<(?:(?!(?<!-)>(?![A-Za-z0-9]))[^ ])* .*?(?<!-)>(?![A-Za-z0-9])[^ ]*"#
      + #"|[^ ]+"#)

  private mutating func readSentence(_ start: Int) {
    let words = Self.anyWord.all(in: bytes[start...]).compactMap { $0[0] }.map {
      start + $0.lowerBound..<start + $0.upperBound
    }
    guard let verb = words.first.map(word) else { return }
    let isBuilt = verb == "Built"
    let isDenied = verb == "Denied"
    var isOutbound = false
    var isUnknown = false
    var isTranslation = false
    var isTarget = false
    var isClient = false
    if let first = words.first {
      let start = bytes[first].lastIndex(of: 0x40).map { $0 + 1 } ?? first.lowerBound
      let open = bytes[start..<first.upperBound].firstIndex(of: 0x28) ?? first.upperBound
      if Self.isAddress(bytes[start..<open].prefix { $0 != 0x25 }) {
        addEndpoint(start..<open, "src", isTarget: false)
        isClient = true
      }
    }
    /// `src`, `dst`, or nothing where the sentence does not tell.
    var side = ["access-list", "Shunned"].contains(verb) ? "src" : ""
    for (number, place) in words.enumerated().dropFirst() {
      switch word(place) {
      case "URL" where isClient:
        guard number + 1 < words.count, case let next = words[number + 1],
          let colon = bytes[next].firstIndex(of: 0x3A),
          ReferenceAddress.ipv4(Array(bytes[next.lowerBound..<colon])) != nil
        else { continue }
        add("dst_ip", next.lowerBound..<colon)
      case "to", "->":
        side = isUnknown ? "" : isOutbound || isTranslation ? "src" : "dst"
        isTarget = isTranslation
      case "translation": isTranslation = true
      case "from":
        side = "src"
        isUnknown = false
      case "src", "SRC": side = "src"
      case "dst", "DEST", "==>": side = "dst"
      case "dynamic": side = ""
      case "for" where verb == "access-list": break
      case "for":
        isUnknown = !isBuilt && !isDenied
        side = isUnknown ? "" : isOutbound ? "dst" : "src"
      case "laddr" where isDenied: break
      case "faddr", "laddr": side = ""
      case "outbound" where isBuilt: isOutbound = true
      default:
        let isBehindSide = number > 1 && ["from", "to"].contains(word(words[number - 1]))
        addEndpoint(place, side, isBehindSide: isBehindSide, isTarget: isTarget)
      }
    }
  }

  private static let apart = ReferencePattern(#"[G-Zg-z][0-9A-Fa-f.]*\z"#)
  private static let mapped = ReferencePattern(#"\A\(([^)]*)"#)
  private static let withPort = ReferencePattern(#"\A([^(]+)\((-?[0-9]+)\)(?:.*\))?\z"#)
  private static let withRest = ReferencePattern(#"\A(.[^(]*)\(.*\)\z"#)

  private mutating func addEndpoint(
    _ token: Range<Int>, _ side: String, isBehindSide: Bool = false, isTarget: Bool
  ) {
    var token = token
    if token.count > 2, bytes[token].first == 0x3C, bytes[token].last == 0x3E {
      token = token.lowerBound + 1..<token.upperBound - 1
    }
    if token.count > 2, bytes[token].last == 0x3A { token.removeLast() }
    var place = token
    var isMapped = isTarget
    var port: UInt16?
    func digits(_ range: Range<Int>) -> UInt16? {
      word(range).hasPrefix("0") ? nil : UInt16(word(range))
    }
    if let inner = Self.mapped.first(in: bytes[token])?[1] {
      isMapped = isTarget || !isBehindSide
      place = token.lowerBound + inner.lowerBound..<token.lowerBound + inner.upperBound
    } else if let inner = Self.withRest.first(in: bytes[token])?[1] {
      place = token.lowerBound..<token.lowerBound + inner.count
      if let behind = Self.withPort.first(in: bytes[token])?[2] {
        port = digits(token.lowerBound + behind.lowerBound..<token.lowerBound + behind.upperBound)
      }
    }
    guard place.count >= 2 else { return }
    // The whole, or what stands behind the interface's name.
    let mark = place.first { bytes[$0] == 0x2F || bytes[$0] == 0x3A }
    for start in [place.lowerBound] + (mark.map { [$0 + 1] } ?? [])
    where start < place.upperBound && (start == place.lowerBound || bytes[start] != 0x3A) {
      let slash = bytes[start..<place.upperBound].firstIndex(of: 0x2F)
      var end = slash ?? place.upperBound
      while end > start, bytes[end - 1] == 0x2C || bytes[end - 1] == 0x2E { end -= 1 }
      let written = Array(bytes[start..<end])
      // An interface's name that could be a part of an address of version 6 is one.
      let isApart =
        start == place.lowerBound || bytes[start - 1] == 0x2F
        || Self.apart.matches(bytes[place.lowerBound..<start - 1])
      guard
        ReferenceAddress.ipv4(written) != nil
          || isApart && ReferenceAddress.ipv6(written) != nil
      else { continue }
      add((side.isEmpty ? "" : side + "_") + (isMapped ? "mapped_ip" : "ip"), start..<end)
      fields[fields.count - 1].port =
        slash.map { slash in
          var stop = place.upperBound
          while stop > slash + 1, bytes[stop - 1] == 0x2C || bytes[stop - 1] == 0x2E { stop -= 1 }
          return digits(slash + 1..<stop)
        } ?? port
      return
    }
  }
}
