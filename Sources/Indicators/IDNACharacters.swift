internal import Parsing

/// What a character above ASCII is to a run of a name in text (`Matching.md` §1.1).
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

  /// The one character that a name has in the place of a character above ASCII once it is mapped and normalised
  /// (UTS 46, NFC); nil where there are several or none, or where that depends on more than the one before it.
  package static func mapped(_ scalar: Unicode.Scalar, behind previous: UInt32) -> UInt32? {
    let tables = IDNATables.shared
    var value = scalar.value
    var properties = tables.properties(value)
    if case .mapped = properties.status {
      let mapping = tables.mapping(of: value)
      guard mapping.count == 1, let only = mapping.first else { return nil }
      value = only
      properties = tables.properties(value)
    }
    guard case .valid = properties.status else { return nil }
    guard properties.mayChangeInNFC else { return value }
    // A mark behind a letter with which it makes no other stays as it is.
    guard tables.combiningClass(of: value) != 0, tables.decomposition(of: value) == nil,
      previous < 0x300 || tables.combiningClass(of: previous) == 0,
      tables.composite(previous, value) == nil
    else { return nil }
    return value
  }

  /// Whether names have the character as it is, whatever stands beside it.
  static func isItself(_ scalar: Unicode.Scalar) -> Bool {
    let properties = IDNATables.shared.properties(scalar.value)
    guard case .valid = properties.status else { return false }
    return !properties.mayChangeInNFC
  }

  /// The characters of a label that begins with `xn--`, in lower case; nil where it is no Punycode.
  package static func decodedLabel(_ label: RawSpan) -> [UInt32]? {
    guard label.byteCount > 4, label.starts(with: "xn--") else { return nil }
    let digits = label.byteOffsets.dropFirst(4).map { UInt32(label.byte(unchecked: $0)) }
    return Punycode.decode(digits.span)
  }
}
