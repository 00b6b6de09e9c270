import Parsing

/// Tags in one cell: separated by commas, semicolons or bars, or a list as JSON, Python and SQL write it.
enum TagList {
  /// A cell without the brackets of a list around it, and whether there were any.
  @_lifetime(copy cell)
  private static func content(of cell: RawSpan) -> (RawSpan, isBracketed: Bool) {
    guard cell.byteCount >= 2 else { return (cell, false) }
    switch (cell.byte(unchecked: 0), cell.byte(unchecked: cell.byteCount - 1)) {
    case (UInt8(ascii: "["), UInt8(ascii: "]")), (UInt8(ascii: "{"), UInt8(ascii: "}")):
      return (cell.extracting(1..<cell.byteCount - 1), true)
    default: return (cell, false)
    }
  }

  /// The ranges of a cell's tags, without white space and quotes; empty tags are included.
  static func tags(of cell: RawSpan) -> [Range<Int>] {
    let (list, isBracketed) = content(of: cell)
    let first = isBracketed ? 1 : 0
    var tags: [Range<Int>] = []
    var start = 0
    while start <= list.byteCount {
      let (range, next) = next(list, from: start, isQuoted: isBracketed)
      tags.append(range.lowerBound + first..<range.upperBound + first)
      start = next
    }
    return tags
  }

  /// Where the tag at an offset is, without white space and quotes, and where the next one begins.
  ///
  /// In a list a quoted tag may hold separators; a quote that does not close is a byte like any other.
  private static func next(
    _ list: RawSpan, from start: Int, isQuoted: Bool
  ) -> (range: Range<Int>, next: Int) {
    var end = start
    if isQuoted {
      while end < list.byteCount, Text.isSpace(list.byte(unchecked: end)) { end += 1 }
      if end < list.byteCount, let close = closingQuote(list, from: end) {
        let tag = end + 1..<close
        return (Text.trimmed(list, tag), endOfTag(list, from: close + 1) + 1)
      }
    }
    end = endOfTag(list, from: start)
    return (Text.trimmed(list, start..<end), end + 1)
  }

  /// Where a tag ends: a bar between double quotes is the tag's, as in MISP's `a:b="c|d"`.
  private static func endOfTag(_ list: RawSpan, from start: Int) -> Int {
    var end = start
    var isQuoted = false
    while end < list.byteCount {
      switch list.byte(unchecked: end) {
      case Byte.comma, UInt8(ascii: ";"): return end
      case UInt8(ascii: "|") where !isQuoted: return end
      case Byte.quote: isQuoted.toggle()
      default: break
      }
      end += 1
    }
    return end
  }

  /// Offset of the quote that closes the one at `open`, or nil.
  ///
  /// Only the list's next separator may follow it.
  private static func closingQuote(_ list: RawSpan, from open: Int) -> Int? {
    let quote = list.byte(unchecked: open)
    guard quote == Byte.quote || quote == Byte.apostrophe,
      let close = list.firstOffset(of: quote, from: open + 1)
    else { return nil }
    var end = close + 1
    while end < list.byteCount, Text.isSpace(list.byte(unchecked: end)) { end += 1 }
    return end == list.byteCount || list.byte(unchecked: end) == Byte.comma ? close : nil
  }
}
