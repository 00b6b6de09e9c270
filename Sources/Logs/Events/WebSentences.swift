import Indicators
import Parsing

/// Clients of the Web in sentences, where what they ask for is no address.
extension EventNotes {
  /// `HTTPS request from 192.0.2.1:5000 to a.example:443. Action: Deny. …` of Azure's firewall, whose application rules
  /// know the server by its name; false if the line is none.
  mutating func noteRequest(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let front = bytes.tokenEnd(
      from: text.lowerBound, to: min(text.upperBound, text.lowerBound + 16))
    guard bytes.starts(with: " request from ", at: front), front + 14 < text.upperBound else {
      return false
    }
    let client = front + 14..<bytes.tokenEnd(from: front + 14, to: text.upperBound)
    guard bytes.starts(with: " to ", at: client.upperBound),
      client.upperBound + 4 < text.upperBound,
      let source = WrittenEndpoint(bytes, client), source.hasPort
    else { return false }
    let start = client.upperBound + 4
    guard isNameWithPort(bytes, start..<bytes.tokenEnd(from: start, to: text.upperBound)) else {
      return false
    }
    facts.note(isSource: true, bytes, source.address, port: source.port(bytes))
    return facts.hasEndpoints
  }

  /// Whether a token is the name of a host with a port, and perhaps the full stop behind it.
  private func isNameWithPort(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    guard
      let colon = bytes.firstOffset(of: Byte.colon, from: token.lowerBound, to: token.upperBound),
      colon > token.lowerBound,
      !Byte.isDigit(bytes.byte(unchecked: colon - 1)),
      (token.lowerBound..<colon).allSatisfy({
        ByteClasses.shared.is(bytes.byte(unchecked: $0), .name)
      })
    else { return false }
    let port = LogTime.digits(bytes, from: colon + 1, to: token.upperBound)
    return NumberText.port(bytes, port) != nil
      && (port.upperBound == token.upperBound
        || port.upperBound == token.upperBound - 1
          && bytes.byte(unchecked: port.upperBound) == Byte.dot)
  }

  /// The client of a web server, and that its firewall denied it access:
  /// `[client 192.0.2.1] ModSecurity: Access denied with code 403 …`, in quotes in Coraza's lines.
  mutating func webClient(
    _ bytes: RawSpan, _ token: Range<Int>, _ rest: Range<Int>
  ) -> WrittenEndpoint? {
    var client = token
    if client.count > 3, bytes.byte(unchecked: client.lowerBound) == Byte.quote,
      bytes.starts(with: "\"]", at: client.upperBound - 2)
    {
      client = client.lowerBound + 1..<client.upperBound - 2
    }
    guard let endpoint = WrittenEndpoint(bytes, client) else { return nil }
    // Apache writes its own client before the module's.
    var start = rest.lowerBound
    if bytes.starts(with: "[client ", at: start) {
      start = min(bytes.tokenEnd(from: start + 8, to: rest.upperBound) + 1, rest.upperBound)
    }
    if bytes.starts(with: "ModSecurity: Access denied ", at: start)
      || bytes.starts(with: "Coraza: Access denied ", at: start)
    {
      facts.note(.blocked)
    }
    return endpoint
  }
}
