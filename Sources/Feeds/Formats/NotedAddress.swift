import Indicators
import Parsing

/// An address or prefix with words behind it that say something of it: `192.0.2.1 seen in May`.
///
/// With tabs, commas and the like between them it is a row of cells, except with number signs,
/// which no address contains: `192.0.2.1#4#2#Scanning Host#US##38.0,-97.0#11` in OTX's list of
/// reputations.
struct NotedAddress {
  let address: Range<Int>
  let note: Range<Int>

  /// Whether the line is an address with a number sign directly behind it.
  static func hasCells(_ line: RawSpan) -> Bool { NotedAddress(cells: line) != nil }

  /// An address with a number sign directly behind it, and what follows that.
  init?(cells line: RawSpan) {
    // No IPv6 address with a prefix length is longer.
    guard let sign = line.firstOffset(of: UInt8(ascii: "#")), 2...43 ~= sign,
      sign + 1 < line.byteCount, Self.isAddress(line.extracting(0..<sign))
    else { return nil }
    address = 0..<sign
    note = Text.trimmed(line, sign + 1..<line.byteCount)
  }

  init?(_ line: RawSpan) {
    guard line.byteCount > 2,
      Hex.value(of: line.byte(unchecked: 0)) < 16
        || line.byte(unchecked: 0) == Byte.colon,
      let blank = line.firstOffset(of: Byte.space),
      Self.isWrittenAddress(line.extracting(0..<blank))
    else { return nil }
    var start = blank
    while start < line.byteCount, Text.isSpace(line.byte(unchecked: start)) {
      if line.byte(unchecked: start) == Byte.tab { return nil }
      start += 1
    }
    // The last address of a range is no note.
    for dash in ["-", "\u{2013}", "\u{2014}"] as [StaticString]
    where line.starts(with: dash, at: start) {
      start += dash.utf8CodeUnitCount
      while start < line.byteCount, Text.isSpace(line.byte(unchecked: start)) { start += 1 }
      let end = line.firstOffset(of: Byte.space, from: start) ?? line.byteCount
      guard start < line.byteCount, !Self.isAddress(line.extracting(start..<end)) else {
        return nil
      }
      break
    }
    guard start < line.byteCount, !Self.isSeparator(line.byte(unchecked: start)) else {
      return nil
    }
    address = 0..<blank
    note = start..<line.byteCount
  }

  /// An address as it is, or defanged.
  static func isWrittenAddress(_ text: RawSpan) -> Bool {
    if isAddress(text) { return true }
    guard text.byteCount <= 96, Refanging.isCandidate(text) else { return false }
    var refanged: [UInt8] = []
    Refanging.append(text, to: &refanged)
    return isAddress(refanged.rawSpan)
  }

  /// A single address, a prefix, a range without blanks, or an address and a port.
  private static func isAddress(_ text: RawSpan) -> Bool {
    if IPAddressText.ipv4(text) != nil || IPAddressText.ipv6(text) != nil { return true }
    var border = 0
    while border < text.byteCount {
      let byte = text.byte(unchecked: border)
      if byte == Byte.slash || byte == Byte.minus { break }
      if byte == Byte.colon, text.extracting(0..<border).firstOffset(of: Byte.dot) != nil {
        break
      }
      border += 1
    }
    guard border > 0, border < text.byteCount else { return false }
    let head = text.extracting(0..<border)
    guard IPAddressText.ipv4(head) != nil || IPAddressText.ipv6(head) != nil else { return false }
    let rest = text.extracting(border + 1..<text.byteCount)
    return Text.number(rest) != nil || IPAddressText.ipv4(rest) != nil
      || IPAddressText.ipv6(rest) != nil
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.comma, UInt8(ascii: ";"), UInt8(ascii: "|"), Byte.slash, Byte.colon: true
    default: false
    }
  }
}
