import Indicators
import Parsing

/// Lines that hold nothing but keys and values joined by `=` (logfmt, many firewalls and
/// appliances).
enum PairRecord {
  /// The fewest pairs that make a line a record.
  private static let fewestPairs = 3

  /// What the keys of a line of pairs tell about the line, beside their values.
  private struct Notes {
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
  static func read(
    _ bytes: RawSpan, _ whole: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let range = pairsStart(bytes, whole)..<whole.upperBound
    let count = extraction.line.fields.count
    var notes = Notes()
    var isWhole = hasCommas(bytes, range) && readListedPairs(bytes, range, &notes, &extraction)
    if !isWhole {
      extraction.line.cut(to: count)
      extraction.line.time = nil
      notes = Notes()
      isWhole = readSpacedPairs(bytes, range, &notes, &extraction)
    }
    guard isWhole, notes.count >= fewestPairs else {
      extraction.line.cut(to: count)
      extraction.line.time = nil
      return false
    }
    if extraction.line.time == nil {
      extraction.line.time = LogTime.dateAndTime(
        bytes, date: notes.date, clock: notes.clock, zone: notes.zone)
    } else if !notes.zone.isEmpty {
      extraction.line.time = LogTime.field(bytes, extraction.line.timeText, zone: notes.zone)
    }
    if extraction.line.time == nil, notes.date.count > 10 {
      extraction.line.time = LogTime.field(bytes, notes.date, zone: notes.zone)
    }
    // If FortiGate's action is the end of a session, the session was let through.
    if notes.isFortiGate,
      bytes.isWord(notes.action, "close") || bytes.isWord(notes.action, "timeout")
    {
      extraction.event.facts.note(.allowed, rank: 2)
    }
    return true
  }

  /// Where the pairs of a message begin.
  private static func pairsStart(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let start = range.lowerBound
    if bytes.starts(with: "ASM:", at: start) { return min(start + 4, range.upperBound) }
    let end = bytes.tokenEnd(from: start, to: min(range.upperBound, start + Self.longestRelay))
    return bytes.isAddress(ColumnRange(start: start, end: end))
      ? bytes.blanksEnd(from: end, to: range.upperBound) : start
  }

  /// The most bytes of a relay's address and the blank behind it.
  private static let longestRelay = 46

  /// Reads pairs with blanks between them; false: something else is among them.
  private static func readSpacedPairs(
    _ bytes: RawSpan, _ range: Range<Int>, _ notes: inout Notes, _ extraction: inout Extraction
  ) -> Bool {
    var offset = range.lowerBound
    while offset < range.upperBound {
      if bytes.byte(unchecked: offset) == Byte.space {
        offset += 1
        continue
      }
      guard let key = pairKey(bytes, from: offset, to: range.upperBound),
        notes.count < LineRecord.mostPairs
      else { return false }
      offset = key.upperBound + 1
      if offset < range.upperBound, bytes.byte(unchecked: offset) == Byte.quote {
        guard let close = bytes.closingQuote(from: offset + 1, to: range.upperBound),
          bytes.tokenEnd(from: close + 1, to: range.upperBound)
            == pairEnd(bytes, behind: close + 1, to: range.upperBound)
        else { return false }
        addPair(bytes, key, offset + 1..<close, isQuoted: true, &notes, &extraction)
        offset = pairEnd(bytes, behind: close + 1, to: range.upperBound)
      } else if let close = closingApostrophe(bytes, from: offset, to: range.upperBound) {
        addPair(bytes, key, offset + 1..<close, isQuoted: true, &notes, &extraction)
        offset = pairEnd(bytes, behind: close + 1, to: range.upperBound)
      } else {
        let token = offset..<bytes.tokenEnd(from: offset, to: range.upperBound)
        addPair(
          bytes, key, offset..<withoutSeparator(bytes, token), isQuoted: false, &notes, &extraction)
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
  private static func closingApostrophe(_ bytes: RawSpan, from start: Int, to end: Int) -> Int? {
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
  private static func hasCommas(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
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
  private static func readListedPairs(
    _ bytes: RawSpan, _ range: Range<Int>, _ notes: inout Notes, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    var offset = range.lowerBound
    while offset < end {
      // FortiMail writes a blank behind some of the commas.
      if bytes.byte(unchecked: offset) == Byte.space, offset > range.lowerBound { offset += 1 }
      guard let key = pairKey(bytes, from: offset, to: end), notes.count < LineRecord.mostPairs
      else {
        return false
      }
      offset = key.upperBound + 1
      if offset < end, bytes.byte(unchecked: offset) == Byte.quote {
        guard let close = bytes.closingQuote(from: offset + 1, to: end),
          close + 1 == end || bytes.byte(unchecked: close + 1) == Byte.comma
        else { return false }
        addPair(bytes, key, offset + 1..<close, isQuoted: true, &notes, &extraction)
        offset = close + 2
      } else {
        let comma = bytes.firstOffset(of: Byte.comma, from: offset, to: end) ?? end
        // A blank before another key shows that blanks separate the pairs.
        if let blank = bytes.firstOffset(of: Byte.space, from: offset, to: comma),
          bytes.firstOffset(of: UInt8(ascii: "="), from: blank, to: comma) != nil
        {
          return false
        }
        addPair(bytes, key, offset..<comma, isQuoted: false, &notes, &extraction)
        offset = comma + 1
      }
    }
    return true
  }

  /// The key that begins at an offset, behind which an equals sign stands.
  private static func pairKey(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int>? {
    var offset = start
    while offset < end, isPairKeyByte(bytes.byte(unchecked: offset)) { offset += 1 }
    guard offset > start, offset < end, bytes.byte(unchecked: offset) == UInt8(ascii: "="),
      ByteClasses.shared.is(bytes.byte(unchecked: start), .word)
        || bytes.byte(unchecked: start) == 0x40
    else { return nil }
    return start..<offset
  }

  private static func addPair(
    _ bytes: RawSpan, _ key: Range<Int>, _ value: Range<Int>, isQuoted: Bool,
    _ notes: inout Notes, _ extraction: inout Extraction
  ) {
    let path = extraction.addPair(bytes, key: key, value: value)
    if isQuoted { extraction.line.endQuoted() }
    notes.count += 1
    let fieldClass = extraction.scanner.paths.fieldClass(path)
    // FortiGate's `timestamp` is in the zone of the device, its `eventtime` is not.
    let timeRank = bytes.isWord(key, "eventtime") ? 0 : fieldClass.rank
    if fieldClass.role == .time, timeRank < notes.rank, let time = LogTime.field(bytes, value) {
      extraction.line.time = time
      extraction.line.timeText = value
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
      extraction.event.facts.note(.source, rank: 3, bytes, value)
    }
  }

  /// Whether a byte may be one of a key: also brackets, as in `cs(User-Agent)`.
  private static func isPairKeyByte(_ byte: UInt8) -> Bool {
    ByteClasses.shared.isKeyByte(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
  }

  /// Whether a byte may stand between pairs, before a blank.
  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == Byte.comma || byte == UInt8(ascii: ";")
  }

  /// The end of a pair whose quoted value ends at `value`: a separator may follow it.
  private static func pairEnd(_ bytes: RawSpan, behind value: Int, to end: Int) -> Int {
    value < end && Self.isSeparator(bytes.byte(unchecked: value)) ? value + 1 : value
  }

  /// The end of the value that a token is, without the separator behind it.
  private static func withoutSeparator(_ bytes: RawSpan, _ token: Range<Int>) -> Int {
    let last = token.upperBound - 1
    return last >= token.lowerBound && Self.isSeparator(bytes.byte(unchecked: last))
      ? last : token.upperBound
  }
}
