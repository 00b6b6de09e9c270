import Indicators
import Parsing

/// Prose: of a report only what was defanged, and digests, are its indicators (`matching.md` §9).
///
/// A report names its victims and their services in plain form; what its authors made unclickable is
/// what they warn of.
struct ReportFormat: LineFormat {
  private var parser = IndicatorParser()
  private var refanged: [UInt8] = []

  init() {}

  mutating func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    var start = 0
    while start < line.byteCount {
      while start < line.byteCount, Self.isBorder(line, at: start) { start += 1 }
      var end = start
      while end < line.byteCount, !Self.isBorder(line, at: end) { end += 1 }
      if end > start { readWord(line.extracting(start..<end), number, &sink) }
      start = end + 1
    }
  }

  private mutating func readWord(_ word: RawSpan, _ number: UInt64, _ sink: inout FeedSink) {
    if Self.isDefanged(word) {
      let value = Self.withoutPunctuation(word)
      sink.addCell(
        value, as: .none, nameMode: .withSubdomains, isStrict: false, line: number)
      return
    }
    // `sha256:…`, `(…)`, a link to a service's page about a file: the digits are what counts.
    var offset = 0
    while offset < word.byteCount {
      guard Text.isAlphanumeric(word.byte(unchecked: offset)) else {
        offset += 1
        continue
      }
      var end = offset
      while end < word.byteCount, Text.isAlphanumeric(word.byte(unchecked: end)) { end += 1 }
      let run = word.extracting(offset..<end)
      if Text.isDigest(run) { sink.add(run, as: .digest, line: number) }
      offset = end
    }
  }

  private static func isBorder(_ line: RawSpan, at offset: Int) -> Bool {
    switch line.byte(unchecked: offset) {
    case Byte.quote, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "`"),
      UInt8(ascii: ";"):
      true
    // A comma ends a value unless it stands in a URL's query.
    case Byte.comma: offset + 1 == line.byteCount || Text.isSpace(line.byte(unchecked: offset + 1))
    case let byte: Text.isSpace(byte) || byte < 0x20
    }
  }

  /// Parentheses and full stops of the sentence around a value; brackets of the value stay.
  @_lifetime(copy word)
  private static func withoutPunctuation(_ word: RawSpan) -> RawSpan {
    var range = 0..<word.byteCount
    while let last = range.last {
      let byte = word.byte(unchecked: last)
      let isUnpaired =
        byte == UInt8(ascii: ")") && !hasOpening(UInt8(ascii: "("), word, range)
        || byte == UInt8(ascii: "]") && !hasOpening(UInt8(ascii: "["), word, range)
      guard isUnpaired || ".,:!?'*".utf8.contains(byte) else { break }
      range = range.lowerBound..<last
    }
    while let first = range.first {
      let byte = word.byte(unchecked: first)
      let isUnpaired =
        byte == UInt8(ascii: "(")
        && Text.firstIndex(of: UInt8(ascii: ")"), in: word.extracting(range)) == nil
      guard isUnpaired || "'*".utf8.contains(byte) else { break }
      range = first + 1..<range.upperBound
    }
    if range.count > 2, word.byte(unchecked: range.lowerBound) == UInt8(ascii: "("),
      word.byte(unchecked: range.upperBound - 1) == UInt8(ascii: ")")
    {
      // The sentence's own, around the whole value.
      range = range.lowerBound + 1..<range.upperBound - 1
    }
    return word.extracting(range)
  }

  private static func hasOpening(_ byte: UInt8, _ word: RawSpan, _ range: Range<Int>) -> Bool {
    var open = 0
    for offset in range.dropLast() {
      let other = word.byte(unchecked: offset)
      if other == byte { open += 1 }
      if other == byte + (byte == UInt8(ascii: "(") ? 1 : 2) { open -= 1 }
    }
    return open > 0
  }

  /// Whether a word holds one of the notations that keep a value from being clicked.
  private static func isDefanged(_ word: RawSpan) -> Bool {
    for scheme in ["hxxp", "h**p", "hxtp", "htxp", "fxp:", "fxp["] as [StaticString]
    where Text.starts(word, scheme, ignoringCase: true) { return true }
    for offset in word.byteOffsets {
      switch word.byte(unchecked: offset) {
      case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"):
        for inner in [".", "dot", ":", "://", "@", "at"] as [StaticString] {
          let length = inner.utf8CodeUnitCount
          if Text.contains(word, inner, at: offset + 1, ignoringCase: true),
            offset + 1 + length < word.byteCount,
            "])}".utf8.contains(word.byte(unchecked: offset + 1 + length))
          {
            return true
          }
        }
        // Half a bracket: `evil[.example`.
        if Text.contains(word, "[.", at: offset) { return true }
      case Byte.dot where Text.contains(word, ".]", at: offset): return true
      case Byte.backslash where Text.contains(word, "\\.", at: offset) && offset > 0: return true
      default: continue
      }
    }
    return false
  }
}
