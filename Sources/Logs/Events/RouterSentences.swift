import Parsing

/// Messages of Cisco's routers and switches that name one address only: who logged in or changed
/// the configuration, and what a standard access list, which knows sources alone, did.
extension EventNotes {
  /// Bytes of a line before its mark, `%FACILITY-SEVERITY-MNEMONIC:`, and of the mark.
  private static let longestFront = 128
  private static let longestMark = 64

  /// Notes the source that such a message names; false if the line is none.
  mutating func noteRouter(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let last = min(text.upperBound, text.lowerBound + Self.longestFront)
    guard
      let mark = bytes.firstOffset(of: UInt8(ascii: "%"), from: text.lowerBound, to: last),
      let colon = bytes.firstOffset(
        of: Byte.colon, from: mark, to: min(text.upperBound, mark + Self.longestMark)),
      (mark + 1..<colon).allSatisfy({ Self.isOfMark(bytes.byte(unchecked: $0)) }),
      isRouterFront(bytes, text.lowerBound..<mark)
    else { return false }
    let message = bytes.blanksEnd(from: colon + 1, to: text.upperBound)..<text.upperBound
    if bytes.starts(with: "SEC_LOGIN-", at: mark + 1) { return noteLogin(bytes, message) }
    if bytes.starts(with: "-CONFIG_I", at: colon - 9)
      || bytes.starts(with: "SYS-5-PRIV_AUTH_", at: mark + 1)
      || bytes.starts(with: "SYS-6-LOGOUT", at: mark + 1)
    {
      return noteTerminal(bytes, message)
    }
    return bytes.starts(with: "-IPACCESSLOGS", at: colon - 13) && noteAccessList(bytes, message)
  }

  /// Whether a byte may be of `FACILITY-SEVERITY-MNEMONIC`.
  private static func isOfMark(_ byte: UInt8) -> Bool {
    Byte.isDigit(byte) || byte == Byte.minus || byte == UInt8(ascii: "_")
      || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
  }

  /// Whether a router may have written what precedes the mark: its name, a number, a time with its
  /// zone, each or nothing (`r1: 000123: *May  1 10:00:00.123 UTC: `).
  ///
  /// Other words are those of a program, which may hold a mark that somebody else wrote.
  private func isRouterFront(_ bytes: RawSpan, _ front: Range<Int>) -> Bool {
    var offset = front.lowerBound
    while offset < front.upperBound {
      let word = offset..<bytes.tokenEnd(from: offset, to: front.upperBound)
      offset = word.upperBound + 1
      guard let last = word.last else { continue }
      switch bytes.byte(unchecked: word.lowerBound) {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), Byte.dot: continue
      case UInt8(ascii: "A")...UInt8(ascii: "Z") where word.count <= 5: continue
      default:
        guard word.lowerBound == front.lowerBound, bytes.byte(unchecked: last) == Byte.colon else {
          return false
        }
      }
    }
    return true
  }

  /// `Login failed [user: a] [Source: 192.0.2.1] [localport: 22] …`; a user's name may hold another
  /// source, so of two none is told.
  private mutating func noteLogin(_ bytes: RawSpan, _ message: Range<Int>) -> Bool {
    let end = message.upperBound
    guard
      let source = bytes.firstRange(of: "[Source: ", from: message.lowerBound, to: end),
      bytes.firstRange(of: "[Source: ", from: source.upperBound, to: end) == nil,
      let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: source.upperBound, to: end)
    else { return false }
    facts.note(isSource: true, bytes, source.upperBound..<close, port: 0)
    return facts.hasEndpoints
  }

  /// `Configured from console by a on vty0 (192.0.2.1)`, `User a has exited tty session 2(192.0.2.1)`.
  private mutating func noteTerminal(_ bytes: RawSpan, _ message: Range<Int>) -> Bool {
    var client = wordBefore(bytes, message.upperBound, from: message.lowerBound)
    let terminal = wordBefore(bytes, client.lowerBound, from: message.lowerBound)
    if bytes.isWord(terminal, "session") {
      client =
        LogTime.digits(bytes, from: client.lowerBound, to: client.upperBound)
        .upperBound..<client.upperBound
    } else if !bytes.starts(with: "vty", at: terminal.lowerBound) {
      return false
    }
    guard client.count > 2, bytes.starts(with: "(", at: client.lowerBound),
      bytes.starts(with: ")", at: client.upperBound - 1)
    else { return false }
    facts.note(
      isSource: true, bytes, client.lowerBound + 1..<client.upperBound - 1, port: 0)
    return facts.hasEndpoints
  }

  /// `list 10 denied 192.0.2.1 5 packets`.
  private mutating func noteAccessList(_ bytes: RawSpan, _ message: Range<Int>) -> Bool {
    guard bytes.starts(with: "list ", at: message.lowerBound) else { return false }
    func word(behind end: Int) -> Range<Int> {
      let start = min(end + 1, message.upperBound)
      return start..<bytes.tokenEnd(from: start, to: message.upperBound)
    }
    let action = word(behind: word(behind: message.lowerBound + 4).upperBound)
    let source = word(behind: action.upperBound)
    let count = word(behind: source.upperBound)
    guard bytes.isNumber(count), bytes.starts(with: " packet", at: count.upperBound) else {
      return false
    }
    facts.note(verb(bytes, action))
    facts.note(isSource: true, bytes, source, port: 0)
    return facts.hasEndpoints
  }
}
