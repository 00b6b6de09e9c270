/// Lines of BIND's log that tell of a client's query.
extension ReferenceLine {
  private static let client = ReferencePattern(
    #"\A([^#]*client (?:@[^ #]* )?)(([^ #%]+)(?:%[^ #]*)?)#([0-9]{1,5})(/key [^ ]*?(?=:? ))?(?=[ :])"#
  )
  private static let clientEnd = ReferencePattern(#"client (?:@[^ #]* )?\z"#)
  /// Categories and severities.
  private static let label = ReferencePattern(
    #"\A(?i:client|cname|config|database|default|delegation-only|dispatch|dnssec|dnstap|edns-disabled|general|infoblox-responses|lame-servers|network|notify|nsid|queries|query-errors|rate-limit|resolver|responses|rpz|rpz-passthru|security|serve-stale|spill|sslkeylog|unmatched|update|update-security|xfer-in|xfer-out|zoneload|critical|debug|error|info|notice|warning)\z"#
  )
  private static let dayFirst = ReferencePattern(
    #"\A[0-9].{2}(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).{5}"#)

  private static let unknownLabel = ReferencePattern(#"\A[A-Za-z][A-Za-z0-9-]{0,19}\z"#)
  private static let messageNumber = ReferencePattern(#"\A\[ID -?[0-9]+ [^ ]*\]\z"#)

  /// Whether what stands before a client of BIND's, that word included, is what BIND writes: a time, a category and
  /// a severity, and a collector's words before a date, behind a time or before the program.
  private func isNameServerFront(_ front: ArraySlice<UInt8>) -> Bool {
    guard let end = Self.clientEnd.first(in: front)?[0], !front.contains(0x22) else { return false }
    var words = front.prefix(end.lowerBound).split(separator: 0x20)
    guard words.count <= 10 else { return false }
    var isNamed = false
    var unknown = 0
    while let word = words.last, word.last == 0x3A {
      let name = word.dropLast()
      if name.starts(with: "named".utf8) {
        isNamed = true
      } else if Self.number.matches(name),
        words.dropLast().last?.elementsEqual("debug".utf8) ?? false
      {
        words.removeLast()
      } else if !Self.label.matches(name) {
        guard unknown < 2, Self.unknownLabel.matches(name) else { break }
        unknown += 1
      }
      words.removeLast()
    }
    let program = fields.prefix(headerCount).first { $0.keys == [Array("appname".utf8)] }
    let isKnown =
      unknown == 0 || isNamed
      || program.map { bytes[$0.range].starts(with: "named".utf8) } ?? false
    let isBare = { (words: ArraySlice<ArraySlice<UInt8>>) in
      words.count <= 2 && words.allSatisfy { !$0.contains(0x27) && !$0.contains(0x3D) }
    }
    let times = words.indices.filter {
      Self.dayFirst.matches(words[$0]) || Self.isOfTime(words[$0])
    }
    if words.isEmpty { return isKnown }
    if program != nil, Self.messageNumber.matches(Array(words.joined(separator: [0x20]))) {
      return isKnown
    }
    guard let first = times.first, let last = times.last else {
      let isPiped = words.count == 2 && words[1].elementsEqual("|".utf8)
      return program == nil && isKnown && isBare(words[...]) && (isNamed || isPiped)
    }
    let behind = words[(last + 1)...]
    return (isKnown || program == nil) && first <= (words[first].count < 10 ? 0 : 2)
      && (behind.isEmpty || isNamed && behind.count == 1
        || isBare(behind) && (isNamed || first == 0 && program == nil))
  }

  private static let question = ReferencePattern(#"\A \(([^)]*)\)"#)
  private static let server = ReferencePattern(#"\(([^(]{0,62})\)\z"#)

  mutating func readNameServer(_ start: Int) -> Bool {
    guard let groups = Self.client.first(in: bytes[start...]), let all = groups[0],
      let whole = groups[2], let address = groups[3], whole.upperBound < 160
    else { return false }
    let written = Array(bytes[start + address.lowerBound..<start + address.upperBound])
    guard ReferenceAddress.ipv4(written) != nil || ReferenceAddress.ipv6(written) != nil,
      let front = groups[1].map({ bytes[start + $0.lowerBound..<start + $0.upperBound] }),
      isNameServerFront(front)
    else { return false }
    let count = fields.count
    add(
      "client",
      start + whole.lowerBound..<start + whole.upperBound + 1 + (groups[4]?.count ?? 0))
    var place = start + all.upperBound
    let name = Self.question.first(in: bytes[place...])
    if let whole = name?[0], let inner = name?[1] {
      add("query", place + inner.lowerBound..<place + inner.upperBound)
      place += whole.count
    }
    guard let query = ReferencePattern("query").first(in: bytes[place...])?[0] else {
      let isMessage =
        name != nil
        || bytes[place] == 0x3A && (groups[4] != nil || word(start..<place).contains("client @"))
      if !isMessage { fields.removeLast(fields.count - count) }
      return isMessage
    }
    place += query.upperBound
    guard bytes[place...].starts(with: ": ".utf8) else { return true }
    let end = bytes[(place + 2)...].firstIndex(of: 0x20) ?? text.count
    if end > place + 2 { add("query", place + 2..<end) }
    let network = ReferencePattern(#" \[ECS "#).first(in: bytes[end...])?[0]
    let stop = network.map { end + $0.lowerBound } ?? text.count
    if stop - end > 4, let own = Self.server.first(in: bytes[end..<stop])?[1] {
      add("server", end + own.lowerBound..<end + own.upperBound)
    }
    return true
  }
}
