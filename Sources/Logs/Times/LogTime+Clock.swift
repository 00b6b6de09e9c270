import Parsing

/// The time of day and the zone behind a date in a line of text.
extension LogTime {
  static func time(
    _ date: [UInt8], _ window: RawSpan, from start: Int
  ) -> (time: Int64, isZoned: Bool)? {
    guard let clock = clockEnd(window, from: start) else { return nil }
    var text = date
    text.append(UInt8(ascii: "T"))
    text.append(window, start..<clock.end)
    return Timestamp.iso8601(text.rawSpan, 0..<text.count).map { ($0, clock.isZoned) }
  }

  /// The end of a time of day with seconds, and of the zone behind it; nil if another kind of text
  /// follows, or a zone that is no offset from UTC.
  static func clockEnd(_ bytes: RawSpan, from start: Int) -> (end: Int, isZoned: Bool)? {
    let end = bytes.byteCount
    guard end - start >= 8, bytes.byte(unchecked: start + 2) == Byte.colon,
      bytes.byte(unchecked: start + 5) == Byte.colon
    else { return nil }
    var stop = digits(bytes, from: start + 6, to: end).upperBound
    guard stop == start + 8 else { return nil }
    stop = fractionEnd(bytes, from: stop) ?? stop
    guard stop < end else { return (stop, false) }
    if bytes.byte(unchecked: stop) | 0x20 == UInt8(ascii: "z"), isBorder(bytes, at: stop + 1) {
      return (stop + 1, true)
    }
    if let zone = offsetEnd(bytes, from: stop) { return (zone, true) }
    guard isBorder(bytes, at: stop) else { return nil }
    guard bytes.byte(unchecked: stop) == Byte.space else { return (stop, false) }
    if let zone = longOffsetEnd(bytes, from: stop + 1) { return (zone, true) }
    let isBracketed =
      stop + 1 < end
      && (bytes.byte(unchecked: stop + 1) == UInt8(ascii: "(")
        || bytes.byte(unchecked: stop + 1) == UInt8(ascii: "["))
    let start = isBracketed ? stop + 2 : stop + 1
    if regions.contains(where: { bytes.starts(with: $0, at: start) }) { return nil }
    guard let word = zoneWord(bytes, at: start) else { return (stop, false) }
    switch String(decoding: bytes.copied(start..<word), as: UTF8.self) {
    case "Z", "UTC", "GMT":
      if isBracketed { return (stop, false) }
      // `GMT+02:00` is not GMT.
      if word < end, isSign(bytes.byte(unchecked: word)) { return nil }
      return (word, true)
    // A time of day with AM or PM is not in the 24-hour form.
    case "AM", "PM": return isBracketed ? (stop, false) : nil
    case let name: return zones.contains(name) ? nil : (stop, false)
    }
  }

  /// Beginnings of the names of zones that are called after places.
  private static let regions: [StaticString] = [
    "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Etc/", "Europe/",
    "Indian/", "Pacific/",
  ]

  /// The end of the fraction of a second at `start`; nil if there is none.
  ///
  /// A comma also separates cells. What is behind it is a fraction in milli-, micro- or nanoseconds,
  /// as log4j, Python and `date` write it, if no other comma follows; of other lengths only before a
  /// zone.
  private static func fractionEnd(_ bytes: RawSpan, from start: Int) -> Int? {
    guard start < bytes.byteCount else { return nil }
    let mark = bytes.byte(unchecked: start)
    guard mark == Byte.dot || mark == Byte.comma else { return nil }
    let fraction = digits(bytes, from: start + 1, to: bytes.byteCount)
    if fraction.isEmpty { return nil }
    if mark == Byte.comma {
      guard fraction.count <= 9 else { return nil }
      if fraction.count % 3 != 0 {
        return isZone(bytes, at: fraction.upperBound) ? fraction.upperBound : nil
      }
      if fraction.upperBound < bytes.byteCount {
        let next = bytes.byte(unchecked: fraction.upperBound)
        guard next != Byte.comma, next != Byte.dot else { return nil }
      }
    }
    return fraction.upperBound
  }

  /// Whether a zone is at an offset, with or without a blank before it: `Z`, `+02`, `-0200`, ` +02:00`, ` CET`, also
  /// AM and PM.
  ///
  /// Two digits behind a minus alone may be those of a month.
  private static func isZone(_ bytes: RawSpan, at offset: Int) -> Bool {
    guard offset < bytes.byteCount else { return false }
    let isApart = bytes.byte(unchecked: offset) == Byte.space
    let start = isApart ? offset + 1 : offset
    guard start < bytes.byteCount else { return false }
    if isSign(bytes.byte(unchecked: start)) {
      guard let end = offsetEnd(bytes, from: start) else { return false }
      return end > start + 3 || !isApart && bytes.byte(unchecked: start) != Byte.minus
    }
    guard let word = zoneWord(bytes, at: start) else { return false }
    let name = String(decoding: bytes.copied(start..<word), as: UTF8.self)
    return ["Z", "UTC", "GMT", "AM", "PM"].contains(name) || isApart && zones.contains(name)
  }

  /// The end of `+02`, `+0200` or `+02:00`; nil for what may be another part of a date or a number.
  private static func offsetEnd(_ bytes: RawSpan, from start: Int) -> Int? {
    guard start < bytes.byteCount, isSign(bytes.byte(unchecked: start)) else { return nil }
    let hours = digits(bytes, from: start + 1, to: bytes.byteCount)
    var stop = hours.upperBound
    guard hours.count == 2 || hours.count == 4 else { return nil }
    if hours.count == 2, bytes.starts(with: ":", at: stop) {
      let minutes = digits(bytes, from: stop + 1, to: bytes.byteCount)
      if minutes.count == 2 { stop = minutes.upperBound }
    }
    guard isBorder(bytes, at: stop), let offset = offset(bytes, start..<stop),
      abs(offset) <= farthestZone
    else { return nil }
    return isDateOrTime(bytes, behind: start, stop) ? nil : stop
  }

  /// The same for an offset that has minutes, and so cannot be another number of two digits.
  static func longOffsetEnd(_ bytes: RawSpan, from start: Int) -> Int? {
    offsetEnd(bytes, from: start).flatMap { $0 > start + 3 ? $0 : nil }
  }

  /// Whether what looks like an offset is the end of a date, as `-05-01`, or a time of day, as `-11:00:00`.
  private static func isDateOrTime(_ bytes: RawSpan, behind start: Int, _ stop: Int) -> Bool {
    guard bytes.byte(unchecked: start) == Byte.minus, stop < bytes.byteCount else { return false }
    let next = bytes.byte(unchecked: stop)
    guard next == Byte.minus || next == Byte.colon else { return false }
    return digits(bytes, from: stop + 1, to: bytes.byteCount).count == 2
  }

  /// The offset of the first zone to see a new day, in nanoseconds.
  private static let farthestZone = 14 * 3600 * Timestamp.nanosecondsPerSecond

  /// Whether a text ends at `offset`, or the byte there cannot be inside a word.
  static func isBorder(_ bytes: RawSpan, at offset: Int) -> Bool {
    guard offset < bytes.byteCount else { return true }
    let byte = bytes.byte(unchecked: offset)
    return byte &- Byte.zero > 9 && (byte | 0x20) &- 0x61 > 25 && byte != UInt8(ascii: "_")
      && byte != Byte.dot && byte < 0x80
  }
}
