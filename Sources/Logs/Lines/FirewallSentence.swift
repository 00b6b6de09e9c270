import Indicators
import Parsing

/// A sentence of one of Cisco's firewalls, read word by word: its ends, and what happened.
struct FirewallSentence {
  // What the words so far say about those that follow.

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

  /// Where the reading has got to, and where the sentence ends.
  private var offset: Int
  let end: Int

  private init(_ range: Range<Int>) { (offset, end) = (range.lowerBound, range.upperBound) }

  /// Reads the text of a message.
  static func read(_ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction) {
    var sentence = FirewallSentence(range)
    sentence.readWords(bytes, &extraction)
  }

  private mutating func readWords(_ bytes: RawSpan, _ extraction: inout Extraction) {
    var count = 0
    var previous = offset..<offset
    while offset < end {
      if bytes.byte(unchecked: offset) == Byte.space {
        offset += 1
        continue
      }
      let token = offset..<bytes.tokenEnd(from: offset, to: end)
      offset = token.upperBound
      if let stop = givenNameEnd(bytes, token, behind: previous) {
        offset = stop
        fact = .none
        isBehindSide = false
        count += 1
        continue
      }
      previous = token
      let word = FirewallWord.table[bytes, token]
      if count < 12 { Self.noteWord(word, bytes, token, &extraction) }
      if count == 0 {
        readFirstWord(word, bytes, token, &extraction)
      } else {
        readWord(word, bytes, token, &extraction)
      }
      count += 1
    }
  }

  /// Reads what a sentence begins with: what happened, or who did it.
  private mutating func readFirstWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>,
    _ extraction: inout Extraction
  ) {
    isBuilt = word == .built
    isDenied = word == .denied
    // `access-list name denied tcp inside/…(…) -> outside/…(…)`
    isAccessList = word == .accessList
    // `Shunned packet: 192.0.2.1 ==> 192.0.2.2 on …`
    if isAccessList || word == .shunned { side = .source }
    // `192.0.2.1 Accessed URL …`, and `user@192.0.2.1(LOCAL\user) Accessed JAVA URL …`
    let mark = bytes.lastOffset(
      of: UInt8(ascii: "@"), from: token.lowerBound, to: token.upperBound)
    let start = mark.map { $0 + 1 } ?? token.lowerBound
    let open = bytes.firstOffset(of: UInt8(ascii: "("), from: start, to: token.upperBound)
    let client = start..<(open ?? token.upperBound)
    if EventFacts.endpoint(bytes, client) != nil {
      addEndpoints(bytes, client, side: .source, isBehindSide: false, &extraction)
      isClientFirst = true
    }
  }

  /// Reads a word behind the first one, and the next as well if this word tells what that is.
  private mutating func readWord(
    _ word: FirewallWord?, _ bytes: RawSpan, _ token: Range<Int>,
    _ extraction: inout Extraction
  ) {
    let wasBehindSide = isBehindSide
    isBehindSide = word == .from || bytes.isWord(token, "to")
    switch word {
    case .to:
      side =
        isUnknown ? .none : isOutbound || isTranslation ? .source : .destination
      isTarget = isTranslation
    case .url where isClientFirst:
      if let server = addressBeforeColon(bytes, from: offset + 1, to: end) {
        extraction.addField("dst_ip", server)
        offset = server.upperBound
      }
    case .source: side = .source
    case .destination: side = .destination
    case .dynamic: side = .none
    case .for where isAccessList: break
    case .for:
      // Which endpoint is which is known only for a connection that is built or denied.
      isUnknown = !isBuilt && !isDenied
      side = isUnknown ? .none : isOutbound ? .destination : .source
    case .from: (side, isUnknown) = (.source, false)
    case .ip:
      // `User <name> IP <192.0.2.1>`, `user IP = 192.0.2.1`, `IP address: 192.0.2.1`.
      fact = .source
      return
    case .equals where fact == .source: return
    case .localAddress where isDenied: break
    case .foreignAddress, .localAddress:
      side = .none
      if isInbound || isOutbound {
        fact = (word == .foreignAddress) == isInbound ? .source : .destination
      }
      return
    case .globalAddress: break
    case .client:
      fact = .source
      return
    case .inbound: isInbound = isBuilt
    case .outbound where isBuilt: isOutbound = true
    case .original: isQuoted = true
    case .protocol:
      let next = min(offset + 1, end)
      let number = next..<bytes.tokenEnd(from: next, to: end)
      if bytes.isNumber(number), let known = EventFacts.ipProtocol(bytes, number) {
        extraction.event.facts.note(ipProtocol: known)
      }
    case .translation: isTranslation = true
    default:
      // `address` and `address:`
      if fact == .source,
        bytes.isWord(token, "address") || bytes.isWord(token.dropLast(), "address")
      {
        return
      }
      addEndpoints(bytes, token, side: side, isBehindSide: wasBehindSide, &extraction)
    }
    fact = .none
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
      if 3...4 ~= token.count { Self.noteProtocol(bytes, token, &extraction) }
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
