import Indicators
import Parsing

/// Words in brackets in place of a part of a value that was taken out or differs each time.
///
/// For example `[victim].portal[.]example`, `/x/{id}/y`, `/<random>.php`.
///
/// The rest of such a value is another value, or none.
enum ReportPlaceholder {
  /// Most bytes of such a word.
  private static let longest = 64

  // MARK: Hosts

  /// Whether a run is the rest of a name whose beginning was taken out.
  static func isBefore(_ run: ReportRun, in text: RawSpan) -> Bool {
    let start = run.range.lowerBound
    guard start > 0, run.hasDot, closings.contains(text.byte(unchecked: start - 1)) else {
      return false
    }
    return run.value.lowerBound > start || saysTakenOut(text, endingAt: start - 1)
      || isInName(text, endingAt: start - 1, before: run)
  }

  /// Whether the word in brackets that ends at `close` directly follows a character of a name.
  ///
  /// The name continues after it: `evil[-]rest[.]example`.
  ///
  /// In a name that is not defanged, only a hyphen in brackets counts; the number of a note never
  /// does.
  private static func isInName(
    _ text: RawSpan, endingAt close: Int, before run: ReportRun
  ) -> Bool {
    let closing = text.byte(unchecked: close)
    guard closing != UInt8(ascii: ">") else { return false }
    var open = close
    repeat {
      guard open > 1, close - open < longest else { return false }
      open -= 1
    } while text.byte(unchecked: open) != closing - 2
    guard isPartOfName(text, open + 1..<close) else { return false }
    let isHyphen = close - open == 2 && text.byte(unchecked: open + 1) == Byte.minus
    return (run.hasMark || isHyphen) && isOfName(text.byte(unchecked: open - 1))
      && ReportSeparator(text, at: open) == nil
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == Byte.minus || byte == UInt8(ascii: "_")
  }

  /// End of a word in brackets inside a name, which continues after it: `evil[.]c[o]m`.
  ///
  /// Nil if there is none, such as at the number of a note.
  static func end(inName text: RawSpan, at start: Int) -> Int? {
    guard start > 0, start < text.byteCount, isOfName(text.byte(unchecked: start - 1)),
      "[{".utf8.contains(text.byte(unchecked: start)), let end = end(inHost: text, at: start)
    else { return nil }
    guard isPartOfName(text, start + 1..<end - 1) else { return nil }
    if Byte.isAlphanumeric(text.byte(unchecked: end)) { return end }
    guard end + 1 < text.byteCount else { return nil }
    // A sentence may end after a remark.
    let next = text.byte(unchecked: end + 1)
    return isOfName(next) && !(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= next) ? end : nil
  }

  /// Whether a word in brackets may be part of a name.
  ///
  /// The number of a note and the markup of forums are not.
  private static func isPartOfName(_ text: RawSpan, _ word: Range<Int>) -> Bool {
    var isNumber = true
    for offset in word {
      let byte = text.byte(unchecked: offset)
      guard Byte.isAlphanumeric(byte) || byte == Byte.minus else { return false }
      if !Byte.isDigit(byte) { isNumber = false }
    }
    return !isNumber && !markup.contains { text.extracting(word).equals(ignoringCase: $0) }
  }

  private static let markup: [StaticString] = ["b", "i", "u", "url", "code", "quote", "img"]

  /// Whether a value is an IPv4 address, which no brackets continue.
  static func isAddress(_ value: RawSpan) -> Bool {
    var refanged: [UInt8] = []
    Refanging.append(value, to: &refanged)
    return IPAddressText.ipv4(refanged.rawSpan) != nil
  }

  /// Beginnings of words that say that something was taken out, and nothing else.
  private static let takenOut: [StaticString] = [
    "redact", "remov", "victim", "target", "random", "company", "organi", "mask", "censor",
  ]

  /// Whether the word in brackets that ends at `close` says that something was taken out.
  private static func saysTakenOut(_ text: RawSpan, endingAt close: Int) -> Bool {
    var start = close
    while start > 0, close - start < longest {
      let byte = text.byte(unchecked: start - 1)
      guard Byte.isLetter(byte) || isMark(byte) else { break }
      start -= 1
    }
    guard start > 0, openings.contains(text.byte(unchecked: start - 1)),
      !isElement(text, start..<close)
    else { return false }
    return (start..<close).contains { word in
      (word == start || !Byte.isLetter(text.byte(unchecked: word - 1)))
        && takenOut.contains { text.starts(ignoringCase: $0, at: word) }
    }
  }

  /// End of the word in brackets at an offset, if a name continues after it: `suppl[x].example`.
  static func end(inHost text: RawSpan, at start: Int) -> Int? {
    guard start < text.byteCount, openings.contains(text.byte(unchecked: start)),
      ReportSeparator(text, at: start) == nil
    else { return nil }
    let limit = min(text.byteCount - 1, start + longest)
    var end = start + 1
    while end < limit, !closings.contains(text.byte(unchecked: end)) { end += 1 }
    guard end < limit else { return nil }
    let next = text.byte(unchecked: end + 1)
    return Byte.isAlphanumeric(next) || next == Byte.dot || next == Byte.minus ? end + 1 : nil
  }

  // MARK: Paths

  /// End of a path together with the placeholders in it and what follows them.
  ///
  /// Nil for a path without placeholders.
  static func pathEnd(_ text: RawSpan, _ path: Range<Int>, isQuoted: Bool) -> Int? {
    var path = path
    var end: Int?
    while let rest = firstEnd(text, path) {
      let next = ReportURL.pathEnd(text, from: rest, isQuoted: isQuoted)
      end = next
      path = rest..<next
    }
    return end
  }

  /// End of the first placeholder in a path or directly after it, where the path may have ended.
  private static func firstEnd(_ text: RawSpan, _ path: Range<Int>) -> Int? {
    for offset in path.lowerBound..<min(path.upperBound + 1, text.byteCount) {
      let byte = text.byte(unchecked: offset)
      // A fragment is not part of the URL that is requested.
      if byte == UInt8(ascii: "#") { return nil }
      guard openings.contains(byte), let close = wordEnd(text, at: offset) else { continue }
      let before = text.byte(unchecked: offset - 1)
      if byte == UInt8(ascii: "[") {
        // Members of lists, `?a[id]=5`, and words of titles are written so, too, but without blanks.
        let hasBlank = (offset..<close).contains { text.byte(unchecked: $0) == Byte.space }
        if hasBlank || "=?&/".utf8.contains(before) { return close + 1 }
      } else if !Byte.isAlphanumeric(before) || goesOn(text, at: close + 1) {
        return close + 1
      }
    }
    return nil
  }

  /// Offset of the bracket that closes the one at an offset, if only words are between them.
  private static func wordEnd(_ text: RawSpan, at start: Int) -> Int? {
    let open = text.byte(unchecked: start)
    let closing: UInt8 = open == UInt8(ascii: "<") ? UInt8(ascii: ">") : open + 2
    guard start > 0, ReportSeparator(text, at: start) == nil else { return nil }
    var letters = 0
    var end = start + 1
    while end < text.byteCount, end - start <= longest {
      let byte = text.byte(unchecked: end)
      if byte == closing { break }
      if Byte.isLetter(byte) || byte >= 0x80 { letters += 1 }
      guard Byte.isAlphanumeric(byte) || isMark(byte) || byte >= 0x80 else { return nil }
      end += 1
    }
    guard end < text.byteCount, text.byte(unchecked: end) == closing, end > start + 1 else {
      return nil
    }
    switch open {
    // The number of a note is no placeholder.
    case UInt8(ascii: "["): return letters > 1 ? end : nil
    case UInt8(ascii: "<"):
      let word = text.extracting(start + 1..<end)
      let isTag =
        isElement(text, start + 1..<end) || tags.contains { word.equals(ignoringCase: $0) }
      return letters > 1 && !isTag ? end : nil
    default: return end
    }
  }

  /// Whether a word between `<` and `>` begins an element of XML or HTML, which ends further on.
  private static func isElement(_ text: RawSpan, _ word: Range<Int>) -> Bool {
    guard word.lowerBound > 0, text.byte(unchecked: word.lowerBound - 1) == UInt8(ascii: "<")
    else { return false }
    let limit = min(text.byteCount, word.upperBound + longestElement)
    var offset = word.upperBound
    while let mark = (offset..<limit).first(where: {
      text.byte(unchecked: $0) == UInt8(ascii: "<")
    }) {
      offset = mark + 1
      let end = offset + 1 + word.count
      if end <= text.byteCount, text.byte(unchecked: offset) == Byte.slash,
        word.indices.allSatisfy({
          text.byte(unchecked: $0)
            == text.byte(unchecked: offset + 1 + $0 - word.lowerBound)
        })
      {
        return true
      }
    }
    return false
  }

  /// Bytes behind an element's name in which its end is looked for.
  private static let longestElement = 256

  private static func goesOn(_ text: RawSpan, at offset: Int) -> Bool {
    guard offset < text.byteCount else { return false }
    let byte = text.byte(unchecked: offset)
    return Byte.isAlphanumeric(byte) || "/.?&=-_".utf8.contains(byte)
  }

  /// Whether a byte may occur between the letters of words, or in expressions.
  private static func isMark(_ byte: UInt8) -> Bool { " '-_.,#$%*+".utf8.contains(byte) }

  private static let openings = Array("[<{".utf8)
  private static let closings = Array("]>}".utf8)

  /// HTML elements that occur in and after text, often without an end tag.
  private static let tags: [StaticString] = [
    "br", "td", "tr", "th", "li", "ul", "ol", "dd", "dt", "em", "tt", "hr", "wbr", "sub", "sup",
    "div", "pre", "span", "code", "bold", "strong", "small", "table", "tbody", "mark", "kbd",
  ]
}
