import Parsing

/// Zones: of a time, or named apart from it.
extension LogTime {
  /// Whether a field that tells a time says by itself which instant it is: it is a number, or it
  /// has an offset from UTC or the name of UTC.
  static func isZoned(_ bytes: RawSpan, _ whole: Range<Int>) -> Bool {
    let range = withoutRemark(bytes, whole)
    let (start, end) = (range.lowerBound, range.upperBound)
    guard end - start >= 6 else { return false }
    let last = bytes.byte(unchecked: end - 1) | 0x20
    if last == UInt8(ascii: "z") { return true }
    if Byte.isSmallLetter(last) {
      return bytes.starts(ignoringCase: "utc", at: end - 3)
        || bytes.starts(ignoringCase: "gmt", at: end - 3)
    }
    if isNamedUTC(bytes, range) { return true }
    // The brackets hold the name of the zone whose offset is before them.
    if let open = zoneName(bytes, inBracketsBefore: end, from: start) {
      return isZoned(bytes, start..<open)
    }
    // The offset's sign, behind a time of day.
    for sign in [end - 3, end - 5, end - 6] where sign > start + 10 {
      if isSign(bytes.byte(unchecked: sign)), offset(bytes, sign..<end) != nil {
        return bytes.firstOffset(of: Byte.colon, from: start, to: sign) != nil
          || bytes.byte(unchecked: start + 8) | 0x20 == UInt8(ascii: "t")
      }
    }
    // Any text but a number has other marks between its parts.
    return range.allSatisfy { offset in
      let byte = bytes.byte(unchecked: offset)
      return Byte.isDigit(byte) || byte == Byte.dot || byte == Byte.plus
        || byte | 0x20 == UInt8(ascii: "e") || byte == Byte.minus && offset == start
    }
  }

  /// A text that tells a time, without what says no more of it: the name of the zone whose offset
  /// is before it, `-0700 (PDT)`, or what Go's monotonic clock says, ` m=+0.01`.
  static func withoutRemark(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
    guard 25...96 ~= range.count else { return range }
    let end = range.upperBound
    let last = bytes.byte(unchecked: end - 1)
    if last == UInt8(ascii: ")") {
      guard
        let open = bytes.lastOffset(of: UInt8(ascii: "("), from: range.lowerBound, to: end),
        open > range.lowerBound, bytes.byte(unchecked: open - 1) == Byte.space,
        isZoned(bytes, range.lowerBound..<open - 1)
      else { return range }
      return range.lowerBound..<open - 1
    }
    guard Byte.isDigit(last),
      let equals = bytes.lastOffset(of: UInt8(ascii: "="), from: range.lowerBound, to: end),
      equals - 2 > range.lowerBound, bytes.starts(with: " m=", at: equals - 2)
    else { return range }
    return range.lowerBound..<equals - 2
  }

  /// Nanoseconds east of Greenwich of a zone that is apart from its time: `+0100`, `-05:00`, `+02`,
  /// `Z`, `UTC`, `GMT`, or an offset behind these names; nil for another name, which says too
  /// little.
  static func offset(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    var start = range.lowerBound
    let end = range.upperBound
    if start == end { return 0 }
    // FortiWeb's `(GMT-5:00)Eastern Time(US & Canada)`.
    if bytes.byte(unchecked: start) == UInt8(ascii: "("),
      let close = bytes.firstOffset(of: UInt8(ascii: ")"), from: start, to: min(end, start + 12)),
      close > start + 1, bytes.byte(unchecked: start + 1) != UInt8(ascii: "(")
    {
      return offset(bytes, start + 1..<close)
    }
    let isNamed =
      bytes.starts(ignoringCase: "utc", at: start)
      || bytes.starts(ignoringCase: "gmt", at: start)
    if isNamed {
      start += 3
    } else if end - start == 1, bytes.byte(unchecked: start) | 0x20 == UInt8(ascii: "z") {
      start += 1
    }
    if start == end { return 0 }
    guard start < end, isSign(bytes.byte(unchecked: start)) else { return nil }
    let isWest = bytes.byte(unchecked: start) == Byte.minus
    let hours = digits(bytes, from: start + 1, to: end)
    var minutes = hours.upperBound..<hours.upperBound
    var hour = hours
    if hours.count == 4 {
      (hour, minutes) = (
        hours.lowerBound..<hours.lowerBound + 2, hours.lowerBound + 2..<hours.upperBound
      )
    } else if hours.upperBound < end, bytes.byte(unchecked: hours.upperBound) == Byte.colon {
      minutes = digits(bytes, from: hours.upperBound + 1, to: end)
      guard minutes.count == 2 else { return nil }
    }
    guard 1...2 ~= hour.count, max(hours.upperBound, minutes.upperBound) == end,
      let hour = NumberText.unsigned(bytes, hour), hour <= 23
    else { return nil }
    let minute = minutes.isEmpty ? 0 : NumberText.unsigned(bytes, minutes) ?? 60
    guard minute < 60 else { return nil }
    let seconds = Int64(hour * 3600 + minute * 60) * Timestamp.nanosecondsPerSecond
    return isWest ? -seconds : seconds
  }

  /// The time that a field tells; if it has no zone of its own, the one at `zone` is used.
  static func field(_ bytes: RawSpan, _ range: Range<Int>, zone: Range<Int>) -> Int64? {
    guard let time = field(bytes, range), !zone.isEmpty, !isZoned(bytes, range) else {
      return field(bytes, range)
    }
    return offset(bytes, zone).map { time &- $0 }
  }

  /// The end of the word of capitals at an offset, as zones are called by; nil for one of more than
  /// four letters, or that goes on otherwise.
  static func zoneWord(_ bytes: RawSpan, at start: Int) -> Int? {
    let last = min(bytes.byteCount, start + 5)
    var stop = start
    while stop < last, Byte.isCapital(bytes.byte(unchecked: stop)) { stop += 1 }
    return 1...4 ~= stop - start && isBorder(bytes, at: stop) ? stop : nil
  }

  /// The end of the zone's name at `start`, and whether it is one of UTC; nil for another word.
  static func zoneName(
    _ bytes: RawSpan, from start: Int, to end: Int
  ) -> (end: Int, isUTC: Bool)? {
    guard let stop = zoneWord(bytes, at: start), stop < end,
      bytes.byte(unchecked: stop) == Byte.space || bytes.byte(unchecked: stop) == Byte.colon
    else { return nil }
    switch String(decoding: bytes.copied(start..<stop), as: UTF8.self) {
    case "Z", "UTC", "GMT": return (stop, true)
    case let name: return zones.contains(name) ? (stop, false) : nil
    }
  }

  /// Where the bracket opens before a zone's name that ends a text, `[Europe/Berlin]`; nil if the
  /// text ends otherwise.
  static func zoneName(
    _ bytes: RawSpan, inBracketsBefore end: Int, from start: Int
  ) -> Int? {
    guard end > start, bytes.byte(unchecked: end - 1) == UInt8(ascii: "]") else { return nil }
    return bytes.firstOffset(of: UInt8(ascii: "["), from: start, to: end)
  }

  static func isSign(_ byte: UInt8) -> Bool { byte == Byte.plus || byte == Byte.minus }

  /// Names of zones that say too little or, as `CST` and others, mean several zones.
  static let zones: Set<String> = [
    "CET", "CEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AKST", "AKDT", "HST",
    "BST", "IST", "WET", "WEST", "EET", "EEST", "MSK", "TRT", "SAST", "PKT", "WIB", "HKT", "SGT",
    "JST", "KST", "AWST", "ACST", "ACDT", "AEST", "AEDT", "NZST", "NZDT", "BRT", "ART", "CLT",
  ]
}
