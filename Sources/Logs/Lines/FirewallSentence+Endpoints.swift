import Indicators
import Parsing

/// Endpoints of an event as Cisco's firewalls write them in their sentences.
extension FirewallSentence {
  /// Adds the address of `outside:192.0.2.1/443`, `outside/192.0.2.1(443)`, `192.0.2.1/443` or
  /// `(192.0.2.1/443)`, the last of which is what an endpoint is translated to unless it stands in
  /// the endpoint's own place.
  func addEndpoints(
    _ bytes: RawSpan, _ token: Range<Int>, side: EventFact, isBehindSide: Bool,
    _ extraction: inout Extraction
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
    let isMapped = isInBrackets && !isBehindSide || isTarget
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
    if extraction.event.facts.isICMP, !isQuoted {
      // With ICMP, the number of an echo is in the place of a port.
    } else if behind < end, bytes.byte(unchecked: behind) == Byte.slash {
      port = NumberText.port(bytes, behind + 1..<trimmedEnd(bytes, end, from: behind + 1)) ?? 0
    } else if !rest.isEmpty, bytes.isNumber(rest.lowerBound + 1..<rest.upperBound - 1) {
      port = NumberText.port(bytes, rest.lowerBound + 1..<rest.upperBound - 1) ?? 0
    }
    let name: StaticString
    switch (side, isMapped) {
    case (.source, false): name = "src_ip"
    case (.source, true): name = "src_mapped_ip"
    case (.destination, false): name = "dst_ip"
    case (.destination, true): name = "dst_mapped_ip"
    case (_, false): name = "ip"
    default: name = "mapped_ip"
    }
    extraction.addField(name, address, fact: side == .none ? fact : .none)
    extraction.line.setPort(port)
    if isQuoted { extraction.line.setApart() }
  }

  /// The address that stands before a colon.
  func addressBeforeColon(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int>? {
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
    while offset > first, ByteClasses.shared.is(bytes.byte(unchecked: offset - 1), .address) {
      offset -= 1
    }
    return offset > first && ByteClasses.shared.is(bytes.byte(unchecked: offset - 1), .alphanumeric)
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
