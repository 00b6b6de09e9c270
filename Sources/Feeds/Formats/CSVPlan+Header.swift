import Indicators
import Parsing

/// The names of a table's columns.
extension CSVPlan {
  /// The keys by which the cells of a header are compared.
  static func keys(of row: TableRow, _ format: FeedFormat) -> [String] {
    row.cells.indices.map { key(of: row.bytes.rawSpan.extracting(row.range($0)), format) }
  }

  /// The key by which a column name is compared.
  ///
  /// If a name with dots is unknown as a whole, its last parts are the key if they say whose digest
  /// it is, and otherwise its last part.
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

  /// Whether a row is a header.
  ///
  /// It names a column of values or types, and no cell looks like a value.
  ///
  /// Column names with dots look like host names: the row below decides. It also decides whether a
  /// column called `name` holds values.
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
    // If a value column has a value in the row below, another may be named after a service,
    // `Any.Run`.
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

  /// Whether the row below shows that `row` is a header, and not a row like it.
  ///
  /// Host names that end in a word for a column are above other such names, and types are above
  /// types: neither row is a header.
  ///
  /// A word above a value is not a type, nor is a word for a text column (`comment`) anywhere. A
  /// possible host name (`evil.host`) is the name of a column of values only beside other column
  /// names.
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

  /// Whether a cell not in `dotted` names a column, and the row below does not repeat the word.
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
