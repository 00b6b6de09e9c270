import Indicators
import Parsing

/// What stands behind a value of a list and could be one itself.
extension FeedSink {
  /// Remarks on a note that begins with a name or a page's URL, or with a value and words behind it.
  ///
  /// It is not let in, since it may be that of a target, a registrar or a report.
  mutating func noteValue(in parts: NotedValue, of line: RawSpan, number: UInt64) {
    guard parts.isOfWords, !parts.note.isEmpty else { return }
    let note = line.extracting(parts.note)
    if parts.holdsValue { return self.note("value-in-note", note, line: number) }
    guard !Text.isDigest(line.extracting(parts.value)) else { return }
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

  /// Remarks on a value behind the first that is known to be good: a decoy or a resolver that was asked.
  ///
  /// False for any other, which is to be let in.
  mutating func noteKnownGood(_ value: Range<Int>, of line: RawSpan, number: UInt64) -> Bool {
    var text = line.extracting(value)
    if Text.isDigest(text) { return false }
    if FurtherValues.isURL(text), let slashes = Text.firstIndex(of: "//", in: text) {
      // A page below a site may be bad.
      let end = text.firstOffset(of: Byte.slash, from: slashes + 2) ?? text.byteCount
      guard text.byteCount - end <= 1 else { return false }
      text = text.extracting(slashes + 2..<end)
    }
    var admission = admission
    // That a feed is trusted says nothing of what its notes name.
    if !options.isAllowList { admission.trustsWellKnown = false }
    guard parser.parse(text, as: .none, options: admission) == nil,
      parser.lints.contains(.wellKnownName) || parser.lints.contains(.wellKnownAddress)
    else { return false }
    note("value-in-note", line.extracting(value), line: number)
    return true
  }
}
