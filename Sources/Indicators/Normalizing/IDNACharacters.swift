import Parsing

/// The part that a character above ASCII plays in a run of name characters (`Matching.md` §1).
@frozen
package enum NameScalarClass: UInt8, Sendable {
  /// Ends a run: symbols, punctuation, invisible characters, letters that map to nothing.
  case border = 0
  /// A letter, digit or mark that IDNA allows, as it is or mapped.
  case name
  /// A label separator like `.`: `。．｡`.
  case dot
}

/// How one more character changes a name that was mapped and normalised up to it.
package enum NameStep {
  /// Appends one character.
  case next(UInt32)
  /// Appends several characters.
  case several(ArraySlice<UInt32>)
  /// Replaces the last character with the composite of both.
  case composed(UInt32)
}

/// Properties of single characters that cutting values out of text needs.
package enum IDNACharacters {
  /// The part that the character plays in a run of name characters.
  package static func nameClass(_ scalar: Unicode.Scalar) -> NameScalarClass {
    IDNATables.shared.properties(scalar.value).nameClass
  }

  /// Whether UTS 46 leaves the character out of a name, or has others in its place.
  package static func isIgnoredOrMapped(_ scalar: Unicode.Scalar) -> Bool {
    switch IDNATables.shared.properties(scalar.value).status {
    case .ignored, .mapped: true
    case .valid, .disallowed: false
    }
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

  /// How a character above ASCII extends a mapped and normalised name (UTS 46, NFC).
  ///
  /// `previous` is the last character of the name so far. nil if UTS 46 ignores or does not allow
  /// the character, or if the result depends on more than `previous`.
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

  /// The characters of a mapping; nil unless each of them stays as it is.
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

  /// The characters of a label once they are mapped and normalised (UTS 46, NFC); nil where one of them is mapped to
  /// something with a dot, or is in no name.
  package static func form(ofLabel label: [UInt32]) -> [UInt32]? {
    let tables = IDNATables.shared
    var mapped: [UInt32] = []
    mapped.reserveCapacity(label.count)
    for value in label {
      if value < 0x80 {
        mapped.append(Byte.isCapital(UInt8(value)) ? value | 0x20 : value)
        continue
      }
      switch tables.properties(value).status {
      case .valid: mapped.append(value)
      case .mapped:
        let mapping = tables.mapping(of: value)
        if mapping.isEmpty || mapping.contains(0x2e) { return nil }
        mapped.append(contentsOf: mapping)
      case .ignored, .disallowed: return nil
      }
    }
    return CanonicalComposition.normalize(mapped, tables)
  }

  /// What names have for a character that is mapped, if that is one below U+10000 whatever stands beside it.
  static func soleMapping(_ scalar: UInt32, _ tables: IDNATables) -> UInt16? {
    guard case .mapped = tables.properties(scalar).status else { return nil }
    let mapping = tables.mapping(of: scalar)
    guard mapping.count == 1, let value = mapping.first, value != 0x2e else { return nil }
    let properties = tables.properties(value)
    guard case .valid = properties.status, !properties.mayChangeInNFC else { return nil }
    return UInt16(exactly: value)
  }

  /// The characters of a label that begins with `xn--`, in lower case; nil if it is not Punycode.
  package static func decodedLabel(_ label: RawSpan) -> [UInt32]? {
    guard label.byteCount > 4, label.starts(with: "xn--") else { return nil }
    let digits = label.byteOffsets.dropFirst(4).map { UInt32(label.byte(unchecked: $0)) }
    return Punycode.decode(digits.span)
  }
}
