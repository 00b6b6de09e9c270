import Parsing

/// Times as people and spreadsheets write them.
extension FeedTime {
  /// Reads a time as people write it; nil if it is not known which number is the day.
  ///
  /// Examples: `2024-5-31 6:49`, `Aug 27, 2021`, `27 August 2021`, `27-Aug-2021`, `27.08.2021`,
  /// `20210827T100000Z`, `Fri, 27 Aug 2021 10:00:00 +0000`, `8/27/2021 9:13:55 PM`.
  static func written(_ text: RawSpan, _ range: Range<Int>, _ orders: Orders) -> Int64? {
    guard 8...48 ~= range.count else { return nil }
    var parts = WrittenParts(text.extracting(range))
    guard let date = parts.date() else { return nil }
    let clock = parts.clock()
    guard parts.isAtEnd else { return nil }
    let isBehindHalfDay = clock?.isHalfDay ?? false
    let order = orders[date.mark] ?? (isBehindHalfDay ? .monthFirst : nil)
    guard let day = date.resolved(order) else { return nil }
    let bytes = Array((day + "T" + (clock?.text ?? "00:00:00")).utf8)
    return Timestamp.iso8601(bytes.rawSpan, 0..<bytes.count)
  }
}

/// The numbers and words of a written time, one after another.
private struct WrittenParts: ~Escapable {
  private let text: RawSpan
  private var offset = 0

  @_lifetime(copy text)
  init(_ text: RawSpan) { self.text = text }

  /// A time of day began but could not be read.
  private var isBroken = false

  var isAtEnd: Bool { offset == text.byteCount && !isBroken }

  private var next: UInt8 { offset < text.byteCount ? text.byte(unchecked: offset) : 0 }

  /// A date's numbers in written order; `month` is set if the month is a name.
  struct Date {
    var numbers: [Int] = []
    var month: Int?
    var mark: UInt8 = 0
    var isYearFirst = false

    /// The date as ISO 8601 has it.
    func resolved(_ order: FeedTime.Order?) -> String? {
      var (year, month, day) = (0, self.month ?? 0, 0)
      if self.month != nil {
        guard numbers.count == 2 else { return nil }
        (day, year) = isYearFirst ? (numbers[1], numbers[0]) : (numbers[0], numbers[1])
      } else {
        guard numbers.count == 3 else { return nil }
        if isYearFirst {
          (year, month, day) = (numbers[0], numbers[1], numbers[2])
        } else {
          // With dots the day comes first; with slashes a number above 12 shows which one is the
          // day.
          let isDayFirst =
            mark == Byte.dot || numbers[0] > 12 || numbers[1] <= 12 && order == .dayFirst
          guard isDayFirst || numbers[1] > 12 || order != nil else { return nil }
          (month, day) = isDayFirst ? (numbers[1], numbers[0]) : (numbers[0], numbers[1])
          year = numbers[2]
        }
      }
      guard 1970...2261 ~= year, 1...12 ~= month, 1...31 ~= day else { return nil }
      return "\(year)-\(WrittenParts.twoDigits(month))-\(WrittenParts.twoDigits(day))"
    }
  }

  static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  mutating func date() -> Date? {
    var date = Date()
    while date.numbers.count + (date.month == nil ? 0 : 1) < 3 {
      skip { $0 == Byte.space || $0 == Byte.comma }
      if let word = word() {
        if Self.weekdays.contains(String(word.prefix(3))), date.numbers.isEmpty { continue }
        guard date.month == nil,
          let month = Self.months.firstIndex(of: String(word.prefix(3)))
        else { return nil }
        date.month = month + 1
      } else if let (number, count) = number(), count <= 4 {
        if date.numbers.isEmpty, count == 4 { date.isYearFirst = true }
        if date.numbers.count + (date.month == nil ? 0 : 1) == 2, !date.isYearFirst, count != 4 {
          return nil
        }
        date.numbers.append(number)
      } else {
        return nil
      }
      let mark = next
      if mark == Byte.slash || mark == Byte.minus || mark == Byte.dot,
        date.numbers.count + (date.month == nil ? 0 : 1) < 3
      {
        guard date.mark == 0 || date.mark == mark else { return nil }
        date.mark = mark
        offset += 1
      }
    }
    return date
  }

  /// A time of day and its zone, written as in ISO 8601; nil if there is none.
  mutating func clock() -> (text: String, isHalfDay: Bool)? {
    let start = offset
    if next | 0x20 == UInt8(ascii: "t") { offset += 1 }
    skip { $0 == Byte.space || $0 == Byte.comma }
    guard let hour = number(), hour.count <= 2, next == Byte.colon else {
      offset = start
      skip { $0 == Byte.space }
      return nil
    }
    isBroken = true
    offset += 1
    guard let minute = number(), minute.count == 2 else { return nil }
    var second = 0
    var fraction = ""
    if next == Byte.colon {
      offset += 1
      guard let seconds = number(), seconds.count == 2 else { return nil }
      second = seconds.value
      if next == Byte.dot {
        offset += 1
        guard let digits = number(), digits.count <= 9 else { return nil }
        let text = String(digits.value)
        fraction = "." + String(repeating: "0", count: digits.count - text.count) + text
      }
    }
    skip { $0 == Byte.space }
    var hours = hour.value
    var isHalfDay = false
    var zone = ""
    if let word = word() {
      switch word {
      case "am", "pm":
        guard 1...12 ~= hours else { return nil }
        hours = hours % 12 + (word == "pm" ? 12 : 0)
        isHalfDay = true
      case "z", "utc", "gmt": zone = "Z"
      default: return nil
      }
    } else if next == Byte.plus || next == Byte.minus {
      zone = String(decoding: text.copied(offset..<text.byteCount), as: UTF8.self)
      offset = text.byteCount
    }
    isBroken = false
    return (
      "\(Self.twoDigits(hours)):\(Self.twoDigits(minute.value)):\(Self.twoDigits(second))\(fraction)\(zone)",
      isHalfDay
    )
  }

  private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
    while offset < text.byteCount, isSkipped(text.byte(unchecked: offset)) { offset += 1 }
  }

  private mutating func number() -> (value: Int, count: Int)? {
    let start = offset
    skip { Byte.isDigit($0) }
    guard let value = Text.number(text.extracting(start..<offset)) else { return nil }
    return (value, offset - start)
  }

  /// The next word, in lower case.
  private mutating func word() -> String? {
    let start = offset
    skip { Byte.isLetter($0) }
    guard offset > start else { return nil }
    return String(decoding: text.copied(start..<offset).map { $0 | 0x20 }, as: UTF8.self)
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
}
