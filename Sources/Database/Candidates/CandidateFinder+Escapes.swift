import Indicators
import Parsing

extension CandidateFinder {
  /// How many bytes of units that follow a candidate directly are stepped over.
  private static let covered = 48

  /// Looks at a byte that may not mean itself.
  ///
  /// It is a candidate if what it stands for can be part of a value, since then nothing that was
  /// concluded from the bytes beside it holds.
  mutating func considerSpecial(_ bytes: RawSpan, at offset: Int) {
    let byte = bytes.byte(unchecked: offset)
    switch byte {
    case UInt8(ascii: "%"):
      guard let value = hex(bytes, at: offset + 1, digits: 2) else { return }
      if isPart(value) {
        if mayBePart(UInt8(value), bytes, offset..<offset + 3) { addUnit(bytes, at: offset) }
      } else if value >= 0x80, isInHost(bytes, offset) {
        addUnit(bytes, at: offset)
      }
    case UInt8(ascii: "\\"): considerEscape(bytes, at: offset)
    case 0x1b: considerSequence(bytes, at: offset, from: offset + 1)
    default:
      // A character above ASCII: most are in words of prose.
      let letters = LetterClasses.shared
      var next = offset + letters.letter(bytes, at: offset, end: bytes.byteCount).length
      if next == offset {
        guard let scalar = UTF8Decoder.nextLong(bytes, at: &next) else {
          specialsDone = UTF8Decoder.endOfStrayBytes(bytes, from: next)
          return
        }
        specialsDone = next
        if case .border = IDNACharacters.nameClass(scalar) {
          if mayBeOfFieldHost(scalar, bytes, offset) { addUnit(bytes, at: offset) }
          return
        }
      }
      specialsDone = next
      if mayBeNamePart(bytes, offset) {
        addUnit(bytes, at: offset)
      } else {
        // The answer holds for the whole run.
        specialsDone = max(next, wideRun.end)
      }
    }
  }

  /// Adds a unit that begins at an offset, and steps over those directly behind it.
  ///
  /// Nothing lies between them, so that they are read together with the candidate.
  private mutating func addUnit(_ bytes: RawSpan, at offset: Int) {
    addWord(offset)
    let last = min(offset + Self.covered, bytes.byteCount)
    var end = max(offset + unitLength(bytes, at: offset), specialsDone)
    while end < last {
      // Neighbouring units are mostly of one sort.
      while end < last, bytes.byte(unchecked: end) >= 0x80 { end += 1 }
      while end + 2 < last, isPercentUnit(bytes, at: end) { end += 3 }
      guard end < last else { break }
      let length = unitLength(bytes, at: end)
      if length == 0 { break }
      end += length
    }
    specialsDone = end
    wideRun.addedEnd = end
  }

  /// The length in bytes of an escape or a percent unit; 1 for a byte above ASCII, 0 for anything
  /// else.
  @inline(__always)
  private func unitLength(_ bytes: RawSpan, at offset: Int) -> Int {
    let left = bytes.byteCount - offset
    let byte = bytes.byte(unchecked: offset)
    if byte == UInt8(ascii: "%") { return left > 2 && isPercentUnit(bytes, at: offset) ? 3 : 0 }
    guard byte == UInt8(ascii: "\\") else { return byte >= 0x80 ? 1 : 0 }
    if left > 5, bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") {
      return isHexPair(bytes, at: offset + 2) && isHexPair(bytes, at: offset + 4) ? 6 : 0
    }
    return left > 3 && bytes.byte(unchecked: offset + 1) == UInt8(ascii: "x")
      && isHexPair(bytes, at: offset + 2) ? 4 : 0
  }

  /// Whether the three bytes at an offset, which lie within the text, are a percent unit.
  @inline(__always)
  private func isPercentUnit(_ bytes: RawSpan, at offset: Int) -> Bool {
    bytes.byte(unchecked: offset) == UInt8(ascii: "%") && isHexPair(bytes, at: offset + 1)
  }

  /// Whether the two bytes at an offset, which lie within the text, are hexadecimal digits.
  @inline(__always)
  private func isHexPair(_ bytes: RawSpan, at offset: Int) -> Bool {
    classes.is(bytes.byte(unchecked: offset), .hex)
      && classes.is(bytes.byte(unchecked: offset + 1), .hex)
  }

  private mutating func considerEscape(_ bytes: RawSpan, at offset: Int) {
    let digits = bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") ? 4 : 2
    guard let value = hex(bytes, at: offset + 2, digits: digits) else { return }
    switch value {
    case 0x1b: considerSequence(bytes, at: offset, from: offset + 2 + digits)
    case 0x25, 0x3a, 0x5c: addWord(offset)
    // Brackets, `/`, `@` and `*`: parts of defanged values.
    case 0x28, 0x29, 0x2a, 0x2f, 0x40, 0x5b, 0x5d, 0x7b, 0x7d: if refangs { addWord(offset) }
    default:
      if value < 0x80 {
        if isPart(value), mayBePart(UInt8(value), bytes, offset..<offset + 2 + digits) {
          addUnit(bytes, at: offset)
        }
        return
      }
      guard digits == 4 else {
        if refangs || wantsOtherHosts || hasDot(bytes, around: offset) {
          addUnit(bytes, at: offset)
        }
        return
      }
      let unit = escapedScalar(bytes, at: offset)
      if let unit, case .border = IDNACharacters.nameClass(unit.scalar) {
        specialsDone = max(specialsDone, offset + unit.length)
        if mayBeOfFieldHost(unit.scalar, bytes, offset) { addUnit(bytes, at: offset) }
      } else if mayBeNamePart(bytes, offset) {
        addUnit(bytes, at: offset)
      } else {
        specialsDone = max(specialsDone, wideRun.end)
      }
    }
  }

  /// Whether the character that a unit stands for may be part of a value.
  ///
  /// It may be part of a name only if its run holds a dot. A word, the only label of a URL's host,
  /// and the dot of a defanged value may be written with units as well.
  private mutating func mayBePart(
    _ character: UInt8, _ bytes: RawSpan, _ unit: Range<Int>
  ) -> Bool {
    if !words.isEmpty, mayBeOfWord(character, bytes, behind: unit.upperBound) { return true }
    // A run that was found too short for a digest is not measured again.
    if wantsDigests, unit.lowerBound >= shortDigestEnd {
      if unit.lowerBound < longDigestEnd { return true }
      longDigestEnd = longRunEnd(of: .hex, 32, bytes, unit)
      if unit.lowerBound < longDigestEnd { return true }
      guard let end = shortRunEnd(of: .hex, 32, bytes, unit) else { return true }
      shortDigestEnd = end
    }
    guard !refangs else { return true }
    guard hasDot(bytes, around: unit.lowerBound) else { return false }
    // What a unit stands for does not depend on what the text is read as.
    return bytes.byte(unchecked: unit.lowerBound) != UInt8(ascii: "%")
      || mayBeNamePart(bytes, unit.lowerBound)
  }

  /// Whether some word may hold `character`, followed by the two characters from `offset` on.
  private func mayBeOfWord(_ character: UInt8, _ bytes: RawSpan, behind offset: Int) -> Bool {
    guard let first = WordPieces.symbol(character), let second = piece(bytes, at: offset),
      let third = second.symbol == WordPieces.end
        ? (WordPieces.end, offset) : piece(bytes, at: second.next)
    else { return true }
    return words.contains {
      $0.words.mayHold(first, second.symbol, third.symbol, includesWeak: includesWeak)
    }
  }

  /// The character of a word at an offset, by its `WordPieces` number, or the end of the run; nil
  /// if that depends on how the text is read.
  private func piece(_ bytes: RawSpan, at offset: Int) -> (symbol: Int, next: Int)? {
    let count = bytes.byteCount
    guard offset < count else { return nil }
    let byte = bytes.byte(unchecked: offset)
    if let symbol = WordPieces.symbol(byte) { return (symbol, offset + 1) }
    switch byte {
    case UInt8(ascii: "%"):
      guard count - offset > 2 else { return nil }
      guard let value = hex(bytes, at: offset + 1, digits: 2) else { break }
      // A percent sign takes what follows with it.
      if value == 0x25 || value >= 0x80 { return nil }
      if let symbol = WordPieces.symbol(UInt8(value)) { return (symbol, offset + 3) }
    case UInt8(ascii: "\\"):
      // Backslashes in a row are escapes of escapes: a record may be a string of another.
      var next = offset + 1
      while next < count, next - offset < 8, bytes.byte(unchecked: next) == byte { next += 1 }
      guard next < count, next - offset < 8 else { return nil }
      let letter = bytes.byte(unchecked: next) | 0x20
      if letter == UInt8(ascii: "u") || letter == UInt8(ascii: "x") { return nil }
    case 0x1b, 0x80...: return nil
    default: break
    }
    return (WordPieces.end, offset)
  }

  /// The end of the run of `wanted` characters from a unit on, as far as twice `shortest`
  /// characters; 0 if it may be shorter than `shortest` behind the unit.
  private func longRunEnd(
    of wanted: TextClasses.Class, _ shortest: Int, _ bytes: RawSpan, _ unit: Range<Int>
  ) -> Int {
    let byteCount = bytes.byteCount
    var count = 1
    var end = unit.upperBound
    while count < 2 * shortest, end < byteCount {
      if classes.is(bytes.byte(unchecked: end), wanted) {
        end += 1
      } else if end + 2 < byteCount, isPercentUnit(bytes, at: end) {
        end += 3
      } else {
        break
      }
      count += 1
    }
    return count >= shortest ? end : 0
  }

  /// The end of the run of `wanted` characters around a unit, if it is shorter than `shortest`; nil
  /// if it may be as long.
  private func shortRunEnd(
    of wanted: TextClasses.Class, _ shortest: Int, _ bytes: RawSpan, _ unit: Range<Int>
  ) -> Int? {
    var count = 1
    var end = unit.upperBound
    while count < shortest, end < bytes.byteCount {
      let byte = bytes.byte(unchecked: end)
      if classes.is(byte, wanted) {
        end += 1
      } else if end + 2 < bytes.byteCount, isPercentUnit(bytes, at: end) {
        end += 3
      } else if isEscape(bytes, at: end) {
        return nil
      } else {
        break
      }
      count += 1
    }
    // Backwards each digit of a unit counts as a character: the count is never too low.
    var start = unit.lowerBound
    while count < shortest, start > 0 {
      let byte = bytes.byte(unchecked: start - 1)
      if classes.is(byte, wanted) {
        count += 1
      } else if byte != UInt8(ascii: "%") {
        if isEscape(bytes, at: start - 1) { return nil }
        break
      }
      start -= 1
    }
    return count >= shortest || start == 0 ? nil : end
  }

  /// Whether a percent unit, or an escape of whatever depth, may begin at an offset.
  @inline(__always)
  func isUnit(_ bytes: RawSpan, at offset: Int) -> Bool {
    guard offset + 1 < bytes.byteCount else { return false }
    let next = bytes.byte(unchecked: offset + 1)
    switch bytes.byte(unchecked: offset) {
    case UInt8(ascii: "%"): return classes.is(next, .hex)
    case Byte.backslash:
      var letter = offset + 1
      // Escapes of escapes have few backslashes: those of a record that is a string of another.
      let last = min(bytes.byteCount - 1, offset + 16)
      while letter < last, bytes.byte(unchecked: letter) == Byte.backslash { letter += 1 }
      let mark = bytes.byte(unchecked: letter)
      return mark == UInt8(ascii: "u") || mark == UInt8(ascii: "x") || mark == Byte.backslash
    default: return false
    }
  }

  /// Whether `\u` or `\x` begins at an offset, or may begin there where the text is cut.
  private func isEscape(_ bytes: RawSpan, at offset: Int) -> Bool {
    guard bytes.byte(unchecked: offset) == UInt8(ascii: "\\") else { return false }
    guard offset + 1 < bytes.byteCount else { return true }
    let next = bytes.byte(unchecked: offset + 1)
    return next == UInt8(ascii: "u") || next == UInt8(ascii: "x")
  }

  /// Whether the run of a name around an offset may hold a dot, in whatever way that is written.
  ///
  /// `runEnd` and `runHasDot` keep the answer, so that a run is walked once in each direction.
  mutating func hasDot(_ bytes: RawSpan, around offset: Int) -> Bool {
    if offset < runEnd { return runHasDot }
    let count = bytes.byteCount
    runHasDot = true
    var end = offset
    while true {
      while end < count, classes.is(bytes.byte(unchecked: end), .plain) { end += 1 }
      guard end < count, isRunByte(bytes.byte(unchecked: end)) else { break }
      if isDot(bytes, at: end) {
        runEnd = end + 1
        return true
      }
      end += 1
    }
    runEnd = end
    var start = offset
    while start > 0, isRunByte(bytes.byte(unchecked: start - 1)) {
      start -= 1
      if isDot(bytes, at: start) { return true }
    }
    runHasDot = false
    return false
  }

  @inline(__always)
  func isRunByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || classes.is(byte, .label) || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\")
  }

  /// Whether a dot begins at an offset: `.`, `%2E`, `\u002e`, `\x2e`, or one of other scripts.
  @inline(__always)
  private func isDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    switch bytes.byte(unchecked: offset) {
    case UInt8(ascii: "."): true
    // `e` ends each encoding of a dot, behind a `2`.
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      offset > 0 && bytes.byte(unchecked: offset - 1) == UInt8(ascii: "2")
    // The escapes of those of other scripts: `\u3002`, `\uff0e`, `\uff61`, and their bytes.
    case UInt8(ascii: "\\"):
      offset + 1 < bytes.byteCount && isEscapedDot(bytes, at: offset)
    case UInt8(ascii: "%"): isPercentDot(bytes, at: offset)
    default: isOtherDot(bytes, at: offset)
    }
  }

  /// Whether a dot of other scripts stands at an offset.
  @inline(__always)
  func isOtherDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    switch bytes.byte(unchecked: offset) {
    case 0xe3: isBytes(bytes, at: offset, 0x80, 0x82)
    case 0xef: isBytes(bytes, at: offset, 0xbc, 0x8e) || isBytes(bytes, at: offset, 0xbd, 0xa1)
    default: false
    }
  }

  private func isEscapedDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    if bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") {
      let value = hex(bytes, at: offset + 2, digits: 4)
      return value == 0x3002 || value == 0xff0e || value == 0xff61
    }
    guard bytes.byte(unchecked: offset + 1) == UInt8(ascii: "x") else { return false }
    let value = hex(bytes, at: offset + 2, digits: 2)
    return value == 0xe3 || value == 0xef
  }

  /// Whether the percent units of a dot of other scripts begin at an offset.
  private func isPercentDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    func unit(_ number: Int) -> Int? {
      let start = offset + 3 * number
      guard start + 2 < bytes.byteCount, isPercentUnit(bytes, at: start) else { return nil }
      return hex(bytes, at: start + 1, digits: 2)
    }
    switch (unit(0), unit(1), unit(2)) {
    case (0xe3, 0x80, 0x82), (0xef, 0xbc, 0x8e), (0xef, 0xbd, 0xa1): return true
    default: return false
    }
  }

  @inline(__always)
  private func isBytes(_ bytes: RawSpan, at offset: Int, _ second: UInt8, _ third: UInt8) -> Bool {
    bytes.byteCount - offset > 2 && bytes.byte(unchecked: offset + 1) == second
      && bytes.byte(unchecked: offset + 2) == third
  }

  func isPart(_ value: Int) -> Bool {
    value < 0x80 && (value == 0x2e || classes.is(UInt8(value), .label))
  }

  func hex(_ bytes: RawSpan, at start: Int, digits: Int) -> Int? {
    guard start + digits <= bytes.byteCount else { return nil }
    var value = 0
    for offset in start..<start + digits {
      let digit = Hex.value(of: bytes.byte(unchecked: offset))
      guard digit < 16 else { return nil }
      value = value << 4 | Int(digit)
    }
    return value
  }
}
