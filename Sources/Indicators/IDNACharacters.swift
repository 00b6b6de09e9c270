/// What a character above ASCII is to a run of a name in text (`matching.md` §1.1).
@frozen
public enum NameScalarClass: UInt8, Sendable {
  /// Ends a run: symbols, punctuation, invisible characters, letters that map to nothing.
  case border = 0
  /// A letter, digit or mark that IDNA allows, as it is or mapped.
  case name
  /// Stands for `.`: `。．｡`.
  case dot
}

/// Questions about single characters that cutting values out of text asks.
public enum IDNACharacters {
  /// What the character is to a run of a name.
  public static func nameClass(_ scalar: Unicode.Scalar) -> NameScalarClass {
    IDNATables.shared.properties(scalar.value).nameClass
  }

  /// Whether the character is a letter, digit or mark that IDNA allows: part of a run of a name.
  public static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    nameClass(scalar) == .name
  }

  /// Whether the character is a letter, a digit or a mark (general categories L, Nd, M).
  public static func isLetterDigitOrMark(_ scalar: Unicode.Scalar) -> Bool {
    IDNATables.shared.properties(scalar.value).isLetterDigitOrMark
  }

  /// Whether the character is a letter of a script written without spaces.
  ///
  /// These are Han, kana, Hangul, Thai, Lao, Khmer and Myanmar.
  public static func isUnspacedScript(_ scalar: Unicode.Scalar) -> Bool {
    IDNATables.shared.properties(scalar.value).isUnspaced
  }
}
