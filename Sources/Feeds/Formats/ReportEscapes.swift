import Indicators
import Parsing

/// Characters of a report that markup and URLs write in another way.
enum ReportEscapes {
  /// Undoes notations of markup and URLs; false if there are none.
  ///
  /// These are brackets that Markdown escapes (`evil\[.\]example`), a pair of colons (`[::]`),
  /// `&amp;`, and characters in percent notation that need none (`%65vil`, `Matching.md` §1).
  static func undo(_ line: RawSpan, into unescaped: inout [UInt8]) -> Bool {
    unescaped.removeAll(keepingCapacity: true)
    var copied = 0
    var offset = 0
    while offset < line.byteCount {
      let start = offset
      switch line.byte(unchecked: offset) {
      case Byte.backslash:
        guard let end = escapedEnd(line, at: offset) else { break }
        unescaped.append(line.extracting(copied..<offset))
        unescaped.append(line.extracting(offset + 1..<end - 2))
        unescaped.append(UInt8(ascii: "]"))
        offset = end
      case UInt8(ascii: "["):
        // An address in a URL is in brackets as well: `http://[::]/`.
        guard line.starts(with: "[::]", at: offset), offset > 0,
          Hex.value(of: line.byte(unchecked: offset - 1)) < 16
        else { break }
        unescaped.append(line.extracting(copied..<offset))
        unescaped.append(contentsOf: "[:][:]".utf8)
        offset += 4
      case UInt8(ascii: "&"):
        guard line.starts(with: "amp;", at: offset + 1) else { break }
        unescaped.append(line.extracting(copied...offset))
        offset += 5
      case UInt8(ascii: "%"):
        guard let length = percentLength(line, at: offset) else { break }
        let value =
          Hex.value(of: line.byte(unchecked: offset + 1)) << 4
          | Hex.value(of: line.byte(unchecked: offset + 2))
        guard length == 3, Byte.isAlphanumeric(value) || "-._~".utf8.contains(value) else {
          // Text that was encoded twice is a single border.
          offset += length
          continue
        }
        unescaped.append(line.extracting(copied..<offset))
        unescaped.append(value)
        offset += length
      default: break
      }
      if offset == start { offset += 1 } else { copied = offset }
    }
    guard copied > 0 else { return false }
    unescaped.append(line.extracting(copied...))
    return true
  }

  /// Length of the percent escape at an offset; nil if there is none.
  ///
  /// In text that was encoded twice, the inner escape is included.
  static func percentLength(_ text: RawSpan, at offset: Int) -> Int? {
    func isHex(_ start: Int) -> Bool {
      start + 1 < text.byteCount && Hex.value(of: text.byte(unchecked: start)) < 16
        && Hex.value(of: text.byte(unchecked: start + 1)) < 16
    }
    guard text.byte(unchecked: offset) == UInt8(ascii: "%"), isHex(offset + 1) else { return nil }
    return text.starts(with: "25", at: offset + 1) && isHex(offset + 3) ? 5 : 3
  }

  /// End of a separator in brackets that are both escaped, or nil.
  private static func escapedEnd(_ line: RawSpan, at offset: Int) -> Int? {
    for form in [".", "dot", ":", "://", "@", "at", "/"] as [StaticString] {
      let inner = offset + 2
      if line.starts(with: "\\[", at: offset),
        line.starts(ignoringCase: form, at: inner),
        line.starts(with: "\\]", at: inner + form.utf8CodeUnitCount)
      {
        return inner + form.utf8CodeUnitCount + 2
      }
    }
    return nil
  }
}
