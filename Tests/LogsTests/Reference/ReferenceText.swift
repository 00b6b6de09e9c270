// The slow reference for log extraction, written from the matching rules alone. It shares no code with
// the room it checks; it is meant to be read beside the rules, not to be fast. Data only (IDNA mapping,
// list of top-level domains) comes from `Indicators`.

/// Bytes, each with the place in the input that it came from.
///
/// Undoing an escape appends the decoded byte with the place of the escape's first byte, so an offset
/// is always that of the input, whatever was undone on the way.
struct ReferenceText {
  var bytes: [UInt8] = []
  var offsets: [Int] = []

  init() {}

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offsets = Array(bytes.indices)
  }

  var count: Int { bytes.count }

  mutating func append(_ byte: UInt8, from offset: Int) {
    bytes.append(byte)
    offsets.append(offset)
  }

  func part(_ range: Range<Int>) -> ReferenceText {
    var part = ReferenceText()
    part.bytes = Array(bytes[range])
    part.offsets = Array(offsets[range])
    return part
  }

  /// Whether it may be a row of a table of one column.
  var isOnlyColumn: Bool {
    bytes.first != 0x7B && bytes.first != 0x5B && bytes.count { $0 == 0x20 } < 4
  }

  private static let record = ReferencePattern(#"\A(?:\{ *"|\[ *\{).*[}\]]\z"#)

  /// Whether it begins and ends as a record in JSON.
  var isLikeRecord: Bool { Self.record.matches(bytes) }

  /// A line without the carriage return and the NULs that it ends with.
  func content(of line: Range<Int>) -> Range<Int> {
    var end = line.upperBound
    if end > line.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
    while end > line.lowerBound, bytes[end - 1] == 0 { end -= 1 }
    return line.lowerBound..<end
  }
}

/// One character of a text, or one border that stands for several bytes.
struct ReferenceUnit {
  /// The character, or `noScalar` for a border without one.
  var scalar: UInt32
  /// The byte that a percent border stands for.
  var percent: UInt8?
  /// The unit's bytes in the text.
  var start: Int
  var end: Int

  static let noScalar: UInt32 = 0xFFFF_FFFF

  /// Whether the unit is a percent sign with its digits.
  var isPercent = false

  func isASCII(_ character: Unicode.Scalar) -> Bool { scalar == character.value }

  var isDigit: Bool { (0x30...0x39).contains(scalar) }
  var isASCIILetter: Bool { (0x41...0x5A).contains(scalar) || (0x61...0x7A).contains(scalar) }
  var isAlphanumeric: Bool { isDigit || isASCIILetter }
  var isWord: Bool { isAlphanumeric || scalar == 0x5F }
  var isHex: Bool {
    isDigit || (0x41...0x46).contains(scalar) || (0x61...0x66).contains(scalar)
  }
  var isBlank: Bool { scalar == 0x20 || scalar == 0x09 }
  var isQuote: Bool { scalar == 0x22 || scalar == 0x27 || scalar == 0x60 }

  /// `[A-Za-z0-9._-]`.
  var isNameASCII: Bool { isWord || scalar == 0x2E || scalar == 0x2D }

  /// `[A-Za-z0-9._%+-]`.
  var isLocalPart: Bool { isNameASCII || scalar == 0x25 || scalar == 0x2B }

  /// A dot of any script.
  var isDot: Bool { scalar == 0x2E || isWideDot }

  /// A dot above ASCII: `。．｡`.
  var isWideDot: Bool { [0x3002, 0xFF0E, 0xFF61].contains(scalar) }

  /// A character of a name run.
  var isName: Bool { isNameASCII || isDot || ReferenceIDNA.isMember(scalar) }

  /// `/`, also as `%2F`.
  var isSlash: Bool { scalar == 0x2F || percent == 0x2F }
  /// `\`, also as `%5C`.
  var isBackslash: Bool { scalar == 0x5C || percent == 0x5C }
}

extension ReferenceText {
  /// The characters; every byte that is not part of valid UTF-8 is a unit without a character.
  func characters() -> [ReferenceUnit] {
    var units: [ReferenceUnit] = []
    var index = 0
    while index < bytes.count {
      let (scalar, length) = character(at: index)
      units.append(ReferenceUnit(scalar: scalar, start: index, end: index + length))
      index += length
    }
    return units
  }

  private func character(at index: Int) -> (UInt32, Int) {
    let first = bytes[index]
    let length: Int
    var scalar: UInt32
    switch first {
    case 0...0x7F: return (UInt32(first), 1)
    case 0xC2...0xDF: (length, scalar) = (2, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, scalar) = (3, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, scalar) = (4, UInt32(first & 0x07))
    default: return (ReferenceUnit.noScalar, 1)
    }
    guard index + length <= bytes.count else { return (ReferenceUnit.noScalar, 1) }
    for place in index + 1..<index + length {
      guard bytes[place] & 0xC0 == 0x80 else { return (ReferenceUnit.noScalar, 1) }
      scalar = scalar << 6 | UInt32(bytes[place] & 0x3F)
    }
    let shortest: [Int: UInt32] = [2: 0x80, 3: 0x800, 4: 0x1_0000]
    guard scalar >= shortest[length] ?? 0, Unicode.Scalar(scalar) != nil else {
      return (ReferenceUnit.noScalar, 1)
    }
    return (scalar, length)
  }

  /// The characters, with terminal sequences as one border each and percent units decoded (§1.2, §1.3).
  func units() -> [ReferenceUnit] {
    let characters = characters()
    var units: [ReferenceUnit] = []
    var index = 0
    while index < characters.count {
      var unit = characters[index]
      var next = index + 1
      if let end = terminalSequenceEnd(characters, at: index) {
        unit.scalar = ReferenceUnit.noScalar
        next = end
      } else if let value = percentValue(characters, at: index) {
        next = index + 3
        unit.isPercent = true
        if isUnreserved(value) {
          unit.scalar = UInt32(value)
        } else {
          unit.scalar = ReferenceUnit.noScalar
          unit.percent = value
          if value == 0x25, next + 1 < characters.count, characters[next].isHex,
            characters[next + 1].isHex
          {
            unit.percent =
              referenceHexValue(bytes[characters[next].start]) << 4
              | referenceHexValue(bytes[characters[next + 1].start])
            next += 2
          }
        }
      }
      unit.end = characters[next - 1].end
      units.append(unit)
      index = next
    }
    return units
  }

  /// How a terminal sequence begins; the second form is how JSON writes it, met where a line did not parse.
  private static let terminalForms: [[UInt32]] = [
    "\u{1B}[", "\\u001b[", "\\u001B[",
  ].map { $0.unicodeScalars.map(\.value) }

  private func terminalSequenceEnd(_ characters: [ReferenceUnit], at index: Int) -> Int? {
    guard characters[index].isASCII("\u{1B}") || characters[index].isASCII("\\"),
      let form = Self.terminalForms.first(where: {
        characters[index...].prefix($0.count).map(\.scalar) == $0
      })
    else { return nil }
    var place = index + form.count
    while place < characters.count, (0x20...0x3F).contains(characters[place].scalar) { place += 1 }
    guard place < characters.count, (0x40...0x7E).contains(characters[place].scalar) else {
      return nil
    }
    return place + 1
  }

  private func percentValue(_ characters: [ReferenceUnit], at index: Int) -> UInt8? {
    guard characters[index].isASCII("%"), index + 2 < characters.count,
      characters[index + 1].isHex, characters[index + 2].isHex
    else { return nil }
    return referenceHexValue(bytes[characters[index + 1].start]) << 4
      | referenceHexValue(bytes[characters[index + 2].start])
  }

  private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
  }
}

/// The value of a hexadecimal digit.
func referenceHexValue(_ digit: UInt8) -> UInt8 {
  switch digit {
  case 0x30...0x39: digit - 0x30
  case 0x41...0x46: digit - 0x37
  case 0x61...0x66: digit - 0x57
  default: 0
  }
}

/// ASCII letters in lower case, everything else as it is.
func referenceLowercased(_ bytes: [UInt8]) -> [UInt8] {
  bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
}

/// ASCII letters (and digits, if asked for) in lower case; everything else left out.
func referenceFolded(_ bytes: [UInt8], digits: Bool) -> String {
  let kept = referenceLowercased(bytes).filter {
    (0x61...0x7A).contains($0) || digits && (0x30...0x39).contains($0)
  }
  return String(decoding: kept, as: UTF8.self)
}
