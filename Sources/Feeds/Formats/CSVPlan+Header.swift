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
  /// If a name with dots is unknown as a whole, its last parts, at most four, are the key if they say
  /// whose digest it is, and otherwise its last part.
  static func key(of name: RawSpan, _ format: FeedFormat) -> String {
    let whole = Text.key(name)
    guard let part = lastPart(of: name), Column(key: whole, format: format) == .unknown else {
      return whole
    }
    let dots = name.byteOffsets.filter { name.byte(unchecked: $0) == Byte.dot }
    for dot in dots.suffix(4) {
      let key = Text.key(name.extracting((dot + 1)..<name.byteCount))
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
    if dotted.isEmpty { return isAboveValue || !isTyped(row, above: next, format) }
    return isAbove(next, row, dotted, isAboveValue, format, &test)
  }

  /// Whether a row and the one below hold a type each, and beside it a word that names no column.
  private static func isTyped(_ row: TableRow, above next: TableRow?, _ format: FeedFormat) -> Bool
  {
    guard let next else { return false }
    var (hasTypes, hasValues) = (false, false)
    for index in 0..<min(row.cells.count, next.cells.count) {
      let cell = row.bytes.rawSpan.extracting(row.range(index))
      let below = next.bytes.rawSpan.extracting(next.range(index))
      if NoValue.fits(cell) || NoValue.fits(below) { continue }
      let (key, keyBelow) = (Text.key(cell), Text.key(below))
      let column = Column(key: key, format: format)
      if ValueType.isKnown(key), ValueType.isKnown(keyBelow) {
        if column.isValue || column == .unknown { hasTypes = true }
      } else if column == .unknown, !ValueType.isKnown(key), key != keyBelow,
        Column(key: keyBelow, format: format) == .unknown, !ValueType.isKnown(keyBelow)
      {
        hasValues = true
      }
    }
    return hasTypes && hasValues
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
  /// possible host name (`evil.host`) above another is the name of a column only beside other column
  /// names, or if it is a field of the Elastic common schema (`host.name`).
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
    if dotted.count == 1, isHost(row, dotted[0], above: next, &test),
      !namesOther(than: dotted, row, names, format)
    {
      return false
    }
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

  /// Whether a cell is the name of a host above another, and not a field of the common schema.
  private static func isHost(
    _ row: TableRow, _ column: Int, above next: TableRow, _ test: inout ShapeTest
  ) -> Bool {
    let cell = row.bytes.rawSpan.extracting(row.range(column))
    let below = next.bytes.rawSpan.extracting(next.range(column))
    let end = cell.firstOffset(of: Byte.dot) ?? cell.byteCount
    return !fieldSets.contains(Text.key(cell.extracting(0..<end))) && test.fitsStrictly(cell)
      && test.kind(of: below, isStrict: true) == .domain
  }

  /// Sets of fields in the Elastic common schema, with which its names begin.
  private static let fieldSets: Set<String> = [
    "host", "dns", "source", "destination", "client", "server", "url", "user", "email", "file",
    "threat", "event", "process", "network", "observer",
  ]

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
    lastComment(sample, delimiter) { comment in
      abs(comment.cells.count - width) <= 1
        && keys(of: comment, format).contains { Column(key: $0, format: format).isValue }
    }.map { keys(of: $0, format) }
  }

  /// The names in the last comment of the width of the rows, if these prove that it is their header.
  static func commentedHeader(
    ofUnknown sample: [UInt8], _ delimiter: UInt8, above rows: [TableRow], _ format: FeedFormat,
    _ test: inout ShapeTest
  ) -> [String]? {
    let width = rows.first?.cells.count
    guard let comment = lastComment(sample, delimiter, where: { $0.cells.count == width }),
      isHeader(ofUnknown: comment, above: rows[...], format, &test)
    else { return nil }
    return keys(of: comment, format)
  }

  /// The last comment before the first row that is fitting, as cells.
  private static func lastComment(
    _ sample: [UInt8], _ delimiter: UInt8, where isFitting: (TableRow) -> Bool
  ) -> TableRow? {
    var stream = FeedStream(bytes: sample, path: "")
    var found: TableRow?
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
      guard reader.next(&comment), reader.row.cells.count > 1, isFitting(reader.row) else {
        continue
      }
      found = reader.row
    }
    return found
  }
}
