import Indicators
import Parsing

/// A character above ASCII as the rules of text see it.
struct TextScalar {
  /// Its bytes: 1 for a byte that is no UTF-8.
  var length: Int
  /// nil for bytes that are no UTF-8, which are borders.
  var scalar: Unicode.Scalar?

  /// The character at an offset; one that goes on behind `end` is none.
  init(_ bytes: RawSpan, at offset: Int, end: Int) {
    var next = offset
    scalar = UTF8Decoder.nextLong(bytes, at: &next)
    length = next - offset
    if next > end {
      scalar = nil
      length = 1
    }
  }

  /// What it is to a run of a name.
  var nameClass: NameScalarClass {
    guard let scalar else { return .border }
    return IDNACharacters.nameClass(scalar)
  }

  /// Whether a URL in text may hold it.
  var isURLPart: Bool {
    guard let scalar else { return false }
    return IDNACharacters.isLetterDigitOrMark(scalar)
  }
}

/// Which characters of two and three bytes (U+0080–U+FFFF) are letters, digits and marks of names, of
/// which most text above ASCII is made.
///
/// As with `ByteClasses`, the table is made once for the process, never written again and never freed.
@safe
struct LetterClasses: @unchecked Sendable {
  /// Of each character 1 for a letter, digit or mark, 3 for one of a script that is written without spaces.
  private let table: UnsafePointer<UInt8>

  /// The only one.
  static let shared = LetterClasses()

  private init() {
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
    for value in UInt32(0)..<1 << 16 {
      var bits: UInt8 = 0
      if value >= 0x80, let scalar = Unicode.Scalar(value),
        IDNACharacters.nameClass(scalar) == .name
      {
        bits = IDNACharacters.isUnspacedScript(scalar) ? 3 : 1
      }
      // SAFETY: the value is below the capacity.
      unsafe (table + Int(value)).initialize(to: bits)
    }
    unsafe self.table = UnsafePointer(table)
  }

  /// The letter, digit or mark of two or three bytes that stands at an offset: its bytes, 0 where there is none,
  /// and whether its script is written without spaces.
  @inline(__always)
  func letter(_ bytes: RawSpan, at offset: Int, end: Int) -> (length: Int, isUnspaced: Bool) {
    guard offset + 1 < end else { return (0, false) }
    let first = bytes.byte(unchecked: offset)
    let second = bytes.byte(unchecked: offset + 1)
    guard second & 0xc0 == 0x80 else { return (0, false) }
    var value = Int(second & 0x3f)
    var length = 2
    if first & 0xe0 == 0xc0 {
      value |= Int(first & 0x1f) << 6
    } else {
      guard first & 0xf0 == 0xe0, offset + 2 < end else { return (0, false) }
      let third = bytes.byte(unchecked: offset + 2)
      guard third & 0xc0 == 0x80 else { return (0, false) }
      value = Int(first & 0x0f) << 12 | value << 6 | Int(third & 0x3f)
      // What two bytes could say is not written with three.
      guard value >= 0x800 else { return (0, false) }
      length = 3
    }
    // SAFETY: four bits and twice six, or five and six, are below the capacity.
    let bits = unsafe table[value]
    return bits == 0 ? (0, false) : (length, bits & 2 != 0)
  }
}
