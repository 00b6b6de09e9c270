import Indicators
import Parsing

/// Finds context in columns without a telling name, by their cells.
extension CSVPlan {
  /// Counts of what the cells of a column without values look like.
  private struct ContextEvidence: CellCounts {
    var cells = 0
    var times = 0
    var pages = 0
    /// Cells that begin with a number sign, as lists of tags do.
    var tags = 0
    /// Cells with a word in them.
    var words = 0
    /// Cells that have the shape of a value.
    var shaped = 0
  }

  /// Guesses context columns: a time, a page, tags, and the first words after the value.
  ///
  /// In a table with a header, only descriptions under a name that promised values: `ip,ioc` above
  /// addresses and what they are said to be. Of a header whose values have unknown names the other
  /// unknown names tell as little.
  func guessedContext(_ rows: [TableRow], _ test: inout ShapeTest) -> [Int: Column] {
    guard let value = columns.firstIndex(where: { $0.isValue }) else { return [:] }
    let guesses: [Column] = [.firstSeen, .reference, .tags, .description]
    var left = guesses.filter { !columns.contains($0) }
    var guessed: [Int: Column] = [:]
    for column in columns.indices
    where (namesValues ? isBroken(column) : columns[column] == .unknown)
      && !holdsOnly(column, rows, Self.isFlag)
    {
      let found = contextEvidence(column, rows, &test)
      let guess: Column
      if !namesValues, found.mostly(found.times),
        column >= keys.count || Self.mayBegin(keys[column])
      {
        guess = .firstSeen
      } else if column > value, !namesValues, found.mostly(found.pages) {
        guess = .reference
      } else if !namesValues, found.mostly(found.tags) {
        guess = .tags
      } else if column > value, found.mostly(found.words), found.shaped * 2 < found.cells {
        guess = .description
      } else {
        continue
      }
      guard let place = left.firstIndex(of: guess) else { continue }
      left.remove(at: place)
      guessed[column] = guess
      if left.isEmpty { break }
    }
    return guessed
  }

  /// The orders of day and month in a table's dates, of those with slashes and of those with hyphens;
  /// nil where no date shows it or two disagree.
  ///
  /// All columns of dates are assumed to be written alike; where no date with a mark shows the order, that
  /// of the dates with the other mark holds.
  func foundDateOrders(_ rows: [TableRow]) -> FeedTime.Orders {
    var (slashes, hyphens): (Set<FeedTime.Order>, Set<FeedTime.Order>) = ([], [])
    for row in rows {
      for column in row.cells.indices where column < columns.count && !columns[column].isValue {
        let cell = row.bytes.rawSpan.extracting(row.range(column))
        guard let (order, hasHyphens) = FeedTime.order(of: cell) else { continue }
        if hasHyphens { hyphens.insert(order) } else { slashes.insert(order) }
      }
    }
    func only(_ own: Set<FeedTime.Order>, else other: Set<FeedTime.Order>) -> FeedTime.Order? {
      let shown = own.isEmpty ? other : own
      return shown.count == 1 ? shown.first : nil
    }
    return FeedTime.Orders(
      slashes: only(slashes, else: hyphens), hyphens: only(hyphens, else: slashes))
  }

  /// Whether the table's confidences go from 0 to 1: all do, and some are between them.
  ///
  /// A 1 alone may be the least of a hundred.
  func foundFractions(_ rows: [TableRow]) -> Bool {
    guard let column = columns.firstIndex(of: .confidence) else { return false }
    var hasBetween = false
    let areShares = holdsOnly(column, rows) { cell in
      guard let share = Text.hundredths(cell) else { return false }
      if share.isBetween { hasBetween = true }
      return true
    }
    return areShares && hasBetween
  }

  /// Whether a cell says yes or no, which describes nothing.
  private static func isFlag(_ cell: RawSpan) -> Bool {
    ["true", "false", "yes", "no"].contains { (word: StaticString) in
      cell.equals(ignoringCase: word)
    }
  }

  /// Whether a column's name promises values of any kind, and its cells are not values.
  private func isBroken(_ column: Int) -> Bool {
    column < keys.count && columns[column] == .other
      && Column(key: keys[column], format: format) == .typedValue
  }

  private func contextEvidence(
    _ column: Int, _ rows: [TableRow], _ test: inout ShapeTest
  ) -> ContextEvidence {
    var found = ContextEvidence()
    for row in rows where column < row.cells.count {
      let cell = row.bytes.rawSpan.extracting(row.range(column))
      if NoValue.fits(cell) { continue }
      found.cells += 1
      // A number may be anything.
      if Text.number(cell) == nil, FeedTime.nanoseconds(cell, orders: dateOrders) != nil {
        found.times += 1
      } else if Text.firstIndex(of: "://", in: cell) != nil, !Refanging.isDefanged(cell) {
        found.pages += 1
      } else if cell.byte(unchecked: 0) == UInt8(ascii: "#") {
        found.tags += 1
      } else if test.kind(of: cell, isStrict: true) != nil {
        found.shaped += 1
      } else if Self.hasWord(cell) {
        found.words += 1
      }
    }
    return found
  }

  /// Whether a cell has three letters in a row, unlike country codes and AS numbers.
  private static func hasWord(_ cell: RawSpan) -> Bool {
    var letters = 0
    for offset in cell.byteOffsets {
      let byte = cell.byte(unchecked: offset)
      letters = byte >= 0x80 || Byte.isAlphanumeric(byte) && !Byte.isDigit(byte) ? letters + 1 : 0
      if letters == 3 { return true }
    }
    return false
  }
}
