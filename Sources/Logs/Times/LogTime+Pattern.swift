import Parsing

/// Times whose form the record itself gives, as LEEF's `devTimeFormat` does:
/// `MMM dd yyyy HH:mm:ss z`.
extension LogTime {
  /// The time of a text in the form that a pattern of Java's `SimpleDateFormat` describes; UTC if
  /// the form has no zone.
  ///
  /// `year` is the year of forms without one.
  ///
  /// Returns nil if the text has another form, or its zone is a name that says too little. Any
  /// marks in the pattern match any marks, since devices do not keep to their own patterns.
  static func patterned(
    _ bytes: RawSpan, _ range: Range<Int>, pattern: Range<Int>, year: Int?
  ) -> Int64? {
    guard range.count <= 64, pattern.count <= 64 else { return nil }
    var parts = PatternParts(year: year.map(Int64.init))
    var place = range.lowerBound
    var offset = pattern.lowerBound
    while offset < pattern.upperBound {
      let letter = bytes.byte(unchecked: offset)
      var end = offset + 1
      while end < pattern.upperBound, bytes.byte(unchecked: end) == letter { end += 1 }
      let isLetter = Byte.isLetter(letter)
      if letter == UInt8(ascii: "'") {
        // Text that is written as it is, such as the `T` between date and time.
        let close =
          bytes.firstOffset(of: letter, from: offset + 1, to: pattern.upperBound)
          ?? pattern.upperBound
        place += close - offset - 1
        end = min(close + 1, pattern.upperBound)
      } else if isLetter {
        let isFollowed =
          end < pattern.upperBound && Byte.isLetter(bytes.byte(unchecked: end))
        guard
          parts.take(
            letter, count: end - offset, isFollowed: isFollowed, bytes, &place, to: range.upperBound
          )
        else { return nil }
      } else {
        let first = place
        // The sign of an offset is no mark.
        let isBeforeZone =
          end < pattern.upperBound && PatternParts.isZone(bytes.byte(unchecked: end))
        while place < range.upperBound, isMark(bytes.byte(unchecked: place)),
          !(isBeforeZone && place > first && isSign(bytes.byte(unchecked: place)))
        {
          place += 1
        }
        guard place > first else { return nil }
      }
      offset = end
    }
    return place == range.upperBound ? parts.time : nil
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    byte &- Byte.zero > 9 && (byte | 0x20) &- 0x61 > 25
  }
}

/// The parts of a time, as a pattern's letters name them.
private struct PatternParts {
  private var year: Int64?
  private var month: Int64 = 1
  private var day: Int64 = 1
  private var hour: Int64 = 0
  private var minute: Int64 = 0
  private var second: Int64 = 0
  private var nanoseconds: Int64 = 0
  private var isAfternoon: Bool?
  /// Nanoseconds east of Greenwich.
  private var zone: Int64 = 0

  init(year: Int64?) { self.year = year }

  /// Reads the part that `letter`, written `count` times, stands for; false if the text has
  /// something else.
  ///
  /// If another part follows a number without a mark, at most `count` digits are read.
  mutating func take(
    _ letter: UInt8, count: Int, isFollowed: Bool, _ bytes: RawSpan, _ place: inout Int, to end: Int
  ) -> Bool {
    switch letter {
    case UInt8(ascii: "M") where count > 2, UInt8(ascii: "L") where count > 2:
      guard place + 3 <= end, let named = LogTime.month(bytes, at: place) else { return false }
      month = Int64(named)
      skipLetters(bytes, &place, to: end)
      return true
    case UInt8(ascii: "E"):
      skipLetters(bytes, &place, to: end)
      return true
    case UInt8(ascii: "a"):
      isAfternoon = bytes.starts(ignoringCase: "pm", at: place)
      guard isAfternoon == true || bytes.starts(ignoringCase: "am", at: place) else {
        return false
      }
      place += 2
      return place <= end
    case _ where Self.isZone(letter):
      let stop = bytes.firstOffset(of: Byte.space, from: place, to: end) ?? end
      guard place < stop, let offset = LogTime.offset(bytes, place..<stop) else { return false }
      (zone, place) = (offset, stop)
      return true
    default: break
    }
    let most = isFollowed ? min(end, place + count) : end
    let digits = LogTime.digits(bytes, from: place, to: most)
    guard 1...9 ~= digits.count, let number = NumberText.unsigned(bytes, digits) else {
      return false
    }
    place = digits.upperBound
    let value = Int64(number)
    switch letter {
    case UInt8(ascii: "y"), UInt8(ascii: "u"), UInt8(ascii: "Y"):
      year = digits.count == 2 ? 2000 + value : value
    case UInt8(ascii: "M"), UInt8(ascii: "L"): month = value
    case UInt8(ascii: "d"): day = value
    case UInt8(ascii: "H"), UInt8(ascii: "h"), UInt8(ascii: "k"), UInt8(ascii: "K"):
      hour = value == 24 && letter == UInt8(ascii: "k") ? 0 : value
    case UInt8(ascii: "m"): minute = value
    case UInt8(ascii: "s"): second = value
    case UInt8(ascii: "S"):
      nanoseconds = (digits.count..<9).reduce(value) { value, _ in value * 10 }
    default: return false
    }
    return true
  }

  /// Whether a letter stands for a zone.
  static func isZone(_ letter: UInt8) -> Bool {
    letter == UInt8(ascii: "z") || letter == UInt8(ascii: "Z") || letter | 0x20 == UInt8(ascii: "x")
  }

  private func skipLetters(_ bytes: RawSpan, _ place: inout Int, to end: Int) {
    while place < end, Byte.isLetter(bytes.byte(unchecked: place)) { place += 1 }
  }

  var time: Int64? {
    var hour = hour
    // An hour above 12 tells the half of the day by itself.
    if let isAfternoon, hour <= 12 {
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    guard let year, 1970...2261 ~= year, 1...12 ~= month,
      1...Timestamp.daysInMonth(month, year: year) ~= day, 0...23 ~= hour, 0...59 ~= minute,
      0...60 ~= second
    else { return nil }
    let days = Timestamp.daysSince1970(year: year, month: month, day: day)
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    return seconds * Timestamp.nanosecondsPerSecond + nanoseconds - zone
  }
}
