import Indicators
import Parsing

/// Headers that have no known name for their columns of values: `Controller IP,Expires,TLP`.
///
/// Without the header, a date of expiry would be taken for that at which a value was seen, and its marking
/// would be lost. A row of words proves nothing by itself, since a remark may hold the same words: the cells
/// below have to be what a name says, and those of an unknown name values of one sort.
extension CSVPlan {
  /// Rows that are looked at.
  private static let provingRows = 200
  /// Most columns of such a table.
  private static let mostNames = 64
  /// Bytes and words of the longest name; remarks have more.
  private static let longestName = 32
  private static let mostWords = 4

  /// Whether a row that names no column of values is a header all the same.
  static func isHeader(
    ofUnknown row: TableRow, above rows: ArraySlice<TableRow>, _ format: FeedFormat,
    _ test: inout ShapeTest
  ) -> Bool {
    guard 2...mostNames ~= row.cells.count, !rows.isEmpty else { return false }
    let keys = keys(of: row, format)
    let columns = keys.map { Column(key: $0, format: format) }
    let named = keys.filter { !$0.isEmpty }
    guard columns.contains(.unknown), Set(named).count == named.count,
      !columns.contains(where: { $0.isValue || $0 == .type })
    else { return false }
    for column in row.cells.indices {
      guard isName(row.bytes.rawSpan.extracting(row.range(column)), &test) else { return false }
    }
    let rows = rows.prefix(provingRows)
    return columns.indices.contains { proves(columns[$0], keys[$0], rows, $0) }
      && columns.indices.contains { columns[$0] == .unknown && areValues(rows, $0, &test) }
  }

  /// Whether a cell is written as a name of a column is, and is no value.
  private static func isName(_ cell: RawSpan, _ test: inout ShapeTest) -> Bool {
    guard 1...longestName ~= cell.byteCount, !NoValue.fits(cell) else { return false }
    var (words, isInWord, hasLetter) = (0, false, false)
    for offset in cell.byteOffsets {
      let byte = cell.byte(unchecked: offset)
      if Byte.isLetter(byte) || byte >= 0x80 { hasLetter = true }
      switch byte {
      case Byte.space: isInWord = false
      case Byte.minus, Byte.slash, UInt8(ascii: "_"), UInt8(ascii: "("), UInt8(ascii: ")"),
        UInt8(ascii: "%"):
        break
      // `C2 IP:Port`; a heading ends in a colon, and one within a remark has a blank behind it.
      case Byte.colon
      where offset + 1 < cell.byteCount
        && !Text.isSpace(cell.byte(unchecked: offset + 1)):
        break
      case let byte where Byte.isAlphanumeric(byte) || byte >= 0x80:
        if !isInWord { words += 1 }
        isInWord = true
      default: return false
      }
    }
    return hasLetter && words <= mostWords && !test.fits(cell) && !Text.isDigest(cell)
      && FeedTime.nanoseconds(cell) == nil
  }

  /// Whether nearly all cells of a column that say something are of a sort.
  private static func areMostly(
    _ rows: ArraySlice<TableRow>, _ column: Int, _ isOfSort: (RawSpan) -> Bool
  ) -> Bool {
    var (cells, found) = (0, 0)
    for row in rows {
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if NoValue.fits(cell) { continue }
      cells += 1
      if isOfSort(cell) { found += 1 }
    }
    return cells > 0 && found * 100 >= cells * 95
  }

  /// Whether a name is one of context, and the cells below it are what it says.
  private static func proves(
    _ column: Column, _ key: String, _ rows: ArraySlice<TableRow>, _ index: Int
  ) -> Bool {
    switch column {
    case .firstSeen: beginnings.contains { key.contains($0) } && areMostly(rows, index, isTime)
    case .validFrom, .validUntil: areMostly(rows, index, isTime)
    case .other: key.hasPrefix("last") && areMostly(rows, index, isTime)
    case .tlp: areMostly(rows, index) { Marking.strictest($0) != nil }
    case .confidence: areMostly(rows, index, isConfidence)
    case .judgement, .classification: areMostly(rows, index) { states.contains(Text.key($0)) }
    case .active, .withdrawn, .upheld, .forDetection:
      areMostly(rows, index) { flags.contains(Text.key($0)) }
    default: false
    }
  }

  /// Parts of names that say when an indicator was first seen; `Created` may be the date of anything.
  private static let beginnings = ["first", "seen", "listed", "detect"]

  /// A date whose day and month may be either is one as well.
  private static func isTime(_ cell: RawSpan) -> Bool {
    [nil, .dayFirst, .monthFirst].contains { order in
      FeedTime.nanoseconds(cell, orders: FeedTime.Orders(slashes: order, hyphens: order)) != nil
    }
  }

  private static func isConfidence(_ cell: RawSpan) -> Bool {
    Text.percentage(cell) != nil || Text.hundredths(cell) != nil
      || ["low", "medium", "med", "moderate", "high"].contains { (word: StaticString) in
        cell.equals(ignoringCase: word)
      }
  }

  /// Words for the state of an indicator.
  private static let states: Set<String> = [
    "active", "inactive", "online", "offline", "up", "down", "live", "dead", "malicious", "benign",
    "suspicious", "clean", "safe", "falsepositive", "falsepos", "fp", "whitelist", "whitelisted",
    "allowlist", "allowlisted", "revoked", "expired", "removed", "deleted", "retired", "withdrawn",
    "deprecated", "confirmed", "unconfirmed", "verified", "unverified", "blocked", "new",
    "notmalicious", "nonmalicious", "good", "bad", "harmless", "legitimate", "unknown",
  ]
  private static let flags: Set<String> = [
    "true", "false", "yes", "no", "1", "0", "y", "n", "t", "f",
  ]

  /// Sorts of values of which a column holds one.
  private enum Sort { case host, url, email, digest }

  /// Whether the cells of a column are values of one sort.
  private static func areValues(
    _ rows: ArraySlice<TableRow>, _ column: Int, _ test: inout ShapeTest
  ) -> Bool {
    var (cells, sorts) = (0, [Sort: Int]())
    for row in rows {
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if NoValue.fits(cell) { continue }
      cells += 1
      switch test.kind(of: cell, isStrict: true) {
      case .ipv4, .ipv6: sorts[.host, default: 0] += 1
      case .domain where !FileExtensions.endsName(cell): sorts[.host, default: 0] += 1
      case .url: sorts[.url, default: 0] += 1
      case .email: sorts[.email, default: 0] += 1
      case let kind? where kind.isDigest: sorts[.digest, default: 0] += 1
      default: break
      }
    }
    return cells > 0 && (sorts.values.max() ?? 0) * 100 >= cells * 95
  }

  /// Leaves out columns of unknown names that are texts, or, beside others of values, those of victims,
  /// of sensors and of what is good.
  mutating func leaveOutOthers(_ evidence: [Evidence]) {
    guard isOfUnknownNames else { return }
    let unknown = keys.indices.filter { columns[$0] == .unknown }
    for column in unknown where Self.descriptions.contains(where: { keys[column].hasSuffix($0) }) {
      columns[column] = .other
    }
    let values = unknown.filter {
      columns[$0] == .unknown && evidence[$0].mostly(evidence[$0].shaped)
    }
    let others = values.filter { ForeignMember.isOfOthers(Array(keys[$0].utf8).rawSpan) }
    guard others.count < values.count else { return }
    for column in others {
      noteUnread(column, evidence[column].cells, evidence[column].shaped)
      columns[column] = .other
    }
  }

  /// Whether times below a name that is not known are those at which something began.
  static func mayBegin(_ key: String) -> Bool {
    !ends.contains { key.contains($0) }
  }

  /// Parts of names for times at which something ends or was looked at again.
  private static let ends = [
    "last", "end", "until", "expir", "updat", "modif", "check", "remov", "valid", "review", "stop",
  ]
}
