import Indicators
import Parsing

/// The names of a table's columns.
extension CSVPlan {
  /// What the cells of a header are compared by.
  static func keys(of row: TableRow, _ format: FeedFormat) -> [String] {
    row.cells.indices.map { key(of: row.bytes.rawSpan.extracting(row.range($0)), format) }
  }

  /// The key of a name; of one with dots that is not known as a whole, that of its last parts where they say whose
  /// digest it is, and else of its last one.
  static func key(of name: RawSpan, _ format: FeedFormat) -> String {
    let whole = Text.key(name)
    guard let part = lastPart(of: name), Column(key: whole, format: format) == .unknown else {
      return whole
    }
    var start = 0
    while let dot = name.firstOffset(of: Byte.dot, from: start) {
      start = dot + 1
      let key = Text.key(name.extracting(start..<name.byteCount))
      if DigestName.meaning(of: key) != nil { return key }
    }
    let key = Text.key(name.extracting(part))
    return Column(key: key, format: format) == .unknown ? whole : key
  }

  /// The last part of `threat.indicator.ip` and the like.
  private static func lastPart(of name: RawSpan) -> Range<Int>? {
    var start = 0
    for offset in name.byteOffsets {
      let byte = name.byte(unchecked: offset)
      if byte == Byte.dot { start = offset + 1 }
      guard byte == Byte.dot || byte == Byte.minus || byte == 0x5f || Byte.isAlphanumeric(byte)
      else { return nil }
    }
    return start > 1 && start < name.byteCount ? start..<name.byteCount : nil
  }

  /// Whether a row names columns: one of values or types among them, and none looks like a value.
  ///
  /// Names with dots look like those of hosts: the row below tells. That a column called `name` is one
  /// of values, it alone can tell, too.
  static func isHeader(
    _ row: TableRow, above next: TableRow?, _ format: FeedFormat, _ test: inout ShapeTest
  ) -> Bool {
    let keys = keys(of: row, format)
    let columns = keys.map { Column(key: $0, format: format) }
    guard
      columns.contains(where: { $0.isValue || $0 == .type })
        || keys.indices.contains(where: { keys[$0] == "name" && holdsValue(next, $0, &test) })
          && keys.count > 1
    else { return false }
    // Where the row below has a value under a word for one, a column may be called after a service, `Any.Run`.
    let isAboveValue = columns.indices.contains {
      columns[$0].isValue && holdsValue(next, $0, &test) && !holdsValue(row, $0, &test)
    }
    var dotted: [Int] = []
    for index in row.cells.indices {
      let cell = row.bytes.rawSpan.extracting(row.range(index))
      guard test.fits(cell) else { continue }
      guard columns[index] != .unknown || isAboveValue, lastPart(of: cell) != nil else {
        return false
      }
      dotted.append(index)
    }
    return (dotted.isEmpty && row.cells.count == 1)
      || isAbove(next, row, dotted, isAboveValue, format, &test)
  }

  /// Whether a cell of a row is a value whose shape leaves no doubt.
  private static func holdsValue(
    _ row: TableRow?, _ column: Int, _ test: inout ShapeTest
  ) -> Bool {
    guard let row else { return false }
    return test.kind(of: row.bytes.rawSpan.extracting(row.range(column)), isStrict: true) != nil
  }

  /// Whether the row below one of names is not another of its kind: a name of a host whose last label is a word for a
  /// column is above others, and types of values are above types.
  ///
  /// Above a value a word for one is no type, nor is a word for a column of words (`comment`) anywhere. A name that may
  /// be one of a host (`evil.host`) heads values only beside other names of columns.
  private static func isAbove(
    _ next: TableRow?, _ row: TableRow, _ dotted: [Int], _ isAboveValue: Bool,
    _ format: FeedFormat, _ test: inout ShapeTest
  ) -> Bool {
    guard let next else {
      return !dotted.contains {
        test.fitsStrictly(row.bytes.rawSpan.extracting(row.range($0)))
      }
    }
    let names = keys(of: next, format)
    let areHosts = dotted.allSatisfy {
      test.fitsStrictly(row.bytes.rawSpan.extracting(row.range($0)))
        && holdsValue(next, $0, &test)
    }
    if !dotted.isEmpty, areHosts, !namesOther(than: dotted, row, names, format) { return false }
    return !row.cells.indices.contains { index in
      guard index < names.count, !next.range(index).isEmpty else { return false }
      if dotted.contains(index) {
        return lastPart(of: next.bytes.rawSpan.extracting(next.range(index))) != nil
          && Column(key: names[index], format: format) != .unknown
      }
      let key = Text.key(row.bytes.rawSpan.extracting(row.range(index)))
      let column = Column(key: key, format: format)
      return !isAboveValue && (column.isValue || column == .unknown)
        && ValueType.isKnown(names[index]) && ValueType.isKnown(key)
    }
  }

  /// Whether a cell besides some is the name of a column, and not a word that the row below has there as well.
  private static func namesOther(
    than dotted: [Int], _ row: TableRow, _ below: [String], _ format: FeedFormat
  ) -> Bool {
    let names = keys(of: row, format)
    return names.indices.contains { index in
      !dotted.contains(index) && Column(key: names[index], format: format) != .unknown
        && (index >= below.count || names[index] != below[index])
    }
  }

  /// The names in the last comment before the first row that can be a header for it.
  static func commentedHeader(
    _ sample: [UInt8], _ delimiter: UInt8, width: Int, _ format: FeedFormat
  ) -> [String]? {
    var stream = FeedStream(bytes: sample, path: "")
    var found: [String]?
    while true {
      stream.skipEmptyLines()
      guard let line = stream.nextLine(limit: 1 << 16) else { break }
      let text = Text.trimmed(stream.window.rawSpan.extracting(line.range))
      if text.isEmpty { continue }
      guard text.byte(unchecked: 0) == UInt8(ascii: "#") else { break }
      var start = 0
      while start < text.byteCount, text.byte(unchecked: start) == UInt8(ascii: "#") { start += 1 }
      var comment = FeedStream(bytes: text.copied(start..<text.byteCount), path: "")
      var reader = CSVReader(delimiter: delimiter)
      guard reader.next(&comment), reader.row.cells.count > 1,
        abs(reader.row.cells.count - width) <= 1
      else { continue }
      let keys = keys(of: reader.row, format)
      if keys.contains(where: { Column(key: $0, format: format).isValue }) { found = keys }
    }
    return found
  }
}
