import Indicators
import Parsing

/// Messages: lines of other programs that shippers, collectors and containers put whole into a
/// member of their own record.
///
/// If the record itself says nothing about an event, the line in it is examined, whatever its form:
/// a record of one of the formats that are known line by line, or a sentence. Its values were found
/// before (`scanWrappedLine`); here only the event and its time are taken from it.
extension Extraction {
  /// Notes what the message of a JSON record says about its event, and its time if the record has
  /// none.
  mutating func noteMessage(
    _ bytes: RawSpan, _ token: JSONToken, hasTime: Bool, mayEndWithRecord: Bool = false
  ) {
    guard event.asksMessage(bytes, token.range, hasTime: hasTime) else {
      // Its first words hold no escapes.
      event.noteFilteringPlatform(bytes, token.range)
      return
    }
    guard token.hasEscapes else {
      noteMessage(bytes, token.range, mayEndWithRecord: mayEndWithRecord)
      return
    }
    var text = scanner.levels.take(level: 1)
    defer { scanner.levels.giveBack(text, level: 1) }
    text.removeAll(keepingCapacity: true)
    JSONTokenizer.unescape(bytes.extracting(token.range), to: &text)
    noteMessage(text.rawSpan, 0..<text.count, mayEndWithRecord: mayEndWithRecord)
  }

  /// Notes what the message of a record in a member's string says about its event, as facts of the
  /// nested record.
  mutating func noteMemberMessage(_ bytes: RawSpan) {
    guard let token = nested.memberMessage else { return }
    nested.memberMessage = nil
    guard event.asksMessage(bytes, token.range, hasTime: event.nestedTime != nil) else { return }
    let own = event.facts
    noteMessage(bytes, token, hasTime: event.nestedTime != nil)
    if event.facts.found != nil { event.nested.facts = event.facts }
    event.facts = own
  }

  /// Notes what a message says about its event, read as if it were a line by itself.
  ///
  /// If it `mayEndWithRecord`, a record in JSON at its end, which was read before, is no part of a
  /// sentence.
  mutating func noteMessage(_ bytes: RawSpan, _ range: Range<Int>, mayEndWithRecord: Bool) {
    func sentence(_ text: Range<Int>, _ nested: inout NestedReading) -> Range<Int> {
      guard mayEndWithRecord,
        let tail = nested.start(bytes, from: text.lowerBound, to: text.upperBound)
      else { return text }
      return text.lowerBound..<tail
    }
    let text = bytes.trimmed(range)
    guard text.count >= 16 else { return }
    event.facts.reset()
    var time: Int64?
    if LineRecordReader.read(bytes, text, &self) {
      noteLineFields(bytes)
      let (message, headerTime) = (line.text, line.headerTime)
      time = line.time
      if event.facts.found != nil {
        event.namesEndpointsInText = event.facts.hasEndpoints
      } else if !message.isEmpty {
        event.namesEndpointsInText = event.noteSentence(bytes, sentence(message, &nested))
      }
      time = time ?? event.sentenceTime ?? headerTime
      if time == nil {
        let start = message.isEmpty ? text : message
        time = LogTime.lineStart(bytes, start, year: options.year)?.time
      }
    } else {
      event.facts.reset()
      event.namesEndpointsInText = event.noteSentence(bytes, sentence(text, &nested))
      time = LogTime.lineStart(bytes, text, year: options.year)?.time ?? event.sentenceTime
    }
    event.settleEndpoints()
    if event.nestedTime == nil { event.nestedTime = time }
  }
}

extension EventNotes {
  /// Bytes beyond which a string is not examined as a message.
  private static let longestMessage = 32_768

  /// Whether a message is examined: nothing else in the record names the ends of an event, and the
  /// message may name one or a missing time.
  func asksMessage(_ bytes: RawSpan, _ range: Range<Int>, hasTime: Bool) -> Bool {
    16...Self.longestMessage ~= range.count && facts.found == nil && !facts.hasLocalEndpoints
      && nested.hasNoEndpoints
      && (!hasTime || Self.mayHoldAddress(bytes, range))
  }

  /// Joins what a sentence says and what a record nested beside it says, which names no endpoint.
  ///
  /// The record's members tell what became of the event, the sentence between whom it was; one that
  /// names nobody does not count beside them.
  mutating func settleEndpoints() {
    guard let said = nested.facts.found else { return }
    if facts.hasEndpoints {
      facts.fill(from: said)
    } else {
      facts.reset()
    }
  }

  /// Whether there are two dots between digits as in an IPv4 address, or colons as in an IPv6
  /// address.
  private static func mayHoldAddress(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let (first, end) = (range.lowerBound, range.upperBound)
    func isDigit(_ offset: Int) -> Bool {
      offset >= first && offset < end && Byte.isDigit(bytes.byte(unchecked: offset))
    }
    var offset = first
    while let dot = bytes.firstOffset(of: Byte.dot, from: offset, to: end) {
      offset = dot + 1
      guard isDigit(dot - 1), isDigit(dot + 1) else { continue }
      let last = min(end, dot + 5)
      if bytes.firstOffset(of: Byte.dot, from: offset, to: last) != nil { return true }
    }
    offset = first
    var colons = 0
    while let colon = bytes.firstOffset(of: Byte.colon, from: offset, to: end) {
      colons = colon < offset + 5 ? colons + 1 : 1
      if colons > 6 || bytes.starts(with: ":", at: colon + 1) && colon + 1 < end { return true }
      offset = colon + 1
    }
    return false
  }
}
