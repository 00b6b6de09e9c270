import Indicators
import Parsing

/// How a file of rows is read: its delimiter, its header, and which columns hold values.
///
/// Made from the file's beginning. A column's name only proposes what it holds: its first thousand
/// cells decide (`Matching.md` §9).
struct CSVPlan {
  let delimiter: UInt8
  let format: FeedFormat
  /// The columns, in order.
  var columns: [Column] = []
  /// Keys of the header's names, if there is a header.
  private(set) var keys: [String] = []
  /// The names of members of records, as the user may name them.
  private(set) var members: [[UInt8]] = []
  /// What is good is asked for, not what is bad.
  private(set) var isAllowList = false
  /// Line of the header, if it is a row and not a comment.
  private(set) var headerLine: UInt64?
  /// The header names no column of values: only its rows show that it is one.
  private(set) var isOfUnknownNames = false
  /// Column names that the user describes and the header lacks.
  private(set) var missingNames: [String] = []
  /// Number of rows examined, and of those that fit (see `countFitting`).
  private(set) var rows = 0
  private(set) var fittingRows = 0
  /// Without a header: the first cell of each row is its value, although the whole row could be
  /// taken for a URL as well: `evil.example/a,phishing`.
  private(set) var isPlainlyRows = false
  /// The only row may be a sentence.
  private(set) var isSentence = false
  /// The header ends in a colon, as headings do.
  private(set) var hasColonInHeader = false
  /// The only name in the header may be no column's but the first heading of a list, as `Domains`
  /// above names with `IPs` above addresses further down: not all cells are what it says.
  var isMixedList = false
  /// The type column holds topics, `Phishing` or `Other`, which do not tell what a value is.
  private(set) var hasTopics = false
  /// Without a header: rows that are addresses with their ports, as `192.0.2.7|443` is written.
  private(set) var holdsAddressesWithPorts = false
  /// Columns that are not read although their names say what they hold or half of their cells look
  /// like values.
  var unread: [(column: Int, cells: Int, values: Int)] = []
  /// Columns of text, which are never read, although nearly all of their cells are digests.
  var textsOfDigests: [(column: Int, cells: Int, values: Int)] = []
  /// Which of two numbers in the table's dates is the day.
  private(set) var dateOrders = FeedTime.Orders()
  /// The table's confidences go from 0 to 1.
  private(set) var hasFractions = false
  /// The user says what the columns hold.
  private var isNamedByUser = false
  /// Cells that are what the user's configuration says they are, and rows as wide as it says.
  private var namedFit = (values: 0, rows: 0)
  /// Context columns guessed from their cells; they do not count when delimiters are compared.
  private var guessed: [Int: Column] = [:]
  /// Bytes of all first cells.
  private var firstCellBytes = 0

  private static let sampledRows = 1000
  /// Greatest number of columns: no table has more.
  private static let mostColumns = 4096
  /// Greatest number of title rows before a header.
  private static let mostTitles = 8

  /// Whether a header was found.
  var hasHeader: Bool { !keys.isEmpty }

  /// Whether a header says which columns hold values.
  var namesValues: Bool { hasHeader && !isOfUnknownNames }

  /// Whether any column holds values.
  var hasValues: Bool { columns.contains { $0.isValue } }

  /// Whether a row has more cells than the header, and the last named cell holds a URL.
  ///
  /// The delimiter may be part of that URL.
  func endsInURL(_ row: TableRow) -> Bool {
    let width = keys.count
    guard hasHeader, width > 0, row.cells.count > width, width <= columns.count,
      columns[width - 1].isValue
    else { return false }
    let cell = row.bytes.rawSpan.extracting(row.range(width - 1))
    return Text.firstIndex(of: "://", in: cell) != nil
  }

  /// The column that applies to a cell in a list with a header.
  ///
  /// Parts below the sample may be of another sort: digests among network values, or the reverse.
  /// What the user says of a column holds for all of it.
  func column(ofListed cell: RawSpan, _ test: inout ShapeTest) -> Column {
    guard !isNamedByUser, keys.count == 1, case .value(let declared, _) = columns[0] else {
      return columns[0]
    }
    switch declared {
    case .digest, .kind(.md5), .kind(.sha1), .kind(.sha256), .kind(.sha512):
      return Self.isOfNetwork(cell, &test)
        ? .value(.none, nameMode: .withSubdomains) : columns[0]
    case .network, .kind(.domain), .kind(.url):
      let value = CellPieces.notedValues(of: cell).first ?? cell.byteOffsets
      return Text.isDigest(cell.extracting(value)) ? .value(.digest, nameMode: .exact) : columns[0]
    default: return columns[0]
    }
  }

  /// Whether a cell among digests is a network value.
  ///
  /// Names of files or malware, and pages about them, are not.
  private static func isOfNetwork(_ cell: RawSpan, _ test: inout ShapeTest) -> Bool {
    let isDotted = cell.byteOffsets.contains {
      cell.byte(unchecked: $0) == Byte.dot || cell.byte(unchecked: $0) == Byte.colon
    }
    guard isDotted, !(cell.byteCount >= 32 && Text.isDigest(cell.extracting(0..<32))) else {
      return false
    }
    switch test.kind(of: cell, isStrict: true) {
    case .ipv4, .ipv6: return true
    case .domain: return !FileExtensions.endsName(cell)
    case .url: return !ReferencePage.fits(cell)
    default: return false
    }
  }

  /// Adds the lines before the sample to the header's line number.
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
    best?.takeGuesses()
    return best
  }

  private mutating func takeGuesses() {
    for (column, guess) in guessed { columns[column] = guess }
    guessed = [:]
  }

  private func isBetter(than other: CSVPlan) -> Bool {
    if hasHeader != other.hasHeader { return hasHeader }
    if namedFit != other.namedFit { return namedFit > other.namedFit }
    if isPlainlyRows != other.isPlainlyRows { return isPlainlyRows }
    let width = columns.count { $0 != .unknown }
    let otherWidth = other.columns.count { $0 != .unknown }
    if width != otherWidth || hasHeader { return width > otherWidth }
    // A character inside descriptions is no delimiter: it leaves longer first cells.
    return (isPlainlyRows || namedFit.rows > 0) && firstCellBytes < other.firstCellBytes
  }

  private init?(
    _ sample: [UInt8], delimiter: UInt8, format: FeedFormat, names: ColumnNames?,
    _ test: inout ShapeTest
  ) {
    self.delimiter = delimiter
    self.format = format
    isNamedByUser = names != nil
    var stream = FeedStream(bytes: sample, path: "")
    var reader = CSVReader(delimiter: delimiter)
    var rows: [TableRow] = []
    while rows.count <= Self.sampledRows, reader.next(&stream) { rows.append(reader.row) }
    guard let first = rows.first, first.cells.count <= Self.mostColumns else { return nil }
    // A table of Markdown is a part of a page.
    if delimiter == UInt8(ascii: "|"), rows.prefix(8).contains(where: Self.isRule) { return nil }
    if case .byHeader(let header) = names {
      guard readHeader(first, header) else { return nil }
      rows.removeFirst()
    } else if let comment = Self.commentedHeader(
      sample, delimiter, width: first.cells.count, format)
    {
      keys = comment
    } else if Self.isHeader(first, above: rows.dropFirst().first, format, &test) {
      take(header: first)
      rows.removeFirst()
    } else if let comment = Self.commentedHeader(
      ofUnknown: sample, delimiter, above: rows, format, &test)
    {
      (keys, isOfUnknownNames) = (comment, true)
    } else if Self.isHeader(ofUnknown: first, above: rows.dropFirst(), format, &test) {
      take(header: first)
      isOfUnknownNames = true
      rows.removeFirst()
    } else {
      readTitles(&rows, &test)
    }
    self.rows = rows.count
    firstCellBytes = rows.reduce(0) { $0 + ($1.cells.first?.count ?? 0) }
    if case .inOrder(let named) = names {
      // What the user says needs no proof; a row with fewer columns has another delimiter.
      columns = named.map { ColumnNames.column($0) ?? .other }
      guard first.cells.count >= (columns.lastIndex { $0.isValue } ?? 0) + 1 else { return nil }
      namedFit = (
        gather(rows, width: named.count, &test).reduce(0) { $0 + $1.fitting },
        rows.count { $0.cells.count >= named.count }
      )
    } else if names == nil {
      columns = keys.map { Column(key: $0, format: format) }
      leaveOutCertificateDates()
      chooseType(rows)
      confirm(rows, &test)
      if !hasHeader { leaveOutReferences(first, &test) }
      dateOrders = foundDateOrders(rows)
      guessed = guessedContext(rows, &test)
    }
    if names != nil { dateOrders = foundDateOrders(rows) }
    hasTopics = holdsTopics(rows)
    hasFractions = foundFractions(rows)
    // A comment may call the second column something else than a port.
    if names == nil, headerLine == nil, delimiter == UInt8(ascii: "|"),
      keys.count < 2 || Column(key: keys[1], format: format) == .port
    {
      holdsAddressesWithPorts = RowTest.areAddressesWithPorts(rows, &test)
    }
    fittingRows = countFitting(rows, &test)
    if !hasHeader, delimiter != Byte.tab, rows.contains(where: { $0.cells.count < 2 }) {
      // Without a header, one column is a plain list and a ragged one is prose, unless all that some
      // rows lack is what stands beside their value.
      let wide = rows.count { $0.cells.count > 1 }
      let isOfValues = wide * 2 >= rows.count && columns.first?.isValue ?? false
      let narrow = rows.count { row in
        row.cells.count < 2
          && !(isOfValues && test.fitsStrictly(row.bytes.rawSpan.extracting(row.range(0))))
      }
      if narrow * 20 > rows.count { return nil }
    }
    if !hasHeader, names == nil, columns.first?.isValue ?? false {
      isPlainlyRows = RowTest.arePlainlyRows(rows, delimiter: delimiter, &test)
    }
    isSentence = isSentence(rows, of: sample, &test)
  }

  /// Validity dates beside certificate columns are the certificate's, not the indicator's.
  private mutating func leaveOutCertificateDates() {
    guard keys.contains(where: { $0.hasPrefix("cert") && !Column(key: $0, format: format).isValue })
    else { return }
    for index in keys.indices where ["validfrom", "validto", "validuntil"].contains(keys[index]) {
      columns[index] = .other
    }
  }

  /// A plan for records whose members have names, of which `roles` are the user's words for some.
  init(
    names: [[UInt8]], rows: [TableRow], roles: [String: String]? = nil, isAllowList: Bool = false,
    _ test: inout ShapeTest
  ) {
    self.isAllowList = isAllowList
    delimiter = Byte.comma
    format = .json
    keys = names.map { Self.key(of: $0.rawSpan, .json) }
    members = names
    columns = keys.map { Column(key: $0, format: .json) }
    self.rows = rows.count
    if let roles {
      isNamedByUser = true
      takeColumns(names, roles)
    } else {
      keepIndicators(names)
      confirm(rows, &test)
    }
    hasTopics = holdsTopics(rows)
    hasFractions = foundFractions(rows)
    dateOrders = foundDateOrders(rows)
    guessed = guessedContext(rows, &test)
    takeGuesses()
    let values = columns.indices.filter { columns[$0].isValue }
    fittingRows = rows.count { row in
      values.contains { !NoValue.fits(row.bytes.rawSpan.extracting(row.range($0))) }
    }
  }

  /// Beside indicators of the Elastic common schema, other members tell of the reader's own hosts.
  private mutating func keepIndicators(_ names: [[UInt8]]) {
    guard names.contains(where: JSONTablePlan.isIndicator) else { return }
    for (index, name) in names.enumerated() where !JSONTablePlan.isIndicator(name) {
      if columns[index].isValue || columns[index] == .unknown { columns[index] = .other }
    }
  }

  /// Whether a column that holds values is also named for them.
  var isNamed: Bool {
    columns.indices.contains {
      $0 < keys.count && columns[$0].isValue && Column(key: keys[$0], format: format).isValue
    }
  }

  /// Looks for a header below title rows, which have fewer cells and hold no value.
  private mutating func readTitles(_ rows: inout [TableRow], _ test: inout ShapeTest) {
    for index in 0..<min(Self.mostTitles, rows.count - 1) {
      guard rows[index].filledCells < 2, !Self.holdsValue(rows[index], &test) else { return }
      let next = rows[index + 1]
      let below = index + 2 < rows.count ? rows[index + 2] : nil
      guard next.cells.count > 1 else { continue }
      if !Self.isHeader(next, above: below, format, &test) {
        isOfUnknownNames = Self.isHeader(
          ofUnknown: next, above: rows.dropFirst(index + 2), format, &test)
        guard isOfUnknownNames else { continue }
      }
      take(header: next)
      rows.removeFirst(index + 2)
      return
    }
  }

  private static func holdsValue(_ row: TableRow, _ test: inout ShapeTest) -> Bool {
    row.cells.indices.contains { test.fits(row.bytes.rawSpan.extracting(row.range($0))) }
  }

  private mutating func take(header row: TableRow) {
    hasColonInHeader = row.bytes.last { !Text.isSpace($0) } == Byte.colon
    keys = Self.keys(of: row, format)
    headerLine = row.line
  }

  /// Takes the columns from a header row and the user's words for its names.
  ///
  /// False if no column holds values.
  private mutating func readHeader(_ row: TableRow, _ names: [String: String]) -> Bool {
    take(header: row)
    let cells = row.cells.indices.map {
      row.bytes.rawSpan.extracting(row.range($0)).copied(0..<row.range($0).count)
    }
    takeColumns(cells, names)
    return hasValues
  }

  /// Takes the columns from their names, whose keys are known, and the user's words for some.
  private mutating func takeColumns(_ names: [[UInt8]], _ words: [String: String]) {
    var roles: [String: Column] = [:]
    for (name, role) in words {
      roles[Text.key(Array(name.utf8).rawSpan)] = ColumnNames.column(role)
    }
    let wholes = names.map { Text.key($0.rawSpan) }
    let present = Set(keys + wholes)
    missingNames = words.keys.sorted().filter {
      !present.contains(Text.key(Array($0.utf8).rawSpan))
    }
    columns = names.indices.map { index in
      if let role = roles[wholes[index]] ?? roles[keys[index]] { return role }
      let column = Column(key: keys[index])
      return column.isValue || column == .type ? .other : column
    }
  }

  /// Keeps only the type column with the most known type words, if there are several.
  private mutating func chooseType(_ rows: [TableRow]) {
    let types = columns.indices.filter { columns[$0] == .type }
    guard types.count > 1 else { return }
    let known = types.map { index in
      rows.count { row in
        index < row.cells.count
          && ValueType.isKnown(Text.key(row.bytes.rawSpan.extracting(row.range(index))))
      }
    }
    guard let most = known.max(), let best = known.firstIndex(of: most) else { return }
    for (place, index) in types.enumerated() where place != best { columns[index] = .other }
  }

  /// Leaves out columns that the first row calls references, sources or descriptions.
  ///
  /// Without a value column that row is not a header, but the cells below it are not indicators
  /// either.
  private mutating func leaveOutReferences(_ first: TableRow, _ test: inout ShapeTest) {
    for index in columns.indices where columns[index].isValue && index < first.cells.count {
      let name = first.bytes.rawSpan.extracting(first.range(index))
      let key = Self.key(of: name, format)
      let column = Column(key: key, format: format)
      let isContext =
        column == .reference || column == .source || column == .description
        || Self.descriptions.contains { key.hasSuffix($0) }
      if isContext, !test.fits(name) { columns[index] = .other }
    }
  }

  /// Whether a row is the line below the header of a table in Markdown: `|---|:--:|`.
  private static func isRule(_ row: TableRow) -> Bool {
    row.bytes.contains(Byte.minus)
      && row.bytes.allSatisfy { $0 == Byte.minus || $0 == Byte.colon || $0 == Byte.space }
  }

  /// Endings of the names of text columns.
  static let descriptions = ["description", "comment", "comments", "note", "notes"]
}
