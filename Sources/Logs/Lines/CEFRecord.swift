import Indicators
import Parsing

/// CEF behind its version: parts of a header, then pairs whose values may hold blanks.
enum CEFRecord {
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    guard
      let start = PipedRecord.readParts(
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
      let time = PipedRecord.deviceTime(bytes, value, year: extraction.options.year)
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
}
