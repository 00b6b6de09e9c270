import Indicators
import Parsing

/// Lines without fields that still say between which endpoints something happened: alerts and
/// filters with an arrow, daemons that name their client, and keys with values amid other words.
///
/// Their values stay text; only the event is taken from them. A line must have one of these forms,
/// since a preposition alone proves nothing: a route may be removed `from` an address as well.
extension EventNotes {
  /// Bytes of a line beyond which it is prose.
  private static let longestSentence = 2048
  /// Bytes of a word beside an arrow beyond which it is not taken for an endpoint: arrows may
  /// follow one another without a blank.
  private static let longestWord = 80
  /// Arrows that are looked at.
  private static let mostArrows = 16

  /// Notes what a line of text, or the message behind a header, says about its event; false if it
  /// names no endpoint.
  mutating func noteSentence(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let last = min(range.upperBound, range.lowerBound + Self.longestSentence)
    let text = bytes.trimmed(range.lowerBound..<last)
    guard text.count >= 16 else { return false }
    if bytes.starts(with: "<Event", at: text.lowerBound), noteWindowsEvent(bytes, range) {
      return true
    }
    if notePositions(bytes, text) || noteJunos(bytes, text) || noteArrow(bytes, text)
      || noteTuple(bytes, text)
      || noteNameQuestion(bytes, text) || noteNamedEndpoints(bytes, text)
      || noteRequest(bytes, text) || noteRouter(bytes, text) || noteMailServer(bytes, text)
      || noteBan(bytes, text) || noteDatabaseClient(bytes, text)
      || noteClient(bytes, text) || notePairs(bytes, text) || noteClientPhrase(bytes, text)
    {
      noteAction(bytes, text)
      noteFilteringPlatform(bytes, text)
      return true
    }
    facts.reset()
    return false
  }

  // MARK: Arrows

  /// `{TCP} 192.0.2.1:5000 -> 198.51.100.9:443` of Snort and Suricata, `192.0.2.1/5000->198.51.100.9/443` of
  /// Juniper, `192.0.2.1(5000) -> 198.51.100.9(443)` of Cisco's access lists.
  private mutating func noteArrow(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    var offset = text.lowerBound + 1
    var arrows = 0
    while arrows < Self.mostArrows,
      let mark = bytes.firstOffset(of: UInt8(ascii: ">"), from: offset, to: text.upperBound)
    {
      offset = mark + 1
      arrows += 1
      guard bytes.byte(unchecked: mark - 1) == Byte.minus else { continue }
      var source = wordBefore(bytes, mark - 1, from: text.lowerBound)
      // Cisco's routers write the interface and the sender's hardware address behind an endpoint.
      if let last = source.last, bytes.byte(unchecked: last) == UInt8(ascii: ")"),
        bytes.firstOffset(of: UInt8(ascii: "("), from: source.lowerBound, to: last) == nil
      {
        source = wordBefore(bytes, source.lowerBound, from: text.lowerBound)
      }
      // Firepower writes the country behind an endpoint.
      if source.count > 2, bytes.byte(unchecked: source.lowerBound) == UInt8(ascii: "("),
        bytes.byte(unchecked: source.lowerBound + 1) &- Byte.zero > 9
      {
        source = wordBefore(bytes, source.lowerBound, from: text.lowerBound)
      }
      var next = mark + 1
      while next < text.upperBound, bytes.byte(unchecked: next) == Byte.space { next += 1 }
      let target =
        next..<bytes.tokenEnd(from: next, to: min(text.upperBound, next + Self.longestWord))
      guard let first = WrittenEndpoint(bytes, source, hasPorts: true),
        let second = WrittenEndpoint(bytes, target, hasPorts: true)
      else {
        continue
      }
      let word = wordBeforeRemark(bytes, source.lowerBound, from: text.lowerBound)
      let isMarked = word.count > 2 && bytes.byte(unchecked: word.lowerBound) == UInt8(ascii: "{")
      let number = EventFacts.ipProtocol(bytes, isMarked ? inner(word) : word)
      let before = wordBefore(bytes, word.lowerBound, from: text.lowerBound)
      // The verb of an access list is before the protocol, which may have no ports; MikroTik's
      // routers write `proto` there.
      let hasVerb =
        number != nil && (verb(bytes, before) != nil || bytes.isWord(before, "proto"))
      guard isMarked || first.hasPort && second.hasPort || hasVerb else { continue }
      if let number, isMarked || !bytes.isNumber(word) { facts.note(ipProtocol: number) }
      // For ICMP these are type and code.
      let hasPorts = number.map(IPProtocol.isICMP) != true
      facts.note(
        isSource: true, bytes, first.address, port: hasPorts ? first.port(bytes) : 0)
      facts.note(
        isSource: false, bytes, second.address, port: hasPorts ? second.port(bytes) : 0)
      noteOutcome(
        bytes, text.lowerBound..<mark, isMarked ? nil : number == nil && !hasVerb ? word : before)
      return facts.hasEndpoints
    }
    return false
  }

  /// The word before an offset; if a remark in brackets is there, the word before that, as in
  /// MikroTik's `proto TCP (SYN), 192.0.2.1:5000->…`.
  private func wordBeforeRemark(_ bytes: RawSpan, _ end: Int, from first: Int) -> Range<Int> {
    let word = wordBefore(bytes, end, from: first)
    guard word.count > 2, bytes.starts(with: "),", at: word.upperBound - 2),
      let open = bytes.lastOffset(
        of: UInt8(ascii: "("), from: max(first, word.upperBound - Self.longestWord),
        to: word.upperBound)
    else { return word }
    return wordBefore(bytes, open, from: first)
  }

  /// Notes what was done: `[Drop]` of Suricata, `session denied` of Juniper, the word before
  /// protocol and endpoints of an access list.
  private mutating func noteOutcome(
    _ bytes: RawSpan, _ front: Range<Int>, _ word: Range<Int>?
  ) {
    if let word { facts.note(EventFacts.verdict(bytes, word)) }
    if bytes.firstRange(of: "[Drop] ", from: front.lowerBound, to: front.upperBound) != nil {
      facts.note(.blocked)
    }
    guard
      let session = bytes.firstRange(of: "session ", from: front.lowerBound, to: front.upperBound)
    else { return }
    let start = session.upperBound
    let outcome = start..<bytes.tokenEnd(from: start, to: front.upperBound)
    if bytes.isWord(outcome, "denied") {
      facts.note(.blocked)
    } else if bytes.isWord(outcome, "created") || bytes.isWord(outcome, "closed") {
      facts.note(.allowed)
    }
  }

  // MARK: Words

  /// The last word before an offset, without the blanks between.
  func wordBefore(_ bytes: RawSpan, _ end: Int, from first: Int) -> Range<Int> {
    var end = end
    while end > first, bytes.byte(unchecked: end - 1) == Byte.space { end -= 1 }
    var start = end
    let least = max(first, end - Self.longestWord)
    while start > least, bytes.byte(unchecked: start - 1) != Byte.space { start -= 1 }
    return start..<end
  }

  /// A word without its first and its last byte.
  private func inner(_ word: Range<Int>) -> Range<Int> { word.lowerBound + 1..<word.upperBound - 1 }
}
