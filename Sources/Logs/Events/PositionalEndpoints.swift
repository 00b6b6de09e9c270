import Indicators
import Parsing

/// Logs without a header in which the position of a value tells what it is.
///
/// Between commas these are `filterlog` of pfSense and OPNsense, what PAN-OS tells of traffic and of
/// users, and names asked of Umbrella; between blanks, requests of S3; between bars, those of Gin.
extension EventNotes {
  /// Cells beyond which a line is none of these.
  private static let mostCells = 256
  /// Words of a line that are looked at for a protocol and what follows it.
  private static let mostTupleWords = 24

  /// Notes the endpoints of a line of one of these logs; false: it is none.
  mutating func notePositions(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    if bytes.byte(unchecked: text.lowerBound) == Byte.quote { return noteResolver(bytes, text) }
    if noteObjectStore(bytes, text) || noteWebFramework(bytes, text) { return true }
    // The others begin with a number, PAN-OS behind a syslog header and perhaps a host.
    guard let comma = bytes.firstOffset(of: Byte.comma, from: text.lowerBound, to: text.upperBound)
    else { return false }
    var start = comma
    while start > text.lowerBound, Byte.isDigit(bytes.byte(unchecked: start - 1)) { start -= 1 }
    guard 1...10 ~= comma - start, start == text.lowerBound || isBlank(bytes, start - 1) else {
      return false
    }
    let row = bytes.extracting(start..<text.upperBound)
    let cells = Self.cells(row)
    return cells.count >= 16 && (notePacketFilter(row, cells) || noteFirewall(row, cells))
  }

  /// `owner bucket [time] client requester request operation …` of Amazon's S3, the operation `REST.GET.OBJECT` or
  /// the like (Amazon, "Server access log format").
  private mutating func noteObjectStore(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let last = min(text.upperBound, text.lowerBound + 192)
    guard let open = bytes.firstOffset(of: UInt8(ascii: "["), from: text.lowerBound, to: last),
      text.upperBound - open > 40, bytes.byte(unchecked: open + 3) == Byte.slash,
      let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: open, to: open + 28),
      bytes.starts(with: " ", at: close + 1)
    else { return false }
    let client = close + 2..<bytes.tokenEnd(from: close + 2, to: text.upperBound)
    var next = client.upperBound
    for _ in 0..<2 {
      next = bytes.tokenEnd(from: min(next + 1, text.upperBound), to: text.upperBound)
    }
    let operation = min(next + 1, text.upperBound)
    guard
      bytes.starts(with: "REST.", at: operation) || bytes.starts(with: "WEBSITE.", at: operation)
    else { return false }
    facts.note(isSource: true, bytes, client, port: 0)
    return facts.hasEndpoints
  }

  /// `[GIN] 2024/05/01 - 10:00:00 | 401 | 505µs | 192.0.2.1 | POST "/a"`: time, status, duration, client, method and path,
  /// of which only the last is the client's to choose (Gin, "Logger").
  private mutating func noteWebFramework(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    guard bytes.starts(with: "[GIN] ", at: text.lowerBound) else { return false }
    var start = text.lowerBound
    for _ in 0..<3 {
      guard let bar = bytes.firstOffset(of: UInt8(ascii: "|"), from: start, to: text.upperBound)
      else { return false }
      start = bar + 1
    }
    guard let end = bytes.firstOffset(of: UInt8(ascii: "|"), from: start, to: text.upperBound)
    else { return false }
    facts.note(isSource: true, bytes, bytes.trimmed(start..<end), port: 0)
    return facts.hasEndpoints
  }

  /// `Deny inside outside 52 tcp 20 127 192.0.2.1 198.51.100.1 5000 445 …`: a protocol, perhaps numbers of the packet,
  /// two addresses and their ports (WatchGuard, "Traffic log messages"); `Deny TCP 192.0.2.1:5000 198.51.100.1:445 in
  /// via em0` of ipfw.
  mutating func noteTuple(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    var number: UInt8?
    var numbers = 0
    var offset = text.lowerBound
    var words = 0
    while offset < text.upperBound, words < Self.mostTupleWords {
      let word = offset..<bytes.tokenEnd(from: offset, to: text.upperBound)
      offset = word.upperBound + 1
      words += 1
      if word.isEmpty { continue }
      let first = bytes.byte(unchecked: word.lowerBound)
      if first &- Byte.zero > 9, first != UInt8(ascii: "[") {
        (number, numbers) = (nil, 0)
        if bytes.isWord(word, "tcp") || bytes.isWord(word, "TCP") { number = IPProtocol.tcp }
        if bytes.isWord(word, "udp") || bytes.isWord(word, "UDP") { number = IPProtocol.udp }
        continue
      }
      guard let ipProtocol = number else { continue }
      if bytes.isNumber(word) {
        numbers += 1
        if numbers > 3 { number = nil }
        continue
      }
      number = nil
      if notePacket(bytes, word, ipProtocol, text) { return facts.hasEndpoints }
      guard offset < text.upperBound, EventFacts.endpoint(bytes, word) != nil else { continue }
      let target = offset..<bytes.tokenEnd(from: offset, to: text.upperBound)
      guard target.upperBound < text.upperBound, EventFacts.endpoint(bytes, target) != nil else {
        continue
      }
      let from = target.upperBound + 1
      let port = from..<bytes.tokenEnd(from: from, to: text.upperBound)
      guard port.upperBound < text.upperBound else { continue }
      let other = port.upperBound + 1
      let otherPort = other..<bytes.tokenEnd(from: other, to: text.upperBound)
      guard let first = NumberText.port(bytes, port), let second = NumberText.port(bytes, otherPort)
      else { continue }
      facts.note(ipProtocol: ipProtocol)
      facts.note(isSource: true, bytes, word, port: first)
      facts.note(isSource: false, bytes, target, port: second)
      facts.note(firstVerb(bytes, text.lowerBound..<word.lowerBound))
      return facts.hasEndpoints
    }
    return false
  }

  /// The endpoints of `TCP 192.0.2.1:5000 198.51.100.1:445 in via em0`, from the first on, which
  /// ipfw writes; words before the protocol say what was done.
  private mutating func notePacket(
    _ bytes: RawSpan, _ word: Range<Int>, _ ipProtocol: UInt8, _ text: Range<Int>
  ) -> Bool {
    let next = min(word.upperBound + 1, text.upperBound)
    let target = next..<bytes.tokenEnd(from: next, to: text.upperBound)
    guard let first = WrittenEndpoint(bytes, word), first.hasPort,
      let second = WrittenEndpoint(bytes, target), second.hasPort,
      bytes.starts(with: " in via ", at: target.upperBound)
        || bytes.starts(with: " out via ", at: target.upperBound)
    else { return false }
    facts.note(ipProtocol: ipProtocol)
    facts.note(isSource: true, bytes, first.address, port: first.port(bytes))
    facts.note(isSource: false, bytes, second.address, port: second.port(bytes))
    facts.note(firstVerb(bytes, text.lowerBound..<word.lowerBound))
    return true
  }

  /// `[INFO] 192.0.2.1:5000 - 21583 "A IN a.example. udp 43 false 512" NXDOMAIN …`: the client, a number, what was asked
  /// for and how, and the answer's code (CoreDNS, "log"); `DNS Request: 192.0.2.1:5000 - 21583 A IN a.example. udp 43
  /// false 512 NXDOMAIN …` of Azure's firewall, which writes the same without quotes.
  mutating func noteNameQuestion(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let client: Range<Int>
    let question: Range<Int>
    let isQuoted = !bytes.starts(with: "DNS Request: ", at: text.lowerBound)
    if isQuoted {
      guard
        let quote = bytes.firstOffset(of: Byte.quote, from: text.lowerBound, to: text.upperBound),
        quote - text.lowerBound > 12, bytes.byte(unchecked: quote - 1) == Byte.space,
        let close = bytes.firstOffset(of: Byte.quote, from: quote + 1, to: text.upperBound)
      else { return false }
      let number = wordBefore(bytes, quote, from: text.lowerBound)
      let dash = wordBefore(bytes, number.lowerBound, from: text.lowerBound)
      guard bytes.isNumber(number), bytes.isWord(dash, "-") else { return false }
      client = wordBefore(bytes, dash.lowerBound, from: text.lowerBound)
      question = quote + 1..<close
    } else {
      let front = Self.words(bytes, text.dropFirst(13), most: 3)
      guard front.count == 3, bytes.isWord(front[1], "-"), bytes.isNumber(front[2]) else {
        return false
      }
      client = front[0]
      question = min(front[2].upperBound + 1, text.upperBound)..<text.upperBound
    }
    // Behind the size are whether DNSSEC was asked for, the size of the buffer and, without quotes,
    // the code.
    let words = Self.words(bytes, question, most: isQuoted ? 5 : 8)
    guard words.count >= 5, bytes.isWord(words[1], "IN"),
      let client = WrittenEndpoint(bytes, client), client.hasPort,
      let ipProtocol = EventFacts.ipProtocol(bytes, words[3])
    else { return false }
    facts.note(ipProtocol: ipProtocol)
    facts.note(isSource: true, bytes, client.address, port: client.port(bytes))
    let code = min(question.upperBound + 2, text.upperBound)
    let answer =
      isQuoted ? code..<bytes.tokenEnd(from: code, to: text.upperBound) : words.dropFirst(7).first
    if let answer, let state = EventFacts.answerCode(bytes, answer) { facts.note(state: state) }
    return facts.hasEndpoints
  }

  /// The first words of a range, of which each is followed by one blank.
  static func words(_ bytes: RawSpan, _ range: Range<Int>, most: Int) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var offset = range.lowerBound
    while offset < range.upperBound, words.count < most {
      let word = offset..<bytes.tokenEnd(from: offset, to: range.upperBound)
      words.append(word)
      offset = word.upperBound + 1
    }
    return words
  }

  /// `… : Source 192.0.2.1:5000 - Vserver 192.0.2.9:443 - … - Destination 192.0.2.2:443 - …` (Citrix ADC, "Log messages"),
  /// `… initiator (192.0.2.1:5000) sent 48 bytes -- responder (192.0.2.2:53) …` (Cisco IOS, `%FW-6-SESS_AUDIT_TRAIL`).
  mutating func noteNamedEndpoints(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    func endpoint(behind word: StaticString) -> WrittenEndpoint? {
      guard
        let found = bytes.firstRange(of: word, from: text.lowerBound, to: text.upperBound)
      else { return nil }
      let token = found.upperBound..<bytes.tokenEnd(from: found.upperBound, to: text.upperBound)
      guard let endpoint = WrittenEndpoint(bytes, token), endpoint.hasPort else { return nil }
      return endpoint
    }
    guard let source = endpoint(behind: " Source ") ?? endpoint(behind: " initiator ("),
      let destination = endpoint(behind: " Destination ") ?? endpoint(behind: " responder (")
    else { return false }
    facts.note(isSource: true, bytes, source.address, port: source.port(bytes))
    facts.note(isSource: false, bytes, destination.address, port: destination.port(bytes))
    return facts.hasEndpoints
  }

  /// `192.0.2.1(5000):user@database:[1234]:`, as PostgreSQL writes its client where the line's prefix is that of
  /// Amazon's (`log_line_prefix` of `%t:%r:%u@%d:[%p]:`).
  mutating func noteDatabaseClient(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let last = min(text.upperBound, text.lowerBound + 256)
    guard let mark = bytes.firstRange(of: "):", from: text.lowerBound, to: last),
      let open = bytes.lastOffset(
        of: UInt8(ascii: "("), from: text.lowerBound, to: mark.lowerBound),
      let user = bytes.firstOffset(of: UInt8(ascii: "@"), from: mark.upperBound, to: last),
      let process = bytes.firstRange(of: ":[", from: user, to: last),
      let port = NumberText.port(bytes, open + 1..<mark.lowerBound)
    else { return false }
    let number = LogTime.digits(bytes, from: process.upperBound, to: last)
    guard !number.isEmpty, bytes.starts(with: "]:", at: number.upperBound) else { return false }
    // The client follows a colon, but the zone of the time before it and an IPv6 address hold
    // colons as well.
    var start = text.lowerBound
    while let colon = bytes.firstOffset(of: Byte.colon, from: start, to: open) {
      start = colon + 1
      if EventFacts.endpoint(bytes, start..<open) != nil {
        facts.note(isSource: true, bytes, start..<open, port: port)
        return facts.hasEndpoints
      }
    }
    return false
  }

  /// The verdict of the first word that expresses one.
  private func firstVerb(_ bytes: RawSpan, _ range: Range<Int>) -> Verdict? {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let word = offset..<bytes.tokenEnd(from: offset, to: range.upperBound)
      if word.count <= 10, let verdict = verb(bytes, word) { return verdict }
      offset = word.upperBound + 1
    }
    return nil
  }

  private static func cells(_ row: RawSpan) -> [CSVCell] {
    var cells: [CSVCell] = []
    var offset = 0
    _ = CSVParser().next(row, at: &offset, isFinal: true, cells: &cells)
    return cells.count > mostCells ? [] : cells
  }

  private func isBlank(_ bytes: RawSpan, _ offset: Int) -> Bool {
    bytes.byte(unchecked: offset) == Byte.space
  }

  /// `rule,subrule,anchor,tracker,interface,reason,action,direction,version,…`; then of version 4 `tos,ecn,ttl,id,
  /// offset,flags,protocol,name,length,source,destination,ports…`, of version 6 `class,label,limit,name,protocol,
  /// length,source,destination,ports…` (Netgate, "Raw Filter Log Format").
  private mutating func notePacketFilter(_ row: RawSpan, _ cells: [CSVCell]) -> Bool {
    func cell(_ index: Int) -> Range<Int> { cells[index].start..<cells[index].end }
    func isOne(_ index: Int, of words: [StaticString]) -> Bool {
      words.contains { row.isWord(cell(index), $0) }
    }
    guard isOne(7, of: ["in", "out"]), isOne(6, of: ["pass", "block", "reject", "match"]),
      isOne(8, of: ["4", "6"])
    else { return false }
    let isIPv4 = row.isWord(cell(8), "4")
    let (number, source) = isIPv4 ? (15, 18) : (13, 15)
    guard source + 1 < cells.count else { return false }
    note(row, cells, source: source, ports: source + 2, ipProtocol: number)
    facts.note(.verdict, rank: 0, row, cell(6))
    return facts.hasEndpoints
  }

  /// Types of PAN-OS logs without endpoints at known places; only their time is taken.
  private static let firewallTypes: [StaticString] = [
    "SYSTEM", "CORRELATION", "IPTAG", "TUNNEL", "SCTP", "GTP", "START", "END",
  ]

  /// Types that name only the client, and the cells of its address: of GlobalProtect the public
  /// ones, IPv6 behind IPv4 (Palo Alto Networks, "Syslog Field Descriptions").
  private static let firewallClients: [(type: StaticString, cells: [Int])] = [
    ("GLOBALPROTECT", [15, 16]), ("USERID", [8]), ("AUTHENTICATION", [8]), ("AUTH", [8]),
    ("HIPMATCH", [11, 26]), ("HIP-MATCH", [11, 26]), ("CONFIG", [7]),
  ]

  /// `future use,received,serial,TRAFFIC, THREAT or DECRYPTION,subtype,future use,generated,source,destination,…`, with
  /// ports, protocol and action from the 25th on (Palo Alto Networks, "Traffic Log Fields", "Threat Log Fields",
  /// "Decryption Log Fields").
  private mutating func noteFirewall(_ row: RawSpan, _ cells: [CSVCell]) -> Bool {
    guard cells.count > 7 else { return false }
    func cell(_ index: Int) -> Range<Int> { cells[index].start..<cells[index].end }
    let hasEndpoints =
      row.isWord(cell(3), "TRAFFIC") || row.isWord(cell(3), "THREAT")
      || row.isWord(cell(3), "DECRYPTION")
    let clients = Self.firewallClients.first { row.isWord(cell(3), $0.type) }?.cells
    guard
      hasEndpoints || clients != nil
        || Self.firewallTypes.contains(where: { row.isWord(cell(3), $0) })
    else { return false }
    // Since PAN-OS 10 there is a time with a zone as well.
    let precise = (7..<cells.count).last { cell($0).count == 29 }.flatMap {
      Timestamp.iso8601(row, cell($0))
    }
    let time = precise ?? LogTime.withSlashes(row, cell(6)) ?? LogTime.withSlashes(row, cell(1))
    guard let time else { return false }
    sentenceTime = time
    if let clients { return noteFirewallClient(row, cells, clients) }
    // What the device says in words: `failed authentication for user 'a'. … From: 192.0.2.1.`
    if row.isWord(cell(3), "SYSTEM") { return noteClientPhrase(row, cell(14)) }
    guard hasEndpoints, cells.count > 30 else { return false }
    note(row, cells, source: 7, ports: 24, ipProtocol: 29)
    facts.note(.verdict, rank: 0, row, cell(30))
    return facts.hasEndpoints
  }

  /// Notes the client that the first of some cells names; one without an address of that version
  /// holds zeros.
  private mutating func noteFirewallClient(
    _ row: RawSpan, _ cells: [CSVCell], _ clients: [Int]
  ) -> Bool {
    func cell(_ index: Int) -> Range<Int> { cells[index].start..<cells[index].end }
    // Of the logs of users the others tell which addresses have a tag.
    if row.isWord(cell(3), "USERID"), !row.isWord(cell(4), "login"), !row.isWord(cell(4), "logout")
    {
      return false
    }
    for index in clients where index < cells.count {
      guard let endpoint = EventFacts.endpoint(row, cell(index)),
        endpoint.address != IPAddress(high: 0, low: 0)
      else { continue }
      facts.note(isSource: true, row, cell(index), port: 0)
      return facts.hasEndpoints
    }
    return false
  }

  /// `"time","identity","identities","internal address","external address","Allowed or Blocked","1 (A)","code","name",
  /// …` (Cisco, "Log Format and Versioning", DNS logs).
  private mutating func noteResolver(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    guard let cells = Self.resolverCells(bytes, text) else { return false }
    let row = bytes.extracting(text)
    func cell(_ index: Int) -> Range<Int> { cells[index].start..<cells[index].end }
    guard let code = EventFacts.answerCode(row, cell(7)) else { return false }
    facts.note(.source, rank: 0, row, cell(3))
    facts.note(.verdict, rank: 0, row, cell(5))
    facts.note(state: code)
    return facts.hasEndpoints
  }

  /// The cells of a row of Umbrella, nine or more; nil if the row is something else.
  static func resolverCells(_ bytes: RawSpan, _ text: Range<Int>) -> [CSVCell]? {
    let row = bytes.extracting(text)
    let cells = Self.cells(row)
    guard cells.count >= 9, cells.allSatisfy(\.wasQuoted) else { return nil }
    func cell(_ index: Int) -> Range<Int> { cells[index].start..<cells[index].end }
    guard cell(0).count == 19, row.isWord(cell(5), "Allowed") || row.isWord(cell(5), "Blocked"),
      EventFacts.answerCode(row, cell(7)) != nil
    else { return nil }
    return cells
  }

  /// Notes two endpoints, their ports and the protocol by the places of their cells.
  private mutating func note(
    _ row: RawSpan, _ cells: [CSVCell], source: Int, ports: Int, ipProtocol: Int
  ) {
    func cell(_ index: Int) -> Range<Int> { cells[index].start..<cells[index].end }
    let name = cell(ipProtocol)
    let number = EventFacts.ipProtocol(row, name)
    if let number { facts.note(ipProtocol: number) }
    let hasPorts = number.map(IPProtocol.hasNamedPorts) == true && ports + 1 < cells.count
    for (index, isSource) in [(0, true), (1, false)] {
      let port = hasPorts ? NumberText.port(row, cell(ports + index)) ?? 0 : 0
      facts.note(isSource: isSource, row, cell(source + index), port: port)
    }
  }
}
