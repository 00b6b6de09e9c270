import Indicators
import Parsing

/// A defanged text with its dots, colons and schemes restored.
///
/// With `--refang` it is read instead of the text itself. `map` tells where its bytes are there.
///
/// The forms are those of feeds (`Refanging`). A dot with half a bracket or a backslash is common
/// in prose, so it must also be between characters of a name.
struct RefangedText {
  var bytes: [UInt8] = []
  var map = OffsetMap()
  /// The level of the text that it was made from.
  var level = 0

  /// The level of the refanged text itself, above those of unescaped texts.
  static let level = 3

  /// Refangs the text of a unit; false if nothing in it is defanged.
  mutating func make(_ text: RawSpan, _ unit: TextUnit) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    map.begin(at: unit.start)
    level = unit.level
    var copied = unit.start
    var offset = unit.start
    var isChanged = false
    while offset < unit.end {
      switch text.byte(unchecked: offset) {
      case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "\\"), Byte.dot:
        guard let (replacement, length) = Self.separator(text, at: offset, unit)
        else {
          offset += 1
          continue
        }
        if replacement.utf8Starts(with: Byte.colon) {
          restoreScheme(text, before: offset, &copied)
        }
        bytes.append(text, copied..<offset)
        map.add(text: bytes.count, origin: offset)
        bytes.append(replacement)
        offset += length
        copied = offset
        map.add(text: bytes.count, origin: offset)
        isChanged = true
      case Byte.colon:
        if restoreScheme(text, before: offset, &copied) { isChanged = true }
        offset += 1
      default: offset += 1
      }
    }
    if isChanged { bytes.append(text, copied..<unit.end) }
    return isChanged
  }

  /// The separator that the defanged form at `offset` stands for, and the length of that form.
  private static func separator(
    _ text: RawSpan, at offset: Int, _ unit: TextUnit
  ) -> (StaticString, Int)? {
    let byte = text.byte(unchecked: offset)
    guard byte != Byte.dot, byte != Byte.backslash,
      let whole = Refanging.separator(in: text.extracting(..<unit.end), at: offset)
    else {
      // `evil[.example`, `evil.]example`, `evil\.example`
      guard offset > unit.start, offset + 2 < unit.end,
        isName(text.byte(unchecked: offset - 1)), isName(text.byte(unchecked: offset + 2))
      else { return nil }
      let next = text.byte(unchecked: offset + 1)
      let isHalf =
        byte == Byte.dot
        ? next == UInt8(ascii: "]") || next == UInt8(ascii: ")") || next == UInt8(ascii: "}")
        : next == Byte.dot
      return isHalf ? (".", 2) : nil
    }
    return whole
  }

  /// Appends the text before the `:` at `offset` with the defanged scheme at its end restored;
  /// false if there is none.
  ///
  /// Both forms of a scheme have the same length.
  @discardableResult
  private mutating func restoreScheme(
    _ text: RawSpan, before offset: Int, _ copied: inout Int
  ) -> Bool {
    guard offset - copied >= 3 else { return false }
    for (defanged, scheme) in Self.schemes {
      let start = offset - defanged.utf8CodeUnitCount
      guard start >= copied, text.starts(ignoringCase: defanged, at: start) else { continue }
      bytes.append(text, copied..<start)
      bytes.append(scheme)
      copied = offset
      return true
    }
    return false
  }

  private static let schemes: [(StaticString, StaticString)] = [
    ("hxxp", "http"), ("hxxps", "https"), ("h**p", "http"), ("h**ps", "https"), ("fxp", "ftp"),
  ]

  @inline(__always)
  private static func isName(_ byte: UInt8) -> Bool {
    Byte.isAlphanumeric(byte) || byte == Byte.minus
      || byte == UInt8(ascii: "_") || byte >= 0x80
  }
}

extension TextScanner {
  /// Emits every value of a refanged text; `unit` is that of the original.
  mutating func scanRefanged(
    _ text: RefangedText, _ unit: TextUnit, into batch: inout ObservableBatch
  ) {
    var inner = unit
    inner.start = 0
    inner.end = text.bytes.count
    inner.level = RefangedText.level
    scanValues(text.bytes.rawSpan, inner, into: &batch)
  }
}

extension StaticString {
  fileprivate func utf8Starts(with byte: UInt8) -> Bool {
    // SAFETY: the first byte is read only where there is one.
    unsafe utf8CodeUnitCount > 0 && utf8Start[0] == byte
  }
}
