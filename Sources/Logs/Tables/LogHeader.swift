import Parsing

/// What the file says about a log's columns: immutable, so that states can share it.
final class LogHeader: Sendable, Equatable {
  /// Which reader's header it is.
  enum Layout: UInt8, Sendable { case zeek, w3c, csv, flowLog }

  /// Columns beyond which a header is not kept, so that its rows are text.
  static let mostColumns = 4096

  let layout: Layout
  /// The byte between columns: Zeek's `#separator` or a CSV's delimiter; for W3C a tab, a comma, or
  /// a blank for any white space, which flow logs have as well.
  let separator: UInt8
  /// Zeek's separator of the elements of sets and vectors.
  let setSeparator: UInt8
  /// The text for an empty value, and for an absent one.
  let emptyField: [UInt8]
  let unsetField: [UInt8]
  let names: [[UInt8]]
  /// Zeek's types; empty for the others.
  let types: [[UInt8]]
  /// For W3C: the day that the directives name; empty if they name none.
  let date: [UInt8]
  /// For W3C: the directives say that times are in the machine's own zone, which they do not name.
  let hasLocalTimes: Bool
  /// For a flow log: the column with the source's address.
  let addressColumn: Int
  /// For W3C: the columns of the day and the time of day, or -1.
  let dayColumn: Int
  let clockColumn: Int

  init(
    layout: Layout, separator: UInt8, setSeparator: UInt8 = Byte.comma,
    emptyField: [UInt8] = Array("(empty)".utf8), unsetField: [UInt8] = Array("-".utf8),
    names: [[UInt8]] = [], types: [[UInt8]] = [], date: [UInt8] = [],
    hasLocalTimes: Bool = false
  ) {
    self.layout = layout
    self.separator = separator
    self.setSeparator = setSeparator
    self.emptyField = emptyField
    self.unsetField = unsetField
    self.names = names.count <= Self.mostColumns ? names : []
    self.types = types.count <= Self.mostColumns ? types : []
    self.date = date
    self.hasLocalTimes = hasLocalTimes
    addressColumn =
      layout == .flowLog ? names.firstIndex { $0.ends(with: "srcaddr") } ?? 0 : 0
    dayColumn = layout == .w3c ? self.names.firstIndex { $0.isWord("date") } ?? -1 : -1
    clockColumn = layout == .w3c ? self.names.firstIndex { $0.isWord("time") } ?? -1 : -1
  }

  /// A copy of the header with some of its lines replaced.
  func with(
    setSeparator: UInt8? = nil, emptyField: [UInt8]? = nil, unsetField: [UInt8]? = nil,
    names: [[UInt8]]? = nil, types: [[UInt8]]? = nil, date: [UInt8]? = nil,
    hasLocalTimes: Bool? = nil
  ) -> LogHeader {
    LogHeader(
      layout: layout, separator: separator, setSeparator: setSeparator ?? self.setSeparator,
      emptyField: emptyField ?? self.emptyField, unsetField: unsetField ?? self.unsetField,
      names: names ?? self.names, types: types ?? self.types, date: date ?? self.date,
      hasLocalTimes: hasLocalTimes ?? self.hasLocalTimes)
  }

  static func == (left: LogHeader, right: LogHeader) -> Bool {
    if left === right { return true }
    return left.layout == right.layout && left.separator == right.separator
      && left.setSeparator == right.setSeparator && left.emptyField == right.emptyField
      && left.unsetField == right.unsetField && left.names == right.names
      && left.types == right.types && left.date == right.date
      && left.hasLocalTimes == right.hasLocalTimes
  }
}

extension [UInt8] {
  fileprivate func ends(with word: String) -> Bool {
    suffix(word.utf8.count).elementsEqual(word.utf8)
  }

  /// Whether the bytes are a word, in upper or lower case.
  fileprivate func isWord(_ word: String) -> Bool {
    count == word.utf8.count
      && zip(self, word.utf8).allSatisfy { Byte.lowercased($0) == $1 }
  }
}
