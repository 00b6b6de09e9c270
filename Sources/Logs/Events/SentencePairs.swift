import Indicators
import Parsing

/// Numbers the addresses of one endpoint among the pairs of a line, so that each port finds its
/// own.
///
/// Each time the key of the first address occurs again, a new number begins; a port belongs to the
/// addresses with the current number.
private struct PairedEndpoint {
  /// The key of the first address.
  private var key: Range<Int>?
  /// The current number; 0 up to the first address.
  private(set) var owner: UInt32 = 0

  /// The number of an address with the given key.
  mutating func owner(ofAddress key: Range<Int>, _ bytes: RawSpan) -> UInt32 {
    let first = self.key ?? key
    if bytes.extracting(first).isEqual(to: bytes.extracting(key)) { owner += 1 }
    self.key = first
    return owner
  }
}

/// Keys and values amid other words: `src=192.0.2.1`, `src:"192.0.2.1"`, `Source Address: 192.0.2.1`.
extension EventNotes {
  private static let noKey = KeyName(RawSpan())
  /// Pairs that are looked at.
  private static let mostTextPairs = 64
  private static let longestKey = 32

  /// Notes what pairs say about the event; false if they name no endpoint.
  ///
  /// A key must be at the start of the line or behind a blank, a comma, a bracket or the like,
  /// which excludes the parameters of a URL.
  mutating func notePairs(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    var offset = text.lowerBound + 1
    var pairs = 0
    var time: Int64?
    var (source, destination) = (PairedEndpoint(), PairedEndpoint())
    var isReceived = false
    let isAudit =
      bytes.firstRange(
        of: "msg=audit(", from: text.lowerBound, to: min(text.upperBound, text.lowerBound + 128))
      != nil
    while pairs < Self.mostTextPairs, let mark = pairMark(bytes, from: offset, to: text.upperBound)
    {
      offset = mark + 1
      let isColon = bytes.byte(unchecked: mark) == Byte.colon
      let isApart = isColon && bytes.byte(unchecked: mark + 1) != Byte.quote
      let key = pairKey(bytes, mark, from: text.lowerBound)
      guard 2...Self.longestKey ~= key.count,
        key.lowerBound == text.lowerBound || isPairBorder(bytes.byte(unchecked: key.lowerBound - 1))
      else {
        if !isApart { pairs += 1 }
        continue
      }
      let value = pairValue(bytes, mark + 1, to: text.upperBound)
      if isApart {
        // Meraki's name for the rule that the packet matched.
        if bytes.isWord(key, "pattern") { facts.note(verb(bytes, value), rank: 3) }
        guard mayBeSpoken(bytes, key, value),
          let (fact, rank) = spokenFact(bytes, key, from: text.lowerBound)
        else { continue }
        pairs += 1
        if fact == .verdict, isIntended(bytes, key, from: text.lowerBound) { continue }
        facts.note(fact, rank: rank, bytes, value)
        continue
      }
      pairs += 1
      let name = KeyName(bytes.extracting(key))
      var (fact, rank) = name.fact(parent: Self.noKey)
      // The audit daemon's key for who logged in.
      if isAudit, bytes.isWord(key, "addr") { (fact, rank) = (.source, 3) }
      // PostgreSQL's `connection received: host=192.0.2.1 port=5000`.
      if bytes.isWord(key, "host"),
        key.lowerBound - text.lowerBound > 21,
        bytes.starts(with: "connection received: ", at: key.lowerBound - 21)
      {
        (fact, rank) = (.source, 3)
        isReceived = true
      } else if isReceived, bytes.isWord(key, "port") {
        (fact, rank) = (.sourcePort, 3)
      }
      if fact == .none {
        if time == nil, value.count >= 3, mayBeTime(bytes, value),
          name.role(parent: Self.noKey).0 == .time
        {
          time = LogTime.field(bytes, quoted(bytes, value, to: text.upperBound))
        }
        continue
      }
      let owner: UInt32
      switch fact {
      case .source, .serverOrSource: owner = source.owner(ofAddress: key, bytes)
      case .destination: owner = destination.owner(ofAddress: key, bytes)
      case .sourcePort: owner = source.owner
      case .destinationPort: owner = destination.owner
      default: owner = 0
      }
      facts.note(fact, rank: rank, bytes, value, owner: owner)
      if fact == .source {
        // `flows deny src=…`.
        facts.note(
          verb(bytes, wordBefore(bytes, key.lowerBound, from: text.lowerBound)), rank: 3)
      }
    }
    guard facts.hasEndpoints else { return false }
    sentenceTime = sentenceTime ?? time
    return true
  }

  /// The next `=` or `:` between a key and its value; a colon counts only before a quote or a
  /// blank.
  private func pairMark(_ bytes: RawSpan, from start: Int, to end: Int) -> Int? {
    var offset = start
    while offset < end {
      let byte = bytes.byte(unchecked: offset)
      if byte == UInt8(ascii: "=") { return offset }
      if byte == Byte.colon, offset + 1 < end {
        let next = bytes.byte(unchecked: offset + 1)
        if next == Byte.quote || Byte.isBlank(next) { return offset }
      }
      offset += 1
    }
    return nil
  }

  /// The key before a mark.
  private func pairKey(_ bytes: RawSpan, _ mark: Int, from first: Int) -> Range<Int> {
    let classes = ByteClasses.shared
    var key = mark
    while key > first, mark - key <= Self.longestKey,
      Self.isPairKey(bytes.byte(unchecked: key - 1), classes)
    {
      key -= 1
    }
    return key..<mark
  }

  /// The value behind a mark, without blanks and quotes before it.
  private func pairValue(_ bytes: RawSpan, _ first: Int, to end: Int) -> Range<Int> {
    var start = first
    while start < end, start - first < 8, Byte.isBlank(bytes.byte(unchecked: start)) { start += 1 }
    let quote = start < end ? bytes.byte(unchecked: start) : 0
    if quote == Byte.quote || quote == UInt8(ascii: "'") { start += 1 }
    var stop = start
    // `[2001:db8::1]:443`.
    if quote == UInt8(ascii: "["),
      let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: start, to: min(end, start + 48))
    {
      stop = close + 1
    }
    while stop < end, stop - start <= 64, !isPairBorder(bytes.byte(unchecked: stop)),
      quote != UInt8(ascii: "'") || bytes.byte(unchecked: stop) != quote
    {
      stop += 1
    }
    return start..<stop
  }

  /// The value up to its closing quote, with blanks; the value itself if it is not in quotes.
  private func quoted(_ bytes: RawSpan, _ value: Range<Int>, to end: Int) -> Range<Int> {
    let start = value.lowerBound
    guard bytes.byte(unchecked: start - 1) == Byte.quote,
      let close = bytes.firstOffset(of: Byte.quote, from: start, to: min(end, start + 64))
    else { return value }
    return start..<close
  }

  /// Whether a value may be a time: a number, or words in quotes.
  private func mayBeTime(_ bytes: RawSpan, _ value: Range<Int>) -> Bool {
    Byte.isDigit(bytes.byte(unchecked: value.lowerBound))
      || bytes.byte(unchecked: value.lowerBound - 1) == Byte.quote
  }

  /// Whether a colon may separate a key from its value.
  ///
  /// It may if the value is a number or an address, or if the key begins as `protocol` or `action`
  /// does.
  private func mayBeSpoken(_ bytes: RawSpan, _ key: Range<Int>, _ value: Range<Int>) -> Bool {
    guard !value.isEmpty else { return false }
    if Byte.isDigit(bytes.byte(unchecked: value.lowerBound)) { return true }
    let letter = bytes.byte(unchecked: key.lowerBound) | 0x20
    return letter == UInt8(ascii: "p") || letter == UInt8(ascii: "a")
      || bytes.firstOffset(of: Byte.colon, from: value.lowerBound, to: value.upperBound) != nil
  }

  /// The fact for a key as people write it, in one word or several: `src`, `Dst IP`,
  /// `Source Network Address`.
  private func spokenFact(
    _ bytes: RawSpan, _ last: Range<Int>, from first: Int
  ) -> (EventFact, UInt8)? {
    var key = last
    var words = 1
    while true {
      let name = KeyName(bytes.extracting(key))
      let (fact, rank) = name.fact(parent: Self.noKey)
      // `IP Address` does not say whose address it is.
      if fact != .none, !name.plain.hasPrefix("ip") { return (fact, rank) }
      guard words < 3, isAddressWord(name.plain) else { return nil }
      words += 1
      let before = key.lowerBound - 1
      guard before > first, bytes.byte(unchecked: before) == Byte.space else { return nil }
      let word = pairKey(bytes, before, from: first)
      guard 2...Self.longestKey ~= word.count else { return nil }
      key = word.lowerBound..<key.upperBound
    }
  }

  /// Whether a key names what should be done, not what was done: `Requested action`,
  /// `Secondary action`.
  private func isIntended(_ bytes: RawSpan, _ key: Range<Int>, from first: Int) -> Bool {
    let before = max(first, key.lowerBound - 1)
    switch EventFacts.word(bytes, pairKey(bytes, before, from: first)) {
    case "requested", "secondary", "recommended", "configured", "intended": return true
    default: return false
    }
  }

  /// Whether a word, as `ip` or `port`, needs the word before it to tell whose it is.
  private func isAddressWord(_ plain: String) -> Bool {
    plain == "ip" || plain == "port" || plain == "address" || plain == "addr"
      || plain == "networkaddress" || plain == "ipaddress"
  }

  /// The verdict that a verb expresses by itself, in upper or lower case.
  func verb(_ bytes: RawSpan, _ word: Range<Int>) -> Verdict? {
    switch EventFacts.word(bytes, word) {
    // WatchGuard's proxies have words of their own.
    case "allow", "allowed", "permit", "permitted", "accept", "accepted", "proxyallow",
      "proxystrip":
      .allowed
    case "deny", "denied", "block", "blocked", "drop", "dropped", "reject", "rejected",
      "proxydeny", "proxydrop", "proxyblock":
      .blocked
    default: nil
    }
  }

  private static func isPairKey(_ byte: UInt8, _ classes: ByteClasses) -> Bool {
    classes.is(byte, .word) || byte == Byte.minus || byte == Byte.dot
  }

  /// Whether a byte separates pairs, or a pair from other words.
  private func isPairBorder(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.space, Byte.tab, Byte.lineFeed, Byte.carriageReturn, Byte.comma, Byte.quote,
      UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"),
      UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    default: false
    }
  }
}
