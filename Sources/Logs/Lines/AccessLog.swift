import Indicators
import Parsing

/// Lines of a web server's access log, Apache's or nginx's, common or combined.
enum AccessLog {
  /// Reads a line of a web server's access log, Apache's or nginx's, common or combined.
  ///
  /// The virtual host may come first. The fields have nginx's names, since Apache's have none.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    if readTLSRequest(bytes, range, &extraction) { return true }
    guard let shape = shape(bytes, range, &extraction) else { return false }
    let request = shape.brackets.upperBound + 2
    guard let requestEnd = bytes.closingQuote(from: request, to: end) else { return false }

    let count = extraction.line.fields.count
    let front = shape.front
    addFront(front, bytes, &extraction)
    extraction.line.skip(shape.brackets)
    let field = extraction.scanner.paths.name("request")
    extraction.line.add(field, quoted: request..<requestEnd)
    extraction.line.time = shape.time
    guard extraction.cutTokens(bytes, requestEnd + 1..<end, most: 64),
      extraction.lineWords.count >= 2
    else {
      // What follows has another form and is read as text; if nothing follows, it is no access log.
      if requestEnd + 1 < end { return true }
      extraction.line.cut(to: count)
      return false
    }
    readBehindRequest(bytes, &extraction)
    if front.hasVirtualHost {
      joinRequest(bytes, host: front.words[0], request..<requestEnd, field, &extraction)
    }
    return true
  }

  /// What identifies a line of an access log: its time before a quote, with a client and users'
  /// names before that.
  struct Shape {
    var time: Int64
    var brackets: Range<Int>
    fileprivate var front: Front
  }

  /// The shape of an access log's line; nil if the line has another form.
  static func shape(_ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction)
    -> Shape?
  {
    guard let (time, brackets) = bracketedTime(bytes, range) ?? plainTime(bytes, range),
      cutFront(bytes, range.lowerBound..<brackets.lowerBound - 1, &extraction),
      extraction.lineWords.count >= 3, let front = front(bytes, extraction.lineWords)
    else { return nil }
    return Shape(time: time, brackets: brackets, front: front)
  }

  /// How many words before the time are told apart; any further ones belong to the user's name,
  /// which users may choose freely.
  private static let mostFrontWords = 16

  /// Cuts the text before the time into words, the last of which takes all that is left; false if a
  /// quote is not closed.
  private static func cutFront(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    if extraction.cutTokens(bytes, range, most: Self.mostFrontWords) { return true }
    guard extraction.lineWords.count == Self.mostFrontWords else { return false }
    extraction.lineWords[Self.mostFrontWords - 1].end = range.upperBound
    return true
  }

  /// Reads a line of Apache's `ssl_request_log`: `[time] client TLSv1.2 cipher "GET /path HTTP/1.1" 1375`.
  private static func readTLSRequest(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let (start, end) = (range.lowerBound, range.upperBound)
    guard bytes.byte(unchecked: start) == UInt8(ascii: "["), range.count > 40,
      let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: start, to: start + 40),
      let time = LogTime.bracketed(bytes, start + 1..<close),
      extraction.cutTokens(bytes, close + 1..<end, most: 8),
      case let words = extraction.lineWords, 4...5 ~= words.count,
      bytes.isAddress(words[0]), words[3].isQuoted,
      bytes.starts(with: "TLSv", at: words[1].start)
        || bytes.starts(with: "SSLv", at: words[1].start) || bytes.isAbsent(words[1])
    else { return false }
    extraction.line.skip(start..<close + 1)
    extraction.addField("remote_addr", bytes, words[0], fact: .source)
    extraction.line.skip(words[1].start..<words[2].end)
    extraction.addField("request", bytes, words[3])
    extraction.line.time = time
    return true
  }

  /// The words before the time.
  fileprivate struct Front {
    /// In this order: a virtual host if there is one, the clients, the user's name of `identd`, the
    /// user's name.
    var words: [ColumnRange]
    /// Indexes in `words`: the client, and the addresses that proxies in front of the server took
    /// for it.
    var clients: ClosedRange<Int>
    var hasVirtualHost: Bool
    /// In the line the virtual host comes behind the client, though it is the first of `words`.
    var isHostBehind: Bool
    /// Behind the clients is an address in brackets, which a proxy in front took for the client.
    var hasRealAddress: Bool
  }

  /// What each of the words before the time is; nil if none of them is a client.
  private static func front(_ bytes: RawSpan, _ words: [ColumnRange]) -> Front? {
    var before = words.map { Self.withoutBrackets(bytes, $0) }
    var isHostBehind = false
    // A virtual host makes four words, but so may a user's name with blanks.
    var (first, hasVirtualHost) = (0, false)
    if before.count >= 4, !bytes.isAbsent(before[1]), !Self.isListed(bytes, before[0]) {
      first = clientWord(bytes, before)
      hasVirtualHost = first == 1 && !Self.isTime(bytes, before[0])
      if first == 1, bytes.isAddress(before[0]),
        !SyslogHeader.isHost(bytes, before[1].start..<before[1].end)
      {
        // A word of the server's own behind the client: `192.0.2.1 (-) - -`.
        (first, hasVirtualHost) = (0, false)
      }
      if first == 1, Self.isClient(bytes, before[0]), Self.isNamedHost(bytes, before[1]),
        bytes.isAbsent(before[2]),
        before[0...1].contains(where: {
          bytes.firstOffset(of: Byte.colon, from: $0.start, to: $0.end) != nil
        })
      {
        // Some servers write the virtual host behind the client; if neither has a port, the name
        // may be the client's user.
        before.swapAt(0, 1)
        isHostBehind = true
      }
    }
    // If the proxies that a request came through are logged, the client is the first address.
    var last = first
    while last + 3 < before.count,
      Self.isListed(bytes, before[last])
        || bytes.isAddress(before[last]) && bytes.isAddress(before[last + 1])
    {
      last += 1
    }
    for client in before[first...last] {
      let client = Self.withoutComma(bytes, client)
      guard SyslogHeader.isHost(bytes, client.start..<client.end) || Self.isClient(bytes, client)
      else {
        return nil
      }
    }
    return Front(
      words: before, clients: first...last, hasVirtualHost: hasVirtualHost,
      isHostBehind: isHostBehind,
      hasRealAddress: before.count == last + 5 && before[last + 2].start > words[last + 2].start)
  }

  /// Adds the words before the time as fields.
  private static func addFront(
    _ front: Front, _ bytes: RawSpan, _ extraction: inout Extraction
  ) {
    let before = front.words
    if front.hasVirtualHost, !front.isHostBehind {
      extraction.addField("server_name", bytes, before[0])
    }
    for index in front.clients {
      let isFirst = index == front.clients.lowerBound
      addClient(
        bytes, Self.withoutComma(bytes, before[index]), fact: isFirst ? .source : .none, &extraction
      )
      if !isFirst { extraction.line.setApart() }
    }
    if front.isHostBehind { extraction.addField("server_name", bytes, before[0]) }
    let last = front.clients.upperBound
    extraction.addField("remote_logname", bytes, before[last + 1])
    var user = before[last + 2]
    if front.hasRealAddress {
      // What a proxy in front took for the client, in brackets: `192.0.2.1 - [192.0.2.1] - user`.
      extraction.addField("the_real_ip", bytes, user)
      extraction.line.setApart()
      user = before[last + 4]
    }
    let end = before[before.count - 1].end
    if user.isQuoted, user.end < end {
      // The quotes enclose only a part of the name.
      (user.start, user.isQuoted) = (user.start - 1, false)
    }
    user.end = end
    extraction.addField("remote_user", bytes, user)
  }

  /// Adds what stands behind the request: status, length, and words in quotes.
  private static func readBehindRequest(
    _ bytes: RawSpan, _ extraction: inout Extraction
  ) {
    let behind = extraction.lineWords
    for token in behind.prefix(2) where bytes.isNumber(token.start..<token.end) {
      extraction.line.skip(token.start..<token.end)
    }
    let quoted = behind.dropFirst(2).prefix { $0.isQuoted }
    for (index, token) in quoted.enumerated() {
      switch index {
      case 0: extraction.addField("http_referer", bytes, token)
      case 1:
        extraction.addField("http_user_agent", bytes, token)
        extraction.line.setUnnamed()
      case 2: extraction.addField("http_x_forwarded_for", bytes, token)
      default: break
      }
    }
    // squid adds its own word at the end: `TCP_DENIED:HIER_NONE`.
    if let result = behind.last, !result.isQuoted, behind.count > 2,
      bytes.firstOffset(of: Byte.colon, from: result.start, to: result.end) != nil
    {
      extraction.noteProxyResult(bytes, at: result.start)
    }
  }

  /// The time in brackets directly before the quoted request; brackets before it, as in a user's
  /// name, do not count.
  private static func bracketedTime(_ bytes: RawSpan, _ range: Range<Int>) -> (Int64, Range<Int>)? {
    guard
      var offset = bytes.firstOffset(
        of: UInt8(ascii: "["), from: range.lowerBound, to: range.upperBound),
      range.upperBound - offset > 28
    else { return nil }
    while let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: offset, to: range.upperBound) {
      offset = close + 1
      if bytes.starts(with: " (", at: offset) { offset = durationEnd(bytes, offset) }
      guard bytes.starts(with: " \"", at: offset) else { continue }
      let first = max(range.lowerBound + 6, close - Self.longestTime)
      guard first < close,
        let open = bytes.lastOffset(of: UInt8(ascii: "["), from: first, to: close),
        range.upperBound - open > 28, bytes.byte(unchecked: open - 1) == Byte.space,
        let time = LogTime.bracketed(bytes, open + 1..<close)
      else { continue }
      return (time, open..<offset)
    }
    return nil
  }

  /// Where a line goes on behind how long the answer took, ` (0 s)`, as some hosts write it between
  /// the time and the request; the offset itself if that is not there.
  private static func durationEnd(_ bytes: RawSpan, _ offset: Int) -> Int {
    let digits = LogTime.digits(bytes, from: offset + 2, to: bytes.byteCount)
    return !digits.isEmpty && bytes.starts(with: " s)", at: digits.upperBound)
      ? digits.upperBound + 3 : offset
  }

  /// The time without brackets before the quoted request, in lines that begin with the client, `-` and a
  /// user's name: `192.0.2.1 - - 2024-05-01T10:00:00 "GET …"`.
  private static func plainTime(_ bytes: RawSpan, _ range: Range<Int>) -> (Int64, Range<Int>)? {
    guard
      let dash = bytes.firstOffset(
        of: Byte.space, from: range.lowerBound,
        to: min(range.upperBound, range.lowerBound + Self.longestTime)),
      bytes.starts(with: " - ", at: dash),
      bytes.isAddress(ColumnRange(start: range.lowerBound, end: dash)),
      case let user = bytes.tokenEnd(from: dash + 3, to: range.upperBound),
      user + 1 < range.upperBound,
      case let word = user + 1..<bytes.tokenEnd(from: user + 1, to: range.upperBound),
      bytes.starts(with: " \"", at: word.upperBound), bytes.isISOTime(word),
      let time = Timestamp.iso8601(bytes, word)
    else { return nil }
    return (time, word)
  }

  /// The most bytes of a time in brackets, with the opening bracket.
  private static let longestTime = 47

  /// The address within brackets; the token itself if it is something else.
  private static func withoutBrackets(_ bytes: RawSpan, _ token: ColumnRange) -> ColumnRange {
    var inner = token
    inner.start += 1
    inner.end -= 1
    guard inner.start < inner.end, bytes.byte(unchecked: token.start) == UInt8(ascii: "["),
      bytes.byte(unchecked: inner.end) == UInt8(ascii: "]"), bytes.isAddress(inner)
    else { return token }
    return inner
  }

  /// The index of the client's word, behind a virtual host, or behind what a collector put before
  /// the line: a time, a container, a program.
  private static func clientWord(_ bytes: RawSpan, _ words: [ColumnRange]) -> Int {
    for index in 1..<words.count - 2
    where bytes.isAddress(words[index]) && bytes.isAbsent(words[index + 1]) {
      var first = index
      while first > 0, bytes.isAddress(Self.withoutComma(bytes, words[first - 1])) {
        first -= 1
      }
      return first
    }
    return 1
  }

  /// Whether a token is an address, which may have its port behind it.
  private static func isClient(_ bytes: RawSpan, _ token: ColumnRange) -> Bool {
    EventFacts.endpointWithPort(bytes, token.start..<token.end) != nil
  }

  /// Whether a token is a name of several labels, which may have its port behind it.
  private static func isNamedHost(_ bytes: RawSpan, _ token: ColumnRange) -> Bool {
    let colon = bytes.firstOffset(of: Byte.colon, from: token.start, to: token.end)
    let name = token.start..<(colon ?? token.end)
    return bytes.firstOffset(of: Byte.dot, from: name.lowerBound, to: name.upperBound) != nil
      && name.allSatisfy { ByteClasses.shared.is(bytes.byte(unchecked: $0), .name) }
      && EventFacts.endpoint(bytes, name) == nil
  }

  private static func isTime(_ bytes: RawSpan, _ token: ColumnRange) -> Bool {
    token.end - token.start >= 19 && Timestamp.iso8601(bytes, token.start..<token.end) != nil
  }

  /// The token without the comma that separates it from the next one of a list.
  private static func withoutComma(_ bytes: RawSpan, _ token: ColumnRange) -> ColumnRange {
    guard Self.isListed(bytes, token) else { return token }
    var token = token
    token.end -= 1
    return token
  }

  /// Adds a client, which may have its port behind it.
  private static func addClient(
    _ bytes: RawSpan, _ token: ColumnRange, fact: EventFact, _ extraction: inout Extraction
  ) {
    extraction.addField("remote_addr", bytes, token, fact: fact)
    guard let colon = bytes.firstOffset(of: Byte.colon, from: token.start, to: token.end),
      IPAddressText.ipv4(bytes, token.start..<colon) != nil,
      let port = NumberText.port(bytes, colon + 1..<token.end)
    else { return }
    extraction.line.setPort(port, address: token.start..<colon)
  }

  /// Whether a token ends in a comma, behind which another one of a list follows.
  private static func isListed(_ bytes: RawSpan, _ token: ColumnRange) -> Bool {
    token.end - token.start > 1 && bytes.byte(unchecked: token.end - 1) == Byte.comma
  }

  /// Notes the virtual host and the path of `GET /path HTTP/1.1`, which make a URL together.
  private static func joinRequest(
    _ bytes: RawSpan, host: ColumnRange, _ request: Range<Int>, _ field: FieldPaths.ID,
    _ extraction: inout Extraction
  ) {
    guard let path = JoinedURL.path(inRequestLine: bytes, request) else { return }
    extraction.line.urlHost = LineField(field, host.start..<host.end)
    extraction.line.urlPath = LineField(field, path)
  }
}
