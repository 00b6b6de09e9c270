import Parsing

/// The date in the path of a dated copy of a feed, and the path without it.
///
/// `feed-2024-05-01.txt`, `feed.20240501.csv`, `2024-05-01/feed.txt` and
/// `2024-05-01T06:30/feed.txt` are copies of `feed.txt` or `feed.csv`. The first date in the path
/// counts; what joins it to the rest (`-`, `_`, `.`, a blank) goes with it.
public struct SnapshotPath: Sendable, Equatable {
  /// The path without the date: equal for copies of one feed.
  public var feed: [UInt8]
  /// The copy's time, in nanoseconds since 1970 (UTC).
  public var date: Int64

  /// Reads a path below the folder of the copies; nil where it holds no date.
  public init?(_ path: [UInt8]) {
    var start = 0
    while start < path.count {
      // A date must not follow a digit: `v12024-05-01` has none.
      if start == 0 || !Byte.isDigit(path[start - 1]), let found = Self.date(path, at: start) {
        date = found.time
        feed = Self.without(start..<found.end, in: path)
        if !feed.isEmpty { return }
        return nil
      }
      start += 1
    }
    return nil
  }

  /// A date with an optional time of day behind it.
  private static func date(_ path: [UInt8], at start: Int) -> (time: Int64, end: Int)? {
    var offset = start
    func digits(_ count: Int) -> String? {
      guard offset + count <= path.count,
        path[offset..<offset + count].allSatisfy(Byte.isDigit)
      else { return nil }
      defer { offset += count }
      return String(decoding: path[offset..<offset + count], as: UTF8.self)
    }
    guard let year = digits(4), year >= "1990", year < "2100" else { return nil }
    let isDashed = offset < path.count && (path[offset] == Byte.minus || path[offset] == 0x5f)
    let separator = isDashed ? path[offset] : 0
    if isDashed { offset += 1 }
    guard let month = digits(2) else { return nil }
    if isDashed {
      guard offset < path.count, path[offset] == separator else { return nil }
      offset += 1
    }
    guard let day = digits(2) else { return nil }
    guard offset == path.count || !Byte.isDigit(path[offset]) else { return nil }
    var text = "\(year)-\(month)-\(day)"
    var end = offset
    if offset < path.count, [0x54, 0x74, 0x5f, Byte.minus].contains(path[offset]) {
      offset += 1
      if let hour = digits(2), hour < "24" {
        if offset < path.count, path[offset] == Byte.colon || path[offset] == Byte.minus {
          offset += 1
        }
        if let minute = digits(2), minute < "60" {
          var time = "T\(hour):\(minute)"
          let before = offset
          if offset < path.count, path[offset] == Byte.colon { offset += 1 }
          if let second = digits(2), second < "60" {
            time += ":\(second)"
          } else {
            offset = before
          }
          if offset < path.count, path[offset] == 0x5a { offset += 1 }
          if offset == path.count || !Byte.isDigit(path[offset]) {
            text += time
            end = offset
          }
        }
      }
    }
    let bytes = Array(text.utf8)
    guard let time = Timestamp.iso8601(bytes.rawSpan, 0..<bytes.count) else { return nil }
    return (time, end)
  }

  /// The path without a range and what joined it to the rest.
  private static func without(_ range: Range<Int>, in path: [UInt8]) -> [UInt8] {
    let joints: Set<UInt8> = [Byte.minus, 0x5f, Byte.dot, Byte.space]
    var (start, end) = (range.lowerBound, range.upperBound)
    let isComponentStart = start == 0 || path[start - 1] == Byte.slash
    let isComponentEnd = end == path.count || path[end] == Byte.slash
    switch (isComponentStart, isComponentEnd) {
    case (true, true):
      // The date is the whole name of a folder (or of the file).
      if end < path.count {
        end += 1
      } else if start > 0 {
        start -= 1
      }
    case (true, false): while end < path.count, joints.contains(path[end]) { end += 1 }
    case (false, _): while start > 0, joints.contains(path[start - 1]) { start -= 1 }
    }
    return Array(path[..<start] + path[end...])
  }
}
