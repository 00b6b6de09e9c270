import Indicators
import Parsing

extension Extraction {
  /// Reads the header of a line of syslog, and gives where the message begins; nil: there is none.
  ///
  /// RFC 5424 with its structured data, RFC 3164 as programs write it (with or without priority, host,
  /// tag; Cisco's with a year), and the same with a time as ISO 8601 writes it. A relay's may stand before the
  /// one of a device of Cisco's.
  mutating func readSyslogHeader(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    let start = behindOctetCount(bytes, range)
    if start > range.lowerBound { line.skip(range.lowerBound..<start) }
    guard let message = readHeaders(bytes, start..<range.upperBound) else { return nil }
    line.headerCount = line.fields.count
    return message
  }

  /// Where the header begins behind the length that a transport has before it (RFC 6587 §3.4.1), as in
  /// `83 <30>1 2024-…`.
  private func behindOctetCount(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    let digits = LogTime.digits(
      bytes, from: range.lowerBound, to: min(range.upperBound, range.lowerBound + 7))
    let isCount = 1...6 ~= digits.count && bytes.starts(with: " <", at: digits.upperBound)
    return isCount ? digits.upperBound + 1 : range.lowerBound
  }

  private mutating func readHeaders(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    guard let start = readHeader(bytes, range) else { return nil }
    let message = blanksEnd(bytes, from: start, to: range.upperBound)
    let (count, time, isZoned) = (line.fields.count, line.headerTime, line.isHeaderTimeZoned)
    guard range.upperBound - message >= 24, message > range.lowerBound,
      let inner = readHeader(bytes, message..<range.upperBound)
    else { return message }
    guard isDeviceMark(bytes, inner, to: range.upperBound) else {
      line.cut(to: count)
      (line.headerTime, line.isHeaderTimeZoned) = (time, isZoned)
      return message
    }
    if line.headerTime == nil { (line.headerTime, line.isHeaderTimeZoned) = (time, isZoned) }
    return inner
  }

  private mutating func readHeader(_ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    let end = range.upperBound
    var offset = range.lowerBound
    let hasPriority = bytes.byte(unchecked: offset) == UInt8(ascii: "<")
    if hasPriority {
      let digits = LogTime.digits(bytes, from: offset + 1, to: end)
      guard 1...3 ~= digits.count, digits.upperBound < end,
        bytes.byte(unchecked: digits.upperBound) == UInt8(ascii: ">")
      else { return nil }
      offset = digits.upperBound + 1
      if bytes.starts(with: "1 ", at: offset) {
        return readStructuredHeader(bytes, offset + 2..<end, from: range.lowerBound)
      }
      // Cisco's own format (EMBLEM).
      if offset < end, bytes.byte(unchecked: offset) == Byte.colon {
        offset = blanksEnd(bytes, from: offset + 1, to: end)
      }
    }
    // A blank may stand behind the priority.
    let timeStart = hasPriority ? blanksEnd(bytes, from: offset, to: end) : offset
    guard let time = syslogTime(bytes, timeStart..<end) else {
      // A relay's line may have a priority and nothing else.
      guard hasPriority else { return nil }
      line.skip(range.lowerBound..<offset)
      return offset
    }
    let isStrict = time.isISO && !hasPriority
    if isStrict, let message = containerMessage(bytes, from: time.end + 1, to: end) {
      line.skip(range.lowerBound..<message)
      (line.headerTime, line.isHeaderTimeZoned) = (time.value, true)
      return message
    }
    let count = line.fields.count
    if let origin = time.origin {
      line.skip(range.lowerBound..<origin.lowerBound)
      line.add(name("hostname"), origin)
      line.skip(origin.upperBound..<time.end)
    } else {
      line.skip(range.lowerBound..<time.end)
    }
    (line.headerTime, line.isHeaderTimeZoned) = (time.value, time.isZoned)
    line.isHeaderYearAssumed = time.isYearAssumed
    let start = blanksEnd(bytes, from: time.end, to: end)
    guard let message = readTag(bytes, start..<end, isStrict: isStrict) else {
      line.cut(to: count)
      line.headerTime = nil
      return nil
    }
    return message
  }

  /// The end of blanks from an offset on.
  private func blanksEnd(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    var offset = min(start, end)
    while offset < end, bytes.byte(unchecked: offset) == Byte.space { offset += 1 }
    return offset
  }

  /// Where the message begins behind a time in what a container wrote (`TIME stdout F message`, as Kubernetes
  /// keeps it).
  private func containerMessage(_ bytes: RawSpan, from start: Int, to end: Int) -> Int? {
    guard end - start > 9,
      bytes.starts(with: "stdout ", at: start) || bytes.starts(with: "stderr ", at: start),
      bytes.byte(unchecked: start + 7) == UInt8(ascii: "F")
        || bytes.byte(unchecked: start + 7) == UInt8(ascii: "P"),
      bytes.byte(unchecked: start + 8) == Byte.space
    else { return nil }
    return start + 9
  }

  private struct HeaderTime {
    var value: Int64? = nil
    var end: Int
    var isISO = false
    var isZoned = false
    /// The year is the one that was said to be that of all such times.
    var isYearAssumed = false
    /// What a router calls itself before the time.
    var origin: Range<Int>?
  }

  /// The time at the front of a line, behind which a blank stands.
  private func syslogTime(_ bytes: RawSpan, _ range: Range<Int>) -> HeaderTime? {
    let end = range.upperBound
    let (start, origin) = deviceTimeStart(bytes, range)
    if LogTime.month(bytes, at: start) != nil {
      guard let written = monthTimeEnd(bytes, start..<end) else { return nil }
      var stop = written.stop
      var time = HeaderTime(end: stop, origin: origin)
      var (text, year) = (bytes.copied(start..<written.clock), options.year)
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
      // A named zone says too little; where it is left out, the time is taken for UTC's.
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
    let stop = tokenEnd(bytes, from: start, to: end)
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
  private func gatewayTime(_ bytes: RawSpan, _ range: Range<Int>) -> HeaderTime? {
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

  /// Where the time begins behind what Cisco's routers write before it: one or two numbers of the message, what the
  /// router calls itself, and a mark of a clock that is not set (`000045: *Oct 11 22:14:15.003: %SYS-…`).
  private func deviceTimeStart(
    _ bytes: RawSpan, _ range: Range<Int>
  ) -> (start: Int, origin: Range<Int>?) {
    let (start, end) = (range.lowerBound, range.upperBound)
    var offset = start
    var origin: Range<Int>?
    let number = LogTime.digits(bytes, from: start, to: min(end, start + 12))
    if !number.isEmpty {
      guard bytes.starts(with: ": ", at: number.upperBound) else { return (start, nil) }
      offset = number.upperBound + 2
      // What it calls itself, and its own number of the message.
      for _ in 0..<2 {
        let word = offset..<tokenEnd(bytes, from: offset, to: min(end, offset + 64))
        guard word.count > 1, bytes.starts(with: ": ", at: word.upperBound - 1) else { break }
        let name = word.lowerBound..<word.upperBound - 1
        guard isHost(bytes, name), isNumber(bytes, name) || origin == nil else { break }
        if !isNumber(bytes, name) { origin = name }
        offset = word.upperBound + 1
      }
    }
    // The part of the router that writes, with IOS XR: `RP/0/RSP0/CPU0:`, perhaps behind its name.
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

  /// Where a line goes on behind the part of a router that wrote it, `RP/0/RSP0/CPU0:`; nil where none stands.
  private func isRouterPart(_ bytes: RawSpan, _ start: Int, to end: Int) -> Int? {
    guard end - start > 8,
      let colon = bytes.firstOffset(of: Byte.colon, from: start, to: min(end, start + 32)),
      bytes.firstOffset(of: Byte.slash, from: start, to: colon) != nil, colon + 1 < end,
      (start..<colon).allSatisfy({ offset in
        let byte = bytes.byte(unchecked: offset)
        return byte == Byte.slash || byte &- 0x41 <= 25 || byte &- Byte.zero <= 9
      }), bytes.byte(unchecked: start) &- 0x41 <= 25
    else { return nil }
    return colon + 1
  }

  /// Whether a time ends in `Z` or in an offset from UTC with minutes.
  private func hasZone(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    let end = range.upperBound
    func isSign(_ offset: Int) -> Bool {
      let byte = bytes.byte(unchecked: offset)
      return byte == Byte.plus || byte == Byte.minus
    }
    return bytes.byte(unchecked: end - 1) == UInt8(ascii: "Z") || isSign(end - 5)
      || isSign(end - 6)
  }

  /// ` AM` or ` PM` behind a time of day, with the fraction that Cisco's call managers write behind it.
  private func halfOfDay(
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

  /// `+0200` or `-05:00` behind a blank and before one, or before a colon; empty where something else stands there.
  private func offsetBehindBlank(
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
    /// The end of what stands behind it without a blank.
    var stop: Int
    /// An offset from UTC at that end.
    var offset: Range<Int>
    var hasYear: Bool
  }

  /// The end of `Oct  1 22:14:15`, `Oct  1 22:14:15.003` or `Oct  1 2024 22:14:15`, and that of what stands behind it
  /// without a blank, as in Huawei's `Oct  1 2024 22:14:15.350.3+08:00`; behind that a blank or a colon stands.
  private func monthTimeEnd(_ bytes: RawSpan, _ range: Range<Int>) -> MonthTime? {
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

  /// Whether a message of Cisco's begins at an offset: `%FACILITY-SEVERITY-MNEMONIC:`.
  private func isDeviceMark(_ bytes: RawSpan, _ start: Int, to end: Int) -> Bool {
    guard start + 1 < end, bytes.byte(unchecked: start) == UInt8(ascii: "%"),
      bytes.byte(unchecked: start + 1) &- 0x41 <= 25,
      let colon = bytes.firstOffset(of: Byte.colon, from: start, to: min(end, start + 64))
    else { return false }
    return (start + 1..<colon).allSatisfy { classes.is(bytes.byte(unchecked: $0), .name) }
  }

  /// Whether what begins at an offset is known without a header, so that what stands before it is one: a
  /// message of Cisco's, or pairs of keys and values to the line's end.
  private mutating func isKnownMessage(_ bytes: RawSpan, _ start: Int, to end: Int) -> Bool {
    guard start < end else { return false }
    if isDeviceMark(bytes, start, to: end) { return true }
    let count = line.fields.count
    guard classes.is(bytes.byte(unchecked: start), .word), readPairs(bytes, start..<end) else {
      return false
    }
    line.cut(to: count)
    line.time = nil
    return true
  }

  // MARK: RFC 3164

  /// Reads host and tag behind the time; where the message begins.
  ///
  /// `isStrict`: what follows the time is a host only if a tag shows it, for many programs write such a
  /// time and then something else.
  private mutating func readTag(
    _ bytes: RawSpan, _ range: Range<Int>, isStrict: Bool
  ) -> Int? {
    let end = range.upperBound
    let start = range.lowerBound
    guard start < end else { return start }
    let first = start..<tokenEnd(bytes, from: start, to: end)
    if let tag = tag(bytes, first, end) {
      // A program that logs for its own machine leaves the host out.
      if isStrict, !isKnownMessage(bytes, blanksEnd(bytes, from: tag.end, to: end), to: end) {
        return nil
      }
      addTag(tag)
      return tag.end
    }
    func isColon(_ token: Range<Int>) -> Bool {
      token.count == 1 && bytes.byte(unchecked: token.lowerBound) == Byte.colon
    }
    guard isHost(bytes, first) else {
      let message = isColon(first) ? blanksEnd(bytes, from: first.upperBound, to: end) : start
      return isStrict && !isKnownMessage(bytes, message, to: end) ? nil : message
    }
    let next = blanksEnd(bytes, from: first.upperBound, to: end)
    let second = next..<tokenEnd(bytes, from: next, to: end)
    let tag = tag(bytes, second, end)
    // Cisco's firewalls write one behind the host as well.
    let message = isColon(second) ? blanksEnd(bytes, from: second.upperBound, to: end) : next
    if isStrict {
      if isLevel(bytes, first) { return nil }
      if tag == nil, !isKnownMessage(bytes, message, to: end) { return nil }
    }
    line.add(name("hostname"), first)
    guard let tag else { return message }
    addTag(tag)
    return tag.end
  }

  private struct Tag {
    var program: Range<Int>
    var process: Range<Int>
    /// Behind the colon and the blank.
    var end: Int
  }

  private mutating func addTag(_ tag: Tag) {
    line.add(name("appname"), tag.program)
    line.skip(tag.program.upperBound..<tag.end)
  }

  /// `program:` or `program[1]:`, with a blank or the end behind it.
  private func tag(_ bytes: RawSpan, _ token: Range<Int>, _ end: Int) -> Tag? {
    guard 2...128 ~= token.count,
      bytes.byte(unchecked: token.upperBound - 1) == Byte.colon
    else { return nil }
    let inner = token.lowerBound..<token.upperBound - 1
    var program = inner
    var process = inner.upperBound..<inner.upperBound
    if bytes.byte(unchecked: inner.upperBound - 1) == UInt8(ascii: "]"),
      let open = bytes.firstOffset(
        of: UInt8(ascii: "["), from: inner.lowerBound, to: inner.upperBound)
    {
      program = inner.lowerBound..<open
      process = open + 1..<inner.upperBound - 1
    }
    // `CEF: 0|…`, and Cisco's messages, which begin with what looks like a tag.
    let isMessage =
      bytes.byte(unchecked: token.lowerBound) == UInt8(ascii: "%")
      || program.count == 3 && bytes.starts(with: "CEF", at: program.lowerBound)
      || program.count == 4 && bytes.starts(with: "LEEF", at: program.lowerBound)
    guard !program.isEmpty, !isMessage,
      program.allSatisfy({ offset in
        let byte = bytes.byte(unchecked: offset)
        return classes.is(byte, .name) || byte == Byte.slash || byte == UInt8(ascii: "(")
          || byte == UInt8(ascii: ")")
      })
    else { return nil }
    return Tag(program: program, process: process, end: min(token.upperBound + 1, end))
  }

  /// Whether a token can be a host: a name or an address.
  func isHost(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    guard 1...255 ~= token.count else { return false }
    return token.allSatisfy { offset in
      let byte = bytes.byte(unchecked: offset)
      return classes.is(byte, .name) || byte == Byte.colon
    } && bytes.byte(unchecked: token.upperBound - 1) != Byte.colon
  }

  private func isLevel(_ bytes: RawSpan, _ token: Range<Int>) -> Bool {
    guard token.count <= 8 else { return false }
    let levels: Set<String> = [
      "emerg", "alert", "crit", "critical", "err", "error", "warn", "warning", "notice", "info",
      "debug", "trace", "fatal", "severe", "fine",
    ]
    return levels.contains(
      String(decoding: bytes.copied(token), as: UTF8.self).lowercased())
  }
}
