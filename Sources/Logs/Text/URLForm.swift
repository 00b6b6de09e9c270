import Indicators
import Parsing

/// The normal form of a URL in the arena; forms of shorter URLs at its place are prefixes of it.
struct URLForm {
  let start: Int
  let schemeLength: Int
  private let keepsPath: Bool
  /// The ends in the text for which the length of the form is known.
  private let ends: ClosedRange<Int>
  /// The end asked for last, and the form's length up to it: the next end is near it.
  private var (end, length): (Int, Int)

  /// Nil if the forms of shorter URLs cannot be derived from this one.
  init?(_ parts: URLParts, start: Int, length: Int, end: Int) {
    guard parts.settledLength > 0 else { return nil }
    self.start = start
    schemeLength = parts.schemeLength
    keepsPath = parts.keepsPath
    self.end = end - parts.fragmentLength
    self.length = length
    ends = self.end - parts.settledLength...self.end
  }

  /// Length of the form of the shorter URL that ends at `end` in the text; nil if it is not a
  /// prefix of this form.
  mutating func length(to end: Int, in text: RawSpan, _ arena: RawSpan) -> Int? {
    guard ends.contains(end) else { return nil }
    if keepsPath {
      length -= self.end - end
      self.end = end
    } else {
      while self.end > end { goBack(to: end, in: text) }
      while self.end < end { goOn(in: text) }
    }
    // The cut may turn a longer segment into `.` or `..`, which a normal form does not keep.
    var offset = start + length - 1
    let dots = max(start, offset - 2)
    while offset > dots, arena.byte(unchecked: offset) == Byte.dot { offset -= 1 }
    let isDotSegment =
      offset < start + length - 1 && arena.byte(unchecked: offset) == Byte.slash
    return isDotSegment ? nil : length
  }

  private mutating func goBack(to least: Int, in text: RawSpan) {
    if end - least >= 3, text.byte(unchecked: end - 3) == UInt8(ascii: "%"),
      let byte = PercentEncoding.unit(text, at: end - 3, end: end)
    {
      end -= 3
      length -= PercentEncoding.formLength(unit: byte)
    } else {
      end -= 1
      length -= text.byte(unchecked: end) < 0x80 ? 1 : 3
    }
  }

  private mutating func goOn(in text: RawSpan) {
    let byte = text.byte(unchecked: end)
    if byte == UInt8(ascii: "%"),
      let unit = PercentEncoding.unit(text, at: end, end: ends.upperBound)
    {
      end += 3
      length += PercentEncoding.formLength(unit: unit)
    } else {
      end += 1
      length += byte < 0x80 ? 1 : 3
    }
  }
}
