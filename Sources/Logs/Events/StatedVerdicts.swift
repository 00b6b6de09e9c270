import Indicators
import Parsing

/// What programs state in so many words that they did, and to whom.
extension EventNotes {
  /// Notes what was done where a sentence ends with it: `… to 198.51.100.9:443. Action: Deny.` of Azure's firewall.
  mutating func noteAction(_ bytes: RawSpan, _ text: Range<Int>) {
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
        || bytes.starts(with: " No rule matched", at: word.upperBound)
        || bytes.starts(with: " ThreatIntel: ", at: word.upperBound)
    else { return }
    if let last = word.last, bytes.byte(unchecked: last) == Byte.dot { word.removeLast() }
    facts.note(verb(bytes, word), rank: 3)
  }

  /// Words of the filtering platform of Windows that its verb follows.
  private static let filteringPlatform: StaticString = "The Windows Filtering Platform has "

  /// Notes whether the filtering platform of Windows `has blocked` or `has permitted` what endpoints
  /// are known of, unless a field tells what was done.
  mutating func noteFilteringPlatform(_ bytes: RawSpan, _ text: Range<Int>) {
    guard let rest = bytes.rest(of: text, behind: Self.filteringPlatform), facts.hasEndpoints else {
      return
    }
    let word = rest.lowerBound..<bytes.tokenEnd(from: rest.lowerBound, to: rest.upperBound)
    guard Self.filteredThings.contains(where: { bytes.starts(with: $0, at: word.upperBound) })
    else {
      return
    }
    facts.note(verb(bytes, word), rank: 6)
  }

  /// What it blocks or permits.
  private static let filteredThings: [StaticString] = [
    " a packet", " a connection", " a bind to ", " an application",
  ]

  /// Events of Windows by which the filtering platform blocked or permitted a packet or a
  /// connection (Microsoft, "Audit Filtering Platform Connection").
  mutating func noteFilteringEvent(_ bytes: RawSpan, _ range: Range<Int>) {
    let end = min(range.upperBound, range.lowerBound + 1024)
    guard
      let number = bytes.firstRange(of: "<EventID>515", from: range.lowerBound, to: end),
      bytes.starts(with: "</", at: number.upperBound + 1),
      bytes.firstRange(
        of: "Microsoft-Windows-Security-Auditing", from: range.lowerBound, to: end) != nil
    else { return }
    let digit = bytes.byte(unchecked: number.upperBound)
    facts.noteFilteringEvent(5150 + UInt64(digit &- Byte.zero))
    switch digit {
    case UInt8(ascii: "2"), UInt8(ascii: "3"), UInt8(ascii: "7"): facts.note(.blocked, rank: 6)
    case UInt8(ascii: "6"): facts.note(.allowed, rank: 6)
    default: break
    }
  }

  /// `fail2ban.actions [12]: NOTICE  [sshd] Ban 192.0.2.1` at the end of a line of fail2ban, and
  /// `INFO  [sshd] Found 192.0.2.1 - 2024-05-01 10:00:00`; false if the line is none.
  mutating func noteBan(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    var end = text.upperBound
    // The time at which it was found.
    if text.count > 40, bytes.starts(with: " - ", at: end - 22),
      bytes.byte(unchecked: end - 9) == Byte.space
    {
      end -= 22
    }
    let client = wordBefore(bytes, end, from: text.lowerBound)
    let verb = wordBefore(bytes, client.lowerBound, from: text.lowerBound)
    let isBan = bytes.isWord(verb, "Ban")
    guard isBan || bytes.isWord(verb, "Found") else { return false }
    var jail = wordBefore(bytes, verb.lowerBound, from: text.lowerBound)
    if isBan, bytes.isWord(jail, "Restore") {
      jail = wordBefore(bytes, jail.lowerBound, from: text.lowerBound)
    }
    let level = wordBefore(bytes, jail.lowerBound, from: text.lowerBound)
    guard bytes.starts(with: "[", at: jail.lowerBound),
      bytes.starts(with: "]", at: jail.upperBound - 1),
      bytes.isWord(level, "NOTICE") || bytes.isWord(level, "INFO")
        || bytes.isWord(level, "WARNING"),
      isBanFront(bytes, text.lowerBound..<level.lowerBound)
    else { return false }
    facts.note(isSource: true, bytes, client, port: 0)
    if isBan { facts.note(.blocked) }
    return facts.hasEndpoints
  }

  /// Whether fail2ban wrote what precedes the level: nothing, or a time, its module and its process,
  /// `2024-05-01 10:00:00,123 fail2ban.actions [12]: `.
  private func isBanFront(_ bytes: RawSpan, _ front: Range<Int>) -> Bool {
    var isModuleFound = false
    var offset = front.lowerBound
    while offset < front.upperBound {
      let word = offset..<bytes.tokenEnd(from: offset, to: front.upperBound)
      offset = word.upperBound + 1
      if word.isEmpty { continue }
      if isModuleFound {
        guard bytes.starts(with: "[", at: word.lowerBound) else { return false }
      } else if bytes.starts(with: "fail2ban.", at: word.lowerBound) {
        isModuleFound = true
      } else if !Byte.isDigit(bytes.byte(unchecked: word.lowerBound)) {
        return false
      }
    }
    return front.isEmpty || isModuleFound
  }
}
