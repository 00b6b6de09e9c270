import Indicators
import Parsing

/// Headers that have no known name for their columns of values: `Controller IP,Expires,TLP`.
extension CSVPlan {
  /// Rows in which a column's first value is looked for.
  private static let rowsOfFirstValues = 20
  /// Columns among which one of context is looked for.
  private static let mostNames = 64
  /// Most words in the name of a column; a title has more.
  private static let mostWords = 4

  /// Whether a row of names that are none of a column of values is a header all the same.
  ///
  /// A value stands below one of them, and either a word of that name says what it is (`Server IP`), or
  /// another name is that of a context column (`Expires`), which no row below repeats: as data it would
  /// be a label. Without the header a table's dates of expiry and its marking would be lost.
  static func isHeader(
    ofUnknown row: TableRow, above rows: ArraySlice<TableRow>, _ format: FeedFormat,
    _ test: inout ShapeTest
  ) -> Bool {
    guard row.cells.count > 1 else { return false }
    var isAboveValue = false
    var namesKind = false
    for column in row.cells.indices {
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if cell.isEmpty { continue }
      guard !test.fits(cell), Text.number(cell) == nil, FeedTime.nanoseconds(cell) == nil else {
        return false
      }
      let key = key(of: cell, format)
      guard !key.isEmpty, Column(key: key, format: format) == .unknown,
        !ForeignMember.isOfOthers(cell), holdsFirstValue(rows, column, &test)
      else { continue }
      isAboveValue = true
      if self.namesKind(cell) { namesKind = true }
    }
    return isAboveValue && (namesKind || namesContext(row, above: rows, format))
  }

  /// Whether the first cell of a column that says something is a value.
  private static func holdsFirstValue(
    _ rows: ArraySlice<TableRow>, _ column: Int, _ test: inout ShapeTest
  ) -> Bool {
    for row in rows.prefix(rowsOfFirstValues) {
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if NoValue.fits(cell) { continue }
      return test.kind(of: cell, isStrict: true) != nil || CellPieces.digestOfFile(cell) != nil
    }
    return false
  }

  /// Whether a cell names a context column, and is no label: no row below has the same word there.
  private static func namesContext(
    _ row: TableRow, above rows: ArraySlice<TableRow>, _ format: FeedFormat
  ) -> Bool {
    row.cells.indices.prefix(mostNames).contains { column in
      let key = key(of: row.bytes.rawSpan.extracting(row.range(column)), format)
      switch Column(key: key, format: format) {
      case .firstSeen, .validFrom, .validUntil, .confidence, .tlp, .judgement, .tags, .malware,
        .actor, .reference:
        break
      default: return false
      }
      return !rows.contains { below in
        Text.key(below.bytes.rawSpan.extracting(below.range(column))) == key
      }
    }
  }

  /// Whether a name of few words has one for a kind of values: `Server IP`, `SHA256 of dropper`.
  ///
  /// A word ends where the case or the character's sort changes: `serverIP`.
  private static func namesKind(_ name: RawSpan) -> Bool {
    var words: [[UInt8]] = []
    var before: UInt8 = 0
    for offset in name.byteOffsets {
      let byte = name.byte(unchecked: offset)
      if Byte.isAlphanumeric(byte) {
        let begins =
          !Byte.isAlphanumeric(before) || Byte.isCapital(byte) && !Byte.isCapital(before)
        if begins { words.append([]) }
        words[words.count - 1].append(Byte.lowercased(byte))
      }
      before = byte
    }
    return words.count <= mostWords
      && words.contains { kinds.contains(String(decoding: $0, as: UTF8.self)) }
  }

  /// Words for what values are.
  private static let kinds: Set<String> = [
    "ip", "ips", "ipv4", "ipv6", "domain", "domains", "fqdn", "fqdns", "host", "hosts", "hostname",
    "hostnames", "url", "urls", "hash", "hashes", "md5", "sha", "sha1", "sha256", "sha512", "ioc",
    "iocs", "indicator", "indicators",
  ]

  /// Leaves out columns of unknown names that say that their values are those of others: of victims, of
  /// sensors, of what is good.
  mutating func leaveOutOthers(_ evidence: [Evidence]) {
    for column in keys.indices where column < columns.count && columns[column] == .unknown {
      guard ForeignMember.isOfOthers(Array(keys[column].utf8).rawSpan) else { continue }
      noteUnread(column, evidence[column].cells, evidence[column].shaped)
      columns[column] = .other
    }
  }
}
