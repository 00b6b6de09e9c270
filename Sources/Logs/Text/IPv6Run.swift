import Indicators
import Parsing

/// An IPv6 address in a run of `[0-9A-Fa-f:.]` (`Matching.md` §2).
struct IPv6Run {
  var address: (high: UInt64, low: UInt64)
  var range: Range<Int>
  var port: UInt16 = 0

  /// Bytes of the longest address with a port as a ninth group.
  private static let longest = 45 + 6

  /// `floor` is the end of the last value or border of several bytes before the run.
  init?(
    _ bytes: RawSpan, _ run: Range<Int>, floor: Int, _ unit: TextUnit, _ classes: ByteClasses
  ) {
    var start = run.lowerBound
    var end = run.upperBound
    if end < unit.end, classes.is(bytes.byte(unchecked: end), .word) { return nil }
    if start > floor {
      var before = bytes.byte(unchecked: start - 1)
      if let value = TextBorders.percentValue(bytes, at: start - 1, end: unit.end) {
        // A percent unit that is a border would end at the floor, so this one is the character
        // before the run.
        before = value
        start += 2
      }
      if classes.is(before, .alphanumeric) {
        // `inside:2001:…`: the word and its colon are cut off, but `::` behind a word is an
        // operator.
        guard let colon = bytes.firstOffset(of: Byte.colon, from: start, to: end),
          colon + 1 < end, bytes.byte(unchecked: colon + 1) != Byte.colon
        else { return nil }
        start = colon + 1
      } else if before == UInt8(ascii: "_") {
        return nil
      }
    }
    while end > start, bytes.byte(unchecked: end - 1) == Byte.dot { end -= 1 }
    guard end - start >= 2 else { return nil }
    if bytes.byte(unchecked: end - 1) == Byte.colon {
      let isDouble = bytes.byte(unchecked: end - 2) == Byte.colon
      let isTriple =
        isDouble && end - start >= 3 && bytes.byte(unchecked: end - 3) == Byte.colon
      if !isDouble || isTriple {
        end -= 1
        while end > start, bytes.byte(unchecked: end - 1) == Byte.dot { end -= 1 }
      }
    }
    if bytes.byte(unchecked: start) == Byte.colon, end - start >= 2,
      bytes.byte(unchecked: start + 1) != Byte.colon
    {
      start += 1
    }
    guard end - start > 2, end - start <= Self.longest else { return nil }
    if let whole = IPAddressText.ipv6(bytes, start..<end) {
      if Self.isEightPairs(bytes, start..<end) { return nil }
      address = whole
      range = start..<end
      return
    }
    // Eight groups and a port as a ninth, as Snort and Suricata write them.
    guard let colon = bytes.lastOffset(of: Byte.colon, from: start, to: end), colon > start,
      1...5 ~= end - colon - 1, let eight = IPAddressText.ipv6(bytes, start..<colon),
      Self.hasEightGroups(bytes, start..<colon), !Self.isEightPairs(bytes, start..<colon)
    else { return nil }
    var value: UInt32 = 0
    for offset in colon + 1..<end {
      let digit = bytes.byte(unchecked: offset) &- Byte.zero
      guard digit <= 9 else { return nil }
      value = value * 10 + UInt32(digit)
    }
    address = eight
    range = start..<colon
    port = UInt16(exactly: value) ?? 0
  }

  private static func hasEightGroups(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    var colons = 0
    var last: UInt8 = 0
    for offset in range {
      let byte = bytes.byte(unchecked: offset)
      if byte == Byte.dot { return false }
      if byte == Byte.colon {
        if last == Byte.colon { return false }
        colons += 1
      }
      last = byte
    }
    return colons == 7
  }

  /// Eight groups of exactly two digits are a hardware address (EUI-64).
  private static func isEightPairs(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count == 23 else { return false }
    for index in 0..<7
    where bytes.byte(unchecked: range.lowerBound + 3 * index + 2) != Byte.colon {
      return false
    }
    return hasEightGroups(bytes, range)
  }
}
