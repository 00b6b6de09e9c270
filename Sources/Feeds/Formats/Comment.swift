import Indicators
import Parsing

/// Comments as lists of values have them.
enum Comment {
  /// Whether a line is nothing but a comment.
  static func isWhole(_ line: RawSpan) -> Bool {
    switch line.isEmpty ? 0 : line.byte(unchecked: 0) {
    case UInt8(ascii: "#"), UInt8(ascii: ";"), UInt8(ascii: "!"): true
    case Byte.slash: line.starts(with: "//")
    default: false
    }
  }

  /// The part of a line before a comment that white space sets off.
  @_lifetime(copy line)
  static func removed(from line: RawSpan) -> RawSpan { line.extracting(split(line).text) }

  /// The part of a line before a comment that white space sets off, and what the comment says.
  static func split(_ line: RawSpan) -> (text: Range<Int>, comment: Range<Int>) {
    var offset = 1
    while offset < line.byteCount {
      let byte = line.byte(unchecked: offset)
      if Text.isSpace(line.byte(unchecked: offset - 1)),
        byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";")
          || byte == Byte.slash && line.starts(with: "//", at: offset)
      {
        return (Text.trimmed(line, 0..<offset), words(line, from: offset))
      }
      offset += 1
    }
    return (0..<line.byteCount, line.byteCount..<line.byteCount)
  }

  /// What a comment says, without the signs that it begins with.
  static func words(_ line: RawSpan, from start: Int) -> Range<Int> {
    var start = start
    while start < line.byteCount {
      switch line.byte(unchecked: start) {
      case UInt8(ascii: "#"), UInt8(ascii: ";"), Byte.slash, Byte.minus: start += 1
      case let byte where Text.isSpace(byte): start += 1
      default: return Text.trimmed(line, start..<line.byteCount)
      }
    }
    return line.byteCount..<line.byteCount
  }
}
