import Parsing

/// Everything that earlier bytes of a log decide about later ones.
package struct LogState: Equatable, Sendable {
  /// What kind of lines are expected.
  enum Layout: Equatable, Sendable {
    /// Records and text, each line by itself.
    case lines
    /// Lines that begin with `#`; it is already known that no `#Fields:` follows them.
    case comments
    /// Rows below a header.
    case rows(LogHeader)
  }

  /// Whether an array of objects is open, whose elements are records of their own.
  enum ArrayPlace: UInt8, Sendable { case outside, beforeElement, behindElement, behindList }

  /// The name of the member that holds the open array, in an object with little else: CloudTrail's
  /// `Records`.
  enum ListName: UInt8, Sendable { case none, upperCase, lowerCase }

  var layout: Layout = .lines
  var array: ArrayPlace = .outside
  var list: ListName = .none
  /// A record ended, and its line continues behind it.
  var isInsideLine = false
  /// A line beyond the limit continues.
  var isInsideLongLine = false
  /// At the last cut of that line, a run of bytes that may be a value continues.
  var isInsideCutRun = false
  /// The log that the header belongs to is closed: lines that are no rows of it are read as usual.
  var isClosed = false
  /// The log is closed, and the last line begins with `#`.
  ///
  /// As with `comments`, it is known that no `#Fields:` is among the lines with `#` that follow it.
  var isBehindComment = false
  /// The next row is the header itself.
  var isBeforeHeaderRow = false
  /// The names in the log have the length of each label before it (`CountedNames`).
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

  /// Whether more bytes are needed to tell what the log is: the first ones may be a CSV's header,
  /// and no row behind it is complete yet.
  ///
  /// With more than 64 KiB, the answer is always false.
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
