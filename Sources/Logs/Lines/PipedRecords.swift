import Indicators
import Parsing

/// CEF and LEEF: a header cut by `|`, then keys and values.
enum PipedRecord {
  /// Reads a message that holds a record of CEF or LEEF; what stands before it is text.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
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
        || !ByteClasses.shared.is(bytes.byte(unchecked: start - 1), .alphanumeric)
    }
    let count = extraction.line.fields.count
    guard isMark("LEEF:") || isMark("CEF:"), case let start = mark - (isMark("LEEF:") ? 5 : 4),
      MessageFront.mayBe(bytes, range.lowerBound..<start, &extraction)
        || MessageFront.isWordOfCollector(bytes, range.lowerBound..<start, &extraction),
      !extraction.nested.isInside(bytes, range, mark),
      // In a web server's access log, it is what a client called itself.
      start == range.lowerBound || AccessLog.shape(bytes, range, &extraction) == nil
    else { return false }
    if isMark("LEEF:") {
      extraction.line.skip(mark - 5..<pipe + 1)
      if readLEEF(bytes, pipe + 1..<end, version: bytes.byte(unchecked: version), &extraction) {
        return true
      }
    } else {
      extraction.line.skip(mark - 4..<pipe + 1)
      if readCEF(bytes, pipe + 1..<end, &extraction) { return true }
    }
    // Only lines of the log itself are counted.
    if extraction.line.isWhole { extraction.scanner.counters.brokenRecords += 1 }
    extraction.line.cut(to: count)
    return false
  }

  /// Reads one part for each name, each up to a `|` that has no backslash before it; where the rest
  /// begins, or nil if a part is missing.
  private static func readParts(
    _ bytes: RawSpan, _ range: Range<Int>, _ names: [StaticString], _ extraction: inout Extraction
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
        extraction.line.add(
          extraction.scanner.paths.name(part), key: start, value: start..<pipe, escapes: .cef)
        start = pipe + 1
        break
      }
    }
    return start
  }

  // MARK: CEF

  private static func readCEF(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    guard
      let start = readParts(
        bytes, range,
        ["deviceVendor", "deviceProduct", "deviceVersion", "signatureId", "name", "severity"],
        &extraction)
    else { return false }
    let header = extraction.line.fields.count
    var key = start..<start
    var value = start
    var offset = start
    var pairs = 0
    while let equals = bytes.firstOffset(of: UInt8(ascii: "="), from: offset, to: end) {
      // A key is a word behind a blank; other `=` belong to the value, though they should be escaped.
      var first = equals
      while first > offset, ByteClasses.shared.isKeyByte(bytes.byte(unchecked: first - 1)) {
        first -= 1
      }
      offset = equals + 1
      guard first < equals,
        first == start || bytes.byte(unchecked: first - 1) == Byte.space
          || bytes.byte(unchecked: first - 1) == Byte.tab
      else { continue }
      if !key.isEmpty { addExtension(bytes, key, value..<first, &extraction) }
      pairs += 1
      guard pairs <= LineRecord.mostPairs else { return false }
      key = first..<equals
      value = equals + 1
    }
    if !key.isEmpty { addExtension(bytes, key, value..<end, &extraction) }
    // The device's zone is in a field of its own.
    if let time = extraction.line.time, !extraction.line.zone.isEmpty,
      !LogTime.isZoned(bytes, extraction.line.timeText)
    {
      extraction.line.time = LogTime.offset(bytes, extraction.line.zone).map { time &- $0 }
    }
    applyLabels(bytes, from: header, &extraction)
    return true
  }

  /// Labels of a record that are applied; CEF has two dozen fields that can have one.
  private static let mostLabels = 32

  /// Gives fields that a vendor may use as it likes (`cs1`, `c6a2`, `flexString1`) the names that their labels
  /// say (`cs1Label`).
  private static func applyLabels(
    _ bytes: RawSpan, from first: Int, _ extraction: inout Extraction
  ) {
    func key(_ field: LineField) -> Range<Int> {
      // Parts of the header have no key, and before a value that was trimmed there is no `=`.
      let equals = field.start - 1
      return equals > field.outerStart && bytes.byte(unchecked: equals) == UInt8(ascii: "=")
        ? field.outerStart..<equals : field.outerStart..<field.outerStart
    }
    var labels = 0
    for index in first..<extraction.line.fields.count {
      let label = extraction.line.fields[index]
      let name = key(label)
      guard name.count > 5, name.count <= 24, !label.isEmpty, label.end - label.start <= 64,
        bytes.starts(with: "Label", at: name.upperBound - 5),
        // Some devices write a value there.
        !bytes.isAddress(ColumnRange(start: label.start, end: label.end))
      else { continue }
      labels += 1
      if labels > Self.mostLabels { return }
      let named = bytes.extracting(name.lowerBound..<name.upperBound - 5)
      for other in first..<extraction.line.fields.count
      where key(extraction.line.fields[other]).count == named.byteCount
        && bytes.extracting(key(extraction.line.fields[other])).isEqual(to: named)
      {
        extraction.line.fields[other].path = extraction.scanner.paths.child(
          of: FieldPaths.root, key: bytes.extracting(label.start..<label.end))
        extraction.line.fields[index].path = LineRecord.unread
      }
    }
  }

  private static func addExtension(
    _ bytes: RawSpan, _ key: Range<Int>, _ rest: Range<Int>, _ extraction: inout Extraction
  ) {
    let value = bytes.trimmed(rest)
    let isText = bytes.isWord(key, "msg") || bytes.isWord(key, "rawEvent")
    extraction.addPair(bytes, key: key, value: value, escapes: isText ? .cefText : .cef)
    // If the request has no host, it is that of the destination.
    if bytes.isWord(key, "dhost"), !value.isEmpty {
      extraction.line.urlHost = extraction.line.fields.last
    }
    if bytes.isWord(key, "request"), !value.isEmpty {
      extraction.line.urlPath = extraction.line.fields.last
    }
    if bytes.isWord(key, "requestMethod"), value.count == 7,
      bytes.starts(ignoringCase: "connect", at: value.lowerBound)
    {
      extraction.line.isTunnel = true
    }
    // The time of receipt counts as the event's; without it the start counts, else the end.
    let isReceipt = bytes.isWord(key, "rt") || bytes.isWord(key, "deviceReceiptTime")
    let isStart = bytes.isWord(key, "start") || bytes.isWord(key, "startTime")
    let isEnd = bytes.isWord(key, "end") || bytes.isWord(key, "endTime")
    if isReceipt || isStart && (extraction.line.time == nil || extraction.line.isTimeOfEnd)
      || isEnd && extraction.line.time == nil,
      let time = deviceTime(bytes, value, year: extraction.options.year)
    {
      (extraction.line.time, extraction.line.timeText) = (time, value)
      extraction.line.isTimeOfEnd = isEnd
    }
    // FortiGate's time, which unlike its `start` is not in the device's own zone.
    if bytes.isWord(key, "FTNTFGTeventtime"), let time = LogTime.field(bytes, value) {
      (extraction.line.time, extraction.line.timeText) = (time, value)
    }
    // UniFi writes no other time.
    if extraction.line.time == nil, bytes.isWord(key, "UNIFIutcTime") {
      (extraction.line.time, extraction.line.timeText) = (Timestamp.iso8601(bytes, value), value)
    }
    // FortiAnalyzer uses FortiGate's name for the zone, `tz`.
    if bytes.isWord(key, "dtz") || bytes.isWord(key, "tz") { extraction.line.zone = value }
  }

  /// A time as devices write it: milliseconds since 1970, ISO 8601, or with the month first.
  private static func deviceTime(_ bytes: RawSpan, _ range: Range<Int>, year: Int?) -> Int64? {
    if bytes.isNumber(range) {
      return range.count < 10 ? nil : LogTime.field(bytes, range)
    }
    return Timestamp.iso8601(bytes, range)
      ?? LogTime.monthFirst(bytes, range, year: year) ?? LogTime.written(bytes, range)
  }

  // MARK: LEEF

  private static func readLEEF(
    _ bytes: RawSpan, _ range: Range<Int>, version: UInt8, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    guard
      var start = readParts(bytes, range, ["vendor", "product", "version", "eventId"], &extraction)
    else { return false }
    var separator = Byte.tab
    if version >= UInt8(ascii: "2"), let named = separatorPart(bytes, start..<end) {
      extraction.line.skip(start..<named.end)
      (separator, start) = (named.byte, named.end)
    }
    if separator == Byte.tab, pipesSeparate(bytes, start..<end) { separator = UInt8(ascii: "|") }
    var offset = start
    let most = extraction.line.fields.count + LineRecord.mostPairs
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
      guard extraction.line.fields.count <= most else { return false }
      addAttribute(bytes, offset..<stop.lowerBound, &extraction)
      offset = max(stop.upperBound, offset + 1)
    }
    if !extraction.line.timePattern.isEmpty, !extraction.line.timeText.isEmpty,
      let time = LogTime.patterned(
        bytes, extraction.line.timeText, pattern: extraction.line.timePattern,
        year: extraction.options.year)
    {
      extraction.line.time = time
    }
    return true
  }

  /// Whether bars stand between attributes where tabs should, as PAN-OS' examples have them.
  private static func pipesSeparate(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard bytes.firstOffset(of: Byte.tab, from: range.lowerBound, to: range.upperBound) == nil,
      let equals = bytes.firstOffset(
        of: UInt8(ascii: "="), from: range.lowerBound, to: range.upperBound),
      let bar = bytes.firstOffset(of: UInt8(ascii: "|"), from: equals, to: range.upperBound)
    else { return false }
    var next = bar + 1
    while next < range.upperBound, ByteClasses.shared.isKeyByte(bytes.byte(unchecked: next)) {
      next += 1
    }
    return next > bar + 1 && bytes.starts(with: "=", at: next)
  }

  /// The separator that LEEF 2 names, as itself or in hexadecimal digits; an empty one is a tab.
  ///
  /// Nil if the separator is a byte of names: it would cut them without anybody noticing. Above
  /// ASCII it is one of the signs that Latin-1 has before its letters, as `¦`.
  private static func separatorPart(
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
      byte >= 0xC0 || byte < 0x80 && ByteClasses.shared.is(byte, .name) ? nil : (byte, pipe + 1)
    }
  }

  /// What UTF-8 has before the byte that a sign of Latin-1 is.
  private static let leadOfSigns: UInt8 = 0xC2

  /// The next separator; one above ASCII is written as UTF-8 or as a byte of its own.
  private static func separatorRange(
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

  private static func addAttribute(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) {
    guard
      let equals = bytes.firstOffset(
        of: UInt8(ascii: "="), from: range.lowerBound, to: range.upperBound)
    else { return }
    let key = bytes.trimmed(range.lowerBound..<equals)
    guard !key.isEmpty, key.allSatisfy({ ByteClasses.shared.isKeyByte(bytes.byte(unchecked: $0)) })
    else {
      return
    }
    let path = extraction.scanner.paths.child(of: FieldPaths.root, key: bytes.extracting(key))
    let value = equals + 1..<range.upperBound
    extraction.line.add(path, key: range.lowerBound, value: value)
    if bytes.isWord(key, "devTime") {
      extraction.line.time =
        deviceTime(bytes, value, year: extraction.options.year) ?? extraction.line.time
      extraction.line.timeText = bytes.trimmed(value)
    }
    if bytes.isWord(key, "devTimeFormat") { extraction.line.timePattern = bytes.trimmed(value) }
  }
}
