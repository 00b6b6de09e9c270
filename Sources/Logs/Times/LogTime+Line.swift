import Parsing

/// The time that a line of text begins with.
extension LogTime {
  /// A full date and a time of day at the start of a line, behind the `<n>` or `<n>1 ` of syslog
  /// and an opening bracket, if these are there.
  ///
  /// Without a zone it is UTC, as in a field (`isZoned` is false); a named zone other than UTC and
  /// GMT gives no time.
  ///
  /// `year` is the year of dates that name none; without it they give no time.
  ///
  /// `mayBeginWithWeekday` is false if a weekday has been passed already.
  static func lineStart(
    _ bytes: RawSpan, _ range: Range<Int>, year: Int? = nil, mayBeginWithWeekday: Bool = true
  ) -> (time: Int64, isZoned: Bool)? {
    guard let front = LineFront(bytes, range) else { return nil }
    var start = front.end
    if bytes.starts(with: "<Event", at: start) {
      return windowsEvent(bytes, range).map { ($0, true) }
    }
    start = behindFront(bytes, start..<range.upperBound)
    let opening = start < range.upperBound ? bytes.byte(unchecked: start) : 0
    let isInBrackets = opening == UInt8(ascii: "[")
    if isInBrackets || opening == Byte.quote { start += 1 }
    if bytes.starts(with: "type=", at: start) || bytes.starts(with: "node=", at: start) {
      return audit(bytes, start..<range.upperBound).map { ($0, true) }
    }
    // The longest: a weekday, a date, a time with nine digits of fraction, a zone.
    let end = min(range.upperBound, start + 56)
    guard end - start >= 14 else { return nil }
    let window = bytes.extracting(start..<end)
    if window.byte(unchecked: 0) &- Byte.zero > 9 {
      // journald's `Wed 2024-05-01 10:00:00 UTC`.
      if mayBeginWithWeekday, window.byteCount > 24, window.byte(unchecked: 3) == Byte.space,
        Byte.isDigit(window.byte(unchecked: 4)), window.byte(unchecked: 8) == Byte.minus
      {
        return lineStart(bytes, start + 4..<range.upperBound, mayBeginWithWeekday: false)
      }
      return wordFirst(window, isInBrackets: isInBrackets, year)
        ?? webServer(bytes, start..<range.upperBound)
    }
    // unbound's `[1714557600] `, Meraki's `<134>1 1714557600.123 `.
    if isInBrackets || front.hasVersion || window.byte(unchecked: 10) == Byte.dot
      || isDate(window, at: 11, Byte.dot),
      let time = epoch(window, isInBrackets: isInBrackets)
    {
      return (time, true)
    }
    if window.byte(unchecked: 4) == Byte.space, let found = yearFirst(window) { return found }
    if let found = dayFirst(onLine: window) ?? withoutMarks(window) { return found }
    if let found = short(window) { return (found, false) }
    if let found = halfDay(window) { return (found, false) }
    if let form = MarkedDate(window) { return marked(window, form, year) }
    return webServer(bytes, start..<range.upperBound)
  }

  /// The `<n>` or `<n>1 ` of syslog, and blanks.
  private struct LineFront {
    /// Where the rest of the line begins.
    var end: Int
    var hasVersion = false

    init?(_ bytes: RawSpan, _ range: Range<Int>) {
      end = LogTime.behindBlanks(bytes, range)
      guard end < range.upperBound, bytes.byte(unchecked: end) == UInt8(ascii: "<"),
        !bytes.starts(with: "<Event", at: end)
      else { return }
      let priority = LogTime.digits(bytes, from: end + 1, to: min(range.upperBound, end + 4))
      guard !priority.isEmpty, priority.upperBound < range.upperBound,
        bytes.byte(unchecked: priority.upperBound) == UInt8(ascii: ">")
      else { return nil }
      end = priority.upperBound + 1
      hasVersion = end + 2 <= range.upperBound && bytes.starts(with: "1 ", at: end)
      if hasVersion {
        end += 2
      } else if end < range.upperBound, bytes.byte(unchecked: end) == Byte.space {
        end += 1
      }
    }
  }

  /// A time that begins with the name of a weekday or month.
  private static func wordFirst(
    _ window: RawSpan, isInBrackets: Bool, _ year: Int?
  ) -> (time: Int64, isZoned: Bool)? {
    if let found = dayFirst(onLine: window) { return found }
    if isInBrackets, let found = monthFirst(inBrackets: window, year: year) { return found }
    guard let found = weekdayFirst(window, 0..<window.byteCount), isBorder(window, at: found.end)
    else { return nil }
    if window.starts(with: " ", at: found.end),
      let zone = longOffsetEnd(window, from: found.end + 1),
      let offset = offset(window, found.end + 1..<zone)
    {
      return (found.time &- offset, true)
    }
    return (found.time, false)
  }

  /// The forms of a date whose parts have marks between them.
  private enum MarkedDate {
    /// `2024-05-01`, `2024/05/01`, `2024.05.01`.
    case yearFirst
    /// `01-May-2024`, Tomcat's and BIND's.
    case dayAndName
    /// `01/May/2024`.
    case dayAndNameOfAccess
    /// `01.05.2024`.
    case dotted
    /// `05/01/2024:`.
    case monthFirst
    /// `05/01`, with a year or without.
    case alert

    /// Tells the form by the marks in a window of at least 14 bytes; nil if it is none of these.
    init?(_ window: RawSpan) {
      let (third, fifth) = (window.byte(unchecked: 2), window.byte(unchecked: 4))
      switch (third, fifth) {
      case (_, Byte.minus) where window.byte(unchecked: 7) == Byte.minus,
        (_, Byte.slash) where window.byte(unchecked: 7) == Byte.slash,
        (_, Byte.dot) where window.byte(unchecked: 7) == Byte.dot:
        self = .yearFirst
      case (Byte.minus, _) where window.byte(unchecked: 6) == Byte.minus: self = .dayAndName
      case (Byte.slash, _) where window.byte(unchecked: 6) == Byte.slash:
        self = .dayAndNameOfAccess
      case (Byte.dot, _) where window.byte(unchecked: 5) == Byte.dot: self = .dotted
      case (Byte.slash, _) where window.byte(unchecked: 10) == Byte.colon: self = .monthFirst
      case (Byte.slash, _): self = .alert
      default: return nil
      }
    }
  }

  private static func marked(
    _ window: RawSpan, _ form: MarkedDate, _ year: Int?
  ) -> (time: Int64, isZoned: Bool)? {
    switch form {
    case .yearFirst:
      let separator = window.byte(unchecked: 10)
      // Rows of a table without a header.
      if separator == Byte.comma, window.byteCount > 19, window.byte(unchecked: 19) == Byte.comma {
        return time(window.copied(0..<10), window.extracting(..<19), from: 11)
      }
      // NetScaler writes a colon here, `2024/05/01:10:00:00 GMT`, and CloudFront's rows have a tab.
      guard
        separator | 0x20 == UInt8(ascii: "t") || Byte.isBlank(separator)
          || separator == Byte.colon && window.byte(unchecked: 4) == Byte.slash
      else { return nil }
      var date = window.copied(0..<10)
      (date[4], date[7]) = (Byte.minus, Byte.minus)
      if separator == Byte.space, window.byte(unchecked: 11) == Byte.space {
        // MariaDB writes a blank for the first digit of an hour.
        var padded = window.copied(0..<window.byteCount)
        padded[11] = Byte.zero
        return time(date, padded.rawSpan, from: 11)
      }
      return time(date, window, from: window.byte(unchecked: 11) == Byte.minus ? 13 : 11)
    case .dayAndName:
      guard window.byte(unchecked: 11) == Byte.space, let clock = clockEnd(window, from: 12) else {
        return nil
      }
      return nameServer(window, 0..<clock.end).map { ($0, clock.isZoned) }
    case .dayAndNameOfAccess:
      let mark = window.byte(unchecked: 11)
      guard mark == Byte.colon || mark == Byte.space, let clock = clockEnd(window, from: 12) else {
        return nil
      }
      var text = window.copied(0..<clock.end)
      text[11] = Byte.colon
      return accessLog(text.rawSpan, 0..<clock.end).map { ($0, clock.isZoned) }
    case .dotted:
      guard window.byte(unchecked: 10) == Byte.space, let clock = clockEnd(window, from: 11) else {
        return nil
      }
      return european(window, 0..<clock.end).map { ($0, clock.isZoned) }
    case .monthFirst: return numbered(window)
    case .alert: return alert(window, year: year)
    }
  }

  /// Seconds since 1970 in ten digits, with a fraction or without, before a bracket or a blank.
  private static func epoch(_ window: RawSpan, isInBrackets: Bool) -> Int64? {
    var stop = digits(window, from: 0, to: window.byteCount).upperBound
    guard stop == 10, stop < window.byteCount else { return nil }
    if window.byte(unchecked: stop) == Byte.dot {
      stop = digits(window, from: stop + 1, to: window.byteCount).upperBound
    }
    guard stop < window.byteCount,
      window.byte(unchecked: stop) == (isInBrackets ? UInt8(ascii: "]") : Byte.space)
    else { return nil }
    return field(window, 0..<stop)
  }

  /// `owner bucket [01/May/2024:10:00:00 +0000] …`: a web server's time in brackets behind at most
  /// three words, as Amazon's S3 writes it.
  private static func webServer(
    _ bytes: RawSpan, _ range: Range<Int>
  ) -> (time: Int64, isZoned: Bool)? {
    let last = min(range.upperBound, range.lowerBound + 192)
    guard let open = bytes.firstOffset(of: UInt8(ascii: "["), from: range.lowerBound, to: last),
      open > range.lowerBound, bytes.byte(unchecked: open - 1) == Byte.space,
      range.upperBound - open > 27, bytes.byte(unchecked: open + 3) == Byte.slash,
      let close = bytes.firstOffset(of: UInt8(ascii: "]"), from: open, to: open + 28),
      (range.lowerBound..<open).count(where: { bytes.byte(unchecked: $0) == Byte.space }) <= 3
    else { return nil }
    let text = open + 1..<close
    return accessLog(bytes, text).map { ($0, isZoned(bytes, text)) }
  }

  /// The time of an event of Windows in XML:
  /// `<TimeCreated SystemTime='2024-05-01T10:00:00.123Z'/>`.
  private static func windowsEvent(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let word: StaticString = "SystemTime="
    let last = min(range.upperBound, range.lowerBound + 2048)
    var offset = range.lowerBound
    while let letter = bytes.firstOffset(of: UInt8(ascii: "S"), from: offset, to: last) {
      offset = letter + 1
      guard bytes.starts(with: word, at: letter) else { continue }
      let start = letter + word.utf8CodeUnitCount + 1
      guard start < last,
        let close = bytes.firstOffset(
          of: bytes.byte(unchecked: start - 1), from: start, to: min(last, start + 40))
      else { return nil }
      return Timestamp.iso8601(bytes, start..<close)
    }
    return nil
  }

  /// `type=SYSCALL msg=audit(1714557600.123:4):`, as the Linux audit daemon begins its lines.
  private static func audit(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    let word: StaticString = "msg=audit("
    // The name of a node may be before it.
    let last = min(range.upperBound, range.lowerBound + 320)
    var offset = range.lowerBound
    while let blank = bytes.firstOffset(of: Byte.space, from: offset, to: last) {
      offset = blank + 1
      guard bytes.starts(with: word, at: offset) else { continue }
      let seconds = offset + word.utf8CodeUnitCount
      guard
        let colon = bytes.firstOffset(
          of: Byte.colon, from: seconds, to: min(range.upperBound, seconds + 24))
      else { return nil }
      return field(bytes, seconds..<colon)
    }
    return nil
  }

  /// `05/01/2024-10:00:00.123456`, as Suricata writes alerts.
  ///
  /// Snort writes a year of two digits or none: behind the day or, since its version 3, before the
  /// month.
  static func alert(_ window: RawSpan, year: Int?) -> (time: Int64, isZoned: Bool)? {
    func date(_ year: some Collection<UInt8>) -> [UInt8] {
      let (month, day) = (window.copied(0..<2), window.copied(3..<5))
      return Array(year) + [Byte.minus] + month + [Byte.minus] + day
    }
    if window.byte(unchecked: 5) == Byte.minus {
      guard let year else { return nil }
      return time(date("\(year)".utf8), window, from: 6)
    }
    guard window.byte(unchecked: 5) == Byte.slash else { return nil }
    if window.byte(unchecked: 8) == Byte.minus {
      // Since version 3, Snort writes the year first; no month is that large.
      if let first = NumberText.unsigned(window, 0..<2), 18...30 ~= first {
        let text = window.copied(0..<8).map { $0 == Byte.slash ? Byte.minus : $0 }
        return time("20".utf8 + text, window, from: 9)
      }
      return time(date("20".utf8 + window.copied(6..<8)), window, from: 9)
    }
    guard window.byte(unchecked: 10) == Byte.minus else { return nil }
    return time(date(window.copied(6..<10)), window, from: 11)
  }
}
