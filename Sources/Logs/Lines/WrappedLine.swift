import Indicators
import Parsing

/// A line as another program wrote it, which a shipper or a collector has put whole into a member
/// of a record of its own (`message`, `event.original`).
///
/// The names of its fields decide how their values are read, as if the line stood alone, but the
/// field that is reported is the member that holds it. It may end with a record in JSON, unless it
/// is itself in a record at the end of a line: that would be at a third level.
extension Extraction {
  /// Bytes of a string that may be such a line.
  private static let wrapped = 16...32_768

  /// Emits the values of a string that is a line of one of the formats known line by line; false: it is none.
  mutating func scanWrappedLine(
    _ bytes: RawSpan, _ unit: TextUnit, into batch: inout ObservableBatch
  ) -> Bool {
    // At the second level, no memory is left in which the line's own escapes could be undone.
    guard !nested.isOpen || nested.isInTail, unit.level <= 1 else { return false }
    let text = bytes.withoutPadding(unit.start..<unit.end)
    guard Self.wrapped ~= text.count else { return false }
    // Restored at the end: what the line says about the event matters only if the record says
    // nothing (`noteMessage`).
    let facts = event.facts
    // Restored at the end: a line that ends with this record may itself be being read.
    let (outer, wasNested, wasInTail) = (line, nested.isOpen, nested.isInTail)
    defer {
      event.facts = facts
      line = outer
      (nested.isOpen, nested.isInTail) = (wasNested, wasInTail)
    }
    event.facts.reset()
    guard LineRecordReader.read(bytes, text, &self) else { return false }
    (line.level, line.report, line.mayEndWithRecord) = (unit.level, unit.field, !wasNested)
    (nested.isOpen, nested.isInTail) = (true, false)
    let noted = (event.nested, event.nestedTime, event.isNestedTimeZoned)
    event.nestedTime = nil
    scanLineRecord(bytes, text, into: &batch)
    if line.endsWithRecord, event.facts.found == nil {
      noteTimeBeforeTail(bytes, text)
    } else {
      // What the line's own fields say goes before what a record behind them says.
      (event.nested, event.nestedTime, nested.memberMessage) = (noted.0, nil, nil)
    }
    if event.nestedTime == nil { (event.nestedTime, event.isNestedTimeZoned) = (noted.1, noted.2) }
    scanner.scanTextsAcrossFields(bytes, text, level: unit.level, field: unit.field, into: &batch)
    return true
  }

  /// Emits the values of a string that is no such line but ends with a record in JSON.
  mutating func scanText(
    _ bytes: RawSpan, _ unit: TextUnit, endingAt tail: Int, into batch: inout ObservableBatch
  ) {
    var front = unit
    (front.end, front.isQuoted, front.port, front.sibling) = (tail, false, 0, -1)
    let noted = (event.nestedTime, event.isNestedTimeZoned)
    event.nestedTime = nil
    scanner.scan(bytes, front, into: &batch)
    walkTail(bytes, unit, from: unit.start, at: tail, into: &batch)
    line.reset()
    noteTimeBeforeTail(bytes, bytes.withoutPadding(unit.start..<unit.end))
    if event.nestedTime == nil { (event.nestedTime, event.isNestedTimeZoned) = noted }
  }

  /// Notes the time of a line in a string that ends with a record: the line's own, unless it has no
  /// zone and the record's has one, as for a line by itself.
  private mutating func noteTimeBeforeTail(_ bytes: RawSpan, _ text: Range<Int>) {
    let isTold = event.nestedTime != nil
    if let time = line.time {
      (event.nestedTime, event.isNestedTimeZoned) = (time, true)
    } else if let time = line.headerTime,
      line.isHeaderTimeZoned || !isTold || !event.isNestedTimeZoned && !line.isHeaderYearAssumed
    {
      (event.nestedTime, event.isNestedTimeZoned) = (time, line.isHeaderTimeZoned)
    } else if let start = LogTime.lineStart(
      bytes, line.text.isEmpty ? text : line.text, year: options.year),
      start.isZoned || !isTold
    {
      (event.nestedTime, event.isNestedTimeZoned) = (start.time, start.isZoned)
    }
  }
}
