import Parsing

/// Times as feeds write them, in nanoseconds since 1970 (UTC).
enum FeedTime {
  /// ISO 8601 and its looser kin (`2023-05-23 17:51:44 UTC`, `2023/05/23`, `20230523`), or seconds or
  /// milliseconds since 1970; nil for anything else, and for times that nanoseconds cannot hold.
  static func nanoseconds(_ text: RawSpan) -> Int64? {
    var range = Text.trimmed(text, 0..<text.byteCount)
    if let number = Text.number(text.extracting(range)) {
      return range.count == 8
        ? compactDate(number) : epoch(number, text, range)
    }
    for zone in ["UTC", "GMT"] as [StaticString]
    where range.count > 3 && Text.contains(text, zone, at: range.upperBound - 3) {
      range = Text.trimmed(text, range.lowerBound..<range.upperBound - 3)
    }
    if let time = Timestamp.iso8601(text, range) { return time }
    guard range.count >= 10, text.byte(unchecked: range.lowerBound + 4) == Byte.slash else {
      return Timestamp.epochSeconds(text, range)
    }
    var dashed = text.copied(range)
    dashed[4] = Byte.minus
    dashed[7] = Byte.minus
    return Timestamp.iso8601(dashed.rawSpan, 0..<dashed.count)
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

  /// Milliseconds have three digits more than seconds will have for two centuries.
  private static func epoch(_ number: Int, _ text: RawSpan, _ range: Range<Int>) -> Int64? {
    if number >= 100_000_000_000 {
      return number < 9_000_000_000_000 ? Int64(number) * 1_000_000 : nil
    }
    return number >= 100_000_000 ? Timestamp.epochSeconds(text, range) : nil
  }
}
