import Indicators
import Parsing

/// A stretch of a line that is a field of the line's record.
struct LineField {
  /// How escapes in a value are undone.
  enum Escapes: UInt8 {
    case none
    /// `\\`, `\=` and `\|` of CEF.
    case cef
    /// These, and `\n` and `\r` in a message of several lines; elsewhere those two are parts of a
    /// path that was not escaped.
    case cefText
    /// `\\`, `\"` and `\]` of RFC 5424.
    case structuredData
    /// The lengths before the labels of a name (`CountedNames`).
    case counted
  }

  /// Its path, or `LineRecord.unread`.
  var path: FieldPaths.ID
  /// The value.
  var start: Int
  var end: Int
  /// The whole field, with what holds no value: its key, quotes, brackets.
  var outerStart: Int
  var outerEnd: Int
  var isQuoted = false
  var escapes = Escapes.none
  /// The port that the record gives for the value, if that is an address; else 0.
  var port: UInt16 = 0
  /// What the field says about the event, if its name does not tell.
  var fact = EventFact.none
  /// Which end an address in the value is, if the value holds more than the address.
  var side: ObservableFlags = []
  /// The field tells of something other than the rest of the record, as a quoted packet does.
  var isApart = false
  /// The format says whether the address has a port, so none is taken from siblings.
  var hasOwnPort = false
  /// The format itself has no name for the field, so addresses in it are treated as in text.
  var isUnnamed = false
  /// The index of an earlier address that waits for the same port under another key, as `src`
  /// before `shost`; or -1.
  var waiting: Int32 = -1

  /// Whether the value has no bytes.
  var isEmpty: Bool { start >= end }

  /// A field whose value is a whole range.
  init(_ path: FieldPaths.ID, _ range: Range<Int>) {
    self.path = path
    (start, end) = (range.lowerBound, range.upperBound)
    (outerStart, outerEnd) = (start, end)
  }
}

/// A line read as a record: its fields in order, between which is text.
struct LineRecord {
  /// The path of a range that is no value: keys, times, numbers that mean nothing.
  static let unread: FieldPaths.ID = -1
  /// Pairs of a line beyond which it is text: no real record has so many, and each new key costs a
  /// little.
  static let mostPairs = 512

  var fields: [LineField] = []
  /// The number of fields in a header before the record; its host is the one that sent the line.
  var headerCount = 0
  /// There is a header before the message, even if only a priority.
  var hasHeader = false
  /// The header names the program that wrote the line.
  var hasProgram = false
  /// It is a line of the log itself, not a string in another record.
  var isWhole = false
  /// The index of the header's first field in structured data (RFC 5424).
  var structuredStart = 0
  /// The text level of the line's bytes, and the field to report for all values; both are set for a
  /// line in a string.
  var level = 0
  var report: FieldPaths.ID?
  /// A line in a string may end with a record in JSON, and does.
  var mayEndWithRecord = false
  var endsWithRecord = false
  /// The event's time as the record tells it, and as the header before it does.
  var time: Int64?
  var headerTime: Int64?
  /// The header's time has a zone.
  var isHeaderTimeZoned = false
  /// The header's time has no year of its own.
  var isHeaderYearAssumed = false
  /// The range of the record's time, and that of the zone if the record names it apart.
  var timeText = 0..<0
  var zone = 0..<0
  /// The range of the pattern for the time, if the record has one.
  var timePattern = 0..<0
  /// The time is that of the event's end, because there is no other.
  var isTimeOfEnd = false
  /// Host and path that make a URL, if the names of the fields do not tell.
  var urlHost: LineField?
  var urlPath: LineField?
  /// The request asks for a connection (CONNECT), so there is no URL.
  var isTunnel = false
  /// The message behind a header if it is not a record of fields; its ends and its time are looked
  /// for in it.
  var text = 0..<0

  mutating func reset() {
    fields.removeAll(keepingCapacity: fields.capacity <= 1 << 12)
    (time, headerTime, isHeaderTimeZoned, isHeaderYearAssumed) = (nil, nil, false, false)
    (timeText, zone, timePattern) = (0..<0, 0..<0, 0..<0)
    (isTimeOfEnd, headerCount, structuredStart) = (false, 0, 0)
    (hasHeader, hasProgram, isWhole) = (false, false, false)
    (urlHost, urlPath, isTunnel, text) = (nil, nil, false, 0..<0)
    (level, report, mayEndWithRecord, endsWithRecord) = (0, nil, false, false)
  }

  /// Keeps the first `count` fields only: a format was tried and is not the line's.
  mutating func cut(to count: Int) { fields.removeLast(fields.count - count) }

  /// Appends the field of a key and its value.
  mutating func add(
    _ path: FieldPaths.ID, key: Int, value: Range<Int>, escapes: LineField.Escapes = .none
  ) {
    var field = LineField(path, value)
    field.outerStart = key
    field.escapes = escapes
    fields.append(field)
  }

  /// Marks which end the address in the field appended last is.
  mutating func setSide(isSource: Bool) {
    guard !fields.isEmpty else { return }
    fields[fields.count - 1].side = isSource ? .originator : .responder
  }

  /// Sets the port of the field appended last, which is an address; 0: it has none.
  mutating func setPort(_ port: UInt16) {
    guard !fields.isEmpty else { return }
    fields[fields.count - 1].port = port
  }

  /// Reduces the field appended last to the address in it, and sets its port, which the rest of the
  /// field is.
  mutating func setPort(_ port: UInt16, address: Range<Int>) {
    guard !fields.isEmpty else { return }
    (fields[fields.count - 1].start, fields[fields.count - 1].end) = (
      address.lowerBound, address.upperBound
    )
    fields[fields.count - 1].port = port
  }

  /// Marks the field appended last as telling of something other than the rest of the record.
  mutating func setApart() {
    guard !fields.isEmpty else { return }
    fields[fields.count - 1].isApart = true
  }

  /// Marks the field appended last as one for which the format itself has no name.
  mutating func setUnnamed() {
    guard !fields.isEmpty else { return }
    fields[fields.count - 1].isUnnamed = true
  }

  /// Marks the value of the field appended last as quoted; the closing quote becomes a part of the
  /// field.
  mutating func endQuoted() {
    guard !fields.isEmpty else { return }
    fields[fields.count - 1].outerEnd += 1
    fields[fields.count - 1].isQuoted = true
  }

  /// Appends a field whose value is between quotes or brackets.
  mutating func add(_ path: FieldPaths.ID, quoted range: Range<Int>) {
    var field = LineField(path, range)
    (field.outerStart, field.outerEnd) = (range.lowerBound - 1, range.upperBound + 1)
    field.isQuoted = true
    fields.append(field)
  }

  /// Appends a field whose value is a whole range.
  mutating func add(_ path: FieldPaths.ID, _ range: Range<Int>, fact: EventFact = .none) {
    var field = LineField(path, range)
    field.fact = fact
    fields.append(field)
  }

  /// Appends a range in which nothing is looked for.
  mutating func skip(_ range: Range<Int>) { add(Self.unread, range) }
}

extension Extraction {
  /// Emits the values of the record that was read last (`line`), and of the text between its fields.
  ///
  /// `range` is the line; the rest of it behind the last field may itself be a record in JSON.
  mutating func scanLineRecord(
    _ bytes: RawSpan, _ range: Range<Int>, into batch: inout ObservableBatch
  ) {
    noteLineFields(bytes)
    let fields = line.fields
    line.fields = []
    defer { line.fields = fields }
    var offset = range.lowerBound
    for field in fields {
      if field.outerStart > offset {
        scanner.scan(bytes, gap(offset..<field.outerStart), into: &batch)
      }
      offset = max(offset, field.outerEnd)
      if field.path >= 0, field.start < field.end {
        scanLineField(bytes, field, into: &batch)
      }
    }
    if offset < range.upperBound {
      if line.report == nil {
        scanRest(bytes, from: offset, to: range.upperBound, into: &batch)
      } else if line.mayEndWithRecord {
        let tail = scanWithTail(bytes, gap(offset..<range.upperBound), into: &batch)
        line.endsWithRecord = tail != nil
      } else {
        scanner.scan(bytes, gap(offset..<range.upperBound), into: &batch)
      }
    }
    if scanner.wanted.urls { joinLineFields(bytes, fields, into: &batch) }
  }

  private func gap(_ range: Range<Int>) -> TextUnit {
    TextUnit(
      start: range.lowerBound, end: range.upperBound, level: line.level,
      field: line.report ?? FieldPaths.root, fieldClass: .text)
  }

  private mutating func scanLineField(
    _ bytes: RawSpan, _ field: LineField, into batch: inout ObservableBatch
  ) {
    let fieldClass = scanner.paths.fieldClass(field.path)
    var unit = TextUnit(
      start: field.start, end: field.end, level: line.level,
      field: line.report ?? field.path,
      fieldClass: fieldClass)
    unit.isQuoted = field.isQuoted
    unit.port = field.port
    let isPort = fieldClass.role == .port || fieldClass.role == .connectionPort
    if unit.port == 0, !isPort, !field.isApart, !field.hasOwnPort,
      scanner.paths.isOnlyAddress(field.path, owner: objects.serial)
    {
      unit.port = scanner.paths.port(forAddress: field.path, owner: objects.serial)
    }
    switch field.fact {
    case .source: unit.side = .originator
    case .destination: unit.side = .responder
    default: unit.side = field.side
    }
    if field.isApart { unit.fieldClass.fact = .none }
    if field.isUnnamed {
      unit.fieldClass.traits.remove(.noAddresses)
      unit.fieldClass.traits.insert(.isUnnamed)
    }
    if line.report != nil { (unit.side, unit.fieldClass.fact) = ([], .none) }
    guard field.escapes != .none,
      field.escapes == .counted
        || bytes.firstOffset(of: Byte.backslash, from: field.start, to: field.end) != nil
    else {
      scanString(bytes, unit, into: &batch)
      return
    }
    unit.start = 0
    unit.level += 1
    var text = scanner.levels.take(level: unit.level)
    if unit.level == 1 {
      Self.unescape(bytes, field, to: &text, &scanner.levels.map1)
    } else {
      Self.unescape(bytes, field, to: &text, &scanner.levels.map2)
    }
    unit.end = text.count
    scanString(text.rawSpan, unit, into: &batch)
    scanner.levels.giveBack(text, level: unit.level)
  }

  /// Undoes the escapes of a field's value.
  static func unescape(
    _ bytes: RawSpan, _ field: LineField, to text: inout [UInt8], _ map: inout OffsetMap
  ) {
    text.removeAll(keepingCapacity: true)
    map.begin(at: field.start)
    if field.escapes == .counted {
      return CountedNames.write(bytes, field.start..<field.end, to: &text, &map)
    }
    var offset = field.start
    while field.escapes != .none,
      let escape = bytes.firstOffset(of: Byte.backslash, from: offset, to: field.end)
    {
      text.append(bytes, offset..<escape)
      let next = escape + 1 < field.end ? bytes.byte(unchecked: escape + 1) : 0
      var value: UInt8?
      switch (field.escapes, next) {
      case (_, Byte.backslash), (.cef, UInt8(ascii: "=")), (.cef, UInt8(ascii: "|")),
        (.cefText, UInt8(ascii: "=")), (.cefText, UInt8(ascii: "|")),
        (.structuredData, Byte.quote), (.structuredData, UInt8(ascii: "]")):
        value = next
      case (.cefText, UInt8(ascii: "n")): value = Byte.lineFeed
      case (.cefText, UInt8(ascii: "r")): value = Byte.carriageReturn
      default: break
      }
      text.append(value ?? Byte.backslash)
      offset = value == nil ? escape + 1 : escape + 2
      map.add(text: text.count, origin: offset)
    }
    text.append(bytes, offset..<field.end)
  }
}
