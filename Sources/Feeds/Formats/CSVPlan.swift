import Indicators
import Parsing

/// How a file of rows is read: its delimiter, its header, and which columns hold values.
///
/// Made from the file's beginning. A column's name only proposes: what its first thousand cells hold
/// decides (`matching.md` §9).
struct CSVPlan {
  private(set) var delimiter: UInt8
  /// The columns, in order.
  private(set) var columns: [Column] = []
  /// Keys of the header's names, if there is a header.
  private(set) var keys: [String] = []
  /// The line of a header that is a row.
  private(set) var headerLine: UInt64?
  /// Rows looked at, and those of them that reach the last value column.
  private(set) var rows = 0
  private(set) var fittingRows = 0

  private static let sampledRows = 1000
  /// Rows of titles that may stand before a header.
  private static let mostTitles = 8

  /// Whether a header was found.
  var hasHeader: Bool { !keys.isEmpty }

  /// Whether any column holds values.
  var hasValues: Bool { columns.contains { $0.isValue } }

  /// Counts lines that stand before the sample that the plan was made from.
  mutating func addLinesBefore(_ lines: UInt64) { headerLine = headerLine.map { $0 + lines } }

  /// The plan that suits a file's beginning best, or nil if none has a column of values.
  static func best(
    for sample: [UInt8], format: FeedFormat, names: ColumnNames? = nil, _ test: inout ShapeTest
  ) -> CSVPlan? {
    var best: CSVPlan?
    for delimiter in [Byte.comma, Byte.tab, UInt8(ascii: ";"), UInt8(ascii: "|")] {
      guard
        let plan = CSVPlan(sample, delimiter: delimiter, format: format, names: names, &test),
        plan.hasValues
      else { continue }
      if best.map({ plan.isBetter(than: $0) }) ?? true { best = plan }
    }
    return best
  }

  private func isBetter(than other: CSVPlan) -> Bool {
    if hasHeader != other.hasHeader { return hasHeader }
    let width = columns.count { $0 != .unknown }
    let otherWidth = other.columns.count { $0 != .unknown }
    return width > otherWidth
  }

  private init?(
    _ sample: [UInt8], delimiter: UInt8, format: FeedFormat, names: ColumnNames?,
    _ test: inout ShapeTest
  ) {
    self.delimiter = delimiter
    var stream = FeedStream(bytes: sample, path: "")
    var reader = CSVReader(delimiter: delimiter)
    guard reader.next(&stream) else { return nil }
    var rows: [TableRow] = []
    let first = reader.row
    if case .byHeader(let header) = names {
      guard readHeader(first, header) else { return nil }
    } else if let comment = Self.commentedHeader(
      sample, delimiter, width: first.cells.count, format)
    {
      keys = comment
      rows.append(first)
    } else if Self.isHeader(first, format, &test) {
      keys = Self.keys(of: first)
      headerLine = first.line
    } else {
      rows.append(first)
      readTitles(&reader, &stream, &rows, format, &test)
    }
    while rows.count < Self.sampledRows, reader.next(&stream) {
      rows.append(reader.row)
    }
    self.rows = rows.count
    if case .inOrder(let named) = names {
      // A user's word needs no proof; fewer columns than he names are another delimiter's.
      columns = named.map { ColumnNames.column($0) ?? .other }
      guard first.cells.count >= (columns.lastIndex { $0.isValue } ?? 0) + 1 else { return nil }
    } else if names == nil {
      columns = keys.map { Column(key: $0, format: format) }
      confirm(rows, &test)
    }
    countFitting(rows, &test)
    if !hasHeader, delimiter != Byte.tab, rows.contains(where: { $0.cells.count < 2 }) {
      // Without a header, one column is a plain list and a ragged one is prose.
      let narrow = rows.count { $0.cells.count < 2 }
      if narrow * 20 > rows.count { return nil }
    }
  }

  /// Looks for a header below rows that are narrower than it and hold no value: titles, which are no
  /// rows of the table.
  private mutating func readTitles(
    _ reader: inout CSVReader, _ stream: inout FeedStream, _ rows: inout [TableRow],
    _ format: FeedFormat, _ test: inout ShapeTest
  ) {
    while rows.count <= Self.mostTitles, let title = rows.last,
      title.filledCells < 2, !Self.holdsValue(title, &test), reader.next(&stream)
    {
      rows.append(reader.row)
      guard reader.row.cells.count > 1, Self.isHeader(reader.row, format, &test) else { continue }
      keys = Self.keys(of: reader.row)
      headerLine = reader.row.line
      rows.removeAll()
      return
    }
  }

  private static func holdsValue(_ row: TableRow, _ test: inout ShapeTest) -> Bool {
    row.cells.indices.contains { test.fits(row.bytes.rawSpan.extracting(row.range($0))) }
  }

  /// Takes the columns from a header row and what the user says of its names.
  private mutating func readHeader(_ row: TableRow, _ names: [String: String]) -> Bool {
    var roles: [String: Column] = [:]
    for (name, role) in names {
      let bytes = Array(name.utf8)
      roles[Text.key(bytes.rawSpan)] = ColumnNames.column(role)
    }
    keys = Self.keys(of: row)
    headerLine = row.line
    columns = keys.map { key in
      if let role = roles[key] { return role }
      let column = Column(key: key)
      return column.isValue || column == .type ? .other : column
    }
    return columns.contains { $0.isValue }
  }

  private mutating func countFitting(_ rows: [TableRow], _ test: inout ShapeTest) {
    if columns.count == 1 {
      // One column is a list, of which the values are what fits.
      fittingRows = rows.count { test.fitsStrictly($0.bytes.rawSpan.extracting($0.range(0))) }
    } else {
      let needed = (columns.firstIndex { $0.isValue } ?? 0) + 1
      fittingRows = rows.count { $0.cells.count >= needed }
    }
  }

  // MARK: Header

  private static func keys(of row: TableRow) -> [String] {
    row.cells.indices.map { Text.key(row.bytes.rawSpan.extracting(row.range($0))) }
  }

  /// Whether a row names columns: one of values or types among them, and none looks like a value.
  private static func isHeader(
    _ row: TableRow, _ format: FeedFormat, _ test: inout ShapeTest
  ) -> Bool {
    let columns = keys(of: row).map { Column(key: $0, format: format) }
    guard columns.contains(where: { $0.isValue || $0 == .type }) else { return false }
    return !row.cells.indices.contains {
      test.fits(row.bytes.rawSpan.extracting(row.range($0)))
    }
  }

  /// The names in the last comment before the first row that can be a header for it.
  private static func commentedHeader(
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
      let keys = keys(of: reader.row)
      if keys.contains(where: { Column(key: $0, format: format).isValue }) { found = keys }
    }
    return found
  }

  // MARK: Content

  /// What the cells of a column hold.
  private struct Evidence {
    var cells = 0
    /// Cells that are what the column's name says.
    var fitting = 0
    /// Cells that are values by their shape alone.
    var shaped = 0
    var names = 0
    var digests = 0
    var addresses = 0
    /// Words that types are called by.
    var types = 0

    func mostly(_ count: Int) -> Bool { cells > 0 && count * 10 >= cells * 9 }
  }

  private mutating func confirm(_ rows: [TableRow], _ test: inout ShapeTest) {
    let width = rows.reduce(columns.count) { max($0, min($1.cells.count, 256)) }
    while columns.count < width { columns.append(.unknown) }
    settleTypes(rows)
    var evidence = [Evidence](repeating: Evidence(), count: width)
    for row in rows {
      let type = columns.firstIndex(of: .type).map {
        ValueType(key: Text.key(row.bytes.rawSpan.extracting(row.range($0))))
      }
      for column in 0..<min(width, row.cells.count) {
        let range = row.range(column)
        if range.isEmpty { continue }
        gather(
          row.bytes.rawSpan.extracting(range), columns[column], type, &evidence[column], &test)
      }
    }
    decide(evidence)
  }

  /// A column whose cells are names of types holds types, whatever it is called.
  private mutating func settleTypes(_ rows: [TableRow]) {
    for column in columns.indices where columns[column] != .type {
      guard columns[column].isValue || columns[column] == .unknown else { continue }
      var cells = 0
      var types = 0
      for row in rows {
        let range = row.range(column)
        if range.isEmpty { continue }
        cells += 1
        if ValueType.isKnown(Text.key(row.bytes.rawSpan.extracting(range))) { types += 1 }
      }
      if cells > 0, types * 10 >= cells * 8, !columns.contains(.type) {
        columns[column] = .type
      }
    }
  }

  private func gather(
    _ cell: RawSpan, _ column: Column, _ type: ValueType?, _ evidence: inout Evidence,
    _ test: inout ShapeTest
  ) {
    var declared = DeclaredKind.none
    switch column {
    case .value(let kind, _): declared = kind
    case .rangeStart: declared = .network
    case .typedValue:
      switch type {
      case .value(let kind, _): declared = kind
      // Such rows are no evidence against the column.
      case .refused: return
      case .unknown, nil: break
      }
    case .unknown: break
    default: return
    }
    evidence.cells += 1
    if test.fitsCell(cell, as: declared) { evidence.fitting += 1 }
    guard column == .unknown, let kind = test.kind(of: cell, isStrict: true) else { return }
    evidence.shaped += 1
    switch kind {
    case .ipv4, .ipv6: evidence.addresses += 1
    case .domain, .url, .email: evidence.names += 1
    default: if kind.isDigest { evidence.digests += 1 }
    }
  }

  private mutating func decide(_ evidence: [Evidence]) {
    let named = columns.indices.filter { columns[$0].isValue }
    var confirmed = named.filter {
      evidence[$0].cells == 0 || evidence[$0].mostly(evidence[$0].fitting)
    }
    if !confirmed.contains(where: { evidence[$0].cells > 0 }) {
      // Nothing else can be meant where half of a column's cells are what it is called.
      confirmed += named.filter {
        evidence[$0].cells > 0 && evidence[$0].fitting * 2 >= evidence[$0].cells
      }
    }
    for column in named where !confirmed.contains(column) { columns[column] = .other }
    if confirmed.contains(where: { evidence[$0].cells > 0 }) {
      dropSharedDigests()
      dropContacts()
    } else {
      decideByShape(evidence)
    }
  }

  /// Hashes of import tables are shared by good and bad files: beside a file's own they are context.
  private mutating func dropSharedDigests() {
    let hasDigest = columns.contains {
      guard case .value(let kind, _) = $0 else { return false }
      return kind == .digest || kind == .kind(.md5) || kind == .kind(.sha1)
        || kind == .kind(.sha256)
    }
    guard hasDigest else { return }
    for column in columns.indices {
      if case .value(.kind(.imphash), _) = columns[column] { columns[column] = .other }
    }
  }

  /// Beside ranges of addresses stands whom to write to about them.
  private mutating func dropContacts() {
    guard columns.contains(.rangeStart) else { return }
    for column in columns.indices {
      if case .value(.kind(.email), _) = columns[column] { columns[column] = .other }
    }
  }

  /// Without a name to go by: the first column of values, and further ones of addresses and digests.
  ///
  /// Further names and URLs are as likely references.
  private mutating func decideByShape(_ evidence: [Evidence]) {
    let typed = columns.contains(.type)
    var hasFirst = false
    for column in columns.indices where columns[column] == .unknown {
      let found = evidence[column]
      guard found.mostly(found.shaped) || typed && found.mostly(found.fitting) else { continue }
      if hasFirst, !found.mostly(found.addresses), !found.mostly(found.digests) { continue }
      columns[column] = typed && !hasFirst ? .typedValue : .value(.none, nameMode: .withSubdomains)
      hasFirst = true
    }
  }
}
