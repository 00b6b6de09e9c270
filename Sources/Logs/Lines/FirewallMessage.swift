import Indicators
import Parsing

/// Messages of Cisco's firewalls, ASA, FTD and their forerunners: `%ASA-6-302013: Built outbound …`.
///
/// Their sentences hold ends as `interface:address/port` or `interface/address(port)`, and a word before
/// each that says which it is. The fields are called as the usual patterns for such logs call them:
/// `src_ip`, `dst_ip`, with `src_mapped_ip` and `dst_mapped_ip` for what they are translated to.
enum FirewallMessage {
  /// Reads a message from its `%` on.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let start = range.lowerBound
    guard
      bytes.starts(with: "%ASA-", at: start) || bytes.starts(with: "%FTD-", at: start)
        || bytes.starts(with: "%PIX-", at: start) || bytes.starts(with: "%FWSM-", at: start)
        || bytes.starts(with: "%NGIPS-", at: start),
      let end = numberEnd(bytes, from: start, to: min(range.upperBound, start + 32))
    else { return false }
    let text = textStart(bytes, behind: end, to: range.upperBound)..<range.upperBound
    extraction.line.skip(start..<text.lowerBound)
    let number = max(start, end - 6)..<end
    if bytes.isWord(number, "430001") || bytes.isWord(number, "430002")
      || bytes.isWord(number, "430003") || bytes.isWord(number, "430004")
      || bytes.isWord(number, "430005")
    {
      return readEventPairs(bytes, text, &extraction)
    } else {
      readSentence(bytes, text, &extraction)
    }
    return true
  }

  /// The blank behind a message's number, with which some collectors replace its colon.
  static func numberEndWithoutColon(_ bytes: RawSpan, from start: Int, to limit: Int) -> Int? {
    guard let blank = bytes.firstOffset(of: Byte.space, from: start, to: limit), blank - start > 6,
      bytes.byte(unchecked: blank - 7) == Byte.minus, bytes.isNumber(blank - 6..<blank)
    else { return nil }
    return blank
  }

  /// The end of a message's number: its colon or the blank in place of it.
  private static func numberEnd(_ bytes: RawSpan, from start: Int, to limit: Int) -> Int? {
    if let blank = numberEndWithoutColon(bytes, from: start, to: limit) { return blank }
    guard let colon = bytes.firstOffset(of: Byte.colon, from: start, to: limit),
      Byte.isDigit(bytes.byte(unchecked: colon - 1))
    else { return nil }
    return colon
  }

  /// Where a message's text begins behind its number: `: Built …`, ` Built …` or ` : Built …`.
  private static func textStart(_ bytes: RawSpan, behind number: Int, to limit: Int) -> Int {
    guard bytes.byte(unchecked: number) == Byte.space else { return number + 1 }
    var offset = number
    while offset < limit, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    guard offset < limit else { return limit }
    let mark = bytes.byte(unchecked: offset)
    return mark == Byte.colon || mark == Byte.minus ? offset + 1 : offset
  }

  /// Bytes of a collector's header before a message; what is longer is prose that quotes one.
  private static let longestFront = 128

  /// Reads a message behind words that are no header of a known form, as collectors write them.
  static func readBehindFront(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let last = min(range.upperBound, range.lowerBound + Self.longestFront)
    var offset = range.lowerBound + 1
    while let mark = bytes.firstOffset(of: UInt8(ascii: "%"), from: offset, to: last) {
      let before = bytes.byte(unchecked: mark - 1)
      if Byte.isBlank(before),
        MessageFront.mayBe(bytes, range.lowerBound..<mark, &extraction)
      {
        let count = extraction.line.fields.count
        if read(bytes, mark..<range.upperBound, &extraction) { return true }
        extraction.line.cut(to: count)
      }
      offset = mark + 1
    }
    return false
  }

  // MARK: Security events

  /// Reads `Key: value, Key: value`, as FTD writes connections, intrusions and files.
  private static func readEventPairs(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let most = extraction.line.fields.count + LineRecord.mostPairs
    var offset = range.lowerBound
    while offset < range.upperBound {
      while offset < range.upperBound, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
      let start = offset
      while offset < range.upperBound, ByteClasses.shared.is(bytes.byte(unchecked: offset), .word) {
        offset += 1
      }
      let isKey = offset > start && bytes.starts(with: ": ", at: offset)
      let value = isKey ? offset + 2 : start
      let stop = pairEnd(bytes, from: value, to: range.upperBound)
      if isKey {
        guard extraction.line.fields.count < most else { return false }
        extraction.addPair(bytes, key: start..<offset, value: value..<stop)
        if bytes.isWord(start..<offset, "FirstPacketSecond") {
          extraction.line.time = Timestamp.iso8601(bytes, value..<stop)
        }
      }
      offset = stop + 1
    }
    return true
  }

  /// The comma behind which the next key stands; other commas belong to the value.
  private static func pairEnd(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    var offset = start
    while let comma = bytes.firstOffset(of: Byte.comma, from: offset, to: end) {
      offset = comma + 1
      guard bytes.starts(with: " ", at: offset) else { continue }
      let word = ByteClasses.shared.end(of: .word, bytes, from: offset + 1, to: end)
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
    /// The word before says which endpoint the next token is, so that what stands there in
    /// parentheses is that endpoint, and not what another one is translated to.
    var isBehindSide = false
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

  private static func readSentence(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
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
        state.isBehindSide = false
        count += 1
        continue
      }
      previous = token
      let word = FirewallWord.table[bytes, token]
      if count < 12 { noteWord(word, bytes, token, &extraction) }
      if count == 0 {
        readFirstWord(word, bytes, token, &state, &extraction)
      } else {
        readWord(word, bytes, token, to: range.upperBound, &offset, &state, &extraction)
      }
      count += 1
    }
  }

  /// Reads what a sentence begins with: what happened, or who did it.
  private static func readFirstWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>, _ state: inout SentenceState,
    _ extraction: inout Extraction
  ) {
    state.isBuilt = word == .built
    state.isDenied = word == .denied
    // `access-list name denied tcp inside/…(…) -> outside/…(…)`
    state.isAccessList = word == .accessList
    // `Shunned packet: 192.0.2.1 ==> 192.0.2.2 on …`
    if state.isAccessList || word == .shunned { state.side = .source }
    // `192.0.2.1 Accessed URL …`, and `user@192.0.2.1(LOCAL\user) Accessed JAVA URL …`
    let mark = bytes.lastOffset(
      of: UInt8(ascii: "@"), from: token.lowerBound, to: token.upperBound)
    let start = mark.map { $0 + 1 } ?? token.lowerBound
    let open = bytes.firstOffset(of: UInt8(ascii: "("), from: start, to: token.upperBound)
    let client = start..<(open ?? token.upperBound)
    if EventFacts.endpoint(bytes, client) != nil {
      addEndpoints(
        bytes, client, .source, .none, isBehindSide: false, isTarget: false, isQuoted: false,
        &extraction)
      state.isClientFirst = true
    }
  }

  /// Reads a word behind the first one, and the next as well if this word tells what that is.
  private static func readWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>, to end: Int, _ offset: inout Int,
    _ state: inout SentenceState, _ extraction: inout Extraction
  ) {
    let isBehindSide = state.isBehindSide
    state.isBehindSide = word == .from || bytes.isWord(token, "to")
    switch word {
    case .to:
      state.side =
        state.isUnknown ? .none : state.isOutbound || state.isTranslation ? .source : .destination
      state.isTarget = state.isTranslation
    case .url where state.isClientFirst:
      if let server = addressBeforeColon(bytes, from: offset + 1, to: end) {
        extraction.addField("dst_ip", server)
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
        extraction.event.facts.note(ipProtocol: known)
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
        bytes, token, state.side, state.fact, isBehindSide: isBehindSide,
        isTarget: state.isTarget, isQuoted: state.isQuoted, &extraction)
    }
    state.fact = .none
  }

  /// Notes what a word at the beginning says of verdict and protocol.
  private static func noteWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>, _ extraction: inout Extraction
  ) {
    switch word {
    case .built, .allowed: extraction.event.facts.note(.allowed)
    case .denied, .blocked, .shunned: extraction.event.facts.note(.blocked)
    // `drop rate-1 exceeded` is a count of what was dropped before.
    case .drop where !bytes.starts(with: " rate-", at: token.upperBound):
      extraction.event.facts.note(.blocked)
    default:
      // The names of protocols in these messages, such as TCP and ICMP, are as short as this.
      if 3...4 ~= token.count { noteProtocol(bytes, token, &extraction) }
    }
  }

  private static func noteProtocol(
    _ bytes: RawSpan, _ token: Range<Int>, _ extraction: inout Extraction
  ) {
    guard bytes.byte(unchecked: token.lowerBound) &- Byte.zero > 9,
      let number = EventFacts.ipProtocol(bytes, token)
    else { return }
    extraction.event.facts.note(ipProtocol: number)
  }
}
