import Parsing

/// What the file says about a log's columns: immutable, so that states can share it.
final class LogHeader: Sendable, Equatable {
  /// Which reader's header it is.
  enum Layout: UInt8, Sendable { case zeek, w3c, csv, flowLog }

  /// Columns beyond which a header is not kept, so that its rows are text.
  static let mostColumns = 4096

  /// What the lines of a header say.
  struct Lines: Equatable, Sendable {
    let layout: Layout
    /// The byte between columns: Zeek's `#separator` or a CSV's delimiter; for W3C a tab, a comma,
    /// or a blank for any white space, which flow logs have as well.
    let separator: UInt8
    /// Zeek's separator of the elements of sets and vectors.
    var setSeparator = Byte.comma
    /// The text for an empty value, and for an absent one.
    var emptyField = Array("(empty)".utf8)
    var unsetField = Array("-".utf8)
    var names: [[UInt8]] = []
    /// Zeek's types; empty for the others.
    var types: [[UInt8]] = []
    /// For W3C: the day that the directives name; empty if they name none.
    var date: [UInt8] = []
    /// For W3C: the directives say that times are in the machine's own zone, which they do not
    /// name.
    var hasLocalTimes = false
  }

  let lines: Lines
  /// For a flow log: the column with the source's address.
  let addressColumn: Int
  /// For W3C: the columns of the day and the time of day, or -1.
  let dayColumn: Int
  let clockColumn: Int

  init(_ lines: Lines) {
    var lines = lines
    if lines.names.count > Self.mostColumns { lines.names = [] }
    if lines.types.count > Self.mostColumns { lines.types = [] }
    let (layout, names) = (lines.layout, lines.names)
    addressColumn = layout == .flowLog ? names.firstIndex { $0.ends(with: "srcaddr") } ?? 0 : 0
    dayColumn = layout == .w3c ? names.firstIndex { $0.isWord("date") } ?? -1 : -1
    clockColumn = layout == .w3c ? names.firstIndex { $0.isWord("time") } ?? -1 : -1
    self.lines = lines
  }

  /// A copy of the header with some of its lines replaced.
  func with(_ change: (inout Lines) -> Void) -> LogHeader {
    var lines = lines
    change(&lines)
    return LogHeader(lines)
  }

  static func == (left: LogHeader, right: LogHeader) -> Bool {
    left === right || left.lines == right.lines
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
