import Indicators
import Parsing

/// A character above ASCII as the rules of text see it.
struct TextScalar {
  /// Its bytes: 1 for a byte that is no UTF-8.
  var length: Int
  /// nil for bytes that are no UTF-8, which are borders.
  var scalar: Unicode.Scalar?

  /// Reads the character at `offset`; one that goes past `end` counts as a byte that is no UTF-8.
  init(_ bytes: RawSpan, at offset: Int, end: Int) {
    var next = offset
    scalar = UTF8Decoder.nextLong(bytes, at: &next)
    length = next - offset
    if next > end {
      scalar = nil
      length = 1
    }
  }

  /// The character's role in a name run.
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
