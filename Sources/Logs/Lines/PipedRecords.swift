import Indicators
import Parsing

/// CEF and LEEF: a header cut by `|`, then keys and values.
extension LineRecordReader {
  /// Reads a message that holds a record of CEF or LEEF; what stands before it is text.
  mutating func readPiped(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths, _ nested: inout NestedReading, _ counters: inout LogCounters
  ) -> Bool {
    let end = range.upperBound
    // Of both formats' marks, only the `|` at the end can be found as a single byte.
    guard let pipe = bytes.firstOffset(of: UInt8(ascii: "|"), from: range.lowerBound, to: end)
    else { return false }
    var version = pipe
    while version > range.lowerBound, pipe - version < 4 {
      let byte = bytes.byte(unchecked: version - 1)
      guard Byte.isDigit(byte) || byte == Byte.dot else { break }
      version -= 1
    }
    guard version < pipe else { return false }
    var mark = version
    if mark > range.lowerBound, bytes.byte(unchecked: mark - 1) == Byte.space { mark -= 1 }
    func isMark(_ word: StaticString) -> Bool {
      let start = mark - word.utf8CodeUnitCount
      guard start >= range.lowerBound, bytes.starts(with: word, at: start) else { return false }
      return start == range.lowerBound
        || !classes.is(bytes.byte(unchecked: start - 1), .alphanumeric)
    }
    let count = line.fields.count
    guard isMark("LEEF:") || isMark("CEF:"), case let start = mark - (isMark("LEEF:") ? 5 : 4),
      mayBeFront(bytes, range.lowerBound..<start)
        || isWordOfCollector(bytes, range.lowerBound..<start),
      !nested.isInside(bytes, range, mark),
      // In a web server's access log, it is what a client called itself.
      start == range.lowerBound || accessShape(bytes, range) == nil
    else { return false }
    if isMark("LEEF:") {
      line.skip(mark - 5..<pipe + 1)
      if readLEEF(bytes, pipe + 1..<end, version: bytes.byte(unchecked: version), &paths) {
        return true
      }
    } else {
      line.skip(mark - 4..<pipe + 1)
      if readCEF(bytes, pipe + 1..<end, &paths) { return true }
    }
    counters.brokenRecords += 1
    line.cut(to: count)
    return false
  }

  /// Reads one part for each name, each up to a `|` that has no backslash before it; where the rest
  /// begins, or nil if a part is missing.
  private mutating func readParts(
    _ bytes: RawSpan, _ range: Range<Int>, _ names: [StaticString],
    _ paths: inout FieldPaths
  ) -> Int? {
    var start = range.lowerBound
    for part in names {
      var offset = start
      while true {
        guard
          let pipe = bytes.firstOffset(of: UInt8(ascii: "|"), from: offset, to: range.upperBound)
        else { return nil }
        offset = pipe + 1
        if bytes.isEscaped(pipe, from: start) { continue }
        line.add(paths.name(part), key: start, value: start..<pipe, escapes: .cef)
        start = pipe + 1
        break
      }
    }
    return start
  }

  // MARK: CEF

  private mutating func readCEF(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths
  ) -> Bool {
    let end = range.upperBound
    guard
      let start = readParts(
        bytes, range,
        ["deviceVendor", "deviceProduct", "deviceVersion", "signatureId", "name", "severity"],
        &paths)
    else { return false }
    let header = line.fields.count
    var key = start..<start
    var value = start
    var offset = start
    var pairs = 0
    while let equals = bytes.firstOffset(of: UInt8(ascii: "="), from: offset, to: end) {
      // A key is a word behind a blank; other `=` belong to the value, though they should be escaped.
      var first = equals
      while first > offset, classes.isKeyByte(bytes.byte(unchecked: first - 1)) { first -= 1 }
      offset = equals + 1
      guard first < equals,
        first == start || bytes.byte(unchecked: first - 1) == Byte.space
          || bytes.byte(unchecked: first - 1) == Byte.tab
      else { continue }
      if !key.isEmpty { addExtension(bytes, key, value..<first, &paths) }
      pairs += 1
      guard pairs <= Self.mostPairs else { return false }
      key = first..<equals
      value = equals + 1
    }
    if !key.isEmpty { addExtension(bytes, key, value..<end, &paths) }
    // The device's zone is in a field of its own.
    if let time = line.time, !line.zone.isEmpty, !LogTime.isZoned(bytes, line.timeText) {
      line.time = LogTime.offset(bytes, line.zone).map { time &- $0 }
    }
    applyLabels(bytes, from: header, &paths)
    return true
  }

  /// Labels of a record that are applied; CEF has two dozen fields that can have one.
  private static let mostLabels = 32

  /// Gives fields that a vendor may use as it likes (`cs1`, `c6a2`, `flexString1`) the names that their labels
  /// say (`cs1Label`).
  private mutating func applyLabels(
    _ bytes: RawSpan, from first: Int,
    _ paths: inout FieldPaths
  ) {
    func key(_ field: LineField) -> Range<Int> {
      // Parts of the header have no key, and before a value that was trimmed there is no `=`.
      let equals = field.start - 1
      return equals > field.outerStart && bytes.byte(unchecked: equals) == UInt8(ascii: "=")
        ? field.outerStart..<equals : field.outerStart..<field.outerStart
    }
    var labels = 0
    for index in first..<line.fields.count {
      let label = line.fields[index]
      let name = key(label)
      guard name.count > 5, name.count <= 24, !label.isEmpty, label.end - label.start <= 64,
        bytes.starts(with: "Label", at: name.upperBound - 5),
        // Some devices write a value there.
        !bytes.isAddress(ColumnRange(start: label.start, end: label.end))
      else { continue }
      labels += 1
      if labels > Self.mostLabels { return }
      let named = bytes.extracting(name.lowerBound..<name.upperBound - 5)
      for other in first..<line.fields.count
      where key(line.fields[other]).count == named.byteCount
        && bytes.extracting(key(line.fields[other])).isEqual(to: named)
      {
        line.fields[other].path = paths.child(
          of: FieldPaths.root, key: bytes.extracting(label.start..<label.end))
        line.fields[index].path = LineRecord.unread
      }
    }
  }

  private mutating func addExtension(
    _ bytes: RawSpan, _ key: Range<Int>, _ rest: Range<Int>,
    _ paths: inout FieldPaths
  ) {
    let value = bytes.trimmed(rest)
    let path = paths.child(of: FieldPaths.root, key: bytes.extracting(key))
    let isText = bytes.isWord(key, "msg") || bytes.isWord(key, "rawEvent")
    line.add(path, key: key.lowerBound, value: value, escapes: isText ? .cefText : .cef)
    // If the request has no host, it is that of the destination.
    if bytes.isWord(key, "dhost"), !value.isEmpty { line.urlHost = line.fields.last }
    if bytes.isWord(key, "request"), !value.isEmpty { line.urlPath = line.fields.last }
    if bytes.isWord(key, "requestMethod"), value.count == 7,
      bytes.starts(ignoringCase: "connect", at: value.lowerBound)
    {
      line.isTunnel = true
    }
    // The time of receipt counts as the event's; without it the start counts, else the end.
    let isReceipt = bytes.isWord(key, "rt") || bytes.isWord(key, "deviceReceiptTime")
    let isStart = bytes.isWord(key, "start") || bytes.isWord(key, "startTime")
    let isEnd = bytes.isWord(key, "end") || bytes.isWord(key, "endTime")
    if isReceipt || isStart && (line.time == nil || line.isTimeOfEnd) || isEnd && line.time == nil,
      let time = deviceTime(bytes, value)
    {
      (line.time, line.timeText) = (time, value)
      line.isTimeOfEnd = isEnd
    }
    // FortiGate's time, which unlike its `start` is not in the device's own zone.
    if bytes.isWord(key, "FTNTFGTeventtime"), let time = LogTime.field(bytes, value) {
      (line.time, line.timeText) = (time, value)
    }
    // UniFi writes no other time.
    if line.time == nil, bytes.isWord(key, "UNIFIutcTime") {
      (line.time, line.timeText) = (Timestamp.iso8601(bytes, value), value)
    }
    // FortiAnalyzer uses FortiGate's name for the zone, `tz`.
    if bytes.isWord(key, "dtz") || bytes.isWord(key, "tz") { line.zone = value }
  }

  /// A time as devices write it: milliseconds since 1970, ISO 8601, or with the month first.
  private func deviceTime(_ bytes: RawSpan, _ range: Range<Int>) -> Int64? {
    if bytes.isNumber(range) {
      return range.count < 10 ? nil : LogTime.field(bytes, range)
    }
    return Timestamp.iso8601(bytes, range)
      ?? LogTime.monthFirst(bytes, range, year: year) ?? LogTime.written(bytes, range)
  }

  // MARK: LEEF

  private mutating func readLEEF(
    _ bytes: RawSpan, _ range: Range<Int>, version: UInt8,
    _ paths: inout FieldPaths
  ) -> Bool {
    let end = range.upperBound
    guard
      var start = readParts(bytes, range, ["vendor", "product", "version", "eventId"], &paths)
    else { return false }
    var separator = Byte.tab
    if version >= UInt8(ascii: "2"), let named = separatorPart(bytes, start..<end) {
      line.skip(start..<named.end)
      (separator, start) = (named.byte, named.end)
    }
    if separator == Byte.tab, pipesSeparate(bytes, start..<end) { separator = UInt8(ascii: "|") }
    var offset = start
    let most = line.fields.count + Self.mostPairs
    // rsyslog writes control characters as octal numbers.
    let isEscaped =
      separator == Byte.tab && bytes.firstOffset(of: Byte.tab, from: start, to: end) == nil
      && bytes.firstRange(of: "#011", from: start, to: end) != nil
    while offset < end {
      let next =
        isEscaped
        ? bytes.firstRange(of: "#011", from: offset, to: end)
        : separatorRange(bytes, separator, from: offset, to: end)
      let stop = next ?? end..<end
      guard line.fields.count <= most else { return false }
      addAttribute(bytes, offset..<stop.lowerBound, &paths)
      offset = max(stop.upperBound, offset + 1)
    }
    if !line.timePattern.isEmpty, !line.timeText.isEmpty,
      let time = LogTime.patterned(
        bytes, line.timeText, pattern: line.timePattern, year: year)
    {
      line.time = time
    }
    return true
  }

  /// Whether bars stand between attributes where tabs should, as PAN-OS' examples have them.
  private func pipesSeparate(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard bytes.firstOffset(of: Byte.tab, from: range.lowerBound, to: range.upperBound) == nil,
      let equals = bytes.firstOffset(
        of: UInt8(ascii: "="), from: range.lowerBound, to: range.upperBound),
      let bar = bytes.firstOffset(of: UInt8(ascii: "|"), from: equals, to: range.upperBound)
    else { return false }
    var next = bar + 1
    while next < range.upperBound, classes.isKeyByte(bytes.byte(unchecked: next)) { next += 1 }
    return next > bar + 1 && bytes.starts(with: "=", at: next)
  }

  /// The separator that LEEF 2 names, as itself or in hexadecimal digits; an empty one is a tab.
  ///
  /// Nil if the separator is a byte of names: it would cut them without anybody noticing. Above
  /// ASCII it is one of the signs that Latin-1 has before its letters, as `¦`.
  private func separatorPart(
    _ bytes: RawSpan, _ range: Range<Int>
  ) -> (byte: UInt8, end: Int)? {
    let start = range.lowerBound
    let limit = min(range.upperBound, start + 6)
    guard let pipe = bytes.firstOffset(of: UInt8(ascii: "|"), from: start, to: limit) else {
      return nil
    }
    var digits = start..<pipe
    switch pipe - start {
    case 0: return (Byte.tab, pipe + 1)
    case 1: return separator(bytes.byte(unchecked: start))
    case 2 where bytes.byte(unchecked: start) == Self.leadOfSigns:
      return separator(bytes.byte(unchecked: start + 1))
    default: break
    }
    if bytes.starts(ignoringCase: "0x", at: start) {
      digits = start + 2..<pipe
    } else if bytes.starts(ignoringCase: "x", at: start) {
      digits = start + 1..<pipe
    }
    guard 1...2 ~= digits.count,
      digits.allSatisfy({ Hex.value(of: bytes.byte(unchecked: $0)) < 16 })
    else { return nil }
    return separator(digits.reduce(0) { $0 << 4 | Hex.value(of: bytes.byte(unchecked: $1)) })

    func separator(_ byte: UInt8) -> (byte: UInt8, end: Int)? {
      byte >= 0xC0 || byte < 0x80 && classes.is(byte, .name) ? nil : (byte, pipe + 1)
    }
  }

  /// What UTF-8 has before the byte that a sign of Latin-1 is.
  private static let leadOfSigns: UInt8 = 0xC2

  /// The next separator; one above ASCII is written as UTF-8 or as a byte of its own.
  private func separatorRange(
    _ bytes: RawSpan, _ separator: UInt8, from start: Int, to end: Int
  ) -> Range<Int>? {
    var offset = start
    while let found = bytes.firstOffset(of: separator, from: offset, to: end) {
      guard separator >= 0x80, found > start else { return found..<found + 1 }
      let before = bytes.byte(unchecked: found - 1)
      if before == Self.leadOfSigns { return found - 1..<found + 1 }
      // Behind another byte above ASCII it is a part of a character.
      if before < 0x80 { return found..<found + 1 }
      offset = found + 1
    }
    return nil
  }

  private mutating func addAttribute(
    _ bytes: RawSpan, _ range: Range<Int>,
    _ paths: inout FieldPaths
  ) {
    guard
      let equals = bytes.firstOffset(
        of: UInt8(ascii: "="), from: range.lowerBound, to: range.upperBound)
    else { return }
    let key = bytes.trimmed(range.lowerBound..<equals)
    guard !key.isEmpty, key.allSatisfy({ classes.isKeyByte(bytes.byte(unchecked: $0)) }) else {
      return
    }
    let path = paths.child(of: FieldPaths.root, key: bytes.extracting(key))
    let value = equals + 1..<range.upperBound
    line.add(path, key: range.lowerBound, value: value)
    if bytes.isWord(key, "devTime") {
      line.time = deviceTime(bytes, value) ?? line.time
      line.timeText = bytes.trimmed(value)
    }
    if bytes.isWord(key, "devTimeFormat") { line.timePattern = bytes.trimmed(value) }
  }
}
