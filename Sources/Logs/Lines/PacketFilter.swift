import Indicators
import Parsing

/// Messages of the packet filters iptables, nftables and ufw: keys and values in capitals behind
/// the prefix of a rule.
enum PacketFilter {
  /// Reads a message of iptables, nftables or ufw: `prefix IN=… OUT=… SRC=… DST=…`.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    var first = range.lowerBound
    while true {
      guard let letter = bytes.firstOffset(of: UInt8(ascii: "I"), from: first, to: end) else {
        return false
      }
      if bytes.starts(with: "IN=", at: letter),
        letter == range.lowerBound
          || !ByteClasses.shared.is(bytes.byte(unchecked: letter - 1), .name)
      {
        first = letter
        break
      }
      first = letter + 1
    }
    let next = bytes.tokenEnd(from: first, to: end)
    guard bytes.starts(with: " OUT=", at: next),
      mayBePrefix(bytes, range.lowerBound..<first, &extraction),
      !extraction.nested.isInside(bytes, range, first)
    else { return false }
    let count = extraction.line.fields.count
    var hasSource = false
    var isQuotedPacket = false
    // The latest address of each end that still waits for its port.
    var (source, destination) = (-1, -1)
    var offset = first
    while offset < end {
      var start = offset
      let stop = bytes.tokenEnd(from: offset, to: end)
      offset = stop + 1
      // What an ICMP message quotes of another packet is in brackets.
      var close = stop
      if start < stop, bytes.byte(unchecked: start) == UInt8(ascii: "[") {
        start += 1
        isQuotedPacket = true
      }
      if start < stop, bytes.byte(unchecked: stop - 1) == UInt8(ascii: "]") { close -= 1 }
      guard let equals = bytes.firstOffset(of: UInt8(ascii: "="), from: start, to: close),
        equals > start,
        (start..<equals).allSatisfy({ ByteClasses.shared.isKeyByte(bytes.byte(unchecked: $0)) })
      else { continue }
      guard extraction.line.fields.count < count + LineRecord.mostPairs else {
        extraction.line.cut(to: count)
        return false
      }
      let key = start..<equals
      extraction.addPair(bytes, key: key, value: equals + 1..<close)
      let index = extraction.line.fields.count - 1
      extraction.line.fields[index].isApart = isQuotedPacket
      extraction.line.fields[index].hasOwnPort = true
      if bytes.isWord(key, "SRC") {
        source = index
        hasSource = true
      } else if bytes.isWord(key, "DST") {
        destination = index
      } else if bytes.isWord(key, "SPT"), source >= 0 {
        extraction.line.fields[source].port = NumberText.port(bytes, equals + 1..<close) ?? 0
        source = -1
      } else if bytes.isWord(key, "DPT"), destination >= 0 {
        extraction.line.fields[destination].port = NumberText.port(bytes, equals + 1..<close) ?? 0
        destination = -1
      }
    }
    guard hasSource else {
      extraction.line.cut(to: count)
      return false
    }
    var prefix = range.lowerBound..<first
    let program = extraction.scanner.paths.name("appname")
    if prefix.isEmpty,
      let tag = extraction.line.fields.prefix(count).last(where: { $0.path == program })
    {
      // Without a host, the prefix is where a program would be: `Jan  8 03:37:09 DROP: IN=…`.
      prefix = tag.start..<tag.end
    }
    extraction.event.facts.note(verdict(bytes, prefix))
    return true
  }

  /// Whether the text before a filter's message may be a header and the prefix of a rule.
  ///
  /// If the message is in quotes or the value of a key, somebody else wrote it.
  private static func mayBePrefix(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    guard let last = range.last else { return true }
    if bytes.byte(unchecked: last) == UInt8(ascii: "=") { return false }
    var offset = range.lowerBound
    // A quote at the start of the line encloses all of it.
    if !extraction.line.hasHeader, bytes.byte(unchecked: offset) == Byte.quote { offset += 1 }
    while let quote = bytes.firstOffset(of: Byte.quote, from: offset, to: range.upperBound) {
      // Only the description of a rule, `DESCR="…"`, may be quoted; other quotes are of another
      // format.
      guard quote > range.lowerBound, bytes.byte(unchecked: quote - 1) == UInt8(ascii: "="),
        let close = bytes.closingQuote(from: quote + 1, to: range.upperBound)
      else { return false }
      offset = close + 1
    }
    return true
  }

  /// The verdict that the prefix of a rule says.
  private static func verdict(_ bytes: RawSpan, _ range: Range<Int>) -> Verdict? {
    guard !range.isEmpty else { return nil }
    let last = max(range.lowerBound, range.upperBound - 128)
    let text = String(decoding: bytes.copied(last..<range.upperBound), as: UTF8.self).uppercased()
    for word in ["BLOCK", "DROP", "DENY", "DENIED", "REJECT"] where text.contains(word) {
      return .blocked
    }
    for word in ["ACCEPT", "ALLOW", "PERMIT"] where text.contains(word) { return .allowed }
    // VyOS and UniFi write it at the end of a rule's name: `[WAN_IN-10-D]`.
    guard let open = text.lastIndex(of: "["), let close = text[open...].firstIndex(of: "]") else {
      return nil
    }
    var rule = text[open..<close]
    // VyOS writes the rule's number behind the name.
    if let mark = rule.lastIndex(of: "-"), rule[mark...].dropFirst().allSatisfy(\.isNumber) {
      rule = rule[..<mark]
    }
    switch rule.suffix(2) {
    case "-D", "-R": return .blocked
    case "-A": return .allowed
    default: return nil
    }
  }
}
