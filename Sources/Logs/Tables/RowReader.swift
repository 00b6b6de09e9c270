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
    plans.choose(header, &scanner.paths)
    beginRecord(at: start, length: end - start, number: number, batch: batch)
    let width = plans.current.columns.count
    var hasRecordForMessage = false
    for index in plans.current.read where index < tableRow.columns.count {
      let range = tableRow.columns[index]
      guard range.start < range.end, !header.isAbsent(chunk, range) else { continue }
      let column = plans.current.columns[index]
      var unit = TextUnit(
        start: range.start, end: range.end, level: 0, field: column.path,
        fieldClass: column.fieldClass)
      unit.isQuoted = range.isQuoted
      if column.port >= 0, column.port < tableRow.columns.count {
        let port = tableRow.columns[column.port]
        unit.port = NumberText.port(chunk, port.start..<port.end) ?? 0
        if unit.port == 0, column.otherPort >= 0, column.otherPort < tableRow.columns.count {
          let port = tableRow.columns[column.otherPort]
          unit.port = NumberText.port(chunk, port.start..<port.end) ?? 0
        }
      }
      switch column.reading {
      case .skipped: break
      case .text:
        let isRecord = scanColumn(
          chunk, unit, hasEscapes: range.hasEscapes, header, into: &batch)
        if isRecord, index == plans.current.message { hasRecordForMessage = true }
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
    if tableRow.columns.count > width {
      for range in tableRow.columns[width...] where range.start < range.end {
        var unit = TextUnit(
          start: range.start, end: range.end, level: 0, field: FieldPaths.root,
          fieldClass: .text)
        unit.isQuoted = range.isQuoted
        scanColumn(chunk, unit, hasEscapes: range.hasEscapes, header, into: &batch)
      }
    }
    for index in plans.current.urls.indices {
      joinColumns(plans.current.urls[index], chunk, header, into: &batch)
    }
    scanner.record.end(&batch)
    guard scanner.record.isInBatch else { return }
    for index in plans.current.facts where index < tableRow.columns.count {
      let range = tableRow.columns[index]
      guard !header.isAbsent(chunk, range) else { continue }
      let fieldClass = plans.current.columns[index].fieldClass
      event.facts.note(
        fieldClass.fact, rank: fieldClass.factRank, chunk, range.start..<range.end,
        depth: 1 + Int(fieldClass.namedDepth))
    }
    let time = tableRow.time(chunk, header, plans.current)
    if !hasRecordForMessage, let message = tableRow.column(plans.current.message, chunk, header),
      event.asksMessage(chunk, message, hasTime: time != ObservableRecord.noTime)
    {
      let text = tableRow.part(plans.current.message, chunk, message, header)
      noteMessage(text.rawSpan, 0..<text.count, mayEndWithRecord: header.lines.layout == .csv)
    }
    if time == ObservableRecord.noTime {
      scanner.record.set(nestedTime: event.nestedTime, &batch)
    } else {
      scanner.record.set(time: time, &batch)
    }
    event.setContext(of: scanner.record, &batch)
  }

  /// Emits the values of a column's text with its escapes undone; true if it is a JSON record.
  @discardableResult
  private mutating func scanColumn(
    _ chunk: RawSpan, _ unit: TextUnit, hasEscapes: Bool, _ header: LogHeader,
    into batch: inout ObservableBatch
  ) -> Bool {
    guard hasEscapes else { return scanCell(chunk, unit, header, into: &batch) }
    var text = scanner.levels.take(level: 1)
    defer { scanner.levels.giveBack(text, level: 1) }
    header.unescape(chunk, unit.start..<unit.end, to: &text, &scanner.levels.map1)
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
    header.lines.layout == .csv
      ? scanMember(bytes, unit, into: &batch) : scanString(bytes, unit, into: &batch)
  }

  /// Emits the address that the whole text is; any other text is scanned.
  private mutating func scanAddress(
    _ chunk: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    if let address = IPAddressText.ipv4(chunk, unit.start..<unit.end) {
      guard scanner.wants(.ipv4), !unit.fieldClass.traits.contains(.noAddresses) else { return }
      scanner.emitAddress(
        address, port: 0, isWhole: true, at: unit.start, unit, into: &batch)
    } else {
      scanner.scan(chunk, unit, into: &batch)
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
        chunk.firstOffset(of: header.lines.setSeparator, from: start, to: unit.end) ?? unit.end
      var element = unit
      element.start = start
      element.end = end
      let range = ColumnRange(start: start, end: end)
      if start < end, !header.isAbsent(chunk, range) {
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
    guard scanner.wanted.urls,
      let hostColumn = url.hosts.first(where: {
        tableRow.column($0, chunk, header).map { !chunk.isAbsent($0) } ?? false
      }),
      let host = tableRow.column(hostColumn, chunk, header)
    else { return }
    if let method = tableRow.column(url.method, chunk, header), method.count == 7,
      chunk.starts(ignoringCase: "connect", at: method.lowerBound)
    {
      return
    }
    for pathColumn in url.paths {
      guard let path = tableRow.column(pathColumn, chunk, header) else { continue }
      var parts = JoinedURL(
        field: plans.current.columns[pathColumn].path, place: path.lowerBound, level: 0)
      parts.isZeek = header.lines.layout == .zeek
      if let port = tableRow.column(url.port, chunk, header) {
        parts.port = NumberText.port(chunk, port) ?? 0
      } else if let port = tableRow.column(plans.current.connectionPort, chunk, header) {
        parts.port = NumberText.port(chunk, port) ?? 0
        parts.isPortSecond = true
      }
      if let scheme = tableRow.column(url.scheme, chunk, header) { parts.setScheme(chunk, scheme) }
      scanner.joined.host = tableRow.part(hostColumn, chunk, host, header)
      scanner.joined.path = tableRow.part(pathColumn, chunk, path, header)
      scanner.joined.query = []
      if let query = tableRow.column(url.query, chunk, header),
        !scanner.joined.path.contains(UInt8(ascii: "?"))
      {
        scanner.joined.query = tableRow.part(url.query, chunk, query, header)
        if url.isAnyQuery, JoinedURL.isName(scanner.joined.query.rawSpan) {
          scanner.joined.query = []
        }
      }
      let hasURL = scanner.emitJoined(parts, into: &batch)
      // Where the client's host makes no URL, the other one is the record's.
      guard !hasURL || scanner.isScan, let inner = url.inner(behind: hostColumn),
        let host = tableRow.column(inner, chunk, header)
      else { continue }
      parts.isSecond = hasURL
      scanner.joined.host = tableRow.part(inner, chunk, host, header)
      scanner.emitJoined(parts, into: &batch)
    }
  }

}
