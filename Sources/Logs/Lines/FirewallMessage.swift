import Indicators
import Parsing

/// Messages of Cisco's firewalls, ASA, FTD and their forerunners: `%ASA-6-302013: Built outbound …`.
///
/// Their sentences hold ends as `interface:address/port` or `interface/address(port)`, and a word before
/// each that says which it is. The fields are called as the usual patterns for such logs call them:
/// `src_ip`, `dst_ip`, with `src_mapped_ip` and `dst_mapped_ip` for what they are translated to.
enum FirewallMessage {
  /// Reads a message from its `%` on.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let start = range.lowerBound
    guard
      bytes.starts(with: "%ASA-", at: start) || bytes.starts(with: "%FTD-", at: start)
        || bytes.starts(with: "%PIX-", at: start) || bytes.starts(with: "%FWSM-", at: start)
        || bytes.starts(with: "%NGIPS-", at: start),
      let end = numberEnd(bytes, from: start, to: min(range.upperBound, start + 32))
    else { return false }
    let text = textStart(bytes, behind: end, to: range.upperBound)..<range.upperBound
    extraction.line.skip(start..<text.lowerBound)
    let number = max(start, end - 6)..<end
    if bytes.isWord(number, "430001") || bytes.isWord(number, "430002")
      || bytes.isWord(number, "430003") || bytes.isWord(number, "430004")
      || bytes.isWord(number, "430005")
    {
      return readEventPairs(bytes, text, &extraction)
    } else {
      FirewallSentence.read(bytes, text, &extraction)
    }
    return true
  }

  /// The blank behind a message's number, with which some collectors replace its colon.
  static func numberEndWithoutColon(_ bytes: RawSpan, from start: Int, to limit: Int) -> Int? {
    guard let blank = bytes.firstOffset(of: Byte.space, from: start, to: limit), blank - start > 6,
      bytes.byte(unchecked: blank - 7) == Byte.minus, bytes.isNumber(blank - 6..<blank)
    else { return nil }
    return blank
  }

  /// The end of a message's number: its colon or the blank in place of it.
  private static func numberEnd(_ bytes: RawSpan, from start: Int, to limit: Int) -> Int? {
    if let blank = numberEndWithoutColon(bytes, from: start, to: limit) { return blank }
    guard let colon = bytes.firstOffset(of: Byte.colon, from: start, to: limit),
      Byte.isDigit(bytes.byte(unchecked: colon - 1))
    else { return nil }
    return colon
  }

  /// Where a message's text begins behind its number: `: Built …`, ` Built …` or ` : Built …`.
  private static func textStart(_ bytes: RawSpan, behind number: Int, to limit: Int) -> Int {
    guard bytes.byte(unchecked: number) == Byte.space else { return number + 1 }
    var offset = number
    while offset < limit, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    guard offset < limit else { return limit }
    let mark = bytes.byte(unchecked: offset)
    return mark == Byte.colon || mark == Byte.minus ? offset + 1 : offset
  }

  /// Bytes of a collector's header before a message; what is longer is prose that quotes one.
  private static let longestFront = 128

  /// Reads a message behind words that are no header of a known form, as collectors write them.
  static func readBehindFront(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let last = min(range.upperBound, range.lowerBound + Self.longestFront)
    var offset = range.lowerBound + 1
    while let mark = bytes.firstOffset(of: UInt8(ascii: "%"), from: offset, to: last) {
      let before = bytes.byte(unchecked: mark - 1)
      if Byte.isBlank(before),
        MessageFront.mayBeHeader(bytes, range.lowerBound..<mark, &extraction)
      {
        let count = extraction.line.fields.count
        if read(bytes, mark..<range.upperBound, &extraction) { return true }
        extraction.line.cut(to: count)
      }
      offset = mark + 1
    }
    return false
  }

  // MARK: Security events

  /// Reads `Key: value, Key: value`, as FTD writes connections, intrusions and files.
  private static func readEventPairs(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let most = extraction.line.fields.count + LineRecord.mostPairs
    var offset = range.lowerBound
    while offset < range.upperBound {
      while offset < range.upperBound, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
      let start = offset
      while offset < range.upperBound, ByteClasses.shared.is(bytes.byte(unchecked: offset), .word) {
        offset += 1
      }
      let isKey =
        offset > start && offset + 2 <= range.upperBound && bytes.starts(with: ": ", at: offset)
      let value = isKey ? offset + 2 : start
      let stop = pairEnd(bytes, from: value, to: range.upperBound)
      if isKey {
        guard extraction.line.fields.count < most else { return false }
        extraction.addPair(bytes, key: start..<offset, value: value..<stop)
        if bytes.isWord(start..<offset, "FirstPacketSecond") {
          extraction.line.time = Timestamp.iso8601(bytes, value..<stop)
        }
      }
      offset = stop + 1
    }
    return true
  }

  /// The comma behind which the next key stands; other commas belong to the value.
  private static func pairEnd(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    var offset = start
    while let comma = bytes.firstOffset(of: Byte.comma, from: offset, to: end) {
      offset = comma + 1
      guard bytes.starts(with: " ", at: offset) else { continue }
      let word = ByteClasses.shared.end(of: .word, bytes, from: offset + 1, to: end)
      if word > offset + 1, bytes.starts(with: ": ", at: word) { return comma }
    }
    return end
  }
}
