internal import Parsing

/// What a character above ASCII is to a run of a name in text (`Matching.md` §1).
@frozen
package enum NameScalarClass: UInt8, Sendable {
  /// Ends a run: symbols, punctuation, invisible characters, letters that map to nothing.
  case border = 0
  /// A letter, digit or mark that IDNA allows, as it is or mapped.
  case name
  /// Stands for `.`: `。．｡`.
  case dot
}

/// What a character adds to the characters of a name that were mapped and normalised.
package enum NameStep {
  /// One more.
  case next(UInt32)
  /// Several more.
  case several(ArraySlice<UInt32>)
  /// It makes another one with the last.
  case composed(UInt32)
}

/// Questions about single characters that cutting values out of text asks.
package enum IDNACharacters {
  /// What the character is to a run of a name.
  package static func nameClass(_ scalar: Unicode.Scalar) -> NameScalarClass {
    IDNATables.shared.properties(scalar.value).nameClass
  }

  /// Whether the character is a letter, a digit or a mark (general categories L, Nd, M).
  package static func isLetterDigitOrMark(_ scalar: Unicode.Scalar) -> Bool {
    IDNATables.shared.properties(scalar.value).isLetterDigitOrMark
  }

  /// Whether the character is a letter of a script written without spaces.
  ///
  /// These are Han, kana, Hangul, Thai, Lao, Khmer and Myanmar.
  package static func isUnspacedScript(_ scalar: Unicode.Scalar) -> Bool {
    IDNATables.shared.properties(scalar.value).isUnspaced
  }

  /// What a character above ASCII becomes in a name once it is mapped and normalised (UTS 46, NFC), behind another
  /// that was; nil where that depends on more than the one before it.
  package static func step(_ scalar: Unicode.Scalar, behind previous: UInt32) -> NameStep? {
    let tables = IDNATables.shared
    var value = scalar.value
    if case .mapped = tables.properties(value).status {
      let mapping = tables.mapping(of: value)
      guard let only = mapping.first else { return nil }
      if mapping.count > 1 { return several(mapping, tables) }
      value = only
    }
    let properties = tables.properties(value)
    guard case .valid = properties.status else { return nil }
    guard properties.mayChangeInNFC else { return .next(value) }
    return CanonicalComposition.step(value, behind: previous, tables)
  }

  /// What a character is mapped to, where each stays as it is.
  private static func several(
    _ mapping: ArraySlice<UInt32>, _ tables: IDNATables
  ) -> NameStep? {
    for value in mapping {
      let properties = tables.properties(value)
      // A dot would begin another label.
      guard case .valid = properties.status, value != 0x2e, !properties.mayChangeInNFC else {
        return nil
      }
    }
    return .several(mapping)
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
