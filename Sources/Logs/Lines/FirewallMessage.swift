import Indicators
import Parsing

/// Messages of Cisco's firewalls, ASA, FTD and their forerunners: `%ASA-6-302013: Built outbound …`.
///
/// Their sentences hold ends as `interface:address/port` or `interface/address(port)`, and a word before
/// each that says which it is. The fields are called as the usual patterns for such logs call them:
/// `src_ip`, `dst_ip`, with `src_mapped_ip` and `dst_mapped_ip` for what they are translated to.
extension LineRecordReader {
  /// Reads a message from its `%` on.
  mutating func readFirewallMessage(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) -> Bool {
    let start = range.lowerBound
    guard
      bytes.starts(with: "%ASA-", at: start) || bytes.starts(with: "%FTD-", at: start)
        || bytes.starts(with: "%PIX-", at: start) || bytes.starts(with: "%FWSM-", at: start)
        || bytes.starts(with: "%NGIPS-", at: start),
      let colon = bytes.firstOffset(
        of: Byte.colon, from: start, to: min(range.upperBound, start + 32)),
      Byte.isDigit(bytes.byte(unchecked: colon - 1))
    else { return false }
    line.skip(start..<colon + 1)
    let text = colon + 1..<range.upperBound
    let number = max(start, colon - 6)..<colon
    if bytes.isWord(number, "430001") || bytes.isWord(number, "430002")
      || bytes.isWord(number, "430003") || bytes.isWord(number, "430004")
      || bytes.isWord(number, "430005")
    {
      return readEventPairs(bytes, text, &paths)
    } else {
      readSentence(bytes, text, &paths, &facts)
    }
    return true
  }

  /// Bytes of a collector's header before a message; what is longer is prose that quotes one.
  private static let longestFront = 128

  /// Reads a message behind words that are no header of a known form, as collectors write them.
  mutating func readFirewallMessageBehind(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) -> Bool {
    let last = min(range.upperBound, range.lowerBound + Self.longestFront)
    var offset = range.lowerBound + 1
    while let mark = bytes.firstOffset(of: UInt8(ascii: "%"), from: offset, to: last) {
      let before = bytes.byte(unchecked: mark - 1)
      if Byte.isBlank(before),
        mayBeFront(bytes, range.lowerBound..<mark)
      {
        let count = line.fields.count
        if readFirewallMessage(bytes, mark..<range.upperBound, &paths, &facts) { return true }
        line.cut(to: count)
      }
      offset = mark + 1
    }
    return false
  }

  // MARK: Security events

  /// Reads `Key: value, Key: value`, as FTD writes connections, intrusions and files.
  private mutating func readEventPairs(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths
  ) -> Bool {
    let most = line.fields.count + Self.mostPairs
    var offset = range.lowerBound
    while offset < range.upperBound {
      while offset < range.upperBound, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
      let start = offset
      while offset < range.upperBound, classes.is(bytes.byte(unchecked: offset), .word) {
        offset += 1
      }
      let isKey = offset > start && bytes.starts(with: ": ", at: offset)
      let value = isKey ? offset + 2 : start
      let stop = pairEnd(bytes, from: value, to: range.upperBound)
      if isKey {
        guard line.fields.count < most else { return false }
        let path = paths.child(of: FieldPaths.root, key: bytes.extracting(start..<offset))
        line.add(path, key: start, value: value..<stop)
        if bytes.isWord(start..<offset, "FirstPacketSecond") {
          line.time = Timestamp.iso8601(bytes, value..<stop)
        }
      }
      offset = stop + 1
    }
    return true
  }

  /// The comma behind which the next key stands; other commas belong to the value.
  private func pairEnd(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    var offset = start
    while let comma = bytes.firstOffset(of: Byte.comma, from: offset, to: end) {
      offset = comma + 1
      guard bytes.starts(with: " ", at: offset) else { continue }
      let word = classes.end(of: .word, bytes, from: offset + 1, to: end)
      if word > offset + 1, bytes.starts(with: ": ", at: word) { return comma }
    }
    return end
  }

  // MARK: Sentences

  /// What the words of a sentence so far say about those that follow.
  private struct SentenceState {
    /// The endpoint that the next address is.
    var side = EventFact.none
    /// For a connection that was built from inside, the foreign endpoint is named first.
    var isOutbound = false
    var isInbound = false
    var isBuilt = false
    /// In a denial the source is named first.
    var isDenied = false
    /// In a message of an access list, a user may come before the source.
    var isAccessList = false
    /// What the next token is, if its field's name does not tell.
    var fact = EventFact.none
    var isUnknown = false
    /// The sentence tells of a translation: what an endpoint is translated to is not another one.
    var isTranslation = false
    var isTarget = false
    /// The endpoints that follow are those of another packet, which an ICMP message quotes.
    var isQuoted = false
    /// The sentence begins with a client that asked a server for a URL, which follows the server's
    /// address: `192.0.2.2:/path`.
    var isClientFirst = false
    var missingEnds: MissingNameEnds = []
  }

  private mutating func readSentence(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) {
    var state = SentenceState()
    var count = 0
    var offset = range.lowerBound
    var previous = offset..<offset
    while offset < range.upperBound {
      if bytes.byte(unchecked: offset) == Byte.space {
        offset += 1
        continue
      }
      let token = offset..<bytes.tokenEnd(from: offset, to: range.upperBound)
      offset = token.upperBound
      if let end = givenNameEnd(
        bytes, token, behind: previous, to: range.upperBound, &state.missingEnds)
      {
        offset = end
        state.fact = .none
        count += 1
        continue
      }
      previous = token
      let word = FirewallWord.table[bytes, token]
      if count < 12 { noteWord(word, bytes, token, &facts) }
      if count == 0 {
        readFirstWord(word, bytes, token, &state, &paths, &facts)
      } else {
        readWord(word, bytes, token, to: range.upperBound, &offset, &state, &paths, &facts)
      }
      count += 1
    }
  }

  /// Reads what a sentence begins with: what happened, or who did it.
  private mutating func readFirstWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>, _ state: inout SentenceState,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) {
    state.isBuilt = word == .built
    state.isDenied = word == .denied
    // `access-list name denied tcp inside/…(…) -> outside/…(…)`
    state.isAccessList = word == .accessList
    if state.isAccessList { state.side = .source }
    // `192.0.2.1 Accessed URL …`, and `user@192.0.2.1(LOCAL\user) Accessed JAVA URL …`
    let mark = bytes.lastOffset(
      of: UInt8(ascii: "@"), from: token.lowerBound, to: token.upperBound)
    let start = mark.map { $0 + 1 } ?? token.lowerBound
    let open = bytes.firstOffset(of: UInt8(ascii: "("), from: start, to: token.upperBound)
    let client = start..<(open ?? token.upperBound)
    if EventFacts.endpoint(bytes, client) != nil {
      addEndpoints(bytes, client, .source, .none, isTarget: false, isQuoted: false, &paths, &facts)
      state.isClientFirst = true
    }
  }

  /// Reads a word behind the first one, and the next as well if this word tells what that is.
  private mutating func readWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>, to end: Int, _ offset: inout Int,
    _ state: inout SentenceState,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) {
    switch word {
    case .to:
      state.side =
        state.isUnknown ? .none : state.isOutbound || state.isTranslation ? .source : .destination
      state.isTarget = state.isTranslation
    case .url where state.isClientFirst:
      if let server = addressBeforeColon(bytes, from: offset + 1, to: end) {
        line.add(paths.name("dst_ip"), server)
        offset = server.upperBound
      }
    case .source: state.side = .source
    case .destination: state.side = .destination
    case .dynamic: state.side = .none
    case .for where state.isAccessList: break
    case .for:
      // Which endpoint is which is known only for a connection that is built or denied.
      state.isUnknown = !state.isBuilt && !state.isDenied
      state.side = state.isUnknown ? .none : state.isOutbound ? .destination : .source
    case .from: (state.side, state.isUnknown) = (.source, false)
    case .ip:
      // `User <name> IP <192.0.2.1>`, `user IP = 192.0.2.1`, `IP address: 192.0.2.1`.
      state.fact = .source
      return
    case .equals where state.fact == .source: return
    case .localAddress where state.isDenied: break
    case .foreignAddress, .localAddress:
      state.side = .none
      if state.isInbound || state.isOutbound {
        state.fact = (word == .foreignAddress) == state.isInbound ? .source : .destination
      }
      return
    case .globalAddress: break
    case .client:
      state.fact = .source
      return
    case .inbound: state.isInbound = state.isBuilt
    case .outbound where state.isBuilt: state.isOutbound = true
    case .original: state.isQuoted = true
    case .protocol:
      let next = min(offset + 1, end)
      let number = next..<bytes.tokenEnd(from: next, to: end)
      if bytes.isNumber(number), let known = EventFacts.ipProtocol(bytes, number) {
        facts.note(ipProtocol: known)
      }
    case .translation: state.isTranslation = true
    default:
      // `address` and `address:`
      if state.fact == .source,
        bytes.isWord(token, "address") || bytes.isWord(token.dropLast(), "address")
      {
        return
      }
      addEndpoints(
        bytes, token, state.side, state.fact, isTarget: state.isTarget, isQuoted: state.isQuoted,
        &paths, &facts)
    }
    state.fact = .none
  }

  /// Notes what a word at the beginning says of verdict and protocol.
  private mutating func noteWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>, _ facts: inout EventFacts
  ) {
    switch word {
    case .built, .allowed: facts.note(.allowed)
    case .denied, .blocked: facts.note(.blocked)
    // `drop rate-1 exceeded` is a count of what was dropped before.
    case .drop where !bytes.starts(with: " rate-", at: token.upperBound): facts.note(.blocked)
    default:
      // The names of protocols in these messages, such as TCP and ICMP, are as short as this.
      if 3...4 ~= token.count { noteProtocol(bytes, token, &facts) }
    }
  }

  private mutating func noteProtocol(
    _ bytes: RawSpan, _ token: Range<Int>,
    _ facts: inout EventFacts
  ) {
    guard bytes.byte(unchecked: token.lowerBound) &- Byte.zero > 9,
      let number = EventFacts.ipProtocol(bytes, token)
    else { return }
    facts.note(ipProtocol: number)
  }

  /// Adds the address of `outside:192.0.2.1/443`, `outside/192.0.2.1(443)`, `192.0.2.1/443` or
  /// `(192.0.2.1/443)`, the last of which is what an endpoint is translated to.
  private mutating func addEndpoints(
    _ bytes: RawSpan, _ token: Range<Int>, _ side: EventFact, _ fact: EventFact, isTarget: Bool,
    isQuoted: Bool,
    _ paths: inout FieldPaths, _ facts: inout EventFacts
  ) {
    var start = token.lowerBound
    var end = token.upperBound
    if end - start > 2, bytes.byte(unchecked: start) == UInt8(ascii: "<"),
      bytes.byte(unchecked: end - 1) == UInt8(ascii: ">")
    {
      (start, end) = (start + 1, end - 1)
    }
    if end - start > 2, bytes.byte(unchecked: end - 1) == Byte.colon { end -= 1 }
    let isInBrackets = bytes.byte(unchecked: start) == UInt8(ascii: "(")
    let isMapped = isInBrackets || isTarget
    if isInBrackets {
      start += 1
      end = bytes.firstOffset(of: UInt8(ascii: ")"), from: start, to: end) ?? end
    }
    guard end - start >= 2 else { return }
    // The mapped endpoint may follow without a blank.
    var rest = end..<end
    if !isInBrackets, bytes.byte(unchecked: end - 1) == UInt8(ascii: ")"),
      let open = bytes.firstOffset(of: UInt8(ascii: "("), from: start + 1, to: end)
    {
      // A user may stand behind the port.
      let close = bytes.firstOffset(of: UInt8(ascii: ")"), from: open, to: end) ?? end - 1
      rest = open..<close + 1
      end = open
    } else if !isInBrackets,
      let open = bytes.firstOffset(of: UInt8(ascii: "("), from: start + 1, to: end)
    {
      // The parenthesis is closed in a later word: `198.51.100.9(type 8, code 0)`.
      end = open
    }
    guard let (address, behind) = endpointAddress(bytes, start..<end) else { return }
    var port: UInt16 = 0
    if facts.isICMP, !isQuoted {
      // With ICMP, the number of an echo is in the place of a port.
    } else if behind < end, bytes.byte(unchecked: behind) == Byte.slash {
      port = NumberText.port(bytes, behind + 1..<trimmedEnd(bytes, end, from: behind + 1)) ?? 0
    } else if !rest.isEmpty, bytes.isNumber(rest.lowerBound + 1..<rest.upperBound - 1) {
      port = NumberText.port(bytes, rest.lowerBound + 1..<rest.upperBound - 1) ?? 0
    }
    let path: FieldPaths.ID
    switch (side, isMapped) {
    case (.source, false): path = paths.name("src_ip")
    case (.source, true): path = paths.name("src_mapped_ip")
    case (.destination, false): path = paths.name("dst_ip")
    case (.destination, true): path = paths.name("dst_mapped_ip")
    case (_, false): path = paths.name("ip")
    default: path = paths.name("mapped_ip")
    }
    line.add(path, address, fact: side == .none ? fact : .none)
    line.setPort(port)
    if isQuoted { line.setApart() }
  }

  /// The address that stands before a colon.
  private func addressBeforeColon(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int>? {
    guard start < end,
      let colon = bytes.firstOffset(of: Byte.colon, from: start, to: min(end, start + 16)),
      IPAddressText.ipv4(bytes, start..<colon) != nil
    else { return nil }
    return start..<colon
  }

  /// The address in `interface:address/port`, `interface/address` or `address`, and what is behind it.
  private func endpointAddress(
    _ bytes: RawSpan, _ range: Range<Int>
  ) -> (address: Range<Int>, behind: Int)? {
    var start = range.lowerBound
    // An interface's name holds neither slashes nor colons; an IPv6 address holds colons.
    for _ in 0..<2 {
      let slash = bytes.firstOffset(of: Byte.slash, from: start, to: range.upperBound)
      let address = start..<trimmedEnd(bytes, slash ?? range.upperBound, from: start)
      if IPAddressText.ipv4(bytes, address) != nil
        || IPAddressText.ipv6(bytes, address) != nil
          && (start == range.lowerBound || isApart(bytes, start, from: range.lowerBound))
      {
        return (address, slash ?? address.upperBound)
      }
      let colon = bytes.firstOffset(of: Byte.colon, from: start, to: range.upperBound)
      guard let mark = [slash, colon].compactMap({ $0 }).min() else { return nil }
      start = mark + 1
      // `inside:::1` is no address in text either: which colons belong to it cannot be told.
      guard start < range.upperBound, bytes.byte(unchecked: start) != Byte.colon else {
        return nil
      }
    }
    return nil
  }

  /// Whether the interface's name before an IPv6 address can be told from it.
  ///
  /// The name must have a letter that is no hexadecimal digit, with only such digits behind its
  /// last one.
  private func isApart(_ bytes: RawSpan, _ start: Int, from first: Int) -> Bool {
    guard bytes.byte(unchecked: start - 1) == Byte.colon else { return true }
    var offset = start - 1
    while offset > first, classes.is(bytes.byte(unchecked: offset - 1), .address) { offset -= 1 }
    return offset > first && classes.is(bytes.byte(unchecked: offset - 1), .alphanumeric)
  }

  /// The end of a range without the punctuation at its end.
  private func trimmedEnd(_ bytes: RawSpan, _ end: Int, from start: Int) -> Int {
    var end = end
    while end > start {
      let byte = bytes.byte(unchecked: end - 1)
      guard byte == Byte.comma || byte == Byte.dot || byte == UInt8(ascii: ";") else { break }
      end -= 1
    }
    return end
  }
}
