internal import Indicators
internal import Parsing

extension CandidateFinder {
  /// Bytes of units behind a candidate, one directly behind the other, that are none by themselves.
  private static let covered = 48

  /// Looks at a byte that may not mean itself: a candidate if what it stands for can be a part of a
  /// value, since then nothing that was seen of its neighbours holds.
  mutating func considerSpecial(_ bytes: RawSpan, at offset: Int) {
    let byte = bytes.byte(unchecked: offset)
    switch byte {
    case UInt8(ascii: "%"):
      guard let value = hex(bytes, at: offset + 1, digits: 2) else { return }
      if isPart(value) {
        if mayBePart(UInt8(value), bytes, offset..<offset + 3) { addUnit(bytes, at: offset) }
      } else if value >= 0x80, isInAuthority(bytes, offset) {
        addUnit(bytes, at: offset)
      }
    case UInt8(ascii: "\\"): considerEscape(bytes, at: offset)
    case 0x1b: considerSequence(bytes, at: offset)
    default:
      // A character above ASCII: most stand in words of a text.
      let letters = LetterClasses.shared
      var next = offset + letters.letter(bytes, at: offset, end: bytes.byteCount).length
      if next == offset {
        guard let scalar = UTF8Decoder.nextLong(bytes, at: &next) else {
          specialsDone = UTF8Decoder.endOfStrayBytes(bytes, from: next)
          return
        }
        specialsDone = next
        if case .border = IDNACharacters.nameClass(scalar) { return }
      }
      specialsDone = next
      if mayBeNamePart(bytes, offset) {
        addUnit(bytes, at: offset)
      } else {
        // The same holds of all of the run.
        specialsDone = max(next, wideRun.end)
      }
    }
  }

  /// Looks at what stands behind an ANSI sequence: what begins there is taken for a part of the sequence
  /// by those who do not know it.
  private mutating func considerSequence(_ bytes: RawSpan, at offset: Int) {
    // A word behind it is known by itself.
    guard !refangs else { return addWord(offset) }
    let count = bytes.byteCount
    var start = offset + 1
    guard start < count, bytes.byte(unchecked: start) == UInt8(ascii: "[") else { return }
    start += 1
    while start < count, 0x20...0x3f ~= bytes.byte(unchecked: start) { start += 1 }
    // Where it has no last byte it is none.
    guard start < count, 0x40...0x7e ~= bytes.byte(unchecked: start) else { return }
    start += 1
    var end = start
    while end < count, classes.is(bytes.byte(unchecked: end), .label) { end += 1 }
    // A label that others follow, an address, or as many digits as a digest has.
    guard end < count else { return add(offset) }
    switch bytes.byte(unchecked: end) {
    case UInt8(ascii: ":"): considerColons(bytes, behind: offset, from: start)
    case UInt8(ascii: "."), UInt8(ascii: "%"), UInt8(ascii: "\\"), 0x80...: add(offset)
    default: if end - start >= 32 { add(offset) }
    }
  }

  /// Adds a unit that begins at an offset, and steps over those directly behind it.
  ///
  /// Nothing stands between it and them: what it makes be read they are in.
  private mutating func addUnit(_ bytes: RawSpan, at offset: Int) {
    addWord(offset)
    let last = min(offset + Self.covered, bytes.byteCount)
    var end = max(offset + unitLength(bytes, at: offset), specialsDone)
    while end < last {
      // Mostly of one sort.
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

  /// Bytes of an escape, a percent unit or, of a character above ASCII, its first; 0 of anything else.
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
    case 0x1b, 0x25, 0x3a, 0x5c: addWord(offset)
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
      } else if mayBeNamePart(bytes, offset) {
        addUnit(bytes, at: offset)
      } else {
        specialsDone = max(specialsDone, wideRun.end)
      }
    }
  }

  /// Whether the character that is written as a unit may be a part of a value: of a name only where its run
  /// holds a dot; a word, or the only label of a URL's host, may be written so as well, and so may the dot of
  /// what is defanged.
  private mutating func mayBePart(
    _ character: UInt8, _ bytes: RawSpan, _ unit: Range<Int>
  ) -> Bool {
    if !words.isEmpty, mayBeOfWord(character, bytes, behind: unit.upperBound) { return true }
    // Of what is in a run that was too short nothing is asked again.
    if wantsDigests, unit.lowerBound >= shortDigestEnd {
      if unit.lowerBound < longDigestEnd { return true }
      longDigestEnd = longRunEnd(of: .hex, 32, bytes, unit)
      if unit.lowerBound < longDigestEnd { return true }
      guard let end = shortRunEnd(of: .hex, 32, bytes, unit) else { return true }
      shortDigestEnd = end
    }
    return refangs || hasDot(bytes, around: unit.lowerBound)
  }

  /// Whether some word holds a character and the two that follow it from an offset on.
  private func mayBeOfWord(_ character: UInt8, _ bytes: RawSpan, behind offset: Int) -> Bool {
    guard let first = WordPieces.symbol(character), let second = piece(bytes, at: offset),
      let third = second.symbol == WordPieces.end
        ? (WordPieces.end, offset) : piece(bytes, at: second.next)
    else { return true }
    return words.contains {
      $0.words.mayHold(first, second.symbol, third.symbol, includesWeak: includesWeak)
    }
  }

  /// The character of a word that begins at an offset, or the end of its run; nil where that depends on what the
  /// text is read as.
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
      // Escapes of escapes: a record may stand in a string of another.
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

  /// The end of what is surely as long as is asked for of the run of a class that a unit may stand for a
  /// character of, and of as much again; 0 where it may be shorter behind the unit.
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

  /// The end of the run of a class that a unit may stand for a character of, if it is shorter than is asked for;
  /// nil where it may be as long.
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
    // Here units are longer than what they stand for: no less than the truth.
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

  /// Whether what may be a percent unit or an escape, of whatever depth, begins at an offset.
  @inline(__always)
  func isUnit(_ bytes: RawSpan, at offset: Int) -> Bool {
    guard offset + 1 < bytes.byteCount else { return false }
    let next = bytes.byte(unchecked: offset + 1)
    switch bytes.byte(unchecked: offset) {
    case UInt8(ascii: "%"): return classes.is(next, .hex)
    case Byte.backslash:
      var letter = offset + 1
      // Escapes of escapes, which are few: those of a record in a string of another.
      let last = min(bytes.byteCount - 1, offset + 16)
      while letter < last, bytes.byte(unchecked: letter) == Byte.backslash { letter += 1 }
      let mark = bytes.byte(unchecked: letter)
      return mark == UInt8(ascii: "u") || mark == UInt8(ascii: "x") || mark == Byte.backslash
    default: return false
    }
  }

  /// Whether `\u` or `\x` stands at an offset, or what may be one is cut there.
  private func isEscape(_ bytes: RawSpan, at offset: Int) -> Bool {
    guard bytes.byte(unchecked: offset) == UInt8(ascii: "\\") else { return false }
    guard offset + 1 < bytes.byteCount else { return true }
    let next = bytes.byte(unchecked: offset + 1)
    return next == UInt8(ascii: "u") || next == UInt8(ascii: "x")
  }

  /// Whether the run of a name around an offset may hold a dot, written in whatever way.
  ///
  /// What was looked at once is remembered, so that a run is walked once in each direction.
  private mutating func hasDot(_ bytes: RawSpan, around offset: Int) -> Bool {
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
  private func isRunByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || classes.is(byte, .label) || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\")
  }

  /// Whether a dot begins at an offset: `.`, `%2E`, `\u002e`, `\x2e`, or one of other scripts.
  @inline(__always)
  private func isDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    switch bytes.byte(unchecked: offset) {
    case UInt8(ascii: "."): true
    // The second digit of whatever encodes a dot, behind a `2`.
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      offset > 0 && bytes.byte(unchecked: offset - 1) == UInt8(ascii: "2")
    case 0xe3: isBytes(bytes, at: offset, 0x80, 0x82)
    case 0xef: isBytes(bytes, at: offset, 0xbc, 0x8e) || isBytes(bytes, at: offset, 0xbd, 0xa1)
    // The escapes of the same: `\u3002`, `\uff0e`, `\uff61`, and their bytes.
    case UInt8(ascii: "\\"):
      offset + 1 < bytes.byteCount && isOtherDot(bytes, at: offset)
    default: false
    }
  }

  private func isOtherDot(_ bytes: RawSpan, at offset: Int) -> Bool {
    if bytes.byte(unchecked: offset + 1) == UInt8(ascii: "u") {
      let value = hex(bytes, at: offset + 2, digits: 4)
      return value == 0x3002 || value == 0xff0e || value == 0xff61
    }
    guard bytes.byte(unchecked: offset + 1) == UInt8(ascii: "x") else { return false }
    let value = hex(bytes, at: offset + 2, digits: 2)
    return value == 0xe3 || value == 0xef
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

  /// Whether a percent unit may belong to the host of a URL, which is decoded whole.
  ///
  /// Walks back no further than to the unit that was asked about before, so that a line of them is
  /// walked once.
  mutating func isInAuthority(_ bytes: RawSpan, _ offset: Int) -> Bool {
    var start = offset
    var result = false
    while start > 0 {
      if start == lastUnit.offset {
        result = lastUnit.isInAuthority
        break
      }
      let byte = bytes.byte(unchecked: start - 1)
      if byte == UInt8(ascii: "/") {
        result = start > 1 && bytes.byte(unchecked: start - 2) == byte
        break
      }
      if byte <= 0x20 || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
        || byte == UInt8(ascii: "\"")
      {
        break
      }
      start -= 1
    }
    // What is cut at the chunk's start may be a host.
    if start == 0 { result = true }
    lastUnit = (offset, result)
    return result
  }
}
