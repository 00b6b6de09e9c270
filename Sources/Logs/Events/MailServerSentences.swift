import Parsing

/// Sentences in which Postfix, as the client of another mail server, tells what became of the
/// connection to it. That it is the client, only their beginnings say.
extension EventNotes {
  /// Bytes of a message's number in the queue with the colon behind it.
  private static let queueNumberLengths = 6...24
  /// What follows the server in sentences whose beginning alone may be anybody's.
  private static let answers: [StaticString] = ["said: ", "refused to talk to me: "]
  private static let losses: [StaticString] = ["while ", "timed out while "]

  /// Notes the server that such a sentence names; false if the line is none.
  mutating func noteMailServer(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let start = behindQueueNumber(bytes, text)
    switch bytes.byte(unchecked: start) {
    case UInt8(ascii: "c"):
      // `connect to name[192.0.2.2]:25: Connection timed out`
      return noteServer(bytes, start, text, behind: "connect to ", isPortNeeded: true)
        || noteServer(bytes, start, text, behind: "conversation with ", before: Self.losses)
    case UInt8(ascii: "h"):
      // `host name[192.0.2.2] said: 450 …`
      return noteServer(bytes, start, text, behind: "host ", before: Self.answers)
    case UInt8(ascii: "l"):
      return noteServer(bytes, start, text, behind: "lost connection with ", before: Self.losses)
    case UInt8(ascii: "S"):
      return noteServer(bytes, start, text, behind: "SSL_connect error to ", isPortNeeded: true)
    default:
      // `Untrusted TLS connection established to name[192.0.2.2]:25: …`, `Verified TLS …`
      let next = bytes.tokenEnd(from: start, to: min(text.upperBound, start + 16)) + 1
      return noteServer(
        bytes, next, text, behind: "TLS connection established to ", isPortNeeded: true)
    }
  }

  /// Where the sentence begins behind `05BC43F81E: `.
  private func behindQueueNumber(_ bytes: RawSpan, _ text: Range<Int>) -> Int {
    let limit = min(text.upperBound, text.lowerBound + Self.queueNumberLengths.upperBound)
    let colon = bytes.tokenEnd(from: text.lowerBound, to: limit) - 1
    guard Self.queueNumberLengths ~= colon + 1 - text.lowerBound, colon + 2 < text.upperBound,
      bytes.byte(unchecked: colon) == Byte.colon, bytes.byte(unchecked: colon + 1) == Byte.space,
      (text.lowerBound..<colon).allSatisfy({ Byte.isAlphanumeric(bytes.byte(unchecked: $0)) })
    else { return text.lowerBound }
    return colon + 2
  }

  /// Notes `name[192.0.2.2]:25` behind the words with which a sentence begins; one of the phrases
  /// in `before` must follow it, if there are any.
  private mutating func noteServer(
    _ bytes: RawSpan, _ start: Int, _ text: Range<Int>, behind words: StaticString,
    before phrases: [StaticString] = [], isPortNeeded: Bool = false
  ) -> Bool {
    guard bytes.starts(with: words, at: start),
      case let first = start + words.utf8CodeUnitCount, first < text.upperBound,
      case let token = first..<bytes.tokenEnd(from: first, to: text.upperBound),
      let server = bracket(bytes, token), server.lowerBound > first,
      let endpoint = WrittenEndpoint(bytes, server), endpoint.hasPort || !isPortNeeded,
      phrases.isEmpty
        || phrases.contains(where: { bytes.starts(with: $0, at: token.upperBound + 1) })
          && token.upperBound < text.upperBound
    else { return false }
    facts.note(isSource: false, bytes, endpoint.address, port: endpoint.port(bytes))
    return facts.hasEndpoints
  }

  /// The server that a message could not be handed to, where a word of the line names it:
  /// `relay=none, … (connect to name[192.0.2.2]:25: Connection timed out)`.
  func unreachable(_ bytes: RawSpan, _ token: Range<Int>) -> WrittenEndpoint? {
    guard bytes.starts(with: "(connect to ", at: token.lowerBound - 12),
      let server = bracket(bytes, token)
    else { return nil }
    return WrittenEndpoint(bytes, server)
  }
}
