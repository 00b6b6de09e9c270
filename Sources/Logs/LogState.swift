import Parsing

/// All that earlier bytes of a log decide for later ones.
///
/// Cheap to copy and to compare, so that a chunk can be read from a guessed state and read again
/// where the guess was wrong.
package struct LogState: Equatable, Sendable {
  /// What kind of lines are expected.
  enum Layout: Equatable, Sendable {
    /// Records and text, each line by itself.
    case lines
    /// Lines that begin with `#`, of which it was already seen that no `#Fields:` follows them.
    case comments
    /// Rows below a header.
    case rows(LogHeader)
  }

  /// Whether an array of objects is open, whose elements are records of their own.
  enum ArrayPlace: UInt8, Sendable { case outside, beforeElement, behindElement, behindList }

  /// The member that the open array is, of an object with little else: CloudTrail's `Records`.
  enum ListName: UInt8, Sendable { case none, upperCase, lowerCase }

  var layout: Layout = .lines
  var array: ArrayPlace = .outside
  var list: ListName = .none
  /// A record ended, and its line goes on.
  var isInsideLine = false
  /// A line beyond the limit goes on, and so does a run that may be a value.
  var isInsideLongLine = false
  var isInsideCutRun = false
  /// The log whose header it was is closed: what is no row of it is a line like any other.
  var isClosed = false
  /// The log is closed, and the last line begins with `#`: none of the lines that begin so and follow it is
  /// `#Fields:`, as with `comments`.
  var isBehindComment = false
  /// The next row is the header's own.
  var isBeforeHeaderRow = false
  /// It is a log whose names have the length of each label before it.
  var hasCountedNames = false
  /// Nothing was read yet, so a byte-order mark may come.
  var isAtStart = true

  init() {}

  /// A line was read that does not begin with `#`.
  @inline(__always)
  mutating func endComments() {
    if case .comments = layout { layout = .lines }
    isBehindComment = false
  }

  /// The state at a file's first byte, by its first bytes (at most 1 MiB are looked at).
  ///
  /// Most formats show themselves line by line; only whether a CSV's first line is a header needs a
  /// look ahead.
  package static func initial(
    firstBytes: RawSpan, isFinal: Bool, options: LogOptions
  ) -> LogState {
    var state = LogState()
    let count = min(firstBytes.byteCount, 1 << 20)
    let isWhole = isFinal && count == firstBytes.byteCount
    var start = 0
    if count >= 3, firstBytes.starts(with: "\u{feff}", at: 0) { start = 3 }
    state.findHeader(firstBytes.extracting(0..<count), from: start, isFinal: isWhole, options)
    return state
  }

  /// Whether more than the first bytes are needed to tell what the log is: they may be a CSV's header, and no
  /// row behind it is whole yet.
  ///
  /// Of more than 64 KiB it is told without.
  package static func isUndecided(firstBytes: RawSpan, options: LogOptions) -> Bool {
    guard options.format == nil else { return false }
    let start = firstBytes.starts(with: "\u{feff}", at: 0) ? 3 : 0
    return CSVHeader.isUndecided(firstBytes, from: start) || CountedNames.mayBegin(firstBytes)
  }

  private mutating func findHeader(
    _ bytes: RawSpan, from start: Int, isFinal: Bool, _ options: LogOptions
  ) {
    let found: (header: LogHeader, isRow: Bool)?
    switch options.format {
    case nil:
      found = CSVHeader.recognise(bytes, from: start, isFinal: isFinal).map { ($0, false) }
    case .csv: found = CSVHeader.read(bytes, from: start, separator: nil)
    case .tsv: found = CSVHeader.read(bytes, from: start, separator: Byte.tab)
    default: found = nil
    }
    guard let found else {
      hasCountedNames = options.format == nil && CountedNames.begin(bytes)
      if options.format == nil || options.format == .vpcFlow,
        let header = FlowLogHeader.recognise(
          bytes, from: start, limit: options.lineLimit, isFinal: isFinal)
      {
        layout = .rows(header)
        isClosed = true
        isBeforeHeaderRow = true
      }
      return
    }
    layout = .rows(found.header)
    isBeforeHeaderRow = !found.isRow
  }
}
