import Parsing

/// The time in a header of syslog, as daemons and devices write it.
extension SyslogHeader {
  /// The time of a header, and where it ends.
  struct HeaderTime {
    var value: Int64? = nil
    var end: Int
    var isISO = false
    var isZoned = false
    /// The time names no year; the one from the options is taken.
    var isYearAssumed = false
    /// The name that a router writes before the time.
    var origin: Range<Int>?
  }

  /// The time at the front of a line; a blank must follow it.
  static func time(
    _ bytes: RawSpan, _ range: Range<Int>, year: Int?
  ) -> HeaderTime? {
    let end = range.upperBound
    let (start, origin) = deviceTimeStart(bytes, range)
    if LogTime.month(bytes, at: start) != nil {
      guard let written = monthTimeEnd(bytes, start..<end) else { return nil }
      var stop = written.stop
      var time = HeaderTime(end: stop, origin: origin)
      var (text, year) = (bytes.copied(start..<written.clock), year)
      if let half = halfOfDay(bytes, from: stop, to: end) {
        text.append(bytes, half.fraction)
        text.append(bytes, half.word)
        stop = half.end
      }
      if !written.hasYear {
        // ArubaOS writes the year behind the time.
        let digits = LogTime.digits(bytes, from: stop + 1, to: end)
        if digits.count == 4, bytes.byte(unchecked: stop) == Byte.space, digits.upperBound < end,
          bytes.byte(unchecked: digits.upperBound) == Byte.space,
          let number = NumberText.unsigned(bytes, digits), 1970...2199 ~= number
        {
          (year, stop) = (Int(number), digits.upperBound)
        } else {
          time.isYearAssumed = true
        }
      }
      time.value = LogTime.monthFirst(text.rawSpan, 0..<text.count, year: year)
      // Huawei's devices write the offset from UTC behind the time, others behind a blank.
      let glued = written.offset
      let apart = glued.isEmpty ? offsetBehindBlank(bytes, from: stop, to: end) : glued
      if !apart.isEmpty, let offset = LogTime.offset(bytes, apart) {
        time.value = time.value.map { $0 &- offset }
        time.isZoned = true
        stop = max(stop, apart.upperBound)
      }
      // The name of a zone is ambiguous unless it is UTC, so there is no time; without any zone,
      // the time is taken as UTC.
      if let zone = LogTime.zoneName(bytes, from: stop + 1, to: end),
        bytes.byte(unchecked: stop) == Byte.space
      {
        stop = zone.end
        time.isZoned = zone.isUTC
        if !zone.isUTC { time.value = nil }
      }
      // Cisco's firewalls write a colon behind the time.
      let hasColon = stop < end && bytes.byte(unchecked: stop) == Byte.colon
      time.end = hasColon ? stop + 1 : stop
      return time
    }
    guard start == range.lowerBound else { return nil }
    if let time = gatewayTime(bytes, range) { return time }
    let stop = bytes.tokenEnd(from: start, to: end)
    guard stop < end, 20...41 ~= stop - start,
      bytes.byte(unchecked: start + 10) == UInt8(ascii: "T")
    else { return nil }
    let hasColon = bytes.byte(unchecked: stop - 1) == Byte.colon
    let time = start..<(hasColon ? stop - 1 : stop)
    guard 20...40 ~= time.count, hasZone(bytes, time), let value = Timestamp.iso8601(bytes, time)
    else { return nil }
    return HeaderTime(value: value, end: stop, isISO: true, isZoned: true)
  }

  /// `2024:05:01-10:00:00`, as Sophos' UTM writes it.
  private static func gatewayTime(_ bytes: RawSpan, _ range: Range<Int>) -> HeaderTime? {
    let start = range.lowerBound
    let stop = start + 19
    guard stop < range.upperBound, bytes.byte(unchecked: start + 4) == Byte.colon,
      bytes.byte(unchecked: start + 7) == Byte.colon,
      bytes.byte(unchecked: start + 10) == Byte.minus, bytes.byte(unchecked: stop) == Byte.space
    else { return nil }
    var text = bytes.copied(start..<stop)
    (text[4], text[7], text[10]) = (Byte.minus, Byte.minus, UInt8(ascii: "T"))
    guard let value = Timestamp.iso8601(text.rawSpan, 0..<text.count) else { return nil }
    return HeaderTime(value: value, end: stop)
  }

  /// Where the time begins, behind what Cisco's routers write before it.
  ///
  /// That is one or two numbers of the message and the router's name, or the name alone, and a mark
  /// of a clock that is not set (`000045: *Oct 11 22:14:15.003: %SYS-…`).
  private static func deviceTimeStart(
    _ bytes: RawSpan, _ range: Range<Int>
  ) -> (start: Int, origin: Range<Int>?) {
    let (start, end) = (range.lowerBound, range.upperBound)
    var offset = start
    var origin: Range<Int>?
    let number = LogTime.digits(bytes, from: start, to: min(end, start + 12))
    if !number.isEmpty {
      // The blank may be behind the range, where a record's string ends with it.
      guard number.upperBound + 2 <= end, bytes.starts(with: ": ", at: number.upperBound)
      else { return (start, nil) }
      offset = number.upperBound + 2
      // The router's name, and its own number of the message.
      for _ in 0..<2 {
        let word = offset..<bytes.tokenEnd(from: offset, to: min(end, offset + 64))
        guard word.count > 1, word.upperBound < end,
          bytes.starts(with: ": ", at: word.upperBound - 1)
        else { break }
        let name = word.lowerBound..<word.upperBound - 1
        guard isHost(bytes, name), bytes.isNumber(name) || origin == nil else { break }
        if !bytes.isNumber(name) { origin = name }
        offset = word.upperBound + 1
      }
    } else if start >= 2, bytes.byte(unchecked: start - 1) == Byte.space,
      bytes.byte(unchecked: start - 2) == Byte.colon
    {
      // Behind a priority and a colon.
      let word = start..<bytes.tokenEnd(from: start, to: min(end, start + 64))
      let name = word.dropLast()
      if name.count > 1, word.upperBound < end, bytes.starts(with: ": ", at: name.upperBound),
        isHost(bytes, name),
        LogTime.month(bytes, at: word.upperBound + 1) != nil
      {
        (origin, offset) = (name, word.upperBound + 1)
      }
    }
    // With IOS XR, the part of the router that writes: `RP/0/RSP0/CPU0:`, perhaps behind the
    // router's name.
    var part = offset
    if let blank = bytes.firstOffset(of: Byte.space, from: offset, to: min(end, offset + 64)),
      isHost(bytes, offset..<blank), isRouterPart(bytes, blank + 1, to: end) != nil
    {
      if origin == nil { origin = offset..<blank }
      part = blank + 1
    }
    if let behind = isRouterPart(bytes, part, to: end) { offset = behind }
    guard offset < end else { return (start, nil) }
    let mark = bytes.byte(unchecked: offset)
    if mark == UInt8(ascii: "*") || mark == Byte.dot { offset += 1 }
    return offset > start && LogTime.month(bytes, at: offset) == nil
      ? (start, nil) : (offset, origin)
  }

  /// Where a line continues behind the part of a router that wrote it, `RP/0/RSP0/CPU0:`; nil if
  /// there is none.
  private static func isRouterPart(_ bytes: RawSpan, _ start: Int, to end: Int) -> Int? {
    guard end - start > 8,
      let colon = bytes.firstOffset(of: Byte.colon, from: start, to: min(end, start + 32)),
      bytes.firstOffset(of: Byte.slash, from: start, to: colon) != nil, colon + 1 < end,
      (start..<colon).allSatisfy({ offset in
        let byte = bytes.byte(unchecked: offset)
        return byte == Byte.slash || Byte.isCapital(byte) || Byte.isDigit(byte)
      }), Byte.isCapital(bytes.byte(unchecked: start))
    else { return nil }
    return colon + 1
  }

  /// Whether a time ends in `Z` or in an offset from UTC with minutes.
  private static func hasZone(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let end = range.upperBound
    func isSign(_ offset: Int) -> Bool {
      let byte = bytes.byte(unchecked: offset)
      return byte == Byte.plus || byte == Byte.minus
    }
    return bytes.byte(unchecked: end - 1) == UInt8(ascii: "Z") || isSign(end - 5)
      || isSign(end - 6)
  }

  /// ` AM` or ` PM` behind a time of day, with the fraction that Cisco's call managers write behind it.
  private static func halfOfDay(
    _ bytes: RawSpan, from start: Int, to end: Int
  ) -> (word: Range<Int>, fraction: Range<Int>, end: Int)? {
    guard end - start > 3, bytes.byte(unchecked: start) == Byte.space,
      bytes.byte(unchecked: start + 2) == UInt8(ascii: "M"),
      bytes.byte(unchecked: start + 1) == UInt8(ascii: "A")
        || bytes.byte(unchecked: start + 1) == UInt8(ascii: "P")
    else { return nil }
    var stop = start + 3
    var fraction = stop..<stop
    if bytes.byte(unchecked: stop) == Byte.dot {
      let digits = LogTime.digits(bytes, from: stop + 1, to: end)
      if !digits.isEmpty {
        fraction = stop..<digits.upperBound
        stop = digits.upperBound
      }
    }
    guard stop < end,
      bytes.byte(unchecked: stop) == Byte.space || bytes.byte(unchecked: stop) == Byte.colon
    else { return nil }
    return (start..<start + 3, fraction, stop)
  }

  /// `+0200` or `-05:00` behind a blank, if a blank or a colon follows; empty if something else is
  /// there.
  private static func offsetBehindBlank(
    _ bytes: RawSpan, from start: Int, to end: Int
  ) -> Range<Int> {
    let none = start..<start
    guard end - start > 6, bytes.byte(unchecked: start) == Byte.space,
      LogTime.isSign(bytes.byte(unchecked: start + 1))
    else { return none }
    let hours = LogTime.digits(bytes, from: start + 2, to: end)
    var stop = hours.upperBound
    if hours.count == 2, bytes.starts(with: ":", at: stop) {
      stop = LogTime.digits(bytes, from: stop + 1, to: end).upperBound
      guard stop == hours.upperBound + 3 else { return none }
    } else if hours.count != 4 {
      return none
    }
    guard stop < end,
      bytes.byte(unchecked: stop) == Byte.space || bytes.byte(unchecked: stop) == Byte.colon
    else { return none }
    return start + 1..<stop
  }

  /// Where the parts of a time that begins with a month end.
  private struct MonthTime {
    /// The end of the time of day with its fraction.
    var clock: Int
    /// The end of what follows it without a blank.
    var stop: Int
    /// An offset from UTC at that end.
    var offset: Range<Int>
    var hasYear: Bool
  }

  /// Where `Oct  1 22:14:15`, `Oct  1 22:14:15.003` or `Oct  1 2024 22:14:15` ends, and where the
  /// text behind it without a blank does.
  ///
  /// Huawei's devices write such text: `Oct  1 2024 22:14:15.350.3+08:00`. A blank or a colon must
  /// follow.
  private static func monthTimeEnd(_ bytes: RawSpan, _ range: Range<Int>) -> MonthTime? {
    let end = range.upperBound
    var offset = range.lowerBound + 3
    guard offset < end, bytes.byte(unchecked: offset) == Byte.space else { return nil }
    offset += 1
    if offset < end, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    let day = LogTime.digits(bytes, from: offset, to: end)
    guard 1...2 ~= day.count, day.upperBound < end,
      bytes.byte(unchecked: day.upperBound) == Byte.space
    else { return nil }
    offset = day.upperBound + 1
    let year = LogTime.digits(bytes, from: offset, to: end)
    let hasYear =
      year.count == 4 && year.upperBound < end
      && bytes.byte(unchecked: year.upperBound) == Byte.space
    if hasYear { offset = year.upperBound + 1 }
    guard end - offset > 8, bytes.byte(unchecked: offset + 2) == Byte.colon,
      bytes.byte(unchecked: offset + 5) == Byte.colon,
      LogTime.digits(bytes, from: offset, to: end).count == 2,
      LogTime.digits(bytes, from: offset + 3, to: end).count == 2
    else { return nil }
    var stop = LogTime.digits(bytes, from: offset + 6, to: end).upperBound
    guard stop == offset + 8 else { return nil }
    if stop < end, bytes.byte(unchecked: stop) == Byte.dot {
      stop = LogTime.digits(bytes, from: stop + 1, to: end).upperBound
    }
    let clock = stop
    if stop < end, bytes.byte(unchecked: stop) == Byte.dot {
      stop = LogTime.digits(bytes, from: stop + 1, to: end).upperBound
    }
    var zone = stop..<stop
    if stop + 6 < end, LogTime.isSign(bytes.byte(unchecked: stop)) {
      let hours = LogTime.digits(bytes, from: stop + 1, to: end)
      if hours.count == 4 {
        zone = stop..<hours.upperBound
      } else if hours.count == 2, bytes.byte(unchecked: stop + 3) == Byte.colon,
        LogTime.digits(bytes, from: stop + 4, to: end).count == 2
      {
        zone = stop..<stop + 6
      }
      stop = max(stop, zone.upperBound)
    }
    guard stop < end,
      bytes.byte(unchecked: stop) == Byte.space || bytes.starts(with: ": ", at: stop)
    else { return nil }
    return MonthTime(clock: clock, stop: stop, offset: zone, hasYear: hasYear)
  }
}
