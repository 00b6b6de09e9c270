import Indicators
import Parsing

/// Counts the rows that are what the plan says.
extension CSVPlan {
  /// Number of rows that fit.
  func countFitting(_ rows: [TableRow], _ test: inout ShapeTest) -> Int {
    if columns.count == 1 || keys.count == 1 && columns.first?.isValue == true {
      // One column is a list: only its values fit, even if prose among them holds the delimiter.
      return countFitting(ofList: rows, &test)
    }
    let needed = (columns.firstIndex { $0.isValue } ?? 0) + 1
    // A table without a header is known by its values alone.
    return rows.count { row in
      row.cells.count >= needed && (namesValues || holdsValue(row, &test))
    }
  }

  /// Whether there is only a row of words with names of hosts or files among them, as in a sentence or a
  /// script: nothing says that they are cells.
  func isSentence(_ rows: [TableRow], of sample: [UInt8], _ test: inout ShapeTest) -> Bool {
    guard rows.count == 1, let row = rows.first, !row.beginsQuoted, !hasHeader, !isPlainlyRows,
      delimiter == Byte.comma || delimiter == UInt8(ascii: ";"), !columns.contains(.type),
      !columns.allSatisfy(\.isValue)
    else { return false }
    for column in row.cells.indices {
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if Text.number(cell) != nil || FeedTime.nanoseconds(cell) != nil { return false }
      if column < columns.count, columns[column].isValue, !Self.isBare(cell, &test) { return false }
    }
    return !isNamed(row, of: sample)
  }

  /// Whether a value may as well be a word of a sentence or a script.
  private static func isBare(_ cell: RawSpan, _ test: inout ShapeTest) -> Bool {
    switch test.kind(of: cell) {
    case nil: !Refanging.isDefanged(cell)
    case .domain: !test.droppedPort && !Refanging.isDefanged(cell)
    case .url: Text.firstIndex(of: "://", in: cell) == nil
    default: false
    }
  }

  /// Whether a row is a value and what it is called: `evil.example,botnet`.
  ///
  /// A sentence has a blank behind its comma.
  private func isNamed(_ row: TableRow, of sample: [UInt8]) -> Bool {
    guard row.cells.count == 2, columns.first?.isValue ?? false else { return false }
    let words = row.bytes[row.range(1)].split(separator: Byte.space)
    let mark = sample.firstIndex(of: delimiter).map { $0 + 1 } ?? 0
    return 1...2 ~= words.count && mark < sample.count && sample[mark] != Byte.space
  }

  /// Whether a cell of a row fits its column or the row's type.
  ///
  /// A known type counts as fitting: what is no value of it is refused as it is read.
  private func holdsValue(_ row: TableRow, _ test: inout ShapeTest) -> Bool {
    let type = columns.firstIndex(of: .type).map {
      ValueType(
        key: Text.key(row.bytes.rawSpan.extracting(row.range($0))), amongTopics: hasTopics)
    }
    return row.cells.indices.contains { index in
      guard index < columns.count, columns[index].isValue else { return false }
      let cell = row.bytes.rawSpan.extracting(row.range(index))
      if case .value(let kind, _) = columns[index] { return test.fitsCell(cell, as: kind) }
      guard columns[index] == .typedValue, !cell.isEmpty else {
        return test.fitsCell(cell, as: .none)
      }
      switch type {
      case nil, .unknown: return test.fitsCell(cell, as: .none)
      default: return true
      }
    }
  }

  /// Number of rows of a list that fit: its values and, in some cases, its headings.
  ///
  /// Headings count if the list has a header and more values than headings.
  private func countFitting(ofList rows: [TableRow], _ test: inout ShapeTest) -> Int {
    var (values, headings) = (0, 0)
    for row in rows {
      let cell = row.bytes.rawSpan.extracting(row.range(0))
      if fitsList(cell, &test) {
        values += 1
      } else if let last = cell.byteOffsets.last, cell.byte(unchecked: last) == Byte.colon {
        headings += 1
      }
    }
    return hasHeader && values > headings ? values + headings : values
  }

  /// Whether a cell of a list is a value or fits the header's kind.
  ///
  /// A kind without a shape is not considered: any text would fit it.
  private func fitsList(_ cell: RawSpan, _ test: inout ShapeTest) -> Bool {
    if test.fitsStrictly(cell) { return true }
    guard hasHeader, case .value(let kind, _) = columns[0], Self.hasShape(kind) else {
      return false
    }
    return test.fitsCell(cell, as: kind)
  }

  /// Whether values of a kind are recognised by their shape.
  static func hasShape(_ declared: DeclaredKind) -> Bool {
    switch declared {
    case .none: false
    case .network, .digest: true
    case .kind(let kind):
      kind.isDigest || [.ipv4, .ipv6, .domain, .url, .email, .ja4].contains(kind)
    }
  }
}
