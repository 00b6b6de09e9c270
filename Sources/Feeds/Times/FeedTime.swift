import Parsing

/// Times as feeds write them, in nanoseconds since 1970 (UTC).
enum FeedTime {
  /// Which of the two numbers before the year is the day.
  enum Order {
    case dayFirst, monthFirst
  }

  /// The orders of a feed's dates, where they are known: those with slashes may be of another sort than
  /// those with hyphens.
  struct Orders {
    var slashes: Order?
    var hyphens: Order?

    /// The order of dates with a mark between their numbers.
    subscript(mark: UInt8) -> Order? { mark == Byte.minus ? hyphens : slashes }
  }

  /// ISO 8601 and its looser kin (`2023-05-23 17:51:44 UTC`, `2023/05/23`, `20230523`), or seconds or
  /// milliseconds since 1970; nil for anything else.
  ///
  /// Times before those that nanoseconds can hold (`0001-01-01`) stand for none, and one after them
  /// (`9999-12-31`) is the last one.
  ///
  /// `orders` are those of the feed's other dates, for dates with slashes or hyphens that leave it open.
  static func nanoseconds(_ text: RawSpan, orders: Orders = Orders()) -> Int64? {
    var range = Text.trimmed(text, 0..<text.byteCount)
    if let number = Text.number(text.extracting(range)) {
      return range.count == 8
        ? compactDate(number) : epoch(number, text, range)
    }
    for zone in ["(UTC)", "(GMT)"] as [StaticString]
    where range.count > 5 && text.starts(with: zone, at: range.upperBound - 5) {
      range = Text.trimmed(text, range.lowerBound..<range.upperBound - 5)
    }
    for zone in ["UTC", "GMT"] as [StaticString]
    where range.count > 3 && text.starts(with: zone, at: range.upperBound - 3) {
      range = Text.trimmed(text, range.lowerBound..<range.upperBound - 3)
    }
    if let time = iso8601(text, range) ?? yearLast(text, range, orders) { return time }
    guard range.count >= 10, text.byte(unchecked: range.lowerBound + 4) == Byte.slash else {
      return fractionalEpoch(text, range) ?? compact(text, range)
        ?? written(text, range, orders)
    }
    var dashed = text.copied(range)
    dashed[4] = Byte.minus
    dashed[7] = Byte.minus
    return iso8601(dashed.rawSpan, 0..<dashed.count) ?? written(text, range, orders)
  }

  /// A time at which something was seen or written: a far-off one stands for none.
  ///
  /// As the start of an entry's validity it would keep it from ever being found.
  static func past(_ text: RawSpan, orders: Orders = Orders()) -> Int64? {
    let time = nanoseconds(text, orders: orders)
    return time == .max ? nil : time
  }

  private static func iso8601(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
    let time = Timestamp.iso8601(text, range, outOfRange: .clamped)
    return time == Int64.min + 1 ? nil : time
  }

  /// The order of a date with slashes or hyphens and the year last, if one of its numbers is above 12,
  /// and whether it has hyphens.
  static func order(of text: RawSpan) -> (order: Order, hasHyphens: Bool)? {
    guard let (first, second, _, mark, _) = numbers(text, Text.trimmed(text, 0..<text.byteCount)),
      (first > 12) != (second > 12)
    else { return nil }
    return (first > 12 ? .dayFirst : .monthFirst, mark == Byte.minus)
  }

  /// The numbers of a date with slashes or hyphens and the year last, what is between them, and where it
  /// ends.
  private static func numbers(
    _ text: RawSpan, _ range: Range<Int>
  ) -> (first: Int, second: Int, year: Int, mark: UInt8, end: Int)? {
    var parts: [Int] = []
    var offset = range.lowerBound
    var mark: UInt8?
    while parts.count < 3 {
      let start = offset
      while offset < range.upperBound, Byte.isDigit(text.byte(unchecked: offset)) { offset += 1 }
      guard let number = Text.number(text.extracting(start..<offset)),
        offset - start <= (parts.count == 2 ? 4 : 2)
      else { return nil }
      parts.append(number)
      if parts.count == 3 { break }
      guard offset < range.upperBound else { return nil }
      let byte = text.byte(unchecked: offset)
      guard byte == mark ?? byte, byte == Byte.slash || byte == Byte.minus else { return nil }
      mark = byte
      offset += 1
    }
    let (first, second, year) = (parts[0], parts[1], parts[2])
    guard year > 1969, min(first, second) <= 12, max(first, second) <= 31 else { return nil }
    return (first, second, year, mark ?? 0, offset)
  }

  /// Reads `10/29/2020`, `29/10/2020` or `29-10-2020` with an optional time of day.
  ///
  /// Which number is the day is known if one is above 12, if both are equal, or from `orders`.
  private static func yearLast(_ text: RawSpan, _ range: Range<Int>, _ orders: Orders) -> Int64? {
    guard let (first, second, year, mark, offset) = numbers(text, range) else { return nil }
    let order = orders[mark]
    guard order != nil || (first > 12) != (second > 12) || first == second else { return nil }
    let isDayFirst = first > 12 || second <= 12 && order == .dayFirst
    let (month, day) = isDayFirst ? (second, first) : (first, second)
    func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    var date = Array("\(year)-\(digits(month))-\(digits(day))".utf8)
    if offset < range.upperBound {
      guard text.byte(unchecked: offset) == Byte.space else { return nil }
      // An hour of one digit, and no seconds, as spreadsheets write them.
      let clock = text.copied(offset + 1..<range.upperBound)
      date.append(UInt8(ascii: "T"))
      if clock.count > 1, clock[1] == Byte.colon { date.append(Byte.zero) }
      date += clock
      if clock.count < 6 { date += Array(":00".utf8) }
    }
    return Timestamp.iso8601(date.rawSpan, 0..<date.count)
  }

  /// `20210827T100000Z`, as iCalendar and AWS write it.
  private static func compact(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
    guard 15...16 ~= range.count,
      text.byte(unchecked: range.lowerBound + 8) | 0x20 == UInt8(ascii: "t")
    else { return nil }
    var bytes = text.copied(range)
    for (index, mark) in [(13, Byte.colon), (11, Byte.colon), (6, Byte.minus), (4, Byte.minus)] {
      bytes.insert(mark, at: index)
    }
    return Timestamp.iso8601(bytes.rawSpan, 0..<bytes.count)
  }

  private static func compactDate(_ number: Int) -> Int64? {
    func digits(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date =
      digits(number / 10_000, 4) + "-" + digits(number / 100 % 100, 2) + "-"
      + digits(number % 100, 2)
    let bytes = Array(date.utf8)
    return Timestamp.iso8601(bytes.rawSpan, 0..<bytes.count)
  }

  /// Seconds or milliseconds since 1970: a number of twelve or more digits is milliseconds.
  ///
  /// Seconds have ten digits until the year 2286.
  private static func epoch(_ number: Int, _ text: RawSpan, _ range: Range<Int>) -> Int64? {
    if number >= 100_000_000_000 {
      return number < 9_000_000_000_000 ? Int64(number) * 1_000_000 : nil
    }
    return number >= fewestSeconds ? Timestamp.epochSeconds(text, range) : nil
  }

  /// Seconds since 1970 with a fraction; smaller numbers are days as spreadsheets count them.
  private static func fractionalEpoch(_ text: RawSpan, _ range: Range<Int>) -> Int64? {
    let seconds = text.extracting(range)
    let end = seconds.firstOffset(of: Byte.dot) ?? seconds.byteCount
    guard let number = Text.number(seconds.extracting(0..<end)), number >= fewestSeconds else {
      return nil
    }
    return Timestamp.epochSeconds(text, range)
  }

  /// Seconds until 1973: any number below may be something else.
  private static let fewestSeconds = 100_000_000
}
