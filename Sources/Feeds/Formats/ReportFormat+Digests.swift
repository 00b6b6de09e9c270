import Indicators
import Parsing

/// Digests in prose, and the words before them (`Matching.md` §5).
extension ReportFormat {
  /// `sha256:…`, `(…)`, a link to a service's page about a file: the digits are what counts.
  func readDigests(
    _ text: RawSpan, _ range: Range<Int>, _ number: UInt64, _ sink: inout FeedSink
  ) -> Bool {
    var hasDigest = false
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard Text.isAlphanumeric(text.byte(unchecked: offset)) else {
        offset += 1
        continue
      }
      var end = offset
      while end < range.upperBound, Text.isAlphanumeric(text.byte(unchecked: end)) { end += 1 }
      let run = text.extracting(offset..<end)
      if Text.isDigest(run) {
        hasDigest = true
        if let label = Self.label(text, before: offset) {
          let key = Text.key(text.extracting(label))
          if ValueType.isForeignDigest(key) {
            sink.refuse(.unsupportedKind, text.extracting(label.lowerBound..<end), line: number)
            offset = end
            continue
          }
          if let kind = IndicatorParser.digestKind(ofLabel: key) {
            sink.add(run, as: .kind(kind), line: number)
            offset = end
            continue
          }
        }
        sink.add(run, as: .digest, line: number)
      }
      offset = end
    }
    return hasDigest
  }

  /// The word directly before a digest, joined to it by a colon or an equals sign, blanks and quotes beside that
  /// allowed; nil where there is none.
  private static func label(_ text: RawSpan, before start: Int) -> Range<Int>? {
    func isFiller(_ byte: UInt8) -> Bool {
      Text.isSpace(byte) || byte == Byte.quote || byte == UInt8(ascii: "*")
        || byte == Byte.apostrophe || byte == UInt8(ascii: "`")
    }
    var end = start
    let first = max(0, start - longestLabel)
    while end > first, isFiller(text.byte(unchecked: end - 1)) { end -= 1 }
    guard end > first,
      text.byte(unchecked: end - 1) == Byte.colon
        || text.byte(unchecked: end - 1) == UInt8(ascii: "=")
    else { return nil }
    end -= 1
    while end > first, isFiller(text.byte(unchecked: end - 1)) { end -= 1 }
    var word = end
    while word > first,
      Text.isAlphanumeric(text.byte(unchecked: word - 1))
        || "-_".utf8.contains(text.byte(unchecked: word - 1))
    {
      word -= 1
    }
    return word < end ? word..<end : nil
  }

  /// Bytes before a digest in which its label is looked for.
  private static let longestLabel = 48
}
