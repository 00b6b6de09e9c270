import Foundation

/// A regular expression over bytes: each byte is the character with its number, so places in the one are
/// places in the other.
struct ReferencePattern: @unchecked Sendable {
  private let expression: NSRegularExpression?

  /// `pattern` is in ICU's syntax; a `.` stands for any byte.
  init(_ pattern: String) {
    expression = try? NSRegularExpression(
      pattern: pattern, options: [.dotMatchesLineSeparators])
    precondition(expression != nil, "not a pattern: \(pattern)")
  }

  /// The ranges of the whole match and of each group, or nil where nothing matches; a group that took
  /// no part is nil.
  func first(in bytes: some Collection<UInt8>) -> [Range<Int>?]? {
    let text = ReferencePattern.string(bytes)
    guard
      let match = expression?.firstMatch(
        in: text, range: NSRange(location: 0, length: (text as NSString).length))
    else { return nil }
    return Self.groups(match)
  }

  /// The groups of all matches, one behind the other.
  func all(in bytes: some Collection<UInt8>) -> [[Range<Int>?]] {
    let text = ReferencePattern.string(bytes)
    return expression?.matches(
      in: text, range: NSRange(location: 0, length: (text as NSString).length)
    ).map(Self.groups) ?? []
  }

  func matches(_ bytes: some Collection<UInt8>) -> Bool { first(in: bytes) != nil }

  private static func groups(_ match: NSTextCheckingResult) -> [Range<Int>?] {
    (0..<match.numberOfRanges).map { group in
      let range = match.range(at: group)
      return range.location == NSNotFound
        ? nil : range.location..<range.location + range.length
    }
  }

  private static func string(_ bytes: some Collection<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}

/// Times as far as they decide whether a line is a record.
enum ReferenceTime {
  private static let date = ReferencePattern(
    #"\A([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?(?: ?(?:[Zz]|(?i:utc|gmt)|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?))?)?\z"#
  )

  /// Whether a text is a date or a date and a time of day as ISO 8601 writes them.
  static func isISO(_ text: [UInt8]) -> Bool {
    guard let groups = date.first(in: text) else { return false }
    func number(_ group: Int) -> Int {
      groups[group].flatMap { Int(String(decoding: text[$0], as: UTF8.self)) } ?? 0
    }
    let (year, month, day) = (number(1), number(2), number(3))
    guard (1...12).contains(month), (1678...2261).contains(year) else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...lengths[month - 1]).contains(day)
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static let access = ReferencePattern(
    #"\A([0-9]{2})/([A-Za-z]{3})/([0-9]{4}):([0-9].{0,31})\z"#)

  /// Whether a text is a time as access logs have it: `10/Oct/2000:13:55:36 -0700`.
  static func isAccess(_ text: [UInt8]) -> Bool {
    // A day may have one digit.
    let text = text.dropFirst().first == 0x2F ? [0x30] + text : text
    guard text.count >= 20, let groups = access.first(in: text) else { return false }
    let parts = groups.map { $0.map { Array(text[$0]) } ?? [] }
    let name = String(decoding: referenceLowercased(parts[2]), as: UTF8.self)
    guard let month = months.firstIndex(of: name) else { return false }
    let number = (month < 9 ? "0" : "") + "\(month + 1)"
    return isISO(parts[3] + Array("-\(number)-".utf8) + parts[1] + [0x54] + parts[4])
  }
}
