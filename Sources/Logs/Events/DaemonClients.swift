import Indicators
import Parsing

/// Lines of daemons that name their client: sshd, mail servers, web servers and proxies in their
/// error logs, resolvers.
extension EventNotes {
  /// Notes the client that a daemon names: sshd, Postfix, HAProxy, nginx and Apache in their error
  /// logs, dnsmasq and unbound.
  mutating func noteClient(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
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
    if !facts.hasEndpoints, let server = words.unreachable {
      facts.note(isSource: false, bytes, server.address, port: server.port(bytes))
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
    /// The server that the mail could not be handed to, unless a relay is named: the last one, since
    /// what precedes it may be a recipient's name.
    var unreachable: WrittenEndpoint?
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
    if words.hasRecipient, bytes.isWord(words.before, "to"),
      let server = unreachable(bytes, token)
    {
      words.unreachable = server
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
  func bracket(_ bytes: RawSpan, _ token: Range<Int>) -> Range<Int>? {
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
      // Of dual stacks IPv4 begins with colons.
      guard Byte.isDigit(first) || first == Byte.colon, rest.count > 24,
        bytes.starts(with: "[", at: rest.lowerBound),
        bytes.byte(unchecked: rest.lowerBound + 3) == Byte.slash,
        bytes.byte(unchecked: rest.lowerBound + 12) == Byte.colon,
        let endpoint = WrittenEndpoint(bytes, token), endpoint.hasPort
      else { return nil }
      return endpoint
    }
    if bytes.isWord(before, "[client") { return webClient(bytes, token, rest) }
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
}
