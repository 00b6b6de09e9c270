import Indicators
import Parsing

/// Lines of name servers and resolvers that hold a question amid words.
///
/// What was asked for is a name whatever its top-level domain is (`Matching.md` §1.7), and the
/// field is called `query`, as for BIND. Each form is recognised by the words on both sides of the
/// name. The rest of the line is text, in which its ends are looked for as well.
enum NameQuestion {
  /// Reads a line of dnsmasq and Pi-hole, unbound, CoreDNS, PowerDNS or Umbrella.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard range.count >= 12 else { return false }
    if bytes.byte(unchecked: range.lowerBound) == Byte.quote {
      guard let cell = resolvedName(bytes, range) else { return false }
      extraction.addField("query", quoted: cell)
    } else if let asked = relayedName(bytes, range, &extraction) ?? classedName(bytes, range)
      ?? typedName(bytes, range), !extraction.nested.isInside(bytes, range, asked.lowerBound)
    {
      extraction.addField("query", asked)
    } else {
      return false
    }
    extraction.line.text = range
    return true
  }

  // MARK: dnsmasq

  /// Words before the name in answers of dnsmasq and Pi-hole; one of `relayResults` follows each of
  /// Pi-hole's `relayLists`.
  private static let relayVerbs: [StaticString] = [
    "reply", "cached", "cached-stale", "config", "validation",
  ]
  private static let relayLists: [StaticString] = ["gravity", "exactly", "regex", "external"]
  private static let relayCodes: [StaticString] = [
    "NXDOMAIN", "NODATA", "NODATA-IPv4", "NODATA-IPv6", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR",
    "SECURE", "INSECURE", "BOGUS", "ABANDONED",
  ]
  private static let relayResults: [StaticString] = ["blocked", "blacklisted", "denied"]

  /// The name in a line of dnsmasq or Pi-hole about a question.
  ///
  /// The forms are `query[A] a.example from 192.0.2.1`, `forwarded a.example to 192.0.2.1`,
  /// `reply a.example is <CNAME>` and `gravity blocked a.example is 0.0.0.0`. A number and the
  /// client may come before them, and a file may be in the verb's place. In an answer about an
  /// address, the name is behind `is`.
  private static func relayedName(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Range<Int>? {
    let end = range.upperBound
    var offset = range.lowerBound
    func next() -> Range<Int> {
      let word = offset..<bytes.tokenEnd(from: offset, to: end)
      offset = min(word.upperBound + 1, end)
      return word
    }
    func isOne(_ word: Range<Int>, of words: [StaticString]) -> Bool {
      words.contains { bytes.isWord(word, $0) }
    }
    var verb = next()
    if bytes.isNumber(verb) {
      let client = next()
      guard
        let slash = bytes.firstOffset(
          of: Byte.slash, from: client.lowerBound, to: client.upperBound),
        bytes.isNumber(slash + 1..<client.upperBound)
      else { return nil }
      verb = next()
    }
    guard let first = verb.first else { return nil }
    let isQuestion =
      bytes.byte(unchecked: verb.upperBound - 1) == UInt8(ascii: "]")
      && (bytes.starts(with: "query[", at: first) || bytes.starts(with: "auth[", at: first)
        || bytes.starts(with: "dnssec-query[", at: first))
    let isForward = bytes.isWord(verb, "forwarded")
    let isFile = bytes.byte(unchecked: first) == Byte.slash
    let isListed = isOne(verb, of: Self.relayLists)
    let isAnswer =
      isListed ? isOne(next(), of: Self.relayResults) : isOne(verb, of: Self.relayVerbs)
    guard isQuestion || isForward || isFile || isAnswer else { return nil }
    let (name, link, other) = (next(), next(), next())
    guard !name.isEmpty, !other.isEmpty else { return nil }
    // `192.0.2.1#5353`.
    let mark = bytes.firstOffset(
      of: UInt8(ascii: "#"), from: other.lowerBound, to: other.upperBound)
    let address = other.lowerBound..<(mark ?? other.upperBound)
    let isAddress = EventFacts.endpointWithPort(bytes, address) != nil
    if isQuestion || isForward {
      let isLink = bytes.isWord(link, "to") || isQuestion && bytes.isWord(link, "from")
      return isLink && isAddress ? name : nil
    }
    guard bytes.isWord(link, "is") else { return nil }
    if !isFile, EventFacts.endpoint(bytes, name) != nil { return other }
    let isCode =
      bytes.byte(unchecked: other.lowerBound) == UInt8(ascii: "<")
      || isOne(other, of: Self.relayCodes)
    guard isAddress || !isFile && isCode else { return nil }
    if isListed {
      extraction.event.facts.note(.blocked)
    } else if let code = EventFacts.answerCode(bytes, other) {
      extraction.event.facts.note(state: code)
    }
    return name
  }

  // MARK: Types and classes

  /// The name, with the dot at its end, in `a.example. A IN` of unbound and `A IN a.example.` of CoreDNS.
  private static func classedName(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int>? {
    let end = range.upperBound
    var offset = range.lowerBound + 2
    while let mark = bytes.firstOffset(of: UInt8(ascii: "I"), from: offset, to: end) {
      offset = mark + 1
      guard bytes.starts(with: "IN", at: mark), bytes.byte(unchecked: mark - 1) == Byte.space,
        let type = typeEnding(bytes, at: mark - 1, from: range.lowerBound)
      else { continue }
      if mark + 2 < end, bytes.byte(unchecked: mark + 2) == Byte.space,
        let name = fullName(bytes, mark + 3..<bytes.tokenEnd(from: mark + 3, to: end))
      {
        return name
      }
      guard mark + 2 == end || !ByteClasses.shared.is(bytes.byte(unchecked: mark + 2), .name),
        type > range.lowerBound, bytes.byte(unchecked: type - 1) == Byte.space
      else { continue }
      var start = type - 1
      let least = max(range.lowerBound, start - Self.longestQuestion)
      while start > least, ByteClasses.shared.is(bytes.byte(unchecked: start - 1), .name) {
        start -= 1
      }
      if let name = fullName(bytes, start..<type - 1) { return name }
    }
    return nil
  }

  /// The most bytes of a name, with the escapes in it.
  private static let longestQuestion = 512

  /// Where the record type that ends at an offset begins: `A`, `AAAA`, `TYPE65`.
  private static func typeEnding(_ bytes: RawSpan, at end: Int, from first: Int) -> Int? {
    var start = end
    while start > first, end - start < 10,
      Byte.isCapital(bytes.byte(unchecked: start - 1))
        || Byte.isDigit(bytes.byte(unchecked: start - 1))
    {
      start -= 1
    }
    guard start < end, Byte.isCapital(bytes.byte(unchecked: start)),
      start == first || !ByteClasses.shared.is(bytes.byte(unchecked: start - 1), .name)
    else { return nil }
    return start
  }

  /// The range, if it is a name of two labels or more with a dot at its end.
  private static func fullName(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int>? {
    let last = range.upperBound - 1
    guard last > range.lowerBound, bytes.byte(unchecked: last) == Byte.dot,
      bytes.firstOffset(of: Byte.dot, from: range.lowerBound, to: last) != nil,
      range.allSatisfy({ ByteClasses.shared.is(bytes.byte(unchecked: $0), .name) })
    else { return nil }
    return range
  }

  /// The name in `'a.example|A'`, as PowerDNS and its recursor write questions.
  private static func typedName(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int>? {
    guard
      let bar = bytes.firstOffset(
        of: UInt8(ascii: "|"), from: range.lowerBound, to: range.upperBound),
      let close = bytes.firstOffset(
        of: UInt8(ascii: "'"), from: bar, to: min(range.upperBound, bar + 12)),
      let type = typeEnding(bytes, at: close, from: bar + 1), type == bar + 1
    else { return nil }
    var start = bar
    let least = max(range.lowerBound, start - Self.longestQuestion)
    while start > least, ByteClasses.shared.is(bytes.byte(unchecked: start - 1), .name) {
      start -= 1
    }
    guard start > range.lowerBound, start < bar,
      bytes.byte(unchecked: start - 1) == UInt8(ascii: "'")
    else { return nil }
    return start..<bar
  }

  // MARK: Umbrella

  /// The name in a row of an Umbrella log without a header.
  private static func resolvedName(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int>? {
    // The first cell is a time, in quotes as all that follow.
    guard range.count > 64, bytes.starts(with: "\",\"", at: range.lowerBound + 20),
      let cells = EventNotes.resolverCells(bytes, range)
    else { return nil }
    return range.lowerBound + cells[8].start..<range.lowerBound + cells[8].end
  }
}
