import CByteKernels
import Parsing

/// What the first byte of a line tells about stepping over the line, if nothing in it is asked for.
///
/// The table has an entry for each value of a byte, in the form that the kernel needs.
struct LineMeanings: Sendable {
  private let table: [UInt8]
  /// A byte that a line must not hold if it is to be stepped over; -1 for none.
  private let stop: Int32
  private static let way = sekisho_text_best()

  private init(stop: UInt8? = nil, _ meanings: [(bytes: String, meaning: Int)]) {
    var table = [UInt8](repeating: 0, count: 256)
    for (bytes, meaning) in meanings {
      for byte in bytes.utf8 { table[Int(byte)] |= UInt8(meaning) }
    }
    self.table = table
    self.stop = stop.map(Int32.init) ?? -1
  }

  /// Rows below a header, among which lines that begin with `#` mean something else.
  static let rows = LineMeanings([("#", SEKISHO_LINE_STOPS)])

  /// Rows of Zeek and W3C logs, among which may be JSON records.
  static let rowsAndRecords = LineMeanings([
    ("#", SEKISHO_LINE_STOPS), ("{", SEKISHO_LINE_IS_OBJECT),
    (" \t\r\n,}]", SEKISHO_LINE_GOES_ON),
  ])

  /// Rows whose quoted cells may hold the ends of lines.
  static let quotedRows = LineMeanings(stop: Byte.quote, [])

  /// Lines that are text whatever they hold.
  private static let text = LineMeanings([("#v", SEKISHO_LINE_STOPS)])

  /// Lines that may be JSON records: behind blanks and within arrays, only a closer look tells.
  private static let records = LineMeanings([
    ("#v[ \t\r", SEKISHO_LINE_STOPS), ("{", SEKISHO_LINE_IS_OBJECT),
    (" \t\r\n,}]", SEKISHO_LINE_GOES_ON),
  ])

  /// Lines outside of any table.
  static func lines(_ options: LogOptions) -> LineMeanings {
    options.readsJSON ? records : text
  }

  /// Steps over lines that end before `end`, from the start of a line on.
  ///
  /// - Returns: The start of the first line that needs a closer look.
  @inline(__always)
  func stepOver(_ chunk: RawSpan, from start: Int, to end: Int, _ lines: inout UInt64) -> Int {
    precondition(start >= 0 && end <= chunk.byteCount && table.count == 256)
    if start >= end { return start }
    // SAFETY: the kernel reads from `start` to `end` and the byte behind it, if the chunk goes on, and the
    // table, which has an entry for each value of a byte.
    return unsafe chunk.withUnsafeBytes { bytes in
      unsafe table.withUnsafeBufferPointer { table in
        guard let first = unsafe bytes.bindMemory(to: UInt8.self).baseAddress,
          let meanings = table.baseAddress
        else { return start }
        return unsafe sekisho_step_over_lines(
          first, bytes.count, start, end, meanings, stop, &lines, Self.way)
      }
    }
  }
}
