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
    if notePositions(bytes, text) || noteArrow(bytes, text) || noteTuple(bytes, text)
      || noteNameQuestion(bytes, text) || noteNamedEndpoints(bytes, text)
      || noteDatabaseClient(bytes, text)
      || noteClient(bytes, text) || notePairs(bytes, text) || noteClientPhrase(bytes, text)
    {
      noteAction(bytes, text)
      return true
    }
    facts.reset()
    return false
  }

  /// Notes what was done where a sentence ends with it: `… to 198.51.100.9:443. Action: Deny.` of Azure's firewall.
  private mutating func noteAction(_ bytes: RawSpan, _ text: Range<Int>) {
    guard
      let mark = bytes.firstRange(of: ". Action: ", from: text.lowerBound, to: text.upperBound)
    else { return }
    var word = mark.upperBound..<bytes.tokenEnd(from: mark.upperBound, to: text.upperBound)
    // Followed by anything else, it may be text that a client sent.
    guard
      word.upperBound == text.upperBound
        || bytes.starts(with: " Policy: ", at: word.upperBound)
        || bytes.starts(with: " Rule Collection", at: word.upperBound)
        || bytes.starts(with: " Reason: ", at: word.upperBound)
    else { return }
    if let last = word.last, bytes.byte(unchecked: last) == Byte.dot { word.removeLast() }
    facts.note(verb(bytes, word), rank: 3)
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
      guard let first = WrittenEndpoint(bytes, source), let second = WrittenEndpoint(bytes, target)
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

  // MARK: Clients

  /// Notes the client that a daemon names: sshd, Postfix, HAProxy, nginx and Apache in their error
  /// logs, dnsmasq and unbound.
  private mutating func noteClient(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    var words = DaemonWords(before: text.lowerBound..<text.lowerBound)
    var count = 0
    var offset = text.lowerBound
    while offset < text.upperBound, count < 64 {
      if bytes.byte(unchecked: offset) == Byte.space {
        offset += 1
        continue
      }
      let token = offset..<bytes.tokenEnd(from: offset, to: text.upperBound)
      offset = token.upperBound
      let rest = min(offset + 1, text.upperBound)..<text.upperBound
      take(bytes, token, &words)
      if let isTold = noteEndpoint(bytes, token, rest, &words) { return isTold }
      words.before = token
      count += 1
    }
    return facts.hasEndpoints
  }

  /// What the words of a daemon's line so far say about the addresses that follow.
  private struct DaemonWords {
    /// The word before the one at hand.
    var before: Range<Int>
    /// An address that follows is the client's.
    var isFrom = false
    var isQuery = false
    /// The mail has a recipient, so the host that it is handed to is a server.
    var hasRecipient = false
    /// A host was named (`H=`), whose address follows in brackets.
    var isHost = false
    var isFound = false
    private(set) var client: EventEndpoint?

    /// Notes a client; false if the line has already named a different one.
    ///
    /// A user's name may imitate what a daemon writes, so if there are two clients, none is
    /// reported.
    mutating func note(_ endpoint: EventEndpoint?) -> Bool {
      if let client, client != endpoint { return false }
      client = endpoint
      return true
    }
  }

  /// A word that says something about the words behind it.
  private enum DaemonWord: UInt8 {
    /// The client follows, or somebody else does.
    case client, other
    /// The mail is handed on.
    case arrow
    case rejection
  }

  private static let daemonWords = KeywordTable<DaemonWord>([
    .client: "by for from user with", .other: "on to", .arrow: "=> ->", .rejection: "reject:",
  ])

  /// The lengths of the type in `query[AAAA]`.
  private static let typeLengths = 2...10

  /// Takes what a word says about the words behind it.
  private mutating func take(_ bytes: RawSpan, _ token: Range<Int>, _ words: inout DaemonWords) {
    switch Self.daemonWords[bytes, token] {
    case .client: words.isFrom = true
    case .other: words.isFrom = false
    case .arrow: words.hasRecipient = true
    case .rejection: facts.note(.blocked)
    case nil:
      if let value = bytes.rest(of: token, behind: "to=") {
        if !value.isEmpty { words.hasRecipient = true }
      } else if let value = bytes.rest(of: token, behind: "reject=") {
        if !value.isEmpty { facts.note(.blocked) }
      } else if bytes.rest(of: token, behind: "H=") != nil {
        words.isHost = true
      } else if let type = bytes.rest(of: token, behind: "query["),
        Self.typeLengths ~= type.count
      {
        words.isQuery = true
      }
    }
  }

  /// Notes the endpoint that a word is.
  ///
  /// Nil if the next word is to be read; else the line is done, and the result is whether it tells
  /// its endpoints.
  private mutating func noteEndpoint(
    _ bytes: RawSpan, _ token: Range<Int>, _ rest: Range<Int>, _ words: inout DaemonWords
  ) -> Bool? {
    let next = rest.lowerBound
    if bytes.isWord(words.before, "from"), next + 3 < rest.upperBound,
      bytes.starts(with: "to ", at: next), let source = WrittenEndpoint(bytes, token),
      source.hasPort,
      let target = WrittenEndpoint(
        bytes, next + 3..<bytes.tokenEnd(from: next + 3, to: rest.upperBound)), target.hasPort
    {
      facts.note(isSource: true, bytes, source.address, port: source.port(bytes))
      facts.note(isSource: false, bytes, target.address, port: target.port(bytes))
      return facts.hasEndpoints
    }
    // Exim: `<= a@b.example H=name (called) [192.0.2.1]:5000 I=[192.0.2.2]:25`, `=> a@b.example … H=name [192.0.2.2]`.
    if words.isHost, bytes.byte(unchecked: token.lowerBound) == UInt8(ascii: "["),
      let endpoint = WrittenEndpoint(bytes, token)
    {
      guard words.note(EventFacts.endpoint(bytes, endpoint.address)) else { return isUntold() }
      facts.note(isSource: !words.hasRecipient, bytes, endpoint.address, port: endpoint.port(bytes))
      (words.isHost, words.isFound) = (false, true)
      return nil
    }
    if words.isFound, !words.hasRecipient, token.count > 3,
      bytes.starts(with: "I=[", at: token.lowerBound),
      let endpoint = WrittenEndpoint(bytes, token.lowerBound + 2..<token.upperBound)
    {
      facts.note(isSource: false, bytes, endpoint.address, port: endpoint.port(bytes))
      return nil
    }
    if isRelay(bytes, token, words.before), let open = bracket(bytes, token),
      let endpoint = WrittenEndpoint(bytes, open)
    {
      // If the mail has a recipient, the relay is the server, else the client that hands it in.
      if words.hasRecipient {
        facts.note(isSource: false, bytes, endpoint.address, port: endpoint.port(bytes))
        return facts.hasEndpoints
      }
      return noteDaemonClient(bytes, endpoint, &words)
    }
    if let endpoint = daemonEndpoint(bytes, token, words.before, rest) {
      let isTold = noteDaemonClient(bytes, endpoint, &words)
      return isTold ?? (endpoint.isLast ? facts.hasEndpoints : nil)
    }
    return notePortBehind(bytes, token, rest, &words)
  }

  /// Notes a client; true, which ends the line, if another one was named before, so that none is
  /// reported.
  private mutating func noteDaemonClient(
    _ bytes: RawSpan, _ endpoint: WrittenEndpoint, _ words: inout DaemonWords
  ) -> Bool? {
    guard words.note(EventFacts.endpoint(bytes, endpoint.address)) else { return isUntold() }
    facts.note(isSource: true, bytes, endpoint.address, port: endpoint.port(bytes))
    words.isFound = true
    return nil
  }

  /// Notes an address whose port follows in words of its own, or the client at the end of a dnsmasq
  /// query, which has no port.
  ///
  /// sshd names the client's port so, and its own address behind `on`.
  private mutating func notePortBehind(
    _ bytes: RawSpan, _ token: Range<Int>, _ rest: Range<Int>, _ words: inout DaemonWords
  ) -> Bool? {
    let next = rest.lowerBound
    guard words.isFrom || words.isFound, let endpoint = WrittenEndpoint(bytes, token) else {
      return nil
    }
    if bytes.starts(with: "port ", at: next) {
      let port = LogTime.digits(bytes, from: next + 5, to: rest.upperBound)
      guard 1...5 ~= port.count else { return nil }
      if words.isFrom, !words.note(EventFacts.endpoint(bytes, endpoint.address)) {
        return isUntold()
      }
      facts.note(
        isSource: words.isFrom, bytes, endpoint.address, port: NumberText.port(bytes, port) ?? 0)
      words.isFound = true
    } else if words.isQuery, words.isFrom, next == rest.upperBound {
      facts.note(isSource: true, bytes, endpoint.address, port: 0)
    }
    return nil
  }

  /// Forgets what was noted for a line whose endpoints cannot be told, and stops reading it.
  private mutating func isUntold() -> Bool {
    facts.reset()
    return true
  }

  /// `relay=name[192.0.2.1]` of Postfix, and the second word of `relay=name [192.0.2.1]` of Sendmail.
  private func isRelay(_ bytes: RawSpan, _ token: Range<Int>, _ before: Range<Int>) -> Bool {
    bytes.starts(with: "relay=", at: token.lowerBound)
      || !before.isEmpty && bytes.starts(with: "relay=", at: before.lowerBound)
        && bytes.byte(unchecked: token.lowerBound) == UInt8(ascii: "[")
  }

  /// The part of a token that begins with its first square bracket.
  private func bracket(_ bytes: RawSpan, _ token: Range<Int>) -> Range<Int>? {
    bytes.firstOffset(of: UInt8(ascii: "["), from: token.lowerBound, to: token.upperBound).map {
      $0..<token.upperBound
    }
  }

  /// The client that a token of a daemon's line names.
  private mutating func daemonEndpoint(
    _ bytes: RawSpan, _ token: Range<Int>, _ before: Range<Int>, _ rest: Range<Int>
  ) -> WrittenEndpoint? {
    let first = bytes.byte(unchecked: token.lowerBound)
    if before.isEmpty {
      // HAProxy: `192.0.2.1:5000 [01/May/2024:10:00:00.123] …`.
      guard Byte.isDigit(first), rest.count > 24, bytes.starts(with: "[", at: rest.lowerBound),
        bytes.byte(unchecked: rest.lowerBound + 3) == Byte.slash,
        bytes.byte(unchecked: rest.lowerBound + 12) == Byte.colon,
        let endpoint = WrittenEndpoint(bytes, token), endpoint.hasPort
      else { return nil }
      return endpoint
    }
    if bytes.isWord(before, "[client") { return WrittenEndpoint(bytes, token) }
    if bytes.isWord(before, "client:") {
      var endpoint = WrittenEndpoint(bytes, token)
      endpoint?.isLast = false
      return endpoint
    }
    if bytes.isWord(before, "info:") || bytes.isWord(before, "query:")
      || bytes.isWord(before, "reply:")
    {
      return resolverClient(bytes, token, rest)
    }
    // slapd: `from IP=192.0.2.1:5000 (IP=0.0.0.0:389)`.
    if bytes.isWord(before, "from"), bytes.starts(with: "IP=", at: token.lowerBound) {
      return WrittenEndpoint(bytes, token.lowerBound + 3..<token.upperBound)
    }
    // OpenVPN: `TLS: Initial packet from [AF_INET]192.0.2.1:1194, sid=…`.
    if bytes.isWord(before, "from"), bytes.starts(with: "[AF_INET", at: token.lowerBound),
      let close = bytes.firstOffset(
        of: UInt8(ascii: "]"), from: token.lowerBound, to: token.upperBound)
    {
      return WrittenEndpoint(bytes, close + 1..<token.upperBound)
    }
    // Postfix: `from name[192.0.2.1]`, `from [192.0.2.1]:5000`, `client=name[192.0.2.1]`.
    guard
      bytes.isWord(before, "from") || bytes.starts(with: "client=", at: token.lowerBound),
      let open = bracket(bytes, token), var endpoint = WrittenEndpoint(bytes, open),
      open.lowerBound > token.lowerBound || endpoint.hasPort,
      // Not the server that answered: `250 2.0.0 from MTA(smtp:[192.0.2.1]:10025)`.
      !bytes.starts(with: "MTA(", at: token.lowerBound)
    else { return nil }
    endpoint.isLast = false
    return endpoint
  }

  /// The client in a line of unbound, whose response code is noted as well.
  ///
  /// The line is `info: 192.0.2.1 name.example. A IN`, or, if a local zone answered,
  /// `info: name.example. always_nxdomain 192.0.2.1@5000 name.example. A IN`.
  private mutating func resolverClient(
    _ bytes: RawSpan, _ token: Range<Int>, _ rest: Range<Int>
  ) -> WrittenEndpoint? {
    func word(behind end: Int) -> Range<Int> {
      let start = min(end + 1, rest.upperBound)
      return start..<bytes.tokenEnd(from: start, to: rest.upperBound)
    }
    var client = token
    var name = rest.lowerBound..<bytes.tokenEnd(from: rest.lowerBound, to: rest.upperBound)
    if bytes.byte(unchecked: token.upperBound - 1) == Byte.dot, !name.isEmpty {
      client = word(behind: name.upperBound)
      name = word(behind: client.upperBound)
    }
    guard name.count > 1, bytes.byte(unchecked: name.upperBound - 1) == Byte.dot,
      rest.upperBound - name.upperBound > 4, let endpoint = WrittenEndpoint(bytes, client)
    else { return nil }
    let type = typeEnd(bytes, name, rest)
    guard bytes.starts(with: " IN", at: type) else { return nil }
    let code = word(behind: min(type + 3, rest.upperBound))
    if !code.isEmpty, Byte.isCapital(bytes.byte(unchecked: code.lowerBound)) {
      facts.note(.responseCode, rank: 1, bytes, code)
    }
    return endpoint
  }

  /// The end of the word behind a name.
  private func typeEnd(_ bytes: RawSpan, _ name: Range<Int>, _ rest: Range<Int>) -> Int {
    bytes.tokenEnd(from: min(name.upperBound + 1, rest.upperBound), to: rest.upperBound)
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
