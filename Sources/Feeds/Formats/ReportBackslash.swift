import Parsing

/// Where `\.` is no defanged dot: in paths of Windows and in expressions.
enum ReportBackslash {
  /// Whether a run of a name, all of whose marks are backslashes, is part of a path or an expression.
  static func isPlain(_ text: RawSpan, _ run: Range<Int>) -> Bool {
    let before = run.lowerBound > 0 ? text.byte(unchecked: run.lowerBound - 1) : 0
    let behind = run.upperBound < text.byteCount ? text.byte(unchecked: run.upperBound) : 0
    return before == Byte.backslash || before == Byte.slash || before == UInt8(ascii: "^")
      || behind == UInt8(ascii: "$") || isInPath(text, run.lowerBound)
      || isBetweenSlashes(text, run)
  }

  /// Whether the words before a run begin a part of a path: `C:\Program Files\.net`.
  ///
  /// Such words begin with capitals, and hosts do not: `C:\temp then evil\.example`. A dash, a bracket, a
  /// word with a dot and one word too many end a path as well.
  private static func isInPath(_ text: RawSpan, _ start: Int) -> Bool {
    var offset = start
    var words = 0
    while offset > 0 {
      let byte = text.byte(unchecked: offset - 1)
      if byte == Byte.backslash { break }
      if byte == Byte.space {
        words += 1
        guard words <= mostWords, isCapital(text.byte(unchecked: offset)) else { return false }
      } else if !isOfPart(byte) {
        return false
      }
      offset -= 1
    }
    guard offset > 0 else { return false }
    return isBehindDrive(text, offset - 1)
  }

  private static func isCapital(_ byte: UInt8) -> Bool {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
  }

  /// Most blanks in a part of a path.
  private static let mostWords = 3
  /// Bytes of the longest path, and before a run in which an expression's slash is looked for.
  private static let longestPath = 260

  private static func isOfPart(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte >= 0x80 || "_-&".utf8.contains(byte)
  }

  /// Whether a drive, as in `C:\`, stands before an offset, and nothing that no path holds between.
  private static func isBehindDrive(_ text: RawSpan, _ end: Int) -> Bool {
    var offset = end
    while offset >= 2, end - offset < longestPath {
      let byte = text.byte(unchecked: offset)
      if byte == Byte.backslash, text.byte(unchecked: offset - 1) == Byte.colon,
        Byte.isLetter(text.byte(unchecked: offset - 2))
      {
        return offset == 2 || !Byte.isAlphanumeric(text.byte(unchecked: offset - 3))
      }
      if byte < Byte.space || "\"<>|*?/".utf8.contains(byte) { return false }
      offset -= 1
    }
    return false
  }

  /// Whether a run stands between the slashes of an expression: `= /Temporary ASP\.NET Files/`.
  private static func isBetweenSlashes(_ text: RawSpan, _ run: Range<Int>) -> Bool {
    var start = run.lowerBound
    let first = max(0, start - longestPath)
    while start > first, text.byte(unchecked: start - 1) != Byte.slash { start -= 1 }
    guard start > first, opens(text, before: start - 1, upTo: run.lowerBound),
      !Text.isSpace(text.byte(unchecked: start)),
      var end = text.firstOffset(of: Byte.slash, from: run.upperBound)
    else { return false }
    end += 1
    // Options such as `i` may follow.
    let options = end
    while end < text.byteCount, end < options + 3, "imsx".utf8.contains(text.byte(unchecked: end)) {
      end += 1
    }
    return end == text.byteCount
      || !Byte.isAlphanumeric(text.byte(unchecked: end))
        && text.byte(unchecked: end) != Byte.slash
  }

  /// Whether the slash at an offset may open an expression.
  ///
  /// Where blanks stand behind it, a sign before it must tell: `the panel /login on evil\.com/` has none.
  private static func opens(_ text: RawSpan, before slash: Int, upTo run: Int) -> Bool {
    var offset = slash
    while offset > 0, Text.isSpace(text.byte(unchecked: offset - 1)) { offset -= 1 }
    guard offset > 0 else { return true }
    let before = text.byte(unchecked: offset - 1)
    if "=~(,\"'`".utf8.contains(before) { return true }
    let hasBlank = (slash + 1..<run).contains { Text.isSpace(text.byte(unchecked: $0)) }
    return !hasBlank && (before == Byte.colon || offset < slash)
  }
}
