import Indicators
import Parsing

/// Lines of BIND's log that tell of a client's query.
enum NameServerLog {
  /// Reads a line of BIND's log that tells of a client's query:
  /// `[time] [category: severity:] client [@id] address#port (name): query: name class type … (server)`.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    // The `#` before the port is the rarest byte of such a line.
    guard let mark = bytes.firstOffset(of: UInt8(ascii: "#"), from: range.lowerBound, to: end),
      mark - range.lowerBound < 160
    else { return false }
    let port = LogTime.digits(bytes, from: mark + 1, to: end)
    guard 1...5 ~= port.count, port.upperBound < end,
      let behind = keyEnd(bytes, port.upperBound..<end)
    else { return false }
    var address = mark
    while address > range.lowerBound, bytes.byte(unchecked: address - 1) != Byte.space {
      address -= 1
    }
    // Without the zone of a link-local address: `fe80::1%eth0`.
    let bare = address..<(bytes.firstOffset(of: UInt8(ascii: "%"), from: address, to: mark) ?? mark)
    guard IPAddressText.ipv4(bytes, bare) != nil || IPAddressText.ipv6(bytes, bare) != nil,
      let client = clientWord(bytes, range.lowerBound..<address),
      let front = front(bytes, range.lowerBound..<client, &extraction)
    else { return false }

    let count = extraction.line.fields.count
    extraction.line.time = front.time
    extraction.addField("client", address..<port.upperBound, fact: .none)
    extraction.line.setSide(isSource: true)
    extraction.event.facts.note(
      isSource: true, bytes, bare, port: NumberText.port(bytes, port) ?? 0)
    var offset = behind
    if bytes.starts(with: " (", at: offset),
      let close = bytes.firstOffset(of: UInt8(ascii: ")"), from: offset, to: end)
    {
      extraction.addField("query", offset + 2..<close)
      offset = close + 1
    }
    // `view internal: ` may stand between.
    guard let query = bytes.firstRange(of: "query", from: offset, to: end) else {
      // Without a query, the line is BIND's only if it has a name in parentheses, the client's
      // number or a key.
      let isOwn =
        bytes.byte(unchecked: behind) == Byte.colon
        && (behind > port.upperBound || bytes.starts(with: "client @", at: client))
      guard offset > behind || isOwn else {
        extraction.line.cut(to: count)
        extraction.line.time = nil
        extraction.event.facts.reset()
        return false
      }
      noteDenial(bytes, offset..<end, &extraction)
      noteAnswer(bytes, offset..<end, &extraction)
      return true
    }
    if bytes.starts(with: ": ", at: query.upperBound) {
      let start = query.upperBound + 2
      let stop = bytes.tokenEnd(from: start, to: end)
      if start < stop { extraction.addField("query", start..<stop) }
      addServer(bytes, stop..<end, &extraction)
    } else if bytes.starts(with: " failed (", at: query.upperBound),
      let close = bytes.firstOffset(of: UInt8(ascii: ")"), from: query.upperBound, to: end)
    {
      extraction.event.facts.note(.state, rank: 0, bytes, query.upperBound + 9..<close)
    }
    noteDenial(bytes, offset..<end, &extraction)
    noteAnswer(bytes, offset..<end, &extraction)
    return true
  }

  /// Where the line continues behind a client's port and the key that it signed with, `/key name`;
  /// nil if something else follows the port.
  private static func keyEnd(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    var offset = range.lowerBound
    if bytes.starts(with: "/key ", at: offset) {
      offset = bytes.tokenEnd(from: offset + 5, to: range.upperBound)
      if offset < range.upperBound, bytes.byte(unchecked: offset - 1) == Byte.colon { offset -= 1 }
    }
    guard offset < range.upperBound else { return nil }
    let byte = bytes.byte(unchecked: offset)
    return byte == Byte.space || byte == Byte.colon ? offset : nil
  }

  /// Notes the code of an answer, and what a response policy did: `response: NXDOMAIN` and `response: name IN
  /// A NXDOMAIN`, `rpz QNAME NXDOMAIN rewrite`.
  private static func noteAnswer(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) {
    if let mark = bytes.firstRange(of: "response: ", from: range.lowerBound, to: range.upperBound) {
      var offset = mark.upperBound
      for _ in 0..<4 {
        let word = offset..<bytes.tokenEnd(from: offset, to: range.upperBound)
        if let code = EventFacts.answerCode(bytes, word) {
          extraction.event.facts.note(state: code)
          return
        }
        offset = min(word.upperBound + 1, range.upperBound)
      }
    } else if let mark = bytes.firstRange(of: "rpz ", from: range.lowerBound, to: range.upperBound),
      bytes.firstRange(of: " rewrite ", from: mark.upperBound, to: range.upperBound) != nil,
      // A disabled policy only tells what it would have done.
      !(mark.lowerBound >= range.lowerBound + 9
        && bytes.starts(with: "disabled ", at: mark.lowerBound - 9))
    {
      let trigger = bytes.tokenEnd(from: mark.upperBound, to: range.upperBound)
      let start = min(trigger + 1, range.upperBound)
      let action = start..<bytes.tokenEnd(from: start, to: range.upperBound)
      if bytes.isWord(action, "NXDOMAIN") {
        extraction.event.facts.note(.state, rank: 0, bytes, action)
      }
      extraction.event.facts.note(bytes.isWord(action, "PASSTHRU") ? .allowed : .blocked)
    }
  }

  /// Where the word `client` is at the end of a range; only `@` and the client's number may follow
  /// it.
  private static func clientWord(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    func word(before end: Int) -> Int? {
      end - 7 >= range.lowerBound && bytes.starts(with: "client ", at: end - 7) ? end - 7 : nil
    }
    if let plain = word(before: range.upperBound) { return plain }
    guard range.count > 8, bytes.byte(unchecked: range.upperBound - 1) == Byte.space else {
      return nil
    }
    var start = range.upperBound - 1
    while start > range.lowerBound, bytes.byte(unchecked: start - 1) != Byte.space { start -= 1 }
    guard bytes.byte(unchecked: start) == UInt8(ascii: "@") else { return nil }
    return word(before: start)
  }

  /// What was read before the word `client`.
  private struct Front {
    var time: Int64?
  }

  /// Reads the text before the word `client`; nil if it is not what BIND writes there.
  ///
  /// Category and severity may follow the time; Infoblox writes the category before it, and a
  /// collector may add a word or two. What a client says about itself comes behind other words, or
  /// behind a quote.
  private static func front(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Front? {
    guard bytes.firstOffset(of: Byte.quote, from: range.lowerBound, to: range.upperBound) == nil,
      extraction.cutTokens(bytes, range, most: Self.mostWordsBefore)
    else { return nil }
    let words = extraction.lineWords
    var count = words.count
    var isNamed = false
    var unknown = 0
    while count > 0, let label = labelEnd(bytes, words, count),
      label.kind != .unknown || unknown < Self.mostUnknownLabels
    {
      isNamed = isNamed || label.kind == .program
      if label.kind == .unknown { unknown += 1 }
      count = label.start
    }
    let isKnown = unknown == 0 || isNamed || isOfNameServer(bytes, &extraction)
    if isBehindHeader(bytes, words, count, isNamed: isNamed, &extraction) {
      return isKnown ? Front() : nil
    }
    // Behind another program's name, anybody may have chosen such words.
    guard isKnown || !extraction.line.hasProgram else { return nil }
    // A collector's words may come before a date.
    guard let first = (0..<count).first(where: { isTimeOrDate(bytes, words, $0) }),
      first <= (words[first].end - words[first].start < 10 ? 0 : Self.mostWordsOfCollector),
      let last = (first..<count).last(where: { isTimeOrDate(bytes, words, $0) }),
      // Its host and a level may follow a date with which the line begins.
      last == count - 1 || isNamed && count == last + 2
        || count - 1 - last <= Self.mostWordsOfCollector && areBare(bytes, words, last + 1..<count)
          && (isNamed || first == 0 && !extraction.line.hasProgram)
    else { return nil }
    let text = words[first].start..<words[last].end
    let time = LogTime.nameServer(bytes, text) ?? LogTime.lineStart(bytes, text)?.time
    return Front(time: time)
  }

  /// Whether the words before the labels, if any, are those that a collector writes without a time.
  ///
  /// These are the number of a message behind a header, `[ID 702911 daemon.info]`, or a host before
  /// the program, `dns-1  |`.
  private static func isBehindHeader(
    _ bytes: RawSpan, _ words: [ColumnRange], _ count: Int, isNamed: Bool,
    _ extraction: inout Extraction
  ) -> Bool {
    func word(_ index: Int) -> Range<Int> { words[index].start..<words[index].end }
    if count == 0 { return true }
    if extraction.line.hasProgram {
      return count == 3 && bytes.isWord(word(0), "[ID") && bytes.isNumber(word(1))
        && bytes.byte(unchecked: words[2].end - 1) == UInt8(ascii: "]")
    }
    guard count <= Self.mostWordsOfCollector, areBare(bytes, words, 0..<count),
      !(0..<count).contains(where: { isTimeOrDate(bytes, words, $0) })
    else { return false }
    return isNamed || count == 2 && bytes.isWord(word(1), "|")
  }

  /// Whether words may be a host, a level or the like: nothing in them is quoted or the value of a
  /// key.
  private static func areBare(_ bytes: RawSpan, _ words: [ColumnRange], _ indices: Range<Int>)
    -> Bool
  {
    indices.allSatisfy { index in
      (words[index].start..<words[index].end).allSatisfy { offset in
        let byte = bytes.byte(unchecked: offset)
        return byte != Byte.apostrophe && byte != UInt8(ascii: "=")
      }
    }
  }

  /// Whether the program that the header names is BIND.
  private static func isOfNameServer(
    _ bytes: RawSpan, _ extraction: inout Extraction
  ) -> Bool {
    let program = extraction.scanner.paths.name("appname")
    return extraction.line.fields.prefix(extraction.line.headerCount).contains { field in
      field.path == program && bytes.starts(with: "named", at: field.start)
    }
  }

  private static func isTimeOrDate(_ bytes: RawSpan, _ words: [ColumnRange], _ index: Int) -> Bool {
    let word = words[index].start..<words[index].end
    // `01-May-2024`
    let isDate =
      word.count >= 11 && Byte.isDigit(bytes.byte(unchecked: word.lowerBound))
      && LogTime.month(bytes, at: word.lowerBound + 3) != nil
    return isDate || MessageFront.isOfTime(bytes, word)
  }

  /// The most words before the word `client` in a line of BIND.
  private static let mostWordsBefore = 10
  /// The most words of a collector before the time, and between it and the labels.
  private static let mostWordsOfCollector = 2
  /// The most labels that are not known: a category and a severity.
  private static let mostUnknownLabels = 2

  /// What a word with a colon behind it is.
  private enum Label {
    case program
    case known
    /// A channel, or a category of a later version.
    case unknown
  }

  /// The label that ends with the word before index `count`, as the index of its first word and its
  /// kind; nil if it is no category, severity or name of the program.
  private static func labelEnd(
    _ bytes: RawSpan, _ words: [ColumnRange], _ count: Int
  ) -> (start: Int, kind: Label)? {
    var label = words[count - 1].start..<words[count - 1].end
    guard bytes.byte(unchecked: label.upperBound - 1) == Byte.colon else { return nil }
    label.removeLast()
    if bytes.starts(with: "named", at: label.lowerBound), label.count >= 5 {
      return (count - 1, .program)
    }
    // `debug 1:`
    if count > 1, bytes.isNumber(label),
      bytes.isWord(words[count - 2].start..<words[count - 2].end, "debug")
    {
      return (count - 2, .known)
    }
    guard let first = label.first, Byte.isLetter(bytes.byte(unchecked: first)), label.count <= 20,
      label.allSatisfy({
        let byte = bytes.byte(unchecked: $0)
        return Byte.isAlphanumeric(byte) || byte == Byte.minus
      })
    else { return nil }
    let isKnown =
      !label.contains(where: { Byte.isDigit(bytes.byte(unchecked: $0)) })
      && Self.labels.contains(EventFacts.word(bytes, label))
    return (count - 1, isKnown ? .known : .unknown)
  }

  /// BIND's categories and severities, and Infoblox's name for answers, reduced to their letters.
  private static let labels: Set<String> = [
    "client", "cname", "config", "database", "default", "delegationonly", "dispatch", "dnssec",
    "dnstap", "ednsdisabled", "general", "infobloxresponses", "lameservers", "network", "notify",
    "nsid", "queries", "queryerrors", "ratelimit", "resolver", "responses", "rpz", "rpzpassthru",
    "security", "servestale", "spill", "sslkeylog", "unmatched", "update", "updatesecurity",
    "xferin", "xferout", "zoneload",
    "critical", "debug", "error", "info", "notice", "warning",
  ]

  /// Adds the server's own address, the last word, in parentheses; behind it may stand the network that a resolver
  /// asks for: `(192.0.2.53) [ECS 203.0.113.0/24/0]`.
  private static func addServer(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) {
    var range = range
    if let network = bytes.firstRange(of: " [ECS ", from: range.lowerBound, to: range.upperBound) {
      range = range.lowerBound..<network.lowerBound
    }
    guard range.count > 4, bytes.byte(unchecked: range.upperBound - 1) == UInt8(ascii: ")"),
      let open = bytes.lastOffset(
        of: UInt8(ascii: "("), from: max(range.lowerBound, range.upperBound - 64),
        to: range.upperBound)
    else { return }
    extraction.addField("server", open + 1..<range.upperBound - 1, fact: .destination)
  }

  private static func noteDenial(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) {
    var end = bytes.trimmed(range).upperBound
    // Skips the rule that denied it: `denied (allow-query did not match)`.
    if end > range.lowerBound, bytes.byte(unchecked: end - 1) == UInt8(ascii: ")"),
      let open = bytes.lastOffset(of: UInt8(ascii: "("), from: range.lowerBound, to: end)
    {
      end = bytes.trimmed(range.lowerBound..<open).upperBound
    }
    if end - 6 >= range.lowerBound, bytes.starts(with: "denied", at: end - 6) {
      extraction.event.facts.note(.blocked)
    }
  }
}
