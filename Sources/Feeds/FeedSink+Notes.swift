import Indicators
import Parsing

/// What stands behind a value of a list and could be one itself.
extension FeedSink {
  /// Remarks on a note that begins with a name or a page's URL: it is not let in, since it may be that
  /// of a target, a registrar or a report.
  mutating func noteValue(in parts: NotedValue, of line: RawSpan, number: UInt64) {
    guard parts.isOfWords, !parts.note.isEmpty, !Text.isDigest(line.extracting(parts.value)) else {
      return
    }
    let note = line.extracting(parts.note)
    var end = 0
    while end < note.byteCount, !Text.isSpace(note.byte(unchecked: end)) { end += 1 }
    let word = note.extracting(FurtherValues.stripped(note, 0..<end))
    guard word.firstOffset(of: Byte.dot) != nil, !FileExtensions.endsName(word),
      parser.parse(word, as: .none, options: admission) == nil, !ReferencePage.fits(word),
      !parser.lints.contains(.unknownTopLevelDomain),
      let kind = parser.results.first?.kind, kind == .domain || kind == .url
    else { return }
    self.note("value-in-note", note, line: number)
  }
}
