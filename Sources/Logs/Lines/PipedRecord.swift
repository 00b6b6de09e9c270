import Indicators
import Parsing

/// CEF and LEEF: a header cut by `|`, then keys and values.
enum PipedRecord {
  /// Reads a message that holds a record of CEF or LEEF; what stands before it is text.
  static func read(
    _ bytes: RawSpan, _ range: Range<Int>, _ extraction: inout Extraction
  ) -> Bool {
    let end = range.upperBound
    // Of both formats' marks, only the `|` at the end can be found as a single byte.
    guard let pipe = bytes.firstOffset(of: UInt8(ascii: "|"), from: range.lowerBound, to: end)
    else { return false }
    var version = pipe
    while version > range.lowerBound, pipe - version < 4 {
      let byte = bytes.byte(unchecked: version - 1)
      guard Byte.isDigit(byte) || byte == Byte.dot else { break }
      version -= 1
    }
    guard version < pipe else { return false }
    var mark = version
    if mark > range.lowerBound, bytes.byte(unchecked: mark - 1) == Byte.space { mark -= 1 }
    func isMark(_ word: StaticString) -> Bool {
      let start = mark - word.utf8CodeUnitCount
      guard start >= range.lowerBound, bytes.starts(with: word, at: start) else { return false }
      return start == range.lowerBound
        || !ByteClasses.shared.is(bytes.byte(unchecked: start - 1), .alphanumeric)
    }
    let count = extraction.line.fields.count
    guard isMark("LEEF:") || isMark("CEF:"), case let start = mark - (isMark("LEEF:") ? 5 : 4),
      MessageFront.mayBeHeader(bytes, range.lowerBound..<start, &extraction)
        || MessageFront.isWordOfCollector(bytes, range.lowerBound..<start, &extraction),
      !extraction.nested.isInside(bytes, range, mark),
      // In a web server's access log, it is what a client called itself.
      start == range.lowerBound || AccessLog.shape(bytes, range, &extraction) == nil
    else { return false }
    if isMark("LEEF:") {
      extraction.line.skip(mark - 5..<pipe + 1)
      if LEEFRecord.read(
        bytes, pipe + 1..<end, version: bytes.byte(unchecked: version), &extraction)
      {
        return true
      }
    } else {
      extraction.line.skip(mark - 4..<pipe + 1)
      if CEFRecord.read(bytes, pipe + 1..<end, &extraction) { return true }
    }
    // Only lines of the log itself are counted.
    if extraction.line.isWhole { extraction.scanner.counters.brokenRecords += 1 }
    extraction.line.cut(to: count)
    return false
  }

  /// Reads one part for each name, each up to a `|` that has no backslash before it; where the rest
  /// begins, or nil if a part is missing.
  static func readParts(
    _ bytes: RawSpan, _ range: Range<Int>, _ names: [StaticString], _ extraction: inout Extraction
  ) -> Int? {
    var start = range.lowerBound
    for part in names {
      var offset = start
      while true {
        guard
          let pipe = bytes.firstOffset(of: UInt8(ascii: "|"), from: offset, to: range.upperBound)
        else { return nil }
        offset = pipe + 1
        if bytes.isEscaped(pipe, from: start) { continue }
        extraction.line.add(
          extraction.scanner.paths.name(part), key: start, value: start..<pipe, escapes: .cef)
        start = pipe + 1
        break
      }
    }
    return start
  }

  /// A time as devices write it: milliseconds since 1970, ISO 8601, or with the month first.
  static func deviceTime(_ bytes: RawSpan, _ range: Range<Int>, year: Int?) -> Int64? {
    if bytes.isNumber(range) {
      return range.count < 10 ? nil : LogTime.field(bytes, range)
    }
    return Timestamp.iso8601(bytes, range)
      ?? LogTime.monthFirst(bytes, range, year: year) ?? LogTime.written(bytes, range)
  }
}
