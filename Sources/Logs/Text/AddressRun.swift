import Indicators
import Parsing

/// An address that waits for its port: a sibling field that may come after it.
struct WaitingAddress {
  /// The observable in the batch.
  var observable: Int
  /// The path of the address's field.
  var path: FieldPaths.ID
}

extension TextScanner {
  /// Emits an IPv4 address that begins at `place`.
  ///
  /// `end` is the offset behind the address, or nil if the text that follows does not belong to it.
  mutating func emitIPv4(
    _ address: UInt32, _ bytes: RawSpan, at place: Int, end: Int?, _ unit: TextUnit,
    _ cursor: inout TextCursor, into batch: inout ObservableBatch
  ) {
    guard wants(.ipv4), !isVersion(bytes, at: place, unit, &cursor) else { return }
    var port: UInt16 = 0
    if let end {
      port = self.port(bytes, behind: end, unit)
      if port == 0 { port = keyedPort(bytes, place..<end, unit) }
    }
    let isWhole = place == unit.start && end == unit.end
    emitAddress(address, port: port, isWhole: isWhole, at: place, unit, into: &batch)
  }

  /// Emits an IPv4 address whose port, if any, is known.
  @inline(__always)
  mutating func emitAddress(
    _ address: UInt32, port: UInt16, isWhole: Bool, at place: Int, _ unit: TextUnit,
    into batch: inout ObservableBatch
  ) {
    let start = batch.arena.count
    batch.arena.append(UInt8(truncatingIfNeeded: address >> 24))
    batch.arena.append(UInt8(truncatingIfNeeded: address >> 16))
    batch.arena.append(UInt8(truncatingIfNeeded: address >> 8))
    batch.arena.append(UInt8(truncatingIfNeeded: address))
    emitAddress(.ipv4, from: start, port: port, isWhole: isWhole, at: place, unit, into: &batch)
  }

  /// Emits an IPv6 address, or the IPv4 address that it maps.
  mutating func emitAddress(
    _ address: (high: UInt64, low: UInt64), port: UInt16, isWhole: Bool, at place: Int,
    _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    if let mapped = SpecialAddresses.mappedIPv4(address) {
      guard wants(.ipv4) else { return }
      emitAddress(mapped, port: port, isWhole: isWhole, at: place, unit, into: &batch)
      return
    }
    guard wants(.ipv6) else { return }
    let start = batch.arena.count
    for index in 0..<16 {
      let half = index < 8 ? address.high : address.low
      batch.arena.append(UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (index & 7))))
    }
    emitAddress(.ipv6, from: start, port: port, isWhole: isWhole, at: place, unit, into: &batch)
  }

  @inline(__always)
  private mutating func emitAddress(
    _ kind: IndicatorKind, from start: Int, port: UInt16, isWhole: Bool, at place: Int,
    _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    let known = port == 0 && isWhole ? unit.port : port
    let side = unit.side.isEmpty ? unit.fieldClass.side : unit.side
    emitFromArena(
      kind, flags: side, from: start, at: place, of: unit, port: known, into: &batch)
    if known == 0, isWhole, unit.sibling >= 0 {
      waiting.append(
        WaitingAddress(observable: batch.observables.count - 1, path: unit.sibling))
    }
  }

  // MARK: Ports

  /// The port written behind an address: `:n` or `#n`; 0 for none.
  func port(_ bytes: RawSpan, behind end: Int, _ unit: TextUnit) -> UInt16 {
    guard end < unit.end else { return 0 }
    let mark = bytes.byte(unchecked: end)
    guard mark == Byte.colon || mark == UInt8(ascii: "#") else { return 0 }
    return number(bytes, at: end + 1, end: unit.end)
  }

  /// The port whose digits begin at `start`; 0 if there is none or a letter or digit follows them.
  ///
  /// A leading zero gives 0 too: rsyslog writes the end of a line as `#015` (`192.0.2.1#015`).
  func number(_ bytes: RawSpan, at start: Int, end: Int) -> UInt16 {
    var value: UInt32 = 0
    var offset = start
    while offset < end, offset - start < 6 {
      let digit = bytes.byte(unchecked: offset) &- Byte.zero
      guard digit <= 9 else { break }
      value = value * 10 + UInt32(digit)
      offset += 1
    }
    guard offset > start, value <= 65535, bytes.byte(unchecked: start) != Byte.zero else {
      return 0
    }
    return isAlphanumeric(bytes, at: offset, end: end) ? 0 : UInt16(value)
  }

  /// Whether there is a letter or digit at `offset`, plain or as a percent unit.
  func isAlphanumeric(_ bytes: RawSpan, at offset: Int, end: Int) -> Bool {
    guard offset < end else { return false }
    let byte = bytes.byte(unchecked: offset)
    if byte != UInt8(ascii: "%") { return classes.is(byte, .alphanumeric) }
    guard let value = TextBorders.percentValue(bytes, at: offset, end: end) else { return false }
    return classes.is(value, .alphanumeric)
  }

  /// The port of an address behind a key such as `SRC=`: the value of the first `SPT=` behind it
  /// and before the next `SRC=`.
  private func keyedPort(_ bytes: RawSpan, _ address: Range<Int>, _ unit: TextUnit) -> UInt16 {
    var key = address.lowerBound
    if key > unit.start, Self.isQuote(bytes.byte(unchecked: key - 1)) { key -= 1 }
    guard key > unit.start, bytes.byte(unchecked: key - 1) == UInt8(ascii: "="),
      let pair = PortKey(bytes, before: key - 1, from: unit.start, classes)
    else { return 0 }
    var offset = address.upperBound
    while let equals = bytes.firstOffset(of: UInt8(ascii: "="), from: offset, to: unit.end) {
      offset = equals + 1
      guard let found = PortKey(bytes, before: equals, from: unit.start, classes),
        found.pair == pair.pair
      else { continue }
      guard found.isPort, !pair.isPort else { return 0 }
      if offset < unit.end, Self.isQuote(bytes.byte(unchecked: offset)) { offset += 1 }
      return number(bytes, at: offset, end: unit.end)
    }
    return 0
  }

  @inline(__always)
  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == Byte.quote || byte == Byte.apostrophe
  }

  // MARK: Versions

  /// Whether four numbers in free text are a version rather than an address.
  private func isVersion(
    _ bytes: RawSpan, at place: Int, _ unit: TextUnit, _ cursor: inout TextCursor
  ) -> Bool {
    if unit.fieldClass.traits.contains(.noAddresses) { return true }
    guard place > unit.start else { return false }
    let before = bytes.byte(unchecked: place - 1)
    if before == UInt8(ascii: "~") { return true }
    if before == Byte.slash, unit.fieldClass.traits.contains(.isUnnamed), place - 1 > unit.start,
      Byte.isAlphanumeric(bytes.byte(unchecked: place - 2))
    {
      // The version of a product in a user agent (RFC 9110 §10.1.5): `product/1.2.3.4`.
      return true
    }
    // The letter before the `v` may be the last one of an ANSI sequence.
    if before == Byte.colon, place - 3 >= unit.start, bytes.starts(with: "rv:", at: place - 3),
      !marks.endsANSI(at: place - 2)
    {
      let previous = character(bytes, before: place - 3, from: unit.start)?.0
      if marks.endsANSI(at: place - 3) || previous.map({ !classes.is($0, .word) }) ?? true {
        return true
      }
    }
    return isInUserAgent(bytes, at: place, unit, &cursor)
  }

  /// Whether a place is inside a quoted string that begins with `Mozilla/`.
  private func isInUserAgent(
    _ bytes: RawSpan, at place: Int, _ unit: TextUnit, _ cursor: inout TextCursor
  ) -> Bool {
    let isWholeString = unit.isQuoted || unit.fieldClass.traits.contains(.isMember)
    if isWholeString, bytes.starts(with: "Mozilla/", at: unit.start) { return true }
    Self.noteQuotes(bytes, to: place, &cursor)
    if cursor.lastQuote >= 0, bytes.starts(with: "Mozilla/", at: cursor.lastQuote + 1),
      Self.isQuoted(bytes, Byte.quote, from: place, to: unit.end, &cursor.nextQuote)
    {
      return true
    }
    return cursor.lastApostrophe >= 0
      && bytes.starts(with: "Mozilla/", at: cursor.lastApostrophe + 1)
      && Self.isQuoted(bytes, Byte.apostrophe, from: place, to: unit.end, &cursor.nextApostrophe)
  }

  /// Whether a closing quote follows `place`.
  ///
  /// Without it nothing is quoted, so that a lone quote, which any name may hold, hides nothing.
  private static func isQuoted(
    _ bytes: RawSpan, _ quote: UInt8, from place: Int, to end: Int, _ next: inout Int
  ) -> Bool {
    if next < place { next = bytes.firstOffset(of: quote, from: place, to: end) ?? end }
    return next < end
  }

  /// Notes the quotes before a place.
  static func noteQuotes(_ bytes: RawSpan, to place: Int, _ cursor: inout TextCursor) {
    guard place > cursor.quotesDone else { return }
    if let quote = bytes.lastOffset(of: Byte.quote, from: cursor.quotesDone, to: place) {
      cursor.lastQuote = quote
    }
    if let quote = bytes.lastOffset(of: Byte.apostrophe, from: cursor.quotesDone, to: place) {
      cursor.lastApostrophe = quote
    }
    cursor.quotesDone = place
  }

  // MARK: IPv6

  /// A colon: the `://` of a URL, a part of an IPv6 address, or none of our business.
  mutating func scanColon(
    _ bytes: RawSpan, at colon: Int, _ unit: TextUnit, _ cursor: inout TextCursor,
    into batch: inout ObservableBatch
  ) -> Int {
    if colon + 2 < unit.end, bytes.byte(unchecked: colon + 1) == Byte.slash,
      bytes.byte(unchecked: colon + 2) == Byte.slash
    {
      return scanURL(bytes, at: colon, unit, &cursor, into: &batch)
    }
    guard colon + 1 < unit.end, classes.is(bytes.byte(unchecked: colon + 1), .address) else {
      return colon + 1
    }
    if colon < cursor.addressesDone { return Self.lastColon(bytes, behind: colon, unit) }
    let near = min(colon + 64, unit.end)
    var end = classes.end(of: .address, bytes, from: colon + 1, to: near)
    if end == near { end = IPAddressText.endOfRun(bytes, from: end, to: unit.end) }
    cursor.addressesDone = end
    // The shortest IPv6 address has two colons; most runs with one colon are times of day.
    guard bytes.firstOffset(of: Byte.colon, from: colon + 1, to: end) != nil else {
      return colon + 1
    }
    let start = classes.start(of: .address, bytes, before: colon, from: cursor.hardFloor)
    if end - start >= Self.shortestPairs, wanted.hashes {
      scanPairs(bytes, start..<end, from: cursor.hardFloor, unit, into: &batch)
    }
    guard let found = IPv6Run(bytes, start..<end, floor: cursor.hardFloor, unit, classes) else {
      return Self.lastColon(bytes, behind: colon, unit)
    }
    if unit.isCutAtStart || unit.isCutAtEnd, isCut(start..<end, unit) {
      cursor.floor = end
      return end
    }
    if unit.fieldClass.traits.contains(.noAddresses) { return found.range.upperBound }
    let next = zoneEnd(bytes, behind: found.range, unit)
    cursor.floor = next
    guard !isVersion(bytes, at: found.range.lowerBound, unit, &cursor) else { return next }
    let bracket = next
    var port = found.port
    if port == 0, found.range.lowerBound > unit.start,
      bytes.byte(unchecked: found.range.lowerBound - 1) == UInt8(ascii: "["),
      bracket + 1 < unit.end, bytes.byte(unchecked: bracket) == UInt8(ascii: "]"),
      bytes.byte(unchecked: bracket + 1) == Byte.colon
    {
      port = number(bytes, at: bracket + 2, end: unit.end)
    }
    if port == 0 { port = keyedPort(bytes, found.range, unit) }
    emitAddress(
      found.address, port: port, isWhole: found.range == unit.start..<unit.end,
      at: found.range.lowerBound, unit, into: &batch)
    if next == found.range.upperBound {
      emitBracketedURL(bytes, found.range, unit, &cursor, into: &batch)
    }
    return next
  }

  /// Where the scan goes on after a colon of a run that is already done.
  ///
  /// In a row of colons only the last can still matter: it may be that of `://`.
  @inline(__always)
  private static func lastColon(_ bytes: RawSpan, behind colon: Int, _ unit: TextUnit) -> Int {
    guard bytes.byte(unchecked: colon + 1) == Byte.colon else { return colon + 1 }
    return IPAddressText.endOfColons(bytes, from: colon + 1, to: unit.end) - 1
  }

  /// End of the zone behind an address; the zone names an interface of the machine that wrote the
  /// line.
  ///
  /// Between brackets the zone's `%` may be encoded as `%25` (RFC 6874). A `%` and the first two
  /// digits of an interface's number may look like the percent unit of a name character. Any other
  /// percent unit begins no zone.
  private func zoneEnd(_ bytes: RawSpan, behind address: Range<Int>, _ unit: TextUnit) -> Int {
    let end = address.upperBound
    guard end < unit.end, bytes.byte(unchecked: end) == UInt8(ascii: "%") else { return end }
    guard let value = TextBorders.percentValue(bytes, at: end, end: unit.end) else {
      return classes.end(of: .name, bytes, from: end + 1, to: unit.end)
    }
    if value == UInt8(ascii: "%") {
      guard address.lowerBound > unit.start,
        bytes.byte(unchecked: address.lowerBound - 1) == UInt8(ascii: "["),
        TextBorders.percentLength(bytes, value: value, at: end, end: unit.end) == 3
      else { return end }
      let zone = classes.end(of: .name, bytes, from: end + 3, to: unit.end)
      return zone < unit.end && bytes.byte(unchecked: zone) == UInt8(ascii: "]") ? zone : end
    }
    guard classes.is(value, .name), Byte.isDigit(bytes.byte(unchecked: end + 1)),
      Byte.isDigit(bytes.byte(unchecked: end + 2))
    else { return end }
    return classes.end(of: .name, bytes, from: end + 3, to: unit.end)
  }
}
