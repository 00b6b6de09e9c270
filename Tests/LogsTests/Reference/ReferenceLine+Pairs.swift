/// Messages of keys and values: CEF, LEEF, packet filters, logfmt.
extension ReferenceLine {
  /// Reads what stands behind a header, or the whole line, as a record.
  mutating func readMessage(_ start: Int) -> Bool {
    guard text.count - start >= 8 else { return false }
    if readPiped(start) { return true }
    if bytes[start] == 0x25 { return readFirewall(start) }
    if bytes[start] == 0x7B { return false }
    return readPacketFilter(start) || readNameServer(start) || readAccess(start)
      || readLoadBalancer(start) || readConnection(start) || readProxy(start) || readFlow(start)
      || readPairs(start)
      || readFirewallBehind(start) || readEnvoy(start) || readRequestMessage(start)
      || readZoneQuery(start) || readNameQuestion(start)
  }

  private static let ofTime = ReferencePattern(
    #"\A(?:<[^>]*>)?\[?(?:(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|utc|gmt|am|pm)|[0-9:.,/+TZ-]*)[\]:,]*\z"#
  )

  /// Whether a word is a part of a time, a priority or a number.
  static func isOfTime(_ word: ArraySlice<UInt8>) -> Bool {
    let bare = word.filter { ![0x5B, 0x5D, 0x3A, 0x2C].contains($0) }
    return ofTime.matches(word) && !isAddress(bare) && word.first != 0x54 && word.first != 0x5A
  }

  /// What may stand before a record: a time and a few words, and no program's name.
  private func mayBeFront(_ range: Range<Int>) -> Bool {
    let front = trimmed(range)
    if front.isEmpty || bytes[front].elementsEqual([0x22]) { return true }
    var words: [ArraySlice<UInt8>] = []
    var beginsWithTime = false
    var isInBrackets = false
    for word in bytes[front].split(separator: 0x20) {
      if isInBrackets {
        isInBrackets = word.last != 0x5D
      } else if Self.isOfTime(word) {
        if word.startIndex == front.lowerBound { beginsWithTime = true }
      } else if word.contains(where: {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
      }) {
        words.append(word)
        isInBrackets = word.first == 0x5B && word.last != 0x5D
      }
    }
    let header = fields.prefix(headerCount).compactMap(\.keys)
    let hasProgram = header.contains([Array("appname".utf8)])
    switch bytes[range.upperBound - 1] {
    case 0x20, 0x09, 0x3A, 0x3E, 0x5D: break
    case 0x2C, 0x3B: if words.count > 2 || hasProgram { return false }
    default: return false
    }
    if hasProgram { return beginsWithTime && words.count <= 1 }
    if !header.isEmpty { return words.count <= 2 }
    if beginsWithTime { return words.count <= 3 }
    return words.count <= (words.first.map(Self.isAddress) ?? false ? 2 : hasHeader ? 1 : 0)
  }

  private static let bracketed = ReferencePattern(#"\A\[(.*)\]\z"#)

  /// Whether one word stands at the start of a line, with a colon behind it or in brackets.
  private func isWordOfCollector(_ range: Range<Int>) -> Bool {
    guard isWhole, !hasHeader, bytes[range].last == 0x20, case let word = trimmed(range),
      word.count > 2
    else { return false }
    let name = bytes[word].last == 0x3A ? bytes[word].dropLast() : bytes[word]
    let inner = Self.bracketed.first(in: name)?[1].map { name.dropFirst().prefix($0.count) }
    return Self.isHost(inner ?? name)
  }

  private static let markBehind = ReferencePattern(#"(?<=[ \t])%"#)

  /// A firewall's message behind a few words of whoever collected it.
  private mutating func readFirewallBehind(_ start: Int) -> Bool {
    for mark in Self.markBehind.all(in: bytes[start...].prefix(128)).compactMap({ $0[0] }) {
      if mayBeFront(start..<start + mark.lowerBound), readFirewall(start + mark.lowerBound) {
        return true
      }
    }
    return false
  }

  static let keyBytes = #"[A-Za-z0-9._\[\]@-]+"#
  private static let cefEscapes: [UInt8: UInt8] = [0x5C: 0x5C, 0x3D: 0x3D, 0x7C: 0x7C]
  /// Those of keys whose values may have several lines.
  private static let cefTextEscapes = cefEscapes.merging([0x6E: 0x0A, 0x72: 0x0D]) { $1 }

  // MARK: CEF and LEEF

  private static let mark = ReferencePattern(
    #"(?<![A-Za-z0-9])(LEEF|CEF):( ?)([0-9.]{1,4})\z"#)
  private static let part = ReferencePattern(#"\A[^|\\]*+(?:\\.[^|\\]*+)*+\|"#)

  private mutating func readPiped(_ start: Int) -> Bool {
    guard let pipe = bytes[start...].firstIndex(of: 0x7C),
      let groups = Self.mark.first(in: bytes[start..<pipe]), let mark = groups[0],
      let version = groups[3],
      mayBeFront(start..<start + mark.lowerBound)
        || isWordOfCollector(start..<start + mark.lowerBound),
      !isInNestedRecord(start, start + mark.lowerBound)
    else { return false }
    var trial = self
    if mark.lowerBound > 0, trial.readAccess(start) { return false }
    let isLEEF = groups[1]?.count == 4
    let count = fields.count
    skip(start + mark.lowerBound..<pipe + 1)
    let names =
      isLEEF
      ? ["vendor", "product", "version", "eventId"]
      : ["deviceVendor", "deviceProduct", "deviceVersion", "signatureId", "name", "severity"]
    var place = pipe + 1
    for name in names {
      guard let found = Self.part.first(in: bytes[place...])?[0] else {
        fields.removeLast(fields.count - count)
        return false
      }
      fields.append(
        ReferenceLineField(
          keys: [Array(name.utf8)], range: place..<place + found.count - 1,
          outer: place..<place + found.count - 1, escapes: Self.cefEscapes))
      place += found.count
    }
    if isLEEF {
      readAttributes(place, isSecond: bytes[start + version.lowerBound] >= 0x32)
    } else {
      let header = fields.count
      readExtension(place)
      applyLabels(from: header)
    }
    return true
  }

  /// Fields whose names another one tells, as `cs1` and `cs1Label`.
  private mutating func applyLabels(from first: Int) {
    // A value behind blanks is none of a name.
    let names = fields.map { field in
      bytes[field.outer.lowerBound..<field.range.lowerBound].last == 0x3D
        ? field.keys?.last ?? [] : []
    }
    var labels = 0
    for index in first..<fields.count {
      let name = names[index]
      let value = fields[index].range
      guard 6...24 ~= name.count, name.suffix(5).elementsEqual("Label".utf8), 1...64 ~= value.count
      else { continue }
      labels += 1
      if labels > 32 { return }
      for other in first..<fields.count where names[other] == Array(name.dropLast(5)) {
        fields[other].keys = [Array(bytes[value])]
        fields[index].keys = nil
      }
    }
  }

  private static let extensionKey = ReferencePattern(
    #"(?:\A|(?<= ))("# + keyBytes + #")="#)

  private mutating func readExtension(_ start: Int) {
    let keys = Self.extensionKey.all(in: bytes[start...]).compactMap { $0[1] }
    for (number, key) in keys.enumerated() {
      let end = number + 1 < keys.count ? keys[number + 1].lowerBound : text.count - start
      let name = start + key.lowerBound..<start + key.upperBound
      let value = trimmed(name.upperBound + 1..<start + end)
      let isText = ["msg", "rawEvent"].contains(word(name))
      add(key: name, value, escapes: isText ? Self.cefTextEscapes : Self.cefEscapes)
      fields[fields.count - 1].outer = name.lowerBound..<value.upperBound
      guard !value.isEmpty else { continue }
      switch word(name) {
      case "dhost": host = fields.last
      case "request": path = fields.last
      case "requestMethod": if word(value).lowercased() == "connect" { isTunnel = true }
      default: break
      }
    }
  }

  private static let separator = ReferencePattern(
    #"\A(?:|.|\xC2.|(?:0?[xX])?([0-9A-Fa-f]{1,2}))\|"#)
  private static let escapedTab = ReferencePattern("#011")
  private static let ending = ReferencePattern(#"[\x00-\x7F&&[^A-Za-z0-9._-]]"#)
  private static let attribute = ReferencePattern(
    #"\A[ \t\n\r]*("# + keyBytes + #")[ \t\n\r]*="#)

  private mutating func readAttributes(_ start: Int, isSecond: Bool) {
    var (place, separator) = (start, UInt8(0x09))
    if isSecond, let groups = Self.separator.first(in: bytes[start...].prefix(6)),
      let whole = groups[0]
    {
      let written = bytes[start..<start + whole.count - 1]
      var named = separator
      if written.count == 1 || written.count == 2 && written.first == 0xC2 {
        named = written.last ?? 0x09
      } else if let digits = groups[1] {
        named = bytes[start + digits.lowerBound..<start + digits.upperBound].reduce(0) {
          $0 << 4 | referenceHexValue($1)
        }
      }
      // No byte of names.
      if Self.ending.first(in: [named]) != nil || 0x80..<0xC0 ~= named {
        separator = named
        place += whole.count
        skip(start..<place)
      }
    }
    // Some write bars where tabs should stand.
    if separator == 0x09, !bytes[place...].contains(0x09),
      let equals = bytes[place...].firstIndex(of: 0x3D),
      let bar = bytes[equals...].firstIndex(of: 0x7C),
      Self.filterPair.first(in: bytes[(bar + 1)...]) != nil
    {
      separator = 0x7C
    }
    let isEscaped =
      separator == 0x09 && !bytes[place...].contains(0x09)
      && Self.escapedTab.first(in: bytes[place...]) != nil
    while place < text.count {
      let mark =
        isEscaped
        ? Self.escapedTab.first(in: bytes[place...])?[0].map {
          place + $0.lowerBound..<place + $0.upperBound
        }
        : separatorRange(separator, from: place)
      let end = mark?.lowerBound ?? text.count
      if let key = Self.attribute.first(in: bytes[place..<end]), let whole = key[0],
        let name = key[1]
      {
        add(
          key: place + name.lowerBound..<place + name.upperBound, place + whole.count..<end)
        fields[fields.count - 1].outer = place..<end
      }
      place = mark?.upperBound ?? text.count
    }
  }

  /// The next separator; above ASCII it is no part of a character but its own.
  private func separatorRange(_ separator: UInt8, from start: Int) -> Range<Int>? {
    for place in start..<text.count where bytes[place] == separator {
      let before = place == start || separator < 0x80 ? 0 : bytes[place - 1]
      if before == 0xC2 { return place - 1..<place + 1 }
      if before < 0x80 { return place..<place + 1 }
    }
    return nil
  }

  // MARK: Packet filters

  private static let filter = ReferencePattern(#"(?<![A-Za-z0-9._-])IN=[^ ]* OUT="#)
  private static let anyIn = ReferencePattern(#"(?<![A-Za-z0-9._-])IN="#)
  private static let prefix = ReferencePattern(
    #"\A[^"]*(?:(?<==)""# + quoted + #""[^"]*)*(?<!=)\z"#)
  private static let filterPair = ReferencePattern(#"\A("# + keyBytes + #")="#)

  private mutating func readPacketFilter(_ start: Int) -> Bool {
    // The first `IN=` that is a word decides.
    guard let first = Self.anyIn.first(in: bytes[start...])?[0],
      Self.filter.first(in: bytes[start...])?[0]?.lowerBound == first.lowerBound,
      // Nobody's words but those of a rule's prefix stand before it.
      Self.prefix.matches(
        bytes[start..<start + first.lowerBound].dropFirst(
          !hasHeader && bytes[start] == 0x22 ? 1 : 0)),
      !isInNestedRecord(start, start + first.lowerBound)
    else { return false }
    var found: [ReferenceLineField] = []
    var place = start + first.lowerBound
    while place < text.count {
      let end = bytes[place...].firstIndex(of: 0x20) ?? text.count
      var token = place..<end
      place = end + 1
      if token.isEmpty { continue }
      if bytes[token.lowerBound] == 0x5B {
        token = token.lowerBound + 1..<token.upperBound
      }
      if !token.isEmpty, bytes[token.upperBound - 1] == 0x5D {
        token = token.lowerBound..<token.upperBound - 1
      }
      guard let key = Self.filterPair.first(in: bytes[token])?[1] else { continue }
      let value = token.lowerBound + key.count + 1..<token.upperBound
      found.append(
        ReferenceLineField(
          keys: [Array(bytes[token.lowerBound..<token.lowerBound + key.count])], range: value,
          outer: token, hasOwnPort: true))
    }
    func name(_ field: ReferenceLineField) -> String {
      String(decoding: field.keys?.first ?? [], as: UTF8.self)
    }
    guard found.contains(where: { name($0) == "SRC" }) else { return false }
    // The first port behind an address and before the next one of its endpoint.
    for (address, port) in [("SRC", "SPT"), ("DST", "DPT")] {
      var waiting: Int?
      for index in found.indices {
        if name(found[index]) == address { waiting = index }
        if name(found[index]) == port, let owner = waiting {
          let digits = bytes[found[index].range]
          if digits.first != 0x30 {
            found[owner].port = UInt16(String(decoding: digits, as: UTF8.self))
          }
          waiting = nil
        }
      }
    }
    fields += found
    return true
  }

  // MARK: Lines of nothing else

  private static let pair = ReferencePattern(
    #" *(?:([A-Za-z0-9_@]"# + #"[A-Za-z0-9._\[\]@()-]*)=(?:"("# + quoted
      + #")"[,;]?(?= |\z)|'([^'=]*)'[,;]?(?= |\z)|([^" ][^ ]*|)(?= |\z))|\z)"#)
  private static let pairs = ReferencePattern(
    #"\A(?: *[A-Za-z0-9_@][A-Za-z0-9._\[\]@()-]*+=(?:""# + quoted
      + #""[,;]?(?= |\z)|'[^'=]*'[,;]?(?= |\z)|(?:[^" ][^ ]*+)?(?= |\z)))*+ *\z"#)

  private static let listedPair = ReferencePattern(
    #"([A-Za-z0-9_@]"# + #"[A-Za-z0-9._\[\]@()-]*)=(?:"("# + quoted
      + #")"(?:,|\z)|((?!")(?![^,]* [^,]*=)[^,]*)(?:,|\z))"#)
  private static let listedPairs = ReferencePattern(
    #"\A(?:[A-Za-z0-9_@][A-Za-z0-9._\[\]@()-]*+=(?:""#
      + quoted + #""(?:,|\z)|(?!")(?![^,]* [^,]*=)[^,]*(?:,|\z)))*+\z"#)
  private static let beginsListed = ReferencePattern(
    #"\A(?:date=(?!")[^, ]*,|[A-Za-z0-9_@][A-Za-z0-9._\[\]@()-]*+=""# + quoted
      + #"",)(?=[A-Za-z0-9_@][A-Za-z0-9._\[\]@()-]*+=)"#)
  /// The address of a relay, and F5's name for what wrote the line.
  private static let beforePairs = ReferencePattern(#"\A(?:ASM:|([0-9A-Fa-f:.]{2,45}) +)"#)

  /// Pairs with commas between them, the first of which is a date or in quotes.
  private mutating func readListedPairs(_ start: Int) -> Bool {
    guard Self.listedPairs.matches(bytes[start...]) else { return false }
    let all = Self.listedPair.all(in: bytes[start...])
    guard all.count >= 3 else { return false }
    for groups in all {
      guard let key = groups[1], let value = groups[2] ?? groups[3] else { continue }
      let name = start + key.lowerBound..<start + key.upperBound
      add(key: name, start + value.lowerBound..<start + value.upperBound)
      if groups[2] != nil {
        fields[fields.count - 1].outer = name.lowerBound..<start + value.upperBound + 1
        fields[fields.count - 1].isQuoted = true
      }
    }
    return true
  }

  mutating func readPairs(_ whole: Int) -> Bool {
    var start = whole
    if let groups = Self.beforePairs.first(in: bytes[whole...]), let front = groups[0],
      groups[1].map({ Self.isAddress(bytes[whole..<whole + $0.count]) }) ?? true
    {
      start += front.count
    }
    if Self.beginsListed.matches(bytes[start...]), readListedPairs(start) { return true }
    guard Self.pairs.matches(bytes[start...]) else { return false }
    let all = Self.pair.all(in: bytes[start...]).filter { $0[1] != nil }
    guard all.count >= 3 else { return false }
    for groups in all {
      guard let key = groups[1] else { continue }
      let name = start + key.lowerBound..<start + key.upperBound
      if let quoted = groups[2] ?? groups[3] {
        add(key: name, start + quoted.lowerBound..<start + quoted.upperBound)
        fields[fields.count - 1].outer = name.lowerBound..<start + quoted.upperBound + 1
        fields[fields.count - 1].isQuoted = true
      } else if let plain = groups[4] {
        // What separates pairs before a blank is no part of the value.
        var end = start + plain.upperBound
        if !plain.isEmpty, [0x2C, 0x3B].contains(bytes[end - 1]) { end -= 1 }
        add(key: name, start + plain.lowerBound..<end)
      }
    }
    return true
  }
}
