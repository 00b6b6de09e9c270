import Indicators
import Parsing

/// What Junos says of packets that its filters logged and of who logs in (Juniper, "System Log Explorer").
extension EventNotes {
  private static let filterMark: StaticString = "PFE_FW_SYSLOG_IP: "
  private static let loginMark: StaticString = "UI_LOGIN_EVENT: "

  /// Notes the endpoints of such a line; false if it is none.
  mutating func noteJunos(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    noteFilter(bytes, text) || noteShell(bytes, text)
  }

  /// `FW: ge-0/0/0.0   D  tcp 192.0.2.1 198.51.100.9 46736  3405 (1 packets)`: interface, what was done, protocol,
  /// addresses, and ports or type and code; hardware addresses may stand before the protocol.
  private mutating func noteFilter(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let marked = bytes.rest(of: text, behind: Self.filterMark) ?? text
    guard let rest = bytes.rest(of: marked, behind: "FW: "), rest.count < 512 else { return false }
    let words = filled(bytes, rest)
    guard words.count >= 8, bytes.starts(with: "packets)", at: words[words.count - 1].lowerBound),
      let verdict = Self.verdict(bytes, words[1])
    else { return false }
    let first = words.count - 7
    guard let number = EventFacts.ipProtocol(bytes, words[first]),
      EventFacts.endpoint(bytes, words[first + 1]) != nil,
      EventFacts.endpoint(bytes, words[first + 2]) != nil
    else { return false }
    let hasPorts = IPProtocol.hasNamedPorts(number)
    facts.note(ipProtocol: number)
    for (index, isSource) in [(1, true), (2, false)] {
      let port = hasPorts ? NumberText.port(bytes, words[first + index + 2]) ?? 0 : 0
      facts.note(isSource: isSource, bytes, words[first + index], port: port)
    }
    facts.note(verdict)
    return facts.hasEndpoints
  }

  /// Accepted, discarded or rejected.
  private static func verdict(_ bytes: RawSpan, _ word: Range<Int>) -> Verdict? {
    guard word.count == 1 else { return nil }
    switch bytes.byte(unchecked: word.lowerBound) {
    case UInt8(ascii: "A"): return .allowed
    case UInt8(ascii: "D"), UInt8(ascii: "R"): return .blocked
    default: return nil
    }
  }

  /// The words of a range, whatever number of blanks is between them.
  private func filled(_ bytes: RawSpan, _ range: Range<Int>) -> [Range<Int>] {
    Self.words(bytes, range, most: range.count).filter { !$0.isEmpty }
  }

  /// `User 'a' login, … ssh-connection '192.0.2.1 5000 192.0.2.2 22', …`, as a shell has it in `SSH_CONNECTION`.
  private mutating func noteShell(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    guard bytes.starts(with: Self.loginMark, at: text.lowerBound),
      let mark = bytes.firstRange(
        of: " ssh-connection '", from: text.lowerBound, to: text.upperBound),
      let quote = bytes.firstOffset(
        of: Byte.apostrophe, from: mark.upperBound, to: text.upperBound)
    else { return false }
    let words = Self.words(bytes, mark.upperBound..<quote, most: 5)
    guard words.count == 4, let port = NumberText.port(bytes, words[1]),
      let ownPort = NumberText.port(bytes, words[3])
    else { return false }
    facts.note(isSource: true, bytes, words[0], port: port)
    facts.note(isSource: false, bytes, words[2], port: ownPort)
    return facts.hasEndpoints
  }
}
