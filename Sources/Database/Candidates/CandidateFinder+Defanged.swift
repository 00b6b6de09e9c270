import Indicators
import Parsing

extension CandidateFinder {
  /// Finds what may be a part of a defanged value (`evil[.]example`, `hxxp://`).
  ///
  /// Such a value is read as another text than it is, so that each such place is a candidate. The
  /// search is wider than the rule: it does not decode escapes, and ignores what surrounds a form.
  mutating func findDefanged(in chunk: RawSpan) {
    let end = chunk.byteCount - 1
    var offset = 0
    while offset < end {
      let next = chunk.byte(unchecked: offset + 1)
      switch chunk.byte(unchecked: offset) {
      case UInt8(ascii: "["):
        switch next {
        case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@"),
          UInt8(ascii: "\\"):
          add(offset)
        default: if isWord(chunk, at: offset + 1) { add(offset) }
        }
        if isDefangedScheme(chunk, before: offset) { add(offset) }
      case UInt8(ascii: "("), UInt8(ascii: "{"):
        if next == UInt8(ascii: ".") || isWord(chunk, at: offset + 1) { add(offset) }
      case UInt8(ascii: "."):
        if next == UInt8(ascii: "]") || next == UInt8(ascii: ")") || next == UInt8(ascii: "}") {
          add(offset)
        }
      case UInt8(ascii: "\\"): if next == UInt8(ascii: ".") { add(offset) }
      case UInt8(ascii: ":"): if isDefangedScheme(chunk, before: offset) { add(offset) }
      default: break
      }
      offset += 1
    }
  }

  /// Whether `dot` or `at` begins at an offset and no letter follows it.
  private func isWord(_ bytes: RawSpan, at offset: Int) -> Bool {
    func letter(_ index: Int) -> UInt8 {
      let place = offset + index
      return place < bytes.byteCount ? bytes.byte(unchecked: place) | 0x20 : 0
    }
    switch letter(0) {
    case UInt8(ascii: "d"):
      return letter(1) == UInt8(ascii: "o") && letter(2) == UInt8(ascii: "t")
        && letter(3) &- 0x61 > 25
    case UInt8(ascii: "a"): return letter(1) == UInt8(ascii: "t") && letter(2) &- 0x61 > 25
    default: return false
    }
  }

  /// Whether a defanged scheme ends before an offset: `hxxp`, `h**ps`, `fxp`.
  private func isDefangedScheme(_ bytes: RawSpan, before offset: Int) -> Bool {
    func byte(_ back: Int) -> UInt8 {
      offset >= back ? bytes.byte(unchecked: offset - back) | 0x20 : 0
    }
    let last = byte(1) == UInt8(ascii: "s") ? 2 : 1
    guard byte(last) == UInt8(ascii: "p") else { return false }
    switch byte(last + 1) {
    case UInt8(ascii: "x"):
      return byte(last + 2) == UInt8(ascii: "x") || byte(last + 2) == UInt8(ascii: "f")
    case UInt8(ascii: "*"): return true
    default: return false
    }
  }
}
