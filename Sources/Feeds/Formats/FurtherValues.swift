import Indicators
import Parsing

/// The values behind the first in a line of a list.
///
/// They follow one another, alone, behind a dash, a plus sign or `and`, or in brackets; words in brackets
/// may stand between them. Addresses, digests and URLs count, and names that are defanged: any other name
/// may be that of whom it deceives or who sold it, and a page about the first value is no value either.
struct FurtherValues {
  private(set) var values: [(range: Range<Int>, note: Range<Int>)] = []
  /// What stands in brackets directly behind the first value.
  private(set) var firstNote = 0..<0
  /// What stands behind the last value; where it is not empty, they may be part of a note.
  private(set) var note: Range<Int>

  /// Nil if there are none.
  init?(_ line: RawSpan, behind first: Range<Int>) {
    note = first.upperBound..<line.byteCount
    var isURL = Self.isURL(line.extracting(first))
    // A number of four parts behind a file's name is its version.
    let isFile = !isURL && FileExtensions.endsFile(line.extracting(first))
    var offset = first.upperBound
    var brackets = 0..<0
    let isDigest = Text.isDigest(line.extracting(first))
    while let word = Self.word(line, from: &offset, behindDigest: isDigest) {
      if let value = Self.value(line, word, behindURL: isURL), !isFile {
        take(brackets)
        values.append((value, 0..<0))
        offset = word.upperBound
        note = offset..<line.byteCount
        brackets = 0..<0
        isURL = Self.isURL(line.extracting(value))
      } else if brackets.isEmpty, let end = Self.bracketEnd(line, word.lowerBound) {
        brackets = word.lowerBound + 1..<end - 1
        offset = end
      } else {
        break
      }
    }
    guard !values.isEmpty else { return nil }
    if !brackets.isEmpty, offset == line.byteCount {
      take(brackets)
      note = offset..<offset
    }
    note = Self.words(line, note)
  }

  private mutating func take(_ brackets: Range<Int>) {
    guard !brackets.isEmpty else { return }
    if values.isEmpty { firstNote = brackets } else { values[values.count - 1].note = brackets }
  }

  // MARK: Words

  /// The next word behind blanks and a sign that joins values; nil at the line's end.
  private static func word(
    _ line: RawSpan, from offset: inout Int, behindDigest: Bool
  ) -> Range<Int>? {
    for _ in 0..<2 {
      while offset < line.byteCount, Text.isSpace(line.byte(unchecked: offset)) { offset += 1 }
      guard offset < line.byteCount else { return nil }
      var end = offset
      while end < line.byteCount, !Text.isSpace(line.byte(unchecked: end)) { end += 1 }
      let word = line.extracting(offset..<end)
      guard
        joiners.contains(where: { word.equals(ignoringCase: $0) })
          || behindDigest && word.equals(ignoringCase: ":") && isDigest(line, behind: end)
      else { return offset..<end }
      offset = end
    }
    return nil
  }

  /// Whether the word behind an offset is a digest: `MD5 : SHA-1 : SHA-256` of one file.
  private static func isDigest(_ line: RawSpan, behind offset: Int) -> Bool {
    let start = offset + 1
    guard start < line.byteCount else { return false }
    var end = start
    while end < line.byteCount, !Text.isSpace(line.byte(unchecked: end)) { end += 1 }
    return Text.isDigest(line.extracting(start..<end))
  }

  /// The values of a line that has nothing but values and slashes between blanks: `a.example / b.example`.
  static func slashed(_ line: RawSpan) -> [Range<Int>] {
    guard Text.firstIndex(of: " / ", in: line) != nil else { return [] }
    var values: [Range<Int>] = []
    var (offset, isSlash) = (0, false)
    while offset < line.byteCount {
      var end = offset
      while end < line.byteCount, !Text.isSpace(line.byte(unchecked: end)) { end += 1 }
      let word = offset..<end
      offset = end
      while offset < line.byteCount, Text.isSpace(line.byte(unchecked: offset)) { offset += 1 }
      if isSlash {
        guard word.count == 1, line.byte(unchecked: word.lowerBound) == Byte.slash else {
          return []
        }
      } else {
        guard let value = value(line, word, behindURL: true) ?? bareName(line, word) else {
          return []
        }
        values.append(value)
      }
      isSlash.toggle()
    }
    return isSlash && values.count > 1 ? values : []
  }

  /// A name that ends as hosts do and as no file does.
  private static func bareName(_ line: RawSpan, _ word: Range<Int>) -> Range<Int>? {
    let name = line.extracting(word)
    return name.firstOffset(of: Byte.dot) != nil && TopLevelDomains.endsName(name)
      && !FileExtensions.endsName(name)
      && name.byteOffsets.allSatisfy { offset in
        let byte = name.byte(unchecked: offset)
        return Byte.isAlphanumeric(byte) || byte >= 0x80 || byte == Byte.dot || byte == Byte.minus
          || byte == UInt8(ascii: "_")
      } ? word : nil
  }

  private static let joiners: [StaticString] = [
    "-", "\u{2013}", "\u{2014}", "+", "&", "and", "->",
  ]

  /// Where the dash begins that ends at an offset and stands alone; nil if there is none.
  static func dash(_ line: RawSpan, endingAt end: Int) -> Int? {
    for dash in ["-", "\u{2013}", "\u{2014}"] as [StaticString] {
      let start = end - dash.utf8CodeUnitCount
      if start > 0, line.starts(with: dash, at: start),
        Text.isSpace(line.byte(unchecked: start - 1))
      {
        return start
      }
    }
    return nil
  }

  /// Words without a dash in front of them.
  private static func words(_ line: RawSpan, _ range: Range<Int>) -> Range<Int> {
    let words = Text.trimmed(line, range)
    for mark in ["- ", "\u{2013} ", "\u{2014} "] as [StaticString]
    where line.starts(with: mark, at: words.lowerBound) {
      return Text.trimmed(line, words.lowerBound + mark.utf8CodeUnitCount..<words.upperBound)
    }
    return words
  }

  /// End of the brackets that open at an offset, or nil.
  private static func bracketEnd(_ line: RawSpan, _ start: Int) -> Int? {
    guard line.byte(unchecked: start) == UInt8(ascii: "("),
      let end = line.firstOffset(of: UInt8(ascii: ")"), from: start), end > start + 1
    else { return nil }
    return end + 1
  }

  /// A word without the brackets around it, or the half of them that it has, and punctuation behind it.
  static func stripped(_ line: RawSpan, _ word: Range<Int>) -> Range<Int> {
    var (start, end) = (word.lowerBound, word.upperBound)
    let opens = line.byte(unchecked: start) == UInt8(ascii: "(")
    if opens { start += 1 }
    while end > start + 1, ",;.".utf8.contains(line.byte(unchecked: end - 1)) { end -= 1 }
    if opens, end > start + 1, line.byte(unchecked: end - 1) == UInt8(ascii: ")") { end -= 1 }
    return start..<end
  }

  // MARK: Values

  /// Whether any word is an address, a digest or a URL.
  static func holdsValue(_ line: RawSpan, _ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    while offset < range.upperBound {
      var end = offset
      while end < range.upperBound, !Text.isSpace(line.byte(unchecked: end)) { end += 1 }
      if end > offset, value(line, offset..<end, behindURL: true) != nil { return true }
      offset = end + 1
    }
    return false
  }

  /// Whether a URL is a page about the value before it: known as one, or, behind something else than a
  /// URL, one with `https:` that can be clicked on.
  private static func isPage(_ text: RawSpan, behindURL: Bool) -> Bool {
    guard Refanging.isDefanged(text) else {
      return ReferencePage.fits(text) || !behindURL && text.starts(ignoringCase: "https:")
    }
    var url: [UInt8] = []
    Refanging.append(text, to: &url)
    return ReferencePage.fits(url.rawSpan)
  }

  /// The value that a word is, or nil.
  private static func value(
    _ line: RawSpan, _ word: Range<Int>, behindURL: Bool
  ) -> Range<Int>? {
    let range = stripped(line, word)
    let text = line.extracting(range)
    if Text.isDigest(text) { return range }
    if isURL(text) { return isPage(text, behindURL: behindURL) ? nil : range }
    // `::` alone is none.
    guard text.byteCount > 2 else { return nil }
    return NotedAddress.isWrittenAddress(text) || isDefangedName(text) ? range : nil
  }

  /// Whether text is a name that nobody can click on.
  private static func isDefangedName(_ text: RawSpan) -> Bool {
    guard text.byteCount <= 320, Refanging.isCandidate(text) else { return false }
    var name: [UInt8] = []
    Refanging.append(text, to: &name)
    return name.count < text.byteCount && TopLevelDomains.endsName(name.rawSpan)
      && !FileExtensions.endsName(name.rawSpan)
      && name.allSatisfy { Byte.isAlphanumeric($0) || $0 >= 0x80 || "-._".utf8.contains($0) }
  }

  /// Whether text begins with a scheme and two slashes, as it is or defanged.
  static func isURL(_ text: RawSpan) -> Bool {
    guard text.byteCount > 6, Byte.isLetter(text.byte(unchecked: 0)),
      let slashes = Text.firstIndex(of: "//", in: text), 4...12 ~= slashes
    else { return false }
    let before = text.byte(unchecked: slashes - 1)
    return before == Byte.colon || before == UInt8(ascii: "]") || before == UInt8(ascii: "[")
  }
}
