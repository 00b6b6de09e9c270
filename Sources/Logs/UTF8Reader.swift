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

/// Which characters of two bytes (U+0080–U+07FF) are parts of a name: letters and marks of the scripts
/// from Latin to Arabic, of which most text above ASCII is made.
///
/// As with `ByteClasses`, the table is made once for the process, never written again and never freed.
@safe
struct TwoByteClasses: @unchecked Sendable {
  private let table: UnsafePointer<Bool>

  /// The only one.
  static let shared = TwoByteClasses()

  private init() {
    let table = UnsafeMutablePointer<Bool>.allocate(capacity: 1 << 11)
    for value in 0..<1 << 11 {
      var isPart = false
      if value >= 0x80, let scalar = Unicode.Scalar(UInt32(value)) {
        isPart =
          IDNACharacters.nameClass(scalar) == .name && !IDNACharacters.isUnspacedScript(scalar)
      }
      // SAFETY: the value is below the capacity.
      unsafe (table + value).initialize(to: isPart)
    }
    unsafe self.table = UnsafePointer(table)
  }

  /// Whether two bytes are a character that is a letter, digit or mark of a name, of a script that is
  /// written with spaces.
  @inline(__always)
  func isNamePart(_ first: UInt8, _ second: UInt8) -> Bool {
    guard first & 0xe0 == 0xc0, second & 0xc0 == 0x80 else { return false }
    // SAFETY: five bits and six are below the capacity.
    return unsafe table[Int(first & 0x1f) << 6 | Int(second & 0x3f)]
  }
}
