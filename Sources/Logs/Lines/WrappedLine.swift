import Indicators
import Parsing

/// A line as another program wrote it, which a shipper or a collector has put whole into a member
/// of a record of its own (`message`, `event.original`).
///
/// The names of its fields decide how their values are read, as if the line stood alone, but the
/// field that is reported is the member that holds it. A record inside it is not looked for: it
/// would be at a third level.
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
    guard LineRecordReader.read(bytes, text, &self) else { return false }
    (line.level, line.report) = (unit.level, unit.field)
    (nested.isOpen, nested.isInTail) = (true, false)
    scanLineRecord(bytes, text, into: &batch)
    scanner.scanTextsAcrossFields(bytes, text, level: unit.level, field: unit.field, into: &batch)
    return true
  }
}
