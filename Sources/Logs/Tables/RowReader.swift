import Indicators
import Parsing

extension Extraction {
  /// Emits the values of the row whose columns were cut last, from its first byte to the end of its
  /// last line.
  mutating func scanRow(
    _ chunk: RawSpan, _ header: LogHeader, from start: Int, to end: Int, number: UInt64,
    into batch: inout ObservableBatch
  ) {
    guard candidates.isAny(inRecord: start..<end, of: chunk) else { return }
    choosePlan(header)
    beginRecord(at: start, length: end - start, number: number, batch: batch)
    let width = plan.columns.count
    var hasRecordForMessage = false
    for index in plan.read where index < columns.count {
      let range = columns[index]
      guard range.start < range.end, !isAbsent(chunk, range, header) else { continue }
      let column = plan.columns[index]
      var unit = TextUnit(
        start: range.start, end: range.end, level: 0, field: column.path,
        fieldClass: column.fieldClass)
      unit.isQuoted = range.isQuoted
      if column.port >= 0, column.port < columns.count {
        let port = columns[column.port]
        unit.port = NumberText.port(chunk, port.start..<port.end) ?? 0
        if unit.port == 0, column.otherPort >= 0, column.otherPort < columns.count {
          let port = columns[column.otherPort]
          unit.port = NumberText.port(chunk, port.start..<port.end) ?? 0
        }
      }
      switch column.reading {
      case .skipped: break
      case .text:
        let isRecord = scanColumn(
          chunk, unit, hasEscapes: range.hasEscapes, header, into: &batch)
        if isRecord, index == plan.message { hasRecordForMessage = true }
      case .address where range.hasEscapes:
        scanColumn(chunk, unit, hasEscapes: true, header, into: &batch)
      case .address: scanAddress(chunk, unit, into: &batch)
      case .elements, .addresses:
        unit.port = 0
        scanElements(
          chunk, unit, isAddress: column.reading == .addresses, hasEscapes: range.hasEscapes,
          header, into: &batch)
      }
    }
    // Cells behind the header's last have no name.
    if columns.count > width {
      for range in columns[width...] where range.start < range.end {
        var unit = TextUnit(
          start: range.start, end: range.end, level: 0, field: FieldPaths.root,
          fieldClass: .text)
        unit.isQuoted = range.isQuoted
        scanColumn(chunk, unit, hasEscapes: range.hasEscapes, header, into: &batch)
      }
    }
    for index in plan.urls.indices {
      joinColumns(plan.urls[index], chunk, header, into: &batch)
    }
    record.end(&batch)
    guard record.isInBatch else { return }
    for index in plan.facts where index < columns.count {
      let range = columns[index]
      guard !isAbsent(chunk, range, header) else { continue }
      let fieldClass = plan.columns[index].fieldClass
      event.facts.note(
        fieldClass.fact, rank: fieldClass.factRank, chunk, range.start..<range.end,
        depth: 1 + Int(fieldClass.namedDepth))
    }
    let time = rowTime(chunk, header)
    if !hasRecordForMessage, let message = column(plan.message, chunk, header),
      event.asksMessage(chunk, message, hasTime: time != ObservableRecord.noTime)
    {
      let text = part(plan.message, chunk, message, header)
      noteMessage(text.rawSpan, 0..<text.count)
    }
    if time == ObservableRecord.noTime {
      record.set(nestedTime: event.nestedTime, &batch)
    } else {
      record.set(time: time, &batch)
    }
    event.setContext(of: record, &batch)
  }

  /// Whether a column's text says that it has no value.
  @inline(__always)
  func isAbsent(_ chunk: RawSpan, _ range: ColumnRange, _ header: LogHeader) -> Bool {
    if header.layout == .csv { return false }
    return isEqual(chunk, range.start..<range.end, header.unsetField)
      || header.layout == .zeek && isEqual(chunk, range.start..<range.end, header.emptyField)
  }

  @inline(__always)
  private func isEqual(_ chunk: RawSpan, _ range: Range<Int>, _ word: [UInt8]) -> Bool {
    guard range.count == word.count else { return false }
    for index in 0..<word.count
    where chunk.byte(unchecked: range.lowerBound + index) != word[index] {
      return false
    }
    return true
  }

  /// Emits the values of a column's text with its escapes undone; true if it is a JSON record.
  @discardableResult
  private mutating func scanColumn(
    _ chunk: RawSpan, _ unit: TextUnit, hasEscapes: Bool, _ header: LogHeader,
    into batch: inout ObservableBatch
  ) -> Bool {
    guard hasEscapes else { return scanCell(chunk, unit, header, into: &batch) }
    var text = text1
    text1 = []
    defer { text1 = text }
    Self.unescape(chunk, unit.start..<unit.end, header, to: &text, &map1)
    var inner = unit
    inner.start = 0
    inner.end = text.count
    inner.level = 1
    return scanCell(text.rawSpan, inner, header, into: &batch)
  }

  /// Emits the values of a column's text, which in a CSV may be another program's line; true if it
  /// is a JSON record.
  private mutating func scanCell(
    _ bytes: RawSpan, _ unit: TextUnit, _ header: LogHeader, into batch: inout ObservableBatch
  ) -> Bool {
    header.layout == .csv
      ? scanMember(bytes, unit, into: &batch) : scanString(bytes, unit, into: &batch)
  }

  /// Undoes a column's escapes: `\xNN` and `\\` of Zeek, doubled quotes of CSV and W3C.
  private static func unescape(
    _ chunk: RawSpan, _ range: Range<Int>, _ header: LogHeader, to text: inout [UInt8],
    _ map: inout OffsetMap
  ) {
    text.removeAll(keepingCapacity: true)
    map.begin(at: range.lowerBound)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = chunk.byte(unchecked: offset)
      var length = 1
      var value = byte
      if header.layout == .zeek {
        if byte == Byte.backslash {
          (value, length) = zeekEscape(chunk, at: offset, end: range.upperBound)
        }
      } else if byte == Byte.quote, offset + 1 < range.upperBound,
        chunk.byte(unchecked: offset + 1) == Byte.quote
      {
        length = 2
      }
      text.append(value)
      offset += length
      if length > 1 { map.add(text: text.count, origin: offset) }
    }
  }

  private static func zeekEscape(_ chunk: RawSpan, at offset: Int, end: Int) -> (UInt8, Int) {
    if offset + 1 < end, chunk.byte(unchecked: offset + 1) == Byte.backslash {
      return (Byte.backslash, 2)
    }
    guard offset + 3 < end, chunk.byte(unchecked: offset + 1) == UInt8(ascii: "x") else {
      return (Byte.backslash, 1)
    }
    let byte = Hex.byte(chunk.byte(unchecked: offset + 2), chunk.byte(unchecked: offset + 3))
    return byte.map { ($0, 4) } ?? (Byte.backslash, 1)
  }

  /// Emits the address that the whole text is; any other text is scanned.
  private mutating func scanAddress(
    _ chunk: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    if let address = IPAddressText.ipv4(chunk, unit.start..<unit.end) {
      guard wants(.ipv4), !unit.fieldClass.traits.contains(.noAddresses) else { return }
      emitAddress(
        address, port: 0, isWhole: true, at: unit.start, unit, into: &batch)
    } else {
      scan(chunk, unit, into: &batch)
    }
  }

  /// Emits the values of each element of a set or vector.
  private mutating func scanElements(
    _ chunk: RawSpan, _ unit: TextUnit, isAddress: Bool, hasEscapes: Bool, _ header: LogHeader,
    into batch: inout ObservableBatch
  ) {
    var start = unit.start
    while start <= unit.end {
      let end =
        chunk.firstOffset(of: header.setSeparator, from: start, to: unit.end) ?? unit.end
      var element = unit
      element.start = start
      element.end = end
      let range = ColumnRange(start: start, end: end)
      if start < end, !isAbsent(chunk, range, header) {
        if isAddress {
          scanAddress(chunk, element, into: &batch)
        } else {
          scanColumn(chunk, element, hasEscapes: hasEscapes, header, into: &batch)
        }
      }
      start = end + 1
    }
  }

  // MARK: Joined URLs

  /// Emits the URL that a row's host and path make together.
  private mutating func joinColumns(
    _ url: URLColumns, _ chunk: RawSpan, _ header: LogHeader, into batch: inout ObservableBatch
  ) {
    guard wantsURLs,
      let hostColumn = url.hosts.first(where: {
        column($0, chunk, header).map { !chunk.isAbsent($0) } ?? false
      }),
      let host = column(hostColumn, chunk, header)
    else { return }
    if let method = column(url.method, chunk, header), method.count == 7,
      chunk.starts(ignoringCase: "connect", at: method.lowerBound)
    {
      return
    }
    for pathColumn in url.paths {
      guard let path = column(pathColumn, chunk, header) else { continue }
      var parts = JoinedURL(
        field: plan.columns[pathColumn].path, place: path.lowerBound, level: 0)
      parts.isZeek = header.layout == .zeek
      if let port = column(url.port, chunk, header) {
        parts.port = NumberText.port(chunk, port) ?? 0
      } else if let port = column(plan.connectionPort, chunk, header) {
        parts.port = NumberText.port(chunk, port) ?? 0
        parts.isPortSecond = true
      }
      if let scheme = column(url.scheme, chunk, header) { parts.setScheme(chunk, scheme) }
      joinHost = part(hostColumn, chunk, host, header)
      joinPath = part(pathColumn, chunk, path, header)
      joinQuery = []
      if let query = column(url.query, chunk, header), !joinPath.contains(UInt8(ascii: "?")) {
        joinQuery = part(url.query, chunk, query, header)
        if url.isAnyQuery, JoinedURL.isName(joinQuery.rawSpan) {
          joinQuery = []
        }
      }
      emitJoined(parts, into: &batch)
    }
  }

  /// A column's text, its escapes undone.
  private func part(
    _ index: Int, _ chunk: RawSpan, _ range: Range<Int>, _ header: LogHeader
  ) -> [UInt8] {
    guard columns[index].hasEscapes else { return chunk.copied(range) }
    var text: [UInt8] = []
    var map = OffsetMap()
    Self.unescape(chunk, range, header, to: &text, &map)
    return text
  }

  private func column(_ index: Int, _ chunk: RawSpan, _ header: LogHeader) -> Range<Int>? {
    guard index >= 0, index < columns.count else { return nil }
    let range = columns[index]
    guard range.start < range.end, !isAbsent(chunk, range, header) else { return nil }
    return range.start..<range.end
  }

  // MARK: Time

  private func rowTime(_ chunk: RawSpan, _ header: LogHeader) -> Int64 {
    if header.layout == .w3c {
      if header.hasLocalTimes { return ObservableRecord.noTime }
      guard let first = plan.times.first, let clock = column(first, chunk, header) else {
        return ObservableRecord.noTime
      }
      if let date = column(plan.date, chunk, header) {
        return LogTime.dateAndTime(chunk.copied(date), chunk, clock) ?? ObservableRecord.noTime
      }
      // Exchange writes date and time in one column, others write seconds since 1970.
      if clock.count >= 10, let time = LogTime.field(chunk, clock) { return time }
      guard plan.date < 0, !header.date.isEmpty else { return ObservableRecord.noTime }
      return LogTime.dateAndTime(header.date, chunk, clock) ?? ObservableRecord.noTime
    }
    let zone = column(plan.zone, chunk, header) ?? 0..<0
    for index in plan.times {
      if let text = column(index, chunk, header),
        let time = LogTime.field(chunk, text, zone: zone)
      {
        return time
      }
    }
    guard let date = column(plan.date, chunk, header) else { return ObservableRecord.noTime }
    for index in plan.times {
      if let clock = column(index, chunk, header),
        let time = LogTime.dateAndTime(chunk, date: date, clock: clock, zone: zone)
      {
        return time
      }
    }
    return date.count > 10
      ? LogTime.field(chunk, date, zone: zone) ?? ObservableRecord.noTime : ObservableRecord.noTime
  }
}
