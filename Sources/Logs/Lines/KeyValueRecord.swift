import Indicators
import Parsing

/// Keys and values joined by `=`: messages of packet filters behind a prefix of their own, and
/// lines that hold nothing but pairs (logfmt, many firewalls and appliances).
extension LineRecordReader {
  /// The fewest pairs that make a line a record if it holds nothing else.
  private static let fewestPairs = 3

  // MARK: Packet filters

  /// Reads a message of iptables, nftables or ufw: `prefix IN=… OUT=… SRC=… DST=…`.
  mutating func readPacketFilter(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths, _ facts: inout EventFacts, _ nested: inout NestedReading
  ) -> Bool {
    let end = range.upperBound
    var first = range.lowerBound
    while true {
      guard let letter = bytes.firstOffset(of: UInt8(ascii: "I"), from: first, to: end) else {
        return false
      }
      if bytes.starts(with: "IN=", at: letter),
        letter == range.lowerBound || !classes.is(bytes.byte(unchecked: letter - 1), .name)
      {
        first = letter
        break
      }
      first = letter + 1
    }
    let next = bytes.tokenEnd(from: first, to: end)
    guard bytes.starts(with: " OUT=", at: next), mayBePrefix(bytes, range.lowerBound..<first),
      !nested.isInside(bytes, range, first)
    else { return false }
    let count = line.fields.count
    var hasSource = false
    var isQuotedPacket = false
    // The latest address of each end that still waits for its port.
    var (source, destination) = (-1, -1)
    var offset = first
    while offset < end {
      var start = offset
      let stop = bytes.tokenEnd(from: offset, to: end)
      offset = stop + 1
      // What an ICMP message quotes of another packet is in brackets.
      var close = stop
      if start < stop, bytes.byte(unchecked: start) == UInt8(ascii: "[") {
        start += 1
        isQuotedPacket = true
      }
      if start < stop, bytes.byte(unchecked: stop - 1) == UInt8(ascii: "]") { close -= 1 }
      guard let equals = bytes.firstOffset(of: UInt8(ascii: "="), from: start, to: close),
        equals > start,
        (start..<equals).allSatisfy({ classes.isKeyByte(bytes.byte(unchecked: $0)) })
      else { continue }
      guard line.fields.count < count + Self.mostPairs else {
        line.cut(to: count)
        return false
      }
      let path = paths.child(of: FieldPaths.root, key: bytes.extracting(start..<equals))
      line.add(path, key: start, value: equals + 1..<close)
      let key = start..<equals
      let index = line.fields.count - 1
      line.fields[index].isApart = isQuotedPacket
      line.fields[index].hasOwnPort = true
      if bytes.isWord(key, "SRC") {
        source = index
        hasSource = true
      } else if bytes.isWord(key, "DST") {
        destination = index
      } else if bytes.isWord(key, "SPT"), source >= 0 {
        line.fields[source].port = NumberText.port(bytes, equals + 1..<close) ?? 0
        source = -1
      } else if bytes.isWord(key, "DPT"), destination >= 0 {
        line.fields[destination].port = NumberText.port(bytes, equals + 1..<close) ?? 0
        destination = -1
      }
    }
    guard hasSource else {
      line.cut(to: count)
      return false
    }
    var prefix = range.lowerBound..<first
    let program = paths.name("appname")
    if prefix.isEmpty, let tag = line.fields.prefix(count).last(where: { $0.path == program }) {
      // Without a host, the prefix is where a program would be: `Jan  8 03:37:09 DROP: IN=…`.
      prefix = tag.start..<tag.end
    }
    facts.note(filterVerdict(bytes, prefix))
    return true
  }

  /// Whether the text before a filter's message may be a header and the prefix of a rule.
  ///
  /// If the message is in quotes or the value of a key, somebody else wrote it.
  private func mayBePrefix(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard let last = range.last else { return true }
    if bytes.byte(unchecked: last) == UInt8(ascii: "=") { return false }
    var offset = range.lowerBound
    // A quote at the start of the line encloses all of it.
    if !line.hasHeader, bytes.byte(unchecked: offset) == Byte.quote { offset += 1 }
    while let quote = bytes.firstOffset(of: Byte.quote, from: offset, to: range.upperBound) {
      // Only the description of a rule, `DESCR="…"`, may be quoted; other quotes are of another
      // format.
      guard quote > range.lowerBound, bytes.byte(unchecked: quote - 1) == UInt8(ascii: "="),
        let close = bytes.closingQuote(from: quote + 1, to: range.upperBound)
      else { return false }
      offset = close + 1
    }
    return true
  }

  /// The verdict that the prefix of a rule says.
  private func filterVerdict(_ bytes: RawSpan, _ range: Range<Int>) -> Verdict? {
    guard !range.isEmpty else { return nil }
    let last = max(range.lowerBound, range.upperBound - 128)
    let text = String(decoding: bytes.copied(last..<range.upperBound), as: UTF8.self).uppercased()
    for word in ["BLOCK", "DROP", "DENY", "DENIED", "REJECT"] where text.contains(word) {
      return .blocked
    }
    for word in ["ACCEPT", "ALLOW", "PERMIT"] where text.contains(word) { return .allowed }
    // VyOS and UniFi write it at the end of a rule's name: `[WAN_IN-10-D]`.
    guard let open = text.lastIndex(of: "["), let close = text[open...].firstIndex(of: "]") else {
      return nil
    }
    var rule = text[open..<close]
    // VyOS writes the rule's number behind the name.
    if let mark = rule.lastIndex(of: "-"), rule[mark...].dropFirst().allSatisfy(\.isNumber) {
      rule = rule[..<mark]
    }
    switch rule.suffix(2) {
    case "-D", "-R": return .blocked
    case "-A": return .allowed
    default: return nil
    }
  }

  // MARK: Lines of pairs alone

  /// What the keys of a line of pairs tell about the line, beside their values.
  private struct PairNotes {
    var count = 0
    var (date, clock, zone) = (0..<0, 0..<0, 0..<0)
    var (isFortiGate, action) = (false, 0..<0)
    /// The audit daemon wrote the line.
    var isAudit = false
    var rank = UInt8.max
  }

  /// Reads a message that is keys and values from its first byte to its last.
  ///
  /// The address of a relay, or F5's name for its application firewall (`ASM:`), may come before
  /// them.
  mutating func readPairs(
    _ bytes: RawSpan, _ whole: Range<Int>,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) -> Bool {
    let range = pairsStart(bytes, whole)..<whole.upperBound
    let count = line.fields.count
    var notes = PairNotes()
    var isWhole = hasCommas(bytes, range) && readListedPairs(bytes, range, &notes, &paths, &facts)
    if !isWhole {
      line.cut(to: count)
      line.time = nil
      notes = PairNotes()
      isWhole = readSpacedPairs(bytes, range, &notes, &paths, &facts)
    }
    guard isWhole, notes.count >= Self.fewestPairs else {
      line.cut(to: count)
      line.time = nil
      return false
    }
    if line.time == nil {
      line.time = LogTime.dateAndTime(
        bytes, date: notes.date, clock: notes.clock, zone: notes.zone)
    } else if !notes.zone.isEmpty {
      line.time = LogTime.field(bytes, line.timeText, zone: notes.zone)
    }
    if line.time == nil, notes.date.count > 10 {
      line.time = LogTime.field(bytes, notes.date, zone: notes.zone)
    }
    // If FortiGate's action is the end of a session, the session was let through.
    if notes.isFortiGate,
      bytes.isWord(notes.action, "close") || bytes.isWord(notes.action, "timeout")
    {
      facts.note(.allowed, rank: 2)
    }
    return true
  }

  /// Where the pairs of a message begin.
  private func pairsStart(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let start = range.lowerBound
    if bytes.starts(with: "ASM:", at: start) { return min(start + 4, range.upperBound) }
    let end = bytes.tokenEnd(from: start, to: min(range.upperBound, start + Self.longestRelay))
    return bytes.isAddress(ColumnRange(start: start, end: end))
      ? bytes.blanksEnd(from: end, to: range.upperBound) : start
  }

  /// The most bytes of a relay's address and the blank behind it.
  private static let longestRelay = 46

  /// Reads pairs with blanks between them; false: something else is among them.
  private mutating func readSpacedPairs(
    _ bytes: RawSpan, _ range: Range<Int>, _ notes: inout PairNotes,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) -> Bool {
    var offset = range.lowerBound
    while offset < range.upperBound {
      if bytes.byte(unchecked: offset) == Byte.space {
        offset += 1
        continue
      }
      guard let key = pairKey(bytes, from: offset, to: range.upperBound),
        notes.count < Self.mostPairs
      else { return false }
      offset = key.upperBound + 1
      if offset < range.upperBound, bytes.byte(unchecked: offset) == Byte.quote {
        guard let close = bytes.closingQuote(from: offset + 1, to: range.upperBound),
          bytes.tokenEnd(from: close + 1, to: range.upperBound)
            == pairEnd(bytes, behind: close + 1, to: range.upperBound)
        else { return false }
        addPair(bytes, key, offset + 1..<close, isQuoted: true, &notes, &paths, &facts)
        offset = pairEnd(bytes, behind: close + 1, to: range.upperBound)
      } else if let close = closingApostrophe(bytes, from: offset, to: range.upperBound) {
        addPair(bytes, key, offset + 1..<close, isQuoted: true, &notes, &paths, &facts)
        offset = pairEnd(bytes, behind: close + 1, to: range.upperBound)
      } else {
        let token = offset..<bytes.tokenEnd(from: offset, to: range.upperBound)
        addPair(
          bytes, key, offset..<withoutSeparator(bytes, token), isQuoted: false, &notes, &paths,
          &facts)
        offset = token.upperBound
      }
    }
    return true
  }

  /// The apostrophe that closes a value which begins with one; SonicWall writes values with blanks
  /// so.
  ///
  /// A value that holds pairs itself, as the audit daemon's messages do, is not taken as quoted:
  /// its pairs count, and nobody can hide pairs behind an apostrophe in a name.
  private func closingApostrophe(_ bytes: RawSpan, from start: Int, to end: Int) -> Int? {
    guard start < end, bytes.byte(unchecked: start) == Byte.apostrophe,
      let close = bytes.firstOffset(of: Byte.apostrophe, from: start + 1, to: end),
      bytes.firstOffset(of: UInt8(ascii: "="), from: start + 1, to: close) == nil
    else { return nil }
    let behind = pairEnd(bytes, behind: close + 1, to: end)
    return behind == end || bytes.byte(unchecked: behind) == Byte.space ? close : nil
  }

  /// Whether commas without blanks separate the pairs, as FortiGate, FortiMail and F5 may write
  /// them.
  ///
  /// A comma must follow the date, or a first value in quotes, and a key must follow the comma.
  private func hasCommas(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard let key = pairKey(bytes, from: range.lowerBound, to: range.upperBound) else {
      return false
    }
    let value = key.upperBound + 1
    if value < range.upperBound, bytes.byte(unchecked: value) == Byte.quote {
      guard let close = bytes.closingQuote(from: value + 1, to: range.upperBound),
        close + 1 < range.upperBound, bytes.byte(unchecked: close + 1) == Byte.comma
      else { return false }
      return pairKey(bytes, from: close + 2, to: range.upperBound) != nil
    }
    guard bytes.isWord(key, "date") else { return false }
    let token = value..<bytes.tokenEnd(from: value, to: range.upperBound)
    guard !token.isEmpty,
      let comma = bytes.firstOffset(of: Byte.comma, from: token.lowerBound, to: token.upperBound)
    else { return false }
    return pairKey(bytes, from: comma + 1, to: token.upperBound) != nil
  }

  /// Reads pairs with commas between them; false: something else is among them.
  private mutating func readListedPairs(
    _ bytes: RawSpan, _ range: Range<Int>, _ notes: inout PairNotes,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) -> Bool {
    let end = range.upperBound
    var offset = range.lowerBound
    while offset < end {
      // FortiMail writes a blank behind some of the commas.
      if bytes.byte(unchecked: offset) == Byte.space, offset > range.lowerBound { offset += 1 }
      guard let key = pairKey(bytes, from: offset, to: end), notes.count < Self.mostPairs else {
        return false
      }
      offset = key.upperBound + 1
      if offset < end, bytes.byte(unchecked: offset) == Byte.quote {
        guard let close = bytes.closingQuote(from: offset + 1, to: end),
          close + 1 == end || bytes.byte(unchecked: close + 1) == Byte.comma
        else { return false }
        addPair(bytes, key, offset + 1..<close, isQuoted: true, &notes, &paths, &facts)
        offset = close + 2
      } else {
        let comma = bytes.firstOffset(of: Byte.comma, from: offset, to: end) ?? end
        // A blank before another key shows that blanks separate the pairs.
        if let blank = bytes.firstOffset(of: Byte.space, from: offset, to: comma),
          bytes.firstOffset(of: UInt8(ascii: "="), from: blank, to: comma) != nil
        {
          return false
        }
        addPair(bytes, key, offset..<comma, isQuoted: false, &notes, &paths, &facts)
        offset = comma + 1
      }
    }
    return true
  }

  /// The key that begins at an offset, behind which an equals sign stands.
  private func pairKey(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int>? {
    var offset = start
    while offset < end, isPairKeyByte(bytes.byte(unchecked: offset)) { offset += 1 }
    guard offset > start, offset < end, bytes.byte(unchecked: offset) == UInt8(ascii: "="),
      classes.is(bytes.byte(unchecked: start), .word) || bytes.byte(unchecked: start) == 0x40
    else { return nil }
    return start..<offset
  }

  private mutating func addPair(
    _ bytes: RawSpan, _ key: Range<Int>, _ value: Range<Int>, isQuoted: Bool,
    _ notes: inout PairNotes,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) {
    let path = paths.child(of: FieldPaths.root, key: bytes.extracting(key))
    line.add(path, key: key.lowerBound, value: value)
    if isQuoted { line.endQuoted() }
    notes.count += 1
    let fieldClass = paths.fieldClass(path)
    // FortiGate's `timestamp` is in the zone of the device, its `eventtime` is not.
    let timeRank = bytes.isWord(key, "eventtime") ? 0 : fieldClass.rank
    if fieldClass.role == .time, timeRank < notes.rank, let time = LogTime.field(bytes, value) {
      line.time = time
      line.timeText = value
      notes.rank = timeRank
    }
    if key.count == 4 {
      if bytes.starts(ignoringCase: "date", at: key.lowerBound) { notes.date = value }
      if bytes.starts(ignoringCase: "time", at: key.lowerBound) { notes.clock = value }
    }
    if fieldClass.role == .zone { notes.zone = value }
    notes.isFortiGate = notes.isFortiGate || bytes.isWord(key, "logid")
    if bytes.isWord(key, "action") { notes.action = value }
    if bytes.isWord(key, "msg"), bytes.starts(with: "audit(", at: value.lowerBound) {
      notes.isAudit = true
    }
    // In lines of the audit daemon, `addr` is who logged in.
    if notes.isAudit, bytes.isWord(key, "addr") {
      facts.note(.source, rank: 3, bytes, value)
    }
  }

  /// Whether a byte may be one of a key: also brackets, as in `cs(User-Agent)`.
  private func isPairKeyByte(_ byte: UInt8) -> Bool {
    classes.isKeyByte(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
  }

  /// Whether a byte may stand between pairs, before a blank.
  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == Byte.comma || byte == UInt8(ascii: ";")
  }

  /// The end of a pair whose quoted value ends at `value`: a separator may follow it.
  private func pairEnd(_ bytes: RawSpan, behind value: Int, to end: Int) -> Int {
    value < end && Self.isSeparator(bytes.byte(unchecked: value)) ? value + 1 : value
  }

  /// The end of the value that a token is, without the separator behind it.
  private func withoutSeparator(_ bytes: RawSpan, _ token: Range<Int>) -> Int {
    let last = token.upperBound - 1
    return last >= token.lowerBound && Self.isSeparator(bytes.byte(unchecked: last))
      ? last : token.upperBound
  }
}
