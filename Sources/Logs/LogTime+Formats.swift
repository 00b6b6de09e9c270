import Parsing

/// Times as single formats write them, with the month's English name. A zone that is left out is UTC,
/// as everywhere; one that is no offset from UTC and no name of it tells nothing.
extension LogTime {
  /// `10/Oct/2000:13:55:36 -0700`, as web servers write it.
  static func accessLog(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 20, bytes.byte(unchecked: start + 2) == Byte.slash,
      bytes.byte(unchecked: start + 6) == Byte.slash,
      bytes.byte(unchecked: start + 11) == Byte.colon,
      let month = month(bytes, at: start + 3)
    else { return nil }
    return time(
      bytes, year: start + 7..<start + 11, month: month, day: start..<start + 2,
      clock: start + 12..<range.upperBound)
  }

  /// `01-Jan-2024 10:00:00.123`, as BIND writes it.
  static func nameServer(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let start = range.lowerBound
    guard range.count >= 20, bytes.byte(unchecked: start + 2) == Byte.minus,
      bytes.byte(unchecked: start + 6) == Byte.minus,
      bytes.byte(unchecked: start + 11) == Byte.space,
      let month = month(bytes, at: start + 3)
    else { return nil }
    return time(
      bytes, year: start + 7..<start + 11, month: month, day: start..<start + 2,
      clock: start + 12..<range.upperBound)
  }

  /// `Oct  1 22:14:15` or `Oct 11 2024 22:14:15.003 GMT`; without a year there is no time, unless one
  /// is given for all such lines.
  static func monthFirst(_ bytes: RawSpan, _ range: Range<Int>, year assumed: Int?) -> Int64? {
    let end = range.upperBound
    var offset = range.lowerBound
    guard range.count >= 14, let month = month(bytes, at: offset),
      bytes.byte(unchecked: offset + 3) == Byte.space
    else { return nil }
    offset += 4
    if offset < end, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    let day = digits(bytes, from: offset, to: end)
    offset = day.upperBound
    guard 1...2 ~= day.count, offset < end, bytes.byte(unchecked: offset) == Byte.space else {
      return nil
    }
    offset += 1
    let word = digits(bytes, from: offset, to: end)
    if word.count == 4, word.upperBound < end,
      bytes.byte(unchecked: word.upperBound) == Byte.space
    {
      return time(
        bytes, year: word, month: month, day: day, clock: word.upperBound + 1..<end)
    }
    guard let assumed else { return nil }
    let text = Array("\(assumed)".utf8)
    return time(text.rawSpan, 0..<text.count, bytes, month, day, offset..<end)
  }

  /// The month that an English abbreviation names, from 1.
  static func month(_ bytes: RawSpan, at offset: Int) -> UInt8? {
    guard offset + 3 <= bytes.byteCount else { return nil }
    var name: UInt32 = 0
    for index in 0..<3 { name = name << 8 | UInt32(bytes.byte(unchecked: offset + index) | 0x20) }
    switch name {
    case 0x6a_616e: return 1
    case 0x66_6562: return 2
    case 0x6d_6172: return 3
    case 0x61_7072: return 4
    case 0x6d_6179: return 5
    case 0x6a_756e: return 6
    case 0x6a_756c: return 7
    case 0x61_7567: return 8
    case 0x73_6570: return 9
    case 0x6f_6374: return 10
    case 0x6e_6f76: return 11
    case 0x64_6563: return 12
    default: return nil
    }
  }

  /// The digits from an offset on.
  static func digits(_ bytes: RawSpan, from start: Int, to end: Int) -> Range<Int> {
    var offset = start
    while offset < end, bytes.byte(unchecked: offset) &- Byte.zero <= 9 { offset += 1 }
    return start..<offset
  }

  private static func time(
    _ bytes: RawSpan, year: Range<Int>, month: UInt8, day: Range<Int>, clock: Range<Int>
  ) -> Int64? {
    time(bytes, year, bytes, month, day, clock)
  }

  /// Puts the parts together as ISO 8601 has them.
  private static func time(
    _ yearBytes: RawSpan, _ year: Range<Int>, _ bytes: RawSpan, _ month: UInt8, _ day: Range<Int>,
    _ clock: Range<Int>
  ) -> Int64? {
    // The longest: a time with nine digits of fraction and a zone.
    guard clock.count <= 32 else { return nil }
    var text = yearBytes.copied(year)
    text += [Byte.minus, Byte.zero + month / 10, Byte.zero + month % 10, Byte.minus]
    if day.count == 1 { text.append(Byte.zero) }
    text.append(bytes, day)
    text.append(UInt8(ascii: "T"))
    text.append(bytes, clock)
    return Timestamp.iso8601(text.rawSpan, 0..<text.count)
  }
}
