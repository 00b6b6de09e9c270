import Indicators

/// Names (§1.1, §1.6, §3).
enum ReferenceName {
  /// Last labels that are also common file extensions.
  static let fileExtensions: Set<String> = [
    "zip", "mov", "sh", "py", "md", "rs", "pl", "so", "ps", "cc", "do", "app", "ai", "ms", "java",
    "properties", "pf", "inc", "data", "map", "save", "cab",
  ]

  /// The normal form of a name, or nil where it is none; a single label is let through.
  static func normalForm(_ name: [UInt8]) -> [UInt8]? {
    var name = name
    if name.last == 0x2E { name.removeLast() }
    var form: [UInt8] = []
    if name.allSatisfy({ $0 < 0x80 }) {
      // An ASCII name that IDNA would refuse is kept as it is, and one that it accepts does not change.
      form = referenceLowercased(name)
    } else {
      var normalizer = Normalizer()
      guard normalizer.appendName(name.span.bytes, to: &form) == nil else { return nil }
    }
    guard form.count <= 253 else { return nil }
    for label in form.split(separator: 0x2E, omittingEmptySubsequences: false) {
      guard (1...63).contains(label.count), label.allSatisfy(isNameByte) else { return nil }
    }
    return form
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x30...0x39, 0x5F, 0x2D: true
    default: false
    }
  }

  static func labels(_ form: [UInt8]) -> [ArraySlice<UInt8>] {
    form.split(separator: 0x2E, omittingEmptySubsequences: false)
  }

  /// Two labels or more, and the last one not all digits.
  static func isQualified(_ form: [UInt8]) -> Bool {
    let labels = labels(form)
    guard labels.count >= 2, let last = labels.last else { return false }
    return !last.allSatisfy { (0x30...0x39).contains($0) }
  }

  static func hasFileExtension(_ form: [UInt8]) -> Bool {
    fileExtensions.contains(String(decoding: labels(form).last ?? [], as: UTF8.self))
  }

  static func endsInTopLevelDomain(_ form: [UInt8]) -> Bool {
    TopLevelDomains.endsName(form.span.bytes)
  }
}

/// Which characters beyond ASCII belong to a name run.
enum ReferenceIDNA {
  /// A letter, digit or mark that IDNA allows and that maps to something.
  static func isMember(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x80, let character = Unicode.Scalar(scalar) else { return false }
    return IDNACharacters.nameClass(character) == .name
  }

  static func isLetterDigitMark(_ character: Unicode.Scalar) -> Bool {
    switch character.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber:
      true
    default: false
    }
  }

  /// A letter of a script that is written without spaces: Han, kana, Hangul, Thai, Lao, Khmer, Myanmar.
  static func isWrittenWithoutSpaces(_ scalar: UInt32) -> Bool {
    let blocks: [ClosedRange<UInt32>] = [
      0x0E01...0x0E7F, 0x0E80...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF,
      0x3005...0x3007, 0x3021...0x3029, 0x3031...0x3035, 0x3038...0x303C, 0x3041...0x30FF,
      0x3130...0x318F, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA960...0xA97F,
      0xA9E0...0xA9FF, 0xAA60...0xAA7F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFF66...0xFFDC,
      0x1_AFF0...0x1_B16F, 0x2_0000...0x3_FFFF,
    ]
    return blocks.contains { $0.contains(scalar) } && isMember(scalar)
  }
}
